// SPDX-License-Identifier: Apache-2.0
// Reads the log bundle by bundle, makes again what the writer made of it, and compares.
//
// Whatever lies in the store is compared with what the entries make it, or counted: a
// key that nothing explains is a violation, too.
#include "services/audit/store/fsck.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/audit/domain/half.h"
#include "services/audit/store/checkpoint.h"
#include "services/audit/store/fsck_copies.h"
#include "services/audit/store/fsck_heads.h"
#include "services/audit/store/fsck_index.h"
#include "services/audit/store/fsck_keys.h"
#include "services/audit/store/keys.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/log_state.h"
#include "services/audit/store/posting.h"
#include "services/audit/store/retention.h"
#include "services/audit/store/run.h"
#include "services/audit/store/stored_tree.h"
#include "services/audit/store/unmatched.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

constexpr absl::string_view kProvenFormat = "shareway-fsck/1";
constexpr absl::string_view kAudit = "services/audit";
constexpr size_t kShownBytes = 24;

class LogCheck {
 public:
  LogCheck(const kv::Store* store, const FsckOptions* options)
      : store_(store), options_(options), reader_(store, options->archive) {}

  absl::StatusOr<FsckReport> Run() {
    SHAREWAY_ASSIGN_OR_RETURN(const Birth birth, ReadBirth(*store_));
    const std::string key =
        options_->verifier_key.empty() ? birth.verifier_key : options_->verifier_key;
    if (key != birth.verifier_key) {
      return Damaged(kLogKeyKey, absl::StrCat("I8: the log's key is ", birth.verifier_key,
                                              ", pinned is ", key));
    }
    SHAREWAY_ASSIGN_OR_RETURN(state_, ReadState(*store_));
    const HeadsCheck heads(store_, &reader_, &state_, key);
    SHAREWAY_RETURN_IF_ERROR(CheckArchiveGiven(*store_, *options_));
    SHAREWAY_RETURN_IF_ERROR(Begin(key, heads));
    SHAREWAY_RETURN_IF_ERROR(CheckEntries());
    report_.size = state_.size();
    report_.root = edge_.Root(crypto::LogHasher());
    if (report_.root != state_.edge.Root(crypto::LogHasher())) {
      return Damaged(kHeadKey, "I11: the root over all entries is another");
    }
    SHAREWAY_RETURN_IF_ERROR(index_->Finish(state_.size()));
    SHAREWAY_RETURN_IF_ERROR(CheckRuns(*store_, state_.size(), options_->judge != nullptr));
    SHAREWAY_RETURN_IF_ERROR(heads.CheckSigned(options_->notes, &report_));
    SHAREWAY_RETURN_IF_ERROR(heads.CheckWitnessed(begin_ == 0 ? &sets_ : nullptr, &report_));
    SHAREWAY_RETURN_IF_ERROR(heads.CheckStamps(stamps_));
    if (options_->judge != nullptr) SHAREWAY_RETURN_IF_ERROR(options_->judge->Finish());
    SHAREWAY_RETURN_IF_ERROR(CheckWaiting());
    SHAREWAY_RETURN_IF_ERROR(CheckCopies(*store_, reader_, state_, heads, *options_, &report_));
    SHAREWAY_RETURN_IF_ERROR(CheckKeys(*store_, state_, &report_));
    report_.proven = {key, report_.size, report_.root};
    return report_;
  }

 private:
  // Where to begin: at the log's, or where an earlier run ended.
  absl::Status Begin(const std::string& key, const HeadsCheck& heads) {
    if (const std::optional<Proven>& since = options_->since) {
      if (since->verifier_key != key) {
        return absl::FailedPreconditionError(
            absl::StrCat("what was proven is of the log ", since->verifier_key, ", this is ", key));
      }
      SHAREWAY_RETURN_IF_ERROR(
          heads.CheckRoot("the tree that was proven before", since->size, since->root));
      // From a span of the index on, all before which are ingested.
      SHAREWAY_ASSIGN_OR_RETURN(const uint64_t spans, IndexedSpans(*store_));
      begin_ = std::min(since->size / kIndexSpan, spans) * kIndexSpan;
      SHAREWAY_ASSIGN_OR_RETURN(edge_, ReadEdge(*store_, begin_));
      state_.recent = std::make_shared<RecentTerms>(spans * kIndexBundles);
    }
    index_ = std::make_unique<IndexCheck>(store_, begin_ / kIndexSpan);
    if (options_->judge == nullptr) return absl::OkStatus();
    RecordsJudge::Log log;
    log.reread = [this](uint64_t index) { return Reread(index); };
    if (begin_ > 0) log.said_before = [this](const Entry& entry) { return SaidBefore(entry); };
    options_->judge->Begin(std::move(log));
    return absl::OkStatus();
  }

