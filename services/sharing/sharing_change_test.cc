// SPDX-License-Identifier: Apache-2.0
// Requests that change a live grant: replaced in one batch, or bearing a third party.
#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/disposal.h"
#include "services/sharing/store/grant_life_codec.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;
using Kind = ScopeChange::Kind;

// A grant over two items of three.
Stored<Grant> Narrow(TestDesk& t) {
  Request::Fields asked = Asked(Marriages());
  asked.scope.items = {"cert_no", "husband"};
  const Decision yes{.verdict = Decision::Verdict::kApprove};
  return t.store.LoadGrant(t.Answered(yes, asked).value.fields().grant).value();
}

ChangeAsked Change(const Stored<Grant>& grant, Kind kind) {
  ChangeAsked asked{.change = {kind, grant.value.fields().name, ""},
                    .legal_basis = "《演示市税务征管办法》第三条",
                    .scenario = "核定税种"};
  if (kind == Kind::kThirdParty) {
    asked.change.third_party = kHousing;
  } else {
    asked.scope = ScopeOver(Marriages());
    asked.scope->start = absl::CivilDay(2025, 9, 30);
  }
  return asked;
}

// The answer to a change that was drafted, as far as it comes.
absl::StatusOr<Stored<Request>> Answer(TestDesk& t, const Stored<Request>& draft,
                                       const Decision& decision) {
  const std::string name = t.NameOf(draft);
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> signed_off,
                            t.sharing.SignOff(t.By(ConsumerHead()), name, t.EtagOf(draft)));
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> submitted,
                            t.sharing.Submit(t.By(Applicant()), name, t.EtagOf(signed_off)));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Stored<Request> decided,
      t.sharing.Decide(t.By(Reviewer()), name, t.EtagOf(submitted), decision));
  return t.sharing.SignOffDecision(t.By(ProviderHead()), name, t.EtagOf(decided));
}

const Decision& Yes() {
  static const Decision yes{.verdict = Decision::Verdict::kApprove};
  return yes;
}

TEST_CASE("A wider scope that is approved replaces the grant in one batch", "[request]") {
  TestDesk t;
  const Stored<Grant> before = Narrow(t);
  const std::string old_name = before.value.fields().name;
  const Stored<Request> draft =
      t.sharing.ChangeScope(t.By(Applicant()), Change(before, Kind::kWiderScope), false).value();
  CHECK(t.Events().back().reason() == "WIDER_SCOPE");
  CHECK(absl::StrContains(t.Events().back().rule(), "第二十五条"));
  // Until then nothing changes.
  CHECK(t.store.LoadGrant(old_name)->version == before.version);
  const size_t told = t.Events().size();
  const Stored<Request> approved = Answer(t, draft, Yes()).value();
  const Grant::Fields old_grant = t.store.LoadGrant(old_name)->value.fields();
  const Stored<Grant> after = t.store.LoadGrant(approved.value.fields().grant).value();
  CHECK(old_grant.state == Grant::State::kRevoked);
  CHECK(absl::StartsWith(old_grant.ended_reason, "REPLACED: " + after.value.fields().name));
  CHECK(after.value.fields().items.size() == 3);
  CHECK(after.value.fields().request == approved.value.fields().name);
  CHECK(t.store.LoadRequest(t.NameOf(approved))->value.fields().change.grant == old_name);
  CHECK(t.Mismatch().empty());
  // Signed off, old one ended, new one made: the act stands once.
  const std::vector<evidence::AuditRecord> events = t.Events();
  REQUIRE(events.size() == told + 6);
  int acts = 0;
  for (size_t i = told + 3; i < events.size(); ++i) acts += events[i].has_act() ? 1 : 0;
  CHECK(acts == 1);
  bool ended = false;
  for (const evidence::AuditRecord& event : events) {
    ended = ended || (event.kind() == RecordKind::GRANT_REVOKED && event.object() == old_name &&
                      event.reason() == "REPLACED");
  }
  CHECK(ended);
}

