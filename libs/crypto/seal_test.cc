// SPDX-License-Identifier: Apache-2.0
// What is sealed opens with its own key, nonce and place alone.
#include "libs/crypto/seal.h"

#include "absl/strings/escaping.h"
#include "catch2/catch.hpp"

namespace shareway::crypto {
namespace {

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

TEST_CASE("Sealing agrees with test case 16 of the GCM specification") {
  const std::string key =
      Hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string nonce = Hex("cafebabefacedbaddecaf888");
  const std::string about = Hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const std::string plain =
      Hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
          "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  const std::string sealed = Seal(key, nonce, about, plain);
  CHECK(absl::BytesToHexString(sealed) ==
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b");
  CHECK(Unseal(key, nonce, about, sealed).value() == plain);
}

TEST_CASE("A changed byte anywhere keeps it shut") {
  const std::string key(kSealKeyBytes, 'k');
  const std::string nonce(kSealNonceBytes, 'n');
  const std::string sealed = Seal(key, nonce, "place 1", "plain");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string broken = sealed;
    broken[i] = static_cast<char>(broken[i] ^ 1);
    CHECK(absl::IsDataLoss(Unseal(key, nonce, "place 1", broken).status()));
  }
  CHECK(absl::IsDataLoss(Unseal(key, nonce, "place 2", sealed).status()));
  const std::string other_key(kSealKeyBytes, 'l');
  const std::string other_nonce(kSealNonceBytes, 'm');
  CHECK(absl::IsDataLoss(Unseal(other_key, nonce, "place 1", sealed).status()));
  CHECK(absl::IsDataLoss(Unseal(key, other_nonce, "place 1", sealed).status()));
  CHECK(absl::IsDataLoss(Unseal(key, nonce, "place 1", "short").status()));
  CHECK(Unseal(key, nonce, "", Seal(key, nonce, "", "")).value().empty());
}

}  // namespace
}  // namespace shareway::crypto
