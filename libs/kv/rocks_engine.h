// SPDX-License-Identifier: Apache-2.0
// RocksDB as an engine: how it is opened, written, and when it is full.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/kv/committer.h"
#include "libs/kv/engine.h"
#include "libs/kv/rocks_store.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace shareway::kv {

// DATA_LOSS for a corruption, RESOURCE_EXHAUSTED with DISK_FULL for a full disk,
// UNAVAILABLE for other errors.
absl::Status FromRocks(const rocksdb::Status& status, absl::string_view what);

// One open RocksDB. Read is thread-safe; Write and Room are for one thread.
class RocksEngine final : public Engine {
 public:
  // As OpenRocks and OpenRocksReadOnly. `disk`: the files it lives in.
  static absl::StatusOr<std::unique_ptr<RocksEngine>> Open(
      const std::string& dir, RocksOptions options, bool read_only,
      std::shared_ptr<rocksdb::FileSystem> disk = rocksdb::FileSystem::Default());

  absl::StatusOr<std::optional<std::string>> Read(absl::string_view key) const override;
  absl::Status Write(const std::vector<RawOp>& ops) override;
  absl::Status Room() override;
  // See Store::Ingest. Thread-safe.
  absl::Status Ingest(absl::Span<const Pair> sorted);

  // See Store::Compact, of raw keys. Thread-safe.
  absl::Status Compact(const std::string& start, const std::string& limit);

  // What a committer must know to go on.
  absl::StatusOr<Durable> ReadDurable() const;
  // See Store.
  absl::Status Checkpoint(const std::string& dir);
  rocksdb::DB* db() const { return db_.get(); }

 private:
  RocksEngine(std::string dir, RocksOptions options, std::unique_ptr<rocksdb::Env> env)
      : dir_(std::move(dir)), options_(options), env_(std::move(env)) {}
  // After a log append that found the disk full, RocksDB goes on with a new log only
  // if the memtable has entries; with none it appends to the broken one, and asserts.
  // So before every write the memtable gets one: the counter as it is, without a log.
  // A memtable that the write itself might switch gets it too, which switches it now.
  absl::Status FillMemtable();
  // Lets RocksDB go on after a full disk. It must not do so by itself: its own thread
  // could empty the memtable between FillMemtable and the write that fails next.
  absl::Status GoOn();

  // Write, without the ballast.
  absl::Status WriteOnce(const std::vector<RawOp>& ops) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);

  // RESOURCE_EXHAUSTED unless all that is there fits once more into the volume.
  absl::Status RoomToCompact() const;

  const std::string dir_;
  const RocksOptions options_;
  const std::unique_ptr<rocksdb::Env> env_;  // outlives db_
  const std::shared_ptr<std::atomic<bool>> stopped_ = std::make_shared<std::atomic<bool>>(false);
  uint64_t write_buffer_bytes_ = 0;
  std::unique_ptr<rocksdb::DB> db_;
  absl::Mutex ingest_mutex_;  // there is one file name
  // Held while a sorted file is taken, with nothing in memory: RocksDB 7.8 numbers the
  // file as newer than what is written until then. Merged with older files before that
  // is flushed, it would make old values newer; RocksDB then reports a corruption.
  absl::Mutex write_mutex_;

  absl::Duration room_checked_ = -absl::InfiniteDuration();  // since boot
  absl::Status room_;
};

// OpenRocks over another disk.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksOn(std::shared_ptr<rocksdb::FileSystem> disk,
                                                   const std::string& dir,
                                                   RocksOptions options = {});

}  // namespace shareway::kv
