// SPDX-License-Identifier: Apache-2.0
// ID tokens of OpenID Connect (Core 1.0, 3.1.3.7), verified: who signed in at a provider.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace shareway::crypto {

inline constexpr size_t kMaxIdTokenBytes = 16 << 10;
inline constexpr size_t kMaxKeySetBytes = 256 << 10;
inline constexpr absl::Duration kIdTokenLeeway = absl::Minutes(1);  // between two clocks
inline constexpr absl::Duration kIdTokenAge = absl::Minutes(10);    // since it was made

// What a token must say.
struct IdTokenRule {
  std::string issuer = {};
  std::string client_id = {};
  std::string nonce = {};  // that this sign-in was begun with; never empty
};

// What a verified token says.
struct IdToken {
  std::string subject = {};                       // the issuer's own name of the person
  std::map<std::string, std::string> texts = {};  // all claims that are texts, acr among them
  std::vector<std::string> methods = {};          // amr (RFC 8176)
};

// The public keys of a provider (JWK Set, RFC 7517). A value; copies share. Thread-safe.
class JsonWebKeys {
 public:
  // Keeps the keys for signatures by RS256 (RSA of 2048 to 8192 bits, exponent 65537) and ES256;
  // passes over all others, as RFC 7517 section 5 wants it. INVALID_ARGUMENT for what is no key set
  // or is longer than kMaxKeySetBytes.
  static absl::StatusOr<JsonWebKeys> Parse(absl::string_view json);
  size_t size() const { return keys_.size(); }

  // UNAUTHENTICATED, for the log and not for the person, unless the token is in compact form,
  // signed by one of these keys with the algorithm of that key (so never "none" and no shared
  // secret), made by the issuer for this client alone (aud; azp, if it is there), with this nonce,
  // not over, and made at most kIdTokenAge ago. NOT_FOUND if no key here has the token's key id:
  // the provider may have new ones.
  absl::StatusOr<IdToken> Verify(absl::string_view token, const IdTokenRule& rule,
                                 absl::Time now) const;

 private:
  struct Key;
  std::vector<std::shared_ptr<const Key>> keys_;
};

}  // namespace shareway::crypto
