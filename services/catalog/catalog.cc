// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/catalog.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "libs/statute/calendar.h"
#include "services/catalog/domain/freshness.h"
#include "services/catalog/domain/revision.h"
#include "services/catalog/references.h"
#include "services/catalog/domain/secrecy.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

using evidence::RecordKind;

constexpr int kAttempts = 5;

absl::Status CheckEtag(absl::string_view etag, const Catalog::Loaded& loaded, bool required) {
  if (etag.empty() && required) {
    return Error::Field("etag", "is empty; what is signed names the state that was seen");
  }
  const std::string now = Catalog::Etag(loaded);
  if (etag.empty() || etag == now) return absl::OkStatus();
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               absl::StrCat(loaded.resource.fields().name,
                            " changed meanwhile; read it again and retry"))
      .With("name", loaded.resource.fields().name)
      .With("etag", now);
}

const Authority* AuthorityOf(const Register& all, absl::string_view provider) {
  const Agency* agency = all.Find<Agency>(provider);
  return agency == nullptr ? nullptr : all.Find<Authority>(agency->authority);
}

// Null if nothing is in work.
const Entry* WorkingEntry(const Resource& resource) {
  return resource.fields().working ? &resource.fields().working->entry : nullptr;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::Open(Parts parts) {
  auto catalog = std::unique_ptr<Catalog>(new Catalog(parts));
  if (parts.metrics != nullptr) {
    catalog->changes_ = parts.metrics->AddCounters("shareway_catalog_changes_total",
                                                   "Changes of entries by kind.", {"kind"});
  }
  return catalog;
}

std::string Catalog::Etag(const Loaded& loaded) {
  return loaded.version == 0 ? "" : absl::StrCat("v", loaded.version);
}

Actor Catalog::ActorFor(const Caller& caller, absl::string_view provider) const {
  Actor actor = {.name = caller.name, .person = caller.person, .roles = caller.roles};
  if (caller.agency.empty()) return actor;
  actor.own_agency = caller.agency == provider;
  const std::shared_ptr<const Register> all = parts_.directory();
  const Authority* authority = AuthorityOf(*all, provider);
  // A mandate over an authority's agency is none over those that it is in charge of.
  actor.in_charge =
      authority != nullptr && authority->agency == caller.agency && !caller.inspects;
  return actor;
}

absl::StatusOr<Law> Catalog::LawFor(absl::string_view provider) const {
  const std::shared_ptr<const Register> all = parts_.directory();
  const Authority* authority = AuthorityOf(*all, provider);
  if (authority == nullptr) {
    return Error(Reason::kReferenceMissing, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(provider, " has no sharing authority, so no legal text governs it"))
        .With("name", provider);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Profile* profile,
                            parts_.statutes->Find(authority->profile));
  Law law = Law::From(*profile);
  law.categories = parts_.categories;
  law.extensions = parts_.extensions;
  law.division = all->Find<Agency>(provider)->division;
  return law;
}

absl::StatusOr<Resource> Catalog::WithReferences(absl::StatusOr<Resource> written,
                                                 const Entry* entry, const Law& law,
                                                 bool related) const {
  std::optional<ErrorDetails> faults;
  if (!written.ok()) {
    faults = DetailsOf(written.status());
    if (!faults || faults->reason != Reason::kFieldInvalid) return written;
  }
  const std::shared_ptr<const Register> all = parts_.directory();
  const ReferencePlaces places = {all.get(), parts_.store, parts_.sources,
                                  parts_.assessments};
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<FieldViolation> missing,
                            MissingReferences(*entry, law, places));
  if (related) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<FieldViolation> more,
                              MissingRelated(*entry, law, places));
    missing.insert(missing.end(), more.begin(), more.end());
  }
  if (!faults) {
    SHAREWAY_RETURN_IF_ERROR(ReferencesMissing(missing, law));
    return written;
  }
  faults->fields.insert(faults->fields.end(), missing.begin(), missing.end());
  return Error::Fields(faults->fields);
}

