// SPDX-License-Identifier: Apache-2.0
// CSV (RFC 4180) in pieces, in UTF-8 or GB18030.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/files/sheet.h"

namespace shareway::catalog::files {

enum class Encoding { kUtf8, kGb18030 };

// Holds one row at a time. Lines end with CR LF, LF or CR; a byte order mark is skipped. Refuses bytes
// that the encoding does not have, NUL, a quotation mark inside a cell that does not begin with one, and
// a file that ends inside quotation marks. Not thread-safe.
class CsvReader {
 public:
  // INTERNAL if this machine's ICU lacks the encoding.
  static absl::StatusOr<std::unique_ptr<CsvReader>> Open(Encoding encoding, Limits limits,
                                                         RowSink sink);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // The next bytes, of any length. Nothing more may be fed after an error.
  absl::Status Feed(absl::string_view bytes);
  // The file is complete.
  absl::Status Finish();

 private:
  struct State;
  explicit CsvReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Whether the bytes of a file fed in pieces are UTF-8. A file that is not is taken for GB18030, which
// then says itself whether it is.
class Utf8Check {
 public:
  Utf8Check();
  ~Utf8Check();
  Utf8Check(const Utf8Check&) = delete;
  Utf8Check& operator=(const Utf8Check&) = delete;
  void Feed(absl::string_view bytes);
  // True unless something that was fed can be no UTF-8, whatever follows: it may end in a character.
  bool Valid() const;
  // True if all that was fed is whole, valid UTF-8.
  bool Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shareway::catalog::files
