// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/projects.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/catalog/store/foreign_store.h"

namespace shareway::catalog {
namespace {

using evidence::RecordKind;

// Projects that one List looks at; a page may be short, or empty, and go on.
constexpr size_t kMaxExamined = 5000;
constexpr size_t kChunk = 100;

const Authority* AuthorityOf(const Register& all, absl::string_view agency) {
  const Agency* known = all.Find<Agency>(agency);
  return known == nullptr ? nullptr : all.Find<Authority>(known->authority);
}

absl::Status CheckEtag(absl::string_view etag, const Projects::Loaded& loaded, bool required) {
  if (etag.empty() && required) {
    return Error::Field("etag", "is empty; what is signed names the state that was seen");
  }
  const std::string now = Projects::Etag(loaded);
  if (etag.empty() || etag == now) return absl::OkStatus();
  const std::string& name = loaded.project.fields().name;
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               absl::StrCat(name, " changed meanwhile; read it again and retry"))
      .With("name", name)
      .With("etag", now);
}

// Nothing was pre-compiled, and nobody waits for it any more if it was withdrawn.
bool LacksCatalogue(const Project& project) {
  return project.fields().compilation == 0 &&
         project.fields().state != Project::State::kWithdrawn;
}

}  // namespace

std::string Projects::Etag(const Loaded& loaded) { return absl::StrCat("v", loaded.version); }

Actor Projects::ActorFor(const Caller& caller, absl::string_view agency) const {
  Actor actor = {.name = caller.name, .person = caller.person, .roles = caller.roles};
  if (caller.agency.empty()) return actor;
  actor.own_agency = caller.agency == agency;
  const std::shared_ptr<const Register> all = parts_.directory();
  const Authority* authority = AuthorityOf(*all, agency);
  // A mandate over an authority's agency is none over those that it is in charge of.
  actor.in_charge =
      authority != nullptr && authority->agency == caller.agency && !caller.inspects;
  return actor;
}

bool Projects::Sees(const Register& all, const Caller& caller, absl::string_view agency) const {
  if (!caller.person || caller.agency.empty()) return false;
  if (caller.agency == agency) return true;
  if (caller.inspects) return false;
  const std::vector<const Authority*> own = AuthoritiesOf(all, caller.agency);
  return std::any_of(own.begin(), own.end(), [&](const Authority* authority) {
    return InChargeFromAbove(all, authority->name, agency);
  });
}

absl::StatusOr<std::optional<Projects::Loaded>> Projects::Repeated(const Cause& cause) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> name,
                            parts_.store->Find(cause.once, parts_.clock->Now()));
  if (!name) return std::nullopt;
  return parts_.store->Load(*name);
}

absl::StatusOr<Projects::Loaded> Projects::Save(const Cause& cause,
                                                const std::optional<Loaded>& before,
                                                const Project& after, RecordKind kind) {
  SHAREWAY_RETURN_IF_ERROR(ProjectStore::CheckSize(after));
  const Project::Fields& fields = after.fields();
  evidence::AuditRecord record;
  record.set_kind(kind);
  record.set_object(fields.name);
  record.add_agencies(fields.agency);
  const std::shared_ptr<const Register> all = parts_.directory();
  const Authority* authority = AuthorityOf(*all, fields.agency);
  if (authority != nullptr && !authority->agency.empty() && authority->agency != fields.agency) {
    record.add_agencies(authority->agency);
  }
  record.set_rule(fields.profile);
  return parts_.store->Save(before, after,
                            {.records = {std::move(record)},
                             .cause = &cause,
                             .result = fields.name,
                             .now = parts_.clock->Now()});
}

absl::StatusOr<Projects::Loaded> Projects::Create(const Cause& cause, Project::Request request) {
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<Loaded> repeated, Repeated(cause));
  if (repeated) return *std::move(repeated);
  const std::string& agency = cause.caller.agency;
  const std::shared_ptr<const Register> all = parts_.directory();
  const Authority* authority = AuthorityOf(*all, agency);
  if (authority == nullptr) {
    return Error(Reason::kReferenceMissing, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(agency, " has no sharing authority, so no legal text governs it"))
        .With("name", agency);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Profile* profile,
                            parts_.statutes->Find(authority->profile));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Project created,
      Project::Create(ActorFor(cause.caller, agency),
                      absl::StrCat("projects/", IdFromRandom(crypto::RandomBytes(15))), agency,
                      std::move(request), profile->cited(), parts_.clock->Now()));
  absl::StatusOr<Loaded> saved =
      Save(cause, std::nullopt, created, evidence::v1::PROJECT_CHANGED);
  if (!absl::IsAborted(saved.status())) return saved;
  // The same request came twice at once.
  SHAREWAY_ASSIGN_OR_RETURN(repeated, Repeated(cause));
  if (repeated) return *std::move(repeated);
  return saved;
}

