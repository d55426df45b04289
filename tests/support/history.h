// SPDX-License-Identifier: Apache-2.0
// What callers saw of grants that were revoked, and whether it is what was promised: no
// delivery begins later than 1 s after an acknowledged revocation at connected nodes, 5 s
// anywhere, running streams included (architecture.md section 3; R25 27: a stop must bite).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace shareway::testing {

// All times by the one wall clock of the machine that test and nodes run on. Thread-safe.
//
// When a delivery began nobody outside the node can tell. It is known that it began neither
// before its call was sent nor before the provider's evidence of it was made, which the node
// checks the grant after once more: the later of the two is what counts as its beginning, so
// that neither a slow caller nor a slow machine makes a false alarm.
class History {
 public:
  struct Bounds {
    absl::Duration connected = absl::Seconds(1);
    absl::Duration worst = absl::Seconds(5);
  };
  // A revocation that was acknowledged.
  struct Revocation {
    std::string grant = {};
    absl::Time asked = {};
    absl::Time acknowledged = {};
    // From here on no node delivers, by RevokeGrantResponse; unset if it was not told.
    absl::Time dead = absl::InfiniteFuture();
    // The provider's node had applied it when it was acknowledged.
    bool confirmed = false;
  };
  // An answer with data.
  struct Delivery {
    std::string grant = {};
    // And attempt: what the provider's evidence is found by. Empty: there is none to look for.
    std::string exchange = {};
    absl::Time sent = {};
    absl::Time answered = {};
  };

  void Revoked(Revocation revocation);
  void Delivered(Delivery delivery);
  // The provider's evidence of a delivery was made at `time`.
  void Recorded(const std::string& exchange, absl::Time time);
  // Deliveries whose evidence was not told.
  size_t unrecorded() const;
  // A part of a running stream reached its caller.
  void Streamed(const std::string& grant, absl::Time answered);
  // A caller was told that the grant is revoked.
  void Refused(const std::string& grant, absl::Time answered);
  // The provider's node and sharing were not both up and connected.
  void Apart(absl::Time from, absl::Time until);

  struct Verdict {
    std::vector<std::string> violations = {};  // empty: the promise was kept
    size_t histories = 0;                      // grants that were revoked
    size_t connected = 0;                      // of them, those for which the short bound counted
    size_t deliveries = 0;                     // under them
    size_t after = 0;                          // of them, those begun after the acknowledgement
    // The largest time from the acknowledgement to the beginning of a delivery, and to a part
    // of a stream; minus infinity if none came after it.
    absl::Duration longest_connected = -absl::InfiniteDuration();
    absl::Duration longest_apart = -absl::InfiniteDuration();
    absl::Duration longest_stream = -absl::InfiniteDuration();

    // Of both together.
    void Add(const Verdict& other);
    // One line of figures.
    std::string text() const;
  };
  // What is violated:
  //   - a delivery begins later than the bound that holds for its grant: the short one if
  //     nothing came apart from the call of RevokeGrant until the short bound has passed;
  //   - or after the node confirmed, or after the time from which the answer calls it dead;
  //   - a part of a stream comes later than the longer bound;
  //   - a call that is sent after a caller was told of the revocation is answered;
  //   - evidence of a delivery is made after its answer.
  // Grants that were not revoked are not looked at.
  Verdict Check(const Bounds& bounds) const;
  Verdict Check() const { return Check(Bounds()); }

 private:
  struct Interval {
    absl::Time from, until;
  };
  bool ConnectedDuring(absl::Time from, absl::Time until) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void CheckOne(const Revocation& revoked, const Bounds& bounds, Verdict* verdict) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void CheckDelivery(const Revocation& revoked, const Delivery& delivery, bool connected,
                     absl::Duration bound, Verdict* verdict) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::map<std::string, Revocation> revocations_ ABSL_GUARDED_BY(mutex_);
  std::multimap<std::string, Delivery> deliveries_ ABSL_GUARDED_BY(mutex_);    // by grant
  std::map<std::string, absl::Time> recorded_ ABSL_GUARDED_BY(mutex_);         // by exchange
  std::multimap<std::string, absl::Time> streamed_ ABSL_GUARDED_BY(mutex_);    // by grant
  std::map<std::string, absl::Time> first_refused_ ABSL_GUARDED_BY(mutex_);    // by grant
  std::vector<Interval> apart_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::testing
