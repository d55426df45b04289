// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/signed_act.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/reflection.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/act_signature.h"
#include "libs/evidence/record.h"

namespace shareway::rpc {
namespace {

absl::Status Invalid(absl::string_view why) {
  return Error(Reason::kActInvalid, absl::StatusCode::kPermissionDenied, why);
}

absl::StatusOr<evidence::v1::Act> Read(const evidence::v1::SignedAct& signed_act) {
  evidence::v1::Act act;
  if (!act.ParseFromString(signed_act.act())) return Invalid("signed_act.act does not parse");
  if (act.nonce().size() != 16) return Invalid("the act's nonce has not 16 bytes");
  return act;
}

absl::Status CheckMethod(const evidence::v1::Act& act, absl::string_view method) {
  if (act.method() == method) return absl::OkStatus();
  return Invalid(absl::StrCat("the act is for ", act.method(), ", not for ", method));
}

// By a key of the person that was valid at `signed_at`.
absl::Status CheckSignature(const evidence::v1::SignedAct& signed_act, absl::string_view person,
                            const Directory& directory, crypto::BatchVerifier* verifier,
                            absl::Time signed_at) {
  absl::StatusOr<Hash32> key_id = Hash32::From(signed_act.signature().key_id());
  if (!key_id.ok()) return Invalid("signed_act.signature.key_id has not 32 bytes");
  // One key has one use: a certificate's key cannot pass for an authenticator's, nor the reverse.
  const auto use =
      signed_act.has_webauthn() ? catalog::v1::Key::WEBAUTHN : catalog::v1::Key::TLS;
  const DirectoryKey* key = directory.ValidKey(*key_id, person, use, signed_at);
  if (key == nullptr) return Invalid("the act's key is not a valid key of the person");
  const absl::Status ok = evidence::VerifyAct(verifier, key->parsed, signed_act);
  if (!ok.ok()) return Invalid(absl::StrCat("the act's signature is wrong: ", ok.message()));
  return absl::OkStatus();
}

// On a page of this installation, if it was signed on a page.
absl::Status CheckPage(const evidence::v1::SignedAct& signed_act,
                       const crypto::RelyingParty* party) {
  if (!signed_act.has_webauthn()) return absl::OkStatus();
  if (party == nullptr) {
    return Invalid("acts signed by an authenticator are not taken: --act_origins is empty");
  }
  const absl::Status ok = evidence::CheckParty(*party, signed_act);
  return ok.ok() ? ok : Invalid(absl::StrCat("the act: ", ok.message()));
}

}  // namespace

absl::StatusOr<VerifiedAct> VerifyAct(const google::protobuf::Message& request,
                                      absl::string_view method, absl::string_view person,
                                      const Directory& directory,
                                      const crypto::RelyingParty* party,
                                      crypto::BatchVerifier* verifier, absl::Time now) {
  const auto* reflection = request.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> set;
  reflection->ListFields(request, &set);
  if (set.empty()) return Invalid("the method needs signed_act, and the request has none");
  for (const auto* field : set) {
    if (field->name() != "signed_act") {
      return Error::Field(field->name(),
                          "is set beside signed_act; all fields belong inside the signed act");
    }
  }
  VerifiedAct verified;
  verified.act.CopyFrom(reflection->GetMessage(request, set[0]));

  SHAREWAY_ASSIGN_OR_RETURN(const evidence::v1::Act act, Read(verified.act));
  if (act.person() != person) {
    return Invalid(absl::StrCat("the act is by ", act.person(), ", the caller is ", person));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckMethod(act, method));
  const absl::Duration off = now - evidence::FromTimestamp(act.time());
  if (off > kActWindow || off < -kActWindow) {
    return Invalid(absl::StrCat("the act was signed ", absl::FormatDuration(off),
                                " ago, want within 5 minutes"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckSignature(verified.act, person, directory, verifier, now));
  SHAREWAY_RETURN_IF_ERROR(CheckPage(verified.act, party));
  verified.request = act.request();
  return verified;
}

absl::StatusOr<evidence::v1::Act> VerifyTakenAct(const evidence::v1::SignedAct& signed_act,
                                                 absl::string_view method,
                                                 const Directory& directory,
                                                 const crypto::RelyingParty* party,
                                                 crypto::BatchVerifier* verifier) {
  SHAREWAY_ASSIGN_OR_RETURN(evidence::v1::Act act, Read(signed_act));
  SHAREWAY_RETURN_IF_ERROR(CheckMethod(act, method));
  SHAREWAY_RETURN_IF_ERROR(CheckSignature(signed_act, act.person(), directory, verifier,
                                          evidence::FromTimestamp(act.time())));
  SHAREWAY_RETURN_IF_ERROR(CheckPage(signed_act, party));
  return act;
}

}  // namespace shareway::rpc
