// SPDX-License-Identifier: Apache-2.0
// A provider of ID tokens for tests: signs whatever it is told to.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/crypto/key.h"
#include "libs/crypto/openssl.h"

namespace shareway::crypto {

class TestTokenIssuer {
 public:
  // {"keys": [...]} of the RSA key "r" and the P-256 key "e".
  std::string KeySet() const { return absl::StrCat("{\"keys\":[", Rsa(), ",", P256(), "]}"); }
  std::string P256() const {
    const std::string& spki = p256_.public_key().spki();
    return absl::StrCat("{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"e\",\"use\":\"sig\",\"x\":\"",
                        absl::WebSafeBase64Escape(spki.substr(spki.size() - 64, 32)),
                        "\",\"y\":\"", absl::WebSafeBase64Escape(spki.substr(spki.size() - 32)),
                        "\"}");
  }
  std::string Rsa() const {
    return absl::StrCat("{\"kty\":\"RSA\",\"kid\":\"r\",\"alg\":\"RS256\",\"e\":\"AQAB\",\"n\":\"",
                        absl::WebSafeBase64Escape(Modulus()), "\"}");
  }
  std::string Modulus() const {
    BIGNUM* n = nullptr;
    REQUIRE(EVP_PKEY_get_bn_param(rsa_.get(), OSSL_PKEY_PARAM_RSA_N, &n) == 1);
    std::string out(static_cast<size_t>(BN_num_bytes(n)), '\0');
    BN_bn2bin(n, Bytes(out));
    BN_free(n);
    return out;
  }

  // A token in compact form, signed by the key "e" or "r", whatever the header says.
  std::string Sign(const std::string& header, const std::string& claims,
                   const std::string& key = "e") const {
    const std::string message =
        absl::StrCat(absl::WebSafeBase64Escape(header), ".", absl::WebSafeBase64Escape(claims));
    return absl::StrCat(message, ".",
                        absl::WebSafeBase64Escape(key == "r" ? SignRsa(message)
                                                             : SignP256(message)));
  }

 private:
  std::string SignP256(const std::string& message) const {
    const std::string der = p256_.Sign(message).value();
    const unsigned char* at = Bytes(absl::string_view(der));
    ECDSA_SIG* sig = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    REQUIRE(sig != nullptr);
    std::string out(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(sig), Bytes(out), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(sig), Bytes(out) + 32, 32);
    ECDSA_SIG_free(sig);
    return out;
  }
  std::string SignRsa(const std::string& message) const {
    const OwnedMdCtx context(EVP_MD_CTX_new());
    size_t size = 256;
    std::string out(size, '\0');
    REQUIRE(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, rsa_.get()) == 1);
    REQUIRE(EVP_DigestSign(context.get(), Bytes(out), &size,
                           Bytes(absl::string_view(message)), message.size()) == 1);
    out.resize(size);
    return out;
  }

  PrivateKey p256_ = PrivateKey::Generate(Suite::kP256Sha256);
  OwnedPkey rsa_{EVP_RSA_gen(2048)};
};

}  // namespace shareway::crypto
