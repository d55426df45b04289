// SPDX-License-Identifier: Apache-2.0
// What a mask leaves of a value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/exchange/domain/schema.h"

namespace shareway::exchange {

// 脱敏. The numbers but kNone and kAll are those of shareway.catalog.v1.Mask; all that is not kept
// becomes '*', a character each.
enum class MaskKind { kNone = -1, kAll = 0, kKeepFirst = 1, kKeepLast = 2, kKeepEnds = 3 };

// `text` under a mask; kAll gives at most eight '*'. A value that a mask would leave whole or all but
// one character of is masked as a whole.
std::string Masked(MaskKind kind, absl::string_view text);

// True if some mask could have left `text`; for who does not know which one it was.
bool LooksMasked(absl::string_view text);

// Masks the columns of `rows`, one of `masks` for each; what is masked is text from then on.
void MaskRows(const std::vector<MaskKind>& masks, std::vector<ItemType>* types,
              std::vector<std::vector<std::optional<std::string>>>* rows);

}  // namespace shareway::exchange
