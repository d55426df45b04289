// SPDX-License-Identifier: Apache-2.0
// Accounts: their states, and who may do what with them.
#include "services/console/domain/account.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/statute/calendar.h"

namespace shareway::console {
namespace {

using State = Account::State;

const AccountRow& RowOf(AccountAct act) {
  const std::vector<AccountRow>& table = AccountTable();
  return *std::find_if(table.begin(), table.end(),
                       [&](const AccountRow& row) { return row.act == act; });
}

bool In(const AccountRow& row, State state) {
  return std::find(row.from.begin(), row.from.end(), state) != row.from.end();
}

bool AdministersAgency(const Person& actor, absl::string_view agency) {
  return actor.has(Role::kAccountAdministrator) && actor.agency == agency;
}

absl::Status Denied(absl::string_view name, absl::string_view why) {
  return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
               absl::StrCat(name, ": ", why))
      .With("name", name);
}

bool IsPhrase(absl::string_view text, int max) {
  return IsText(text) && CodePoints(text) >= 1 && CodePoints(text) <= max;
}

absl::Status CheckContractor(const std::optional<Contractor>& contractor, absl::Time now) {
  if (!contractor) return absl::OkStatus();
  std::vector<FieldViolation> out;
  if (!IsPhrase(contractor->employer, 100)) {
    out.push_back({"contractor.employer", "is not 1 to 100 characters (R25 36)"});
  }
  if (!IsPhrase(contractor->contract, 100)) {
    out.push_back({"contractor.contract", "is not 1 to 100 characters (R25 36)"});
  }
  const absl::CivilDay today = statute::LawDay(now);
  if (contractor->end < today || contractor->end - today > kMaxContractDays) {
    out.push_back(
        {"contractor.end_date",
         absl::StrCat(absl::FormatCivilTime(contractor->end), " is not 0 to ", kMaxContractDays,
                      " days after today, ", absl::FormatCivilTime(today), " (R25 36)")});
  }
  return Error::Fields(out);
}

}  // namespace

absl::string_view StateName(State state) {
  switch (state) {
    case State::kUnspecified:
      break;
    case State::kInvited:
      return "INVITED";
    case State::kActive:
      return "ACTIVE";
    case State::kSuspended:
      return "SUSPENDED";
    case State::kCancelled:
      return "CANCELLED";
  }
  return "STATE_UNSPECIFIED";
}

const std::vector<AccountRow>& AccountTable() {
  static const auto* const table = new std::vector<AccountRow>{
      {AccountAct::kAdjust, "AdjustAccount", {State::kInvited, State::kActive, State::kSuspended}},
      {AccountAct::kSuspend, "SuspendAccount", {State::kInvited, State::kActive}},
      {AccountAct::kResume, "ResumeAccount", {State::kSuspended}},
      {AccountAct::kCancel, "CancelAccount", {State::kInvited, State::kActive, State::kSuspended}},
      {AccountAct::kReset, "ResetPassword", {State::kInvited, State::kActive}},
  };
  return *table;
}

bool SeesAll(const Person& actor) { return CountOfTheThree(actor.roles) > 0; }

bool MaySee(const Account& account, const Person& actor) {
  return actor.name == account.person || SeesAll(actor) || AdministersAgency(actor, account.agency);
}

bool MayDo(AccountAct act, const Account& account, const std::optional<Person>& holder,
           const Person& actor) {
  if (actor.name == account.person) return false;
  if (actor.has(Role::kSystemAdministrator)) return true;
  const Roles roles = holder ? holder->roles : Roles();
  if (CountOfTheThree(roles) == 0) return AdministersAgency(actor, account.agency);
  // There may be one system administrator only, and nobody acts on the own account.
  return Has(roles, Role::kSystemAdministrator) && actor.has(Role::kSecurityAdministrator) &&
         (act == AccountAct::kResume || act == AccountAct::kReset);
}

absl::Status Admit(AccountAct act, const Account& account, const std::optional<Person>& holder,
                   const Person& actor) {
  if (!MaySee(account, actor)) return Error::NotVisible(account.name);
  if (actor.name == account.person) return Denied(account.name, "nobody acts on the own account");
  if (!MayDo(act, account, holder, actor)) {
    return Denied(account.name,
                  "its agency's account administrator or a system administrator may, of the three "
                  "administrators' a system administrator alone");
  }
  const AccountRow& row = RowOf(act);
  if (In(row, account.state)) return absl::OkStatus();
  const std::string want = absl::StrJoin(row.from, " or ", [](std::string* out, State state) {
    absl::StrAppend(out, StateName(state));
  });
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(account.name, " is ", StateName(account.state), ", want ", want,
                            " for ", row.method))
      .With("name", account.name)
      .With("state", StateName(account.state))
      .With("want", want);
}

