// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/datasets.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/exchange/test_datasets.h"

namespace shareway::exchange {
namespace {

const std::string kFirst = absl::StrCat(kHeader, "2,b,1\n1,a,\n");
const std::string kSecond = absl::StrCat(kHeader, "3,c,\n4,d,\n5,e,\n");

TEST_CASE("A load serves at once and tells what was loaded", "[datasets]") {
  kv::MemoryStore kv;
  Host host(&kv);
  const auto version = host.Load(kFirst, 1);
  REQUIRE(version.ok());
  CHECK(version->name() == "v1");
  CHECK(version->records == 2);
  CHECK(host.Codes() == "1 2 ");
  const auto events = host.Events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind() == evidence::v1::DATASET_CHANGED);
  CHECK(events[0].resource() == kResource);
  CHECK(events[0].object() == "resources/r1/versions/v1");
  CHECK(events[0].agencies(0) == "agencies/a");
  CHECK(events[0].record_count() == 2);
  CHECK(events[0].payload_bytes() == kFirst.size());
  // Keyed: whoever can guess a small file learns nothing from the evidence.
  const std::string keyed =
      crypto::HmacSha256(std::string(32, 's'),
                         absl::StrCat("shareway/v1/dataset\n", crypto::Sha256(kFirst).view()))
          .str();
  CHECK(events[0].request_digest() == keyed);
  CHECK(events[0].state().find(keyed) != std::string::npos);
  CHECK(events[0].state().find(crypto::Sha256(kFirst).str()) == std::string::npos);
  CHECK(events[0].operator_digest() == "who");
  CHECK_FALSE(events[0].state().empty());
}

TEST_CASE("The evidence of a load is small however wide the resource is", "[datasets]") {
  kv::MemoryStore kv;
  Host host(&kv);
  for (int i = 0; i < 490; ++i) {
    host.schema.items.push_back({.id = absl::StrCat(std::string(60, 'x'), i)});
  }
  std::string file = "code,name,parent";
  for (size_t i = 3; i < host.schema.items.size(); ++i) {
    absl::StrAppend(&file, ",", host.schema.items[i].id);
  }
  absl::StrAppend(&file, "\n1,a", std::string(host.schema.items.size() - 2, ','), "\n");
  for (int i = 0; i < 3; ++i) {
    const auto loaded = host.Load(file);
    INFO(loaded.status());
    REQUIRE(loaded.ok());
  }
  const auto events = host.Events();
  REQUIRE(events.size() == 3);
  CHECK(events.back().ByteSizeLong() < 2048);
  CHECK(events.back().state().find("xxx") == std::string::npos);
  CHECK(host.Codes() == "1 ");
}

TEST_CASE("Four loads keep three versions and the rows of no other", "[datasets]") {
  kv::MemoryStore kv;
  Host host(&kv);
  for (int i = 1; i <= 4; ++i) REQUIRE(host.Load(absl::StrCat(kHeader, i, ",x,\n")).ok());
  CHECK(host.Codes() == "4 ");
  CHECK(host.StoredRows() == 3);
  REQUIRE(host.datasets->Rollback(kResource, 2, {}).ok());
  CHECK(host.Codes() == "2 ");
  CHECK(host.Events().size() == 5);
  CHECK(host.Events().back().object() == "resources/r1/versions/v2");
  REQUIRE(host.datasets->Rollback(kResource, 2, {}).ok());
  CHECK(host.Events().size() == 5);
  const absl::Status gone = host.datasets->Rollback(kResource, 1, {}).status();
  CHECK(DetailsOf(gone)->reason == Reason::kNotVisible);
  CHECK_FALSE(host.datasets->Rollback(kResource, 0, {}).ok());
  CHECK(host.Codes() == "2 ");
  REQUIRE(host.Load(absl::StrCat(kHeader, "5,x,\n")).ok());
  CHECK(host.Codes() == "5 ");
}

TEST_CASE("A spoiled load changes nothing and leaves nothing", "[datasets]") {
  auto [file, want] = GENERATE(table<std::string, std::string>({
      {"code,name\n1,a\n", "missing parent"},
      {"code,name,parent\n1,a,\n2,,\n", "line 3, column 2 (name): is null"},
      {"code,name,parent\n1,a,\n1,b,\n", "line 3, column 1 (code): the row's key is already on line 2"},
      {"code,name,parent\n1,a,\n2,\"b\n", "line 3, column 2 (name)"},
      {"", "no header"},
  }));
  CAPTURE(file);
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kFirst).ok());
  const absl::Status status = host.Load(file).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(absl::StrContains(status.message(), want));
  CHECK(host.Codes() == "1 2 ");
  CHECK(host.StoredRows() == 2);
  CHECK(host.Events().size() == 1);
}

