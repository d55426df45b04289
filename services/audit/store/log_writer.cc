// SPDX-License-Identifier: Apache-2.0
// Load, decide, store: what is new, where it goes, one batch.
//
// Crash order: everything about a group of entries is one batch, so a crash
// leaves the log before the group or after it. A producer that got no answer
// sends again and is told the indices that its entries have.
#include "services/audit/store/log_writer.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/audit/domain/half.h"
#include "services/audit/store/posting.h"

namespace shareway::audit {
namespace {

absl::Status CheckSigned(const LogReader& reader, const LogState& state,
                         const Checkpoint& checkpoint) {
  if (state.size() < checkpoint.size) {
    return absl::DataLossError(absl::StrCat("the log has ", state.size(), " entries, but ",
                                            checkpoint.size, " were signed"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, merkle::RootAt(crypto::LogHasher(), checkpoint.size,
                                                              [&](merkle::NodeId node) {
                                                                return reader.Node(state, node);
                                                              }));
  if (root == checkpoint.root) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the first ", checkpoint.size, " entries do not have the root that was signed"));
}

absl::StatusOr<bool> HasKeys(const kv::Store& store, absl::string_view start,
                             absl::string_view limit) {
  bool any = false;
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(start, limit, [&any](absl::string_view, absl::string_view, uint64_t) {
        any = true;
        return false;
      }));
  return any;
}

// The entries from a state's incomplete bundle on, by index, with those that are added.
struct Grown {
  const LogState& before;
  absl::Span<const EntryPtr> added;

  uint64_t size() const { return before.size() + added.size(); }
  const Entry& at(uint64_t index) const {
    return index < before.size() ? *before.tail[index - before.tail_begin()]
                                 : *added[index - before.size()];
  }
};

// Hashes every entry a second time, from the very bytes that go to the store: a bit
// that flipped since the first time would be in the tree for ever.
absl::Status CheckBytes(const kv::Batch& batch, const Grown& grown) {
  for (const kv::Batch::Op& op : batch.ops()) {
    if (op.kind != kv::Batch::Op::Kind::kPut) continue;
    const absl::string_view key = op.key;
    if (!absl::StartsWith(key, kBundlePrefix) && !absl::StartsWith(key, kTailPrefix)) continue;
    uint64_t index = ReadBigEndian64(key.substr(kBundlePrefix.size()));
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<EntryView> entries, ParseEntries(op.value));
    for (const EntryView& entry : entries) {
      // What comes from a copy without its record has only its commitment.
      const Hash32 commitment = entry.record.empty() ? *Hash32::From(entry.commitment)
                                                     : CommitmentOf(entry.salt, entry.record);
      if (index >= grown.size() || commitment.view() != entry.commitment ||
          crypto::LogHasher().leaf(commitment.view()) != grown.at(index).leaf) {
        return absl::DataLossError(absl::StrCat(
            "the bytes of entry ", index, " changed in memory: this machine's memory is bad"));
      }
      ++index;
    }
  }
  return absl::OkStatus();
}

std::shared_ptr<const BundleTerms> TermsOfBundle(const Grown& grown, uint64_t bundle) {
  auto terms = std::make_shared<BundleTerms>();
  for (uint64_t place = 0; place < kBundle; ++place) {
    const Entry& entry = grown.at(bundle * kBundle + place);
    terms->Add(static_cast<uint8_t>(place), entry.facts, entry.terms);
  }
  return terms;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogWriter>> LogWriter::Open(kv::Store* store,
                                                           const Checkpoint& checkpoint,
                                                           const Options& options) {
  std::unique_ptr<LogWriter> writer(new LogWriter(store, checkpoint, options));
  SHAREWAY_RETURN_IF_ERROR(writer->Read(options.now));
  return writer;
}

absl::Status LogWriter::Read(absl::Time now) {
  SHAREWAY_ASSIGN_OR_RETURN(LogState state, ReadState(*store_));
  SHAREWAY_RETURN_IF_ERROR(CheckSigned(reader_, state, checkpoint_));
  SHAREWAY_ASSIGN_OR_RETURN(unmatched_, Unmatched::Read(store_, options_.settle));
  SHAREWAY_RETURN_IF_ERROR(Replay(&state, now));
  runs_ = Runs(store_);
  stale_ = false;
  made_ = std::make_shared<const LogState>(std::move(state));
  absl::MutexLock lock(&mutex_);
  state_ = made_;
  return absl::OkStatus();
}

// What was in memory only: terms that were not ingested, halves that had not settled.
absl::Status LogWriter::Replay(LogState* state, absl::Time now) {
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t spans, IndexedSpans(*store_));
  if (spans * kIndexSpan > state->size() || unmatched_.until() > state->size()) {
    return Damaged(kHeadKey,
                   absl::StrCat("the log has ", state->size(), " entries, but ", spans * kIndexSpan,
                                " are indexed and ", unmatched_.until(), " accounted"));
  }
  state->recent = std::make_shared<RecentTerms>(spans * kIndexBundles);
  const uint64_t first = std::min(spans * kIndexSpan, unmatched_.until());
  for (uint64_t begin = first / kBundle * kBundle; begin < state->size(); begin += kBundle) {
    const bool with_terms = begin >= spans * kIndexSpan && begin < state->tail_begin();
    SHAREWAY_RETURN_IF_ERROR(ReplayBundle(*state, begin, with_terms, now));
  }
  return absl::OkStatus();
}

absl::Status LogWriter::ReplayBundle(const LogState& state, uint64_t begin, bool with_terms,
                                     absl::Time now) {
  const absl::StatusOr<std::vector<Found>> found = reader_.Entries(
      state, begin, std::min(begin + kBundle, state.size()), std::numeric_limits<size_t>::max());
  if (!found.ok() && with_terms && options_.archive == nullptr) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool there,
                              HasKeys(*store_, BundleKey(begin), BundleKey(begin + kBundle)));
    // Archived before its terms were ingested; it has to be looked through.
    if (!there) {
      state.recent->Add(nullptr);
      return absl::OkStatus();
    }
  }
  SHAREWAY_RETURN_IF_ERROR(found.status());
  auto terms = std::make_shared<BundleTerms>();
  for (const Found& one : *found) {
    if (with_terms) terms->Add(static_cast<uint8_t>(one.index - begin), one.facts);
    if (one.index < unmatched_.until()) continue;
    if (const std::optional<Half> half = HalfOf(one.facts)) {
      SHAREWAY_RETURN_IF_ERROR(unmatched_.Take(*half, one.index, now));
    }
  }
  if (with_terms) state.recent->Add(std::move(terms));
  return absl::OkStatus();
}

