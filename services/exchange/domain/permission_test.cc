// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/permission.h"

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/domain/resource_table.h"

namespace shareway::exchange {
namespace {

using filter::Op;

const absl::Time kNow = absl::FromUnixSeconds(1790000000);

Grant GoodGrant() {
  return {.name = "grants/g1",
          .consumer = "agencies/tax",
          .provider = "agencies/civil",
          .resource = "resources/r1",
          .items = {"code", "name", "level"},
          .rows = {{{"code", Op::kPrefix, "11"}}},
          .purposes = {1, 2},
          .methods = {Method::kQuery},
          .start_time = kNow - absl::Hours(1),
          .end_time = kNow + absl::Hours(1),
          .state = Grant::State::kActive};
}

Wanted GoodWanted() {
  return {.consumer = "agencies/tax",
          .method = Method::kQuery,
          .purpose = 2,
          .items = {"name", "code"},
          .where = {{{"code", Op::kEquals, "1101"}}}};
}

Reason WhyOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

TEST_CASE("A grant permits its items in the order asked for, under both filters", "[exchange]") {
  const auto permission = Permit(GoodGrant(), GoodWanted(), kNow);
  REQUIRE(permission.ok());
  CHECK(permission->items == std::vector<std::string>{"name", "code"});
  CHECK(filter::Narrows(permission->where, GoodGrant().rows));
  CHECK(filter::Narrows(permission->where, GoodWanted().where));
}

TEST_CASE("No items asked for means all that are granted", "[exchange]") {
  Wanted wanted = GoodWanted();
  wanted.items.clear();
  const auto permission = Permit(GoodGrant(), wanted, kNow);
  REQUIRE(permission.ok());
  CHECK(permission->items == GoodGrant().items);
}

TEST_CASE("A wider query is narrowed to the granted rows", "[exchange]") {
  Wanted wanted = GoodWanted();
  wanted.where.conditions = {{"code", Op::kPrefix, "1"}};
  const auto permission = Permit(GoodGrant(), wanted, kNow);
  REQUIRE(permission.ok());
  CHECK(permission->where.conditions == GoodGrant().rows.conditions);
}

TEST_CASE("What a grant does not say is refused with its reason", "[exchange]") {
  auto [why, spoil, reason] = GENERATE(table<const char*, void (*)(Grant&, Wanted&), Reason>({
      {"another consumer", [](Grant&, Wanted& w) { w.consumer = "agencies/housing"; },
       Reason::kGrantUnknown},
      {"revoked", [](Grant& g, Wanted&) { g.state = Grant::State::kRevoked; },
       Reason::kGrantRevoked},
      {"a state of a later version", [](Grant& g, Wanted&) { g.state = Grant::State(9); },
       Reason::kGrantRevoked},
      {"suspended", [](Grant& g, Wanted&) { g.state = Grant::State::kSuspended; },
       Reason::kGrantSuspended},
      {"too early", [](Grant& g, Wanted&) { g.start_time = kNow + absl::Nanoseconds(1); },
       Reason::kGrantExpired},
      {"too late", [](Grant& g, Wanted&) { g.end_time = kNow; }, Reason::kGrantExpired},
      {"quota or masks", [](Grant& g, Wanted&) { g.limited = true; }, Reason::kNotSupported},
      {"a decision by others", [](Grant& g, Wanted&) { g.pinned_decision = false; }, Reason::kHeld},
      {"method", [](Grant&, Wanted& w) { w.method = Method::kDownload; },
       Reason::kMethodNotGranted},
      {"purpose", [](Grant&, Wanted& w) { w.purpose = 3; }, Reason::kPurposeNotGranted},
      {"no purpose of several", [](Grant&, Wanted& w) { w.purpose = 0; },
       Reason::kPurposeNotGranted},
      {"no case", [](Grant& g, Wanted&) { g.case_required = true; }, Reason::kCaseRequired},
      {"item", [](Grant&, Wanted& w) { w.items = {"code", "secret"}; }, Reason::kItemNotGranted},
      {"item of a condition",
       [](Grant&, Wanted& w) { w.where.conditions.push_back({"secret", Op::kPrefix, "A"}); },
       Reason::kItemNotGranted},
      {"rows", [](Grant&, Wanted& w) { w.where.conditions = {{"code", Op::kEquals, "12"}}; },
       Reason::kRowNotGranted},
  }));
  CAPTURE(why);
  Grant grant = GoodGrant();
  Wanted wanted = GoodWanted();
  spoil(grant, wanted);
  const auto permission = Permit(grant, wanted, kNow);
  CHECK(absl::IsPermissionDenied(permission.status()));
  CHECK(WhyOf(permission.status()) == reason);
}

TEST_CASE("The only purpose of a grant need not be stated", "[exchange]") {
  Grant grant = GoodGrant();
  CHECK(StatedPurpose(grant, 0) == 0);
  grant.purposes = {2};
  CHECK(StatedPurpose(grant, 0) == 2);
  CHECK(StatedPurpose(grant, 3) == 3);
}

TEST_CASE("An item graded above the consumer's clearance stays here", "[exchange]") {
  const Resource resource = {.name = "resources/r1",
                             .items = {{.id = "code", .key = true}, {.id = "pay", .grading = 2}}};
  CHECK(CheckClearance(resource, {"code"}, 1).ok());
  CHECK(CheckClearance(resource, {"code", "pay"}, 2).ok());
  CHECK(WhyOf(CheckClearance(resource, {"code", "pay"}, 1)) == Reason::kItemNotGranted);
  CHECK(WhyOf(CheckClearance(resource, {"code", "new"}, 3)) == Reason::kGrantOutdated);
}

TEST_CASE("The table finds, lists and replaces grants", "[exchange]") {
  GrantTable table;
  CHECK(table.Find("grants/g1") == nullptr);
  for (int i = 0; i < 5; ++i) {
    Grant grant = GoodGrant();
    grant.name = "grants/g" + std::to_string(i);
    if (i == 3) grant.consumer = "agencies/housing";
    table.Put(std::move(grant), {1, static_cast<uint64_t>(i + 1)});
  }
  CHECK(table.size() == 5);
  CHECK(table.revision() == Revision{1, 5});
  const auto held = table.Find("grants/g1");
  REQUIRE(held != nullptr);
  const auto listed = table.ListOf("agencies/tax", "grants/g1", 2);
  REQUIRE(listed.size() == 2);
  CHECK(listed[0]->name == "grants/g2");
  CHECK(listed[1]->name == "grants/g4");

  Grant other = GoodGrant();
  other.name = "grants/z";
  table.Replace({other}, {2, 1});
  CHECK(table.size() == 1);
  CHECK(table.Find("grants/g1") == nullptr);
  CHECK(held->name == "grants/g1");  // readers keep what they hold
  CHECK(table.Await({2, 1}, absl::ZeroDuration()));
  CHECK_FALSE(table.Await({2, 2}, absl::ZeroDuration()));
  CHECK_FALSE(table.Await({3, 1}, absl::InfiniteDuration()));  // another epoch: not by waiting
}

}  // namespace
}  // namespace shareway::exchange
