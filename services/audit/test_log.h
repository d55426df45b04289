// SPDX-License-Identifier: Apache-2.0
// For this service's tests: one good record, and logs made of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/base/fake_clock.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"
#include "services/audit/signer.h"
#include "services/audit/store/checkpoint.h"
#include "services/audit/store/entry.h"
#include "services/audit/store/fsck.h"
#include "services/audit/store/log_writer.h"

namespace shareway::audit {

constexpr char kConsumer[] = "agencies/11990100MB0000001X";
constexpr char kProvider[] = "agencies/11990100MB00000028";
constexpr char kConsumerNode[] = "agencies/11990100MB0000001X/nodes/n1";
constexpr char kProviderNode[] = "agencies/11990100MB00000028/nodes/n1";
constexpr char kConsumerUri[] = "shareway://test/agency/11990100MB0000001X/node/n1";
constexpr char kProviderUri[] = "shareway://test/agency/11990100MB00000028/node/n1";

// The provider's half of exchange x{sequence}.
inline evidence::AuditRecord GoodRecord(uint64_t sequence) {
  evidence::AuditRecord record;
  record.set_nonce(std::string(16, 'n'));
  record.set_kind(evidence::v1::EXCHANGE_DELIVERED);
  record.set_producer(kProviderUri);
  record.set_incarnation(std::string(16, 'i'));
  record.set_sequence(sequence);
  *record.mutable_time() =
      evidence::ToTimestamp(absl::FromUnixSeconds(1790000000 + static_cast<int64_t>(sequence)));
  record.add_agencies(kConsumer);
  record.add_agencies(kProvider);
  record.set_exchange(absl::StrCat("x", sequence));
  record.set_attempt(1);
  record.set_grant("grants/g1");
  record.add_nodes(kConsumerNode);
  record.add_nodes(kProviderNode);
  return record;
}

// The consumer's half of the same exchange.
inline evidence::AuditRecord GoodReceipt(uint64_t sequence) {
  evidence::AuditRecord record = GoodRecord(sequence);
  record.set_kind(evidence::v1::EXCHANGE_RECEIVED);
  record.set_producer(kConsumerUri);
  return record;
}

// Unsigned: the log does not judge.
inline evidence::v1::SealedRecord Seal(const evidence::AuditRecord& record) {
  evidence::v1::Envelope envelope;
  envelope.set_payload(record.SerializeAsString());
  evidence::v1::SealedRecord sealed;
  sealed.set_record(envelope.SerializeAsString());
  sealed.set_salt(crypto::Sha256(sealed.record()).str().substr(0, 16));
  return sealed;
}

inline EntryPtr MakeEntry(const evidence::AuditRecord& record) {
  absl::StatusOr<Entry> entry = OpenEntry(Seal(record));
  REQUIRE(entry.ok());
  return std::make_shared<const Entry>(*std::move(entry));
}

// Good entries with the sequences [from, to).
inline std::vector<EntryPtr> MakeEntries(uint64_t from, uint64_t to) {
  std::vector<EntryPtr> entries;
  for (uint64_t sequence = from; sequence < to; ++sequence) {
    entries.push_back(MakeEntry(GoodRecord(sequence)));
  }
  return entries;
}

inline std::vector<uint64_t> Numbers(uint64_t from, uint64_t to) {
  std::vector<uint64_t> numbers;
  for (uint64_t number = from; number < to; ++number) numbers.push_back(number);
  return numbers;
}

inline const LogKey& TestLogKey() {
  static const LogKey key{crypto::PrivateKey::Generate(crypto::Suite::kEd25519),
                          "shareway.example/audit"};
  return key;
}

inline const absl::Time kTestTime = absl::FromUnixSeconds(1790000000);

// Opens the log in `store`, making it first if there is none.
inline std::unique_ptr<LogWriter> MustOpenLog(kv::Store* store) {
  if (absl::IsNotFound(ReadBirth(*store).status())) {
    const Checkpoint empty = *TestLogKey().Sign(0, crypto::LogHasher().empty, kTestTime);
    REQUIRE(WriteBirth(store, {TestLogKey().verifier_key(), std::string(16, 'b')}, empty).ok());
  }
  absl::StatusOr<Checkpoint> newest = ReadCheckpoint(*store, TestLogKey().verifier_key());
  REQUIRE(newest.ok());
  absl::StatusOr<std::unique_ptr<LogWriter>> writer = LogWriter::Open(store, *newest);
  INFO(writer.status());
  REQUIRE(writer.ok());
  return *std::move(writer);
}

inline std::vector<uint64_t> MustAppend(LogWriter* writer, const std::vector<EntryPtr>& entries,
                                        absl::Time receipt = kTestTime) {
  absl::StatusOr<LogWriter::Appended> appended = writer->Append(entries, receipt);
  INFO(appended.status());
  REQUIRE(appended.ok());
  return appended->indices;
}

inline void MustSign(kv::Store* store, const LogState& state) {
  absl::StatusOr<Checkpoint> checkpoint =
      TestLogKey().Sign(state.size(), state.edge.Root(crypto::LogHasher()), kTestTime);
  REQUIRE(checkpoint.ok());
  REQUIRE(WriteCheckpoint(store, *checkpoint).ok());
}

// The invariants hold; the report.
inline FsckReport MustCheck(const kv::Store& store) {
  absl::StatusOr<FsckReport> report = CheckLog(store);
  INFO(report.status());
  REQUIRE(report.ok());
  return *report;
}

}  // namespace shareway::audit
