// SPDX-License-Identifier: Apache-2.0
// The writes of sharing requests: load, decide, store.
#include "services/sharing/sharing.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/domain/delegation.h"
#include "services/sharing/grants/passing_on.h"
#include "services/sharing/grants/replacing.h"
#include "services/sharing/supervision/findings.h"

namespace shareway::sharing {

using evidence::RecordKind;

absl::StatusOr<Stored<Request>> Sharing::Get(const Actor& actor, absl::string_view name) const {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("requests", name));
  absl::StatusOr<Stored<Request>> request = desk_->store().LoadRequest(name);
  if (absl::IsNotFound(request.status())) return Error::NotVisible(name);
  SHAREWAY_RETURN_IF_ERROR(request.status());
  const Request::Fields& f = request->value.fields();
  if (!request->value.VisibleTo(actor, desk_->PartiesOf(f.consumer, f.provider))) {
    return Error::NotVisible(name);
  }
  return request;
}

absl::StatusOr<Stored<Request>> Sharing::Write(const Errand& errand, absl::string_view name,
                                               absl::string_view etag, Transition transition,
                                               bool validate_only) {
  const auto load = [&](absl::string_view seen) { return Get(errand.actor, seen); };
  return desk_->Once<Stored<Request>>(errand, load, [&]() -> absl::StatusOr<Stored<Request>> {
    const absl::Time now = desk_->Now();
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Request> before, Get(errand.actor, name));
    SHAREWAY_RETURN_IF_ERROR(Desk::CheckEtag(etag, name, before.version));
    const Request::Fields& f = before.value.fields();
    const Parties parties = desk_->PartiesOf(f.consumer, f.provider);
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextCited(f.profile));
    Change change;
    SHAREWAY_ASSIGN_OR_RETURN(Step step,
                              transition({before.value, parties, text, now}, &change));
    step.after = InNameOf(std::move(step.after), errand.actor);
    if (validate_only) return Stored<Request>{std::move(step.after), 0};
    return Commit(errand, std::move(step), before.version, parties, std::move(change), now);
  });
}

absl::StatusOr<Stored<Request>> Sharing::Commit(const Errand& errand, Step step, uint64_t version,
                                                const Parties& parties, Change change,
                                                absl::Time now) {
  evidence::AuditRecord event = Event(step.kind, errand, step.after, parties);
  if (!step.article.empty()) {
    event.set_rule(absl::StrCat(step.after.fields().profile, " ", step.article));
  }
  if (!step.reason.empty()) event.set_reason(step.reason);
  if (!step.node.empty()) event.add_nodes(step.node);
  change.events.insert(change.events.begin(), std::move(event));
  change.owners = Desk::Owners(parties);
  change.once = errand.once;
  change.result = step.after.fields().name;
  change.requests.push_back({step.after, version});
  SHAREWAY_ASSIGN_OR_RETURN(Written written, desk_->store().Commit(change, now));
  return Stored<Request>{std::move(step.after), written.version};
}

evidence::AuditRecord Sharing::Event(RecordKind kind, const Errand& errand,
                                     const Request& request, const Parties& parties) const {
  const Request::Fields& f = request.fields();
  evidence::AuditRecord event = desk_->Event(kind, errand, parties, f.name);
  Desk::TellOnly(request, &event);
  event.set_resource(f.resource);
  event.set_request(f.name);
  event.set_grant(f.grant);
  event.set_rule(absl::StrCat(f.profile, f.article.empty() ? "" : " ", f.article));
  if (errand.act) *event.mutable_act() = *errand.act;
  if (f.decision && f.decision->verdict == Decision::Verdict::kRefuse) {
    event.set_reason(f.decision->WithoutGround() ? "FINDING_REFUSED_WITHOUT_GROUND" : "REFUSED");
  }
  return event;
}

