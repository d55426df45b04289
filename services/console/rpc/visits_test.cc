// SPDX-License-Identifier: Apache-2.0
// People at a gateway: when the console is asked for them, and what ends their visits.
#include "services/console/rpc/visits.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/base/fake_clock.h"
#include "libs/evidence/record.h"
#include "services/console/domain/examples.h"
#include "services/console/gateway/test_channel.h"

namespace shareway::console {
namespace {

const std::string kCode(43, 'c');
const Visitor kDesk = {.address = "10.1.2.3"};

struct Lobby {
  Lobby() {
    console->answer = [this](const TestChannel::Asked& asked) -> absl::StatusOr<std::string> {
      if (!down.ok()) return down;
      v1::GatewayEntry entry;
      entry.set_pass(absl::StrCat("pass ", ++passes));
      *entry.mutable_pass_end_time() = evidence::ToTimestamp(clock.Now() + absl::Minutes(5));
      if (asked.path == "/shareway.console.v1.SessionService/RedeemEntryCode") {
        v1::RedeemEntryCodeRequest request;
        REQUIRE(request.ParseFromString(asked.request));
        CHECK(request.code() == kCode);
        entry.set_handle(absl::StrCat("handle ", passes));
      } else {
        v1::RenewPassRequest request;
        REQUIRE(request.ParseFromString(asked.request));
        handles.push_back(request.handle());
      }
      entry.mutable_session()->set_name(session);
      entry.mutable_session()->set_person("people/clerk");
      *entry.mutable_session()->mutable_end_time() = evidence::ToTimestamp(end);
      return entry.SerializeAsString();
    };
  }
  std::string PassOf(const std::string& token, const Visitor& from = kDesk) {
    const absl::StatusOr<WebSession> session_now = visits.Use(from, token);
    return session_now.ok() ? session_now->pass
                            : std::string(ReasonName(ReasonOf(session_now.status())));
  }

  FakeClock clock;
  std::shared_ptr<TestChannel> console = std::make_shared<TestChannel>();
  absl::Status down;
  int passes = 0;
  std::string session = "sessions/s1";
  std::vector<std::string> handles;
  absl::Time end = clock.Now() + absl::Hours(8);
  Visits visits{console, &clock};
};

TEST_CASE("A pass is renewed when it is used and older than two minutes", "[visits]") {
  Lobby lobby;
  const std::string token = lobby.visits.Enter(kDesk, kCode).value();
  CHECK(token.size() == 43);
  CHECK(lobby.PassOf(token) == "pass 1");
  lobby.clock.Advance(absl::Minutes(2) - absl::Seconds(1));
  CHECK(lobby.PassOf(token) == "pass 1");
  lobby.clock.Advance(absl::Seconds(1));
  CHECK(lobby.PassOf(token) == "pass 2");
  CHECK(lobby.PassOf(token) == "pass 2");
  // A clock that is set neither renews nor spares it.
  lobby.clock.Jump(absl::Hours(1));
  CHECK(lobby.PassOf(token) == "pass 2");
  lobby.clock.Advance(absl::Hours(1));
  CHECK(lobby.PassOf(token) == "pass 3");
  CHECK(lobby.handles == std::vector<std::string>{"handle 1", "handle 1"});
  v1::Session session;
  REQUIRE(session.ParseFromString(lobby.visits.SessionOf(kDesk, token).value()));
  CHECK(session.person() == "people/clerk");
}

TEST_CASE("A visit ends with its session, and nothing is asked for it any more", "[visits]") {
  Lobby lobby;
  const std::string token = lobby.visits.Enter(kDesk, kCode).value();
  lobby.clock.Advance(absl::Minutes(2));
  lobby.down = Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated, "over");
  CHECK(lobby.PassOf(token) == "SESSION_OVER");
  const size_t asked = lobby.console->asked().size();
  lobby.down = absl::OkStatus();
  CHECK(lobby.PassOf(token) == "SESSION_OVER");
  CHECK_FALSE(lobby.visits.Stands(kDesk, token).ok());
  CHECK(lobby.console->asked().size() == asked);

