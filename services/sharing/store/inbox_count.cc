// SPDX-License-Identifier: Apache-2.0
// How many requests lie in the lists of an inbox.
#include "services/sharing/store/inbox_count.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/sharing/store/keys.h"

namespace shareway::sharing {

absl::StatusOr<std::set<std::string>> NamesListed(const kv::Store& kv,
                                                  const std::vector<std::string>& owners,
                                                  int limit) {
  std::set<std::string> names;
  for (const std::string& owner : owners) {
    const std::string prefix = ListPrefix("requests", owner);
    SHAREWAY_RETURN_IF_ERROR(kv.Scan(
        prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view, uint64_t) {
          if (static_cast<int>(names.size()) == limit) return false;
          names.emplace(NameAt(key.substr(prefix.size())));
          return true;
        }));
  }
  return names;
}

absl::StatusOr<std::set<std::string>> NamesDue(const kv::Store& kv,
                                               const std::vector<std::string>& owners,
                                               absl::CivilDay from, absl::CivilDay to,
                                               int limit) {
  std::set<std::string> names;
  int left = 10 * limit;
  for (const std::string& owner : owners) {
    const std::string start = absl::StrCat(ClockPrefix(owner), absl::FormatCivilTime(from));
    const std::string end = absl::StrCat(ClockPrefix(owner), absl::FormatCivilTime(to));
    SHAREWAY_RETURN_IF_ERROR(
        kv.Scan(start, end, [&](absl::string_view key, absl::string_view, uint64_t) {
          if (static_cast<int>(names.size()) == limit || left-- == 0) return false;
          // The owner's name has no '|': {clock/owner}|{due}|{subject}|{kind}.
          const std::vector<absl::string_view> parts = absl::StrSplit(key, '|');
          if (parts.size() == 4 && absl::StartsWith(parts[2], "requests/")) {
            names.emplace(parts[2]);
          }
          return true;
        }));
  }
  return names;
}

}  // namespace shareway::sharing
