// SPDX-License-Identifier: Apache-2.0
// A file that appears complete or not at all.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::cli {

// Written under a temporary name beside its path, mode 0600; gone on destruction
// unless it was kept.
class NewFile {
 public:
  // UNKNOWN naming the path if the folder does not take a file.
  static absl::StatusOr<NewFile> Create(const std::string& path);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  absl::Status Write(absl::string_view bytes);
  // Makes it durable and gives it its name, in place of what had it.
  absl::Status Keep();

 private:
  NewFile(std::string path, std::string temporary, int fd);
  absl::Status Flush();

  std::string path_, temporary_, buffer_;
  int fd_ = -1;
};

}  // namespace shareway::cli
