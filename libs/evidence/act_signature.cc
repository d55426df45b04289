// SPDX-License-Identifier: Apache-2.0
// A person's signature of an act, in either form.
#include "libs/evidence/act_signature.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"

namespace shareway::evidence {
namespace {

constexpr size_t kHashBytes = 32;           // of the party's id, which begin authenticator data
constexpr size_t kLeastBytes = 37;          // with flags and count
constexpr unsigned char kPresentAndKnown = 0x05;

absl::Status Refused(absl::string_view why) {
  return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss, why);
}

// What client data begin with, up to the origin.
std::string Beginning(const v1::SignedAct& signed_act) {
  return absl::StrCat("{\"type\":\"webauthn.get\",\"challenge\":\"",
                      absl::WebSafeBase64Escape(crypto::Sha256(signed_act.act()).view()),
                      "\",\"origin\":\"");
}

// The signature is of one statement, by an ES256 key.
absl::Status CheckForm(const crypto::PublicKey& key, const crypto::BatchSignature& signature) {
  if (key.suite() != crypto::Suite::kP256Sha256 || signature.suite != key.suite()) {
    return Refused(absl::StrCat("an authenticator's signature is of suite ",
                                static_cast<int>(signature.suite), ", the key of suite ",
                                static_cast<int>(key.suite()), ", want 1 for both"));
  }
  if (signature.key_id != key.id()) {
    return Refused(absl::StrCat("the signature is by ", crypto::KeyName(signature.key_id),
                                ", want ", crypto::KeyName(key.id())));
  }
  if (signature.index != 0 || signature.size != 1 || !signature.path.empty()) {
    return Refused("an authenticator's signature is of one statement, this one of a batch");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status VerifyAct(crypto::BatchVerifier* verifier, const crypto::PublicKey& key,
                       const v1::SignedAct& signed_act) {
  if (!signed_act.has_webauthn()) {
    return Verify(verifier, key, signed_act.act(), signed_act.signature());
  }
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::BatchSignature signature,
                            FromProto(signed_act.signature()));
  SHAREWAY_RETURN_IF_ERROR(CheckForm(key, signature));
  const std::string& data = signed_act.webauthn().authenticator_data();
  if (data.size() < kLeastBytes) {
    return Refused(absl::StrCat("authenticator data of ", data.size(), " bytes, want at least ",
                                kLeastBytes));
  }
  if ((static_cast<unsigned char>(data[kHashBytes]) & kPresentAndKnown) != kPresentAndKnown) {
    return Refused("the authenticator did not know the person");
  }
  const std::string& client_data = signed_act.webauthn().client_data_json();
  if (!absl::StartsWith(client_data, Beginning(signed_act))) {
    return Refused("the authenticator signed something else than this act");
  }
  return key.Verify(absl::StrCat(data, crypto::Sha256(client_data).view()), signature.bytes);
}

absl::Status CheckParty(const crypto::RelyingParty& party, const v1::SignedAct& signed_act) {
  const absl::string_view data = signed_act.webauthn().authenticator_data();
  if (data.substr(0, kHashBytes) != crypto::Sha256(party.id()).view()) {
    return Refused(absl::StrCat("the authenticator signed for another party than ", party.id()));
  }
  absl::string_view rest = signed_act.webauthn().client_data_json();
  if (!absl::ConsumePrefix(&rest, Beginning(signed_act))) {
    return Refused("the authenticator signed something else than this act");
  }
  const absl::string_view origin = rest.substr(0, rest.find('"'));
  if (!party.HasOrigin(origin)) {
    return Refused(absl::StrCat("the page was of ", absl::CHexEscape(origin.substr(0, 100)),
                                ", which is none of this installation's origins"));
  }
  rest.remove_prefix(origin.size());
  // Browsers that do not say whether the page was embedded end here.
  if (rest != "\"}" && !absl::StartsWith(rest, "\",\"crossOrigin\":false}") &&
      !absl::StartsWith(rest, "\",\"crossOrigin\":false,")) {
    return Refused("the page was inside a page of another origin");
  }
  return absl::OkStatus();
}

}  // namespace shareway::evidence
