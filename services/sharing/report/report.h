// SPDX-License-Identifier: Apache-2.0
// A report as tables, whatever file it becomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::sharing::report {

// Text, or a number.
struct Cell {
  Cell(std::string words) : text(std::move(words)) {}           // NOLINT: reads as a value
  Cell(absl::string_view words) : text(words) {}                // NOLINT
  Cell(const char* words) : text(words) {}                      // NOLINT
  Cell(int64_t value) : number(value) {}                        // NOLINT
  std::string text = {};
  std::optional<int64_t> number = {};
};

struct Table {
  std::string title = {};
  std::vector<std::string> headers = {};
  std::vector<std::vector<Cell>> rows = {};
};

struct Report {
  std::string file_stem = {};  // ranking-2026-03
  std::string title = {};
  std::vector<std::string> notes = {};  // paragraphs before the tables
  std::vector<Table> tables = {};
};

// `text` with & < > " ' as entities: safe in elements and quoted attributes.
std::string Escaped(absl::string_view text);

// One page, without scripts, pictures or anything from elsewhere. Every word from outside goes
// through Escaped.
std::string Html(const Report& report);

// An Excel workbook: the notes on the first sheet, one sheet a table. Texts are texts: nothing is a
// formula. Equal reports give equal bytes. INTERNAL if it cannot be written.
absl::StatusOr<std::string> Workbook(const Report& report);

}  // namespace shareway::sharing::report
