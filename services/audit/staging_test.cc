// SPDX-License-Identifier: Apache-2.0
// What is kept of entries that are given back, whoever gives how many.
#include "services/audit/staging.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/kv/memory_store.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

constexpr char kOwn[] = "shareway://test/service/audit";
constexpr uint64_t kIndex = 7;

// The entry number `number` that this producer gives for the index.
RestoredEntry By(const std::string& producer, uint64_t number) {
  evidence::AuditRecord record = GoodRecord(number);
  record.set_producer(producer);
  return {kIndex, MakeEntry(record)};
}

std::string Name(size_t number) { return absl::StrCat("shareway://test/service/s", number); }

// The leaves that are kept for the index.
std::vector<Hash32> Kept(const Staging& staging) {
  const Pieces pieces = staging.PiecesUpTo(RightEdge(), kIndex + 1);
  if (!pieces.rivals.contains(kIndex)) return {pieces.places[kIndex].leaf};
  std::vector<Hash32> leaves;
  for (const Pieces::Rival& rival : pieces.rivals.at(kIndex)) leaves.push_back(rival.leaf);
  return leaves;
}

bool Keeps(const Staging& staging, const RestoredEntry& entry) {
  const std::vector<Hash32> kept = Kept(staging);
  return std::find(kept.begin(), kept.end(), entry.entry->leaf) != kept.end();
}

TEST_CASE("However many lie of an index, the first entry of each is kept, over a restart",
          "[witness]") {
  kv::MemoryStore store;
  std::optional<Staging> staging = *Staging::Open(&store, kOwn);
  const auto take = [&](const RestoredEntry& entry) {
    const absl::StatusOr<bool> fresh =
        staging->Take(entry.entry->producer, {entry}, 0, kIndex + 1);
    REQUIRE(fresh.ok());
    return *fresh;
  };
  const size_t liars = GENERATE(1, 6, 20);
  CAPTURE(liars);
  for (uint64_t number = 1; number <= 4; ++number) {
    for (size_t liar = 0; liar < liars; ++liar) take(By(Name(liar), number));
  }
  CHECK(Kept(*staging).size() == std::max<size_t>(std::min<size_t>(16, 3 * liars), liars));
  const RestoredEntry truth = By(Name(100), 1);
  CHECK(take(truth));
  if (liars > 1) CHECK_FALSE(take(By(Name(100), 2)));
  CHECK_FALSE(take(truth));
  for (int restart = 0; restart < 2; ++restart) {
    CHECK(Keeps(*staging, truth));
    for (size_t liar = 0; liar < liars; ++liar) CHECK(Keeps(*staging, By(Name(liar), 1)));
    const size_t kept = Kept(*staging).size();
    staging = *Staging::Open(&store, kOwn);
    CHECK(Kept(*staging).size() == kept);
  }
}

}  // namespace
}  // namespace shareway::audit