absl::StatusOr<Resource> Catalog::WithDue(const Resource& before, Resource after) const {
  const Resource::Published& now = *after.fields().published;
  const std::optional<Resource::Published>& was = before.fields().published;
  // Another revision of the same cycle makes no data fresher.
  if (was && was->entry.update_cycle == now.entry.update_cycle && was->fresh.due) return after;
  const std::shared_ptr<const Register> all = parts_.directory();
  const Authority* authority = AuthorityOf(*all, after.fields().provider);
  if (authority == nullptr) return after;
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Profile* profile,
                            parts_.statutes->Find(authority->profile));
  Resource::Fresh fresh = now.fresh;
  SHAREWAY_ASSIGN_OR_RETURN(
      fresh.due, RefreshDue(now.entry.update_cycle, fresh.refreshed.value_or(now.publish_time),
                            *parts_.calendars, profile->area));
  fresh.reminders = 0;
  return after.WithFresh(fresh);
}

absl::StatusOr<std::optional<Catalog::Loaded>> Catalog::Repeated(const Cause& cause) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> name,
                            parts_.store->Find(cause.once, parts_.clock->Now()));
  if (!name) return std::nullopt;
  absl::StatusOr<Loaded> loaded = parts_.store->Load(*name);
  if (absl::IsNotFound(loaded.status())) return Error::NotVisible(*name);  // deleted since
  SHAREWAY_RETURN_IF_ERROR(loaded.status());
  return *std::move(loaded);
}

void Catalog::Announce(absl::string_view name) {
  absl::MutexLock lock(&announce_mutex_);
  const absl::StatusOr<Loaded> loaded = parts_.store->Load(name);
  if (!loaded.ok()) {
    if (!absl::IsNotFound(loaded.status())) log::Error("announce-failed", {{"name", name}});
    return;
  }
  if (loaded->resource.StateOf(Resource::Face::kPublished) == Resource::State::kPublished) {
    parts_.announce(name, &loaded->resource.fields().published->entry);
  } else {
    parts_.announce(name, nullptr);
  }
}

absl::StatusOr<Catalog::Loaded> Catalog::Save(const Cause& cause, const Loaded& before,
                                              const Resource& after, RecordKind kind,
                                              absl::string_view reason,
                                              const Together& together) {
  const Resource::Fields& fields = after.fields();
  evidence::AuditRecord record;
  record.set_kind(kind);
  record.set_object(fields.name);
  record.set_resource(fields.name);
  record.add_agencies(fields.provider);
  const std::shared_ptr<const Register> all = parts_.directory();
  const Authority* authority = AuthorityOf(*all, fields.provider);
  if (authority != nullptr && !authority->agency.empty() && authority->agency != fields.provider) {
    record.add_agencies(authority->agency);
  }
  const Resource::Fields& known = before.resource.fields();
  const std::string* rule = fields.published ? &fields.published->profile : nullptr;
  if (known.working && !fields.published) rule = &known.working->profile;  // a deleted draft's
  record.set_rule(fields.working ? fields.working->profile : *rule);
  const absl::Time now = parts_.clock->Now();
  Event event = {
      .records = {std::move(record)}, .cause = &cause, .result = fields.name, .now = now};
  Along along = {.reason = std::string(reason)};
  if (kind == evidence::v1::RESOURCE_PUBLISHED && known.published) {
    for (const Narrowing& narrowing :
         Narrowings(known.published->entry, fields.published->entry)) {
      along.narrowings.push_back(ToMessage(narrowing));
    }
  }
  SHAREWAY_RETURN_IF_ERROR(parts_.updates->Follow(kind, before.resource, after, cause, now,
                                                  &event.records, &along.batch));
  if (parts_.assessments != nullptr) {
    SHAREWAY_RETURN_IF_ERROR(
        parts_.assessments->Follow(before.resource, after, now, &along.batch));
  }
  if (together) together(after, &along.batch);
  absl::StatusOr<Loaded> saved =
      parts_.store->Save(before, after, std::move(event), std::move(along));
  if (kind == evidence::v1::RESOURCE_PUBLISHED || kind == evidence::v1::RESOURCE_STATE_CHANGED) {
    Announce(fields.name);
  }
  if (saved.ok() && changes_) changes_->With(evidence::v1::RecordKind_Name(kind)).Add();
  return saved;
}

