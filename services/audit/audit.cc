// SPDX-License-Identifier: Apache-2.0
// The queue, the sequencer and the signer's pace.
#include "services/audit/audit.h"

#include <algorithm>
#include <future>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "services/audit/store/checkpoint.h"

namespace shareway::audit {
namespace {

// One commit takes at most so much, so that no caller waits for all others.
constexpr size_t kGroupEntries = 4096;
constexpr size_t kGroupBytes = 8 << 20;
// How often the age of the checkpoint is measured on an idle log.
constexpr absl::Duration kIdleTurn = absl::Seconds(1);
constexpr size_t kIncarnationBytes = 16;

absl::Status GiveBirth(kv::Store* store, const LogKey& key, absl::Time now) {
  SHAREWAY_ASSIGN_OR_RETURN(const Checkpoint empty, key.Sign(0, crypto::LogHasher().empty, now));
  return WriteBirth(store, {key.verifier_key(), crypto::RandomBytes(kIncarnationBytes)}, empty);
}

absl::Status Overloaded(absl::string_view what, size_t limit) {
  return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
               absl::StrCat("more than ", limit, " ", what, " wait to be appended"))
      .With("limit", absl::StrCat(limit));
}

}  // namespace

Audit::Metrics::Metrics(metrics::Registry* registry)
    : appended(registry->AddCounter("shareway_audit_appended_entries_total",
                                    "Entries that were new to the log.")),
      size(registry->AddGauge("shareway_audit_log_size", "Entries in the log.")),
      queue(registry->AddGauge("shareway_audit_queue_length",
                               "Append requests that wait for the sequencer.")),
      unmatched(registry->AddGauge("shareway_audit_unmatched_halves",
                                   "Halves of exchanges that wait for the other half.")),
      checkpoint_size(registry->AddGauge("shareway_audit_checkpoint_size",
                                         "Entries covered by the newest signed checkpoint.")),
      checkpoint_age(registry->AddGauge(
          "shareway_audit_checkpoint_age_seconds",
          "Seconds since the newest checkpoint was signed; an idle log signs none.")),
      latency(registry->AddHistogram("shareway_audit_append_seconds",
                                     "Seconds from an append's arrival until it is durable.",
                                     metrics::LatencyBounds())) {}

absl::StatusOr<std::unique_ptr<Audit>> Audit::Open(kv::Store* store, LogKey key, Options options) {
  absl::StatusOr<Birth> birth = ReadBirth(*store);
  if (absl::IsNotFound(birth.status())) {
    SHAREWAY_RETURN_IF_ERROR(GiveBirth(store, key, options.clock->Now()));
    birth = ReadBirth(*store);
  }
  SHAREWAY_RETURN_IF_ERROR(birth.status());
  if (birth->verifier_key != key.verifier_key()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the store holds the log ", birth->verifier_key, ", but the key is ", key.verifier_key()));
  }
  SHAREWAY_ASSIGN_OR_RETURN(Checkpoint newest, ReadCheckpoint(*store, birth->verifier_key));
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<LogWriter> writer,
      LogWriter::Open(
          store, newest,
          {.settle = options.settle, .now = options.clock->Now(), .archive = options.archive}));
  auto signer = std::make_unique<CheckpointSigner>(store, std::move(key), std::move(newest));
  SHAREWAY_RETURN_IF_ERROR(signer->Sign(*writer->state(), options.clock->Now()));
  return std::unique_ptr<Audit>(
      new Audit(store, *std::move(birth), options, std::move(writer), std::move(signer)));
}

Audit::Audit(kv::Store* store, Birth birth, Options options, std::unique_ptr<LogWriter> writer,
             std::unique_ptr<CheckpointSigner> signer)
    : birth_(std::move(birth)),
      options_(options),
      writer_(std::move(writer)),
      signer_(std::move(signer)),
      metrics_(options.metrics),
      sequenced_(writer_->state()->size()),
      indexer_(
          store, options.archive, [this] { return writer_->state(); }, options.metrics) {
  metrics_.size.Set(static_cast<double>(sequenced_));
  metrics_.unmatched.Set(static_cast<double>(writer_->unmatched()));
  signer_->OnWait([this] { absl::MutexLock lock(&mutex_); });  // its conditions are looked at again
  indexer_.Start();
  sequencer_ = std::thread([this] { Sequence(); });
  signing_ = std::thread([this] { SignOn(); });
}

Audit::~Audit() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  sequencer_.join();
  signing_.join();
}

void Audit::Append(std::vector<EntryPtr> entries, Done done) {
  Pending pending{.entries = std::move(entries),
                  .arrival = options_.clock->SinceBoot(),
                  .done = std::move(done)};
  for (const EntryPtr& entry : pending.entries) {
    pending.bytes += entry->sealed.record().size() + kEntryOverhead;
  }
  absl::Status refusal;
  {
    absl::MutexLock lock(&mutex_);
    if (requests_ >= options_.max_requests) {
      refusal = Overloaded("requests", options_.max_requests);
    } else if (bytes_ + pending.bytes > options_.max_bytes) {
      refusal = Overloaded("bytes", options_.max_bytes);
    } else {
      ++requests_;
      bytes_ += pending.bytes;
      queued_entries_ += pending.places();
      queue_.push_back(std::move(pending));
      metrics_.queue.Set(static_cast<double>(queue_.size()));
      return;
    }
  }
  pending.done(refusal);
}

absl::StatusOr<std::vector<uint64_t>> Audit::AppendAndWait(std::vector<EntryPtr> entries) {
  std::promise<absl::StatusOr<std::vector<uint64_t>>> answer;
  Append(std::move(entries), [&answer](absl::StatusOr<std::vector<uint64_t>> indices) {
    answer.set_value(std::move(indices));
  });
  return answer.get_future().get();
}

