// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/subscription_rpc.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "services/catalog/rpc/cause.h"
#include "services/catalog/store/publications.h"

namespace shareway::catalog {
namespace {

// Notices that one List looks at; a page may be short, or empty, and go on.
constexpr int kMaxExamined = 5000;

// What a subscriber keeps at most; see subscription.proto.
constexpr size_t kMaxNew = 1000;
// Names of notifications, before their number.
constexpr absl::string_view kNumbered = "notifications/n";

// The number in the name of a notification; false for other names.
bool NumberOf(absl::string_view name, uint64_t* number) {
  return absl::StartsWith(name, kNumbered) &&
         absl::SimpleAtoi(name.substr(kNumbered.size()), number);
}

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

absl::Status CheckDivision(const std::string& division) {
  const bool digits = std::all_of(division.begin(), division.end(),
                                  [](char c) { return absl::ascii_isdigit(c); });
  if (digits && division.size() <= 12) return absl::OkStatus();
  return Error::Field("division", "is not the beginning of a division code, up to 12 digits");
}

}  // namespace

void SubscriptionRpc::Serve(rpc::Server* server) {
  server->Unary<v1::SubscribeRequest, v1::Subscription>(
      Path("Subscribe"), [this](const rpc::Call& call, const v1::SubscribeRequest& request) {
        return subscriptions_->Subscribe(CauseOf(call, request.request_id()),
                                         request.subscription());
      });
  server->Unary<v1::ListSubscriptionsRequest, v1::ListSubscriptionsResponse>(
      Path("ListSubscriptions"),
      [this](const rpc::Call& call, const v1::ListSubscriptionsRequest&)
          -> absl::StatusOr<v1::ListSubscriptionsResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(std::vector<v1::Subscription> all,
                                  subscriptions_->List(CallerOf(call)));
        v1::ListSubscriptionsResponse response;
        for (v1::Subscription& one : all) *response.add_subscriptions() = std::move(one);
        return response;
      });
  server->Unary<v1::UnsubscribeRequest, v1::UnsubscribeResponse>(
      Path("Unsubscribe"),
      [this](const rpc::Call& call,
             const v1::UnsubscribeRequest& request) -> absl::StatusOr<v1::UnsubscribeResponse> {
        v1::UnsubscribeResponse response;
        SHAREWAY_ASSIGN_OR_RETURN(
            *response.mutable_subscription(),
            subscriptions_->Unsubscribe(CauseOf(call, request.request_id()), request.name()));
        return response;
      });
  server->Unary<v1::ListNotificationsRequest, v1::ListNotificationsResponse>(
      Path("ListNotifications"),
      [this](const rpc::Call& call, const v1::ListNotificationsRequest& request) {
        return ListNotifications(call, request);
      });
  server->Unary<v1::MarkNotificationsReadRequest, v1::MarkNotificationsReadResponse>(
      Path("MarkNotificationsRead"),
      [this](const rpc::Call& call, const v1::MarkNotificationsReadRequest& request)
          -> absl::StatusOr<v1::MarkNotificationsReadResponse> {
        const Caller caller = CallerOf(call);
        v1::MarkNotificationsReadResponse response;
        SHAREWAY_ASSIGN_OR_RETURN(
            const int marked,
            subscriptions_->MarkRead(caller, {request.names().begin(), request.names().end()},
                                     request.all()));
        response.set_marked(marked);
        SHAREWAY_ASSIGN_OR_RETURN(const int unread, store_->CountUnread(caller.name));
        response.set_unread(unread);
        return response;
      });
  server->Unary<v1::ListNewNotificationsRequest, v1::ListNewNotificationsResponse>(
      "/shareway.catalog.v1.ReminderService/ListNewNotifications",
      [this](const rpc::Call&, const v1::ListNewNotificationsRequest& request) {
        return ListNew(request);
      });
  server->Unary<v1::ListPublicationsRequest, v1::ListPublicationsResponse>(
      Path("ListPublications"),
      [this](const rpc::Call& call, const v1::ListPublicationsRequest& request) {
        return ListPublications(call, request);
      });
}

