// SPDX-License-Identifier: Apache-2.0
#include "services/audit/store/fsck_index.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/audit/store/keys.h"

namespace shareway::audit {
namespace {

constexpr size_t kTimes = 16;  // earliest and latest, before the places
constexpr size_t kPlace = 4;
constexpr size_t kShown = 64;
constexpr size_t kKeySize = kPostingPrefix.size() + 16;

uint64_t SpanOf(absl::string_view key) { return ~ReadBigEndian64(key.substr(key.size() - 8)); }

int64_t TimeAt(absl::string_view value, size_t at) {
  return static_cast<int64_t>(ReadBigEndian64(value.substr(at)));
}

}  // namespace

absl::Status IndexCheck::Take(absl::Span<const EntryPtr> entries) {
  auto terms = std::make_shared<BundleTerms>();
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i]->sealed.record().empty()) {
      deleted_.insert(static_cast<uint16_t>(bundles_.size() * kBundle + i));
    } else {
      terms->Add(static_cast<uint8_t>(i), entries[i]->facts, entries[i]->terms);
    }
  }
  bundles_.push_back(std::move(terms));
  return bundles_.size() == kIndexBundles ? CheckSpan() : absl::OkStatus();
}

absl::Status IndexCheck::CheckSpan() {
  const bool ingested = store_->Get(IndexedKey(span_)).ok();
  if (ingested) {
    const std::vector<kv::Pair> pairs = IndexFile(span_, bundles_);
    // The first one tells how many there are: Finish compares it with what is there.
    for (size_t i = 1; i < pairs.size(); ++i) SHAREWAY_RETURN_IF_ERROR(CheckPosting(pairs[i]));
    wanted_[span_] = deleted_.empty() ? pairs.size() - 1 : 0;
  }
  bundles_.clear();
  deleted_.clear();
  ++span_;
  return absl::OkStatus();
}

bool IndexCheck::IsDeleted(absl::string_view place) const {
  return deleted_.contains(
      static_cast<uint16_t>(static_cast<uint8_t>(place[0]) << 8 | static_cast<uint8_t>(place[1])));
}

absl::Status IndexCheck::CheckPosting(const kv::Pair& want) const {
  const absl::StatusOr<kv::Entry> found = store_->Get(want.key);
  if (!found.ok()) return Damaged(want.key, absl::StrCat("I10: ", found.status().message()));
  const absl::string_view value = found->value;
  if (value == want.value) return absl::OkStatus();
  // Places of deleted records stay, and the times may be theirs.
  std::string left;
  for (size_t i = kTimes; i + kPlace <= value.size(); i += kPlace) {
    const absl::string_view place = value.substr(i, kPlace);
    if (!IsDeleted(place)) absl::StrAppend(&left, place);
  }
  if (!deleted_.empty() && value.size() >= kTimes && value.size() % kPlace == 0 &&
      left == absl::string_view(want.value).substr(kTimes) &&
      TimeAt(value, 0) <= TimeAt(want.value, 0) && TimeAt(value, 8) >= TimeAt(want.value, 8)) {
    return absl::OkStatus();
  }
  return Damaged(want.key, absl::StrCat("I10: the posting is ", ToHex(value.substr(0, kShown)),
                                        ", the entries make it ",
                                        ToHex(absl::string_view(want.value).substr(0, kShown))));
}

absl::Status IndexCheck::Finish(uint64_t size) {
  std::map<uint64_t, uint64_t> told;  // by span, as each says of itself
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(store_->Scan(
      kIndexedPrefix, PrefixEnd(kIndexedPrefix),
      [&](absl::string_view key, absl::string_view value, uint64_t) {
        const absl::StatusOr<std::string> count = Unguard(key, value);
        const bool whole =
            key.size() == kIndexedPrefix.size() + 8 && count.ok() && count->size() == 8;
        if (!whole) {
          status = Damaged(key, "I10: does not name an ingested span");
        } else {
          told[SpanOf(key)] = ReadBigEndian64(*count);
        }
        return status.ok();
      }));
  SHAREWAY_RETURN_IF_ERROR(status);
  if (!told.empty() &&
      (told.rbegin()->first + 1 != told.size() || told.rbegin()->first >= size / kIndexSpan)) {
    return Damaged(kIndexedPrefix, absl::StrCat("I10: ", told.size(), " spans are ingested, up to ",
                                                told.rbegin()->first));
  }
  std::map<uint64_t, uint64_t> there;
  SHAREWAY_RETURN_IF_ERROR(
      store_->Scan(kPostingPrefix, PrefixEnd(kPostingPrefix),
                   [&](absl::string_view key, absl::string_view, uint64_t) {
                     if (key.size() != kKeySize || !told.contains(SpanOf(key))) {
                       status = Damaged(key, "I10: is no posting of the log's");
                       return false;
                     }
                     ++there[SpanOf(key)];
                     return true;
                   }));
  SHAREWAY_RETURN_IF_ERROR(status);
  for (const auto& [span, count] : told) {
    const auto wanted = wanted_.find(span);
    const bool exact = wanted != wanted_.end() && wanted->second != 0;
    if (there[span] == count && (!exact || wanted->second == count)) continue;
    return Damaged(IndexedKey(span),
                   absl::StrCat("I10: ", there[span], " postings, ", count, " were ingested"));
  }
  return absl::OkStatus();
}

}  // namespace shareway::audit
