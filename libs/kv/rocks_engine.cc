// SPDX-License-Identifier: Apache-2.0
// RocksDB as an engine.
#include "libs/kv/rocks_engine.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/kv/synced_wal.h"
#include "libs/kv/wal.h"
#include "rocksdb/cache.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/write_batch.h"
#include "rocksdb/write_buffer_manager.h"

namespace shareway::kv {
namespace {

constexpr int kMaxOpenFiles = 128;
constexpr double kBloomBitsPerKey = 10;
constexpr double kMemtableBloomShare = 0.005;  // of a memtable's bytes: 6 bits for 150 of them
constexpr size_t kTableFileBytes = 8 << 20;
constexpr int kChecksumBytesPerKey = 8;  // from the batch to the log and the table
constexpr size_t kMinMemtableBytes = 1 << 20;
// Below: what is read one by one, such as tiles of 16 KiB. Debian's RocksDB computes the
// CRC-32C of a blob without the processor's help; a table's blocks have XXH3.
constexpr size_t kMinBlobBytes = 32 << 10;
constexpr int kMaxOpenLogFiles = 512;
constexpr size_t kOpOverhead = 16;  // type and lengths of a change in a batch

// Where a sorted file is written before the store takes it. RocksDB knows no such name.
constexpr char kIngestFile[] = "/ingest.tmp";

rocksdb::Slice ToSlice(absl::string_view bytes) { return {bytes.data(), bytes.size()}; }

absl::Status FromErrno(absl::string_view what, int error) {
  return absl::UnavailableError(absl::StrCat(what, ": ", std::strerror(error)));
}

rocksdb::BlockBasedTableOptions TableOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 8 << 10;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  // Indexes and filters count against the cache: memory stays bounded as the store grows.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  return table;
}

// Stops RocksDB's own recovery, and tells the engine that it is due.
class NoRecovery final : public rocksdb::EventListener {
 public:
  explicit NoRecovery(std::shared_ptr<std::atomic<bool>> stopped) : stopped_(std::move(stopped)) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status*) override {
    *stopped_ = true;
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  const std::shared_ptr<std::atomic<bool>> stopped_;
};

// Without this, compaction takes half of the time that appending to a log takes.
void ShapeForLog(rocksdb::Options* rocks) {
  rocks->enable_blob_files = true;
  rocks->min_blob_size = kMinBlobBytes;
  rocks->blob_compression_type = rocksdb::kLZ4Compression;
  // A file of which one value lives would stay whole for ever.
  rocks->enable_blob_garbage_collection = true;
  rocks->compaction_style = rocksdb::kCompactionStyleUniversal;
  // Each ingested file is a run of its own until it is merged with others of its size.
  rocks->level0_file_num_compaction_trigger = 8;
  rocks->level0_slowdown_writes_trigger = 48;
  rocks->level0_stop_writes_trigger = 96;
  rocks->max_open_files = kMaxOpenLogFiles;
}

rocksdb::Options MakeOptions(const RocksOptions& options, rocksdb::Env* env) {
  rocksdb::Options rocks;
  rocks.env = env;
  rocks.create_if_missing = true;

  // The default recovery silently drops acknowledged writes behind a damaged record.
  rocks.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  rocks.recycle_log_file_num = 0;  // a reused log hides where the last record ends
  rocks.paranoid_checks = true;
  rocks.paranoid_file_checks = true;
  rocks.max_bgerror_resume_count = 0;  // an I/O error is for a restart, not for a retry

  rocks.write_buffer_size = std::max(options.cache_bytes / 4, kMinMemtableBytes);
  size_t cache_bytes = options.cache_bytes;
  if (options.memtable_bytes > 0) rocks.write_buffer_size = options.memtable_bytes;
  if (options.for_log) {
    // A file of large values is what a memtable had of them: few files, few of them open.
    rocks.write_buffer_size = std::max(2 * options.cache_bytes, kMinMemtableBytes);
    cache_bytes += 2 * rocks.write_buffer_size;  // they count against it
  }
  const auto cache = rocksdb::NewLRUCache(cache_bytes, /*num_shard_bits=*/2);
  rocks.max_write_buffer_number = 2;
  rocks.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(
          2 * rocks.write_buffer_size,
          options.memtable_bytes > 0 ? nullptr : cache);  // large ones would empty it
  rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableOptions(cache)));
  // Most keys that are looked for before a write are not there.
  rocks.memtable_prefix_bloom_size_ratio = kMemtableBloomShare;
  rocks.memtable_whole_key_filtering = true;
  rocks.max_open_files = kMaxOpenFiles;
  rocks.allow_concurrent_memtable_write = false;  // there is one writer
  rocks.enable_write_thread_adaptive_yield = false;
  rocks.avoid_flush_during_shutdown = true;  // all that counts is in the log: FillMemtable

  rocks.compression = rocksdb::kLZ4Compression;
  rocks.level_compaction_dynamic_level_bytes = true;
  rocks.target_file_size_base = kTableFileBytes;
  rocks.max_bytes_for_level_base = 4 * kTableFileBytes;
  rocks.bytes_per_sync = 1 << 20;

  rocks.info_log_level = rocksdb::InfoLogLevel::ERROR_LEVEL;
  rocks.keep_log_file_num = 2;
  rocks.max_log_file_size = 1 << 20;
  rocks.stats_dump_period_sec = 0;
  rocks.stats_persist_period_sec = 0;
  rocks.max_manifest_file_size = 4 << 20;
  if (options.for_log) ShapeForLog(&rocks);
  return rocks;
}

