// SPDX-License-Identifier: Apache-2.0
// What somebody is reminded of: what waits for his posts, what was decided, and nothing of others.
#include "services/sharing/requests/reminders.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "catch2/catch.hpp"
#include "services/sharing/requests/warnings.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using What = Reminder::What;

Reminders::Outlook For(const TestDesk& t, const Actor& actor, const std::string& cursor = "") {
  return Reminders(&t.desk).For(actor, cursor).value();
}
// What of this kind stands for the actor, or happened.
std::vector<Reminder> Of(const std::vector<Reminder>& all, What what) {
  std::vector<Reminder> found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found),
               [what](const Reminder& r) { return r.what == what; });
  return found;
}
void GoTo(TestDesk& t, absl::CivilDay day) {
  t.clock.Advance(statute::StartOfDay(day) + absl::Hours(9) - t.clock.Now());
}

TEST_CASE("A request that waits for a post stands there, with its title and last day",
          "[reminder]") {
  TestDesk t;
  const Stored<Request> r = t.Submitted();
  const std::vector<Reminder> tasks = Of(For(t, Reviewer()).standing, What::kNewTask);
  REQUIRE(tasks.size() == 1);
  CHECK(tasks[0].subject == t.NameOf(r));
  CHECK(tasks[0].key == "task/" + t.NameOf(r));
  CHECK(tasks[0].title == Marriages().title);
  CHECK(tasks[0].due == absl::FormatCivilTime(r.value.fields().clock->due.day));
  CHECK(For(t, Reviewer()).standing == For(t, Reviewer()).standing);
  for (const Actor& other : {Applicant(), ConsumerHead(), ProviderHead(), Officer(), Stranger()}) {
    INFO(other.name);
    CHECK(Of(For(t, other).standing, What::kNewTask).empty());
  }
  REQUIRE(t.sharing
              .Decide(t.By(Reviewer()), t.NameOf(r), t.EtagOf(r),
                      {.verdict = Decision::Verdict::kApprove})
              .ok());
  CHECK(Of(For(t, Reviewer()).standing, What::kNewTask).empty());
  CHECK(Of(For(t, ProviderHead()).standing, What::kNewTask).size() == 1);
}

TEST_CASE("A task that comes back to a tray has another stage", "[reminder]") {
  TestDesk t;
  Stored<Request> r = t.Draft();
  const std::string first = Of(For(t, ConsumerHead()).standing, What::kNewTask).at(0).stage;
  t.clock.Advance(absl::Minutes(1));
  r = t.sharing.SignOff(t.By(ConsumerHead()), t.NameOf(r), t.EtagOf(r)).value();
  r = t.sharing.Submit(t.By(Applicant()), t.NameOf(r), t.EtagOf(r)).value();
  const std::string review = Of(For(t, Reviewer()).standing, What::kNewTask).at(0).stage;
  CHECK(review != first);
  t.clock.Advance(absl::Minutes(1));
  // A remark, or a reading, is no new stage.
  CHECK(Of(For(t, Reviewer()).standing, What::kNewTask).at(0).stage == review);
}

TEST_CASE("A decision is told to the consumer's side once it is signed, and to nobody else",
          "[reminder]") {
  for (const auto verdict : {Decision::Verdict::kApprove, Decision::Verdict::kRefuse}) {
    TestDesk t;
    const Stored<Request> r =
        t.Decided({.verdict = verdict, .reason = verdict == Decision::Verdict::kRefuse ? "不行" : ""});
    std::map<std::string, std::string> cursors;
    for (const Actor& actor :
         {Applicant(), ConsumerHead(), Reviewer(), ProviderHead(), Stranger()}) {
      const Reminders::Outlook outlook = For(t, actor);
      CHECK(outlook.changes.empty());  // nothing that was before
      cursors[actor.name] = outlook.cursor;
    }
    REQUIRE(t.sharing.SignOffDecision(t.By(ProviderHead()), t.NameOf(r), t.EtagOf(r)).ok());
    const What what = verdict == Decision::Verdict::kApprove ? What::kRequestApproved
                                                             : What::kRequestRefused;
    for (const Actor& actor : {Applicant(), ConsumerHead()}) {
      const Reminders::Outlook outlook = For(t, actor, cursors[actor.name]);
      const std::vector<Reminder> told = Of(outlook.changes, what);
      REQUIRE(told.size() == 1);
      CHECK(told[0].subject == t.NameOf(r));
      CHECK(told[0].title == Marriages().title);
      CHECK(For(t, actor, outlook.cursor).changes.empty());
    }
    for (const Actor& actor : {Reviewer(), ProviderHead(), Stranger()}) {
      INFO(actor.name);
      CHECK(Of(For(t, actor, cursors[actor.name]).changes, what).empty());
    }
  }
}

TEST_CASE("A grant that is stopped or revoked is told to both sides", "[reminder]") {
  TestDesk t;
  const Stored<Grant> grant = t.Granted();
  const std::string name = t.NameOf(grant);
  const auto cursor_of = [&](const Actor& actor) { return For(t, actor).cursor; };
  const std::string before = cursor_of(Applicant());
  REQUIRE(t.grants.Suspend(t.By(ProviderHead()), name, SuspendGround::kDataFault, "有误").ok());
  for (const Actor& actor : {Applicant(), ConsumerHead(), Reviewer(), ProviderHead()}) {
    INFO(actor.name);
    const std::vector<Reminder> told = For(t, actor, before).changes;
    REQUIRE(told.size() == 1);
    CHECK(told[0].what == What::kGrantSuspended);
    CHECK(told[0].subject == name);
    CHECK(told[0].title == Marriages().title);
  }
  CHECK(For(t, Stranger(), before).changes.empty());
  CHECK(For(t, Officer(), before).changes.empty());
  const std::string stopped = cursor_of(Applicant());
  REQUIRE(t.grants.Resume(t.By(ProviderHead()), name, "已更正").ok());
  REQUIRE(t.grants.Revoke(t.By(ProviderHead()), name, RevokeGround::kBasisChanged, "某法修订").ok());
  const std::vector<Reminder> later = For(t, Applicant(), stopped).changes;
  REQUIRE(later.size() == 2);
  CHECK(later[0].what == What::kGrantResumed);
  CHECK(later[1].what == What::kGrantRevoked);
  CHECK(later[0].stage != later[1].stage);
}

