// SPDX-License-Identifier: Apache-2.0
// All calls of this service: the use cases over one desk, and the adapters that serve them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "libs/crypto/relying_party.h"
#include "libs/metrics/registry.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/server.h"
#include "services/sharing/desk.h"
#include "services/sharing/grants/grants.h"
#include "services/sharing/statutes/statutes.h"
#include "services/sharing/store/node_store.h"

namespace shareway::sharing {

// What the calls rest on. All must outlive the SharingApi.
struct SharingParts {
  const Desk* desk = {};
  NodeStore* node_store = {};
  Statutes* statutes = {};
  const rpc::DirectoryHolder* directory = {};
  metrics::Registry* metrics = {};
  // The key that attachments are kept under, 32 bytes; empty: none are taken.
  std::string attachment_key = {};
  // On whose pages authenticators sign; none: such acts are not taken.
  std::optional<crypto::RelyingParty> act_party = {};
};

// Registers every method of sharing.v1 at `server`, before that starts; must outlive it.
class SharingApi {
 public:
  SharingApi(SharingParts parts, rpc::Server* server);
  ~SharingApi();

  // What the catalogue's feed stops when a resource is suspended.
  Grants* grants();

 private:
  struct Calls;
  const std::unique_ptr<Calls> calls_;
};

}  // namespace shareway::sharing
