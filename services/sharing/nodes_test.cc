// SPDX-License-Identifier: Apache-2.0
// Slices of day quotas that are never given twice, and holds on file once.
#include "services/sharing/nodes.h"

#include <atomic>
#include <thread>

#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;

constexpr char kCivilNode[] = "agencies/civil/nodes/n1";
constexpr char kTaxNode[] = "agencies/tax/nodes/n1";
constexpr DayQuota kWhole = {.calls = 100, .rows = 1000};

struct Fixture : TestDesk {
  NodeStore node_store{&kv, outbox.get()};
  Nodes nodes{&desk, &node_store, [](absl::string_view node, absl::string_view agency) {
                return absl::StrCat(agency, "/nodes/n1") == node;
              }};
  const absl::CivilDay today = statute::LawDay(clock.Now());

  std::string Limited(const DayQuota& day = kWhole) {
    Request::Fields asked = Asked(Marriages());
    asked.scope.day = day;
    return Answered({.verdict = Decision::Verdict::kApprove}, asked).value.fields().grant;
  }
  absl::StatusOr<DayQuota> Lease(const std::string& grant, const DayQuota& wanted) {
    return nodes.LeaseQuota(kCivilNode, grant, today, wanted);
  }
  FiledHold Hold(const std::string& subject = "grants/g1", bool held = true) {
    return {.node = kCivilNode,
            .subject = subject,
            .held = held,
            .reason = held ? "疑似泄露" : "",
            .set_time = clock.Now()};
  }
};

TEST_CASE("A decision's quota and masks become the grant's, through the store") {
  Fixture t;
  Request::Fields asked = Asked(Marriages());
  asked.scope.day = {.calls = 7, .rows = 8, .bytes = 9};
  asked.scope.masked_items = {"wife"};
  const std::string name =
      t.Answered({.verdict = Decision::Verdict::kApprove}, asked).value.fields().grant;
  const Grant::Fields grant = t.store.LoadGrant(name).value().value.fields();
  CHECK(grant.day == asked.scope.day);
  CHECK(grant.masked_items == asked.scope.masked_items);
}

TEST_CASE("Slices add up to the day's quota and no further") {
  Fixture t;
  const std::string grant = t.Limited();
  CHECK(*t.Lease(grant, {.calls = 60, .rows = 10, .bytes = 5}) ==
        DayQuota{.calls = 60, .rows = 10, .bytes = 5});
  CHECK(*t.Lease(grant, {.calls = 60}) == DayQuota{.calls = 40});
  const absl::Status none = t.Lease(grant, {.calls = 1}).status();
  CHECK(absl::IsResourceExhausted(none));
  CHECK(ReasonOf(none) == Reason::kQuotaExhausted);
  // Rows are left, and so is tomorrow.
  CHECK(*t.Lease(grant, {.calls = 1, .rows = 5000}) == DayQuota{.rows = 990});
  t.clock.Advance(absl::Hours(24));
  CHECK(*t.nodes.LeaseQuota(kCivilNode, grant, t.today + 1, {.calls = 100}) ==
        DayQuota{.calls = 100});
}

TEST_CASE("Nodes that take at once never get more than there is") {
  Fixture t;
  const std::string grant = t.Limited({.calls = 1000});
  std::atomic<uint64_t> given = 0;
  std::vector<std::thread> nodes;
  for (int i = 0; i < 8; ++i) {
    nodes.emplace_back([&] {
      for (int j = 0; j < 40; ++j) {
        const absl::StatusOr<DayQuota> slice = t.Lease(grant, {.calls = 7});
        if (slice.ok()) given += slice->calls;
      }
    });
  }
  for (std::thread& node : nodes) node.join();
  CHECK(given <= 1000);
  const absl::StatusOr<DayQuota> rest = t.Lease(grant, {.calls = 5000});
  if (rest.ok()) given += rest->calls;
  CHECK(given == 1000);
}

TEST_CASE("A slice whose write fails is given to nobody a second time", "[fault]") {
  Fixture t;
  const bool applied = GENERATE(false, true);
  const std::string grant = t.Limited();
  t.kv.on_commit = [applied](const kv::Batch&) {
    return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
  };
  CHECK(absl::IsUnavailable(t.Lease(grant, {.calls = 60}).status()));
  t.kv.on_commit = nullptr;
  CHECK(t.Lease(grant, {.calls = 100})->calls == (applied ? 40u : 100u));
}

