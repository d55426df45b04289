// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/log_heads.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/log_head.h"
#include "libs/log/log.h"
#include "libs/merkle/verify.h"

namespace shareway::exchange {
namespace {

constexpr size_t kMostHeard = 64;
// Of one peer: it neither fills memory nor leaves no place for a fork that others saw.
constexpr std::ptrdiff_t kMostHeardOfOne = 4;
constexpr size_t kRootBytes = 32;
constexpr size_t kMostSignature = 128;
constexpr size_t kMostBelieved = 64;

Reason WhyOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

absl::Status Forked(absl::string_view message) {
  return Error(Reason::kLogForked, absl::StatusCode::kDataLoss, message);
}

bool IsForked(const absl::Status& status) { return WhyOf(status) == Reason::kLogForked; }

// True if the log was asked and showed something else than a link.
bool LogAnswered(const absl::Status& status) {
  const Reason why = WhyOf(status);
  return why == Reason::kLogTooSmall || why == Reason::kProofInvalid;
}

}  // namespace

struct LogHeads::Believed {
  evidence::TreeHead head = {};
  std::string note = {};
  LogHeadPtr short_form = {};
};

absl::StatusOr<std::unique_ptr<LogHeads>> LogHeads::Open(Parts parts) {
  std::unique_ptr<LogHeads> heads(new LogHeads(std::move(parts)));
  SHAREWAY_RETURN_IF_ERROR(heads->Restore());
  return heads;
}

absl::Status LogHeads::Restore() {
  SHAREWAY_RETURN_IF_ERROR(RestoreForks());
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<WitnessedHead> kept, parts_.store->LoadHead());
  if (kept) {
    SHAREWAY_ASSIGN_OR_RETURN(BelievedPtr believed, Open(kept->note));
    absl::MutexLock lock(&mutex_);
    newest_ = std::move(believed);
  }
  return absl::OkStatus();
}

absl::Status LogHeads::RestoreForks() {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<LogFork> fork, parts_.store->LoadFork());
  if (fork && fork->id() == parts_.settled) {
    SHAREWAY_ASSIGN_OR_RETURN(const BelievedPtr theirs, Open(fork->theirs));
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<WitnessedHead> kept, parts_.store->LoadHead());
    bool own = false;
    if (kept) {
      SHAREWAY_ASSIGN_OR_RETURN(const BelievedPtr last, Open(kept->note));
      own = last->short_form->SameTree(*theirs->short_form);
    }
    SHAREWAY_RETURN_IF_ERROR(parts_.store->SettleFork(*fork, own));
    log::Warn("log-fork-settled", {{"fork", fork->id()}, {"own_head_dropped", own}});
  } else if (fork) {
    forked_ = true;
    parts_.figures.log_fork.Set(1);
    log::Error("log-forked", {{"fork", fork->id()}, {"from", fork->from}, {"found", "before"}});
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<LogFork> settled, parts_.store->LoadSettled());
  for (const LogFork& each : settled) {
    SHAREWAY_ASSIGN_OR_RETURN(const BelievedPtr theirs, Open(each.theirs));
    settled_.push_back(theirs->short_form);
  }
  return absl::OkStatus();
}

bool LogHeads::Settled(const LogHead& head) const {
  return std::any_of(settled_.begin(), settled_.end(),
                     [&](const LogHeadPtr& settled) { return settled->SameTree(head); });
}

const evidence::TreeHead& LogHeads::Linked::tree() const { return head->head; }

absl::StatusOr<LogHeads::BelievedPtr> LogHeads::Open(const std::string& note) const {
  SHAREWAY_ASSIGN_OR_RETURN(evidence::TreeHead head, evidence::OpenNote(note, parts_.log_key));
  SHAREWAY_ASSIGN_OR_RETURN(std::string signature, evidence::LogSignature(note, parts_.log_key));
  auto short_form = std::make_shared<const LogHead>(LogHead{
      .size = head.size, .root = head.root.str(), .signature = std::move(signature)});
  return std::make_shared<const Believed>(
      Believed{.head = std::move(head), .note = note, .short_form = std::move(short_form)});
}

