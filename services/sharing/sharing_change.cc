// SPDX-License-Identifier: Apache-2.0
// The writes of sharing requests that change a live grant.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/sharing.h"

namespace shareway::sharing {

using evidence::RecordKind;

absl::StatusOr<Stored<Request>> Sharing::ChangeScope(const Errand& errand, ChangeAsked asked,
                                                     bool validate_only) {
  const auto load = [&](absl::string_view name) { return Get(errand.actor, name); };
  return desk_->Once<Stored<Request>>(errand, load, [&]() -> absl::StatusOr<Stored<Request>> {
    const absl::Time now = desk_->Now();
    const std::string& name = asked.change.grant;
    SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("grants", name));
    const absl::StatusOr<Stored<Grant>> grant = desk_->store().LoadGrant(name);
    if (absl::IsNotFound(grant.status())) return Error::NotVisible(name);
    SHAREWAY_RETURN_IF_ERROR(grant.status());
    const Grant::Fields& f = grant->value.fields();
    const Parties parties = desk_->PartiesOf(f.consumer, f.provider);
    if (!parties.Knows(errand.actor)) return Error::NotVisible(name);
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource, desk_->LoadResource(f.resource));
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextOf(parties.provider));
    asked.third = desk_->PartiesOf(asked.change.third_party, "").consumer;
    SHAREWAY_ASSIGN_OR_RETURN(Request draft,
                              DraftChange(asked, grant->value, errand.actor, parties,
                                          resource.value, text, Desk::NewName("requests"), now));
    SHAREWAY_RETURN_IF_ERROR(CheckCleared(draft, resource.value, parties));
    if (validate_only) return Stored<Request>{std::move(draft), 0};
    return Commit(errand,
                  {std::move(draft), RecordKind::REQUEST_DRAFTED,
                   text.profile->articles.use_limits,
                   std::string(ChangeKindName(asked.change.kind))},
                  0, parties, Change{.rests_on = {resource}}, now);
  });
}

absl::StatusOr<std::optional<Scope>> Sharing::PassedOn(const Request& draft,
                                                       absl::Time now) const {
  const ScopeChange& change = draft.fields().change;
  if (change.kind != ScopeChange::Kind::kThirdParty) return std::nullopt;
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> grant, desk_->store().LoadGrant(change.grant));
  if (!CheckLive(grant.value, now).ok()) return std::nullopt;
  return std::optional<Scope>(ScopeOf(grant.value, statute::LawDay(now)));
}

absl::Status Sharing::CheckChange(const Request& request, absl::Time now) const {
  const Request::Fields& f = request.fields();
  if (f.change.kind == ScopeChange::Kind::kUnspecified) return absl::OkStatus();
  // A refusal leaves the grant alone, whatever became of it.
  if (f.decision && f.decision->verdict == Decision::Verdict::kRefuse) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> grant, desk_->store().LoadGrant(f.change.grant));
  SHAREWAY_RETURN_IF_ERROR(CheckLive(grant.value, now));
  if (f.change.kind == ScopeChange::Kind::kThirdParty || !f.decision) return absl::OkStatus();
  return CheckKeeps(request.granted_scope(), f.scope, grant.value, now);
}

absl::Status Sharing::AddThirdParty(const Errand& errand, const Request& approved,
                                    const Case& before, Change* change) const {
  const Request::Fields& f = approved.fields();
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> grant, desk_->store().LoadGrant(f.change.grant));
  evidence::AuditRecord event =
      Event(RecordKind::STANDING_CONSENT_CHANGED, errand, approved, before.parties);
  // The act stands in the request's event: it is taken once.
  event.clear_act();
  event.set_object(f.change.grant);
  event.set_grant(f.change.grant);
  event.set_rule(before.text.Cite(before.text.profile->articles.use_limits));
  event.set_reason("THIRD_PARTY");
  change->events.push_back(std::move(event));
  change->grants.push_back({Changed(grant.value, approved), grant.version});
  return absl::OkStatus();
}

}  // namespace shareway::sharing
