// SPDX-License-Identifier: Apache-2.0
#include "services/audit/domain/succession.h"

#include "catch2/catch.hpp"

namespace shareway::audit {
namespace {

using Keys = std::vector<std::string>;

WitnessSet Three() { return WitnessSet({{"a", "a1"}, {"b", "b1"}, {"c", "c1"}}); }

TEST_CASE("A quorum of the set in force witnesses, each by the key that the set has",
          "[witness]") {
  const Succession all(Three(), std::nullopt);
  CHECK(all.Needed(10) == 2);
  CHECK(all.Counts("a", "a1", 10));
  CHECK_FALSE(all.Counts("a", "a2", 10));
  CHECK_FALSE(all.Counts("d", "d1", 10));
  CHECK(all.KeysOf("a") == Keys{"a1"});
  CHECK(all.KeysOf("d").empty());
  CHECK_FALSE(all.IsDue());
  CHECK_FALSE(all.TakesOver(10));
  CHECK_FALSE(all.Listing(Three()).IsDue());
  // That a member is listed no more changes nothing until the next set is announced.
  const Succession fewer = all.Listing(WitnessSet(std::vector<Witness>{{"a", "a1"}}));
  CHECK(fewer.IsDue());
  CHECK(fewer.Needed(10) == 2);
}

TEST_CASE("The next set takes over under a head that covers its record", "[witness]") {
  const WitnessSet next({{"a", "a2"}, {"d", "d1"}});
  const Succession change =
      Succession(Three(), std::nullopt).Listing(next).Announcing({.set = next, .index = 7});
  CHECK_FALSE(change.IsDue());
  CHECK(change.Needed(7) == 2);  // it does not cover the record
  CHECK_FALSE(change.Counts("a", "a2", 7));
  CHECK(change.Needed(8) == 1);  // of those who must only one can be asked
  CHECK(change.Counts("a", "a2", 8));
  CHECK_FALSE(change.Counts("d", "d1", 8));
  CHECK(change.KeysOf("a") == Keys{"a1", "a2", "a2"});
  CHECK(change.KeysOf("d") == Keys{"d1", "d1"});
  CHECK_FALSE(change.TakesOver(7));
  REQUIRE(change.TakesOver(8));
  CHECK_FALSE(change.IsOrphaned());
  const Succession after = change.Next();
  CHECK(after.in_force() == next);
  CHECK_FALSE(after.announced());
  CHECK_FALSE(after.IsDue());
  CHECK(after.Needed(8) == 2);
  CHECK_FALSE(after.TakesOver(100));
}

TEST_CASE("Who is left by all members is orphaned, and a first set needs nobody", "[witness]") {
  const WitnessSet none;
  const Succession left =
      Succession(Three(), std::nullopt).Listing(none).Announcing({.set = none, .index = 3});
  CHECK(left.IsOrphaned());
  CHECK(left.listed_members() == 0);
  CHECK(left.TakesOver(4));
  CHECK(left.Next().in_force().empty());

  CHECK(Succession(none, PlacedSet{Three(), 5}).in_force() == Three());
  CHECK(Succession(none, std::nullopt).Announcing({Three(), 5}).TakesOver(0));
  CHECK(Succession(none, std::nullopt).Needed(9) == 0);
}

}  // namespace
}  // namespace shareway::audit
