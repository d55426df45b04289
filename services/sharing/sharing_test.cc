// SPDX-License-Identifier: Apache-2.0
// The writes of requests: what is stored and told together, and what a fault leaves.
#include "services/sharing/sharing.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;
using State = Request::State;

TEST_CASE("The conditional path leaves an approved request, its grant and their events") {
  TestDesk t;
  Decision reduced{.verdict = Decision::Verdict::kApproveReduced};
  reduced.scope = ScopeOver(Marriages());
  reduced.scope->items = {"cert_no", "husband"};
  reduced.cuts = {{"wife", "核定税种不需要"}};
  reduced.case_required = true;
  const Stored<Request> answered = t.Answered(reduced);
  CHECK(answered.value.fields().state == State::kApproved);
  const Stored<Grant> grant = t.store.LoadGrant(answered.value.fields().grant).value();
  const Grant::Fields& f = grant.value.fields();
  CHECK(f.items == std::vector<std::string>{"cert_no", "husband"});
  CHECK(f.case_required);
  CHECK(f.resource_revision == 3);
  CHECK(f.number == 1);
  CHECK(f.request == answered.value.fields().name);
  CHECK(absl::StartsWith(f.rule, "cn-2025-809@1 R25 第二十一条"));
  evidence::SignedAct decision;
  REQUIRE(decision.ParseFromString(f.decision));
  CHECK(decision.act() == absl::StrCat("act ", t.acts));  // of the provider's head

  std::vector<int> kinds;
  for (const evidence::AuditRecord& event : t.Events()) kinds.push_back(event.kind());
  CHECK(kinds == std::vector<int>{RecordKind::REQUEST_DRAFTED, RecordKind::REQUEST_SIGNED_OFF,
                                  RecordKind::REQUEST_SUBMITTED, RecordKind::REQUEST_DECIDED,
                                  RecordKind::DECISION_SIGNED_OFF, RecordKind::GRANT_CREATED});
  const evidence::AuditRecord created = t.Events().back();
  CHECK(created.object() == f.name);
  CHECK_FALSE(created.state().empty());
  CHECK(created.agencies_size() == 2);
  CHECK(t.Events()[4].has_act());
  CHECK(t.Mismatch().empty());
}

TEST_CASE("Nobody asks for what is graded above the clearance of his agency") {
  TestDesk t;
  Resource important = Marriages();
  important.name = "resources/306002-000009";
  important.items[1].grading = 2;
  REQUIRE(t.grants.Follow(important).ok());
  t.agencies[kTax].clearance = 2;
  const Stored<Request> signed_off = t.SignedOff(Asked(important));
  Request::Fields without = Asked(important);
  without.scope.items = {"cert_no", "wife"};
  const Stored<Request> draft = t.Draft(without);

  t.agencies[kTax].clearance = 1;
  const size_t before = t.Events().size();
  for (const absl::Status& status :
       {t.sharing.Create(t.By(Applicant()), Asked(important), false).status(),
        t.sharing.Create(t.By(Applicant()), Asked(important), true).status(),
        t.sharing.Update(t.By(Applicant()), t.NameOf(draft), t.EtagOf(draft),
                         {.scope = ScopeOver(important)})
            .status(),
        t.sharing.Submit(t.By(Applicant()), t.NameOf(signed_off), t.EtagOf(signed_off))
            .status()}) {
    CHECK(absl::IsFailedPrecondition(status));
    CHECK(ReasonOf(status) == Reason::kClearanceTooLow);
    CHECK(absl::StrContains(status.message(), "item husband"));
    CHECK(DetailsOf(status)->metadata.at("grading") == "2");
    CHECK(DetailsOf(status)->metadata.at("clearance") == "1");
  }
  CHECK(t.Events().size() == before);
  CHECK(t.sharing.Create(t.By(Applicant()), without, false).ok());
}

std::vector<std::string> AgenciesOf(const evidence::AuditRecord& event) {
  return {event.agencies().begin(), event.agencies().end()};
}

TEST_CASE("Evidence names nobody who may not read the request yet") {
  const std::vector<std::string> consumer = {kTax}, provider = {kCivil}, both = {kTax, kCivil};
  TestDesk t;
  t.Answered();
  const std::vector<std::vector<std::string>> want = {consumer, consumer, both, provider, both,
                                                      both};
  const std::vector<evidence::AuditRecord> events = t.Events();
  REQUIRE(events.size() == want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    INFO("event " << i << " of kind " << events[i].kind());
    CHECK(AgenciesOf(events[i]) == want[i]);
  }
  for (bool submitted : {false, true}) {
    TestDesk u;
    const Stored<Request> request = submitted ? u.Submitted() : u.SignedOff();
    REQUIRE(u.sharing.Withdraw(u.By(Applicant()), u.NameOf(request), u.EtagOf(request)).ok());
    CHECK(AgenciesOf(u.Events().back()) == (submitted ? both : consumer));
  }
}

