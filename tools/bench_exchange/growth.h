// SPDX-License-Identifier: Apache-2.0
// Two nodes that have had much to do: grants and exchanges by the million in their stores.
#pragma once

#include <cstdint>

#include "tools/bench_exchange/node_pair.h"

namespace shareway::bench {

// Each node in turn is stopped, its store filled, and started again: `grants` like the pair's
// own under other names, `exchanges` asked by the consumer's and answered by the provider's.
// What was there counts as well.
void Grow(NodePair* pair, uint64_t grants, uint64_t exchanges);

}  // namespace shareway::bench
