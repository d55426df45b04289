// SPDX-License-Identifier: Apache-2.0
// Making and reading postings.
#include "services/audit/store/posting.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"

namespace shareway::audit {
namespace {

constexpr uint8_t kOtherKind = 255;
constexpr size_t kTimesBytes = 16;
constexpr size_t kPlaceBytes = 4;
constexpr size_t kUsualTerms = 6;  // of an entry

uint8_t KindByte(int kind) {
  return kind >= 0 && kind < kOtherKind ? static_cast<uint8_t>(kind) : kOtherKind;
}

int64_t Seconds(absl::Time time) { return absl::ToUnixSeconds(time); }

bool MayBe(uint8_t kind, bool failed, const Query& query) {
  if (query.kind != 0 && kind != KindByte(query.kind)) return false;
  if (query.result == Result::kSucceeded && failed) return false;
  return failed || (query.result != Result::kFailed && query.reason.empty());
}

std::string PostingBytes(const Posting& posting) {
  std::string bytes = absl::StrCat(BigEndian64(static_cast<uint64_t>(posting.earliest)),
                                   BigEndian64(static_cast<uint64_t>(posting.latest)));
  bytes.reserve(kTimesBytes + kPlaceBytes * posting.places.size());
  for (const Posting::Place& place : posting.places) {
    bytes.push_back(static_cast<char>(place.place >> 8));
    bytes.push_back(static_cast<char>(place.place & 0xff));
    bytes.push_back(static_cast<char>(place.kind));
    bytes.push_back(place.failed ? '\1' : '\0');
  }
  return bytes;
}

absl::StatusOr<Posting> ParsePosting(absl::string_view key, absl::string_view bytes) {
  if (key.size() != kPostingPrefix.size() + 16 || bytes.size() < kTimesBytes + kPlaceBytes ||
      (bytes.size() - kTimesBytes) % kPlaceBytes != 0) {
    return Damaged(key, absl::StrCat("a posting of ", bytes.size(), " bytes"));
  }
  Posting posting;
  posting.span = ~ReadBigEndian64(key.substr(key.size() - 8));
  posting.earliest = static_cast<int64_t>(ReadBigEndian64(bytes));
  posting.latest = static_cast<int64_t>(ReadBigEndian64(bytes.substr(8)));
  posting.places.reserve((bytes.size() - kTimesBytes) / kPlaceBytes);
  for (size_t i = kTimesBytes; i < bytes.size(); i += kPlaceBytes) {
    const auto byte = [&](size_t k) { return static_cast<uint8_t>(bytes[i + k]); };
    const auto place = static_cast<uint16_t>(byte(0) << 8 | byte(1));
    if (place >= kIndexSpan) return Damaged(key, absl::StrCat("has place ", place));
    posting.places.push_back({.place = place, .kind = byte(2), .failed = byte(3) != 0});
  }
  return posting;
}

}  // namespace

Traits Traits::Of(const Facts& facts) {
  return {.seconds = Seconds(facts.time),
          .kind = KindByte(facts.kind),
          .failed = !facts.reason.empty()};
}

bool Posting::MayMatch(const Query& query) const {
  return Seconds(query.start) <= latest && earliest <= Seconds(query.end);
}

bool Posting::MayMatch(const Place& place, const Query& query) const {
  return MayBe(place.kind, place.failed, query);
}

void BundleTerms::Add(uint8_t place, const Facts& facts, absl::Span<const TermKey> terms) {
  if (terms_.empty()) {
    terms_.reserve(kUsualTerms * kBundle);
    places_.reserve(kUsualTerms * kBundle);
  }
  traits_[place] = Traits::Of(facts);
  for (const TermKey term : terms) {
    terms_.push_back(term);
    places_.push_back(place);
  }
}

void BundleTerms::Add(uint8_t place, const Facts& facts) {
  std::vector<TermKey> terms;
  for (const Term& term : TermsOf(facts)) terms.push_back(KeyOf(term));
  Add(place, facts, terms);
}

std::vector<uint8_t> BundleTerms::Find(TermKey term, const Query& query) const {
  const int64_t start = Seconds(query.start);
  const int64_t end = Seconds(query.end);
  std::vector<uint8_t> found;
  for (size_t i = 0; i < terms_.size(); ++i) {
    if (terms_[i] != term) continue;
    const Traits& traits = traits_[places_[i]];
    if (traits.seconds < start || traits.seconds > end) continue;
    if (!MayBe(traits.kind, traits.failed, query)) continue;
    // Two terms of one entry may have the same key.
    if (found.empty() || found.back() != places_[i]) found.push_back(places_[i]);
  }
  return found;
}

std::vector<kv::Pair> IndexFile(uint64_t span,
                                absl::Span<const std::shared_ptr<const BundleTerms>> bundles) {
  std::vector<std::pair<TermKey, uint16_t>> places;
  for (size_t b = 0; b < bundles.size(); ++b) {
    for (size_t i = 0; i < bundles[b]->terms_.size(); ++i) {
      places.emplace_back(bundles[b]->terms_[i],
                          static_cast<uint16_t>(b * kBundle + bundles[b]->places_[i]));
    }
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  std::vector<kv::Pair> pairs(1);  // the first one tells of all
  for (size_t begin = 0; begin < places.size();) {
    Posting posting{.span = span};
    const TermKey term = places[begin].first;
    for (const size_t first = begin; begin < places.size() && places[begin].first == term;
         ++begin) {
      const uint16_t place = places[begin].second;
      const Traits& traits = bundles[place / kBundle]->traits_[place % kBundle];
      posting.earliest =
          begin == first ? traits.seconds : std::min(posting.earliest, traits.seconds);
      posting.latest = begin == first ? traits.seconds : std::max(posting.latest, traits.seconds);
      posting.places.push_back({.place = place, .kind = traits.kind, .failed = traits.failed});
    }
    pairs.push_back({PostingKey(term, span), PostingBytes(posting)});
  }
  pairs[0].key = IndexedKey(span);
  pairs[0].value = Guarded(pairs[0].key, BigEndian64(pairs.size() - 1));
  return pairs;
}

absl::StatusOr<uint64_t> IndexedSpans(const kv::Store& store) {
  absl::StatusOr<uint64_t> spans = 0;
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(kIndexedPrefix, PrefixEnd(kIndexedPrefix),
                 [&spans](absl::string_view key, absl::string_view value, uint64_t) {
                   const absl::StatusOr<std::string> count = Unguard(key, value);
                   if (!count.ok() || key.size() != kIndexedPrefix.size() + 8) {
                     spans = Damaged(key, "does not name an ingested span");
                   } else {
                     spans = ~ReadBigEndian64(key.substr(kIndexedPrefix.size())) + 1;
                   }
                   return false;
                 }));
  return spans;
}

absl::Status ScanPostings(const kv::Store& store, TermKey term, uint64_t span,
                          absl::FunctionRef<bool(const Posting&)> visit) {
  absl::Status status;
  const absl::Status scanned =
      store.Scan(PostingKey(term, span), PrefixEnd(PostingPrefix(term)),
                 [&](absl::string_view key, absl::string_view value, uint64_t) {
                   absl::StatusOr<Posting> posting = ParsePosting(key, value);
                   if (!posting.ok()) {
                     status = posting.status();
                     return false;
                   }
                   return visit(*posting);
                 });
  return status.ok() ? scanned : status;
}

}  // namespace shareway::audit
