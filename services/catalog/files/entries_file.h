// SPDX-License-Identifier: Apache-2.0
// Entries in files: Excel in the guide's template, CSV, JSON, and DCAT to write.
//
// Who reads a file trusts nothing in it: sizes are bounded before anything is allocated, and what is
// not plainly a table of entries is refused as a whole (FILE_REFUSED), never guessed at.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/domain/entry.h"

namespace shareway::catalog::files {

// With the numbers of import.proto.
enum class Format { kUnspecified = 0, kXlsx, kCsv, kCsvGb18030, kJson, kDcat };

inline constexpr uint64_t kMaxFileBytes = 64 << 20;
inline constexpr uint32_t kMaxRows = 200'000;  // of a file; rows of a sheet without headings
inline constexpr uint32_t kMaxEntries = 100'000;
inline constexpr size_t kMaxColumns = 100;
inline constexpr size_t kMaxCellBytes = 32'767 * 4;  // Excel's longest cell, in UTF-8
inline constexpr size_t kMaxCellFaults = 100;  // told of an entry; further ones are not
// What a compressed part may become, of the file and of one part.
inline constexpr uint64_t kMaxUnpackedBytes = 512 << 20;
inline constexpr uint64_t kMaxPackRatio = 200;  // unpacked to packed, beyond the first MiB
inline constexpr int kMaxXmlDepth = 32;
inline constexpr int kMaxJsonDepth = 32;  // of an entry, and of a cell
inline constexpr size_t kMaxCellParts = 500;  // of a list in a cell: no rule of entries admits more

// Where a file says something.
struct Spot {
  std::string sheet = {};   // empty for CSV and JSON
  uint32_t row = 0;         // from 1, as a spreadsheet counts; the entry's number for JSON
  std::string column = {};  // the heading as the file has it; empty: the whole row
};

// What cannot be read of an entry: a number that is none, an enumerator that nobody knows.
struct CellFault {
  Spot spot = {};
  std::string field = {};  // as rules name it: resource.items[2].type
  std::string rule = {};   // in words for a person, quoting no more than 60 characters of the cell
};

// One entry as a file states it. Its faults are of form alone: whether it may stand is for the rules
// of entries (entry_rules.h), whose fields `SpotOf` places.
struct FileEntry {
  uint32_t number = 0;  // in the file, from 1
  std::string sheet = {};
  uint32_t first_row = 0;
  uint32_t last_row = 0;
  Entry entry = {};
  std::vector<CellFault> faults = {};  // up to kMaxCellFaults
  std::map<std::string, Spot> spots = {};  // by field
  bool items_unnamed = false;              // a table without a column for items' identifiers

  // Where `field` stands: itself, or the longest of its beginnings that has a place, or the first row.
  Spot SpotOf(absl::string_view field) const;
};

// Reads a file from its beginning to its end.
class Reader {
 public:
  virtual ~Reader() = default;
  // The next entry; nothing at the end. INVALID_ARGUMENT, FILE_REFUSED, naming sheet, row and what is
  // wrong, for what is no such file; RESOURCE_EXHAUSTED, FILE_TOO_LARGE, naming the limit. After an
  // error there is nothing more.
  virtual absl::StatusOr<std::optional<FileEntry>> Next() = 0;
  // Rows read so far, without headings.
  virtual uint32_t rows() const = 0;
};

// What `path` holds by its first bytes: kXlsx for a zip file with a workbook, kJson for { or [,
// kCsvGb18030 for text that is no UTF-8 but GB18030, else kCsv. FILE_REFUSED for neither.
absl::StatusOr<Format> Detect(const std::string& path);

// Opens a file of at most kMaxFileBytes. kUnspecified detects; kDcat is INVALID_ARGUMENT. Memory is
// bounded by a sheet's distinct texts (kMaxUnpackedBytes at the worst), not by its rows.
absl::StatusOr<std::unique_ptr<Reader>> Open(const std::string& path, Format format);

// An entry to be written, with what the authority added.
struct ListedEntry {
  std::string name = {};  // resources/{r}
  Entry entry = {};
  std::string provider_name = {};      // as the directory shows it
  std::string publish_date = {};       // CCYY-MM-DD, or empty
  std::string state = {};              // PUBLISHED, DRAFT …
  uint32_t revision = 0;
};

// Writes entries in order.
class Writer {
 public:
  virtual ~Writer() = default;
  // Text that a spreadsheet would run as a formula is written with an apostrophe before it, which
  // reading takes away again.
  virtual absl::Status Add(const ListedEntry& entry) = 0;
  // Ends the file, which is whole from here on. Once.
  virtual absl::Status Finish() = 0;
};

// A new file at `path`, which is replaced. kUnspecified is INVALID_ARGUMENT.
absl::StatusOr<std::unique_ptr<Writer>> Create(const std::string& path, Format format);

}  // namespace shareway::catalog::files
