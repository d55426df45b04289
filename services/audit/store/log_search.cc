// SPDX-License-Identifier: Apache-2.0
// Searching, from the newest entry down: entries of the incomplete bundle, then
// terms in memory, then those ingested.
#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>

#include "libs/base/status.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/posting.h"

namespace shareway::audit {
namespace {

// What a bundle costs a reader of some agencies' records: 256 entries of 1 KiB.
constexpr size_t kBundleCharge = 256 << 10;

// Where in a bundle or span entries lie, ascending, each once.
using Places = std::vector<uint16_t>;

Places Sorted(Places places) {
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

Places InBoth(const Places& a, const Places& b) {
  Places both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

// The newest ingested posting of a term in spans up to `span`.
absl::StatusOr<std::optional<Posting>> NewestPosting(const kv::Store& store, TermKey term,
                                                     uint64_t span) {
  std::optional<Posting> newest;
  SHAREWAY_RETURN_IF_ERROR(ScanPostings(store, term, span, [&newest](const Posting& posting) {
    newest = posting;
    return false;
  }));
  return newest;
}

}  // namespace

class LogReader::Searching {
 public:
  Searching(const LogReader* log, const LogState& state, absl::Span<const Query> queries,
            const Reader& reader, const SearchLimits& limits)
      : log_(log), state_(state), reader_(reader), limits_(limits) {
    for (const std::string& agency : reader.agencies) {
      if (!agency.empty()) agencies_.push_back(KeyOf({Term::Kind::kAgency, agency}));
    }
    for (const Query& query : queries) asked_.push_back({&query, KeyOf(query.term()), {}});
    sees_all_asked_ =
        reader.all || std::all_of(asked_.begin(), asked_.end(), [this](const Asked& asked) {
          return std::find(agencies_.begin(), agencies_.end(), asked.term) != agencies_.end();
        });
  }

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
  // One of the queries, and where the search for it is.
  struct Asked {
    const Query* query = nullptr;
    TermKey term = {};
    std::optional<Posting> next = {};  // the newest one that was not looked at
  };

  // The page takes no more, or nothing is left.
  bool done() const { return full_ || below_ <= limits_.from; }

  bool spent() const { return examined_ >= limits_.examined || bytes_read_ >= limits_.bytes_read; }
  // The next page begins with the entry at `index`.
  void Stop(uint64_t index) {
    page_.below = index + 1;
    full_ = true;
  }
  bool Wanted(const Facts& facts) const {
    return reader_.MayRead(facts) && std::any_of(asked_.begin(), asked_.end(), [&](const Asked& a) {
             return a.query->Matches(facts);
           });
  }
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
      size_t bytes = 0;
      for (const std::string& part : bundle_.parts) bytes += part.size();
      bytes_read_ += reader_.all ? bytes : kBundleCharge;
    }
    SHAREWAY_ASSIGN_OR_RETURN(Found found,
                              OpenFound(index, bundle_.entries[index % kBundle].Copy()));
    if (Wanted(found.facts)) Offer(std::move(found));
    return absl::OkStatus();
  }

  // Looks at candidates from entry `begin` on, newest first.
  absl::Status LookAtPlaces(uint64_t begin, const Places& places) {
    for (auto place = places.rbegin(); place != places.rend() && !full_; ++place) {
      const uint64_t index = begin + *place;
      if (index < below_ && index >= limits_.from) SHAREWAY_RETURN_IF_ERROR(LookAt(index));
    }
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
      const BundleTerms* terms =
          number < recent.end() ? recent.bundles[number - recent.first].get() : nullptr;
      SHAREWAY_RETURN_IF_ERROR(LookAtPlaces(number * kBundle, CandidatesIn(terms)));
      below_ = number * kBundle;
    }
    return absl::OkStatus();
  }

  // A bundle of which memory knows nothing (null) is looked through.
  Places CandidatesIn(const BundleTerms* terms) const {
    Places places;
    if (terms == nullptr) {
      places.resize(kBundle);
      std::iota(places.begin(), places.end(), uint16_t{0});
      return places;
    }
    const auto add = [terms](TermKey term, const Query& query, Places* to) {
      for (const uint8_t place : terms->Find(term, query)) to->push_back(place);
    };
    for (const Asked& asked : asked_) add(asked.term, *asked.query, &places);
    places = Sorted(std::move(places));
    if (sees_all_asked_ || places.empty()) return places;
    Places theirs;
    for (const TermKey agency : agencies_) add(agency, Query(), &theirs);
    return InBoth(places, Sorted(std::move(theirs)));
  }

