// SPDX-License-Identifier: Apache-2.0
// Views show what waits for whom, and a request leaves a view when it does not wait any more.
#include "services/sharing/requests/inbox.h"

#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using View = Inbox::View;

std::vector<std::string> Names(const TestDesk& t, const Actor& actor, View view) {
  const Inbox inbox(&t.desk);
  std::vector<std::string> names;
  const Page<Request> page =
      inbox.List(actor, view, "", 100, [](const Request&) { return true; }).value();
  for (const Stored<Request>& request : page.values) names.push_back(TestDesk::NameOf(request));
  return names;
}
int Mine(const TestDesk& t, const Actor& actor) {
  return Inbox(&t.desk).Summarize(actor)->mine.requests;
}
int Waiting(const TestDesk& t, const Actor& actor) {
  return Inbox(&t.desk).Summarize(actor)->waiting.requests;
}

TEST_CASE("A request moves from tray to tray and leaves the last one", "[inbox]") {
  TestDesk t;
  const std::vector<Actor> people = {Applicant(), ConsumerHead(), Reviewer(), ProviderHead()};
  const auto mine = [&] {
    std::vector<int> counts;
    for (const Actor& actor : people) counts.push_back(Mine(t, actor));
    return counts;
  };
  const auto waiting = [&] {
    std::vector<int> counts;
    for (const Actor& actor : people) counts.push_back(Waiting(t, actor));
    return counts;
  };
  Stored<Request> r = t.Draft();
  const std::string name = t.NameOf(r);
  CHECK(mine() == std::vector<int>{0, 1, 0, 0});
  CHECK(waiting() == std::vector<int>{1, 0, 0, 0});
  r = t.sharing.SignOff(t.By(ConsumerHead()), name, t.EtagOf(r)).value();
  CHECK(mine() == std::vector<int>{1, 0, 0, 0});
  r = t.sharing.Submit(t.By(Applicant()), name, t.EtagOf(r)).value();
  CHECK(mine() == std::vector<int>{0, 0, 1, 0});
  CHECK(waiting() == std::vector<int>{1, 1, 0, 1});
  CHECK(Names(t, Reviewer(), View::kMine) == std::vector<std::string>{name});
  CHECK(Names(t, ProviderHead(), View::kMine).empty());
  CHECK(Names(t, ProviderHead(), View::kWaiting) == std::vector<std::string>{name});
  CHECK(Names(t, Reviewer(), View::kWaiting).empty());
  r = t.sharing.Decide(t.By(Reviewer()), name, t.EtagOf(r),
                       {.verdict = Decision::Verdict::kRefuse, .reason = "不行"})
          .value();
  CHECK(mine() == std::vector<int>{0, 0, 0, 1});
  r = t.sharing.SignOffDecision(t.By(ProviderHead()), name, t.EtagOf(r)).value();
  CHECK(mine() == std::vector<int>{0, 0, 0, 0});
  CHECK(waiting() == std::vector<int>{0, 0, 0, 0});
  CHECK(Names(t, Applicant(), View::kAll) == std::vector<std::string>{name});
}

TEST_CASE("A stranger's inbox is empty whatever he holds", "[inbox]") {
  TestDesk t;
  t.Submitted();
  const Inbox::Summary summary = Inbox(&t.desk).Summarize(Stranger()).value();
  CHECK(summary.mine.requests + summary.due.requests + summary.overdue.requests +
            summary.waiting.requests ==
        0);
  for (const View view : {View::kAll, View::kMine, View::kDue, View::kOverdue, View::kWaiting}) {
    CHECK(Names(t, Stranger(), view).empty());
  }
}

