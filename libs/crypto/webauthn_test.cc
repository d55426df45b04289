// SPDX-License-Identifier: Apache-2.0
// An assertion counts for its party, challenge, page, person and key alone.
#include "libs/crypto/webauthn.h"

#include <functional>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/crypto/test_authenticator.h"

namespace shareway::crypto {
namespace {

using Ceremony = TestAuthenticator::Ceremony;

RelyingParty Party() {
  return RelyingParty::From("share.example",
                            {"https://share.example", "https://desk.share.example:8443"})
      .value();
}

std::string Challenge() { return std::string(32, 'c'); }

TEST_CASE("An assertion over the challenge by the credential's key is taken") {
  for (const Suite suite : {Suite::kP256Sha256, Suite::kEd25519}) {
    const TestAuthenticator authenticator(suite);
    const auto verified =
        VerifyAssertion(Party(), authenticator.key(), Challenge(), authenticator.Assert({}));
    INFO(verified.status());
    REQUIRE(verified.ok());
    CHECK(verified->sign_count == 7);
    CHECK_FALSE(verified->backup_eligible);
  }
  const TestAuthenticator authenticator;
  const std::vector<Ceremony> good = {
      {.origin = "https://desk.share.example:8443"},
      {.more_client_data = ""},
      {.more_client_data = ",\"crossOrigin\":false,\"other\":{\"type\":\"x\"}"},
      {.flags = 0x0d, .count = 0},                     // a passkey that may be copied
      {.flags = 0x85, .extensions = "\xa1\x61x\xf5"},  // {"x": true}
  };
  for (const Ceremony& ceremony : good) {
    const Assertion assertion = authenticator.Assert(ceremony);
    INFO(assertion.client_data_json);
    const auto verified = VerifyAssertion(Party(), authenticator.key(), Challenge(), assertion);
    INFO(verified.status());
    REQUIRE(verified.ok());
    CHECK(verified->sign_count == ceremony.count);
    CHECK(verified->backup_eligible == (ceremony.flags == 0x0d));
  }
}

// Recorded from a device's own authenticator and a browser; data of the tests of
// github.com/duo-labs/py_webauthn (BSD 3-clause).
TEST_CASE("An assertion that a real authenticator and browser made is taken") {
  const auto key = PublicKey::FromSpki(
      absl::HexStringToBytes("3059301306072a8648ce3d020106082a8648ce3d03010703420004"
                             "59b53f2f85cf314ebb05db45b4ebf794a20f1b81d41919b04109c4586abb3aa4"
                             "2f55354fbd77268ff69aece15efa5bc1135da00b3c0982ba3df96f6353017422"));
  REQUIRE(key.ok());
  std::string challenge;
  REQUIRE(
      absl::WebSafeBase64Unescape("6zrSRX8CxwPSXEArXyXL2tpb6rB7Star0rLVIj5rvf74mZKF5ir715Xm"
                                  "gz5tA_GyHexN4oXfrQ889ArVCLaRdA",
                                  &challenge));
  const Assertion assertion = {
      .authenticator_data = absl::HexStringToBytes(
          "49960de5880e8c687434170f6476605b8fe4aeb9a28632c7995cf3ba831d97630560df8ca2"),
      .client_data_json =
          R"({"type":"webauthn.get","challenge":"6zrSRX8CxwPSXEArXyXL2tpb6rB7Star0rLVIj5rvf74mZ)"
          R"(KF5ir715Xmgz5tA_GyHexN4oXfrQ889ArVCLaRdA","origin":"http://localhost:5000",)"
          R"("crossOrigin":false})",
      .signature = absl::HexStringToBytes(
          "3045022100c1a9e236ef87b168a586433dfb83bca8d7ef9355c65209c6157ed675027109910220370fa797"
          "1fbf53dad57c57c447ca17e81958653b8f17219a2ffc020d8db7b341")};
  const RelyingParty party = RelyingParty::From("localhost", {"http://localhost:5000"}).value();
  const auto verified = VerifyAssertion(party, *key, challenge, assertion);
  INFO(verified.status());
  REQUIRE(verified.ok());
  CHECK(verified->sign_count == 1625263266);
}

