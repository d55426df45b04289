// SPDX-License-Identifier: Apache-2.0
// Serves the methods of CatalogService that concern subscriptions, notifications and the notices of
// publication, and ReminderService: parse, call, map. No rule lives here.
#pragma once

#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/catalog/catalog.h"
#include "services/catalog/subscriptions.h"
#include "shareway/catalog/v1/reminder.pb.h"

namespace shareway::catalog {

class SubscriptionRpc {
 public:
  // Both must outlive it, and it the server.
  SubscriptionRpc(Subscriptions* subscriptions, const SubscriptionStore* store,
                  const Catalog* catalog)
      : subscriptions_(subscriptions), store_(store), catalog_(catalog) {}

  void Serve(rpc::Server* server);

 private:
  absl::StatusOr<v1::ListNotificationsResponse> ListNotifications(
      const rpc::Call& call, const v1::ListNotificationsRequest& request) const;
  absl::StatusOr<v1::ListNewNotificationsResponse> ListNew(
      const v1::ListNewNotificationsRequest& request) const;
  absl::StatusOr<v1::ListPublicationsResponse> ListPublications(
      const rpc::Call& call, const v1::ListPublicationsRequest& request) const;

  Subscriptions* const subscriptions_;
  const SubscriptionStore* const store_;
  const Catalog* const catalog_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::catalog