Audit::Group Audit::Take(const std::optional<Group>& writing, bool* last) {
  Group group;
  absl::MutexLock lock(&mutex_);
  // Small groups cost more than they save: one waits until it is worth a commit.
  size_t enough = 1;
  if (writing) {
    enough = writing->made->followable() ? std::min(writing->entries.size(), kGroupEntries)
                                         : std::numeric_limits<size_t>::max();
  }
  const auto due = [this, enough]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || written_ || queued_entries_ >= enough;
  };
  const bool settles = !writing && options_.settle > absl::ZeroDuration();
  mutex_.AwaitWithTimeout(absl::Condition(&due),
                          settles ? options_.settle / 2 : absl::InfiniteDuration());
  *last = stopping_ && queue_.empty();
  if (writing && !writing->made->followable()) return group;
  while (!queue_.empty()) {
    const Pending& next = queue_.front();
    if (!group.requests.empty() && (group.entries.size() + next.entries.size() > kGroupEntries ||
                                    group.bytes + next.bytes > kGroupBytes)) {
      break;
    }
    group.entries.insert(group.entries.end(), next.entries.begin(), next.entries.end());
    group.bytes += next.bytes;
    queued_entries_ -= next.places();
    group.requests.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  metrics_.queue.Set(static_cast<double>(queue_.size()));
  return group;
}

void Audit::Sequence() {
  std::optional<Group> writing;
  for (bool last = false; !last || writing;) {
    Group next = Take(writing, &last);
    if (!next.requests.empty()) Make(&next);
    absl::StatusOr<LogWriter::Appended> finished = LogWriter::Appended();
    if (writing) {
      finished = writer_->Finish(*std::move(writing->made));
      {
        absl::MutexLock lock(&mutex_);
        written_ = false;
      }
      // What was made upon what failed is void.
      if (!finished.ok() && !next.requests.empty()) Make(&next);
    }
    std::optional<Group> before = std::exchange(writing, std::nullopt);
    if (next.made.ok()) {
      writer_->Begin(&*next.made, [this] {
        absl::MutexLock lock(&mutex_);
        written_ = true;
      });
      writing = std::move(next);
    }
    // While the next one is written.
    if (before) Answer(*std::move(before), finished);
    if (writing) continue;
    if (!next.requests.empty()) {
      const absl::Status failed = next.made.status();
      Answer(std::move(next), failed);
    } else if (!before && !last) {
      const absl::Status status = writer_->Settle(options_.clock->Now());
      if (!status.ok()) log::Error("settling-failed", {{"status", status}});
    }
  }
  absl::MutexLock lock(&mutex_);
  sequencer_done_ = true;
}

void Audit::Make(Group* group) {
  group->made = writer_->Make(group->entries, options_.clock->Now());
}

void Audit::Answer(Group group, const absl::StatusOr<LogWriter::Appended>& appended) {
  // Once for each time that it begins to fail: a full disk fails for long.
  if (!appended.ok() && !failing_) log::Error("append-failed", {{"status", appended.status()}});
  failing_ = !appended.ok();
  const uint64_t size = writer_->state()->size();
  {
    absl::MutexLock lock(&mutex_);
    if (size / kIndexSpan != sequenced_ / kIndexSpan) indexer_.Wake();
    sequenced_ = size;
    requests_ -= group.requests.size();
    bytes_ -= group.bytes;
  }
  metrics_.size.Set(static_cast<double>(size));
  metrics_.unmatched.Set(static_cast<double>(writer_->unmatched()));
  if (appended.ok()) metrics_.appended.Add(static_cast<double>(appended->added));

  const absl::Duration now = options_.clock->SinceBoot();
  auto next = appended.ok() ? appended->indices.begin() : std::vector<uint64_t>::const_iterator();
  for (Pending& pending : group.requests) {
    metrics_.latency.Observe(absl::ToDoubleSeconds(now - pending.arrival));
    if (!appended.ok()) {
      pending.done(appended.status());
      continue;
    }
    const auto begin = std::exchange(next, next + static_cast<ptrdiff_t>(pending.entries.size()));
    pending.done(std::vector<uint64_t>(begin, next));
  }
}

void Audit::SignOn() {
  const auto grown = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return sequencer_done_ || sequenced_ > signer_->newest()->size;
  };
  const auto urgent = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return sequencer_done_ || signer_->awaited();
  };
  absl::Duration turn = -absl::InfiniteDuration();  // of the last signature, since boot
  for (bool last = false; !last;) {
    {
      absl::MutexLock lock(&mutex_);
      const bool more = mutex_.AwaitWithTimeout(absl::Condition(&grown), kIdleTurn);
      // The pace: what is appended meanwhile shares the next signature.
      if (more) {
        mutex_.AwaitWithTimeout(absl::Condition(&urgent),
                                turn + options_.sign_interval - options_.clock->SinceBoot());
      }
      last = sequencer_done_;
    }
    turn = options_.clock->SinceBoot();
    const absl::Status status = signer_->Sign(*writer_->state(), options_.clock->Now());
    if (!status.ok()) log::Error("sign-failed", {{"status", status}});
    const std::shared_ptr<const Checkpoint> newest = signer_->newest();
    metrics_.checkpoint_size.Set(static_cast<double>(newest->size));
    metrics_.checkpoint_age.Set(absl::ToDoubleSeconds(options_.clock->Now() - newest->time));
    if (status.ok()) continue;
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&sequencer_done_), kIdleTurn);
  }
}

}  // namespace shareway::audit
