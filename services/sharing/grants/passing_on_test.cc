// SPDX-License-Identifier: Apache-2.0
// Data that the provider received itself: no grant over them without the consent of their source,
// and none that outlives it.
#include "services/sharing/grants/passing_on.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/disputes/dispute_bench.h"
#include "services/sharing/grants/return_flows.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/supervision/findings.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;

constexpr char kSource[] = "grants/source";

const Decision& Yes() {
  static const Decision yes{.verdict = Decision::Verdict::kApprove};
  return yes;
}

// Civil publishes marriages, of which it has husband from housing under kSource.
struct PassingBench : DisputeBench {
  PassingBench() {
    Put({.name = kSource,
         .consumer = kCivil,
         .provider = kHousing,
         .resource = "resources/306090-000001",
         .items = {"husband", "address"},
         .end_time = statute::EndOfDay(absl::CivilDay(2027, 9, 30)),
         .state = Grant::State::kActive,
         .rule = "cn-2025-809@1 R25 第二十一条",
         .create_time = Morning()});
    Publish(Received());
  }

  static Resource Received(uint32_t revision = 4, const char* source = kSource) {
    Resource resource = Marriages();
    resource.revision = revision;
    resource.items[1].received_under = source;
    return resource;
  }
  void Publish(const Resource& resource) { REQUIRE(grants.Follow(resource).ok()); }

  // Writes a grant between civil and housing as it is.
  void Put(Grant::Fields fields) {
    const auto known = store.LoadGrant(fields.name);
    const std::string name = fields.name;
    const Change change{.grants = {{Grant::Restore(std::move(fields)),
                                    known.ok() ? known->version : 0}},
                        .owners = {kCivil, kHousing},
                        .result = name};
    REQUIRE(store.Commit(change, clock.Now()).ok());
  }
  Grant::Fields Source() { return store.LoadGrant(kSource)->value.fields(); }
  void PutSource(Grant::State state) {
    Grant::Fields fields = Source();
    fields.state = state;
    Put(fields);
  }
  void ConsentTo(const char* agency) {
    Grant::Fields fields = Source();
    fields.third_parties.push_back(agency);
    Put(fields);
  }

  absl::StatusOr<Stored<Request>> Decide(const Stored<Request>& request,
                                         const Decision& decision = Yes(), bool preview = false) {
    return sharing.Decide(By(Reviewer()), NameOf(request), EtagOf(request), decision, preview);
  }
  absl::StatusOr<Stored<Request>> Sign(const Stored<Request>& decided) {
    return sharing.SignOffDecision(By(ProviderHead()), NameOf(decided), EtagOf(decided));
  }
  // A grant of tax over these items.
  std::string Given(const std::vector<std::string>& items) {
    Request::Fields asked = Asked(Marriages());
    asked.scope.items = items;
    return Answered(Yes(), asked).value.fields().grant;
  }
  Grant::State StateOf(const std::string& grant) {
    return store.LoadGrant(grant)->value.fields().state;
  }
  absl::Status Resume(const std::string& grant) {
    return grants.Resume(By(ProviderHead()), grant, "已取得同意").status();
  }
  std::vector<Finding> AllFindings() {
    std::vector<Finding> all;
    const auto any = [](const Finding&) { return true; };
    const Page<Finding> page = Findings(&desk).List(Officer(), "", 100, any).value();
    for (const Stored<Finding>& finding : page.values) all.push_back(finding.value);
    return all;
  }
};

void CheckAsksConsent(const absl::Status& status) {
  INFO(status.ToString());
  CHECK(absl::IsFailedPrecondition(status));
  REQUIRE(ReasonOf(status) == Reason::kConsentRequired);
  CHECK(DetailsOf(status)->metadata.at("grant") == kSource);
  CHECK(DetailsOf(status)->metadata.at("item") == "husband");
}

