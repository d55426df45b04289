// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/witness.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/note.h"
#include "libs/log/log.h"

namespace shareway::exchange {
namespace {

constexpr absl::Duration kApart = absl::Seconds(1);
constexpr absl::Duration kGiveBackEvery = absl::Seconds(5);
constexpr char kAudit[] = "services/audit";

Reason WhyOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

// A head that is forged, forked or no candidate any more stays so.
bool WorthAnotherTry(const absl::Status& status) {
  if (status.ok() || WhyOf(status) == Reason::kCandidateUnknown) return false;
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status) || absl::IsFailedPrecondition(status);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Witness>> Witness::Open(Parts parts) {
  if (parts.key != nullptr && parts.key->public_key().suite() != crypto::Suite::kEd25519) {
    return absl::InvalidArgumentError("the witness key is not an Ed25519 key");
  }
  std::unique_ptr<Witness> witness(new Witness(std::move(parts)));
  SHAREWAY_RETURN_IF_ERROR(witness->Restore());
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t own_next, witness->parts_.store->LoadOwnNext());
  absl::MutexLock lock(&witness->mutex_);
  witness->own_next_ = own_next;
  return witness;
}

absl::Status Witness::Restore() {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<WitnessedHead> kept, parts_.store->LoadHead());
  std::optional<Last> last;
  absl::Duration left = absl::ZeroDuration();
  if (kept) {
    SHAREWAY_ASSIGN_OR_RETURN(evidence::TreeHead head,
                              evidence::OpenNote(kept->note, parts_.log_key));
    parts_.figures.log_cosigned.Set(static_cast<double>(head.size));
    last = Last{std::move(head), *kept};
    // A wall clock that was set back must not stop a witness for longer than the pace.
    left = std::clamp(kept->cosigned + kApart - parts_.clock->Now(), absl::ZeroDuration(), kApart);
  }
  absl::MutexLock lock(&mutex_);
  last_ = std::move(last);
  not_before_ = parts_.clock->SinceBoot() + left;
  return absl::OkStatus();
}

absl::Status Witness::CheckStore() {
  const std::optional<bool> old = parts_.key == nullptr ? false : parts_.rolled_back();
  if (!old) return absl::UnavailableError("audit has not said whether this store is an old copy");
  if (!*old) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  if (!told_rolled_back_) log::Error("witness-rolled-back", {{"node", parts_.node}});
  told_rolled_back_ = true;
  return Error(Reason::kRolledBack, absl::StatusCode::kFailedPrecondition,
               "the store is older than what audit has seen of it: it witnesses nothing");
}

std::optional<Witness::Last> Witness::last() const {
  absl::MutexLock lock(&mutex_);
  return last_;
}

uint64_t Witness::own_next() const {
  absl::MutexLock lock(&mutex_);
  return own_next_;
}

absl::StatusOr<std::string> Witness::LineOver(const Last& last) const {
  return evidence::CosignNote(*parts_.key, parts_.node, last.kept.note, last.kept.cosigned);
}

absl::StatusOr<bool> Witness::Report() {
  if (parts_.key == nullptr) return true;
  if (absl::Status store = CheckStore(); absl::IsFailedPrecondition(store)) return store;
  std::string note, line;
  if (const std::optional<Last> known = last()) {
    note = known->kept.note;
    SHAREWAY_ASSIGN_OR_RETURN(line, LineOver(*known));
  }
  const absl::StatusOr<bool> serves = parts_.log->Report(note, line);
  if (WhyOf(serves.status()) == Reason::kNotAWitness) return true;
  return serves;
}

absl::Status Witness::GiveBack() {
  if (parts_.key == nullptr) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const bool wanted, parts_.log->Rebuilding());
  if (!wanted) return absl::OkStatus();
  {
    absl::MutexLock lock(&mutex_);
    const absl::Duration now = parts_.clock->SinceBoot();
    if (now - gave_back_ < kGiveBackEvery) return absl::OkStatus();
    gave_back_ = now;
  }
  // Beyond it may lie what the log lost before anybody cosigned it.
  const std::optional<Last> known = last();
  const uint64_t end = known ? known->head.size : 0;
  size_t given = 0;
  for (uint64_t from = 0;;) {
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<OwnEntry> entries, parts_.store->LoadOwn(from));
    std::erase_if(entries, [end](const OwnEntry& entry) { return entry.index >= end; });
    if (entries.empty()) break;
    SHAREWAY_RETURN_IF_ERROR(parts_.log->Restore(entries));
    given += entries.size();
    from = entries.back().index + 1;
  }
  log::Info("log-entries-given-back", {{"entries", given}});
  return absl::OkStatus();
}

uint64_t Witness::Rewind() {
  if (parts_.key == nullptr) return ~uint64_t{0};
  absl::MutexLock lock(&mutex_);
  own_next_ = std::min(own_next_, last_ ? last_->head.size : 0);
  return own_next_;
}

