// SPDX-License-Identifier: Apache-2.0
// Entries as rows of a table: the guide's template, an item a row, and what CSV and Excel share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/catalog/files/entries_file.h"
#include "services/catalog/files/sheet.h"

namespace shareway::catalog::files {

// Rows of a file in order, read as they are asked for.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // The next row, empty ones among them; nothing at the end. Errors as Reader::Next.
  virtual absl::StatusOr<std::optional<Row>> Next() = 0;
};

// Entries from the rows of `source`. Each sheet begins with a heading row among its first ten rows.
std::unique_ptr<Reader> ReadTable(std::unique_ptr<RowSource> source);

// The headings that are written, in order.
const std::vector<std::string>& Headings();
// The rows of one entry, each as long as Headings(), one for each item and at least one; cells as a
// reader takes them, not neutralized.
std::vector<std::vector<std::string>> RowsOf(const ListedEntry& entry);

// By format; see entries_file.h.
absl::StatusOr<std::unique_ptr<RowSource>> OpenCsv(const std::string& path, bool gb18030);
absl::StatusOr<std::unique_ptr<RowSource>> OpenXlsx(const std::string& path);
absl::StatusOr<std::unique_ptr<Reader>> OpenJson(const std::string& path);
absl::StatusOr<std::unique_ptr<Writer>> CreateCsv(const std::string& path, bool gb18030);
absl::StatusOr<std::unique_ptr<Writer>> CreateXlsx(const std::string& path);
absl::StatusOr<std::unique_ptr<Writer>> CreateJson(const std::string& path);
absl::StatusOr<std::unique_ptr<Writer>> CreateDcat(const std::string& path);

}  // namespace shareway::catalog::files
