// SPDX-License-Identifier: Apache-2.0
// Accounts: their states, and who may do what with them (S4: named users, grant on need, life
// cycle; R25 36 for contractors).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/console/domain/person.h"

namespace shareway::console {

// An account that was not used for so long is suspended (GB/T 22239-2019, 8.1.4.2 c).
inline constexpr absl::Duration kStaleAfter = absl::Hours(24 * 90);
// How long a one-time code may be redeemed.
inline constexpr absl::Duration kCodeLife = absl::Hours(72);
inline constexpr int kMaxContractDays = 3 * 366;

// A contractor's bounds.
struct Contractor {
  std::string employer = {};
  std::string contract = {};
  absl::CivilDay end = {};  // the last day
  friend bool operator==(const Contractor&, const Contractor&) = default;
};

// One person's way in. A plain value without secrets.
struct Account {
  enum class State { kUnspecified = 0, kInvited, kActive, kSuspended, kCancelled };
  std::string name = {};    // accounts/{p}
  std::string person = {};  // people/{p}
  std::string agency = {};  // agencies/{a}
  State state = State::kInvited;
  std::string state_reason = {};
  std::optional<Contractor> contractor = {};
  std::string created_by = {};  // people/{p}; empty: a code of a first start
  absl::Time create_time = {};
  std::optional<absl::Time> last_sign_in = {};
  std::optional<absl::Time> password_time = {};
  // When it was last made usable: created, redeemed, resumed or reset. Stale counts from here, too.
  absl::Time fresh_time = {};

  friend bool operator==(const Account&, const Account&) = default;
};

// INVITED and so on.
absl::string_view StateName(Account::State state);

enum class AccountAct { kAdjust, kSuspend, kResume, kCancel, kReset };

// Which act is possible in which state.
struct AccountRow {
  AccountAct act;
  absl::string_view method;  // SuspendAccount
  std::vector<Account::State> from;
};
const std::vector<AccountRow>& AccountTable();

// How an actor stands to an account whose holder is `holder` (as the directory has him; nothing: it
// does not know him any more). Strangers learn nothing.
bool MaySee(const Account& account, const Person& actor);
bool MayDo(AccountAct act, const Account& account, const std::optional<Person>& holder,
           const Person& actor);
// True for whom ListAccounts has a list: all accounts, or those of the own agency.
bool SeesAll(const Person& actor);

// NOT_FOUND, NOT_VISIBLE, for strangers; PERMISSION_DENIED, POLICY_DENIED, for others who may not;
// FAILED_PRECONDITION, STATE_FORBIDS, if the state does not allow it.
absl::Status Admit(AccountAct act, const Account& account, const std::optional<Person>& holder,
                   const Person& actor);
// The methods that the actor may call now.
std::vector<std::string> Allowed(const Account& account, const std::optional<Person>& holder,
                                 const Person& actor);

// accounts/{p} of people/{p}, and back.
std::string AccountOf(absl::string_view person);

// The account of a person whom the actor asks for. INVALID_ARGUMENT naming field and rule;
// PERMISSION_DENIED, POLICY_DENIED: the actor may not make it, and for a stranger's person, or one
// whom the directory does not have, NOT_VISIBLE; FAILED_PRECONDITION, STATE_FORBIDS, if the person
// does not stand, ROLES_EXCLUSIVE if he holds two of the three.
absl::StatusOr<Account> CreateAccount(absl::string_view person_name,
                                      const std::optional<Person>& person,
                                      const std::optional<Contractor>& contractor,
                                      const Person& actor, absl::Time now);
// The account after an act that Admit let through. INVALID_ARGUMENT for a reason that is not 1 to
// 500 characters, or a contractor that breaks a rule; FAILED_PRECONDITION, CONTRACT_OVER, for a
// resumption after the contract's end.
absl::StatusOr<Account> Apply(AccountAct act, const Account& account, absl::string_view reason,
                              const std::optional<Contractor>& contractor, absl::Time now);

// ACTIVE by a code that was redeemed at `now`. FAILED_PRECONDITION, STATE_FORBIDS, unless INVITED.
absl::StatusOr<Account> Redeem(const Account& account, absl::Time now);

// True once a contractor's last day is over.
bool ContractOver(const Account& account, absl::Time now);
// SUSPENDED by rule: CONTRACT_OVER or STALE. Nothing: no rule applies.
std::optional<Account> SuspendByRule(const Account& account, absl::Time now);

// INVALID_ARGUMENT unless `reason` is text of 1 to 500 characters.
absl::Status CheckReason(absl::string_view reason);

}  // namespace shareway::console
