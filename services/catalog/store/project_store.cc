// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/project_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"

namespace shareway::catalog {
namespace {

constexpr char kProjects[] = "project/o/";

absl::string_view IdOf(absl::string_view name) { return absl::StripPrefix(name, "projects/"); }

std::string ProjectKey(absl::string_view name) { return absl::StrCat(kProjects, IdOf(name)); }

std::string AgencyPrefix(absl::string_view agency) {
  return absl::StrCat("project/a/", absl::StripPrefix(agency, "agencies/"), "/");
}

std::string EntryKey(absl::string_view resource) {
  return absl::StrCat("project/r/", absl::StripPrefix(resource, "resources/"));
}

absl::StatusOr<Project> Parse(absl::string_view bytes) {
  v1::Project message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a stored project cannot be read");
  }
  return FromMessage(message);
}

void Write(const Project::Planned& entry, v1::PlannedEntry* out) {
  out->set_id(entry.id);
  out->set_uses(entry.uses);
  out->set_title(entry.title);
  out->set_share_class(static_cast<v1::ShareClass>(entry.share_class));
  out->set_resource(entry.resource);
  for (const Project::PlannedItem& item : entry.items) {
    v1::PlannedItem* to = out->add_items();
    to->set_name(item.name);
    to->set_definition(item.definition);
    for (const Project::Place& place : item.published) {
      v1::PlannedItem::Place* found = to->add_published();
      found->set_place(place.place);
      found->set_likeness(static_cast<v1::CollectionMatch::Likeness>(place.likeness));
      found->set_provider(place.provider);
      found->set_share_class(static_cast<v1::ShareClass>(place.share_class));
    }
  }
}

}  // namespace

v1::Project ToMessage(const Project& project) {
  const Project::Fields& fields = project.fields();
  v1::Project message;
  message.set_name(fields.name);
  message.set_title(fields.request.title);
  message.set_agency(fields.agency);
  message.set_approval_number(fields.request.approval_number);
  message.set_budget_source(fields.request.budget_source);
  message.set_duties(fields.request.duties);
  for (const Project::System& system : fields.request.systems) {
    v1::PlannedSystem* out = message.add_systems();
    out->set_title(system.title);
    out->set_duties(system.duties);
  }
  message.set_year(fields.request.year);
  message.set_state(static_cast<v1::Project::State>(fields.state));
  for (const Project::Planned& entry : fields.entries) Write(entry, message.add_entries());
  message.set_compilation(fields.compilation);
  if (fields.opinion) {
    v1::Opinion* out = message.mutable_opinion();
    out->set_result(static_cast<v1::Opinion::Result>(fields.opinion->result));
    out->set_reason(fields.opinion->reason);
    out->set_compilation(fields.opinion->compilation);
    out->set_authority(fields.opinion->authority);
    out->set_issuer(fields.opinion->issuer);
    *out->mutable_issue_time() = evidence::ToTimestamp(fields.opinion->issue_time);
  }
  message.set_passed(project.Passed());
  for (const std::string& id : project.Missing()) message.add_missing(id);
  for (const std::string& person : fields.compilers) message.add_compilers(person);
  *message.mutable_create_time() = evidence::ToTimestamp(fields.create_time);
  if (fields.accept_time) {
    *message.mutable_accept_time() = evidence::ToTimestamp(*fields.accept_time);
  }
  message.set_accepted_by(fields.accepted_by);
  message.set_withdraw_reason(fields.withdraw_reason);
  message.set_profile(fields.profile);
  return message;
}

Project::Request RequestFrom(const v1::Project& message) {
  Project::Request request = {.title = message.title(),
                              .approval_number = message.approval_number(),
                              .budget_source = message.budget_source(),
                              .duties = message.duties(),
                              .year = message.year()};
  for (const v1::PlannedSystem& system : message.systems()) {
    request.systems.push_back({.title = system.title(), .duties = system.duties()});
  }
  return request;
}

Project::Planned PlannedFrom(const v1::PlannedEntry& message) {
  Project::Planned entry = {.id = message.id(),
                            .uses = message.uses(),
                            .title = message.title(),
                            .share_class = static_cast<ShareClass>(message.share_class()),
                            .resource = message.resource()};
  for (const v1::PlannedItem& item : message.items()) {
    Project::PlannedItem& added = entry.items.emplace_back();
    added.name = item.name();
    added.definition = item.definition();
    for (const v1::PlannedItem::Place& place : item.published()) {
      added.published.push_back({.place = place.place(),
                                 .likeness = static_cast<Likeness>(place.likeness()),
                                 .provider = place.provider(),
                                 .share_class = static_cast<ShareClass>(place.share_class())});
    }
  }
  return entry;
}

