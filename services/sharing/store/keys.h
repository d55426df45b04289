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
inline constexpr char kRequestLog[] = "requests";

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

// `kind` is requests, grants, disputes, notices or the collection of a case.
inline std::string ListPrefix(absl::string_view kind, absl::string_view owner) {
  return absl::StrCat("by/", kind, "|", owner, "|");
}
// Sorts the newest first.
inline std::string ListPlace(absl::Time created, absl::string_view name) {
  return absl::StrCat(BigEndian64(~static_cast<uint64_t>(absl::ToUnixNanos(created))), name);
}
inline absl::string_view NameAt(absl::string_view place) { return place.substr(8); }

// Lists of requests in a tray, {agency}/{post}, and of those that an agency has open.
inline std::string ToDoList(absl::string_view tray) { return absl::StrCat(tray, "/to-do"); }
inline std::string OpenList(absl::string_view agency) { return absl::StrCat(agency, "/open"); }

// Objects that a rule looks at when their time has come, soonest first.
inline std::string WakePrefix(absl::string_view collection) {
  return absl::StrCat("wake/", collection, "|");
}
inline std::string WakeKey(absl::string_view collection, absl::Time at, absl::string_view name) {
  return absl::StrCat(WakePrefix(collection),
                      BigEndian64(static_cast<uint64_t>(absl::ToUnixNanos(at))), name);
}

inline std::string HeldKey(absl::string_view key) { return absl::StrCat("held/", key); }
inline std::string ClockOfKey(absl::string_view subject, absl::string_view kind) {
  return absl::StrCat("clock-of/", subject, "|", kind);
}

// Resources with items that their provider received under a grant.
inline constexpr char kReceivedPrefix[] = "received/";
inline std::string ReceivedKey(absl::string_view resource) {
  return absl::StrCat(kReceivedPrefix, resource);
}

inline std::string ProvisionalKey(absl::string_view subject) {
  return absl::StrCat("provisional/", subject);
}

inline std::string ClockPrefix(absl::string_view owner) {
  return absl::StrCat("clock/", owner, "|");
}
inline constexpr char kRunningPrefix[] = "running/";
// Clocks that ended, by the day on which they did.
inline std::string EndedPrefix(absl::string_view owner) {
  return absl::StrCat("ended/", owner, "|");
}
// In place of the due day of a clock that is paused; sorts after every day.
inline constexpr char kPausedPlace[] = "paused";
inline std::string ClockPlace(absl::CivilDay due, absl::string_view subject,
                              absl::string_view kind) {
  return absl::StrCat(absl::FormatCivilTime(due), "|", subject, "|", kind);
}

}  // namespace shareway::sharing