  // Who reads all pays for each posting. Other readers do not, since they would learn that
  // there is one: they pass so many spans, whether these have postings or not.
  absl::Status LookAtIngested() {
    const uint64_t newest = (below_ - 1) / kIndexSpan;
    const uint64_t oldest =
        reader_.all || newest < limits_.spans ? 0 : newest + 1 - limits_.spans;
    SHAREWAY_RETURN_IF_ERROR(SeekAll(newest));
    while (!full_) {
      const std::optional<uint64_t> span = NextSpan();
      if (!span || *span < oldest || (*span + 1) * kIndexSpan <= limits_.from) break;
      SHAREWAY_RETURN_IF_ERROR(LookAtSpan(*span));
      if (reader_.all && !full_ && spent() && *span * kIndexSpan > limits_.from) {
        Stop(*span * kIndexSpan - 1);
      }
    }
    if (!full_ && oldest * kIndexSpan > limits_.from) Stop(oldest * kIndexSpan - 1);
    return absl::OkStatus();
  }

  absl::Status SeekAll(uint64_t span) {
    for (Asked& asked : asked_) {
      SHAREWAY_ASSIGN_OR_RETURN(asked.next, NewestPosting(*log_->store_, asked.term, span));
    }
    return absl::OkStatus();
  }

  std::optional<uint64_t> NextSpan() const {
    std::optional<uint64_t> span;
    for (const Asked& asked : asked_) {
      if (asked.next) span = std::max(span.value_or(0), asked.next->span);
    }
    return span;
  }

  absl::Status LookAtSpan(uint64_t span) {
    Places places;
    for (Asked& asked : asked_) {
      if (!asked.next || asked.next->span != span) continue;
      const Posting& posting = *asked.next;
      if (reader_.all) {
        ++examined_;
        bytes_read_ += posting.places.size() * sizeof(Posting::Place);
      }
      if (posting.MayMatch(*asked.query)) {
        for (const Posting::Place& place : posting.places) {
          if (posting.MayMatch(place, *asked.query)) places.push_back(place.place);
        }
      }
      asked.next.reset();
      if (span == 0) continue;
      SHAREWAY_ASSIGN_OR_RETURN(asked.next, NewestPosting(*log_->store_, asked.term, span - 1));
    }
    places = Sorted(std::move(places));
    if (!sees_all_asked_ && !places.empty()) {
      SHAREWAY_ASSIGN_OR_RETURN(const Places theirs, TheirsIn(span));
      places = InBoth(places, theirs);
    }
    return LookAtPlaces(span * kIndexSpan, places);
  }

  // Entries of an ingested span that have one of the reader's agencies.
  absl::StatusOr<Places> TheirsIn(uint64_t span) const {
    Places theirs;
    for (const TermKey agency : agencies_) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Posting> posting,
                                NewestPosting(*log_->store_, agency, span));
      if (!posting || posting->span != span) continue;
      for (const Posting::Place& place : posting->places) theirs.push_back(place.place);
    }
    return Sorted(std::move(theirs));
  }

  const LogReader* const log_;
  const LogState& state_;
  const Reader& reader_;
  const SearchLimits& limits_;
  std::vector<Asked> asked_;
  std::vector<TermKey> agencies_;  // of a reader who may not read all
  bool sees_all_asked_ = false;    // whatever has one of the terms is the reader's to see

  SearchPage page_;
  uint64_t below_ = 0;  // entries from here on were looked at
  bool full_ = false;
  size_t bytes_ = 0;
  size_t examined_ = 0;
  size_t bytes_read_ = 0;
  Bundle bundle_;
  uint64_t bundle_number_ = 0;
};

absl::StatusOr<SearchPage> LogReader::Search(const LogState& state, absl::Span<const Query> queries,
                                             const Reader& reader, uint64_t below,
                                             const SearchLimits& limits) const {
  return Searching(this, state, queries, reader, limits).Run(below);
}

}  // namespace shareway::audit
