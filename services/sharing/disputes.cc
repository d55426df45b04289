// SPDX-License-Identifier: Apache-2.0
// The writes of disputes: load, decide, store.
#include "services/sharing/disputes.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::sharing {

using evidence::RecordKind;

absl::StatusOr<Stored<Dispute>> Disputes::Get(const Actor& actor, absl::string_view name) const {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("disputes", name));
  absl::StatusOr<Stored<Dispute>> dispute = desk_->store().LoadDispute(name);
  if (absl::IsNotFound(dispute.status())) return Error::NotVisible(name);
  SHAREWAY_RETURN_IF_ERROR(dispute.status());
  const Dispute::Fields& f = dispute->value.fields();
  if (!dispute->value.VisibleTo(actor, desk_->PartiesOf(f.consumer, f.provider))) {
    return Error::NotVisible(name);
  }
  return dispute;
}

absl::StatusOr<Dispute> Disputes::OpenOver(const Errand& errand, absl::string_view subject,
                                           absl::string_view claim, absl::Time now,
                                           Change* change) const {
  const std::string name = Desk::NewName("disputes");
  if (absl::StartsWith(subject, "requests/")) {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Request> request, sharing_->Get(errand.actor, subject));
    const Request::Fields& f = request.value.fields();
    if (f.consumer != errand.actor.agency) return Error::NotVisible(subject);
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextCited(f.profile));
    return Dispute::OverRequest(request.value, errand.actor,
                                desk_->PartiesOf(f.consumer, f.provider), std::string(claim), text,
                                name, now);
  }
  if (!absl::StartsWith(subject, "resources/")) {
    return Error::Field("subject", "is neither requests/{r} nor resources/{r}");
  }
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource, desk_->LoadResource(subject));
  const Parties parties = desk_->PartiesOf(errand.actor.agency, resource.value.provider);
  SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextOf(parties.provider));
  change->rests_on.push_back(resource);
  return Dispute::OverResource(resource.value, errand.actor, parties, std::string(claim), text,
                               name, now);
}

absl::StatusOr<Stored<Dispute>> Disputes::Open(const Errand& errand, absl::string_view subject,
                                               absl::string_view claim) {
  const auto load = [&](absl::string_view name) { return Get(errand.actor, name); };
  return desk_->Once<Stored<Dispute>>(errand, load, [&]() -> absl::StatusOr<Stored<Dispute>> {
    const absl::Time now = desk_->Now();
    Change change;
    SHAREWAY_ASSIGN_OR_RETURN(Dispute opened, OpenOver(errand, subject, claim, now, &change));
    SHAREWAY_ASSIGN_OR_RETURN(std::string open,
                              desk_->store().OpenDispute(subject, errand.actor.agency));
    if (!open.empty()) {
      return absl::Status(Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
                                absl::StrCat(open, " is open over ", subject))
                              .With("dispute", open));
    }
    const Dispute::Fields& f = opened.fields();
    const Parties parties = desk_->PartiesOf(f.consumer, f.provider);
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextCited(f.profile));
    return Commit(errand, opened, 0, RecordKind::DISPUTE_OPENED, parties, text, std::move(change),
                  now);
  });
}

absl::StatusOr<Stored<Dispute>> Disputes::Write(const Errand& errand, absl::string_view name,
                                                absl::string_view etag, RecordKind kind,
                                                Transition transition) {
  const auto load = [&](absl::string_view seen) { return Get(errand.actor, seen); };
  return desk_->Once<Stored<Dispute>>(errand, load, [&]() -> absl::StatusOr<Stored<Dispute>> {
    const absl::Time now = desk_->Now();
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Dispute> before, Get(errand.actor, name));
    SHAREWAY_RETURN_IF_ERROR(Desk::CheckEtag(etag, name, before.version));
    const Dispute::Fields& f = before.value.fields();
    const Parties parties = desk_->PartiesOf(f.consumer, f.provider);
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextCited(f.profile));
    Change change;
    SHAREWAY_ASSIGN_OR_RETURN(Dispute after,
                              transition({before.value, parties, text, now}, &change));
    return Commit(errand, std::move(after), before.version, kind, parties, text,
                  std::move(change), now);
  });
}

absl::StatusOr<Stored<Dispute>> Disputes::Commit(const Errand& errand, Dispute after,
                                                 uint64_t version, RecordKind kind,
                                                 const Parties& parties, const StatuteText& text,
                                                 Change change, absl::Time now) {
  const Dispute::Fields& f = after.fields();
  evidence::AuditRecord event = desk_->Event(kind, errand, parties, f.name);
  event.set_resource(f.resource);
  event.set_grant(f.grant);
  if (absl::StartsWith(f.subject, "requests/")) event.set_request(f.subject);
  event.set_rule(text.Cite(text.profile->articles.dispute));
  if (f.outcome != Dispute::Outcome::kUnspecified) {
    event.set_reason(std::string(Dispute::OutcomeName(f.outcome)));
  }
  if (errand.act) *event.mutable_act() = *errand.act;
  change.events.insert(change.events.begin(), std::move(event));
  change.owners = Desk::Owners(parties);
  change.once = errand.once;
  change.result = f.name;
  change.disputes.push_back({after, version});
  SHAREWAY_ASSIGN_OR_RETURN(Written written, desk_->store().Commit(change, now));
  return Stored<Dispute>{std::move(after), written.version};
}

