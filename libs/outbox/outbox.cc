// SPDX-License-Identifier: Apache-2.0
#include "libs/outbox/outbox.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/base/wire.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/outbox/keys.h"
#include "libs/outbox/record.pb.h"

namespace shareway::outbox {

Outbox::Outbox(kv::Store* store, std::string producer, const Clock* clock, std::string incarnation)
    : store_(store),
      producer_(std::move(producer)),
      clock_(clock),
      incarnation_(std::move(incarnation)) {}

absl::StatusOr<std::unique_ptr<Outbox>> Outbox::Open(kv::Store* store, std::string producer,
                                                     const Clock* clock) {
  absl::StatusOr<kv::Entry> known = store->Get(kIncarnationKey);
  if (absl::IsNotFound(known.status())) {
    kv::Batch birth;
    birth.ExpectAbsent(kIncarnationKey).Put(kIncarnationKey, crypto::RandomBytes(16));
    SHAREWAY_RETURN_IF_ERROR(store->Commit(std::move(birth)).status());
    known = store->Get(kIncarnationKey);
  }
  SHAREWAY_RETURN_IF_ERROR(known.status());
  return std::unique_ptr<Outbox>(
      new Outbox(store, std::move(producer), clock, std::move(known->value)));
}

void Outbox::Add(evidence::AuditRecord record, kv::Batch* batch) const {
  record.set_nonce(crypto::RandomBytes(16));
  record.set_producer(producer_);
  record.set_incarnation(incarnation_);
  record.clear_sequence();  // the log's number; added when the record is sealed
  if (!record.has_time()) *record.mutable_time() = evidence::ToTimestamp(clock_->Now());
  if (record.has_act()) {
    const std::string key = ActKey(record.act());
    batch->ExpectAbsent(key).Put(key, BigEndian64(absl::ToUnixSeconds(clock_->Now())));
  }
  Append(record.SerializeAsString(), record.object().empty() ? "record" : record.object(), batch);
}

void Outbox::AddEncoded(std::string record, kv::Batch* batch) const {
  WireWriter wire(record.size() + producer_.size() + 128);
  wire.Bytes(1, crypto::RandomBytes(16))
      .Bytes(3, producer_)
      .Bytes(4, incarnation_)
      .Time(6, clock_->Now());
  std::string bytes = std::move(wire).Take();
  bytes += record;
  Append(std::move(bytes), "record", batch);
}

void Outbox::Append(std::string bytes, absl::string_view field, kv::Batch* batch) const {
  if (bytes.size() > kMaxRecordBytes) {
    batch->Refuse(Error::Field(field, absl::StrCat("its evidence has ", bytes.size(),
                                                   " bytes, at most ", kMaxRecordBytes)));
  }
  batch->Append(kLog, std::move(bytes));
}

bool Outbox::Taken(const evidence::SignedAct& act) const {
  return store_->Get(ActKey(act)).ok();
}

uint64_t Outbox::depth() const {
  Mark mark;
  if (absl::StatusOr<kv::Entry> entry = store_->Get(kMarkKey); entry.ok()) {
    mark.ParseFromString(entry->value);
  }
  return store_->LogHead(kLog) + 1 - std::max<uint64_t>(mark.include(), 1);
}

absl::Duration Outbox::oldest_age() const {
  Mark mark;
  if (absl::StatusOr<kv::Entry> entry = store_->Get(kMarkKey); entry.ok()) {
    mark.ParseFromString(entry->value);
  }
  // The log has what is sealed, too, until it is safe.
  std::optional<absl::Time> oldest;
  (void)store_->ReadLog(kLog, std::max<uint64_t>(mark.include(), 1),
                        [&](uint64_t, absl::string_view bytes) {
                          evidence::AuditRecord record;
                          if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
                            oldest = evidence::FromTimestamp(record.time());
                          }
                          return false;
                        });
  return oldest ? clock_->Now() - *oldest : absl::ZeroDuration();
}

}  // namespace shareway::outbox
