// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/watch.h"

#include <atomic>
#include <cstdlib>
#include <deque>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "shareway/catalog/v1/directory_service.pb.h"

namespace shareway::rpc {

using evidence::v1::Revision;

struct Lease::State {
  const Clock* clock;
  std::atomic<int64_t> expiry_nanos = 0;        // boot time
  std::atomic<int64_t> wall_offset_nanos = 0;   // wall - boot, when it was renewed
};

Lease::Lease(const Clock* clock) : state_(std::make_unique<State>()) { state_->clock = clock; }
Lease::~Lease() = default;

bool Lease::live() const {
  const int64_t boot = absl::ToInt64Nanoseconds(state_->clock->SinceBoot());
  if (boot >= state_->expiry_nanos.load(std::memory_order_acquire)) return false;
  const int64_t offset = absl::ToUnixNanos(state_->clock->Now()) - boot;
  return std::abs(offset - state_->wall_offset_nanos.load(std::memory_order_relaxed)) <=
         absl::ToInt64Nanoseconds(kMaxClockStep);
}

absl::Duration Lease::expiry() const { return absl::Nanoseconds(state_->expiry_nanos.load()); }

void Lease::Renew(absl::Duration sent, absl::Time sent_wall) {
  const int64_t boot = absl::ToInt64Nanoseconds(sent);
  const int64_t expiry = boot + absl::ToInt64Nanoseconds(kLeaseLength);
  if (expiry <= state_->expiry_nanos.load()) return;
  state_->wall_offset_nanos.store(absl::ToUnixNanos(sent_wall) - boot, std::memory_order_relaxed);
  state_->expiry_nanos.store(expiry, std::memory_order_release);
}

namespace {

constexpr absl::Duration kRenewEvery = absl::Seconds(1);
constexpr absl::Duration kReconnectAfter = absl::Milliseconds(100);
// A change that was applied is told to the service at once, but not more often than this.
constexpr absl::Duration kRenewGap = absl::Milliseconds(20);

bool Covers(const Revision& applied, const Revision& head) {
  return applied.epoch() == head.epoch() && applied.number() >= head.number();
}

}  // namespace

absl::Status CheckForward(const Revision& from, const Revision& to, bool snapshot) {
  const bool forward = to.epoch() == from.epoch() ? to.number() >= from.number()
                                                  : snapshot && to.epoch() > from.epoch();
  if (forward || from.epoch() == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the feed went from ", from.epoch(), "/", from.number(),
                                          " to ", to.epoch(), "/", to.number()));
}

struct Feed::State {
  State(std::shared_ptr<Channel> c, Options o)
      : channel(std::move(c)), options(std::move(o)), lease(options.clock) {
    applied = options.from;
  }

  struct Renewal {
    absl::Duration sent;
    absl::Time sent_wall;
    Revision head;
  };

