// SPDX-License-Identifier: Apache-2.0
// The adapter of what follows a grant: disposal, use, changes of service, return flow, by hand; and of
// NoticeService. Parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/grants/disposals.h"
#include "services/sharing/grants/notices.h"
#include "services/sharing/grants/return_flows.h"
#include "services/sharing/rpc/transitions.h"
#include "services/sharing/grants/service_changes.h"
#include "services/sharing/grants/uses.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class GrantLifeRpc {
 public:
  GrantLifeRpc(const Desk* desk, const Transitions* transitions)
      : desk_(desk),
        transitions_(transitions),
        disposals_(desk),
        notices_(desk),
        uses_(desk),
        changes_(desk),
        flows_(desk) {}
  // Registers the methods of GrantService that follow a grant, and NoticeService.
  void Register(rpc::Server* server);

 private:
  void RegisterDisposals(rpc::Server* server);
  void RegisterNotices(rpc::Server* server);
  void RegisterUses(rpc::Server* server);
  void RegisterChanges(rpc::Server* server);
  void RegisterUse(rpc::Server* server);
  void RegisterFlows(rpc::Server* server);

  const Desk* const desk_;
  const Transitions* const transitions_;
  Disposals disposals_;
  Notices notices_;
  Uses uses_;
  ServiceChanges changes_;
  ReturnFlows flows_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
