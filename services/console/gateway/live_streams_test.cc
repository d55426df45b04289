// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/live_streams.h"

#include <atomic>
#include <set>

#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"

namespace shareway::console {
namespace {

struct Sessions {
  absl::Mutex mutex;
  std::set<std::string> over ABSL_GUARDED_BY(mutex);
  std::atomic<bool> away = false;
  std::atomic<int> asked = 0;

  absl::Status Stands(const LiveStreams::Holder& holder) {
    ++asked;
    if (away) return absl::UnavailableError("away");
    absl::MutexLock lock(&mutex);
    return over.count(holder.token) > 0 ? absl::UnauthenticatedError("over") : absl::OkStatus();
  }
  void EndOne(const std::string& token) {
    absl::MutexLock lock(&mutex);
    over.insert(token);
  }
};

TEST_CASE("a session that ends takes its streams with it, and no others") {
  Sessions sessions;
  LiveStreams live([&](const auto& holder) { return sessions.Stands(holder); }, absl::Hours(1));
  absl::Notification first, second;
  std::atomic<int> others = 0;
  const auto a = live.Add({.token = "a"}, [&](const absl::Status& why) {
    CHECK(absl::IsUnauthenticated(why));
    first.Notify();
  });
  const auto again = live.Add({.token = "a"}, [&](const absl::Status&) { second.Notify(); });
  const auto b = live.Add({.token = "b"}, [&](const absl::Status&) { ++others; });
  sessions.EndOne("a");
  live.LookSoon();
  first.WaitForNotification();
  second.WaitForNotification();
  CHECK(others == 0);
}

TEST_CASE("sessions are asked for by the clock, without being told to") {
  Sessions sessions;
  sessions.EndOne("a");
  LiveStreams live([&](const auto& holder) { return sessions.Stands(holder); },
                   absl::Milliseconds(1));
  absl::Notification ended;
  std::atomic<bool> told = false;
  const auto a = live.Add({.token = "a"}, [&](const absl::Status&) {
    if (!told.exchange(true)) ended.Notify();
  });
  ended.WaitForNotification();
}

TEST_CASE("who cannot be asked ends nothing") {
  Sessions sessions;
  sessions.away = true;
  sessions.EndOne("a");
  LiveStreams live([&](const auto& holder) { return sessions.Stands(holder); },
                   absl::Milliseconds(1));
  absl::Notification ended;
  std::atomic<bool> told = false;
  const auto a = live.Add({.token = "a"}, [&](const absl::Status&) {
    CHECK_FALSE(sessions.away);
    if (!told.exchange(true)) ended.Notify();
  });
  while (sessions.asked < 3) std::this_thread::yield();
  CHECK_FALSE(told);
  sessions.away = false;
  ended.WaitForNotification();
}

TEST_CASE("at the end everything ends, and nothing begins") {
  Sessions sessions;
  LiveStreams live([&](const auto& holder) { return sessions.Stands(holder); }, absl::Hours(1));
  int ended = 0;
  const auto a = live.Add({.token = "a"}, [&](const absl::Status&) { ++ended; });
  auto gone = live.Add({.token = "a"}, [&](const absl::Status&) { ended += 10; });
  gone.reset();
  live.EndAll(absl::UnavailableError("stops"));
  CHECK(ended == 1);
  CHECK(live.Add({.token = "b"}, [&](const absl::Status&) { ++ended; }) == nullptr);
  CHECK(ended == 2);
}

}  // namespace
}  // namespace shareway::console
