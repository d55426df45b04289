// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/audit_sink.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/note.h"
#include "libs/merkle/verify.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::rpc {
namespace {

constexpr size_t kMaxRange = 4096;

template <typename Field>
absl::StatusOr<std::vector<Hash32>> Hashes(const Field& field) {
  std::vector<Hash32> hashes;
  for (const std::string& raw : field) {
    SHAREWAY_ASSIGN_OR_RETURN(Hash32 hash, Hash32::From(raw));
    hashes.push_back(hash);
  }
  return hashes;
}

}  // namespace

AuditSink::AuditSink(std::shared_ptr<Channel> audit, std::string log_key)
    : audit_(std::move(audit)), log_key_(std::move(log_key)) {}

absl::StatusOr<outbox::Sink::Appended> AuditSink::Append(
    const std::vector<evidence::v1::SealedRecord>& records) {
  audit::v1::AppendRequest request;
  for (const auto& record : records) *request.add_records() = record;
  SHAREWAY_ASSIGN_OR_RETURN(
      audit::v1::AppendResponse response,
      audit_->Unary<audit::v1::AppendResponse>("/shareway.audit.v1.AuditService/Append", request));
  if (response.indices_size() != static_cast<int>(records.size())) {
    return absl::InternalError(absl::StrCat("audit answered ", response.indices_size(),
                                            " indices for ", records.size(), " records"));
  }
  return Appended{{response.indices().begin(), response.indices().end()}, response.safe_size()};
}

absl::Status AuditSink::ProveIncluded(const std::vector<uint64_t>& indices,
                                      const std::vector<Hash32>& commitments) {
  const merkle::Hasher& hasher = crypto::LogHasher();
  for (size_t first = 0; first < indices.size();) {
    // A run of neighbours; records that were sent before lie elsewhere.
    size_t last = first + 1;
    while (last < indices.size() && indices[last] == indices[last - 1] + 1 &&
           last - first < kMaxRange) {
      ++last;
    }
    audit::v1::GetRangeProofRequest request;
    request.set_begin(indices[first]);
    request.set_end(indices[last - 1] + 1);
    absl::StatusOr<audit::v1::RangeProof> answer = audit_->Unary<audit::v1::RangeProof>(
        "/shareway.audit.v1.AuditService/GetRangeProof", request);
    if (!answer.ok()) {
      const auto details = DetailsOf(answer.status());
      if (details && details->reason == Reason::kLogTooSmall) {
        return absl::UnavailableError("no checkpoint covers the entries yet");
      }
      return answer.status();
    }
    SHAREWAY_ASSIGN_OR_RETURN(evidence::TreeHead head,
                              evidence::OpenNote(answer->checkpoint().note(), log_key_));
    merkle::RangeProof proof;
    SHAREWAY_ASSIGN_OR_RETURN(proof.left, Hashes(answer->left()));
    SHAREWAY_ASSIGN_OR_RETURN(proof.right, Hashes(answer->right()));
    std::vector<Hash32> leaves;
    for (size_t i = first; i < last; ++i) leaves.push_back(hasher.leaf(commitments[i].view()));
    SHAREWAY_RETURN_IF_ERROR(
        merkle::VerifyRange(hasher, indices[first], leaves, head.size, proof, head.root));
    first = last;
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> AuditSink::LastSequence(absl::string_view incarnation) {
  audit::v1::GetProducerRequest request;
  request.set_incarnation(std::string(incarnation));
  SHAREWAY_ASSIGN_OR_RETURN(audit::v1::GetProducerResponse response,
                            audit_->Unary<audit::v1::GetProducerResponse>(
                                "/shareway.audit.v1.AuditService/GetProducer", request));
  return response.last_sequence();
}

}  // namespace shareway::rpc
