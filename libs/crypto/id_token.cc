// SPDX-License-Identifier: Apache-2.0
// JSON Web Signatures in compact form (RFC 7515) and what an ID token claims. The algorithm is the
// key's: the token's header only names it, and must name the same.
#include "libs/crypto/id_token.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/key.h"
#include "libs/crypto/openssl.h"
#include "nlohmann/json.hpp"

namespace shareway::crypto {
namespace {

using Json = nlohmann::json;
using OwnedBn = std::unique_ptr<BIGNUM, Free<BN_free>>;
using OwnedEcdsaSig = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;
using OwnedParamBuild = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using OwnedParams = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;

constexpr size_t kP256Bytes = 32;  // of one coordinate, or of one half of a signature
constexpr size_t kMinRsaBytes = 256;
constexpr size_t kMaxRsaBytes = 1024;
constexpr size_t kMaxSubjectBytes = 255;
constexpr double kLatestSecond = 253402300799;  // the end of 9999

absl::Status Refused(absl::string_view why) {
  return absl::UnauthenticatedError(absl::StrCat("the ID token ", why));
}

// Foreign text for a message.
std::string Shown(absl::string_view text) { return absl::CHexEscape(text.substr(0, 100)); }

// A JSON object. Null for other texts, and where a name comes twice: it would mean two things.
Json ReadObject(absl::string_view text) {
  std::set<std::string> names;
  bool twice = false;
  const auto see_names = [&](int depth, Json::parse_event_t event, Json& name) {
    if (depth == 1 && event == Json::parse_event_t::key) {
      twice |= !names.insert(name.get<std::string>()).second;
    }
    return true;
  };
  Json object = Json::parse(text.begin(), text.end(), see_names, false);
  if (!object.is_object() || twice) return Json();
  return object;
}

// Empty if there is none.
std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Base64url as RFC 7515 has it: without padding, and in its one spelling.
std::optional<std::string> Unescape(absl::string_view text) {
  std::string raw;
  if (!absl::WebSafeBase64Unescape(text, &raw)) return std::nullopt;
  if (absl::WebSafeBase64Escape(raw) != text) return std::nullopt;
  return raw;
}

std::optional<std::string> Octets(const Json& object, const char* name) {
  const std::string text = Text(object, name);
  return text.empty() ? std::nullopt : Unescape(text);
}

OwnedBn Number(absl::string_view octets) {
  return OwnedBn(BN_bin2bn(Bytes(octets), static_cast<int>(octets.size()), nullptr));
}

// Null if the library does not take it.
OwnedPkey RsaKey(absl::string_view modulus, absl::string_view exponent) {
  const OwnedBn n = Number(modulus);
  const OwnedBn e = Number(exponent);
  const OwnedParamBuild build(OSSL_PARAM_BLD_new());
  if (n == nullptr || e == nullptr || build == nullptr ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  const OwnedParams params(OSSL_PARAM_BLD_to_param(build.get()));
  const OwnedPkeyCtx context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return OwnedPkey(key);
}

bool RsaSigned(EVP_PKEY* key, absl::string_view message, absl::string_view signature) {
  const OwnedMdCtx context(EVP_MD_CTX_new());
  // The padding of RS256, PKCS #1 v1.5, is the library's own choice for RSA.
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message),
                          message.size()) == 1;
}

// The two halves of an ES256 signature, 32 bytes each, as the DER that PublicKey takes. Empty if
// they are no signature.
std::string DerOf(absl::string_view signature) {
  if (signature.size() != 2 * kP256Bytes) return "";
  const OwnedEcdsaSig sig(ECDSA_SIG_new());
  OwnedBn r = Number(signature.substr(0, kP256Bytes));
  OwnedBn s = Number(signature.substr(kP256Bytes));
  if (sig == nullptr || r == nullptr || s == nullptr ||
      ECDSA_SIG_set0(sig.get(), r.get(), s.get()) != 1) {
    return "";
  }
  r.release();  // both are the signature's now
  s.release();
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(sig.get(), &der);
  std::string out;
  if (size > 0) out.assign(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return out;
}

// Seconds since 1970. Nothing unless the claim is a number that a time can have.
std::optional<absl::Time> TimeOf(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kLatestSecond) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

absl::Status CheckAudience(const Json& claims, const std::string& client) {
  const auto audience = claims.find("aud");
  const Json own(client);
  // Made for others, too, it may come from any of them: none is trusted here.
  if (audience == claims.end() || (*audience != own && *audience != Json::array({own}))) {
    return Refused("is not for this client alone (aud)");
  }
  const auto party = claims.find("azp");
  if (party != claims.end() && *party != own) return Refused("was asked for by another (azp)");
  return absl::OkStatus();
}

absl::Status CheckTimes(const Json& claims, absl::Time now) {
  const std::optional<absl::Time> end = TimeOf(claims, "exp");
  const std::optional<absl::Time> made = TimeOf(claims, "iat");
  if (!end || !made) return Refused("does not say when it was made and is over (iat, exp)");
  if (now >= *end + kIdTokenLeeway) return Refused("is over (exp)");
  if (*made > now + kIdTokenLeeway) return Refused("is made in the future (iat)");
  if (*made + kIdTokenAge + kIdTokenLeeway < now) return Refused("was made too long ago (iat)");
  if (claims.contains("nbf")) {
    const std::optional<absl::Time> start = TimeOf(claims, "nbf");
    if (!start || *start > now + kIdTokenLeeway) return Refused("is not good yet (nbf)");
  }
  return absl::OkStatus();
}

absl::StatusOr<IdToken> ReadClaims(const Json& claims, const IdTokenRule& rule, absl::Time now) {
  if (Text(claims, "iss") != rule.issuer || rule.issuer.empty()) {
    return Refused(absl::StrCat("is by ", Shown(Text(claims, "iss")), ", want ", rule.issuer));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckAudience(claims, rule.client_id));
  SHAREWAY_RETURN_IF_ERROR(CheckTimes(claims, now));
  if (rule.nonce.empty() || !SameBytes(Text(claims, "nonce"), rule.nonce)) {
    return Refused("is of another sign-in (nonce)");
  }
  IdToken out;
  out.subject = Text(claims, "sub");
  if (out.subject.empty() || out.subject.size() > kMaxSubjectBytes) {
    return Refused(absl::StrCat("has a sub of ", out.subject.size(), " bytes, want 1 to ",
                                kMaxSubjectBytes));
  }
  for (const auto& claim : claims.items()) {
    if (claim.value().is_string()) out.texts[claim.key()] = claim.value().get<std::string>();
  }
  if (const auto methods = claims.find("amr"); methods != claims.end()) {
    if (!methods->is_array()) return Refused("has an amr that is no array");
    for (const Json& method : *methods) {
      if (!method.is_string()) return Refused("has an amr of others than texts");
      out.methods.push_back(method.get<std::string>());
    }
  }
  return out;
}

}  // namespace

// One of the two is set.
struct JsonWebKeys::Key {
  std::string id;
  OwnedPkey rsa;
  std::optional<PublicKey> p256;

