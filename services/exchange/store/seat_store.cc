// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/seat_store.h"

#include <utility>

#include "libs/base/status.h"
#include "libs/kv/rocks_store.h"

namespace shareway::exchange {
namespace {

constexpr size_t kBallastBytes = 16 << 20;
constexpr size_t kCacheBytes = 4 << 20;

}  // namespace

absl::StatusOr<SeatStore> SeatStore::Open(const std::string& dir, double min_free_share,
                                          const Clock* clock) {
  SeatStore opened;
  kv::Ballast::Options ballast{.dir = dir, .bytes = kBallastBytes, .clock = clock};
  if (min_free_share > 0) ballast.min_free_share = min_free_share;
  SHAREWAY_ASSIGN_OR_RETURN(opened.ballast, kv::Ballast::Open(std::move(ballast)));
  kv::RocksOptions rocks;
  rocks.cache_bytes = kCacheBytes;
  rocks.ballast = opened.ballast.get();
  SHAREWAY_ASSIGN_OR_RETURN(opened.store, kv::OpenRocks(dir, rocks));
  return opened;
}

}  // namespace shareway::exchange
