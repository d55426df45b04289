// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/audit_log_rpc.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::exchange {
namespace {

// A proof that takes longer keeps a witness from the next head.
constexpr absl::Duration kPatience = absl::Seconds(5);

namespace v1 = audit::v1;

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.audit.v1.AuditService/", method);
}

absl::StatusOr<Candidate> FromProto(v1::WatchCheckpointsResponse message) {
  Candidate candidate{.note = std::move(*message.mutable_checkpoint()->mutable_note()),
                      .own_next = message.own_entries_next(),
                      .safe_size = message.safe_size(),
                      .more = message.more()};
  for (v1::LogEntry& entry : *message.mutable_own_entries()) {
    if (!entry.has_sealed()) {
      // Only what retention ended is gone, and that a copy covers.
      if (entry.index() < candidate.safe_size) continue;
      return absl::DataLossError(
          absl::StrCat("the log's own entry ", entry.index(), " came without its record"));
    }
    if (evidence::Commitment(entry.sealed()).view() != entry.commitment()) {
      return absl::DataLossError(
          absl::StrCat("the log's own entry ", entry.index(), " is not what its leaf says"));
    }
    candidate.own.push_back({entry.index(), std::move(*entry.mutable_sealed())});
  }
  return candidate;
}

}  // namespace

absl::StatusOr<bool> AuditLogRpc::Report(const std::string& note, const std::string& cosignature) {
  v1::ReportCosignedRequest request;
  request.set_note(note);
  request.set_cosignature(cosignature);
  SHAREWAY_ASSIGN_OR_RETURN(const auto answer, audit_->Unary<v1::ReportCosignedResponse>(
                                                   Path("ReportCosigned"), request,
                                                   {.timeout = kPatience}));
  return answer.serving();
}

absl::StatusOr<std::vector<Hash32>> AuditLogRpc::Consistency(uint64_t old_size,
                                                             uint64_t new_size) {
  v1::GetConsistencyProofRequest request;
  request.set_old_size(old_size);
  request.set_new_size(new_size);
  SHAREWAY_ASSIGN_OR_RETURN(const auto proof, audit_->Unary<v1::ConsistencyProof>(
                                                  Path("GetConsistencyProof"), request,
                                                  {.timeout = kPatience}));
  std::vector<Hash32> hashes;
  for (const std::string& raw : proof.hashes()) {
    SHAREWAY_ASSIGN_OR_RETURN(const Hash32 hash, Hash32::From(raw));
    hashes.push_back(hash);
  }
  return hashes;
}

absl::StatusOr<WitnessedNote> AuditLogRpc::Witnessed() {
  SHAREWAY_ASSIGN_OR_RETURN(const auto checkpoint,
                            audit_->Unary<v1::Checkpoint>(Path("GetCheckpoint"),
                                                          v1::GetCheckpointRequest(),
                                                          {.timeout = kPatience}));
  return WitnessedNote{
      .note = checkpoint.note(),
      .cosignatures = {checkpoint.cosignatures().begin(), checkpoint.cosignatures().end()}};
}

absl::Status AuditLogRpc::Cosign(const std::string& note, const std::string& cosignature) {
  v1::AddCosignatureRequest request;
  request.set_note(note);
  request.set_cosignature(cosignature);
  return audit_
      ->Unary<v1::AddCosignatureResponse>(Path("AddCosignature"), request, {.timeout = kPatience})
      .status();
}

absl::StatusOr<bool> AuditLogRpc::Rebuilding() {
  v1::GetProducerRequest request;
  request.set_incarnation(incarnation_);
  SHAREWAY_ASSIGN_OR_RETURN(const auto answer, audit_->Unary<v1::GetProducerResponse>(
                                                   Path("GetProducer"), request,
                                                   {.timeout = kPatience}));
  return answer.rebuilding();
}

absl::Status AuditLogRpc::Restore(const std::vector<OwnEntry>& entries) {
  v1::RestoreRequest request;
  for (const OwnEntry& entry : entries) {
    v1::RestoredEntry* out = request.add_entries();
    out->set_index(entry.index);
    *out->mutable_sealed() = entry.sealed;
  }
  return audit_->Unary<v1::RestoreResponse>(Path("Restore"), request).status();
}

absl::Status AuditLogRpc::Watch(uint64_t own_from, const OnCandidate& take) {
  v1::WatchCheckpointsRequest request;
  request.set_own_entries_from(own_from);
  const std::unique_ptr<rpc::RawReadStream> stream = audit_->RawServerStream(
      Path("WatchCheckpoints"), request.SerializeAsString(),
      {.timeout = absl::InfiniteDuration()});
  {
    absl::MutexLock lock(&mutex_);
    stream_ = stream.get();
    if (stopped_) stream->Cancel();
  }
  const absl::Status ended = [&]() -> absl::Status {
    for (;;) {
      SHAREWAY_ASSIGN_OR_RETURN(std::optional<std::string> bytes, stream->Read());
      if (!bytes) return absl::UnavailableError("the stream ended");
      v1::WatchCheckpointsResponse message;
      if (!message.ParseFromString(*bytes)) {
        return absl::DataLossError("a candidate does not parse");
      }
      SHAREWAY_ASSIGN_OR_RETURN(Candidate candidate, FromProto(std::move(message)));
      SHAREWAY_RETURN_IF_ERROR(take(std::move(candidate)));
    }
  }();
  absl::MutexLock lock(&mutex_);
  stream_ = nullptr;
  return ended;
}

void AuditLogRpc::Stop() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  if (stream_ != nullptr) stream_->Cancel();
}

}  // namespace shareway::exchange
