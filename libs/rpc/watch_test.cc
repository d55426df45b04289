// SPDX-License-Identifier: Apache-2.0
// Feeds and their leases over real gRPC: what a watcher knows, and when it must not trust it.
#include "libs/rpc/watch.h"

#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/base/fake_clock.h"
#include "libs/kv/memory_store.h"
#include "libs/rpc/test_world.h"

namespace shareway::rpc {
namespace {

// Waits for what happens on the feed's threads; false after ten seconds.
bool Eventually(const std::function<bool()>& holds) {
  for (const absl::Time end = absl::Now() + absl::Seconds(10); absl::Now() < end;) {
    if (holds()) return true;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return false;
}

DirectoryChange Numbered(uint64_t number) {
  DirectoryChange change;
  change.mutable_revision()->set_epoch(1);
  change.mutable_revision()->set_number(number);
  return change;
}

DirectoryChange AgencyChange(uint64_t number, const std::string& name) {
  DirectoryChange change = Numbered(number);
  change.mutable_agency()->set_name(name);
  return change;
}

// The service has these changes, and its head is the last of them.
void Publish(World& world, const std::vector<DirectoryChange>& changes) {
  absl::MutexLock lock(&world.mutex);
  for (const DirectoryChange& change : changes) world.feed.push_back(change);
  world.head = changes.back().revision();
}

TEST_CASE("A watcher applies changes in order and a restart knows them", "[rpc][watch]") {
  World world;
  kv::MemoryStore store;
  DirectoryHolder holder;
  Publish(world, {AgencyChange(1, "agencies/a"), AgencyChange(2, "agencies/b")});
  {
    DirectoryFeed feed(world.Connect(world.node), &store, &holder);
    REQUIRE(Eventually([&] { return holder.Get()->revision().number() == 2; }));
    Publish(world, {AgencyChange(3, "agencies/c")});
    REQUIRE(Eventually([&] { return holder.Get()->agency("agencies/c") != nullptr; }));
    REQUIRE(Eventually([&] { return feed.caught_up() && feed.lease().live(); }));
  }
  // The service is away: what was applied is still known, but nothing may be done with it.
  world.server->Drain(absl::Seconds(1));
  DirectoryHolder again;
  DirectoryFeed feed(world.Connect(world.node), &store, &again);
  CHECK(again.Get()->agency("agencies/a") != nullptr);
  CHECK(again.Get()->revision().number() == 3);
  CHECK_FALSE(feed.lease().live());
}

TEST_CASE("A snapshot replaces all that a watcher holds, at its end", "[rpc][watch]") {
  World world;
  kv::MemoryStore store;
  DirectoryHolder holder;
  Publish(world, {AgencyChange(1, "agencies/old")});
  DirectoryFeed feed(world.Connect(world.node), &store, &holder);
  REQUIRE(Eventually([&] { return holder.Get()->agency("agencies/old") != nullptr; }));

  DirectoryChange begin, inside, end = Numbered(9);
  begin.set_snapshot_begin(true);
  inside.mutable_agency()->set_name("agencies/new");
  {
    absl::MutexLock lock(&world.mutex);
    world.feed.push_back(begin);
    world.feed.push_back(inside);
  }
  absl::SleepFor(absl::Milliseconds(50));  // half a snapshot changes nothing
  CHECK(holder.Get()->agency("agencies/old") != nullptr);
  CHECK(holder.Get()->agency("agencies/new") == nullptr);
  end.set_snapshot_end(true);
  Publish(world, {end});
  REQUIRE(Eventually([&] { return holder.Get()->agency("agencies/new") != nullptr; }));
  CHECK(holder.Get()->agency("agencies/old") == nullptr);
  CHECK(holder.Get()->revision().number() == 9);
}

TEST_CASE("No lease lives until everything up to its head is applied", "[rpc][watch]") {
  World world;
  DirectoryHolder holder;
  {
    absl::MutexLock lock(&world.mutex);
    world.head = Numbered(1).revision();  // there is a change that has not been sent
  }
  DirectoryFeed feed(world.Connect(world.node), nullptr, &holder);
  absl::SleepFor(absl::Milliseconds(300));
  CHECK_FALSE(feed.lease().live());
  CHECK_FALSE(feed.caught_up());
  Publish(world, {AgencyChange(1, "agencies/a")});
  CHECK(Eventually([&] { return feed.lease().live(); }));
}

TEST_CASE("A lease dies four seconds after the service was last heard", "[rpc][watch]") {
  World world;
  FakeClock clock;
  DirectoryHolder holder;
  Publish(world, {AgencyChange(1, "agencies/a")});
  DirectoryFeed feed(world.Connect(world.node), nullptr, &holder, &clock);
  REQUIRE(Eventually([&] { return feed.lease().live(); }));
  {
    absl::MutexLock lock(&world.mutex);
    world.lease_lost = true;
  }
  clock.Advance(kLeaseLength);
  CHECK_FALSE(feed.lease().live());
  {
    absl::MutexLock lock(&world.mutex);
    world.lease_lost = false;
  }
  CHECK(Eventually([&] { return feed.lease().live(); }));
}

}  // namespace
}  // namespace shareway::rpc
