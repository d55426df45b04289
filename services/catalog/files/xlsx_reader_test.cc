// SPDX-License-Identifier: Apache-2.0
#include <zip.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/files/entries_file.h"
#include "tests/support/temp_dir.h"

namespace shareway::catalog::files {
namespace {

using Parts = std::map<std::string, std::string>;

// A small workbook as an office program writes it: shared and inline texts, a number, a hidden sheet.
Parts Workbook() {
  return {
      {"xl/workbook.xml",
       R"(<workbook xmlns:r="r"><sheets><sheet name="目录" sheetId="1" r:id="a"/>)"
       R"(<sheet name="lists" sheetId="2" state="hidden" r:id="b"/></sheets></workbook>)"},
      {"xl/_rels/workbook.xml.rels",
       R"(<Relationships><Relationship Id="a" Type="t/worksheet" Target="/xl/worksheets/one.xml"/>)"
       R"(<Relationship Id="b" Type="t/worksheet" Target="worksheets/two.xml"/>)"
       R"(<Relationship Id="c" Type="t/sharedStrings" Target="sharedStrings.xml"/></Relationships>)"},
      {"xl/sharedStrings.xml",
       "<sst><si><t>信息资源代码</t></si><si><r><t>低保</t></r><r><t>对象</t></r>"
       "<rPh><t>dibao</t></rPh></si></sst>"},
      {"xl/worksheets/one.xml",
       R"(<worksheet><sheetData><row r="2"><c r="A2" t="s"><v>0</v></c>)"
       R"(<c r="B2" t="inlineStr"><is><t>信息资源名称</t></is></c>)"
       R"(<c r="D2" t="inlineStr"><is><t>数据长度</t></is></c></row>)"
       R"(<row r="5"><c r="A5" t="str"><v>306002/000001</v></c><c r="B5" t="s"><v>1</v></c>)"
       R"(<c r="D5"><v>18</v></c></row></sheetData></worksheet>)"},
      {"xl/worksheets/two.xml", "<worksheet><sheetData/></worksheet>"},
  };
}

struct Told {
  std::vector<FileEntry> entries = {};
  absl::Status end = {};
};

Told ReadAll(const Parts& parts) {
  const shareway::testing::TempDir dir;
  const std::string path = dir / "a.xlsx";
  int error = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE, &error);
  REQUIRE(archive != nullptr);
  for (const auto& [name, content] : parts) {
    zip_source_t* const source = zip_source_buffer(archive, content.data(), content.size(), 0);
    REQUIRE(zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8) >= 0);
  }
  REQUIRE(zip_close(archive) == 0);
  Told told;
  auto reader = Open(path, Format::kUnspecified);
  told.end = reader.status();
  while (told.end.ok()) {
    auto next = (*reader)->Next();
    told.end = next.status();
    if (!next.ok() || !next->has_value()) break;
    told.entries.push_back(std::move(**next));
  }
  return told;
}

// The workbook with `part` changed from `from` to `to`, or added where `from` is empty.
void CheckRefused(const std::string& part, const std::string& from, const std::string& to,
                  const std::string& words, Reason reason = Reason::kFileRefused) {
  INFO(part << " " << to.substr(0, 80));
  Parts parts = Workbook();
  const std::string before = parts[part];
  parts[part] = from.empty() ? to : absl::StrReplaceAll(before, {{from, to}});
  REQUIRE(parts[part] != before);
  const absl::Status end = ReadAll(parts).end;
  REQUIRE(DetailsOf(end));
  CHECK(DetailsOf(end)->reason == reason);
  CHECK_THAT(std::string(end.message()), Catch::Contains(words));
}

TEST_CASE("A workbook's shown sheet is read by place, whatever form its texts have") {
  const Told told = ReadAll(Workbook());
  INFO(told.end);
  REQUIRE(told.end.ok());
  REQUIRE(told.entries.size() == 1);
  const FileEntry& entry = told.entries[0];
  CHECK(entry.sheet == "目录");
  CHECK(entry.first_row == 5);
  CHECK(entry.entry.title == "低保对象");
  REQUIRE(entry.entry.items.size() == 1);
  CHECK(entry.entry.items[0].length == 18);
  CHECK(entry.SpotOf("resource.items[0].length").column == "数据长度");
}

