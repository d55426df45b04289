// SPDX-License-Identifier: Apache-2.0
// Changes of service: the whole table, the consultation, the filing, the day of effect.
#include "services/sharing/domain/service_change.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/test_walk.h"

namespace shareway::sharing {
namespace {

using State = ServiceChange::State;

const absl::CivilDay kDay(2025, 11, 3);

ServiceChange Facts() {
  return {.name = "service-changes/c",
          .resource = Marriages().name,
          .kind = ServiceChange::Kind::kEnd,
          .reason = "系统停用",
          .effect = kDay};
}
absl::StatusOr<ServiceChange> Propose(const ServiceChange& facts,
                                      const std::vector<std::string>& consumers = {kTax}) {
  return ProposeServiceChange(facts, Marriages(), consumers, R25(), Morning());
}
ServiceChange Proposed(const std::vector<std::string>& consumers = {kTax}) {
  return Propose(Facts(), consumers).value();
}
absl::StatusOr<ServiceChange> Answer(const ServiceChange& change, bool agrees,
                                     const std::string& comment = "") {
  return AnswerServiceChange(change, ConsumerHead(), TaxAsksCivil(), agrees, comment, Morning());
}
absl::StatusOr<ServiceChange> File(const ServiceChange& change, absl::Time now = Morning(),
                                   const std::string& receipt = "备案〔2025〕7号",
                                   const std::string& reply = "") {
  return FileServiceChange(change, ProviderHead(), TaxAsksCivil(), receipt, reply, now);
}

TEST_CASE("Each act on a service change is open to its people in its states and to nobody else",
          "[servicechange]") {
  const ServiceChange answered = Answer(Proposed(), true).value();
  WalkTable(ServiceChangeTable(), [&](absl::string_view method, int state,
                                      const Actor& actor) -> absl::StatusOr<int> {
    ServiceChange change = answered;
    change.state = static_cast<State>(state);
    const Parties parties = TaxAsksCivil();
    absl::StatusOr<ServiceChange> after = absl::InternalError("no attempt");
    if (method == "AnswerServiceChange") {
      after = AnswerServiceChange(change, actor, parties, true, "", Morning());
    } else if (method == "FileServiceChange") {
      after = FileServiceChange(change, actor, parties, "备案1号", "", Morning());
    } else if (method == "WithdrawServiceChange") {
      after = WithdrawServiceChange(change, actor, parties, Morning());
    }
    if (!after.ok()) return after.status();
    return static_cast<int>(after->state);
  });
}

TEST_CASE("A proposal says what, why and from when, after the consultation", "[servicechange]") {
  const ServiceChange proposed = Proposed({kHousing, kTax});
  CHECK(proposed.clock->due.day == absl::CivilDay(2025, 10, 21));  // 10 working days
  CHECK(proposed.answers.size() == 2);
  CHECK(proposed.provider == kCivil);
  CHECK_FALSE(Proposed({}).clock);

  ServiceChange soon = Facts();
  soon.effect = absl::CivilDay(2025, 10, 22);
  CHECK(Propose(soon).ok());
  soon.effect = absl::CivilDay(2025, 10, 21);
  const absl::Status early = Propose(soon).status();
  CHECK(DetailsOf(early)->fields.front().field == "effect_date");
  CHECK(absl::StrContains(DetailsOf(early)->fields.front().rule, "R25 27(3)"));
  CHECK(Propose(soon, {}).ok());  // nobody is to be consulted
  ServiceChange spoilt = Facts();
  spoilt.kind = ServiceChange::Kind::kUnspecified;
  spoilt.reason = "";
  spoilt.effect = absl::CivilDay(2029, 1, 1);
  CHECK(DetailsOf(Propose(spoilt).status())->fields.size() == 3);
}

TEST_CASE("While a consumer is silent and the clock runs nothing is filed", "[servicechange]") {
  const ServiceChange proposed = Proposed({kHousing, kTax});
  const ServiceChange half = Answer(proposed, true).value();
  const absl::Status open = File(half).status();
  CHECK(ReasonOf(open) == Reason::kConsultationOpen);
  CHECK(DetailsOf(open)->metadata.at("missing") == "1");
  CHECK(DetailsOf(open)->metadata.at("due") == "2025-10-21");
  const absl::Time due = statute::DueInstant(*half.clock);
  CHECK(ReasonOf(File(half, due - absl::Nanoseconds(1)).status()) == Reason::kConsultationOpen);
  const ServiceChange filed = File(half, due).value();
  CHECK(filed.state == State::kFiled);
  CHECK(filed.clock->stop == due);
  CHECK_FALSE(filed.AnswerOf(kHousing)->time);  // silence stays silence

  const ServiceChange all = Answer(Proposed(), true).value();
  CHECK(all.clock->stop == Morning());
  CHECK(File(all).ok());
  CHECK(File(Proposed({})).ok());
}

TEST_CASE("An objection is reasoned, and is answered before the filing", "[servicechange]") {
  CHECK(DetailsOf(Answer(Proposed(), false).status())->fields.front().field == "comment");
  CHECK(DetailsOf(Answer(Proposed(), true, std::string(201, 'x')).status())->fields.front().field ==
        "comment");
  const ServiceChange objected = Answer(Proposed(), false, "核税仍需使用").value();
  CHECK(objected.AnswerOf(kTax)->person == "people/ch");
  CHECK(DetailsOf(File(objected).status())->fields.front().field == "reply");
  CHECK(File(objected, Morning(), "备案1号", "已安排替代接口").ok());
  CHECK(Answer(objected, true)->AnswerOf(kTax)->agrees);
  CHECK(DetailsOf(File(*Answer(objected, true), Morning(), "").status())->fields.front().field ==
        "receipt_number");
}

TEST_CASE("A filed change is in effect from its day on, and is not filed afterwards",
          "[servicechange]") {
  const ServiceChange answered = Answer(Proposed(), true).value();
  const absl::Time day = statute::StartOfDay(kDay);
  CHECK(ReasonOf(File(answered, day).status()) == Reason::kDeadlinePassed);
  const ServiceChange filed = File(answered).value();
  CHECK_FALSE(filed.Ends(day - absl::Nanoseconds(1)));
  CHECK(filed.Ends(day));
  CHECK_FALSE(TakeEffect(filed, day - absl::Nanoseconds(1)));
  const ServiceChange in_effect = TakeEffect(filed, day).value();
  CHECK(in_effect.state == State::kInEffect);
  CHECK(in_effect.Ends(day));
  CHECK_FALSE(TakeEffect(in_effect, day));
  CHECK_FALSE(TakeEffect(answered, day));
  CHECK_FALSE(answered.Ends(day));
  ServiceChange change = filed;
  change.kind = ServiceChange::Kind::kChange;
  CHECK_FALSE(change.Ends(day));
}

}  // namespace
}  // namespace shareway::sharing
