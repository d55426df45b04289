// SPDX-License-Identifier: Apache-2.0
// Acts signed by an authenticator, for tests; every part of the ceremony can be wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/key.h"
#include "shareway/evidence/v1/envelope.pb.h"

namespace shareway::evidence {

struct WebauthnCeremony {
  std::string type = "webauthn.get";
  std::optional<std::string> challenge = {};  // none: SHA-256 of the act
  std::string origin = "https://share.example";
  std::string end = "\",\"crossOrigin\":false}";  // of the client data, from the origin on
  std::string party_id = "share.example";
  uint8_t flags = 0x05;
  std::string extensions = "";
};

inline v1::SignedAct SignByAuthenticator(const crypto::PrivateKey& key, const std::string& act,
                                         const WebauthnCeremony& ceremony) {
  v1::SignedAct made;
  made.set_act(act);
  const std::string challenge = ceremony.challenge.value_or(crypto::Sha256(act).str());
  made.mutable_webauthn()->set_client_data_json(
      absl::StrCat("{\"type\":\"", ceremony.type, "\",\"challenge\":\"",
                   absl::WebSafeBase64Escape(challenge), "\",\"origin\":\"", ceremony.origin,
                   ceremony.end));
  made.mutable_webauthn()->set_authenticator_data(
      absl::StrCat(crypto::Sha256(ceremony.party_id).view(),
                   std::string(1, static_cast<char>(ceremony.flags)), std::string(4, '\0'),
                   ceremony.extensions));
  v1::Signature* const signature = made.mutable_signature();
  signature->set_suite(static_cast<v1::Suite>(key.public_key().suite()));
  signature->set_key_id(key.public_key().id().str());
  signature->set_size(1);
  signature->set_bytes(
      key.Sign(absl::StrCat(made.webauthn().authenticator_data(),
                            crypto::Sha256(made.webauthn().client_data_json()).view()))
          .value());
  return made;
}

}  // namespace shareway::evidence