LogHeads::BelievedPtr LogHeads::Newest() const {
  absl::ReaderMutexLock lock(&mutex_);
  return newest_;
}

LogHeadPtr LogHeads::newest() const {
  absl::ReaderMutexLock lock(&mutex_);
  return newest_ == nullptr ? nullptr : newest_->short_form;
}

bool LogHeads::KnownLocked(const LogHead& head) const {
  if (newest_ != nullptr && newest_->short_form->SameTree(head)) return true;
  return std::any_of(believed_.begin(), believed_.end(),
                     [&](const LogHeadPtr& known) { return known->SameTree(head); });
}

void LogHeads::Heard(const LogHeadPtr& head, absl::string_view from) {
  if (head == nullptr || forked_ || Settled(*head)) return;
  if (head->root.size() != kRootBytes || head->signature.size() > kMostSignature) return;
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (KnownLocked(*head)) return;
  }
  absl::MutexLock lock(&mutex_);
  const auto own = std::count_if(heard_.begin(), heard_.end(),
                                 [&](const HeardHead& heard) { return heard.from == from; });
  // A repeat comes with the next exchange.
  if (heard_.size() >= kMostHeard || own >= kMostHeardOfOne) return;
  for (const HeardHead& heard : heard_) {
    // Whoever sends the same tree with another signature must not hide this one.
    if (heard.head->SameTree(*head) && heard.head->signature == head->signature) return;
  }
  heard_.push_back({head, std::string(from), parts_.clock->SinceBoot()});
}

absl::Status LogHeads::Compare(const evidence::TreeHead& ours,
                               const evidence::TreeHead& theirs) const {
  if (ours.size == theirs.size) {
    return ours.root == theirs.root
               ? absl::OkStatus()
               : Forked(absl::StrCat("two roots for the same ", ours.size, " entries"));
  }
  const auto& [smaller, larger] = ours.size < theirs.size ? std::tie(ours, theirs)
                                                          : std::tie(theirs, ours);
  // A fork is told once and for all: the log may have its word twice.
  absl::Status verified;
  for (int i = 0; i < 2; ++i) {
    std::vector<Hash32> proof;
    if (smaller.size > 0) {
      SHAREWAY_ASSIGN_OR_RETURN(proof, parts_.log->Consistency(smaller.size, larger.size));
    }
    verified = merkle::VerifyConsistency(crypto::LogHasher(), smaller.size, smaller.root,
                                         larger.size, larger.root, proof);
    if (!absl::IsDataLoss(verified)) return verified;
  }
  return Forked(absl::StrCat("the tree of ", larger.size, " entries does not begin with that of ",
                             smaller.size));
}

absl::StatusOr<LogHeads::Linked> LogHeads::Link(const std::string& note, absl::string_view from) {
  SHAREWAY_ASSIGN_OR_RETURN(BelievedPtr theirs, Open(note));
  if (forked_) return Forked("the log was forked; nothing is believed until that is settled");
  if (Settled(*theirs->short_form)) {
    return Forked(absl::StrCat("it was settled that the head of ", theirs->head.size,
                               " entries does not fit"));
  }
  BelievedPtr ours;
  {
    absl::ReaderMutexLock lock(&mutex_);
    ours = newest_;
    if (ours == nullptr || KnownLocked(*theirs->short_form)) {
      return Linked{std::move(theirs), std::move(ours)};
    }
  }
  const absl::Status fits = Compare(ours->head, theirs->head);
  if (IsForked(fits)) return Alarm(ours->note, note, from);
  SHAREWAY_RETURN_IF_ERROR(fits);
  return Linked{std::move(theirs), std::move(ours)};
}

