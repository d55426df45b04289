// SPDX-License-Identifier: Apache-2.0
// Delegations: a head or a reviewer lends his post to a colleague, from day to day.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/request.h"

namespace shareway::sharing {

// The law knows no limit; a year is ours: who is away longer is replaced.
inline constexpr int kMaxDelegationDays = 366;

// A post that is lent, on sharing requests. A plain value.
struct Delegation {
  static constexpr char kCollection[] = "delegations";
  enum class Post { kUnspecified = 0, kHead, kReviewer };
  enum class State { kUnspecified = 0, kComing, kHolds, kOver };

  std::string name = {};
  std::string consumer = {};  // agencies/{a}, whose post it is
  std::string provider = {};  // none: a delegation has one side
  std::string giver = {};     // people/{p}
  std::string delegate = {};  // people/{p}
  Post post = Post::kUnspecified;
  absl::CivilDay start = {};
  absl::CivilDay end = {};   // the last day
  std::string reason = {};   // 1 to 500 characters
  std::string profile = {};  // profile@version of the agency
  absl::Time create_time = {};
  std::optional<absl::Time> end_time = {};  // ended before its last day
  std::string ended_by = {};                // people/{p}

  State At(absl::Time now) const;

  friend bool operator==(const Delegation&, const Delegation&) = default;
};

// HEAD, REVIEWER.
absl::string_view PostName(Delegation::Post post);

// To the agency whose post it is.
bool Visible(const Delegation& delegation, const Actor& actor, const Parties& parties);

// `asked` (delegate, post, start, end, reason) of the actor, for a colleague as the directory knows
// him; none: it does not know him. INVALID_ARGUMENT naming each field that breaks a rule;
// FAILED_PRECONDITION, DELEGATION_INVALID: the actor does not hold the post himself, the delegate
// is himself, of another agency, does not stand, or holds the post.
absl::StatusOr<Delegation> GiveDelegation(Delegation asked, const Actor& actor,
                                          const std::optional<Actor>& colleague, std::string name,
                                          std::string profile, absl::Time now);

// By who gave it, who has it, or a head of the agency. PERMISSION_DENIED for others;
// FAILED_PRECONDITION, DELEGATION_INVALID, if it is over.
absl::StatusOr<Delegation> EndDelegation(const Delegation& delegation, const Actor& actor,
                                         absl::Time now);

// The actor in the post of this delegation, if it holds and he is the delegate and has not the post
// himself; else as he is.
Actor InPost(const Actor& actor, const Delegation& delegation, absl::Time now);

// The request after a transition of the actor, its last step naming also in whose post he acted.
Request InNameOf(Request after, const Actor& actor);

}  // namespace shareway::sharing
