// SPDX-License-Identifier: Apache-2.0
// The writes of grants and standing consents: load, decide, store.
#include "services/sharing/grants/grants.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/log/log.h"
#include "services/sharing/grants/disposals.h"
#include "services/sharing/grants/passing_on.h"
#include "services/sharing/grants/replacing.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kAtOnce = 100;

}  // namespace

absl::StatusOr<Stored<Grant>> Grants::Get(const Actor& actor, absl::string_view name) const {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("grants", name));
  absl::StatusOr<Stored<Grant>> grant = desk_->store().LoadGrant(name);
  if (absl::IsNotFound(grant.status())) return Error::NotVisible(name);
  SHAREWAY_RETURN_IF_ERROR(grant.status());
  const Grant::Fields& f = grant->value.fields();
  if (!desk_->PartiesOf(f.consumer, f.provider).Knows(actor)) return Error::NotVisible(name);
  return grant;
}

evidence::AuditRecord GrantEvent(const Desk& desk, RecordKind kind, const Errand& errand,
                                 const Grant& grant, const Parties& parties) {
  const Grant::Fields& f = grant.fields();
  evidence::AuditRecord event = desk.Event(kind, errand, parties, f.name);
  event.set_resource(f.resource);
  event.set_request(f.request);
  event.set_grant(f.name);
  event.set_rule(f.rule);
  event.set_reason(f.ended_reason.substr(0, f.ended_reason.find(':')));
  if (errand.act) *event.mutable_act() = *errand.act;
  return event;
}

absl::StatusOr<Stored<Grant>> Grants::Commit(const Errand& errand, Grant after, uint64_t version,
                                             RecordKind kind, std::string rule,
                                             const Parties& parties, Change change,
                                             absl::Time now) {
  change.events.insert(change.events.begin(), GrantEvent(*desk_, kind, errand, after, parties));
  change.events.front().set_rule(std::move(rule));
  change.owners = Desk::Owners(parties);
  change.once = errand.once;
  change.result = after.fields().name;
  change.grants.push_back({after, version});
  SHAREWAY_ASSIGN_OR_RETURN(Written written, desk_->store().Commit(change, now));
  return Stored<Grant>{after.Numbered(written.grant_numbers.back()), written.version};
}

absl::StatusOr<Stored<Grant>> Grants::Claim(const Errand& errand, absl::string_view resource,
                                            const Grant::Claim& claim) {
  const auto load = [&](absl::string_view name) { return Get(errand.actor, name); };
  return desk_->Once<Stored<Grant>>(errand, load, [&]() -> absl::StatusOr<Stored<Grant>> {
    const absl::Time now = desk_->Now();
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> asked, desk_->LoadResource(resource));
    const Parties parties = desk_->PartiesOf(errand.actor.agency, asked.value.provider);
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextOf(parties.provider));
    SHAREWAY_ASSIGN_OR_RETURN(Grant grant,
                              Grant::Direct(claim, errand.actor, asked.value, text,
                                            Desk::NewName("grants"), now));
    const std::string rule = grant.fields().rule;
    Change change{.rests_on = {asked}};
    SHAREWAY_RETURN_IF_ERROR(AskSources(*desk_, asked.value, grant, text, now, &change));
    return Commit(errand, std::move(grant), 0, RecordKind::GRANT_CREATED, rule, parties,
                  std::move(change), now);
  });
}

absl::StatusOr<Stored<Consent>> Grants::VisibleConsent(const Actor& actor,
                                                       absl::string_view name) const {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("consents", name));
  absl::StatusOr<Stored<Consent>> consent = desk_->store().LoadConsent(name);
  if (absl::IsNotFound(consent.status())) return Error::NotVisible(name);
  SHAREWAY_RETURN_IF_ERROR(consent.status());
  if (consent->value.provider != actor.agency) return Error::NotVisible(name);
  return consent;
}

