// SPDX-License-Identifier: Apache-2.0
// What is measured: two nodes with catalog, sharing and audit on loopback, a dataset of 1 KiB
// rows at one, a grant of the other.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "libs/crypto/hash.h"
#include "tests/scenario/story.h"
#include "tools/bench_exchange/load.h"
#include "tools/bench_exchange/scrape.h"
#include "tools/bench_exchange/window.h"

namespace shareway::bench {

inline constexpr char kProviderNode[] = "statistics-node";
inline constexpr char kConsumerNode[] = "tax-node";

class NodePair {
 public:
  struct Options {
    bool draining = true;                              // false: the nodes have no audit
    crypto::Suite suite = crypto::Suite::kP256Sha256;  // of the nodes' message keys
  };
  // Ends the program if a step fails.
  explicit NodePair(Options options);

  // Queries by key under the grant, each for one record.
  Run Ask(int outstanding, const Window& window, const Edges& edges = {});
  Run AskAtRate(double per_second, const Window& window);

  // A grant more of the same resource to the same consumer; not known to the nodes yet.
  std::string NewGrant();
  // Queries until both nodes know the grant and are ready.
  void AwaitGrant();

  // Records that wait in both outboxes, as the nodes last counted, once a second.
  double Waiting();
  // Waits, for at most a minute, until next to none do.
  void AwaitDrained();

  // Restarts a node on another message key, which the directory learns before.
  void ChangeMessageKey(const std::string& process, const std::string& node, crypto::Suite suite);

  // All processes but the client, in the order of Run::cpu_micros_of.
  std::vector<Process> processes();
  testing::Cluster& cluster() { return cluster_; }
  const std::string& grant() const { return grant_; }

 private:
  void Begin(std::function<void(absl::Status)> done);

  testing::Cluster cluster_;
  const bool draining_;
  std::string resource_, grant_;
  std::shared_ptr<rpc::Channel> channel_;
  std::atomic<int> next_ = 0;
};

}  // namespace shareway::bench
