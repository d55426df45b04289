// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/witness_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/exchange/store/witness_record.pb.h"

namespace shareway::exchange {
namespace {

constexpr char kHeadKey[] = "witness/head";
constexpr char kOwnNextKey[] = "witness/own-next";
constexpr char kOwn[] = "witness/own/";
constexpr char kForkKey[] = "witness/fork";
constexpr char kSettled[] = "witness/settled/";
constexpr size_t kMaxEntries = 256;
constexpr size_t kMaxBytes = 512 << 10;

std::string OwnKey(uint64_t index) { return absl::StrCat(kOwn, BigEndian64(index)); }

// Nothing if the key is absent.
template <typename Record>
absl::StatusOr<std::optional<Record>> Read(const kv::Store& kv, absl::string_view key) {
  const absl::StatusOr<kv::Entry> entry = kv.Get(key);
  if (absl::IsNotFound(entry.status())) return std::optional<Record>();
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  std::optional<Record> record(std::in_place);
  if (!record->ParseFromString(entry->value)) {
    return absl::DataLossError(absl::StrCat(key, " cannot be read"));
  }
  return record;
}

std::string BytesOf(const LogFork& fork) {
  store::ForkRecord record;
  record.set_ours(fork.ours);
  record.set_theirs(fork.theirs);
  record.set_from(fork.from);
  record.set_found_nanos(absl::ToUnixNanos(fork.found));
  return record.SerializeAsString();
}

LogFork ForkOf(const store::ForkRecord& record) {
  return {.ours = record.ours(),
          .theirs = record.theirs(),
          .from = record.from(),
          .found = absl::FromUnixNanos(record.found_nanos())};
}

}  // namespace

std::string LogFork::id() const {
  return ToHex(crypto::Sha256(absl::StrCat(ours, theirs)).view().substr(0, 8));
}

absl::StatusOr<std::optional<WitnessedHead>> WitnessStore::LoadHead() const {
  SHAREWAY_ASSIGN_OR_RETURN(const auto record, Read<store::WitnessedRecord>(*kv_, kHeadKey));
  if (!record) return std::optional<WitnessedHead>();
  return std::optional<WitnessedHead>(
      {.note = record->note(), .cosigned = absl::FromUnixNanos(record->cosigned_nanos())});
}

absl::Status WitnessStore::KeepHead(const WitnessedHead& head, uint64_t own_next,
                                    uint64_t safe_size) {
  store::WitnessedRecord record;
  record.set_note(head.note);
  record.set_cosigned_nanos(absl::ToUnixNanos(head.cosigned));
  kv::Batch batch;
  batch.Put(kHeadKey, record.SerializeAsString());
  batch.Put(kOwnNextKey, BigEndian64(own_next));
  // One by one: they are few, and a range dropped every second would burden the store.
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      OwnKey(0), OwnKey(safe_size), [&](absl::string_view key, absl::string_view, uint64_t) {
        batch.Delete(key);
        return true;
      }));
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<uint64_t> WitnessStore::LoadOwnNext() const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(kOwnNextKey);
  if (absl::IsNotFound(entry.status())) return 0;
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  if (entry->value.size() != 8) {
    return absl::DataLossError(absl::StrCat(kOwnNextKey, " cannot be read"));
  }
  return ReadBigEndian64(entry->value);
}

absl::Status WitnessStore::KeepOwn(const std::vector<OwnEntry>& entries, uint64_t from,
                                   uint64_t own_next) {
  kv::Batch batch;
  if (from < own_next) {
    SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
        OwnKey(from), OwnKey(own_next), [&](absl::string_view key, absl::string_view, uint64_t) {
          batch.Delete(key);
          return true;
        }));
  }
  for (const OwnEntry& entry : entries) {
    batch.Put(OwnKey(entry.index), entry.sealed.SerializeAsString());
  }
  // The next head that is kept says it too.
  if (batch.empty()) return absl::OkStatus();
  batch.Put(kOwnNextKey, BigEndian64(own_next));
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<std::vector<OwnEntry>> WitnessStore::LoadOwn(uint64_t from) const {
  std::vector<OwnEntry> entries;
  size_t bytes = 0;
  absl::Status unreadable;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      OwnKey(from), PrefixEnd(kOwn), [&](absl::string_view key, absl::string_view value, uint64_t) {
        OwnEntry entry{.index = ReadBigEndian64(key.substr(sizeof(kOwn) - 1))};
        if (!entry.sealed.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          unreadable = absl::DataLossError(
              absl::StrCat("the log's own entry ", entry.index, " cannot be read"));
          return false;
        }
        bytes += value.size();
        if (!entries.empty() && bytes > kMaxBytes) return false;
        entries.push_back(std::move(entry));
        return entries.size() < kMaxEntries;
      }));
  SHAREWAY_RETURN_IF_ERROR(unreadable);
  return entries;
}

absl::StatusOr<std::optional<LogFork>> WitnessStore::LoadFork() const {
  SHAREWAY_ASSIGN_OR_RETURN(const auto record, Read<store::ForkRecord>(*kv_, kForkKey));
  if (!record) return std::optional<LogFork>();
  return std::optional<LogFork>(ForkOf(*record));
}

absl::Status WitnessStore::KeepFork(const LogFork& fork) {
  kv::Batch batch;
  batch.ExpectAbsent(kForkKey).Put(kForkKey, BytesOf(fork));
  const absl::Status kept = kv_->Commit(std::move(batch)).status();
  return absl::IsAborted(kept) ? absl::OkStatus() : kept;
}

absl::Status WitnessStore::SettleFork(const LogFork& fork, bool drop_head) {
  kv::Batch batch;
  batch.Delete(kForkKey);
  if (drop_head) batch.Delete(kHeadKey);
  batch.Put(absl::StrCat(kSettled, fork.id()), BytesOf(fork));
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<std::vector<LogFork>> WitnessStore::LoadSettled() const {
  std::vector<LogFork> settled;
  absl::Status unreadable;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      kSettled, PrefixEnd(kSettled), [&](absl::string_view key, absl::string_view value, uint64_t) {
        store::ForkRecord record;
        if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          unreadable = absl::DataLossError(absl::StrCat(key, " cannot be read"));
          return false;
        }
        settled.push_back(ForkOf(record));
        return true;
      }));
  SHAREWAY_RETURN_IF_ERROR(unreadable);
  return settled;
}

}  // namespace shareway::exchange
