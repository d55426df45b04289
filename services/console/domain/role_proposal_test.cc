// SPDX-License-Identifier: Apache-2.0
// Who proposes which roles, and what confirms them.
#include "services/console/domain/role_proposal.h"

#include "catch2/catch.hpp"
#include "services/console/domain/examples.h"

namespace shareway::console {
namespace {

RoleProposal Asked(Roles grant, Roles withdraw = {}) {
  return {.person = "people/clerk",
          .grant = std::move(grant),
          .withdraw = std::move(withdraw),
          .reason = "新岗位"};
}
absl::StatusOr<RoleProposal> Proposed(const RoleProposal& asked, const Person& actor,
                                      const std::optional<Person>& person = Clerk()) {
  return Propose(asked, person, actor, "roleProposals/r", Morning());
}
Reason Refusal(const RoleProposal& asked, const Person& actor,
               const std::optional<Person>& person = Clerk()) {
  return ReasonOf(Proposed(asked, actor, person).status());
}
SignedPerson Signed(const Person& person, Roles roles) {
  return {.name = person.name,
          .display_name = person.display_name,
          .agency = person.agency,
          .roles = std::move(roles)};
}

TEST_CASE("Roles are proposed for the own agency's people, the three by a system administrator",
          "[roles]") {
  const RoleProposal made = Proposed(Asked({Role::kApplicant}), Keeper()).value();
  CHECK(made.state == RoleProposal::State::kProposed);
  CHECK(made.agency == kTax);
  CHECK(Refusal(Asked({Role::kApplicant}), Stranger()) == Reason::kNotVisible);
  CHECK(Refusal(Asked({Role::kApplicant}), System(), std::nullopt) == Reason::kNotVisible);
  CHECK(Refusal(Asked({Role::kAuditAdministrator}), Keeper()) == Reason::kPolicyDenied);
  CHECK(Refusal(Asked({Role::kAuditAdministrator}), System()) == Reason::kUnspecified);
}

TEST_CASE("Nobody is proposed for two of the three administrators", "[roles]") {
  Person auditor = With("clerk", {Role::kAuditAdministrator});
  CHECK(Refusal(Asked({Role::kSystemAdministrator}), System(), auditor) == Reason::kRolesExclusive);
  CHECK(Refusal(Asked({Role::kSystemAdministrator, Role::kSecurityAdministrator}), System()) ==
        Reason::kRolesExclusive);
  CHECK(Refusal(Asked({Role::kSystemAdministrator}, {Role::kAuditAdministrator}), System(),
                auditor) == Reason::kUnspecified);
}

TEST_CASE("What is wrong with a proposal is named by field", "[roles]") {
  CHECK(Refusal(Asked({}), Keeper()) == Reason::kFieldInvalid);
  CHECK(Refusal(Asked({Role::kClerk}), Keeper()) == Reason::kFieldInvalid);          // held
  CHECK(Refusal(Asked({}, {Role::kApplicant}), Keeper()) == Reason::kFieldInvalid);  // not held
  CHECK(Refusal(Asked({Role::kApplicant, Role::kApplicant}), Keeper()) == Reason::kFieldInvalid);
  CHECK(Refusal(Asked({static_cast<Role>(99)}), Keeper()) == Reason::kFieldInvalid);
  RoleProposal silent = Asked({Role::kApplicant});
  silent.reason = "";
  CHECK(Refusal(silent, Keeper()) == Reason::kFieldInvalid);
}

TEST_CASE("A proposal is confirmed by an act that changes exactly the proposed roles", "[roles]") {
  const RoleProposal proposal =
      Proposed(Asked({Role::kApplicant, Role::kDataSteward}, {Role::kClerk}), Keeper()).value();
  const auto assign = [&](const SignedPerson& person, const Person& actor = Security(),
                          const std::optional<Person>& now = Clerk()) {
    return ReasonOf(Assign(proposal, now, person, actor, Morning()).status());
  };
  const Roles right = {Role::kDataSteward, Role::kApplicant};
  CHECK(assign(Signed(Clerk(), right)) == Reason::kUnspecified);
  CHECK(assign(Signed(Clerk(), {Role::kApplicant})) == Reason::kActInvalid);
  CHECK(assign(Signed(Clerk(), {Role::kApplicant, Role::kDataSteward, Role::kClerk})) ==
        Reason::kActInvalid);
  CHECK(assign(Signed(Clerk(), {Role::kApplicant, Role::kDataSteward, Role::kDataSteward})) ==
        Reason::kActInvalid);
  CHECK(assign(Signed(Keeper(), right)) == Reason::kActInvalid);  // another person
  SignedPerson moved = Signed(Clerk(), right);
  moved.agency = kCivil;
  CHECK(assign(moved) == Reason::kActInvalid);
  SignedPerson renamed = Signed(Clerk(), right);
  renamed.display_name = "李娜";
  CHECK(assign(renamed) == Reason::kActInvalid);
  // Not for himself, and not what he proposed.
  CHECK(assign(Signed(Clerk(), right), With("clerk", {Role::kSecurityAdministrator})) ==
        Reason::kOwnRequest);
  CHECK(assign(Signed(Clerk(), right), With("keeper", {Role::kSecurityAdministrator})) ==
        Reason::kOwnRequest);
  CHECK(assign(Signed(Clerk(), right), Security(), With("clerk", right)) ==
        Reason::kProposalOutdated);
  Person gone = Clerk();
  gone.stands = false;
  CHECK(assign(Signed(Clerk(), right), Security(), gone) == Reason::kProposalOutdated);

  const RoleProposal assigned =
      Assign(proposal, Clerk(), Signed(Clerk(), right), Security(), Morning()).value();
  CHECK_FALSE(InEffect(assigned, Clerk().roles));
  CHECK(InEffect(assigned, right));
  CHECK(ReasonOf(Decline(assigned, "晚了", Security(), Morning()).status()) ==
        Reason::kStateForbids);
  CHECK(Decline(proposal, "不需要", Security(), Morning())->state ==
        RoleProposal::State::kDeclined);
}

TEST_CASE("A permission file tells which roles came and went", "[roles]") {
  const PermissionEntry entry =
      RolesChanged({Role::kClerk, Role::kApplicant}, {Role::kApplicant, Role::kAuditor},
                   "accounts/clerk", Morning())
          .value();
  CHECK(entry.grant == Roles{Role::kAuditor});
  CHECK(entry.withdraw == Roles{Role::kClerk});
  CHECK_FALSE(RolesChanged({Role::kClerk}, {Role::kClerk}, "accounts/clerk", Morning()));
}

}  // namespace
}  // namespace shareway::console
