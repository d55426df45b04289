// SPDX-License-Identifier: Apache-2.0
// The pool: nothing that blocks holds up the rest, nobody holds up others, nothing is lost.
#include "libs/rpc/pool.h"

#include <atomic>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"

namespace shareway::rpc {
namespace {

std::string Caller(int number) { return absl::StrCat("agencies/", number, "/nodes/n1"); }

TEST_CASE("Work that blocks although it should not holds up no other", "[rpc]") {
  constexpr int kBlocked = 12;
  absl::Notification go_on, ran;
  absl::BlockingCounter began(kBlocked);
  Pool pool(16, 1000);
  for (int i = 0; i < kBlocked; ++i) {
    REQUIRE(pool.RunSoon(Caller(i % 4), [&] {
      began.DecrementCount();
      go_on.WaitForNotification();
    }));
  }
  began.Wait();  // all of them block at once
  REQUIRE(pool.RunSoon(Caller(0), [&] { ran.Notify(); }));
  ran.WaitForNotification();
  go_on.Notify();
}

TEST_CASE("Work that may block begins beside work that does", "[rpc]") {
  absl::Notification go_on;
  absl::BlockingCounter began(15);
  Pool pool(16, 1000);
  for (int i = 0; i < 15; ++i) {
    auto work = [&] {
      began.DecrementCount();
      go_on.WaitForNotification();
    };
    const std::string caller = Caller(i % 4);
    REQUIRE((i % 2 == 0 ? pool.Run(caller, work) : pool.RunSoon(caller, work)));
  }
  began.Wait();
  go_on.Notify();
}

TEST_CASE("All that a pool took runs once, also what waits when it is destroyed", "[rpc]") {
  std::atomic<int> ran = 0;
  int taken = 0;
  {
    Pool pool(3, 100000);
    for (int i = 0; i < 20000; ++i) {
      const std::string caller = Caller(i % 5);
      taken += i % 7 == 0 ? pool.Run(caller, [&] { ++ran; }) : pool.RunSoon(caller, [&] { ++ran; });
    }
  }
  CHECK(taken == 20000);
  CHECK(ran == taken);
}

TEST_CASE("A pool whose queue is full takes no more, and takes again once there is room", "[rpc]") {
  absl::Notification go_on;
  absl::BlockingCounter began(1);
  Pool pool(1, 2);
  REQUIRE(pool.RunSoon("a", [&] {
    began.DecrementCount();
    go_on.WaitForNotification();
  }));
  began.Wait();
  absl::BlockingCounter rest(3);
  CHECK(pool.RunSoon("a", [&] { rest.DecrementCount(); }));
  CHECK(pool.Run("a", [&] { rest.DecrementCount(); }));
  CHECK_FALSE(pool.RunSoon("a", [] {}));
  CHECK_FALSE(pool.Run("a", [] {}));
  // Others did not fill it.
  CHECK(pool.Run("b", [&] { rest.DecrementCount(); }));
  CHECK_FALSE(pool.Run("b", [] {}));
  go_on.Notify();
  rest.Wait();
  absl::Notification again;
  CHECK(pool.RunSoon("a", [&] { again.Notify(); }));
  again.WaitForNotification();
}

TEST_CASE("Who fills the pool with work that blocks holds up nobody else", "[rpc]") {
  absl::Notification go_on;
  absl::BlockingCounter began(4), ended(100), others(50);
  std::atomic<int> started = 0, running = 0, most = 0;
  Pool pool(16, 1000);
  for (int i = 0; i < 100; ++i) {
    auto work = [&] {
      const int now = ++running;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
      if (++started <= 4) began.DecrementCount();
      go_on.WaitForNotification();
      --running;
      ended.DecrementCount();
    };
    REQUIRE((i % 2 == 0 ? pool.Run("greedy", work) : pool.RunSoon("greedy", work)));
  }
  began.Wait();
  // More than there are threads: all of it ends while the other's work blocks.
  for (int i = 0; i < 50; ++i) {
    auto work = [&] { others.DecrementCount(); };
    REQUIRE((i % 2 == 0 ? pool.Run(Caller(i % 3), work) : pool.RunSoon(Caller(i % 3), work)));
  }
  others.Wait();
  CHECK(running == 4);
  go_on.Notify();
  ended.Wait();
  CHECK(most == 4);
}

TEST_CASE("Callers take turns, and the work of each begins in the order in which it came",
          "[rpc]") {
  absl::Notification go_on;
  absl::BlockingCounter began(1), ended(9);
  std::string order;  // one thread writes it
  Pool pool(1, 1000);
  REQUIRE(pool.Run("first", [&] {
    began.DecrementCount();
    go_on.WaitForNotification();
  }));
  began.Wait();
  const auto put = [&](const std::string& caller, const std::string& name) {
    REQUIRE(pool.Run(caller, [&order, &ended, name] {
      order += name + " ";
      ended.DecrementCount();
    }));
  };
  for (int i = 1; i <= 5; ++i) put("a", absl::StrCat("a", i));
  for (int i = 1; i <= 3; ++i) put("b", absl::StrCat("b", i));
  put("first", "f1");
  go_on.Notify();
  ended.Wait();
  CHECK(order == "a1 b1 f1 a2 b2 a3 b3 a4 a5 ");
}

}  // namespace
}  // namespace shareway::rpc
