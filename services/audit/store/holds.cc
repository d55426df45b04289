// SPDX-License-Identifier: Apache-2.0
// Asking the search index for holds and their releases.
#include "services/audit/store/holds.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "libs/base/status.h"
#include "services/audit/domain/hold.h"

namespace shareway::audit {
namespace {

constexpr size_t kPage = 1000;  // records at once

}  // namespace

absl::StatusOr<bool> IsHeld(const LogReader& log, const LogState& state, const std::string& grant,
                            uint64_t witnessed) {
  // By the object: of a grant's records, exchanges have it in another field.
  const Query query{.grant = grant, .object = grant, .kind = kIncidentChanged};
  std::set<std::string> held;
  std::set<std::string> released;
  for (uint64_t below = state.size(); below > 0;) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const SearchPage page,
        log.Search(state, query, {.all = true}, below, {.entries = kPage}));
    for (const Found& found : page.found) {
      std::optional<Hold> hold = HoldOf(found.facts);
      if (!hold || (hold->released && found.index >= witnessed)) continue;
      (hold->released ? released : held).insert(std::move(hold->incident));
    }
    below = page.below;
  }
  return !std::includes(released.begin(), released.end(), held.begin(), held.end());
}

absl::StatusOr<std::string> FirstHeld(const LogReader& log, const LogState& state,
                                      const std::set<std::string>& grants, uint64_t witnessed) {
  for (const std::string& grant : grants) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool held, IsHeld(log, state, grant, witnessed));
    if (held) return grant;
  }
  return std::string();
}

}  // namespace shareway::audit
