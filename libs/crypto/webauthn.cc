// SPDX-License-Identifier: Apache-2.0
// Assertions of Web Authentication, verified: what the browser says by us, what the authenticator
// says by libfido2.
#include "libs/crypto/webauthn.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>

#include <memory>
#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/openssl.h"
#include "nlohmann/json.hpp"

namespace shareway::crypto {
namespace {

using Json = nlohmann::json;

// Authenticator data (section 6.1): the hash of the party's id, flags, a count of 32 bits, and
// extensions.
constexpr size_t kHashBytes = 32;
constexpr size_t kFixedBytes = 37;
enum Flag : uint8_t {
  kUserPresent = 0x01,
  kUserVerified = 0x04,
  kBackupEligible = 0x08,
  kBackedUp = 0x10,
  kCredentialIncluded = 0x40,
  kExtensionsIncluded = 0x80,
};

struct FreeAssertion {
  void operator()(fido_assert_t* assertion) const { fido_assert_free(&assertion); }
};
struct FreeEs256 {
  void operator()(es256_pk_t* key) const { es256_pk_free(&key); }
};
struct FreeEddsa {
  void operator()(eddsa_pk_t* key) const { eddsa_pk_free(&key); }
};

absl::Status Invalid(absl::string_view why) {
  return Error(Reason::kActInvalid, absl::StatusCode::kPermissionDenied,
               absl::StrCat("the assertion ", why));
}

// Foreign text for a message.
std::string Shown(absl::string_view text) { return absl::CHexEscape(text.substr(0, 100)); }

// The JSON object that the browser hashed. A name that comes twice would mean two things.
absl::StatusOr<Json> ReadClientData(absl::string_view text) {
  if (text.size() > kMaxClientDataBytes) {
    return Invalid(absl::StrCat("has client data of ", text.size(), " bytes, want at most ",
                                kMaxClientDataBytes));
  }
  std::set<std::string> names;
  bool twice = false;
  const auto see_names = [&](int depth, Json::parse_event_t event, Json& name) {
    if (depth == 1 && event == Json::parse_event_t::key) {
      twice |= !names.insert(name.get<std::string>()).second;
    }
    return true;
  };
  Json data = Json::parse(text.begin(), text.end(), see_names, false);
  if (!data.is_object()) return Invalid("has client data that is no JSON object");
  if (twice) return Invalid("has client data with a name that comes twice");
  return data;
}

// Empty if there is none.
std::string Text(const Json& data, const char* name) {
  const auto found = data.find(name);
  return found != data.end() && found->is_string() ? found->get<std::string>() : "";
}

absl::Status CheckClientData(const RelyingParty& party, absl::string_view challenge,
                             absl::string_view text) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json data, ReadClientData(text));
  if (const std::string type = Text(data, "type"); type != "webauthn.get") {
    return Invalid(absl::StrCat("is of type ", Shown(type), ", want webauthn.get"));
  }
  if (!SameBytes(Text(data, "challenge"), absl::WebSafeBase64Escape(challenge))) {
    return Invalid("answers another challenge");
  }
  if (const std::string origin = Text(data, "origin"); !party.HasOrigin(origin)) {
    return Invalid(absl::StrCat("was made for a page of ", Shown(origin),
                                ", which is none of this installation's origins"));
  }
  const auto crossed = data.find("crossOrigin");
  if ((crossed != data.end() && *crossed != Json(false)) || data.contains("topOrigin")) {
    return Invalid("was made by a page inside a page of another origin");
  }
  return absl::OkStatus();
}

// What libfido2 also checks, to say which it was, and what it lets pass.
absl::Status CheckAuthenticatorData(const RelyingParty& party, absl::string_view data) {
  if (data.size() < kFixedBytes || data.size() > kMaxAuthenticatorDataBytes) {
    return Invalid(absl::StrCat("has authenticator data of ", data.size(), " bytes, want ",
                                kFixedBytes, " to ", kMaxAuthenticatorDataBytes));
  }
  if (data.substr(0, kHashBytes) != Sha256(party.id()).view()) {
    return Invalid(absl::StrCat("is for another relying party than ", party.id()));
  }
  const auto flags = static_cast<uint8_t>(data[kHashBytes]);
  if (!(flags & kUserPresent)) return Invalid("was made with nobody present");
  if (!(flags & kUserVerified)) {
    return Invalid("was made by a touch alone; the authenticator must ask for PIN or biometrics");
  }
  if (flags & kCredentialIncluded) return Invalid("has a credential in it, as a registration has");
  if ((flags & kBackedUp) && !(flags & kBackupEligible)) {
    return Invalid("is by a key that is said to be copied and not to be copied");
  }
  if (!(flags & kExtensionsIncluded) && data.size() != kFixedBytes) {
    return Invalid(
        absl::StrCat("has ", data.size() - kFixedBytes, " bytes behind its authenticator data"));
  }
  return absl::OkStatus();
}

