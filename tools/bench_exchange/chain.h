// SPDX-License-Identifier: Apache-2.0
// What exchanges are measured against: two relays in a row over the same mTLS, the far one of
// which answers 1 KiB. No grant, no signature, no evidence.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "libs/rpc/channel.h"
#include "tests/support/child.h"
#include "tests/support/cluster.h"
#include "tests/support/held_port.h"
#include "tools/bench_exchange/load.h"
#include "tools/bench_exchange/window.h"

namespace shareway::bench {

class Chain {
 public:
  // Both run under the certificates of the cluster's nodes and are called by the consumer's
  // system. They end the program if the chain does not answer.
  //
  // gRPC that forwards bytes (bench_relay).
  static std::unique_ptr<Chain> OfRelays(testing::Cluster* cluster);
  // nginx -> nginx, one worker each, grpc_pass; the far one answers from a file.
  static std::unique_ptr<Chain> OfNginx(testing::Cluster* cluster, const std::string& binary);

  Run Call(int outstanding, const Window& window);
  Run CallAtRate(double per_second, const Window& window);
  // In the order of Run::cpu_micros_of.
  std::vector<Process> processes() const;

 private:
  Chain(testing::Cluster* cluster, std::string name) : cluster_(cluster), name_(std::move(name)) {}
  std::string Address(bool far) const;
  void Start(bool far, std::vector<std::string> argv);
  void Connect();
  StartCall Begin();

  testing::Cluster* const cluster_;
  const std::string name_;
  const std::array<testing::HeldPort, 2> ports_ = {};  // near, far
  std::vector<std::unique_ptr<testing::Child>> children_;
  std::shared_ptr<rpc::Channel> channel_;
};

}  // namespace shareway::bench