absl::StatusOr<Projects::Loaded> Projects::Change(const Cause& cause, absl::string_view name,
                                                  absl::string_view etag, RecordKind kind,
                                                  const Decision& decide) {
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<Loaded> repeated, Repeated(cause));
  if (repeated) return *std::move(repeated);
  SHAREWAY_ASSIGN_OR_RETURN(const Loaded before, Get(cause.caller, name));
  SHAREWAY_RETURN_IF_ERROR(CheckEtag(etag, before, cause.act.has_value()));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Project after,
      decide(before.project, ActorFor(cause.caller, before.project.fields().agency)));
  return Save(cause, before, after, kind);
}

absl::StatusOr<Projects::Loaded> Projects::Update(const Cause& cause, absl::string_view name,
                                                  absl::string_view etag,
                                                  Project::Request request) {
  return Change(cause, name, etag, evidence::v1::PROJECT_CHANGED,
                [&](const Project& project, const Actor& actor) {
                  return project.Update(actor, std::move(request));
                });
}

absl::Status Projects::CheckUsed(const std::vector<Project::Planned>& entries) const {
  for (size_t e = 0; e < entries.size(); ++e) {
    const std::string& name = entries[e].uses;
    if (name.empty()) continue;
    if (!HasForm("resources/{r}", name) && !IsForeign(name)) {
      return Error::Field(absl::StrCat("entries[", e, "].uses"), "is not resources/{r}");
    }
    const absl::StatusOr<ResourceStore::Loaded> loaded = parts_.resources->Load(name);
    if (!loaded.ok() && !absl::IsNotFound(loaded.status())) return loaded.status();
    // A draft of another agency and an entry that is not there are one to the reader.
    if (loaded.ok() && loaded->resource.StateOf(Resource::Face::kPublished) ==
                           Resource::State::kPublished) {
      continue;
    }
    return Error(Reason::kReferenceMissing, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat("entries[", e, "].uses: ", name, " is not published"))
        .With("field", absl::StrCat("entries[", e, "].uses"))
        .With("name", name);
  }
  return absl::OkStatus();
}

