// SPDX-License-Identifier: Apache-2.0
// AuditService over real mTLS on loopback: who may append, and what the wire carries.
#include <memory>
#include <optional>

#include "catch2/catch.hpp"
#include "libs/evidence/note.h"
#include "services/audit/rpc/append_request.h"
#include "services/audit/rpc/test_world.h"

namespace shareway::audit {
namespace {

v1::AppendRequest GoodAppend() {
  v1::AppendRequest request;
  for (uint64_t i = 1; i <= 3; ++i) *request.add_records() = Seal(GoodRecord(i));
  return request;
}

TEST_CASE("A malformed append is refused whole, naming the field", "[audit]") {
  struct Row {
    const char* field;
    void (*spoil)(v1::AppendRequest&);
  };
  const Row row = GENERATE(values<Row>({
      {"records", [](v1::AppendRequest& r) { r.clear_records(); }},
      {"records",
       [](v1::AppendRequest& r) {
         for (int i = 0; i < 254; ++i) *r.add_records() = r.records(0);
       }},
      {"records",
       [](v1::AppendRequest& r) {
         evidence::AuditRecord large = GoodRecord(1);
         large.set_state(std::string(60000, 's'));
         for (int i = 0; i < 18; ++i) *r.add_records() = Seal(large);
       }},
      {"records[1].salt", [](v1::AppendRequest& r) { r.mutable_records(1)->clear_salt(); }},
      {"records[2].salt",
       [](v1::AppendRequest& r) { r.mutable_records(2)->mutable_salt()->push_back('x'); }},
      {"records[0].record", [](v1::AppendRequest& r) { r.mutable_records(0)->clear_record(); }},
      {"records[0].record",
       [](v1::AppendRequest& r) {
         r.mutable_records(0)->set_record(std::string(kMaxRecordBytes + 1, 'x'));
       }},
      {"records[1].record",
       [](v1::AppendRequest& r) { r.mutable_records(1)->set_record("\xff\xff\xff"); }},
      {"records[1].record",
       [](v1::AppendRequest& r) {
         evidence::v1::Envelope envelope;
         envelope.set_payload("\xff\xff\xff");
         r.mutable_records(1)->set_record(envelope.SerializeAsString());
       }},
  }));
  REQUIRE(ParseAppend(GoodAppend(), kProviderUri)->size() == 3);
  v1::AppendRequest request = GoodAppend();
  row.spoil(request);
  const absl::Status status = ParseAppend(request, kProviderUri).status();
  INFO(status);
  CHECK(absl::IsInvalidArgument(status));
  REQUIRE(DetailsOf(status)->fields.size() == 1);
  CHECK(DetailsOf(status)->fields[0].field == row.field);
}

TEST_CASE("The largest append is taken", "[audit]") {
  v1::AppendRequest request;
  for (uint64_t i = 0; i < 256; ++i) *request.add_records() = Seal(GoodRecord(i));
  CHECK(ParseAppend(request, kProviderUri)->size() == 256);
  evidence::AuditRecord large = GoodRecord(1);
  large.set_state(std::string(kMaxRecordBytes - Seal(large).record().size() - 16, 's'));
  while (Seal(large).record().size() < kMaxRecordBytes) large.mutable_state()->push_back('s');
  request.clear_records();
  *request.add_records() = Seal(large);
  CHECK(request.records(0).record().size() == kMaxRecordBytes);
  CHECK(ParseAppend(request, kProviderUri).ok());
}

TEST_CASE("Nobody appends in another's name", "[audit]") {
  World world;
  const absl::Status status = world.Append(world.consumer, {GoodRecord(1)}).status();
  CHECK(absl::IsPermissionDenied(status));
  CHECK(ReasonOf(status) == Reason::kProducerUnknown);
  CHECK(absl::IsPermissionDenied(world.Append(world.auditor, {GoodRecord(1)}).status()));
  CHECK(world.audit->state()->size() == 0);
}

TEST_CASE("What the audit client appends it can prove", "[audit]") {
  World world;
  rpc::AuditSink sink(world.provider, TestLogKey().verifier_key(), &world.directory);
  std::vector<evidence::v1::SealedRecord> records;
  std::vector<Hash32> commitments;
  for (uint64_t i = 1; i <= 20; ++i) {
    records.push_back(world.Signed(GoodRecord(i)));
    commitments.push_back(evidence::Commitment(records.back()));
  }
  absl::StatusOr<outbox::Sink::Appended> appended = sink.Append(records);
  INFO(appended.status());
  REQUIRE(appended.ok());
  CHECK(appended->indices == Numbers(0, 20));
  CHECK(appended->safe_size == 0);
  world.AwaitSigned();
  CHECK(*sink.ProveIncluded(appended->indices, commitments) == 20);
  CHECK(sink.LastSeen(std::string(16, 'i'))->last_sequence == 20);
  std::swap(commitments[3], commitments[4]);
  CHECK(absl::IsDataLoss(sink.ProveIncluded(appended->indices, commitments).status()));
}

TEST_CASE("A checkpoint carries the note that the pinned key verifies", "[audit]") {
  World world;
  REQUIRE(world.Append(world.provider, {GoodRecord(1)}).ok());
  world.AwaitSigned();
  absl::StatusOr<v1::Checkpoint> checkpoint =
      world.Call<v1::Checkpoint>(world.head, "GetCheckpoint", v1::GetCheckpointRequest());
  REQUIRE(checkpoint.ok());
  absl::StatusOr<evidence::TreeHead> head =
      evidence::OpenNote(checkpoint->note(), TestLogKey().verifier_key());
  REQUIRE(head.ok());
  CHECK(head->size == 1);
  CHECK(checkpoint->size() == 1);
  CHECK(checkpoint->root() == head->root.str());
  CHECK(checkpoint->verifier_key() == TestLogKey().verifier_key());
  CHECK(checkpoint->has_time());
}

}  // namespace
}  // namespace shareway::audit
