// SPDX-License-Identifier: Apache-2.0
// Reads go straight to RocksDB, writes through the committer.
#include "libs/kv/rocks_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/kv/committer.h"
#include "libs/kv/rocks_engine.h"
#include "rocksdb/snapshot.h"

namespace shareway::kv {
namespace {

absl::string_view ToView(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

class RocksStore final : public Store {
 public:
  // Without a committer the store is for reading.
  RocksStore(std::unique_ptr<RocksEngine> engine, Durable durable, bool read_only)
      : engine_(std::move(engine)), logs_(durable.logs) {
    if (!read_only) {
      committer_ = std::make_unique<Committer>(engine_.get(), std::move(durable));
    }
  }

  absl::StatusOr<Entry> Get(absl::string_view key) const override;
  absl::Status Scan(absl::string_view start, absl::string_view limit, Visitor visit) const override;
  absl::Status ReadLog(absl::string_view log, uint64_t from, LogVisitor visit) const override;
  uint64_t LogHead(absl::string_view log) const override;
  absl::StatusOr<uint64_t> LogTail(absl::string_view log) const override;
  bool WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const override;
  void CommitAsync(Batch batch, std::function<void(absl::StatusOr<Committed>)> done) override;
  absl::Status Compact(absl::string_view start, absl::string_view limit) override;
  absl::Status Checkpoint(const std::string& dir) override;

 protected:
  absl::Status IngestChecked(absl::Span<const Pair> sorted) override;

 private:
  LogEnds FixedEnds(absl::string_view log) const {
    auto it = logs_.find(log);
    return it == logs_.end() ? LogEnds{} : it->second;
  }

  const std::unique_ptr<RocksEngine> engine_;
  const Logs logs_;                       // as they were at opening
  std::unique_ptr<Committer> committer_;  // stops before the engine closes
};

absl::StatusOr<Entry> RocksStore::Get(absl::string_view key) const {
  rocksdb::DB* db = engine_->db();
  rocksdb::PinnableSlice raw;
  const rocksdb::Status status =
      db->Get(rocksdb::ReadOptions(), db->DefaultColumnFamily(), EntryKey(key), &raw);
  if (status.IsNotFound()) {
    return absl::NotFoundError(absl::StrCat("no key ", absl::CHexEscape(key)));
  }
  SHAREWAY_RETURN_IF_ERROR(FromRocks(status, "read store"));
  if (raw.size() < kVersionBytes) {
    return absl::DataLossError(absl::StrCat("no version at key ", absl::CHexEscape(key)));
  }
  const absl::string_view entry = ToView(raw);
  return Entry{std::string(entry.substr(kVersionBytes)), ReadBigEndian64(entry)};
}

absl::Status RocksStore::Scan(absl::string_view start, absl::string_view limit,
                              Visitor visit) const {
  const std::string end = EntryLimit(limit);
  const rocksdb::Slice bound = end;
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> it(engine_->db()->NewIterator(read));
  for (it->Seek(EntryKey(start)); it->Valid(); it->Next()) {
    const absl::string_view key = ToView(it->key()).substr(kEntryPrefix.size());
    const absl::string_view entry = ToView(it->value());
    if (entry.size() < kVersionBytes) {
      return absl::DataLossError(absl::StrCat("no version at key ", absl::CHexEscape(key)));
    }
    if (!visit(key, entry.substr(kVersionBytes), ReadBigEndian64(entry))) break;
  }
  return FromRocks(it->status(), "scan store");
}

absl::Status RocksStore::ReadLog(absl::string_view log, uint64_t from, LogVisitor visit) const {
  rocksdb::DB* db = engine_->db();
  // One snapshot for ends and entries: each number between the ends must be there.
  rocksdb::ManagedSnapshot snapshot(db);
  rocksdb::ReadOptions read;
  read.snapshot = snapshot.snapshot();
  std::string raw;
  const rocksdb::Status status = db->Get(read, EndsKey(log), &raw);
  if (status.IsNotFound()) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(FromRocks(status, "read log"));
  SHAREWAY_ASSIGN_OR_RETURN(const LogEnds ends, DecodeEnds(raw));

  uint64_t number = std::max(from, ends.tail);
  if (number > ends.head) return absl::OkStatus();
  const std::string end = LogKey(log, ends.head + 1);
  const rocksdb::Slice bound = end;
  read.iterate_upper_bound = &bound;
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(read));
  for (it->Seek(LogKey(log, number)); it->Valid(); it->Next(), ++number) {
    if (ToView(it->key()) != LogKey(log, number)) break;
    if (!visit(number, ToView(it->value()))) return absl::OkStatus();
  }
  SHAREWAY_RETURN_IF_ERROR(FromRocks(it->status(), "read log"));
  if (number <= ends.head) {
    return absl::DataLossError(
        absl::StrCat("log ", log, " lacks entry ", number, " of ", ends.tail, " to ", ends.head));
  }
  return absl::OkStatus();
}

uint64_t RocksStore::LogHead(absl::string_view log) const {
  return committer_ ? committer_->LogHead(log) : FixedEnds(log).head;
}

absl::StatusOr<uint64_t> RocksStore::LogTail(absl::string_view log) const {
  return committer_ ? committer_->LogTail(log) : FixedEnds(log).tail;
}

bool RocksStore::WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const {
  // A store for reading never grows: do not wait for it.
  return committer_ ? committer_->WaitLog(log, number, timeout) : FixedEnds(log).head > number;
}

void RocksStore::CommitAsync(Batch batch, std::function<void(absl::StatusOr<Committed>)> done) {
  if (committer_) return committer_->CommitAsync(std::move(batch), std::move(done));
  done(absl::FailedPreconditionError("the store is open for reading only"));
}

absl::Status RocksStore::Compact(absl::string_view start, absl::string_view limit) {
  if (committer_) return engine_->Compact(EntryKey(start), EntryLimit(limit));
  return absl::FailedPreconditionError("the store is open for reading only");
}

absl::Status RocksStore::Checkpoint(const std::string& dir) {
  if (committer_) return engine_->Checkpoint(dir);
  return absl::FailedPreconditionError("the store is open for reading only");
}

absl::Status RocksStore::IngestChecked(absl::Span<const Pair> sorted) {
  if (committer_) return engine_->Ingest(sorted);
  return absl::FailedPreconditionError("the store is open for reading only");
}

absl::StatusOr<std::unique_ptr<Store>> MakeStore(
    absl::StatusOr<std::unique_ptr<RocksEngine>> opened, bool read_only) {
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<RocksEngine> engine, std::move(opened));
  SHAREWAY_ASSIGN_OR_RETURN(Durable durable, engine->ReadDurable());
  return std::make_unique<RocksStore>(std::move(engine), std::move(durable), read_only);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksOn(std::shared_ptr<rocksdb::FileSystem> disk,
                                                   const std::string& dir, RocksOptions options) {
  return MakeStore(RocksEngine::Open(dir, options, /*read_only=*/false, std::move(disk)),
                   /*read_only=*/false);
}

absl::StatusOr<std::unique_ptr<Store>> OpenRocks(const std::string& dir, RocksOptions options) {
  return OpenRocksOn(rocksdb::FileSystem::Default(), dir, options);
}

absl::StatusOr<std::unique_ptr<Store>> OpenRocksReadOnly(const std::string& dir) {
  return MakeStore(RocksEngine::Open(dir, RocksOptions{}, /*read_only=*/true), /*read_only=*/true);
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& spec, RocksOptions options) {
  absl::string_view dir = spec;
  if (absl::ConsumePrefix(&dir, "rocksdb:") && !dir.empty()) {
    return OpenRocks(std::string(dir), options);
  }
  return Error::Field("store", absl::StrCat("is ", spec, ", want rocksdb:PATH"));
}

}  // namespace shareway::kv