TEST_CASE("A duplicate key is found however far apart its lines are", "[datasets]") {
  const int first = GENERATE(2, 500, 1001, 1002, 4500);
  const bool ascending = GENERATE(true, false);
  std::string file = kHeader;
  constexpr int kRows = 5000;
  for (int i = 0; i < kRows; ++i) {
    absl::StrAppend(&file, ascending ? 100000 + i : 900000 - i, ",x,\n");
  }
  const int code = ascending ? 100000 + first - 2 : 900000 - (first - 2);
  absl::StrAppend(&file, code, ",again,\n");
  kv::MemoryStore kv;
  Host host(&kv);
  const absl::Status status = host.Load(file).status();
  CHECK(DetailsOf(status)->reason == Reason::kRowInvalid);
  CHECK(status.message() == absl::StrCat("line ", kRows + 2, ", column 1 (code): the row's key is ",
                                         "already on line ", first));
  CHECK(host.StoredRows() == 0);
}

TEST_CASE("A load needs the digest of what came", "[datasets]") {
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kFirst).ok());
  const Hash32 other = crypto::Sha256("other");
  const absl::Status status = host.Load(kSecond, 100, &other).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(DetailsOf(status)->fields[0].field == "digest");
  CHECK(host.Codes() == "1 2 ");
  CHECK(host.StoredRows() == 2);
}

TEST_CASE("A load that is given up leaves nothing, and one runs at a time", "[datasets]") {
  kv::MemoryStore kv;
  Host host(&kv);
  {
    auto load = host.datasets->Begin(kResource, {});
    REQUIRE(load.ok());
    REQUIRE((*load)->Write(Rows(3000)).ok());
    CHECK(absl::IsFailedPrecondition(host.datasets->Begin(kResource, {}).status()));
    CHECK(host.StoredRows() > 0);
    REQUIRE(host.datasets->Sweep().ok());  // spares what is being loaded
    CHECK(host.StoredRows() > 0);
  }
  CHECK(host.StoredRows() == 0);
  CHECK(absl::StartsWith(host.Codes(), "!this node hosts no dataset"));
  CHECK(host.Load(kFirst).ok());
}

TEST_CASE("Rows of a load that a crash cut are swept at the next start", "[datasets]") {
  kv::MemoryStore kv;
  {
    Host host(&kv);
    REQUIRE(host.Load(kFirst).ok());
    auto load = host.datasets->Begin(kResource, {});
    REQUIRE((*load)->Write(Rows(3000)).ok());
    // The end of the process: nothing is written any more.
    kv.on_commit = [](const kv::Batch&) {
      return kv::Outcome{.apply = false, .status = absl::UnavailableError("gone")};
    };
  }
  kv.on_commit = nullptr;
  Host host(&kv);
  CHECK(host.StoredRows() > 2);
  REQUIRE(host.datasets->Sweep().ok());
  CHECK(host.StoredRows() == 2);
  CHECK(host.Codes() == "1 2 ");
}

