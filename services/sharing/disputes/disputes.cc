// SPDX-License-Identifier: Apache-2.0
// The writes of disputes: load, decide, store.
#include "services/sharing/disputes/disputes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/cases.h"
#include "services/sharing/disputes/dispute_outcome.h"
#include "services/sharing/store/correction_codec.h"
#include "services/sharing/store/dispute_codec.h"
#include "services/sharing/store/record_codec.h"
#include "services/sharing/store/service_codec.h"

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

absl::StatusOr<DisputeSubject> Disputes::SubjectOf(const Errand& errand, const Opening& opening,
                                                   StatuteText* text, Change* change) const {
  const std::string& name = opening.subject;
  const absl::Time now = desk_->Now();
  if (absl::StartsWith(name, "requests/")) {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Request> request, sharing_->Get(errand.actor, name));
    const Request::Fields& f = request.value.fields();
    if (f.consumer != errand.actor.agency) return Error::NotVisible(name);
    SHAREWAY_ASSIGN_OR_RETURN(*text, desk_->TextCited(f.profile));
    const bool late =
        f.supply.state == Supply::State::kDisputed || request.value.SupplyOverdue(now);
    return sharing::SubjectOf(request.value, opening.matter, opening.cuts, late);
  }
  if (!opening.cuts.empty()) {
    return Error::Field("cuts", absl::StrCat("is for a request, the subject is ", name));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const DisputeSubject subject, OtherSubject(errand, name, text, change));
  if (opening.matter == Matter::kUnspecified || opening.matter == subject.matter) return subject;
  return Error::Field("matter", absl::StrCat("is ", MatterName(opening.matter), ", over ", name,
                                             " it is ", MatterName(subject.matter)));
}

absl::StatusOr<DisputeSubject> Disputes::OtherSubject(const Errand& errand,
                                                      const std::string& name, StatuteText* text,
                                                      Change* change) const {
  const std::string& consumer = errand.actor.agency;
  const auto rest_on = [&](const auto& stored) -> absl::Status {
    SHAREWAY_ASSIGN_OR_RETURN(*text, desk_->TextCited(stored.value.profile));
    change->rests_on_cases.push_back({name, stored.version});
    return absl::OkStatus();
  };
  if (absl::StartsWith(name, "resources/")) {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource, desk_->LoadResource(name));
    SHAREWAY_ASSIGN_OR_RETURN(DisputeSubject subject,
                              sharing::SubjectOf(resource.value, consumer));
    SHAREWAY_ASSIGN_OR_RETURN(
        *text, desk_->TextOf(desk_->PartiesOf(subject.consumer, subject.provider).provider));
    change->rests_on.push_back(std::move(resource));
    return subject;
  }
  if (absl::StartsWith(name, "corrections/")) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Correction> correction,
                              Cases<Correction>(desk_).Get(errand.actor, name));
    if (correction.value.consumer != consumer) return Error::NotVisible(name);
    SHAREWAY_RETURN_IF_ERROR(rest_on(correction));
    return sharing::SubjectOf(correction.value);
  }
  if (absl::StartsWith(name, "return-requests/")) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<ReturnRequest> request,
                              Cases<ReturnRequest>(desk_).Get(errand.actor, name));
    if (request.value.consumer != consumer) return Error::NotVisible(name);
    SHAREWAY_RETURN_IF_ERROR(rest_on(request));
    return sharing::SubjectOf(request.value, desk_->Now());
  }
  if (absl::StartsWith(name, "service-changes/")) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<ServiceChange> service,
                              Cases<ServiceChange>(desk_).Get(errand.actor, name));
    if (service.value.AnswerOf(consumer) == nullptr) return Error::NotVisible(name);
    SHAREWAY_RETURN_IF_ERROR(rest_on(service));
    return sharing::SubjectOf(service.value, consumer);
  }
  return Error::Field("subject",
                      "is none of requests/{r}, resources/{r}, corrections/{c}, "
                      "service-changes/{c} and return-requests/{q}");
}

