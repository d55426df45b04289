// SPDX-License-Identifier: Apache-2.0
// Many nodes that watch the catalogue at once, and how soon a publication reaches them.
#pragma once

#include <vector>

namespace shareway::bench {

struct Fanout {
  // Milliseconds from the instant at which the publishing call was sent until a watcher had the
  // entry: each watcher, each publication.
  std::vector<double> seen = {};
  // Until the call returned, each publication.
  std::vector<double> acknowledged = {};
};

// Real processes: `watchers` nodes, each with a certificate, a connection and a stream of its own;
// publishes `publications` entries one after the other. Ends the program when a step fails.
Fanout PublishTo(int watchers, int publications);

}  // namespace shareway::bench
