// SPDX-License-Identifier: Apache-2.0
// The adapter of ReminderService.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/server.h"
#include "services/sharing/requests/delegations.h"
#include "services/sharing/requests/reminders.h"
#include "shareway/sharing/v1/reminder.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class ReminderRpc {
 public:
  ReminderRpc(const Desk* desk, const Delegations* delegations,
              const rpc::DirectoryHolder* directory)
      : delegations_(delegations), directory_(directory), reminders_(desk) {}
  void Register(rpc::Server* server);

 private:
  // The receiver with the posts that the directory gives: those of a person, lent ones included, or
  // all of an agency. NOT_VISIBLE for one that does not stand.
  absl::StatusOr<Actor> Receiver(const std::string& name) const;
  absl::StatusOr<v1::ListRemindersResponse> List(const v1::ListRemindersRequest& request) const;

  const Delegations* const delegations_;
  const rpc::DirectoryHolder* const directory_;
  const Reminders reminders_;
};

}  // namespace shareway::sharing
