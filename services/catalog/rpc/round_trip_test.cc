// SPDX-License-Identifier: Apache-2.0
// A file goes into one catalogue, comes out of it, and goes into a second, empty one: what an agency
// wrote is in both as it was, in each format that can be read and written.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "google/protobuf/util/message_differencer.h"
#include "libs/crypto/hash.h"
#include "services/catalog/rpc/test_served.h"

namespace shareway::catalog {
namespace {

using google::protobuf::util::MessageDifferencer;

std::string Path(absl::string_view method) { return absl::StrCat(kCatalogService, method); }

std::string NameOf(const Entry& entry) {
  return absl::StrCat("resources/", absl::StrReplaceAll(entry.code, {{"/", "-"}}));
}

// Both worlds know one field of their own.
void AddExtension(Served* served) {
  const ExtensionField field = {.key = "storage",
                                .label = {.zh_hans = "存储", .zh_hant = "存儲", .en = "Storage"},
                                .type = ExtensionField::Type::kText,
                                .max_length = 50};
  served->world().extensions = Extensions::Make("1", {field}).value();
}

// Three entries with something in every field that the law lets stand together, and texts that a
// table carries badly.
std::vector<Entry> Rich() {
  Entry open = GoodEntry();
  open.code = "306002/000011";
  open.title = "低保对象, \"甲类\"；一";
  open.abstract = "=HYPERLINK(\"http://x\"), '引号', -1+1";
  open.conditions = {{.id = "c1",
                      .kind = ShareCondition::Kind::kPurposes,
                      .text = "限用于行政依据；核对, \"引号\"",
                      .values = {"ADMINISTRATIVE_BASIS"}},
                     {.id = "for-tax",
                      .kind = ShareCondition::Kind::kAgencies,
                      .text = "+限税务",
                      .values = {kTax}},
                     {.id = "c3", .kind = ShareCondition::Kind::kOther, .text = "@另行约定"}};
  open.not_shared_reason = "-法律规定";
  open.not_shared_basis = {{.level = BasisLevel::kLaw, .title = "统计法", .article = "第二十五条"}};
  open.open = true;
  open.open_condition = "'@已脱敏";
  open.methods = {Method::kQuery, Method::kVerify, Method::kDownload, Method::kCall,
                  Method::kSubscribe};
  open.update_cycle = UpdateCycle::kIrregular;
  open.related = {"306002/000012", "306002/000013"};
  open.keywords = {"低保、救助", "a;b", "[x]", "=1"};
  open.operations = {{.id = "look_up",
                      .title = "查询, \"一\"",
                      .form = Operation::Form::kJson,
                      .parameters = {"cert_no", "year"}},
                     {.id = "paper", .title = "证照", .form = Operation::Form::kOpaque, .item = "amount"}};
  open.category = "306002";
  open.contributors = {kTax};
  open.extensions = {{"storage", "云, \"甲\""}};
  open.promised_days = 1;
  open.change_reason = "年度修订";
  Item& name = open.items.at(1);
  name.share_class = ShareClass::kNotShared;
  name.description = "+86, \"姓名\"";
  name.mask = Mask::kKeepEnds;
  Item& amount = open.items.at(2);
  amount.condition_ids = {"c1", "for-tax"};
  amount.grading = Grading::kImportant;
  open.items.at(3).open = true;

  Entry received = GoodEntry();
  received.code = "306002/000012";
  received.format = ResourceFormat::kServiceInterface;
  received.format_type = "";
  received.use_condition = "-";
  received.division = "";
  received.keywords = {};
  received.items.at(2).received_under = "grants/g";

  Entry plain = GoodEntry();
  plain.code = "306002/000013";
  plain.declared_class = ShareClass::kUnconditional;
  plain.conditions = {};
  plain.items.resize(1);
  return {open, received, plain};
}

std::string FileOf(const std::vector<Entry>& entries, files::Format format) {
  const shareway::testing::TempDir dir;
  const std::string path = dir / "entries";
  const auto writer = files::Create(path, format).value();
  for (const Entry& entry : entries) REQUIRE(writer->Add({.entry = entry}).ok());
  REQUIRE(writer->Finish().ok());
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Brings the file into the world's catalogue, as new drafts all.
void Import(Served* served, const std::string& file, v1::FileFormat format, uint64_t entries) {
  const auto channel = served->As("editor");
  auto stream =
      channel->ClientStream<v1::ImportResourcesRequest, v1::Import>(Path("ImportResources"), {});
  v1::ImportResourcesRequest part;
  part.mutable_import()->set_file_name("entries");
  part.set_data(file);
  REQUIRE(stream.Write(part));
  const auto begun = stream.Finish();
  INFO(begun.status());
  REQUIRE(begun.ok());
  CHECK(begun->format() == format);  // found out
  while (served->world().imports->Step().value()) {
  }
  v1::ListImportRowsRequest list;
  list.set_name(begun->name());
  const auto rows = served->Call<v1::ListImportRowsResponse>("editor", Path("ListImportRows"), list);
  INFO(rows->DebugString());
  v1::GetImportRequest get;
  get.set_name(begun->name());
  const auto ended = served->Call<v1::Import>("editor", Path("GetImport"), get);
  REQUIRE(ended.ok());
  INFO(ended->DebugString());
  REQUIRE(ended->state() == v1::Import::DONE);
  REQUIRE(ended->created() == entries);
}

std::string Export(Served* served, v1::FileFormat format, bool drafts, uint64_t entries) {
  v1::ExportResourcesRequest request;
  request.set_format(format);
  request.set_drafts(drafts);
  const auto channel = served->As("editor");
  auto stream =
      channel->ServerStream<v1::ExportResourcesResponse>(Path("ExportResources"), request, {});
  std::string file;
  v1::ExportResourcesResponse last;
  while (true) {
    const auto part = stream.Read();
    INFO(part.status());
    REQUIRE(part.ok());
    if (!part->has_value()) break;
    last = **part;
    file += last.data();
  }
  REQUIRE(last.digest() == crypto::Sha256(file).str());
  CHECK(last.entries() == entries);
  return file;
}

void Publish(Served* served, const std::string& name) {
  TestWorld& world = served->world();
  auto at = world.catalog->Submit(world.By("editor"), name, "");
  INFO(at.status());
  REQUIRE(at.ok());
  at = world.catalog->Approve(world.ActBy("head"), name, Catalog::Etag(*at));
  INFO(at.status());
  REQUIRE(at.ok());
  at = world.catalog->Publish(world.ActBy("officer"), name, Catalog::Etag(*at));
  INFO(at.status());
  REQUIRE(at.ok());
}

// What its compiler wrote, without what the authority and time added.
v1::Resource Written(const Entry& entry) {
  return ToMessage("", Resource::Published{.entry = entry});
}

void CheckHas(Served* served, const Entry& wanted) {
  v1::GetResourceRequest get;
  get.set_name(NameOf(wanted));
  const auto there = served->Call<v1::Resource>("editor", Path("GetResource"), get);
  INFO(get.name() << ": " << there.status());
  REQUIRE(there.ok());
  std::string difference;
  MessageDifferencer differ;
  differ.ReportDifferencesToString(&difference);
  const bool same = differ.Compare(Written(wanted), Written(EntryFrom(*there)));
  INFO(difference);
  CHECK(same);
}

void CheckRoundTrip(files::Format format, bool publish) {
  const std::vector<Entry> entries = Rich();
  const auto wire = static_cast<v1::FileFormat>(format);
  Served first;
  AddExtension(&first);
  Import(&first, FileOf(entries, format), wire, entries.size());
  if (publish) {
    for (const Entry& entry : entries) Publish(&first, NameOf(entry));
  }
  for (const Entry& entry : entries) CheckHas(&first, entry);
  const std::string file = Export(&first, wire, !publish, entries.size());
  Served second;
  AddExtension(&second);
  Import(&second, file, wire, entries.size());
  for (const Entry& entry : entries) CheckHas(&second, entry);
}

TEST_CASE("What comes as a workbook goes out as one and into another catalogue, and nothing is lost",
          "[catalog][rpc][import][export]") {
  CheckRoundTrip(files::Format::kXlsx, true);
  CheckRoundTrip(files::Format::kXlsx, false);
}

TEST_CASE("What comes as JSON goes out as JSON and into another catalogue, and nothing is lost",
          "[catalog][rpc][import][export]") {
  CheckRoundTrip(files::Format::kJson, true);
  CheckRoundTrip(files::Format::kJson, false);
}

TEST_CASE("What comes as CSV goes out as CSV and into another catalogue, and nothing is lost",
          "[catalog][rpc][import][export]") {
  CheckRoundTrip(files::Format::kCsv, true);
  CheckRoundTrip(files::Format::kCsv, false);
  CheckRoundTrip(files::Format::kCsvGb18030, true);
}

}  // namespace
}  // namespace shareway::catalog
