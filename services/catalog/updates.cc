// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/updates.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"

namespace shareway::catalog {
namespace {

using evidence::RecordKind;
using State = Resource::State;

constexpr size_t kChunk = 100;
// Clocks that one List looks at; a page may be short, or empty, and go on.
constexpr size_t kMaxExamined = 5000;
constexpr size_t kMaxAnswers = 50;

std::string Etag(const Updates::Loaded& loaded) { return absl::StrCat("v", loaded.version); }

absl::Status CheckEtag(absl::string_view etag, const Updates::Loaded& loaded) {
  if (etag.empty()) return Error::Field("etag", "is empty; it names the state that was seen");
  if (etag == Etag(loaded)) return absl::OkStatus();
  const std::string& name = loaded.clock.fields().name;
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               absl::StrCat(name, " changed meanwhile; read it again and retry"))
      .With("name", name)
      .With("etag", Etag(loaded));
}

bool Shared(State state) { return state == State::kPublished || state == State::kSuspended; }

}  // namespace

const Authority* Updates::AuthorityOf(const Register& all, absl::string_view provider) const {
  const Agency* agency = all.Find<Agency>(provider);
  return agency == nullptr ? nullptr : all.Find<Authority>(agency->authority);
}

Actor Updates::ActorFor(const Caller& caller, absl::string_view provider) const {
  Actor actor = {.name = caller.name, .person = caller.person, .roles = caller.roles};
  if (caller.agency.empty() || caller.inspects) return actor;
  actor.own_agency = caller.agency == provider;
  const std::shared_ptr<const Register> all = parts_.directory();
  const Authority* authority = AuthorityOf(*all, provider);
  actor.in_charge = authority != nullptr && authority->agency == caller.agency;
  return actor;
}

evidence::AuditRecord Updates::RecordOf(const UpdateClock& clock) const {
  const UpdateClock::Fields& fields = clock.fields();
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::UPDATE_CLOCK_CHANGED);
  record.set_object(fields.name);
  record.set_resource(fields.resource);
  record.add_agencies(fields.provider);
  const std::shared_ptr<const Register> all = parts_.directory();
  const Authority* authority = AuthorityOf(*all, fields.provider);
  if (authority != nullptr && !authority->agency.empty() && authority->agency != fields.provider) {
    record.add_agencies(authority->agency);
  }
  const v1::UpdateClock state = ToMessage(clock);
  record.set_rule(state.profile());
  record.set_state(state.SerializeAsString());
  return record;
}

absl::StatusOr<std::optional<UpdateClock>> Updates::Start(UpdateClock::Kind kind,
                                                          absl::string_view resource,
                                                          absl::string_view provider,
                                                          const DutyChange* change,
                                                          absl::Time trigger) const {
  const std::shared_ptr<const Register> all = parts_.directory();
  const Authority* authority = AuthorityOf(*all, provider);
  if (authority == nullptr) return std::nullopt;  // no legal text governs it
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Profile* profile,
                            parts_.statutes->Find(authority->profile));
  const statute::ClockKind counted = kind == UpdateClock::Kind::kPublication
                                         ? statute::ClockKind::kCataloguePublish
                                         : statute::ClockKind::kCatalogueUpdate;
  const std::optional<statute::Term> term = statute::TermOf(*profile, counted);
  if (!term) return std::nullopt;
  UpdateClock::Fields fields = {
      .name = absl::StrCat("updateClocks/", IdFromRandom(crypto::RandomBytes(15))),
      .kind = kind,
      .resource = std::string(resource),
      .provider = std::string(provider),
      .authority = authority->name,
      .article = term->article};
  if (change != nullptr) fields.change = *change;
  // Its own entry alone is of interest with each clock: a report can name hundreds.
  if (fields.change) fields.change->resources.clear();
  SHAREWAY_ASSIGN_OR_RETURN(fields.clock,
                            statute::StartClock(*profile, *parts_.calendars, counted, trigger));
  return UpdateClock::Restore(std::move(fields));
}

