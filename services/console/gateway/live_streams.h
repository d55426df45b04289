// SPDX-License-Identifier: Apache-2.0
// The streams and uploads that run in sessions, and what ends them before their time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace shareway::console {

// Asks now and then, on a thread of its own, whether each session that something runs in still
// stands, and ends what runs in one that does not. Thread-safe.
class LiveStreams {
 public:
  // A session by its token, for a visitor of this address and certificate. OK while it stands; must
  // not count as a use of it. Errors that do not say that the session is over (UNAVAILABLE) end
  // nothing.
  struct Holder {
    std::string address = {};
    std::string certificate = {};
    std::string token = {};
    bool operator<(const Holder& other) const {
      return std::tie(token, address, certificate) <
             std::tie(other.token, other.address, other.certificate);
    }
  };
  using Stands = std::function<absl::Status(const Holder&)>;
  using End = std::function<void(const absl::Status&)>;

  LiveStreams(Stands stands, absl::Duration every);
  ~LiveStreams();

  // `end` may be called, more than once, until what this returns is destroyed, and a moment longer;
  // it must not block. What this returns must not outlive this object.
  std::shared_ptr<void> Add(Holder holder, End end);
  // Asks again now: a session may have ended.
  void LookSoon();
  // Ends all there is, and whatever is added later.
  void EndAll(const absl::Status& why);

 private:
  struct Entry {
    Holder holder;
    End end;
  };
  void Run();
  void Look();
  void Remove(uint64_t id);

  const Stands stands_;
  const absl::Duration every_;
  absl::Mutex mutex_;
  std::map<uint64_t, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  bool look_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);  // why nothing may run any more
  std::thread thread_;
};

}  // namespace shareway::console
