// SPDX-License-Identifier: Apache-2.0
// Changes of service and return flow over the store.
#include "services/sharing/grants/service_changes.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/grants/return_flows.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

ServiceChange End() {
  return {.resource = Marriages().name,
          .kind = ServiceChange::Kind::kEnd,
          .reason = "系统停用",
          .effect = absl::CivilDay(2025, 11, 3)};
}
template <typename T>
std::string Etag(const Stored<T>& stored) {
  return Desk::EtagOf(stored.version);
}

TEST_CASE("A service ends after consultation and filing, and its grants only then",
          "[servicechange]") {
  TestDesk t;
  ServiceChanges changes(&t.desk);
  const std::string grant = t.NameOf(t.Granted());
  const std::string ended = t.NameOf(t.Granted());
  REQUIRE(t.grants.End(t.By(ConsumerHead()), ended, EndGround::kAchieved, "完毕").ok());
  Stored<ServiceChange> change = changes.Propose(t.By(ProviderHead()), End()).value();
  const std::string name = change.value.name;
  REQUIRE(change.value.answers.size() == 1);  // once each, and live ones only
  CHECK(change.value.answers[0].consumer == kTax);
  CHECK(changes.cases().Get(ConsumerHead(), name).ok());
  CHECK(changes.cases().Get(Officer(), name).ok());
  CHECK(ReasonOf(changes.cases().Get(Stranger(), name).status()) == Reason::kNotVisible);
  for (const char* owner : {kTax, kCivil, "authorities/city"}) {
    CHECK(changes.cases()
              .List(Officer(), {owner}, "", 10, [](const ServiceChange&) { return true; })
              ->values.size() == 1);
  }
  const auto revoke = [&] {
    return t.grants.Revoke(t.By(ProviderHead()), grant, RevokeGround::kServiceChange, name)
        .status();
  };
  CHECK(ReasonOf(changes.File(t.By(ProviderHead()), name, Etag(change), "备案1号", "").status()) ==
        Reason::kConsultationOpen);
  CHECK(ReasonOf(revoke()) == Reason::kGroundRequired);
  change = changes.Answer(t.By(ConsumerHead()), name, Etag(change), false, "仍需").value();
  change = changes.File(t.By(ProviderHead()), name, Etag(change), "备案1号", "有替代").value();
  CHECK(ReasonOf(revoke()) == Reason::kGroundRequired);  // its day has not come
  CHECK(ServiceChangesDue(t.desk).value() == 0);
  t.clock.Advance(statute::StartOfDay(absl::CivilDay(2025, 11, 3)) - t.clock.Now());
  CHECK(ServiceChangesDue(t.desk).value() == 1);
  CHECK(ServiceChangesDue(t.desk).value() == 0);
  CHECK(t.store.LoadCase<ServiceChange>(name)->value.state == ServiceChange::State::kInEffect);
  CHECK(absl::StrContains(t.Events().back().rule(), "R25 第二十七条第三款"));
  CHECK(revoke().ok());
}

TEST_CASE("A change of service is proposed by the provider's head and withdrawn before its day",
          "[servicechange]") {
  TestDesk t;
  ServiceChanges changes(&t.desk);
  for (const Actor& actor : {Reviewer(), ConsumerHead(), Officer(), Stranger()}) {
    CHECK(absl::IsPermissionDenied(changes.Propose(t.By(actor), End()).status()));
  }
  CHECK(changes.Propose(t.By(ProviderHead()), End(), true)->version == 0);
  CHECK(t.Events().empty());
  const Errand errand = t.By(ProviderHead(), "once", "body");
  const Stored<ServiceChange> change = changes.Propose(errand, End()).value();
  CHECK(change.value.answers.empty());
  CHECK(changes.Propose(errand, End())->value.name == change.value.name);
  // Nobody was asked: nobody but the provider and its authority knows it.
  CHECK(ReasonOf(changes.cases().Get(ConsumerHead(), change.value.name).status()) ==
        Reason::kNotVisible);
  CHECK(changes.Withdraw(t.By(ProviderHead()), change.value.name, Etag(change))->value.state ==
        ServiceChange::State::kWithdrawn);
  t.clock.Advance(absl::Hours(24 * 60));
  CHECK(ServiceChangesDue(t.desk).value() == 0);
}