absl::Status Sharing::AddGrant(const Errand& errand, const Request& approved, std::string decision,
                               std::string consent, const Case& before, Change* change) const {
  const Request::Fields& f = approved.fields();
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Resource> resource, desk_->LoadResource(f.resource));
  SHAREWAY_RETURN_IF_ERROR(
      AskSources(*desk_, resource.value, approved, before.text, before.now, change));
  if (f.change.kind == ScopeChange::Kind::kThirdParty) {
    return AddThirdParty(errand, approved, before, change);
  }
  Grant grant = Grant::Of(approved, std::move(decision), std::move(consent),
                          absl::StrCat(f.profile, " ", f.article), before.now)
                    .UnderTerms(approved, resource.value);
  // Where its terms are still to be accepted, the grant that it changes goes on until then.
  if (f.change.kind != ScopeChange::Kind::kUnspecified &&
      grant.fields().state != Grant::State::kPendingTerms) {
    SHAREWAY_RETURN_IF_ERROR(ReplaceChanged(*desk_, errand, approved, grant, before.parties,
                                            before.text, before.now, change));
  }
  // The act stands in the request's event: it is taken once.
  evidence::AuditRecord event =
      Event(RecordKind::GRANT_CREATED, errand, approved, before.parties);
  event.clear_act();
  event.set_object(grant.fields().name);
  change->grants.push_back({std::move(grant), 0});
  change->events.push_back(std::move(event));
  return absl::OkStatus();
}

absl::Status Sharing::CheckCleared(const Request& request, const Resource& resource,
                                   const Parties& parties) {
  return CheckClearance(request.fields().scope, resource, parties.consumer.name,
                        parties.consumer.clearance);
}

absl::StatusOr<Stored<Request>> Sharing::Create(const Errand& errand, const Request::Fields& asked,
                                                bool validate_only) {
  const auto load = [&](absl::string_view name) { return Get(errand.actor, name); };
  return desk_->Once<Stored<Request>>(errand, load, [&]() -> absl::StatusOr<Stored<Request>> {
    const absl::Time now = desk_->Now();
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource, desk_->LoadResource(asked.resource));
    const Parties parties = desk_->PartiesOf(errand.actor.agency, resource.value.provider);
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextOf(parties.provider));
    SHAREWAY_ASSIGN_OR_RETURN(Request draft,
                              Request::Draft(asked, errand.actor, resource.value, text,
                                             Desk::NewName("requests"), now));
    SHAREWAY_RETURN_IF_ERROR(CheckCleared(draft, resource.value, parties));
    if (validate_only) return Stored<Request>{std::move(draft), 0};
    return Commit(errand, {std::move(draft), RecordKind::REQUEST_DRAFTED}, 0, parties,
                  Change{.rests_on = {resource}}, now);
  });
}

absl::StatusOr<Stored<Request>> Sharing::Update(const Errand& errand, absl::string_view name,
                                                absl::string_view etag,
                                                const Request::Revision& revision) {
  return Write(errand, name, etag, [&](const Case& c, Change* change) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource,
                              desk_->LoadResource(c.request.fields().resource));
    Request::Revision whole = revision;
    SHAREWAY_ASSIGN_OR_RETURN(whole.passed_on, PassedOn(c.request, c.now));
    SHAREWAY_ASSIGN_OR_RETURN(Request after,
                              c.request.Update(errand.actor, c.parties, whole, resource.value,
                                               c.text, c.now));
    SHAREWAY_RETURN_IF_ERROR(CheckCleared(after, resource.value, c.parties));
    change->rests_on.push_back(std::move(resource));
    return Step{std::move(after), RecordKind::REQUEST_DRAFTED};
  });
}

absl::StatusOr<Stored<Request>> Sharing::SignOff(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Request after,
                              c.request.SignOff(errand.actor, c.parties, c.text, c.now));
    return Step{std::move(after), RecordKind::REQUEST_SIGNED_OFF};
  });
}