TEST_CASE("Due within two working days comes before overdue, and an answer ends both", "[inbox]") {
  TestDesk t;
  const Stored<Request> r = t.Submitted();
  const std::string name = t.NameOf(r);
  const absl::CivilDay due = r.value.fields().clock->due.day;
  const auto at = [&](absl::CivilDay day) {
    t.clock.Advance(statute::StartOfDay(day) + absl::Hours(10) - t.clock.Now());
  };
  const auto counts = [&] {
    const Inbox::Summary s = Inbox(&t.desk).Summarize(Reviewer()).value();
    return std::vector<int>{s.due.requests, s.overdue.requests};
  };
  CHECK(counts() == std::vector<int>{0, 0});
  at(due);
  CHECK(counts() == std::vector<int>{1, 0});
  CHECK(Names(t, Reviewer(), View::kDue) == std::vector<std::string>{name});
  CHECK(Names(t, Officer(), View::kDue) == std::vector<std::string>{name});
  CHECK(Names(t, Reviewer(), View::kOverdue).empty());
  at(due + 1);
  CHECK(counts() == std::vector<int>{0, 1});
  CHECK(Names(t, Reviewer(), View::kOverdue) == std::vector<std::string>{name});
  CHECK(Names(t, Reviewer(), View::kDue).empty());
  const Stored<Request> decided =
      t.sharing.Decide(t.By(Reviewer()), name, t.EtagOf(r),
                       {.verdict = Decision::Verdict::kRefuse, .reason = "不行"})
          .value();
  CHECK(counts() == std::vector<int>{0, 1});  // the clock runs until the head signed
  REQUIRE(t.sharing.SignOffDecision(t.By(ProviderHead()), name, t.EtagOf(decided)).ok());
  CHECK(counts() == std::vector<int>{0, 0});
}

TEST_CASE("No row of a clock that was stopped is left in the lists of those that run", "[inbox]") {
  TestDesk t;
  const auto rows = [&](const char* prefix) {
    int count = 0;
    (void)t.kv.Scan(prefix, std::string(prefix) + "\xFF",
                    [&](absl::string_view, absl::string_view, uint64_t) { return ++count > 0; });
    return count;
  };
  const Stored<Request> r = t.Submitted();
  CHECK(rows("clock/") > 0);
  CHECK(rows("running/") == 1);
  CHECK(rows("look/") == 1);
  CHECK(rows("ended/") == 0);
  REQUIRE(t.sharing.Withdraw(t.By(Applicant()), t.NameOf(r), t.EtagOf(r)).ok());
  CHECK(rows("clock/") == 0);
  CHECK(rows("running/") == 0);
  CHECK(rows("look/") == 0);
  CHECK(rows("ended/") > 0);
  const absl::CivilDay today = statute::LawDay(t.clock.Now());
  const auto ended = [&](absl::CivilDay from, absl::CivilDay to) {
    return t.store.ListEndedClocks({kCivil}, from, to, "", 10)->values.size();
  };
  CHECK(ended(today, today + 1) == 1);
  CHECK(ended(today - 5, today) == 0);
  CHECK(ended(today + 1, today + 5) == 0);
}

TEST_CASE("A view of few among many is read page by page, each request once", "[inbox]") {
  TestDesk t;
  for (int i = 0; i < 25; ++i) {
    t.clock.Advance(absl::Seconds(1));
    const Stored<Request> r = t.Submitted();
    if (i % 5 == 0) continue;
    REQUIRE(t.sharing.Withdraw(t.By(Applicant()), t.NameOf(r), t.EtagOf(r)).ok());
  }
  const Inbox inbox(&t.desk);
  for (const View view : {View::kMine, View::kAll}) {
    std::set<std::string> seen;
    std::string cursor;
    int pages = 0;
    do {
      const Page<Request> page =
          inbox.List(Reviewer(), view, cursor, 2, [](const Request&) { return true; }).value();
      for (const Stored<Request>& r : page.values) CHECK(seen.insert(t.NameOf(r)).second);
      cursor = page.next;
      ++pages;
    } while (!cursor.empty());
    CHECK(seen.size() == (view == View::kMine ? 5u : 25u));
    CHECK(pages == (view == View::kMine ? 3 : 13));
  }
  CHECK(Mine(t, Reviewer()) == 5);
}

}  // namespace
}  // namespace shareway::sharing
