// SPDX-License-Identifier: Apache-2.0
// Wraps the log files, their folder and the manifest.
#include "libs/kv/synced_wal.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "libs/kv/engine.h"
#include "libs/log/log.h"

namespace shareway::kv {
namespace {

rocksdb::IOStatus Unknown(rocksdb::IOStatus status) {
  if (!status.IsNoSpace()) return status;
  return rocksdb::IOStatus::IOError("sync: " + status.ToString());
}

class WalFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    return Unknown(FSWritableFileOwnerWrapper::Sync(options, debug));
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return Unknown(FSWritableFileOwnerWrapper::Fsync(options, debug));
  }
};

class ManifestFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    return Written(FSWritableFileOwnerWrapper::Append(data, options, debug));
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& verification,
                           rocksdb::IODebugContext* debug) override {
    return Written(FSWritableFileOwnerWrapper::Append(data, options, verification, debug));
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    return Known(FSWritableFileOwnerWrapper::Sync(options, debug));
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return Known(FSWritableFileOwnerWrapper::Fsync(options, debug));
  }

 private:
  static rocksdb::IOStatus Written(rocksdb::IOStatus status) {
    return status.IsNoSpace() ? status : Known(std::move(status));
  }
  static rocksdb::IOStatus Known(rocksdb::IOStatus status) {
    if (status.ok()) return status;
    log::Error("store-write-failed", {{"status", absl::UnavailableError(status.ToString())},
                                      {"exit_code", kExitUnknownOutcome}});
    ::_exit(kExitUnknownOutcome);
  }
};

// The first sync of a new log is followed by one of its folder.
class WalFolder final : public rocksdb::FSDirectoryWrapper {
 public:
  using FSDirectoryWrapper::FSDirectoryWrapper;
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return Unknown(FSDirectoryWrapper::Fsync(options, debug));
  }
  rocksdb::IOStatus FsyncWithDirOptions(const rocksdb::IOOptions& options,
                                        rocksdb::IODebugContext* debug,
                                        const rocksdb::DirFsyncOptions& how) override {
    return Unknown(FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how));
  }
};

class WalDisk final : public rocksdb::FileSystemWrapper {
 public:
  WalDisk(std::shared_ptr<rocksdb::FileSystem> disk, const std::string& dir)
      : FileSystemWrapper(std::move(disk)), manifest_(dir + "/MANIFEST-") {}
  const char* Name() const override { return "SyncedWal"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, result, debug);
    if (status.ok() && absl::EndsWith(name, ".log")) {
      *result = std::make_unique<WalFile>(std::move(*result));
    } else if (status.ok() && absl::StartsWith(name, manifest_)) {
      *result = std::make_unique<ManifestFile>(std::move(*result));
    }
    return status;
  }
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewDirectory(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<WalFolder>(std::move(*result));
    return status;
  }

 private:
  const std::string manifest_;  // how the names of this store's begin; a backup has its own
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> SyncedWal(std::shared_ptr<rocksdb::FileSystem> disk,
                                               const std::string& dir) {
  return std::make_shared<WalDisk>(std::move(disk), dir);
}

}  // namespace shareway::kv
