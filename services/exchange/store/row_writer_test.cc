// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/row_writer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "libs/kv/test_folder.h"

namespace shareway::exchange {
namespace {

StoredRow RowOf(int64_t key, int64_t line) {
  StoredRow row{.key = absl::StrCat(1'000'000 + key), .line = line};
  EncodeCells(line, {}, &row.cells);
  return row;
}

// Adds `count` keys that jump about, then `again`, and ends.
absl::Status Write(RowWriter* writer, int count, int again) {
  constexpr int64_t kStep = 7919;
  for (int64_t i = 0; i < count; ++i) {
    const absl::Status added = writer->Add(RowOf(i * kStep % count, i + 1));
    if (!added.ok()) return added;
  }
  if (again > 0) {
    const absl::Status added = writer->Add(RowOf((again - 1) * kStep % count, count + 1));
    if (!added.ok()) return added;
  }
  return writer->Finish();
}

TEST_CASE("Unordered keys are written once each, with and without fingerprints", "[rows]") {
  const bool rocks = GENERATE(false, true);
  const size_t fingerprints = GENERATE(0, 10, 2'500, 1'000'000);
  const int again = GENERATE(0, 1, 11, 2'400, 4'999);
  if (rocks && fingerprints != 10) return;  // one limit is enough for the slower engine
  CAPTURE(rocks, fingerprints, again);
  constexpr int kRows = 5'000;
  kv::TestStore store(rocks);
  RowWriter writer(&*store, "p/", fingerprints);
  const absl::Status status = Write(&writer, kRows, again);
  if (again == 0) {
    CHECK(status.ok());
    int rows = 0;
    CHECK(store->Scan("p/", "p0", [&rows](absl::string_view, absl::string_view, uint64_t) {
      return ++rows > 0;
    }).ok());
    CHECK(rows == kRows);
  } else {
    CHECK(absl::IsAlreadyExists(status));
    REQUIRE(writer.duplicate());
    CHECK(writer.duplicate()->line == kRows + 1);
    CHECK(writer.duplicate()->first_line == again);
  }
}

TEST_CASE("A writer whose batch was lost only repeats the error", "[rows][fault]") {
  kv::MemoryStore store;
  store.on_commit = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::UnavailableError("disk")};
  };
  RowWriter writer(&store, "p/");
  CHECK(absl::IsUnavailable(Write(&writer, 5'000, 0)));
  store.on_commit = nullptr;
  CHECK(absl::IsUnavailable(writer.Add(RowOf(1, 1))));
  CHECK(absl::IsUnavailable(writer.Finish()));
}

}  // namespace
}  // namespace shareway::exchange
