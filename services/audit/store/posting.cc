// SPDX-License-Identifier: Apache-2.0
// Writing and reading postings.
#include "services/audit/store/posting.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"

namespace shareway::audit {
namespace {

constexpr uint8_t kOtherKind = 255;

uint8_t KindByte(int kind) {
  return kind >= 0 && kind < kOtherKind ? static_cast<uint8_t>(kind) : kOtherKind;
}

int64_t Seconds(absl::Time time) { return absl::ToUnixSeconds(time); }

std::string PostingBytes(const Posting& posting) {
  std::string bytes = absl::StrCat(BigEndian64(static_cast<uint64_t>(posting.earliest)),
                                   BigEndian64(static_cast<uint64_t>(posting.latest)));
  for (const Posting::Place& place : posting.places) {
    bytes.push_back(static_cast<char>(place.place));
    bytes.push_back(static_cast<char>(place.kind));
  }
  return bytes;
}

absl::StatusOr<Posting> ParsePosting(absl::string_view key, absl::string_view bytes) {
  if (key.size() != kPostingPrefix.size() + 17 + 8 || bytes.size() < 18 || bytes.size() % 2 != 0) {
    return Damaged(key, absl::StrCat("a posting of ", bytes.size(), " bytes"));
  }
  Posting posting;
  posting.bundle = ~ReadBigEndian64(key.substr(key.size() - 8));
  posting.earliest = static_cast<int64_t>(ReadBigEndian64(bytes));
  posting.latest = static_cast<int64_t>(ReadBigEndian64(bytes.substr(8)));
  for (size_t i = 16; i < bytes.size(); i += 2) {
    posting.places.push_back({static_cast<uint8_t>(bytes[i]), static_cast<uint8_t>(bytes[i + 1])});
  }
  return posting;
}

}  // namespace

bool Posting::MayMatch(const Query& query) const {
  return Seconds(query.start) <= latest && earliest <= Seconds(query.end);
}

bool Posting::MayMatch(const Place& place, const Query& query) const {
  return query.kind == 0 || place.kind == KindByte(query.kind);
}

void PutPostings(absl::Span<const EntryPtr> entries, uint64_t bundle, kv::Batch* batch) {
  std::vector<std::pair<TermKey, uint8_t>> places;
  for (size_t i = 0; i < entries.size(); ++i) {
    for (const TermKey& term : entries[i]->terms) {
      places.emplace_back(term, static_cast<uint8_t>(i));
    }
  }
  std::sort(places.begin(), places.end());
  for (size_t begin = 0; begin < places.size();) {
    const TermKey term = places[begin].first;
    Posting posting;
    posting.earliest = posting.latest = Seconds(entries[places[begin].second]->facts.time);
    for (; begin < places.size() && places[begin].first == term; ++begin) {
      const Facts& facts = entries[places[begin].second]->facts;
      posting.earliest = std::min(posting.earliest, Seconds(facts.time));
      posting.latest = std::max(posting.latest, Seconds(facts.time));
      posting.places.push_back({places[begin].second, KindByte(facts.kind)});
    }
    batch->Put(PostingKey(term, bundle), PostingBytes(posting));
  }
}

absl::Status ScanPostings(const kv::Store& store, const TermKey& term, uint64_t bundle,
                          absl::FunctionRef<bool(const Posting&)> visit) {
  absl::Status status;
  const absl::Status scanned =
      store.Scan(PostingKey(term, bundle), PrefixEnd(PostingPrefix(term)),
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
