// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/permission.h"

#include <random>

#include "absl/strings/str_cat.h"
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
      {"ended by the consumer", [](Grant& g, Wanted&) { g.state = Grant::State(5); },
       Reason::kGrantRevoked},
      {"its data to be disposed of", [](Grant& g, Wanted&) { g.state = Grant::State(6); },
       Reason::kGrantRevoked},
      {"expired by rule", [](Grant& g, Wanted&) {
         g.state = Grant::State(4);
         g.end_time = kNow;
       }, Reason::kGrantExpired},
      {"waiting for its terms", [](Grant& g, Wanted&) { g.state = Grant::State(8); },
       Reason::kTermsNotAccepted},
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
  CHECK_FALSE(table.Await({2, ~uint64_t{0}}, absl::InfiniteDuration()));  // nor what nobody has
}

// One of a few, so that a call often fits a grant.
template <typename T>
T Some(std::mt19937* random, const std::vector<T>& of) {
  return of[(*random)() % of.size()];
}

std::vector<std::string> SomeOf(std::mt19937* random, const std::vector<std::string>& of) {
  std::vector<std::string> some;
  for (const std::string& each : of) {
    if ((*random)() % 3 != 0) some.push_back(each);
  }
  return some;
}

const std::vector<std::string> kItems = {"code", "name", "level", "level2", "a-name-that-is-long",
                                         "a-name-that-is-longer", "", "姓名"};

Grant RandomGrant(std::mt19937* random) {
  const auto one_in = [random](uint32_t n) { return (*random)() % n == 0; };
  Grant grant = GoodGrant();
  grant.consumer = Some<std::string>(random, {"agencies/tax", "agencies/taxes", "agencies/civil"});
  grant.items = SomeOf(random, kItems);
  grant.masked_items = SomeOf(random, grant.items);
  if (one_in(2)) grant.masked_items.clear();
  if (one_in(2)) grant.rows.conditions.clear();
  grant.purposes = Some<std::vector<Purpose>>(random, {{}, {1}, {1, 2}, {0, 2}, {63, 64}, {-1, 2}});
  grant.methods = Some<std::vector<Method>>(
      random, {{}, {Method::kQuery}, {Method::kVerify, Method::kQuery}, {static_cast<Method>(99)}});
  grant.start_time = Some<absl::Time>(
      random, {absl::InfinitePast(), kNow - absl::Hours(1), kNow, kNow + absl::Nanoseconds(1)});
  grant.end_time = Some<absl::Time>(random, {absl::InfiniteFuture(), kNow, kNow + absl::Hours(1)});
  grant.case_required = one_in(4);
  grant.limited = one_in(16);
  grant.pinned_decision = !one_in(16);
  grant.state = Some<Grant::State>(random, {Grant::State::kActive, Grant::State::kActive,
                                            Grant::State::kSuspended, Grant::State::kRevoked});
  return grant;
}

Wanted RandomWanted(std::mt19937* random) {
  Wanted wanted = GoodWanted();
  wanted.consumer = Some<std::string>(random, {"agencies/tax", "agencies/tax", "agencies/taxes"});
  wanted.method = Some<Method>(random, {Method::kQuery, Method::kQuery, Method::kVerify,
                                        static_cast<Method>(99), Method::kUnspecified});
  wanted.purpose = Some<Purpose>(random, {0, 1, 2, 2, 2, 63, 64, -1});
  wanted.names_case = (*random)() % 2 == 0;
  wanted.items.clear();
  if ((*random)() % 2 == 0) wanted.items.push_back(Some(random, kItems));
  wanted.where.conditions.clear();
  if ((*random)() % 2 == 0) {
    wanted.where.conditions.push_back(
        {Some(random, kItems), Some<Op>(random, {Op::kEquals, Op::kPrefix}),
         Some<std::string>(random, {"1", "11", "1101", "12"})});
  }
  if ((*random)() % 4 == 0) wanted.compared.push_back(Some(random, kItems));
  return wanted;
}

TEST_CASE("A grant that a table holds permits what it permits by itself", "[exchange]") {
  std::mt19937 random(4);
  GrantTable table;
  int permitted = 0;
  for (uint64_t i = 1; i <= 20'000; ++i) {
    const Grant grant = RandomGrant(&random);
    if (i % 2 == 0) {
      table.Put(grant, {1, i});
    } else {
      table.Replace({grant}, {1, i});
    }
    const std::shared_ptr<const Grant> held = table.Find(grant.name);
    REQUIRE(held != nullptr);
    for (int call = 0; call < 5; ++call) {
      const Wanted wanted = RandomWanted(&random);
      const absl::Status alone = Decide(grant, wanted, kNow);
      const absl::Status in_table = Decide(*held, wanted, kNow);
      if (alone != in_table) FAIL(alone << " alone, in the table " << in_table);
      permitted += alone.ok();
    }
  }
  CHECK(permitted > 100);
}

TEST_CASE("A copy of a held grant is decided by what was made of it", "[exchange]") {
  GrantTable table;
  table.Put(GoodGrant(), {1, 1});
  REQUIRE(Decide(*table.Find("grants/g1"), GoodWanted(), kNow).ok());
  Grant copy = *table.Find("grants/g1");
  copy.items = {"code"};
  CHECK(WhyOf(Decide(copy, GoodWanted(), kNow)) == Reason::kItemNotGranted);
  Grant other = GoodGrant();
  other = *table.Find("grants/g1");
  other.state = Grant::State::kRevoked;
  CHECK(WhyOf(Decide(other, GoodWanted(), kNow)) == Reason::kGrantRevoked);
  Grant moved = std::move(copy);
  moved.consumer = "agencies/civil";
  CHECK(WhyOf(Decide(moved, GoodWanted(), kNow)) == Reason::kGrantUnknown);
}

TEST_CASE("Grants of one shard are told apart", "[exchange]") {
  GrantTable table;
  std::vector<Grant> grants;
  for (int i = 0; i < 20'000; ++i) {
    grants.push_back(GoodGrant());
    grants.back().name = absl::StrCat("grants/g", i);
    grants.back().request = absl::StrCat("requests/r", i);
  }
  table.Replace(std::move(grants), {1, 1});
  CHECK(table.size() == 20'000);
  bool all = true;
  for (int i = 0; i < 20'000; ++i) {
    const auto found = table.Find(absl::StrCat("grants/g", i));
    all = all && found != nullptr && found->request == absl::StrCat("requests/r", i);
  }
  CHECK(all);
  CHECK(table.Find("grants/g20000") == nullptr);
  Grant again = GoodGrant();
  again.name = "grants/g7";
  table.Put(again, {1, 2});
  CHECK(table.size() == 20'000);
  CHECK(table.Find("grants/g7")->request.empty());
  CHECK(table.ListOf("agencies/tax", "", 30'000).size() == 20'000);
}

}  // namespace
}  // namespace shareway::exchange
