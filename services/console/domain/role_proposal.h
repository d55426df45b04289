// SPDX-License-Identifier: Apache-2.0
// Changes of roles that wait for the security administrator, and the lines of a permission file.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/console/domain/person.h"

namespace shareway::console {

// A plain value.
struct RoleProposal {
  enum class State { kUnspecified = 0, kProposed, kAssigned, kDeclined };
  std::string name = {};    // roleProposals/{r}
  std::string person = {};  // people/{p}
  std::string agency = {};  // agencies/{a}
  Roles grant = {};
  Roles withdraw = {};
  std::string reason = {};
  State state = State::kProposed;
  std::string proposed_by = {};
  absl::Time propose_time = {};
  std::string decided_by = {};
  std::optional<absl::Time> decide_time = {};
  std::string decline_reason = {};

  friend bool operator==(const RoleProposal&, const RoleProposal&) = default;
};

// `asked` (person, grant, withdraw, reason) by the actor, for the person as the directory has him.
// INVALID_ARGUMENT naming field and rule; NOT_FOUND, NOT_VISIBLE, for a stranger's person;
// PERMISSION_DENIED, POLICY_DENIED, for an account administrator who proposes one of the three;
// FAILED_PRECONDITION, ROLES_EXCLUSIVE.
absl::StatusOr<RoleProposal> Propose(RoleProposal asked, const std::optional<Person>& person,
                                     const Person& actor, std::string name, absl::Time now);

// The roles that the person holds once the proposal is carried out.
Roles After(const RoleProposal& proposal, const Roles& now);
// True if `roles` holds what is granted and nothing that is withdrawn.
bool InEffect(const RoleProposal& proposal, const Roles& roles);

// What the security administrator signed for the directory: person, name and agency as they would
// be, and the roles.
struct SignedPerson {
  std::string name = {};
  std::string display_name = {};
  std::string agency = {};
  Roles roles = {};
};

// Confirmed by a signed change of the directory. FAILED_PRECONDITION: STATE_FORBIDS unless
// PROPOSED, OWN_REQUEST for the person himself and for who proposed it, PROPOSAL_OUTDATED if the
// directory has changed so that the proposal changes nothing or would join two of the three;
// PERMISSION_DENIED, ACT_INVALID, if the act changes anything else.
absl::StatusOr<RoleProposal> Assign(const RoleProposal& proposal,
                                    const std::optional<Person>& person,
                                    const SignedPerson& signed_person, const Person& actor,
                                    absl::Time now);
absl::StatusOr<RoleProposal> Decline(const RoleProposal& proposal, absl::string_view reason,
                                     const Person& actor, absl::Time now);

// True for security, system and audit administrators, and account administrators of the agency.
bool MaySee(const RoleProposal& proposal, const Person& actor);

// The numbers are those of console.v1.PermissionEntry.Kind.
enum class PermissionKind {
  kUnspecified = 0,
  kAccountCreated,
  kAccountAdjusted,
  kAccountSuspended,
  kAccountResumed,
  kAccountCancelled,
  kPasswordReset,
  kPasswordSet,
  kRoleProposed,
  kRoleAssigned,
  kRoleDeclined,
  kRolesChanged,
};

// One line of a permission file (权限档案). Never changed once it is written.
struct PermissionEntry {
  absl::Time time = {};
  PermissionKind kind = PermissionKind::kUnspecified;
  Roles grant = {};
  Roles withdraw = {};
  std::string by = {};  // people/{p}; empty: by rule
  std::string note = {};
  std::string object = {};  // account or proposal
  friend bool operator==(const PermissionEntry&, const PermissionEntry&) = default;
};

// What the directory shows now and did not before. Nothing if that is nothing.
std::optional<PermissionEntry> RolesChanged(const Roles& before, const Roles& now,
                                            absl::string_view account, absl::Time at);

}  // namespace shareway::console
