// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/audit_sink.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/base/wire.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/note.h"
#include "libs/merkle/verify.h"
#include "libs/rpc/witnessed.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::rpc {
namespace {

constexpr size_t kMaxRange = 4096;
constexpr char kService[] = "/shareway.audit.v1.AuditService/";

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

AuditSink::AuditSink(std::shared_ptr<Channel> audit, std::string log_key,
                     const DirectoryHolder* directory)
    : audit_(std::move(audit)), log_key_(std::move(log_key)), directory_(directory) {}

absl::StatusOr<outbox::Sink::Appended> AuditSink::Append(
    const std::vector<evidence::v1::SealedRecord>& records) {
  size_t bytes = 0;
  for (const auto& record : records) bytes += record.ByteSizeLong() + 8;
  WireWriter request(bytes);  // an AppendRequest
  for (const auto& record : records) request.Proto(1, record);
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::string answer,
      audit_->RawUnary(absl::StrCat(kService, "Append"), std::move(request).Take(), {}));
  audit::v1::AppendResponse response;
  if (!response.ParseFromString(answer)) return absl::DataLossError("the answer does not parse");
  if (response.indices_size() != static_cast<int>(records.size())) {
    return absl::InternalError(absl::StrCat("audit answered ", response.indices_size(),
                                            " indices for ", records.size(), " records"));
  }
  return Appended{{response.indices().begin(), response.indices().end()}, response.safe_size()};
}

absl::Status AuditSink::Advance(uint64_t index) {
  audit::v1::GetRangeProofRequest request;
  request.set_begin(index);
  request.set_end(index + 1);
  const absl::StatusOr<audit::v1::RangeProof> answer = audit_->Unary<audit::v1::RangeProof>(
      absl::StrCat(kService, "GetRangeProof"), request);
  if (!answer.ok()) {
    const auto details = DetailsOf(answer.status());
    const bool uncovered = details && details->reason == Reason::kLogTooSmall;
    return uncovered ? absl::OkStatus() : answer.status();
  }
  const audit::v1::Checkpoint& checkpoint = answer->checkpoint();
  SHAREWAY_ASSIGN_OR_RETURN(evidence::TreeHead head,
                            evidence::OpenNote(checkpoint.note(), log_key_));
  const std::vector<std::string> cosignatures(checkpoint.cosignatures().begin(),
                                              checkpoint.cosignatures().end());
  if (head.size > head_.size &&
      Witnessed(*directory_->Get(), SystemClock().Now(), checkpoint.note(), cosignatures)) {
    head_ = std::move(head);
  }
  return absl::OkStatus();
}

absl::Status AuditSink::ProveRun(uint64_t begin, const std::vector<Hash32>& leaves) {
  audit::v1::GetRangeProofRequest request;
  request.set_begin(begin);
  request.set_end(begin + leaves.size());
  request.set_size(head_.size);
  SHAREWAY_ASSIGN_OR_RETURN(const audit::v1::RangeProof answer,
                            audit_->Unary<audit::v1::RangeProof>(
                                absl::StrCat(kService, "GetRangeProof"), request));
  merkle::RangeProof proof;
  SHAREWAY_ASSIGN_OR_RETURN(proof.left, Hashes(answer.left()));
  SHAREWAY_ASSIGN_OR_RETURN(proof.right, Hashes(answer.right()));
  return merkle::VerifyRange(crypto::LogHasher(), begin, leaves, head_.size, proof, head_.root);
}

absl::StatusOr<size_t> AuditSink::ProveIncluded(const std::vector<uint64_t>& indices,
                                                const std::vector<Hash32>& commitments) {
  size_t proven = 0;
  while (proven < indices.size()) {
    if (indices[proven] >= head_.size) SHAREWAY_RETURN_IF_ERROR(Advance(indices[proven]));
    if (indices[proven] >= head_.size) break;
    // A run of neighbours; records that were sent before lie elsewhere.
    std::vector<Hash32> leaves;
    const uint64_t begin = indices[proven];
    for (size_t i = proven; i < indices.size() && indices[i] == begin + leaves.size() &&
                            indices[i] < head_.size && leaves.size() < kMaxRange;
         ++i) {
      leaves.push_back(crypto::LogHasher().leaf(commitments[i].view()));
    }
    SHAREWAY_RETURN_IF_ERROR(ProveRun(begin, leaves));
    proven += leaves.size();
  }
  return proven;
}

absl::StatusOr<outbox::Sink::Seen> AuditSink::LastSeen(absl::string_view incarnation) {
  audit::v1::GetProducerRequest request;
  request.set_incarnation(std::string(incarnation));
  SHAREWAY_ASSIGN_OR_RETURN(audit::v1::GetProducerResponse response,
                            audit_->Unary<audit::v1::GetProducerResponse>(
                                absl::StrCat(kService, "GetProducer"), request));
  return Seen{response.last_sequence(), response.rebuilding()};
}

absl::StatusOr<uint64_t> AuditSink::Restore(
    const std::vector<uint64_t>& indices, const std::vector<evidence::v1::SealedRecord>& records) {
  if (indices.size() != records.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(indices.size(), " indices for ", records.size(), " records"));
  }
  audit::v1::RestoreRequest request;
  for (size_t i = 0; i < records.size(); ++i) {
    audit::v1::RestoredEntry* entry = request.add_entries();
    entry->set_index(indices[i]);
    *entry->mutable_sealed() = records[i];
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      audit::v1::RestoreResponse response,
      audit_->Unary<audit::v1::RestoreResponse>(absl::StrCat(kService, "Restore"), request));
  return response.missing();
}

}  // namespace shareway::rpc
