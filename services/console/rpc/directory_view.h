// SPDX-License-Identifier: Apache-2.0
// The directory and the caller in the words of the console.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "services/console/desk.h"
#include "shareway/console/v1/account.pb.h"

namespace shareway::console {

// Reads the newest directory at each call; keys are valid by `clock`. Both must outlive it.
People PeopleOf(const rpc::DirectoryHolder* directory, const Clock* clock);

// The person who calls, as the directory has him; for callers of policy PERSON.
Person ActorOf(const rpc::Call& call);

// Where the call comes from: a person's own certificate, or what the console says of its visitor.
// INVALID_ARGUMENT if a person sets `client`, or the console does not.
absl::StatusOr<Client> ClientOf(const rpc::Call& call, bool has_client, const v1::Client& client);

// PERMISSION_DENIED, POLICY_DENIED, if the caller is a person and another one than `person`.
absl::Status CheckSelf(const rpc::Call& call, absl::string_view person);

// The factor of a session as other services are told it.
rpc::Factor FactorOf(Factor factor);

// The errand of a write whose request has this id.
Errand ErrandOf(const rpc::Call& call, const std::string& request_id);

}  // namespace shareway::console
