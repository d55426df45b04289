// SPDX-License-Identifier: Apache-2.0
// The parts of ResourceStore that keep who made a revision, and how fresh the data are.
#include <algorithm>

#include "absl/strings/strip.h"
#include "libs/base/status.h"
#include "services/catalog/store/freshness_key.h"
#include "services/catalog/store/resource_message.h"
#include "services/catalog/store/resource_store.h"

namespace shareway::catalog {
namespace {

constexpr int kMaxStateChanges = 100;

std::string IdOf(absl::string_view name) {
  return std::string(absl::StripPrefix(name, "resources/"));
}

absl::Status Unreadable(absl::string_view name) {
  return absl::DataLossError(absl::StrCat("the stored ", name, " cannot be read"));
}

template <typename Message>
bool Parse(absl::string_view bytes, Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

absl::StatusOr<v1::ResourceRevision> ResourceStore::ReadHistory(
    absl::string_view id, const store::PublishedRecord& published) const {
  const v1::Resource& resource = published.resource();
  v1::ResourceRevision revision;
  const absl::StatusOr<kv::Entry> entry = kv_->Get(HistoryKey(id, resource.revision()));
  if (entry.ok()) {
    if (!Parse(entry->value, &revision)) return Unreadable(resource.name());
    return revision;
  }
  if (!absl::IsNotFound(entry.status())) return entry.status();
  // Published before histories were kept.
  revision.set_resource(resource.name());
  revision.set_revision(resource.revision());
  revision.set_change_reason(resource.change_reason());
  revision.set_profile(resource.profile());
  *revision.mutable_publish_time() = resource.publish_time();
  return revision;
}

absl::StatusOr<v1::ResourceRevision> ResourceStore::HistoryAfter(
    const Loaded& before, const store::PublishedRecord& published, const Event& event,
    const Along& along) const {
  const v1::Resource& resource = published.resource();
  const std::string who = event.cause == nullptr ? std::string() : event.cause->caller.name;
  if (resource.revision() == before.published_record.resource().revision()) {
    SHAREWAY_ASSIGN_OR_RETURN(v1::ResourceRevision revision,
                              ReadHistory(IdOf(resource.name()), before.published_record));
    auto* const changes = revision.mutable_state_changes();
    if (changes->size() >= kMaxStateChanges) changes->DeleteSubrange(0, 1);
    v1::ResourceStateChange* const change = revision.add_state_changes();
    change->set_state(resource.state());
    change->set_reason(along.reason);
    change->set_changed_by(who);
    *change->mutable_change_time() = evidence::ToTimestamp(event.now);
    return revision;
  }
  v1::ResourceRevision revision;
  revision.set_resource(resource.name());
  revision.set_revision(resource.revision());
  revision.set_change_reason(resource.change_reason());
  for (const v1::Narrowing& narrowing : along.narrowings) *revision.add_narrowings() = narrowing;
  *revision.mutable_compilers() = before.record.compilers();
  revision.set_approved_by(before.record.approved_by());
  if (before.record.has_approve_time()) {
    *revision.mutable_approve_time() = before.record.approve_time();
  }
  revision.set_published_by(who);
  *revision.mutable_publish_time() = resource.publish_time();
  revision.set_profile(resource.profile());
  return revision;
}

absl::StatusOr<std::vector<v1::ResourceRevision>> ResourceStore::ListRevisions(
    absl::string_view name, uint32_t revision, size_t limit) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Loaded loaded, Load(name));
  const std::optional<Resource::Published>& published = loaded.resource.fields().published;
  const uint32_t newest = published ? published->revision : 0;
  std::vector<v1::ResourceRevision> page;
  for (uint32_t n = revision == 0 ? newest : std::min(revision - 1, newest);
       n > 0 && page.size() < limit; --n) {
    store::PublishedRecord record;
    const std::string id = IdOf(name);
    SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv_->Get(RevisionKey(id, n)));
    if (!Parse(entry.value, &record)) return Unreadable(name);
    SHAREWAY_ASSIGN_OR_RETURN(v1::ResourceRevision found, ReadHistory(id, record));
    if (record.has_approval()) *found.mutable_approval() = record.approval();
    if (record.has_publication()) *found.mutable_publication() = record.publication();
    page.push_back(std::move(found));
  }
  return page;
}

absl::StatusOr<v1::Resource> ResourceStore::RevisionMessage(absl::string_view name,
                                                            uint32_t revision) const {
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv_->Get(RevisionKey(IdOf(name), revision)));
  store::PublishedRecord record;
  if (!Parse(entry.value, &record)) return Unreadable(name);
  return record.resource();
}

absl::StatusOr<v1::Freshness> ResourceStore::LoadFreshness(const Loaded& loaded) const {
  const Resource::Fields& fields = loaded.resource.fields();
  if (!fields.published) return absl::NotFoundError(fields.name);
  v1::Freshness freshness;
  const absl::StatusOr<kv::Entry> entry = kv_->Get(FreshKey(IdOf(fields.name)));
  if (entry.ok()) {
    if (!Parse(entry->value, &freshness)) return Unreadable(fields.name);
  } else if (!absl::IsNotFound(entry.status())) {
    return entry.status();
  }
  Write(loaded.resource, &freshness);
  return freshness;
}

absl::Status ResourceStore::SaveFreshness(const Loaded& before, const Resource& after,
                                          const v1::Freshness& freshness, Event event) {
  const std::string id = IdOf(after.fields().name);
  const std::string key = absl::StrCat("catalog/", id);
  store::PublishedRecord published = before.published_record;
  *published.mutable_resource() = ToMessage(after.fields().name, *after.fields().published);
  kv::Batch batch;
  batch.Expect(key, before.published_version);
  batch.Put(key, published.SerializeAsString());
  batch.Put(FreshKey(id), freshness.SerializeAsString());
  MoveDue(id, before.published_record.resource(), published.resource(), &batch);
  log_.Append(ChangeOf(published).SerializeAsString(), &batch);
  event.records.front().set_state(freshness.SerializeAsString());
  return Commit(kv_, *outbox_, std::move(event), std::move(batch)).status();
}

absl::StatusOr<std::vector<ResourceStore::Due>> ResourceStore::ListDue(absl::string_view cursor,
                                                                       absl::Time now,
                                                                       size_t limit) const {
  const std::string start =
      cursor.empty() ? std::string(kDueKeys) : absl::StrCat(cursor, std::string(1, '\0'));
  std::vector<Due> page;
  // What is due at `now` is overdue; keys hold whole seconds.
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(start, DueKey(now + absl::Seconds(1), ""),
                                     [&](absl::string_view key, absl::string_view, uint64_t) {
                                       const size_t slash = key.rfind('/');
                                       page.push_back({.cursor = std::string(key),
                                                       .name = absl::StrCat(
                                                           "resources/", key.substr(slash + 1))});
                                       return page.size() < limit;
                                     }));
  return page;
}

}  // namespace shareway::catalog
