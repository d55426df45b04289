// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/status.h"

namespace shareway::rpc {
namespace {

// Descriptors of files that are gone. They are not closed: the number could become that of any
// other file while somebody still reads the path.
struct Spares {
  absl::Mutex mutex;
  std::vector<int> descriptors ABSL_GUARDED_BY(mutex);
};

Spares& AllSpares() {
  static auto& spares = *new Spares;
  return spares;
}

absl::Status Failed(absl::string_view what) {
  const int error = errno;
  return absl::InternalError(absl::StrCat(
      "a file in memory: ", what, ": ", absl::ErrnoToStatus(error, "").ToString()));
}

absl::Status Write(int descriptor, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return Failed("write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status Fill(int descriptor, std::initializer_list<absl::string_view> parts) {
  static std::atomic<time_t> last_stamp = 0;
  for (absl::string_view part : parts) SHAREWAY_RETURN_IF_ERROR(Write(descriptor, part));
  timespec stamp = {};
  stamp.tv_sec = ++last_stamp;
  const timespec times[2] = {stamp, stamp};
  return futimens(descriptor, times) == 0 ? absl::OkStatus() : Failed("futimens");
}

}  // namespace

MemoryFile::~MemoryFile() {
  if (descriptor_ < 0) return;
  Spares& spares = AllSpares();
  absl::MutexLock lock(&spares.mutex);
  spares.descriptors.push_back(descriptor_);
}

absl::Status MemoryFile::Replace(std::initializer_list<absl::string_view> parts) {
  const int fresh = memfd_create("shareway", MFD_CLOEXEC);
  if (fresh < 0) return Failed("memfd_create");
  if (absl::Status filled = Fill(fresh, parts); !filled.ok()) {
    close(fresh);
    return filled;
  }
  if (descriptor_ < 0) {
    Spares& spares = AllSpares();
    absl::MutexLock lock(&spares.mutex);
    if (spares.descriptors.empty()) {
      descriptor_ = fresh;
      return absl::OkStatus();
    }
    descriptor_ = spares.descriptors.back();
    spares.descriptors.pop_back();
  }
  absl::Status status;
  if (dup3(fresh, descriptor_, O_CLOEXEC) < 0) status = Failed("dup3");
  close(fresh);
  return status;
}

std::string MemoryFile::path() const {
  return descriptor_ < 0 ? std::string() : absl::StrCat("/proc/self/fd/", descriptor_);
}

}  // namespace shareway::rpc
