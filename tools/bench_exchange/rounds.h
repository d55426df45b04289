// SPDX-License-Identifier: Apache-2.0
// Interleaved rounds: each subject once, one after the other, so that all of them see the same
// machine; ratios are taken within a round.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/bench_exchange/chain.h"
#include "tools/bench_exchange/node_pair.h"

namespace shareway::bench {

// Values of each round by name.
class Samples {
 public:
  void Add(const std::string& name, double value) { values_[name].push_back(value); }
  std::vector<double> of(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<double>() : found->second;
  }
  const std::map<std::string, std::vector<double>>& all() const { return values_; }

 private:
  std::map<std::string, std::vector<double>> values_;
};

// What is asked; null: left out.
struct Subjects {
  std::unique_ptr<NodePair> paused;    // no drain
  std::unique_ptr<NodePair> draining;
  std::unique_ptr<NodePair> national;  // draining, SM2 and SM3
  std::unique_ptr<NodePair> grown;     // no drain, full stores
  std::unique_ptr<Chain> relay, nginx;
};

// What the processes of a draining pair counted while it was measured at full load.
struct Profile {
  std::map<std::string, Figures> growth = {};  // by process
  long exchanges = 0;
  // Why its figure does not count: the outboxes grew in a round. Empty: they did not.
  std::string backlog = {};
};
struct Profiles {
  Profile draining, national;
};

struct RoundOptions {
  int outstanding = 256;
  Window window = {};
  bool latency = true;  // P3
};

// One round. Samples are named as the rows of the report, besides:
//   {subject}_per_second, {subject}_p50_ms, {subject}_p99_ms, {subject}_us   CPU of one call
//   {subject}_us/{process}                                                   of one process
//   {subject}_taken, {subject}_oldest_s   share of the records that audit took, age of the oldest
// with subjects relay, nginx, paused, draining, national, grown, and relay and draining with
// _half and _one. Ends the program if a call fails.
void Round(const Subjects& subjects, const RoundOptions& options, Samples* samples,
           Profiles* profiles);

}  // namespace shareway::bench