absl::StatusOr<Stored<Consent>> Grants::GiveConsent(const Errand& errand,
                                                    absl::string_view resource) {
  const auto load = [&](absl::string_view name) { return VisibleConsent(errand.actor, name); };
  return desk_->Once<Stored<Consent>>(errand, load, [&]() -> absl::StatusOr<Stored<Consent>> {
    const absl::Time now = desk_->Now();
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> own, desk_->LoadResource(resource));
    if (own.value.provider != errand.actor.agency) {
      return WrongPerson(resource, "the head of the provider's sharing body (R25 21)");
    }
    SHAREWAY_ASSIGN_OR_RETURN(std::optional<Stored<Consent>> live,
                              desk_->store().LiveConsent(resource));
    if (live) {
      return absl::Status(Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
                                absl::StrCat(resource, " has the standing consent ",
                                             live->value.name))
                              .With("consent", live->value.name));
    }
    SHAREWAY_ASSIGN_OR_RETURN(
        Consent consent, sharing::GiveConsent(errand.actor, own.value, Desk::NewName("consents"),
                                              errand.act_bytes(), now));
    const Parties parties = desk_->PartiesOf(consent.provider, consent.provider);
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextOf(parties.provider));
    evidence::AuditRecord event =
        desk_->Event(RecordKind::STANDING_CONSENT_CHANGED, errand, parties, consent.name);
    event.set_resource(consent.resource);
    event.set_rule(text.Cite(text.profile->articles.reply_unconditional));
    if (errand.act) *event.mutable_act() = *errand.act;
    const Change change{.consents = {{consent, 0}},
                        .rests_on = {own},
                        .owners = Desk::Owners(parties),
                        .events = {event},
                        .once = errand.once,
                        .result = consent.name};
    SHAREWAY_ASSIGN_OR_RETURN(Written written, desk_->store().Commit(change, now));
    return Stored<Consent>{std::move(consent), written.version};
  });
}

absl::StatusOr<Stored<Consent>> Grants::WithdrawConsent(const Errand& errand,
                                                        absl::string_view name) {
  const auto load = [&](absl::string_view seen) { return VisibleConsent(errand.actor, seen); };
  return desk_->Once<Stored<Consent>>(errand, load, [&]() -> absl::StatusOr<Stored<Consent>> {
    const absl::Time now = desk_->Now();
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Consent> before, VisibleConsent(errand.actor, name));
    SHAREWAY_ASSIGN_OR_RETURN(Consent after, sharing::WithdrawConsent(before.value, now));
    const Parties parties = desk_->PartiesOf(after.provider, after.provider);
    evidence::AuditRecord event =
        desk_->Event(RecordKind::STANDING_CONSENT_CHANGED, errand, parties, after.name);
    event.set_resource(after.resource);
    event.set_reason("WITHDRAWN");
    if (errand.act) *event.mutable_act() = *errand.act;
    const Change change{.consents = {{after, before.version}},
                        .owners = Desk::Owners(parties),
                        .events = {event},
                        .once = errand.once,
                        .result = after.name};
    SHAREWAY_ASSIGN_OR_RETURN(Written written, desk_->store().Commit(change, now));
    return Stored<Consent>{std::move(after), written.version};
  });
}

absl::StatusOr<Stored<Grant>> Grants::Write(const Errand& errand, absl::string_view name,
                                            RecordKind kind,
                                            std::string statute::Articles::*article,
                                            Transition transition) {
  const auto load = [&](absl::string_view seen) { return Get(errand.actor, seen); };
  return desk_->Once<Stored<Grant>>(errand, load, [&]() -> absl::StatusOr<Stored<Grant>> {
    const absl::Time now = desk_->Now();
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Grant> before, Get(errand.actor, name));
    const Grant::Fields& f = before.value.fields();
    const Parties parties = desk_->PartiesOf(f.consumer, f.provider);
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextCited(f.rule));
    Change change;
    SHAREWAY_ASSIGN_OR_RETURN(Grant after, transition({before.value, parties, text, now}, &change));
    return Commit(errand, std::move(after), before.version, kind,
                  text.Cite(text.profile->articles.*article), parties, std::move(change), now);
  });
}

absl::Status Grants::EndChanged(const Errand& errand, const Grant& accepted, const Case& c,
                                Change* change) const {
  const std::string& name = accepted.fields().request;
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> approved, desk_->store().LoadRequest(name));
  if (approved.value.fields().change.kind == ScopeChange::Kind::kUnspecified) {
    return absl::OkStatus();
  }
  return ReplaceChanged(*desk_, errand, approved.value, accepted, c.parties, c.text, c.now, change);
}

absl::StatusOr<Stored<Grant>> Grants::AcceptTerms(const Errand& errand, absl::string_view name) {
  const auto accept = [&](const Case& c, Change* change) -> absl::StatusOr<Grant> {
    SHAREWAY_ASSIGN_OR_RETURN(Grant after, c.grant.AcceptTerms(errand.actor, c.parties));
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource,
                              desk_->LoadResource(c.grant.fields().resource));
    SHAREWAY_RETURN_IF_ERROR(AskSources(*desk_, resource.value, after, c.text, c.now, change));
    change->rests_on.push_back(std::move(resource));
    SHAREWAY_RETURN_IF_ERROR(EndChanged(errand, after, c, change));
    return after;
  };
  return Write(errand, name, RecordKind::TERMS_ACCEPTED, &statute::Articles::sign_off, accept);
}