absl::StatusOr<std::vector<std::string>> Updates::Concerned(const DutyChange& change) const {
  std::vector<std::string> names;
  for (const std::string& name : change.resources) {
    const absl::StatusOr<ResourceStore::Loaded> loaded = parts_.resources->Load(name);
    if (absl::IsNotFound(loaded.status())) return Error::NotVisible(name);
    SHAREWAY_RETURN_IF_ERROR(loaded.status());
    const Resource& resource = loaded->resource;
    const bool theirs = std::find(change.agencies.begin(), change.agencies.end(),
                                  resource.fields().provider) != change.agencies.end();
    if (!theirs || !resource.fields().published) return Error::NotVisible(name);
    if (!Shared(resource.fields().published->state)) {
      return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(name, " is withdrawn and is not brought up to date"))
          .With("name", name);
    }
    names.push_back(name);
  }
  if (!change.resources.empty()) return names;
  for (const std::string& agency : change.agencies) {
    for (std::string last;;) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::vector<ResourceStore::Loaded> page,
                                parts_.resources->List(agency, last, kChunk));
      if (page.empty()) break;
      last = page.back().resource.fields().name;
      for (const ResourceStore::Loaded& loaded : page) {
        const auto& published = loaded.resource.fields().published;
        if (published && Shared(published->state)) names.push_back(loaded.resource.fields().name);
      }
      if (names.size() > kMaxDutyClocks) {
        return Error::Field("change.resources",
                            absl::StrCat("is empty, and the agencies published more than ",
                                         kMaxDutyClocks, " entries; name them, in parts"));
      }
    }
  }
  return names;
}

absl::StatusOr<store::DutyChangeRecord> Updates::Report(const Cause& cause, DutyChange change) {
  const absl::Time now = parts_.clock->Now();
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<std::string> known, parts_.store->Find(cause.once, now));
  if (known) return parts_.store->LoadChange(*known);
  for (const std::string& agency : change.agencies) {
    const Actor actor = ActorFor(cause.caller, agency);
    const bool own = actor.own_agency && (actor.roles.contains(Role::kCatalogueEditor) ||
                                          actor.roles.contains(Role::kDepartmentHead));
    const bool officer = actor.in_charge && actor.roles.contains(Role::kSharingAuthority);
    if (!own && !officer) return Error::NotVisible(agency);
  }
  SHAREWAY_RETURN_IF_ERROR(CheckDutyChange(change, now));
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<std::string> names, Concerned(change));
  if (names.empty()) {
    return Error(Reason::kReferenceMissing, absl::StatusCode::kFailedPrecondition,
                 "these agencies have published nothing that could be out of date");
  }
  std::sort(names.begin(), names.end());
  change.name = absl::StrCat("dutyChanges/", IdFromRandom(crypto::RandomBytes(15)));
  change.reported_by = cause.caller.name;
  change.report_time = now;
  store::DutyChangeRecord record;
  *record.mutable_change() = ToMessage(change);
  kv::Batch batch;
  Event event = {.cause = &cause, .result = change.name, .now = now};
  for (const std::string& name : names) {
    SHAREWAY_ASSIGN_OR_RETURN(const ResourceStore::Loaded loaded, parts_.resources->Load(name));
    const std::optional<Resource::Published>& published = loaded.resource.fields().published;
    if (!published || !Shared(published->state)) {
      return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
                   absl::StrCat(name, " changed meanwhile; retry"))
          .With("name", name);
    }
    // A withdrawal drops the clocks that it finds; none starts behind its back.
    ResourceStore::ExpectUnchanged(loaded, &batch);
    SHAREWAY_ASSIGN_OR_RETURN(
        const std::optional<UpdateClock> clock,
        Start(UpdateClock::Kind::kUpdate, name, loaded.resource.fields().provider, &change,
              change.effect_time));
    if (!clock) continue;
    record.add_clocks(clock->fields().name);
    parts_.store->Put(0, *clock, &batch);
    event.records.push_back(RecordOf(*clock));
  }
  parts_.store->PutChange(record, &batch);
  const absl::Status stored =
      parts_.store->Commit(std::move(event), std::move(batch)).status();
  if (absl::IsAborted(stored)) {
    // The same request came twice at once.
    SHAREWAY_ASSIGN_OR_RETURN(known, parts_.store->Find(cause.once, now));
    if (known) return parts_.store->LoadChange(*known);
  }
  SHAREWAY_RETURN_IF_ERROR(stored);
  return record;
}

absl::StatusOr<UpdateClock> Updates::Current(UpdateClock clock) const {
  if (!clock.open() || !clock.fields().clock.due.provisional) return clock;
  UpdateClock::Fields fields = clock.fields();
  SHAREWAY_ASSIGN_OR_RETURN(
      fields.clock,
      statute::RecomputeClock(fields.clock, *parts_.calendars, parts_.clock->Now()));
  return UpdateClock::Restore(std::move(fields));
}

