// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/correction_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

namespace shareway::exchange {
namespace {

// A resource's name has no NUL.
std::string PlaceOf(absl::string_view resource, absl::string_view record) {
  return absl::StrCat(resource, absl::string_view("\0", 1), record);
}

bool Concerns(const Correction& correction, const std::vector<std::string>& items) {
  return correction.item.empty() ||
         std::find(items.begin(), items.end(), correction.item) != items.end();
}

}  // namespace

void CorrectionTable::Put(Correction correction) {
  absl::MutexLock lock(&mutex_);
  RemoveLocked(correction.name);
  PutLocked(std::move(correction));
  size_ = places_.size();
}

void CorrectionTable::Remove(absl::string_view name) {
  absl::MutexLock lock(&mutex_);
  RemoveLocked(name);
  size_ = places_.size();
}

void CorrectionTable::Replace(std::vector<Correction> corrections) {
  absl::MutexLock lock(&mutex_);
  open_.clear();
  places_.clear();
  for (Correction& correction : corrections) PutLocked(std::move(correction));
  size_ = places_.size();
}

void CorrectionTable::PutLocked(Correction correction) {
  std::string place = PlaceOf(correction.resource, correction.record);
  places_[correction.name] = place;
  std::string name = correction.name;
  open_[std::move(place)][std::move(name)] = std::move(correction);
}

void CorrectionTable::RemoveLocked(absl::string_view name) {
  const auto place = places_.find(name);
  if (place == places_.end()) return;
  const auto there = open_.find(place->second);
  there->second.erase(std::string(name));
  if (there->second.empty()) open_.erase(there);
  places_.erase(place);
}

std::vector<CorrectionNote> CorrectionTable::On(absl::string_view resource,
                                                absl::string_view digests, uint64_t records,
                                                const std::vector<std::string>& items) const {
  std::vector<CorrectionNote> notes;
  if (size_ == 0) return notes;
  absl::MutexLock lock(&mutex_);
  const auto add = [&](const std::string& place, uint64_t record) {
    const auto found = open_.find(place);
    if (found == open_.end()) return;
    for (const auto& [name, correction] : found->second) {
      if (!Concerns(correction, items)) continue;
      notes.push_back({static_cast<uint32_t>(record), correction});
    }
  };
  const std::string whole = PlaceOf(resource, "");
  for (uint64_t record = 0; record < records; ++record) {
    add(whole, record);
    if (digests.size() >= (record + 1) * kRecordDigestBytes) {
      add(PlaceOf(resource, digests.substr(record * kRecordDigestBytes, kRecordDigestBytes)), record);
    }
  }
  std::sort(notes.begin(), notes.end(), [](const CorrectionNote& a, const CorrectionNote& b) {
    return std::tie(a.record, a.correction.name) < std::tie(b.record, b.correction.name);
  });
  return notes;
}

}  // namespace shareway::exchange
