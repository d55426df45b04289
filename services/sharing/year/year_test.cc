// SPDX-License-Identifier: Apache-2.0
// One year of simulated time, and what must be true of it.
#include "services/sharing/year/year.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"

namespace shareway::sharing {
namespace {

// Empty if there is none; else all, one a line, with how many they are.
std::string Lines(const std::vector<std::string>& wrong) {
  if (wrong.empty()) return "";
  return absl::StrCat(wrong.size(), ":\n", absl::StrJoin(wrong, "\n"));
}

std::string Counts(const std::map<std::string, int>& counts) {
  return absl::StrJoin(counts, ", ", absl::PairFormatter(" "));
}

TEST_CASE("A year of sharing is what its evidence says and goes along every edge", "[year]") {
  kv::MemoryStore store;
  Year::Options options{.latest = absl::CivilDay(2026, 8, 31)};
  if (const char* seed = std::getenv("SHAREWAY_SEED")) {
    options.seed = static_cast<unsigned>(std::strtoul(seed, nullptr, 10));
  }
  Year year(&store, options);
  year.Run();

  CAPTURE(options.seed, year.acts(), year.refused(), year.fold().events());
  INFO("taken: " << Counts(year.taken()));
  INFO("refused: " << Counts(year.refusals()));
  CHECK(Lines(year.Faults()) == "");
  CHECK(Lines(year.fold().Differences(store)) == "");
  CHECK(Lines(year.fold().WrongClocks(year.world())) == "");
  CHECK(Lines(year.ApprovedBySilence()) == "");
  std::vector<std::string> missing;
  for (const YearEdge& edge : year.fold().NotHit()) missing.push_back(edge.text());
  CHECK(Lines(missing) == "");
  CHECK(year.fold().Of("requests").size() >= 500);
  CHECK(year.refused() > 100);
  CHECK(year.digests() == options.digests);
  CHECK(year.repeated() > 50);
}

}  // namespace
}  // namespace shareway::sharing