absl::Status Projects::AddFindings(std::vector<Project::Planned>* entries) const {
  std::vector<Sources::Asked> asked;
  std::vector<Project::PlannedItem*> items;
  for (Project::Planned& entry : *entries) {
    for (Project::PlannedItem& item : entry.items) {
      item.published.clear();
      asked.push_back({.name = item.name, .definition = item.definition});
      items.push_back(&item);
    }
  }
  for (size_t from = 0; from < asked.size(); from += Sources::kMaxItems) {
    const size_t to = std::min(asked.size(), from + Sources::kMaxItems);
    const std::vector<Sources::Asked> some(asked.begin() + static_cast<ptrdiff_t>(from),
                                           asked.begin() + static_cast<ptrdiff_t>(to));
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Sources::Finding> findings,
                              parts_.sources->Check(some));
    for (size_t i = 0; i < findings.size(); ++i) {
      for (const Sources::Match& match : findings[i].matches) {
        std::vector<Project::Place>& places = items[from + i]->published;
        if (places.size() == Project::kMaxPlaces) break;
        places.push_back({.place = absl::StrCat(match.resource, "/", match.item.id),
                          .likeness = match.likeness,
                          .provider = match.provider,
                          .share_class = match.share_class});
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Projects::Loaded> Projects::Precompile(const Cause& cause, absl::string_view name,
                                                      absl::string_view etag,
                                                      std::vector<Project::Planned> entries) {
  return Change(
      cause, name, etag, evidence::v1::PROJECT_CHANGED,
      [&](const Project& project, const Actor& actor) -> absl::StatusOr<Project> {
        if (!actor.own_agency) return Error::NotVisible(name);
        SHAREWAY_RETURN_IF_ERROR(Project::CheckEntries(entries));
        SHAREWAY_RETURN_IF_ERROR(CheckUsed(entries));
        SHAREWAY_RETURN_IF_ERROR(AddFindings(&entries));
        return project.Precompile(actor, std::move(entries));
      });
}

absl::StatusOr<Projects::Loaded> Projects::Opine(const Cause& cause, absl::string_view name,
                                                 absl::string_view etag, Project::Result result,
                                                 absl::string_view reason) {
  const std::shared_ptr<const Register> all = parts_.directory();
  return Change(cause, name, etag, evidence::v1::PROJECT_OPINION_ISSUED,
                [&](const Project& project, const Actor& actor) {
                  const Authority* authority = AuthorityOf(*all, project.fields().agency);
                  return project.Opine(actor, result, reason,
                                       authority == nullptr ? "" : authority->name,
                                       parts_.clock->Now());
                });
}

absl::StatusOr<std::vector<std::string>> Projects::Admitted(
    const Project& project, const std::vector<std::string>& names) const {
  std::vector<std::string> admitted;
  for (const std::string& name : names) {
    if (!HasForm("resources/{r}", name)) continue;
    const absl::StatusOr<ResourceStore::Loaded> loaded = parts_.resources->Load(name);
    if (absl::IsNotFound(loaded.status())) continue;
    SHAREWAY_RETURN_IF_ERROR(loaded.status());
    const Resource& resource = loaded->resource;
    if (resource.fields().provider != project.fields().agency) continue;
    if (resource.StateOf(Resource::Face::kPublished) == Resource::State::kWithdrawn) continue;
    SHAREWAY_ASSIGN_OR_RETURN(const std::string bears, parts_.store->ProjectOf(name));
    if (bears.empty()) admitted.push_back(name);
  }
  return admitted;
}

absl::StatusOr<Projects::Loaded> Projects::HandIn(const Cause& cause, absl::string_view name,
                                                  absl::string_view etag,
                                                  const std::vector<Project::Binding>& bindings) {
  return Change(cause, name, etag, evidence::v1::PROJECT_CHANGED,
                [&](const Project& project, const Actor& actor) -> absl::StatusOr<Project> {
                  std::vector<std::string> names;
                  for (const Project::Binding& binding : bindings) {
                    if (names.size() < Project::kMaxEntries) names.push_back(binding.resource);
                  }
                  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> admitted,
                                            Admitted(project, names));
                  return project.HandIn(actor, bindings, admitted);
                });
}

absl::StatusOr<Projects::Loaded> Projects::Accept(const Cause& cause, absl::string_view name,
                                                  absl::string_view etag) {
  return Change(cause, name, etag, evidence::v1::PROJECT_ACCEPTED,
                [&](const Project& project, const Actor& actor) -> absl::StatusOr<Project> {
                  std::vector<std::string> names;
                  for (const Project::Planned& entry : project.fields().entries) {
                    names.push_back(entry.resource);
                  }
                  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> admitted,
                                            Admitted(project, names));
                  return project.Accept(actor, admitted, parts_.clock->Now());
                });
}

absl::StatusOr<Projects::Loaded> Projects::Withdraw(const Cause& cause, absl::string_view name,
                                                    absl::string_view etag,
                                                    absl::string_view reason) {
  return Change(cause, name, etag, evidence::v1::PROJECT_CHANGED,
                [&](const Project& project, const Actor& actor) {
                  return project.Withdraw(actor, reason);
                });
}

absl::StatusOr<Projects::Loaded> Projects::Get(const Caller& caller, absl::string_view name) const {
  if (!HasForm("projects/{p}", name)) return Error::Field("name", "is not projects/{p}");
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<Loaded> loaded, parts_.store->Load(name));
  const std::shared_ptr<const Register> all = parts_.directory();
  if (!loaded || !Sees(*all, caller, loaded->project.fields().agency)) {
    return Error::NotVisible(name);
  }
  return *std::move(loaded);
}

absl::StatusOr<Projects::Page> Projects::List(const Caller& caller, const Filter& filter,
                                              absl::string_view name, size_t limit) const {
  if (!filter.agency.empty() && !HasForm("agencies/{a}", filter.agency)) {
    return Error::Field("agency", "is not agencies/{a}");
  }
  const std::shared_ptr<const Register> all = parts_.directory();
  Page page;
  std::string last(name);
  for (size_t examined = 0;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Loaded> chunk,
                              parts_.store->List(filter.agency, last, kChunk));
    if (chunk.empty()) return page;
    for (const Loaded& loaded : chunk) {
      if (page.projects.size() == limit || examined == kMaxExamined) {
        page.next = last;
        return page;
      }
      ++examined;
      const Project::Fields& fields = loaded.project.fields();
      last = fields.name;
      if (!Sees(*all, caller, fields.agency)) continue;
      if (filter.year != 0 && fields.request.year != filter.year) continue;
      if (filter.state != Project::State::kUnspecified && fields.state != filter.state) continue;
      if (filter.without_catalogue && !LacksCatalogue(loaded.project)) continue;
      page.projects.push_back(loaded);
    }
  }
}

}  // namespace shareway::catalog