absl::Status LogHeads::Believe(Linked linked, absl::string_view from) {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (newest_ == linked.with) {
        LogHeadPtr second = linked.head->short_form;
        if (newest_ == nullptr || linked.tree().size > newest_->head.size) {
          second = newest_ == nullptr ? nullptr : newest_->short_form;
          newest_ = linked.head;
        }
        if (second != nullptr && !KnownLocked(*second)) believed_.push_back(second);
        if (believed_.size() > kMostBelieved) believed_.pop_front();
        return absl::OkStatus();
      }
    }
    // Another became the newest meanwhile.
    SHAREWAY_ASSIGN_OR_RETURN(linked, Link(linked.head->note, from));
  }
}

absl::Status LogHeads::LinkHeard(const std::string& note, absl::string_view from) {
  SHAREWAY_ASSIGN_OR_RETURN(Linked linked, Link(note, from));
  return Believe(std::move(linked), from);
}

absl::Status LogHeads::Alarm(const std::string& ours, const std::string& theirs,
                             absl::string_view from) {
  const LogFork fork{ours, theirs, std::string(from), parts_.clock->Now()};
  const bool first = !forked_.exchange(true);
  parts_.figures.log_fork.Set(1);
  if (first) {
    log::Error("log-forked",
               {{"fork", fork.id()}, {"from", from}, {"ours", ours}, {"theirs", theirs}});
    if (const absl::Status kept = parts_.store->KeepFork(fork); !kept.ok()) {
      log::Error("log-fork-not-kept", {{"status", kept}});
    }
  }
  return Forked(absl::StrCat(from, " showed a head that does not fit; fork ", fork.id()));
}

void LogHeads::Forget(const HeardHead& heard) {
  absl::MutexLock lock(&mutex_);
  std::erase_if(heard_, [&](const HeardHead& each) { return each.head == heard.head; });
}

bool LogHeads::Settle(const HeardHead& heard, bool log_away, absl::Status* asked) {
  const absl::StatusOr<std::string> note = evidence::RebuiltNote(
      parts_.log_key, heard.head->size, heard.head->root, heard.head->signature);
  const absl::Status by_log =
      note.ok() ? evidence::OpenNote(*note, parts_.log_key).status() : note.status();
  if (!by_log.ok()) {
    Forget(heard);
    const absl::Duration now = parts_.clock->SinceBoot();
    if (now - unsigned_told_ >= kLinkWithin) {  // a peer that lies must not fill the journal
      unsigned_told_ = now;
      log::Warn("log-head-unsigned", {{"from", heard.from}, {"status", by_log}});
    }
    return true;
  }
  // Two roots of one size speak for themselves, also while the log is away.
  const BelievedPtr ours = Newest();
  if (!log_away || (ours != nullptr && ours->head.size == heard.head->size)) {
    *asked = LinkHeard(*note, heard.from);
  }
  if (asked->ok() || IsForked(*asked)) {
    Forget(heard);
    return true;
  }
  if (ours == nullptr || !LogAnswered(*asked) ||
      parts_.clock->SinceBoot() - heard.since < kLinkWithin) {
    return false;
  }
  *asked = Alarm(ours->note, *note, heard.from);
  Forget(heard);
  return true;
}

void LogHeads::CheckHeard() {
  std::vector<HeardHead> heard;
  {
    absl::ReaderMutexLock lock(&mutex_);
    heard = heard_;
  }
  int unlinked = 0;
  absl::Status away;  // what the log answered when it could not be asked
  for (const HeardHead& each : heard) {
    absl::Status asked = away;
    if (forked_) {
      Forget(each);
      continue;
    }
    if (Settle(each, !away.ok(), &asked)) continue;
    if (!LogAnswered(asked)) away = asked;
    if (parts_.clock->SinceBoot() - each.since < kLinkWithin) continue;
    if (++unlinked > unlinked_) {
      log::Error("log-head-unlinked",
                 {{"from", each.from}, {"size", each.head->size}, {"status", asked}});
    }
  }
  unlinked_ = unlinked;
  parts_.figures.log_unlinked.Set(unlinked);
}

}  // namespace shareway::exchange
