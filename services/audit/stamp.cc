// SPDX-License-Identifier: Apache-2.0
// Query, answer, check, record; and the pace.
#include "services/audit/stamp.h"

#include <algorithm>
#include <utility>

#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/note.h"
#include "libs/log/log.h"

namespace shareway::audit {
namespace {

constexpr size_t kNonceBytes = 8;
constexpr absl::Duration kFirstRetry = absl::Minutes(1);
constexpr absl::Duration kLongestRetry = absl::Hours(1);
// Before there is a checkpoint to stamp.
constexpr absl::Duration kNothingYet = absl::Seconds(1);
// How often the metrics are brought up to date.
constexpr absl::Duration kLongestPause = absl::Minutes(1);

// What is stamped: the text, which anyone can write again from the log alone.
absl::StatusOr<Hash32> ImprintOf(absl::string_view note) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, evidence::NoteText(note));
  return crypto::Sha256(text);
}

}  // namespace

Stamper::Stamper(Ways ways, Options options)
    : ways_(std::move(ways)),
      options_(std::move(options)),
      stamped_(options_.metrics->AddCounter("shareway_audit_stamps_total",
                                            "Checkpoints that the timestamp authority stamped.")),
      failed_(options_.metrics->AddCounter("shareway_audit_stamp_failures_total",
                                           "Stamps that failed and were put off.")),
      age_(options_.metrics->AddGauge(
          "shareway_audit_stamp_age_seconds",
          "Seconds since the newest stamp, or since the start if there is none.")),
      overdue_(options_.metrics->AddGauge("shareway_audit_stamp_overdue",
                                          "1 if the newest stamp is older than 48 hours.")),
      newest_(options_.clock->SinceBoot()),
      due_(newest_) {}

absl::Status Stamper::Stamp(const Checkpoint& checkpoint) {
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 imprint, ImprintOf(checkpoint.note));
  const std::string nonce = crypto::RandomBytes(kNonceBytes);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string query, crypto::TimestampQuery(imprint, nonce));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string answer, ways_.ask(query));
  SHAREWAY_ASSIGN_OR_RETURN(
      const crypto::Timestamp timestamp,
      crypto::OpenTimestampResponse(answer, imprint, nonce, options_.authority));
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::CHECKPOINT_STAMPED);
  record.set_object(options_.origin);
  record.set_record_count(checkpoint.size);
  record.set_state(timestamp.token);
  SHAREWAY_RETURN_IF_ERROR(ways_.keep(std::move(record)));
  log::Info("checkpoint-stamped", {{"size", checkpoint.size},
                                   {"stamped_at", absl::FormatTime(timestamp.time)},
                                   {"serial", timestamp.serial}});
  return absl::OkStatus();
}

void Stamper::ShowAge(absl::Duration now) {
  age_.Set(absl::ToDoubleSeconds(now - newest_));
  overdue_.Set(now - newest_ > options_.overdue ? 1 : 0);
}

// A restart must not cost a stamp each: the log remembers the last.
absl::Duration Stamper::TurnAt(absl::Duration now) {
  if (!asked_last_) {
    const absl::StatusOr<std::optional<absl::Time>> last = ways_.last();
    if (!last.ok()) {
      log::Warn("last-stamp-unknown", {{"status", last.status()}});
      return kFirstRetry;
    }
    asked_last_ = true;
    if (*last) {
      // The wall clock may have been set back since.
      newest_ = now - std::max(options_.clock->Now() - **last, absl::ZeroDuration());
      due_ = newest_ + options_.interval;
    }
  }
  if (now < due_) return due_ - now;
  const std::optional<Checkpoint> newest = ways_.newest();
  if (!newest || newest->size == 0) return kNothingYet;
  const absl::Status status = Stamp(*newest);
  if (status.ok()) {
    stamped_.Add();
    failures_ = 0;
    newest_ = now;
    due_ = now + options_.interval;
  } else {
    failed_.Add();
    due_ = now + std::min(kFirstRetry * (int64_t{1} << std::min(failures_, 10)), kLongestRetry);
    ++failures_;
    log::Warn("stamp-failed", {{"status", status}, {"failures", failures_}});
  }
  return due_ - now;
}

absl::Duration Stamper::Turn() {
  const absl::Duration now = options_.clock->SinceBoot();
  const absl::Duration pause = TurnAt(now);
  ShowAge(now);
  return pause;
}

absl::StatusOr<crypto::Timestamp> OpenStamp(absl::string_view token, absl::string_view note,
                                            absl::string_view authority) {
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 imprint, ImprintOf(note));
  return crypto::OpenTimestampToken(token, imprint, authority);
}

StampThread::StampThread(Stamper* stamper) : stamper_(stamper), thread_([this] { Run(); }) {}

StampThread::~StampThread() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void StampThread::Run() {
  for (;;) {
    const absl::Duration pause = std::min(stamper_->Turn(), kLongestPause);
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), pause)) return;
  }
}

}  // namespace shareway::audit