TEST_CASE("A change whose write is lost leaves the grant as it was", "[request]") {
  TestDesk t;
  const Stored<Grant> before = Narrow(t);
  const Stored<Request> draft =
      t.sharing.ChangeScope(t.By(Applicant()), Change(before, Kind::kWiderScope), false).value();
  int commits = 0;
  t.kv.on_commit = [&](const kv::Batch&) {
    return ++commits == 4 ? kv::Outcome{false, absl::UnavailableError("the wire broke")}
                          : kv::Outcome{};
  };
  CHECK(absl::IsUnavailable(Answer(t, draft, Yes()).status()));
  t.kv.on_commit = nullptr;
  CHECK(t.store.LoadGrant(before.value.fields().name)->version == before.version);
  CHECK(t.AllGrants().size() == 1);
  CHECK(t.Mismatch().empty());
}

TEST_CASE("A third party is borne by the grant once the provider's head has signed", "[request]") {
  for (const Decision& decision :
       {Yes(), Decision{.verdict = Decision::Verdict::kRefuse, .reason = "无必要"}}) {
    TestDesk t;
    const Stored<Grant> before = Narrow(t);
    const std::string name = before.value.fields().name;
    const Stored<Request> draft =
        t.sharing.ChangeScope(t.By(Applicant()), Change(before, Kind::kThirdParty), false).value();
    const Stored<Request> answered = Answer(t, draft, decision).value();
    const Grant after = t.store.LoadGrant(name)->value;
    const bool yes = decision.verdict == Decision::Verdict::kApprove;
    CHECK(after.fields().state == Grant::State::kActive);
    CHECK(MayPassOn(after, kHousing, R25()).ok() == yes);
    CHECK((answered.value.fields().grant == name) == yes);
    CHECK(t.AllGrants().size() == 1);
    if (yes) CHECK(after.fields().number > before.value.fields().number);  // nodes hear of it
  }
}

TEST_CASE("Of two changes of one grant the second finds it replaced", "[request]") {
  TestDesk t;
  const Stored<Grant> before = Narrow(t);
  const Stored<Request> first =
      t.sharing.ChangeScope(t.By(Applicant()), Change(before, Kind::kWiderScope), false).value();
  const Stored<Request> second =
      t.sharing.ChangeScope(t.By(Applicant()), Change(before, Kind::kWiderScope), false).value();
  REQUIRE(Answer(t, first, Yes()).ok());
  const absl::Status late = Answer(t, second, Yes()).status();
  CHECK(ReasonOf(late) == Reason::kStateForbids);
  CHECK(absl::StrContains(late.message(), "REVOKED"));
}

TEST_CASE("A reduced change that takes of the grant needs a ground", "[request]") {
  TestDesk t;
  const Stored<Grant> before = Narrow(t);
  const Stored<Request> draft =
      t.sharing.ChangeScope(t.By(Applicant()), Change(before, Kind::kWiderScope), false).value();
  Decision reduced{.verdict = Decision::Verdict::kApproveReduced,
                   .scope = draft.value.fields().scope,
                   .cuts = {{"husband", "不需要"}}};
  reduced.scope->items = {"cert_no", "wife"};
  CHECK(ReasonOf(Answer(t, draft, reduced).status()) == Reason::kGroundRequired);
}

TEST_CASE("A draft to pass data on is updated after its first day, with what is granted then",
          "[request]") {
  TestDesk t;
  const Stored<Grant> grant = Narrow(t);
  const std::string of = grant.value.fields().name;
  const Stored<Request> draft =
      t.sharing.ChangeScope(t.By(Applicant()), Change(grant, Kind::kThirdParty), false).value();
  t.clock.Advance(absl::Hours(24 * 20));
  REQUIRE(draft.value.fields().scope.start < statute::LawDay(t.clock.Now()));
  const auto update = [&](const Stored<Request>& seen, const Request::Revision& revision) {
    return t.sharing.Update(t.By(Applicant()), t.NameOf(seen), t.EtagOf(seen), revision);
  };
  const Request::Revision reworded{.scenario = "核定税种，已修订"};
  const Stored<Request> updated = update(draft, reworded).value();
  CHECK(updated.value.fields().scenario == "核定税种，已修订");
  CHECK(updated.value.fields().scope == ScopeOf(grant.value, statute::LawDay(t.clock.Now())));
  // Its scope is nobody's to choose.
  Request::Revision other = reworded;
  other.scope = ScopeOver(Marriages());
  other.scope->start = statute::LawDay(t.clock.Now());
  const absl::Status chosen = update(updated, other).status();
  CHECK(absl::IsInvalidArgument(chosen));
  CHECK(DetailsOf(chosen)->fields.front().field == "request.scope");
  REQUIRE(t.grants.End(t.By(ConsumerHead()), of, EndGround::kAchieved, "核定完毕").ok());
  CHECK(ReasonOf(update(updated, reworded).status()) == Reason::kStateForbids);
}

