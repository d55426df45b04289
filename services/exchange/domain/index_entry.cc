// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/index_entry.h"

#include "services/exchange/domain/row.h"

namespace shareway::exchange {
namespace {

std::string Head(absl::string_view item) {
  std::string bytes(item);
  bytes.push_back('\0');
  return bytes;
}

}  // namespace

std::string IndexEntry(absl::string_view item, absl::string_view value,
                       absl::string_view row_key) {
  std::string entry = Head(item);
  AppendKeyItem(value.substr(0, kMaxIndexedBytes), &entry);
  entry.append(row_key.data(), row_key.size());
  return entry;
}

std::string IndexStart(const filter::Condition& condition) {
  std::string start = Head(condition.item);
  const absl::string_view value = absl::string_view(condition.value).substr(0, kMaxIndexedBytes);
  if (condition.op == filter::Op::kEquals) {
    AppendKeyItem(value, &start);
  } else {
    AppendKeyPrefix(value, &start);
  }
  return start;
}

absl::string_view IndexedItem(absl::string_view entry) {
  const size_t end = entry.find('\0');
  return end == absl::string_view::npos ? absl::string_view() : entry.substr(0, end);
}

absl::string_view IndexedRow(absl::string_view entry) {
  size_t at = entry.find('\0');
  if (at == absl::string_view::npos) return {};
  // Within a value 0x00 is followed by 0xFF; what ends it is 0x00 0x01.
  for (at = entry.find('\0', at + 1); at != absl::string_view::npos && at + 1 < entry.size();
       at = entry.find('\0', at + 2)) {
    if (entry[at + 1] == '\x01') return entry.substr(at + 2);
  }
  return {};
}

}  // namespace shareway::exchange
