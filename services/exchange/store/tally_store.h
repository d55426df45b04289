// SPDX-License-Identifier: Apache-2.0
// Counts what a node answered, by day: what a provider sees of its own data's use.
//
// Keys:
//   tally/{CCYY-MM-DD}/{consumer}/{grant}/{purpose}/{method} -> delivered, refused, records,
//     bytes: 8 bytes big-endian each. {consumer} and {grant} are ids, '-' where the grant is not
//     one of this node's.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "services/exchange/domain/request.h"

namespace shareway::exchange {

// The day in Asia/Shanghai, as the law counts.
absl::CivilDay DayOf(absl::Time time);

// What one consumer got under one grant on one day.
struct Tally {
  absl::CivilDay day = {};
  std::string consumer = {};  // agencies/{a}
  std::string grant = {};     // grants/{g}; empty: none of this node's
  Purpose purpose = 0;
  Method method = Method::kUnspecified;
  uint64_t delivered = 0;  // exchanges
  uint64_t refused = 0;
  uint64_t records = 0;
  uint64_t payload_bytes = 0;
};

// Thread-safe. Counts are kept in memory and written by Flush: a crash loses what was counted since,
// which the audit log has.
class TallyStore {
 public:
  // `kv` must outlive it.
  explicit TallyStore(kv::Store* kv) : kv_(kv) {}

  // One exchange ended. `grant` is empty unless this node holds it.
  void AddDelivered(const Request& request, absl::string_view grant, uint64_t records,
                    uint64_t payload_bytes, absl::Time now);
  void AddRefused(const Request& request, absl::string_view grant, absl::Time now);

  // Adds what was counted to what is kept. After an error it is counted still.
  absl::Status Flush();
  // Drops the days before `day`.
  absl::Status DropBefore(absl::CivilDay day);

  struct Range {
    absl::CivilDay first = {};
    absl::CivilDay last = {};
    std::string consumer = {};  // empty: all
    std::string grant = {};     // empty: all
  };
  struct Page {
    std::vector<Tally> tallies = {};
    std::string next = {};  // to go on after; empty: nothing is left
  };
  // Newest day first, then by consumer, grant, purpose and method; at most `limit`, after `after`.
  // A page may hold fewer and still name a next: the work for one is limited.
  absl::StatusOr<Page> List(const Range& range, absl::string_view after, size_t limit);

 private:
  using Counts = std::array<uint64_t, 4>;  // delivered, refused, records, bytes
  void Add(const Request& request, absl::string_view grant, absl::Time now, const Counts& counts);

  kv::Store* const kv_;
  absl::Mutex flush_mutex_;  // one Flush at a time: it reads what it adds to
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Counts> counted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
