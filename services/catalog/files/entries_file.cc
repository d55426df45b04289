// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/entries_file.h"

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/catalog/files/csv_reader.h"
#include "services/catalog/files/formats.h"
#include "services/catalog/files/sheet.h"

namespace shareway::catalog::files {
namespace {

constexpr size_t kLooked = 64 << 10;

}  // namespace

Spot FileEntry::SpotOf(absl::string_view field) const {
  for (std::string part(field); !part.empty();) {
    if (const auto found = spots.find(part); found != spots.end()) return found->second;
    const size_t end = part.find_last_of(".[");
    part.resize(end == std::string::npos ? 0 : end);
  }
  return {.sheet = sheet, .row = first_row};
}

absl::StatusOr<Format> Detect(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kLooked, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file.gcount()));
  if (file.bad() || (!file.eof() && file.fail())) {
    return absl::UnavailableError("the file cannot be read back");
  }
  absl::string_view text = bytes;
  if (absl::StartsWith(text, absl::string_view("PK\x03\x04", 4))) return Format::kXlsx;
  if (absl::StartsWith(text, absl::string_view("\xD0\xCF\x11\xE0", 4))) {
    return Refused("this is a workbook of before 2007; save it as .xlsx");
  }
  if (absl::StartsWith(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == absl::string_view::npos) return Refused("the file is empty");
  if (text[first] == '{' || text[first] == '[') return Format::kJson;
  if (bytes.size() == kLooked) {  // perhaps cut in the middle of a character
    const auto last = [&] { return static_cast<unsigned char>(text.back()); };
    for (int i = 0; i < 3 && (last() & 0xC0) == 0x80; ++i) text.remove_suffix(1);
    if (last() >= 0xC0) text.remove_suffix(1);
  }
  Utf8Check check;
  check.Feed(text);
  return check.Finish() ? Format::kCsv : Format::kCsvGb18030;
}

absl::StatusOr<std::unique_ptr<Reader>> Open(const std::string& path, Format format) {
  switch (format) {
    case Format::kUnspecified: {
      const absl::StatusOr<Format> found = Detect(path);
      if (!found.ok()) return found.status();
      return Open(path, *found);
    }
    case Format::kJson:
      return OpenJson(path);
    case Format::kDcat:
      return Refused("DCAT is written, not read");
    case Format::kCsv:
    case Format::kCsvGb18030:
      return OpenCsv(path, format == Format::kCsvGb18030);
    case Format::kXlsx:
      return OpenXlsx(path);
  }
  return Refused(absl::StrCat("format ", static_cast<int>(format), " is not known"));
}

absl::StatusOr<std::unique_ptr<Writer>> Create(const std::string& path, Format format) {
  switch (format) {
    case Format::kJson:
      return CreateJson(path);
    case Format::kDcat:
      return CreateDcat(path);
    case Format::kCsv:
    case Format::kCsvGb18030:
      return CreateCsv(path, format == Format::kCsvGb18030);
    case Format::kXlsx:
      return CreateXlsx(path);
    case Format::kUnspecified:
      break;
  }
  return Refused(absl::StrCat("format ", static_cast<int>(format), " is not known"));
}

}  // namespace shareway::catalog::files