TEST_CASE("The provenance of an item comes with the catalogue and is kept", "[passing]") {
  catalog::v1::CatalogChange change;
  change.mutable_resource()->set_name("resources/306090-000002");
  change.mutable_resource()->set_declared_class(catalog::v1::CONDITIONAL);
  change.mutable_resource()->add_items()->set_id("own");
  catalog::v1::Item* item = change.mutable_resource()->add_items();
  item->set_id("husband");
  item->set_received_under(kSource);
  TestDesk t;
  REQUIRE(t.store.PutResource(FromProto(change)).ok());
  const Resource kept = t.store.LoadResource("resources/306090-000002")->value;
  CHECK(kept.items[0].received_under.empty());
  CHECK(kept.items[1].received_under == kSource);
}

TEST_CASE("An approval over received data is refused until its source bears the consent",
          "[passing]") {
  PassingBench t;
  const Stored<Request> asked = t.Submitted();  // asking is open to everybody
  CheckAsksConsent(t.Decide(asked).status());
  CheckAsksConsent(t.Decide(asked, Yes(), true).status());
  const auto outcomes = t.sharing.DecideAll(
      t.By(Reviewer()), {{t.NameOf(asked), t.EtagOf(asked)}}, Yes(), false);
  CheckAsksConsent(outcomes->front().status());
  CHECK(t.AllGrants().empty());
  // What is the provider's own is given without asking, and anything can be refused.
  CHECK(t.StateOf(t.Given({"cert_no", "wife"})) == Grant::State::kActive);
  const Decision refusal{.verdict = Decision::Verdict::kRefuse, .reason = "无同意"};
  CHECK(t.Decide(t.Submitted(), refusal).ok());

  t.ConsentTo(kBureau);  // to another agency
  CheckAsksConsent(t.Decide(asked).status());
  t.ConsentTo(kTax);
  const Stored<Request> decided = t.Decide(asked).value();
  const Stored<Request> approved = t.Sign(decided).value();
  CHECK(t.StateOf(approved.value.fields().grant) == Grant::State::kActive);
  CHECK(t.Mismatch().empty());
}

TEST_CASE("The source is asked again when the head signs, and may not change before the commit",
          "[passing]") {
  PassingBench t;
  t.ConsentTo(kTax);
  const Stored<Request> decided = t.Decide(t.Submitted()).value();
  t.PutSource(Grant::State::kSuspended);
  CheckAsksConsent(t.Sign(decided).status());
  CHECK(t.AllGrants().empty());
  t.PutSource(Grant::State::kActive);
  const uint64_t version = t.store.LoadGrant(kSource)->version;
  bool expected = false;
  t.kv.on_commit = [&](const kv::Batch& batch) {
    for (const auto& expects : batch.expects()) {
      expected = expected || (expects.key == absl::StrCat(kSource, "/r") &&
                              expects.version == version);
    }
    return kv::Outcome{};
  };
  CHECK(t.Sign(decided).ok());
  t.kv.on_commit = nullptr;
  CHECK(expected);
}

TEST_CASE("When a source stops, the grants that rest on it stop, and go on only by hand",
          "[passing]") {
  PassingBench t;
  t.ConsentTo(kTax);
  const std::string rests = t.Given({"cert_no", "husband"});
  const std::string own = t.Given({"cert_no", "wife"});
  CHECK(UnsourcedDue(t.desk).value() == 0);
  t.PutSource(Grant::State::kSuspended);
  CHECK(UnsourcedDue(t.desk).value() == 1);
  const Grant::Fields stopped = t.store.LoadGrant(rests)->value.fields();
  CHECK(stopped.state == Grant::State::kSuspended);
  CHECK(stopped.ended_reason == absl::StrCat("NOT_PASSED_ON: husband, received under ", kSource));
  CHECK(t.StateOf(own) == Grant::State::kActive);
  const evidence::AuditRecord told = t.Events().back();
  CHECK(told.kind() == RecordKind::GRANT_SUSPENDED);
  CHECK(told.object() == rests);
  CHECK(told.reason() == "NOT_PASSED_ON");
  CHECK(absl::StrContains(told.rule(), "第二十五条"));
  CHECK(UnsourcedDue(t.desk).value() == 0);
  CheckAsksConsent(t.Resume(rests));

  t.PutSource(Grant::State::kActive);
  CHECK(UnsourcedDue(t.desk).value() == 0);
  CHECK(t.StateOf(rests) == Grant::State::kSuspended);
  CHECK(t.Resume(rests).ok());
  t.PutSource(Grant::State::kRevoked);
  CHECK(UnsourcedDue(t.desk).value() == 1);
  CHECK(t.StateOf(rests) == Grant::State::kSuspended);
}

