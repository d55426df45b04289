// SPDX-License-Identifier: Apache-2.0
// Who coordinates and who decides: one row for each combination of levels, places, vertical
// systems and texts.
#include "services/sharing/domain/forum.h"

#include <map>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

using statute::DisputeForum;

constexpr auto kR25 = DisputeForum::kCommonSuperior;
constexpr auto kM16 = DisputeForum::kJointConference;

// state over two provinces; p1 over cities a and b; a over counties x and y; p2 over city c.
std::map<std::string, Authority> Land() {
  std::map<std::string, Authority> land;
  const auto add = [&](const std::string& id, Level level, const std::string& superior) {
    land["authorities/" + id] = {.name = "authorities/" + id,
                                 .agency = "agencies/bureau-" + id,
                                 .government = "government-" + id,
                                 .profile = {},
                                 .level = level,
                                 .division = {},
                                 .superior = superior.empty() ? "" : "authorities/" + superior};
  };
  add("state", Level::kCentral, "");
  add("p1", Level::kProvince, "state");
  add("p2", Level::kProvince, "state");
  add("a", Level::kCity, "p1");
  add("b", Level::kCity, "p1");
  add("c", Level::kCity, "p2");
  add("x", Level::kCounty, "a");
  add("y", Level::kCounty, "a");
  return land;
}

FindAuthority In(const std::map<std::string, Authority>& land) {
  return [&land](absl::string_view name) -> std::optional<Authority> {
    auto found = land.find(std::string(name));
    if (found == land.end()) return std::nullopt;
    return found->second;
  };
}

struct Side {
  const char* agency;  // agencies/{a}
  const char* authority;
  Level level;
  bool vertical = false;
};

Agency Of(const Side& side, const std::map<std::string, Authority>& land) {
  auto found = land.find(std::string("authorities/") + side.authority);
  return {.name = std::string("agencies/") + side.agency,
          .level = side.level,
          .vertical = side.vertical,
          .active = true,
          .authority = found == land.end() ? Authority{} : found->second};
}

TEST_CASE("The coordinator is the nearest authority over both sides, row by row",
          "[dispute][forum]") {
  const struct {
    Side one, other;
    DisputeForum text;
    const char* coordinator;
    const char* decider;
    bool conference = false;
  } table[] = {
      // One government, each level.
      {{"t", "x", Level::kCounty}, {"u", "x", Level::kCounty}, kR25, "x", "government-x"},
      {{"t", "a", Level::kCity}, {"u", "a", Level::kCity}, kR25, "a", "government-a"},
      {{"t", "p1", Level::kProvince}, {"u", "p1", Level::kProvince}, kR25, "p1", "government-p1"},
      {{"t", "state", Level::kCentral}, {"u", "state", Level::kCentral}, kR25, "state",
       "government-state"},
      {{"t", "x", Level::kTownship}, {"u", "x", Level::kCounty}, kR25, "x", "government-x"},
      // Other places of one level.
      {{"t", "x", Level::kCounty}, {"u", "y", Level::kCounty}, kR25, "a", "government-a"},
      {{"t", "a", Level::kCity}, {"u", "b", Level::kCity}, kR25, "p1", "government-p1"},
      {{"t", "a", Level::kCity}, {"u", "c", Level::kCity}, kR25, "state", "government-state"},
      {{"t", "p1", Level::kProvince}, {"u", "p2", Level::kProvince}, kR25, "state",
       "government-state"},
      // Other levels of one place.
      {{"t", "x", Level::kCounty}, {"u", "a", Level::kCity}, kR25, "a", "government-a"},
      {{"t", "x", Level::kCounty}, {"u", "p1", Level::kProvince}, kR25, "p1", "government-p1"},
      {{"t", "a", Level::kCity}, {"u", "state", Level::kCentral}, kR25, "state",
       "government-state"},
      // Other levels and places.
      {{"t", "x", Level::kCounty}, {"u", "b", Level::kCity}, kR25, "p1", "government-p1"},
      {{"t", "x", Level::kCounty}, {"u", "p2", Level::kProvince}, kR25, "state",
       "government-state"},
      {{"t", "x", Level::kTownship}, {"u", "c", Level::kCity}, kR25, "state", "government-state"},
      // One of a vertically managed system: above its place's government.
      {{"t", "a", Level::kCity, true}, {"u", "a", Level::kCity}, kR25, "p1", "government-p1"},
      {{"t", "a", Level::kCity}, {"u", "a", Level::kCity, true}, kR25, "p1", "government-p1"},
      {{"t", "x", Level::kCounty, true}, {"u", "x", Level::kCounty}, kR25, "a", "government-a"},
      {{"t", "x", Level::kCounty, true}, {"u", "a", Level::kCity}, kR25, "a", "government-a"},
      {{"t", "p1", Level::kProvince, true}, {"u", "p1", Level::kProvince}, kR25, "state",
       "government-state"},
      {{"t", "p1", Level::kCity, true}, {"u", "a", Level::kCity}, kR25, "p1", "government-p1"},
      {{"t", "state", Level::kCentral, true}, {"u", "state", Level::kCentral}, kR25, "state",
       "government-state"},
      // Both.
      {{"t", "a", Level::kCity, true}, {"u", "a", Level::kCity, true}, kR25, "p1",
       "government-p1"},
      {{"t", "a", Level::kCity, true}, {"u", "b", Level::kCity, true}, kR25, "p1",
       "government-p1"},
      {{"t", "x", Level::kCounty, true}, {"u", "p1", Level::kProvince, true}, kR25, "state",
       "government-state"},
      // The coordinating agency is itself a party: the next superior, and its government.
      {{"bureau-a", "a", Level::kCity}, {"u", "a", Level::kCity}, kR25, "p1", "government-p1"},
      {{"t", "x", Level::kCounty}, {"bureau-a", "a", Level::kCity}, kR25, "p1",
       "government-p1"},
      {{"t", "a", Level::kCity, true}, {"bureau-p1", "p1", Level::kProvince}, kR25, "state",
       "government-state"},
      // The 2016 measure: no government follows, vertical management changes nothing.
      {{"t", "a", Level::kCity}, {"u", "a", Level::kCity}, kM16, "a", ""},
      {{"t", "a", Level::kCity, true}, {"u", "a", Level::kCity}, kM16, "a", ""},
      {{"t", "x", Level::kCounty}, {"u", "y", Level::kCounty}, kM16, "a", ""},
      {{"t", "x", Level::kCounty}, {"u", "p2", Level::kProvince}, kM16, "state", ""},
      {{"bureau-a", "a", Level::kCity}, {"u", "a", Level::kCity}, kM16, "p1", ""},
      {{"t", "state", Level::kCentral}, {"u", "state", Level::kCentral}, kM16, "state", "", true},
      {{"t", "a", Level::kCity}, {"u", "state", Level::kCentral}, kM16, "state", "", true},
      {{"t", "state", Level::kCentral, true}, {"u", "p1", Level::kProvince}, kM16, "state", "",
       true},
  };
  const std::map<std::string, Authority> land = Land();
  for (const auto& row : table) {
    // Who asks and who answers makes no difference.
    for (const auto& [one, other] : {std::pair(row.one, row.other), {row.other, row.one}}) {
      const absl::StatusOr<Forum> forum =
          ForumOf({Of(one, land), Of(other, land)}, row.text, In(land));
      INFO(one.agency << " of " << one.authority << " and " << other.agency << " of "
                      << other.authority << ": " << forum.status().ToString());
      REQUIRE(forum.ok());
      CHECK(forum->coordinator == std::string("authorities/") + row.coordinator);
      CHECK(forum->coordinator_agency == std::string("agencies/bureau-") + row.coordinator);
      CHECK(forum->decider == row.decider);
      CHECK(forum->joint_conference == row.conference);
    }
  }
}

