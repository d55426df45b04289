// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/table.h"

#include <google/protobuf/util/message_differencer.h>
#include <zip.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/domain/entry_rules.h"
#include "services/catalog/domain/test_entry.h"
#include "services/catalog/files/formats.h"
#include "services/catalog/store/resource_message.h"
#include "tests/support/temp_dir.h"

namespace shareway::catalog::files {
namespace {

using google::protobuf::util::MessageDifferencer;

v1::Resource Whole(const Entry& entry) {
  return ToMessage("resources/r", Resource::Published{.entry = entry});
}

// An entry with something in every field that an agency writes, and texts that are hard to carry.
Entry FullEntry() {
  Entry entry = GoodEntry();
  entry.abstract = "=HYPERLINK(\"http://x\")\r\n第二行, \"引号\"";
  entry.conditions = {{.id = "c1", .kind = ShareCondition::Kind::kPurposes, .text = "救助；核对",
                       .values = {"purposes/a", "purposes/b"}}};
  entry.not_shared_reason = "-1+1";
  entry.not_shared_basis = {{.level = BasisLevel::kLaw, .title = "统计法", .article = "第二十五条"}};
  entry.open = true;
  entry.open_condition = "'@已脱敏";
  entry.related = {"306002/000002", "306002/000003"};
  entry.keywords = {"低保、救助", "a;b", "[x]", "两\n行"};
  entry.operations = {{.id = "op", .title = "查询", .form = Operation::Form::kProtobuf,
                       .parameters = {"cert_no"}, .descriptor_set = std::string("\0\x01\xFF", 3),
                       .method = "a.B/C"}};
  entry.category = "categories/306002";
  entry.contributors = {"agencies/11990100000100037Q"};
  entry.extensions = {{"storage", "云, \"a\""}, {"owner", "张三"}};
  entry.promised_days = 5;
  entry.change_reason = "年度修订";
  entry.service_change = "service-changes/c";
  Item& item = entry.items.at(1);
  item.share_class = ShareClass::kNotShared;
  item.description = "+86";
  item.mask = Mask::kKeepEnds;
  item.received_under = "grants/g";
  item.source = "sources/s";
  item.condition_ids = {"c1", "c2"};
  item.open = true;
  item.sub_grading = "一般三级";
  return entry;
}

std::vector<FileEntry> ReadAll(const std::string& path, Format format, absl::Status* end) {
  auto reader = Open(path, format);
  std::vector<FileEntry> entries;
  *end = reader.status();
  while (end->ok()) {
    auto next = (*reader)->Next();
    *end = next.status();
    if (!next.ok() || !next->has_value()) break;
    entries.push_back(std::move(**next));
  }
  return entries;
}

std::vector<FileEntry> ReadText(const std::string& text, absl::Status* end) {
  const shareway::testing::TempDir dir;
  std::ofstream(dir / "t.csv", std::ios::binary) << text;
  return ReadAll(dir / "t.csv", Format::kUnspecified, end);
}

void CheckRefused(const std::string& text, const std::string& words) {
  INFO(text);
  absl::Status end;
  ReadText(text, &end);
  REQUIRE(DetailsOf(end));
  CHECK(DetailsOf(end)->reason == Reason::kFileRefused);
  CHECK_THAT(std::string(end.message()), Catch::Contains(words));
}

TEST_CASE("Entries written as a table come back whole, as CSV in both encodings and as a workbook") {
  const shareway::testing::TempDir dir;
  Entry second = GoodEntry();
  second.code = "306002/000002";
  second.items.clear();
  const std::vector<Entry> entries = {FullEntry(), second};
  for (const Format format : {Format::kCsv, Format::kCsvGb18030, Format::kXlsx}) {
    const std::string path = dir / "entries.csv";
    auto writer = Create(path, format).value();
    for (const Entry& entry : entries) {
      REQUIRE(writer->Add({.name = "resources/r", .entry = entry, .provider_name = "民政局",
                           .publish_date = "2026-01-05", .state = "PUBLISHED", .revision = 3}).ok());
    }
    REQUIRE(writer->Finish().ok());
    // Detection needs no word from whoever hands it in.
    for (const Format asked : {format, Format::kUnspecified}) {
      absl::Status end;
      const std::vector<FileEntry> read = ReadAll(path, asked, &end);
      INFO(end);
      REQUIRE(end.ok());
      REQUIRE(read.size() == entries.size());
      for (size_t i = 0; i < entries.size(); ++i) {
        std::string difference;
        MessageDifferencer differ;
        differ.ReportDifferencesToString(&difference);
        CHECK(read[i].faults.empty());
        CHECK(differ.Compare(Whole(entries[i]), Whole(read[i].entry)));
        INFO(difference);
        CHECK(difference.empty());
      }
    }
  }
}

TEST_CASE("A file of text is known for its encoding however long it is, and wherever that shows") {
  const shareway::testing::TempDir dir;
  const std::string path = dir / "entries.csv";
  for (const Format format : {Format::kCsv, Format::kCsvGb18030}) {
    auto writer = Create(path, format).value();
    for (int i = 0; i < 500; ++i) REQUIRE(writer->Add({.entry = FullEntry()}).ok());
    REQUIRE(writer->Finish().ok());
    CHECK(Detect(path).value() == format);
  }
  // 名称 in GB18030 and in UTF-8, so that the first 64 KiB end before, within and after it.
  const std::string gb = "\xC3\xFB\xB3\xC6";
  const std::string utf8 = "名称";
  for (const size_t before : std::vector<size_t>{10, 60'000, 65'530, 65'531, 65'532, 65'533, 65'534,
                                                 65'535, 65'536, 65'537, 200'000}) {
    for (const size_t after : std::vector<size_t>{0, 1, 70'000}) {
      INFO(before << " bytes before, " << after << " after");
      const auto detected = [&](const std::string& name) {
        std::ofstream(path, std::ios::binary) << std::string(before, 'a') << name << std::string(after, 'b');
        return Detect(path).value();
      };
      CHECK(detected(gb) == Format::kCsvGb18030);
      CHECK(detected(utf8) == Format::kCsv);
      CHECK(detected("") == Format::kCsv);
    }
  }
}

TEST_CASE("More rows than a workbook holds are told as too many, which no second try mends") {
  const shareway::testing::TempDir dir;
  auto writer = CreateXlsx(dir / "e.xlsx", 4).value();
  Entry entry = GoodEntry();
  entry.items.resize(1);
  for (int i = 0; i < 3; ++i) REQUIRE(writer->Add({.name = "resources/r", .entry = entry}).ok());
  const absl::Status full = writer->Add({.name = "resources/r", .entry = entry});
  REQUIRE(DetailsOf(full));
  CHECK(DetailsOf(full)->reason == Reason::kFileTooLarge);
  CHECK(kMaxSheetRows == 1'048'576);
}

TEST_CASE("A written workbook does not tell when, so that the same entries give the same file") {
  const shareway::testing::TempDir dir;
  auto writer = Create(dir / "e.xlsx", Format::kXlsx).value();
  REQUIRE(writer->Add({.name = "resources/r", .entry = GoodEntry()}).ok());
  REQUIRE(writer->Finish().ok());
  zip_t* const archive = zip_open((dir / "e.xlsx").c_str(), ZIP_RDONLY, nullptr);
  REQUIRE(archive != nullptr);
  std::string core(4096, '\0');
  zip_file_t* const part = zip_fopen(archive, "docProps/core.xml", 0);
  REQUIRE(part != nullptr);
  core.resize(static_cast<size_t>(zip_fread(part, core.data(), core.size())));
  zip_fclose(part);
  zip_close(archive);
  CHECK_THAT(core, Catch::Contains("1980-01-01T00:00:00Z") && !Catch::Contains("202"));
}

TEST_CASE("No cell of a written table would be computed by a spreadsheet") {
  const shareway::testing::TempDir dir;
  auto writer = Create(dir / "e.csv", Format::kCsv).value();
  REQUIRE(writer->Add({.name = "resources/r", .entry = FullEntry()}).ok());
  REQUIRE(writer->Finish().ok());
  std::stringstream text;
  text << std::ifstream(dir / "e.csv", std::ios::binary).rdbuf();
  const std::string csv = text.str();
  CHECK_THAT(csv, Catch::Contains("\"'=HYPERLINK"));
  for (const char* bad : {",=", ",-", ",+", ",@", "\"=HYPER"}) CHECK(csv.find(bad) == std::string::npos);
}

TEST_CASE("An agency's own sheet has its columns in any order and words as people write them") {
  absl::Status end;
  const auto read = ReadText(
      "信息资源代码,信息资源名称,更新周期,共享类型,关键词,信息项名称,数据类型,数据长度,主键\n"
      "306002/000001,低保对象,每月,有条件共享,低保、救助,证件号码,字符型,18,是\n"
      ",,,,,姓名,TEXT,,否\n"
      "\n"
      "306002/000002,低保标准,每年,UNCONDITIONAL,,标准,数值型,,\n",
      &end);
  INFO(end);
  REQUIRE(end.ok());
  REQUIRE(read.size() == 2);
  CHECK(read[0].entry.update_cycle == UpdateCycle::kMonthly);
  CHECK(read[0].entry.declared_class == ShareClass::kConditional);
  CHECK(read[0].entry.keywords == std::vector<std::string>{"低保", "救助"});
  REQUIRE(read[0].entry.items.size() == 2);
  CHECK(read[0].entry.items[0].key);
  CHECK(read[0].entry.items[0].length == 18);
  CHECK(read[0].entry.items[1].type == ItemType::kText);
  CHECK(read[0].first_row == 2);
  CHECK(read[0].last_row == 3);
  CHECK(read[1].entry.declared_class == ShareClass::kUnconditional);
  CHECK(read[0].SpotOf("resource.items[1].type").column == "数据类型");
  CHECK(read[0].SpotOf("resource.items[1].grading").row == 3);
}

// The sheet that agencies have in use (reference 2.1): other headings than ours, one column for the
// conditions and for the basis, and no identifiers of items.
TEST_CASE("The template in use is read, as far as an entry has fields for it") {
  const std::string headings =
      "序号,部门类信息资源分类,项,目,关联业务事项,信息资源名称,信息资源代码,下设机构,信息资源提供方代码,"
      "信息资源格式,信息项名称,数据类型,数据长度,共享属性,共享条件/不予共享依据,共享方式分类,"
      "共享方式类型,更新周期,扩展字段,使用要求\n";
  absl::Status end;
  const auto read = ReadText(
      headings +
          "1,部门,06,002,,低保对象,306002/000001,,11370000004502345X,数据库,证件号码,C,18,有条件共享,"
          "\"用途：限用于低保核查。【行政依据、业务协同】\nc1 限本市\",共享平台方式,文件下载、接口,每月,"
          "服务对象：自然人,限核查\n"
          ",,,,,,,,,,金额,货币型,,,,,,,,\n"
          "2,部门,06,002,低保审核,统计个案,306002/000002,,,,,,,不予共享,"
          "法律：《中华人民共和国统计法》第二十五条,邮件方式,,,,\n",
      &end);
  INFO(end);
  REQUIRE(end.ok());
  REQUIRE(read.size() == 2);
  CHECK(read[0].faults.empty());
  CHECK(read[0].items_unnamed);
  const Entry& entry = read[0].entry;
  CHECK(entry.provider == "agencies/11370000004502345X");
  CHECK(entry.items[0].type == ItemType::kText);
  CHECK(entry.items[1].type == ItemType::kDecimal);
  REQUIRE(entry.conditions.size() == 2);
  CHECK(entry.conditions[0].id == "c2");
  CHECK(entry.conditions[0].kind == ShareCondition::Kind::kPurposes);
  CHECK(entry.conditions[0].text == "限用于低保核查。");
  CHECK(entry.conditions[0].values ==
        std::vector<std::string>{"ADMINISTRATIVE_BASIS", "BUSINESS_COLLABORATION"});
  CHECK(entry.conditions[1].id == "c1");
  CHECK(entry.conditions[1].kind == ShareCondition::Kind::kOther);
  CHECK(entry.conditions[1].text == "限本市");
  CHECK(entry.methods.size() == 2);
  CHECK(entry.extensions.at("服务对象") == "自然人");
  CHECK(entry.use_condition == "限核查");

  CHECK(read[1].entry.conditions.empty());
  REQUIRE(read[1].entry.not_shared_basis.size() == 1);
  CHECK(read[1].entry.not_shared_basis[0].level == BasisLevel::kLaw);
  CHECK(read[1].entry.not_shared_basis[0].title == "中华人民共和国统计法");
  CHECK(read[1].entry.not_shared_basis[0].article == "第二十五条");
  // What an entry has no field for is told, not dropped.
  REQUIRE(read[1].faults.size() == 2);
  CHECK(read[1].faults[0].spot.column == "关联业务事项");
  CHECK_THAT(read[1].faults[0].rule, Catch::Contains("would be lost"));
  CHECK(read[1].faults[1].spot.column == "共享方式分类");
}

TEST_CASE("A basis or an extension that cannot be read is told with how it reads") {
  absl::Status end;
  const auto read = ReadText(
      "信息资源代码,信息资源名称,共享类型,不予共享依据,扩展字段\n"
      "306002/000001,甲,不予共享,统计法第二十五条,自然人\n"
      "306002/000002,乙,不予共享,通知：《关于……的通知》,\"a：1\na：2\"\n",
      &end);
  REQUIRE(end.ok());
  REQUIRE(read.size() == 2);
  REQUIRE(read[0].faults.size() == 2);
  CHECK_THAT(read[0].faults[0].rule, Catch::Contains("LEVEL：《title》article"));
  CHECK_THAT(read[0].faults[1].rule, Catch::Contains("KEY：value"));
  REQUIRE(read[1].faults.size() == 2);
  CHECK_THAT(read[1].faults[1].rule, Catch::Contains("twice"));
}

TEST_CASE("What a cell cannot mean is told by row, column and field, all at once in the template's order") {
  absl::Status end;
  const auto read = ReadText(
      "信息资源代码,信息资源名称,更新周期,共享方式,信息项名称,数据长度,主键\n"
      "306002/000001,低保对象,每周三,查询；偷看,证件号码,十八,也许\n"
      "306002/000001,别的名称,,,姓名,,\n",
      &end);
  REQUIRE(end.ok());
  REQUIRE(read.size() == 2);  // another title is another entry, which the check of codes refuses
  std::vector<std::string> told;
  for (const CellFault& fault : read[0].faults) {
    told.push_back(absl::StrCat(fault.spot.row, " ", fault.spot.column, " ", fault.field));
    CHECK_FALSE(fault.rule.empty());
  }
  CHECK(told == std::vector<std::string>{"2 数据长度 resource.items[0].length",
                                         "2 共享方式 resource.methods",
                                         "2 更新周期 resource.update_cycle",
                                         "2 主键 resource.items[0].key"});
}

TEST_CASE("JSON in a cell that nests deeper than an entry may is a fault of that cell") {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  for (const std::string& deep : {nested(33), nested(65'000), std::string(65'000, '[')}) {
    absl::Status end;
    const auto read = ReadText(
        absl::StrCat("信息资源代码,信息资源名称,共享条件,关键词,扩展字段,服务接口\n306002/000001,甲,", deep,
                     ",", deep, ",", "\"{\"\"a\"\":", deep, "}\"", ",", deep,
                     "\n306002/000002,乙,,\"[\"\"[[\"\"]\",,\n"),
        &end);
    INFO(end);
    REQUIRE(end.ok());
    REQUIRE(read.size() == 2);
    std::vector<std::string> fields;
    for (const CellFault& fault : read[0].faults) {
      fields.push_back(fault.field);
      CHECK_THAT(fault.rule, Catch::Contains("nests deeper than 32"));
    }
    CHECK(fields == std::vector<std::string>{"resource.conditions", "resource.keywords",
                                             "resource.extensions", "resource.operations"});
    // What is between quotation marks nests nothing, and the next entry is read as ever.
    CHECK(read[1].faults.empty());
    CHECK(read[1].entry.keywords == std::vector<std::string>{"[["});
  }
}

TEST_CASE("A list in a cell that no entry could hold is a fault, however long it is") {
  for (const size_t count : {kMaxCellParts + 1, size_t{30'000}}) {
    std::string lines;
    std::string array;
    for (size_t i = 0; i < count; ++i) {
      absl::StrAppend(&lines, "a\n");
      absl::StrAppend(&array, i == 0 ? "[" : ",", "\"\"a\"\"");
    }
    absl::Status end;
    const auto read = ReadText(
        absl::StrCat("信息资源代码,信息资源名称,共享条件,关联资源代码,关键词,服务接口\n306002/000001,甲,\"", lines,
                     "\",\"", lines, "\",\"", array, "]\",\"", array, "]\"\n"),
        &end);
    INFO(end);
    REQUIRE(end.ok());
    REQUIRE(read.size() == 1);
    std::vector<std::string> told;
    for (const CellFault& fault : read[0].faults) {
      told.push_back(absl::StrCat(fault.field, " ", fault.rule));
    }
    CHECK(told == std::vector<std::string>{"resource.conditions lists more than 500",
                                           "resource.related lists more than 500",
                                           "resource.keywords lists more than 500",
                                           "resource.operations lists more than 500"});
    CHECK(read[0].entry.conditions.empty());
  }
}

TEST_CASE("Conditions without identifiers get the free ones in order") {
  std::string lines = "c3 甲\nc499 乙\n";
  for (size_t i = 2; i < kMaxCellParts; ++i) absl::StrAppend(&lines, "丙\n");
  absl::Status end;
  const auto read = ReadText(
      absl::StrCat("信息资源代码,信息资源名称,共享条件\n306002/000001,甲,\"", lines, "\"\n"), &end);
  REQUIRE(end.ok());
  REQUIRE(read.size() == 1);
  CHECK(read[0].faults.empty());
  const auto& conditions = read[0].entry.conditions;
  REQUIRE(conditions.size() == kMaxCellParts);
  CHECK(conditions[0].id == "c3");
  CHECK(conditions[2].id == "c1");
  CHECK(conditions[3].id == "c2");
  CHECK(conditions[4].id == "c4");
  CHECK(conditions.back().id == "c500");
}

TEST_CASE("Merged cells written out may repeat the entry, and may not contradict it") {
  absl::Status end;
  const auto read = ReadText(
      "信息资源代码,信息资源名称,更新周期,信息项名称\n"
      "306002/000001,低保对象,每月,证件号码\n"
      "306002/000001,低保对象,每月,姓名\n"
      "306002/000001,低保对象,每年,住址\n",
      &end);
  REQUIRE(end.ok());
  REQUIRE(read.size() == 1);
  CHECK(read[0].entry.items.size() == 3);
  REQUIRE(read[0].faults.size() == 1);
  CHECK(read[0].faults[0].spot.row == 4);
  CHECK(read[0].faults[0].field == "resource.update_cycle");
}

TEST_CASE("What a further row repeats in other words or after a fault is no contradiction") {
  absl::Status end;
  const auto read = ReadText(
      "信息资源代码,信息资源名称,更新周期,共享条件,扩展字段,保密审查,数据长度,信息项名称,涉密\n"
      "306002/000001,低保对象,每月,甲,\"a：1\nb：2\",是,,证件号码,\n"
      ",,MONTHLY,c1 甲,\"b：2\na：1\",TRUE,,姓名,否\n"
      ",,每年,乙,a：1,否,,住址,是\n"
      "306002/000002,低保标准,每周三,,,,,标准,\n"
      ",,每周三,,,,,地区,\n"
      ",,每月,丙,,,,依据,\n",
      &end);
  INFO(end);
  REQUIRE(end.ok());
  REQUIRE(read.size() == 2);
  std::vector<std::string> told;
  for (const FileEntry& entry : read) {
    for (const CellFault& fault : entry.faults) {
      told.push_back(absl::StrCat(fault.spot.row, " ", fault.field));
    }
  }
  std::sort(told.begin(), told.end());
  CHECK(told == std::vector<std::string>{"4 resource.assessment.secrecy_cleared",
                                         "4 resource.conditions", "4 resource.extensions",
                                         "4 resource.secret", "4 resource.update_cycle", "5 resource.update_cycle",
                                         "7 resource.conditions", "7 resource.update_cycle"});
}

TEST_CASE("Rows of one entry beyond what an entry may hold take neither room nor time") {
  std::string text = "信息资源代码,信息资源名称,扩展字段,服务接口,信息项名称,数据类型,数据分级,主键\n306002/000001,甲";
  for (int i = 0; i < 50'000; ++i) absl::StrAppend(&text, i == 0 ? "" : ",", ",a：b,,名,无此类,无,无\n");
  text += "306002/000002,乙,,,,,,\n";
  absl::Status end;
  const auto read = ReadText(text, &end);
  INFO(end);
  REQUIRE(end.ok());
  REQUIRE(read.size() == 2);
  CHECK(read[0].entry.items.size() == kMaxItems + 1);
  CHECK(read[0].faults.size() == kMaxCellFaults);
  CHECK(read[0].spots.size() <= (kMaxItems + 1) * 5 + 3);
  CHECK(read[0].last_row == 50'001);
  CHECK(read[1].faults.empty());
}

TEST_CASE("Rows that repeat an entry and add no item are compared with its first row alone") {
  for (const bool same : {false, true}) {
    std::string text = "信息资源代码,信息资源名称,扩展字段,更新周期\n306002/000001,甲,\"a：1\nb：2\",每月\n";
    for (int i = 0; i < 50'000; ++i) {
      text += same ? "306002/000001,甲,\"b：2\na：1\",MONTHLY\n" : ",,a：2,每年\n";
    }
    absl::Status end;
    const auto read = ReadText(text, &end);
    INFO(end);
    REQUIRE(end.ok());
    REQUIRE(read.size() == 1);
    CHECK(read[0].faults.size() == (same ? 0 : kMaxCellFaults));
    CHECK(read[0].spots.size() == 4);
    CHECK(read[0].entry.extensions.size() == 2);
  }
}

TEST_CASE("The first row beyond an entry's items is told") {
  std::string text = "信息资源代码,信息资源名称,信息项名称\n306002/000001,甲";
  for (size_t i = 0; i < kMaxItems + 10; ++i) absl::StrAppend(&text, i == 0 ? "" : ",", ",名\n");
  absl::Status end;
  const auto read = ReadText(text, &end);
  REQUIRE(end.ok());
  REQUIRE(read.size() == 1);
  REQUIRE(read[0].faults.size() == 1);
  CHECK(read[0].faults[0].field == "resource.items");
  CHECK(read[0].faults[0].spot.row == kMaxItems + 3);
}

TEST_CASE("A table with headings that do not fit is refused as a whole") {
  CheckRefused("信息资源代码,信息资源名称,密级\n1,2,3\n", "密级");
  CheckRefused("信息资源代码,信息资源名称,信息资源名称\n1,2,3\n", "twice");
  CheckRefused("信息资源名称,更新周期\n1,2\n", "信息资源代码");
  CheckRefused("\n\n,,\n", "no headings");
}

}  // namespace
}  // namespace shareway::catalog::files
