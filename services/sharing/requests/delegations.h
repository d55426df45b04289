// SPDX-License-Identifier: Apache-2.0
// The writes of delegations, and in whose posts a person acts today.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/store/desk_codec.h"

namespace shareway::sharing {

// A person as the directory knows it now; nothing if it does not stand.
using FindPerson = std::function<std::optional<Actor>(absl::string_view name)>;

// Delegations (domain/delegation.h). Thread-safe. Errors: as Cases.
class Delegations {
 public:
  // `desk` must outlive it.
  Delegations(const Desk* desk, FindPerson find_person)
      : desk_(desk), cases_(desk), find_person_(std::move(find_person)) {}

  // Also FAILED_PRECONDITION, DELEGATION_INVALID, if the actor lends the post on one of these days
  // already; ABORTED if he lends it at this very instant in another call. With `validate_only`
  // nothing is stored and the version is 0.
  absl::StatusOr<Stored<Delegation>> Give(const Errand& errand, const Delegation& asked,
                                          bool validate_only);
  absl::StatusOr<Stored<Delegation>> End(const Errand& errand, absl::string_view name,
                                         absl::string_view etag);
  // Those of the actor's agency, newest first; only those that hold today if `holding`.
  absl::StatusOr<Page<Delegation>> List(const Actor& actor, bool holding, absl::string_view cursor,
                                        int limit) const;

  // The delegations under which the person acts today: their givers hold the posts still.
  absl::StatusOr<std::vector<Delegation>> Holding(const Actor& actor) const;
  // The actor with the posts of these. A delegation lends one's own post: never one that is lent.
  absl::StatusOr<Actor> InPosts(const Actor& actor) const;

 private:
  absl::Status CheckFree(const Delegation& asked) const;

  const Desk* const desk_;
  const Cases<Delegation> cases_;
  const FindPerson find_person_;
};

}  // namespace shareway::sharing
