// SPDX-License-Identifier: Apache-2.0
// Finding the second person.
#include "services/audit/namings.h"

#include <utility>

namespace shareway::audit {
namespace {

// So long a first person's naming waits for the second's.
constexpr absl::Duration kLasts = absl::Hours(1);

}  // namespace

bool Namings::Name(absl::string_view person, const evidence::SignedAct& act, WitnessSet witnesses,
                   absl::Time now) {
  std::erase_if(by_person_, [now](const auto& one) { return now - one.second.time > kLasts; });
  by_person_[std::string(person)] = {.act = act, .time = now, .witnesses = witnesses};
  for (const auto& [other, naming] : by_person_) {
    if (other == person || naming.witnesses != witnesses) continue;
    acts_ = {{other, naming.act}, {std::string(person), act}};
    effective_ = std::move(witnesses);
    return true;
  }
  return false;
}

}  // namespace shareway::audit
