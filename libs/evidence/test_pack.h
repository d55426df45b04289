// SPDX-License-Identifier: Apache-2.0
// A small log and a pack out of it, with fixed keys, for tests and vectors.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/crypto/batch.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/note.h"
#include "libs/evidence/pack.h"
#include "libs/evidence/record.h"
#include "libs/merkle/small_tree.h"

namespace shareway::evidence {

// Keys of these tests alone.
constexpr char kTestNodePem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg50Kih+/rpAktyScr\n"
    "P3h8yVCycbOeA5EKouK1XK5mjKehRANCAATpM7uSYFJpvDpdl7Qcguw/qMSafAfz\n"
    "1aN/I1mO3CRtj4W3jc2N/dF3qa8xvbfrb8ZJCAOU5woUNO2P5uYRSuTm\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kTestPersonPem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgY/sp0vDyFtPlWL+s\n"
    "zXvjdkDxA/Vw1k0yPxwrD4Y4GSmhRANCAAS8GmuubRn/DuOk8kl11hRxpqpGlHcX\n"
    "OXsoSmdl2SLLiwwbtDhIi5co2yJsBg191PyAsk/vs3ZLBTU1wngDSnU7\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kTestSm2Pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQg8yLvVDzoi3wYRjaf\n"
    "fkiKGuZf7m9tSxLV5pmB5kF5mpShRANCAATiLEGgVpdrgVMmTH54uwajKotrLeYl\n"
    "huRuyJ5TgAokjGithZ9XfYTuhqELplTrIpFHGzGqKOpfRdDGLzp/DOI6\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kTestLogPem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIFkRFPW2hB9e3g9snaSpOv6txCzKTHo2cT5bIIuff+I4\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kTestWitnessPem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIG1RExO1pR3GGA/HTdxJpXxwfhHApon5yOFvJrkgfATY\n"
    "-----END PRIVATE KEY-----\n";

constexpr char kTestOrigin[] = "demo.example/audit";
constexpr char kTestWitness[] = "demo.example/n1";

inline crypto::PrivateKey TestKey(const char* pem) { return *crypto::PrivateKey::FromPem(pem); }

// A record as a producer stores it, before it is sealed.
inline v1::AuditRecord TestRecord(v1::RecordKind kind) {
  v1::AuditRecord record;
  record.set_nonce("nonce of 16 byte");
  record.set_kind(kind);
  record.set_producer("shareway://demo.example/agency/11330100MB0000001X/node/n1");
  record.set_incarnation("incarnation 0001");
  record.mutable_time()->set_seconds(1790000000);
  record.mutable_time()->set_nanos(120);
  record.add_agencies("agencies/11330100MB0000001X");
  record.add_agencies("agencies/11330100MB0000002Y");
  return record;
}

// `n` records, each the payload of an envelope, under one signature, with salts.
inline std::vector<v1::SealedRecord> TestSeal(const crypto::PrivateKey& key,
                                              const std::vector<v1::AuditRecord>& records,
                                              uint64_t first_sequence) {
  std::vector<std::string> payloads;
  for (const v1::AuditRecord& record : records) {
    payloads.push_back(WithSequence(record.SerializeAsString(), first_sequence + payloads.size()));
  }
  const std::vector<crypto::BatchSignature> signatures = *crypto::SignBatch(key, payloads);
  std::vector<v1::SealedRecord> sealed;
  for (size_t i = 0; i < payloads.size(); ++i) {
    v1::Envelope envelope;
    envelope.set_payload(payloads[i]);
    *envelope.mutable_signature() = ToProto(signatures[i]);
    sealed.emplace_back();
    sealed.back().set_record(envelope.SerializeAsString());
    sealed.back().set_salt(crypto::Sha256(payloads[i]).str().substr(0, 16));
  }
  return sealed;
}

// A pack of `sealed` at these places in a log of `size`; all other leaves are filler.
inline Pack TestPackOf(const std::vector<std::pair<uint64_t, v1::SealedRecord>>& sealed,
                       size_t size) {
  const merkle::Hasher& hasher = crypto::LogHasher();
  std::vector<Hash32> leaves;
  for (size_t i = 0; i < size; ++i)
    leaves.push_back(hasher.leaf(crypto::Sha256(absl::StrCat(i)).view()));
  for (const auto& [index, record] : sealed) leaves[index] = hasher.leaf(Commitment(record).view());
  const merkle::SmallTree tree(hasher, leaves);
  Pack pack;
  pack.checkpoint = *SignNote(TestKey(kTestLogPem), {kTestOrigin, size, tree.root()});
  pack.cosignatures = {*CosignNote(TestKey(kTestWitnessPem), kTestWitness, pack.checkpoint,
                                   absl::FromUnixSeconds(1790000060))};
  for (const char* pem : {kTestNodePem, kTestPersonPem, kTestSm2Pem}) {
    pack.keys.push_back(TestKey(pem).public_key().spki());
  }
  for (const auto& [index, record] : sealed) {
    pack.entries.push_back({index, record, tree.Path(index)});
  }
  return pack;
}

// Five records in a log of seven, with every kind of signature that a record can hold.
inline std::vector<std::pair<uint64_t, v1::SealedRecord>> TestEntries() {
  const crypto::PrivateKey node = TestKey(kTestNodePem);
  const crypto::PrivateKey sm2 = TestKey(kTestSm2Pem);

  v1::AuditRecord granted = TestRecord(v1::GRANT_CREATED);
  granted.set_object("grants/g1");
  granted.set_state("the grant as stored");
  *granted.mutable_act() = *SignAct(TestKey(kTestPersonPem), "people/wang",
                                    "/shareway.sharing.v1.RequestService/DecideRequest",
                                    "a request", absl::FromUnixSeconds(1789999990));

  v1::AuditRecord delivered = TestRecord(v1::EXCHANGE_DELIVERED);
  delivered.set_exchange("x1");
  delivered.set_attempt(1);
  delivered.set_request_digest(crypto::Sha256("request").str());
  delivered.set_response_digest(crypto::Sha256("response").str());
  *delivered.mutable_request_signature() =
      ToProto((*crypto::SignBatch(node, {"other", "request", "more"}))[1]);
  *delivered.mutable_response_signature() = ToProto((*crypto::SignBatch(node, {"response"}))[0]);

  v1::AuditRecord received = TestRecord(v1::EXCHANGE_RECEIVED);
  received.set_exchange("x2");
  received.set_rule("cn-2025-809@1 第二十一条");
  received.set_request_digest(crypto::Sm3("request").str());
  received.set_response_digest(crypto::Sha256("response").str());
  *received.mutable_request_signature() = ToProto((*crypto::SignBatch(sm2, {"request"}))[0]);
  *received.mutable_response_signature() = delivered.response_signature();

  const std::vector<v1::SealedRecord> first =
      TestSeal(node, {TestRecord(v1::SERVICE_STARTED), granted, delivered}, 1);
  const std::vector<v1::SealedRecord> second =
      TestSeal(sm2, {received, TestRecord(v1::CALLS_REJECTED)}, 300);
  return {{0, first[0]}, {1, first[1]}, {2, first[2]}, {4, second[0]}, {6, second[1]}};
}

inline Pack TestPack() { return TestPackOf(TestEntries(), 7); }

// The log's key and a witness's, as a verifier pins them.
inline std::vector<std::string> TestVerifierKeys() {
  return {VerifierKey(kTestOrigin, TestKey(kTestLogPem).public_key()),
          WitnessVerifierKey(kTestWitness, TestKey(kTestWitnessPem).public_key())};
}

}  // namespace shareway::evidence
