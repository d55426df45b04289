// SPDX-License-Identifier: Apache-2.0
// What the console's codecs have in common: times and whole records.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace shareway::console {

// Nanoseconds of the Unix epoch. 0 is no time: absl::InfinitePast(), or nothing.
inline int64_t Nanos(absl::Time time) {
  return time == absl::InfinitePast() ? 0 : absl::ToUnixNanos(time);
}
inline int64_t Nanos(const std::optional<absl::Time>& time) { return time ? Nanos(*time) : 0; }
inline absl::Time TimeOf(int64_t nanos) {
  return nanos == 0 ? absl::InfinitePast() : absl::FromUnixNanos(nanos);
}
inline std::optional<absl::Time> MaybeTime(int64_t nanos) {
  if (nanos == 0) return std::nullopt;
  return absl::FromUnixNanos(nanos);
}

// DATA_LOSS, which names `what`, if the bytes are no such record.
template <typename Record>
absl::Status Parse(absl::string_view bytes, absl::string_view what, Record* record) {
  if (record->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("a stored ", what, " does not read"));
}

}  // namespace shareway::console
