// SPDX-License-Identifier: Apache-2.0
// Compares the heads that were signed, witnessed and stamped with the tree. Part of fsck.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "libs/kv/store.h"
#include "services/audit/domain/witness_set.h"
#include "services/audit/store/fsck.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/log_state.h"

namespace shareway::audit {

// The witness sets that were put in force, and where in the log.
struct SetAt {
  uint64_t index = 0;
  WitnessSet set = {};
};
// A stamp (RFC 3161): the text of which size was stamped, and the token.
struct StampAt {
  uint64_t index = 0;
  uint64_t size = 0;
  std::string origin = {};
  std::string token = {};
};

// All borrow what they are given; `state` is the whole log's. DATA_LOSS for a violation.
class HeadsCheck {
 public:
  HeadsCheck(const kv::Store* store, const LogReader* reader, const LogState* state,
             std::string verifier_key)
      : store_(store), reader_(reader), state_(state), verifier_key_(std::move(verifier_key)) {}

  // I8: the newest signed checkpoint, and those of `notes`; I20: none is ahead. A note may
  // have lines by others.
  absl::Status CheckSigned(const std::vector<std::string>& notes, FsckReport* report) const;
  // I8, I12: the newest witnessed one, by one of the sets in force since its size; by any number
  // if `sets` is null.
  absl::Status CheckWitnessed(const std::vector<SetAt>* sets, FsckReport* report) const;
  // I8: what was stamped.
  absl::Status CheckStamps(const std::vector<StampAt>& stamps) const;
  // I8: the tree had this root at this size.
  absl::Status CheckRoot(absl::string_view whose, uint64_t size, const Hash32& root) const;

 private:
  absl::StatusOr<Hash32> RootAt(uint64_t size) const;

  const kv::Store* const store_;
  const LogReader* const reader_;
  const LogState* const state_;
  const std::string verifier_key_;
};

}  // namespace shareway::audit
