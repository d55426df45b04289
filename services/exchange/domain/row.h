// SPDX-License-Identifier: Apache-2.0
// The bytes of a hosted row: a key that sorts as its items do, and its cells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace shareway::exchange {

// One row as it is stored.
struct StoredRow {
  std::string key = {};
  std::string cells = {};
  int64_t line = 0;  // of the file that was loaded
};

// A key holds its items in order, each with 0x00 written as 00 FF and ended by
// 00 01, so that keys sort item by item and a prefix of an item's value is a
// prefix of the key's bytes.
inline constexpr size_t kMaxKeyBytes = 512;
// Appends the start of an item (no end yet), or a whole item.
void AppendKeyPrefix(absl::string_view value, std::string* key);
void AppendKeyItem(absl::string_view value, std::string* key);

// Cells: the line (varint), then each item in the schema's order as a varint of
// 0 for null or its bytes' number plus one, and the bytes.
using CellView = std::optional<absl::string_view>;
void EncodeCells(int64_t line, absl::Span<const CellView> cells, std::string* out);

// Finds the cells at `places` (ascending, no repeats) and puts them into `found`,
// one for each place; walks no further than the last. False if the bytes are damaged.
bool FindCells(absl::string_view cells, absl::Span<const size_t> places,
               std::vector<CellView>* found);
// The line; 0 if the bytes are damaged.
int64_t LineOf(absl::string_view cells);

}  // namespace shareway::exchange
