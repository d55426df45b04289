// SPDX-License-Identifier: Apache-2.0
// A report as an Excel workbook.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>


#include "absl/strings/str_cat.h"
#include "services/sharing/report/report.h"
#include "xlsxwriter.h"

namespace shareway::sharing::report {
namespace {

constexpr double kColumnWidth = 24;

absl::Status Broken(absl::string_view what, lxw_error error) {
  return absl::InternalError(absl::StrCat("the workbook's ", what, ": ", lxw_strerror(error)));
}

// A file in memory: the library writes to paths alone.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("report", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (fd_ >= 0) close(fd_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  bool ok() const { return fd_ >= 0; }
  std::string path() const { return absl::StrCat("/proc/self/fd/", fd_); }

  absl::StatusOr<std::string> Read() const {
    struct stat state = {};
    if (fstat(fd_, &state) != 0) return absl::InternalError("the workbook's file has no size");
    std::string bytes(static_cast<size_t>(state.st_size), '\0');
    size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got = pread(fd_, bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(done));
      if (got <= 0) return absl::InternalError("the workbook's file does not read");
      done += static_cast<size_t>(got);
    }
    return bytes;
  }

 private:
  const int fd_;
};

lxw_error Write(lxw_worksheet* sheet, size_t row, size_t column, const Cell& cell,
                lxw_format* format) {
  const auto r = static_cast<lxw_row_t>(row);
  const auto c = static_cast<lxw_col_t>(column);
  if (cell.number) {
    return worksheet_write_number(sheet, r, c, static_cast<double>(*cell.number), format);
  }
  // Never a formula, whatever the text begins with.
  return worksheet_write_string(sheet, r, c, cell.text.c_str(), format);
}

absl::Status Fill(lxw_workbook* book, const Table& table, int number, lxw_format* bold) {
  lxw_worksheet* sheet = workbook_add_worksheet(book, absl::StrCat("表", number).c_str());
  if (sheet == nullptr) return absl::InternalError("the workbook takes no more sheets");
  worksheet_set_column(sheet, 0, 15, kColumnWidth, nullptr);
  lxw_error error = Write(sheet, 0, 0, table.title, bold);
  for (size_t i = 0; i < table.headers.size() && error == LXW_NO_ERROR; ++i) {
    error = Write(sheet, 1, i, table.headers[i], bold);
  }
  for (size_t i = 0; i < table.rows.size() && error == LXW_NO_ERROR; ++i) {
    for (size_t j = 0; j < table.rows[i].size() && error == LXW_NO_ERROR; ++j) {
      error = Write(sheet, i + 2, j, table.rows[i][j], nullptr);
    }
  }
  return error == LXW_NO_ERROR ? absl::OkStatus() : Broken("cell", error);
}

absl::Status FillNotes(lxw_workbook* book, const Report& report, lxw_format* bold) {
  lxw_worksheet* sheet = workbook_add_worksheet(book, "说明");
  if (sheet == nullptr) return absl::InternalError("the workbook takes no sheet");
  worksheet_set_column(sheet, 0, 0, 4 * kColumnWidth, nullptr);
  lxw_error error = Write(sheet, 0, 0, report.title, bold);
  for (size_t i = 0; i < report.notes.size() && error == LXW_NO_ERROR; ++i) {
    error = Write(sheet, i + 1, 0, report.notes[i], nullptr);
  }
  return error == LXW_NO_ERROR ? absl::OkStatus() : Broken("cell", error);
}

absl::Status FillAll(lxw_workbook* book, const Report& report) {
  lxw_format* bold = workbook_add_format(book);
  format_set_bold(bold);
  // The time of making would make equal reports differ.
  lxw_doc_properties properties = {};
  std::string title = report.title;
  properties.title = title.data();
  properties.created = 1'000'000'000;
  workbook_set_properties(book, &properties);
  if (absl::Status filled = FillNotes(book, report, bold); !filled.ok()) return filled;
  int number = 0;
  for (const Table& table : report.tables) {
    if (absl::Status filled = Fill(book, table, ++number, bold); !filled.ok()) return filled;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> Workbook(const Report& report) {
  const MemoryFile file;
  if (!file.ok()) return absl::InternalError("no memory for the workbook's file");
  const std::string path = file.path();
  lxw_workbook* book = workbook_new(path.c_str());
  if (book == nullptr) return absl::InternalError("the workbook cannot be made");
  const absl::Status filled = FillAll(book, report);
  const lxw_error closed = workbook_close(book);  // frees it in any case
  if (!filled.ok()) return filled;
  if (closed != LXW_NO_ERROR) return Broken("file", closed);
  return file.Read();
}

}  // namespace shareway::sharing::report
