// SPDX-License-Identifier: Apache-2.0
// What a password must be (GB/T 22239-2019, 8.1.4.1 a), apart from what it was before.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/console/domain/account.h"

namespace shareway::console {

inline constexpr int kMinPasswordCharacters = 12;
inline constexpr int kMaxPasswordCharacters = 128;
// The newest passwords that a new one may not be, the present one among them.
inline constexpr int kPasswordHistory = 5;
inline constexpr absl::Duration kPasswordLife = absl::Hours(24 * 90);

// INVALID_ARGUMENT for the field new_password unless it is plain text of 12 to 128 characters, at
// least five of them different, does not hold the person's id or name, and is none of the common
// ones, whatever the case. Never tells the password.
absl::Status CheckPassword(absl::string_view password, const Person& person);

// True if the account's password is over.
bool PasswordExpired(const Account& account, absl::Time now);

}  // namespace shareway::console
