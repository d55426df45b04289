// SPDX-License-Identifier: Apache-2.0
// The adapter of NotificationService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/server.h"
#include "services/console/notifications.h"
#include "shareway/console/v1/notification.pb.h"

namespace shareway::console {

// Thread-safe. `notifications` must outlive it and the server.
class NotificationRpc {
 public:
  explicit NotificationRpc(Notifications* notifications) : notifications_(notifications) {}
  void Register(rpc::Server* server);

 private:
  absl::StatusOr<v1::NotificationSettings> Answer(
      const rpc::Call& call, const absl::StatusOr<Notifications::Settings>& settings) const;
  absl::StatusOr<v1::NotificationSettings> Update(
      const rpc::Call& call, const v1::UpdateNotificationSettingsRequest& request);
  absl::StatusOr<v1::AgencyWebhook> PutWebhook(const rpc::Call& call,
                                               const v1::PutAgencyWebhookRequest& request);
  absl::StatusOr<v1::TestWebhookResponse> Test(const rpc::Call& call);

  Notifications* const notifications_;
};

}  // namespace shareway::console