TEST_CASE("The catalogue learns who uses a resource and which changes stand over it",
          "[servicechange]") {
  TestDesk t;
  ServiceChanges changes(&t.desk);
  const std::string resource = Marriages().name;
  CHECK(absl::IsInvalidArgument(changes.UseOf("x", "").status()));
  CHECK(absl::IsInvalidArgument(changes.UseOf(resource, "grants/g").status()));
  // Of what was never heard of, nothing.
  CHECK(changes.UseOf("resources/306009-000009", "service-changes/none")->consumers.empty());
  CHECK(changes.UseOf(resource, "")->consumers.empty());

  const std::string ended = t.NameOf(t.Granted());
  t.Granted();
  t.GrantedTo(kHousing);
  CHECK(changes.UseOf(resource, "")->consumers == std::vector<std::string>{kHousing, kTax});
  REQUIRE(t.grants.End(t.By(ConsumerHead()), ended, EndGround::kAchieved, "完毕").ok());
  CHECK(changes.UseOf(resource, "")->consumers.size() == 2);  // it has another one
  CHECK(changes.UseOf(Divisions().name, "")->consumers.empty());

  const Stored<ServiceChange> end = changes.Propose(t.By(ProviderHead()), End()).value();
  ResourceUse use = changes.UseOf(resource, "").value();
  REQUIRE(use.changes.size() == 1);
  CHECK(use.changes[0].state == ServiceChange::State::kConsulting);
  CHECK_FALSE(use.asked);
  use = changes.UseOf(resource, end.value.name).value();
  REQUIRE(use.asked);
  CHECK(use.asked->kind == ServiceChange::Kind::kEnd);
  // Of another resource it is none.
  CHECK_FALSE(changes.UseOf(Divisions().name, end.value.name)->asked);
  CHECK(changes.UseOf(Divisions().name, "")->changes.empty());
  // What was taken back stands no more, and is told to who asks for it.
  REQUIRE(changes.Withdraw(t.By(ProviderHead()), end.value.name, Etag(end)).ok());
  use = changes.UseOf(resource, end.value.name).value();
  CHECK(use.changes.empty());
  CHECK(use.asked->state == ServiceChange::State::kWithdrawn);
}

struct FlowDesk : TestDesk {
  ReturnFlows flows{&desk};

  FlowDesk() {
    agencies[kTax].level = Level::kCounty;
    agencies[kTax].division = "990101";
  }
};

TEST_CASE("What flows back is requested once and granted in the batch that activates it",
          "[returnflow]") {
  FlowDesk t;
  CHECK(absl::IsPermissionDenied(
      t.flows.Declare(t.By(ConsumerHead()), Marriages().name, "cert_no").status()));
  CHECK(t.flows.Declare(t.By(ProviderHead()), Marriages().name, "cert_no", true)->version == 0);
  CHECK(t.Events().empty());
  const Stored<ReturnFlow> flow =
      t.flows.Declare(t.By(ProviderHead()), Marriages().name, "cert_no").value();
  CHECK(absl::IsAlreadyExists(
      t.flows.Declare(t.By(ProviderHead()), Marriages().name, "cert_no").status()));
  CHECK(t.flows.flows()
            .List(Stranger(), {kCivil}, "", 10, [](const ReturnFlow&) { return true; })
            ->values.size() == 1);

  const std::vector<Purpose> purposes = {Purpose::kWorkReference};
  CHECK(ReasonOf(t.flows.Request(t.By(ConsumerHead()), flow.value.name, "990102", purposes)
                     .status()) == Reason::kDivisionForeign);
  const Stored<ReturnRequest> asked =
      t.flows.Request(t.By(ConsumerHead()), flow.value.name, "", purposes).value();
  CHECK(absl::IsAlreadyExists(
      t.flows.Request(t.By(ConsumerHead()), flow.value.name, "", purposes).status()));
  CHECK(ReasonOf(t.flows.Activate(t.By(Stranger()), asked.value.name, Etag(asked)).status()) ==
        Reason::kNotVisible);

  const Errand errand = t.By(ProviderHead());
  const Stored<ReturnRequest> active =
      t.flows.Activate(errand, asked.value.name, Etag(asked)).value();
  const Grant::Fields grant = t.store.LoadGrant(active.value.grant)->value.fields();
  CHECK(grant.return_request == asked.value.name);
  CHECK(grant.decision == errand.act_bytes());
  CHECK(grant.rows.conditions ==
        std::vector<filter::Condition>{{"cert_no", filter::Op::kPrefix, "990101"}});
  CHECK(absl::StrContains(grant.rule, "R25 第二十四条第一款"));
  CHECK(grant.number == 1);
  const auto events = t.Events();
  CHECK(events[events.size() - 2].has_act());
  CHECK(events.back().kind() == evidence::RecordKind::GRANT_CREATED);
  CHECK_FALSE(events.back().has_act());
  // Once activated it may be asked for again, for example after the grant has ended.
  CHECK(t.flows.Request(t.By(ConsumerHead()), flow.value.name, "", purposes).ok());
}

}  // namespace
}  // namespace shareway::sharing
