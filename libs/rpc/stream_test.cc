// SPDX-License-Identifier: Apache-2.0
// Calls that hold no thread, against a server over real mTLS.
#include "libs/rpc/stream.h"

#include <utility>

#include "libs/rpc/test_world.h"

namespace shareway::rpc {
namespace {

using Next = absl::StatusOr<std::optional<std::string>>;

// The changes 1 to n, of which the last ends the stream.
void Fill(World* world, uint64_t n) {
  absl::MutexLock lock(&world->mutex);
  for (uint64_t i = 1; i <= n; ++i) {
    DirectoryChange change;
    change.mutable_revision()->set_number(i);
    world->feed.push_back(change);
  }
}

bool Written(RawStream* stream, const std::string& bytes) {
  absl::Notification told;
  bool ok = false;
  stream->Write(bytes, true, [&](bool written) {
    ok = written;
    told.Notify();
  });
  told.WaitForNotification();
  return ok;
}

Next ReadOne(RawStream* stream) {
  absl::Notification told;
  Next out = absl::UnknownError("not told");
  stream->Read([&](Next next) {
    out = std::move(next);
    told.Notify();
  });
  told.WaitForNotification();
  return out;
}

TEST_CASE("A stream's messages come when they are asked for, and its end after them") {
  World world;
  world.end = 3;
  Fill(&world, 3);
  const auto channel = world.Connect(world.node);
  const auto stream = channel->Stream(Path("WatchDirectory"), {.timeout = absl::Seconds(30)});
  REQUIRE(stream != nullptr);
  REQUIRE(Written(stream.get(), ""));
  for (uint64_t i = 1; i <= 3; ++i) {
    const Next next = ReadOne(stream.get());
    REQUIRE(next.ok());
    REQUIRE(next->has_value());
    DirectoryChange change;
    REQUIRE(change.ParseFromString(**next));
    CHECK(change.revision().number() == i);
  }
  for (int again = 0; again < 2; ++again) {
    const Next end = ReadOne(stream.get());
    REQUIRE(end.ok());
    CHECK_FALSE(end->has_value());
  }
  CHECK_FALSE(Written(stream.get(), "too late"));
}

TEST_CASE("A stream that the server refuses tells the reason") {
  World world;
  const auto channel = world.Connect(world.officer);  // persons may not watch
  const auto stream = channel->Stream(Path("WatchDirectory"), {.timeout = absl::Seconds(30)});
  Written(stream.get(), "");
  const Next refused = ReadOne(stream.get());
  REQUIRE_FALSE(refused.ok());
  REQUIRE(DetailsOf(refused.status()).has_value());
  CHECK(DetailsOf(refused.status())->reason == Reason::kPolicyDenied);
  CHECK(ReadOne(stream.get()).status() == refused.status());
}

TEST_CASE("A read that waits ends with Cancel, with the deadline, and not with the owner") {
  World world;
  const auto channel = world.Connect(world.node);
  const auto cancelled = channel->Stream(Path("WatchDirectory"), {.timeout = absl::Minutes(1)});
  REQUIRE(Written(cancelled.get(), ""));
  absl::Notification told;
  absl::Status why;
  cancelled->Read([&](Next next) {
    why = next.status();
    told.Notify();
  });
  cancelled->Cancel();
  told.WaitForNotification();
  CHECK(absl::IsCancelled(why));

  const auto late = channel->Stream(Path("WatchDirectory"), {.timeout = absl::Milliseconds(300)});
  Written(late.get(), "");
  CHECK(absl::IsDeadlineExceeded(ReadOne(late.get()).status()));

  auto left = channel->Stream(Path("WatchDirectory"), {.timeout = absl::Minutes(1)});
  REQUIRE(Written(left.get(), ""));
  const auto asked = std::make_shared<bool>(false);
  left->Read([asked](Next) { *asked = true; });
  left.reset();
  // Another call on the same connection comes after what the first could still have told.
  CHECK(ReadOne(cancelled.get()).status() == why);
  CHECK_FALSE(*asked);
}

TEST_CASE("A stream to nobody is unavailable, not for ever") {
  World world;
  const auto channel = Channel::Open(
      {"127.0.0.1:1", world.node.tls, "shareway://test/service/catalog"});
  REQUIRE(channel.ok());
  const auto stream =
      (*channel)->Stream(Path("WatchDirectory"), {.timeout = absl::Seconds(20)});
  CHECK_FALSE(Written(stream.get(), ""));
  CHECK(absl::IsUnavailable(ReadOne(stream.get()).status()));
}

}  // namespace
}  // namespace shareway::rpc
