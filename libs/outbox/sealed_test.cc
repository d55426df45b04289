// SPDX-License-Identifier: Apache-2.0
#include "libs/outbox/sealed.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/evidence/envelope.h"
#include "libs/kv/memory_store.h"
#include "libs/outbox/keys.h"

namespace shareway::outbox {
namespace {

using evidence::v1::SealedRecord;

std::string RecordNumber(size_t i) {
  evidence::v1::AuditRecord record;
  record.set_nonce(std::string(16, 'n'));
  record.set_object(absl::StrCat("object ", i, std::string(i * 7 % 300, 'x')));
  return record.SerializeAsString();
}

// A log of `entries` of which those from 3 on are sealed as one batch.
struct Log {
  explicit Log(size_t entries, crypto::Suite suite = crypto::Suite::kP256Sha256)
      : key(crypto::PrivateKey::Generate(suite)) {
    kv::Batch batch;
    for (size_t i = 1; i <= entries; ++i) batch.Append(kLog, RecordNumber(i));
    REQUIRE(store.Commit(std::move(batch)).ok());
    for (size_t i = 3; i <= entries; ++i) payloads.push_back(PayloadOf(RecordNumber(i), i));
    sealed = *SealBatch(key, payloads);
  }
  kv::MemoryStore store;
  crypto::PrivateKey key;
  std::vector<std::string> payloads;
  Sealed sealed;
};

TEST_CASE("A sealed batch is the same to the byte when it is opened from the log", "[outbox]") {
  const size_t size = GENERATE(1, 2, 3, 100, 255, 256);
  const auto suite = GENERATE(crypto::Suite::kP256Sha256, crypto::Suite::kSm2Sm3);
  CAPTURE(size);
  Log log(size + 2, suite);
  kv::Batch later;
  later.Append(kLog, "what came after it");
  REQUIRE(log.store.Commit(std::move(later)).ok());
  const auto opened = OpenSealed(log.store, 3, log.sealed.kept);
  INFO(opened.status());
  REQUIRE(opened.ok());
  REQUIRE(opened->size() == size);
  for (size_t i = 0; i < size; ++i) {
    CHECK((*opened)[i].record() == log.sealed.records[i].record());
    CHECK((*opened)[i].salt() == log.sealed.records[i].salt());
  }
  CHECK(log.sealed.kept.size() < 200 + 16 * size);
}

TEST_CASE("A sealed record is what protobuf makes of it, and verifies alone", "[outbox]") {
  Log log(40);
  crypto::BatchVerifier verifier;
  for (size_t i = 0; i < log.sealed.records.size(); ++i) {
    const auto opened = evidence::Open(log.sealed.records[i]);
    REQUIRE(opened.ok());
    CHECK(opened->envelope.SerializeAsString() == log.sealed.records[i].record());
    CHECK(opened->envelope.payload() == evidence::WithSequence(RecordNumber(i + 3), i + 3));
    CHECK(opened->record.sequence() == i + 3);
    CHECK(log.sealed.records[i].salt().size() == 16);
    CHECK((i == 0 || log.sealed.records[i].salt() != log.sealed.records[0].salt()));
    CHECK(evidence::Verify(&verifier, log.key.public_key(), opened->envelope.payload(),
                           opened->envelope.signature())
              .ok());
  }
}

TEST_CASE("What an older store sealed is read as it lies there", "[outbox]") {
  Log log(10);
  SealedBatch older;
  for (const SealedRecord& record : log.sealed.records) *older.add_records() = record;
  const auto opened = OpenSealed(kv::MemoryStore(), 3, older.SerializeAsString());
  REQUIRE(opened.ok());
  REQUIRE(opened->size() == 8);
  CHECK((*opened)[7].record() == log.sealed.records[7].record());
}

TEST_CASE("A batch of which something is missing is damaged", "[outbox]") {
  const std::vector<std::pair<std::string, std::function<void(SealedBatch*)>>> table = {
      {"no size", [](SealedBatch* b) { b->clear_size(); }},
      {"a larger size", [](SealedBatch* b) { b->set_size(9); }},
      {"a huge size",
       [](SealedBatch* b) {
         b->set_size(1025);
         b->set_salts(std::string(16 * 1025, 's'));
       }},
      {"a salt less", [](SealedBatch* b) { b->mutable_salts()->resize(7 * 16); }},
      {"half a key id", [](SealedBatch* b) { b->mutable_key_id()->resize(16); }},
      {"an entry that the log lacks",
       [](SealedBatch* b) {
         b->set_size(9);
         b->mutable_salts()->append(16, 's');
       }},
  };
  for (const auto& [what, spoil] : table) {
    CAPTURE(what);
    Log log(10);
    SealedBatch batch;
    REQUIRE(batch.ParseFromString(log.sealed.kept));
    spoil(&batch);
    CHECK(absl::IsDataLoss(OpenSealed(log.store, 3, batch.SerializeAsString()).status()));
  }
  Log log(10);
  CHECK(absl::IsDataLoss(OpenSealed(log.store, 3, "\xff").status()));
  REQUIRE(log.store.Commit(kv::Batch().Trim(kLog, 4)).ok());
  CHECK(absl::IsDataLoss(OpenSealed(log.store, 3, log.sealed.kept).status()));
}

}  // namespace
}  // namespace shareway::outbox
