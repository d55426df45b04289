// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/domain/correction.h"

#include <functional>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"
#include "services/sharing/domain/recall.h"

namespace shareway::sharing {
namespace {

using State = Correction::State;

Actor Clerk() { return {.name = "people/c", .agency = kTax, .clerk = true}; }
Actor Steward() { return {.name = "people/st", .agency = kCivil, .steward = true}; }

CorrectionAsked OnAField() {
  return {.exchange = "ex-1",
          .place = 2,
          .item = "husband",
          .description = "与窗口出示的证件不一致",
          .evidence = "窗口核对证件原件",
          .attachments = {"attachments/a1"},
          .business_may_proceed = true};
}

absl::StatusOr<Correction> Open(const CorrectionAsked& asked, const Actor& actor = Clerk(),
                                bool had_grant = true, const StatuteText& text = R25()) {
  return OpenCorrection("corrections/c1", actor, asked, Marriages(), had_grant, text, Morning());
}

Correction In(State state) {
  Correction correction = *Open(OnAField());
  correction.state = state;
  if (!correction.open()) correction.clock = *statute::StopClock(*correction.clock, Morning());
  return correction;
}

CorrectionAnswer Right() {
  return {.outcome = State::kConfirmed, .answer = "无误", .proof = "登记档案第12号"};
}

std::map<std::string, Actor> People() {
  return {{"applicant", Applicant()},         {"clerk", Clerk()},
          {"consumer head", ConsumerHead()},  {"reviewer", Reviewer()},
          {"steward", Steward()},             {"provider head", ProviderHead()},
          {"officer", Officer()},             {"recorder", Recorder()},
          {"stranger", Stranger()}};
}

// What each method makes of a correction.
using Call = std::function<absl::Status(const Correction&, const Actor&)>;
std::map<std::string, Call> Calls() {
  const Parties parties = TaxAsksCivil();
  return {{"AcknowledgeCorrection",
           [=](const Correction& c, const Actor& a) {
             return Acknowledge(c, a, parties).status();
           }},
          {"ResolveCorrection",
           [=](const Correction& c, const Actor& a) {
             return Resolve(c, a, parties, Right(), false, Morning()).status();
           }},
          {"RejectCorrection",
           [=](const Correction& c, const Actor& a) {
             return Reject(c, a, parties, "不属校核", Morning()).status();
           }},
          {"WithdrawCorrection",
           [=](const Correction& c, const Actor& a) {
             return Withdraw(c, a, parties, Morning()).status();
           }},
          {"RecallCorrection", [=](const Correction& c, const Actor& a) {
             return BeginRecall(c, a, parties, "姓名有误", Morning()).status();
           }}};
}

TEST_CASE("Each act on a correction is open to its people in its states and to no others",
          "[correction]") {
  const std::set<std::string> asks = {"applicant", "clerk"};
  const std::set<std::string> answers = {"reviewer", "steward"};
  const std::set<State> open = {State::kOpened, State::kAcknowledged};
  const std::map<std::string, std::pair<std::set<std::string>, std::set<State>>> may = {
      {"AcknowledgeCorrection", {answers, {State::kOpened}}},
      {"ResolveCorrection", {answers, open}},
      {"RejectCorrection", {answers, open}},
      {"WithdrawCorrection", {asks, open}},
      {"RecallCorrection", {answers, {State::kAcknowledged, State::kCorrected}}}};
  REQUIRE(CorrectionTable().transitions.size() == may.size() + 1);  // one is by rule
  CHECK(Fault(CorrectionTable()).empty());
  for (const auto& [method, call] : Calls()) {
    const auto& [people, states] = may.at(method);
    for (const int number : CorrectionTable().states) {
      const State state = static_cast<State>(number);
      for (const auto& [who, actor] : People()) {
        INFO(method << " in " << CorrectionStateName(state) << " by " << who);
        const absl::Status said = call(In(state), actor);
        if (people.count(who) == 0) {
          CHECK(ReasonOf(said) == Reason::kPolicyDenied);
        } else if (states.count(state) == 0) {
          CHECK(ReasonOf(said) == Reason::kStateForbids);
        } else {
          CHECK(said.ok());
        }
        const std::vector<std::string> can =
            Allowed(CorrectionTable(), number, actor, TaxAsksCivil());
        CHECK((std::find(can.begin(), can.end(), method) != can.end()) == said.ok());
      }
    }
  }
}

TEST_CASE("A correction of a field starts the clock where the text has a number", "[correction]") {
  const Correction opened = *Open(OnAField());
  CHECK(opened.state == State::kOpened);
  CHECK(opened.business_may_proceed);
  CHECK(opened.unnamed());
  REQUIRE(opened.clock);
  // 2025-09-30 plus ten working days, over the holidays of October.
  CHECK(opened.clock->due.day == absl::CivilDay(2025, 10, 21));
  const Correction old = *Open(OnAField(), Clerk(), true, M16());
  CHECK_FALSE(old.clock);
}

TEST_CASE("A bad correction is refused by field", "[correction]") {
  struct Bad {
    const char* field;
    std::function<void(CorrectionAsked*)> spoil;
  };
  const std::vector<Bad> bad = {
      {"description", [](CorrectionAsked* a) { a->description.clear(); }},
      {"description", [](CorrectionAsked* a) { a->description.assign(2001, 'x'); }},
      {"description", [](CorrectionAsked* a) { a->description = "a\x01"; }},
      {"proposed_value", [](CorrectionAsked* a) { a->proposed_value.assign(1001, 'x'); }},
      {"evidence", [](CorrectionAsked* a) { a->evidence.assign(2001, 'x'); }},
      {"attachments", [](CorrectionAsked* a) { a->attachments.assign(21, "attachments/a"); }},
      {"attachments[0]", [](CorrectionAsked* a) { a->attachments = {"a1"}; }},
      {"exchange", [](CorrectionAsked* a) { a->exchange = "a b"; }},
      {"place", [](CorrectionAsked* a) { a->place = 1'000'000; }},
      {"place", [](CorrectionAsked* a) { a->exchange.clear(); }},
      {"item", [](CorrectionAsked* a) { a->item = "salary"; }}};
  for (const Bad& b : bad) {
    CorrectionAsked asked = OnAField();
    b.spoil(&asked);
    const absl::Status said = Open(asked).status();
    INFO(b.field << ": " << said.message());
    CHECK(said.code() == absl::StatusCode::kInvalidArgument);
    const auto details = DetailsOf(said);
    REQUIRE(details);
    REQUIRE(details->fields.size() == 1);
    CHECK(details->fields[0].field == b.field);
  }
}

TEST_CASE("What is marked as secret is refused in every text of a correction", "[correction]") {
  const std::string secret = "密级：机密";
  for (std::string CorrectionAsked::*field :
       {&CorrectionAsked::description, &CorrectionAsked::proposed_value,
        &CorrectionAsked::evidence}) {
    CorrectionAsked asked = OnAField();
    asked.*field = secret;
    CHECK(ReasonOf(Open(asked).status()) == Reason::kSecretRefused);
  }
  const Parties parties = TaxAsksCivil();
  const Correction open = In(State::kAcknowledged);
  CorrectionAnswer answer = Right();
  answer.proof = secret;
  CHECK(ReasonOf(Resolve(open, Steward(), parties, answer, false, Morning()).status()) ==
        Reason::kSecretRefused);
  CHECK(ReasonOf(Reject(open, Steward(), parties, secret, Morning()).status()) ==
        Reason::kSecretRefused);
  CHECK(ReasonOf(BeginRecall(open, Steward(), parties, secret, Morning()).status()) ==
        Reason::kSecretRefused);
}

TEST_CASE("A record that was never delivered is not corrected, a resource may be", "[correction]") {
  const absl::Status said = Open(OnAField(), Clerk(), false).status();
  CHECK(said.code() == absl::StatusCode::kPermissionDenied);
  CHECK(ReasonOf(said) == Reason::kNotADeliveryOf);
  CHECK(DetailsOf(said)->metadata.at("rule") == "cn-2025-809@1 R25 第二十六条第二款");
  CorrectionAsked whole = OnAField();
  whole.exchange.clear();
  whole.place = 0;
  CHECK(Open(whole, Clerk(), false).ok());
  Actor own = Clerk();
  own.agency = kCivil;
  CHECK(ReasonOf(Open(whole, own).status()) == Reason::kPolicyDenied);
  CHECK(ReasonOf(Open(whole, ConsumerHead()).status()) == Reason::kPolicyDenied);
}

TEST_CASE("An answer needs its proof or its source, and ends the clock", "[correction]") {
  const Parties parties = TaxAsksCivil();
  const absl::Time later = Morning() + absl::Hours(30);
  const auto resolve = [&](const CorrectionAnswer& answer, bool known = true) {
    return Resolve(In(State::kAcknowledged), Steward(), parties, answer, known, later);
  };
  const Correction right = *resolve(Right());
  CHECK(right.state == State::kConfirmed);
  CHECK(right.answerer == "people/st");
  CHECK(right.ends);
  CHECK(right.end_time == later);
  CHECK(right.clock->stop == later);
  CorrectionAnswer no_proof = Right();
  no_proof.proof.clear();
  CHECK(DetailsOf(resolve(no_proof).status())->fields[0].field == "proof");
  no_proof.attachments = {"attachments/p"};
  CHECK(resolve(no_proof).ok());
  const CorrectionAnswer theirs = {.outcome = State::kNotOurs, .source = kHousing};
  CHECK(resolve(theirs)->source == kHousing);
  CHECK(DetailsOf(resolve(theirs, false).status())->fields[0].field == "source");
  CHECK(DetailsOf(resolve({.outcome = State::kNotOurs}).status())->fields[0].field == "source");
  CHECK(DetailsOf(resolve({.outcome = State::kNotOurs, .source = kCivil}).status())
            ->fields[0].field == "source");
  CHECK(DetailsOf(resolve({.outcome = State::kCorrected, .source = kHousing}).status())
            ->fields[0].field == "source");
  for (const State state : {State::kUnspecified, State::kOpened, State::kRejected,
                            State::kWithdrawn}) {
    CHECK(DetailsOf(resolve({.outcome = state}).status())->fields[0].field == "outcome");
  }
  CHECK(DetailsOf(Reject(In(State::kOpened), Reviewer(), parties, "", later).status())
            ->fields[0].field == "reason");
}

TEST_CASE("A record is named once, by sixteen bytes", "[correction]") {
  const Correction opened = *Open(OnAField());
  const Correction named = *Named(opened, std::string(16, 'a'));
  CHECK_FALSE(named.unnamed());
  CHECK(Named(named, std::string(16, 'b'))->record == std::string(16, 'a'));
  CHECK(Named(opened, "short").status().code() == absl::StatusCode::kInvalidArgument);
  CorrectionAsked whole = OnAField();
  whole.exchange.clear();
  whole.place = 0;
  CHECK(ReasonOf(Named(*Open(whole), std::string(16, 'a')).status()) == Reason::kStateForbids);
}

TEST_CASE("A recall may be repeated, and asks all nodes again", "[correction]") {
  Correction first = *BeginRecall(In(State::kCorrected), Steward(), TaxAsksCivil(), "有误",
                                  Morning());
  CHECK(first.recall_round == 1);
  first.reported_nodes = {"agencies/civil/nodes/n1"};
  const Correction second = *BeginRecall(first, Steward(), TaxAsksCivil(), "有误", Morning());
  CHECK(second.recall_round == 2);
  CHECK(second.reported_nodes.empty());
  CHECK(second.state == State::kCorrected);
  CHECK(DetailsOf(BeginRecall(first, Steward(), TaxAsksCivil(), "", Morning()).status())
            ->fields[0].field == "reason");
}

TEST_CASE("A consumer confirms a recall once, and nobody else does", "[correction]") {
  CHECK(Fault(RecallTable()).empty());
  const Recall told = Tell("recalls/r1", In(State::kCorrected),
                           {kTax, Recall::Basis::kDelivered, {"ex-1"}}, AgencyOf(kTax), Morning());
  CHECK(told.authority == City().name);
  for (const auto& [who, actor] : People()) {
    INFO(who);
    const auto confirmed = Confirm(told, actor, TaxAsksCivil(), Recall::State::kDisposed, "已销毁",
                                   Morning());
    if (who == "applicant" || who == "clerk") {
      REQUIRE(confirmed.ok());
      CHECK(confirmed->person == actor.name);
      CHECK(confirmed->confirm_time == Morning());
      CHECK(ReasonOf(Confirm(*confirmed, actor, TaxAsksCivil(), Recall::State::kNotHeld, "",
                             Morning()).status()) == Reason::kStateForbids);
    } else {
      CHECK(ReasonOf(confirmed.status()) == Reason::kPolicyDenied);
    }
  }
  for (const Recall::State state : {Recall::State::kUnspecified, Recall::State::kTold}) {
    CHECK(DetailsOf(Confirm(told, Clerk(), TaxAsksCivil(), state, "", Morning()).status())
              ->fields[0].field == "outcome");
  }
}

TEST_CASE("Recipients of a recall are agencies other than the provider", "[correction]") {
  const RecallRecipient good = {kTax, Recall::Basis::kDelivered, {"ex-1"}};
  CHECK(CheckRecipients({good}, kCivil).ok());
  CHECK(CheckRecipients({}, kCivil).ok());
  CHECK_FALSE(CheckRecipients({good}, kTax).ok());
  CHECK_FALSE(CheckRecipients({{"tax", good.basis, {}}}, kCivil).ok());
  CHECK_FALSE(CheckRecipients({{kTax, good.basis, {"a/b"}}}, kCivil).ok());
  CHECK_FALSE(
      CheckRecipients({{kTax, good.basis, std::vector<std::string>(21, "ex")}}, kCivil).ok());
}

}  // namespace
}  // namespace shareway::sharing
