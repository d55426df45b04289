// SPDX-License-Identifier: Apache-2.0
// The outbox's keys; the layout is told in outbox.h.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"

namespace shareway::outbox {

inline constexpr char kLog[] = "outbox";
inline constexpr char kIncarnationKey[] = "outbox/incarnation";
inline constexpr char kMarkKey[] = "outbox/mark";
inline constexpr char kSealedPrefix[] = "outbox/sealed/";
inline constexpr char kPlacedPrefix[] = "outbox/placed/";
inline constexpr char kActPrefix[] = "outbox/act/";

// The batch that begins at entry `first`.
inline std::string SealedKey(uint64_t first) {
  return absl::StrCat(kSealedPrefix, BigEndian64(first));
}

// What became of it.
inline std::string PlacedKey(uint64_t first) {
  return absl::StrCat(kPlacedPrefix, BigEndian64(first));
}

// An act is its bytes: a second signature over them is the same act.
inline std::string ActKey(const evidence::SignedAct& act) {
  return absl::StrCat(kActPrefix, crypto::Sha256(act.act()).view());
}

}  // namespace shareway::outbox
