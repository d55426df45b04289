// SPDX-License-Identifier: Apache-2.0
// The rules of a catalogue entry (M16 7-10 and 14, R25 13-15 and 25(1), law.md sections 1 and 6).
#pragma once

#include <string>
#include <vector>

#include "libs/base/error.h"
#include "services/catalog/domain/entry.h"
#include "services/catalog/domain/law.h"

namespace shareway::catalog {

inline constexpr size_t kMaxItems = 500;
inline constexpr size_t kMaxConditions = 50;
inline constexpr size_t kMaxConditionValues = 500;
inline constexpr size_t kMaxBasis = 20;
inline constexpr size_t kMaxRelated = 20;
inline constexpr size_t kMaxContributors = 20;
inline constexpr size_t kMaxKeywords = 20;
inline constexpr size_t kMaxKeyItems = 16;
inline constexpr uint32_t kMaxItemLength = 1 << 20;  // characters

// Every rule that `entry` breaks under `law`, fields as in Resource with the
// prefix "resource.". The assessments are not asked here but at submission.
std::vector<FieldViolation> Violations(const Entry& entry, const Law& law);

// What a draft may lack for a while and a submission may not, besides the assessments: the conditions of
// use of what is shared, where the text asks for them (M16 7, R25 13). Fields as in Violations.
std::vector<FieldViolation> MissingContent(const Entry& entry, const Law& law);

// The fields, if any, that the assessments of R25 13 still lack.
std::vector<std::string> MissingAssessments(const Entry& entry, const Law& law);

// The entry with ids (c1, c2, …) for conditions that have none.
Entry WithConditionIds(Entry entry);

// [A-Za-z][A-Za-z0-9_]{0,63}.
bool IsItemId(absl::string_view id);

}  // namespace shareway::catalog
