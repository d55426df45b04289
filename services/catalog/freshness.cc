// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/freshness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/domain/freshness.h"

namespace shareway::catalog {
namespace {

using State = Resource::State;

constexpr int kAttempts = 5;
constexpr size_t kChunk = 100;
// Entries that one ListStale looks at; a page may be short, or empty, and go on.
constexpr size_t kMaxExamined = 5000;

absl::Status CheckRefresh(const v1::Refresh& refresh, absl::Time now) {
  Faults faults("refresh.");
  faults.Text("dataset", refresh.dataset(), 1, 200);
  if (refresh.version() == 0) faults.Add("version", "is 0, versions count from 1");
  if (!refresh.has_refresh_time()) {
    faults.Add("refresh_time", "is missing");
  } else if (evidence::FromTimestamp(refresh.refresh_time()) > now + kRefreshAhead) {
    faults.Add("refresh_time", "is more than five minutes ahead of the catalogue's clock");
  }
  return Error::Fields(faults.Take());
}

}  // namespace

absl::StatusOr<std::string> Freshness::AreaOf(absl::string_view provider) const {
  const std::shared_ptr<const Register> all = parts_.directory();
  const Agency* agency = all->Find<Agency>(provider);
  const Authority* authority =
      agency == nullptr ? nullptr : all->Find<Authority>(agency->authority);
  if (authority == nullptr) {
    return Error(Reason::kReferenceMissing, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(provider, " has no sharing authority, so no calendar counts for it"))
        .With("name", provider);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Profile* profile,
                            parts_.statutes->Find(authority->profile));
  return profile->area;
}

evidence::AuditRecord Freshness::RecordOf(evidence::RecordKind kind,
                                          const Resource& resource) const {
  const Resource::Fields& fields = resource.fields();
  evidence::AuditRecord record;
  record.set_kind(kind);
  record.set_object(fields.name);
  record.set_resource(fields.name);
  record.add_agencies(fields.provider);
  const std::shared_ptr<const Register> all = parts_.directory();
  const Agency* agency = all->Find<Agency>(fields.provider);
  const Authority* authority =
      agency == nullptr ? nullptr : all->Find<Authority>(agency->authority);
  if (authority != nullptr && !authority->agency.empty() && authority->agency != fields.provider) {
    record.add_agencies(authority->agency);
  }
  record.set_rule(fields.published->profile);
  return record;
}

bool Freshness::SpeaksFor(const Caller& caller, absl::string_view provider) const {
  if (caller.agency == provider) return true;
  const std::shared_ptr<const Register> all = parts_.directory();
  const Node* node = all->Find<Node>(caller.name);
  if (node == nullptr) return false;
  const std::vector<std::string>& hosted = node->hosted_agencies;
  return std::find(hosted.begin(), hosted.end(), provider) != hosted.end();
}

absl::StatusOr<v1::Freshness> Freshness::Report(const Cause& cause, absl::string_view resource,
                                                v1::Refresh refresh) {
  if (auto ids = ParseName("resources/{r}", resource); !ids.ok()) {
    return Error::Field("resource", ids.status().message());
  }
  const absl::Time now = parts_.clock->Now();
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> known,
                            parts_.store->Find(cause.once, now));
  for (int attempt = 1;; ++attempt) {
    const absl::StatusOr<ResourceStore::Loaded> loaded = parts_.store->Load(resource);
    if (absl::IsNotFound(loaded.status())) return Error::NotVisible(resource);
    SHAREWAY_RETURN_IF_ERROR(loaded.status());
    const Resource::Fields& fields = loaded->resource.fields();
    if (!SpeaksFor(cause.caller, fields.provider) || !fields.published) {
      return Error::NotVisible(resource);
    }
    SHAREWAY_RETURN_IF_ERROR(CheckRefresh(refresh, now));
    SHAREWAY_ASSIGN_OR_RETURN(v1::Freshness freshness, parts_.store->LoadFreshness(*loaded));
    const absl::Time at = evidence::FromTimestamp(refresh.refresh_time());
    const bool later = !fields.published->fresh.refreshed || *fields.published->fresh.refreshed < at;
    // The node went back to an older version: the data are as old as that one again.
    const v1::Refresh& last = freshness.refresh();
    const bool back = last.node() == cause.caller.name && last.dataset() == refresh.dataset() &&
                      refresh.version() < last.version();
    if (known || !(later || back)) return freshness;
    if (fields.published->state == State::kWithdrawn) {
      return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(resource, " is withdrawn"))
          .With("name", resource)
          .With("state", "WITHDRAWN");
    }
    SHAREWAY_ASSIGN_OR_RETURN(const std::string area, AreaOf(fields.provider));
    Resource::Fresh fresh = {.refreshed = at};
    SHAREWAY_ASSIGN_OR_RETURN(
        fresh.due,
        RefreshDue(fields.published->entry.update_cycle, at, *parts_.calendars, area));
    const Resource after = loaded->resource.WithFresh(fresh);
    refresh.set_node(cause.caller.name);
    *freshness.mutable_refresh() = refresh;
    freshness.clear_remind_time();
    freshness.set_stale_reminders(0);
    freshness.clear_refresh_due_time();
    if (fresh.due) *freshness.mutable_refresh_due_time() = evidence::ToTimestamp(*fresh.due);
    const absl::Status saved = parts_.store->SaveFreshness(
        *loaded, after, freshness,
        {.records = {RecordOf(evidence::v1::RESOURCE_REFRESHED, after)},
         .cause = &cause,
         .result = std::string(resource),
         .now = now});
    if (saved.ok()) return freshness;
    // Another refresh or a revision came in between, or this very call twice: look again.
    if (!absl::IsAborted(saved) || attempt == kAttempts) return saved;
  }
}

