// SPDX-License-Identifier: Apache-2.0
// The inbox: what waits for whom.
#include "services/sharing/requests/inbox.h"

#include <algorithm>
#include <set>

#include "libs/base/status.h"
#include "services/sharing/domain/tray.h"
#include "services/sharing/store/inbox_count.h"
#include "services/sharing/store/keys.h"

namespace shareway::sharing {
namespace {

constexpr int kSoonDays = 2;
// Before every clock that the law knows.
constexpr absl::CivilDay kFirstDay(2000, 1, 1);

std::vector<std::string> ToDoLists(const Actor& actor) {
  std::vector<std::string> lists;
  for (const Tray& tray : TraysOf(actor)) lists.push_back(ToDoList(TrayName(tray)));
  return lists;
}

// True if the request waits for a post of the actor.
bool WaitsForActor(const Request& request, const Actor& actor) {
  const std::vector<Tray> own = TraysOf(actor);
  for (const Tray& tray : WaitsFor(request)) {
    if (std::find(own.begin(), own.end(), tray) != own.end()) return true;
  }
  return false;
}

Inbox::Count CountOf(const std::set<std::string>& names) {
  const int size = static_cast<int>(names.size());
  return {std::min(size, Inbox::kMost), size > Inbox::kMost};
}

}  // namespace

absl::StatusOr<absl::CivilDay> Inbox::DueEnd(const Actor& actor) const {
  const absl::CivilDay today = statute::LawDay(desk_->Now());
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text,
                            desk_->TextOf(desk_->PartiesOf(actor.agency, "").consumer));
  SHAREWAY_ASSIGN_OR_RETURN(
      const statute::DueDate last,
      statute::Due(desk_->calendars(), text.profile->area, today, kSoonDays));
  return last.day + 1;
}

absl::StatusOr<Page<Request>> Inbox::ListDue(const Actor& actor, absl::CivilDay from,
                                             absl::CivilDay to, absl::string_view cursor,
                                             int limit,
                                             absl::FunctionRef<bool(const Request&)> want) const {
  std::vector<Stored<Request>> found;
  // A request whose second clock is due, too, comes once a page.
  std::set<std::string> seen;
  const auto take = [&](const ClockRow& row, const Request* request, const Dispute*) {
    if (request == nullptr || seen.count(row.subject) > 0 || !want(*request)) return false;
    seen.insert(row.subject);
    return true;
  };
  SHAREWAY_ASSIGN_OR_RETURN(const Page<ClockRow> rows,
                            desk_->store().ListClocksDue(desk_->OwnersFor(actor), from, to, cursor,
                                                         limit, take));
  Page<Request> page;
  page.next = rows.next;
  for (const Stored<ClockRow>& row : rows.values) {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Request> request,
                              desk_->store().LoadRequest(row.value.subject));
    page.values.push_back(std::move(request));
  }
  return page;
}

absl::StatusOr<Page<Request>> Inbox::List(const Actor& actor, View view, absl::string_view cursor,
                                          int limit,
                                          absl::FunctionRef<bool(const Request&)> want) const {
  const SharingStore& store = desk_->store();
  const absl::CivilDay today = statute::LawDay(desk_->Now());
  const auto visible = [&](const Request& request) {
    const Request::Fields& f = request.fields();
    return request.VisibleTo(actor, desk_->PartiesOf(f.consumer, f.provider)) && want(request);
  };
  switch (view) {
    case View::kAll: break;
    case View::kMine: return store.ListRequests(ToDoLists(actor), cursor, limit, visible);
    case View::kWaiting:
      return store.ListRequests(
          {OpenList(actor.agency)}, cursor, limit,
          [&](const Request& r) { return !WaitsForActor(r, actor) && visible(r); });
    case View::kDue: {
      SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay end, DueEnd(actor));
      return ListDue(actor, today, end, cursor, limit, visible);
    }
    case View::kOverdue: return ListDue(actor, kFirstDay, today, cursor, limit, visible);
  }
  return store.ListRequests(desk_->OwnersFor(actor), cursor, limit, visible);
}

absl::StatusOr<Inbox::Summary> Inbox::Summarize(const Actor& actor) const {
  const kv::Store& kv = *desk_->store().engine();
  const absl::CivilDay today = statute::LawDay(desk_->Now());
  const std::vector<std::string> owners = desk_->OwnersFor(actor);
  SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay end, DueEnd(actor));
  SHAREWAY_ASSIGN_OR_RETURN(const std::set<std::string> mine,
                            NamesListed(kv, ToDoLists(actor), kMost + 1));
  SHAREWAY_ASSIGN_OR_RETURN(const std::set<std::string> due,
                            NamesDue(kv, owners, today, end, kMost + 1));
  SHAREWAY_ASSIGN_OR_RETURN(const std::set<std::string> overdue,
                            NamesDue(kv, owners, kFirstDay, today, kMost + 1));
  // What is mine lies among what is open: with so many more, enough is left.
  SHAREWAY_ASSIGN_OR_RETURN(std::set<std::string> waiting,
                            NamesListed(kv, {OpenList(actor.agency)}, 2 * kMost + 2));
  for (const std::string& name : mine) waiting.erase(name);
  Summary summary{.mine = CountOf(mine),
                  .due = CountOf(due),
                  .overdue = CountOf(overdue),
                  .waiting = CountOf(waiting)};
  std::vector<std::string> trays;
  for (const Tray& tray : TraysOf(actor)) trays.push_back(TrayName(tray));
  SHAREWAY_ASSIGN_OR_RETURN(summary.warnings, WarnedOf(kv, trays, kMostWarnings));
  return summary;
}

}  // namespace shareway::sharing