  const char* algorithm() const { return rsa != nullptr ? "RS256" : "ES256"; }
  bool Signed(absl::string_view message, absl::string_view signature) const {
    if (rsa != nullptr) return RsaSigned(rsa.get(), message, signature);
    const std::string der = DerOf(signature);
    return !der.empty() && p256->Verify(message, der).ok();
  }
};

absl::StatusOr<JsonWebKeys> JsonWebKeys::Parse(absl::string_view json) {
  if (json.size() > kMaxKeySetBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the key set has ", json.size(), " bytes, want at most ", kMaxKeySetBytes));
  }
  const ErrorScope errors;
  const Json set = ReadObject(json);
  if (!set.contains("keys") || !set["keys"].is_array()) {
    return absl::InvalidArgumentError("the text is no JSON object with an array of keys");
  }
  // Everything of a SubjectPublicKeyInfo of P-256 before x and y.
  static constexpr unsigned char kP256[] = {
      0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
      0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
  JsonWebKeys out;
  for (const Json& jwk : set["keys"]) {
    if (!jwk.is_object() || (jwk.contains("use") && Text(jwk, "use") != "sig")) continue;
    auto key = std::make_shared<Key>();
    key->id = Text(jwk, "kid");
    if (Text(jwk, "kty") == "RSA") {
      const std::optional<std::string> n = Octets(jwk, "n");
      const std::optional<std::string> e = Octets(jwk, "e");
      if (!n || n->size() < kMinRsaBytes || n->size() > kMaxRsaBytes || (*n)[0] == '\0' || !e ||
          *e != absl::string_view("\x01\x00\x01", 3)) {
        continue;
      }
      key->rsa = RsaKey(*n, *e);
      if (key->rsa == nullptr || EVP_PKEY_get_bits(key->rsa.get()) < 2048) continue;
    } else if (Text(jwk, "kty") == "EC" && Text(jwk, "crv") == "P-256") {
      const std::optional<std::string> x = Octets(jwk, "x");
      const std::optional<std::string> y = Octets(jwk, "y");
      if (!x || x->size() != kP256Bytes || !y || y->size() != kP256Bytes) continue;
      const absl::string_view prefix(reinterpret_cast<const char*>(kP256), sizeof(kP256));
      absl::StatusOr<PublicKey> parsed = PublicKey::FromSpki(absl::StrCat(prefix, *x, *y));
      if (!parsed.ok()) continue;
      key->p256 = *std::move(parsed);
    } else {
      continue;
    }
    if (jwk.contains("alg") && Text(jwk, "alg") != key->algorithm()) continue;
    out.keys_.push_back(std::move(key));
  }
  return out;
}

absl::StatusOr<IdToken> JsonWebKeys::Verify(absl::string_view token, const IdTokenRule& rule,
                                            absl::Time now) const {
  if (token.size() > kMaxIdTokenBytes) {
    return Refused(absl::StrCat("has ", token.size(), " bytes, want at most ", kMaxIdTokenBytes));
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() != 3) return Refused("has not three parts");
  const std::optional<std::string> head = Unescape(parts[0]);
  const std::optional<std::string> body = Unescape(parts[1]);
  const std::optional<std::string> signature = Unescape(parts[2]);
  if (!head || !body || !signature) return Refused("is no base64url");
  const Json header = ReadObject(*head);
  if (!header.is_object()) return Refused("has a header that is no JSON object");
  const std::string algorithm = Text(header, "alg");
  if (algorithm != "RS256" && algorithm != "ES256") {
    return Refused(absl::StrCat("is signed by ", Shown(algorithm), ", want RS256 or ES256"));
  }
  if (header.contains("crit")) return Refused("has a header that must be understood (crit)");
  if (header.contains("typ") && !absl::EqualsIgnoreCase(Text(header, "typ"), "JWT")) {
    return Refused("is a token of another type (typ)");
  }
  const std::string id = Text(header, "kid");
  std::vector<std::shared_ptr<const Key>> candidates;
  for (const std::shared_ptr<const Key>& key : keys_) {
    if (algorithm == key->algorithm() && (id.empty() || id == key->id)) candidates.push_back(key);
  }
  if (candidates.empty()) {
    return absl::NotFoundError(
        absl::StrCat("the provider's keys have none for ", algorithm, " named ", Shown(id)));
  }
  if (candidates.size() > 1) return Refused("does not say by which of several keys it is");
  const ErrorScope errors;
  if (!candidates[0]->Signed(token.substr(0, parts[0].size() + 1 + parts[1].size()), *signature)) {
    return Refused("is not by the key that it names");
  }
  const Json claims = ReadObject(*body);
  if (!claims.is_object()) return Refused("has claims that are no JSON object");
  return ReadClaims(claims, rule, now);
}

}  // namespace shareway::crypto
