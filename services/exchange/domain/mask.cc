// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/mask.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace shareway::exchange {
namespace {

constexpr size_t kMostStars = 8;

// What a mask keeps of a text's characters.
struct Kept {
  size_t first = 0;
  size_t last = 0;
};

Kept KeptBy(MaskKind kind) {
  switch (kind) {
    case MaskKind::kKeepFirst: return {.first = 1};
    case MaskKind::kKeepLast: return {.last = 4};
    case MaskKind::kKeepEnds: return {.first = 3, .last = 4};
    case MaskKind::kNone:
    case MaskKind::kAll: break;
  }
  return {};
}

// Where each character begins, and the end.
std::vector<size_t> Places(absl::string_view text) {
  std::vector<size_t> places;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xc0) != 0x80) places.push_back(i);
  }
  places.push_back(text.size());
  return places;
}

bool AllStars(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '*'; });
}

}  // namespace

std::string Masked(MaskKind kind, absl::string_view text) {
  if (kind == MaskKind::kNone) return std::string(text);
  const std::vector<size_t> places = Places(text);
  const size_t characters = places.size() - 1;
  const Kept kept = KeptBy(kind);
  const size_t shown = kept.first + kept.last;
  if (shown == 0 || characters < shown + 2) {
    return std::string(std::min(characters, kMostStars), '*');
  }
  return absl::StrCat(text.substr(0, places[kept.first]), std::string(characters - shown, '*'),
                      text.substr(places[characters - kept.last]));
}

bool LooksMasked(absl::string_view text) {
  const std::vector<size_t> places = Places(text);
  const size_t characters = places.size() - 1;
  if (characters <= kMostStars && AllStars(text)) return true;
  for (const MaskKind kind : {MaskKind::kKeepFirst, MaskKind::kKeepLast, MaskKind::kKeepEnds}) {
    const Kept kept = KeptBy(kind);
    if (characters < kept.first + kept.last + 2) continue;
    const size_t from = places[kept.first];
    if (AllStars(text.substr(from, places[characters - kept.last] - from))) return true;
  }
  return false;
}

void MaskRows(const std::vector<MaskKind>& masks, std::vector<ItemType>* types,
              std::vector<std::vector<std::optional<std::string>>>* rows) {
  for (size_t i = 0; i < masks.size(); ++i) {
    if (masks[i] == MaskKind::kNone) continue;
    if (i < types->size()) (*types)[i] = ItemType::kText;
    for (auto& row : *rows) {
      if (i < row.size() && row[i]) row[i] = Masked(masks[i], *row[i]);
    }
  }
}

}  // namespace shareway::exchange
