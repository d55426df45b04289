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
  std::unique_ptr<Witnesses> witnesses(new Witnesses(store, audit, reader, producer, options));
  SHAREWAY_RETURN_IF_ERROR(witnesses->Reread().status());
  return witnesses;
}

Witnesses::Witnesses(kv::Store* store, const Audit* audit, const LogReader* reader,
                     absl::string_view producer, Options options)
    : store_(store),
      audit_(audit),
      reader_(reader),
      producer_(producer),
      interval_(options.candidate_interval),
      metrics_(options.metrics),
      newest_(std::make_shared<const WitnessedCheckpoint>()),
      picked_(-absl::InfiniteDuration()) {}

absl::StatusOr<std::vector<WitnessSet>> Witnesses::Reread() {
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<WitnessedCheckpoint> stored,
                            ReadWitnessed(*store_, audit_->verifier_key()));
  WitnessedCheckpoint newest = std::move(stored).value_or(WitnessedCheckpoint());
  SHAREWAY_ASSIGN_OR_RETURN(
      WitnessSets read,
      ReadWitnessSets(*reader_, *audit_->state(), producer_, newest.checkpoint.size));
  std::vector<WitnessSet> sets = {read.in_force};
  for (const PlacedSet& one : read.announced) sets.push_back(one.set);
  std::erase_if(sets, [](const WitnessSet& set) { return set.empty(); });
  std::optional<PlacedSet> announced;
  if (!read.announced.empty()) announced = std::move(read.announced.front());
  absl::MutexLock lock(&mutex_);
  succession_ = Succession(std::move(read.in_force), std::move(announced));
  newest_ = std::make_shared<const WitnessedCheckpoint>(std::move(newest));
  return sets;
}

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
    const std::optional<WitnessSet> listed = today();
    const absl::Status status = listed ? Follow(own, *listed) : absl::OkStatus();
    if (!status.ok() && !failing) log::Error("witness-set-not-changed", {{"status", status}});
    failing = !status.ok();
    Pick();
    Measure();
    absl::MutexLock lock(&mutex_);
    last = mutex_.AwaitWithTimeout(absl::Condition(&stopping_), failing ? kRetry : kTurn);
  }
}

absl::Status Witnesses::Follow(OwnRecords* own, const WitnessSet& listed) {
  {
    absl::MutexLock lock(&mutex_);
    succession_ = succession_.Listing(listed);
  }
  SHAREWAY_RETURN_IF_ERROR(Settle());
  size_t before = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (!succession_.IsDue()) return absl::OkStatus();
    before = succession_.in_force().size();
  }
  if (before == 0) {
    absl::MutexLock settling(&settling_);
    SHAREWAY_RETURN_IF_ERROR(Store({.checkpoint = *audit_->signer().newest()}));
  }
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::WITNESSES_CHANGED);
  record.set_object(std::string(kWitnessesObject));
  record.set_state(WitnessSetBytes(listed));
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t index, own->Append(std::move(record)));
  log::Info("witnesses-announced", {{"before", before},
                                    {"witnesses", listed.size()},
                                    {"quorum", listed.quorum()},
                                    {"index", index}});
  {
    absl::MutexLock lock(&mutex_);
    succession_ = succession_.Announcing({.set = listed, .index = index});
  }
  return Settle();
}

absl::Status Witnesses::Settle() {
  absl::MutexLock settling(&settling_);
  do {
    std::optional<WitnessedCheckpoint> next;
    {
      absl::MutexLock lock(&mutex_);
      next = NextWitnessed();
    }
    if (next) SHAREWAY_RETURN_IF_ERROR(Store(*std::move(next)));
  } while (TakeOver());
  return absl::OkStatus();
}

std::optional<WitnessedCheckpoint> Witnesses::NextWitnessed() const {
  if (succession_.in_force().empty()) return std::nullopt;
  for (auto candidate = candidates_.rbegin(); candidate != candidates_.rend(); ++candidate) {
    if (candidate->witnessed) continue;
    if (std::optional<WitnessedCheckpoint> complete = Complete(*candidate)) return complete;
  }
  const std::shared_ptr<const Checkpoint> head = audit_->signer().newest();
  if (!succession_.IsOrphaned() || !succession_.TakesOver(head->size)) return std::nullopt;
  return WitnessedCheckpoint{.checkpoint = *head, .cosignatures = {}};
}

bool Witnesses::TakeOver() {
  absl::MutexLock lock(&mutex_);
  if (!succession_.TakesOver(newest_->checkpoint.size)) return false;
  log::Info("witnesses-changed", {{"before", succession_.in_force().size()},
                                  {"of_them_listed", succession_.listed_members()},
                                  {"witnesses", succession_.announced()->set.size()},
                                  {"index", succession_.announced()->index}});
  succession_ = succession_.Next();
  const WitnessSet& set = succession_.in_force();
  for (Candidate& candidate : candidates_) {
    // The head that handed over is to have a quorum of the new set, too.
    candidate.witnessed = set.empty() || candidate.checkpoint.size < newest_->checkpoint.size;
    // What was cosigned under a key that the set does not have does not count in it.
    std::erase_if(candidate.cosignatures, [&set](const auto& one) {
      const Witness* now = set.Find(one.first);
      return now == nullptr || now->verifier_key != one.second.verifier_key;
    });
  }
  return true;
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
  AddCandidate({.checkpoint = *head, .cosignatures = {}, .witnessed = succession_.in_force().empty()});
}