bool Exists(const std::string& dir, const char* name) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::path(dir) / name, error);
}

// RocksDB starts an empty store where CURRENT is missing, and removes what lies there.
absl::Status CheckWhole(const std::string& dir) {
  if (Exists(dir, "CURRENT")) return absl::OkStatus();
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(dir, error)) {
    const std::string name = file.path().filename().string();
    const bool log = absl::EndsWith(name, ".log") && file.file_size(error) > 0;
    if (log || absl::EndsWith(name, ".sst")) {
      return absl::DataLossError(absl::StrCat(dir, " has ", name, " but no file CURRENT"));
    }
  }
  return absl::OkStatus();
}

absl::Status OpenError(const std::string& dir, const rocksdb::Status& status) {
  if (status.IsIOError() && absl::StrContains(status.ToString(), "lock ")) {
    return absl::UnavailableError(absl::StrCat("store ", dir, " is open in another process"));
  }
  if (status.IsPathNotFound()) {
    const std::string message = absl::StrCat("open store ", dir, ": ", status.ToString());
    return Exists(dir, "CURRENT") ? absl::DataLossError(message) : absl::NotFoundError(message);
  }
  return FromRocks(status, absl::StrCat("open store ", dir));
}

absl::Status Sync(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FromErrno(absl::StrCat("open ", path.string()), errno);
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  if (error != 0) return FromErrno(absl::StrCat("fsync ", path.string()), error);
  return absl::OkStatus();
}

std::filesystem::path Parent(const std::string& dir) {
  return std::filesystem::absolute(std::filesystem::path(dir) / "..").lexically_normal();
}

}  // namespace

absl::Status FromRocks(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(what, ": ", status.ToString());
  if (status.IsNoSpace()) {
    return Error(Reason::kDiskFull, absl::StatusCode::kResourceExhausted, message);
  }
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::UnavailableError(message);
}

absl::StatusOr<std::unique_ptr<RocksEngine>> RocksEngine::Open(
    const std::string& dir, RocksOptions options, bool read_only,
    std::shared_ptr<rocksdb::FileSystem> disk) {
  auto env = rocksdb::NewCompositeEnv(SyncedWal(std::move(disk), dir));
  rocksdb::Options rocks = MakeOptions(options, env.get());
  std::unique_ptr<RocksEngine> engine(new RocksEngine(dir, options, std::move(env)));
  engine->write_buffer_bytes_ = rocks.write_buffer_size;
  rocks.listeners.push_back(std::make_shared<NoRecovery>(engine->stopped_));
  if (!read_only) {
    std::error_code error;
    std::filesystem::create_directories(dir, error);
    if (error) return FromErrno(absl::StrCat("create folder ", dir), error.value());
  }
  SHAREWAY_RETURN_IF_ERROR(CheckWhole(dir));
  SHAREWAY_RETURN_IF_ERROR(CheckWals(dir));
  if (!read_only) SHAREWAY_RETURN_IF_ERROR(DropTornTail(dir));
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = read_only ? rocksdb::DB::OpenForReadOnly(rocks, dir, &db)
                                           : rocksdb::DB::Open(rocks, dir, &db);
  engine->db_.reset(db);
  if (!status.ok()) return OpenError(dir, status);
  // What a crash left of a file that the store did not take.
  if (!read_only) (void)rocks.env->DeleteFile(dir + kIngestFile);
  // The folder's own name must last as long as what is written into it.
  if (!read_only) SHAREWAY_RETURN_IF_ERROR(Sync(Parent(dir)));
  return engine;
}

absl::StatusOr<std::optional<std::string>> RocksEngine::Read(absl::string_view key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), ToSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return FromRocks(status, "read store");
  return value;
}

absl::Status RocksEngine::GoOn() {
  if (!*stopped_) return absl::OkStatus();
  *stopped_ = false;
  const absl::Status resumed = FromRocks(db_->Resume(), "resume store");
  if (!resumed.ok()) *stopped_ = true;
  return resumed;
}