absl::StatusOr<Stored<Dispute>> Disputes::Open(const Errand& errand, const Opening& opening,
                                               bool validate_only) {
  const auto load = [&](absl::string_view name) { return Get(errand.actor, name); };
  return desk_->Once<Stored<Dispute>>(errand, load, [&]() -> absl::StatusOr<Stored<Dispute>> {
    const absl::Time now = desk_->Now();
    Change change;
    StatuteText text;
    SHAREWAY_ASSIGN_OR_RETURN(const DisputeSubject subject,
                              SubjectOf(errand, opening, &text, &change));
    const Parties parties = desk_->PartiesOf(subject.consumer, subject.provider);
    SHAREWAY_ASSIGN_OR_RETURN(const Forum forum, desk_->ForumOf(parties, text));
    SHAREWAY_ASSIGN_OR_RETURN(
        Dispute opened, Dispute::Open(subject, errand.actor, parties, forum, opening.claim,
                                      opening.attachments, text, Desk::NewName("disputes"), now));
    SHAREWAY_ASSIGN_OR_RETURN(const std::string open,
                              desk_->store().OpenDispute(subject.name, errand.actor.agency));
    if (!open.empty()) {
      return absl::Status(Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
                                absl::StrCat(open, " is open over ", subject.name))
                              .With("dispute", open));
    }
    if (validate_only) return Stored<Dispute>{std::move(opened), 0};
    return Commit(errand, std::move(opened), 0, RecordKind::DISPUTE_OPENED, parties, text,
                  std::move(change), now);
  });
}

absl::StatusOr<Stored<Dispute>> Disputes::Write(const Errand& errand, absl::string_view name,
                                                absl::string_view etag, RecordKind kind,
                                                Transition transition, bool validate_only) {
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
    if (validate_only) return Stored<Dispute>{std::move(after), before.version};
    return Commit(errand, std::move(after), before.version, kind, parties, text,
                  std::move(change), now);
  });
}

absl::StatusOr<Stored<Dispute>> Disputes::Commit(const Errand& errand, Dispute after,
                                                 uint64_t version, RecordKind kind,
                                                 const Parties& parties, const StatuteText& text,
                                                 Change change, absl::Time now) {
  const Dispute::Fields& f = after.fields();
  const bool ended = f.outcome != Outcome::kUnspecified && f.outcome != Outcome::kWithdrawn;
  evidence::AuditRecord event =
      desk_->Event(ended ? RecordKind::DISPUTE_DECIDED : kind, errand, parties, f.name);
  const auto tell = [&](const std::string& agency) {
    const auto& told = event.agencies();
    if (agency.empty() || std::find(told.begin(), told.end(), agency) != told.end()) return;
    event.add_agencies(agency);
  };
  if (after.Coordinated()) tell(f.coordinator_agency);
  // The catalogue's authority sees to it that the class is changed and published.
  if (f.outcome == Outcome::kReclassify) tell(parties.provider.authority.agency);
  event.set_resource(f.resource);
  event.set_grant(f.grant);
  if (absl::StartsWith(f.subject, "requests/")) event.set_request(f.subject);
  event.set_rule(text.Cite(text.profile->articles.dispute));
  if (f.outcome != Outcome::kUnspecified) event.set_reason(std::string(OutcomeName(f.outcome)));
  if (errand.act) *event.mutable_act() = *errand.act;
  change.events.insert(change.events.begin(), std::move(event));
  change.owners = Desk::Owners(parties);
  change.once = errand.once;
  change.result = f.name;
  change.disputes.push_back({after, version});
  SHAREWAY_ASSIGN_OR_RETURN(Written written, desk_->store().Commit(change, now));
  return Stored<Dispute>{std::move(after), written.version};
}

absl::StatusOr<Stored<Dispute>> Disputes::Respond(
    const Errand& errand, absl::string_view name, absl::string_view etag,
    absl::string_view statement, const std::vector<DisputeAttachment>& attachments) {
  return Write(errand, name, etag, RecordKind::DISPUTE_CHANGED, [&](const Case& c, Change*) {
    return c.dispute.Respond(errand.actor, c.parties, statement, attachments, c.now);
  });
}

