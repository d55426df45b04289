// SPDX-License-Identifier: Apache-2.0
// The pool: nothing that blocks holds up the rest, nothing is lost.
#include "libs/rpc/pool.h"

#include <atomic>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"

namespace shareway::rpc {
namespace {

TEST_CASE("Work that blocks although it should not holds up no other", "[rpc]") {
  constexpr int kBlocked = 12;
  absl::Notification go_on, ran;
  absl::BlockingCounter began(kBlocked);
  Pool pool(16, 1000);
  for (int i = 0; i < kBlocked; ++i) {
    REQUIRE(pool.RunSoon([&] {
      began.DecrementCount();
      go_on.WaitForNotification();
    }));
  }
  began.Wait();  // all of them block at once
  REQUIRE(pool.RunSoon([&] { ran.Notify(); }));
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
    REQUIRE((i % 2 == 0 ? pool.Run(work) : pool.RunSoon(work)));
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
      taken += i % 7 == 0 ? pool.Run([&] { ++ran; }) : pool.RunSoon([&] { ++ran; });
    }
  }
  CHECK(taken == 20000);
  CHECK(ran == taken);
}

TEST_CASE("A pool whose queue is full takes no more, and takes again once there is room", "[rpc]") {
  absl::Notification go_on;
  absl::BlockingCounter began(1);
  Pool pool(1, 2);
  REQUIRE(pool.RunSoon([&] {
    began.DecrementCount();
    go_on.WaitForNotification();
  }));
  began.Wait();
  absl::BlockingCounter rest(2);
  CHECK(pool.RunSoon([&] { rest.DecrementCount(); }));
  CHECK(pool.Run([&] { rest.DecrementCount(); }));
  CHECK_FALSE(pool.RunSoon([] {}));
  CHECK_FALSE(pool.Run([] {}));
  go_on.Notify();
  rest.Wait();
  absl::Notification again;
  CHECK(pool.RunSoon([&] { again.Notify(); }));
  again.WaitForNotification();
}

}  // namespace
}  // namespace shareway::rpc