absl::Status Catalog::TakeCode(const Cause& cause, const Actor& actor, const Law& law,
                               bool validate_only, Entry* entry) const {
  // Without a generator, or a category to take it of, the rules say what the entry lacks.
  if (parts_.codes == nullptr || parts_.categories == nullptr ||
      parts_.categories->Find(entry->category) == nullptr) {
    return absl::OkStatus();
  }
  // Nothing is looked up, or quoted, for an entry that is marked as a secret.
  if (SecretField(*entry)) return Resource::Create(actor, *entry, law).status();
  SHAREWAY_ASSIGN_OR_RETURN(entry->code, parts_.codes->Peek(entry->provider, entry->category));
  if (validate_only) return absl::OkStatus();
  // What is refused costs no code.
  SHAREWAY_RETURN_IF_ERROR(Drafted(actor, *entry, law).status());
  Cause taking = cause;
  taking.once.request_id.clear();  // the request's result is the entry
  taking.act.reset();              // and an act is taken once
  SHAREWAY_ASSIGN_OR_RETURN(const v1::GeneratedCode taken,
                            parts_.codes->Generate(taking, entry->category));
  entry->code = taken.code();
  return absl::OkStatus();
}

absl::StatusOr<Resource> Catalog::Drafted(const Actor& actor, const Entry& entry,
                                          const Law& law) const {
  SHAREWAY_ASSIGN_OR_RETURN(
      Resource created, WithReferences(Resource::Create(actor, entry, law), &entry, law, false));
  SHAREWAY_RETURN_IF_ERROR(ResourceStore::CheckSize(created.fields().working->entry));
  return created;
}

absl::StatusOr<Catalog::Loaded> Catalog::Create(const Cause& cause, Entry entry,
                                                bool validate_only, const Together& together) {
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<Loaded> repeated, Repeated(cause));
  if (repeated) return *std::move(repeated);
  const Actor actor = ActorFor(cause.caller, entry.provider);
  if (!actor.own_agency) return Error::NotVisible(entry.provider);
  SHAREWAY_ASSIGN_OR_RETURN(const Law law, LawFor(entry.provider));
  if (entry.code.empty()) {
    SHAREWAY_RETURN_IF_ERROR(TakeCode(cause, actor, law, validate_only, &entry));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Resource created, Drafted(actor, entry, law));
  const std::string& name = created.fields().name;
  const Error taken = Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
                            absl::StrCat("the code ", created.fields().code, " is taken"))
                          .With("name", name);
  const absl::Status known = parts_.store->Load(name).status();
  if (known.ok()) return taken;
  if (!absl::IsNotFound(known)) return known;
  SHAREWAY_ASSIGN_OR_RETURN(const std::string keeper, parts_.store->KeeperOf(name));
  if (!keeper.empty() && keeper != created.fields().provider) return taken;
  const Loaded before = {.resource = Resource::Restore({})};
  if (validate_only) return Loaded{.resource = created};
  absl::StatusOr<Loaded> saved =
      Save(cause, before, created, evidence::v1::RESOURCE_DRAFTED, "", together);
  // The only thing that can have changed meanwhile is that somebody took the
  // code, or that this very request came twice.
  if (absl::IsAborted(saved.status())) {
    SHAREWAY_ASSIGN_OR_RETURN(repeated, Repeated(cause));
    if (repeated) return *std::move(repeated);
    return taken;
  }
  return saved;
}

absl::StatusOr<Catalog::Loaded> Catalog::Change(const Cause& cause, absl::string_view name,
                                                absl::string_view etag, RecordKind kind,
                                                const Decision& decide,
                                                absl::string_view reason, bool validate_only,
                                                const Together& together) {
  if (auto ids = ParseName("resources/{r}", name); !ids.ok()) {
    return Error::Field("name", ids.status().message());
  }
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<Loaded> repeated, Repeated(cause));
  if (repeated) return *std::move(repeated);
  for (int attempt = 1;; ++attempt) {
    const absl::StatusOr<Loaded> before = parts_.store->Load(name);
    if (absl::IsNotFound(before.status())) return Error::NotVisible(name);
    SHAREWAY_RETURN_IF_ERROR(before.status());
    const Actor actor = ActorFor(cause.caller, before->resource.fields().provider);
    if (!actor.SeesDrafts()) return Error::NotVisible(name);
    SHAREWAY_RETURN_IF_ERROR(CheckEtag(etag, *before, cause.act.has_value()));
    SHAREWAY_ASSIGN_OR_RETURN(const Resource after, decide(before->resource, actor));
    if (validate_only) return Loaded{.resource = after};
    absl::StatusOr<Loaded> saved = Save(cause, *before, after, kind, reason, together);
    if (!absl::IsAborted(saved.status()) || attempt == kAttempts) return saved;
    const std::optional<ErrorDetails> why = DetailsOf(saved.status());
    if (why && why->reason == Reason::kActReplayed) return saved;
    // A node told of a refresh meanwhile, or one of its clocks moved: the etag is of the entry, which
    // is as it was.
    const absl::StatusOr<Loaded> now = parts_.store->Load(name);
    if (!now.ok() || now->version != before->version) return saved;
  }
}

