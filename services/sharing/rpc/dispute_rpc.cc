// SPDX-License-Identifier: Apache-2.0
// The adapter of DisputeService.
#include "services/sharing/rpc/dispute_rpc.h"

#include "absl/strings/str_cat.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/rpc/convert_dispute.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.DisputeService/", method);
}

}  // namespace

void DisputeRpc::Register(rpc::Server* server) {
  RegisterParties(server);
  RegisterSettlement(server);
  RegisterCoordinator(server);
  RegisterReads(server);
}

void DisputeRpc::RegisterParties(rpc::Server* server) {
  server->Unary<v1::OpenDisputeRequest, v1::Dispute>(
      Path("OpenDispute"), [this](const rpc::Call& call, const v1::OpenDisputeRequest& r) {
        const Disputes::Opening opening{.subject = r.subject(),
                                        .claim = r.claim(),
                                        .matter = FromProto(r.matter()),
                                        .cuts = {r.cuts().begin(), r.cuts().end()},
                                        .attachments = FromProto(r.attachments())};
        return Written(call,
                       disputes_->Open(ErrandOf(call, r.request_id()), opening, r.validate_only()),
                       r.validate_only());
      });
  server->Unary<v1::RespondDisputeRequest, v1::Dispute>(
      Path("RespondDispute"), [this](const rpc::Call& call, const v1::RespondDisputeRequest& r) {
        return Written(call,
                       disputes_->Respond(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                          r.statement(), FromProto(r.attachments())));
      });
  server->Unary<v1::DeclareDeadlockRequest, v1::Dispute>(
      Path("DeclareDeadlock"), [this](const rpc::Call& call, const v1::DeclareDeadlockRequest& r) {
        return Written(call, disputes_->DeclareDeadlock(ErrandOf(call, r.request_id()), r.name(),
                                                        r.etag(), r.reason()));
      });
  server->Unary<v1::EscalateDisputeRequest, v1::Dispute>(
      Path("EscalateDispute"), [this](const rpc::Call& call, const v1::EscalateDisputeRequest& r) {
        return Written(call, disputes_->Escalate(ErrandOf(call, r.request_id()), r.name(),
                                                 r.etag(), r.reason()));
      });
  server->Unary<v1::WithdrawDisputeRequest, v1::Dispute>(
      Path("WithdrawDispute"), [this](const rpc::Call& call, const v1::WithdrawDisputeRequest& r) {
        return Written(call,
                       disputes_->Withdraw(ErrandOf(call, r.request_id()), r.name(), r.etag()));
      });
}

void DisputeRpc::RegisterSettlement(rpc::Server* server) {
  server->Unary<v1::ProposeSettlementRequest, v1::Dispute>(
      Path("ProposeSettlement"),
      [this](const rpc::Call& call,
             const v1::ProposeSettlementRequest& r) -> absl::StatusOr<v1::Dispute> {
        SHAREWAY_ASSIGN_OR_RETURN(const Terms terms, FromProto(r.terms(), "terms"));
        return Written(call, disputes_->Propose(ErrandOf(call, r.request_id()), r.name(),
                                                r.etag(), terms));
      });
  server->Unary<v1::AcceptSettlementRequest, v1::Dispute>(
      Path("AcceptSettlement"),
      [this](const rpc::Call& call, const v1::AcceptSettlementRequest& r) {
        return Written(call, disputes_->Accept(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                               FromProto(r.outcome())));
      });
}

void DisputeRpc::RegisterCoordinator(rpc::Server* server) {
  server->Unary<v1::RecordMediationRequest, v1::Dispute>(
      Path("RecordMediation"), [this](const rpc::Call& call, const v1::RecordMediationRequest& r) {
        return Mediate(call, r);
      });
  server->Unary<v1::RecordDecisionRequest, v1::Dispute>(
      Path("RecordDecision"), [this](const rpc::Call& call, const v1::RecordDecisionRequest& r) {
        return Record(call, r);
      });
}

void DisputeRpc::RegisterReads(rpc::Server* server) {
  server->Unary<v1::GetDisputeRequest, v1::Dispute>(
      Path("GetDispute"),
      [this](const rpc::Call& call, const v1::GetDisputeRequest& r) -> absl::StatusOr<v1::Dispute> {
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Dispute> dispute,
                                  disputes_->Get(ActorOf(call), r.name()));
        return ToProto(dispute, ActorOf(call), *desk_);
      });
  server->Unary<v1::ListDisputesRequest, v1::ListDisputesResponse>(
      Path("ListDisputes"),
      [this](const rpc::Call& call, const v1::ListDisputesRequest& r) { return List(call, r); });
  server->Unary<v1::ExportDisputePackRequest, v1::DisputePack>(
      Path("ExportDisputePack"),
      [this](const rpc::Call& call,
             const v1::ExportDisputePackRequest& r) -> absl::StatusOr<v1::DisputePack> {
        SHAREWAY_ASSIGN_OR_RETURN(const DisputePack pack,
                                  disputes_->Pack(ActorOf(call), r.name()));
        return ToProto(pack, ActorOf(call), *desk_);
      });
}

absl::StatusOr<v1::Dispute> DisputeRpc::Written(const rpc::Call& call,
                                                absl::StatusOr<Stored<Dispute>> result,
                                                bool validate_only) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  if (!validate_only) {
    transitions_->Add("dispute", Dispute::StageName(result->value.fields().stage));
  }
  return ToProto(*result, ActorOf(call), *desk_);
}

absl::StatusOr<v1::Dispute> DisputeRpc::Mediate(const rpc::Call& call,
                                                const v1::RecordMediationRequest& request) {
  Mediation mediation{.minutes = request.minutes(),
                      .proposal = {},
                      .failed = request.failed(),
                      .attachments = FromProto(request.attachments())};
  if (request.has_proposal()) {
    SHAREWAY_ASSIGN_OR_RETURN(mediation.proposal, FromProto(request.proposal(), "proposal"));
  }
  return Written(call, disputes_->RecordMediation(ErrandOf(call, request.request_id()),
                                                  request.name(), request.etag(), mediation));
}

absl::StatusOr<v1::Dispute> DisputeRpc::Record(const rpc::Call& call,
                                               const v1::RecordDecisionRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Ruling ruling, FromProto(request));
  std::optional<Scope> scope;
  if (request.has_scope()) {
    SHAREWAY_ASSIGN_OR_RETURN(scope, FromProto(request.scope(), "scope"));
  }
  return Written(call,
                 disputes_->Record(ErrandOf(call, request.request_id()), request.name(),
                                   request.etag(), FromProto(request.outcome()), ruling, scope,
                                   request.validate_only()),
                 request.validate_only());
}

absl::StatusOr<v1::ListDisputesResponse> DisputeRpc::List(
    const rpc::Call& call, const v1::ListDisputesRequest& request) const {
  const Actor actor = ActorOf(call);
  const auto want = [&](const Dispute& dispute) {
    const Dispute::Fields& f = dispute.fields();
    return dispute.VisibleTo(actor, desk_->PartiesOf(f.consumer, f.provider));
  };
  v1::ListDisputesResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return desk_->store().ListDisputes(desk_->OwnersFor(actor), cursor, size, want);
      },
      [&](const Stored<Dispute>& dispute) {
        *response.add_disputes() = ToProto(dispute, actor, *desk_);
      },
      &response));
  return response;
}

}  // namespace shareway::sharing