TEST_CASE("A workbook that computes, fetches or lies is refused with the place") {
  const std::string sheet = "xl/worksheets/one.xml";
  const std::string rels = "xl/_rels/workbook.xml.rels";
  CheckRefused("xl/vbaProject.BIN", "", "x", "macros");
  CheckRefused("xl/externalLinks/externalLink1.xml", "", "<a/>", "links to other files");
  CheckRefused(rels, R"(Id="c")", R"(TargetMode="External" Id="c")", "links to other files");
  CheckRefused(sheet, "<v>18</v>", "<f>9+9</f><v>18</v>", "row 5: cell 4 is a formula");
  CheckRefused(sheet, R"(<c r="D5">)", R"(<c r="D5" t="e">)", "error of a formula");
  CheckRefused(sheet, "<v>1</v>", "<v>7</v>", "a text that is not there");
  CheckRefused(sheet, R"(<row r="5">)", R"(<row r="1">)", "out of order");
  CheckRefused(sheet, R"("B5")", R"("A5")", "out of order");
  CheckRefused(sheet, R"("D5")", R"("XFD5")", "columns", Reason::kFileTooLarge);
  CheckRefused(sheet, "<sheetData>", "<sheetData><row>", "");
  CheckRefused(sheet, "<worksheet>", "<!DOCTYPE w [<!ENTITY a 'b'>]><worksheet>", "");
  CheckRefused(rels, R"(Id="a")", R"(Id="z")", "no part");
  CheckRefused(rels, "one.xml", "three.xml", "lacks");
  CheckRefused("xl/workbook.xml", R"(sheetId="1")", R"(state="veryHidden")", "no sheet");
  Parts none = Workbook();
  none.erase("xl/workbook.xml");
  CHECK(DetailsOf(ReadAll(none).end)->reason == Reason::kFileRefused);
}

TEST_CASE("A workbook whose lists of parts are none that anybody has is refused before it is held") {
  const std::string book = "xl/workbook.xml";
  const std::string rels = "xl/_rels/workbook.xml.rels";
  const std::string sheet = R"(<sheet name="a" r:id="a"/>)";
  const std::string relation = R"(Target="/xl/worksheets/one.xml"/>)";
  std::string sheets;
  for (int i = 0; i < 200; ++i) sheets += sheet;
  CheckRefused(book, "</sheets>", sheets + "</sheets>", "more than 200 sheets",
               Reason::kFileTooLarge);
  CheckRefused(book, "目录", std::string(125, 'a'), "name has more than 124 bytes");
  CheckRefused(book, "目录", std::string(500'000, 'a'), "name has more than 124 bytes");
  CheckRefused(rels, "one.xml", std::string(500'000, 'a'), "a relationship of more than",
               Reason::kFileTooLarge);
  CheckRefused(rels, R"(Id="a")", "Id=\"" + std::string(1025, 'a') + "\"",
               "a relationship of more than", Reason::kFileTooLarge);
  std::string relations;
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&relations, "<Relationship Id=\"r", i, "\" Type=\"t\" ", relation);
  }
  CheckRefused(rels, "</Relationships>", relations + "</Relationships>", "more than 1000",
               Reason::kFileTooLarge);
}

TEST_CASE("A shared text that stands in more rows than a file may hold bytes is refused") {
  Parts parts = Workbook();
  const std::string text(100'000, 'x');
  parts["xl/sharedStrings.xml"] =
      absl::StrCat("<sst><si><t>信息资源代码</t></si><si><t>", text, "</t></si></sst>");
  std::string rows;
  for (int row = 6; row < 1500; ++row) {
    absl::StrAppend(&rows, "<row r=\"", row, "\">");
    for (const char* column : {"B", "C", "D", "E"}) {
      absl::StrAppend(&rows, "<c r=\"", column, row, "\" t=\"s\"><v>1</v></c>");
    }
    rows += "</row>";
  }
  std::string& sheet = parts["xl/worksheets/one.xml"];
  sheet = absl::StrReplaceAll(sheet, {{"</sheetData>", rows + "</sheetData>"}});
  const absl::Status end = ReadAll(parts).end;
  REQUIRE(DetailsOf(end));
  CHECK(DetailsOf(end)->reason == Reason::kFileTooLarge);
}

TEST_CASE("What unpacks to far more than it is, is not unpacked") {
  CheckRefused("xl/sharedStrings.xml", "", absl::StrCat("<sst>", std::string(64 << 20, ' '), "</sst>"),
               "times its size", Reason::kFileTooLarge);
}

TEST_CASE("Text after nesting deeper than any workbook's is refused") {
  std::string deep;
  for (int i = 0; i < kMaxXmlDepth + 1; ++i) deep += "<a>";
  CheckRefused("xl/worksheets/one.xml", "<sheetData>", deep, "");
}

}  // namespace
}  // namespace shareway::catalog::files
