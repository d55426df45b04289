// SPDX-License-Identifier: Apache-2.0
// What the log does beside its work: copies itself to the mirror, moves old
// segments to the archive, deletes records whose retention has ended.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"
#include "libs/metrics/registry.h"
#include "services/audit/domain/retention.h"
#include "services/audit/held_segments.h"
#include "services/audit/store/archive.h"
#include "services/audit/store/mirror.h"
#include "services/audit/store/service_days.h"

namespace shareway::audit {

// Nothing here can stop the log: what fails is told loudly, counted, and tried
// again after five seconds; until then safe_size() stays where it is, segments
// stay in the store, records are kept. Only what a witnessed head covers is
// mirrored, archived or deleted.
//
// Compaction may write the whole store again, which takes hours on a large one: it has
// a thread of its own, so that the mirror follows meanwhile. Nothing is archived or
// deleted while it runs, and it runs only when nothing more is due: one compaction
// drops all. What expires is announced, deleted from the store and then from the
// mirror by one thread, in this order.
//
// What is old is kept while an incident holds one of its grants (store/holds.h): all records
// of that class in the segment, and expiry goes on with the next one. Once an hour the grants
// that keep segments are asked for again. A hold that comes once a deletion has begun is too
// late: the deletion is finished, as it was announced.
//
// safe_size() is thread-safe; turns are for one thread, compactions for another or the same.
class Upkeep {
 public:
  // What it works on; pointers must outlive it.
  struct Ways {
    kv::Store* store = nullptr;
    const LogReader* reader = nullptr;
    Archive* archive = nullptr;  // null: none
    std::function<std::shared_ptr<const LogState>()> state = {};
    // The newest witnessed head; nothing while the log does not serve.
    std::function<std::optional<NotedHead>()> newest = {};
    // Appends an own record; OK once it is durable.
    std::function<absl::Status(evidence::AuditRecord)> record = {};
    // The retention in force, asked before each deletion; null: Options::retention for good.
    std::function<absl::StatusOr<Retention>()> retention = {};
  };
  struct Options {
    std::string verifier_key = {};  // the log's
    std::string mirror = {};        // folder; empty: none
    int archive_after_days = 90;    // 0: as soon as a segment is complete
    Retention retention = {};
    metrics::Registry* metrics = nullptr;  // required; must outlive it
    const Clock* clock = &SystemClock();
    uint64_t width = kSegment;        // of segments
    Folder::Fault mirror_fault = {};  // for tests
  };
  // FAILED_PRECONDITION naming the article if a retention is shorter than the law asks; DATA_LOSS
  // if what the store has of it is damaged.
  static absl::StatusOr<std::unique_ptr<Upkeep>> Open(Ways ways, Options options);
  ~Upkeep();

  // Takes turns on a thread of its own, once a second or when 4,096 entries wait; on a
  // second one, compactions.
  void Start();
  // One turn: at most one step of each part. True if there is more to do at once.
  bool Turn();
  // Drops from the store's files what turns deleted, once no more is due, at most once an hour.
  void Compact();

  // Entries below this index are covered by the verified mirror; 0 without one.
  uint64_t safe_size() const { return safe_size_; }

 private:
  enum Part : size_t { kDays, kMirror, kScrub, kArchive, kRetention, kCompaction, kParts };
  struct Health {
    bool failing = false;
    absl::Duration again = {};  // since boot; not before
    metrics::Gauge gauge;
    metrics::Counter failures;
  };
  Upkeep(Ways ways, Options options, ServiceDays days);
  void Run();
  void RunCompactions();
  // Runs a part unless it failed a moment ago; true if it says that there is more.
  bool Try(Part part, const std::function<absl::StatusOr<bool>()>& run);

  absl::StatusOr<bool> MarkDay(const NotedHead& head);
  absl::StatusOr<bool> Follow(const LogState& state, const NotedHead& head);
  absl::StatusOr<bool> Scrub(const LogState& state);
  absl::StatusOr<bool> ArchiveNext(const LogState& state, const NotedHead& head);
  absl::StatusOr<bool> ExpireNext(const LogState& state, const NotedHead& head);
  // Expires what is there of a class, unless it is held: the held grant, else empty. `known`: the
  // grant that kept it before, if one did.
  absl::StatusOr<std::string> ExpireUnlessHeld(const LogState& state, const NotedHead& head,
                                               SegmentSpan span, RetentionClass retention,
                                               const std::string& known);
  absl::Status Expire(const LogState& state, SegmentSpan span, RetentionClass retention,
                      const std::vector<uint64_t>& indices, DeletedRecords deleted);
  // Archives and expires, unless the store is being compacted.
  bool Delete(const LogState& state, const NotedHead& head);
  absl::StatusOr<bool> DropDeleted();
  absl::Status PutDeleted(const DeletedRecords& deleted);
  absl::Status RecordExpiry(SegmentSpan span, RetentionClass retention, uint64_t count);

  const Ways ways_;
  const Options options_;
  ServiceDays days_;
  std::optional<Mirror> mirror_;
  std::array<Health, kParts> health_;
  uint64_t archived_ = 0;                               // entries in the archive
  std::array<uint64_t, kPassing.size()> expired_ = {};  // entries looked at, by class
  size_t days_kept_ = 0;                                // days that the mirror has
  uint64_t scrubbed_ = 0;                               // where the archive's next scrub goes on
  absl::Duration scrub_due_ = {};                       // since boot
  absl::Duration compact_due_ = {};                     // since boot
  absl::Time followed_ = absl::InfinitePast();          // when the mirror last had all

  // Of the segments that were looked at, those that are kept, by class; and when, since boot,
  // their grants are asked for again.
  std::array<HeldSegments, kPassing.size()> held_ = {};
  absl::Duration holds_due_ = {};

  metrics::Gauge mirror_size_, mirror_age_, archived_segments_, held_segments_;
  metrics::Counter repaired_, deleted_records_;

  std::atomic<uint64_t> safe_size_ = 0;
  // Held by who deletes from the store, and by who compacts it.
  absl::Mutex deleting_;
  bool settled_ ABSL_GUARDED_BY(deleting_) = false;  // the last turn left nothing to delete
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
  std::thread compacting_;
};

}  // namespace shareway::audit
