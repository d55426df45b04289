// SPDX-License-Identifier: Apache-2.0
// Roles: proposed, confirmed, filed.
#include "services/console/role_proposals.h"

#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/console/store/codec.h"

namespace shareway::console {

using Answer = absl::StatusOr<Stored<RoleProposal>>;

Answer RoleProposals::Load(absl::string_view name) const {
  if (!HasForm("roleProposals/{r}", name)) {
    return Error::Field("name", "has not the form roleProposals/{r}");
  }
  Answer proposal = desk_->store().LoadProposal(name);
  if (absl::IsNotFound(proposal.status())) return Error::NotVisible(name);
  return proposal;
}

Answer RoleProposals::Save(const Errand& errand, const Stored<RoleProposal>& before,
                           const RoleProposal& after, PermissionKind kind, absl::string_view note,
                           absl::Time now) const {
  Change change;
  ConsoleStore::Put(before, after, &change);
  ConsoleStore::Append(after.person,
                       {.time = now,
                        .kind = kind,
                        .grant = after.grant,
                        .withdraw = after.withdraw,
                        .by = errand.actor.name,
                        .note = std::string(note),
                        .object = after.name},
                       crypto::RandomBytes(8), &change);
  evidence::AuditRecord event;
  event.set_kind(evidence::RecordKind::ROLE_PROPOSAL_CHANGED);
  event.set_object(after.name);
  event.add_agencies(after.agency);
  event.set_state(Encode(after));
  change.events.push_back(std::move(event));
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t version,
                            desk_->store().Commit(&errand, after.name, std::move(change), now));
  return Stored<RoleProposal>{after, version};
}

Answer RoleProposals::Propose(const Errand& errand, const RoleProposal& asked) {
  return desk_->Once<Stored<RoleProposal>>(
      errand, [&](const std::string& name) { return Load(name); },
      [&]() -> Answer {
        const absl::Time now = desk_->Now();
        SHAREWAY_ASSIGN_OR_RETURN(
            const RoleProposal made,
            console::Propose(asked, desk_->people().find(asked.person), errand.actor,
                             Desk::NewName("roleProposals"), now));
        const absl::Status account = desk_->store().LoadAccount(AccountOf(made.person)).status();
        if (absl::IsNotFound(account)) {
          return Error(Reason::kReferenceMissing, absl::StatusCode::kNotFound,
                       "proposal.person has no account; make one first")
              .With("name", made.person);
        }
        SHAREWAY_RETURN_IF_ERROR(account);
        return Save(errand, {}, made, PermissionKind::kRoleProposed, made.reason, now);
      });
}

Answer RoleProposals::Assign(const Errand& errand, absl::string_view name, absl::string_view etag,
                             const SignedPerson& signed_person) {
  return desk_->Once<Stored<RoleProposal>>(
      errand, [&](const std::string& seen) { return Load(seen); },
      [&]() -> Answer {
        const absl::Time now = desk_->Now();
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<RoleProposal> before, Load(name));
        SHAREWAY_RETURN_IF_ERROR(Desk::CheckEtag(etag, name, before.version));
        SHAREWAY_ASSIGN_OR_RETURN(
            const RoleProposal after,
            console::Assign(before.value, desk_->people().find(before.value.person), signed_person,
                            errand.actor, now));
        return Save(errand, before, after, PermissionKind::kRoleAssigned, "", now);
      });
}

Answer RoleProposals::Decline(const Errand& errand, absl::string_view name, absl::string_view etag,
                              absl::string_view reason) {
  return desk_->Once<Stored<RoleProposal>>(
      errand, [&](const std::string& seen) { return Load(seen); },
      [&]() -> Answer {
        const absl::Time now = desk_->Now();
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<RoleProposal> before, Load(name));
        SHAREWAY_RETURN_IF_ERROR(Desk::CheckEtag(etag, name, before.version));
        SHAREWAY_ASSIGN_OR_RETURN(const RoleProposal after,
                                  console::Decline(before.value, reason, errand.actor, now));
        return Save(errand, before, after, PermissionKind::kRoleDeclined, reason, now);
      });
}

absl::StatusOr<Page<RoleProposal>> RoleProposals::List(const Person& actor,
                                                       const std::string& cursor, int limit) const {
  if (SeesAll(actor)) return desk_->store().ListProposals("", cursor, limit);
  // An empty agency would list all.
  if (!actor.has(Role::kAccountAdministrator) || actor.agency.empty()) {
    return Page<RoleProposal>();
  }
  return desk_->store().ListProposals(actor.agency, cursor, limit);
}

bool RoleProposals::InEffectNow(const RoleProposal& proposal) const {
  const std::optional<Person> person = desk_->people().find(proposal.person);
  return person && person->stands && InEffect(proposal, person->roles);
}

absl::StatusOr<Page<PermissionEntry>> RoleProposals::File(const Person& actor,
                                                          absl::string_view person,
                                                          const std::string& cursor,
                                                          int limit) const {
  if (!HasForm("people/{p}", person)) {
    return Error::Field("person", "has not the form people/{p}");
  }
  const absl::StatusOr<Stored<Account>> account = desk_->store().LoadAccount(AccountOf(person));
  if (!account.ok() && !absl::IsNotFound(account.status())) return account.status();
  if (!account.ok() || !MaySee(account->value, actor)) return Error::NotVisible(person);
  return desk_->store().ReadFile(person, cursor, limit);
}

}  // namespace shareway::console
