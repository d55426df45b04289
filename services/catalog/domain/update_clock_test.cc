// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/update_clock.h"

#include <array>
#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/domain/test_entry.h"

namespace shareway::catalog {
namespace {

using Kind = UpdateClock::Kind;
using State = UpdateClock::State;
using Step = UpdateClock::Step;

const Actor kEditor = {.name = "people/editor", .person = true, .own_agency = true};
const Actor kOfficer = {.name = "people/officer", .person = true, .in_charge = true};
const Actor kStranger = {.name = "people/stranger", .person = true};
const absl::Time kNow = statute::StartOfDay(absl::CivilDay(2025, 9, 1)) + absl::Hours(10);

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

UpdateClock Running(Kind kind = Kind::kUpdate, const char* profile = "cn-2025-809") {
  UpdateClock::Fields fields = {
      .name = "updateClocks/c", .kind = kind, .resource = "resources/r", .article = "R25"};
  const auto counted = kind == Kind::kUpdate ? statute::ClockKind::kCatalogueUpdate
                                             : statute::ClockKind::kCataloguePublish;
  fields.clock = statute::StartClock(**TestStatutes().Find(profile), TestCalendars(), counted, kNow)
                     .value();
  return UpdateClock::Restore(std::move(fields));
}

UpdateClock In(Kind kind, State state) {
  UpdateClock clock = Running(kind);
  if (state == State::kExtensionAsked && kind == Kind::kUpdate) {
    return clock.AskExtension(kEditor, 5, "系统改造", kNow).value();
  }
  if (state == State::kMet) return clock.Meet("people/officer", 2, kNow).value();
  if (state == State::kDropped) return clock.Drop("people/officer", kNow).value();
  if (state == State::kUnchanged && kind == Kind::kUpdate) {
    return clock.Complete(kEditor, "职责未涉及该目录。", kNow).value();
  }
  return clock;
}

absl::StatusOr<UpdateClock> Take(const UpdateClock& clock, Step step) {
  switch (step) {
    case Step::kAsk:
      return clock.AskExtension(kEditor, 5, "系统改造", kNow);
    case Step::kConsent:
      return clock.ConsentExtension(kOfficer, "演数函1号", kNow, TestCalendars());
    case Step::kRefuse:
      return clock.RefuseExtension(kOfficer, "理由不足", kNow);
    case Step::kComplete:
      return clock.Complete(kEditor, "职责未涉及该目录。", kNow);
    case Step::kMeet:
      return clock.Meet("people/officer", 2, kNow);
    case Step::kDrop:
      break;
  }
  return clock.Drop("people/officer", kNow);
}

TEST_CASE("An update clock takes the steps of its table and no others", "[catalog][update]") {
  // By state, in the order of Step: ask, consent, refuse, complete, meet, drop.
  using Row = std::array<int, 6>;
  const std::pair<State, Row> of_agency[] = {{State::kRunning, {1, 0, 0, 1, 1, 1}},
                                             {State::kExtensionAsked, {0, 1, 1, 1, 1, 1}},
                                             {State::kMet, {0, 0, 0, 0, 0, 0}},
                                             {State::kUnchanged, {0, 0, 0, 0, 0, 0}},
                                             {State::kDropped, {0, 0, 0, 0, 0, 0}}};
  const std::pair<State, Row> of_authority[] = {{State::kRunning, {0, 0, 0, 0, 1, 1}},
                                                {State::kMet, {0, 0, 0, 0, 0, 0}},
                                                {State::kDropped, {0, 0, 0, 0, 0, 0}}};
  const auto walk = [](Kind kind, State state, const Row& row) {
    const UpdateClock clock = In(kind, state);
    REQUIRE(clock.fields().state == state);
    for (int step = 0; step < 6; ++step) {
      INFO(StateName(state) << " step " << step);
      CHECK(UpdateClock::Allows(kind, state, static_cast<Step>(step)) == (row[step] == 1));
      const auto taken = Take(clock, static_cast<Step>(step));
      INFO(taken.status());
      CHECK((row[step] == 1 ? taken.ok() : absl::IsFailedPrecondition(taken.status())));
    }
  };
  for (const auto& [state, row] : of_agency) walk(Kind::kUpdate, state, row);
  for (const auto& [state, row] : of_authority) walk(Kind::kPublication, state, row);
}

TEST_CASE("An update is due by its legal text and the calendar", "[catalog][update]") {
  // From Monday, 1 September 2025.
  CHECK(Running().fields().clock.due.day == absl::CivilDay(2025, 9, 15));
  CHECK(Running(Kind::kUpdate, "cn-2016-51").fields().clock.due.day == absl::CivilDay(2025, 9, 22));
  CHECK(Running(Kind::kPublication).fields().clock.due.day == absl::CivilDay(2025, 9, 3));
  const absl::Time due = statute::EndOfDay(absl::CivilDay(2025, 9, 15));
  CHECK_FALSE(Running().Overdue(due - absl::Seconds(1)));
  CHECK(Running().Overdue(due));
  // One that ended in time is not overdue later, one that ended late stays so.
  CHECK_FALSE(Running().Meet("people/o", 2, due - absl::Seconds(1))->Overdue(due + absl::Hours(99)));
  CHECK(Running().Meet("people/o", 2, due)->Overdue(due));
}

TEST_CASE("An update is extended once, in time, within the text, by consent",
          "[catalog][update]") {
  const UpdateClock extended = Take(In(Kind::kUpdate, State::kExtensionAsked), Step::kConsent).value();
  CHECK(extended.fields().state == State::kRunning);
  CHECK(extended.fields().clock.due.day == absl::CivilDay(2025, 9, 22));
  REQUIRE(extended.fields().clock.superseded.size() == 1);
  CHECK(extended.fields().extension->decision == "演数函1号");
  CHECK(ReasonOf(Take(extended, Step::kAsk).status()) == Reason::kExtensionNotAllowed);
  // A refusal changes no date, and is the last word.
  const UpdateClock refused = Take(In(Kind::kUpdate, State::kExtensionAsked), Step::kRefuse).value();
  CHECK(refused.fields().clock.due == Running().fields().clock.due);
  CHECK(ReasonOf(Take(refused, Step::kAsk).status()) == Reason::kExtensionNotAllowed);

  const absl::Status none =
      Running(Kind::kUpdate, "cn-2016-51").AskExtension(kEditor, 1, "忙", kNow).status();
  CHECK(ReasonOf(none) == Reason::kTextForbids);
  const absl::Time late = statute::EndOfDay(absl::CivilDay(2025, 9, 15));
  CHECK(ReasonOf(Running().AskExtension(kEditor, 5, "忙", late).status()) ==
        Reason::kDeadlinePassed);
  // Asked in time, consented late: what was asked in time holds.
  CHECK(In(Kind::kUpdate, State::kExtensionAsked)
            .ConsentExtension(kOfficer, "演数函1号", late, TestCalendars())
            .ok());
  for (int days : {-1, 0, 6}) {
    CHECK(absl::IsInvalidArgument(Running().AskExtension(kEditor, days, "忙", kNow).status()));
  }
  CHECK(absl::IsInvalidArgument(Running().AskExtension(kEditor, 5, "", kNow).status()));
  const absl::Status secret = Running().Complete(kEditor, "机密★10年", kNow).status();
  CHECK(ReasonOf(secret) == Reason::kSecretRefused);
  CHECK_FALSE(absl::StrContains(secret.ToString(), "10年"));
}

TEST_CASE("Agency and authority each take their own steps on an update clock",
          "[catalog][update]") {
  const absl::Status never = Error::NotVisible("updateClocks/c");
  const UpdateClock asked = In(Kind::kUpdate, State::kExtensionAsked);
  for (const Actor& other : {kStranger, kOfficer}) {
    CHECK(Running().AskExtension(other, 5, "忙", kNow).status() == never);
    CHECK(Running().Complete(other, "无变化", kNow).status() == never);
  }
  for (const Actor& other : {kStranger, kEditor}) {
    CHECK(asked.ConsentExtension(other, "函", kNow, TestCalendars()).status() == never);
    CHECK(asked.RefuseExtension(other, "否", kNow).status() == never);
  }
}

TEST_CASE("A change that takes effect later leaves its clock untouched until then",
          "[catalog][update]") {
  UpdateClock::Fields fields = Running().fields();
  fields.clock.trigger = kNow + absl::Hours(24 * 14);
  const UpdateClock ahead = UpdateClock::Restore(fields);
  const auto met = ahead.Meet("people/officer", 3, kNow);
  REQUIRE(met.ok());
  CHECK_FALSE(met->Overdue(kNow));
  CHECK(ahead.AskExtension(kEditor, 5, "忙", kNow)
            ->ConsentExtension(kOfficer, "函", kNow, TestCalendars())
            ->Meet("people/officer", 3, kNow)
            .ok());
}

TEST_CASE("A report of changed duties is refused with all its faults", "[catalog][update]") {
  const DutyChange good = {.subject = "《社会救助暂行办法》修订",
                           .document = "国务院令第649号",
                           .effect_time = kNow,
                           .agencies = {"agencies/11990100000100036T"}};
  CHECK(CheckDutyChange(good, kNow).ok());
  const auto fault = [&](const std::function<void(DutyChange*)>& spoil) {
    DutyChange bad = good;
    spoil(&bad);
    const absl::Status refused = CheckDutyChange(bad, kNow);
    REQUIRE(absl::IsInvalidArgument(refused));
    return DetailsOf(refused)->fields.at(0).field;
  };
  CHECK(fault([](DutyChange* c) { c->subject.clear(); }) == "change.subject");
  CHECK(fault([](DutyChange* c) { c->document.clear(); }) == "change.document");
  CHECK(fault([](DutyChange* c) { c->effect_time = absl::UnixEpoch(); }) == "change.effect_time");
  CHECK(fault([](DutyChange* c) { c->effect_time = absl::InfiniteFuture(); }) ==
        "change.effect_time");
  CHECK(fault([](DutyChange* c) { c->agencies.clear(); }) == "change.agencies");
  CHECK(fault([](DutyChange* c) { c->agencies.push_back("x"); }) == "change.agencies[1]");
  CHECK(fault([](DutyChange* c) { c->agencies.push_back(c->agencies[0]); }) ==
        "change.agencies[1]");
  CHECK(fault([](DutyChange* c) { c->resources = {"agencies/a"}; }) == "change.resources[0]");
  DutyChange secret = good;
  secret.subject = "绝密★长期";
  secret.document.clear();
  CHECK(ReasonOf(CheckDutyChange(secret, kNow)) == Reason::kSecretRefused);
}

}  // namespace
}  // namespace shareway::catalog