absl::StatusOr<Stored<Grant>> Grants::AskRenewal(const Errand& errand, absl::string_view name,
                                                 absl::CivilDay end, absl::string_view reason) {
  return Write(errand, name, RecordKind::GRANT_RENEWED, &statute::Articles::request_content,
               [&](const Case& c, Change*) {
                 return c.grant.AskRenewal(errand.actor, c.parties, end, reason, c.now);
               });
}

absl::StatusOr<Stored<Grant>> Grants::Renew(const Errand& errand, absl::string_view name,
                                            absl::CivilDay end) {
  const auto renew = [&](const Case& c, Change* change) -> absl::StatusOr<Grant> {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource,
                              desk_->LoadResource(c.grant.fields().resource));
    SHAREWAY_ASSIGN_OR_RETURN(
        Grant after,
        c.grant.Renew(errand.actor, c.parties, end, resource.value, c.text, c.now));
    SHAREWAY_RETURN_IF_ERROR(AskSources(*desk_, resource.value, after, c.text, c.now, change));
    change->rests_on.push_back(std::move(resource));
    return after;
  };
  return Write(errand, name, RecordKind::GRANT_RENEWED, &statute::Articles::sign_off, renew);
}

absl::StatusOr<Stored<Grant>> Grants::DeclineRenewal(const Errand& errand, absl::string_view name,
                                                     absl::string_view reason) {
  return Write(errand, name, RecordKind::GRANT_RENEWED, &statute::Articles::refusal,
               [&](const Case& c, Change*) {
                 return c.grant.DeclineRenewal(errand.actor, c.parties, reason);
               });
}

absl::StatusOr<Stored<Grant>> Grants::End(const Errand& errand, absl::string_view name,
                                          EndGround ground, absl::string_view reason) {
  const auto end = [&](const Case& c, Change* change) -> absl::StatusOr<Grant> {
    SHAREWAY_ASSIGN_OR_RETURN(Grant after,
                              c.grant.End(errand.actor, c.parties, ground, reason));
    SHAREWAY_RETURN_IF_ERROR(CloseNoticeOf(errand, c, after.fields().ended_reason, change));
    SHAREWAY_RETURN_IF_ERROR(AddDisposal(*desk_, c.grant, after, c.parties, c.text, c.now, change));
    return after;
  };
  return Write(errand, name, RecordKind::GRANT_ENDED, &statute::Articles::disposal, end);
}

namespace {

// False if somebody else changed it meanwhile.
absl::StatusOr<bool> ExpireOne(const Desk& desk, absl::string_view name) {
  const absl::Time now = desk.Now();
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> before, desk.store().LoadGrant(name));
  const std::optional<Grant> after = before.value.Expire(now);
  if (!after) return false;
  const Grant::Fields& f = after->fields();
  const Parties parties = desk.PartiesOf(f.consumer, f.provider);
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk.TextCited(f.rule));
  Change change{.owners = Desk::Owners(parties), .result = f.name};
  change.events.push_back(GrantEvent(desk, RecordKind::GRANT_ENDED, {}, *after, parties));
  change.events.back().set_rule(text.Cite(text.profile->articles.disposal));
  change.grants.push_back({*after, before.version});
  SHAREWAY_RETURN_IF_ERROR(AddDisposal(desk, before.value, *after, parties, text, now, &change));
  const absl::Status committed = desk.store().Commit(change, now).status();
  if (absl::IsAborted(committed)) return false;
  SHAREWAY_RETURN_IF_ERROR(committed);
  return true;
}

}  // namespace

absl::StatusOr<int> GrantsDue(const Desk& desk) {
  int ended = 0;
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                              desk.store().Woken("grants", desk.Now(), kAtOnce));
    int now_ended = 0;
    for (const std::string& name : names) {
      const absl::StatusOr<bool> done = ExpireOne(desk, name);
      if (!done.ok()) log::Warn("grant-not-ended", {{"grant", name}, {"status", done.status()}});
      if (done.ok() && *done) ++now_ended;
    }
    if (now_ended == 0) return ended;
    ended += now_ended;
  }
}

}  // namespace shareway::sharing
