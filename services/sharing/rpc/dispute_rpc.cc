// SPDX-License-Identifier: Apache-2.0
// The adapter of DisputeService.
#include "services/sharing/rpc/dispute_rpc.h"

#include "absl/strings/str_cat.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/page.h"

namespace shareway::sharing {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.DisputeService/", method);
}

}  // namespace

void DisputeRpc::Register(rpc::Server* server) {
  server->Unary<v1::OpenDisputeRequest, v1::Dispute>(
      Path("OpenDispute"), [this](const rpc::Call& call, const v1::OpenDisputeRequest& r) {
        return Written(disputes_->Open(ErrandOf(call, r.request_id()), r.subject(), r.claim()));
      });
  server->Unary<v1::EscalateDisputeRequest, v1::Dispute>(
      Path("EscalateDispute"), [this](const rpc::Call& call, const v1::EscalateDisputeRequest& r) {
        return Written(disputes_->Escalate(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                           r.reason()));
      });
  server->Unary<v1::RecordDecisionRequest, v1::Dispute>(
      Path("RecordDecision"), [this](const rpc::Call& call, const v1::RecordDecisionRequest& r) {
        return Record(call, r);
      });
  server->Unary<v1::WithdrawDisputeRequest, v1::Dispute>(
      Path("WithdrawDispute"), [this](const rpc::Call& call, const v1::WithdrawDisputeRequest& r) {
        return Written(disputes_->Withdraw(ErrandOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::GetDisputeRequest, v1::Dispute>(
      Path("GetDispute"),
      [this](const rpc::Call& call, const v1::GetDisputeRequest& r) -> absl::StatusOr<v1::Dispute> {
        SHAREWAY_ASSIGN_OR_RETURN(Stored<Dispute> dispute,
                                  disputes_->Get(ActorOf(call), r.name()));
        return ToProto(dispute);
      });
  server->Unary<v1::ListDisputesRequest, v1::ListDisputesResponse>(
      Path("ListDisputes"),
      [this](const rpc::Call& call, const v1::ListDisputesRequest& r) { return List(call, r); });
}

absl::StatusOr<v1::Dispute> DisputeRpc::Written(absl::StatusOr<Stored<Dispute>> result) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  transitions_->Add("dispute", Dispute::StageName(result->value.fields().stage));
  return ToProto(*result);
}

absl::StatusOr<v1::Dispute> DisputeRpc::Record(const rpc::Call& call,
                                               const v1::RecordDecisionRequest& request) {
  Ruling ruling{.body = request.deciding_body(),
                .number = request.document_number(),
                .date = {},
                .reasons = request.reasons()};
  SHAREWAY_ASSIGN_OR_RETURN(ruling.date, DayFromProto(request.document_date(), "document_date"));
  std::optional<Scope> scope;
  if (request.has_scope()) {
    SHAREWAY_ASSIGN_OR_RETURN(scope, FromProto(request.scope(), "scope"));
  }
  const bool known = request.outcome() >= 0 && request.outcome() <= v1::Dispute::WITHDRAWN;
  const Dispute::Outcome outcome = known ? static_cast<Dispute::Outcome>(request.outcome())
                                         : Dispute::Outcome::kUnspecified;
  return Written(disputes_->Record(ErrandOf(call, request.request_id()), request.name(),
                                   request.etag(), outcome, ruling, scope));
}

absl::StatusOr<v1::ListDisputesResponse> DisputeRpc::List(
    const rpc::Call& call, const v1::ListDisputesRequest& request) const {
  const Actor actor = ActorOf(call);
  const auto want = [&](const Dispute& dispute) {
    const Dispute::Fields& f = dispute.fields();
    return dispute.VisibleTo(actor, desk_->PartiesOf(f.consumer, f.provider));
  };
  v1::ListDisputesResponse response;
  SHAREWAY_RETURN_IF_ERROR(FillPage<Dispute>(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return desk_->store().ListDisputes(desk_->OwnersFor(actor), cursor, size, want);
      },
      [&](const Stored<Dispute>& dispute) { *response.add_disputes() = ToProto(dispute); },
      &response));
  return response;
}

}  // namespace shareway::sharing
