// SPDX-License-Identifier: Apache-2.0
// Follows the change feeds of other services: the directory, with a lease.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/kv/store.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/directory.h"

namespace shareway::rpc {

// How long a lease runs from the moment the watcher sent the renewal.
inline constexpr absl::Duration kLeaseLength = absl::Seconds(4);
// A wall clock that departs further from boot time ends the lease.
inline constexpr absl::Duration kMaxClockStep = absl::Seconds(1);

// A lease on one feed: live while the watcher provably knows the present.
// Thread-safe. Lock-free to read.
class Lease {
 public:
  explicit Lease(const Clock* clock);
  ~Lease();
  // True while fresh.
  bool live() const;
  // When it runs out, by boot time; for tests and metrics.
  absl::Duration expiry() const;
  // The renewal sent at `sent` (boot time, with the wall clock read with it) is
  // answered and everything up to its head is applied.
  void Renew(absl::Duration sent, absl::Time sent_wall);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// OK if a feed may go from one revision to another: on within an epoch, or, by a
// snapshot, to a higher epoch. DATA_LOSS otherwise: the service was rolled back.
absl::Status CheckForward(const evidence::v1::Revision& from, const evidence::v1::Revision& to,
                          bool snapshot);

// Follows one change feed with its lease. Subclass-free: the feed is given as functions.
// Two threads: one reads the stream, one renews the lease every second.
class Feed {
 public:
  struct Options {
    std::string watch_path;   // a method with from_revision in and messages with revision out
    std::string lease_path;   // RenewLease of the same service
    bool lease = true;
    const Clock* clock = &SystemClock();
    // Where to start: what the process holds durably.
    evidence::v1::Revision from = {};
    // Called before each stream starts, by the thread that applies: half a snapshot
    // of the stream before is to be forgotten. May be empty.
    std::function<void()> opened = {};
    // What else the request says of the position, as serialized fields of it. Called before each
    // stream starts, after `opened`, by the same thread. May be empty.
    std::function<std::string()> resume = {};
    // Applies one message (exact bytes). Called by one thread, in order. An error ends the
    // stream, which then starts over. Returns the revision applied.
    std::function<absl::StatusOr<evidence::v1::Revision>(absl::string_view bytes)> apply;
  };
  // `channel` is shared; the rest must outlive the feed.
  Feed(std::shared_ptr<Channel> channel, Options options);
  ~Feed();

  const Lease& lease() const;
  // True once everything up to a head that was read after the start is applied.
  bool caught_up() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Follows the directory into `holder`, and keeps it in `store` (keys "dir/"), so
// that a restart knows what it knew. `store` may be null.
class DirectoryFeed {
 public:
  DirectoryFeed(std::shared_ptr<Channel> catalog, kv::Store* store, DirectoryHolder* holder,
                const Clock* clock = &SystemClock());
  ~DirectoryFeed();

  const Lease& lease() const;
  bool caught_up() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shareway::rpc
