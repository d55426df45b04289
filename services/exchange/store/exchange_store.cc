// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/exchange_store.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/exchange/store/answered.h"
#include "services/exchange/store/exchange_record.pb.h"

namespace shareway::exchange {
namespace {

constexpr char kHold[] = "hold/";
constexpr char kFiling[] = "filing/";
constexpr char kSupplied[] = "supplied/";

std::string Folder(FeedKind kind) { return kind == FeedKind::kGrants ? "grant/g/" : "resource/r/"; }
std::string AppliedKey(FeedKind kind) {
  return kind == FeedKind::kGrants ? "grant/applied" : "resource/applied";
}
std::string AskedKey(absl::string_view exchange) { return absl::StrCat("asked/", exchange); }
std::string LostKey(absl::string_view exchange) { return absl::StrCat("lost/", exchange); }
std::string AnsweredKey(absl::string_view consumer, absl::string_view exchange, uint32_t attempt) {
  return absl::StrCat("answered/", consumer, "/", exchange, "/", attempt);
}

std::string FilingKey(const Filing& filing) {
  return absl::StrCat(kFiling, BigEndian64(static_cast<uint64_t>(absl::ToUnixNanos(filing.set_time))),
                      filing.subject);
}

template <typename Record>
absl::StatusOr<Record> Read(absl::string_view key, absl::string_view bytes) {
  Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError(absl::StrCat(key, " cannot be read"));
  }
  return record;
}

std::string AppliedBytes(Revision applied, absl::string_view served_digest) {
  store::AppliedRecord record;
  record.set_epoch(applied.epoch);
  record.set_number(applied.number);
  record.set_served_digest(std::string(served_digest));
  return record.SerializeAsString();
}

}  // namespace

absl::StatusOr<KeptFeed> ExchangeStore::LoadFeed(FeedKind kind) const {
  KeptFeed kept;
  absl::StatusOr<kv::Entry> applied = kv_->Get(AppliedKey(kind));
  if (absl::IsNotFound(applied.status())) return kept;
  SHAREWAY_RETURN_IF_ERROR(applied.status());
  SHAREWAY_ASSIGN_OR_RETURN(const auto record,
                            Read<store::AppliedRecord>(AppliedKey(kind), applied->value));
  kept.applied = {record.epoch(), record.number()};
  kept.served_digest = record.served_digest();
  const std::string folder = Folder(kind);
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(folder, PrefixEnd(folder),
                                     [&](absl::string_view, absl::string_view value, uint64_t) {
                                       kept.messages.emplace_back(value);
                                       return true;
                                     }));
  return kept;
}

absl::Status ExchangeStore::KeepChange(FeedKind kind, absl::string_view name,
                                       absl::string_view message, Revision applied,
                                       absl::string_view served_digest) {
  kv::Batch batch;
  if (!name.empty()) batch.Put(absl::StrCat(Folder(kind), name), message);
  batch.Put(AppliedKey(kind), AppliedBytes(applied, served_digest));
  return Commit(std::move(batch));
}

absl::Status ExchangeStore::KeepSnapshot(
    FeedKind kind, const std::vector<std::pair<std::string, std::string>>& messages,
    Revision applied, absl::string_view served_digest) {
  // DeleteRange is not for keys that the same batch puts: what goes is named one by one.
  kv::Batch batch;
  const std::string folder = Folder(kind);
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(folder, PrefixEnd(folder), [&](absl::string_view key, absl::string_view, uint64_t) {
        batch.Delete(key);
        return true;
      }));
  for (const auto& [name, message] : messages) batch.Put(absl::StrCat(folder, name), message);
  batch.Put(AppliedKey(kind), AppliedBytes(applied, served_digest));
  return Commit(std::move(batch));
}

absl::StatusOr<std::string> ExchangeStore::LoadResource(absl::string_view name) const {
  SHAREWAY_ASSIGN_OR_RETURN(kv::Entry entry,
                            kv_->Get(absl::StrCat(Folder(FeedKind::kResources), name)));
  return std::move(entry.value);
}

absl::StatusOr<std::optional<ExchangeStore::LoadedAsked>> ExchangeStore::LoadAsked(
    absl::string_view exchange) const {
  const std::string key = AskedKey(exchange);
  absl::StatusOr<kv::Entry> entry = kv_->Get(key);
  if (absl::IsNotFound(entry.status())) return std::optional<LoadedAsked>();
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  SHAREWAY_ASSIGN_OR_RETURN(const auto record, Read<store::AskedRecord>(key, entry->value));
  return std::optional<LoadedAsked>({{.exchange = std::string(exchange),
                                      .grant = record.grant(),
                                      .method = static_cast<Method>(record.method()),
                                      .query_digest = record.query_digest(),
                                      .attempt = record.attempt(),
                                      .received = record.received(),
                                      .request_digest = record.request_digest(),
                                      .response_digest = record.response_digest(),
                                      .reason = record.reason()},
                                     entry->version});
}

