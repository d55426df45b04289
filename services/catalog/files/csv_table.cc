// SPDX-License-Identifier: Apache-2.0
// The guide's table as CSV (RFC 4180), in UTF-8 with a byte order mark or in GB18030.
#include <unicode/ucnv.h>

#include <array>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/status.h"
#include "services/catalog/files/csv_reader.h"
#include "services/catalog/files/file_out.h"
#include "services/catalog/files/formats.h"
#include "services/catalog/files/table.h"

namespace shareway::catalog::files {
namespace {

// Feeds the parser by small pieces, so that few rows wait.
class CsvRows : public RowSource {
 public:
  static absl::StatusOr<std::unique_ptr<RowSource>> Open(const std::string& path, Encoding encoding) {
    std::FILE* const file = std::fopen(path.c_str(), "rbe");
    if (file == nullptr) return absl::UnavailableError("the file cannot be read");
    std::unique_ptr<CsvRows> rows(new CsvRows(file));
    const Limits limits = {.columns = kMaxColumns, .cell_bytes = kMaxCellBytes};
    SHAREWAY_ASSIGN_OR_RETURN(rows->parser_,
                              CsvReader::Open(encoding, limits, [taken = rows.get()](const Row& row) {
                                taken->waiting_.push_back(row);
                                return absl::OkStatus();
                              }));
    return rows;
  }

  absl::StatusOr<std::optional<Row>> Next() override {
    while (waiting_.empty() && !ended_) {
      std::array<char, 4096> piece;
      const size_t size = std::fread(piece.data(), 1, piece.size(), file_.get());
      if (size == 0) {
        if (std::ferror(file_.get()) != 0) return absl::UnavailableError("the file cannot be read");
        ended_ = true;
        SHAREWAY_RETURN_IF_ERROR(parser_->Finish());
        break;
      }
      bytes_ += size;
      if (bytes_ > kMaxFileBytes) {
        return TooLarge(absl::StrCat("the file has more than ", kMaxFileBytes, " bytes"));
      }
      SHAREWAY_RETURN_IF_ERROR(parser_->Feed(absl::string_view(piece.data(), size)));
    }
    if (waiting_.empty()) return std::nullopt;
    Row row = std::move(waiting_.front());
    waiting_.pop_front();
    for (std::string& cell : row.cells) cell = Restored(cell);
    return row;
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  explicit CsvRows(std::FILE* file) : file_(file) {}

  const std::unique_ptr<std::FILE, Closer> file_;
  std::unique_ptr<CsvReader> parser_;
  std::deque<Row> waiting_ = {};
  uint64_t bytes_ = 0;
  bool ended_ = false;
};

absl::StatusOr<std::string> InGb18030(const std::string& text) {
  std::string out(text.size() * 4 + 8, '\0');
  UErrorCode code = U_ZERO_ERROR;
  const int32_t size = ucnv_convert("gb18030", "UTF-8", out.data(), static_cast<int32_t>(out.size()),
                                    text.data(), static_cast<int32_t>(text.size()), &code);
  if (U_FAILURE(code)) return absl::InternalError(absl::StrCat("no GB18030: ", u_errorName(code)));
  out.resize(static_cast<size_t>(size));
  return out;
}

class CsvWriter : public Writer {
 public:
  CsvWriter(FileOut out, bool gb18030) : out_(std::move(out)), gb18030_(gb18030) {}

  absl::Status Begin() {
    if (!gb18030_) SHAREWAY_RETURN_IF_ERROR(out_.Append("\xEF\xBB\xBF"));
    return Line(Headings());
  }
  absl::Status Add(const ListedEntry& entry) override {
    for (const std::vector<std::string>& row : RowsOf(entry, ++number_)) {
      SHAREWAY_RETURN_IF_ERROR(Line(row));
    }
    return absl::OkStatus();
  }
  absl::Status Finish() override { return out_.Close(); }

 private:
  absl::Status Line(const std::vector<std::string>& cells) {
    std::string line;
    for (const std::string& cell : cells) {
      if (&cell != &cells.front()) line += ',';
      const std::string text = Neutralized(cell);
      if (text.find_first_of(",\"\r\n") == std::string::npos) {
        line += text;
      } else {
        absl::StrAppend(&line, "\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
      }
    }
    line += "\r\n";
    if (!gb18030_) return out_.Append(line);
    SHAREWAY_ASSIGN_OR_RETURN(const std::string encoded, InGb18030(line));
    return out_.Append(encoded);
  }

  FileOut out_;
  const bool gb18030_;
  uint32_t number_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Reader>> OpenCsv(const std::string& path, bool gb18030) {
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<RowSource> rows,
      CsvRows::Open(path, gb18030 ? Encoding::kGb18030 : Encoding::kUtf8));
  return ReadTable(std::move(rows));
}

absl::StatusOr<std::unique_ptr<Writer>> CreateCsv(const std::string& path, bool gb18030) {
  SHAREWAY_ASSIGN_OR_RETURN(FileOut out, FileOut::Create(path));
  auto writer = std::make_unique<CsvWriter>(std::move(out), gb18030);
  SHAREWAY_RETURN_IF_ERROR(writer->Begin());
  return writer;
}

}  // namespace shareway::catalog::files
