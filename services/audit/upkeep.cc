// SPDX-License-Identifier: Apache-2.0
// Turns of upkeep, and how each part fails.
#include "services/audit/upkeep.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/audit/store/holds.h"

namespace shareway::audit {
namespace {

constexpr absl::Duration kTurn = absl::Seconds(1);
constexpr absl::Duration kLook = absl::Milliseconds(250);
constexpr absl::Duration kAgain = absl::Seconds(5);
constexpr absl::Duration kScrubEvery = absl::Minutes(1);
// It may write the whole store again, so what was deleted meanwhile goes together.
constexpr absl::Duration kCompactEvery = absl::Hours(1);
// A released segment waited for years: an hour more is nothing.
constexpr absl::Duration kHoldsEvery = absl::Hours(1);
constexpr absl::string_view kNames[] = {"days", "mirror", "scrub", "archive", "retention",
                                        "compaction"};

}  // namespace

absl::StatusOr<std::unique_ptr<Upkeep>> Upkeep::Open(Ways ways, Options options) {
  SHAREWAY_RETURN_IF_ERROR(options.retention.Check());
  if (options.archive_after_days < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("--archive_after_days is ", options.archive_after_days, ", want 0 or more"));
  }
  if (ways.archive != nullptr && ways.archive->folder().path() == options.mirror) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--mirror and --archive are both ", options.mirror, ": a mirror is a second copy"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(ServiceDays days, ServiceDays::Read(ways.store));
  std::unique_ptr<Upkeep> upkeep(new Upkeep(std::move(ways), std::move(options), std::move(days)));
  if (upkeep->ways_.archive != nullptr) {
    SHAREWAY_ASSIGN_OR_RETURN(upkeep->archived_, upkeep->ways_.archive->Size());
  }
  return upkeep;
}

Upkeep::Upkeep(Ways ways, Options options, ServiceDays days)
    : ways_(std::move(ways)),
      options_(std::move(options)),
      days_(std::move(days)),
      mirror_size_(options_.metrics->AddGauge("shareway_audit_mirror_size",
                                              "Entries that the mirror has, verified.")),
      mirror_age_(options_.metrics->AddGauge(
          "shareway_audit_mirror_age_seconds",
          "Seconds since the mirror last had all that was witnessed; 0 without a mirror.")),
      archived_segments_(options_.metrics->AddGauge("shareway_audit_archived_segments",
                                                    "Segments that lie in the archive.")),
      held_segments_(options_.metrics->AddGauge(
          "shareway_audit_held_segments",
          "Segments whose old records are kept because an incident holds one of their grants.")),
      repaired_(options_.metrics->AddCounter(
          "shareway_audit_repaired_segments_total",
          "Segments of mirror and archive that were found damaged and made again.")),
      deleted_records_(options_.metrics->AddCounter(
          "shareway_audit_expired_records_total",
          "Records that were deleted at the end of their retention.")) {
  if (!options_.mirror.empty()) {
    mirror_.emplace(Folder(options_.mirror, options_.mirror_fault), ways_.store, ways_.reader,
                    options_.verifier_key, options_.width);
    followed_ = options_.clock->Now();
  }
  auto failing = options_.metrics->AddGauges("shareway_audit_upkeep_failing",
                                             "1 while a part of the upkeep fails.", {"part"});
  auto failures = options_.metrics->AddCounters("shareway_audit_upkeep_failures_total",
                                                "Failures of a part of the upkeep.", {"part"});
  for (size_t part = 0; part < kParts; ++part) {
    health_[part].gauge = failing.With(kNames[part]);
    health_[part].failures = failures.With(kNames[part]);
  }
}

Upkeep::~Upkeep() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
  if (compacting_.joinable()) compacting_.join();
}

void Upkeep::Start() {
  thread_ = std::thread([this] { Run(); });
  compacting_ = std::thread([this] { RunCompactions(); });
}

void Upkeep::RunCompactions() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kTurn)) return;
    }
    Compact();
  }
}

void Upkeep::Run() {
  absl::Duration last = -absl::InfiniteDuration();
  bool more = false;
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&stopping_), more ? absl::ZeroDuration() : kLook);
      if (stopping_) return;
    }
    const std::optional<NotedHead> head = ways_.newest();
    const absl::Duration now = options_.clock->SinceBoot();
    const bool grown =
        head && mirror_ && head->size >= safe_size_ + Mirror::kStep && !health_[kMirror].failing;
    if (!more && !grown && now - last < kTurn) continue;
    last = now;
    more = Turn();
  }
}

bool Upkeep::Try(Part part, const std::function<absl::StatusOr<bool>()>& run) {
  Health& health = health_[part];
  const absl::Duration now = options_.clock->SinceBoot();
  if (health.failing && now < health.again) return false;
  const absl::StatusOr<bool> more = run();
  if (!more.ok()) {
    // Once for each time that it begins to fail: a full volume stays full for long.
    if (!health.failing) {
      log::Error("upkeep-failed", {{"part", kNames[part]}, {"status", more.status()}});
    }
    health.again = now + kAgain;
    health.failures.Add();
  } else if (health.failing) {
    log::Info("upkeep-recovered", {{"part", kNames[part]}});
  }
  health.failing = !more.ok();
  health.gauge.Set(health.failing ? 1 : 0);
  return more.ok() && *more;
}