absl::StatusOr<Freshness::Page> Freshness::ListStale(absl::string_view provider,
                                                     absl::string_view cursor,
                                                     size_t limit) const {
  const absl::Time now = parts_.clock->Now();
  Page page;
  std::string last(cursor);
  for (size_t examined = 0;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<ResourceStore::Due> chunk,
                              parts_.store->ListDue(last, now, kChunk));
    if (chunk.empty()) return page;
    for (const ResourceStore::Due& due : chunk) {
      if (page.resources.size() == limit || examined > kMaxExamined) {
        page.next = last;
        return page;
      }
      ++examined;
      last = due.cursor;
      const absl::StatusOr<ResourceStore::Loaded> loaded = parts_.store->Load(due.name);
      if (absl::IsNotFound(loaded.status())) continue;
      SHAREWAY_RETURN_IF_ERROR(loaded.status());
      const Resource::Fields& fields = loaded->resource.fields();
      if (!provider.empty() && fields.provider != provider) continue;
      if (!fields.published || fields.published->state != State::kPublished) continue;
      // Refreshed between the look at the list and at the entry.
      if (!fields.published->fresh.due || *fields.published->fresh.due > now) continue;
      SHAREWAY_ASSIGN_OR_RETURN(const std::string area, AreaOf(fields.provider));
      SHAREWAY_ASSIGN_OR_RETURN(
          const statute::WorkingDays late,
          statute::WorkingDaysBetween(
              *parts_.calendars, area,
              statute::LawDay(*fields.published->fresh.due - absl::Nanoseconds(1)),
              statute::LawDay(now)));
      v1::StaleResource stale;
      SHAREWAY_ASSIGN_OR_RETURN(*stale.mutable_freshness(), parts_.store->LoadFreshness(*loaded));
      stale.set_title(fields.published->entry.title);
      stale.set_working_days_late(late.days);
      page.resources.push_back(std::move(stale));
    }
  }
}

absl::StatusOr<bool> Freshness::RemindOf(absl::string_view name, absl::Time now) {
  const absl::StatusOr<ResourceStore::Loaded> loaded = parts_.store->Load(name);
  if (absl::IsNotFound(loaded.status())) return false;
  SHAREWAY_RETURN_IF_ERROR(loaded.status());
  const Resource::Fields& fields = loaded->resource.fields();
  // What is suspended or withdrawn waits for its authority, not for data.
  if (!fields.published || fields.published->state != State::kPublished) return false;
  Resource::Fresh fresh = fields.published->fresh;
  if (!fresh.due) return false;
  SHAREWAY_ASSIGN_OR_RETURN(const std::string area, AreaOf(fields.provider));
  SHAREWAY_ASSIGN_OR_RETURN(v1::Freshness freshness, parts_.store->LoadFreshness(*loaded));
  std::optional<absl::Time> reminded;
  if (freshness.has_remind_time()) reminded = evidence::FromTimestamp(freshness.remind_time());
  SHAREWAY_ASSIGN_OR_RETURN(const bool due,
                            ReminderDue(*fresh.due, reminded, now, *parts_.calendars, area));
  if (!due) return false;
  ++fresh.reminders;
  const Resource after = loaded->resource.WithFresh(fresh);
  freshness.set_stale_reminders(fresh.reminders);
  *freshness.mutable_remind_time() = evidence::ToTimestamp(now);
  const absl::Status saved = parts_.store->SaveFreshness(
      *loaded, after, freshness,
      {.records = {RecordOf(evidence::v1::REFRESH_REMINDED, after)}, .now = now});
  if (absl::IsAborted(saved)) return false;  // changed meanwhile: the next round looks again
  SHAREWAY_RETURN_IF_ERROR(saved);
  return true;
}

absl::StatusOr<int> Freshness::Remind() {
  const absl::Time now = parts_.clock->Now();
  absl::Status failure;
  int sent = 0;
  for (std::string last;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<ResourceStore::Due> chunk,
                              parts_.store->ListDue(last, now, kChunk));
    if (chunk.empty()) break;
    for (const ResourceStore::Due& due : chunk) {
      last = due.cursor;
      const absl::StatusOr<bool> reminded = RemindOf(due.name, now);
      failure.Update(reminded.status());
      if (reminded.ok() && *reminded) ++sent;
    }
  }
  if (!failure.ok()) return failure;
  return sent;
}

}  // namespace shareway::catalog
