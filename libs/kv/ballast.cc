// SPDX-License-Identifier: Apache-2.0
#include "libs/kv/ballast.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/log/log.h"

namespace shareway::kv {
namespace {

constexpr absl::Duration kLookEvery = absl::Seconds(1);

absl::Status Failed(absl::string_view what, const std::string& path, int error) {
  return absl::UnavailableError(absl::StrCat(what, " ", path, ": ", std::strerror(error)));
}

}  // namespace

Ballast::Ballast(Options options)
    : options_(std::move(options)), path_(absl::StrCat(options_.dir, "/ballast")) {}

absl::StatusOr<std::unique_ptr<Ballast>> Ballast::Open(Options options) {
  std::error_code error;
  std::filesystem::create_directories(options.dir, error);
  if (error) return Failed("create folder", options.dir, error.value());
  std::unique_ptr<Ballast> ballast(new Ballast(std::move(options)));
  absl::MutexLock lock(&ballast->mutex_);
  SHAREWAY_RETURN_IF_ERROR(ballast->Take());
  if (!ballast->there_) log::Warn("no-room-for-ballast", {{"path", ballast->path_}});
  return ballast;
}

bool Ballast::Free(size_t besides) const {
  struct statvfs volume = {};
  if (::statvfs(options_.dir.c_str(), &volume) != 0 || volume.f_blocks == 0) return true;
  const double block = static_cast<double>(volume.f_frsize);
  const double free = static_cast<double>(volume.f_bavail) * block;
  return free - static_cast<double>(besides) >=
         options_.min_free_share * static_cast<double>(volume.f_blocks) * block;
}

absl::Status Ballast::Take() {
  struct stat file = {};
  const size_t taken =
      ::stat(path_.c_str(), &file) == 0 ? static_cast<size_t>(file.st_blocks) * 512 : 0;
  if (taken >= options_.bytes) {  // of an earlier process
    there_ = true;
    return absl::OkStatus();
  }
  if (!Free(options_.bytes - taken)) return absl::OkStatus();
  const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return errno == ENOSPC ? absl::OkStatus() : Failed("create", path_, errno);
  // Blocks, not a size: a file with holes would keep nothing back.
  const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(options_.bytes));
  ::close(fd);
  if (error == 0) {
    there_ = true;
    return absl::OkStatus();
  }
  ::unlink(path_.c_str());
  return error == ENOSPC ? absl::OkStatus() : Failed("fill", path_, error);
}

bool Ballast::Release() {
  absl::MutexLock lock(&mutex_);
  if (!there_) return false;
  there_ = accepts_ = false;
  looked_ = options_.clock->SinceBoot();
  const bool given = ::unlink(path_.c_str()) == 0;
  log::Warn("ballast-released", {{"path", path_}, {"bytes", options_.bytes}});
  return given;
}

bool Ballast::released() const {
  absl::MutexLock lock(&mutex_);
  return !there_;
}

bool Ballast::Accepts() {
  absl::MutexLock lock(&mutex_);
  const absl::Duration now = options_.clock->SinceBoot();
  if (now - looked_ < kLookEvery) return accepts_;
  looked_ = now;
  if (!there_) {
    const absl::Status taken = Take();
    if (!taken.ok()) log::Warn("ballast-not-taken", {{"status", taken}});
    if (there_) log::Info("ballast-taken", {{"path", path_}});
  }
  const bool accepts = there_ && Free(0);
  if (accepts != accepts_) log::Info("disk-accepts", {{"accepts", accepts}, {"path", path_}});
  accepts_ = accepts;
  return accepts_;
}

}  // namespace shareway::kv
