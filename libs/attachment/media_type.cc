// SPDX-License-Identifier: Apache-2.0
// The type of a file by its content.
#include "libs/attachment/media_type.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::attachment {
namespace {

constexpr absl::string_view kLocalHeader("PK\x03\x04", 4);
constexpr absl::string_view kCentralHeader("PK\x01\x02", 4);
constexpr size_t kLocalSize = 30;    // of a local file header before the name
constexpr size_t kCentralSize = 46;  // of a central directory header before the name

size_t Little16(absl::string_view bytes, size_t at) {
  return static_cast<unsigned char>(bytes[at]) |
         static_cast<size_t>(static_cast<unsigned char>(bytes[at + 1])) << 8;
}

// Names of entries in a part of a ZIP file, by the headers that stand in it.
void AddNames(absl::string_view part, absl::string_view header, size_t size, size_t length_at,
              std::set<std::string>* names) {
  for (size_t at = part.find(header); at != absl::string_view::npos;
       at = part.find(header, at + header.size())) {
    if (at + size > part.size()) return;
    const size_t length = Little16(part, at + length_at);
    if (at + size + length > part.size()) continue;
    names->emplace(part.substr(at + size, length));
  }
}

absl::Status Refused(absl::string_view why) {
  return Error(Reason::kAttachmentRefused, absl::StatusCode::kInvalidArgument, why)
      .With("admitted", "PDF, PNG, JPEG, TIFF, OFD, DOCX, XLSX, UTF-8 text");
}

absl::StatusOr<std::string> FindArchive(const std::set<std::string>& names) {
  const auto any = [&](auto matches) { return std::any_of(names.begin(), names.end(), matches); };
  if (any([](const std::string& name) {
        return absl::EndsWithIgnoreCase(name, "vbaProject.bin");
      })) {
    return Refused("the document carries macros");
  }
  if (names.count("OFD.xml") > 0) return "application/ofd";
  const bool office = names.count("[Content_Types].xml") > 0;
  const auto in = [&](absl::string_view folder) {
    return any([&](const std::string& name) { return absl::StartsWith(name, folder); });
  };
  constexpr char kOffice[] = "application/vnd.openxmlformats-officedocument.";
  if (office && in("word/")) return std::string(kOffice) + "wordprocessingml.document";
  if (office && in("xl/")) return std::string(kOffice) + "spreadsheetml.sheet";
  return Refused("the content is an archive that is no OFD, DOCX or XLSX document");
}

}  // namespace

void MediaTypeFinder::Text(absl::string_view piece) {
  for (const char c : piece) {
    const auto byte = static_cast<unsigned char>(c);
    if (more_ > 0) {
      if ((byte & 0xC0) != 0x80) {
        text_ = false;
        return;
      }
      code_point_ = code_point_ << 6 | (byte & 0x3F);
      const bool whole = --more_ == 0;
      const bool surrogate = code_point_ >= 0xD800 && code_point_ < 0xE000;
      const bool control = code_point_ >= 0x80 && code_point_ < 0xA0;
      if (whole && (code_point_ < least_ || code_point_ > 0x10FFFF || surrogate || control)) {
        text_ = false;
      }
    } else if (byte < 0x80) {
      const bool control = (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') ||
                           byte == 0x7F;
      if (control) text_ = false;
    } else if (byte >= 0xC2 && byte < 0xF5) {
      more_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      code_point_ = byte & (0x3F >> more_);
      least_ = more_ == 1 ? 0x80 : more_ == 2 ? 0x800 : 0x10000;
    } else {
      text_ = false;
    }
    if (!text_) return;
  }
}

void MediaTypeFinder::Update(absl::string_view piece) {
  if (text_) Text(piece);
  if (head_.size() < kKept) absl::StrAppend(&head_, piece.substr(0, kKept - head_.size()));
  absl::StrAppend(&tail_, piece);
  if (tail_.size() > 2 * kKept) tail_.erase(0, tail_.size() - kKept);
}

absl::StatusOr<std::string> MediaTypeFinder::Find() const {
  if (head_.empty()) return Refused("the content is empty");
  const auto begins = [this](absl::string_view magic) { return absl::StartsWith(head_, magic); };
  if (begins("%PDF-")) return "application/pdf";
  if (begins("\x89PNG\r\n\x1A\n")) return "image/png";
  if (begins("\xFF\xD8\xFF")) return "image/jpeg";
  if (begins(absl::string_view("II*\0", 4)) || begins(absl::string_view("MM\0*", 4))) {
    return "image/tiff";
  }
  if (begins(kLocalHeader)) {
    std::set<std::string> names;
    AddNames(head_, kLocalHeader, kLocalSize, 26, &names);
    AddNames(tail_, kCentralHeader, kCentralSize, 28, &names);
    return FindArchive(names);
  }
  if (text_ && more_ == 0) return "text/plain";
  return Refused("the content is of no type that is admitted");
}

}  // namespace shareway::attachment