TEST_CASE("A decision that is not signed is shown to the provider's side only") {
  for (const Decision& decision :
       {Decision{.verdict = Decision::Verdict::kApprove},
        Decision{.verdict = Decision::Verdict::kRefuse, .reason = "不行"}}) {
    TestDesk t;
    const Stored<Request> decided = t.Decided(decision);
    for (const Actor& actor : {Reviewer(), ProviderHead()}) {
      const v1::SharingRequest seen = ToProto(decided, actor, t.desk);
      CHECK(seen.has_decision());
      CHECK(seen.reviewer() == Reviewer().name);
      CHECK(seen.article() == decided.value.fields().article);
    }
    for (const Actor& actor : {Applicant(), ConsumerHead(), Officer(), Recorder()}) {
      const v1::SharingRequest seen = ToProto(decided, actor, t.desk);
      INFO(actor.name << " " << seen.ShortDebugString());
      CHECK(seen.state() == v1::SharingRequest::DECIDED);
      CHECK_FALSE(seen.due_date().empty());
      CHECK_FALSE(seen.has_decision());
      CHECK(seen.reviewer().empty());
      CHECK(seen.article().empty());  // it would tell a refusal
      CHECK(seen.steps_size() == 4);
      CHECK(seen.steps(3).note().empty());
      CHECK(seen.steps(3).actor().empty());
    }
    const Stored<Request> answered =
        t.sharing.SignOffDecision(t.By(ProviderHead()), t.NameOf(decided), t.EtagOf(decided))
            .value();
    const v1::SharingRequest told = ToProto(answered, Applicant(), t.desk);
    CHECK(told.has_decision());
    CHECK(told.reviewer() == Reviewer().name);
    CHECK(told.steps(3).actor() == Reviewer().name);
  }
}

TEST_CASE("A standing consent answers at once and is cited by the grant") {
  TestDesk t;
  const Stored<Consent> consent =
      t.grants.GiveConsent(t.By(ProviderHead()), Divisions().name).value();
  const Stored<Request> answered = t.Submitted(Divisions());
  CHECK(answered.value.fields().state == State::kApproved);
  const Stored<Grant> grant = t.store.LoadGrant(answered.value.fields().grant).value();
  CHECK(grant.value.fields().consent == consent.value.name);
  CHECK(grant.value.fields().decision == consent.value.act);
  CHECK(t.Mismatch().empty());

  REQUIRE(t.grants.WithdrawConsent(t.By(ProviderHead()), consent.value.name).ok());
  CHECK(t.Submitted(Divisions()).value.fields().state == State::kInReview);
  CHECK(t.store.LoadGrant(answered.value.fields().grant)->value.fields().state ==
        Grant::State::kActive);
}

TEST_CASE("A consent that is withdrawn meanwhile grants nothing") {
  TestDesk t;
  const Stored<Consent> consent =
      t.grants.GiveConsent(t.By(ProviderHead()), Divisions().name).value();
  const Stored<Request> before = t.SignedOff(Divisions());
  // Between load and commit of the submission the head withdraws.
  bool once = true;
  t.kv.on_commit = [&](const kv::Batch&) {
    const bool lost = once;
    once = false;
    return lost ? kv::Outcome{false, absl::AbortedError("the consent changed")} : kv::Outcome{};
  };
  CHECK(absl::IsAborted(
      t.sharing.Submit(t.By(Applicant()), t.NameOf(before), t.EtagOf(before)).status()));
  CHECK(t.Mismatch().empty());
  CHECK(t.AllGrants().empty());
}

TEST_CASE("A refusal without ground is told to supervision") {
  TestDesk t;
  const auto told = [](TestDesk& desk) {
    for (const evidence::AuditRecord& event : desk.Events()) {
      if (event.kind() == RecordKind::DECISION_SIGNED_OFF) return event.reason();
    }
    return std::string("nothing");
  };
  t.Answered({.verdict = Decision::Verdict::kRefuse, .reason = "不行"});
  CHECK(told(t) == "FINDING_REFUSED_WITHOUT_GROUND");
  CHECK(t.Events().back().kind() == RecordKind::FINDING_CHANGED);  // in the same batch
  TestDesk u;
  u.Answered({.verdict = Decision::Verdict::kRefuse, .reason = "不行", .condition = "c1"});
  CHECK(told(u) == "REFUSED");
  CHECK(u.Events().back().kind() == RecordKind::DECISION_SIGNED_OFF);
}

