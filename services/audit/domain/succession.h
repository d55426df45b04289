// SPDX-License-Identifier: Apache-2.0
// Which witnesses must cosign while one set of them hands over to the next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/audit/domain/witness_set.h"

namespace shareway::audit {

// The set in force, the one that a record of the log announces, and the one that the directory
// lists. The announced set takes over under a head that covers its record and that the set in
// force witnessed. In that head members count by any key that they have had since, and only those
// that are still listed can be waited for: if they are fewer than a quorum all of them suffice.
// A value.
class Succession {
 public:
  Succession() = default;
  // The first set needs nobody's consent: it is in force as soon as it is announced.
  Succession(WitnessSet in_force, std::optional<PlacedSet> announced);

  const WitnessSet& in_force() const { return in_force_; }
  const std::optional<PlacedSet>& announced() const { return announced_; }
  // True if the directory lists another set than is in force, and none is announced.
  bool IsDue() const { return listed_ && !announced_ && *listed_ != in_force_; }
  // The verifier keys that a line of the node may be by; empty if it is no member.
  std::vector<std::string> KeysOf(absl::string_view node) const;
  // Members of the set in force that the directory lists; all of them before it is known.
  size_t listed_members() const;

  // True if a line of `node` by this key counts in a head of `size` entries, and how many must.
  bool Counts(absl::string_view node, absl::string_view verifier_key, uint64_t size) const;
  size_t Needed(uint64_t size) const;
  // True if nobody who watched is left to ask: then any head that covers the record does.
  bool IsOrphaned() const { return announced_ && !in_force_.empty() && listed_members() == 0; }
  // True if the announced set takes over once a head of `witnessed` entries is witnessed.
  bool TakesOver(uint64_t witnessed) const;

  // The directory lists these.
  Succession Listing(WitnessSet listed) const;
  // A record at `index` announces the set that is listed.
  Succession Announcing(PlacedSet announced) const;
  // The announced set, if there is one, is in force.
  Succession Next() const;

 private:
  bool HandsOver(uint64_t size) const { return announced_ && size > announced_->index; }

  WitnessSet in_force_;
  std::optional<PlacedSet> announced_;
  std::optional<WitnessSet> listed_;
};

}  // namespace shareway::audit
