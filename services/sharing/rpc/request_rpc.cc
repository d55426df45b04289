// SPDX-License-Identifier: Apache-2.0
// The adapter of RequestService.
#include "services/sharing/rpc/request_rpc.h"

#include "absl/strings/str_cat.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/page.h"

namespace shareway::sharing {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.RequestService/", method);
}

}  // namespace

void RequestRpc::Register(rpc::Server* server) {
  server->Unary<v1::CreateRequestRequest, v1::SharingRequest>(
      Path("CreateRequest"), [this](const rpc::Call& call, const v1::CreateRequestRequest& r) {
        return Create(call, r);
      });
  server->Unary<v1::SignOffRequestRequest, v1::SharingRequest>(
      Path("SignOffRequest"), [this](const rpc::Call& call, const v1::SignOffRequestRequest& r) {
        return Written(call, sharing_->SignOff(ErrandOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::SubmitRequestRequest, v1::SharingRequest>(
      Path("SubmitRequest"), [this](const rpc::Call& call, const v1::SubmitRequestRequest& r) {
        return Written(call, sharing_->Submit(ErrandOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::DecideRequestRequest, v1::SharingRequest>(
      Path("DecideRequest"), [this](const rpc::Call& call, const v1::DecideRequestRequest& r) {
        return Decide(call, r);
      });
  server->Unary<v1::SignOffDecisionRequest, v1::SharingRequest>(
      Path("SignOffDecision"), [this](const rpc::Call& call, const v1::SignOffDecisionRequest& r) {
        return Written(call, sharing_->SignOffDecision(ErrandOf(call, r.request_id()), r.name(),
                                                       r.etag()));
      });
  server->Unary<v1::WithdrawRequestRequest, v1::SharingRequest>(
      Path("WithdrawRequest"), [this](const rpc::Call& call, const v1::WithdrawRequestRequest& r) {
        return Written(call,
                       sharing_->Withdraw(ErrandOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::GetRequestRequest, v1::SharingRequest>(
      Path("GetRequest"),
      [this](const rpc::Call& call,
             const v1::GetRequestRequest& r) -> absl::StatusOr<v1::SharingRequest> {
        SHAREWAY_ASSIGN_OR_RETURN(Stored<Request> request, sharing_->Get(ActorOf(call), r.name()));
        return ToProto(request, ActorOf(call), *desk_);
      });
  server->Unary<v1::ListRequestsRequest, v1::ListRequestsResponse>(
      Path("ListRequests"), [this](const rpc::Call& call, const v1::ListRequestsRequest& r) {
        return List(call, r);
      });
}

absl::StatusOr<v1::SharingRequest> RequestRpc::Written(
    const rpc::Call& call, absl::StatusOr<Stored<Request>> result) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  if (result->version != 0) {
    transitions_->Add("request", Request::StateName(result->value.fields().state));
  }
  return ToProto(*result, ActorOf(call), *desk_);
}

absl::StatusOr<v1::SharingRequest> RequestRpc::Create(const rpc::Call& call,
                                                      const v1::CreateRequestRequest& request) {
  const v1::SharingRequest& asked = request.request();
  Request::Fields fields = {.resource = asked.resource(),
                            .legal_basis = asked.legal_basis(),
                            .scenario = asked.scenario()};
  SHAREWAY_ASSIGN_OR_RETURN(fields.scope, FromProto(asked.scope(), "request.scope"));
  return Written(call, sharing_->Create(ErrandOf(call, request.request_id()), fields,
                                        request.validate_only()));
}

absl::StatusOr<v1::SharingRequest> RequestRpc::Decide(const rpc::Call& call,
                                                      const v1::DecideRequestRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(Decision decision, FromProto(request.decision()));
  return Written(call, sharing_->Decide(ErrandOf(call, request.request_id()), request.name(),
                                        request.etag(), decision));
}

absl::StatusOr<v1::ListRequestsResponse> RequestRpc::List(
    const rpc::Call& call, const v1::ListRequestsRequest& request) const {
  const Actor actor = ActorOf(call);
  const absl::Time now = desk_->Now();
  const auto want = [&](const Request& r) {
    const Request::Fields& f = r.fields();
    if (request.state() != v1::SharingRequest::STATE_UNSPECIFIED &&
        static_cast<int>(f.state) != request.state()) {
      return false;
    }
    if (request.overdue() && !r.Overdue(now)) return false;
    return r.VisibleTo(actor, desk_->PartiesOf(f.consumer, f.provider));
  };
  v1::ListRequestsResponse response;
  SHAREWAY_RETURN_IF_ERROR(FillPage<Request>(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return desk_->store().ListRequests(desk_->OwnersFor(actor), cursor, size, want);
      },
      [&](const Stored<Request>& r) { *response.add_requests() = ToProto(r, actor, *desk_); },
      &response));
  return response;
}

}  // namespace shareway::sharing
