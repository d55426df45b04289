// SPDX-License-Identifier: Apache-2.0
// What the services say is to be told.
#include "services/console/rpc/news.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "shareway/catalog/v1/reminder.pb.h"
#include "shareway/sharing/v1/reminder.pb.h"

namespace shareway::console {
namespace {

constexpr char kListReminders[] = "/shareway.sharing.v1.ReminderService/ListReminders";
constexpr char kListNew[] = "/shareway.catalog.v1.ReminderService/ListNewNotifications";
constexpr absl::Duration kTimeout = absl::Seconds(20);

using What = sharing::v1::Reminder;

static_assert(static_cast<int>(Tiding::kNewTask) == What::NEW_TASK);
static_assert(static_cast<int>(Tiding::kGrantExpiring) == What::GRANT_EXPIRING);

Reminder FromProto(const sharing::v1::Reminder& reminder) {
  return {.key = reminder.key(),
          .stage = reminder.stage(),
          // What a newer service says and this console has no words for is told to nobody.
          .tiding = reminder.what() <= What::GRANT_EXPIRING
                        ? static_cast<Tiding>(static_cast<int>(reminder.what()))
                        : Tiding::kUnspecified,
          .subject = reminder.subject(),
          .title = reminder.title(),
          .due = reminder.due_date()};
}

Tiding TidingOf(catalog::v1::Notification::Kind kind) {
  switch (kind) {
    case catalog::v1::Notification::FIRST_PUBLISHED: return Tiding::kEntryPublished;
    case catalog::v1::Notification::REVISED: return Tiding::kEntryRevised;
    case catalog::v1::Notification::CLOSED: return Tiding::kEntryClosed;
    case catalog::v1::Notification::REOPENED: return Tiding::kEntryReopened;
    case catalog::v1::Notification::GONE: return Tiding::kEntryGone;
    default: return Tiding::kUnspecified;
  }
}

Reminder FromProto(const catalog::v1::Notification& told) {
  return {.key = absl::StrCat("entry/", told.resource()),
          .stage = absl::StrCat(told.name(), "@", told.create_time().seconds()),
          .tiding = TidingOf(told.kind()),
          .subject = told.resource(),
          .title = told.title()};
}

absl::StatusOr<News> AskSharing(rpc::Channel* channel, const std::string& receiver,
                                const std::string& cursor) {
  sharing::v1::ListRemindersRequest request;
  request.set_receiver(receiver);
  request.set_cursor(cursor);
  SHAREWAY_ASSIGN_OR_RETURN(const sharing::v1::ListRemindersResponse answer,
                            channel->Unary<sharing::v1::ListRemindersResponse>(
                                kListReminders, request, {.timeout = kTimeout}));
  News news{.more = answer.more_standing(),
            .cursor = answer.cursor(),
            .working_day = answer.working_day()};
  for (const sharing::v1::Reminder& one : answer.standing()) news.tasks.push_back(FromProto(one));
  for (const sharing::v1::Reminder& one : answer.changes()) news.changes.push_back(FromProto(one));
  return news;
}

absl::StatusOr<News> AskCatalog(rpc::Channel* channel, const std::string& receiver,
                                const std::string& cursor) {
  catalog::v1::ListNewNotificationsRequest request;
  request.set_subscriber(receiver);
  request.set_cursor(cursor);
  SHAREWAY_ASSIGN_OR_RETURN(const catalog::v1::ListNewNotificationsResponse answer,
                            channel->Unary<catalog::v1::ListNewNotificationsResponse>(
                                kListNew, request, {.timeout = kTimeout}));
  News news{.cursor = answer.cursor()};
  for (const catalog::v1::Notification& one : answer.notifications()) {
    news.changes.push_back(FromProto(one));
  }
  return news;
}

}  // namespace

NewsSource SharingNews(std::shared_ptr<rpc::Channel> sharing) {
  return {.name = "sharing",
          .ask = [channel = std::move(sharing)](
                     const std::string& receiver,
                     const std::string& cursor) { return AskSharing(channel.get(), receiver, cursor); },
          .for_agencies = true};
}

NewsSource CatalogNews(std::shared_ptr<rpc::Channel> catalog) {
  return {.name = "catalog",
          .ask = [channel = std::move(catalog)](const std::string& receiver,
                                                const std::string& cursor) {
            return AskCatalog(channel.get(), receiver, cursor);
          }};
}

}  // namespace shareway::console