absl::StatusOr<Stored<Request>> Sharing::Submit(const Errand& errand, absl::string_view name,
                                                absl::string_view etag, bool validate_only) {
  const auto submit = [&](const Case& c, Change* change) -> absl::StatusOr<Step> {
    const std::string& about = c.request.fields().resource;
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource, desk_->LoadResource(about));
    SHAREWAY_ASSIGN_OR_RETURN(std::optional<Stored<Consent>> consent,
                              desk_->store().LiveConsent(about));
    // The text in force at the trigger is the one that stays (law.md section 1).
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextOf(c.parties.provider));
    SHAREWAY_ASSIGN_OR_RETURN(
        Request after, c.request.Submit(errand.actor, c.parties,
                                        {.resource = &resource.value,
                                         .consent = consent ? &consent->value : nullptr,
                                         .text = text,
                                         .grant = Desk::NewName("grants")},
                                        c.now));
    SHAREWAY_RETURN_IF_ERROR(CheckCleared(after, resource.value, c.parties));
    SHAREWAY_RETURN_IF_ERROR(CheckChange(after, c.now));
    change->rests_on.push_back(resource);
    const Request::State state = after.fields().state;
    if (state == Request::State::kInReview || state == Request::State::kAuthorityCheck) {
      return Step{std::move(after), RecordKind::REQUEST_SUBMITTED};
    }
    if (state == Request::State::kApproved) {
      const bool direct =
          text.profile->unconditional_answer == statute::UnconditionalAnswer::kDirect;
      if (!direct) change->rests_on_consents.push_back(*consent);
      SHAREWAY_RETURN_IF_ERROR(AddGrant(errand, after, direct ? "" : consent->value.act,
                                        direct ? "" : consent->value.name, c, change));
    }
    return Step{std::move(after), RecordKind::REQUEST_ANSWERED};
  };
  return Write(errand, name, etag, submit, validate_only);
}

absl::StatusOr<Stored<Request>> Sharing::Decide(const Errand& errand, absl::string_view name,
                                                absl::string_view etag, const Decision& decision,
                                                bool validate_only) {
  const auto decide = [&](const Case& c, Change* change) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource,
                              desk_->LoadResource(c.request.fields().resource));
    SHAREWAY_ASSIGN_OR_RETURN(Request after,
                              c.request.Decide(errand.actor, c.parties, resource.value, decision,
                                               c.text, c.now));
    SHAREWAY_RETURN_IF_ERROR(CheckChange(after, c.now));
    // Asked again when the head signs: here the reviewer hears of it in time.
    SHAREWAY_RETURN_IF_ERROR(
        AskSources(*desk_, resource.value, after, c.text, c.now, nullptr));
    change->rests_on.push_back(std::move(resource));
    return Step{std::move(after), RecordKind::REQUEST_DECIDED};
  };
  return Write(errand, name, etag, decide, validate_only);
}

absl::StatusOr<Stored<Request>> Sharing::Confirm(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Request after, c.request.Confirm(errand.actor, c.parties, c.now));
    return Step{std::move(after), RecordKind::REQUEST_DECIDED, "", "CONFIRMED"};
  });
}

absl::StatusOr<Stored<Request>> Sharing::SignOffDecision(const Errand& errand,
                                                         absl::string_view name,
                                                         absl::string_view etag) {
  return Write(errand, name, etag, [&](const Case& c, Change* change) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource,
                              desk_->LoadResource(c.request.fields().resource));
    const ScopeChange& changes = c.request.fields().change;
    const bool third = changes.kind == ScopeChange::Kind::kThirdParty;
    SHAREWAY_ASSIGN_OR_RETURN(
        Request after,
        c.request.SignOffDecision(errand.actor, c.parties, resource.value,
                                  third ? changes.grant : Desk::NewName("grants"), c.text, c.now));
    SHAREWAY_RETURN_IF_ERROR(CheckChange(after, c.now));
    change->rests_on.push_back(std::move(resource));
    if (after.fields().state == Request::State::kApproved) {
      SHAREWAY_RETURN_IF_ERROR(AddGrant(errand, after, errand.act_bytes(), "", c, change));
    }
    // It holds, and supervision hears of it (R25 39(2)).
    if (const std::optional<Sighting> bare = RefusalSighting(after, c.now)) {
      SHAREWAY_RETURN_IF_ERROR(AddByRule(*desk_, *bare, c.now, change));
    }
    return Step{std::move(after), RecordKind::DECISION_SIGNED_OFF};
  });
}

absl::StatusOr<Stored<Request>> Sharing::Withdraw(const Errand& errand, absl::string_view name,
                                                  absl::string_view etag) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Request after, c.request.Withdraw(errand.actor, c.parties, c.now));
    return Step{std::move(after), RecordKind::REQUEST_WITHDRAWN};
  });
}

}  // namespace shareway::sharing
