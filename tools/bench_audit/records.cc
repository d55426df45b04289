// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_audit/records.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "libs/evidence/record.h"

namespace shareway::bench {
namespace {

// Varints of five bytes from here on, so that all records have one length.
constexpr uint64_t kFirstSequence = uint64_t{1} << 28;
constexpr char kExchange[] = "x000000000000";
constexpr char kGrant[] = "grants/g0000";
constexpr int kGrants = 500;
constexpr char kIncarnation[] = "incarnation-0000";
constexpr char kSalt[] = "salt-salt-salt-s";

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

size_t Find(const std::string& bytes, const std::string& part) {
  const size_t at = bytes.find(part);
  if (at == std::string::npos || bytes.find(part, at + 1) != std::string::npos) std::abort();
  return at;
}

}  // namespace

RecordMold::RecordMold(const std::string& domain, const std::string& consumer,
                       const std::string& provider, bool received, bool slim) {
  const std::string code = (received ? consumer : provider).substr(strlen("agencies/"));
  producer_ = absl::StrCat("shareway://", domain, "/agency/", code, "/node/n1");
  evidence::AuditRecord record;
  record.set_nonce(std::string(16, 'n'));
  record.set_kind(received ? evidence::v1::EXCHANGE_RECEIVED : evidence::v1::EXCHANGE_DELIVERED);
  record.set_producer(producer_);
  record.set_incarnation(kIncarnation);
  record.set_sequence(kFirstSequence);
  *record.mutable_time() = evidence::ToTimestamp(absl::FromUnixSeconds(1790000000));
  record.add_agencies(consumer);
  record.add_agencies(provider);
  record.set_exchange(kExchange);
  record.set_attempt(1);
  record.set_grant(kGrant);
  evidence::v1::Envelope envelope;
  if (!slim) {
    record.add_nodes(consumer + "/nodes/n1");
    record.add_nodes(provider + "/nodes/n1");
    record.set_resource("resources/r1");
    record.set_operator_digest(std::string(32, 'o'));
    record.set_case_digest(std::string(32, 'c'));
    record.set_request_digest(std::string(32, 'q'));
    record.set_response_digest(std::string(32, 'a'));
    record.set_item_set_digest(std::string(32, 't'));
    for (evidence::v1::Signature* signature :
         {record.mutable_request_signature(), record.mutable_response_signature(),
          envelope.mutable_signature()}) {
      signature->set_suite(evidence::v1::P256_SHA256);
      signature->set_key_id(std::string(32, 'k'));
      signature->set_size(4);
      signature->add_path(std::string(32, 'p'));
      signature->add_path(std::string(32, 'p'));
      signature->set_bytes(std::string(71, 's'));
    }
  }
  envelope.set_payload(record.SerializeAsString());
  evidence::v1::SealedRecord sealed;
  sealed.set_record(envelope.SerializeAsString());
  sealed.set_salt(kSalt);
  bytes_ = sealed.SerializeAsString();
  sequence_at_ = Find(bytes_, Varint(kFirstSequence));
  exchange_at_ = Find(bytes_, kExchange);
  grant_at_ = Find(bytes_, kGrant);
  life_at_ = Find(bytes_, kIncarnation);
  salt_at_ = Find(bytes_, kSalt);
}

std::string RecordMold::Sealed(uint64_t number, uint32_t life) const {
  std::string bytes = bytes_;
  const std::string sequence = Varint(kFirstSequence + number);
  std::memcpy(bytes.data() + sequence_at_, sequence.data(), sequence.size());
  char text[32];
  std::snprintf(text, sizeof text, "x%012llu", static_cast<unsigned long long>(number));
  std::memcpy(bytes.data() + exchange_at_, text, strlen(kExchange));
  std::snprintf(text, sizeof text, "grants/g%04llu",
                static_cast<unsigned long long>(number % kGrants));
  std::memcpy(bytes.data() + grant_at_, text, strlen(kGrant));
  std::snprintf(text, sizeof text, "incarnation-%04u", life % 10000);
  std::memcpy(bytes.data() + life_at_, text, strlen(kIncarnation));
  std::snprintf(text, sizeof text, "%016llx",
                static_cast<unsigned long long>(number * 0x9e3779b97f4a7c15u));
  std::memcpy(bytes.data() + salt_at_, text, strlen(kSalt));
  return bytes;
}

std::string AppendRequestOf(const RecordMold& mold, uint64_t first, int count, uint32_t life) {
  // records = 1
  const std::string head = absl::StrCat("\x0a", Varint(mold.bytes()));
  std::string request;
  request.reserve((head.size() + mold.bytes()) * static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&request, head, mold.Sealed(first + static_cast<uint64_t>(i), life));
  }
  return request;
}

}  // namespace shareway::bench
