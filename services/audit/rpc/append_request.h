// SPDX-License-Identifier: Apache-2.0
// What a producer may append.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/audit/store/entry.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

inline constexpr int kMaxRecords = 256;
inline constexpr size_t kMaxAppendBytes = 1 << 20;

// The entries of a request by the process `producer` (its shareway:// URI).
// INVALID_ARGUMENT naming records[i] for a count, size or salt out of bounds and
// for a record that does not parse; PERMISSION_DENIED, PRODUCER_UNKNOWN, for a
// record in another's name. All records or none.
absl::StatusOr<std::vector<EntryPtr>> ParseAppend(v1::AppendRequest request,
                                                  absl::string_view producer);

}  // namespace shareway::audit
