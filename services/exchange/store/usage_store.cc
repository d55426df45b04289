// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/usage_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/exchange/store/exchange_record.pb.h"

namespace shareway::exchange {
namespace {

constexpr char kUsage[] = "usage/";
constexpr char kMismatch[] = "mismatch/";

std::string DayKey(absl::string_view kind, absl::CivilDay day) {
  return absl::StrCat(kind, DayName(day), "/");
}
std::string MismatchKey(absl::CivilDay day, absl::string_view consumer, absl::string_view record) {
  return absl::StrCat(DayKey(kMismatch, day), consumer, "|", record);
}

void PutAmounts(const Amounts& amounts, store::AmountsRecord* record) {
  record->set_calls(amounts.calls);
  record->set_rows(amounts.rows);
  record->set_bytes(amounts.bytes);
}
Amounts AmountsOf(const store::AmountsRecord& record) {
  return {.calls = record.calls(), .rows = record.rows(), .bytes = record.bytes()};
}

}  // namespace

absl::StatusOr<std::vector<KeptUsage>> UsageStore::LoadDay(absl::CivilDay day) const {
  const std::string prefix = DayKey(kUsage, day);
  std::vector<KeptUsage> kept;
  bool readable = true;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t) {
        store::UsageRecord record;
        readable = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
        kept.push_back({.grant = std::string(key.substr(prefix.size())),
                        .leased = AmountsOf(record.leased()),
                        .used = AmountsOf(record.used())});
        return readable;
      }));
  if (!readable) return absl::DataLossError(absl::StrCat("a count of ", prefix, " cannot be read"));
  return kept;
}

void UsageStore::PutUsage(absl::CivilDay day, const KeptUsage& usage, kv::Batch* batch) const {
  store::UsageRecord record;
  PutAmounts(usage.leased, record.mutable_leased());
  PutAmounts(usage.used, record.mutable_used());
  batch->Put(absl::StrCat(DayKey(kUsage, day), usage.grant), record.SerializeAsString());
}

absl::StatusOr<uint32_t> UsageStore::LoadMismatches(absl::CivilDay day, absl::string_view consumer,
                                                    absl::string_view record) const {
  absl::StatusOr<kv::Entry> entry = kv_->Get(MismatchKey(day, consumer, record));
  if (absl::IsNotFound(entry.status())) return 0;
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  store::MismatchRecord kept;
  if (!kept.ParseFromString(entry->value)) {
    return absl::DataLossError("a count of mismatches cannot be read");
  }
  return kept.count();
}

void UsageStore::PutMismatches(absl::CivilDay day, absl::string_view consumer,
                               absl::string_view record, uint32_t count, kv::Batch* batch) const {
  store::MismatchRecord kept;
  kept.set_count(count);
  batch->Put(MismatchKey(day, consumer, record), kept.SerializeAsString());
}

absl::Status UsageStore::DropBefore(absl::CivilDay day) {
  kv::Batch batch;
  batch.DeleteRange(kUsage, DayKey(kUsage, day));
  batch.DeleteRange(kMismatch, DayKey(kMismatch, day));
  return kv_->Commit(std::move(batch)).status();
}

}  // namespace shareway::exchange