void Witnesses::AddCandidate(Candidate candidate) {
  candidate.number = candidates_.empty() ? 1 : candidates_.back().number + 1;
  candidates_.push_back(std::move(candidate));
  if (candidates_.size() > kCandidates) candidates_.pop_front();
}

absl::Status Witnesses::Recall(const std::map<std::string, CosignedHead>& reported) {
  std::map<uint64_t, Candidate> heads;  // one for a size, since all are in the log
  for (const auto& [node, cosigned] : reported) {
    Candidate& candidate = heads[cosigned.head.size];
    candidate.checkpoint = {.size = cosigned.head.size,
                            .root = cosigned.head.root,
                            .time = audit_->clock().Now(),
                            .note = cosigned.note};
    candidate.cosignatures[node] = {.line = cosigned.line, .verifier_key = cosigned.verifier_key};
  }
  {
    absl::MutexLock lock(&mutex_);
    for (auto& [size, candidate] : heads) {
      if (succession_.in_force().empty() || size <= newest_->checkpoint.size) continue;
      if (!candidates_.empty() && size <= candidates_.back().checkpoint.size) continue;
      AddCandidate(std::move(candidate));
    }
  }
  return Settle();
}

absl::Status Witnesses::Store(WitnessedCheckpoint witnessed) {
  const std::string note = witnessed.checkpoint.note;
  uint64_t stored = 0;
  {
    absl::MutexLock lock(&mutex_);
    stored = newest_->checkpoint.size;
  }
  const bool newer = witnessed.checkpoint.size >= stored;
  if (newer) SHAREWAY_RETURN_IF_ERROR(WriteWitnessed(store_, witnessed));
  absl::MutexLock lock(&mutex_);
  if (newer) newest_ = std::make_shared<const WitnessedCheckpoint>(std::move(witnessed));
  if (Candidate* candidate = Find(note); candidate != nullptr) candidate->witnessed = true;
  return absl::OkStatus();
}

WitnessSet Witnesses::set() const {
  absl::MutexLock lock(&mutex_);
  return succession_.in_force();
}

std::shared_ptr<const WitnessedCheckpoint> Witnesses::newest() const {
  {
    absl::MutexLock lock(&mutex_);
    if (!succession_.in_force().empty()) return newest_;
  }
  return std::make_shared<const WitnessedCheckpoint>(
      WitnessedCheckpoint{.checkpoint = *audit_->signer().newest(), .cosignatures = {}});
}

bool Witnesses::WaitCovers(uint64_t size, absl::Duration timeout) const {
  const absl::Duration end = audit_->clock().SinceBoot() + timeout;
  const auto covered = [this, size]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return succession_.in_force().empty() || newest_->checkpoint.size >= size;
  };
  {
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(&covered), timeout)) return false;
    if (!succession_.in_force().empty()) return true;
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

bool Witnesses::IsMember(absl::string_view node) const {
  absl::MutexLock lock(&mutex_);
  return !succession_.KeysOf(node).empty();
}

std::optional<WitnessedCheckpoint> Witnesses::Complete(const Candidate& candidate) const {
  const uint64_t size = candidate.checkpoint.size;
  WitnessedCheckpoint complete{.checkpoint = candidate.checkpoint, .cosignatures = {}};
  for (const auto& [node, one] : candidate.cosignatures) {
    if (succession_.Counts(node, one.verifier_key, size)) complete.cosignatures.push_back(one.line);
  }
  const size_t needed = succession_.Needed(size);
  if (needed == 0 || complete.cosignatures.size() < needed) return std::nullopt;
  return complete;
}

absl::StatusOr<bool> Witnesses::Cosign(absl::string_view node, absl::string_view note,
                                       absl::string_view line) {
  std::vector<std::string> keys;
  {
    absl::MutexLock lock(&mutex_);
    keys = succession_.KeysOf(node);
  }
  std::string by;
  for (const std::string& key : keys) {
    const absl::StatusOr<bool> verified = evidence::VerifyCosignature(note, line, key);
    if (!verified.ok()) return Unproven(verified.status());
    if (*verified) by = key;
  }
  {
    absl::MutexLock lock(&mutex_);
    keys = succession_.KeysOf(node);  // it may have changed meanwhile
    if (std::find(keys.begin(), keys.end(), by) == keys.end()) return NotAWitness(node);
    Candidate* candidate = Find(note);
    if (candidate == nullptr) {
      return Error(Reason::kCandidateUnknown, absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("the note is none of the last ", kCandidates, " candidates"));
    }
    candidate->cosignatures[std::string(node)] = {.line = std::string(line), .verifier_key = by};
  }
  SHAREWAY_RETURN_IF_ERROR(Settle());
  absl::MutexLock lock(&mutex_);
  const Candidate* candidate = Find(note);
  return newest_->checkpoint.note == note || (candidate != nullptr && candidate->witnessed);
}

}  // namespace shareway::audit
