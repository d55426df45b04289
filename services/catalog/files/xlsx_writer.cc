// SPDX-License-Identifier: Apache-2.0
// The guide's table as a workbook of one sheet.
#include <cctype>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/catalog/files/formats.h"
#include "services/catalog/files/table.h"
#include "xlsxwriter.h"

namespace shareway::catalog::files {
namespace {

constexpr time_t kCreated = 315'532'800;       // 1980-01-01, as the parts of the archive say
constexpr size_t kMaxCellCharacters = 32'767;  // of UTF-16, as Excel counts

// At least as many as Excel counts.
size_t Characters(absl::string_view text) {
  size_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) count += byte >= 0xF0 ? 2 : 1;
  }
  return count;
}

class XlsxWriter : public Writer {
 public:
  XlsxWriter(const std::string& path, uint32_t max_rows) : max_rows_(max_rows) {
    // Rows go to a temporary file as they come, so that memory does not grow with the catalogue.
    lxw_workbook_options options = {};
    options.constant_memory = LXW_TRUE;
    std::string folder = std::filesystem::path(path).parent_path().string();
    options.tmpdir = folder.data();
    book_ = workbook_new_opt(path.c_str(), &options);
    if (book_ != nullptr) {
      // The same entries give the same bytes at any time, so that digests can be compared.
      lxw_doc_properties properties = {};
      properties.created = kCreated;
      workbook_set_properties(book_, &properties);
    }
    sheet_ = book_ == nullptr ? nullptr : workbook_add_worksheet(book_, "政务数据资源目录");
  }
  ~XlsxWriter() override {
    if (book_ != nullptr) (void)workbook_close(book_);
  }
  XlsxWriter(const XlsxWriter&) = delete;
  XlsxWriter& operator=(const XlsxWriter&) = delete;

  absl::Status Begin() {
    if (sheet_ == nullptr) return absl::UnavailableError("the workbook cannot be made");
    worksheet_freeze_panes(sheet_, 1, 0);
    return Line(Headings());
  }
  absl::Status Add(const ListedEntry& entry) override {
    for (const std::vector<std::string>& row : RowsOf(entry, ++number_)) {
      if (absl::Status written = Line(row); !written.ok()) return written;
    }
    return absl::OkStatus();
  }
  absl::Status Finish() override {
    const lxw_error error = workbook_close(book_);
    book_ = nullptr;
    if (error == LXW_NO_ERROR) return absl::OkStatus();
    return Broken(error);
  }

 private:
  static absl::Status Broken(lxw_error error) {
    return absl::UnavailableError(
        absl::StrCat("the workbook cannot be written: ", lxw_strerror(error)));
  }
  absl::Status Line(const std::vector<std::string>& cells) {
    if (row_ >= max_rows_) {
      return TooLarge(absl::StrCat("more than ", max_rows_,
                                   " rows, which no workbook holds; want JSON or CSV"));
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].empty()) continue;
      // Typed as text a cell is never computed; the apostrophe keeps it so when it is saved as CSV.
      const std::string text = Neutralized(cells[i]);
      if (Characters(text) > kMaxCellCharacters) {
        return TooLarge(absl::StrCat("row ", row_ + 1, ", ", Headings()[i], ": more than ",
                                     kMaxCellCharacters,
                                     " characters, which no workbook holds; want JSON or CSV"));
      }
      const lxw_error error = worksheet_write_string(sheet_, row_, static_cast<lxw_col_t>(i),
                                                     text.c_str(), nullptr);
      if (error != LXW_NO_ERROR) {
        return Broken(error);
      }
    }
    ++row_;
    return absl::OkStatus();
  }

  const uint32_t max_rows_;
  lxw_workbook* book_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  lxw_row_t row_ = 0;
  uint32_t number_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> CreateXlsx(const std::string& path, uint32_t max_rows) {
  auto writer = std::make_unique<XlsxWriter>(path, max_rows);
  if (absl::Status begun = writer->Begin(); !begun.ok()) return begun;
  return writer;
}

}  // namespace shareway::catalog::files
