// SPDX-License-Identifier: Apache-2.0
// The set in force, candidates, cosignatures.
#include "services/audit/witnesses.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/note.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"

namespace shareway::audit {
namespace {

constexpr size_t kCandidates = 16;
// How often the log looks for a larger head and at the directory.
constexpr absl::Duration kTurn = absl::Milliseconds(20);
constexpr absl::Duration kRetry = absl::Seconds(1);

absl::Status Unproven(const absl::Status& status) {
  return Error(Reason::kProofInvalid, absl::StatusCode::kInvalidArgument, status.message());
}

absl::Status NotAWitness(absl::string_view node) {
  return Error(Reason::kNotAWitness, absl::StatusCode::kPermissionDenied,
               absl::StrCat(node, " is no witness of this log, or its cosignature is by ",
                            "another key than the set has"))
      .With("node", node);
}

}  // namespace

Witnesses::Metrics::Metrics(metrics::Registry* registry)
    : set_size(registry->AddGauge("shareway_audit_witnesses", "Nodes that watch the log.")),
      size(registry->AddGauge("shareway_audit_witnessed_size",
                              "Entries covered by the newest witnessed checkpoint.")),
      age(registry->AddGauge(
          "shareway_audit_witnessed_age_seconds",
          "Seconds since the newest witnessed checkpoint was signed; an idle log has none.")) {}

absl::StatusOr<std::unique_ptr<Witnesses>> Witnesses::Open(kv::Store* store, const Audit* audit,
                                                           const LogReader* reader,
                                                           absl::string_view producer,
                                                           Options options) {
  SHAREWAY_ASSIGN_OR_RETURN(WitnessSet set, ReadWitnessSet(*reader, *audit->state(), producer));
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<WitnessedCheckpoint> stored,
                            ReadWitnessed(*store, audit->verifier_key()));
  return std::unique_ptr<Witnesses>(
      new Witnesses(store, audit, std::move(set),
                    std::make_shared<const WitnessedCheckpoint>(
                        std::move(stored).value_or(WitnessedCheckpoint())),
                    options));
}

Witnesses::Witnesses(kv::Store* store, const Audit* audit, WitnessSet set,
                     std::shared_ptr<const WitnessedCheckpoint> newest, Options options)
    : store_(store),
      audit_(audit),
      interval_(options.candidate_interval),
      metrics_(options.metrics),
      set_(std::move(set)),
      newest_(std::move(newest)),
      picked_(-absl::InfiniteDuration()) {}

Witnesses::~Witnesses() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Witnesses::Start(OwnRecords* own, WitnessesToday today) {
  thread_ = std::thread([this, own, today = std::move(today)] { Run(own, today); });
}

void Witnesses::Run(OwnRecords* own, const WitnessesToday& today) {
  bool failing = false;
  for (bool last = false; !last;) {
    const std::optional<WitnessSet> next = today();
    const absl::Status status = next ? Follow(own, *next) : absl::OkStatus();
    if (!status.ok() && !failing) log::Error("witness-set-not-recorded", {{"status", status}});
    failing = !status.ok();
    Pick();
    Measure();
    absl::MutexLock lock(&mutex_);
    last = mutex_.AwaitWithTimeout(absl::Condition(&stopping_), failing ? kRetry : kTurn);
  }
}

absl::Status Witnesses::Follow(OwnRecords* own, const WitnessSet& next) {
  const WitnessSet before = set();
  if (next == before) return absl::OkStatus();
  if (before.empty()) {
    SHAREWAY_RETURN_IF_ERROR(Store({.checkpoint = *audit_->signer().newest()}));
  }
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::WITNESSES_CHANGED);
  record.set_object(std::string(kWitnessesObject));
  record.set_state(WitnessSetBytes(next));
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t index, own->Append(std::move(record)));
  log::Info("witnesses-changed", {{"before", before.size()},
                                  {"witnesses", next.size()},
                                  {"quorum", next.quorum()},
                                  {"index", index}});
  absl::MutexLock lock(&mutex_);
  set_ = next;
  for (Candidate& candidate : candidates_) {
    if (candidate.witnessed) continue;
    // What was cosigned under a key that the set no longer has does not count in it.
    std::erase_if(candidate.cosignatures, [&](const auto& one) {
      const Witness* then = before.Find(one.first);
      const Witness* now = next.Find(one.first);
      return then == nullptr || now == nullptr || *then != *now;
    });
  }
  return absl::OkStatus();
}

void Witnesses::Measure() {
  const std::shared_ptr<const WitnessedCheckpoint> witnessed = newest();
  metrics_.set_size.Set(static_cast<double>(set().size()));
  metrics_.size.Set(static_cast<double>(witnessed->checkpoint.size));
  metrics_.age.Set(absl::ToDoubleSeconds(audit_->clock().Now() - witnessed->checkpoint.time));
}

