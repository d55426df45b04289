// SPDX-License-Identifier: Apache-2.0
// Files by system calls, each error told with its path.
#include "services/audit/store/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace shareway::audit {
namespace {

absl::Status Failed(int error, absl::string_view action, absl::string_view path) {
  const std::string message = absl::StrCat(action, " ", path, ": ", std::strerror(error));
  if (error == ENOENT) return absl::NotFoundError(message);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return absl::ResourceExhaustedError(message);
  }
  return absl::UnavailableError(message);
}

// An open file, closed at the end.
class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (fd_ < 0) error_ = errno;
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }
  int error() const { return error_; }

 private:
  const int fd_;
  int error_ = 0;
};

absl::Status WriteAll(const File& file, const std::string& path, uint64_t offset,
                      absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(file.fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed(errno, "cannot write", path);
    offset += static_cast<uint64_t>(written);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status SyncFile(const File& file, const std::string& path) {
  if (::fsync(file.fd()) == 0) return absl::OkStatus();
  return Failed(errno, "cannot sync", path);
}

}  // namespace

Folder::Folder(std::string path, Fault fault) : path_(std::move(path)), fault_(std::move(fault)) {}

absl::Status Folder::Fail(Step step, absl::string_view name) const {
  return fault_ ? fault_(step, name) : absl::OkStatus();
}

std::string Folder::PathOf(absl::string_view name) const { return absl::StrCat(path_, "/", name); }

std::string Folder::DraftOf(absl::string_view name) { return absl::StrCat(name, kDraftSuffix); }

absl::StatusOr<std::vector<std::string>> Folder::Names() const {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator file(path_, error);
  for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    std::string name = file->path().filename().string();
    if (!file->is_regular_file(error) || absl::EndsWith(name, kDraftSuffix)) continue;
    names.push_back(std::move(name));
  }
  if (error) return Failed(error.value(), "cannot list", path_);
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<uint64_t> Folder::Size(absl::string_view name) const {
  const std::string path = PathOf(name);
  struct stat facts = {};
  if (::stat(path.c_str(), &facts) != 0) return Failed(errno, "cannot look at", path);
  return static_cast<uint64_t>(facts.st_size);
}

absl::StatusOr<std::string> Folder::Read(absl::string_view name, uint64_t offset,
                                         size_t length) const {
  return ReadFrom(name, offset, length, /*from_volume=*/false);
}

absl::StatusOr<std::string> Folder::ReadBack(absl::string_view name, uint64_t offset,
                                             size_t length) const {
  return ReadFrom(name, offset, length, /*from_volume=*/true);
}

absl::StatusOr<std::string> Folder::ReadFrom(absl::string_view name, uint64_t offset, size_t length,
                                             bool from_volume) const {
  const std::string path = PathOf(name);
  const File file(path, O_RDONLY);
  if (file.fd() < 0) return Failed(file.error(), "cannot open", path);
  // Pages that could not be synced count as clean: forget them.
  if (from_volume) (void)::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
  std::string bytes(length, '\0');
  size_t read = 0;
  while (read < length) {
    const ssize_t got =
        ::pread(file.fd(), bytes.data() + read, length - read, static_cast<off_t>(offset + read));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(errno, "cannot read", path);
    if (got == 0) break;
    read += static_cast<size_t>(got);
  }
  bytes.resize(read);
  return bytes;
}

absl::Status Folder::Append(absl::string_view name, uint64_t offset,
                            absl::string_view bytes) const {
  const std::string path = PathOf(name);
  if (offset == 0) SHAREWAY_RETURN_IF_ERROR(Fail(Step::kCreate, name));
  const File file(path, offset == 0 ? O_WRONLY | O_CREAT | O_TRUNC : O_WRONLY);
  if (file.fd() < 0) return Failed(file.error(), "cannot open", path);
  if (const absl::Status fault = Fail(Step::kWrite, name); !fault.ok()) {
    (void)WriteAll(file, path, offset, bytes.substr(0, bytes.size() / 2));
    return fault;
  }
  SHAREWAY_RETURN_IF_ERROR(WriteAll(file, path, offset, bytes));
  SHAREWAY_RETURN_IF_ERROR(Fail(Step::kSync, name));
  SHAREWAY_RETURN_IF_ERROR(SyncFile(file, path));
  return offset == 0 ? SyncFolder() : absl::OkStatus();
}

absl::Status Folder::Sync(absl::string_view name) const {
  const std::string path = PathOf(name);
  SHAREWAY_RETURN_IF_ERROR(SyncFolder());
  const File file(path, O_RDONLY);
  if (file.fd() < 0) return Failed(file.error(), "cannot open", path);
  SHAREWAY_RETURN_IF_ERROR(Fail(Step::kSync, name));
  return SyncFile(file, path);
}

absl::Status Folder::Truncate(absl::string_view name, uint64_t size) const {
  const std::string path = PathOf(name);
  SHAREWAY_RETURN_IF_ERROR(Fail(Step::kTruncate, name));
  const File file(path, O_WRONLY);
  if (file.fd() < 0) return Failed(file.error(), "cannot open", path);
  if (::ftruncate(file.fd(), static_cast<off_t>(size)) != 0) {
    return Failed(errno, "cannot truncate", path);
  }
  return SyncFile(file, path);
}

absl::Status Folder::Replace(absl::string_view name, absl::string_view bytes) const {
  SHAREWAY_RETURN_IF_ERROR(Append(DraftOf(name), 0, bytes));
  return Publish(name);
}

absl::Status Folder::Publish(absl::string_view name) const {
  const std::string path = PathOf(name);
  SHAREWAY_RETURN_IF_ERROR(Fail(Step::kRename, name));
  if (std::rename(PathOf(DraftOf(name)).c_str(), path.c_str()) != 0) {
    return Failed(errno, "cannot name", path);
  }
  return SyncFolder();
}

absl::Status Folder::Remove(absl::string_view name) const {
  const std::string path = PathOf(name);
  SHAREWAY_RETURN_IF_ERROR(Fail(Step::kRemove, name));
  if (::unlink(path.c_str()) != 0) return Failed(errno, "cannot remove", path);
  return SyncFolder();
}

absl::Status Folder::RemoveDrafts() const {
  std::vector<std::string> drafts;
  std::error_code error;
  std::filesystem::directory_iterator file(path_, error);
  for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    std::string name = file->path().filename().string();
    if (absl::EndsWith(name, kDraftSuffix)) drafts.push_back(std::move(name));
  }
  if (error) return Failed(error.value(), "cannot list", path_);
  for (const std::string& draft : drafts) SHAREWAY_RETURN_IF_ERROR(Remove(draft));
  return absl::OkStatus();
}

absl::Status Folder::SyncFolder() const {
  SHAREWAY_RETURN_IF_ERROR(Fail(Step::kSyncFolder, ""));
  const File folder(path_, O_RDONLY | O_DIRECTORY);
  if (folder.fd() < 0) return Failed(folder.error(), "cannot open", path_);
  return SyncFile(folder, path_);
}

}  // namespace shareway::audit
