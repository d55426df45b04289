// SPDX-License-Identifier: Apache-2.0
// A disk for tests that loses its power: what was not synced is gone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rocksdb/file_system.h"

namespace shareway::kv {

// The machine's disk, which remembers how far each file was synced, and which
// names of each folder were. No sync reaches the real disk: a sync here is what a cut
// spares. Files that are there before their first use count as synced. Thread-safe.
class PowerCutDisk final : public rocksdb::FileSystemWrapper {
 public:
  // What a cut takes.
  enum class Loss {
    kUnsynced,      // all bytes behind a file's last sync
    kRandomPart,    // a random end of those, and random pages of the rest read as zeros
    kUnsyncedNames  // all unsynced bytes, and each folder has the names of its last sync:
                    // files made since are gone, files removed since are back
  };
  struct Plan {
    uint64_t at_sync = 0;  // the power fails at this sync, from 1; 0: never by itself
    bool after = false;    // just after it took effect, else just before
    Loss loss = Loss::kUnsynced;
    unsigned seed = 0;
    bool ignore_syncs = false;  // a disk that lies: syncs are counted and spare nothing
    int exit_code = 75;         // of the process, whose power it was
  };
  // `stash` is a folder of its own on the same volume, made if absent: removed
  // files wait there for their folder to be synced.
  PowerCutDisk(Plan plan, std::string stash);

  // Takes from the real files what is lost. No file may be written afterwards.
  void Cut() ABSL_LOCKS_EXCLUDED(mutex_);
  // Syncs of files and folders until now.
  uint64_t syncs() const ABSL_LOCKS_EXCLUDED(mutex_);

  const char* Name() const override { return "PowerCutDisk"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  // Unsupported: written in place, bytes have no order in which they could be lost.
  rocksdb::IOStatus NewRandomRWFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* result,
                                      rocksdb::IODebugContext* debug) override;

 private:
  class File;
  class Folder;
  // What a name stands for.
  struct Inode {
    uint64_t size = 0;
    uint64_t synced = 0;
    std::string stashed = {};  // its bytes, once no name of now stands for it
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;

  std::shared_ptr<Inode> InodeOf(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Keeps the bytes of a name that is about to vanish, if the synced folder has it.
  void Stash(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Counts a sync; the power may fail here. `effect` makes it count.
  template <typename Effect>
  void Sync(Effect effect) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SyncFolder(const std::string& folder) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CutLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LoseBytes(const std::string& path, const Inode& inode) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LoseNames() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Plan plan_;
  const std::string stash_;
  mutable absl::Mutex mutex_;  // held while the real files change
  std::mt19937 random_ ABSL_GUARDED_BY(mutex_);
  uint64_t syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t stashes_ ABSL_GUARDED_BY(mutex_) = 0;
  Names now_ ABSL_GUARDED_BY(mutex_);
  Names synced_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::kv