void Witnesses::Pick() {
  const std::shared_ptr<const Checkpoint> head = audit_->signer().newest();
  const absl::Duration now = audit_->clock().SinceBoot();
  absl::MutexLock lock(&mutex_);
  if (now - picked_ < interval_) return;
  if (!candidates_.empty() && head->size <= candidates_.back().checkpoint.size) return;
  picked_ = now;
  const uint64_t number = candidates_.empty() ? 1 : candidates_.back().number + 1;
  candidates_.push_back(
      {.number = number, .checkpoint = *head, .cosignatures = {}, .witnessed = set_.empty()});
  if (candidates_.size() > kCandidates) candidates_.pop_front();
}

absl::Status Witnesses::Store(WitnessedCheckpoint witnessed) {
  absl::MutexLock writing(&writing_);
  if (witnessed.checkpoint.size < [this] {
        absl::MutexLock lock(&mutex_);
        return newest_->checkpoint.size;
      }()) {
    return absl::OkStatus();
  }
  SHAREWAY_RETURN_IF_ERROR(WriteWitnessed(store_, witnessed));
  absl::MutexLock lock(&mutex_);
  newest_ = std::make_shared<const WitnessedCheckpoint>(std::move(witnessed));
  return absl::OkStatus();
}

WitnessSet Witnesses::set() const {
  absl::MutexLock lock(&mutex_);
  return set_;
}

std::shared_ptr<const WitnessedCheckpoint> Witnesses::newest() const {
  {
    absl::MutexLock lock(&mutex_);
    if (!set_.empty()) return newest_;
  }
  return std::make_shared<const WitnessedCheckpoint>(
      WitnessedCheckpoint{.checkpoint = *audit_->signer().newest(), .cosignatures = {}});
}

bool Witnesses::WaitCovers(uint64_t size, absl::Duration timeout) const {
  const absl::Duration end = audit_->clock().SinceBoot() + timeout;
  const auto covered = [this, size]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return set_.empty() || newest_->checkpoint.size >= size;
  };
  {
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(&covered), timeout)) return false;
    if (!set_.empty()) return true;
  }
  return audit_->signer().WaitCovers(size, end - audit_->clock().SinceBoot());
}

std::optional<Witnesses::Candidate> Witnesses::WaitCandidate(uint64_t number,
                                                             absl::Duration timeout) const {
  const auto newer = [this, number]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || (!candidates_.empty() && candidates_.back().number > number);
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&newer), timeout);
  if (candidates_.empty() || candidates_.back().number <= number) return std::nullopt;
  return candidates_.back();
}

Witnesses::Candidate* Witnesses::Find(absl::string_view note) {
  const auto found = std::find_if(candidates_.begin(), candidates_.end(), [note](const auto& one) {
    return one.checkpoint.note == note;
  });
  return found == candidates_.end() ? nullptr : &*found;
}

std::optional<WitnessedCheckpoint> Witnesses::Complete(const Candidate& candidate) const {
  WitnessedCheckpoint complete{.checkpoint = candidate.checkpoint, .cosignatures = {}};
  for (const auto& [node, line] : candidate.cosignatures) {
    if (set_.Find(node) != nullptr) complete.cosignatures.push_back(line);
  }
  if (complete.cosignatures.size() < set_.quorum()) return std::nullopt;
  return complete;
}

absl::StatusOr<bool> Witnesses::Cosign(absl::string_view node, absl::string_view note,
                                       absl::string_view line) {
  Witness witness;
  {
    absl::MutexLock lock(&mutex_);
    if (const Witness* member = set_.Find(node); member != nullptr) witness = *member;
  }
  absl::StatusOr<bool> verified = !witness.node.empty();
  if (*verified) verified = evidence::VerifyCosignature(note, line, witness.verifier_key);
  if (!verified.ok()) return Unproven(verified.status());
  if (!*verified) return NotAWitness(node);
  std::optional<WitnessedCheckpoint> complete;
  {
    absl::MutexLock lock(&mutex_);
    const Witness* today = set_.Find(node);
    if (today == nullptr || *today != witness) return NotAWitness(node);  // changed meanwhile
    Candidate* candidate = Find(note);
    if (candidate == nullptr) {
      return Error(Reason::kCandidateUnknown, absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("the note is none of the last ", kCandidates, " candidates"));
    }
    candidate->cosignatures[std::string(node)] = std::string(line);
    if (candidate->witnessed) return true;
    complete = Complete(*candidate);
  }
  if (!complete) return false;
  SHAREWAY_RETURN_IF_ERROR(Store(*std::move(complete)));
  absl::MutexLock lock(&mutex_);
  if (Candidate* candidate = Find(note); candidate != nullptr) candidate->witnessed = true;
  return true;
}

}  // namespace shareway::audit
