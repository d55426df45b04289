// SPDX-License-Identifier: Apache-2.0
// The writes of security incidents and drills: load, decide, store.
#include "services/sharing/supervision/incidents.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

// Tells the log, for each grant of the incident, that its evidence is held for the case, or no
// more; it heeds them, and finds them by object and reason (services/audit/domain/hold.h). Only
// the incident's own agency reads it: nobody else hears of the incident.
void AddHolds(const Desk& desk, const Errand& errand, const Incident& incident,
              absl::string_view reason, const StatuteText& text, Change* change) {
  for (const std::string& grant : incident.grants) {
    evidence::AuditRecord event = desk.Event(RecordKind::INCIDENT_CHANGED, errand,
                                             desk.PartiesOf("", incident.provider), grant);
    event.set_grant(grant);
    event.set_rule(text.Cite(text.profile->articles.incident));
    event.set_reason(absl::StrCat(reason, ": ", incident.name));
    change->events.push_back(std::move(event));
  }
}

}  // namespace

absl::StatusOr<Stored<Incident>> Incidents::Report(const Errand& errand,
                                                   const Incident& facts) const {
  const auto make = [&](absl::Time now, Change* change) -> absl::StatusOr<Incident> {
    const Agency own = desk_->PartiesOf("", errand.actor.agency).provider;
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(own));
    Incident incident = facts;
    incident.profile = text.profile->cited();
    SHAREWAY_ASSIGN_OR_RETURN(incident,
                              sharing::Report(std::move(incident), errand.actor,
                                              Desk::NewName(Incident::kCollection), now));
    for (const std::string& name : incident.grants) {
      const absl::StatusOr<Stored<Grant>> grant = desk_->store().LoadGrant(name);
      if (absl::IsNotFound(grant.status())) return Error::NotVisible(name);
      SHAREWAY_RETURN_IF_ERROR(grant.status());
      const Grant::Fields& f = grant->value.fields();
      if (f.consumer != own.name && f.provider != own.name) return Error::NotVisible(name);
    }
    AddHolds(*desk_, errand, incident, "EVIDENCE_HELD", text, change);
    return incident;
  };
  return incidents_.Create(errand, RecordKind::INCIDENT_CHANGED, make);
}

absl::StatusOr<Stored<Incident>> Incidents::AddMeasure(const Errand& errand,
                                                       absl::string_view name,
                                                       absl::string_view etag,
                                                       absl::string_view text) const {
  return incidents_.Write(errand, RecordKind::INCIDENT_CHANGED, &statute::Articles::incident, name,
                          etag, [&](const CaseView<Incident>& c, Change*) {
                            return sharing::AddMeasure(c.value, errand.actor, c.parties, text,
                                                       c.now);
                          });
}

absl::StatusOr<Stored<Incident>> Incidents::NotifyBody(const Errand& errand,
                                                       absl::string_view name,
                                                       absl::string_view etag,
                                                       absl::string_view body,
                                                       absl::string_view document_number) const {
  return incidents_.Write(errand, RecordKind::INCIDENT_CHANGED, &statute::Articles::incident, name,
                          etag, [&](const CaseView<Incident>& c, Change*) {
                            return sharing::NotifyBody(c.value, errand.actor, c.parties, body,
                                                       document_number, c.now);
                          });
}

absl::StatusOr<Stored<Incident>> Incidents::Close(const Errand& errand, absl::string_view name,
                                                  absl::string_view etag,
                                                  absl::string_view conclusion) const {
  const auto close = [&](const CaseView<Incident>& c, Change* change) -> absl::StatusOr<Incident> {
    SHAREWAY_ASSIGN_OR_RETURN(Incident after, sharing::Close(c.value, errand.actor, c.parties,
                                                             conclusion, c.now));
    AddHolds(*desk_, errand, after, "EVIDENCE_RELEASED", c.text, change);
    return after;
  };
  return incidents_.Write(errand, RecordKind::INCIDENT_CHANGED, &statute::Articles::incident, name,
                          etag, close);
}

absl::StatusOr<Page<Incident>> Incidents::List(
    const Actor& actor, absl::string_view cursor, int limit,
    absl::FunctionRef<bool(const Incident&)> want) const {
  return incidents_.List(actor, desk_->OwnersFor(actor), cursor, limit, want);
}

absl::StatusOr<Stored<Drill>> Incidents::RecordDrill(const Errand& errand,
                                                     const Drill& facts) const {
  const auto make = [&](absl::Time now, Change*) -> absl::StatusOr<Drill> {
    const Agency own = desk_->PartiesOf("", errand.actor.agency).provider;
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(own));
    Drill drill = facts;
    drill.name = Desk::NewName(Drill::kCollection);
    drill.provider = own.name;
    drill.profile = text.profile->cited();
    drill.create_time = now;
    SHAREWAY_RETURN_IF_ERROR(Check(drill, now));
    return drill;
  };
  return drills_.Create(errand, RecordKind::DRILL_RECORDED, make);
}

absl::StatusOr<Page<Drill>> Incidents::ListDrills(const Actor& actor, absl::string_view cursor,
                                                  int limit) const {
  return drills_.List(actor, desk_->OwnersFor(actor), cursor, limit,
                      [](const Drill&) { return true; });
}

}  // namespace shareway::sharing
