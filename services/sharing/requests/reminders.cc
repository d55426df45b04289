// SPDX-License-Identifier: Apache-2.0
// What somebody is reminded of outside a session.
#include "services/sharing/requests/reminders.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/tray.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/store/subject_rows.h"

namespace shareway::sharing {
namespace {

using What = Reminder::What;

constexpr int kMostWarnings = 200;
// A clock is due soon within so many working days, as in the inbox.
constexpr int kSoonDays = 2;
constexpr absl::Duration kExpiring = absl::Hours(24 * 30);
constexpr absl::Duration kExpiringSoon = absl::Hours(24 * 7);
// Grants that end within kExpiring, of everybody, that one call looks at.
constexpr int kMostEnding = 500;

// When the request came to be in its state.
absl::Time EnteredAt(const Request::Fields& f) {
  absl::Time entered = f.create_time;
  for (auto step = f.steps.rbegin(); step != f.steps.rend() && step->state == f.state; ++step) {
    entered = step->time;
  }
  return entered;
}

std::string StageOf(const Request::Fields& f) {
  return absl::StrCat(Request::StateName(f.state), "/", static_cast<int>(f.supply.state), "@",
                      absl::ToUnixNanos(EnteredAt(f)));
}

// Who is told of what became of a request, or of a grant: those who deal with such.
bool DealsWith(const Actor& actor, absl::string_view consumer, absl::string_view provider) {
  if (actor.agency == consumer) return actor.applicant || actor.head;
  return actor.agency == provider && (actor.reviewer || actor.head);
}

What WhatOf(Grant::State state) {
  switch (state) {
    case Grant::State::kActive: return What::kGrantResumed;
    case Grant::State::kSuspended: return What::kGrantSuspended;
    case Grant::State::kRevoked: return What::kGrantRevoked;
    case Grant::State::kExpired:
    case Grant::State::kEnded: return What::kGrantOver;
    case Grant::State::kUnspecified:
    case Grant::State::kDisposalDue:
    case Grant::State::kDisposed:
    case Grant::State::kPendingTerms: break;
  }
  return What::kNothing;
}

}  // namespace

absl::Status Reminders::Parse(const std::string& text, Cursor* cursor) {
  if (text.empty()) return absl::OkStatus();
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &cursor->epoch) ||
      !absl::SimpleAtoi(parts[1], &cursor->requests) ||
      !absl::SimpleAtoi(parts[2], &cursor->grants)) {
    return Error::Field("cursor", "is none that an answer had");
  }
  return absl::OkStatus();
}

std::string Reminders::TitleOf(absl::string_view resource) const {
  const absl::StatusOr<Stored<Resource>> found = desk_->LoadResource(resource);
  return found.ok() ? found->value.title : "";
}

absl::StatusOr<std::string> Reminders::AreaOf(const Actor& actor) const {
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text,
                            desk_->TextOf(desk_->PartiesOf(actor.agency, "").consumer));
  return text.profile->area;
}

absl::Status Reminders::AddTasks(const Actor& actor, Outlook* outlook) const {
  std::vector<std::string> lists;
  for (const Tray& tray : TraysOf(actor)) lists.push_back(ToDoList(TrayName(tray)));
  if (lists.empty()) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(
      const Page<Request> page,
      desk_->store().ListRequests(lists, "", kMostStanding, [&](const Request& request) {
        const Request::Fields& f = request.fields();
        return request.VisibleTo(actor, desk_->PartiesOf(f.consumer, f.provider));
      }));
  outlook->more = outlook->more || !page.next.empty();
  for (const Stored<Request>& stored : page.values) {
    const Request::Fields& f = stored.value.fields();
    Reminder reminder{.key = absl::StrCat("task/", f.name),
                      .stage = StageOf(f),
                      .what = What::kNewTask,
                      .subject = f.name,
                      .title = TitleOf(f.resource)};
    if (f.clock && !f.clock->stop) reminder.due = absl::FormatCivilTime(f.clock->due.day);
    outlook->standing.push_back(std::move(reminder));
  }
  return absl::OkStatus();
}

absl::Status Reminders::AddClocks(const Actor& actor, Outlook* outlook) const {
  std::vector<std::string> trays;
  for (const Tray& tray : TraysOf(actor)) trays.push_back(TrayName(tray));
  if (trays.empty()) return absl::OkStatus();
  const absl::CivilDay today = statute::LawDay(desk_->Now());
  SHAREWAY_ASSIGN_OR_RETURN(const std::string area, AreaOf(actor));
  SHAREWAY_ASSIGN_OR_RETURN(const statute::DueDate soon,
                            statute::Due(desk_->calendars(), area, today, kSoonDays));
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::vector<WarnedClock> warned,
      WarnedOf(*desk_->store().engine(), trays, kMostWarnings + 1));
  outlook->more = outlook->more || warned.size() > static_cast<size_t>(kMostWarnings);
  for (const WarnedClock& clock : warned) {
    absl::CivilDay due;
    if (!absl::ParseCivilTime(clock.due, &due)) continue;
    const bool over = due < today;
    Reminder reminder{
        .key = absl::StrCat("clock/", clock.subject, "/", clock.kind),
        .stage = absl::StrCat(over ? "OVERDUE/" : due <= soon.day ? "SOON/" : "WARNED/", clock.due),
        .what = over ? What::kOverdueTask : What::kDueTask,
        .subject = clock.subject,
        .due = clock.due};
    if (absl::StartsWith(clock.subject, "requests/")) {
      const absl::StatusOr<Stored<Request>> request = desk_->store().LoadRequest(clock.subject);
      if (request.ok()) reminder.title = TitleOf(request->value.fields().resource);
    }
    outlook->standing.push_back(std::move(reminder));
  }
  return absl::OkStatus();
}

