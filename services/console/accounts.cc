// SPDX-License-Identifier: Apache-2.0
// The life of accounts.
#include "services/console/accounts.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/secret.h"
#include "libs/crypto/totp.h"
#include "libs/log/log.h"

namespace shareway::console {
namespace {

constexpr int kAtOnce = 500;  // accounts that upkeep reads at a time

PermissionKind KindOf(AccountAct act) {
  switch (act) {
    case AccountAct::kAdjust:
      return PermissionKind::kAccountAdjusted;
    case AccountAct::kSuspend:
      return PermissionKind::kAccountSuspended;
    case AccountAct::kResume:
      return PermissionKind::kAccountResumed;
    case AccountAct::kCancel:
      return PermissionKind::kAccountCancelled;
    case AccountAct::kReset:
      return PermissionKind::kPasswordReset;
  }
  return PermissionKind::kUnspecified;
}

absl::string_view EndedBy(AccountAct act) {
  switch (act) {
    case AccountAct::kSuspend:
      return "ACCOUNT_SUSPENDED";
    case AccountAct::kCancel:
      return "ACCOUNT_CANCELLED";
    case AccountAct::kReset:
      return "PASSWORD_RESET";
    case AccountAct::kAdjust:
    case AccountAct::kResume:
      break;
  }
  return "";
}

absl::Status CodeInvalid() {
  return Error(Reason::kCodeInvalid, absl::StatusCode::kPermissionDenied,
               "the code is wrong, used, over, or another person's");
}

// Voids the code that is open, and opens a new one.
std::string NewCode(const Account& account, absl::Time now, Secrets* secrets, Change* change) {
  const crypto::OneTimeCode code = crypto::NewOneTimeCode();
  ConsoleStore::DeleteCode(secrets->code, change);
  ConsoleStore::PutCode(code.digest.view(), {.account = account.name, .end = now + kCodeLife},
                        change);
  secrets->code = code.digest.str();
  return code.text;
}

}  // namespace

absl::StatusOr<Stored<Account>> Accounts::Load(absl::string_view name) const {
  if (!HasForm("accounts/{p}", name)) {
    return Error::Field("name", "has not the form accounts/{p}");
  }
  absl::StatusOr<Stored<Account>> account = desk_->store().LoadAccount(name);
  if (absl::IsNotFound(account.status())) return Error::NotVisible(name);
  return account;
}

absl::StatusOr<Accounts::WithCode> Accounts::Create(const Errand& errand, absl::string_view person,
                                                    const std::optional<Contractor>& contractor,
                                                    bool validate_only) {
  return desk_->Once<WithCode>(
      errand,
      [&](const std::string& name) -> absl::StatusOr<WithCode> {
        SHAREWAY_ASSIGN_OR_RETURN(Stored<Account> account, Load(name));
        return WithCode{.account = std::move(account)};
      },
      [&]() -> absl::StatusOr<WithCode> {
        const absl::Time now = desk_->Now();
        SHAREWAY_ASSIGN_OR_RETURN(
            const Account made,
            CreateAccount(person, desk_->people().find(person), contractor, errand.actor, now));
        const absl::Status there = desk_->store().LoadAccount(made.name).status();
        if (there.ok()) {
          return Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
                       absl::StrCat(made.name, " exists: a person has one account, for good"))
              .With("name", made.name);
        }
        if (!absl::IsNotFound(there)) return there;
        if (validate_only) return WithCode{.account = {.value = made}};
        Change change;
        Secrets secrets;
        WithCode out{.account = {.value = made}, .code = NewCode(made, now, &secrets, &change)};
        ConsoleStore::Put({}, made, &change);
        ConsoleStore::Put(made.name, {}, secrets, &change);
        Desk::File(made, PermissionKind::kAccountCreated, errand.actor.name,
                   contractor ? absl::StrCat("contract ", contractor->contract, " of ",
                                             contractor->employer, " until ",
                                             absl::FormatCivilTime(contractor->end))
                              : "",
                   now, &change);
        change.events.push_back(Desk::AccountEvent(made));
        SHAREWAY_ASSIGN_OR_RETURN(
            out.account.version, desk_->store().Commit(&errand, made.name, std::move(change), now));
        return out;
      });
}

