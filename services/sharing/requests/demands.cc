// SPDX-License-Identifier: Apache-2.0
// The writes of demands.
#include "services/sharing/requests/demands.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::sharing {

using evidence::RecordKind;

absl::Status Demands::CheckNotCatalogued(const DemandAsked& asked, const StatuteText& text) const {
  std::optional<Resource> answer;
  SHAREWAY_RETURN_IF_ERROR(desk_->store().VisitResources([&](const Resource& resource) {
    if (Answers(resource, asked)) answer = resource;
    return !answer;
  }));
  return answer ? AlreadyCatalogued(*answer, text) : absl::OkStatus();
}

absl::StatusOr<Stored<Demand>> Demands::Create(const Errand& errand, const DemandAsked& asked,
                                               bool validate_only) const {
  const auto make = [&](absl::Time now, Change*) -> absl::StatusOr<Demand> {
    const Parties parties = desk_->PartiesOf(errand.actor.agency, asked.presumed_source);
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(parties.consumer));
    SHAREWAY_ASSIGN_OR_RETURN(Demand demand,
                              MakeDemand(Desk::NewName("demands"), errand.actor, asked,
                                         parties.provider.active, text, now));
    SHAREWAY_RETURN_IF_ERROR(CheckNotCatalogued(asked, text));
    return demand;
  };
  if (validate_only) {
    Change dropped;
    SHAREWAY_ASSIGN_OR_RETURN(Demand demand, make(desk_->Now(), &dropped));
    return Stored<Demand>{std::move(demand), 0};
  }
  return cases_.Create(errand, RecordKind::DEMAND_CHANGED, make);
}

absl::StatusOr<Stored<Demand>> Demands::Write(const Errand& errand, absl::string_view name,
                                              absl::string_view etag,
                                              Cases<Demand>::Step step) const {
  return cases_.Write(errand, RecordKind::DEMAND_CHANGED, &statute::Articles::demand, name, etag,
                      step);
}

absl::StatusOr<Stored<Demand>> Demands::Route(const Errand& errand, absl::string_view name,
                                              absl::string_view etag,
                                              absl::string_view provider) const {
  return Write(errand, name, etag, [&](const CaseView<Demand>& view, Change*) {
    return sharing::Route(view.value, errand.actor, view.parties,
                          desk_->PartiesOf("", provider).provider);
  });
}

absl::StatusOr<Stored<Demand>> Demands::Accept(const Errand& errand, absl::string_view name,
                                               absl::string_view etag,
                                               absl::string_view answer) const {
  return Write(errand, name, etag, [&](const CaseView<Demand>& view, Change*) {
    return sharing::Accept(view.value, errand.actor, view.parties, answer);
  });
}

absl::StatusOr<Stored<Demand>> Demands::Decline(const Errand& errand, absl::string_view name,
                                                absl::string_view etag, DeclineGround ground,
                                                absl::string_view reason,
                                                absl::string_view citation) const {
  return Write(errand, name, etag, [&](const CaseView<Demand>& view, Change*) {
    return sharing::Decline(view.value, errand.actor, view.parties, ground, reason, citation,
                            view.now);
  });
}

absl::StatusOr<Stored<Demand>> Demands::Link(const Errand& errand, absl::string_view name,
                                             absl::string_view etag,
                                             absl::string_view resource) const {
  return Write(errand, name, etag,
               [&](const CaseView<Demand>& view, Change* change) -> absl::StatusOr<Demand> {
                 SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> answer, desk_->LoadResource(resource));
                 SHAREWAY_ASSIGN_OR_RETURN(Demand after,
                                           sharing::Link(view.value, errand.actor, view.parties,
                                                         answer.value, view.now));
                 change->rests_on.push_back(std::move(answer));
                 return after;
               });
}

absl::StatusOr<Stored<Demand>> Demands::Withdraw(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag) const {
  return Write(errand, name, etag, [&](const CaseView<Demand>& view, Change*) {
    return sharing::Withdraw(view.value, errand.actor, view.parties, view.now);
  });
}

}  // namespace shareway::sharing
