// SPDX-License-Identifier: Apache-2.0
// A disk for tests that fills up, or fails to sync, when told to.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "rocksdb/file_system.h"

namespace shareway::kv {

// The machine's disk with faults of the write-ahead log and of files to ingest
// (kAppendFull alone). Thread-safe.
class FaultyDisk final : public rocksdb::FileSystemWrapper {
 public:
  enum class Fault { kNone, kAppendFull, kSyncFull, kSyncBroken };
  std::atomic<Fault> fault = Fault::kNone;

  FaultyDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultyDisk"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, result, debug);
    if (status.ok() && (absl::EndsWith(name, ".log") || absl::EndsWith(name, "ingest.tmp"))) {
      *result = std::make_unique<File>(std::move(*result), &fault);
    }
    return status;
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, const std::atomic<Fault>* fault)
        : FSWritableFileOwnerWrapper(std::move(file)), fault_(fault) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      if (*fault_ != Fault::kAppendFull) {
        return FSWritableFileOwnerWrapper::Append(data, options, debug);
      }
      // A full disk takes the part that still fits.
      const rocksdb::Slice part(data.data(), data.size() / 2);
      (void)FSWritableFileOwnerWrapper::Append(part, options, debug);
      return rocksdb::IOStatus::NoSpace("no space left");
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&,
                             rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      if (*fault_ == Fault::kSyncFull) return rocksdb::IOStatus::NoSpace("no space left");
      if (*fault_ == Fault::kSyncBroken) return rocksdb::IOStatus::IOError("broken disk");
      return FSWritableFileOwnerWrapper::Sync(options, debug);
    }

   private:
    const std::atomic<Fault>* const fault_;
  };
};

}  // namespace shareway::kv
