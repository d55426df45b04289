// SPDX-License-Identifier: Apache-2.0
// Many nodes that watch the grants at once, and how soon a revocation reaches them.
#pragma once

#include <vector>

#include "tools/bench_exchange/node_pair.h"

namespace shareway::bench {

// Milliseconds from the instant at which the revoking call was sent.
struct Revocations {
  std::vector<double> seen = {};        // until a watcher had it: each watcher, each revocation
  std::vector<double> acknowledged = {};  // until the call returned, each revocation
  // Until the last answer under the grant had come back from the two real nodes, which are
  // asked all the time; each revocation.
  std::vector<double> last_delivery = {};
};

// Registers `watchers` more nodes of the consumer's agency, each with a certificate and a
// connection of its own, and revokes `revocations` grants one after the other. Sharing is
// restarted once, to trust the authority that issues them. All streams end with the call.
Revocations Revoke(NodePair* pair, int watchers, int revocations);

}  // namespace shareway::bench
