// SPDX-License-Identifier: Apache-2.0
#include "tests/support/history.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "catch2/catch.hpp"

namespace shareway::testing {
namespace {

const absl::Time kAcknowledged = absl::FromUnixSeconds(1'800'000'000);

absl::Time At(int64_t milliseconds) { return kAcknowledged + absl::Milliseconds(milliseconds); }

History::Revocation Revocation() {
  return {.grant = "grants/g", .asked = At(-20), .acknowledged = At(0)};
}

History::Delivery Delivery(int64_t sent, int64_t answered, const char* exchange = "e/1") {
  return {.grant = "grants/g", .exchange = exchange, .sent = At(sent), .answered = At(answered)};
}

TEST_CASE("A history that keeps the promise has no violation, and its figures", "[history]") {
  History history;
  history.Revoked(Revocation());
  history.Delivered(Delivery(-2'000, -1'990));
  history.Delivered(Delivery(-10, 900, "e/2"));
  history.Recorded("e/2", At(850));
  history.Delivered(Delivery(-5, 30'000, "e/3"));  // a caller that was slow to take it
  history.Recorded("e/3", At(-1));
  CHECK(history.unrecorded() == 1);
  history.Recorded("e/1", At(-1'995));
  CHECK(history.unrecorded() == 0);
  history.Streamed("grants/g", At(700));
  history.Refused("grants/g", At(950));
  history.Delivered({.grant = "grants/other", .sent = At(9'000), .answered = At(9'010)});
  const History::Verdict verdict = history.Check();
  CHECK(verdict.violations.empty());
  CHECK(verdict.histories == 1);
  CHECK(verdict.connected == 1);
  CHECK(verdict.deliveries == 3);
  CHECK(verdict.after == 1);
  CHECK(verdict.longest_connected == absl::Milliseconds(850));
  CHECK(verdict.longest_apart == -absl::InfiniteDuration());
  CHECK(verdict.longest_stream == absl::Milliseconds(700));
}

TEST_CASE("Each way to break the promise is found, and said", "[history]") {
  struct Case {
    const char* says;
    std::function<void(History*)> spoil;
  };
  const Case cases[] = {
      {"began 1.001s after the acknowledged revocation, want at most 1s, connected",
       [](History* h) { h->Delivered(Delivery(1'001, 1'020)); }},
      {"began 1.2s after",
       [](History* h) {  // sent in time, but the provider's evidence is late
         h->Delivered(Delivery(-30, 1'300));
         h->Recorded("e/1", At(1'200));
       }},
      {"began 5.001s after the acknowledged revocation, want at most 5s, apart",
       [](History* h) {
         h->Apart(At(-1'000), At(8'000));
         h->Delivered(Delivery(5'001, 5'002));
       }},
      {"began 5.001s after the acknowledged revocation, want at most 5s, apart",
       [](History* h) {  // apart for a moment only, within the second after
         h->Apart(At(990), At(995));
         h->Delivered(Delivery(5'001, 5'002));
       }},
      {"want at most 1s, connected",
       [](History* h) {  // what came apart long before or after is no excuse
         h->Apart(At(-9'000), At(-21));
         h->Apart(At(1'001), At(8'000));
         h->Delivered(Delivery(1'002, 1'003));
       }},
      {"after its node had confirmed",
       [](History* h) {
         History::Revocation revoked = Revocation();
         revoked.confirmed = true;
         h->Revoked(revoked);
         h->Delivered(Delivery(1, 10));
       }},
      {"began 1ms after the time from which",
       [](History* h) {
         h->Apart(At(-1'000), At(8'000));
         History::Revocation revoked = Revocation();
         revoked.dead = At(4'000);
         h->Revoked(revoked);
         h->Delivered(Delivery(4'001, 4'002));
       }},
      {"a part of a stream came 5.1s after",
       [](History* h) { h->Streamed("grants/g", At(5'100)); }},
      {"after a caller was told of the revocation, and answered",
       [](History* h) {
         h->Refused("grants/g", At(200));
         h->Refused("grants/g", At(100));
         h->Refused("grants/g", At(300));
         h->Delivered(Delivery(150, 160));
       }},
      {"evidence was made 5ms after its answer",
       [](History* h) {
         h->Delivered(Delivery(-30, -25));
         h->Recorded("e/1", At(-20));
       }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.says);
    History history;
    history.Revoked(Revocation());
    c.spoil(&history);
    const History::Verdict verdict = history.Check();
    REQUIRE(verdict.violations.size() == 1);
    INFO(verdict.violations[0]);
    CHECK(absl::StrContains(verdict.violations[0], c.says));
  }
}

TEST_CASE("A node apart from sharing may deliver until the longer bound", "[history]") {
  History history;
  history.Revoked(Revocation());
  history.Apart(At(-100), At(-19));  // it touches the call of RevokeGrant
  history.Delivered(Delivery(4'900, 4'910));
  const History::Verdict verdict = history.Check();
  CHECK(verdict.violations.empty());
  CHECK(verdict.connected == 0);
  CHECK(verdict.longest_apart == absl::Milliseconds(4'900));
}

TEST_CASE("Verdicts add up", "[history]") {
  History::Verdict sum;
  sum.Add({.violations = {"a"}, .histories = 1, .connected = 1, .deliveries = 3, .after = 2,
           .longest_connected = absl::Milliseconds(30)});
  sum.Add({.violations = {"b"}, .histories = 2, .connected = 0, .deliveries = 4, .after = 0,
           .longest_connected = absl::Milliseconds(10),
           .longest_apart = absl::Milliseconds(3'200)});
  CHECK(sum.violations == std::vector<std::string>{"a", "b"});
  CHECK(sum.text() ==
        "3 revocations, 1 of them at connected nodes, 7 deliveries, 2 begun after the "
        "acknowledgement; the last one after 30ms connected, 3.2s apart, the last part of a "
        "stream after none");
}

}  // namespace
}  // namespace shareway::testing
