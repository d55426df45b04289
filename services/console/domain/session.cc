// SPDX-License-Identifier: Apache-2.0
// Sessions: how long they last, and what they are bound to.
#include "services/console/domain/session.h"

namespace shareway::console {

bool Cryptographic(Factor factor) {
  return factor == Factor::kWebAuthn || factor == Factor::kCertificate;
}

absl::string_view FactorName(Factor factor) {
  switch (factor) {
    case Factor::kUnspecified:
      break;
    case Factor::kTotp:
      return "TOTP";
    case Factor::kWebAuthn:
      return "WEBAUTHN";
    case Factor::kCertificate:
      return "CERTIFICATE";
  }
  return "FACTOR_UNSPECIFIED";
}

absl::string_view Over(const Session& session, absl::Time now) {
  if (now >= session.end()) return "EXPIRED";
  if (now - session.seen >= kIdle) return "IDLE";
  return "";
}

bool BoundTo(const Session& session, const Client& client) {
  return session.network == client.network &&
         (session.certificate.empty() || session.certificate == client.certificate);
}

std::optional<Session> Seen(const Session& session, absl::Time now) {
  if (now - session.seen < kSeenStep) return std::nullopt;
  Session next = session;
  next.seen = now;
  return next;
}

}  // namespace shareway::console
