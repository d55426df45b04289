// SPDX-License-Identifier: Apache-2.0
// The writes of grants and standing consents: load, decide, store.
#include "services/sharing/grants.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kSuspendAtOnce = 100;

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

evidence::AuditRecord Grants::Event(RecordKind kind, const Errand& errand, const Grant& grant,
                                    const Parties& parties) const {
  const Grant::Fields& f = grant.fields();
  evidence::AuditRecord event = desk_->Event(kind, errand, parties, f.name);
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
  change.events.insert(change.events.begin(), Event(kind, errand, after, parties));
  change.events.front().set_rule(std::move(rule));
  change.owners = Desk::Owners(parties);
  change.once = errand.once;
  change.result = after.fields().name;
  change.grants.push_back({after, version});
  SHAREWAY_ASSIGN_OR_RETURN(Written written, desk_->store().Commit(change, now));
  return Stored<Grant>{after.Numbered(written.grant_numbers.front()), written.version};
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
    return Commit(errand, std::move(grant), 0, RecordKind::GRANT_CREATED, rule, parties,
                  Change{.rests_on = {asked}}, now);
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
                                            RecordKind kind, Transition transition) {
  const auto load = [&](absl::string_view seen) { return Get(errand.actor, seen); };
  return desk_->Once<Stored<Grant>>(errand, load, [&]() -> absl::StatusOr<Stored<Grant>> {
    const absl::Time now = desk_->Now();
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Grant> before, Get(errand.actor, name));
    const Grant::Fields& f = before.value.fields();
    const Parties parties = desk_->PartiesOf(f.consumer, f.provider);
    SHAREWAY_ASSIGN_OR_RETURN(StatuteText text, desk_->TextOf(parties.provider));
    Change change;
    SHAREWAY_ASSIGN_OR_RETURN(Grant after, transition({before.value, parties, text, now}, &change));
    return Commit(errand, std::move(after), before.version, kind,
                  text.Cite(text.profile->articles.misuse), parties, std::move(change), now);
  });
}

absl::StatusOr<Stored<Grant>> Grants::Suspend(const Errand& errand, absl::string_view name,
                                              SuspendGround ground, absl::string_view reason) {
  const auto suspend = [&](const Case& c, Change* change) -> absl::StatusOr<Grant> {
    const std::string notice = Desk::NewName("notices");
    SHAREWAY_ASSIGN_OR_RETURN(
        Grant after, c.grant.Suspend(errand.actor, c.parties, ground, reason, notice));
    if (after.fields().notice.empty()) return after;
    SHAREWAY_ASSIGN_OR_RETURN(Notice opened,
                              OpenNotice({.name = notice,
                                          .grant = after.fields().name,
                                          .consumer = after.fields().consumer,
                                          .provider = after.fields().provider,
                                          .finding = std::string(reason)},
                                         c.text, c.now));
    evidence::AuditRecord event =
        desk_->Event(RecordKind::NOTICE_CHANGED, errand, c.parties, notice);
    event.set_grant(after.fields().name);
    event.set_rule(c.text.Cite(c.text.profile->articles.misuse));
    change->events.push_back(std::move(event));
    change->notices.push_back({std::move(opened), 0});
    return after;
  };
  return Write(errand, name, RecordKind::GRANT_SUSPENDED, suspend);
}

absl::Status Grants::CloseNoticeOf(const Errand& errand, const Case& before,
                                   absl::string_view reason, Change* change) const {
  const std::string& name = before.grant.fields().notice;
  if (name.empty()) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Notice> notice, desk_->store().LoadNotice(name));
  if (notice.value.state != Notice::State::kOpen) return absl::OkStatus();
  evidence::AuditRecord event =
      desk_->Event(RecordKind::NOTICE_CHANGED, errand, before.parties, name);
  event.set_grant(before.grant.fields().name);
  event.set_rule(before.text.Cite(before.text.profile->articles.misuse));
  change->events.push_back(std::move(event));
  change->notices.push_back(
      {CloseNotice(notice.value, std::string(reason), before.now), notice.version});
  return absl::OkStatus();
}

absl::StatusOr<Stored<Grant>> Grants::Resume(const Errand& errand, absl::string_view name,
                                             absl::string_view reason) {
  const auto resume = [&](const Case& c, Change* change) -> absl::StatusOr<Grant> {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource,
                              desk_->LoadResource(c.grant.fields().resource));
    SHAREWAY_ASSIGN_OR_RETURN(Grant after,
                              c.grant.Resume(errand.actor, c.parties, resource.value, reason));
    change->rests_on.push_back(std::move(resource));
    SHAREWAY_RETURN_IF_ERROR(CloseNoticeOf(errand, c, reason, change));
    return after;
  };
  return Write(errand, name, RecordKind::GRANT_RESUMED, resume);
}

absl::StatusOr<Stored<Grant>> Grants::Revoke(const Errand& errand, absl::string_view name,
                                             RevokeGround ground, absl::string_view document) {
  const auto revoke = [&](const Case& c, Change* change) -> absl::StatusOr<Grant> {
    std::optional<Notice> notice;
    if (ground == RevokeGround::kRectificationFailed &&
        Desk::CheckName("notices", document).ok()) {
      absl::StatusOr<Stored<Notice>> found = desk_->store().LoadNotice(document);
      if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
      if (found.ok()) notice = found->value;
    }
    SHAREWAY_ASSIGN_OR_RETURN(Grant after,
                              c.grant.Revoke(errand.actor, c.parties, ground, document,
                                             notice ? &*notice : nullptr, c.now));
    SHAREWAY_RETURN_IF_ERROR(CloseNoticeOf(errand, c, after.fields().ended_reason, change));
    return after;
  };
  return Write(errand, name, RecordKind::GRANT_REVOKED, revoke);
}

absl::StatusOr<bool> Grants::SuspendSome(const Resource& resource) {
  const absl::Time now = desk_->Now();
  const auto active = [](const Grant& g) { return g.fields().state == Grant::State::kActive; };
  SHAREWAY_ASSIGN_OR_RETURN(Page<Grant> page, desk_->store().ListGrants({resource.name}, "",
                                                                        kSuspendAtOnce, active));
  if (page.values.empty()) return true;
  Change change{.result = resource.name};
  for (const Stored<Grant>& before : page.values) {
    Grant after = before.value.SuspendWith(resource);
    const Grant::Fields& f = after.fields();
    change.events.push_back(Event(RecordKind::GRANT_SUSPENDED, {}, after,
                                  desk_->PartiesOf(f.consumer, f.provider)));
    change.grants.push_back({std::move(after), before.version});
  }
  const absl::Status committed = desk_->store().Commit(change, now).status();
  // A grant changed meanwhile: the next round sees what it is now.
  if (absl::IsAborted(committed)) return false;
  SHAREWAY_RETURN_IF_ERROR(committed);
  return false;
}

absl::Status Grants::Follow(const Resource& resource) {
  // First the resource: from then on no decision that rests on it can make or resume a
  // grant. Those made before are found by the list.
  SHAREWAY_RETURN_IF_ERROR(desk_->store().PutResource(resource));
  if (resource.state == Resource::State::kPublished) return absl::OkStatus();
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool done, SuspendSome(resource));
    if (done) return absl::OkStatus();
  }
}

}  // namespace shareway::sharing