TEST_CASE("A lost write leaves nothing and a lost answer leaves all of it") {
  for (bool applied : {false, true}) {
    // Faults of each commit of the path in turn: decide, then sign-off.
    for (const char* at : {"decide", "sign-off"}) {
      TestDesk t;
      const Stored<Request> before = std::string(at) == "decide" ? t.Submitted() : t.Decided();
      t.kv.on_commit = [&](const kv::Batch&) {
        return kv::Outcome{applied, absl::UnavailableError("the wire broke")};
      };
      const absl::Status status =
          std::string(at) == "decide"
              ? t.sharing
                    .Decide(t.By(Reviewer()), t.NameOf(before), t.EtagOf(before),
                            {.verdict = Decision::Verdict::kApprove})
                    .status()
              : t.sharing.SignOffDecision(t.By(ProviderHead()), t.NameOf(before), t.EtagOf(before))
                    .status();
      t.kv.on_commit = nullptr;
      INFO(at << (applied ? " answer lost" : " write lost"));
      CHECK(absl::IsUnavailable(status));
      const Stored<Request> now = t.store.LoadRequest(t.NameOf(before)).value();
      CHECK((now.version != before.version) == applied);
      CHECK(t.Mismatch().empty());
      CHECK(t.AllGrants().size() == (applied && std::string(at) == "sign-off" ? 1u : 0u));
      CHECK(t.store.GrantHead() == t.AllGrants().size());
    }
  }
}

TEST_CASE("A repeated request id answers the first result, also after a lost answer") {
  TestDesk t;
  const Stored<Request> first =
      t.sharing.Create(t.By(Applicant(), "id-1", "body"), Asked(Marriages()), false).value();
  CHECK(t.NameOf(t.sharing.Create(t.By(Applicant(), "id-1", "body"), Asked(Marriages()), false)
                     .value()) == t.NameOf(first));
  CHECK(ReasonOf(t.sharing.Create(t.By(Applicant(), "id-1", "other"), Asked(Marriages()), false)
                     .status()) == Reason::kRequestIdReused);
  CHECK(t.Requests().size() == 1);

  const Stored<Request> decided = t.Decided();
  t.kv.on_commit = [](const kv::Batch&) {
    return kv::Outcome{true, absl::UnavailableError("the wire broke")};
  };
  const Errand sign = t.By(ProviderHead(), "id-2", "sign");
  CHECK_FALSE(t.sharing.SignOffDecision(sign, t.NameOf(decided), t.EtagOf(decided)).ok());
  t.kv.on_commit = nullptr;
  const Stored<Request> again =
      t.sharing.SignOffDecision(sign, t.NameOf(decided), t.EtagOf(decided)).value();
  CHECK(again.value.fields().state == State::kApproved);
  CHECK(t.AllGrants().size() == 1);
}

TEST_CASE("An act is taken once") {
  TestDesk t;
  const Stored<Request> a = t.Draft();
  const Stored<Request> b = t.Draft();
  const Errand errand = t.By(ConsumerHead());
  REQUIRE(t.sharing.SignOff(errand, t.NameOf(a), t.EtagOf(a)).ok());
  const absl::Status replayed = t.sharing.SignOff(errand, t.NameOf(b), t.EtagOf(b)).status();
  CHECK(absl::IsAborted(replayed));
  CHECK(ReasonOf(replayed) == Reason::kActReplayed);
}

TEST_CASE("A stale or missing etag is refused") {
  TestDesk t;
  const Stored<Request> draft = t.Draft();
  CHECK(absl::IsInvalidArgument(
      t.sharing.SignOff(t.By(ConsumerHead()), t.NameOf(draft), "").status()));
  const absl::Status stale =
      t.sharing.SignOff(t.By(ConsumerHead()), t.NameOf(draft), "v1").status();
  CHECK(absl::IsAborted(stale));
  CHECK(ReasonOf(stale) == Reason::kChangedMeanwhile);
}