absl::StatusOr<Catalog::Loaded> Catalog::Update(const Cause& cause, absl::string_view name,
                                                absl::string_view etag, Entry entry,
                                                bool validate_only, const Together& together) {
  return Change(
      cause, name, etag, evidence::v1::RESOURCE_DRAFTED,
      [this, &entry](const Resource& resource, const Actor& actor) -> absl::StatusOr<Resource> {
        SHAREWAY_ASSIGN_OR_RETURN(const Law law, LawFor(resource.fields().provider));
        SHAREWAY_ASSIGN_OR_RETURN(
            Resource updated,
            WithReferences(resource.Update(actor, entry, law), &entry, law, false));
        SHAREWAY_RETURN_IF_ERROR(ResourceStore::CheckSize(updated.fields().working->entry));
        return updated;
      },
      "", validate_only, together);
}

absl::StatusOr<Catalog::Loaded> Catalog::Submit(const Cause& cause, absl::string_view name,
                                                absl::string_view etag,
                                                std::vector<std::string> answers) {
  return Change(
      cause, name, etag, evidence::v1::RESOURCE_SUBMITTED,
      [&](const Resource& resource, const Actor& actor) -> absl::StatusOr<Resource> {
        SHAREWAY_ASSIGN_OR_RETURN(const Law law, LawFor(resource.fields().provider));
        SHAREWAY_ASSIGN_OR_RETURN(Resource submitted,
                                  WithReferences(resource.Submit(actor, law, answers),
                                                 WorkingEntry(resource), law, true));
        SHAREWAY_RETURN_IF_ERROR(
            parts_.updates->CheckAnswers(resource.fields().name, answers));
        return submitted;
      });
}

absl::StatusOr<Catalog::Loaded> Catalog::DeleteDraft(const Cause& cause, absl::string_view name,
                                                     absl::string_view etag) {
  if (etag.empty()) return Error::Field("etag", "is empty; it names the state that is deleted");
  if (auto ids = ParseName("resources/{r}", name); !ids.ok()) {
    return Error::Field("name", ids.status().message());
  }
  // A repetition finds nothing where the first call deleted all of it.
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> done,
                            parts_.store->Find(cause.once, parts_.clock->Now()));
  if (done) {
    absl::StatusOr<Loaded> left = parts_.store->Load(*done);
    if (absl::IsNotFound(left.status())) return Loaded{.resource = Resource::Restore({})};
    return left;
  }
  return Change(
      cause, name, etag, evidence::v1::RESOURCE_DRAFT_DELETED,
      [](const Resource& resource, const Actor& actor) { return resource.DeleteDraft(actor); });
}

absl::StatusOr<Catalog::Loaded> Catalog::Approve(const Cause& cause, absl::string_view name,
                                                 absl::string_view etag) {
  return Change(
      cause, name, etag, evidence::v1::RESOURCE_APPROVED,
      [this](const Resource& resource, const Actor& actor) {
        return resource.Approve(actor, parts_.clock->Now());
      });
}

absl::Status Catalog::Consulted(Cut cut, const Resource& resource,
                                absl::string_view service_change) const {
  const std::string& name = resource.fields().name;
  if (!service_change.empty() && !HasForm("service-changes/{c}", service_change)) {
    return Error::Field("service_change", "is not service-changes/{c}");
  }
  if (parts_.use == nullptr) {
    return absl::UnavailableError("sharing, which knows who uses the entry, is not connected");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Law law, LawFor(resource.fields().provider));
  const absl::StatusOr<ResourceUse> use = parts_.use(name, service_change);
  if (!use.ok()) {
    return absl::UnavailableError(absl::StrCat(
        "sharing, which knows who uses ", name, ", did not tell: ", use.status().message()));
  }
  return CheckConsulted(cut, name, *use, service_change, statute::LawDay(parts_.clock->Now()),
                        law.change_article);
}

