// SPDX-License-Identifier: Apache-2.0
// The bytes of an entry of a secondary index: an item, a value, and the key of a row that has it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "libs/filter/row_filter.h"

namespace shareway::exchange {

// An entry is the item's id, 0x00, the value as an item of a key (domain/row.h), and the row's key:
// entries sort by item, value and key. Of a value its first kMaxIndexedBytes count, so that an entry
// fits into a key of the store; rows are compared whole when they are read. Null has no entry.
inline constexpr size_t kMaxIndexedBytes = 128;

std::string IndexEntry(absl::string_view item, absl::string_view value, absl::string_view row_key);

// What the entries of every row that meets `condition` begin with.
std::string IndexStart(const filter::Condition& condition);

// The item and the row's key of an entry; empty if the bytes are none.
absl::string_view IndexedItem(absl::string_view entry);
absl::string_view IndexedRow(absl::string_view entry);

}  // namespace shareway::exchange