absl::StatusOr<Stored<Dispute>> Disputes::Escalate(const Errand& errand, absl::string_view name,
                                                   absl::string_view etag,
                                                   absl::string_view reason) {
  return Write(errand, name, etag, RecordKind::DISPUTE_CHANGED, [&](const Case& c, Change*) {
    return c.dispute.Escalate(errand.actor, c.parties, reason, c.text, c.now);
  });
}

absl::StatusOr<Stored<Dispute>> Disputes::Withdraw(const Errand& errand, absl::string_view name,
                                                   absl::string_view etag) {
  return Write(errand, name, etag, RecordKind::DISPUTE_CHANGED, [&](const Case& c, Change*) {
    return c.dispute.Withdraw(errand.actor, c.parties, c.now);
  });
}

absl::StatusOr<Stored<Dispute>> Disputes::Record(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag, Dispute::Outcome outcome,
                                                 const Ruling& ruling,
                                                 const std::optional<Scope>& scope) {
  const auto record = [&](const Case& c, Change* change) -> absl::StatusOr<Dispute> {
    SHAREWAY_ASSIGN_OR_RETURN(
        Dispute after,
        c.dispute.Record(errand.actor, outcome, ruling, Desk::NewName("grants"), c.now));
    if (outcome != Dispute::Outcome::kGrant) {
      if (scope) return Error::Field("scope", "is for outcome GRANT only");
      return after;
    }
    SHAREWAY_RETURN_IF_ERROR(AddGrant(errand, after, c, scope, change));
    return after;
  };
  return Write(errand, name, etag, RecordKind::DISPUTE_DECIDED, record);
}

absl::Status Disputes::AddGrant(const Errand& errand, const Dispute& closed, const Case& before,
                                const std::optional<Scope>& scope, Change* change) const {
  const Dispute::Fields& f = closed.fields();
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource, desk_->LoadResource(f.resource));
  SHAREWAY_RETURN_IF_ERROR(resource.value.CheckPublished());
  Request::Fields facts = {.name = Desk::NewName("requests"),
                           .resource = f.resource,
                           .resource_revision = resource.value.revision,
                           .consumer = f.consumer,
                           .provider = f.provider,
                           .legal_basis = std::string(before.text.profile->articles.dispute),
                           .scenario = f.claim,
                           .create_time = before.now,
                           .dispute = f.name,
                           .profile = f.profile,
                           .article = before.text.profile->articles.dispute};
  if (absl::StartsWith(f.subject, "requests/")) {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Request> subject, desk_->store().LoadRequest(f.subject));
    const Request::Fields& asked = subject.value.fields();
    facts.legal_basis = asked.legal_basis;
    facts.scenario = asked.scenario;
    facts.applicant = asked.applicant;
    facts.consumer_head = asked.consumer_head;
    facts.scope = asked.scope;
    if (scope) SHAREWAY_RETURN_IF_ERROR(CheckWithin(asked.scope, *scope, "scope"));
  } else if (!scope) {
    return Error::Field("scope", "is missing; a grant over a resource says what is granted");
  }
  if (scope) facts.scope = *scope;
  SHAREWAY_RETURN_IF_ERROR(
      Check(facts.scope, resource.value, statute::LawDay(before.now), "scope"));
  SHAREWAY_RETURN_IF_ERROR(MayGrant(facts.scope, resource.value, before.text));
  facts.share_class = ClassOf(facts.scope, resource.value);
  facts.decision = Decision{.verdict = Decision::Verdict::kApprove};

  Request request = Request::ByDispute(std::move(facts), errand.actor, f.grant, before.now);
  const std::string rule = before.text.Cite(before.text.profile->articles.dispute);
  Grant grant = Grant::Of(request, errand.act_bytes(), "", rule, before.now);
  for (const auto& [kind, object] :
       {std::pair(RecordKind::REQUEST_ANSWERED, request.fields().name),
        std::pair(RecordKind::GRANT_CREATED, grant.fields().name)}) {
    evidence::AuditRecord event = desk_->Event(kind, errand, before.parties, object);
    event.set_resource(f.resource);
    event.set_request(request.fields().name);
    event.set_grant(f.grant);
    event.set_rule(rule);
    change->events.push_back(std::move(event));
  }
  change->rests_on.push_back(std::move(resource));
  change->requests.push_back({std::move(request), 0});
  change->grants.push_back({std::move(grant), 0});
  return absl::OkStatus();
}

}  // namespace shareway::sharing
