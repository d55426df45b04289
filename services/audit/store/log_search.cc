// SPDX-License-Identifier: Apache-2.0
// Searching, from the newest entry down: entries of the incomplete bundle, then
// terms in memory, then those ingested.
#include <algorithm>
#include <optional>
#include <utility>

#include "libs/base/status.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/posting.h"

namespace shareway::audit {

class LogReader::Searching {
 public:
  Searching(const LogReader* log, const LogState& state, const Query& query, const Reader& reader,
            const SearchLimits& limits)
      : log_(log),
        state_(state),
        query_(query),
        reader_(reader),
        limits_(limits),
        term_(KeyOf(query.term())) {}

  absl::StatusOr<SearchPage> Run(uint64_t below) && {
    below_ = std::min(below, state_.size());
    SHAREWAY_RETURN_IF_ERROR(LookAtTail());
    if (!done()) SHAREWAY_RETURN_IF_ERROR(LookAtRecent());
    if (!done()) SHAREWAY_RETURN_IF_ERROR(LookAtIngested());
    page_.examined = examined_;
    page_.bytes_read = bytes_read_;
    return std::move(page_);
  }

 private:
  // The page takes no more, or nothing is left.
  bool done() const { return full_ || below_ <= limits_.from; }

  bool spent() const { return examined_ >= limits_.examined || bytes_read_ >= limits_.bytes_read; }
  // The next page begins with the entry at `index`.
  void Stop(uint64_t index) {
    page_.below = index + 1;
    full_ = true;
  }
  bool Wanted(const Facts& facts) const { return query_.Matches(facts) && reader_.MayRead(facts); }
  // Takes an entry that is wanted, if it has room on the page. Only such an entry ends a full
  // page: where the next one begins would else tell of entries that the reader may not see.
  void Offer(Found found) {
    const size_t bytes = found.stored.sealed.record().size() + kEntryOverhead;
    if (page_.found.size() == limits_.entries ||
        (!page_.found.empty() && bytes_ + bytes > limits_.bytes)) {
      return Stop(found.index);
    }
    bytes_ += bytes;
    page_.found.push_back(std::move(found));
  }

  absl::Status LookAtTail() {
    for (; !full_ && below_ > std::max(state_.tail_begin(), limits_.from); --below_) {
      const uint64_t index = below_ - 1;
      const Entry& entry = *state_.tail[index - state_.tail_begin()];
      if (!Wanted(entry.facts)) continue;
      if (spent()) {
        Stop(index);
        break;
      }
      ++examined_;
      Offer({.index = index, .stored = {entry.commitment, entry.sealed}, .facts = entry.facts});
    }
    return absl::OkStatus();
  }

  // Reads the entry and takes it if it is wanted. Not for the incomplete bundle.
  absl::Status LookAt(uint64_t index) {
    if (spent()) {
      Stop(index);
      return absl::OkStatus();
    }
    ++examined_;
    if (bundle_.entries.empty() || bundle_number_ != index / kBundle) {
      SHAREWAY_ASSIGN_OR_RETURN(bundle_, log_->ReadBundle(index / kBundle));
      bundle_number_ = index / kBundle;
      for (const std::string& part : bundle_.parts) bytes_read_ += part.size();
    }
    SHAREWAY_ASSIGN_OR_RETURN(Found found,
                              OpenFound(index, bundle_.entries[index % kBundle].Copy()));
    if (Wanted(found.facts)) Offer(std::move(found));
    return absl::OkStatus();
  }

  absl::Status LookAtRecent() {
    RecentTerms::View recent;
    if (state_.recent != nullptr) {
      recent = state_.recent->view();
    } else {
      SHAREWAY_ASSIGN_OR_RETURN(const uint64_t spans, IndexedSpans(*log_->store_));
      recent.first = spans * kIndexBundles;
    }
    while (!done() && below_ > recent.first * kBundle) {
      const uint64_t number = (below_ - 1) / kBundle;
      const uint64_t begin = number * kBundle;
      // A bundle of which memory knows nothing is looked through.
      const BundleTerms* terms =
          number < recent.end() ? recent.bundles[number - recent.first].get() : nullptr;
      std::vector<uint8_t> places;
      if (terms != nullptr) {
        places = terms->Find(term_, query_);
      } else {
        for (uint64_t place = 0; place < kBundle; ++place) {
          places.push_back(static_cast<uint8_t>(place));
        }
      }
      for (auto place = places.rbegin(); place != places.rend() && !full_; ++place) {
        const uint64_t index = begin + *place;
        if (index < below_ && index >= limits_.from) SHAREWAY_RETURN_IF_ERROR(LookAt(index));
      }
      below_ = begin;
    }
    return absl::OkStatus();
  }

  absl::Status LookAtIngested() {
    absl::Status status;
    SHAREWAY_RETURN_IF_ERROR(
        ScanPostings(*log_->store_, term_, (below_ - 1) / kIndexSpan, [&](const Posting& posting) {
          const uint64_t begin = posting.span * kIndexSpan;
          if (begin + kIndexSpan <= limits_.from) return false;
          ++examined_;
          bytes_read_ += posting.places.size() * sizeof(Posting::Place);
          if (posting.MayMatch(query_)) status = LookAtPosting(posting);
          if (!status.ok() || full_) return false;
          if (!spent() || begin <= limits_.from) return true;
          Stop(begin - 1);
          return false;
        }));
    return status;
  }

  absl::Status LookAtPosting(const Posting& posting) {
    for (auto place = posting.places.rbegin(); place != posting.places.rend() && !full_; ++place) {
      const uint64_t index = posting.span * kIndexSpan + place->place;
      if (index >= below_ || index < limits_.from || !posting.MayMatch(*place, query_)) continue;
      SHAREWAY_RETURN_IF_ERROR(LookAt(index));
    }
    return absl::OkStatus();
  }

  const LogReader* const log_;
  const LogState& state_;
  const Query& query_;
  const Reader& reader_;
  const SearchLimits& limits_;
  const TermKey term_;

  SearchPage page_;
  uint64_t below_ = 0;  // entries from here on were looked at
  bool full_ = false;
  size_t bytes_ = 0;
  size_t examined_ = 0;
  size_t bytes_read_ = 0;
  Bundle bundle_;
  uint64_t bundle_number_ = 0;
};

absl::StatusOr<SearchPage> LogReader::Search(const LogState& state, const Query& query,
                                             const Reader& reader, uint64_t below,
                                             const SearchLimits& limits) const {
  return Searching(this, state, query, reader, limits).Run(below);
}

}  // namespace shareway::audit
