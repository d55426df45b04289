// SPDX-License-Identifier: Apache-2.0
// Files of entries over the wire: the stream up, what became of each entry, and the stream down.
#include "services/catalog/rpc/import_rpc.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"
#include "services/catalog/rpc/test_served.h"
#include "tests/support/await.h"

namespace shareway::catalog {
namespace {

using shareway::testing::AskUntil;
using Part = v1::ImportResourcesRequest;

std::string Path(absl::string_view method) { return absl::StrCat(kCatalogService, method); }

Entry Numbered(int number, bool good = true) {
  Entry entry = GoodEntry();
  entry.code = absl::StrCat("306002/", 100000 + number);
  entry.title = good ? absl::StrCat("演示资源", number) : "";
  return entry;
}

std::string FileOf(const std::vector<Entry>& entries) {
  const shareway::testing::TempDir dir;
  const std::string path = dir / "entries.json";
  const auto writer = files::Create(path, files::Format::kJson).value();
  for (const Entry& entry : entries) REQUIRE(writer->Add({.entry = entry}).ok());
  REQUIRE(writer->Finish().ok());
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Part Head(const std::string& data = "", const std::string& request_id = "") {
  Part part;
  part.mutable_import()->set_file_name("entries.json");
  part.set_request_id(request_id);
  part.set_data(data);
  return part;
}

Part Data(std::string data) {
  Part part;
  part.set_data(std::move(data));
  return part;
}

absl::StatusOr<v1::Import> Send(Served* served, const std::string& who,
                                const std::vector<Part>& parts) {
  const auto channel = served->As(who);
  auto stream = channel->ClientStream<Part, v1::Import>(Path("ImportResources"), {});
  for (const Part& part : parts) {
    if (!stream.Write(part)) break;
  }
  return stream.Finish();
}

// The files that lie in the folder of imports.
int Spooled(Served* served) {
  int files = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(served->world().dir / "imports")) {
    files += file.path().empty() ? 0 : 1;
  }
  return files;
}

template <typename Response, typename Request>
absl::StatusOr<Response> Ask(Served* served, const std::string& who, absl::string_view method,
                             const std::string& name) {
  Request request;
  request.set_name(name);
  return served->Call<Response>(who, Path(method), request);
}

absl::StatusOr<v1::Import> Get(Served* served, const std::string& who, const std::string& name) {
  return Ask<v1::Import, v1::GetImportRequest>(served, who, "GetImport", name);
}

void DoAll(Served* served) {
  while (served->world().imports->Step().value()) {
  }
}

// All numbers of the rows, page by page; `pages` counts them.
std::vector<uint32_t> Numbers(Served* served, v1::ListImportRowsRequest list, int* pages) {
  std::vector<uint32_t> numbers;
  do {
    const auto page =
        served->Call<v1::ListImportRowsResponse>("editor", Path("ListImportRows"), list);
    REQUIRE(page.ok());
    CHECK(page->rows_size() <= list.page_size());
    for (const v1::ImportRow& row : page->rows()) numbers.push_back(row.number());
    list.set_page_token(page->next_page_token());
    ++*pages;
  } while (!list.page_token().empty());
  return numbers;
}

void CheckRefused(const absl::StatusOr<v1::Import>& answer, absl::string_view field) {
  REQUIRE(absl::IsInvalidArgument(answer.status()));
  const auto details = DetailsOf(answer.status());
  REQUIRE(details);
  REQUIRE(details->fields.size() == 1);
  CHECK(details->fields[0].field == field);
}

TEST_CASE("A file goes up in pieces, and GetImport tells how far it is until it is over",
          "[catalog][rpc][import]") {
  Served served;
  const std::string file = FileOf({Numbered(1), Numbered(2)});
  // Also cut within characters.
  std::vector<Part> parts = {Head()};
  for (size_t at = 0; at < file.size(); at += 7) parts.push_back(Data(file.substr(at, 7)));
  const auto begun = Send(&served, "editor", parts);
  INFO(begun.status());
  REQUIRE(begun.ok());
  CHECK(begun->state() == v1::Import::CHECKING);
  CHECK(begun->format() == v1::ENTRIES_JSON);
  CHECK(begun->agency() == kCivil);
  CHECK(begun->importer() == "people/editor");
  CHECK(begun->file_digest() == crypto::Sha256(file).str());
  CHECK(begun->file_bytes() == file.size());
  CHECK(Spooled(&served) == 1);

  std::vector<v1::Import::State> seen;
  do {
    const auto now = Get(&served, "editor", begun->name());
    REQUIRE(now.ok());
    if (seen.empty() || seen.back() != now->state()) seen.push_back(now->state());
  } while (served.world().imports->Step().value());
  CHECK(seen == std::vector{v1::Import::CHECKING, v1::Import::WRITING, v1::Import::DONE});
  const auto ended = Get(&served, "editor", begun->name());
  CHECK(ended->created() == 2);
  CHECK(ended->entries() == 2);
  CHECK(ended->has_end_time());
  CHECK(Spooled(&served) == 0);

  v1::GetResourceRequest get;
  get.set_name("resources/306002-100002");
  const auto draft = served.Call<v1::Resource>("editor", Path("GetResource"), get);
  REQUIRE(draft.ok());
  CHECK(draft->state() == v1::Resource::DRAFT);
  CHECK(draft->title() == "演示资源2");
}

TEST_CASE("A stream without its header first, or with a header later, leaves nothing",
          "[catalog][rpc][import]") {
  Served served;
  const std::string file = FileOf({Numbered(1)});
  CheckRefused(Send(&served, "editor", {}), "import");
  CheckRefused(Send(&served, "editor", {Data(file)}), "import");
  CheckRefused(Send(&served, "editor", {Data(file), Head()}), "import");
  CheckRefused(Send(&served, "editor", {Head(), Head(file)}), "import");
  Part late = Data(file);
  late.set_request_id("r1");
  CheckRefused(Send(&served, "editor", {Head(), late}), "request_id");
  Part dcat = Head(file);
  dcat.mutable_import()->set_format(v1::DCAT_JSON_LD);
  CheckRefused(Send(&served, "editor", {dcat}), "import.format");
  Part path = Head(file);
  path.mutable_import()->set_file_name("../entries.json");
  CheckRefused(Send(&served, "editor", {path}), "import.file_name");
  CHECK(Spooled(&served) == 0);
  CHECK(served
            .Call<v1::ListImportsResponse>("editor", Path("ListImports"), v1::ListImportsRequest())
            ->imports_size() == 0);
}

TEST_CASE("A file that is empty, or no file of entries, is refused before an import begins",
          "[catalog][rpc][import]") {
  Served served;
  for (const std::string& file : {std::string(), std::string("\n \n"),
                                  std::string("\xD0\xCF\x11\xE0 a workbook of long ago")}) {
    const auto answer = Send(&served, "editor", {Head(file)});
    REQUIRE(absl::IsInvalidArgument(answer.status()));
    CHECK(DetailsOf(answer.status())->reason == Reason::kFileRefused);
  }
  CHECK(Spooled(&served) == 0);
}

TEST_CASE("A message over 1 MiB and a file over 64 MiB are refused", "[catalog][rpc][import]") {
  Served served;
  const std::string mebibyte(1 << 20, ' ');
  CheckRefused(Send(&served, "editor", {Head(mebibyte + " ")}), "data");
  CheckRefused(Send(&served, "editor", {Head(), Data(mebibyte), Data(mebibyte + " ")}), "data");
  std::vector<Part> parts = {Head("[")};
  parts.insert(parts.end(), 64, Data(mebibyte));
  const auto large = Send(&served, "editor", parts);
  REQUIRE(absl::IsResourceExhausted(large.status()));
  REQUIRE(DetailsOf(large.status()));
  CHECK(DetailsOf(large.status())->reason == Reason::kFileTooLarge);
  CHECK(Spooled(&served) == 0);
}

TEST_CASE("Who goes away in the middle leaves no file", "[catalog][rpc][import]") {
  Served served;
  const auto spooled = [&] { return Spooled(&served); };
  const auto channel = served.As("editor");
  // Where the connection ends is a matter of chance, and so is what the service hears first. What
  // came until then is a file of its own, which nobody sent.
  const std::string whole = FileOf({Numbered(1)});
  const std::string lines = whole.substr(2, whole.size() - 4);
  for (int i = 0; i < 30; ++i) {
    auto stream = channel->ClientStream<Part, v1::Import>(Path("ImportResources"), {});
    REQUIRE(stream.Write(Head(lines)));
    REQUIRE(AskUntil(spooled, [](int files) { return files >= 1; }) >= 1);
  }
  CHECK(AskUntil(spooled, [](int files) { return files == 0; }) == 0);
  CHECK_FALSE(served.world().imports->Step().value());
}

TEST_CASE("A request that is repeated with the same file gets the import that it began",
          "[catalog][rpc][import]") {
  Served served;
  const std::string file = FileOf({Numbered(1)});
  const auto first = Send(&served, "editor", {Head(file, "r1")});
  REQUIRE(first.ok());
  const auto second =
      Send(&served, "editor", {Head(file.substr(0, 9), "r1"), Data(file.substr(9))});
  REQUIRE(second.ok());
  CHECK(second->name() == first->name());
  CHECK(Spooled(&served) == 1);
  const auto other = Send(&served, "editor", {Head(FileOf({Numbered(2)}), "r1")});
  REQUIRE(DetailsOf(other.status()));
  CHECK(DetailsOf(other.status())->reason == Reason::kRequestIdReused);
  Part replace = Head(file, "r1");
  replace.mutable_import()->set_replace(true);
  CHECK_FALSE(Send(&served, "editor", {replace}).ok());
  CHECK(Spooled(&served) == 1);
  DoAll(&served);
  // Also when it is over.
  const auto third = Send(&served, "editor", {Head(file, "r1")});
  REQUIRE(third.ok());
  CHECK(third->name() == first->name());
  CHECK(third->state() == v1::Import::DONE);
  CHECK(Spooled(&served) == 0);
}

TEST_CASE("Rows are paged in the order of the file, all or those refused",
          "[catalog][rpc][import]") {
  Served served;
  std::vector<Entry> entries;
  for (int i = 1; i <= 7; ++i) entries.push_back(Numbered(i, i % 2 == 0));
  Part head = Head(FileOf(entries));
  head.mutable_import()->set_mode(v1::Import::VALID_ENTRIES);
  const auto begun = Send(&served, "editor", {head});
  REQUIRE(begun.ok());
  v1::ListImportRowsRequest list;
  list.set_name(begun->name());
  list.set_page_size(2);
  int pages = 0;
  CHECK(Numbers(&served, list, &pages).empty());  // nothing has a result yet
  DoAll(&served);
  const auto ended = Get(&served, "editor", begun->name());
  CHECK(ended->created() == 3);
  CHECK(ended->refused() == 4);

  pages = 0;
  CHECK(Numbers(&served, list, &pages) == std::vector<uint32_t>{1, 2, 3, 4, 5, 6, 7});
  CHECK(pages == 4);
  list.set_refused_only(true);
  pages = 0;
  CHECK(Numbers(&served, list, &pages) == std::vector<uint32_t>{1, 3, 5, 7});
  CHECK(pages >= 2);

  const auto page =
      served.Call<v1::ListImportRowsResponse>("editor", Path("ListImportRows"), list);
  REQUIRE(page->rows_size() == 2);
  const v1::ImportRow& row = page->rows(0);
  CHECK(row.result() == v1::ImportRow::ENTRY_REFUSED);
  CHECK(row.code() == Numbered(1).code);
  CHECK(row.resource().empty());
  REQUIRE(row.faults_size() >= 1);
  CHECK(row.faults(0).row() == 1);
  CHECK(row.faults(0).field() == "resource.title");
  CHECK_FALSE(row.faults(0).rule().empty());
  // A token is its list's.
  list.set_refused_only(false);
  list.set_page_token(page->next_page_token());
  CHECK(absl::IsInvalidArgument(
      served.Call<v1::ListImportRowsResponse>("editor", Path("ListImportRows"), list).status()));
}

TEST_CASE("Imports are listed newest first, a page at a time", "[catalog][rpc][import]") {
  Served served;
  std::vector<std::string> begun;
  for (int i = 1; i <= 3; ++i) {
    begun.push_back(Send(&served, "editor", {Head(FileOf({Numbered(i)}))})->name());
    served.world().clock.Advance(absl::Seconds(1));
  }
  std::vector<std::string> listed;
  v1::ListImportsRequest list;
  list.set_page_size(2);
  do {
    const auto page = served.Call<v1::ListImportsResponse>("editor", Path("ListImports"), list);
    REQUIRE(page.ok());
    for (const v1::Import& one : page->imports()) listed.push_back(one.name());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  CHECK(listed == std::vector<std::string>(begun.rbegin(), begun.rend()));
}

TEST_CASE("A cancelled import ends at the next step, and once", "[catalog][rpc][import]") {
  Served served;
  const auto begun = Send(&served, "editor", {Head(FileOf({Numbered(1), Numbered(2)}))});
  REQUIRE(begun.ok());
  REQUIRE(served.world().imports->Step().value());  // the check
  REQUIRE(served.world().imports->Step().value());  // the first entry
  const auto cancel = [&] {
    return Ask<v1::Import, v1::CancelImportRequest>(&served, "editor", "CancelImport",
                                                    begun->name());
  };
  REQUIRE(cancel().ok());
  CHECK(cancel().ok());  // asked for already
  DoAll(&served);
  const auto ended = Get(&served, "editor", begun->name());
  CHECK(ended->state() == v1::Import::CANCELLED);
  CHECK(ended->created() == 1);
  CHECK(Spooled(&served) == 0);
  const absl::Status again = cancel().status();
  REQUIRE(absl::IsFailedPrecondition(again));
  CHECK(DetailsOf(again)->reason == Reason::kImportOver);
}

TEST_CASE("Who is no editor of the agency cannot tell an import from none",
          "[catalog][rpc][import]") {
  Served served;
  const auto begun = Send(&served, "editor", {Head(FileOf({Numbered(1)}))});
  REQUIRE(begun.ok());
  const std::string there = begun->name();
  const std::string absent = absl::StrCat("imports/", std::string(24, 'a'));
  const auto answers = [&](const std::string& who, const std::string& name) {
    return std::vector<absl::Status>{
        Get(&served, who, name).status(),
        Ask<v1::ListImportRowsResponse, v1::ListImportRowsRequest>(&served, who, "ListImportRows",
                                                                   name)
            .status(),
        Ask<v1::Import, v1::CancelImportRequest>(&served, who, "CancelImport", name).status()};
  };
  for (const absl::Status& status : answers("editor", absent)) {
    CHECK(status == Error::NotVisible(absent));
  }
  for (const std::string& name : {there, absent}) {
    for (const absl::Status& status : answers("tax-editor", name)) {
      CHECK(status == Error::NotVisible(name));
    }
  }
  for (const char* who : {"head", "officer", "supervisor", "sharing"}) {
    INFO(who);
    const std::vector<absl::Status> told = answers(who, there);
    CHECK(told == answers(who, absent));
    for (const absl::Status& status : told) CHECK(absl::IsPermissionDenied(status));
    CHECK_FALSE(Send(&served, who, {Head(FileOf({Numbered(2)}))}).ok());
  }
  CHECK(served
            .Call<v1::ListImportsResponse>("tax-editor", Path("ListImports"),
                                           v1::ListImportsRequest())
            ->imports_size() == 0);
  // Their wish to cancel it did nothing.
  DoAll(&served);
  CHECK(Get(&served, "editor", there)->state() == v1::Import::DONE);
}

// What a reader has of an export.
struct Exported {
  std::string text = {};
  std::vector<size_t> parts = {};
  std::optional<v1::ExportResourcesResponse> last = {};  // by which it is whole
  absl::Status status = absl::OkStatus();
};

// Reads it, and goes away after `limit` messages.
Exported Export(Served* served, const std::string& who, const v1::ExportResourcesRequest& request,
                size_t limit = 1000) {
  const auto channel = served->As(who);
  auto stream =
      channel->ServerStream<v1::ExportResourcesResponse>(Path("ExportResources"), request, {});
  Exported exported;
  while (true) {
    if (exported.parts.size() == limit) stream.Cancel();
    const auto part = stream.Read();
    exported.status = part.status();
    if (!part.ok() || !*part) return exported;
    CHECK_FALSE(exported.last);  // nothing comes after it
    exported.parts.push_back((*part)->data().size());
    exported.text += (*part)->data();
    if (!(*part)->digest().empty()) exported.last = **part;
  }
}

v1::ExportResourcesRequest Json(bool drafts = false) {
  v1::ExportResourcesRequest request;
  request.set_format(v1::ENTRIES_JSON);
  request.set_drafts(drafts);
  return request;
}

// Drafts of some MiB as a file.
void Fill(Served* served) {
  Entry entry = GoodEntry();
  for (int i = 0; i < 90; ++i) {
    entry.items.push_back({.id = absl::StrCat("item_", i),
                           .name = absl::StrCat("演示信息项", i),
                           .type = ItemType::kText,
                           .length = 50,
                           .grading = Grading::kGeneral});
  }
  TestWorld& world = served->world();
  for (int i = 0; i < 500; ++i) {
    entry.code = absl::StrCat("306002/", 200000 + i);
    entry.title = absl::StrCat("演示资源", i);
    REQUIRE(world.catalog->Create(world.By("editor"), entry, false).ok());
  }
}

TEST_CASE("An export ends with the number of its entries and the digest of all that came",
          "[catalog][rpc][export]") {
  Served served;
  served.Publish();
  for (const char* who : {"tax-editor", "supervisor", "sharing"}) {
    const Exported exported = Export(&served, who, Json());
    INFO(who << ": " << exported.status);
    REQUIRE(exported.status.ok());
    REQUIRE(exported.last);
    CHECK(exported.last->entries() == 1);
    CHECK(exported.last->data().empty());
    CHECK(exported.last->digest() == crypto::Sha256(exported.text).str());
    CHECK_THAT(exported.text, Catch::Contains("306002/000001"));
  }
  v1::ExportResourcesRequest none = Json();
  none.set_category("9");
  const Exported empty = Export(&served, "tax-editor", none);
  REQUIRE(empty.last);
  CHECK(empty.last->entries() == 0);
  CHECK(empty.text == "[]\n");
  for (const int format : {0, 99}) {
    v1::ExportResourcesRequest request;
    request.set_format(static_cast<v1::FileFormat>(format));
    CHECK(absl::IsInvalidArgument(Export(&served, "tax-editor", request).status));
  }
}

TEST_CASE("A long export comes in pieces of at most 1 MiB, and one that is cut early is not whole",
          "[catalog][rpc][export]") {
  Served served;
  Fill(&served);
  const Exported whole = Export(&served, "editor", Json(true));
  INFO(whole.status);
  REQUIRE(whole.last);
  CHECK(whole.parts.size() >= 4);
  for (const size_t bytes : whole.parts) CHECK(bytes <= 1 << 20);
  CHECK(whole.last->entries() == 500);
  CHECK(whole.last->digest() == crypto::Sha256(whole.text).str());
  CHECK(Export(&served, "tax-editor", Json(true)).last->entries() == 0);

  const Exported cut = Export(&served, "editor", Json(true), 1);
  CHECK_FALSE(cut.status.ok());
  CHECK_FALSE(cut.last);
  CHECK(cut.text.size() < whole.text.size());
  // The server has noticed, too, and is done with its file.
  CHECK(AskUntil([&] { return Spooled(&served); }, [](int files) { return files == 0; }) == 0);
}

TEST_CASE("What was exported is imported again", "[catalog][rpc][import][export]") {
  Served served;
  served.Publish();
  const Exported exported = Export(&served, "editor", Json());
  REQUIRE(exported.last);
  Part head = Head(exported.text);
  head.mutable_import()->set_replace(true);
  const auto begun = Send(&served, "editor", {head});
  REQUIRE(begun.ok());
  DoAll(&served);
  const auto ended = Get(&served, "editor", begun->name());
  CHECK(ended->state() == v1::Import::DONE);
  CHECK(ended->updated() == 1);
}

}  // namespace
}  // namespace shareway::catalog