absl::StatusOr<Accounts::WithCode> Accounts::Act(const Errand& errand, AccountAct act,
                                                 absl::string_view name, absl::string_view etag,
                                                 absl::string_view reason,
                                                 const std::optional<Contractor>& contractor) {
  return desk_->Once<WithCode>(
      errand,
      [&](const std::string& seen) -> absl::StatusOr<WithCode> {
        SHAREWAY_ASSIGN_OR_RETURN(Stored<Account> account, Load(seen));
        return WithCode{.account = std::move(account)};
      },
      [&]() -> absl::StatusOr<WithCode> {
        const absl::Time now = desk_->Now();
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Account> before, Load(name));
        SHAREWAY_RETURN_IF_ERROR(
            Admit(act, before.value, desk_->people().find(before.value.person), errand.actor));
        SHAREWAY_RETURN_IF_ERROR(Desk::CheckEtag(etag, name, before.version));
        SHAREWAY_ASSIGN_OR_RETURN(const Account after,
                                  Apply(act, before.value, reason, contractor, now));
        Change change;
        WithCode out{.account = {.value = after}};
        ConsoleStore::Put(before, after, &change);
        if (act == AccountAct::kReset) {
          SHAREWAY_ASSIGN_OR_RETURN(const Stored<Secrets> secrets,
                                    desk_->store().LoadSecrets(after.name));
          Secrets next{.history = secrets.value.history, .code = secrets.value.code};
          out.code = NewCode(after, now, &next, &change);
          ConsoleStore::Put(after.name, secrets, next, &change);
          ConsoleStore::DeleteFailures(desk_->store().AccountFailures(after.name), &change);
        }
        if (act == AccountAct::kCancel) {
          SHAREWAY_ASSIGN_OR_RETURN(const Stored<Secrets> secrets,
                                    desk_->store().LoadSecrets(after.name));
          ConsoleStore::DeleteCode(secrets.value.code, &change);
          ConsoleStore::DeleteSecrets(after.name, &change);
        }
        if (!EndedBy(act).empty()) {
          SHAREWAY_RETURN_IF_ERROR(
              desk_->EndSessions(after.person, after.agency, EndedBy(act), &change));
        }
        Desk::File(after, KindOf(act), errand.actor.name, reason, now, &change);
        change.events.insert(change.events.begin(), Desk::AccountEvent(after));
        SHAREWAY_ASSIGN_OR_RETURN(
            out.account.version,
            desk_->store().Commit(&errand, after.name, std::move(change), now));
        return out;
      });
}

absl::StatusOr<std::optional<Stored<Account>>> Accounts::OpenedBy(const OpenCode& code,
                                                                  const Person& person,
                                                                  absl::Time now) const {
  using Opened = std::optional<Stored<Account>>;
  if (now >= code.end || !person.stands || CountOfTheThree(person.roles) > 1) return Opened();
  const std::string name = AccountOf(person.name);
  absl::StatusOr<Stored<Account>> account = desk_->store().LoadAccount(name);
  if (!account.ok() && !absl::IsNotFound(account.status())) return account.status();
  if (code.account.empty()) {
    if (account.ok() || !person.has(code.role)) return Opened();
    return Opened(Stored<Account>{.value = {.name = name,
                                            .person = person.name,
                                            .agency = person.agency,
                                            .create_time = now,
                                            .fresh_time = now}});
  }
  const bool opens = account.ok() && code.account == name &&
                     account->value.state == Account::State::kInvited &&
                     !ContractOver(account->value, now);
  return opens ? Opened(*std::move(account)) : Opened();
}

absl::StatusOr<Accounts::Redeemed> Accounts::Redeem(const Client& client,
                                                    absl::string_view person_name,
                                                    absl::string_view typed,
                                                    absl::string_view new_password) {
  absl::StatusOr<Hash32> digest = crypto::OneTimeCodeDigest(typed);
  if (!digest.ok()) return Error::Field("code", "is mistyped");
  SHAREWAY_ASSIGN_OR_RETURN(const Attempt attempt, lockouts_->AttemptOn(person_name, client));
  SHAREWAY_RETURN_IF_ERROR(lockouts_->Check(attempt));
  SHAREWAY_ASSIGN_OR_RETURN(const Passwords::Permit permit, desk_->passwords().Enter());
  const Lockouts::Turn turn(lockouts_, attempt);
  SHAREWAY_RETURN_IF_ERROR(lockouts_->Check(attempt));

  const absl::Time now = desk_->Now();
  const std::optional<Person> person = desk_->people().find(person_name);
  const absl::StatusOr<Stored<OpenCode>> code = desk_->store().LoadCode(digest->view());
  if (!code.ok() && !absl::IsNotFound(code.status())) return code.status();
  if (!person || !code.ok()) return lockouts_->Fail(attempt, CodeInvalid());
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Stored<Account>> before,
                            OpenedBy(code->value, *person, now));
  if (!before) return lockouts_->Fail(attempt, CodeInvalid());

  SHAREWAY_ASSIGN_OR_RETURN(const Account after, console::Redeem(before->value, now));
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Secrets> secrets, desk_->store().LoadSecrets(after.name));
  SHAREWAY_ASSIGN_OR_RETURN(Secrets next, permit.Renew(secrets.value, new_password, *person));
  Redeemed out{.account = {.value = after}, .totp_secret = crypto::NewTotpSecret()};
  desk_->SealTotp(after.name, out.totp_secret, &next);
  next.code.clear();

  Change change;
  ConsoleStore::TakeCode(digest->view(), code->version, &change);
  ConsoleStore::Put(*before, after, &change);
  ConsoleStore::Put(after.name, secrets, next, &change);
  Lockouts::Clear(attempt, &change);
  if (before->version == 0) {
    Desk::File(after, PermissionKind::kAccountCreated, "",
               absl::StrCat("first start, ", RoleName(code->value.role)), now, &change);
  }
  Desk::File(after, PermissionKind::kPasswordSet, after.person, "by a one-time code", now, &change);
  change.events.push_back(Desk::AccountEvent(after));
  const absl::StatusOr<uint64_t> version =
      desk_->store().Commit(nullptr, "", std::move(change), now);
  // Somebody took the same code at the same time.
  if (absl::IsAborted(version.status())) return lockouts_->Fail(attempt, CodeInvalid());
  if (!version.ok()) return version.status();
  out.account.version = *version;
  return out;
}

