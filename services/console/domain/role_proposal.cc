// SPDX-License-Identifier: Apache-2.0
// Changes of roles that wait for the security administrator.
#include "services/console/domain/role_proposal.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/console/domain/account.h"

namespace shareway::console {
namespace {

using State = RoleProposal::State;

bool Known(Role role) { return role > Role::kUnspecified && role <= Role::kRecordingOfficer; }

absl::Status CheckRoles(const RoleProposal& asked, const Person& person) {
  std::vector<FieldViolation> out;
  if (asked.grant.empty() && asked.withdraw.empty()) {
    out.push_back({"proposal.grant", "names no role, and neither does withdraw"});
  }
  std::set<Role> seen;
  for (const bool grant : {true, false}) {
    for (const Role role : grant ? asked.grant : asked.withdraw) {
      const char* field = grant ? "proposal.grant" : "proposal.withdraw";
      if (!Known(role)) {
        out.push_back({field, absl::StrCat(static_cast<int>(role), " is no role")});
      } else if (!seen.insert(role).second) {
        out.push_back({field, absl::StrCat(RoleName(role), " is named twice")});
      } else if (person.has(role) == grant) {
        out.push_back({field, absl::StrCat(person.name, grant ? " holds " : " does not hold ",
                                           RoleName(role))});
      }
    }
  }
  return Error::Fields(out);
}

absl::Status CheckProposed(const RoleProposal& proposal) {
  if (proposal.state == State::kProposed) return absl::OkStatus();
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(proposal.name, " was decided already, want PROPOSED"))
      .With("name", proposal.name);
}

absl::Status Exclusive(absl::string_view person) {
  return Error(Reason::kRolesExclusive, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(person, " would hold two of the three administrators' roles"))
      .With("name", person);
}

std::set<Role> SetOf(const Roles& roles) { return {roles.begin(), roles.end()}; }

}  // namespace

Roles After(const RoleProposal& proposal, const Roles& now) {
  std::set<Role> after = SetOf(now);
  after.insert(proposal.grant.begin(), proposal.grant.end());
  for (const Role role : proposal.withdraw) after.erase(role);
  return {after.begin(), after.end()};
}

bool InEffect(const RoleProposal& proposal, const Roles& roles) {
  return SetOf(After(proposal, roles)) == SetOf(roles);
}

absl::StatusOr<RoleProposal> Propose(RoleProposal asked, const std::optional<Person>& person,
                                     const Person& actor, std::string name, absl::Time now) {
  if (!HasForm("people/{p}", asked.person)) {
    return Error::Field("proposal.person", "has not the form people/{p}");
  }
  const bool system = actor.has(Role::kSystemAdministrator);
  const bool own =
      person && actor.has(Role::kAccountAdministrator) && actor.agency == person->agency;
  if (!person || (!system && !own)) return Error::NotVisible(asked.person);
  SHAREWAY_RETURN_IF_ERROR(CheckReason(asked.reason));
  SHAREWAY_RETURN_IF_ERROR(CheckRoles(asked, *person));
  if (!system && (CountOfTheThree(asked.grant) > 0 || CountOfTheThree(asked.withdraw) > 0)) {
    return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
                 "a system administrator alone proposes one of the three administrators' roles");
  }
  if (CountOfTheThree(After(asked, person->roles)) > 1) return Exclusive(asked.person);
  return RoleProposal{.name = std::move(name),
                      .person = person->name,
                      .agency = person->agency,
                      .grant = std::move(asked.grant),
                      .withdraw = std::move(asked.withdraw),
                      .reason = std::move(asked.reason),
                      .proposed_by = actor.name,
                      .propose_time = now};
}

absl::StatusOr<RoleProposal> Assign(const RoleProposal& proposal,
                                    const std::optional<Person>& person,
                                    const SignedPerson& signed_person, const Person& actor,
                                    absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(CheckProposed(proposal));
  if (actor.name == proposal.person || actor.name == proposal.proposed_by) {
    return Error(Reason::kOwnRequest, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(actor.name, " is the person of ", proposal.name,
                              ", or proposed it: another security administrator confirms"))
        .With("name", proposal.name);
  }
  if (!person || !person->stands || InEffect(proposal, person->roles)) {
    return Error(Reason::kProposalOutdated, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(proposal.person, " holds these roles already, or stands no more"))
        .With("name", proposal.name);
  }
  const Roles after = After(proposal, person->roles);
  if (CountOfTheThree(after) > 1) return Exclusive(proposal.person);
  if (signed_person.name != person->name || signed_person.display_name != person->display_name ||
      signed_person.agency != person->agency || SetOf(signed_person.roles) != SetOf(after) ||
      signed_person.roles.size() != after.size()) {
    return Error(Reason::kActInvalid, absl::StatusCode::kPermissionDenied,
                 absl::StrCat("the act does not put ", person->name,
                              " as the directory has him with exactly the proposed roles"))
        .With("name", proposal.name);
  }
  RoleProposal next = proposal;
  next.state = State::kAssigned;
  next.decided_by = actor.name;
  next.decide_time = now;
  return next;
}

absl::StatusOr<RoleProposal> Decline(const RoleProposal& proposal, absl::string_view reason,
                                     const Person& actor, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(CheckReason(reason));
  SHAREWAY_RETURN_IF_ERROR(CheckProposed(proposal));
  RoleProposal next = proposal;
  next.state = State::kDeclined;
  next.decided_by = actor.name;
  next.decide_time = now;
  next.decline_reason = std::string(reason);
  return next;
}

bool MaySee(const RoleProposal& proposal, const Person& actor) {
  return SeesAll(actor) ||
         (actor.has(Role::kAccountAdministrator) && actor.agency == proposal.agency);
}

std::optional<PermissionEntry> RolesChanged(const Roles& before, const Roles& now,
                                            absl::string_view account, absl::Time at) {
  PermissionEntry entry = {
      .time = at, .kind = PermissionKind::kRolesChanged, .object = std::string(account)};
  for (const Role role : now) {
    if (!Has(before, role)) entry.grant.push_back(role);
  }
  for (const Role role : before) {
    if (!Has(now, role)) entry.withdraw.push_back(role);
  }
  if (entry.grant.empty() && entry.withdraw.empty()) return std::nullopt;
  return entry;
}

}  // namespace shareway::console