std::vector<std::string> Allowed(const Account& account, const std::optional<Person>& holder,
                                 const Person& actor) {
  std::vector<std::string> allowed;
  for (const AccountRow& row : AccountTable()) {
    if (Admit(row.act, account, holder, actor).ok()) allowed.emplace_back(row.method);
  }
  return allowed;
}

std::string AccountOf(absl::string_view person) {
  return absl::StrCat("accounts/", absl::StripPrefix(person, "people/"));
}

absl::Status CheckReason(absl::string_view reason) {
  if (IsPhrase(reason, 500)) return absl::OkStatus();
  return Error::Field("reason", absl::StrCat("has ", CodePoints(reason),
                                             " characters, want 1 to 500 of plain text"));
}

absl::StatusOr<Account> CreateAccount(absl::string_view person_name,
                                      const std::optional<Person>& person,
                                      const std::optional<Contractor>& contractor,
                                      const Person& actor, absl::Time now) {
  if (!HasForm("people/{p}", person_name)) {
    return Error::Field("account.person", "has not the form people/{p}");
  }
  const bool system = actor.has(Role::kSystemAdministrator);
  if (!person || (!system && !AdministersAgency(actor, person->agency))) {
    return Error::NotVisible(person_name);
  }
  const std::string name = AccountOf(person_name);
  if (actor.name == person->name) return Denied(name, "nobody makes the own account");
  if (!system && CountOfTheThree(person->roles) > 0) {
    return Denied(name, "a system administrator alone makes accounts of the three administrators");
  }
  if (!person->stands) {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(person_name, " is suspended or retired in the directory"))
        .With("name", person_name);
  }
  if (CountOfTheThree(person->roles) > 1) {
    return Error(Reason::kRolesExclusive, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(person_name, " holds two of the three administrators' roles"))
        .With("name", person_name);
  }
  SHAREWAY_RETURN_IF_ERROR(CheckContractor(contractor, now));
  return Account{.name = name,
                 .person = person->name,
                 .agency = person->agency,
                 .contractor = contractor,
                 .created_by = actor.name,
                 .create_time = now,
                 .fresh_time = now};
}

absl::StatusOr<Account> Apply(AccountAct act, const Account& account, absl::string_view reason,
                              const std::optional<Contractor>& contractor, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(CheckReason(reason));
  Account next = account;
  switch (act) {
    case AccountAct::kAdjust:
      SHAREWAY_RETURN_IF_ERROR(CheckContractor(contractor, now));
      next.contractor = contractor;
      return next;
    case AccountAct::kSuspend:
      next.state = State::kSuspended;
      break;
    case AccountAct::kCancel:
      next.state = State::kCancelled;
      break;
    case AccountAct::kReset:
      next.state = State::kInvited;
      next.password_time.reset();
      break;
    case AccountAct::kResume:
      if (ContractOver(account, now)) {
        return Error(Reason::kContractOver, absl::StatusCode::kFailedPrecondition,
                     absl::StrCat(account.name, ": the contract ended on ",
                                  absl::FormatCivilTime(account.contractor->end),
                                  " (R25 36); adjust it first"))
            .With("name", account.name);
      }
      next.state = account.password_time ? State::kActive : State::kInvited;
      break;
  }
  const bool open = act == AccountAct::kResume || act == AccountAct::kReset;
  next.state_reason = open ? "" : std::string(reason);
  if (open) next.fresh_time = now;
  return next;
}

absl::StatusOr<Account> Redeem(const Account& account, absl::Time now) {
  if (account.state != State::kInvited) {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(account.name, " is ", StateName(account.state), ", want INVITED"));
  }
  Account next = account;
  next.state = State::kActive;
  next.state_reason.clear();
  next.password_time = now;
  next.fresh_time = now;
  return next;
}

bool ContractOver(const Account& account, absl::Time now) {
  return account.contractor && statute::LawDay(now) > account.contractor->end;
}

std::optional<Account> SuspendByRule(const Account& account, absl::Time now) {
  if (account.state != State::kInvited && account.state != State::kActive) return std::nullopt;
  const absl::Time used =
      std::max(account.fresh_time, account.last_sign_in.value_or(account.fresh_time));
  const bool over = ContractOver(account, now);
  if (!over && now - used < kStaleAfter) return std::nullopt;
  Account next = account;
  next.state = State::kSuspended;
  next.state_reason = over ? "CONTRACT_OVER" : "STALE";
  return next;
}

}  // namespace shareway::console
