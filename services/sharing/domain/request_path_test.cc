// SPDX-License-Identifier: Apache-2.0
// The path of a request: every transition of its table, by everybody, in every state.
#include <functional>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/request_states.h"

namespace shareway::sharing {
namespace {

using State = Request::State;

// A request and what its transitions rest on.
struct Example {
  const char* label;
  Request request;
  Resource resource = Marriages();
  StatuteText text = R25();
};

std::vector<Example> Examples() {
  const Request disputed =
      Reported().DisputeSupply(Applicant(), TaxAsksCivil(), "无法连接", R25(), Morning()).value();
  const Request core = Decided({.verdict = Decision::Verdict::kApprove}, CoreMarriages());
  return {
      {"a draft", Draft()},
      {"signed off", SignedOff()},
      {"signed off, before a check", SignedOff(Marriages(), County()), Marriages(), County()},
      {"signed off, free", SignedOff(Divisions(), M16()), Divisions(), M16()},
      {"signed off, not shared", SignedOff(Adoptions()), Adoptions()},
      {"at the authority", Checked(), Marriages(), County()},
      {"in review", InReview()},
      {"in review, extension asked", Extending()},
      {"supplement asked", Supplementing()},
      {"decided", Decided()},
      {"decided, refused", Decided(Refusal())},
      {"decided, core data", core, CoreMarriages()},
      {"decided, confirmed", core.Confirm(SecondReviewer(), TaxAsksCivil(), Morning()).value(),
       CoreMarriages()},
      {"approved", Approved()},
      {"reported", Reported()},
      {"disputed", disputed},
      {"confirmed", Reported().ConfirmSupply(Applicant(), TaxAsksCivil(), Morning()).value()},
      {"refused", Refused()},
      {"withdrawn", Draft().Withdraw(Applicant(), TaxAsksCivil(), Morning()).value()},
  };
}

const std::map<std::string, Actor>& Cast() {
  static const std::map<std::string, Actor> cast = {
      {"applicant", Applicant()}, {"consumer head", ConsumerHead()},
      {"reviewer", Reviewer()},   {"second reviewer", SecondReviewer()},
      {"steward", Steward()},     {"provider head", ProviderHead()},
      {"officer", Officer()},     {"recorder", Recorder()}};
  return cast;
}

using Method = std::function<absl::StatusOr<Request>(const Example&, const Actor&)>;

const std::map<std::string, Method>& Methods() {
  static const Parties parties = TaxAsksCivil();
  static const absl::Time now = Morning();
  static const std::map<std::string, Method> methods = {
      {"UpdateRequest",
       [](const Example& e, const Actor& a) {
         return e.request.Update(a, parties, {.scenario = "核对登记信息"}, e.resource, e.text, now);
       }},
      {"SignOffRequest",
       [](const Example& e, const Actor& a) { return e.request.SignOff(a, parties, e.text, now); }},
      {"SubmitRequest",
       [](const Example& e, const Actor& a) {
         return e.request.Submit(
             a, parties, {.resource = &e.resource, .text = e.text, .grant = "grants/g"}, now);
       }},
      {"ForwardRequest",
       [](const Example& e, const Actor& a) {
         return e.request.Forward(a, parties, e.resource, e.text, now);
       }},
      {"ReturnRequest",
       [](const Example& e, const Actor& a) {
         return e.request.Return(a, parties, "依据不明", now);
       }},
      {"AskSupplement",
       [](const Example& e, const Actor& a) {
         return e.request.AskSupplement(a, parties, Missing(), e.text, now);
       }},
      {"SupplementRequest",
       [](const Example& e, const Actor& a) {
         return e.request.AnswerSupplement(a, parties, Answers(), e.text, now);
       }},
      {"AskExtension",
       [](const Example& e, const Actor& a) {
         return e.request.AskExtension(a, parties, 5, "数据量大", e.text, now);
       }},
      {"ConsentExtension",
       [](const Example& e, const Actor& a) {
         return e.request.ConsentExtension(a, parties, "演数函〔2025〕1号", e.text, now);
       }},
      {"RefuseExtension",
       [](const Example& e, const Actor& a) {
         return e.request.RefuseExtension(a, parties, "理由不足", now);
       }},
      {"DecideRequest",
       [](const Example& e, const Actor& a) {
         return e.request.Decide(a, parties, e.resource, {.verdict = Decision::Verdict::kApprove},
                                 e.text, now);
       }},
      {"ConfirmDecision",
       [](const Example& e, const Actor& a) { return e.request.Confirm(a, parties, now); }},
      {"SignOffDecision",
       [](const Example& e, const Actor& a) {
         return e.request.SignOffDecision(a, parties, e.resource, "grants/g", e.text, now);
       }},
      {"WithdrawRequest",
       [](const Example& e, const Actor& a) { return e.request.Withdraw(a, parties, now); }},
      {"ReportProvisioned",
       [](const Example& e, const Actor& a) {
         return e.request.ReportSupply(a, parties, "", now);
       }},
      {"ConfirmProvisioned",
       [](const Example& e, const Actor& a) { return e.request.ConfirmSupply(a, parties, now); }},
      {"DisputeProvisioned", [](const Example& e, const Actor& a) {
         return e.request.DisputeSupply(a, parties, "无法连接", e.text, now);
       }}};
  return methods;
}

// Who may call what in which states, told a second time by hand.
struct May {
  std::set<std::string> who;
  std::set<State> in;
};
const std::map<std::string, May>& Law() {
  const std::set<std::string> reviewers = {"reviewer", "second reviewer"};
  static const auto* const law = new std::map<std::string, May>{
      {"UpdateRequest", {{"applicant"}, {State::kDraft}}},
      {"SignOffRequest", {{"consumer head"}, {State::kDraft}}},
      {"SubmitRequest", {{"applicant"}, {State::kSignedOff}}},
      {"ForwardRequest", {{"officer"}, {State::kAuthorityCheck}}},
      {"ReturnRequest", {{"officer"}, {State::kAuthorityCheck}}},
      {"AskSupplement", {reviewers, {State::kInReview}}},
      {"SupplementRequest", {{"applicant"}, {State::kNeedsSupplement}}},
      {"AskExtension", {{"reviewer", "second reviewer", "provider head"}, {State::kInReview}}},
      {"ConsentExtension", {{"officer"}, {State::kInReview}}},
      {"RefuseExtension", {{"officer"}, {State::kInReview}}},
      {"DecideRequest", {reviewers, {State::kInReview, State::kDecided}}},
      {"ConfirmDecision", {reviewers, {State::kDecided}}},
      {"SignOffDecision", {{"provider head"}, {State::kDecided}}},
      {"WithdrawRequest",
       {{"applicant"},
        {State::kDraft, State::kSignedOff, State::kAuthorityCheck, State::kInReview,
         State::kNeedsSupplement}}},
      {"ReportProvisioned", {{"reviewer", "second reviewer", "steward"}, {State::kApproved}}},
      {"ConfirmProvisioned", {{"applicant"}, {State::kApproved}}},
      {"DisputeProvisioned", {{"applicant"}, {State::kApproved}}},
  };
  return *law;
}

bool Has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::string EdgeName(const std::string& method, int from, int to) {
  return absl::StrCat(method, ": ", RequestTable().name(from), " to ", RequestTable().name(to));
}

TEST_CASE("Each act is open to one actor in its states and refused to all others", "[request]") {
  const Parties parties = TaxAsksCivil();
  std::set<std::string> walked;
  for (const Example& example : Examples()) {
    const State state = example.request.fields().state;
    for (const auto& [who, actor] : Cast()) {
      const std::vector<std::string> offered = example.request.AvailableActions(actor, parties);
      for (const auto& [method, act] : Methods()) {
        const May& may = Law().at(method);
        const bool right_person = may.who.count(who) != 0;
        const bool right_state = may.in.count(state) != 0;
        const absl::StatusOr<Request> after = act(example, actor);
        INFO(method << " by " << who << ", " << example.label << ": " << after.status().ToString());
        // What the server offers is exactly what it accepts.
        CHECK(Has(offered, method) == after.ok());
        if (after.ok()) {
          CHECK((right_person && right_state));
          walked.insert(
              EdgeName(method, static_cast<int>(state), static_cast<int>(after->fields().state)));
          CHECK(after->fields().steps.size() == example.request.fields().steps.size() + 1);
          CHECK(after->fields().steps.back().action == method);
          CHECK(after->fields().steps.back().actor == actor.name);
        } else if (!right_person) {
          CHECK(absl::IsPermissionDenied(after.status()));
        } else {
          CHECK(absl::IsFailedPrecondition(after.status()));
          if (!right_state) CHECK(ReasonOf(after.status()) == Reason::kStateForbids);
        }
      }
    }
  }
  const Request lapsed = *Supplementing().Lapse(R25(), Morning() + absl::Hours(24 * 60)).value();
  walked.insert(EdgeName("lapse", static_cast<int>(State::kNeedsSupplement),
                         static_cast<int>(lapsed.fields().state)));
  std::set<std::string> edges;
  for (const Transition& t : RequestTable().transitions) {
    for (const int from : t.from) {
      for (const int to : t.to) edges.insert(EdgeName(std::string(t.method), from, to));
    }
  }
  CHECK(walked == edges);
}

TEST_CASE("The tables of requests and of supplies have no hole", "[request]") {
  CHECK(Fault(RequestTable()) == "");
  CHECK(Fault(SupplyTable()) == "");
  CHECK(RequestTable().states.size() == 9);
  // Numbers are stored and sent: they stay.
  const std::vector<std::pair<State, int>> numbers = {
      {State::kDraft, 1},     {State::kSignedOff, 2},      {State::kInReview, 3},
      {State::kDecided, 4},   {State::kApproved, 5},       {State::kRefused, 6},
      {State::kWithdrawn, 7}, {State::kAuthorityCheck, 8}, {State::kNeedsSupplement, 9}};
  for (const auto& [state, number] : numbers) CHECK(static_cast<int>(state) == number);
}

TEST_CASE("A refused transition tells what the state allows", "[request]") {
  const absl::Status status = Approved().Withdraw(Applicant(), TaxAsksCivil(), Morning()).status();
  INFO(status.ToString());
  CHECK(DetailsOf(status)->metadata.at("state") == "APPROVED");
  CHECK(DetailsOf(status)->metadata.at("allowed") ==
        "ReportProvisioned, ConfirmProvisioned, DisputeProvisioned");
}

TEST_CASE("A supply takes its own path and ends when it is confirmed", "[request]") {
  const Parties parties = TaxAsksCivil();
  const auto state = [](const Request& r) { return r.fields().supply.state; };
  CHECK(state(InReview()) == Supply::State::kUnspecified);
  CHECK(state(Refused()) == Supply::State::kUnspecified);
  const Request awaited = Approved();
  CHECK(state(awaited) == Supply::State::kAwaited);
  CHECK(ReasonOf(awaited.DisputeSupply(Applicant(), parties, "没有", R25(), Morning()).status()) ==
        Reason::kStateForbids);
  const Request reported = Reported();
  CHECK(state(reported) == Supply::State::kReported);
  CHECK(ReasonOf(reported.ReportSupply(Reviewer(), parties, "", Morning()).status()) ==
        Reason::kStateForbids);
  const Request disputed =
      reported.DisputeSupply(Applicant(), parties, "无法连接", R25(), Morning()).value();
  CHECK(state(disputed) == Supply::State::kDisputed);
  CHECK(disputed.fields().supply.dispute_reason == "无法连接");
  const Request again = disputed.ReportSupply(Steward(), parties, "已修复", Morning()).value();
  CHECK(again.fields().supply.dispute_reason.empty());
  for (const Request& before : {awaited, reported, disputed, again}) {
    const Request confirmed = before.ConfirmSupply(Applicant(), parties, Morning()).value();
    CHECK(state(confirmed) == Supply::State::kConfirmed);
    CHECK(confirmed.fields().supply.clock->stop == Morning());
    CHECK(confirmed.AvailableActions(Applicant(), parties).empty());
    CHECK(confirmed.AvailableActions(Reviewer(), parties).empty());
  }
}

TEST_CASE("What the consumer received confirms what is awaited or reported, and nothing else",
          "[request]") {
  const Transition* by_rule = nullptr;
  for (const Transition& t : SupplyTable().transitions) {
    if (t.method == "ReportFirstExchange") by_rule = &t;
  }
  REQUIRE(by_rule != nullptr);
  CHECK(by_rule->who.empty());
  const Receipt receipt{.exchange = "x1", .attempt = 2, .time = Morning() + absl::Hours(1)};
  const absl::Time now = Morning() + absl::Hours(30);
  std::set<int> walked;
  for (const Example& example : Examples()) {
    INFO(example.label);
    const Supply& before = example.request.fields().supply;
    const int state = static_cast<int>(before.state);
    const auto after = example.request.ConfirmByExchange(receipt, example.text, now).value();
    const bool may = std::find(by_rule->from.begin(), by_rule->from.end(), state) !=
                     by_rule->from.end();
    REQUIRE(after.has_value() == may);
    CHECK(example.request.SupplyOpen() == (may || before.state == Supply::State::kDisputed));
    if (!may) continue;
    walked.insert(state);
    const Supply& supply = after->fields().supply;
    CHECK(by_rule->to == std::vector<int>{static_cast<int>(supply.state)});
    CHECK_FALSE(after->SupplyOpen());
    CHECK(supply.exchange == "x1");
    CHECK(supply.confirm_time == receipt.time);
    // The data are owed, not the report of them; what a report stopped stays.
    CHECK(supply.clock->stop == before.clock->stop.value_or(receipt.time));
    CHECK(after->fields().state == State::kApproved);
    CHECK(after->fields().steps.size() == example.request.fields().steps.size() + 1);
    CHECK(after->fields().steps.back().time == now);
    CHECK(after->AvailableActions(Applicant(), TaxAsksCivil()).empty());
  }
  CHECK(walked == std::set<int>(by_rule->from.begin(), by_rule->from.end()));
  // Where the text gives no number there is no clock to stop.
  const Decision yes{.verdict = Decision::Verdict::kApprove};
  const Request measure =
      SignDecision(InReview(Marriages(), M16())
                       .Decide(Reviewer(), TaxAsksCivil(), Marriages(), yes, M16(), Morning())
                       .value(),
                   ProviderHead(), Marriages(), M16())
          .value();
  const Request confirmed = *measure.ConfirmByExchange(receipt, M16(), now).value();
  CHECK(confirmed.fields().supply.confirm_time == receipt.time);
  CHECK_FALSE(confirmed.fields().supply.clock.has_value());
}

TEST_CASE("A draft is changed by its applicant alone and keeps its rules", "[request]") {
  const Parties parties = TaxAsksCivil();
  Scope less = ScopeOver(Marriages());
  less.items = {"cert_no"};
  const Request changed =
      Draft().Update(Applicant(), parties, {.scope = less}, Marriages(), R25(), Morning()).value();
  CHECK(changed.fields().scope == less);
  CHECK(changed.fields().scenario == Draft().fields().scenario);
  CHECK(changed.fields().share_class == ShareClass::kUnconditional);
  CHECK(absl::IsInvalidArgument(
      Draft()
          .Update(Applicant(), parties, {.scenario = ""}, Marriages(), R25(), Morning())
          .status()));
  // Who rewrote it does not sign it off.
  Actor both = Applicant();
  both.name = "people/a2";
  both.head = true;
  const Request rewritten =
      Draft().Update(both, parties, {.scenario = "核对"}, Marriages(), R25(), Morning()).value();
  CHECK(ReasonOf(rewritten.SignOff(both, parties, R25(), Morning()).status()) ==
        Reason::kOwnRequest);
}

}  // namespace
}  // namespace shareway::sharing
