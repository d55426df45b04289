// SPDX-License-Identifier: Apache-2.0
// The adapter of RequestService.
#include "services/sharing/rpc/request_rpc.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/rpc/convert_request.h"
#include "services/sharing/rpc/convert_scope.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/list_filter.h"
#include "services/sharing/rpc/request_stream.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxText = 100;

static_assert(static_cast<int>(Inbox::View::kWaiting) == v1::ListRequestsRequest::WAITING);

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.RequestService/", method);
}

}  // namespace

template <typename Message, typename Handle>
void RequestRpc::Serve(rpc::Server* server, absl::string_view method, Handle handle) {
  server->Unary<Message, v1::SharingRequest>(
      Path(method),
      [this, handle](const rpc::Call& call,
                     const Message& r) -> absl::StatusOr<v1::SharingRequest> {
        Errand errand = ErrandOf(call, r.request_id());
        SHAREWAY_ASSIGN_OR_RETURN(errand.actor, delegations_->InPosts(errand.actor));
        return Written(errand.actor, handle(errand, r));
      });
}

void RequestRpc::RegisterDraft(rpc::Server* server) {
  Serve<v1::CreateRequestRequest>(server, "CreateRequest",
                                  [this](const Errand& errand, const v1::CreateRequestRequest& r) {
                                    return Create(errand, r);
                                  });
  Serve<v1::UpdateRequestRequest>(server, "UpdateRequest",
                                  [this](const Errand& errand, const v1::UpdateRequestRequest& r) {
                                    return Update(errand, r);
                                  });
  Serve<v1::ChangeScopeRequest>(
      server, "ChangeScope",
      [this](const Errand& errand, const v1::ChangeScopeRequest& r) { return Change(errand, r); });
  Serve<v1::SignOffRequestRequest>(
      server, "SignOffRequest", [this](const Errand& errand, const v1::SignOffRequestRequest& r) {
        return sharing_->SignOff(errand, r.name(), r.etag());
      });
  Serve<v1::SubmitRequestRequest>(
      server, "SubmitRequest", [this](const Errand& errand, const v1::SubmitRequestRequest& r) {
        return sharing_->Submit(errand, r.name(), r.etag(), r.validate_only());
      });
  Serve<v1::SupplementRequestRequest>(
      server, "SupplementRequest",
      [this](const Errand& errand, const v1::SupplementRequestRequest& r) {
        return sharing_->AnswerSupplement(errand, r.name(), r.etag(), FromProto(r.items()));
      });
  Serve<v1::WithdrawRequestRequest>(
      server, "WithdrawRequest", [this](const Errand& errand, const v1::WithdrawRequestRequest& r) {
        return sharing_->Withdraw(errand, r.name(), r.etag());
      });
}

void RequestRpc::RegisterReview(rpc::Server* server) {
  Serve<v1::ForwardRequestRequest>(
      server, "ForwardRequest", [this](const Errand& errand, const v1::ForwardRequestRequest& r) {
        return sharing_->Forward(errand, r.name(), r.etag());
      });
  Serve<v1::ReturnRequestRequest>(server, "ReturnRequest",
                                  [this](const Errand& errand, const v1::ReturnRequestRequest& r) {
                                    return sharing_->Return(errand, r.name(), r.etag(), r.reason());
                                  });
  Serve<v1::AskSupplementRequest>(
      server, "AskSupplement", [this](const Errand& errand, const v1::AskSupplementRequest& r) {
        return sharing_->AskSupplement(errand, r.name(), r.etag(), FromProto(r.items()));
      });
  Serve<v1::AskExtensionRequest>(
      server, "AskExtension", [this](const Errand& errand, const v1::AskExtensionRequest& r) {
        return sharing_->AskExtension(errand, r.name(), r.etag(), r.days(), r.reason());
      });
  Serve<v1::ConsentExtensionRequest>(
      server, "ConsentExtension",
      [this](const Errand& errand, const v1::ConsentExtensionRequest& r) {
        return sharing_->ConsentExtension(errand, r.name(), r.etag(), r.document());
      });
  Serve<v1::RefuseExtensionRequest>(
      server, "RefuseExtension", [this](const Errand& errand, const v1::RefuseExtensionRequest& r) {
        return sharing_->RefuseExtension(errand, r.name(), r.etag(), r.reason());
      });
  Serve<v1::DecideRequestRequest>(server, "DecideRequest",
                                  [this](const Errand& errand, const v1::DecideRequestRequest& r) {
                                    return Decide(errand, r);
                                  });
  Serve<v1::ConfirmDecisionRequest>(
      server, "ConfirmDecision", [this](const Errand& errand, const v1::ConfirmDecisionRequest& r) {
        return sharing_->Confirm(errand, r.name(), r.etag());
      });
  Serve<v1::SignOffDecisionRequest>(
      server, "SignOffDecision", [this](const Errand& errand, const v1::SignOffDecisionRequest& r) {
        return sharing_->SignOffDecision(errand, r.name(), r.etag());
      });
}

void RequestRpc::RegisterSupply(rpc::Server* server) {
  Serve<v1::ReportProvisionedRequest>(
      server, "ReportProvisioned",
      [this](const Errand& errand, const v1::ReportProvisionedRequest& r) {
        return sharing_->ReportSupply(errand, r.name(), r.etag(), r.note());
      });
  Serve<v1::ConfirmProvisionedRequest>(
      server, "ConfirmProvisioned",
      [this](const Errand& errand, const v1::ConfirmProvisionedRequest& r) {
        return sharing_->ConfirmSupply(errand, r.name(), r.etag());
      });
  Serve<v1::DisputeProvisionedRequest>(
      server, "DisputeProvisioned",
      [this](const Errand& errand, const v1::DisputeProvisionedRequest& r) {
        return sharing_->DisputeSupply(errand, r.name(), r.etag(), r.reason());
      });
}

