// SPDX-License-Identifier: Apache-2.0
// Comma-separated text (RFC 4180) that comes in pieces of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace shareway::exchange {

// One field. The views end with the visitor's call.
struct CsvField {
  absl::string_view text = {};
  bool quoted = false;
  int64_t line = 0;  // of the file, from 1, where the field begins
};

// INVALID_ARGUMENT, ROW_INVALID: "line 3, column 2 (name): …". `column` counts from 1;
// `item` is its header, or empty. `line`, `column`, `item` and `rule` are metadata too.
absl::Status CsvError(int64_t line, size_t column, absl::string_view item, absl::string_view rule);

// Reads records. A byte order mark is skipped at the very start and refused
// elsewhere; lines end with LF or CRLF, the last one may lack its end; a line end
// inside quotes is part of the value, CRLF read as LF. Not thread-safe.
class CsvParser {
 public:
  static constexpr size_t kMaxFieldBytes = 64 << 10;
  // A record's values together; the rest of 1 MiB is room for what a store adds.
  static constexpr size_t kMaxRecordBytes = (1 << 20) - (4 << 10);
  static constexpr size_t kMaxColumns = 500;

  using Visitor = absl::FunctionRef<absl::Status(absl::Span<const CsvField>)>;

  // Visits each record that is complete. The first error ends the parsing: of the
  // visitor, or INVALID_ARGUMENT (CsvError) for text that is not CSV, not UTF-8
  // text (IsText) or beyond a limit.
  absl::Status Feed(absl::string_view chunk, Visitor visit);
  // Visits the last record, if its line had no end.
  absl::Status Finish(Visitor visit);

  // The names that errors give to the columns.
  void NameColumns(std::vector<std::string> names) { names_ = std::move(names); }

 private:
  enum class State { kRecordStart, kFieldStart, kPlain, kQuoted, kQuoteSeen, kReturnSeen };
  struct Bounds {
    size_t begin = 0;
    size_t end = 0;
    bool quoted = false;
    int64_t line = 0;
  };

  void SkipMark(absl::string_view* chunk);
  absl::Status Step(char c, Visitor visit);
  // Takes the run of bytes at `at` that mean nothing but themselves; returns its end.
  size_t TakeRun(absl::string_view chunk, size_t at);
  void OpenField();
  absl::Status CloseField();
  absl::Status CloseRecord(Visitor visit);
  absl::Status CheckRoom() const;
  absl::Status Fault(absl::string_view rule) const;

  State state_ = State::kRecordStart;
  int mark_bytes_ = 0;  // of the byte order mark seen; -1: past the start
  int64_t line_ = 1;
  bool return_in_quotes_ = false;  // the last byte was a CR inside quotes
  std::string bytes_;              // of the record at hand
  Bounds field_;
  std::vector<Bounds> fields_;
  std::vector<CsvField> views_;
  std::vector<std::string> names_;
};

}  // namespace shareway::exchange
