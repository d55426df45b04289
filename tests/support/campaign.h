// SPDX-License-Identifier: Apache-2.0
// How much a fault test does: a part of it in the normal run, all in the campaign.
#pragma once

#include <cstdlib>
#include <ctime>
#include <string>

namespace shareway::testing {

// `tools/test --campaign` sets SHAREWAY_CAMPAIGN for the tests of the label campaign.
inline bool Campaign() { return std::getenv("SHAREWAY_CAMPAIGN") != nullptr; }
// SHAREWAY_ROUNDS=n overrides both.
inline int Rounds(int normal, int campaign) {
  if (const char* given = std::getenv("SHAREWAY_ROUNDS")) return std::atoi(given);
  return Campaign() ? campaign : normal;
}

// The same for all runs of one day, so that days differ and a failure can be
// repeated: SHAREWAY_SEED=n overrides it. Tests print it when they fail.
inline unsigned DaySeed() {
  const char* given = std::getenv("SHAREWAY_SEED");
  return given ? static_cast<unsigned>(std::atol(given))
               : static_cast<unsigned>(std::time(nullptr) / 86400);
}

}  // namespace shareway::testing