absl::Status RocksEngine::FillMemtable() {
  uint64_t entries = 0, bytes = 0;
  if (db_->GetIntProperty(rocksdb::DB::Properties::kNumEntriesActiveMemTable, &entries) &&
      db_->GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &bytes) && entries > 0 &&
      bytes < write_buffer_bytes_ / 2) {
    return absl::OkStatus();
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> counter, Read(kCommitKey));
  rocksdb::WriteOptions memory_only;
  memory_only.disableWAL = true;
  return FromRocks(counter ? db_->Put(memory_only, ToSlice(kCommitKey), *counter)
                           : db_->Delete(memory_only, ToSlice(kCommitKey)),
                   "write store");
}

absl::Status RocksEngine::Write(const std::vector<RawOp>& ops) {
  absl::MutexLock lock(&write_mutex_);
  absl::Status written = WriteOnce(ops);
  if (absl::IsResourceExhausted(written) && options_.ballast != nullptr &&
      options_.ballast->Release()) {
    written = WriteOnce(ops);
  }
  return written;
}

absl::Status RocksEngine::WriteOnce(const std::vector<RawOp>& ops) {
  SHAREWAY_RETURN_IF_ERROR(GoOn());
  SHAREWAY_RETURN_IF_ERROR(FillMemtable());
  size_t bytes = 0;
  for (const RawOp& op : ops) {
    bytes += op.key.size() + op.value.size() + op.tail.size() + kOpOverhead;
  }
  rocksdb::WriteBatch batch(bytes, /*max_bytes=*/0, kChecksumBytesPerKey,
                            /*default_cf_ts_sz=*/0);
  rocksdb::Status added;
  for (const RawOp& op : ops) {
    switch (op.kind) {
      case RawOp::Kind::kPut: {
        const rocksdb::Slice key = op.key;
        const rocksdb::Slice parts[] = {op.value, ToSlice(op.tail)};
        added = batch.Put(rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(parts, 2));
        break;
      }
      case RawOp::Kind::kDelete:
        added = batch.Delete(op.key);
        break;
      case RawOp::Kind::kDeleteRange:
        added = batch.DeleteRange(op.key, op.value);
        break;
    }
    if (!added.ok()) return FromRocks(added, "fill batch");
  }
  rocksdb::WriteOptions write;
  write.sync = true;
  return FromRocks(db_->Write(write, &batch), "write store");
}

absl::Status RocksEngine::Ingest(absl::Span<const Pair> sorted) {
  if (options_.ballast != nullptr && !options_.ballast->Accepts()) {
    return Error(Reason::kDiskFull, absl::StatusCode::kResourceExhausted,
                 "the volume of the store is nearly full: what is left is for what was accepted");
  }
  absl::MutexLock lock(&ingest_mutex_);
  const std::string path = dir_ + kIngestFile;
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(), db_->GetOptions());
  rocksdb::Status status = file.Open(path);
  for (const Pair& pair : sorted) {
    if (!status.ok()) break;
    status = file.Put(EntryKey(pair.key), EncodeEntry(/*version=*/0, pair.value));
  }
  if (status.ok()) status = file.Finish();
  if (!status.ok()) {
    (void)env_->DeleteFile(path);
    return FromRocks(status, "write sorted file");
  }
  // Most of what is in memory goes while writes go on; the rest is little.
  status = db_->Flush(rocksdb::FlushOptions());
  absl::MutexLock writes(&write_mutex_);
  if (status.ok()) status = db_->Flush(rocksdb::FlushOptions());
  if (!status.ok()) {
    (void)env_->DeleteFile(path);
    return FromRocks(status, "make way for sorted file");
  }
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.write_global_seqno = false;  // the manifest has it
  status = db_->IngestExternalFile({path}, options);
  if (status.ok()) return absl::OkStatus();
  (void)env_->DeleteFile(path);
  // From here on a full disk leaves it open whether the manifest has the file.
  if (status.IsNoSpace()) {
    return absl::UnavailableError(absl::StrCat("take sorted file: ", status.ToString()));
  }
  return FromRocks(status, "take sorted file");
}

