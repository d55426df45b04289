// SPDX-License-Identifier: Apache-2.0
// How grants go on and end: the whole table, terms, renewal, the consumer's end, the documents of a
// revocation.
#include <algorithm>
#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/dispute.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/return_flow.h"
#include "services/sharing/domain/service_change.h"
#include "services/sharing/domain/test_walk.h"

namespace shareway::sharing {
namespace {

using State = Grant::State;

const absl::CivilDay kLast(2026, 9, 30);
const absl::CivilDay kLater(2027, 9, 30);

Grant::Fields GoodFields(State state = State::kActive) {
  return {.name = "grants/g",
          .consumer = kTax,
          .provider = kCivil,
          .resource = Marriages().name,
          .items = {"cert_no", "husband"},
          .start_time = Morning(),
          .end_time = statute::EndOfDay(kLast),
          .state = state,
          .rule = "cn-2025-809@1 R25 第二十一条第一款",
          .create_time = Morning()};
}
Grant In(State state) { return Grant::Restore(GoodFields(state)); }

Grant Asking() {
  return In(State::kActive)
      .AskRenewal(ConsumerHead(), TaxAsksCivil(), kLater, "仍需核定税种", Morning())
      .value();
}

absl::StatusOr<Grant> Call(const Grant& grant, absl::string_view method, const Actor& actor) {
  const Parties parties = TaxAsksCivil();
  if (method == "AcceptTerms") return grant.AcceptTerms(actor, parties);
  if (method == "SuspendGrant") {
    return grant.Suspend(actor, parties, SuspendGround::kDataFault, "数据有误", "notices/n");
  }
  if (method == "ResumeGrant") return grant.Resume(actor, parties, Marriages(), "已更正");
  if (method == "AskRenewal") {
    return grant.AskRenewal(actor, parties, kLater, "仍需核定税种", Morning());
  }
  if (method == "RenewGrant") {
    return grant.Renew(actor, parties, kLater, Marriages(), R25(), Morning());
  }
  if (method == "DeclineRenewal") return grant.DeclineRenewal(actor, parties, "业务已停办");
  if (method == "EndGrant") return grant.End(actor, parties, EndGround::kAchieved, "核定完毕");
  if (method == "RevokeGrant") {
    return grant.Revoke(actor, parties, RevokeGround::kBasisChanged, "某法修订", {}, Morning());
  }
  return absl::InternalError(absl::StrCat("no attempt of ", method));
}

TEST_CASE("Each act on a grant is open to its people in its states and refused to all others",
          "[grantlife]") {
  WalkTable(GrantTable(), [](absl::string_view method, int state,
                             const Actor& actor) -> absl::StatusOr<int> {
    Grant::Fields fields = GoodFields(static_cast<State>(state));
    fields.asked_end = kLater;
    const absl::StatusOr<Grant> after = Call(Grant::Restore(fields), method, actor);
    if (!after.ok()) return after.status();
    return static_cast<int>(after->fields().state);
  });
  // Numbers are stored, sent, and known to nodes: they stay, and ACTIVE alone serves.
  CHECK(static_cast<int>(State::kActive) == 1);
  CHECK(static_cast<int>(State::kPendingTerms) == 8);
  CHECK(GrantTable().states.size() == 8);
}

Request Decided(Decision decision, const Scope& granted) {
  Request::Fields fields = Asked(Marriages());
  fields.name = "requests/r";
  fields.consumer = kTax;
  fields.provider = kCivil;
  fields.grant = "grants/g";
  fields.state = Request::State::kApproved;
  if (decision.verdict == Decision::Verdict::kApproveReduced) decision.scope = granted;
  fields.decision = decision;
  return Request::Restore(fields);
}

Grant Made(const Decision& decision, const Scope& granted, const Resource& resource) {
  const Request approved = Decided(decision, granted);
  return Grant::Of(approved, "act", "", "cn-2025-809@1", Morning()).UnderTerms(approved, resource);
}

TEST_CASE("What departs from the signed request over personal data waits for the consumer's head",
          "[grantlife]") {
  const Scope asked = ScopeOver(Marriages());
  Scope without_wife = asked;
  without_wife.items.pop_back();
  const Decision as_asked = {.verdict = Decision::Verdict::kApprove};
  const Decision reduced = {.verdict = Decision::Verdict::kApproveReduced,
                            .cuts = {{"wife", "不需要"}}};
  Decision with_case = as_asked;
  with_case.case_required = true;

  CHECK(Made(as_asked, asked, Marriages()).fields().state == State::kActive);
  const Grant waits = Made(reduced, without_wife, Marriages());
  CHECK(waits.fields().state == State::kPendingTerms);
  CHECK(waits.fields().terms == std::vector<std::string>{"wife"});
  CHECK(Made(with_case, asked, Marriages()).fields().terms ==
        std::vector<std::string>{"case_required"});

  // Neither personal nor important: the sign-off is enough. Important alone waits, too.
  Scope plain = asked;
  plain.items = {"cert_no"};
  CHECK(Made(reduced, plain, Marriages()).fields().state == State::kActive);
  Resource important = Marriages();
  important.items[0].grading = 2;
  CHECK(Made(reduced, plain, important).fields().state == State::kPendingTerms);
  // An item that the entry has lost counts as personal.
  Resource lost = Marriages();
  lost.items.erase(lost.items.begin());
  CHECK(Made(reduced, plain, lost).fields().state == State::kPendingTerms);

  const Grant accepted = waits.AcceptTerms(ConsumerHead(), TaxAsksCivil()).value();
  CHECK(accepted.fields().state == State::kActive);
  CHECK(accepted.fields().terms.empty());
}

TEST_CASE("A renewal is asked by the consumer's head, and given for just what was asked",
          "[grantlife]") {
  const Grant asking = Asking();
  CHECK(asking.fields().asked_end == kLater);
  CHECK(asking.fields().end_time == statute::EndOfDay(kLast));  // nothing by silence
  const auto renew = [](const Grant& grant, absl::CivilDay end,
                        const Resource& resource = Marriages(), const StatuteText& text = R25(),
                        absl::Time now = Morning()) {
    return grant.Renew(ProviderHead(), TaxAsksCivil(), end, resource, text, now);
  };
  const Grant renewed = renew(asking, kLater).value();
  CHECK(renewed.fields().end_time == statute::EndOfDay(kLater));
  CHECK_FALSE(renewed.fields().asked_end);
  CHECK(renewed.fields().items == asking.fields().items);

  CHECK(ReasonOf(renew(In(State::kActive), kLater).status()) == Reason::kStateForbids);
  CHECK(absl::IsInvalidArgument(renew(asking, kLater + 1).status()));
  CHECK(ReasonOf(renew(asking, kLater, Marriages(), R25(), statute::EndOfDay(kLast)).status()) ==
        Reason::kDeadlinePassed);
  Resource stopped = Marriages();
  stopped.state = Resource::State::kSuspended;
  CHECK(ReasonOf(renew(asking, kLater, stopped).status()) == Reason::kStateForbids);
  Resource closed = Marriages();
  closed.items[1].share_class = ShareClass::kNotShared;
  const absl::Status not_shared = renew(asking, kLater, closed).status();
  CHECK(ReasonOf(not_shared) == Reason::kNotShared);
  CHECK(DetailsOf(not_shared)->metadata.at("item") == "husband");
  CHECK(absl::StrContains(DetailsOf(not_shared)->metadata.at("rule"), "R25 第十四条"));
  CHECK(renew(asking, kLater, closed, M16()).ok());  // that text leaves it to negotiation
  closed.items.erase(closed.items.begin() + 1);
  CHECK(ReasonOf(renew(asking, kLater, closed, M16()).status()) == Reason::kNotShared);

  const Grant declined =
      asking.DeclineRenewal(ProviderHead(), TaxAsksCivil(), "业务已停办").value();
  CHECK_FALSE(declined.fields().asked_end);
  CHECK(declined.fields().end_time == statute::EndOfDay(kLast));
  CHECK(ReasonOf(declined.DeclineRenewal(ProviderHead(), TaxAsksCivil(), "再次").status()) ==
        Reason::kStateForbids);
  CHECK(absl::IsInvalidArgument(
      asking.DeclineRenewal(ProviderHead(), TaxAsksCivil(), "").status()));
}

TEST_CASE("Who asked for a renewal does not answer it from the other side", "[grantlife]") {
  Actor moved = ProviderHead();
  moved.name = ConsumerHead().name;
  Actor deputy = ProviderHead();
  deputy.head_for = ConsumerHead().name;
  for (const Actor& actor : {moved, deputy}) {
    CHECK(ReasonOf(Call(Asking(), "RenewGrant", actor).status()) == Reason::kOwnRequest);
    CHECK(ReasonOf(Call(Asking(), "DeclineRenewal", actor).status()) == Reason::kOwnRequest);
  }
  CHECK(Call(Asking(), "RenewGrant", ProviderHead())->fields().asked_by.empty());
}

TEST_CASE("A renewal is for days after the present ones and within three years", "[grantlife]") {
  const auto ask = [](absl::CivilDay end, const std::string& reason = "仍需核定税种") {
    return In(State::kActive).AskRenewal(ConsumerHead(), TaxAsksCivil(), end, reason, Morning());
  };
  CHECK(ask(kLast + 1).ok());
  CHECK(ask(absl::CivilDay(2028, 9, 30)).ok());
  CHECK(ask(kLater, std::string(1000, 'x')).ok());
  const std::pair<std::string, absl::Status> table[] = {
      {"end_date", ask(kLast).status()},
      {"end_date", ask(absl::CivilDay(2028, 10, 1)).status()},
      {"reason", ask(kLater, "").status()},
      {"reason", ask(kLater, std::string(1001, 'x')).status()}};
  for (const auto& [field, status] : table) {
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == field);
  }
}

TEST_CASE("The consumer ends its use for one of the grounds of law", "[grantlife]") {
  const Grant ended =
      Asking().End(ConsumerHead(), TaxAsksCivil(), EndGround::kImpossible, "系统停用").value();
  CHECK(ended.fields().state == State::kEnded);
  CHECK(ended.fields().ended_reason == "IMPOSSIBLE: 系统停用");
  CHECK_FALSE(ended.fields().asked_end);
  const absl::Status no_ground =
      In(State::kActive).End(ConsumerHead(), TaxAsksCivil(), EndGround::kUnspecified, "x").status();
  REQUIRE(absl::IsInvalidArgument(no_ground));
  CHECK(DetailsOf(no_ground)->fields.front().field == "ground");
  CHECK(absl::StrContains(DetailsOf(no_ground)->fields.front().rule, "R25 27(1)"));
  CHECK(absl::IsInvalidArgument(
      In(State::kActive).End(ConsumerHead(), TaxAsksCivil(), EndGround::kAchieved, "").status()));
}

TEST_CASE("A live grant expires at the first instant after its period, and only then",
          "[grantlife]") {
  const absl::Time end = statute::EndOfDay(kLast);
  for (const State state : {State::kActive, State::kSuspended, State::kPendingTerms}) {
    CHECK_FALSE(In(state).Expire(end - absl::Nanoseconds(1)));
    REQUIRE(In(state).Expire(end));
    CHECK(In(state).Expire(end)->fields().state == State::kExpired);
    CHECK(In(state).Expire(end)->fields().ended_reason == "EXPIRED: until 2026-09-30");
  }
  for (const State state : {State::kRevoked, State::kEnded, State::kExpired, State::kDisposalDue,
                            State::kDisposed}) {
    CHECK_FALSE(In(state).Expire(end));
  }
}

absl::StatusOr<Grant> Revoked(RevokeGround ground, const RevokeDocuments& found,
                              const Parties& parties = TaxAsksCivil(),
                              absl::Time now = Morning()) {
  return In(State::kActive).Revoke(ProviderHead(), parties, ground, "文件", found, now);
}

TEST_CASE("A filed end of service in effect revokes whom it consulted, from its day on",
          "[grantlife]") {
  const ServiceChange good = {.name = "service-changes/c",
                              .provider = kCivil,
                              .resource = Marriages().name,
                              .kind = ServiceChange::Kind::kEnd,
                              .effect = absl::CivilDay(2025, 9, 30),
                              .state = ServiceChange::State::kFiled,
                              .answers = {{.consumer = kTax}}};
  CHECK(Revoked(RevokeGround::kServiceChange, {.service_change = &good}).ok());
  const std::function<void(ServiceChange&)> spoils[] = {
      [](ServiceChange& c) { c.resource = Divisions().name; },
      [](ServiceChange& c) { c.provider = kHousing; },
      [](ServiceChange& c) { c.kind = ServiceChange::Kind::kChange; },
      [](ServiceChange& c) { c.state = ServiceChange::State::kConsulting; },
      [](ServiceChange& c) { c.state = ServiceChange::State::kWithdrawn; },
      [](ServiceChange& c) { c.effect = absl::CivilDay(2025, 10, 1); },
      [](ServiceChange& c) { c.answers[0].consumer = kHousing; }};
  for (const auto& spoil : spoils) {
    ServiceChange spoilt = good;
    spoil(spoilt);
    const absl::Status status =
        Revoked(RevokeGround::kServiceChange, {.service_change = &spoilt}).status();
    CHECK(ReasonOf(status) == Reason::kGroundRequired);
    CHECK(DetailsOf(status)->metadata.at("article") == "R25 27(3)");
  }
}

TEST_CASE("A dispute of the two that was closed so revokes, and no other", "[grantlife]") {
  const Dispute::Fields good = {.name = "disputes/d",
                                .resource = Marriages().name,
                                .consumer = kTax,
                                .provider = kCivil,
                                .stage = Dispute::Stage::kClosed,
                                .outcome = Dispute::Outcome::kUpheld};
  const auto revoke = [](const Dispute::Fields& fields) {
    const Dispute dispute = Dispute::Restore(fields);
    return Revoked(RevokeGround::kDisputeDecision, {.dispute = &dispute}).status();
  };
  CHECK(revoke(good).ok());
  const std::function<void(Dispute::Fields&)> spoils[] = {
      [](Dispute::Fields& f) { f.resource = Divisions().name; },
      [](Dispute::Fields& f) { f.consumer = kHousing; },
      [](Dispute::Fields& f) { f.stage = Dispute::Stage::kDecision; },
      [](Dispute::Fields& f) { f.outcome = Dispute::Outcome::kGrant; },
      [](Dispute::Fields& f) { f.outcome = Dispute::Outcome::kWithdrawn; }};
  for (const auto& spoil : spoils) {
    Dispute::Fields spoilt = good;
    spoil(spoilt);
    CHECK(ReasonOf(revoke(spoilt)) == Reason::kGroundRequired);
    CHECK(DetailsOf(revoke(spoilt))->metadata.at("article") == "R25 28");
  }
}

TEST_CASE("A consumer that is active no more is revoked by the document on its end",
          "[grantlife]") {
  Parties gone = TaxAsksCivil();
  gone.consumer.active = false;
  CHECK(Revoked(RevokeGround::kConsumerEnded, {}, gone)->fields().ended_reason ==
        "CONSUMER_ENDED: 文件");
  const absl::Status active = Revoked(RevokeGround::kConsumerEnded, {}).status();
  CHECK(ReasonOf(active) == Reason::kGroundRequired);
  CHECK(absl::StrContains(active.message(), "EndGrant"));
}

TEST_CASE("A return flow's grant is all that is shared of the division, and nothing narrower",
          "[grantlife]") {
  Resource resource = Marriages();
  resource.items.push_back({"division", ShareClass::kUnconditional, 1, false, false});
  resource.items.push_back({"secret", ShareClass::kNotShared, 1, false, false});
  const ReturnRequest request = {.name = "return-requests/q",
                                 .consumer = kTax,
                                 .provider = kCivil,
                                 .resource = resource.name,
                                 .division = "990101",
                                 .purposes = {Purpose::kWorkReference},
                                 .grant = "grants/g"};
  const ReturnFlow flow = {.name = "return-flows/f", .division_item = "division"};
  const Grant::Fields f =
      Grant::Returning(request, flow, resource, "act", "cn-2025-809@1 R25 第二十四条第一款",
                       Morning())
          .fields();
  CHECK(f.items == std::vector<std::string>{"cert_no", "husband", "wife", "division"});
  REQUIRE(f.rows.conditions.size() == 1);
  CHECK(f.rows.conditions[0] == filter::Condition{"division", filter::Op::kPrefix, "990101"});
  CHECK(f.day == DayQuota{});
  CHECK(f.masked_items.empty());
  CHECK_FALSE(f.case_required);
  CHECK(f.methods == resource.methods);
  CHECK(f.state == State::kActive);
  CHECK(f.return_request == "return-requests/q");
  CHECK(f.end_time == statute::EndOfDay(absl::CivilDay(2028, 9, 29)));
}

}  // namespace
}  // namespace shareway::sharing
