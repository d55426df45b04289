// SPDX-License-Identifier: Apache-2.0
// The adapter of what nodes take, file and tell: LeaseQuota, FileHold, ReportFirstExchange.
#pragma once

#include "libs/rpc/server.h"
#include "services/sharing/grants/nodes.h"

namespace shareway::sharing {

// Registers these methods of GrantService. `nodes` must outlive the server.
void RegisterNodes(Nodes* nodes, rpc::Server* server);

}  // namespace shareway::sharing