TEST_CASE("A grant's end is told a month and a week before, to its consumer", "[reminder]") {
  TestDesk t;
  const Stored<Grant> grant = t.Granted();
  const absl::Time end = grant.value.fields().end_time;
  const auto expiring = [&](const Actor& actor) {
    return Of(For(t, actor).standing, What::kGrantExpiring);
  };
  t.clock.Advance(end - absl::Hours(24 * 30) - absl::Seconds(1) - t.clock.Now());
  CHECK(expiring(Applicant()).empty());
  t.clock.Advance(absl::Seconds(2));
  REQUIRE(expiring(Applicant()).size() == 1);
  const Reminder first = expiring(Applicant())[0];
  CHECK(first.subject == t.NameOf(grant));
  CHECK(first.due == absl::FormatCivilTime(statute::LawDay(end - absl::Nanoseconds(1))));
  CHECK(expiring(Reviewer()).empty());
  CHECK(expiring(Stranger()).empty());
  t.clock.Advance(end - absl::Hours(24 * 7) - t.clock.Now());
  REQUIRE(expiring(ConsumerHead()).size() == 1);
  CHECK(expiring(ConsumerHead())[0].stage != first.stage);
  t.clock.Advance(end - t.clock.Now());
  CHECK(expiring(Applicant()).empty());
}

TEST_CASE("A clock stands once it was warned of, closer to its end, and when it ran out",
          "[reminder]") {
  TestDesk t;
  const Stored<Request> r = t.Submitted();
  const absl::CivilDay due = r.value.fields().clock->due.day;
  const auto clocks = [&](What what) { return Of(For(t, Reviewer()).standing, what); };
  CHECK(clocks(What::kDueTask).empty());
  std::vector<std::string> stages;
  for (absl::CivilDay day = statute::LawDay(t.clock.Now()) + 1; day <= due; ++day) {
    GoTo(t, day);
    REQUIRE(WarningsDue(t.desk).ok());
    for (const Reminder& reminder : clocks(What::kDueTask)) {
      CHECK(reminder.subject == t.NameOf(r));
      CHECK(reminder.due == absl::FormatCivilTime(due));
      CHECK(reminder.title == Marriages().title);
      if (stages.empty() || stages.back() != reminder.stage) stages.push_back(reminder.stage);
    }
  }
  CHECK(stages == std::vector<std::string>{"WARNED/" + absl::FormatCivilTime(due),
                                           "SOON/" + absl::FormatCivilTime(due)});
  CHECK(clocks(What::kOverdueTask).empty());
  GoTo(t, due + 1);
  REQUIRE(WarningsDue(t.desk).ok());
  CHECK(clocks(What::kOverdueTask).size() == 1);
  CHECK(clocks(What::kDueTask).empty());
  CHECK(Of(For(t, Stranger()).standing, What::kOverdueTask).empty());
}

TEST_CASE("A cursor is read on from, begun anew where it cannot be, and refused if it is none",
          "[reminder]") {
  TestDesk t;
  const std::string start = For(t, Applicant()).cursor;
  (void)t.Answered();
  CHECK(Of(For(t, Applicant(), start).changes, What::kRequestApproved).size() == 1);
  CHECK(For(t, Applicant(), start).cursor == For(t, Applicant()).cursor);
  for (const char* bad : {"x", "1", "1.2", "1.2.3.4", "a.b.c", "-1.0.0", "1.2.", " "}) {
    INFO(bad);
    CHECK(ReasonOf(Reminders(&t.desk).For(Applicant(), bad).status()) == Reason::kFieldInvalid);
  }
  // Of another epoch, or ahead of the logs: a store that was restored.
  const std::string now = For(t, Applicant()).cursor;
  for (const std::string& strange : {std::string("999.0.0"),
                                     now.substr(0, now.find('.')) + ".999999.0",
                                     now.substr(0, now.find('.')) + ".0.999999"}) {
    INFO(strange);
    CHECK(For(t, Applicant(), strange).changes.empty());
    CHECK(For(t, Applicant(), strange).cursor == now);
  }
  // The logs do not reach back so far any more: what is left is told.
  REQUIRE(t.store.TrimLog(kRequestLog, 1).ok());
  CHECK(For(t, Applicant(), start).cursor == now);
}

TEST_CASE("A working day is one by the calendar of the receiver's area", "[reminder]") {
  TestDesk t;
  CHECK(For(t, Applicant()).working_day ==
        Calendars().Look("cn", statute::LawDay(t.clock.Now())).working);
  GoTo(t, absl::CivilDay(2025, 10, 1));
  CHECK_FALSE(For(t, Applicant()).working_day);
  GoTo(t, absl::CivilDay(2025, 10, 9));
  CHECK(For(t, Applicant()).working_day);
}

}  // namespace
}  // namespace shareway::sharing
