// SPDX-License-Identifier: Apache-2.0
// An act counts as signed if key, act and form fit, whichever form it is.
#include "libs/evidence/act_signature.h"

#include <functional>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/test_webauthn_act.h"

namespace shareway::evidence {
namespace {

const crypto::PrivateKey& Key() {
  static const crypto::PrivateKey kKey =
      crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  return kKey;
}

crypto::RelyingParty Party() {
  return crypto::RelyingParty::From("share.example",
                                    {"https://share.example", "https://sign.share.example"})
      .value();
}

v1::SignedAct Good() { return SignByAuthenticator(Key(), "the act", {}); }

absl::Status Check(const v1::SignedAct& act, const crypto::PublicKey& key = Key().public_key()) {
  crypto::BatchVerifier verifier;
  const absl::Status status = VerifyAct(&verifier, key, act);
  return status.ok() ? CheckParty(Party(), act) : status;
}

TEST_CASE("An act is signed by a key of the person's own or by an authenticator") {
  CHECK(Check(Good()).ok());
  for (const WebauthnCeremony& other : std::vector<WebauthnCeremony>{
           {.origin = "https://sign.share.example"},
           {.end = "\"}"},
           {.end = "\",\"crossOrigin\":false,\"more\":{}}"},
           {.flags = 0x1d},
           {.extensions = "\xa0"}}) {
    CHECK(Check(SignByAuthenticator(Key(), "the act", other)).ok());
  }
  crypto::BatchVerifier verifier;
  const v1::SignedAct own =
      SignAct(Key(), "people/wang", "/a.B/C", "request", absl::FromUnixSeconds(1)).value();
  CHECK(VerifyAct(&verifier, Key().public_key(), own).ok());
}

TEST_CASE("What an authenticator signed for another act, page, party or person is refused") {
  const std::vector<WebauthnCeremony> wrong = {
      {.type = "webauthn.create"},
      {.challenge = crypto::Sha256("another act").str()},
      {.challenge = "the act"},
      {.origin = "https://share.example.evil.test"},
      {.origin = "http://share.example"},
      {.origin = ""},
      {.end = "\",\"crossOrigin\":true}"},
      {.end = "\",\"topOrigin\":\"https://evil.test\"}"},
      {.end = "\" }"},
      {.end = ""},
      {.party_id = "evil.test"},
      {.flags = 0x01},
      {.flags = 0x04},
      {.flags = 0x00}};
  for (size_t i = 0; i < wrong.size(); ++i) {
    INFO("case " << i);
    CHECK(absl::IsDataLoss(Check(SignByAuthenticator(Key(), "the act", wrong[i]))));
  }

  const auto refused = [](const std::function<void(v1::SignedAct&)>& spoil) {
    v1::SignedAct act = Good();
    spoil(act);
    return !Check(act).ok();
  };
  CHECK(refused([](auto& a) { a.set_act("another act"); }));
  CHECK(refused([](auto& a) { a.clear_webauthn(); }));
  CHECK(refused([](auto& a) { a.mutable_webauthn()->Clear(); }));
  CHECK(refused([](auto& a) { a.mutable_webauthn()->mutable_authenticator_data()->resize(36); }));
  CHECK(refused([](auto& a) { a.mutable_webauthn()->mutable_client_data_json()->pop_back(); }));
  CHECK(refused([](auto& a) { a.mutable_signature()->set_size(2); }));
  CHECK(refused([](auto& a) { a.mutable_signature()->set_size(0); }));
  CHECK(refused([](auto& a) { a.mutable_signature()->set_index(1); }));
  CHECK(refused([](auto& a) { a.mutable_signature()->add_path(std::string(32, 'x')); }));
  CHECK(refused([](auto& a) { a.mutable_signature()->set_suite(v1::SM2_SM3); }));
  CHECK(refused([](auto& a) { a.mutable_signature()->set_key_id(std::string(32, 'x')); }));
  CHECK(refused([](auto& a) { a.mutable_signature()->mutable_bytes()->back() ^= 1; }));

  const crypto::PrivateKey other = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  CHECK_FALSE(Check(Good(), other.public_key()).ok());
  // A signature of the other form over the same act is none of this form.
  v1::SignedAct mixed = Good();
  *mixed.mutable_signature() =
      ToProto(crypto::SignBatch(Key(), {std::string(mixed.act())}).value()[0]);
  CHECK_FALSE(Check(mixed).ok());
  const crypto::PrivateKey national = crypto::PrivateKey::Generate(crypto::Suite::kSm2Sm3);
  CHECK_FALSE(Check(SignByAuthenticator(national, "the act", {}), national.public_key()).ok());
}

}  // namespace
}  // namespace shareway::evidence
