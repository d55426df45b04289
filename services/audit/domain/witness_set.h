// SPDX-License-Identifier: Apache-2.0
// Who watches the log, and how many of them speak for all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace shareway::audit {

// A node that cosigns checkpoints.
struct Witness {
  std::string node = {};          // agencies/{a}/nodes/{n}; the name in its cosignatures
  std::string verifier_key = {};  // NAME+HASH+BASE64 of C2SP
  friend bool operator==(const Witness&, const Witness&) = default;
};

// Cosignatures by `quorum` make a checkpoint witnessed: k, a majority of n, so that two
// heads that do not fit together cannot both be witnessed unless one witness cosigned both.
// A value.
class WitnessSet {
 public:
  WitnessSet() = default;
  // In the order of their nodes. Of two of one node the first counts.
  explicit WitnessSet(std::vector<Witness> witnesses);

  const std::vector<Witness>& witnesses() const { return witnesses_; }
  size_t size() const { return witnesses_.size(); }
  bool empty() const { return witnesses_.empty(); }
  // k: n / 2 + 1; 0 for the empty set, whose log nobody witnesses.
  size_t quorum() const { return empty() ? 0 : size() / 2 + 1; }
  // n - k + 1: among so many is one of any k that cosigned. 0 for the empty set.
  size_t reports_needed() const { return empty() ? 0 : size() - quorum() + 1; }
  // Null if the node is no witness.
  const Witness* Find(absl::string_view node) const;

  friend bool operator==(const WitnessSet&, const WitnessSet&) = default;

 private:
  std::vector<Witness> witnesses_;
};

// A set, and the index of the record that names it.
struct PlacedSet {
  WitnessSet set = {};
  uint64_t index = 0;
};

}  // namespace shareway::audit
