// SPDX-License-Identifier: Apache-2.0
// Codes that a person types once: a first start, a new account, a lost factor.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"

namespace shareway::crypto {

// A new code. Its text is handed out once and never stored; its digest is what is kept and
// looked up. 128 random bits need no salt and no slow hash.
struct OneTimeCode {
  // Seven groups of four, for example 3QF7-Z0TN-…: the digits and the letters but I, L, O and U.
  // The last twelve bits tell a slip of the finger.
  std::string text;
  Hash32 digest;
};
OneTimeCode NewOneTimeCode();

// The digest of the code that was typed. Case, blanks and hyphens do not matter; O is read as 0,
// I and L as 1. INVALID_ARGUMENT if it is mistyped, which is no attempt at guessing: no such text
// was ever handed out. Whether the code stands, and that it is taken once, is the caller's to say.
absl::StatusOr<Hash32> OneTimeCodeDigest(absl::string_view typed);

}  // namespace shareway::crypto
