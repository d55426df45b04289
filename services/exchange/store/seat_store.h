// SPDX-License-Identifier: Apache-2.0
// The store of an agency that a node hosts, in a folder of its own.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/kv/ballast.h"
#include "libs/kv/store.h"

namespace shareway::exchange {

// Smaller than that of the node's own agency: there may be many on one volume.
struct SeatStore {
  std::unique_ptr<kv::Ballast> ballast;
  std::unique_ptr<kv::Store> store;  // destroyed first

  // Opens `dir`, creating it if absent. `min_free_share` of the volume is for accepting; 0: 10 %.
  // Errors as kv::OpenRocks and kv::Ballast::Open.
  static absl::StatusOr<SeatStore> Open(const std::string& dir, double min_free_share,
                                        const Clock* clock);
};

}  // namespace shareway::exchange