TEST_CASE("Where no authority stands over both sides the refusal names whom to register",
          "[dispute][forum]") {
  std::map<std::string, Authority> land = Land();
  land["authorities/p1"].superior = "";             // the top of its own ladder
  land["authorities/p2"].superior = "authorities/gone";
  const struct {
    Side one, other;
    DisputeForum text;
    const char* whom;
  } table[] = {
      {{"t", "p1", Level::kProvince}, {"u", "state", Level::kCentral}, kR25,
       "the common superior of authorities/p1 and authorities/state"},
      {{"t", "a", Level::kCity}, {"u", "c", Level::kCity}, kR25, "authorities/gone"},
      {{"t", "p1", Level::kProvince, true}, {"u", "p1", Level::kProvince}, kR25,
       "the common superior of authorities/p1 and authorities/p1"},
      {{"t", "none", Level::kCity}, {"u", "a", Level::kCity}, kR25,
       "the authority of agencies/t"},
      {{"bureau-p1", "p1", Level::kProvince}, {"u", "p1", Level::kProvince}, kR25,
       "a superior of authorities/p1 or another agency to act for it"},
      {{"bureau-state", "state", Level::kCentral}, {"u", "state", Level::kCentral}, kM16,
       "a superior of authorities/state or another agency to act for it"},
      {{"t", "p1", Level::kProvince}, {"u", "p1", Level::kCentral}, kM16,
       "the authority of the central level above both"},
  };
  for (const auto& row : table) {
    const absl::Status status =
        ForumOf({Of(row.one, land), Of(row.other, land)}, row.text, In(land)).status();
    INFO(status.ToString());
    CHECK(absl::IsFailedPrecondition(status));
    CHECK(ReasonOf(status) == Reason::kStageUnavailable);
    CHECK(absl::StrContains(status.message(), row.whom));
  }
}

TEST_CASE("A circle of superiors ends the search", "[dispute][forum]") {
  std::map<std::string, Authority> land = Land();
  land["authorities/state"].superior = "authorities/p1";
  const Parties parties = {Of({"t", "p1", Level::kProvince, true}, land),
                           Of({"u", "p2", Level::kProvince, true}, land)};
  CHECK(ForumOf(parties, kR25, In(land))->coordinator == "authorities/state");
  land["authorities/p2"].superior = "authorities/p2";
  const Parties apart = {Of({"t", "p1", Level::kProvince}, land),
                         Of({"u", "p2", Level::kProvince}, land)};
  CHECK(ReasonOf(ForumOf(apart, kR25, In(land)).status()) == Reason::kStageUnavailable);
}

}  // namespace
}  // namespace shareway::sharing
