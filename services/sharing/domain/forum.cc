// SPDX-License-Identifier: Apache-2.0
// Who coordinates a dispute, and which government decides it.
#include "services/sharing/domain/forum.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::sharing {
namespace {

// Central to township are five levels; more superiors than this are a circle.
constexpr size_t kMostSuperiors = 10;

// The authorities over an agency, the nearest first.
struct Ladder {
  std::vector<Authority> authorities = {};
  std::string missing = {};  // the superior that is named but not registered
};

bool StandsOver(const Authority& authority, const Agency& agency, bool heed_vertical) {
  if (authority.level == Level::kUnspecified || agency.level == Level::kUnspecified) return true;
  if (authority.level > agency.level) return false;
  const bool elsewhere = heed_vertical && agency.vertical && agency.level != Level::kCentral;
  return !elsewhere || authority.level < agency.level;
}

Ladder LadderOf(const Agency& agency, bool heed_vertical, const FindAuthority& find) {
  Ladder ladder;
  std::optional<Authority> at = agency.authority;
  for (size_t steps = 0; at && !at->name.empty() && steps < kMostSuperiors; ++steps) {
    if (StandsOver(*at, agency, heed_vertical)) ladder.authorities.push_back(*at);
    if (at->superior.empty()) break;
    const std::string next = at->superior;
    at = find ? find(next) : std::nullopt;
    if (!at) ladder.missing = next;
  }
  return ladder;
}

std::string Place(const Agency& agency) {
  return absl::StrCat(agency.name, " (", LevelName(agency.level), ", ",
                      agency.authority.name.empty() ? "no authority" : agency.authority.name,
                      agency.vertical ? ", vertically managed)" : ")");
}

absl::Status Unavailable(const Parties& parties, std::string whom, absl::string_view why) {
  return Error(Reason::kStageUnavailable, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("no authority can coordinate between ", Place(parties.consumer),
                            " and ", Place(parties.provider), ": ", why, "; register ", whom,
                            " (R25 28, M16 12)"))
      .With("consumer", parties.consumer.name)
      .With("consumer_level", LevelName(parties.consumer.level))
      .With("provider", parties.provider.name)
      .With("provider_level", LevelName(parties.provider.level))
      .With("register", whom);
}

// Whom the directory lacks, where no authority stands over both sides.
absl::Status NoneInCommon(const Parties& parties, const Ladder& a, const Ladder& b,
                          bool conference) {
  for (const Agency* side : {&parties.consumer, &parties.provider}) {
    if (side->authority.name.empty()) {
      return Unavailable(parties, absl::StrCat("the authority of ", side->name),
                         absl::StrCat(side->name, " has no authority"));
    }
  }
  for (const Ladder* ladder : {&a, &b}) {
    if (!ladder->missing.empty()) {
      return Unavailable(parties, ladder->missing,
                         absl::StrCat(ladder->missing, " is not in the directory"));
    }
  }
  if (conference) {
    return Unavailable(parties, "the authority of the central level above both",
                       "the joint conference has no office");
  }
  return Unavailable(parties,
                     absl::StrCat("the common superior of ", parties.consumer.authority.name,
                                  " and ", parties.provider.authority.name),
                     "they have no common superior");
}

}  // namespace

absl::StatusOr<Forum> ForumOf(const Parties& parties, statute::DisputeForum text,
                              const FindAuthority& find) {
  const bool joint = text == statute::DisputeForum::kJointConference;
  const bool conference = joint && (parties.consumer.level == Level::kCentral ||
                                    parties.provider.level == Level::kCentral);
  const Ladder a = LadderOf(parties.consumer, !joint, find);
  const Ladder b = LadderOf(parties.provider, !joint, find);
  std::string own;  // stands over both, but its officers are a party's
  for (const Authority& authority : a.authorities) {
    const bool common = std::any_of(
        b.authorities.begin(), b.authorities.end(),
        [&](const Authority& other) { return other.name == authority.name; });
    if (!common || (conference && authority.level != Level::kCentral)) continue;
    if (authority.agency.empty() || authority.agency == parties.consumer.name ||
        authority.agency == parties.provider.name) {
      own = authority.name;
      continue;
    }
    return Forum{.coordinator = authority.name,
                 .coordinator_agency = authority.agency,
                 .decider = joint ? "" : authority.government,
                 .joint_conference = conference};
  }
  if (own.empty()) return NoneInCommon(parties, a, b, conference);
  const std::string& missing = a.missing.empty() ? b.missing : a.missing;
  return Unavailable(
      parties,
      missing.empty() ? absl::StrCat("a superior of ", own, " or another agency to act for it")
                      : missing,
      absl::StrCat("the agency that acts for ", own, " is a party, and none is above it"));
}

}  // namespace shareway::sharing