absl::Status RocksEngine::RoomToCompact() const {
  uint64_t tables = 0, blobs = 0;
  (void)db_->GetIntProperty(rocksdb::DB::Properties::kLiveSstFilesSize, &tables);
  (void)db_->GetIntProperty(rocksdb::DB::Properties::kLiveBlobFileSize, &blobs);
  struct statvfs volume = {};
  if (::statvfs(dir_.c_str(), &volume) != 0 || volume.f_blocks == 0) return absl::OkStatus();
  const double block = static_cast<double>(volume.f_frsize);
  const double free = static_cast<double>(volume.f_bavail) * block;
  const double kept = options_.min_free_share * static_cast<double>(volume.f_blocks) * block;
  const double want = static_cast<double>(tables + blobs) + kept;
  if (free >= want) return absl::OkStatus();
  return Error(Reason::kDiskFull, absl::StatusCode::kResourceExhausted,
               absl::StrCat("the volume of the store has ", static_cast<uint64_t>(free),
                            " bytes free, compaction needs ", static_cast<uint64_t>(want)))
      .With("free_bytes", absl::StrCat(static_cast<uint64_t>(free)));
}

absl::Status RocksEngine::Compact(const std::string& start, const std::string& limit) {
  SHAREWAY_RETURN_IF_ERROR(RoomToCompact());
  // The log of commits goes with what is in memory.
  SHAREWAY_RETURN_IF_ERROR(FromRocks(db_->Flush(rocksdb::FlushOptions()), "flush store"));
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
  options.blob_garbage_collection_age_cutoff = 1.0;
  const rocksdb::Slice begin = start, end = limit;
  SHAREWAY_RETURN_IF_ERROR(FromRocks(db_->CompactRange(options, &begin, &end), "compact store"));
  // Files are removed behind its back: the list of logs waits for it, the last call does the rest.
  SHAREWAY_RETURN_IF_ERROR(FromRocks(db_->DisableFileDeletions(), "hold removals"));
  rocksdb::VectorLogPtr logs;
  const absl::Status waited = FromRocks(db_->GetSortedWalFiles(logs), "wait for removals");
  SHAREWAY_RETURN_IF_ERROR(
      FromRocks(db_->EnableFileDeletions(/*force=*/false), "remove what is left"));
  return waited;
}

absl::Status RocksEngine::Room() {
  if (options_.min_free_share <= 0) return absl::OkStatus();
  const absl::Duration now = SystemClock().SinceBoot();
  if (now - room_checked_ < absl::Seconds(1)) return room_;
  room_checked_ = now;
  struct statvfs volume = {};
  // A volume that does not tell its size is tried by writing.
  if (::statvfs(dir_.c_str(), &volume) != 0 || volume.f_blocks == 0) {
    room_ = absl::OkStatus();
    return room_;
  }
  const double share = static_cast<double>(volume.f_bavail) / static_cast<double>(volume.f_blocks);
  if (share >= options_.min_free_share) {
    room_ = absl::OkStatus();
  } else {
    const int free_percent = static_cast<int>(share * 100);
    const int want_percent = static_cast<int>(options_.min_free_share * 100);
    room_ = Error(Reason::kDiskFull, absl::StatusCode::kResourceExhausted,
                  absl::StrCat("the volume of the store has ", free_percent,
                               " % free, writes need ", want_percent, " %"))
                .With("free_percent", absl::StrCat(free_percent));
  }
  return room_;
}

absl::StatusOr<Durable> RocksEngine::ReadDurable() const {
  Durable durable;
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> counter, Read(kCommitKey));
  if (counter) durable.commits = ReadBigEndian64(*counter);
  const std::string end = PrefixEnd(kEndsPrefix);
  const rocksdb::Slice limit = end;
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = &limit;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(read));
  for (it->Seek(ToSlice(kEndsPrefix)); it->Valid(); it->Next()) {
    const absl::string_view value(it->value().data(), it->value().size());
    SHAREWAY_ASSIGN_OR_RETURN(const LogEnds ends, DecodeEnds(value));
    durable.logs[it->key().ToString().substr(kEndsPrefix.size())] = ends;
  }
  SHAREWAY_RETURN_IF_ERROR(FromRocks(it->status(), "read logs"));
  return durable;
}

absl::Status RocksEngine::Checkpoint(const std::string& dir) {
  // A log file in the copy may lack its last bytes on disk: flush, so that none matters.
  SHAREWAY_RETURN_IF_ERROR(FromRocks(db_->Flush(rocksdb::FlushOptions()), "flush store"));
  rocksdb::Checkpoint* made = nullptr;
  SHAREWAY_RETURN_IF_ERROR(
      FromRocks(rocksdb::Checkpoint::Create(db_.get(), &made), "prepare checkpoint"));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  SHAREWAY_RETURN_IF_ERROR(
      FromRocks(checkpoint->CreateCheckpoint(dir), absl::StrCat("checkpoint to ", dir)));
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(dir, error)) {
    SHAREWAY_RETURN_IF_ERROR(Sync(file.path()));
  }
  if (error) return FromErrno(absl::StrCat("list ", dir), error.value());
  SHAREWAY_RETURN_IF_ERROR(Sync(dir));
  return Sync(Parent(dir));
}

}  // namespace shareway::kv
