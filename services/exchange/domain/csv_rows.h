// SPDX-License-Identifier: Apache-2.0
// Turns a CSV file into the rows of a dataset, under the rules of its schema.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "services/exchange/domain/csv.h"
#include "services/exchange/domain/row.h"
#include "services/exchange/domain/schema.h"

namespace shareway::exchange {

// The first record must name exactly the schema's items, in any order. An empty
// field is null unless quoted. Unique keys are the store's to check. Not thread-safe.
class CsvRows {
 public:
  // `schema` must pass CheckLoadable.
  explicit CsvRows(DatasetSchema schema);

  using Visitor = absl::FunctionRef<absl::Status(StoredRow)>;
  // Visits each row that is complete. The first error ends the reading: of the
  // visitor, or INVALID_ARGUMENT, ROW_INVALID, naming line, column, item and rule.
  // A header that differs names what is missing, unknown and repeated (in the
  // metadata too).
  absl::Status Feed(absl::string_view chunk, Visitor visit);
  // The end of the file: visits the last row, refuses a file without header.
  absl::Status Finish(Visitor visit);

  uint64_t rows() const { return rows_; }
  // Errors about a row's key name its first column.
  absl::Status KeyError(int64_t line, absl::string_view rule) const;

 private:
  absl::Status Take(absl::Span<const CsvField> record, Visitor visit);
  absl::Status TakeHeader(absl::Span<const CsvField> record);
  absl::Status TakeRow(absl::Span<const CsvField> record, Visitor visit);

  const DatasetSchema schema_;
  const std::vector<size_t> key_items_;
  CsvParser parser_;
  std::vector<size_t> columns_;  // of each item; empty before the header
  std::vector<CellView> cells_;
  uint64_t rows_ = 0;
};

}  // namespace shareway::exchange
