// SPDX-License-Identifier: Apache-2.0
// Order and look-up of witnesses.
#include "services/audit/domain/witness_set.h"

#include <algorithm>
#include <utility>

namespace shareway::audit {

WitnessSet::WitnessSet(std::vector<Witness> witnesses) : witnesses_(std::move(witnesses)) {
  std::stable_sort(witnesses_.begin(), witnesses_.end(),
                   [](const Witness& a, const Witness& b) { return a.node < b.node; });
  const auto end = std::unique(witnesses_.begin(), witnesses_.end(),
                               [](const Witness& a, const Witness& b) { return a.node == b.node; });
  witnesses_.erase(end, witnesses_.end());
}

const Witness* WitnessSet::Find(absl::string_view node) const {
  const auto found =
      std::lower_bound(witnesses_.begin(), witnesses_.end(), node,
                       [](const Witness& witness, absl::string_view name) {
                         return absl::string_view(witness.node) < name;
                       });
  return found != witnesses_.end() && found->node == node ? &*found : nullptr;
}

}  // namespace shareway::audit
