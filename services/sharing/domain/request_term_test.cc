// SPDX-License-Identifier: Apache-2.0
// Supplements, extensions and supplies: what is allowed once, until when, and what clocks do.
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/request_states.h"

namespace shareway::sharing {
namespace {

using State = Request::State;
using Day = absl::CivilDay;

Day Due(const Request& request) { return request.fields().clock->due.day; }

absl::StatusOr<Request> Ask(const Request& request, absl::Time now, const StatuteText& text = R25(),
                            std::vector<SupplementItem> items = Missing()) {
  return request.AskSupplement(Reviewer(), TaxAsksCivil(), std::move(items), text, now);
}
absl::StatusOr<Request> Reply(const Request& request, absl::Time now,
                              const std::vector<SupplementItem>& answers = Answers(),
                              const StatuteText& text = R25()) {
  return request.AnswerSupplement(Applicant(), TaxAsksCivil(), answers, text, now);
}
absl::StatusOr<Request> Extend(const Request& request, absl::Time now, int days = 10,
                               const StatuteText& text = R25()) {
  return request.AskExtension(ProviderHead(), TaxAsksCivil(), days, "数据量大", text, now);
}
absl::StatusOr<Request> Consent(const Request& request, absl::Time now) {
  return request.ConsentExtension(Officer(), TaxAsksCivil(), "演数函〔2025〕1号", R25(), now);
}

TEST_CASE("What is missing is asked for once, within five working days of receipt", "[request]") {
  // Received on 30 September; holidays until 8 October, a make-up day on Saturday the 11th.
  const absl::Time last = statute::EndOfDay(Day(2025, 10, 14));
  REQUIRE(Ask(InReview(), last - absl::Seconds(1)).ok());
  const absl::Status late = Ask(InReview(), last).status();
  CHECK(ReasonOf(late) == Reason::kDeadlinePassed);
  CHECK(DetailsOf(late)->metadata.at("due_date") == "2025-10-14");
  CHECK(absl::StrContains(DetailsOf(late)->metadata.at("rule"), "第二十一条第二款"));

  const Request answered = Reply(Ask(InReview(), At(10, 9)).value(), At(10, 10)).value();
  CHECK(answered.fields().state == State::kInReview);
  CHECK(ReasonOf(Ask(answered, At(10, 10)).status()) == Reason::kSupplementUsed);
  CHECK(answered.fields().supplement->items[0].answer == "第三条第二款");
  CHECK(answered.fields().supplement->items[1].answer == "征管科三人");

  // The text of 2016 does not know it; the rule of 2025 is taken over.
  const Request measure = InReview(Marriages(), M16());
  CHECK(Ask(measure, last - absl::Seconds(1), M16()).ok());
  const absl::Status over = Ask(measure, last, M16()).status();
  CHECK(ReasonOf(over) == Reason::kDeadlinePassed);
  CHECK(DetailsOf(over)->metadata.at("rule") == "cn-2016-51@1");
}

TEST_CASE("A list of what is missing names each thing once, with what is missing", "[request]") {
  const std::string long_text(2001, 'x');
  const struct {
    const char* field;
    std::vector<SupplementItem> items;
  } table[] = {
      {"items", {}},
      {"items", std::vector<SupplementItem>(51, {"a", "b", ""})},
      {"items[0].subject", {{"", "b", ""}}},
      {"items[0].subject", {{std::string(101, 'x'), "b", ""}}},
      {"items[0].missing", {{"a", "", ""}}},
      {"items[0].missing", {{"a", std::string(501, 'x'), ""}}},
      {"items[0].missing", {{"a", "\x01", ""}}},
      {"items[0].answer", {{"a", "b", "c"}}},
      {"items[1].subject", {{"a", "b", ""}, {"a", "c", ""}}},
  };
  for (const auto& row : table) {
    const absl::Status status = Ask(InReview(), At(10, 9), R25(), row.items).status();
    INFO(row.field << ": " << status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == row.field);
  }
  const struct {
    const char* field;
    std::vector<SupplementItem> answers;
  } replies[] = {
      {"items", {}},
      {"items", {{"legal_basis", "", "x"}}},
      {"items[0].subject", {{"other", "", "x"}}},
      {"items[1].subject", {{"legal_basis", "", "x"}, {"legal_basis", "", "y"}}},
      {"items[0].answer", {{"legal_basis", "", ""}, {"scenario", "", "y"}}},
      {"items[0].answer", {{"legal_basis", "", long_text}, {"scenario", "", "y"}}},
  };
  for (const auto& row : replies) {
    const absl::Status status = Reply(Supplementing(), At(10, 9), row.answers).status();
    INFO(row.field << ": " << status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == row.field);
  }
}

TEST_CASE("The reply clock stands while a supplement is awaited, and its due date is superseded",
          "[request]") {
  const Request asked = Ask(InReview(), At(10, 10)).value();
  CHECK_FALSE(asked.Overdue(At(12, 1)));  // it stands
  CHECK(asked.fields().supplement->clock.due.day == Day(2025, 11, 6));
  const Request answered = Reply(asked, At(10, 20)).value();
  CHECK(Due(answered) == Day(2025, 10, 30));  // seven working days stood still
  REQUIRE(answered.fields().clock->superseded.size() == 1);
  CHECK(answered.fields().clock->superseded[0].due.day == Day(2025, 10, 21));
  CHECK(answered.fields().supplement->clock.stop == At(10, 20));
  CHECK_FALSE(answered.Overdue(statute::EndOfDay(Day(2025, 10, 30)) - absl::Seconds(1)));
  CHECK(answered.Overdue(statute::EndOfDay(Day(2025, 10, 30))));

  statute::Profile strict = *R25().profile;
  strict.supplement_pauses_reply = false;
  const StatuteText text{&strict, &Calendars()};
  const Request running = Ask(InReview(), At(10, 10), text).value();
  CHECK(running.Overdue(statute::EndOfDay(Day(2025, 10, 21))));
  CHECK(Due(Reply(running, At(10, 20), Answers(), text).value()) == Day(2025, 10, 21));
  strict.supplement_ask_days = 0;
  CHECK(ReasonOf(Ask(InReview(), At(10, 10), text).status()) == Reason::kTextForbids);
}

TEST_CASE("A supplement that does not come in time makes the request a draft by rule",
          "[request]") {
  const Request asked = Ask(InReview(), At(10, 10)).value();
  const absl::Time end = statute::EndOfDay(Day(2025, 11, 6));
  CHECK(Reply(asked, end - absl::Seconds(1)).ok());
  CHECK_FALSE(asked.Lapse(R25(), end - absl::Seconds(1)).value().has_value());
  CHECK(ReasonOf(Reply(asked, end).status()) == Reason::kDeadlinePassed);
  const Request lapsed = *asked.Lapse(R25(), end).value();
  const Request::Fields& f = lapsed.fields();
  CHECK(f.state == State::kDraft);
  CHECK(f.clock->stop == end);
  CHECK(f.supplement->clock.stop == end);
  CHECK(f.consumer_head.empty());
  CHECK(absl::StrContains(f.steps.back().actor, "第二十一条第二款"));
  CHECK(lapsed.VisibleTo(Reviewer(), TaxAsksCivil()));
  CHECK_FALSE(InReview().Lapse(R25(), end).value().has_value());

  // The same head signs anew; the new submission has a clock and a supplement of its own.
  const Request again = Submit(lapsed.SignOff(ConsumerHead(), TaxAsksCivil(), R25(), end).value(),
                               Marriages(), R25(), nullptr, end)
                            .value();
  CHECK(Due(again) == Day(2025, 11, 21));
  CHECK_FALSE(again.fields().supplement.has_value());
  REQUIRE(again.fields().earlier.size() == 2);
  CHECK(again.Clocks().size() == 3);
  CHECK(Ask(again, end).ok());
}

TEST_CASE("More time is asked once, in time, and nothing moves until the authority consents",
          "[request]") {
  const absl::Time due = statute::EndOfDay(Day(2025, 10, 21));
  const Request asked = Extend(InReview(), due - absl::Seconds(1)).value();
  CHECK(Due(asked) == Day(2025, 10, 21));
  CHECK(asked.Overdue(due));
  CHECK(ReasonOf(Extend(InReview(), due).status()) == Reason::kDeadlinePassed);
  CHECK(ReasonOf(Extend(asked, At(10, 20)).status()) == Reason::kExtensionNotAllowed);

  // The consent may come when the old date is over.
  const Request longer = Consent(asked, At(10, 22)).value();
  CHECK(Due(longer) == Day(2025, 11, 4));
  REQUIRE(longer.fields().clock->superseded.size() == 1);
  CHECK(longer.fields().clock->superseded[0].due.day == Day(2025, 10, 21));
  CHECK(longer.fields().clock->extension->document == "演数函〔2025〕1号");
  CHECK_FALSE(longer.Overdue(At(10, 23)));
  CHECK(ReasonOf(Consent(longer, At(10, 22)).status()) == Reason::kStateForbids);
  CHECK(ReasonOf(Extend(longer, At(10, 22)).status()) == Reason::kExtensionNotAllowed);

  const Request refused =
      asked.RefuseExtension(Officer(), TaxAsksCivil(), "理由不足", At(10, 21)).value();
  CHECK(Due(refused) == Day(2025, 10, 21));
  CHECK(refused.fields().extension->state == ReplyExtension::State::kRefused);
  CHECK(ReasonOf(Extend(refused, At(10, 21)).status()) == Reason::kExtensionNotAllowed);

  for (int days : {-1, 0, 11})
    CHECK(absl::IsInvalidArgument(Extend(InReview(), At(10, 9), days).status()));
  CHECK(absl::IsInvalidArgument(
      asked.ConsentExtension(Officer(), TaxAsksCivil(), "", R25(), At(10, 21)).status()));
  CHECK(absl::IsInvalidArgument(
      asked.RefuseExtension(Officer(), TaxAsksCivil(), "", At(10, 21)).status()));
}

TEST_CASE("A supplement and an extension move the due date one after the other", "[request]") {
  const Request extended = Consent(Extend(InReview(), At(10, 9)).value(), At(10, 9)).value();
  CHECK(Due(extended) == Day(2025, 11, 4));
  const Request both = Reply(Ask(extended, At(10, 10)).value(), At(10, 20)).value();
  CHECK(Due(both) == Day(2025, 11, 13));
  std::vector<Day> before;
  for (const statute::SupersededDue& s : both.fields().clock->superseded)
    before.push_back(s.due.day);
  CHECK(before == std::vector<Day>{Day(2025, 10, 21), Day(2025, 11, 4)});
}

TEST_CASE("The text of 2016 knows no extension and one day is not extended under that of 2025",
          "[request]") {
  const Request measure = InReview(Marriages(), M16());
  CHECK(ReasonOf(Extend(measure, At(10, 9), 5, M16()).status()) == Reason::kTextForbids);
  const absl::Status day = Extend(InReview(Divisions()), Morning(), 1).status();
  CHECK(ReasonOf(day) == Reason::kExtensionNotAllowed);
  CHECK(absl::StrContains(day.message(), "UNCONDITIONAL"));
  // The county's own term is extended by the parent's rule.
  const Request county =
      Checked().Forward(Officer(), TaxAsksCivil(), Marriages(), County(), At(10, 10)).value();
  CHECK(Extend(county, At(10, 13), 10, County()).ok());
}

TEST_CASE("What is approved is supplied within twenty working days of the reply", "[request]") {
  const Request approved = Approved();
  const absl::Time end = statute::EndOfDay(Day(2025, 11, 4));
  REQUIRE(approved.fields().supply.clock);
  CHECK(approved.fields().supply.clock->due.day == Day(2025, 11, 4));
  CHECK_FALSE(approved.SupplyOverdue(end - absl::Seconds(1)));
  CHECK(approved.SupplyOverdue(end));

  const Request reported = Reported(At(10, 20));
  CHECK(reported.fields().supply.clock->stop == At(10, 20));
  CHECK_FALSE(reported.SupplyOverdue(end));
  // A report of what did not come is no supply: due when it was due.
  const Request disputed =
      reported.DisputeSupply(Applicant(), TaxAsksCivil(), "无法连接", R25(), At(10, 30)).value();
  CHECK_FALSE(disputed.fields().supply.clock->stop.has_value());
  CHECK(disputed.fields().supply.clock->due.day == Day(2025, 11, 4));
  CHECK(disputed.SupplyOverdue(end));
  REQUIRE(disputed.fields().earlier.size() == 1);
  CHECK(disputed.fields().earlier[0].stop == At(10, 20));

  const Decision yes{.verdict = Decision::Verdict::kApprove};
  const Request measure =
      SignDecision(InReview(Marriages(), M16())
                       .Decide(Reviewer(), TaxAsksCivil(), Marriages(), yes, M16(), Morning())
                       .value(),
                   ProviderHead(), Marriages(), M16())
          .value();
  CHECK(measure.fields().supply.state == Supply::State::kAwaited);
  CHECK_FALSE(measure.fields().supply.clock.has_value());
  CHECK_FALSE(measure.SupplyOverdue(At(12, 31)));
}

TEST_CASE("A withdrawn request has no clock that runs", "[request]") {
  for (const Request& request : {Checked(), InReview(), Supplementing(), Extending()}) {
    const Request withdrawn = request.Withdraw(Applicant(), TaxAsksCivil(), Morning()).value();
    REQUIRE_FALSE(withdrawn.Clocks().empty());
    for (const Request::Owed& owed : withdrawn.Clocks()) CHECK(owed.clock->stop == Morning());
  }
}

TEST_CASE("A promised time stands beside the statute's, for what is conditional", "[request]") {
  Resource resource = Marriages();
  resource.promised_days = 5;
  const Request request = InReview(resource);
  CHECK(Due(request) == Day(2025, 10, 21));
  REQUIRE(request.fields().clock->promised);
  CHECK(request.fields().clock->promised->day == Day(2025, 10, 14));
  CHECK_FALSE(request.Overdue(statute::EndOfDay(Day(2025, 10, 14))));
  CHECK_FALSE(InReview().fields().clock->promised);
  // One that is as long as the text's time by now is none.
  resource.promised_days = 10;
  CHECK_FALSE(InReview(resource).fields().clock->promised);
}

TEST_CASE("What a calendar moved is noted by what moved", "[request]") {
  Resource resource = Marriages();
  resource.promised_days = 5;
  const Request request = InReview(resource);
  CHECK_FALSE(request.Recompute(Calendars(), Morning())->has_value());
  Request::Fields fields = request.fields();
  fields.clock->promised->day = Day(2025, 10, 13);  // as another calendar had it
  const std::optional<Request> promised =
      Request::Restore(fields).Recompute(Calendars(), Morning()).value();
  REQUIRE(promised);
  CHECK(promised->fields().steps.back().note == "promised 2025-10-14, before 2025-10-13");
  CHECK(Due(*promised) == Day(2025, 10, 21));
  // The last day was counted without a calendar, and was right.
  fields = request.fields();
  fields.clock->due.provisional = true;
  const std::optional<Request> certain =
      Request::Restore(fields).Recompute(Calendars(), Morning()).value();
  REQUIRE(certain);
  CHECK(certain->fields().steps.back().note == "due 2025-10-21 as before");
}

}  // namespace
}  // namespace shareway::sharing