absl::StatusOr<Stored<Dispute>> Disputes::Propose(const Errand& errand, absl::string_view name,
                                                  absl::string_view etag, const Terms& terms) {
  const auto propose = [&](const Case& c, Change*) -> absl::StatusOr<Dispute> {
    SHAREWAY_ASSIGN_OR_RETURN(Dispute after, c.dispute.Propose(errand.actor, c.parties, terms,
                                                               errand.act_bytes(), c.now));
    if (terms.outcome == Outcome::kGrant) {
      SHAREWAY_RETURN_IF_ERROR(
          GrantedScope(*desk_, after.subject(), terms.scope, c.text, c.now).status());
    }
    return after;
  };
  return Write(errand, name, etag, RecordKind::DISPUTE_CHANGED, propose);
}

absl::StatusOr<Stored<Dispute>> Disputes::Accept(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag, Outcome outcome) {
  const auto accept = [&](const Case& c, Change* change) -> absl::StatusOr<Dispute> {
    SHAREWAY_ASSIGN_OR_RETURN(std::string grant, GrantNameFor(*desk_, c.dispute.subject()));
    SHAREWAY_ASSIGN_OR_RETURN(
        Dispute after, c.dispute.Accept(errand.actor, c.parties, outcome, errand.act_bytes(),
                                        std::move(grant), c.now));
    const Dispute::Fields& f = after.fields();
    if (!f.settled) return after;
    const Closing closing{.errand = errand,
                          .parties = c.parties,
                          .text = c.text,
                          .act = f.settlement->of(f.provider)->act,
                          .scope = f.settlement->terms.scope,
                          .scope_sent = false,
                          .now = c.now};
    SHAREWAY_RETURN_IF_ERROR(AddConsequences(*desk_, after, closing, change));
    return after;
  };
  return Write(errand, name, etag, RecordKind::DISPUTE_CHANGED, accept);
}

absl::StatusOr<Stored<Dispute>> Disputes::DeclareDeadlock(const Errand& errand,
                                                          absl::string_view name,
                                                          absl::string_view etag,
                                                          absl::string_view reason) {
  return Write(errand, name, etag, RecordKind::DISPUTE_CHANGED, [&](const Case& c, Change*) {
    return c.dispute.DeclareDeadlock(errand.actor, c.parties, reason, c.now);
  });
}

absl::StatusOr<Stored<Dispute>> Disputes::Escalate(const Errand& errand, absl::string_view name,
                                                   absl::string_view etag,
                                                   absl::string_view reason) {
  const auto escalate = [&](const Case& c, Change*) -> absl::StatusOr<Dispute> {
    // The directory may have changed since it was opened; where it names nobody now, who was
    // named then stays.
    const Dispute::Fields& f = c.dispute.fields();
    const Forum known{f.coordinator, f.coordinator_agency, f.decider, f.joint_conference};
    return c.dispute.Escalate(errand.actor, c.parties, reason,
                              desk_->ForumOf(c.parties, c.text).value_or(known), c.text, c.now);
  };
  return Write(errand, name, etag, RecordKind::DISPUTE_CHANGED, escalate);
}

absl::StatusOr<Stored<Dispute>> Disputes::RecordMediation(const Errand& errand,
                                                          absl::string_view name,
                                                          absl::string_view etag,
                                                          const Mediation& mediation) {
  const auto mediate = [&](const Case& c, Change*) -> absl::StatusOr<Dispute> {
    SHAREWAY_ASSIGN_OR_RETURN(
        Dispute after, c.dispute.RecordMediation(errand.actor, c.parties, mediation, c.now));
    if (mediation.proposal && mediation.proposal->outcome == Outcome::kGrant) {
      SHAREWAY_RETURN_IF_ERROR(
          GrantedScope(*desk_, after.subject(), mediation.proposal->scope, c.text, c.now)
              .status());
    }
    return after;
  };
  return Write(errand, name, etag, RecordKind::DISPUTE_CHANGED, mediate);
}

