// SPDX-License-Identifier: Apache-2.0
// Tells the catalogue which dataset versions serve, so that it knows how fresh the data are.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "libs/rpc/channel.h"
#include "services/exchange/store/dataset_store.h"

namespace shareway::exchange {

// What serves is in the dataset store, and what the catalogue was told in memory: a version is told
// until the catalogue took it, however long that is away, and once more after a restart, which the
// catalogue takes for the repetition that it is. One thread.
class Refreshes {
 public:
  // Rounds that a dataset rests whose report was refused, as for an entry that is withdrawn.
  static constexpr int kRest = 360;

  // Both must outlive it.
  Refreshes(rpc::Channel* catalog, const DatasetStore* datasets)
      : catalog_(catalog), datasets_(datasets) {}

  // Tells each serving version that was not told yet, and how many that were. While the catalogue is away
  // it stops at once; what one dataset meets keeps no other from being told, and is returned in the end.
  absl::StatusOr<int> Tell();

 private:
  struct Told {
    uint64_t version = 0;
    int rest = 0;  // rounds; the version was refused
  };

  rpc::Channel* const catalog_;
  const DatasetStore* const datasets_;
  std::map<std::string, Told> told_;  // by resource
};

// One thread; stops on destruction. Tells within ten seconds, and less often, up to a minute apart,
// while the catalogue is away.
class RefreshReport {
 public:
  // `datasets` must outlive it.
  RefreshReport(std::shared_ptr<rpc::Channel> catalog, const DatasetStore* datasets);
  ~RefreshReport();

 private:
  void Run();

  const std::shared_ptr<rpc::Channel> catalog_;
  Refreshes refreshes_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::exchange
