// SPDX-License-Identifier: Apache-2.0
// Keeps hosted datasets indexed by what grants filter by.
#pragma once

#include <thread>

#include "absl/synchronization/notification.h"
#include "services/exchange/datasets.h"
#include "services/exchange/domain/grant_table.h"

namespace shareway::exchange {

// One thread; stops on destruction. Looks for work within a second after a grant changed, and every
// minute besides, for versions that were rolled back to. Until an index is there, queries that
// need it are refused.
class IndexKeeper {
 public:
  // Both must outlive it.
  IndexKeeper(Datasets* datasets, const GrantTable* grants);
  ~IndexKeeper();

 private:
  void Run();

  Datasets* const datasets_;
  const GrantTable* const grants_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::exchange
