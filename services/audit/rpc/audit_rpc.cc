// SPDX-License-Identifier: Apache-2.0
// The adapter of AuditService.
#include "services/audit/rpc/audit_rpc.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/audit/rpc/append_request.h"

namespace shareway::audit {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.audit.v1.AuditService/", method);
}

}  // namespace

template <typename Req, typename Resp, typename Handler>
void AuditRpc::Serve(rpc::Server* server, absl::string_view method, Handler handler) {
  server->Unary<Req, Resp>(
      Path(method),
      [this, handler](const rpc::Call& call, const Req& request) -> absl::StatusOr<Resp> {
        SHAREWAY_RETURN_IF_ERROR(log_->gate()->Check());
        return handler(call, request);
      });
}

void AuditRpc::Register(rpc::Server* server) {
  server->UnaryAsync<v1::AppendRequest, v1::AppendResponse>(
      Path("Append"),
      [this](std::shared_ptr<rpc::Call> call, v1::AppendRequest request,
             rpc::Reply<v1::AppendResponse> reply) {
        Append(*call, std::move(request), std::move(reply));
      },
      rpc::Server::Begin::kHere);
  server->Unary<v1::GetProducerRequest, v1::GetProducerResponse>(
      Path("GetProducer"), [this](const rpc::Call& call, const v1::GetProducerRequest& request) {
        return GetProducer(call, request);
      });
  Serve<v1::GetCheckpointRequest, v1::Checkpoint>(
      server, "GetCheckpoint",
      [this](const rpc::Call&, const auto& request) { return GetCheckpoint(request); });
  Serve<v1::GetInclusionProofRequest, v1::InclusionProof>(
      server, "GetInclusionProof",
      [this](const rpc::Call&, const auto& request) { return prover_.Inclusion(request); });
  Serve<v1::GetConsistencyProofRequest, v1::ConsistencyProof>(
      server, "GetConsistencyProof",
      [this](const rpc::Call&, const auto& request) { return prover_.Consistency(request); });
  Serve<v1::GetRangeProofRequest, v1::RangeProof>(
      server, "GetRangeProof",
      [this](const rpc::Call&, const auto& request) { return prover_.Range(request); });
  RegisterReading(server);
  RegisterWitness(server);
  RegisterControl(server);
}

void AuditRpc::RegisterReading(rpc::Server* server) {
  // ReadingRpc records it like each other reading, before it answers, and names the mandate.
  server->SetOnMandateRead(
      [](const rpc::Call&, const std::string&, uint64_t) { return absl::OkStatus(); });
  Serve<v1::GetEntriesRequest, v1::GetEntriesResponse>(
      server, "GetEntries", [this](const rpc::Call& call, const auto& request) {
        return reading_.GetEntries(call, request);
      });
  Serve<v1::SearchEntriesRequest, v1::SearchEntriesResponse>(
      server, "SearchEntries", [this](const rpc::Call& call, const auto& request) {
        return reading_.SearchEntries(call, request);
      });
  Serve<v1::ListUnmatchedRequest, v1::ListUnmatchedResponse>(
      server, "ListUnmatched", [this](const rpc::Call& call, const auto& request) {
        return reading_.ListUnmatched(call, request);
      });
  Serve<v1::ExportEvidenceRequest, v1::ExportEvidenceResponse>(
      server, "ExportEvidence", [this](const rpc::Call& call, const auto& request) {
        return reading_.ExportEvidence(call, request);
      });
}

void AuditRpc::RegisterControl(rpc::Server* server) {
  Serve<v1::ProposeControlRequest, v1::Control>(
      server, "ProposeControl", [this](const rpc::Call& call, const auto& request) {
        return control_.ProposeControl(call, request);
      });
  Serve<v1::ConfirmControlRequest, v1::Control>(
      server, "ConfirmControl", [this](const rpc::Call& call, const auto& request) {
        return control_.ConfirmControl(call, request);
      });
  Serve<v1::GetControlsRequest, v1::GetControlsResponse>(
      server, "GetControls",
      [this](const rpc::Call&, const auto& request) { return control_.GetControls(request); });
}

void AuditRpc::RegisterWitness(rpc::Server* server) {
  server->ServerStream<v1::WatchCheckpointsRequest, v1::WatchCheckpointsResponse>(
      Path("WatchCheckpoints"),
      [this](const rpc::Call& call, const v1::WatchCheckpointsRequest& request,
             rpc::Writer<v1::WatchCheckpointsResponse>& writer) -> absl::Status {
        SHAREWAY_RETURN_IF_ERROR(log_->gate()->Check());
        return witness_.WatchCheckpoints(call, request, writer);
      });
  Serve<v1::AddCosignatureRequest, v1::AddCosignatureResponse>(
      server, "AddCosignature", [this](const rpc::Call& call, const auto& request) {
        return witness_.AddCosignature(call, request);
      });
  server->Unary<v1::ReportCosignedRequest, v1::ReportCosignedResponse>(
      Path("ReportCosigned"),
      [this](const rpc::Call& call, const v1::ReportCosignedRequest& request) {
        return witness_.ReportCosigned(call, request);
      });
  server->Unary<v1::NameWitnessesRequest, v1::NameWitnessesResponse>(
      Path("NameWitnesses"),
      [this](const rpc::Call& call, const v1::NameWitnessesRequest& request) {
        return witness_.NameWitnesses(call, request);
      });
  server->Unary<v1::RestoreRequest, v1::RestoreResponse>(
      Path("Restore"), [this](const rpc::Call& call, const v1::RestoreRequest& request) {
        return witness_.Restore(call, request);
      });
}

void AuditRpc::Append(const rpc::Call& call, v1::AppendRequest request,
                      rpc::Reply<v1::AppendResponse> reply) {
  if (absl::Status gate = log_->gate()->Check(); !gate.ok()) return reply(gate);
  absl::StatusOr<std::vector<EntryPtr>> entries =
      ParseAppend(std::move(request), call.caller().identity.uri());
  if (!entries.ok()) return reply(entries.status());
  log_->parts().audit->Append(
      *std::move(entries),
      [this, reply = std::move(reply)](absl::StatusOr<std::vector<uint64_t>> indices) {
        if (!indices.ok()) return reply(indices.status());
        v1::AppendResponse response;
        response.mutable_indices()->Assign(indices->begin(), indices->end());
        response.set_safe_size(safe_size_());
        reply(std::move(response));
      });
}

absl::StatusOr<v1::GetProducerResponse> AuditRpc::GetProducer(
    const rpc::Call& call, const v1::GetProducerRequest& request) {
  const bool rebuilding = log_->gate()->state() == StartGate::State::kRebuilding;
  if (!rebuilding) SHAREWAY_RETURN_IF_ERROR(log_->gate()->Check());
  if (request.incarnation().size() != 16) {
    return Error::Field("incarnation",
                        absl::StrCat("has ", request.incarnation().size(), " bytes, want 16"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      const uint64_t last,
      log_->parts().reader->LastSequence(call.caller().identity.uri(), request.incarnation()));
  v1::GetProducerResponse response;
  response.set_last_sequence(last);
  response.set_rebuilding(rebuilding);
  return response;
}

absl::StatusOr<v1::Checkpoint> AuditRpc::GetCheckpoint(const v1::GetCheckpointRequest& request) {
  if (request.signed_only()) return prover_.NewestSigned();
  return prover_.Newest();
}

}  // namespace shareway::audit
