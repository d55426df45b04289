// SPDX-License-Identifier: Apache-2.0
// The run of the detectors: amber before the last day, red after it, each once, by the text.
#include "services/sharing/supervision/detections.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/sharing/supervision/findings.h"
#include "services/sharing/test_desk.h"
#include "services/sharing/upkeep.h"
#include "services/sharing/grants/uses.h"

namespace shareway::sharing {
namespace {

struct Fixture : TestDesk {
  const Findings findings{&desk};

  void GoTo(absl::CivilDay day, absl::Duration at = absl::ZeroDuration()) {
    clock.Advance(statute::StartOfDay(day) + at - clock.Now());
  }
  // A grant that is ACTIVE: over personal data once its terms are accepted.
  std::string LiveGrant() {
    const Stored<Grant> granted = Granted();
    const std::string name = NameOf(granted);
    if (granted.value.fields().state == Grant::State::kPendingTerms) {
      (void)grants.AcceptTerms(By(ConsumerHead()), name).value();
    }
    return name;
  }
  int Run() { return FindingsDue(desk).value(); }
  std::vector<Stored<Finding>> All() {
    return findings.List(Officer(), "", 1000, [](const Finding&) { return true; })->values;
  }
  Finding Only() {
    const std::vector<Stored<Finding>> all = All();
    REQUIRE(all.size() == 1);
    return all[0].value;
  }
  Stored<Request> Approve(const Stored<Request>& request) {
    const Stored<Request> decided =
        sharing
            .Decide(By(Reviewer()), NameOf(request), EtagOf(request),
                    {.verdict = Decision::Verdict::kApprove})
            .value();
    return sharing.SignOffDecision(By(ProviderHead()), NameOf(decided), EtagOf(decided)).value();
  }
};

// 10 working days from 2025-09-30, over the holiday.
const absl::CivilDay kDue(2025, 10, 21);

TEST_CASE("A reply that nears its last day is a prewarning, and settled when it came in time",
          "[findings]") {
  Fixture t;
  const Stored<Request> request = t.Submitted();
  REQUIRE(request.value.fields().clock->due.day == kDue);
  CHECK(t.Run() == 0);
  while (t.Run() == 0) {
    t.clock.Advance(absl::Hours(24));
    REQUIRE(statute::LawDay(t.clock.Now()) <= kDue);
  }
  CHECK(statute::ReadClock(*request.value.fields().clock, Calendars(), t.clock.Now())
            ->percent_used >= 80);
  Finding finding = t.Only();
  CHECK(finding.state == Finding::State::kPrewarning);
  CHECK(finding.detector == "r25-39-4");
  CHECK(finding.about == kCivil);
  CHECK(finding.subject == t.NameOf(request));
  CHECK(finding.due == kDue);
  CHECK(t.Run() == 0);  // once
  (void)t.Approve(request);
  CHECK(t.Run() == 1);
  finding = t.Only();
  CHECK(finding.state == Finding::State::kDismissed);
  CHECK(finding.ruling == "已在期限内完成");
  CHECK(t.Run() == 0);
  t.GoTo(kDue + 5);
  CHECK(t.store.LoadCase<Finding>(finding.name)->value.state == Finding::State::kDismissed);
}

TEST_CASE("A reply that did not come is a suspicion from the first instant after its last day",
          "[findings]") {
  Fixture t;
  (void)t.Submitted();
  t.GoTo(kDue);
  CHECK(t.Run() == 1);
  t.GoTo(kDue + 1, -absl::Seconds(1));
  CHECK(t.Run() == 0);
  CHECK(t.Only().state == Finding::State::kPrewarning);
  t.GoTo(kDue + 1);
  CHECK(t.Run() == 1);
  CHECK(t.Only().state == Finding::State::kSuspected);
  CHECK(t.Only().evidence.size() == 2);
  CHECK(t.Run() == 0);
  t.clock.Advance(absl::Hours(24 * 30));
  CHECK(t.Run() == 0);
}

TEST_CASE("What ran out while nobody looked is a suspicion at the next start, once",
          "[findings]") {
  Fixture t;
  const Stored<Request> request = t.Submitted();
  t.GoTo(kDue + 3);
  Upkeep(&t.desk);
  CHECK(t.Only().state == Finding::State::kSuspected);
  (void)t.Approve(request);  // late: it stays
  Upkeep(&t.desk);
  CHECK(t.Only().state == Finding::State::kSuspected);
}

TEST_CASE("The text that governs the request names the article", "[findings]") {
  Fixture t;
  t.Govern("cn-2016-51");
  (void)t.Submitted();
  t.GoTo(kDue + 3);
  CHECK(t.Run() == 1);
  CHECK(t.Only().detector == "m16-24-2");
  CHECK(t.Only().article == "cn-2016-51@1 M16 第二十四条第二项");
}

TEST_CASE("An extension that nobody answered is the authority's", "[findings]") {
  Fixture t;
  const Stored<Request> request = t.Submitted();
  REQUIRE(t.sharing
              .AskExtension(t.By(Reviewer()), t.NameOf(request), t.EtagOf(request), 5, "数据量大")
              .ok());
  t.GoTo(kDue);
  CHECK(t.Run() == 1);
  CHECK(t.Only().about == kCivil);
  t.GoTo(kDue + 1);
  (void)t.Run();
  (void)t.Run();
  std::vector<std::string> about;
  for (const Stored<Finding>& finding : t.All()) {
    CHECK(finding.value.state == Finding::State::kSuspected);
    about.push_back(absl::StrCat(finding.value.detector, " ", finding.value.about));
  }
  std::sort(about.begin(), about.end());
  CHECK(about == std::vector<std::string>{"r25-21-1-authority authorities/city",
                                          "r25-39-4 agencies/civil"});
}

TEST_CASE("A prewarning whose request was withdrawn is settled", "[findings]") {
  Fixture t;
  const Stored<Request> request = t.Submitted();
  t.GoTo(kDue);
  CHECK(t.Run() == 1);
  REQUIRE(t.sharing.Withdraw(t.By(Applicant()), t.NameOf(request), t.EtagOf(request)).ok());
  CHECK(t.Run() == 1);
  CHECK(t.Only().state == Finding::State::kDismissed);
}

TEST_CASE("Nothing is suspected on a due date that is provisional", "[findings]") {
  Fixture t;
  t.GoTo(absl::CivilDay(2026, 12, 28), absl::Hours(10));
  Request::Fields asked = Asked(Marriages());
  asked.scope.start = absl::CivilDay(2027, 1, 1);
  asked.scope.end = absl::CivilDay(2027, 12, 31);
  const Stored<Request> request = t.Submitted(asked);
  REQUIRE(request.value.fields().clock->due.provisional);
  t.GoTo(absl::CivilDay(2027, 3, 1));
  (void)t.Run();
  for (const Stored<Finding>& finding : t.All()) {
    CHECK(finding.value.state == Finding::State::kPrewarning);
  }
}

TEST_CASE("A run looks at a bounded number of clocks, and the runs together at all",
          "[findings]") {
  Fixture t;
  constexpr int kMany = 520;
  for (int i = 0; i < kMany; ++i) (void)t.Submitted();
  t.GoTo(kDue + 1);
  const int first = t.Run();
  CHECK(first == 500);
  CHECK(t.Run() == kMany - first);
  CHECK(t.Run() == 0);
  CHECK(t.All().size() == kMany);
}

TEST_CASE("A live grant without a use record is a suspicion after the months", "[findings]") {
  for (const bool used : {false, true}) {
    CAPTURE(used);
    Fixture t;
    const std::string grant = t.LiveGrant();
    if (used) {
      t.GoTo(absl::CivilDay(2025, 10, 16));
      Uses uses(&t.desk);
      const absl::Status reported =
          uses.Report(t.By(Applicant()), grant,
                      {.scenario = "核定税种",
                       .process = "窗口核验",
                       .effect = "减少材料 1 份",
                       .storage = "不落地",
                       .destruction = "即时清除",
                       .start = absl::CivilDay(2025, 10, 9),
                       .end = absl::CivilDay(2025, 10, 15)})
              .status();
      REQUIRE(reported.ToString() == "OK");
    }
    const auto seen = [&] {
      int count = 0;
      for (const Stored<Finding>& f : t.All()) count += f.value.detector == "r25-40-5" ? 1 : 0;
      return count;
    };
    t.GoTo(absl::CivilDay(2026, 3, 31));
    (void)t.Run();
    CHECK(seen() == 0);
    t.GoTo(absl::CivilDay(2026, 4, 1));
    (void)t.Run();
    CHECK(seen() == (used ? 0 : 1));
    (void)t.Run();
    CHECK(seen() == (used ? 0 : 1));
  }
}

}  // namespace
}  // namespace shareway::sharing
