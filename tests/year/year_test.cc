// SPDX-License-Identifier: Apache-2.0
// One year of simulated time, and what must be true of it.
#include "tests/year/year.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "services/sharing/domain/tables.h"
#include "tests/support/coverage.h"

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

// The methods of coverage.yaml's rows that nobody called with success, each with its row.
std::set<std::string> NotCalled(const std::map<std::string, int>& taken) {
  std::set<std::string, std::less<>> called;
  for (const auto& [method, count] : taken) called.insert(method.substr(0, method.find(' ')));
  std::set<std::string> missing;
  for (const testing::CoverageRow& row : testing::BuiltRows("shareway.sharing.v1")) {
    for (const std::string& method : row.methods) {
      if (called.count(method.substr(method.rfind('/') + 1)) > 0) continue;
      missing.insert(absl::StrCat(row.id, " of coverage.yaml: nobody called ", method));
    }
  }
  return missing;
}

// Lives a year, with all that must be true of it; the edges of tables that it did not go along, and
// the rows of law that it did not show.
std::set<std::string> Live(unsigned seed) {
  kv::MemoryStore store;
  Year::Options options{.seed = seed, .latest = absl::CivilDay(2026, 11, 15)};
  Year year(&store, options);
  year.Run();

  CAPTURE(options.seed, year.acts(), year.refused(), year.fold().events());
  INFO("taken: " << Counts(year.taken()));
  INFO("refused: " << Counts(year.refusals()));
  CHECK(Lines(year.Faults()) == "");
  CHECK(Lines(year.fold().Differences(store)) == "");
  CHECK(Lines(year.fold().WrongClocks(year.world())) == "");
  CHECK(Lines(year.ApprovedBySilence()) == "");
  CHECK(year.fold().Of("requests").size() >= 500);
  CHECK(year.refused() > 100);
  CHECK(year.digests() == options.digests);
  CHECK(year.repeated() > 50);
  std::set<std::string> missing = NotCalled(year.taken());
  for (const YearEdge& edge : year.fold().NotHit()) missing.insert(edge.text());
  return missing;
}

TEST_CASE("Every kind of object lives in the year", "[year]") {
  std::set<const StateTable*> known;
  for (const YearKind& kind : YearKinds()) known.insert(kind.tables.begin(), kind.tables.end());
  for (const StateTable* table : AllTables()) {
    INFO(table->object);
    CHECK(known.count(table) == 1);
  }
}

TEST_CASE("Every row of law that sharing answers is looked for in the year", "[year]") {
  CHECK(testing::BuiltRows("shareway.sharing.v1").size() >= 30);
  CHECK(NotCalled({{"CreateRequest", 1}}).count(
            "R12 of coverage.yaml: nobody called shareway.sharing.v1.RequestService/UpdateRequest") ==
        1);
}

TEST_CASE("A year of sharing is what its evidence says and goes along every edge", "[year]") {
  unsigned seed = 1;
  if (const char* text = std::getenv("SHAREWAY_SEED")) {
    seed = static_cast<unsigned>(std::strtoul(text, nullptr, 10));
  }
  // Names are random, so a year does not repeat: a rare edge or call may wait for another one.
  constexpr int kMostYears = 4;
  std::set<std::string> missing = Live(seed);
  for (int more = 1; !missing.empty() && more < kMostYears; ++more) {
    const std::set<std::string> also = Live(seed + static_cast<unsigned>(more));
    std::set<std::string> both;
    std::set_intersection(missing.begin(), missing.end(), also.begin(), also.end(),
                          std::inserter(both, both.end()));
    missing = std::move(both);
  }
  CHECK(Lines({missing.begin(), missing.end()}) == "");
}

}  // namespace
}  // namespace shareway::sharing