absl::StatusOr<Updates::Loaded> Updates::Change(const Cause& cause, absl::string_view name,
                                                absl::string_view etag, const Step& step) {
  if (auto ids = ParseName("updateClocks/{c}", name); !ids.ok()) {
    return Error::Field("name", ids.status().message());
  }
  const absl::Time now = parts_.clock->Now();
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> known,
                            parts_.store->Find(cause.once, now));
  if (known) return parts_.store->Load(*known);
  absl::StatusOr<Loaded> before = parts_.store->Load(name);
  if (absl::IsNotFound(before.status())) return Error::NotVisible(name);
  SHAREWAY_RETURN_IF_ERROR(before.status());
  const Actor actor = ActorFor(cause.caller, before->clock.fields().provider);
  if (!actor.SeesDrafts()) return Error::NotVisible(name);
  SHAREWAY_RETURN_IF_ERROR(CheckEtag(etag, *before));
  SHAREWAY_ASSIGN_OR_RETURN(const UpdateClock current, Current(before->clock));
  SHAREWAY_ASSIGN_OR_RETURN(const UpdateClock after, step(current, actor));
  kv::Batch batch;
  parts_.store->Put(before->version, after, &batch);
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Committed committed,
                            parts_.store->Commit({.records = {RecordOf(after)},
                                                  .cause = &cause,
                                                  .result = std::string(name),
                                                  .now = now},
                                                 std::move(batch)));
  return Loaded{after, committed.version};
}

absl::StatusOr<Updates::Loaded> Updates::AskExtension(const Cause& cause, absl::string_view name,
                                                      absl::string_view etag, int days,
                                                      absl::string_view reason) {
  return Change(cause, name, etag, [&](const UpdateClock& clock, const Actor& actor) {
    return clock.AskExtension(actor, days, reason, parts_.clock->Now());
  });
}

absl::StatusOr<Updates::Loaded> Updates::ConsentExtension(const Cause& cause,
                                                          absl::string_view name,
                                                          absl::string_view etag,
                                                          absl::string_view document) {
  return Change(cause, name, etag, [&](const UpdateClock& clock, const Actor& actor) {
    return clock.ConsentExtension(actor, document, parts_.clock->Now(), *parts_.calendars);
  });
}

absl::StatusOr<Updates::Loaded> Updates::RefuseExtension(const Cause& cause,
                                                         absl::string_view name,
                                                         absl::string_view etag,
                                                         absl::string_view reason) {
  return Change(cause, name, etag, [&](const UpdateClock& clock, const Actor& actor) {
    return clock.RefuseExtension(actor, reason, parts_.clock->Now());
  });
}

absl::StatusOr<Updates::Loaded> Updates::Complete(const Cause& cause, absl::string_view name,
                                                  absl::string_view etag,
                                                  absl::string_view statement) {
  return Change(cause, name, etag, [&](const UpdateClock& clock, const Actor& actor) {
    return clock.Complete(actor, statement, parts_.clock->Now());
  });
}

absl::StatusOr<Updates::Page> Updates::List(const Caller& caller, const Query& query,
                                            absl::string_view cursor, size_t limit) const {
  const auto sees = [&](absl::string_view agency) {
    const Actor actor = ActorFor(caller, agency);
    return (!caller.person && caller.agency.empty()) || actor.SeesDrafts();
  };
  if (!query.agency.empty() && !sees(query.agency)) return Error::NotVisible(query.agency);
  Page page;
  std::string last(cursor);
  for (size_t examined = 0;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<UpdateStore::Place> chunk,
                              parts_.store->List(query.agency, last, kChunk));
    if (chunk.empty()) return page;
    for (const UpdateStore::Place& place : chunk) {
      if (page.clocks.size() == limit || examined > kMaxExamined) {
        page.next = last;
        return page;
      }
      ++examined;
      last = place.cursor;
      if (!sees(place.agency)) continue;
      SHAREWAY_ASSIGN_OR_RETURN(Loaded loaded, parts_.store->Load(place.name));
      SHAREWAY_ASSIGN_OR_RETURN(loaded.clock, Current(std::move(loaded.clock)));
      const UpdateClock::Fields& fields = loaded.clock.fields();
      if (query.state != UpdateClock::State::kUnspecified && fields.state != query.state) continue;
      if (query.kind != UpdateClock::Kind::kUnspecified && fields.kind != query.kind) continue;
      if (query.overdue && !loaded.clock.Overdue(parts_.clock->Now())) continue;
      page.clocks.push_back(std::move(loaded));
    }
  }
}

