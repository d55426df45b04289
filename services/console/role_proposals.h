// SPDX-License-Identifier: Apache-2.0
// Roles: proposed by administrators of accounts, confirmed by the security administrator's signed
// act; and the permission file, which has all of it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/console/desk.h"

namespace shareway::console {

// Thread-safe. `desk` must outlive it. Errors of the writes are the domain's
// (domain/role_proposal.h) and ConsoleStore::Commit's.
class RoleProposals {
 public:
  explicit RoleProposals(const Desk* desk) : desk_(desk) {}

  absl::StatusOr<Stored<RoleProposal>> Propose(const Errand& errand, const RoleProposal& asked);
  // `errand.act` is the act that `signed_person` was read from, verified as the actor's.
  absl::StatusOr<Stored<RoleProposal>> Assign(const Errand& errand, absl::string_view name,
                                              absl::string_view etag,
                                              const SignedPerson& signed_person);
  absl::StatusOr<Stored<RoleProposal>> Decline(const Errand& errand, absl::string_view name,
                                               absl::string_view etag, absl::string_view reason);
  // Newest first: all for the three administrators, else the own agency's.
  absl::StatusOr<Page<RoleProposal>> List(const Person& actor, const std::string& cursor,
                                          int limit) const;
  // True if the directory has it so today.
  bool InEffectNow(const RoleProposal& proposal) const;

  // Oldest first. NOT_VISIBLE for strangers, and for a person without account.
  absl::StatusOr<Page<PermissionEntry>> File(const Person& actor, absl::string_view person,
                                             const std::string& cursor, int limit) const;

 private:
  absl::StatusOr<Stored<RoleProposal>> Load(absl::string_view name) const;
  absl::StatusOr<Stored<RoleProposal>> Save(const Errand& errand,
                                            const Stored<RoleProposal>& before,
                                            const RoleProposal& after, PermissionKind kind,
                                            absl::string_view note, absl::Time now) const;

  const Desk* const desk_;
};

}  // namespace shareway::console
