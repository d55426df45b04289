// SPDX-License-Identifier: Apache-2.0
// Raw keys and values.
#include "libs/kv/engine.h"

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"

namespace shareway::kv {

std::string EntryKey(absl::string_view key) { return absl::StrCat(kEntryPrefix, key); }

std::string EntryLimit(absl::string_view limit) {
  return limit.empty() ? PrefixEnd(kEntryPrefix) : EntryKey(limit);
}

std::string EndsKey(absl::string_view log) { return absl::StrCat(kEndsPrefix, log); }

std::string LogKey(absl::string_view log, uint64_t number) {
  return absl::StrCat("l", log, absl::string_view("\0", 1), BigEndian64(number));
}

std::string EncodeEntry(uint64_t version, absl::string_view value) {
  return absl::StrCat(BigEndian64(version), value);
}

std::string EncodeEnds(LogEnds ends) {
  return absl::StrCat(BigEndian64(ends.head), BigEndian64(ends.tail));
}

absl::StatusOr<LogEnds> DecodeEnds(absl::string_view raw) {
  if (raw.size() != 16) {
    return absl::DataLossError(absl::StrCat("ends of a log have ", raw.size(), " bytes, want 16"));
  }
  return LogEnds{ReadBigEndian64(raw), ReadBigEndian64(raw.substr(8))};
}

}  // namespace shareway::kv
