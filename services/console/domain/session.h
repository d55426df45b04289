// SPDX-License-Identifier: Apache-2.0
// Sessions: how long they last, and what they are bound to.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/reason.h"
#include "services/console/domain/client.h"

namespace shareway::console {

inline constexpr absl::Duration kIdle = absl::Minutes(15);
inline constexpr absl::Duration kSessionLife = absl::Hours(8);
inline constexpr absl::Duration kStepUpLife = absl::Minutes(5);
// Use is noted once in so long, so a session that is not used ends up to so much earlier.
inline constexpr absl::Duration kSeenStep = absl::Minutes(1);
// How long a sign-in waits for its second factor, and a challenge of a step-up is good.
inline constexpr absl::Duration kChallengeLife = absl::Minutes(2);

// The numbers are those of console.v1.Factor.
enum class Factor { kUnspecified = 0, kTotp, kWebAuthn, kCertificate };
// True for factors that prove a private key (GB/T 22239-2019, 8.1.4.1 d; GB/T 39786-2021, 8.4 a).
bool Cryptographic(Factor factor);
absl::string_view FactorName(Factor factor);

// How strictly an installation is protected: profile mlps3 asks administrators for a cryptographic
// factor.
enum class Protection { kBasic, kMlps3 };

// A plain value. The token is not in it.
struct Session {
  std::string name = {};          // sessions/{s}
  std::string person = {};        // people/{p}
  std::string token_digest = {};  // SHA-256, 32 bytes
  Factor factor = Factor::kUnspecified;
  std::string network = {};
  std::string certificate = {};    // key id, 32 bytes; empty: bound to none
  std::string authenticator = {};  // key id, 32 bytes, where one opened it
  absl::Time start = {};
  absl::Time seen = {};
  absl::Time stepped_up = {};

  absl::Time end() const { return start + kSessionLife; }
  absl::Time step_up_end() const { return stepped_up + kStepUpLife; }
  friend bool operator==(const Session&, const Session&) = default;
};

// Why it is over: "IDLE" or "EXPIRED"; empty while it lives.
absl::string_view Over(const Session& session, absl::Time now);
// True if the session may be used from there: same certificate if it is bound to one, same network.
bool BoundTo(const Session& session, const Client& client);
// The session after use; nothing if that is not worth noting.
std::optional<Session> Seen(const Session& session, absl::Time now);

}  // namespace shareway::console