TEST_CASE("Others' resources and resources without key cannot be loaded", "[datasets]") {
  kv::MemoryStore kv;
  Host host(&kv);
  CHECK(DetailsOf(host.datasets->Begin("resources/r2", {}).status())->reason ==
        Reason::kNotVisible);
  host.schema.items[0].key = false;
  CHECK(absl::IsFailedPrecondition(host.datasets->Begin(kResource, {}).status()));
}

TEST_CASE("A fault at any commit of a load never shows half of it", "[datasets][fault]") {
  const bool apply = GENERATE(false, true);
  const std::string large = Rows(2500);
  int commits = 0;
  bool reached = true;
  for (int faulty = 1; reached; ++faulty) {
    CAPTURE(apply, faulty);
    kv::MemoryStore kv;
    Host host(&kv);
    REQUIRE(host.Load(kFirst).ok());
    int count = 0;
    kv.on_commit = [&count, faulty, apply](const kv::Batch&) {
      if (++count != faulty) return kv::Outcome{};
      return kv::Outcome{.apply = apply, .status = absl::UnavailableError("disk")};
    };
    const auto loaded = host.Load(large);
    kv.on_commit = nullptr;
    reached = count >= faulty;
    commits = count;
    const std::string codes = host.Codes();
    const bool old = codes == "1 2 ";
    const bool whole = codes.size() == 2500 * 13;
    CHECK((old || whole));
    if (loaded.ok()) CHECK(whole);
    CHECK(host.Events().size() == (old ? 1u : 2u));
    REQUIRE(host.datasets->Sweep().ok());
    CHECK(host.StoredRows() == (old ? 2 : 2502));
    // And the next load works.
    REQUIRE(host.Load(kSecond).ok());
    CHECK(host.Codes() == "3 4 5 ");
  }
  CHECK(commits == 5);  // begin, three batches, the swap
}

TEST_CASE("A fault at a rollback leaves the one or the other version", "[datasets][fault]") {
  const bool apply = GENERATE(false, true);
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kFirst).ok());
  REQUIRE(host.Load(kSecond).ok());
  kv.on_commit = [apply](const kv::Batch&) {
    return kv::Outcome{.apply = apply, .status = absl::UnavailableError("disk")};
  };
  CHECK(absl::IsUnavailable(host.datasets->Rollback(kResource, 1, {}).status()));
  kv.on_commit = nullptr;
  CHECK(host.Codes() == (apply ? "1 2 " : "3 4 5 "));
  CHECK(host.Events().size() == (apply ? 3u : 2u));
}

TEST_CASE("Readers see what became of a change whose outcome was not known", "[datasets]") {
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kFirst).ok());
  REQUIRE(host.Codes() == "1 2 ");
  const bool applied = GENERATE(true, false);
  CAPTURE(applied);
  kv.on_commit = [&](const kv::Batch&) {
    return kv::Outcome{applied, absl::UnavailableError("the answer was lost")};
  };
  const DatasetStore::Loaded before = *host.datasets_store->Load(kResource);
  const Dataset begun = before.dataset->Begun();
  DatasetVersion version = *before.dataset->serving();
  version.number = begun.fields().last_number;
  const Dataset after = *begun.Completed(version);
  CHECK_FALSE(host.datasets_store->Save(before, after, std::nullopt).ok());
  kv.on_commit = nullptr;
  const auto pinned = host.datasets_store->Read(kResource, 0);
  REQUIRE(pinned.ok());
  CHECK(pinned->version().name() == (applied ? "v2" : "v1"));
}

TEST_CASE("A reader asks the store for nothing but rows", "[datasets]") {
  kv::MemoryStore kv;
  Host host(&kv);
  REQUIRE(host.Load(kFirst).ok());
  REQUIRE(kv.Commit(kv::Batch().Delete("dataset/r1")).ok());
  CHECK(host.Codes() == "1 2 ");
  Host again(&kv);
  CHECK(absl::StartsWith(again.Codes(), "!"));
}

}  // namespace
}  // namespace shareway::exchange