Project FromMessage(const v1::Project& message) {
  Project::Fields fields = {.name = message.name(),
                            .agency = message.agency(),
                            .request = RequestFrom(message),
                            .state = static_cast<Project::State>(message.state()),
                            .compilation = message.compilation(),
                            .compilers = {message.compilers().begin(), message.compilers().end()},
                            .create_time = evidence::FromTimestamp(message.create_time()),
                            .accepted_by = message.accepted_by(),
                            .withdraw_reason = message.withdraw_reason(),
                            .profile = message.profile()};
  for (const v1::PlannedEntry& entry : message.entries()) {
    fields.entries.push_back(PlannedFrom(entry));
  }
  if (message.has_opinion()) {
    const v1::Opinion& opinion = message.opinion();
    fields.opinion =
        Project::Opinion{.result = static_cast<Project::Result>(opinion.result()),
                         .reason = opinion.reason(),
                         .compilation = opinion.compilation(),
                         .authority = opinion.authority(),
                         .issuer = opinion.issuer(),
                         .issue_time = evidence::FromTimestamp(opinion.issue_time())};
  }
  if (message.has_accept_time()) {
    fields.accept_time = evidence::FromTimestamp(message.accept_time());
  }
  return Project::Restore(std::move(fields));
}

absl::StatusOr<std::optional<ProjectStore::Loaded>> ProjectStore::Load(
    absl::string_view name) const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(ProjectKey(name));
  if (absl::IsNotFound(entry.status())) return std::optional<Loaded>();
  if (!entry.ok()) return entry.status();
  SHAREWAY_ASSIGN_OR_RETURN(Project project, Parse(entry->value));
  return std::optional<Loaded>(Loaded{std::move(project), entry->version});
}

absl::StatusOr<std::vector<ProjectStore::Loaded>> ProjectStore::List(absl::string_view agency,
                                                                     absl::string_view name,
                                                                     size_t limit) const {
  const std::string prefix = agency.empty() ? kProjects : AgencyPrefix(agency);
  // Keys hold no NUL, so this is the next key after the name's.
  const std::string start =
      name.empty() ? prefix : absl::StrCat(prefix, IdOf(name), std::string(1, '\0'));
  std::vector<std::string> ids;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(start, PrefixEnd(prefix),
                                     [&](absl::string_view key, absl::string_view, uint64_t) {
                                       ids.emplace_back(key.substr(prefix.size()));
                                       return ids.size() < limit;
                                     }));
  std::vector<Loaded> page;
  for (const std::string& id : ids) {
    SHAREWAY_ASSIGN_OR_RETURN(std::optional<Loaded> loaded, Load(absl::StrCat("projects/", id)));
    if (!loaded) return absl::DataLossError(absl::StrCat("projects/", id, " is listed, not kept"));
    page.push_back(*std::move(loaded));
  }
  return page;
}

absl::StatusOr<std::string> ProjectStore::ProjectOf(absl::string_view resource) const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(EntryKey(resource));
  if (absl::IsNotFound(entry.status())) return std::string();
  if (!entry.ok()) return entry.status();
  return absl::StrCat("projects/", entry->value);
}

absl::Status ProjectStore::CheckSize(const Project& project) {
  const size_t bytes = ToMessage(project).ByteSizeLong();
  if (bytes <= kMaxProjectBytes) return absl::OkStatus();
  return Error::Field("project", absl::StrCat("takes ", bytes, " bytes, at most ", kMaxProjectBytes,
                                              ": an audit record holds it whole"));
}

absl::StatusOr<ProjectStore::Loaded> ProjectStore::Save(const std::optional<Loaded>& before,
                                                        const Project& after, Event event) {
  const Project::Fields& fields = after.fields();
  const std::string key = ProjectKey(fields.name);
  const std::string id(IdOf(fields.name));
  kv::Batch batch;
  if (before) {
    batch.Expect(key, before->version);
  } else {
    batch.ExpectAbsent(key);
    batch.Put(absl::StrCat(AgencyPrefix(fields.agency), id), "");
  }
  if (fields.state == Project::State::kAccepted) {
    for (const Project::Planned& entry : fields.entries) {
      if (entry.resource.empty()) continue;
      batch.ExpectAbsent(EntryKey(entry.resource));
      batch.Put(EntryKey(entry.resource), id);
    }
  }
  const std::string bytes = ToMessage(after).SerializeAsString();
  batch.Put(key, bytes);
  event.records.front().set_state(bytes);
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Committed committed,
                            Commit(kv_, *outbox_, std::move(event), std::move(batch)));
  return Loaded{after, committed.version};
}

}  // namespace shareway::catalog