TEST_CASE("A revision that names a source stops the grants that have no consent", "[passing]") {
  PassingBench t;
  Resource own = Marriages();
  own.revision = 5;
  t.Publish(own);
  const std::string grant = t.Given({"husband"});
  CHECK(UnsourcedDue(t.desk).value() == 0);
  t.Publish(PassingBench::Received(6));
  CHECK(UnsourcedDue(t.desk).value() == 1);
  CHECK(t.StateOf(grant) == Grant::State::kSuspended);
  // What is the provider's own again goes on.
  own.revision = 7;
  t.Publish(own);
  CHECK(t.Resume(grant).ok());
  CHECK(UnsourcedDue(t.desk).value() == 0);
  CHECK(t.StateOf(grant) == Grant::State::kActive);
}

TEST_CASE("More grants than one batch takes all stop with their source", "[passing]") {
  PassingBench t;
  t.ConsentTo(kTax);
  const Grant::Fields one = t.store.LoadGrant(t.Given({"husband"}))->value.fields();
  for (int i = 0; i < 230; ++i) {
    Grant::Fields more = one;
    more.name = absl::StrCat("grants/more-", i);
    t.Put(more);
  }
  t.PutSource(Grant::State::kEnded);
  CHECK(UnsourcedDue(t.desk).value() == 231);
  CHECK(UnsourcedDue(t.desk).value() == 0);
}

TEST_CASE("An entry that names a foreign grant opens a finding once a revision, and gives nothing",
          "[passing]") {
  PassingBench t;
  CHECK(t.AllFindings().empty());  // its own is no matter of findings
  Grant::Fields foreign = t.Source();
  foreign.name = "grants/foreign";
  foreign.consumer = kBureau;
  t.Put(foreign);
  uint32_t revision = 4;
  for (const char* named : {"grants/absent", "grants/foreign"}) {
    const Resource resource = PassingBench::Received(++revision, named);
    t.Publish(resource);
    t.Publish(resource);
    Resource again = resource;  // as after a break of the feed
    again.title = "婚姻登记";
    t.Publish(again);
    const std::vector<Finding> findings = t.AllFindings();
    REQUIRE(findings.size() == revision - 4);
    CHECK(std::all_of(findings.begin(), findings.end(), [](const Finding& f) {
      return f.detector == "r25-40-3" && f.about == kCivil && f.subject == Marriages().name &&
             f.state == Finding::State::kSuspected;
    }));
    const absl::Status refused = t.Decide(t.Submitted()).status();
    REQUIRE(ReasonOf(refused) == Reason::kConsentRequired);
    CHECK(DetailsOf(refused)->metadata.at("grant") == named);
  }
}

TEST_CASE("Consent to pass on further asks the first source, too", "[passing]") {
  PassingBench t;
  t.ConsentTo(kTax);
  const std::string grant = t.Given({"husband"});
  const ChangeAsked further{.change = {ScopeChange::Kind::kThirdParty, grant, kBureau},
                            .legal_basis = "《演示市税务征管办法》第三条",
                            .scenario = "核定税种"};
  Stored<Request> request = t.sharing.ChangeScope(t.By(Applicant()), further, false).value();
  request =
      t.sharing.SignOff(t.By(ConsumerHead()), t.NameOf(request), t.EtagOf(request)).value();
  request = t.sharing.Submit(t.By(Applicant()), t.NameOf(request), t.EtagOf(request)).value();
  CheckAsksConsent(t.Decide(request).status());
  t.ConsentTo(kBureau);
  CHECK(t.Sign(t.Decide(request).value()).ok());
  CHECK(t.store.LoadGrant(grant)->value.fields().third_parties ==
        std::vector<std::string>{kBureau});
}