bool Upkeep::Turn() {
  const std::optional<NotedHead> head = ways_.newest();
  if (!head) return false;
  const std::shared_ptr<const LogState> state = ways_.state();
  bool more = Try(kDays, [&] { return MarkDay(*head); });
  if (mirror_) more |= Try(kMirror, [&] { return Follow(*state, *head); });
  more |= Delete(*state, *head);
  more |= Try(kScrub, [&] { return Scrub(*state); });
  archived_segments_.Set(static_cast<double>(archived_ / options_.width));
  return more;
}

bool Upkeep::Delete(const LogState& state, const NotedHead& head) {
  if (!deleting_.TryLock()) return false;
  bool more = false;
  if (ways_.archive != nullptr) {
    more |= Try(kArchive, [&] { return ArchiveNext(state, head); });
  }
  more |= Try(kRetention, [&] { return ExpireNext(state, head); });
  settled_ = !more;
  deleting_.Unlock();
  return more;
}

void Upkeep::Compact() {
  absl::MutexLock lock(&deleting_);
  if (settled_) (void)Try(kCompaction, [&] { return DropDeleted(); });
}

absl::StatusOr<bool> Upkeep::MarkDay(const NotedHead& head) {
  SHAREWAY_RETURN_IF_ERROR(
      days_.Mark(options_.clock->Now(), options_.clock->SinceBoot(), head.size));
  return false;
}

absl::StatusOr<bool> Upkeep::Follow(const LogState& state, const NotedHead& head) {
  const uint64_t repaired = mirror_->repaired();
  const absl::StatusOr<bool> more = mirror_->Follow(state, head);
  repaired_.Add(static_cast<double>(mirror_->repaired() - repaired));
  safe_size_ = mirror_->safe_size();
  mirror_size_.Set(static_cast<double>(safe_size_));
  if (more.ok() && !*more) followed_ = options_.clock->Now();
  mirror_age_.Set(absl::ToDoubleSeconds(options_.clock->Now() - followed_));
  SHAREWAY_RETURN_IF_ERROR(more.status());
  if (days_kept_ != days_.days().size()) {
    SHAREWAY_RETURN_IF_ERROR(mirror_->PutDays(days_.Bytes()));
    days_kept_ = days_.days().size();
  }
  return *more;
}

absl::StatusOr<bool> Upkeep::Scrub(const LogState& state) {
  if (options_.clock->SinceBoot() < scrub_due_) return false;
  scrub_due_ = options_.clock->SinceBoot() + kScrubEvery;
  if (mirror_) {
    const uint64_t repaired = mirror_->repaired();
    const absl::StatusOr<bool> again = mirror_->Scrub(state);
    if (mirror_->repaired() != repaired) {
      repaired_.Add();
      log::Error("mirror-segment-repaired", {{"folder", options_.mirror}});
    }
    SHAREWAY_RETURN_IF_ERROR(again.status());
  }
  if (archived_ == 0) return false;
  if (scrubbed_ >= archived_) scrubbed_ = 0;
  const SegmentSpan span{.first = scrubbed_, .width = options_.width};
  scrubbed_ += options_.width;
  const absl::Status status = ways_.archive->Verify(*ways_.reader, state, span);
  if (status.ok() || !mirror_ || !(absl::IsDataLoss(status) || absl::IsNotFound(status))) {
    SHAREWAY_RETURN_IF_ERROR(status);
    return false;
  }
  log::Error("archive-segment-damaged", {{"status", status}});
  SHAREWAY_RETURN_IF_ERROR(ways_.archive->Repair(*ways_.reader, state, span, mirror_->folder()));
  repaired_.Add();
  return false;
}

absl::StatusOr<bool> Upkeep::ArchiveNext(const LogState& state, const NotedHead& head) {
  const int days = options_.archive_after_days;
  const uint64_t old = days == 0 ? head.size : days_.SizeBefore(days);
  const uint64_t next = archived_ + options_.width;
  if (next > std::min({old, head.size, state.tail_begin()})) return false;
  const absl::Status taken = ways_.archive->Take(*ways_.reader, state);
  // The outcome of a commit may be unknown.
  SHAREWAY_ASSIGN_OR_RETURN(archived_, ways_.archive->Size());
  SHAREWAY_RETURN_IF_ERROR(taken);
  log::Info("segment-archived", {{"first", next - options_.width}});
  return true;
}