  // Renews the lease by every answer whose head is applied.
  void Settle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    while (!renewals.empty() && Covers(applied, renewals.front().head)) {
      lease.Renew(renewals.front().sent, renewals.front().sent_wall);
      caught_up = true;
      renewals.pop_front();
    }
  }

  void Read() {
    while (!stopped.HasBeenNotified()) {
      // Every Watch…Request has from_revision in field 1.
      catalog::v1::WatchDirectoryRequest request;
      {
        absl::MutexLock lock(&mutex);
        if (applied.epoch() != 0) *request.mutable_from_revision() = applied;
      }
      CallOptions call;
      call.timeout = absl::InfiniteDuration();
      if (options.opened) options.opened();
      // Serialized fields, one after the other, are one message.
      std::string bytes = request.SerializeAsString();
      if (options.resume) bytes += options.resume();
      std::unique_ptr<RawReadStream> opened =
          channel->RawServerStream(options.watch_path, bytes, call);
      {
        absl::MutexLock lock(&mutex);
        stream = opened.get();
        if (stopped.HasBeenNotified()) stream->Cancel();
      }
      absl::Status ended = Drink(opened.get());
      {
        absl::MutexLock lock(&mutex);
        stream = nullptr;
      }
      if (stopped.HasBeenNotified()) return;
      if (ended != last_error) {
        log::Warn("watch-ended", {{"path", options.watch_path}, {"status", ended}});
        last_error = ended;
      }
      stopped.WaitForNotificationWithTimeout(kReconnectAfter);
    }
  }

  absl::Status Drink(RawReadStream* from) {
    for (;;) {
      SHAREWAY_ASSIGN_OR_RETURN(std::optional<std::string> bytes, from->Read());
      if (!bytes) return absl::UnavailableError("the stream ended");
      SHAREWAY_ASSIGN_OR_RETURN(Revision revision, options.apply(*bytes));
      last_error = absl::OkStatus();
      absl::MutexLock lock(&mutex);
      if (!Covers(applied, revision)) poked = true;
      applied = revision;
      if (!options.lease) caught_up = true;
      Settle();
    }
  }

  // Waits for a change to tell of, the next renewal or the end.
  void Pause(absl::Duration pause) {
    if (stopped.WaitForNotificationWithTimeout(kRenewGap)) return;
    absl::MutexLock lock(&mutex);
    auto woken = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
      return poked || stopped.HasBeenNotified();
    };
    mutex.AwaitWithTimeout(absl::Condition(&woken), pause - kRenewGap);
    poked = false;
  }

  void Renew() {
    while (!stopped.HasBeenNotified()) {
      Renewal renewal;
      catalog::v1::RenewLeaseRequest request;
      request.set_nonce(crypto::RandomBytes(16));
      {
        absl::MutexLock lock(&mutex);
        *request.mutable_applied() = applied;
      }
      renewal.sent = options.clock->SinceBoot();
      renewal.sent_wall = options.clock->Now();
      CallOptions call;
      call.timeout = kRenewEvery;
      auto answer = channel->Unary<catalog::v1::RenewLeaseResponse>(options.lease_path, request,
                                                                    call);
      absl::Duration pause = kRenewEvery;
      if (answer.ok() && answer->nonce() == request.nonce()) {
        renewal.head = answer->head();
        absl::MutexLock lock(&mutex);
        if (renewal.head.epoch() == request.applied().epoch() &&
            renewal.head.number() < request.applied().number()) {
          // Behind what it told us: rolled back. Its word is worth nothing.
          log::Error("service-rolled-back", {{"path", options.lease_path},
                                             {"applied", request.applied().number()},
                                             {"head", renewal.head.number()}});
        } else {
          // A head of another epoch makes what was waited for meaningless.
          while (!renewals.empty() && renewals.back().head.epoch() != renewal.head.epoch()) {
            renewals.pop_back();
          }
          renewals.push_back(std::move(renewal));
          while (renewals.size() > 8) renewals.pop_front();
          Settle();
        }
        // Until the first success be quick: nothing is served before it.
        if (!caught_up) pause = kReconnectAfter;
      } else {
        pause = kReconnectAfter;
      }
      Pause(pause);
    }
  }

  const std::shared_ptr<Channel> channel;
  const Options options;
  Lease lease;
  absl::Notification stopped;
  absl::Status last_error;  // reader thread only
  absl::Mutex mutex;
  Revision applied ABSL_GUARDED_BY(mutex);
  bool poked ABSL_GUARDED_BY(mutex) = false;
  std::deque<Renewal> renewals ABSL_GUARDED_BY(mutex);
  std::atomic<bool> caught_up = false;
  RawReadStream* stream ABSL_GUARDED_BY(mutex) = nullptr;
  std::thread reader, renewer;
};

Feed::Feed(std::shared_ptr<Channel> channel, Options options)
    : state_(std::make_unique<State>(std::move(channel), std::move(options))) {
  state_->reader = std::thread([s = state_.get()] { s->Read(); });
  if (state_->options.lease) state_->renewer = std::thread([s = state_.get()] { s->Renew(); });
}

Feed::~Feed() {
  {
    absl::MutexLock lock(&state_->mutex);  // wakes the renewer's condition
    state_->stopped.Notify();
    if (state_->stream != nullptr) state_->stream->Cancel();
  }
  state_->reader.join();
  if (state_->renewer.joinable()) state_->renewer.join();
}

const Lease& Feed::lease() const { return state_->lease; }
bool Feed::caught_up() const { return state_->caught_up; }

}  // namespace shareway::rpc
