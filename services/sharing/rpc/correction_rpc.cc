// SPDX-License-Identifier: Apache-2.0
// The adapter of CorrectionService.
#include "services/sharing/rpc/correction_rpc.h"

#include "absl/strings/str_cat.h"
#include "services/sharing/rpc/convert_correction.h"
#include "services/sharing/rpc/correction_stream.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.CorrectionService/", method);
}

}  // namespace

void CorrectionRpc::Register(rpc::Server* server) {
  server->Unary<v1::OpenCorrectionRequest, v1::Correction>(
      Path("OpenCorrection"), [this](const rpc::Call& call, const v1::OpenCorrectionRequest& r) {
        return Written(call, corrections_->Open(ErrandOf(call, r.request_id()), r.resource(),
                                                FromProto(r), r.validate_only()));
      });
  server->Unary<v1::WithdrawCorrectionRequest, v1::Correction>(
      Path("WithdrawCorrection"),
      [this](const rpc::Call& call, const v1::WithdrawCorrectionRequest& r) {
        return Written(call, corrections_->Withdraw(ErrandOf(call, r.request_id()), r.name(),
                                                    r.etag()));
      });
  server->Unary<v1::GetCorrectionRequest, v1::Correction>(
      Path("GetCorrection"),
      [this](const rpc::Call& call, const v1::GetCorrectionRequest& r) { return Get(call, r); });
  server->Unary<v1::ListCorrectionsRequest, v1::ListCorrectionsResponse>(
      Path("ListCorrections"), [this](const rpc::Call& call, const v1::ListCorrectionsRequest& r) {
        return List(call, r);
      });
  RegisterAnswers(server);
  RegisterRecalls(server);
}

void CorrectionRpc::RegisterAnswers(rpc::Server* server) {
  server->Unary<v1::AcknowledgeCorrectionRequest, v1::Correction>(
      Path("AcknowledgeCorrection"),
      [this](const rpc::Call& call, const v1::AcknowledgeCorrectionRequest& r) {
        return Written(call, corrections_->Acknowledge(ErrandOf(call, r.request_id()), r.name(),
                                                       r.etag()));
      });
  server->Unary<v1::ResolveCorrectionRequest, v1::Correction>(
      Path("ResolveCorrection"),
      [this](const rpc::Call& call, const v1::ResolveCorrectionRequest& r) {
        return Written(call, corrections_->Resolve(ErrandOf(call, r.request_id()), r.name(),
                                                   r.etag(), FromProto(r)));
      });
  server->Unary<v1::RejectCorrectionRequest, v1::Correction>(
      Path("RejectCorrection"),
      [this](const rpc::Call& call, const v1::RejectCorrectionRequest& r) {
        return Written(call, corrections_->Reject(ErrandOf(call, r.request_id()), r.name(),
                                                  r.etag(), r.reason()));
      });
}

void CorrectionRpc::RegisterRecalls(rpc::Server* server) {
  server->Unary<v1::RecallCorrectionRequest, v1::Correction>(
      Path("RecallCorrection"),
      [this](const rpc::Call& call, const v1::RecallCorrectionRequest& r) {
        return Written(call, corrections_->BeginRecall(ErrandOf(call, r.request_id()), r.name(),
                                                       r.etag(), r.reason(), r.all_grantees()));
      });
  server->Unary<v1::ConfirmRecallRequest, v1::Recall>(
      Path("ConfirmRecall"),
      [this](const rpc::Call& call,
             const v1::ConfirmRecallRequest& r) -> absl::StatusOr<v1::Recall> {
        const Recall::State outcome = v1::Recall::State_IsValid(r.outcome())
                                          ? static_cast<Recall::State>(r.outcome())
                                          : Recall::State::kUnspecified;
        SHAREWAY_ASSIGN_OR_RETURN(
            const Stored<Recall> recall,
            corrections_->ConfirmRecall(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                        outcome, r.note()));
        transitions_->Add("recall", RecallStateName(recall.value.state));
        return ToProto(recall, ActorOf(call), corrections_->cases().desk());
      });
  server->Unary<v1::ListRecallsRequest, v1::ListRecallsResponse>(
      Path("ListRecalls"), [this](const rpc::Call& call, const v1::ListRecallsRequest& r) {
        return ListRecalls(call, r);
      });
  server->Unary<v1::PlaceCorrectionRequest, v1::PlaceCorrectionResponse>(
      Path("PlaceCorrection"),
      [this](const rpc::Call& call,
             const v1::PlaceCorrectionRequest& r) -> absl::StatusOr<v1::PlaceCorrectionResponse> {
        SHAREWAY_RETURN_IF_ERROR(corrections_->Place(call.caller().name(), r.name(), r.record()));
        return v1::PlaceCorrectionResponse();
      });
  server->Unary<v1::ReportRecallRequest, v1::ReportRecallResponse>(
      Path("ReportRecall"),
      [this](const rpc::Call& call,
             const v1::ReportRecallRequest& r) -> absl::StatusOr<v1::ReportRecallResponse> {
        SHAREWAY_RETURN_IF_ERROR(corrections_->Report(call.caller().name(), r.name(), r.round(),
                                                      FromProto(r), r.complete()));
        return v1::ReportRecallResponse();
      });
  server->ServerStream<v1::WatchCorrectionsRequest, v1::CorrectionChange>(
      Path("WatchCorrections"),
      [this](const rpc::Call& call, const v1::WatchCorrectionsRequest& r,
             rpc::Writer<v1::CorrectionChange>& writer) { return Watch(call, r, writer); });
}

