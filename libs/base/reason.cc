// SPDX-License-Identifier: Apache-2.0
#include "libs/base/reason.h"

namespace shareway {
namespace {

struct Row {
  absl::string_view name, hans, hant, en;
};

constexpr Row kRows[] = {
#define SHAREWAY_REASON(enumerator, name, hans, hant, en) {name, hans, hant, en},
    SHAREWAY_REASONS(SHAREWAY_REASON)
#undef SHAREWAY_REASON
};

}  // namespace

absl::string_view ReasonName(Reason reason) { return kRows[static_cast<int>(reason)].name; }

Reason ParseReason(absl::string_view name) {
  int i = 0;
  for (const Row& row : kRows) {
    if (row.name == name) return static_cast<Reason>(i);
    ++i;
  }
  return Reason::kUnspecified;
}

absl::string_view ReasonText(Reason reason, Language language) {
  const Row& row = kRows[static_cast<int>(reason)];
  switch (language) {
    case Language::kSimplified: return row.hans;
    case Language::kTraditional: return row.hant;
    case Language::kEnglish: break;
  }
  return row.en;
}

}  // namespace shareway
