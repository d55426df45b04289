// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/csv_reader.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace shareway::catalog::files {
namespace {

// Bytes of one encoding to UTF-8, in pieces; bytes that it does not have stop it.
class Decoder {
 public:
  explicit Decoder(Encoding encoding) {
    UErrorCode error = U_ZERO_ERROR;
    from_ = ucnv_open(encoding == Encoding::kUtf8 ? "UTF-8" : "gb18030", &error);
    to_ = ucnv_open("UTF-8", &error);
    ucnv_setToUCallBack(from_, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
    ucnv_setFromUCallBack(to_, UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
    ready_ = U_SUCCESS(error);
  }
  ~Decoder() {
    ucnv_close(from_);
    ucnv_close(to_);
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  bool ready() const { return ready_; }

  // False for bytes that the encoding does not have. `take` gets UTF-8.
  template <typename Take>
  bool Feed(absl::string_view bytes, bool last, const Take& take) {
    if (bytes.empty() && !last) return true;  // ICU takes no null pointer
    const char* source = bytes.data();
    const char* const end = source + bytes.size();
    while (true) {
      std::array<char, 8192> out;
      char* target = out.data();
      UErrorCode error = U_ZERO_ERROR;
      ucnv_convertEx(to_, from_, &target, out.data() + out.size(), &source, end, pivot_.data(),
                     &pivot_source_, &pivot_target_, pivot_.data() + pivot_.size(), false, last,
                     &error);
      take(absl::string_view(out.data(), static_cast<size_t>(target - out.data())));
      if (error == U_BUFFER_OVERFLOW_ERROR) continue;
      return U_SUCCESS(error);
    }
  }

 private:
  UConverter* from_ = nullptr;
  UConverter* to_ = nullptr;
  std::array<UChar, 4096> pivot_;
  UChar* pivot_source_ = pivot_.data();
  UChar* pivot_target_ = pivot_.data();
  bool ready_ = false;
};

}  // namespace

struct CsvReader::State {
  enum class At { kCellStart, kPlain, kQuoted, kQuoteInQuoted };

  State(Encoding encoding, const Limits& with, RowSink to)
      : decoder(encoding), limits(with), sink(std::move(to)) {}

  // One piece of UTF-8; keeps the first error.
  void Take(absl::string_view text) {
    for (const char c : text) {
      if (!error.ok()) return;
      // The mark is EF BB BF; nothing else may be skipped before the first cell.
      if (mark < 3) {
        if (c == "\xEF\xBB\xBF"[mark]) {
          ++mark;
          continue;
        }
        const absl::string_view held = absl::string_view("\xEF\xBB\xBF").substr(0, mark);
        mark = 3;
        for (const char h : held) Take(h);
      }
      Take(c);
    }
  }

  void Take(char c) {
    if (c == '\0') {
      error = Refused(absl::StrCat("row ", row.row, " has a NUL byte"));
      return;
    }
    if (c == '\n' && after_cr) {
      after_cr = false;
      return;
    }
    after_cr = false;
    switch (at) {
      case At::kCellStart:
        if (c == '"') {
          at = At::kQuoted;
          begun = true;
          return;
        }
        at = At::kPlain;
        [[fallthrough]];
      case At::kPlain:
        if (c == '"') {
          error = Refused(absl::StrCat("row ", row.row, ", column ", row.cells.size() + 1,
                                       ": a quotation mark inside a cell without quotation marks"));
          return;
        }
        break;
      case At::kQuoted:
        if (c == '"') {
          at = At::kQuoteInQuoted;
        } else {
          Add(c);
        }
        return;
      case At::kQuoteInQuoted:
        if (c == '"') {
          at = At::kQuoted;
          Add(c);
          return;
        }
        if (c != ',' && c != '\n' && c != '\r') {
          error = Refused(absl::StrCat("row ", row.row, ", column ", row.cells.size() + 1,
                                       ": text after the closing quotation mark"));
          return;
        }
        break;
    }
    if (c == ',') {
      EndCell();
    } else if (c == '\n' || c == '\r') {
      after_cr = c == '\r';
      EndRow();
    } else {
      Add(c);
    }
  }

  void Add(char c) {
    begun = true;
    cell += c;
    if (cell.size() > limits.cell_bytes) {
      error = TooLarge(absl::StrCat("row ", row.row, ", column ", row.cells.size() + 1,
                                    ": a cell has at most ", limits.cell_bytes, " bytes"));
    } else if (++row_bytes > limits.row_bytes) {
      error = TooLarge(absl::StrCat("row ", row.row, ": a row has at most ", limits.row_bytes,
                                    " bytes"));
    }
  }

  void EndCell() {
    begun = true;
    at = At::kCellStart;
    row.cells.push_back(std::move(cell));
    cell.clear();
    if (row.cells.size() > limits.columns) {
      error = TooLarge(absl::StrCat("row ", row.row, ": a row has at most ", limits.columns,
                                    " columns"));
    }
  }

  // An empty line counts as a row and is not told.
  void EndRow() {
    if (begun) EndCell();
    at = At::kCellStart;
    if (error.ok() && row.row > limits.rows) {
      error = TooLarge(absl::StrCat("a file has at most ", limits.rows, " rows"));
    }
    if (error.ok() && begun) error = sink(row);
    ++row.row;
    row.cells.clear();
    row_bytes = 0;
    begun = false;
  }

  Decoder decoder;
  const Limits limits;
  const RowSink sink;
  At at = At::kCellStart;
  Row row = {.row = 1};
  std::string cell = {};
  uint64_t row_bytes = 0;
  bool begun = false;  // the row has something, were it only a comma
  bool after_cr = false;
  size_t mark = 0;     // bytes of the byte order mark seen; 3: no longer looked for
  absl::Status error = absl::OkStatus();
};

CsvReader::CsvReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CsvReader::~CsvReader() = default;

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::Open(Encoding encoding, Limits limits,
                                                           RowSink sink) {
  auto state = std::make_unique<State>(encoding, limits, std::move(sink));
  if (!state->decoder.ready()) return absl::InternalError("ICU lacks UTF-8 or GB18030");
  return std::unique_ptr<CsvReader>(new CsvReader(std::move(state)));
}

absl::Status CsvReader::Feed(absl::string_view bytes) {
  const bool valid =
      state_->decoder.Feed(bytes, false, [&](absl::string_view text) { state_->Take(text); });
  if (!state_->error.ok()) return state_->error;
  if (valid) return absl::OkStatus();
  return Refused(absl::StrCat("row ", state_->row.row,
                              ": the text is neither UTF-8 nor GB18030, or damaged"));
}

absl::Status CsvReader::Finish() {
  const bool valid =
      state_->decoder.Feed("", true, [&](absl::string_view text) { state_->Take(text); });
  if (!state_->error.ok()) return state_->error;
  if (!valid) return Refused("the text ends inside a character");
  if (state_->at == State::At::kQuoted) {
    return Refused(absl::StrCat("row ", state_->row.row, ": the file ends inside quotation marks"));
  }
  if (state_->begun) state_->EndRow();
  return state_->error;
}

struct Utf8Check::State {
  Decoder decoder{Encoding::kUtf8};
  bool valid = true;
};

Utf8Check::Utf8Check() : state_(std::make_unique<State>()) {}
Utf8Check::~Utf8Check() = default;

void Utf8Check::Feed(absl::string_view bytes) {
  if (state_->valid) state_->valid = state_->decoder.Feed(bytes, false, [](absl::string_view) {});
}

bool Utf8Check::Valid() const { return state_->decoder.ready() && state_->valid; }

bool Utf8Check::Finish() {
  return state_->decoder.ready() && state_->valid &&
         state_->decoder.Feed("", true, [](absl::string_view) {});
}

}  // namespace shareway::catalog::files