absl::StatusOr<v1::Correction> CorrectionRpc::Written(
    const rpc::Call& call, absl::StatusOr<Stored<Correction>> result) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  if (result->version != 0) {
    transitions_->Add("correction", CorrectionStateName(result->value.state));
  }
  return ToProto(*result, ActorOf(call), *corrections_);
}

absl::StatusOr<v1::Correction> CorrectionRpc::Get(const rpc::Call& call,
                                                  const v1::GetCorrectionRequest& request) const {
  const Actor actor = ActorOf(call);
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Correction> correction,
                            corrections_->Get(actor, request.name()));
  SHAREWAY_ASSIGN_OR_RETURN(v1::Correction out, ToProto(correction, actor, *corrections_));
  SHAREWAY_ASSIGN_OR_RETURN(*out.mutable_proposed_value(),
                            corrections_->ProposedValue(actor, correction.value));
  return out;
}

absl::StatusOr<v1::ListCorrectionsResponse> CorrectionRpc::List(
    const rpc::Call& call, const v1::ListCorrectionsRequest& request) const {
  const Actor actor = ActorOf(call);
  const auto want = [&](const Correction& correction) {
    const bool state = request.state() == v1::Correction::STATE_UNSPECIFIED ||
                       static_cast<int>(correction.state) == request.state();
    return state && (request.resource().empty() || request.resource() == correction.resource);
  };
  const Cases<Correction>& cases = corrections_->cases();
  v1::ListCorrectionsResponse response;
  absl::Status broken;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return cases.List(actor, cases.desk().OwnersFor(actor), cursor, size, want);
      },
      [&](const Stored<Correction>& correction) {
        absl::StatusOr<v1::Correction> out = ToProto(correction, actor, *corrections_);
        if (!out.ok()) {
          broken = out.status();
        } else {
          *response.add_corrections() = *std::move(out);
        }
      },
      &response));
  SHAREWAY_RETURN_IF_ERROR(broken);
  return response;
}

absl::StatusOr<v1::ListRecallsResponse> CorrectionRpc::ListRecalls(
    const rpc::Call& call, const v1::ListRecallsRequest& request) const {
  const Actor actor = ActorOf(call);
  const Cases<Recall>& recalls = corrections_->recalls();
  std::vector<std::string> lists = recalls.desk().OwnersFor(actor);
  if (!request.correction().empty()) {
    SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("corrections", request.correction()));
    lists = {request.correction()};
  }
  const auto want = [&](const Recall& recall) {
    return !request.unconfirmed() || !recall.confirm_time;
  };
  v1::ListRecallsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return recalls.List(actor, lists, cursor, size, want);
      },
      [&](const Stored<Recall>& recall) {
        *response.add_recalls() = ToProto(recall, actor, recalls.desk());
      },
      &response));
  return response;
}

absl::Status CorrectionRpc::Watch(const rpc::Call& call,
                                  const v1::WatchCorrectionsRequest& request,
                                  rpc::Writer<v1::CorrectionChange>& writer) const {
  CorrectionStream stream(
      &corrections_->cases().desk().store(), directory_, call.caller().name(),
      [&](const v1::CorrectionChange& change) { return writer.Write(change); });
  return stream.Serve(call, request.from_revision(), request.served_digest());
}

}  // namespace shareway::sharing
