// SPDX-License-Identifier: Apache-2.0
// The reader of wire bytes against protobuf: on good records, on every kind of
// damage, and on random bytes it says the same, or nothing.
#include "services/audit/store/record_fields.h"

#include <cstdio>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

using Random = std::mt19937_64;

std::string Bytes(Random& random, size_t most) {
  std::string bytes(random() % (most + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string Text(Random& random) {
  if (random() % 40 == 0) return "目录";
  return absl::StrCat("names/", random() % 100000);
}

void FillSignature(Random& random, evidence::v1::Signature* signature) {
  signature->set_suite(static_cast<evidence::v1::Suite>(random() % 3));
  signature->set_key_id(Bytes(random, 32));
  if (random() % 2) signature->set_index(static_cast<uint32_t>(random() % 1024));
  signature->set_size(static_cast<uint32_t>(random() % 1024 + 1));
  for (uint64_t i = random() % 4; i > 0; --i) signature->add_path(Bytes(random, 32));
  signature->set_bytes(Bytes(random, 72));
}

void FillAct(Random& random, evidence::v1::SignedAct* signed_act) {
  evidence::v1::Act act;
  act.set_nonce(Bytes(random, 16));
  if (random() % 8) act.set_person(Text(random));
  act.set_method("/shareway.sharing.v1.RequestService/DecideRequest");
  act.mutable_time()->set_seconds(static_cast<int64_t>(random() % 2000000000));
  act.set_request(Bytes(random, 50));
  signed_act->set_act(random() % 8 ? act.SerializeAsString() : Bytes(random, 40));
  FillSignature(random, signed_act->mutable_signature());
  if (random() % 3) return;
  signed_act->mutable_webauthn()->set_authenticator_data(Bytes(random, 37));
  if (random() % 4) signed_act->mutable_webauthn()->set_client_data_json(Bytes(random, 60));
}

evidence::AuditRecord RandomRecord(Random& random) {
  evidence::AuditRecord record;
  const auto maybe = [&random] { return random() % 3 != 0; };
  record.set_nonce(Bytes(random, 16));
  record.set_kind(static_cast<evidence::RecordKind>(random() % 100));
  record.set_producer(random() % 2 ? std::string(kProviderUri) : Text(random));
  record.set_incarnation(Bytes(random, 16));
  record.set_sequence(random() >> random() % 64);
  if (maybe()) record.mutable_time()->set_seconds(static_cast<int64_t>(random() >> random() % 64));
  if (maybe()) record.mutable_time()->set_nanos(static_cast<int32_t>(random() % 1000000000));
  for (uint64_t i = random() % 4; i > 0; --i) record.add_agencies(Text(random));
  if (maybe()) record.set_operator_digest(Bytes(random, 32));
  if (maybe()) record.set_resource(Text(random));
  if (maybe()) record.set_request(Text(random));
  if (maybe()) record.set_grant(Text(random));
  if (maybe()) record.mutable_grant_revision()->set_number(random());
  if (maybe()) record.set_exchange(Text(random));
  if (maybe()) record.set_attempt(static_cast<uint32_t>(random() >> random() % 64));
  if (maybe()) record.set_purpose(static_cast<evidence::v1::Purpose>(random() % 4));
  if (maybe()) record.set_case_digest(Bytes(random, 32));
  if (maybe()) record.set_request_digest(Bytes(random, 32));
  if (maybe()) record.set_record_count(random() >> random() % 64);
  if (maybe()) record.set_payload_bytes(random() % 1000);
  if (maybe()) record.set_reason("GRANT_SUSPENDED");
  if (maybe()) record.set_traceparent(Text(random));
  if (maybe()) record.set_object(Text(random));
  if (maybe()) FillAct(random, record.mutable_act());
  if (maybe()) record.set_state(Bytes(random, 100));
  if (maybe()) FillSignature(random, record.mutable_request_signature());
  if (maybe()) FillSignature(random, record.mutable_response_signature());
  for (uint64_t i = random() % 3; i > 0; --i) record.add_nodes(Text(random));
  if (maybe()) record.set_rule(Text(random));
  return record;
}

std::string EnvelopeOf(Random& random, const evidence::AuditRecord& record) {
  evidence::v1::Envelope envelope;
  envelope.set_payload(record.SerializeAsString());
  if (random() % 4) FillSignature(random, envelope.mutable_signature());
  return envelope.SerializeAsString();
}

template <typename Field>
bool Same(const absl::InlinedVector<absl::string_view, 4>& a, const Field& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}
template <typename Field>
bool Same(const absl::InlinedVector<absl::string_view, 2>& a, const Field& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// True if the bytes were read; then they must be what protobuf reads.
bool AgreesOn(const std::string& bytes) {
  const std::optional<RecordFields> fields = ReadRecordFields(bytes);
  if (!fields) return false;
  evidence::v1::SealedRecord sealed;
  sealed.set_record(bytes);
  const absl::StatusOr<evidence::OpenedRecord> opened = evidence::Open(sealed);
  INFO(opened.status());
  REQUIRE(opened.ok());
  const evidence::AuditRecord& record = opened->record;
  evidence::v1::Act act;
  if (!act.ParseFromString(record.act().act())) act.clear_person();
  REQUIRE(fields->kind == record.kind());
  REQUIRE(fields->producer == record.producer());
  REQUIRE(fields->incarnation == record.incarnation());
  REQUIRE(fields->sequence == record.sequence());
  REQUIRE(fields->time == evidence::FromTimestamp(record.time()));
  REQUIRE(Same(fields->agencies, record.agencies()));
  REQUIRE(fields->resource == record.resource());
  REQUIRE(fields->request == record.request());
  REQUIRE(fields->grant == record.grant());
  REQUIRE(fields->exchange == record.exchange());
  REQUIRE(fields->attempt == record.attempt());
  REQUIRE(fields->reason == record.reason());
  REQUIRE(fields->object == record.object());
  REQUIRE(fields->person == act.person());
  REQUIRE(Same(fields->nodes, record.nodes()));
  return true;
}

TEST_CASE("A record is read as protobuf reads it", "[audit]") {
  Random random(17);
  int read = 0;
  for (int i = 0; i < 3000; ++i) {
    if (AgreesOn(EnvelopeOf(random, RandomRecord(random)))) ++read;
  }
  // The others have text beyond ASCII, broken acts, numbers beyond 31 bits.
  CHECK(read > 500);
  // What a node writes is read; otherwise an append would cost three times as much.
  for (const evidence::AuditRecord& record : {GoodRecord(1), GoodReceipt(1ull << 40)}) {
    CHECK(AgreesOn(EnvelopeOf(random, record)));
  }
  CHECK(AgreesOn(""));
}

TEST_CASE("A damaged record is read as protobuf reads it, or not at all", "[audit][fault]") {
  Random random(19);
  int read = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = EnvelopeOf(random, RandomRecord(random));
    for (uint64_t k = random() % 3 + 1; k > 0 && !bytes.empty(); --k) {
      const size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
          break;
        case 1:
          bytes.erase(at, random() % 4 + 1);
          break;
        case 2:
          bytes.insert(at, Bytes(random, 4));
          break;
        default:
          bytes.resize(at);
      }
    }
    if (AgreesOn(bytes)) ++read;
  }
  CHECK(read > 500);
}

TEST_CASE("Fields that come twice, unknown ones and odd spellings are left to protobuf or agree",
          "[audit][fault]") {
  Random random(23);
  for (int i = 0; i < 2000; ++i) {
    // Two records one behind the other merge; so do halves of one.
    const std::string payload = RandomRecord(random).SerializeAsString() +
                                RandomRecord(random).SerializeAsString() + Bytes(random, 3);
    evidence::v1::Envelope envelope;
    envelope.set_payload(payload);
    AgreesOn(envelope.SerializeAsString() + (random() % 2 ? envelope.SerializeAsString() : ""));
  }
  for (int i = 0; i < 20000; ++i) AgreesOn(Bytes(random, 24));
}

// Prints; hidden.
TEST_CASE("How fast records are read", "[.bench]") {
  Random random(29);
  evidence::AuditRecord record = GoodRecord(1);
  record.set_request_digest(std::string(32, 'd'));
  FillSignature(random, record.mutable_request_signature());
  FillSignature(random, record.mutable_response_signature());
  const evidence::v1::SealedRecord sealed = Seal(record);
  constexpr int kTimes = 200000;
  const auto time = [](const char* what, auto function) {
    const absl::Time start = absl::Now();
    for (int i = 0; i < kTimes; ++i) function();
    std::printf("%s: %.0f ns\n", what, absl::ToDoubleNanoseconds(absl::Now() - start) / kTimes);
  };
  size_t sum = 0;
  time("fields", [&] { sum += ReadRecordFields(sealed.record())->sequence; });
  time("protobuf", [&] { sum += evidence::Open(sealed)->record.sequence(); });
  time("entry", [&] { sum += OpenEntry(sealed)->sequence; });
  time("commitment", [&] { sum += CommitmentOf(sealed.salt(), sealed.record()).bytes[0]; });
  std::printf("(%zu bytes, %zu)\n", sealed.record().size(), sum);
}

}  // namespace
}  // namespace shareway::audit
