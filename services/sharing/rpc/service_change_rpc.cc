// SPDX-License-Identifier: Apache-2.0
// The adapter of changes of service and return flow.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/rpc/paging.h"
#include "services/sharing/rpc/convert_grant_life.h"
#include "services/sharing/rpc/convert_scope.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/grant_life_rpc.h"
#include "shareway/sharing/v1/resource_use.pb.h"

namespace shareway::sharing {
namespace {

// As resource_use.proto says.
constexpr int kMaxConsumers = 1000;

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.GrantService/", method);
}

}  // namespace

void GrantLifeRpc::RegisterChanges(rpc::Server* server) {
  const auto shown = [this](const Actor& actor, const Stored<ServiceChange>& change) {
    return ToProto(change, actor, changes_.PartiesFor(change.value, actor), *desk_);
  };
  const auto written = [this, shown](const rpc::Call& call,
                                     absl::StatusOr<Stored<ServiceChange>> result)
      -> absl::StatusOr<v1::ServiceChange> {
    SHAREWAY_RETURN_IF_ERROR(result.status());
    if (result->version != 0) {
      transitions_->Add("service_change", ServiceChange::StateName(result->value.state));
    }
    return shown(ActorOf(call), *result);
  };
  server->Unary<v1::ProposeServiceChangeRequest, v1::ServiceChange>(
      Path("ProposeServiceChange"),
      [this, written](const rpc::Call& call, const v1::ProposeServiceChangeRequest& r)
          -> absl::StatusOr<v1::ServiceChange> {
        const bool known = r.kind() >= 0 && r.kind() <= v1::ServiceChange::END;
        ServiceChange facts{.resource = r.resource(),
                            .kind = known ? static_cast<ServiceChange::Kind>(r.kind())
                                          : ServiceChange::Kind::kUnspecified,
                            .reason = r.reason()};
        SHAREWAY_ASSIGN_OR_RETURN(facts.effect, DayFromProto(r.effect_date(), "effect_date"));
        return written(call, changes_.Propose(ErrandOf(call, r.request_id()), facts,
                                              r.validate_only()));
      });
  server->Unary<v1::AnswerServiceChangeRequest, v1::ServiceChange>(
      Path("AnswerServiceChange"),
      [this, written](const rpc::Call& call, const v1::AnswerServiceChangeRequest& r) {
        return written(call, changes_.Answer(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                             r.agrees(), r.comment()));
      });
  server->Unary<v1::FileServiceChangeRequest, v1::ServiceChange>(
      Path("FileServiceChange"),
      [this, written](const rpc::Call& call, const v1::FileServiceChangeRequest& r) {
        return written(call, changes_.File(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                           r.receipt_number(), r.reply()));
      });
  server->Unary<v1::WithdrawServiceChangeRequest, v1::ServiceChange>(
      Path("WithdrawServiceChange"),
      [this, written](const rpc::Call& call, const v1::WithdrawServiceChangeRequest& r) {
        return written(call, changes_.Withdraw(ErrandOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::GetServiceChangeRequest, v1::ServiceChange>(
      Path("GetServiceChange"),
      [this, shown](const rpc::Call& call,
                    const v1::GetServiceChangeRequest& r) -> absl::StatusOr<v1::ServiceChange> {
        const Actor actor = ActorOf(call);
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<ServiceChange> change,
                                  changes_.cases().Get(actor, r.name()));
        return shown(actor, change);
      });
  server->Unary<v1::ListServiceChangesRequest, v1::ListServiceChangesResponse>(
      Path("ListServiceChanges"),
      [this, shown](const rpc::Call& call, const v1::ListServiceChangesRequest& r)
          -> absl::StatusOr<v1::ListServiceChangesResponse> {
        const Actor actor = ActorOf(call);
        const auto want = [&](const ServiceChange& change) {
          return r.state() == v1::ServiceChange::STATE_UNSPECIFIED ||
                 static_cast<int>(change.state) == r.state();
        };
        v1::ListServiceChangesResponse response;
        SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
            tokens_, call, r,
            [&](const std::string& cursor, int size) {
              return changes_.cases().List(actor, desk_->OwnersFor(actor), cursor, size, want);
            },
            [&](const Stored<ServiceChange>& change) {
              *response.add_service_changes() = shown(actor, change);
            },
            &response));
        return response;
      });
}

void GrantLifeRpc::RegisterUse(rpc::Server* server) {
  const auto put = [](const ServiceChange& change, v1::ResourceUse::Change* out) {
    out->set_name(change.name);
    out->set_kind(static_cast<v1::ServiceChange::Kind>(change.kind));
    out->set_state(static_cast<v1::ServiceChange::State>(change.state));
    out->set_effect_date(DayToProto(change.effect));
    for (const ServiceChange::Answer& answer : change.answers) out->add_consulted(answer.consumer);
  };
  server->Unary<v1::GetResourceUseRequest, v1::ResourceUse>(
      Path("GetResourceUse"),
      [this, put](const rpc::Call&,
                  const v1::GetResourceUseRequest& r) -> absl::StatusOr<v1::ResourceUse> {
        SHAREWAY_ASSIGN_OR_RETURN(const ResourceUse use,
                                  changes_.UseOf(r.resource(), r.service_change()));
        v1::ResourceUse response;
        response.set_resource(r.resource());
        response.set_consumer_count(static_cast<int>(use.consumers.size()));
        for (const std::string& consumer : use.consumers) {
          if (response.consumers_size() == kMaxConsumers) break;
          response.add_consumers(consumer);
        }
        for (const ServiceChange& change : use.changes) put(change, response.add_changes());
        if (use.asked) put(*use.asked, response.mutable_asked());
        return response;
      });
}

void GrantLifeRpc::RegisterFlows(rpc::Server* server) {
  const auto written = [this](const rpc::Call& call, absl::StatusOr<Stored<ReturnRequest>> result)
      -> absl::StatusOr<v1::ReturnRequest> {
    SHAREWAY_RETURN_IF_ERROR(result.status());
    if (result->version != 0) {
      transitions_->Add("return_request", ReturnRequest::StateName(result->value.state));
    }
    return ToProto(*result, ActorOf(call), *desk_);
  };
  server->Unary<v1::DeclareReturnFlowRequest, v1::ReturnFlow>(
      Path("DeclareReturnFlow"),
      [this](const rpc::Call& call,
             const v1::DeclareReturnFlowRequest& r) -> absl::StatusOr<v1::ReturnFlow> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const Stored<ReturnFlow> flow,
            flows_.Declare(ErrandOf(call, r.request_id()), r.resource(), r.division_item(),
                           r.validate_only()));
        if (!r.validate_only()) transitions_->Add("return_flow", "DECLARED");
        return ToProto(flow.value);
      });
  server->Unary<v1::ListReturnFlowsRequest, v1::ListReturnFlowsResponse>(
      Path("ListReturnFlows"),
      [this](const rpc::Call& call,
             const v1::ListReturnFlowsRequest& r) -> absl::StatusOr<v1::ListReturnFlowsResponse> {
        SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("agencies", r.provider()));
        v1::ListReturnFlowsResponse response;
        SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
            tokens_, call, r,
            [&](const std::string& cursor, int size) {
              return flows_.flows().List(ActorOf(call), {r.provider()}, cursor, size,
                                         [](const ReturnFlow&) { return true; });
            },
            [&](const Stored<ReturnFlow>& flow) {
              *response.add_return_flows() = ToProto(flow.value);
            },
            &response));
        return response;
      });
  server->Unary<v1::RequestReturnFlowRequest, v1::ReturnRequest>(
      Path("RequestReturnFlow"),
      [this, written](const rpc::Call& call, const v1::RequestReturnFlowRequest& r) {
        return written(call, flows_.Request(ErrandOf(call, r.request_id()), r.flow(), r.division(),
                                            EnumsFromProto(r.purposes(), Purpose::kOther),
                                            r.validate_only()));
      });
  server->Unary<v1::ActivateReturnFlowRequest, v1::ReturnRequest>(
      Path("ActivateReturnFlow"),
      [this, written](const rpc::Call& call, const v1::ActivateReturnFlowRequest& r) {
        return written(call, flows_.Activate(ErrandOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::ListReturnRequestsRequest, v1::ListReturnRequestsResponse>(
      Path("ListReturnRequests"),
      [this](const rpc::Call& call, const v1::ListReturnRequestsRequest& r)
          -> absl::StatusOr<v1::ListReturnRequestsResponse> {
        const Actor actor = ActorOf(call);
        const auto want = [&](const ReturnRequest& request) {
          return r.state() == v1::ReturnRequest::STATE_UNSPECIFIED ||
                 static_cast<int>(request.state) == r.state();
        };
        v1::ListReturnRequestsResponse response;
        SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
            tokens_, call, r,
            [&](const std::string& cursor, int size) {
              return flows_.requests().List(actor, desk_->OwnersFor(actor), cursor, size, want);
            },
            [&](const Stored<ReturnRequest>& request) {
              *response.add_return_requests() = ToProto(request, actor, *desk_);
            },
            &response));
        return response;
      });
}

}  // namespace shareway::sharing