TEST_CASE("An assertion that is wrong in one way is refused and the message says which") {
  const TestAuthenticator authenticator, other;
  struct Case {
    Ceremony ceremony;
    const char* why;
  };
  const std::vector<Case> cases = {
      {{.challenge = std::string(32, 'd')}, "another challenge"},
      {{.challenge = std::string(31, 'c')}, "another challenge"},
      {{.challenge = ""}, "another challenge"},
      {{.type = "webauthn.create"}, "webauthn.create"},
      {{.type = "payment.get"}, "payment.get"},
      {{.origin = "https://share.example.evil.test"}, "evil.test"},
      {{.origin = "https://sub.share.example"}, "sub.share.example"},
      {{.origin = "http://share.example"}, "http://share.example"},
      {{.origin = "https://share.example:8443"}, "8443"},
      {{.origin = "https://share.example/"}, "none of this installation's origins"},
      {{.origin = ""}, "none of this installation's origins"},
      {{.more_client_data = ",\"crossOrigin\":true"}, "page inside a page"},
      {{.more_client_data = ",\"crossOrigin\":0"}, "page inside a page"},
      {{.more_client_data = ",\"topOrigin\":\"https://evil.test\""}, "page inside a page"},
      {{.more_client_data = ",\"origin\":\"https://share.example\""}, "comes twice"},
      {{.more_client_data = ",\"x\":\"" + std::string(kMaxClientDataBytes, 'x') + "\""},
       "want at most 8192"},
      {{.more_client_data = ","}, "no JSON object"},
      {{.more_client_data = "}{"}, "no JSON object"},
      {{.party_id = "evil.test"}, "another relying party"},
      {{.flags = 0x04}, "nobody present"},
      {{.flags = 0x01}, "touch alone"},
      {{.flags = 0x00}, "nobody present"},
      {{.flags = 0x45}, "as a registration has"},
      {{.flags = 0x15}, "said to be copied"},
      {{.extensions = "\xa0"}, "behind its authenticator data"},
      {{.flags = 0x85}, "do not parse"},                             // extensions are missing
      {{.flags = 0x85, .extensions = "\xa1\x61x"}, "do not parse"},  // cut off
      {{.flags = 0x85, .extensions = "\xa1\x61"}, "do not parse"},
      {{.flags = 0x85, .extensions = "\xf5"}, "do not parse"},  // no map
      {{.flags = 0x85, .extensions = std::string(1000, 'x')}, "want 37 to 512"},
  };
  for (const Case& c : cases) {
    const Assertion assertion = authenticator.Assert(c.ceremony);
    const absl::Status status =
        VerifyAssertion(Party(), authenticator.key(), Challenge(), assertion).status();
    INFO("want: " << c.why << ", got: " << status);
    CHECK(absl::IsPermissionDenied(status));
    CHECK(absl::StrContains(status.message(), c.why));
    REQUIRE(DetailsOf(status).has_value());
    CHECK(DetailsOf(status)->reason == Reason::kActInvalid);
  }

  const Assertion good = authenticator.Assert({});
  const auto refused = [&](const PublicKey& key, absl::string_view challenge,
                           const Assertion& assertion) {
    return absl::IsPermissionDenied(VerifyAssertion(Party(), key, challenge, assertion).status());
  };
  CHECK(refused(other.key(), Challenge(), good));
  CHECK(refused(TestAuthenticator(Suite::kEd25519).key(), Challenge(), good));
  CHECK(refused(TestAuthenticator(Suite::kSm2Sm3).key(), Challenge(), good));
  // A caller that forgot to ask: also what answers nothing is refused.
  CHECK(refused(authenticator.key(), "", authenticator.Assert({.challenge = ""})));
  const std::string short_challenge(kMinChallengeBytes - 1, 'c');
  CHECK(refused(authenticator.key(), short_challenge,
                authenticator.Assert({.challenge = short_challenge})));
}

// Every cut and every changed bit of each part: refused, and nothing is read past its end.
TEST_CASE("An assertion cut off or changed anywhere is refused") {
  using Part = std::string Assertion::*;
  for (const Suite suite : {Suite::kP256Sha256, Suite::kEd25519}) {
    const TestAuthenticator authenticator(suite);
    const Assertion good = authenticator.Assert({.flags = 0x85, .extensions = "\xa1\x61x\xf5"});
    REQUIRE(VerifyAssertion(Party(), authenticator.key(), Challenge(), good).ok());
    for (const Part part :
         {&Assertion::authenticator_data, &Assertion::client_data_json, &Assertion::signature}) {
      for (size_t i = 0; i < (good.*part).size(); ++i) {
        Assertion cut = good, changed = good, signed_anew = good;
        (cut.*part).resize(i);
        (changed.*part)[i] = static_cast<char>((changed.*part)[i] ^ (1 << i % 8));
        const auto refused = [&](const Assertion& assertion) {
          return absl::IsPermissionDenied(
              VerifyAssertion(Party(), authenticator.key(), Challenge(), assertion).status());
        };
        INFO("byte " << i);
        CHECK(refused(cut));
        CHECK(refused(changed));
        // Cut before it was signed: no signature helps.
        if (part == &Assertion::signature) continue;
        (signed_anew.*part).resize(i);
        authenticator.Sign(&signed_anew);
        CHECK(refused(signed_anew));
      }
    }
  }
}

TEST_CASE("A count that does not rise tells of a copied key") {
  CHECK(CounterAdvanced(0, 0));  // keeps none
  CHECK(CounterAdvanced(0, 1));
  CHECK(CounterAdvanced(7, 8));
  CHECK_FALSE(CounterAdvanced(7, 7));
  CHECK_FALSE(CounterAdvanced(7, 6));
  CHECK_FALSE(CounterAdvanced(7, 0));
}

}  // namespace
}  // namespace shareway::crypto