  absl::Status CheckEntries() {
    for (uint64_t begin = begin_; begin < state_.size(); begin += kBundle) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::string bytes,
                                reader_.BundleBytes(state_, begin / kBundle));
      SHAREWAY_ASSIGN_OR_RETURN(const std::vector<EntryView> views, ParseEntries(bytes));
      const uint64_t want = std::min(kBundle, state_.size() - begin);
      if (views.size() != want) {
        return Damaged(BundleKey(begin),
                       absl::StrCat("I10: ", views.size(), " entries, want ", want));
      }
      std::vector<EntryPtr> entries;
      for (size_t i = 0; i < views.size(); ++i) {
        SHAREWAY_ASSIGN_OR_RETURN(EntryPtr entry, OpenOne(begin + i, views[i]));
        SHAREWAY_RETURN_IF_ERROR(TakeOne(begin + i, *entry));
        entries.push_back(std::move(entry));
      }
      if (entries.size() == kBundle) SHAREWAY_RETURN_IF_ERROR(index_->Take(entries));
      if (options_->progress) options_->progress(begin + views.size(), state_.size());
    }
    return absl::OkStatus();
  }

  absl::StatusOr<EntryPtr> OpenOne(uint64_t index, const EntryView& view) {
    ++report_.read;
    const SegmentSpan span = SegmentOf(index, options_->segment_width);
    if (!deletions_ || deletions_->span() != span) {
      SHAREWAY_ASSIGN_OR_RETURN(deletions_, DeletedRecords::Read(*store_, span));
    }
    const bool may_be_gone = deletions_->Has(index);
    if (view.record.empty()) {
      if (!may_be_gone) {
        return Violation("I11", index, "its record is gone, and no deletion is on record",
                         view.commitment);
      }
      ++report_.deleted;
      Entry entry;
      entry.commitment = *Hash32::From(view.commitment);
      entry.leaf = crypto::LogHasher().leaf(view.commitment);
      return std::make_shared<const Entry>(std::move(entry));
    }
    if (may_be_gone && deletions_->settled()) {
      return Violation("I11", index, "its record was deleted, and is there", view.record);
    }
    absl::StatusOr<Entry> entry = OpenStored(index, view.Copy());
    if (!entry.ok()) return Violation("I11", index, entry.status().message(), view.record);
    return std::make_shared<const Entry>(*std::move(entry));
  }

  absl::Status TakeOne(uint64_t index, const Entry& entry) {
    for (const RightEdge::Completed& done : edge_.Append(crypto::LogHasher(), entry.leaf)) {
      const std::string key = TileKey(done.id);
      const absl::StatusOr<kv::Entry> found = store_->Get(key);
      if (!found.ok()) return Damaged(key, absl::StrCat("I11: ", found.status().message()));
      if (found->value != done.tile.bytes()) {
        return Damaged(key, absl::StrCat("I11: not the tile of the entries up to ", index));
      }
    }
    if (entry.sealed.record().empty()) return absl::OkStatus();
    SHAREWAY_RETURN_IF_ERROR(CheckId(index, entry));
    if (entry.half && waiting_.erase(HalfName::Of(*entry.half)) == 0) {
      waiting_.emplace(HalfName::OfMissing(*entry.half), index);  // said twice, the first one waits
    }
    if (entry.facts.producer == kAudit) SHAREWAY_RETURN_IF_ERROR(NoteOwn(index, entry));
    return options_->judge != nullptr ? options_->judge->Take(index, entry) : absl::OkStatus();
  }

  // The log's own records say who must cosign, and what was stamped.
  absl::Status NoteOwn(uint64_t index, const Entry& entry) {
    if (entry.facts.kind != evidence::v1::WITNESSES_CHANGED &&
        entry.facts.kind != evidence::v1::CHECKPOINT_STAMPED) {
      return absl::OkStatus();
    }
    SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened, evidence::Open(entry.sealed));
    const evidence::AuditRecord& record = opened.record;
    if (record.kind() == evidence::v1::CHECKPOINT_STAMPED) {
      stamps_.push_back({index, record.record_count(), record.object(), record.state()});
    } else if (record.object() == kWitnessesObject) {
      SHAREWAY_ASSIGN_OR_RETURN(WitnessSet set, ParseWitnessSet(record.state()));
      sets_.push_back({index, std::move(set)});
    }
    return absl::OkStatus();
  }

  // Entries of a stream come in long runs, so the last one is mostly the right one.
  absl::Status CheckId(uint64_t index, const Entry& entry) {
    std::optional<audit::Run>& run = runs_[entry.stream];
    if (!run || !run->IndexOf(entry.sequence)) {
      SHAREWAY_ASSIGN_OR_RETURN(run, ReadRun(*store_, entry.stream, entry.sequence));
    }
    if (run && run->IndexOf(entry.sequence) == index) return absl::OkStatus();
    return Violation("I10", index,
                     absl::StrCat("sequence ", entry.sequence, " of ", entry.producer,
                                  " is not kept to be here"),
                     entry.sealed.record());
  }

  absl::StatusOr<evidence::OpenedRecord> Reread(uint64_t index) const {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Found> found,
                              reader_.Entries(state_, index, index + 1, 1));
    return evidence::Open(found.front().stored.sealed);
  }

  // A log that is read in part looks for the others in its index.
  absl::StatusOr<bool> SaidBefore(const Entry& entry) const {
    Query query;
    query.exchange = entry.facts.exchange;
    SHAREWAY_ASSIGN_OR_RETURN(const SearchPage page,
                              reader_.Search(state_, query, {.all = true}, begin_, {}));
    return std::any_of(page.found.begin(), page.found.end(), [&](const Found& found) {
      const std::optional<Half> half = HalfOf(found.facts);
      return half && found.facts.ending == entry.facts.ending &&
             HalfName::Of(*half) == HalfName::Of(*entry.half);
    });
  }

  // I19. Of entries that were not read, or have no record any more, nobody can tell.
  absl::Status CheckWaiting() {
    const bool all = begin_ == 0 && report_.deleted == 0;
    SHAREWAY_ASSIGN_OR_RETURN(const Account account, ReadAccount(*store_));
    const bool there = store_->Get(kAccountKey).ok();
    if (account.until > state_.size() || there != (state_.size() > 0)) {
      return Damaged(kAccountKey, absl::StrCat("I19: the account goes to ", account.until));
    }
    absl::Status status;
    uint64_t count = 0;
    SHAREWAY_RETURN_IF_ERROR(
        store_->Scan(kUnmatchedPrefix, PrefixEnd(kUnmatchedPrefix),
                     [&](absl::string_view key, absl::string_view value, uint64_t) {
                       status = CheckWaitingOne(key, value, account, all);
                       ++count;
                       return status.ok();
                     }));
    SHAREWAY_RETURN_IF_ERROR(status);
    if (count != account.count) {
      return Damaged(kUnmatchedPrefix,
                     absl::StrCat("I19: ", count, " halves, the account is ", account.count));
    }
    SHAREWAY_RETURN_IF_ERROR(CheckCount(*store_, kAwaitedPrefix, count));
    const auto settled =
        static_cast<uint64_t>(std::count_if(waiting_.begin(), waiting_.end(), [&](const auto& one) {
          return one.second < account.until;
        }));
    report_.unmatched = count + waiting_.size() - settled;
    if (!all || count == settled) return absl::OkStatus();
    return Damaged(kUnmatchedPrefix,
                   absl::StrCat("I19: ", count, " halves wait, the entries make ", settled));
  }

  absl::Status CheckWaitingOne(absl::string_view key, absl::string_view value,
                               const Account& account, bool all) const {
    SHAREWAY_ASSIGN_OR_RETURN(const Waiting waiting, ParseWaiting(key, value));
    const HalfName missing = MissingOf(key, waiting);
    const auto found = waiting_.find(missing);
    const bool waits = found != waiting_.end() && found->second == waiting.index;
    if ((all && !waits) || waiting.index >= account.until) {
      return Damaged(key, "I19: no half waits here");
    }
    const std::string awaited = missing.AwaitedKey();
    const absl::StatusOr<kv::Entry> index = store_->Get(awaited);
    if (index.ok() && index->value == BigEndian64(waiting.index)) return absl::OkStatus();
    return Damaged(awaited, absl::StrCat("I19: is not ", waiting.index));
  }

  const kv::Store* const store_;
  const FsckOptions* const options_;
  const LogReader reader_;
  LogState state_;
  uint64_t begin_ = 0;
  RightEdge edge_;
  absl::flat_hash_map<HalfName, uint64_t> waiting_;  // index of the half that is there, by missing
  std::unique_ptr<IndexCheck> index_;
  std::vector<SetAt> sets_;
  std::vector<StampAt> stamps_;
  std::optional<DeletedRecords> deletions_;
  absl::flat_hash_map<Digest16, std::optional<audit::Run>> runs_;
  FsckReport report_;
};

}  // namespace