void RequestRpc::Register(rpc::Server* server) {
  RegisterDraft(server);
  RegisterReview(server);
  RegisterSupply(server);
  server->Unary<v1::GetRequestRequest, v1::SharingRequest>(
      Path("GetRequest"),
      [this](const rpc::Call& call,
             const v1::GetRequestRequest& r) -> absl::StatusOr<v1::SharingRequest> {
        SHAREWAY_ASSIGN_OR_RETURN(const Actor actor, delegations_->InPosts(ActorOf(call)));
        SHAREWAY_ASSIGN_OR_RETURN(Stored<Request> request, sharing_->Get(actor, r.name()));
        return ToProto(request, actor, *desk_);
      });
  server->Unary<v1::ListRequestsRequest, v1::ListRequestsResponse>(
      Path("ListRequests"),
      [this](const rpc::Call& call, const v1::ListRequestsRequest& r) { return List(call, r); });
  server->ServerStream<v1::WatchRequestsRequest, v1::RequestChange>(
      Path("WatchRequests"),
      [this](const rpc::Call& call, const v1::WatchRequestsRequest& r,
             rpc::Writer<v1::RequestChange>& writer) { return Watch(call, r, writer); });
}

absl::StatusOr<v1::SharingRequest> RequestRpc::Written(
    const Actor& actor, absl::StatusOr<Stored<Request>> result) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  if (result->version != 0) {
    transitions_->Add("request", Request::StateName(result->value.fields().state));
  }
  return ToProto(*result, actor, *desk_);
}

absl::StatusOr<Stored<Request>> RequestRpc::Create(const Errand& errand,
                                                   const v1::CreateRequestRequest& request) {
  const v1::SharingRequest& asked = request.request();
  Request::Fields fields = {.resource = asked.resource(),
                            .legal_basis = asked.legal_basis(),
                            .scenario = asked.scenario()};
  SHAREWAY_ASSIGN_OR_RETURN(fields.scope, FromProto(asked.scope(), "request.scope"));
  return sharing_->Create(errand, fields, request.validate_only());
}

absl::StatusOr<Stored<Request>> RequestRpc::Update(const Errand& errand,
                                                   const v1::UpdateRequestRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Request::Revision revision, FromProto(request));
  return sharing_->Update(errand, request.request().name(), request.request().etag(), revision);
}

absl::StatusOr<Stored<Request>> RequestRpc::Change(const Errand& errand,
                                                   const v1::ChangeScopeRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(ChangeAsked asked, FromProto(request));
  return sharing_->ChangeScope(errand, std::move(asked), request.validate_only());
}

absl::StatusOr<Stored<Request>> RequestRpc::Decide(const Errand& errand,
                                                   const v1::DecideRequestRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Decision decision, FromProto(request.decision()));
  return sharing_->Decide(errand, request.name(), request.etag(), decision,
                          request.validate_only());
}

absl::StatusOr<v1::ListRequestsResponse> RequestRpc::List(
    const rpc::Call& call, const v1::ListRequestsRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Actor actor, delegations_->InPosts(ActorOf(call)));
  const absl::Time now = desk_->Now();
  if (!v1::ListRequestsRequest::View_IsValid(request.view())) {
    return Error::Field(
        "view", absl::StrCat("is ", static_cast<int>(request.view()), ", which is no view"));
  }
  // The numbers of the views are those of the proto.
  const auto view = static_cast<Inbox::View>(request.view());
  SHAREWAY_RETURN_IF_ERROR(CheckFilter(request.resource(), request.side()));
  std::vector<FieldViolation> faults;
  CheckText(request.text(), 0, kMaxText, "text", &faults);
  if (!faults.empty()) return Error::Fields(faults);
  const std::string text = absl::AsciiStrToLower(request.text());
  const auto has = [&](absl::string_view where) {
    return absl::StrContains(absl::AsciiStrToLower(where), text);
  };
  const auto want = [&](const Request& r) {
    const Request::Fields& f = r.fields();
    const bool state = request.state() == v1::SharingRequest::STATE_UNSPECIFIED ||
                       static_cast<int>(f.state) == request.state();
    return state && (!request.overdue() || r.Overdue(now)) &&
           (request.resource().empty() || f.resource == request.resource()) &&
           OnSide(request.side(), actor, f.consumer, f.provider) &&
           (text.empty() || has(f.name) || has(f.legal_basis) || has(f.scenario));
  };
  v1::ListRequestsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return inbox_.List(actor, view, cursor, size, want);
      },
      [&](const Stored<Request>& r) { *response.add_requests() = ToProto(r, actor, *desk_); },
      &response));
  return response;
}

absl::Status RequestRpc::Watch(const rpc::Call& call, const v1::WatchRequestsRequest& request,
                               rpc::Writer<v1::RequestChange>& writer) const {
  RequestStream stream(desk_, delegations_, directory_, call.caller(),
                       [&](const v1::RequestChange& change) { return writer.Write(change); });
  return stream.Serve(call, request.from_revision(), request.view_digest());
}

}  // namespace shareway::sharing