// A wider scope of which one item more is granted, so that its terms are to be accepted.
Decision Less(const Stored<Request>& draft) {
  Decision reduced{.verdict = Decision::Verdict::kApproveReduced,
                   .scope = draft.value.fields().scope,
                   .cuts = {{"wife", "不需要"}}};
  reduced.scope->items = {"cert_no", "husband"};
  return reduced;
}
// A grant over the certificate's number alone, and the name of the one that waits to replace it.
struct Waiting {
  Stored<Grant> before;
  std::string after;
};
Waiting Wait(TestDesk& t) {
  Request::Fields asked = Asked(Marriages());
  asked.scope.items = {"cert_no"};
  const Stored<Grant> before =
      t.store.LoadGrant(t.Answered(Yes(), asked).value.fields().grant).value();
  const Stored<Request> draft =
      t.sharing.ChangeScope(t.By(Applicant()), Change(before, Kind::kWiderScope), false).value();
  return {before, Answer(t, draft, Less(draft)).value().value.fields().grant};
}
Grant::State StateOf(TestDesk& t, const std::string& grant) {
  return t.store.LoadGrant(grant)->value.fields().state;
}

TEST_CASE("A grant goes on until the terms of the one that replaces it are accepted",
          "[request]") {
  TestDesk t;
  const auto [before, after] = Wait(t);
  const std::string old_name = before.value.fields().name;
  CHECK(StateOf(t, after) == Grant::State::kPendingTerms);
  CHECK(t.store.LoadGrant(old_name)->version == before.version);
  CHECK(t.Mismatch().empty());
  const size_t told = t.Events().size();
  const Stored<Grant> accepted = t.grants.AcceptTerms(t.By(ConsumerHead()), after).value();
  CHECK(accepted.value.fields().state == Grant::State::kActive);
  CHECK(accepted.value.fields().number == t.store.LoadGrant(after)->value.fields().number);
  const Grant::Fields old_grant = t.store.LoadGrant(old_name)->value.fields();
  CHECK(old_grant.state == Grant::State::kRevoked);
  CHECK(absl::StartsWith(old_grant.ended_reason, "REPLACED: " + after));
  const std::vector<evidence::AuditRecord> events = t.Events();
  REQUIRE(events.size() == told + 2);
  CHECK(events[told].kind() == RecordKind::TERMS_ACCEPTED);
  CHECK(events[told].has_act());
  CHECK(events[told + 1].kind() == RecordKind::GRANT_REVOKED);
  CHECK(events[told + 1].object() == old_name);
  CHECK(events[told + 1].reason() == "REPLACED");
  CHECK_FALSE(events[told + 1].has_act());
}

TEST_CASE("Terms that are not accepted leave the grant alone, and lapse with it", "[request]") {
  for (const bool by_consumer : {true, false}) {
    TestDesk t;
    const auto [before, after] = Wait(t);
    const std::string old_name = before.value.fields().name;
    if (by_consumer) {
      REQUIRE(t.grants.End(t.By(ConsumerHead()), after, EndGround::kNoLongerNeeded, "不要").ok());
    } else {
      REQUIRE(t.grants.Revoke(t.By(ProviderHead()), after, RevokeGround::kBasisChanged, "某法修订")
                  .ok());
    }
    CHECK(t.store.LoadGrant(old_name)->version == before.version);
  }
  TestDesk t;
  const auto [before, after] = Wait(t);
  const std::string old_name = before.value.fields().name;
  REQUIRE(t.grants.Suspend(t.By(ProviderHead()), old_name, SuspendGround::kMisuse, "超出用途").ok());
  CHECK(ReasonOf(t.grants.AcceptTerms(t.By(ConsumerHead()), after).status()) ==
        Reason::kStateForbids);
  CHECK(StateOf(t, old_name) == Grant::State::kSuspended);
  CHECK(StateOf(t, after) == Grant::State::kPendingTerms);
}