// Divisions with a received item, as though the catalogue had let it pass.
Resource Unconditional() {
  Resource resource = Divisions();
  resource.revision = 9;
  resource.items[1] = {"husband", ShareClass::kUnconditional, 1, false, false, kSource};
  return resource;
}

TEST_CASE("Neither a claim nor a standing consent gives what may not be passed on", "[passing]") {
  PassingBench t;
  t.Publish(Unconditional());
  REQUIRE(t.grants.GiveConsent(t.By(ProviderHead()), Divisions().name).ok());
  const Stored<Request> signed_off = t.SignedOff(Unconditional());
  CheckAsksConsent(
      t.sharing.Submit(t.By(Applicant()), t.NameOf(signed_off), t.EtagOf(signed_off)).status());
  t.Govern("cn-2016-51");
  const Grant::Claim claim{.items = {"husband"},
                           .purposes = {Purpose::kWorkReference},
                           .scenario = "核对",
                           .end = absl::CivilDay(2026, 6, 30)};
  CheckAsksConsent(t.grants.Claim(t.By(Applicant()), Divisions().name, claim).status());
  CHECK(t.AllGrants().empty());
  t.ConsentTo(kTax);
  CHECK(t.grants.Claim(t.By(Applicant()), Divisions().name, claim).ok());
}

TEST_CASE("Neither a dispute nor a return flow gives what may not be passed on", "[passing]") {
  PassingBench disputed;
  const Stored<Dispute> dispute = disputed.BeforeGovernment(disputed.RefusedRequest());
  CheckAsksConsent(disputed.Record(dispute, Outcome::kGrant).status());
  CHECK(disputed.AllGrants().empty());
  disputed.ConsentTo(kTax);
  CHECK(disputed.Record(dispute, Outcome::kGrant).ok());

  PassingBench t;
  t.agencies[kTax].level = Level::kCounty;
  t.agencies[kTax].division = "990101";
  ReturnFlows flows(&t.desk);
  const auto flow = flows.Declare(t.By(ProviderHead()), Marriages().name, "cert_no").value();
  const auto asked =
      flows.Request(t.By(ConsumerHead()), flow.value.name, "", {Purpose::kWorkReference}).value();
  const auto activate = [&] {
    return flows.Activate(t.By(ProviderHead()), asked.value.name, Desk::EtagOf(asked.version));
  };
  CheckAsksConsent(activate().status());
  CHECK(t.AllGrants().empty());
  t.ConsentTo(kTax);
  CHECK(activate().ok());
}

TEST_CASE("Terms are accepted and a period is prolonged only while the source allows it",
          "[passing]") {
  PassingBench t;
  t.ConsentTo(kTax);
  const Decision with_case{.verdict = Decision::Verdict::kApprove, .case_required = true};
  const std::string pending = t.Answered(with_case).value.fields().grant;
  REQUIRE(t.StateOf(pending) == Grant::State::kPendingTerms);
  const std::string active = t.Given({"husband"});
  const absl::CivilDay later(2026, 10, 31);
  REQUIRE(t.grants.AskRenewal(t.By(ConsumerHead()), active, later, "事项仍在办理").ok());
  t.PutSource(Grant::State::kSuspended);
  CheckAsksConsent(t.grants.AcceptTerms(t.By(ConsumerHead()), pending).status());
  CheckAsksConsent(t.grants.Renew(t.By(ProviderHead()), active, later).status());
  t.PutSource(Grant::State::kActive);
  CHECK(t.grants.AcceptTerms(t.By(ConsumerHead()), pending).ok());
  CHECK(t.grants.Renew(t.By(ProviderHead()), active, later).ok());
}

}  // namespace
}  // namespace shareway::sharing