std::shared_ptr<const LogState> LogWriter::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

absl::StatusOr<LogWriter::Appended> LogWriter::Plan(absl::Span<const EntryPtr> entries,
                                                    std::vector<EntryPtr>* fresh) {
  // In the order of ids, so that twins are neighbours and runs are long.
  std::vector<size_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0);
  const auto goes_before = [entries](size_t a, size_t b) {
    return std::tie(entries[a]->stream, entries[a]->sequence) <
           std::tie(entries[b]->stream, entries[b]->sequence);
  };
  // Often one producer's batch, and in order.
  if (!std::is_sorted(order.begin(), order.end(), goes_before)) {
    std::stable_sort(order.begin(), order.end(), goes_before);
  }

  const uint64_t size = made_->size();
  Appended appended;
  appended.indices.resize(entries.size());
  const Entry* before = nullptr;
  uint64_t before_index = 0;
  for (const size_t place : order) {
    const Entry& entry = *entries[place];
    if (before == nullptr || before->stream != entry.stream || before->sequence != entry.sequence) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::optional<uint64_t> known,
                                runs_.Find(entry.stream, entry.sequence));
      before_index = known.value_or(size + fresh->size());
      if (!known) {
        runs_.Add(entry.stream, entry.sequence, before_index);
        fresh->push_back(entries[place]);
      }
    }
    appended.indices[place] = before_index;
    before = &entry;
  }
  appended.added = fresh->size();
  return appended;
}

