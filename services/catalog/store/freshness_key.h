// SPDX-License-Identifier: Apache-2.0
// Keys of freshness and of the history of revisions: see resource_store.h.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"
#include "services/catalog/domain/resource.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/cause.h"

namespace shareway::catalog {

inline constexpr char kDueKeys[] = "fresh/d/";

inline std::string FreshKey(absl::string_view id) { return absl::StrCat("fresh/o/", id); }

// In the order of the times.
inline std::string DueKey(absl::Time due, absl::string_view id) {
  return absl::StrCat(kDueKeys, absl::StrFormat("%012d", absl::ToUnixSeconds(due)), "/", id);
}

inline std::string HistoryKey(absl::string_view id, uint32_t revision) {
  return absl::StrCat("history/", id, "/", BigEndian64(revision).substr(4));
}

inline std::string RevisionKey(absl::string_view id, uint32_t revision) {
  return absl::StrCat("revision/", id, "/", BigEndian64(revision).substr(4));
}

// As watchers of the catalogue get it, without revision.
inline v1::CatalogChange ChangeOf(const store::PublishedRecord& published) {
  v1::CatalogChange change;
  *change.mutable_resource() = published.resource();
  if (published.has_publication()) *change.mutable_publication() = published.publication();
  return change;
}

// A revision as it is kept: freshness is no part of it.
inline store::PublishedRecord WithoutFreshness(store::PublishedRecord published) {
  v1::Resource* const resource = published.mutable_resource();
  resource->clear_refresh_time();
  resource->clear_refresh_due_time();
  resource->clear_stale_reminders();
  return published;
}

// The history as an audit record has it beside the whole entry: without what is in the entry, in the
// act, or in the records before. A record has at most 64 KiB.
inline v1::ResourceRevision OnRecord(v1::ResourceRevision history, const Cause* cause) {
  history.clear_change_reason();
  history.clear_narrowings();
  auto* const changes = history.mutable_state_changes();
  if (changes->size() > 1) changes->DeleteSubrange(0, changes->size() - 1);
  const bool acted = cause != nullptr && cause->act.has_value();
  if (acted && !changes->empty()) changes->Mutable(0)->clear_reason();
  return history;
}

// What is told of freshness with the entry itself.
inline void Write(const Resource& resource, v1::Freshness* freshness) {
  const Resource::Fields& fields = resource.fields();
  const Resource::Fresh& fresh = fields.published->fresh;
  freshness->set_resource(fields.name);
  freshness->set_provider(fields.provider);
  freshness->clear_refresh_due_time();
  if (fresh.due) *freshness->mutable_refresh_due_time() = evidence::ToTimestamp(*fresh.due);
  freshness->set_stale_reminders(fresh.reminders);
  freshness->set_update_cycle(static_cast<v1::UpdateCycle>(fields.published->entry.update_cycle));
}

// Where the entry stands among those that are due, after it was published, refreshed or withdrawn.
inline void MoveDue(absl::string_view id, const v1::Resource& before, const v1::Resource& after,
                    kv::Batch* batch) {
  const auto key = [&](const v1::Resource& resource) {
    if (!resource.has_refresh_due_time() || resource.state() == v1::Resource::WITHDRAWN) {
      return std::string();
    }
    return DueKey(evidence::FromTimestamp(resource.refresh_due_time()), id);
  };
  const std::string was = key(before);
  const std::string is = key(after);
  if (was == is) return;
  if (!was.empty()) batch->Delete(was);
  if (!is.empty()) batch->Put(is, "");
}

}  // namespace shareway::catalog
