// SPDX-License-Identifier: Apache-2.0
// The directory and the caller in the words of this service.
#pragma once

#include <functional>
#include <string>

#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Reads the newest directory at each call. `directory` must outlive it.
FindAgency AgenciesOf(const rpc::DirectoryHolder* directory);

// The same for the authorities, of which each names its superior.
FindAuthority AuthoritiesOf(const rpc::DirectoryHolder* directory);

// What an agency is called in the newest directory; empty if it is not there. `directory` must
// outlive it.
std::function<std::string(absl::string_view agency)> TitlesOf(
    const rpc::DirectoryHolder* directory);

Actor ActorOf(const rpc::Caller& caller);
inline Actor ActorOf(const rpc::Call& call) { return ActorOf(call.caller()); }

// The errand of a write whose request has this id.
Errand ErrandOf(const rpc::Call& call, const std::string& request_id);

}  // namespace shareway::sharing
