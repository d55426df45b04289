// SPDX-License-Identifier: Apache-2.0
// Requests that change a live grant: replaced in one batch, or bearing a third party.
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
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
