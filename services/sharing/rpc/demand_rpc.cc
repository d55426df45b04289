// SPDX-License-Identifier: Apache-2.0
// The adapter of DemandService.
#include "services/sharing/rpc/demand_rpc.h"

#include "absl/strings/str_cat.h"
#include "services/sharing/rpc/convert_correction.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

static_assert(static_cast<int>(DeclineGround::kLegalBar) == v1::DeclineDemandRequest::LEGAL_BAR);

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.DemandService/", method);
}

DeclineGround GroundOf(const v1::DeclineDemandRequest& request) {
  const bool known = v1::DeclineDemandRequest::Ground_IsValid(request.ground());
  return known ? static_cast<DeclineGround>(request.ground()) : DeclineGround::kUnspecified;
}

}  // namespace

void DemandRpc::Register(rpc::Server* server) {
  server->Unary<v1::CreateDemandRequest, v1::Demand>(
      Path("CreateDemand"), [this](const rpc::Call& call, const v1::CreateDemandRequest& r) {
        return Written(call, demands_->Create(ErrandOf(call, r.request_id()), FromProto(r),
                                              r.validate_only()));
      });
  server->Unary<v1::RouteDemandRequest, v1::Demand>(
      Path("RouteDemand"), [this](const rpc::Call& call, const v1::RouteDemandRequest& r) {
        return Written(call, demands_->Route(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                             r.provider()));
      });
  server->Unary<v1::AcceptDemandRequest, v1::Demand>(
      Path("AcceptDemand"), [this](const rpc::Call& call, const v1::AcceptDemandRequest& r) {
        return Written(call, demands_->Accept(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                              r.answer()));
      });
  server->Unary<v1::DeclineDemandRequest, v1::Demand>(
      Path("DeclineDemand"), [this](const rpc::Call& call, const v1::DeclineDemandRequest& r) {
        return Written(call, demands_->Decline(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                               GroundOf(r), r.reason(), r.citation()));
      });
  server->Unary<v1::LinkResourceRequest, v1::Demand>(
      Path("LinkResource"), [this](const rpc::Call& call, const v1::LinkResourceRequest& r) {
        return Written(call, demands_->Link(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                            r.resource()));
      });
  server->Unary<v1::WithdrawDemandRequest, v1::Demand>(
      Path("WithdrawDemand"), [this](const rpc::Call& call, const v1::WithdrawDemandRequest& r) {
        return Written(call,
                       demands_->Withdraw(ErrandOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::GetDemandRequest, v1::Demand>(
      Path("GetDemand"),
      [this](const rpc::Call& call, const v1::GetDemandRequest& r) -> absl::StatusOr<v1::Demand> {
        const Actor actor = ActorOf(call);
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Demand> demand, demands_->Get(actor, r.name()));
        return ToProto(demand, actor, demands_->cases().desk());
      });
  server->Unary<v1::ListDemandsRequest, v1::ListDemandsResponse>(
      Path("ListDemands"),
      [this](const rpc::Call& call, const v1::ListDemandsRequest& r) { return List(call, r); });
}

absl::StatusOr<v1::Demand> DemandRpc::Written(const rpc::Call& call,
                                              absl::StatusOr<Stored<Demand>> result) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  if (result->version != 0) transitions_->Add("demand", DemandStateName(result->value.state));
  return ToProto(*result, ActorOf(call), demands_->cases().desk());
}

absl::StatusOr<v1::ListDemandsResponse> DemandRpc::List(
    const rpc::Call& call, const v1::ListDemandsRequest& request) const {
  const Actor actor = ActorOf(call);
  const Cases<Demand>& cases = demands_->cases();
  const auto want = [&](const Demand& demand) {
    return request.state() == v1::Demand::STATE_UNSPECIFIED ||
           static_cast<int>(demand.state) == request.state();
  };
  v1::ListDemandsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return cases.List(actor, cases.desk().OwnersFor(actor), cursor, size, want);
      },
      [&](const Stored<Demand>& demand) {
        *response.add_demands() = ToProto(demand, actor, cases.desk());
      },
      &response));
  return response;
}

}  // namespace shareway::sharing