absl::Status Reminders::AddExpiring(const Actor& actor, Outlook* outlook) const {
  if (!actor.applicant && !actor.head) return absl::OkStatus();
  const absl::Time now = desk_->Now();
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> ending,
                            desk_->store().Woken("grants", now + kExpiring, kMostEnding));
  // Others' may fill the list: then what is not in it may stand all the same.
  outlook->more = outlook->more || ending.size() == static_cast<size_t>(kMostEnding);
  for (const std::string& name : ending) {
    const absl::StatusOr<Stored<Grant>> grant = desk_->store().LoadGrant(name);
    if (!grant.ok()) continue;
    const Grant::Fields& f = grant->value.fields();
    if (!DealsWith(actor, f.consumer, "") || f.end_time <= now) continue;
    const std::string last =
        absl::FormatCivilTime(statute::LawDay(f.end_time - absl::Nanoseconds(1)));
    outlook->standing.push_back(
        {.key = absl::StrCat("expiring/", f.name),
         .stage = absl::StrCat(f.end_time - now <= kExpiringSoon ? "7/" : "30/", last),
         .what = What::kGrantExpiring,
         .subject = f.name,
         .title = TitleOf(f.resource),
         .due = last});
  }
  return absl::OkStatus();
}

absl::Status Reminders::AddDecisions(const Actor& actor, Cursor* cursor, Outlook* outlook) const {
  const SharingStore& store = desk_->store();
  std::set<std::string> written;
  int read = 0;
  SHAREWAY_RETURN_IF_ERROR(store.ReadLog(
      kRequestLog, cursor->requests + 1, [&](uint64_t number, absl::string_view name) {
        cursor->requests = number;
        written.emplace(name);
        return ++read < kMostChanges;
      }));
  for (const std::string& name : written) {
    const absl::StatusOr<Stored<Request>> request = store.LoadRequest(name);
    if (absl::IsNotFound(request.status())) continue;
    if (!request.ok()) return request.status();
    const Request::Fields& f = request->value.fields();
    if (f.consumer != actor.agency || !DealsWith(actor, f.consumer, "")) continue;
    const bool approved = f.state == Request::State::kApproved;
    if (!approved && f.state != Request::State::kRefused) continue;
    outlook->changes.push_back(
        {.key = absl::StrCat("decision/", f.name),
         .stage = absl::StrCat(Request::StateName(f.state), "@", absl::ToUnixNanos(EnteredAt(f))),
         .what = approved ? What::kRequestApproved : What::kRequestRefused,
         .subject = f.name,
         .title = TitleOf(f.resource)});
  }
  return absl::OkStatus();
}

absl::Status Reminders::AddGrants(const Actor& actor, Cursor* cursor, Outlook* outlook) const {
  int read = 0;
  return desk_->store().ReadGrants(cursor->grants + 1, [&](const Grant& grant) {
    const Grant::Fields& f = grant.fields();
    cursor->grants = f.number;
    const What what = WhatOf(f.state);
    if (what != What::kNothing && DealsWith(actor, f.consumer, f.provider)) {
      outlook->changes.push_back({.key = absl::StrCat("grant/", f.name),
                                  .stage = std::string(Grant::StateName(f.state)),
                                  .what = what,
                                  .subject = f.name,
                                  .title = TitleOf(f.resource)});
    }
    return ++read < kMostChanges;
  });
}

absl::StatusOr<Reminders::Outlook> Reminders::For(const Actor& actor,
                                                  const std::string& text) const {
  const SharingStore& store = desk_->store();
  Cursor cursor;
  SHAREWAY_RETURN_IF_ERROR(Parse(text, &cursor));
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t requests_tail, store.LogTail(kRequestLog));
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t grants_tail, store.GrantTail());
  const bool anew = text.empty() || cursor.epoch != store.epoch() ||
                    cursor.requests > store.LogHead(kRequestLog) ||
                    cursor.grants > store.GrantHead();
  if (anew) {
    cursor = {store.epoch(), store.LogHead(kRequestLog), store.GrantHead()};
  } else {
    cursor.requests = std::max(cursor.requests, requests_tail - 1);
    cursor.grants = std::max(cursor.grants, grants_tail - 1);
  }
  Outlook outlook;
  // What stands is read after the heads, so that nothing falls between the two.
  SHAREWAY_RETURN_IF_ERROR(AddDecisions(actor, &cursor, &outlook));
  SHAREWAY_RETURN_IF_ERROR(AddGrants(actor, &cursor, &outlook));
  SHAREWAY_RETURN_IF_ERROR(AddTasks(actor, &outlook));
  SHAREWAY_RETURN_IF_ERROR(AddClocks(actor, &outlook));
  SHAREWAY_RETURN_IF_ERROR(AddExpiring(actor, &outlook));
  outlook.cursor = absl::StrCat(cursor.epoch, ".", cursor.requests, ".", cursor.grants);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string area, AreaOf(actor));
  outlook.working_day =
      desk_->calendars().Look(area, statute::LawDay(desk_->Now())).working;
  return outlook;
}

}  // namespace shareway::sharing
