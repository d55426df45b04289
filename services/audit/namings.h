// SPDX-License-Identifier: Apache-2.0
// The two persons who name the witnesses that a start waits for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/evidence/record.h"
#include "services/audit/domain/witness_set.h"

namespace shareway::audit {

// What persons have named, each by a signed act: a set takes effect once two have named the same
// nodes within an hour. Of one person the last naming counts. For one thread at a time.
class Namings {
 public:
  // True once a second person has named the same.
  bool Name(absl::string_view person, const evidence::SignedAct& act, WitnessSet witnesses,
            absl::Time now);

  // The set that took effect last; empty if none did.
  const WitnessSet& effective() const { return effective_; }
  // The two acts by which it did, in their order.
  struct Act {
    std::string person = {};
    evidence::SignedAct act = {};
  };
  const std::vector<Act>& acts() const { return acts_; }

 private:
  struct Naming {
    evidence::SignedAct act = {};
    absl::Time time = {};
    WitnessSet witnesses = {};
  };
  std::map<std::string, Naming> by_person_;
  WitnessSet effective_;
  std::vector<Act> acts_;
};

}  // namespace shareway::audit
