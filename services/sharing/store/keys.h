// SPDX-License-Identifier: Apache-2.0
// The keys of the sharing store; see sharing_store.h for the layout.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"

namespace shareway::sharing {

inline constexpr char kEpochKey[] = "meta/epoch";
inline constexpr char kCatalogKey[] = "meta/catalog";
inline constexpr char kGrantLog[] = "grants";

// Record and number of a grant lie beside each other.
inline std::string GrantPrefix(absl::string_view name) { return absl::StrCat(name, "/"); }
inline std::string GrantRecordKey(absl::string_view name) { return absl::StrCat(name, "/r"); }
inline std::string GrantNumberKey(absl::string_view name) { return absl::StrCat(name, "/n"); }

inline std::string LiveConsentKey(absl::string_view resource) {
  return absl::StrCat("live-consent/", resource);
}
inline std::string OpenDisputeKey(absl::string_view subject, absl::string_view consumer) {
  return absl::StrCat("open-dispute/", subject, "|", consumer);
}

// `kind` is requests, grants, disputes or notices.
inline std::string ListPrefix(absl::string_view kind, absl::string_view owner) {
  return absl::StrCat("by/", kind, "|", owner, "|");
}
// Sorts the newest first.
inline std::string ListPlace(absl::Time created, absl::string_view name) {
  return absl::StrCat(BigEndian64(~static_cast<uint64_t>(absl::ToUnixNanos(created))), name);
}
inline absl::string_view NameAt(absl::string_view place) { return place.substr(8); }

inline std::string ProvisionalKey(absl::string_view subject) {
  return absl::StrCat("provisional/", subject);
}

inline std::string ClockPrefix(absl::string_view owner) {
  return absl::StrCat("clock/", owner, "|");
}
inline std::string ClockPlace(absl::CivilDay due, absl::string_view subject,
                              absl::string_view kind) {
  return absl::StrCat(absl::FormatCivilTime(due), "|", subject, "|", kind);
}

}  // namespace shareway::sharing
