// SPDX-License-Identifier: Apache-2.0
// A new file that text is appended to.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace shareway::catalog::files {

// Not thread-safe. Errors are UNAVAILABLE: the disk's, never the caller's.
class FileOut {
 public:
  // Replaces what is at `path`.
  static absl::StatusOr<FileOut> Create(const std::string& path) {
    std::FILE* const file = std::fopen(path.c_str(), "wbe");
    if (file == nullptr) return absl::UnavailableError(absl::StrCat("cannot write ", path));
    return FileOut(file);
  }

  absl::Status Append(absl::string_view text) {
    if (file_ == nullptr) return absl::FailedPreconditionError("the file has ended");
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) return Failed();
    return absl::OkStatus();
  }
  // Once. What was buffered is written by then.
  absl::Status Close() {
    if (file_ == nullptr) return absl::FailedPreconditionError("the file has ended");
    if (std::fclose(file_.release()) != 0) return Failed();
    return absl::OkStatus();
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  explicit FileOut(std::FILE* file) : file_(file) {}
  static absl::Status Failed() { return absl::UnavailableError("the file cannot be written"); }

  std::unique_ptr<std::FILE, Closer> file_;
};

}  // namespace shareway::catalog::files
