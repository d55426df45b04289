// SPDX-License-Identifier: Apache-2.0
// All calls of the console: the use cases over one desk, and the adapters that serve them.
#pragma once

#include <optional>
#include <utility>

#include "libs/crypto/relying_party.h"
#include "libs/rpc/server.h"
#include "services/console/entries.h"
#include "services/console/notifications.h"
#include "services/console/rpc/account_rpc.h"
#include "services/console/rpc/notification_rpc.h"
#include "services/console/rpc/session_rpc.h"

namespace shareway::console {

// `desk`, `directory` and `carriers`, by which what people are told goes out, must outlive it, and
// so must the key of `passes`. `act_party`: see AccountRpc. `gateways`: where people go on beside
// their agencies' nodes.
class ConsoleApi {
 public:
  ConsoleApi(const Desk* desk, const rpc::DirectoryHolder* directory,
             std::optional<crypto::RelyingParty> act_party, const Carriers* carriers,
             AgencyGateways gateways = {}, PassSigner passes = {})
      : lockouts_(desk),
        accounts_(desk, &lockouts_),
        proposals_(desk),
        sessions_(desk, &lockouts_),
        account_rpc_(desk, &accounts_, &proposals_, directory, std::move(act_party)),
        entries_(desk, &sessions_, std::move(gateways)),
        session_rpc_(&sessions_, &entries_, passes),
        notifications_(desk, carriers),
        notification_rpc_(&notifications_) {}

  // Registers every method of console.v1 at `server`, before that starts; must outlive it.
  void Register(rpc::Server* server) {
    account_rpc_.Register(server);
    session_rpc_.Register(server);
    notification_rpc_.Register(server);
  }
  const Accounts& accounts() const { return accounts_; }
  Sessions& sessions() { return sessions_; }

 private:
  Lockouts lockouts_;
  Accounts accounts_;
  RoleProposals proposals_;
  Sessions sessions_;
  AccountRpc account_rpc_;
  Entries entries_;
  SessionRpc session_rpc_;
  Notifications notifications_;
  NotificationRpc notification_rpc_;
};

}  // namespace shareway::console
