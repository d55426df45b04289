// SPDX-License-Identifier: Apache-2.0
// A clock's marks are told once each, to those the profile names, and approve nothing.
#include "services/sharing/requests/warnings.h"

#include "catch2/catch.hpp"
#include "services/sharing/requests/inbox.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

std::vector<std::string> Told(TestDesk& t) {
  std::vector<std::string> told;
  for (const evidence::AuditRecord& event : t.Events()) {
    if (event.kind() == evidence::RecordKind::CLOCK_WARNED) told.push_back(event.reason());
  }
  return told;
}
// The marks in the inbox of this person.
std::vector<statute::Warning> Marks(const TestDesk& t, const Actor& actor) {
  std::vector<statute::Warning> marks;
  const Inbox::Summary summary = Inbox(&t.desk).Summarize(actor).value();
  for (const WarnedClock& clock : summary.warnings) marks.push_back(clock.mark);
  return marks;
}
void GoTo(TestDesk& t, absl::CivilDay day) {
  t.clock.Advance(statute::StartOfDay(day) + absl::Hours(9) - t.clock.Now());
}

TEST_CASE("Half of a clock warns the reviewer, four fifths the head, its end the authority",
          "[warnings]") {
  TestDesk t;
  const Stored<Request> r = t.Submitted();
  const absl::CivilDay due = r.value.fields().clock->due.day;
  const absl::CivilDay received = statute::LawDay(t.clock.Now());
  const auto used = [&](absl::CivilDay day) {
    return statute::WorkingDaysBetween(Calendars(), "cn", received, day)->days;
  };
  CHECK(WarningsDue(t.desk).value() == 0);
  // Every day at nine, as the loop would: 10 working days, marks at 5 and 8.
  for (absl::CivilDay day = received + 1; day <= due + 3; ++day) {
    GoTo(t, day);
    INFO(absl::FormatCivilTime(day));
    REQUIRE(WarningsDue(t.desk).ok());
    CHECK(WarningsDue(t.desk).value() == 0);  // a second round tells nothing again
    const size_t want = day > due ? 3 : used(day) >= 8 ? 2 : used(day) >= 5 ? 1 : 0;
    CHECK(Told(t).size() == want);
    CHECK(Marks(t, Reviewer()).size() == (want >= 1 ? 1u : 0u));
    CHECK(Marks(t, ProviderHead()).size() == (want >= 2 ? 1u : 0u));
    CHECK(Marks(t, Officer()).size() == (want >= 3 ? 1u : 0u));
    CHECK(Marks(t, Applicant()).empty());
  }
  CHECK(Told(t) == std::vector<std::string>{"REVIEWER", "HEAD", "AUTHORITY"});
  // Nothing is approved by silence.
  const Request::Fields now = t.store.LoadRequest(t.NameOf(r))->value.fields();
  CHECK(now.state == Request::State::kInReview);
  CHECK(now.grant.empty());
  CHECK(t.AllGrants().empty());
}

TEST_CASE("A service that slept through all marks tells each of them once", "[warnings]") {
  TestDesk t;
  const Stored<Request> r = t.Submitted();
  GoTo(t, r.value.fields().clock->due.day + 30);
  CHECK(WarningsDue(t.desk).value() == 3);
  CHECK(WarningsDue(t.desk).value() == 0);
  CHECK(Told(t) == std::vector<std::string>{"REVIEWER", "HEAD", "AUTHORITY"});
  CHECK(Marks(t, Reviewer()) == std::vector<statute::Warning>{statute::Warning::kAuthority});
}

TEST_CASE("A clock that stopped warns nobody, and its warnings leave the inboxes", "[warnings]") {
  TestDesk t;
  const Stored<Request> early = t.Submitted();
  REQUIRE(t.sharing.Withdraw(t.By(Applicant()), t.NameOf(early), t.EtagOf(early)).ok());
  const Stored<Request> late = t.Submitted();
  GoTo(t, late.value.fields().clock->due.day + 1);
  CHECK(WarningsDue(t.desk).value() == 3);
  CHECK(Marks(t, Reviewer()).size() == 1);
  REQUIRE(t.sharing.Withdraw(t.By(Applicant()), t.NameOf(late), t.EtagOf(late)).ok());
  CHECK(Marks(t, Reviewer()).empty());
  CHECK(Marks(t, Officer()).empty());
  CHECK(WarningsDue(t.desk).value() == 0);
}

TEST_CASE("A write of the subject keeps what was told of its clock", "[warnings]") {
  TestDesk t;
  const Stored<Request> r = t.Submitted();
  GoTo(t, r.value.fields().clock->due.day);
  const int told = WarningsDue(t.desk).value();
  CHECK(told == 2);
  const Stored<Request> decided =
      t.sharing.Decide(t.By(Reviewer()), t.NameOf(r), t.EtagOf(r),
                       {.verdict = Decision::Verdict::kRefuse, .reason = "不行"})
          .value();
  CHECK(Marks(t, ProviderHead()).size() == 1);
  CHECK(WarningsDue(t.desk).value() == 0);
  CHECK(decided.version > r.version);
}

TEST_CASE("A promise of one day is looked at on that day", "[warnings]") {
  TestDesk t;
  Resource resource = Marriages();
  resource.promised_days = 1;
  REQUIRE(t.grants.Follow(resource).ok());
  const Stored<Request> r = t.Submitted();
  GoTo(t, r.value.fields().clock->promised->day);
  REQUIRE(WarningsDue(t.desk).ok());
  CHECK(Told(t) == std::vector<std::string>{"REVIEWER"});
}

TEST_CASE("Half and four fifths of a promised time warn the reviewer, its end nobody else",
          "[warnings]") {
  TestDesk t;
  Resource resource = Marriages();
  resource.promised_days = 5;
  REQUIRE(t.grants.Follow(resource).ok());
  const Stored<Request> r = t.Submitted();
  const absl::CivilDay promised = r.value.fields().clock->promised->day;
  const absl::CivilDay received = statute::LawDay(t.clock.Now());
  const auto used = [&](absl::CivilDay day) {
    return statute::WorkingDaysBetween(Calendars(), "cn", received, day)->days;
  };
  for (absl::CivilDay day = received + 1; day <= promised + 2; ++day) {
    GoTo(t, day);
    INFO(absl::FormatCivilTime(day));
    REQUIRE(WarningsDue(t.desk).ok());
    CHECK(WarningsDue(t.desk).value() == 0);  // a second round tells nothing again
    CHECK(Told(t).size() == (used(day) >= 4 ? 2u : used(day) >= 3 ? 1u : 0u));  // of 5
  }
  CHECK(Told(t) == std::vector<std::string>{"REVIEWER", "REVIEWER"});
  CHECK(Marks(t, Reviewer()).size() == 1);
  CHECK(Marks(t, ProviderHead()).empty());
}

}  // namespace
}  // namespace shareway::sharing
