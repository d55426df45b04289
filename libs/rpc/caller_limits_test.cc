// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/caller_limits.h"

#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/error.h"
#include "libs/base/fake_clock.h"
#include "libs/log/log.h"
#include "libs/rpc/credentials.h"
#include "libs/rpc/test_world.h"
#include "libs/rpc/tls_source.h"

namespace shareway::rpc {
namespace {

std::string NodeName() { return absl::StrCat(kAgency, "/nodes/n1"); }

using Passes = std::vector<std::unique_ptr<CallerLimits::Pass>>;

// The value that a refusal names under `key`; empty if it is no refusal by a limit.
std::string Refused(const absl::Status& status, const std::string& key = "caller") {
  const auto details = DetailsOf(status);
  if (!absl::IsResourceExhausted(status) || !details || details->reason != Reason::kRateLimited) {
    return "";
  }
  const auto it = details->metadata.find(key);
  return it == details->metadata.end() ? "none" : it->second;
}

TEST_CASE("A caller has its calls in progress and not one more", "[rpc][limits]") {
  FakeClock clock;
  CallerLimits limits({.concurrent = 2}, &clock);
  Passes passes;
  for (int i = 0; i < 2; ++i) passes.push_back(*limits.Enter("a"));
  CHECK(Refused(limits.Enter("a").status()) == "a");
  CHECK(limits.Enter("b").ok());
  passes.pop_back();
  CHECK(limits.Enter("a").ok());
}

TEST_CASE("An answered call is not in progress, however late it ends", "[rpc][limits]") {
  FakeClock clock;
  CallerLimits limits({.concurrent = 2}, &clock);
  Passes passes;
  const auto answered = [&] {
    auto pass = limits.Enter("a");
    if (!pass.ok()) return false;
    limits.GiveAnswer(pass->get(), 1, [] {});
    passes.push_back(*std::move(pass));
    return true;
  };
  // Yet one who takes no answers leaves eight for each call that it may have.
  while (answered()) continue;
  CHECK(passes.size() == 16);
  passes.pop_back();
  CHECK(answered());
  passes.clear();
  for (int i = 0; i < 2; ++i) passes.push_back(*limits.Enter("a"));
  CHECK(Refused(limits.Enter("a").status()) == "a");
}

TEST_CASE("A caller begins its burst at once and its rate afterwards", "[rpc][limits]") {
  FakeClock clock;
  CallerLimits limits({.per_second = 10, .burst = 5}, &clock);
  auto served = [&](int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += limits.Enter("a").ok();
    return count;
  };
  CHECK(served(20) == 5);
  clock.Advance(absl::Milliseconds(300));
  CHECK(served(20) == 3);
  clock.Advance(absl::Hours(1));
  CHECK(served(20) == 5);
}

TEST_CASE("Who begins calls too fast is told when it may go on", "[rpc][limits]") {
  FakeClock clock;
  CallerLimits slow({.per_second = 0.25, .burst = 1}, &clock);
  REQUIRE(slow.Enter("a").ok());
  CHECK(Refused(slow.Enter("a").status(), "retry_after_seconds") == "4");
  // What ends before the usual advice does is not told.
  CallerLimits fast({.per_second = 100, .burst = 1}, &clock);
  REQUIRE(fast.Enter("a").ok());
  CHECK(Refused(fast.Enter("a").status(), "retry_after_seconds") == "none");
}

TEST_CASE("One caller at ten times its rate takes nothing from nine others", "[rpc][limits]") {
  FakeClock clock;
  CallerLimits limits({.concurrent = 8, .per_second = 100, .burst = 10}, &clock);
  std::map<std::string, int> served, refused;
  for (int tick = 0; tick < 10'000; ++tick) {  // of a millisecond
    clock.Advance(absl::Milliseconds(1));
    if (tick % 10 == 0) {
      for (int i = 1; i <= 9; ++i) {
        const std::string name = absl::StrCat("caller-", i);
        ++(limits.Enter(name).ok() ? served : refused)[name];
      }
    }
    ++(limits.Enter("greedy").ok() ? served : refused)["greedy"];
  }
  for (int i = 1; i <= 9; ++i) {
    CHECK(served[absl::StrCat("caller-", i)] == 1000);
    CHECK(refused[absl::StrCat("caller-", i)] == 0);
  }
  CHECK(served["greedy"] >= 1000);
  CHECK(served["greedy"] <= 1010);
}

TEST_CASE("A caller holds so many bytes of requests and untaken answers", "[rpc][limits]") {
  FakeClock clock;
  CallerLimits limits({.bytes = 100}, &clock);
  auto first = *limits.Enter("a");
  CHECK(limits.TakeRequest(first.get(), 60).ok());
  {
    auto second = *limits.Enter("a");
    CHECK(Refused(limits.TakeRequest(second.get(), 60)) == "a");
    auto other = *limits.Enter("b");
    CHECK(limits.TakeRequest(other.get(), 60).ok());
  }
  // An answer is given in any case; the next call waits until it is taken.
  limits.GiveAnswer(first.get(), 1000, [] {});
  CHECK(Refused(limits.Enter("a").status()) == "a");
  first.reset();
  auto alone = *limits.Enter("a");
  CHECK(limits.TakeRequest(alone.get(), 1000).ok());
}

TEST_CASE("An answer that nobody takes is cut once, and ends on any thread", "[rpc][limits]") {
  const bool ends_itself = GENERATE(true, false);
  CallerLimits limits({.stalled = absl::Milliseconds(40)}, &SystemClock());
  std::atomic<int> cuts = 0;
  absl::Notification cut;
  std::unique_ptr<CallerLimits::Pass> stalled = *limits.Enter("a");
  auto taken = *limits.Enter("a");
  limits.GiveAnswer(taken.get(), 1, [&] { FAIL("the answer was taken"); });
  limits.GiveAnswer(stalled.get(), 1, [&] {
    ++cuts;
    if (ends_itself) stalled.reset();
    cut.Notify();
  });
  taken.reset();
  REQUIRE(cut.WaitForNotificationWithTimeout(absl::Seconds(10)));
  stalled.reset();
  CHECK(cuts == 1);
}

// Asks for a large answer and reads nothing of it.
class SilentReader final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  SilentReader(grpc::GenericStub* stub, const std::string& path, const std::string& request) {
    grpc::Slice slice(request);
    request_ = grpc::ByteBuffer(&slice, 1);
    stub->PrepareBidiStreamingCall(&context_, path, {}, this);
    StartWriteLast(&request_, grpc::WriteOptions());
    AddHold();  // until the end: nothing else is under way
    StartCall();
  }
  void OnDone(const grpc::Status& status) override {
    ended = status;
    done.Notify();
  }
  void End() { RemoveHold(); }
  void Read() { StartRead(&answer_); }