absl::StatusOr<v1::UpdateClock> Updates::Shown(const Loaded& loaded) const {
  SHAREWAY_ASSIGN_OR_RETURN(const UpdateClock clock, Current(loaded.clock));
  const absl::Time now = parts_.clock->Now();
  v1::UpdateClock message = ToMessage(clock);
  message.set_etag(Etag(loaded));
  message.set_overdue(clock.Overdue(now));
  if (clock.open()) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const statute::WorkingDays left,
        statute::WorkingDaysBetween(*parts_.calendars, clock.fields().clock.area,
                                    statute::LawDay(now), clock.fields().clock.due.day));
    message.set_working_days_left(left.days);
  }
  return message;
}

absl::Status Updates::CheckAnswers(absl::string_view resource,
                                   const std::vector<std::string>& clocks) const {
  if (clocks.size() > kMaxAnswers) {
    return Error::Field("update_clocks",
                        absl::StrCat("has ", clocks.size(), " names, want ", kMaxAnswers,
                                     " at most"));
  }
  if (clocks.empty()) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Loaded> open, parts_.store->OpenOf(resource));
  std::set<std::string> left;
  for (const Loaded& loaded : open) {
    if (loaded.clock.fields().kind == UpdateClock::Kind::kUpdate) {
      left.insert(loaded.clock.fields().name);
    }
  }
  for (size_t i = 0; i < clocks.size(); ++i) {
    if (left.erase(clocks[i]) > 0) continue;
    return Error::Field(absl::StrCat("update_clocks[", i, "]"),
                        absl::StrCat("is no update clock of ", resource,
                                     " that runs, or is there twice"));
  }
  return absl::OkStatus();
}

absl::Status Updates::Follow(RecordKind kind, const Resource& before, const Resource& after,
                             const Cause& cause, absl::Time now,
                             std::vector<evidence::AuditRecord>* records, kv::Batch* batch) const {
  const std::string& name = after.fields().name;
  const auto put = [&](uint64_t version, const UpdateClock& clock) {
    parts_.store->Put(version, clock, batch);
    records->push_back(RecordOf(clock));
  };
  if (kind == evidence::v1::RESOURCE_APPROVED) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const std::optional<UpdateClock> clock,
        Start(UpdateClock::Kind::kPublication, name, after.fields().provider, nullptr, now));
    if (clock) put(0, *clock);
    return absl::OkStatus();
  }
  const bool published = kind == evidence::v1::RESOURCE_PUBLISHED;
  const bool withdrawn = kind == evidence::v1::RESOURCE_STATE_CHANGED &&
                         after.StateOf(Resource::Face::kPublished) == State::kWithdrawn;
  const bool returned = kind == evidence::v1::RESOURCE_RETURNED &&
                        before.StateOf(Resource::Face::kWorking) == State::kApproved;
  if (!published && !withdrawn && !returned) return absl::OkStatus();
  std::set<std::string> answered;
  if (published && before.fields().working) {
    const std::vector<std::string>& named = before.fields().working->update_clocks;
    answered.insert(named.begin(), named.end());
  }
  const std::string& who = cause.caller.name;
  if (withdrawn) SHAREWAY_RETURN_IF_ERROR(parts_.store->ExpectNoneStarted(name, batch));
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Loaded> open, parts_.store->OpenOf(name));
  for (const Loaded& loaded : open) {
    const UpdateClock::Fields& fields = loaded.clock.fields();
    const bool authority = fields.kind == UpdateClock::Kind::kPublication;
    if (!withdrawn && !authority && !answered.contains(fields.name)) continue;
    SHAREWAY_ASSIGN_OR_RETURN(const UpdateClock current, Current(loaded.clock));
    const uint32_t revision = published ? after.fields().published->revision : 0;
    SHAREWAY_ASSIGN_OR_RETURN(const UpdateClock ended, withdrawn
                                                           ? current.Drop(who, now)
                                                           : current.Meet(who, revision, now));
    put(loaded.version, ended);
  }
  return absl::OkStatus();
}

}  // namespace shareway::catalog