void ExchangeStore::PutAsked(const Asked& asked, std::optional<uint64_t> version,
                             kv::Batch* batch) const {
  store::AskedRecord record;
  record.set_grant(asked.grant);
  record.set_method(static_cast<int>(asked.method));
  record.set_query_digest(asked.query_digest);
  record.set_attempt(asked.attempt);
  record.set_received(asked.received);
  record.set_request_digest(asked.request_digest);
  record.set_response_digest(asked.response_digest);
  record.set_reason(asked.reason);
  const std::string key = AskedKey(asked.exchange);
  if (version) batch->Expect(key, *version);
  batch->Put(key, record.SerializeAsString());
}

absl::StatusOr<uint32_t> ExchangeStore::LoadLost(absl::string_view exchange) const {
  const std::string key = LostKey(exchange);
  const absl::StatusOr<kv::Entry> entry = kv_->Get(key);
  if (absl::IsNotFound(entry.status())) return 0;
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  uint32_t attempt = 0;
  if (!absl::SimpleAtoi(entry->value, &attempt)) {
    return absl::DataLossError(absl::StrCat(key, " cannot be read"));
  }
  return attempt;
}

void ExchangeStore::PutLost(absl::string_view exchange, uint32_t attempt, kv::Batch* batch) const {
  batch->Put(LostKey(exchange), absl::StrCat(attempt));
}

absl::StatusOr<std::optional<Answered>> ExchangeStore::LoadAnswered(absl::string_view consumer,
                                                                    absl::string_view exchange,
                                                                    uint32_t attempt) const {
  const std::string key = AnsweredKey(consumer, exchange, attempt);
  absl::StatusOr<kv::Entry> entry = kv_->Get(key);
  if (absl::IsNotFound(entry.status())) return std::optional<Answered>();
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  SHAREWAY_ASSIGN_OR_RETURN(const auto record, Read<store::AnsweredRecord>(key, entry->value));
  return std::optional<Answered>(AnsweredFrom(consumer, exchange, attempt, record));
}

absl::StatusOr<bool> ExchangeStore::Knows(absl::string_view exchange) const {
  const absl::Status asked = kv_->Get(AskedKey(exchange)).status();
  if (!absl::IsNotFound(asked)) return asked.ok() ? absl::StatusOr<bool>(true) : asked;
  // Consumers come first in the keys: from one that answered was to the next, an agency each.
  std::string from = kAnsweredToAgencies;
  for (;;) {
    std::string consumer;
    SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
        from, PrefixEnd(kAnsweredToAgencies), [&](absl::string_view key, absl::string_view, uint64_t) {
          key.remove_prefix(sizeof(kAnsweredToAgencies) - 1);
          consumer = absl::StrCat("agencies/", key.substr(0, key.find('/')));
          return false;
        }));
    if (consumer.empty()) return false;
    for (uint32_t attempt = 1; attempt <= kMaxAttempts; ++attempt) {
      const absl::Status answered = kv_->Get(AnsweredKey(consumer, exchange, attempt)).status();
      if (!absl::IsNotFound(answered)) return answered.ok() ? absl::StatusOr<bool>(true) : answered;
    }
    from = PrefixEnd(absl::StrCat("answered/", consumer, "/"));
  }
}

void ExchangeStore::PutAnswered(const Answered& answered, kv::Batch* batch, bool first) const {
  store::AnsweredRecord record;
  record.set_query_digest(answered.query_digest);
  record.set_method(static_cast<int>(answered.method));
  record.set_outcome(static_cast<int>(answered.outcome));
  record.set_request_digest(answered.request_digest);
  record.set_response_digest(answered.response_digest);
  record.set_reason(answered.reason);
  record.set_resource(answered.resource);
  record.set_dataset_version(answered.dataset_version);
  record.set_recall(answered.recall);
  record.set_grant(answered.grant);
  record.set_settle_time_nanos(absl::ToUnixNanos(answered.settle_time));
  const std::string key = AnsweredKey(answered.consumer, answered.exchange, answered.attempt);
  if (first) batch->ExpectAbsent(key);
  batch->Put(key, record.SerializeAsString());
}

