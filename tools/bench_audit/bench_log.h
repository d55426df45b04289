// SPDX-License-Identifier: Apache-2.0
// A log under load: a whole Shareway on loopback whose audit service is driven
// through its public methods, as two nodes would.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/cluster.h"
#include "tools/bench_audit/records.h"
#include "tools/bench_exchange/load.h"

namespace shareway::bench {

// Ends the program with the step's name unless `status` is OK.
void Check(const absl::Status& status, const char* step);

class BenchLog {
 public:
  BenchLog();

  // Stops audit, appends in process until the log has `entries`, starts it again.
  void FillTo(uint64_t entries);

  // Appends, `batch` records a request, the two nodes in turn.
  Run Append(int batch, int outstanding, absl::Duration length);
  // The same with a client that asks for the newest signed checkpoint again and again.
  // Adds the milliseconds from each append's start until a checkpoint over it was
  // seen by that client, and until it was made by the time that is in it.
  Run AppendWatched(int outstanding, absl::Duration length, std::vector<double>* seen_millis,
                    std::vector<double>* made_millis);
  // Batches for `length`, then waits until a search finds the last exchange; entries a second.
  double AppendUntilFound(int batch, int outstanding, absl::Duration length);
  // Paths of random entries to the newest checkpoint, each with an answer of some length.
  Run Prove(int outstanding, absl::Duration length);
  size_t proof_bytes() const { return proof_bytes_; }

  // Seconds from the start of the process until it answers.
  double StartSeconds(bool after_kill);
  // Entries a second of a full check of the store; audit is stopped meanwhile.
  double FsckPerSecond();

  // Entries under the newest checkpoint.
  uint64_t size(bool signed_only = true);
  const RecordMold& mold() const { return provider_; }
  testing::Cluster& cluster() { return cluster_; }

 private:
  struct Sent {
    uint64_t index = 0;
    absl::Time start = {};
  };
  Run Load(int batch, int outstanding, absl::Duration length,
           const std::function<void(Sent)>& acknowledged);
  rpc::Channel* ChannelOf(bool received);

  testing::Cluster cluster_;
  const RecordMold provider_, consumer_, slim_;
  std::atomic<uint64_t> next_ = 0;  // requests
  uint32_t life_ = 0;
  std::atomic<size_t> proof_bytes_ = 0;
};

}  // namespace shareway::bench