absl::StatusOr<Stored<Account>> Accounts::Get(const Person& actor, absl::string_view name) const {
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Account> account, Load(name));
  if (!MaySee(account.value, actor)) return Error::NotVisible(name);
  return account;
}

absl::StatusOr<Page<Account>> Accounts::List(const Person& actor, const std::string& cursor,
                                             int limit) const {
  if (SeesAll(actor)) return desk_->store().ListAccounts("", cursor, limit);
  // An empty agency would list all.
  if (!actor.has(Role::kAccountAdministrator) || actor.agency.empty()) return Page<Account>();
  return desk_->store().ListAccounts(actor.agency, cursor, limit);
}

absl::Status Accounts::FirstStart(const WriteCodes& write) const {
  SHAREWAY_ASSIGN_OR_RETURN(const bool started, desk_->store().HasAccounts());
  if (started) return absl::OkStatus();
  const absl::Time now = desk_->Now();
  Change change;
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> before,
                            desk_->store().CodesOver(absl::InfiniteFuture()));
  for (const std::string& digest : before) ConsoleStore::DeleteCode(digest, &change);
  std::array<FirstCode, 3> codes;
  const Role roles[] = {Role::kSystemAdministrator, Role::kSecurityAdministrator,
                        Role::kAuditAdministrator};
  for (size_t i = 0; i < codes.size(); ++i) {
    const crypto::OneTimeCode code = crypto::NewOneTimeCode();
    codes[i] = {.role = roles[i], .code = code.text};
    ConsoleStore::PutCode(code.digest.view(), {.role = roles[i], .end = now + kCodeLife}, &change);
  }
  // Written before they are good: a crash in between leaves codes that open nothing, and the next
  // start makes others.
  SHAREWAY_RETURN_IF_ERROR(write(codes));
  for (FirstCode& code : codes) crypto::Cleanse(&code.code);
  return desk_->store().Commit(nullptr, "", std::move(change), now).status();
}

namespace {

// What the directory and the rules ask of one account now.
absl::StatusOr<bool> BringUp(const Desk& desk, const Stored<Account>& before, absl::Time now) {
  const std::string& person_name = before.value.person;
  const std::optional<Person> person = desk.people().find(person_name);
  Change change;
  Account after = before.value;
  if (person) {
    after.agency = person->agency;
    SHAREWAY_ASSIGN_OR_RETURN(const Roles shown, desk.store().ShownRoles(person_name));
    if (auto entry = RolesChanged(shown, person->roles, after.name, now)) {
      ConsoleStore::Append(person_name, *entry, crypto::RandomBytes(8), &change);
      ConsoleStore::PutShown(person_name, person->roles, &change);
    }
  }
  if (const std::optional<Account> over = SuspendByRule(after, now)) {
    after = *over;
    Desk::File(after, PermissionKind::kAccountSuspended, "", after.state_reason, now, &change);
    SHAREWAY_RETURN_IF_ERROR(
        desk.EndSessions(after.person, after.agency, after.state_reason, &change));
  }
  if (after != before.value) {
    ConsoleStore::Put(before, after, &change);
    change.events.push_back(Desk::AccountEvent(after));
  }
  if (change.batch.empty()) return false;
  const absl::Status done = desk.store().Commit(nullptr, "", std::move(change), now).status();
  if (absl::IsAborted(done)) return false;  // somebody else changed it: next round
  SHAREWAY_RETURN_IF_ERROR(done);
  return true;
}

}  // namespace

absl::StatusOr<int> AccountsDue(const Desk& desk) {
  const absl::Time now = desk.Now();
  int changed = 0;
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(const Page<Account> page,
                              desk.store().ListAccounts("", cursor, kAtOnce));
    for (const Stored<Account>& account : page.values) {
      const absl::StatusOr<bool> did = BringUp(desk, account, now);
      if (!did.ok()) {
        log::Warn("rule-not-applied", {{"account", account.value.name}, {"status", did.status()}});
      } else if (*did) {
        ++changed;
      }
    }
    cursor = page.next;
  } while (!cursor.empty());
  return changed;
}

}  // namespace shareway::console