absl::StatusOr<Stored<Dispute>> Disputes::Record(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag, Outcome outcome,
                                                 const Ruling& ruling,
                                                 const std::optional<Scope>& scope,
                                                 bool validate_only) {
  const auto record = [&](const Case& c, Change* change) -> absl::StatusOr<Dispute> {
    SHAREWAY_ASSIGN_OR_RETURN(std::string grant, GrantNameFor(*desk_, c.dispute.subject()));
    SHAREWAY_ASSIGN_OR_RETURN(Dispute after, c.dispute.Record(errand.actor, c.parties, outcome,
                                                              ruling, std::move(grant), c.now));
    const Closing closing{.errand = errand,
                          .parties = c.parties,
                          .text = c.text,
                          .act = errand.act_bytes(),
                          .scope = scope,
                          .now = c.now};
    SHAREWAY_RETURN_IF_ERROR(AddConsequences(*desk_, after, closing, change));
    return after;
  };
  return Write(errand, name, etag, RecordKind::DISPUTE_DECIDED, record, validate_only);
}

absl::StatusOr<Stored<Dispute>> Disputes::Withdraw(const Errand& errand, absl::string_view name,
                                                   absl::string_view etag) {
  return Write(errand, name, etag, RecordKind::DISPUTE_CHANGED, [&](const Case& c, Change*) {
    return c.dispute.Withdraw(errand.actor, c.parties, c.now);
  });
}

template <typename T>
absl::Status Disputes::PackCase(const std::string& name, DisputePack* pack) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<T> stored, desk_->store().LoadCase<T>(name));
  pack->objects.push_back({name, Encode(stored.value)});
  return absl::OkStatus();
}

absl::StatusOr<DisputePack> Disputes::Pack(const Actor& actor, absl::string_view name) const {
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Dispute> dispute, Get(actor, name));
  const Dispute::Fields& f = dispute.value.fields();
  DisputePack pack{.dispute = dispute, .objects = {{f.name, Encode(dispute.value)}}};
  const auto add_grant = [&](const std::string& grant) -> absl::Status {
    if (grant.empty()) return absl::OkStatus();
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> stored, desk_->store().LoadGrant(grant));
    pack.objects.push_back({grant, Encode(stored.value)});
    return absl::OkStatus();
  };
  if (absl::StartsWith(f.subject, "requests/")) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> request,
                              desk_->store().LoadRequest(f.subject));
    const Request seen =
        request.value.SeenBy(actor, desk_->PartiesOf(f.consumer, f.provider));
    pack.objects.push_back({f.subject, Encode(seen)});
    SHAREWAY_RETURN_IF_ERROR(add_grant(request.value.fields().grant));
  }
  if (f.matter == Matter::kCorrection) {
    SHAREWAY_RETURN_IF_ERROR(PackCase<Correction>(f.subject, &pack));
  } else if (f.matter == Matter::kServiceChange) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<ServiceChange> change,
                              desk_->store().LoadCase<ServiceChange>(f.subject));
    // Its record has what every consumer said, and each reads its own answer only.
    const bool whole = change.value.answers.size() == 1 ||
                       desk_->PartiesOf("", f.provider).Knows(actor) ||
                       (dispute.value.Coordinated() && actor.agency == f.coordinator_agency);
    if (whole) pack.objects.push_back({f.subject, Encode(change.value)});
  } else if (f.matter == Matter::kReturnFlow) {
    SHAREWAY_RETURN_IF_ERROR(PackCase<ReturnRequest>(f.subject, &pack));
  }
  if (!f.grant.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> given, desk_->store().LoadGrant(f.grant));
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> made,
                              desk_->store().LoadRequest(given.value.fields().request));
    pack.objects.push_back({made.value.fields().name, Encode(made.value)});
    SHAREWAY_RETURN_IF_ERROR(add_grant(f.grant));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Resource> resource, desk_->LoadResource(f.resource));
  pack.objects.push_back({f.resource, Encode(resource.value)});
  return pack;
}

}  // namespace shareway::sharing
