// SPDX-License-Identifier: Apache-2.0
// Proves the invariants of a log's store from its bytes alone. Behind
// `shareway fsck`, and the judge of the fault tests.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/kv/store.h"

namespace shareway::audit {

struct FsckReport {
  uint64_t size = 0;             // entries
  Hash32 root = {};              // over all of them
  uint64_t checkpoint_size = 0;  // covered by the signed checkpoint
  uint64_t unmatched = 0;        // halves of exchanges that wait for the other
};

// Derives everything again from the stored records and compares it with what is
// stored: commitments, every node of the tree, indices without a gap, entry ids
// each once, postings, waiting halves, the root that the head names and the root
// that the checkpoint signs. Any changed byte under a key of the log is found.
// DATA_LOSS naming the first violation; NOT_FOUND if the store has no log.
//
// The checkpoint is verified under the key that the store names; compare it
// with a pinned one. One pass; memory for the waiting halves and one bundle.
// Not for a store that is being written.
absl::StatusOr<FsckReport> CheckLog(const kv::Store& store);

}  // namespace shareway::audit