absl::Status Witness::Take(Candidate candidate) {
  if (absl::Status store = CheckStore(); absl::IsFailedPrecondition(store)) return store;
  uint64_t from = 0;
  {
    absl::MutexLock lock(&mutex_);
    from = own_next_;
  }
  if (parts_.key != nullptr) {
    SHAREWAY_RETURN_IF_ERROR(parts_.store->KeepOwn(candidate.own, from, candidate.own_next));
  }
  candidate.own.clear();
  absl::MutexLock lock(&mutex_);
  // To whom it takes for no witness the log names no index.
  own_next_ = std::max(from, candidate.own_next);
  if (!candidate.more) candidate_ = std::move(candidate);
  return absl::OkStatus();
}

absl::Duration Witness::Wait() const {
  absl::MutexLock lock(&mutex_);
  return std::max(not_before_ - parts_.clock->SinceBoot(), absl::ZeroDuration());
}

void Witness::PutBack(Candidate candidate) {
  absl::MutexLock lock(&mutex_);
  if (!candidate_) candidate_ = std::move(candidate);
}

absl::Status Witness::Cosign() {
  std::optional<Candidate> candidate;
  {
    absl::MutexLock lock(&mutex_);
    candidate.swap(candidate_);
  }
  if (!candidate) return absl::OkStatus();
  if (!cosigns()) {
    const absl::StatusOr<bool> reached = FollowWitnessed(*candidate);
    if (reached.ok() ? !*reached : WorthAnotherTry(reached.status())) {
      PutBack(*std::move(candidate));
    }
    return reached.status();
  }
  const absl::Status cosigned = CosignCandidate(*candidate);
  if (WorthAnotherTry(cosigned)) PutBack(*std::move(candidate));
  return cosigned;
}

absl::Status Witness::BelieveKept(const Last& kept) {
  SHAREWAY_ASSIGN_OR_RETURN(LogHeads::Linked linked, parts_.heads->Link(kept.kept.note, kAudit));
  return parts_.heads->Believe(std::move(linked), kAudit);
}

absl::StatusOr<bool> Witness::FollowWitnessed(const Candidate& candidate) {
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::TreeHead asked,
                            evidence::OpenNote(candidate.note, parts_.log_key));
  SHAREWAY_ASSIGN_OR_RETURN(const WitnessedNote newest, parts_.log->Witnessed());
  // While the directory knows other witnesses than the log, the next one may do.
  if (newest.note.empty() || !parts_.witnessed(newest)) return false;
  const std::optional<Last> before = last();
  if (before) SHAREWAY_RETURN_IF_ERROR(BelieveKept(*before));
  SHAREWAY_ASSIGN_OR_RETURN(LogHeads::Linked linked, parts_.heads->Link(newest.note, kAudit));
  const evidence::TreeHead head = linked.tree();
  if (!before || head.size > before->head.size) {
    SHAREWAY_RETURN_IF_ERROR(Keep(
        head,
        {.note = newest.note, .own_next = own_next(), .safe_size = candidate.safe_size}));
    SHAREWAY_RETURN_IF_ERROR(parts_.heads->Believe(std::move(linked), kAudit));
  }
  return head.size >= asked.size;
}

absl::Status Witness::CosignCandidate(const Candidate& candidate) {
  SHAREWAY_RETURN_IF_ERROR(CheckStore());
  const std::optional<Last> before = last();
  if (before) SHAREWAY_RETURN_IF_ERROR(BelieveKept(*before));
  SHAREWAY_ASSIGN_OR_RETURN(LogHeads::Linked linked, parts_.heads->Link(candidate.note, kAudit));
  if (!parts_.heads->may_cosign()) {
    return absl::FailedPreconditionError("heads of other nodes are not linked to this log");
  }
  const evidence::TreeHead head = linked.tree();
  // The log may have been late with an old one.
  if (before && head.size < before->head.size) return absl::OkStatus();
  // Linked and of one size, it is the head last cosigned: the line was lost on its way.
  if (!before || head.size > before->head.size) {
    if (Wait() > absl::ZeroDuration()) {
      return absl::UnavailableError("the last head was cosigned less than a second ago");
    }
    SHAREWAY_RETURN_IF_ERROR(Keep(head, candidate));
    SHAREWAY_RETURN_IF_ERROR(parts_.heads->Believe(std::move(linked), kAudit));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::string line, LineOver(*last()));
  // The candidate's note: the log may have signed the same text once more.
  return parts_.log->Cosign(candidate.note, line);
}

absl::Status Witness::Keep(const evidence::TreeHead& head, const Candidate& candidate) {
  const WitnessedHead kept{.note = candidate.note, .cosigned = parts_.clock->Now()};
  // Without a key nothing was taken: a later start with one wants all.
  const uint64_t own_next = parts_.key == nullptr ? 0 : candidate.own_next;
  const absl::Status durable = parts_.store->KeepHead(kept, own_next, candidate.safe_size);
  if (!durable.ok()) {
    // Nobody knows whether it is there: the store says.
    SHAREWAY_RETURN_IF_ERROR(Restore());
    return durable;
  }
  parts_.figures.log_cosigned.Set(static_cast<double>(head.size));
  absl::MutexLock lock(&mutex_);
  last_ = Last{head, kept};
  not_before_ = parts_.clock->SinceBoot() + kApart;
  return absl::OkStatus();
}

}  // namespace shareway::exchange