absl::StatusOr<LogWriter::Appended> LogWriter::Append(absl::Span<const EntryPtr> entries,
                                                      absl::Time receipt) {
  SHAREWAY_ASSIGN_OR_RETURN(Group group, Make(entries, receipt));
  Begin(&group, [] {});
  return Finish(std::move(group));
}

absl::StatusOr<LogWriter::Group> LogWriter::Make(absl::Span<const EntryPtr> entries,
                                                 absl::Time receipt) {
  if (stale_) SHAREWAY_RETURN_IF_ERROR(Read(receipt));
  // Unless all of it succeeds, memory is half of a group ahead.
  stale_ = true;
  SHAREWAY_ASSIGN_OR_RETURN(Group group, MakeFresh(entries, receipt));
  stale_ = false;
  return group;
}

absl::StatusOr<LogWriter::Group> LogWriter::MakeFresh(absl::Span<const EntryPtr> entries,
                                                      absl::Time receipt) {
  Group group;
  std::vector<EntryPtr> fresh;
  SHAREWAY_ASSIGN_OR_RETURN(group.appended_, Plan(entries, &fresh));
  if (fresh.empty()) return group;
  const std::shared_ptr<const LogState> before = made_;
  const Grown grown{*before, fresh};
  kv::Batch& batch = group.batch_;
  group.after_ = std::make_shared<const LogState>(Grow(*before, fresh, &batch));
  SHAREWAY_RETURN_IF_ERROR(CheckBytes(batch, grown));
  group.followable_ = runs_.Write(&batch);
  for (size_t i = 0; i < fresh.size(); ++i) {
    if (!fresh[i]->half) continue;
    SHAREWAY_RETURN_IF_ERROR(unmatched_.Take(*fresh[i]->half, before->size() + i, receipt));
  }
  const size_t ops = batch.ops().size();
  SHAREWAY_RETURN_IF_ERROR(unmatched_.Write(receipt, group.after_->size(), &batch));
  // Its account alone is never looked up.
  if (batch.ops().size() > ops + 1) group.followable_ = false;
  const uint64_t end = group.after_->tail_begin();
  for (uint64_t begin = before->tail_begin(); begin < end; begin += kBundle) {
    group.terms_.push_back(TermsOfBundle(grown, begin / kBundle));
  }
  made_ = group.after_;
  return group;
}

void LogWriter::Begin(Group* group, std::function<void()> written) {
  group->outcome_ = std::make_shared<Group::Outcome>();
  const auto done = [outcome = group->outcome_, written = std::move(written)](
                        const absl::StatusOr<kv::Committed>& committed) {
    outcome->status = committed.status();
    written();  // first: whoever finishes may be gone afterwards
    outcome->written.Notify();
  };
  if (group->after_ == nullptr) return done(kv::Committed());
  store_->CommitAsync(std::move(group->batch_), done);
}

absl::StatusOr<LogWriter::Appended> LogWriter::Finish(Group group) {
  group.outcome_->written.WaitForNotification();
  if (!group.outcome_->status.ok()) {
    stale_ = true;
    return group.outcome_->status;
  }
  if (group.after_ != nullptr) {
    // Only what is durable may be ingested.
    for (auto& terms : group.terms_) group.after_->recent->Add(std::move(terms));
    absl::MutexLock lock(&mutex_);
    state_ = std::move(group.after_);
  }
  return std::move(group.appended_);
}

absl::Status LogWriter::Settle(absl::Time now) {
  if (stale_ || !unmatched_.Due(now)) return absl::OkStatus();
  stale_ = true;
  kv::Batch batch;
  SHAREWAY_RETURN_IF_ERROR(unmatched_.Write(now, state()->size(), &batch));
  SHAREWAY_RETURN_IF_ERROR(store_->Commit(std::move(batch)).status());
  stale_ = false;
  return absl::OkStatus();
}

}  // namespace shareway::audit
