// SPDX-License-Identifier: Apache-2.0
// Codes of a second factor that change with time (RFC 6238): SHA-1, 30 seconds, 6 digits, which
// is what every authenticator app knows. Not a cryptographic factor in the sense of
// GB/T 39786-2021: it proves a shared secret and is bound to no site.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace shareway::crypto {

inline constexpr absl::Duration kTotpStep = absl::Seconds(30);
inline constexpr int kTotpDigits = 6;
inline constexpr size_t kTotpSecretBytes = 20;  // the digest's size, RFC 4226 section 4 (R6)

// kTotpSecretBytes random bytes. Kept sealed, as the check needs them again.
std::string NewTotpSecret();

// The number of the step in which `now` lies: whole kTotpStep since 1970.
int64_t TotpStepAt(absl::Time now);

// The digits of a step, from 0 on. Ends the process if the library fails.
std::string TotpCode(absl::string_view secret, int64_t step);

// The newest step whose code this is, among that of `now`, the one before and the one after.
// Nothing if the code is none of theirs. Each step is good for one sign-in (RFC 6238 section
// 5.2): the caller keeps the last step taken and refuses that one and all before.
std::optional<int64_t> VerifyTotp(absl::string_view secret, absl::string_view code, absl::Time now);

// otpauth://totp/ISSUER:ACCOUNT?secret=…, the text of the QR code that apps read. Holds the
// secret: shown once, never logged. `issuer` and `account` are any UTF-8 without a colon.
std::string TotpUri(absl::string_view secret, absl::string_view issuer, absl::string_view account);

}  // namespace shareway::crypto
