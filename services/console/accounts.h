// SPDX-License-Identifier: Apache-2.0
// The life of accounts: made, redeemed, adjusted, suspended, resumed, cancelled, reset.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/crypto/one_time_code.h"
#include "services/console/desk.h"
#include "services/console/lockouts.h"

namespace shareway::console {

// Thread-safe. `desk` and `lockouts` must outlive it. Errors of the writes are the domain's
// (domain/account.h) and ConsoleStore::Commit's.
class Accounts {
 public:
  Accounts(const Desk* desk, Lockouts* lockouts) : desk_(desk), lockouts_(lockouts) {}

  struct WithCode {
    Stored<Account> account = {};
    std::string code = {};  // as it is told; empty: none, or the errand is a repeated one
  };
  absl::StatusOr<WithCode> Create(const Errand& errand, absl::string_view person,
                                  const std::optional<Contractor>& contractor, bool validate_only);
  // `contractor` is for kAdjust.
  absl::StatusOr<WithCode> Act(const Errand& errand, AccountAct act, absl::string_view name,
                               absl::string_view etag, absl::string_view reason,
                               const std::optional<Contractor>& contractor = {});

  struct Redeemed {
    Stored<Account> account = {};
    std::string totp_secret = {};
  };
  // PERMISSION_DENIED, CODE_INVALID, or LOCKED_OUT; INVALID_ARGUMENT for the code if it is mistyped
  // and for a password that breaks the policy: neither counts, and the code stays good.
  absl::StatusOr<Redeemed> Redeem(const Client& client, absl::string_view person,
                                  absl::string_view code, absl::string_view new_password);

  absl::StatusOr<Stored<Account>> Get(const Person& actor, absl::string_view name) const;
  // Those that the actor may see, by name.
  absl::StatusOr<Page<Account>> List(const Person& actor, const std::string& cursor,
                                     int limit) const;

  // True once there is an account.
  absl::StatusOr<bool> Started() const { return desk_->store().HasAccounts(); }
  // Makes new codes for the three administrators, of which any before are void, if there is no
  // account yet; nothing otherwise. Codes are good for kCodeLife. `write` keeps them where the
  // installer finds them, before they are good.
  struct FirstCode {
    Role role = Role::kUnspecified;
    std::string code = {};
  };
  using WriteCodes = std::function<absl::Status(const std::array<FirstCode, 3>& codes)>;
  absl::Status FirstStart(const WriteCodes& write) const;

 private:
  absl::StatusOr<Stored<Account>> Load(absl::string_view name) const;
  // The account that the code opens, version 0 for one of a first start; nothing if it opens none
  // for this person.
  absl::StatusOr<std::optional<Stored<Account>>> OpenedBy(const OpenCode& code,
                                                          const Person& person,
                                                          absl::Time now) const;

  const Desk* const desk_;
  Lockouts* const lockouts_;
};

// Writes the codes to `path`, one "ROLE CODE" a line, readable by the owner alone; whole, or not at
// all. INVALID_ARGUMENT naming the path.
absl::Status WriteFirstCodes(const std::string& path,
                             const std::array<Accounts::FirstCode, 3>& codes);

// Suspends what is stale or beyond its contract, files the roles that the directory shows anew, and
// keeps accounts with the agency that the directory has. How many accounts changed.
absl::StatusOr<int> AccountsDue(const Desk& desk);

}  // namespace shareway::console