absl::StatusOr<bool> Upkeep::ExpireNext(const LogState& state, const NotedHead& head) {
  Retention retention = options_.retention;
  if (ways_.retention) {
    SHAREWAY_ASSIGN_OR_RETURN(retention, ways_.retention());
  }
  const absl::Duration now = options_.clock->SinceBoot();
  if (now >= holds_due_) {
    for (HeldSegments& held : held_) held.LookAgain();
    holds_due_ = now + kHoldsEvery;
  }
  for (size_t i = 0; i < kPassing.size(); ++i) {
    const int days = retention.DaysOf(kPassing[i]);
    const uint64_t old = days == 0 ? 0 : days_.SizeBefore(days);
    const std::optional<uint64_t> again = held_[i].next();
    const SegmentSpan span{.first = again.value_or(expired_[i]), .width = options_.width};
    if (span.end() > std::min({old, head.size, state.tail_begin()})) continue;
    SHAREWAY_ASSIGN_OR_RETURN(
        const std::string grant,
        ExpireUnlessHeld(state, head, span, kPassing[i], held_[i].GrantOf(span.first)));
    held_[i].Note(span.first, grant);
    size_t kept = 0;
    for (const HeldSegments& held : held_) kept += held.size();
    held_segments_.Set(static_cast<double>(kept));
    if (!again) expired_[i] = span.end();
    return true;
  }
  return false;
}

absl::StatusOr<std::string> Upkeep::ExpireUnlessHeld(const LogState& state, const NotedHead& head,
                                                     SegmentSpan span, RetentionClass retention,
                                                     const std::string& known) {
  // The newest state: a hold counts at once.
  const std::shared_ptr<const LogState> newest = ways_.state();
  if (!known.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool held, IsHeld(*ways_.reader, *newest, known, head.size));
    if (held) return known;
  }
  SHAREWAY_ASSIGN_OR_RETURN(DeletedRecords deleted, DeletedRecords::Read(*ways_.store, span));
  if (deleted.Done(retention)) return std::string();
  SHAREWAY_ASSIGN_OR_RETURN(const SegmentRecords records,
                            RecordsOf(*ways_.reader, state, span, retention));
  const bool begun = std::any_of(records.indices.begin(), records.indices.end(),
                                 [&deleted](uint64_t index) { return deleted.Has(index); });
  if (!begun) {
    SHAREWAY_ASSIGN_OR_RETURN(
        std::string grant, FirstHeld(*ways_.reader, *newest, records.grants, head.size));
    if (!grant.empty()) {
      if (known.empty()) log::Info("segment-held", {{"first", span.first}});
      return grant;
    }
  }
  SHAREWAY_RETURN_IF_ERROR(Expire(state, span, retention, records.indices, std::move(deleted)));
  return std::string();
}

absl::Status Upkeep::Expire(const LogState& state, SegmentSpan span, RetentionClass retention,
                            const std::vector<uint64_t>& indices, DeletedRecords deleted) {
  // Those with a bit were announced by a turn that did not come to its end.
  const auto fresh = static_cast<uint64_t>(std::count_if(
      indices.begin(), indices.end(), [&deleted](uint64_t index) { return !deleted.Has(index); }));
  if (fresh > 0) {
    SHAREWAY_RETURN_IF_ERROR(RecordExpiry(span, retention, fresh));
    for (const uint64_t index : indices) deleted.Add(index);
    deleted.set_settled(false);
    SHAREWAY_RETURN_IF_ERROR(PutDeleted(deleted));
  }
  if (!indices.empty()) {
    SHAREWAY_RETURN_IF_ERROR(span.end() > archived_
                                 ? DeleteFromStore(ways_.store, indices, deleted)
                                 : ways_.archive->Delete(*ways_.reader, state, deleted));
  }
  deleted.SetDone(retention);
  deleted.set_settled(true);
  SHAREWAY_RETURN_IF_ERROR(PutDeleted(deleted));
  if (indices.empty()) return absl::OkStatus();
  deleted_records_.Add(static_cast<double>(indices.size()));
  log::Info("records-expired", {{"first", span.first}, {"records", indices.size()}});
  // If the mirror cannot be written now, a later scrub finds that it has more.
  if (mirror_) (void)Try(kScrub, [&] { return mirror_->ScrubOne(state, span); });
  return absl::OkStatus();
}

absl::StatusOr<bool> Upkeep::DropDeleted() {
  if (options_.clock->SinceBoot() < compact_due_) return false;
  SHAREWAY_ASSIGN_OR_RETURN(const bool compacted, CompactDropped(ways_.store));
  if (!compacted) return false;
  compact_due_ = options_.clock->SinceBoot() + kCompactEvery;
  log::Info("store-compacted", {});
  return false;
}

absl::Status Upkeep::PutDeleted(const DeletedRecords& deleted) {
  kv::Batch batch;
  deleted.Put(&batch);
  // A turn that was cut short may have deleted what this one no longer found.
  if (deleted.settled() && deleted.count() > 0) PutDropped(&batch);
  return ways_.store->Commit(std::move(batch)).status();
}

absl::Status Upkeep::RecordExpiry(SegmentSpan span, RetentionClass retention, uint64_t count) {
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::RECORDS_EXPIRED);
  record.set_object(absl::StrCat("entries/", span.first, "-", span.end()));
  record.set_record_count(count);
  record.set_rule(std::string(LawOf(retention)));
  return ways_.record(std::move(record));
}

}  // namespace shareway::audit
