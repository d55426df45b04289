// SPDX-License-Identifier: Apache-2.0
// An authenticator and the browser in front of it, for tests: makes assertions as
// navigator.credentials.get() does, and any part of one can be wrong.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/key.h"
#include "libs/crypto/webauthn.h"

namespace shareway::crypto {

class TestAuthenticator {
 public:
  // One ceremony: what the page asks, what the browser adds and what the authenticator finds.
  struct Ceremony {
    std::string challenge = std::string(32, 'c');
    std::string type = "webauthn.get";
    std::string origin = "https://share.example";
    std::string more_client_data = ",\"crossOrigin\":false";
    std::string party_id = "share.example";
    uint8_t flags = 0x05;  // the person is present and known
    uint32_t count = 7;
    std::string extensions = "";  // CBOR, behind the fixed part
  };

  explicit TestAuthenticator(Suite suite = Suite::kP256Sha256)
      : key_(PrivateKey::Generate(suite)) {}

  const PublicKey& key() const { return key_.public_key(); }

  Assertion Assert(const Ceremony& ceremony) const {
    Assertion made;
    made.client_data_json =
        absl::StrCat("{\"type\":\"", ceremony.type, "\",\"challenge\":\"",
                     absl::WebSafeBase64Escape(ceremony.challenge), "\",\"origin\":\"",
                     ceremony.origin, "\"", ceremony.more_client_data, "}");
    made.authenticator_data = absl::StrCat(
        Sha256(ceremony.party_id).view(), std::string(1, static_cast<char>(ceremony.flags)),
        BigEndian64(ceremony.count).substr(4), ceremony.extensions);
    Sign(&made);
    return made;
  }

  // Signs what the assertion says now.
  void Sign(Assertion* assertion) const {
    assertion->signature = key_.Sign(absl::StrCat(assertion->authenticator_data,
                                                  Sha256(assertion->client_data_json).view()))
                               .value();
  }

 private:
  PrivateKey key_;
};

}  // namespace shareway::crypto
