// SPDX-License-Identifier: Apache-2.0
#include "services/console/oidc/provider.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "nlohmann/json.hpp"
#include "services/console/oidc/fetch.h"

namespace shareway::console {
namespace {

using Json = nlohmann::json;

constexpr size_t kSecretBytes = 32;  // of state, nonce and verifier each
constexpr size_t kMaxCodeBytes = 2048;

std::string Drawn() { return absl::WebSafeBase64Escape(crypto::RandomBytes(kSecretBytes)); }

std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// What a question was answered with 200 and an object.
absl::StatusOr<Json> ObjectOf(const Told& told, const std::string& url) {
  if (told.status != 200) {
    return absl::UnavailableError(absl::StrCat(url, " answered HTTP ", told.status));
  }
  Json object = Json::parse(told.body, nullptr, false);
  if (!object.is_object()) {
    return absl::UnavailableError(absl::StrCat(url, " answered no JSON object"));
  }
  return object;
}

// One of those that wait for the provider.
class Asking {
 public:
  explicit Asking(std::atomic<int>* count)
      : count_(count), admitted_(++*count <= OidcProvider::kAtOnce) {}
  ~Asking() { --*count_; }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  absl::Status status() const {
    if (admitted_) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat(OidcProvider::kAtOnce, " others wait for the provider"));
  }

 private:
  std::atomic<int>* const count_;
  const bool admitted_;
};

}  // namespace

absl::Status OidcProvider::Check(const OidcClient& client) {
  if (client.client_id.empty() || client.client_secret.empty()) {
    return absl::InvalidArgumentError("an OIDC client needs its id and its secret");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckEndpoint(client.issuer));
  return CheckEndpoint(client.redirect);
}

absl::StatusOr<OidcProvider::Endpoints> OidcProvider::Discover() {
  {
    absl::MutexLock lock(&mutex_);
    if (endpoints_) return *endpoints_;
    if (!failure_.ok() && std::chrono::steady_clock::now() < rest_end_) return failure_;
  }
  const Asking asking(&asking_);
  SHAREWAY_RETURN_IF_ERROR(asking.status());
  const absl::StatusOr<Endpoints> found = AskWhere();
  absl::MutexLock lock(&mutex_);
  failure_ = found.status();
  rest_end_ = std::chrono::steady_clock::now() + kRest;
  if (found.ok()) endpoints_ = *found;
  return found;
}

absl::StatusOr<OidcProvider::Endpoints> OidcProvider::AskWhere() const {
  const std::string url =
      absl::StrCat(absl::StripSuffix(client_.issuer, "/"), "/.well-known/openid-configuration");
  SHAREWAY_ASSIGN_OR_RETURN(const Told told, Fetch({.url = url, .ca = client_.ca}));
  SHAREWAY_ASSIGN_OR_RETURN(const Json found, ObjectOf(told, url));
  if (Text(found, "issuer") != client_.issuer) {
    return absl::UnavailableError(
        absl::StrCat(url, " is of the issuer ",
                     absl::CHexEscape(Text(found, "issuer").substr(0, 200)), ", want ",
                     client_.issuer));
  }
  Endpoints endpoints{.authorization = Text(found, "authorization_endpoint"),
                      .token = Text(found, "token_endpoint"),
                      .keys = Text(found, "jwks_uri")};
  for (const std::string& endpoint : {endpoints.authorization, endpoints.token, endpoints.keys}) {
    if (const absl::Status bad = CheckEndpoint(endpoint); !bad.ok()) {
      return absl::UnavailableError(absl::StrCat(url, ": ", bad.message()));
    }
  }
  return endpoints;
}

absl::StatusOr<crypto::JsonWebKeys> OidcProvider::Keys(const std::string& url, bool anew) {
  if (!anew) {
    absl::MutexLock lock(&mutex_);
    if (keys_) return *keys_;
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Told told, Fetch({.url = url, .ca = client_.ca}));
  if (told.status != 200) {
    return absl::UnavailableError(absl::StrCat(url, " answered HTTP ", told.status));
  }
  const absl::StatusOr<crypto::JsonWebKeys> keys = crypto::JsonWebKeys::Parse(told.body);
  if (!keys.ok()) return absl::UnavailableError(absl::StrCat(url, ": ", keys.status().message()));
  absl::MutexLock lock(&mutex_);
  keys_ = *keys;
  return *keys;
}

absl::StatusOr<OidcVisit> OidcProvider::Begin() {
  SHAREWAY_ASSIGN_OR_RETURN(const Endpoints endpoints, Discover());
  OidcVisit visit{.state = Drawn(), .nonce = Drawn(), .verifier = Drawn()};
  const std::string challenge =
      absl::WebSafeBase64Escape(crypto::Sha256(visit.verifier).view());
  visit.url = absl::StrCat(
      endpoints.authorization, absl::StrContains(endpoints.authorization, "?") ? "&" : "?",
      "response_type=code&scope=openid&client_id=", Escaped(client_.client_id),
      "&redirect_uri=", Escaped(client_.redirect), "&state=", visit.state, "&nonce=", visit.nonce,
      "&code_challenge=", challenge, "&code_challenge_method=S256");
  return visit;
}

absl::StatusOr<std::string> OidcProvider::Exchange(const std::string& url, const OidcVisit& visit,
                                                   absl::string_view code) const {
  // RFC 6749, 2.3.1: id and secret are escaped before they become user and password.
  SHAREWAY_ASSIGN_OR_RETURN(
      const Told told,
      Fetch({.url = url,
             .form = absl::StrCat("grant_type=authorization_code&code=", Escaped(code),
                                  "&redirect_uri=", Escaped(client_.redirect),
                                  "&code_verifier=", visit.verifier),
             .user = Escaped(client_.client_id),
             .password = Escaped(client_.client_secret),
             .ca = client_.ca}));
  // RFC 6749, 5.2: the code is wrong, used, over, or of another client.
  if (told.status == 400) {
    return absl::UnauthenticatedError("the provider does not take the code");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Json answer, ObjectOf(told, url));
  return Text(answer, "id_token");
}

absl::StatusOr<crypto::IdToken> OidcProvider::Finish(const OidcVisit& visit, absl::string_view code,
                                                     absl::Time now) {
  if (code.empty() || code.size() > kMaxCodeBytes) {
    return absl::UnauthenticatedError(
        absl::StrCat("the code has ", code.size(), " bytes, want 1 to ", kMaxCodeBytes));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Endpoints endpoints, Discover());
  const Asking asking(&asking_);
  SHAREWAY_RETURN_IF_ERROR(asking.status());
  SHAREWAY_ASSIGN_OR_RETURN(const std::string token, Exchange(endpoints.token, visit, code));
  const crypto::IdTokenRule rule{
      .issuer = client_.issuer, .client_id = client_.client_id, .nonce = visit.nonce};
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::JsonWebKeys known, Keys(endpoints.keys, false));
  const absl::StatusOr<crypto::IdToken> verified = known.Verify(token, rule, now);
  if (!absl::IsNotFound(verified.status())) return verified;
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::JsonWebKeys newest, Keys(endpoints.keys, true));
  const absl::StatusOr<crypto::IdToken> again = newest.Verify(token, rule, now);
  if (absl::IsNotFound(again.status())) return absl::UnauthenticatedError(again.status().message());
  return again;
}

}  // namespace shareway::console
