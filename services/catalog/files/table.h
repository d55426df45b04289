// SPDX-License-Identifier: Apache-2.0
// The guide's template as a table: a row an item, the entry's own columns filled in its first row.
//
// Columns are found by heading, in any order. What the guide has no column for has one of ours, so that
// writing and reading again loses nothing; parts with parts of their own are JSON in a cell.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/catalog/files/entries_file.h"
#include "services/catalog/files/sheet.h"

namespace shareway::catalog::files {

// Rows in order, of one sheet after another.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // The next row; nothing at the end.
  virtual absl::StatusOr<std::optional<Row>> Next() = 0;
};

// Reads entries from a table. Its first row that is not empty, of each sheet, has the headings:
// FILE_REFUSED, naming them, for one that nobody knows, that is there twice, or if code or title has no
// column. A row with another code, or with a title below one of the same code, begins an entry.
std::unique_ptr<Reader> ReadTable(std::unique_ptr<RowSource> source);

// All headings, in the order in which they are written.
std::vector<std::string> Headings();
// The entry's rows, each with a cell for each heading, not neutralized. At least one.
std::vector<std::vector<std::string>> RowsOf(const ListedEntry& entry, uint32_t number);

}  // namespace shareway::catalog::files
