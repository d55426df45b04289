// SPDX-License-Identifier: Apache-2.0
// What all readers of files tell, and how they refuse.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace shareway::catalog::files {

// One row as it stands in the file. UTF-8.
struct Row {
  std::string sheet = {};  // empty where the format has no sheets
  uint64_t row = 0;        // from 1, as a spreadsheet counts; of CSV the record
  std::vector<std::string> cells = {};
};

// Takes the rows in order. An error ends the reading and is what the reader returns.
using RowSink = std::function<absl::Status(const Row&)>;

// What a reader holds in memory or passes on at most; above: FILE_TOO_LARGE.
struct Limits {
  uint64_t rows = 200000;                  // of all sheets
  uint64_t columns = 256;                  // of a row
  uint64_t cell_bytes = uint64_t{128} << 10;
  uint64_t row_bytes = uint64_t{1} << 20;
  uint64_t entries = 1000;                 // of an archive
  uint64_t unpacked_bytes = uint64_t{1} << 30;  // of all that is read from an archive
  uint64_t string_bytes = uint64_t{32} << 20;   // of a workbook's shared strings
  uint64_t strings = 1000000;
  int depth = 64;                          // of XML elements
  uint64_t token_bytes = uint64_t{1} << 20;     // of an XML tag with its attributes
};

// INVALID_ARGUMENT, FILE_REFUSED, and RESOURCE_EXHAUSTED, FILE_TOO_LARGE. `why` names place and limit.
absl::Status Refused(absl::string_view why);
absl::Status TooLarge(absl::string_view why);

// A spreadsheet computes a cell that begins with = + - @ of either width, tab, CR or LF, whoever wrote
// it. An apostrophe before it makes it text. What already looks so neutralized gets one more, so that the way back is exact:
// Restored(Neutralized(text)) == text for every text.
std::string Neutralized(absl::string_view text);
std::string Restored(absl::string_view cell);

}  // namespace shareway::catalog::files