absl::Status Catalog::CheckUncited(const Resource& resource, absl::string_view service_change,
                                   const Law& law) const {
  if (service_change.empty()) return absl::OkStatus();
  for (uint32_t revision = resource.fields().published->revision; revision > 0; --revision) {
    SHAREWAY_ASSIGN_OR_RETURN(const Resource::Published known,
                              parts_.store->LoadRevision(resource.fields().name, revision));
    if (known.entry.service_change != service_change) continue;
    return Error::Field(
        "resource.service_change",
        absl::StrCat(service_change, " carried revision ", revision,
                     "; name the one that was filed for this (", law.change_article, ", ",
                     law.profile, ")"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Catalog::Loaded> Catalog::Publish(const Cause& cause, absl::string_view name,
                                                 absl::string_view etag) {
  return Change(
      cause, name, etag, evidence::v1::RESOURCE_PUBLISHED,
      [this](const Resource& resource, const Actor& actor) -> absl::StatusOr<Resource> {
        SHAREWAY_ASSIGN_OR_RETURN(const Law law, LawFor(resource.fields().provider));
        // What was there at the submission may have gone meanwhile.
        SHAREWAY_ASSIGN_OR_RETURN(
            Resource next, WithReferences(resource.Publish(actor, parts_.clock->Now()),
                                          WorkingEntry(resource), law, true));
        if (resource.fields().published) {
          const Entry& before = resource.fields().published->entry;
          const Entry& after = next.fields().published->entry;
          if (!Narrowings(before, after).empty()) {
            SHAREWAY_RETURN_IF_ERROR(CheckUncited(resource, after.service_change, law));
            SHAREWAY_RETURN_IF_ERROR(
                Consulted(Cut::kNarrowerRevision, resource, after.service_change));
          }
        }
        return WithDue(resource, std::move(next));
      });
}

absl::StatusOr<Catalog::Loaded> Catalog::Return(const Cause& cause, absl::string_view name,
                                                absl::string_view etag, absl::string_view reason) {
  return Change(cause, name, etag, evidence::v1::RESOURCE_RETURNED,
                [this, reason](const Resource& resource,
                               const Actor& actor) -> absl::StatusOr<Resource> {
                  SHAREWAY_ASSIGN_OR_RETURN(const Law law, LawFor(resource.fields().provider));
                  return resource.Return(actor, reason, law);
                });
}

absl::StatusOr<Catalog::Loaded> Catalog::Suspend(const Cause& cause, absl::string_view name,
                                                 absl::string_view etag,
                                                 absl::string_view reason) {
  return Change(cause, name, etag, evidence::v1::RESOURCE_STATE_CHANGED,
                [this, reason](const Resource& resource,
                               const Actor& actor) -> absl::StatusOr<Resource> {
                  SHAREWAY_ASSIGN_OR_RETURN(const Law law, LawFor(resource.fields().provider));
                  return resource.Suspend(actor, reason, law);
                },
                reason);
}

absl::StatusOr<Catalog::Loaded> Catalog::Resume(const Cause& cause, absl::string_view name,
                                                absl::string_view etag, absl::string_view reason) {
  return Change(cause, name, etag, evidence::v1::RESOURCE_STATE_CHANGED,
                [this, reason](const Resource& resource,
                               const Actor& actor) -> absl::StatusOr<Resource> {
                  SHAREWAY_ASSIGN_OR_RETURN(const Law law, LawFor(resource.fields().provider));
                  return resource.Resume(actor, reason, law);
                },
                reason);
}

absl::StatusOr<Catalog::Loaded> Catalog::Withdraw(const Cause& cause, absl::string_view name,
                                                  absl::string_view etag, absl::string_view reason,
                                                  absl::string_view service_change) {
  return Change(
      cause, name, etag, evidence::v1::RESOURCE_STATE_CHANGED,
      [&](const Resource& resource, const Actor& actor) -> absl::StatusOr<Resource> {
        SHAREWAY_ASSIGN_OR_RETURN(const Law law, LawFor(resource.fields().provider));
        SHAREWAY_ASSIGN_OR_RETURN(Resource next,
                                  resource.Withdraw(actor, reason, service_change, law));
        SHAREWAY_RETURN_IF_ERROR(Consulted(Cut::kWithdrawal, resource, service_change));
        return next;
      },
      reason);
}

}  // namespace shareway::catalog
