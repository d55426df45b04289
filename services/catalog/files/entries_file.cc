// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/entries_file.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/catalog/files/csv_reader.h"
#include "services/catalog/files/formats.h"
#include "services/catalog/files/sheet.h"

namespace shareway::catalog::files {
namespace {

constexpr size_t kLooked = 64 << 10;

// Up to kLooked bytes more; nothing at the end.
absl::StatusOr<std::string> NextBytes(std::ifstream* file) {
  std::string bytes(kLooked, '\0');
  file->read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file->gcount()));
  if (file->bad() || (!file->eof() && file->fail())) {
    return absl::UnavailableError("the file cannot be read back");
  }
  return bytes;
}

// Which of the two a text file that begins with `bytes` is. What is ASCII so far is both, so that the
// file is read on to its first other characters; a piece may be cut in the middle of one.
absl::StatusOr<Format> EncodingOf(std::string bytes, std::ifstream* file) {
  constexpr size_t kEnough = 4 << 10;  // few texts in GB18030 of that length are UTF-8 as well
  Utf8Check check;
  bool other = false;
  while (!bytes.empty()) {
    check.Feed(bytes);
    if (!check.Valid()) return Format::kCsvGb18030;
    if (other) return Format::kCsv;
    const auto at = std::find_if(bytes.begin(), bytes.end(), [](char c) {
      return static_cast<unsigned char>(c) >= 0x80;
    });
    const auto left = static_cast<size_t>(bytes.end() - at);
    if (left > kEnough && bytes.size() == kLooked) return Format::kCsv;
    other = left > 0;
    SHAREWAY_ASSIGN_OR_RETURN(bytes, NextBytes(file));
  }
  return check.Finish() ? Format::kCsv : Format::kCsvGb18030;
}

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
  SHAREWAY_ASSIGN_OR_RETURN(std::string bytes, NextBytes(&file));
  absl::string_view text = bytes;
  if (absl::StartsWith(text, absl::string_view("PK\x03\x04", 4))) return Format::kXlsx;
  if (absl::StartsWith(text, absl::string_view("\xD0\xCF\x11\xE0", 4))) {
    return Refused("this is a workbook of before 2007; save it as .xlsx");
  }
  if (absl::StartsWith(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == absl::string_view::npos) return Refused("the file is empty");
  if (text[first] == '{' || text[first] == '[') return Format::kJson;
  return EncodingOf(std::move(bytes), &file);
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