  grpc::Status ended;
  absl::Notification done;

 private:
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, answer_;
};

TEST_CASE("A caller that reads no answers is cut and its memory given back", "[rpc][limits]") {
  World world({.bytes = 3 << 20, .stalled = absl::Milliseconds(200)});
  // Each is cut by a clock of its own.
  static std::atomic<int> cut;
  cut = 0;
  log::SetSink([](absl::string_view line) {
    if (absl::StrContains(line, "untaken-answer-cut")) ++cut;
  });
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetMaxReceiveMessageSize(64 << 20);
  const std::shared_ptr<TlsSource> tls = *TlsSource::Of(world.node.tls);
  const auto channel = grpc::CreateCustomChannel(
      absl::StrCat("127.0.0.1:", world.server->port()),
      ClientTls(*tls, "shareway://test/service/catalog"), arguments);
  grpc::GenericStub stub(channel);
  catalog::v1::GetAgencyRequest large;
  large.set_name("large");
  std::vector<std::unique_ptr<SilentReader>> readers;
  for (int i = 0; i < 3; ++i) {
    readers.push_back(
        std::make_unique<SilentReader>(&stub, Path("GetAgency"), large.SerializeAsString()));
  }
  // All that the caller may have is stuck; the others are served.
  while (world.large < 3) std::this_thread::yield();
  CHECK(Refused(world.Get(world.node).status()) == NodeName());
  CHECK(world.Get(world.officer).ok());
  // Then it is cut, and served again.
  const absl::Time limit = absl::Now() + absl::Seconds(10);
  while (!world.Get(world.node).ok() && absl::Now() < limit) std::this_thread::yield();
  CHECK(world.Get(world.node).ok());
  while (cut < 3 && absl::Now() < limit) std::this_thread::yield();
  for (auto& reader : readers) {
    reader->Read();
    reader->End();
    REQUIRE(reader->done.WaitForNotificationWithTimeout(absl::Seconds(10)));
    CHECK_FALSE(reader->ended.ok());
  }
}

TEST_CASE("A stream that its caller does not take is cut after the same time", "[rpc][limits]") {
  World world({.stalled = absl::Milliseconds(200)});
  catalog::v1::DirectoryChange change;
  change.mutable_agency()->set_authorising_law(std::string(2 << 20, 'x'));
  {
    absl::MutexLock lock(&world.mutex);
    world.feed = {change, change};
  }
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetMaxReceiveMessageSize(64 << 20);
  const std::shared_ptr<TlsSource> tls = *TlsSource::Of(world.node.tls);
  grpc::GenericStub stub(grpc::CreateCustomChannel(
      absl::StrCat("127.0.0.1:", world.server->port()),
      ClientTls(*tls, "shareway://test/service/catalog"), arguments));
  SilentReader reader(&stub, Path("WatchDirectory"),
                      catalog::v1::WatchDirectoryRequest().SerializeAsString());
  {
    const auto cut = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(world.mutex) {
      return !world.refused.empty();
    };
    absl::MutexLock lock(&world.mutex);
    REQUIRE(world.mutex.AwaitWithTimeout(absl::Condition(&cut), absl::Seconds(10)));
  }
  reader.Read();
  reader.End();
  REQUIRE(reader.done.WaitForNotificationWithTimeout(absl::Seconds(10)));
  CHECK_FALSE(reader.ended.ok());
}

TEST_CASE("Whom the server refuses for want of room is told to somebody", "[rpc][limits]") {
  World world({.per_second = 0.001, .burst = 2});
  for (int i = 0; i < 2; ++i) REQUIRE(world.Get(world.node).ok());
  for (int i = 0; i < 3; ++i) CHECK(Refused(world.Get(world.node).status()) != "");
  CHECK(world.Get(world.officer).ok());
  absl::MutexLock lock(&world.mutex);
  CHECK(world.refused == std::vector<std::string>(3, NodeName() + " RATE_LIMITED"));
}

TEST_CASE("A connection without calls is closed, and opened again for the next", "[rpc][limits]") {
  World world({}, absl::Milliseconds(100));
  const std::shared_ptr<TlsSource> tls = *TlsSource::Of(world.node.tls);
  const auto channel =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", world.server->port()),
                          ClientTls(*tls, "shareway://test/service/catalog"));
  const auto until = [&](grpc_connectivity_state state) {
    const auto limit = std::chrono::system_clock::now() + std::chrono::seconds(10);
    for (grpc_connectivity_state now = channel->GetState(true); now != state;) {
      if (!channel->WaitForStateChange(now, limit)) return false;
      now = channel->GetState(state == GRPC_CHANNEL_READY);
    }
    return true;
  };
  REQUIRE(until(GRPC_CHANNEL_READY));
  CHECK(until(GRPC_CHANNEL_IDLE));
  CHECK(until(GRPC_CHANNEL_READY));
}

}  // namespace
}  // namespace shareway::rpc
