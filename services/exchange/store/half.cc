// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/half.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/wire.h"
#include "libs/crypto/hash.h"
#include "services/exchange/store/message.h"

namespace shareway::exchange {

std::string ItemSetDigest(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) absl::StrAppend(&text, item, "\n");
  return crypto::Sha256(text).str();
}

std::string RecordedDigest(absl::string_view payload, const evidence::v1::Signature& signature,
                           const std::string& sha256) {
  return signature.suite() == evidence::v1::SM2_SM3 ? crypto::Sm3(payload).str() : sha256;
}

absl::Status CheckWhole(const evidence::v1::Signature& signature) {
  if (signature.GetReflection()->GetUnknownFields(signature).empty()) return absl::OkStatus();
  return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss,
               "the signature has fields that this version does not know");
}

evidence::AuditRecord HalfOf(evidence::RecordKind kind, const Request& request,
                             const HalfFacts& facts) {
  evidence::AuditRecord record;
  record.set_kind(kind);
  record.add_agencies(request.consumer);
  const std::string& provider =
      facts.provider.empty() && facts.grant ? facts.grant->provider : facts.provider;
  if (!provider.empty() && provider != request.consumer) record.add_agencies(provider);
  record.set_operator_digest(request.operator_digest);
  record.set_grant(request.grant);
  if (facts.grant != nullptr) {
    record.set_resource(facts.grant->resource);
    record.set_request(facts.grant->request);
    record.set_rule(facts.grant->rule);
    record.mutable_grant_revision()->set_epoch(facts.grant->revision.epoch);
    record.mutable_grant_revision()->set_number(facts.grant->revision.number);
  }
  record.set_exchange(request.exchange);
  record.set_attempt(request.attempt);
  record.set_purpose(static_cast<evidence::v1::Purpose>(request.purpose));
  record.set_case_digest(request.case_digest);
  record.set_request_digest(facts.request_digest);
  record.set_response_digest(facts.response_digest);
  if (facts.items != nullptr) record.set_item_set_digest(ItemSetDigest(*facts.items));
  record.set_record_count(facts.records);
  record.set_payload_bytes(facts.payload_bytes);
  record.set_reason(facts.reason);
  record.set_traceparent(request.traceparent);
  if (facts.request_signature != nullptr) {
    *record.mutable_request_signature() = *facts.request_signature;
  }
  if (facts.response_signature != nullptr) {
    *record.mutable_response_signature() = *facts.response_signature;
  }
  record.set_method(static_cast<evidence::v1::Method>(request.method));
  record.set_operation(std::string(facts.operation));
  record.set_opaque(facts.opaque);
  record.add_nodes(request.consumer_node);
  // What never left the consumer's node has one half only, and audit must not wait for another.
  if (!request.provider_node.empty()) record.add_nodes(request.provider_node);
  return record;
}

std::string EncodeHalf(evidence::RecordKind kind, const Request& request, const HalfFacts& facts) {
  size_t expected = 1024;
  for (const evidence::v1::Signature* one : {facts.request_signature, facts.response_signature}) {
    if (one != nullptr) expected += one->ByteSizeLong();
  }
  WireWriter wire(expected);
  const Grant* const grant = facts.grant;
  const absl::string_view provider = !facts.provider.empty() || grant == nullptr
                                         ? absl::string_view(facts.provider)
                                         : absl::string_view(grant->provider);
  wire.Number(2, static_cast<uint64_t>(kind)).Message(7, request.consumer);
  if (provider != request.consumer) wire.Bytes(7, provider);
  wire.Bytes(8, request.operator_digest);
  if (grant != nullptr) wire.Bytes(9, grant->resource).Bytes(10, grant->request);
  wire.Bytes(11, request.grant);
  if (grant != nullptr) wire.Message(12, Encode(grant->revision));
  wire.Bytes(13, request.exchange)
      .Number(14, request.attempt)
      .Number(15, static_cast<uint64_t>(request.purpose))
      .Bytes(16, request.case_digest)
      .Bytes(17, facts.request_digest)
      .Bytes(18, facts.response_digest);
  if (facts.items != nullptr) wire.Bytes(19, ItemSetDigest(*facts.items));
  wire.Number(20, facts.records)
      .Number(21, facts.payload_bytes)
      .Bytes(22, facts.reason)
      .Bytes(23, request.traceparent);
  if (facts.request_signature != nullptr) wire.Proto(27, *facts.request_signature);
  if (facts.response_signature != nullptr) wire.Proto(28, *facts.response_signature);
  wire.Message(29, request.consumer_node).Bytes(29, request.provider_node);
  if (grant != nullptr) wire.Bytes(30, grant->rule);
  wire.Number(31, static_cast<uint64_t>(request.method))
      .Bytes(32, facts.operation)
      .Number(33, facts.opaque ? 1 : 0);
  return std::move(wire).Take();
}

evidence::AuditRecord LostHalf(evidence::RecordKind kind, const evidence::AuditRecord& other,
                               const std::string& provider, absl::string_view reason) {
  evidence::AuditRecord record;
  record.set_kind(kind);
  record.add_agencies(other.agencies(0));
  if (provider != other.agencies(0)) record.add_agencies(provider);
  record.set_exchange(other.exchange());
  record.set_attempt(other.attempt());
  record.set_request_digest(other.request_digest());
  record.set_reason(std::string(reason));
  *record.mutable_nodes() = other.nodes();
  return record;
}

}  // namespace shareway::exchange
