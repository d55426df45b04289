// SPDX-License-Identifier: Apache-2.0
// An OpenID provider that people may sign in at: authorization code with PKCE (RFC 6749, RFC 7636).
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/crypto/id_token.h"

namespace shareway::console {

// This installation, as it was registered with the provider.
struct OidcClient {
  std::string issuer = {};  // exactly as its tokens name it
  std::string client_id = {};
  std::string client_secret = {};
  std::string redirect = {};  // the page of ours that people come back to
  std::string ca = {};        // PEM file; empty: the system's authorities
};

// A person who was sent to the provider. Only `url` and `state` leave the process.
struct OidcVisit {
  std::string url = {};       // where the browser goes
  std::string state = {};     // comes back with the code
  std::string nonce = {};     // comes back in the ID token
  std::string verifier = {};  // of PKCE
};

// Thread-safe. Begin and Finish may block for some seconds, kAtOnce callers at a time: a provider
// that hangs keeps no more threads.
class OidcProvider {
 public:
  static constexpr int kAtOnce = 4;
  // How long one that did not say where to go is not asked again.
  static constexpr std::chrono::seconds kRest{5};

  // INVALID_ARGUMENT, naming it, if a value is missing or a URL is none that CheckEndpoint takes.
  static absl::Status Check(const OidcClient& client);
  // `client` has been checked. Asks the provider nothing yet.
  explicit OidcProvider(OidcClient client) : client_(std::move(client)) {}

  // UNAVAILABLE if kAtOnce wait for it, or if the provider does not say where to go (OpenID Connect
  // Discovery 1.0), or says it for another issuer.
  absl::StatusOr<OidcVisit> Begin();
  // Who came back with `code`. UNAVAILABLE if kAtOnce wait for the provider, or if it does not
  // answer; UNAUTHENTICATED if it does not take the code, or its ID token is not good
  // (crypto::JsonWebKeys::Verify).
  absl::StatusOr<crypto::IdToken> Finish(const OidcVisit& visit, absl::string_view code,
                                         absl::Time now);

 private:
  struct Endpoints {
    std::string authorization = {}, token = {}, keys = {};
  };
  absl::StatusOr<Endpoints> Discover();
  absl::StatusOr<Endpoints> AskWhere() const;
  // Those that are known, or, if `anew`, those of now.
  absl::StatusOr<crypto::JsonWebKeys> Keys(const std::string& url, bool anew);
  absl::StatusOr<std::string> Exchange(const std::string& url, const OidcVisit& visit,
                                       absl::string_view code) const;

  const OidcClient client_;
  std::atomic<int> asking_ = 0;
  absl::Mutex mutex_;
  std::optional<Endpoints> endpoints_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);  // of the last discovery
  std::chrono::steady_clock::time_point rest_end_ ABSL_GUARDED_BY(mutex_) = {};
  std::optional<crypto::JsonWebKeys> keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::console
