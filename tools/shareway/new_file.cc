// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/new_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace shareway::cli {
namespace {

constexpr size_t kBuffer = 256 << 10;

absl::Status Failed(absl::string_view path) {
  return absl::UnknownError(absl::StrCat(path, ": ", strerror(errno)));
}

}  // namespace

absl::StatusOr<NewFile> NewFile::Create(const std::string& path) {
  std::string temporary = path + ".XXXXXX";
  const int fd = mkstemp(temporary.data());
  if (fd < 0) return Failed(path);
  return NewFile(path, std::move(temporary), fd);
}

NewFile::NewFile(std::string path, std::string temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      buffer_(std::move(other.buffer_)),
      fd_(std::exchange(other.fd_, -1)) {}

NewFile::~NewFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(temporary_.c_str());
}

absl::Status NewFile::Write(absl::string_view bytes) {
  buffer_.append(bytes.data(), bytes.size());
  return buffer_.size() < kBuffer ? absl::OkStatus() : Flush();
}

absl::Status NewFile::Flush() {
  for (absl::string_view rest = buffer_; !rest.empty();) {
    const ssize_t n = write(fd_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed(path_);
    rest.remove_prefix(static_cast<size_t>(n));
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status NewFile::Keep() {
  SHAREWAY_RETURN_IF_ERROR(Flush());
  if (fsync(fd_) != 0 || rename(temporary_.c_str(), path_.c_str()) != 0) return Failed(path_);
  close(std::exchange(fd_, -1));
  return absl::OkStatus();
}

}  // namespace shareway::cli