absl::Status Violation(absl::string_view invariant, uint64_t index, absl::string_view what,
                       absl::string_view bytes) {
  return absl::DataLossError(absl::StrCat(
      invariant, ": entry ", index, ": ", what, " (", bytes.size(),
      " bytes: ", ToHex(bytes.substr(0, kShownBytes)), bytes.size() > kShownBytes ? "…)" : ")"));
}

std::string Proven::Text() const {
  return absl::StrCat(kProvenFormat, "\n", verifier_key, "\n", size, "\n", ToHex(root.view()),
                      "\n");
}

absl::StatusOr<Proven> Proven::Parse(absl::string_view text) {
  const absl::Status refused = absl::InvalidArgumentError("this is no state that fsck wrote");
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  Proven proven;
  if (lines.size() != 5 || !absl::SimpleAtoi(lines[2], &proven.size)) return refused;
  proven.verifier_key = std::string(lines[1]);
  const absl::StatusOr<Hash32> root = Hash32::From(absl::HexStringToBytes(lines[3]));
  if (!root.ok()) return refused;
  proven.root = *root;
  if (proven.Text() == text) return proven;
  return refused;
}

absl::StatusOr<FsckReport> CheckLog(const kv::Store& store, const FsckOptions& options) {
  return LogCheck(&store, &options).Run();
}

}  // namespace shareway::audit