absl::StatusOr<std::vector<Hold>> ExchangeStore::LoadHolds() const {
  return ListHolds("", SIZE_MAX);
}

absl::StatusOr<std::vector<Hold>> ExchangeStore::ListHolds(absl::string_view after,
                                                           size_t limit) const {
  std::vector<Hold> holds;
  absl::Status unreadable;
  // A key after the cursor's own: the cursor and a zero byte.
  const std::string start =
      after.empty() ? kHold : absl::StrCat(kHold, after, absl::string_view("\0", 1));
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      start, PrefixEnd(kHold), [&](absl::string_view key, absl::string_view value, uint64_t) {
        if (holds.size() == limit) return false;
        const auto record = Read<store::HoldRecord>(key, value);
        if (!record.ok()) {
          unreadable = record.status();
          return false;
        }
        holds.push_back({.subject = std::string(key.substr(sizeof(kHold) - 1)),
                         .reason = record->reason(),
                         .person = record->person(),
                         .set_time = absl::FromUnixNanos(record->set_time_nanos())});
        if (record->filed_time_nanos() != 0) {
          holds.back().filed_time = absl::FromUnixNanos(record->filed_time_nanos());
        }
        return true;
      }));
  SHAREWAY_RETURN_IF_ERROR(unreadable);
  return holds;
}

std::string ExchangeStore::PutHold(const Hold& hold, kv::Batch* batch) const {
  store::HoldRecord record;
  record.set_reason(hold.reason);
  record.set_person(hold.person);
  record.set_set_time_nanos(absl::ToUnixNanos(hold.set_time));
  if (hold.filed_time) record.set_filed_time_nanos(absl::ToUnixNanos(*hold.filed_time));
  std::string bytes = record.SerializeAsString();
  batch->Put(absl::StrCat(kHold, hold.subject), bytes);
  return bytes;
}

void ExchangeStore::DeleteHold(absl::string_view subject, kv::Batch* batch) const {
  batch->Delete(absl::StrCat(kHold, subject));
}

absl::StatusOr<std::vector<Filing>> ExchangeStore::LoadFilings(size_t limit) const {
  std::vector<Filing> filings;
  absl::Status unreadable;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      kFiling, PrefixEnd(kFiling), [&](absl::string_view key, absl::string_view value, uint64_t) {
        if (filings.size() == limit) return false;
        auto record = Read<store::FilingRecord>(key, value);
        if (!record.ok()) {
          unreadable = record.status();
          return false;
        }
        filings.push_back({.subject = record->subject(),
                           .held = record->held(),
                           .reason = record->reason(),
                           .set_time = absl::FromUnixNanos(record->set_time_nanos()),
                           .act = record->act()});
        return true;
      }));
  SHAREWAY_RETURN_IF_ERROR(unreadable);
  return filings;
}

void ExchangeStore::PutFiling(const Filing& filing, kv::Batch* batch) const {
  store::FilingRecord record;
  record.set_subject(filing.subject);
  record.set_held(filing.held);
  record.set_reason(filing.reason);
  record.set_set_time_nanos(absl::ToUnixNanos(filing.set_time));
  record.set_act(filing.act);
  batch->Put(FilingKey(filing), record.SerializeAsString());
}

void ExchangeStore::DeleteFiling(const Filing& filing, kv::Batch* batch) const {
  batch->Delete(FilingKey(filing));
}

absl::StatusOr<std::vector<std::string>> ExchangeStore::LoadSupplied() const {
  std::vector<std::string> grants;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      kSupplied, PrefixEnd(kSupplied), [&](absl::string_view key, absl::string_view, uint64_t) {
        grants.emplace_back(key.substr(sizeof(kSupplied) - 1));
        return true;
      }));
  return grants;
}

void ExchangeStore::PutSupplied(absl::string_view grant, absl::string_view exchange,
                                kv::Batch* batch) const {
  batch->Put(absl::StrCat(kSupplied, grant), std::string(exchange));
}

void ExchangeStore::CommitAsync(kv::Batch batch,
                                std::function<void(absl::StatusOr<uint64_t>)> done) {
  kv_->CommitAsync(std::move(batch),
                   [done = std::move(done)](absl::StatusOr<kv::Committed> committed) {
                     if (!committed.ok()) return done(committed.status());
                     done(committed->version);
                   });
}

absl::Status ExchangeStore::Commit(kv::Batch batch) {
  return kv_->Commit(std::move(batch)).status();
}

}  // namespace shareway::exchange