// The key's own bytes, which end its SPKI: x and y for P-256, 32 bytes for Ed25519.
int VerifyByLibrary(const PublicKey& key, const fido_assert_t* assertion) {
  const std::string& spki = key.spki();
  if (key.suite() == Suite::kP256Sha256) {
    const std::unique_ptr<es256_pk_t, FreeEs256> es256(es256_pk_new());
    if (es256 == nullptr ||
        es256_pk_from_ptr(es256.get(), spki.data() + spki.size() - 64, 64) != FIDO_OK) {
      return FIDO_ERR_INTERNAL;
    }
    return fido_assert_verify(assertion, 0, COSE_ES256, es256.get());
  }
  const std::unique_ptr<eddsa_pk_t, FreeEddsa> eddsa(eddsa_pk_new());
  if (eddsa == nullptr ||
      eddsa_pk_from_ptr(eddsa.get(), spki.data() + spki.size() - 32, 32) != FIDO_OK) {
    return FIDO_ERR_INTERNAL;
  }
  return fido_assert_verify(assertion, 0, COSE_EDDSA, eddsa.get());
}

}  // namespace

absl::StatusOr<VerifiedAssertion> VerifyAssertion(const RelyingParty& party, const PublicKey& key,
                                                  absl::string_view challenge,
                                                  const Assertion& assertion) {
  if (challenge.size() < kMinChallengeBytes) {
    return Invalid(absl::StrCat("answers a challenge of ", challenge.size(), " bytes, want ",
                                kMinChallengeBytes, " or more"));
  }
  if (key.suite() != Suite::kP256Sha256 && key.suite() != Suite::kEd25519) {
    return Invalid(absl::StrCat("cannot be by ", KeyName(key.id()),
                                ", whose algorithm Web Authentication does not know"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckClientData(party, challenge, assertion.client_data_json));
  const absl::string_view data = assertion.authenticator_data;
  SHAREWAY_RETURN_IF_ERROR(CheckAuthenticatorData(party, data));

  const ErrorScope errors;
  const std::unique_ptr<fido_assert_t, FreeAssertion> fido(fido_assert_new());
  const Hash32 client_data = Sha256(assertion.client_data_json);
  if (fido == nullptr || fido_assert_set_count(fido.get(), 1) != FIDO_OK ||
      fido_assert_set_rp(fido.get(), party.id().c_str()) != FIDO_OK ||
      fido_assert_set_clientdata_hash(fido.get(), client_data.bytes.data(),
                                      client_data.bytes.size()) != FIDO_OK ||
      fido_assert_set_up(fido.get(), FIDO_OPT_TRUE) != FIDO_OK ||
      fido_assert_set_uv(fido.get(), FIDO_OPT_TRUE) != FIDO_OK) {
    return absl::InternalError("libfido2 takes no assertion");
  }
  if (fido_assert_set_authdata_raw(fido.get(), 0, Bytes(data), data.size()) != FIDO_OK) {
    return Invalid(absl::StrCat("has authenticator data of ", data.size(),
                                " bytes whose extensions do not parse"));
  }
  if (fido_assert_set_sig(fido.get(), 0, Bytes(absl::string_view(assertion.signature)),
                          assertion.signature.size()) != FIDO_OK) {
    return Invalid("has no signature");
  }
  if (const int verdict = VerifyByLibrary(key, fido.get()); verdict != FIDO_OK) {
    return Invalid(absl::StrCat("is not by ", KeyName(key.id()), ": ", fido_strerr(verdict)));
  }
  return VerifiedAssertion{
      .sign_count = fido_assert_sigcount(fido.get(), 0),
      .backup_eligible = (static_cast<uint8_t>(data[kHashBytes]) & kBackupEligible) != 0};
}

bool CounterAdvanced(uint32_t last, uint32_t now) { return (last == 0 && now == 0) || now > last; }

}  // namespace shareway::crypto