  const std::string second = lobby.visits.Enter(kDesk, kCode).value();
  lobby.clock.Advance(absl::Hours(8));
  CHECK_FALSE(lobby.visits.Stands(kDesk, second).ok());
  CHECK(lobby.PassOf(second) == "SESSION_OVER");
  CHECK(lobby.console->asked().size() == asked + 1);
}

TEST_CASE("While the console is away a pass goes on until it is over", "[visits]") {
  Lobby lobby;
  const std::string token = lobby.visits.Enter(kDesk, kCode).value();
  lobby.down = absl::UnavailableError("away");
  lobby.clock.Advance(absl::Minutes(4));
  CHECK(lobby.PassOf(token) == "pass 1");
  lobby.clock.Advance(absl::Minutes(1));
  CHECK(lobby.PassOf(token) == "NOT_READY");
  // Nor is a gateway that the console does not know any more told that its people left.
  lobby.down = Error(Reason::kKeyRevoked, absl::StatusCode::kUnauthenticated, "revoked");
  CHECK(lobby.PassOf(token) == "NOT_READY");
  lobby.down = absl::OkStatus();
  CHECK(lobby.PassOf(token) == "pass 2");
}

TEST_CASE("A cookie is of no use from another network, and ends there", "[visits]") {
  Lobby lobby;
  const std::string token = lobby.visits.Enter(kDesk, kCode).value();
  CHECK(lobby.PassOf(token, {.address = "10.1.2.99"}) == "pass 1");
  CHECK_FALSE(lobby.visits.Stands({.address = "10.9.9.9"}, token).ok());
  CHECK(lobby.visits.Stands(kDesk, token).ok());
  CHECK(lobby.PassOf(token, {.address = "10.9.9.9"}) == "SESSION_ELSEWHERE");
  CHECK(lobby.PassOf(token) == "SESSION_OVER");
}

TEST_CASE("Who leaves is gone, and who enters once more has the new cookie alone", "[visits]") {
  Lobby lobby;
  const std::string first = lobby.visits.Enter(kDesk, kCode).value();
  const std::string second = lobby.visits.Enter(kDesk, kCode).value();
  CHECK(lobby.PassOf(first) == "SESSION_OVER");
  CHECK(lobby.PassOf(second) == "pass 2");
  lobby.session = "sessions/s2";
  const std::string other = lobby.visits.Enter(kDesk, kCode).value();
  CHECK(lobby.PassOf(second) == "pass 2");
  lobby.visits.Leave(second);
  CHECK(lobby.PassOf(second) == "SESSION_OVER");
  CHECK(lobby.PassOf(other) == "pass 3");
  lobby.visits.Leave("never told");
  lobby.down = Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated, "no such code");
  CHECK(ReasonOf(lobby.visits.Enter(kDesk, kCode).status()) == Reason::kSessionOver);
}

TEST_CASE("Of calls at the same time one renews, and the others go on or wait", "[visits]") {
  Lobby lobby;
  const std::string token = lobby.visits.Enter(kDesk, kCode).value();
  absl::Notification asked, answer;
  const auto told = lobby.console->answer;
  lobby.console->answer = [&](const TestChannel::Asked& request) {
    asked.Notify();
    answer.WaitForNotification();
    return told(request);
  };
  lobby.clock.Advance(absl::Minutes(2));
  std::string renewed, waited;
  std::thread renews([&] { renewed = lobby.PassOf(token); });
  asked.WaitForNotification();
  CHECK(lobby.PassOf(token) == "pass 1");  // still good
  lobby.clock.Advance(absl::Minutes(3));
  std::thread waits([&] { waited = lobby.PassOf(token); });
  answer.Notify();
  renews.join();
  waits.join();
  CHECK(renewed == "pass 2");
  CHECK(waited == "pass 2");
}

TEST_CASE("Whoever knocks is not taken to the console with what is no code, nor in crowds",
          "[visits]") {
  Lobby lobby;
  for (const std::string& code : {std::string(), std::string(42, 'c'), std::string(44, 'c'),
                                  std::string(42, 'c') + "%"}) {
    CHECK(ReasonOf(lobby.visits.Enter(kDesk, code).status()) == Reason::kSessionOver);
  }
  CHECK(lobby.console->asked().empty());

  absl::Notification answer;
  lobby.console->answer = [&](const TestChannel::Asked&) -> absl::StatusOr<std::string> {
    answer.WaitForNotification();
    return absl::UnavailableError("away");
  };
  std::vector<std::thread> knocking;
  for (int i = 0; i < 4; ++i) {
    knocking.emplace_back([&] { (void)lobby.visits.Enter(kDesk, kCode); });
  }
  while (lobby.console->asked().size() < 4) std::this_thread::yield();
  CHECK(ReasonOf(lobby.visits.Enter(kDesk, kCode).status()) == Reason::kOverloaded);
  answer.Notify();
  for (std::thread& one : knocking) one.join();
  CHECK(absl::IsUnavailable(lobby.visits.Enter(kDesk, kCode).status()));
}

}  // namespace
}  // namespace shareway::console