TEST_CASE("A write of accepted terms that is lost changes neither grant", "[request]") {
  for (const bool applied : {false, true}) {
    TestDesk t;
    const auto [before, after] = Wait(t);
    t.kv.on_commit = [&](const kv::Batch&) {
      return kv::Outcome{applied, absl::UnavailableError("the wire broke")};
    };
    CHECK(absl::IsUnavailable(t.grants.AcceptTerms(t.By(ConsumerHead()), after).status()));
    t.kv.on_commit = nullptr;
    CHECK((StateOf(t, after) == Grant::State::kActive) == applied);
    CHECK((StateOf(t, before.value.fields().name) == Grant::State::kRevoked) == applied);
  }
}

TEST_CASE("What a new scope does not cover is to be disposed of, and what it covers is not",
          "[request]") {
  const auto masked = [](Scope& s) { s.masked_items = {"husband"}; };
  const auto filtered = [](Scope& s) {
    s.rows.conditions = {{"cert_no", filter::Op::kPrefix, "99"}};
  };
  const auto dropped = [](Scope& s) { s.items = {"cert_no", "wife"}; };
  const struct {
    std::function<void(Scope&)> change;
    const char* beyond;
  } table[] = {{[](Scope&) {}, ""}, {dropped, "husband"}, {masked, "husband"},
               {filtered, "row_filter"}};
  for (const auto& row : table) {
    TestDesk t;
    const Stored<Grant> before = Narrow(t);
    const std::string old_name = before.value.fields().name;
    ChangeAsked asked = Change(before, Kind::kWiderScope);
    row.change(*asked.scope);
    const Stored<Request> draft =
        t.sharing.ChangeScope(t.By(Applicant()), asked, false).value();
    REQUIRE(Answer(t, draft, Yes()).ok());
    const auto disposal = t.store.LoadCase<Disposal>(Disposal::NameFor(old_name));
    const Grant::Fields old_grant = t.store.LoadGrant(old_name)->value.fields();
    INFO(row.beyond << ": " << old_grant.ended_reason);
    CHECK(old_grant.state == Grant::State::kRevoked);
    CHECK(disposal.ok() == (row.beyond[0] != '\0'));
    if (!disposal.ok()) continue;
    CHECK(disposal->value.state == Disposal::State::kOwed);
    CHECK(absl::EndsWith(old_grant.ended_reason, absl::StrCat("; beyond it: ", row.beyond)));
    CHECK(t.store.LoadRunning(disposal->value.name, statute::ClockKind::kDisposal)->debtor == kTax);
  }
}

TEST_CASE("A grant that is not the caller's is not changed, whether it exists or not",
          "[request]") {
  TestDesk t;
  const Stored<Grant> grant = Narrow(t);
  ChangeAsked absent = Change(grant, Kind::kWiderScope);
  absent.change.grant = "grants/aaaaaaaaaaaaaaaaaaaaaaaa";
  for (const ChangeAsked& asked : {Change(grant, Kind::kWiderScope), absent}) {
    CHECK(ReasonOf(t.sharing.ChangeScope(t.By(Stranger()), asked, false).status()) ==
          Reason::kNotVisible);
  }
  CHECK(absl::IsPermissionDenied(
      t.sharing.ChangeScope(t.By(Reviewer()), Change(grant, Kind::kWiderScope), false).status()));
  absent.change.grant = "requests/x";
  CHECK(absl::IsInvalidArgument(t.sharing.ChangeScope(t.By(Applicant()), absent, false).status()));
  CHECK(t.sharing.ChangeScope(t.By(Applicant()), Change(grant, Kind::kWiderScope), true)->version ==
        0);
  CHECK(t.Requests().size() == 1);
}

}  // namespace
}  // namespace shareway::sharing
