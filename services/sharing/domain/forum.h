// SPDX-License-Identifier: Apache-2.0
// Who coordinates a dispute, and which government decides it. Computed, never typed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/statute/profile.h"
#include "services/sharing/domain/party.h"

namespace shareway::sharing {

// The directory's authorities. Nothing if there is no such authority.
using FindAuthority = std::function<std::optional<Authority>(absl::string_view name)>;

// Where a dispute goes after negotiation.
struct Forum {
  std::string coordinator = {};         // authorities/{a}
  std::string coordinator_agency = {};  // agencies/{a} whose officers act for it
  // The government that decides after coordination; empty: nothing follows it (M16 12).
  std::string decider = {};
  bool joint_conference = false;  // 联席会议; the coordinator is its office

  friend bool operator==(const Forum&, const Forum&) = default;
};

// The nearest authority that stands over both sides.
//
// An authority stands over an agency if it is the agency's own or above that one, and not of a
// lower level than the agency. An agency of a vertically managed system (垂直管理) is not under
// the government of its place: only an authority of a higher level stands over it, but for one
// of the central level (R25 28). Under a text with a joint conference (M16 12) vertical
// management changes nothing, a dispute with a central department goes to the conference, whose
// office is the authority of the central level, and no government follows.
//
// An authority whose agency is itself a party is passed over, since its officers would record
// in their own case: the next superior coordinates, and the government of that one's level
// decides. At the top there is no next superior.
//
// FAILED_PRECONDITION, STAGE_UNAVAILABLE, if there is none; "register" in the metadata names
// whom the directory lacks.
absl::StatusOr<Forum> ForumOf(const Parties& parties, statute::DisputeForum text,
                              const FindAuthority& find);

}  // namespace shareway::sharing