absl::StatusOr<v1::ListNotificationsResponse> SubscriptionRpc::ListNotifications(
    const rpc::Call& call, const v1::ListNotificationsRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  const std::string subscriber = CallerOf(call).name;
  SHAREWAY_ASSIGN_OR_RETURN(
      SubscriptionStore::Page page,
      store_->List(subscriber, request.unread_only(), cursor, static_cast<size_t>(size)));
  v1::ListNotificationsResponse response;
  for (v1::Notification& one : page.notifications) {
    *response.add_notifications() = std::move(one);
  }
  response.set_next_page_token(tokens_.Make(query, page.next));
  if (cursor.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const int unread, store_->CountUnread(subscriber));
    response.set_unread(unread);
  }
  return response;
}

absl::StatusOr<v1::ListNewNotificationsResponse> SubscriptionRpc::ListNew(
    const v1::ListNewNotificationsRequest& request) const {
  if (!HasForm("people/{p}", request.subscriber())) {
    return Error::Field("subscriber", "has not the form people/{p}");
  }
  uint64_t seen = 0;
  const bool first = request.cursor().empty();
  if (!first && !NumberOf(request.cursor(), &seen)) {
    return Error::Field("cursor", "is none that an answer had");
  }
  SHAREWAY_ASSIGN_OR_RETURN(SubscriptionStore::Page page,
                            store_->List(request.subscriber(), false, "", first ? 1 : kMaxNew));
  v1::ListNewNotificationsResponse response;
  response.set_cursor(first ? absl::StrCat(kNumbered, 0) : request.cursor());
  if (!page.notifications.empty()) {
    uint64_t newest = 0;
    // A catalogue that was restored counts anew from where its copy stood.
    if (NumberOf(page.notifications.front().name(), &newest)) {
      response.set_cursor(page.notifications.front().name());
    }
    if (newest < seen) seen = newest;
  }
  if (first) return response;
  std::reverse(page.notifications.begin(), page.notifications.end());
  for (v1::Notification& one : page.notifications) {
    uint64_t number = 0;
    if (NumberOf(one.name(), &number) && number > seen) {
      *response.add_notifications() = std::move(one);
    }
  }
  return response;
}

absl::StatusOr<v1::ListPublicationsResponse> SubscriptionRpc::ListPublications(
    const rpc::Call& call, const v1::ListPublicationsRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  if (!request.provider().empty() && !HasForm("agencies/{a}", request.provider())) {
    return Error::Field("provider", "is not the name of an agency, agencies/{a}");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckDivision(request.division()));
  const absl::Time since =
      request.has_since() ? evidence::FromTimestamp(request.since()) : absl::UnixEpoch();
  v1::ListPublicationsResponse response;
  const Caller caller = CallerOf(call);
  const bool service = !caller.person && caller.agency.empty();
  std::string last;
  bool more = false;
  int examined = 0;
  SHAREWAY_RETURN_IF_ERROR(VisitPublications(
      store_->engine(), cursor, since,
      [&](absl::string_view key, const v1::Publication& publication) {
        if (response.publications_size() == size || examined == kMaxExamined) {
          more = true;
          return false;
        }
        ++examined;
        last = std::string(key);
        if (!request.provider().empty() && publication.provider() != request.provider()) {
          return true;
        }
        if (absl::StartsWith(publication.division(), request.division())) {
          v1::Publication* shown = response.add_publications();
          *shown = publication;
          // People are told to those who see them in the entry's revisions.
          if (!service && !catalog_->ActorFor(caller, publication.provider()).SeesDrafts()) {
            shown->clear_publisher();
          }
        }
        return true;
      }));
  if (more) response.set_next_page_token(tokens_.Make(query, last));
  return response;
}

}  // namespace shareway::catalog
