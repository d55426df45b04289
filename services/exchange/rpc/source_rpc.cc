// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/source_rpc.h"

#include <memory>
#include <utility>
#include <vector>

#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/rpc/paging.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::exchange {
namespace {

v1::HeldSubject ToProto(const Hold& hold) {
  v1::HeldSubject out;
  out.set_subject(hold.subject);
  out.set_reason(hold.reason);
  out.set_person(hold.person);
  *out.mutable_set_time() = evidence::ToTimestamp(hold.set_time);
  if (hold.filed_time) *out.mutable_filed_time() = evidence::ToTimestamp(*hold.filed_time);
  return out;
}

absl::StatusOr<v1::ListHoldsResponse> List(const Holds& holds, const rpc::PageTokens& tokens,
                                           const rpc::Call& call,
                                           const v1::ListHoldsRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string after, tokens.Open(query, request.page_token()));
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<Hold> page,
                            holds.List(after, static_cast<size_t>(size) + 1));
  v1::ListHoldsResponse response;
  if (page.size() > static_cast<size_t>(size)) {
    page.pop_back();
    response.set_next_page_token(tokens.Make(query, page.back().subject));
  }
  for (const Hold& hold : page) *response.add_holds() = ToProto(hold);
  return response;
}

}  // namespace

void RegisterSourceService(SeatOf<Holds> of, rpc::Server* server) {
  server->Unary<v1::HoldRequest, v1::HoldResponse>(
      "/shareway.exchange.v1.SourceService/Hold",
      [of](const rpc::Call& call,
           const v1::HoldRequest& request) -> absl::StatusOr<v1::HoldResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(Holds* const holds, of(call.caller()));
        if (call.caller().agency != holds->agency()) return Error::NotVisible(request.subject());
        SHAREWAY_RETURN_IF_ERROR(holds->Set(request.subject(), request.held(), request.reason(),
                                            call.caller().name(), *call.act(), call.traceparent()));
        v1::HoldResponse response;
        response.set_subject(request.subject());
        response.set_held(request.held());
        return response;
      });
  server->Unary<v1::ListHoldsRequest, v1::ListHoldsResponse>(
      "/shareway.exchange.v1.SourceService/ListHolds",
      [of, tokens = std::make_shared<const rpc::PageTokens>()](
          const rpc::Call& call,
          const v1::ListHoldsRequest& request) -> absl::StatusOr<v1::ListHoldsResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(const Holds* const holds, of(call.caller()));
        if (call.caller().agency != holds->agency()) return Error::NotVisible("holds/-");
        return List(*holds, *tokens, call, request);
      });
}

}  // namespace shareway::exchange