TEST_CASE("Only a node of the provider takes, today, of an active grant") {
  Fixture t;
  const std::string grant = t.Limited();
  CHECK(ReasonOf(t.nodes.LeaseQuota(kTaxNode, grant, t.today, kWhole).status()) ==
        Reason::kNotVisible);
  CHECK(ReasonOf(t.Lease("grants/none", kWhole).status()) == Reason::kNotVisible);
  CHECK(absl::IsInvalidArgument(t.Lease("people/x", kWhole).status()));
  for (const int off : {-1, 1}) {
    CHECK(absl::IsInvalidArgument(
        t.nodes.LeaseQuota(kCivilNode, grant, t.today + off, kWhole).status()));
  }
  // The node's clock is a little ahead.
  t.clock.Advance(statute::EndOfDay(t.today) - absl::Seconds(30) - t.clock.Now());
  CHECK(t.nodes.LeaseQuota(kCivilNode, grant, t.today + 1, {.calls = 1}).ok());
  REQUIRE(t.grants.Suspend(t.By(ProviderHead()), grant, SuspendGround::kDataFault, "错").ok());
  CHECK(absl::IsFailedPrecondition(t.Lease(grant, {.calls = 1}).status()));
}

TEST_CASE("Counts of days that are over are deleted") {
  Fixture t;
  const std::string grant = t.Limited();
  REQUIRE(t.Lease(grant, {.calls = 60}).ok());
  t.clock.Advance(absl::Hours(48));
  REQUIRE(t.nodes.LeaseQuota(kCivilNode, grant, t.today + 2, {.calls = 1}).ok());
  CHECK(t.node_store.LoadGiven(grant, t.today)->version == 0);
  CHECK(t.node_store.LoadGiven(grant, t.today + 2)->value.calls == 1);
}

TEST_CASE("A hold is filed once, with an event that its consumer and the authority can read") {
  Fixture t;
  const std::string grant = t.NameOf(t.Granted());
  FiledHold hold = t.Hold(grant);
  evidence::SignedAct act;
  act.set_act("the head's own");
  hold.act = act.SerializeAsString();
  const absl::Time filed = t.nodes.FileHold(hold, "").value();
  CHECK(filed == t.clock.Now());
  const evidence::AuditRecord event = t.Events().back();
  CHECK(event.kind() == RecordKind::HOLD_FILED);
  CHECK(event.object() == grant);
  CHECK(event.agencies_size() == 2);
  CHECK(event.nodes(0) == kCivilNode);
  CHECK(event.act().act() == "the head's own");
  CHECK_FALSE(event.state().empty());
  const size_t events = t.Events().size();

  t.clock.Advance(absl::Seconds(1));
  CHECK(*t.nodes.FileHold(hold, "") == filed);  // the answer was lost
  CHECK(t.Events().size() == events);
  REQUIRE(t.nodes.FileHold(t.Hold(grant, false), "").ok());
  CHECK(t.Events().size() == events + 1);
  CHECK_FALSE(t.node_store.LoadHold(kCivilNode, grant)->value.held);
}

TEST_CASE("A hold of what is not there, or not the node's, tells nobody else") {
  Fixture t;
  const std::string grant = t.NameOf(t.Granted());
  FiledHold hold = t.Hold(grant);
  hold.node = "agencies/housing/nodes/n1";
  REQUIRE(t.nodes.FileHold(hold, "").ok());
  CHECK(t.Events().back().agencies_size() == 1);
  CHECK(t.Events().back().agencies(0) == kHousing);
  REQUIRE(t.nodes.FileHold(t.Hold("resources/none"), "").ok());
  for (const char* field : {"subject", "reason"}) {
    FiledHold spoilt = t.Hold();
    (field == std::string("subject") ? spoilt.subject : spoilt.reason).clear();
    CHECK(absl::IsInvalidArgument(t.nodes.FileHold(spoilt, "").status()));
  }
}

}  // namespace
}  // namespace shareway::sharing
