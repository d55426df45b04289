// SPDX-License-Identifier: Apache-2.0
// The writes of return flow 回流.
#include "services/sharing/grants/return_flows.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/grants/grants.h"
#include "services/sharing/grants/passing_on.h"
#include "services/sharing/try_out.h"

namespace shareway::sharing {

using evidence::RecordKind;

absl::Status ReturnFlows::CheckFree(absl::string_view key) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string holder, desk_->store().HolderOf(key));
  if (holder.empty()) return absl::OkStatus();
  return Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
               absl::StrCat(holder, " is there already"))
      .With("name", holder);
}

absl::StatusOr<Stored<ReturnFlow>> ReturnFlows::Declare(const Errand& errand,
                                                        absl::string_view resource,
                                                        absl::string_view item,
                                                        bool validate_only) {
  const auto make = [&](absl::Time now, Change* change) -> absl::StatusOr<ReturnFlow> {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> own, desk_->LoadResource(resource));
    if (own.value.provider != errand.actor.agency || !errand.actor.head) {
      return WrongPerson(resource, "the head of the provider's sharing body (R25 24)");
    }
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text,
                              desk_->TextOf(desk_->PartiesOf("", own.value.provider).provider));
    SHAREWAY_ASSIGN_OR_RETURN(
        ReturnFlow flow, DeclareReturnFlow(errand.actor, own.value, item, text,
                                           Desk::NewName(ReturnFlow::kCollection), now));
    for (const std::string& key : RowOf(flow, 0).takes) SHAREWAY_RETURN_IF_ERROR(CheckFree(key));
    change->rests_on.push_back(std::move(own));
    return flow;
  };
  if (validate_only) return TryOut<ReturnFlow>(*desk_, make);
  return flows_.Create(errand, RecordKind::RETURN_FLOW_CHANGED, make);
}

absl::StatusOr<Stored<ReturnRequest>> ReturnFlows::Request(const Errand& errand,
                                                           absl::string_view flow,
                                                           absl::string_view division,
                                                           const std::vector<Purpose>& purposes,
                                                           bool validate_only) {
  const auto make = [&](absl::Time now, Change*) -> absl::StatusOr<ReturnRequest> {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<ReturnFlow> declared, flows_.Get(errand.actor, flow));
    const Parties parties = desk_->PartiesOf(errand.actor.agency, declared.value.provider);
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(parties.provider));
    SHAREWAY_ASSIGN_OR_RETURN(
        ReturnRequest request,
        RequestReturnFlow(errand.actor, parties, declared.value, division, purposes, text,
                          Desk::NewName(ReturnRequest::kCollection), now));
    for (const std::string& key : RowOf(request, 0).takes) SHAREWAY_RETURN_IF_ERROR(CheckFree(key));
    return request;
  };
  if (validate_only) return TryOut<ReturnRequest>(*desk_, make);
  return requests_.Create(errand, RecordKind::RETURN_FLOW_CHANGED, make);
}

absl::StatusOr<Stored<ReturnRequest>> ReturnFlows::Activate(const Errand& errand,
                                                            absl::string_view name,
                                                            absl::string_view etag) {
  const auto activate = [&](const CaseView<ReturnRequest>& c,
                            Change* change) -> absl::StatusOr<ReturnRequest> {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<ReturnFlow> flow,
                              desk_->store().LoadCase<ReturnFlow>(c.value.flow));
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource, desk_->LoadResource(c.value.resource));
    SHAREWAY_ASSIGN_OR_RETURN(
        ReturnRequest after,
        ActivateReturnFlow(c.value, errand.actor, c.parties, flow.value, resource.value,
                           Desk::NewName("grants"), c.now));
    Grant grant = Grant::Returning(after, flow.value, resource.value, errand.act_bytes(),
                                   c.text.Cite(c.text.profile->articles.return_flow), c.now);
    SHAREWAY_RETURN_IF_ERROR(AskSources(*desk_, resource.value, grant, c.text, c.now, change));
    Errand without = errand;  // the act stands in the request's event: it is taken once
    without.act.reset();
    change->events.push_back(
        GrantEvent(*desk_, RecordKind::GRANT_CREATED, without, grant, c.parties));
    change->grants.push_back({std::move(grant), 0});
    change->rests_on.push_back(std::move(resource));
    return after;
  };
  return requests_.Write(errand, RecordKind::RETURN_FLOW_CHANGED,
                         &statute::Articles::return_flow, name, etag, activate);
}

}  // namespace shareway::sharing
