// SPDX-License-Identifier: Apache-2.0
// The embedded engine: one RocksDB, one commit thread.
#pragma once

#include <memory>
#include <string>

#include "libs/kv/ballast.h"
#include "libs/kv/store.h"

namespace shareway::kv {

struct RocksOptions {
  // Bytes for cached blocks and, without `memtable_bytes`, memtables together.
  size_t cache_bytes = 16 << 20;
  // Of each of the two memtables; 0: a quarter of `cache_bytes`. What is deleted soon, as
  // evidence that was delivered, never leaves a memtable that is large enough. Adds twice
  // itself to the memory that a busy store takes.
  size_t memtable_bytes = 0;
  // Refuse writes when less than this share of the volume is free; 0 switches it off.
  double min_free_share = 0;
  // For a store of large values that are put once and seldom deleted. Values from
  // 32 KiB on get files of their own, of which compaction rewrites the oldest alone, and
  // Compact all; the rest is compacted by size, lazily. Takes up to four times
  // `cache_bytes` more under load. Both kinds open each other's stores.
  bool for_log = false;
  // Released when the volume is full; the write that found it so is tried once more. While
  // it does not accept, sorted files are refused, DISK_FULL. Null: none. Must outlive the store.
  Ballast* ballast = nullptr;
};

// Opens the store in folder `dir`, creating it if absent. DATA_LOSS if it is
// damaged beyond a torn last record; UNAVAILABLE if another process has it;
// RESOURCE_EXHAUSTED if the volume is full. A later write whose outcome is
// unknown ends the process with exit code 74.
absl::StatusOr<std::unique_ptr<Store>> OpenRocks(const std::string& dir, RocksOptions options = {});

// Opens what `--store` names: rocksdb:PATH.
absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& spec,
                                                 RocksOptions options = {});

// Opens a store to look at it, as it is now; writes and checkpoints fail with
// FAILED_PRECONDITION. NOT_FOUND if there is none. Another process may have it.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksReadOnly(const std::string& dir);

}  // namespace shareway::kv
