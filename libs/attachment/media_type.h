// SPDX-License-Identifier: Apache-2.0
// The type of a file by its content, for files that come in pieces.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::attachment {

// Feeds on the pieces of one file and says what it is.
class MediaTypeFinder {
 public:
  void Update(absl::string_view piece);

  // application/pdf, image/png, image/jpeg, image/tiff, application/ofd,
  // application/vnd.openxmlformats-officedocument.wordprocessingml.document and .spreadsheetml.sheet,
  // or text/plain (UTF-8 without control characters but tab and line ends).
  // INVALID_ARGUMENT, ATTACHMENT_REFUSED, for anything else: other archives, documents with macros,
  // programs.
  absl::StatusOr<std::string> Find() const;
  // The first bytes of the content, up to 256 KiB.
  absl::string_view beginning() const { return head_; }

 private:
  // Names that end within this many bytes of either end of a ZIP file are seen.
  static constexpr size_t kKept = 256 << 10;

  void Text(absl::string_view piece);

  std::string head_;  // the first kKept bytes
  std::string tail_;  // the last kKept to 2 kKept bytes
  bool text_ = true;
  int more_ = 0;             // bytes of a UTF-8 character that are still to come
  uint32_t code_point_ = 0;  // of it
  uint32_t least_ = 0;       // the least that its length may stand for
};

}  // namespace shareway::attachment