TEST_CASE("Strangers get one answer, whether the object exists or not") {
  TestDesk t;
  const std::string name = t.NameOf(t.Submitted());
  const std::string absent = "requests/aaaaaaaaaaaaaaaaaaaaaaaa";
  const absl::Status hidden = t.sharing.Get(Stranger(), name).status();
  const absl::Status missing = t.sharing.Get(Stranger(), absent).status();
  CHECK(hidden.code() == missing.code());
  CHECK(ReasonOf(hidden) == Reason::kNotVisible);
  CHECK(ReasonOf(missing) == Reason::kNotVisible);
  CHECK(absl::StrContains(hidden.message(), "does not exist or is not yours"));
  for (const auto& write :
       {t.sharing.SignOff(t.By(Stranger()), name, "v1"),
        t.sharing.Submit(t.By(Stranger()), name, "v1"),
        t.sharing.Decide(t.By(Stranger()), name, "v1", {}),
        t.sharing.SignOffDecision(t.By(Stranger()), name, "v1"),
        t.sharing.Withdraw(t.By(Stranger()), name, "v1")}) {
    CHECK(ReasonOf(write.status()) == Reason::kNotVisible);
  }
  // A draft is the consumer's own.
  CHECK(ReasonOf(t.sharing.Get(Reviewer(), t.NameOf(t.Draft())).status()) == Reason::kNotVisible);
}

TEST_CASE("Names of another form read nothing") {
  TestDesk t;
  for (const char* name : {"", "meta/epoch", "requests/", "requests/a/b", "grants/x", "requests/|"}) {
    CHECK(absl::IsInvalidArgument(t.sharing.Get(Applicant(), name).status()));
  }
}

TEST_CASE("Checking alone stores nothing") {
  TestDesk t;
  CHECK(t.sharing.Create(t.By(Applicant()), Asked(Marriages()), true)->version == 0);
  CHECK(t.Requests().empty());
  CHECK(t.Events().empty());
}

TEST_CASE("A request whose evidence would be too large for the log is refused whole") {
  TestDesk t;
  Resource wide = Marriages();
  std::string reason;
  for (int i = 0; i < 500; ++i) reason += "字";
  for (int i = 0; i < 100; ++i) {
    wide.items.push_back({absl::StrCat("item_", i), ShareClass::kConditional, 1, false, false});
  }
  REQUIRE(t.grants.Follow(wide).ok());
  Decision reduced{.verdict = Decision::Verdict::kApproveReduced};
  reduced.scope = ScopeOver(Marriages());
  for (int i = 0; i < 100; ++i) reduced.cuts.push_back({absl::StrCat("item_", i), reason});
  const Stored<Request> submitted = t.Submitted(wide);
  CHECK(absl::IsResourceExhausted(
      t.sharing.Decide(t.By(Reviewer()), t.NameOf(submitted), t.EtagOf(submitted), reduced)
          .status()));
  CHECK(t.store.LoadRequest(t.NameOf(submitted))->version == submitted.version);
}

TEST_CASE("Lists show each request once, newest first, page by page") {
  TestDesk t;
  std::vector<std::string> names;
  for (int i = 0; i < 7; ++i) {
    names.insert(names.begin(), t.NameOf(t.Draft()));
    t.clock.Advance(absl::Seconds(1));
  }
  std::vector<std::string> seen;
  std::string cursor;
  do {
    // Two owners hold the same rows.
    auto page = t.store
                    .ListRequests({kTax, "authorities/city"}, cursor, 3,
                                  [](const Request&) { return true; })
                    .value();
    for (const auto& request : page.values) seen.push_back(t.NameOf(request));
    cursor = page.next;
  } while (!cursor.empty());
  CHECK(seen == names);
  CHECK(t.store.ListRequests({kHousing}, "", 10, [](const Request&) { return true; })
            ->values.empty());
}

TEST_CASE("Clocks are listed soonest first and stop with the answer") {
  TestDesk t;
  t.Submitted(Divisions());  // 1 working day
  t.Answered();              // 10 working days, stopped; then 20 for the supply
  auto rows = t.store
                  .ListClocks({kCivil, "authorities/city"}, "", 10,
                              [](const ClockRow&, const Request*, const Dispute*) { return true; })
                  .value()
                  .values;
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].value.clock.kind == statute::ClockKind::kReplyUnconditional);
  CHECK(rows[0].value.debtor == kCivil);
  CHECK_FALSE(rows[0].value.clock.stop);
  CHECK(rows[1].value.clock.kind == statute::ClockKind::kSupply);
  CHECK_FALSE(rows[1].value.clock.stop);
  const absl::CivilDay today = statute::LawDay(Morning());
  rows = t.store.ListEndedClocks({kCivil}, today, today + 1, "", 10).value().values;
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].value.clock.kind == statute::ClockKind::kReplyConditional);
  CHECK(rows[0].value.clock.stop == Morning());
}

}  // namespace
}  // namespace shareway::sharing
