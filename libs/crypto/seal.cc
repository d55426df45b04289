// SPDX-License-Identifier: Apache-2.0
// Bytes that are kept sealed.
#include "libs/crypto/seal.h"

#include <cstdlib>

#include "libs/crypto/openssl.h"

namespace shareway::crypto {
namespace {

using OwnedCipher = std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>>;

void Must(bool ok) {
  if (!ok) std::abort();
}

int Size(absl::string_view bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

std::string Seal(absl::string_view key, absl::string_view nonce, absl::string_view about,
                 absl::string_view plain) {
  Must(key.size() == kSealKeyBytes && nonce.size() == kSealNonceBytes);
  const ErrorScope errors;
  const OwnedCipher cipher(EVP_CIPHER_CTX_new());
  Must(cipher != nullptr);
  std::string sealed(plain.size() + kSealTagBytes, '\0');
  int done = 0;
  int last = 0;
  Must(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(key), Bytes(nonce)) == 1);
  Must(EVP_EncryptUpdate(cipher.get(), nullptr, &last, Bytes(about), Size(about)) == 1);
  Must(EVP_EncryptUpdate(cipher.get(), Bytes(sealed), &done, Bytes(plain), Size(plain)) == 1);
  Must(EVP_EncryptFinal_ex(cipher.get(), Bytes(sealed) + done, &last) == 1);
  Must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kSealTagBytes,
                           Bytes(sealed) + plain.size()) == 1);
  return sealed;
}

absl::StatusOr<std::string> Unseal(absl::string_view key, absl::string_view nonce,
                                   absl::string_view about, absl::string_view sealed) {
  Must(key.size() == kSealKeyBytes && nonce.size() == kSealNonceBytes);
  if (sealed.size() < kSealTagBytes) return absl::DataLossError("sealed bytes are too short");
  const absl::string_view body = sealed.substr(0, sealed.size() - kSealTagBytes);
  std::string tag(sealed.substr(body.size()));
  const ErrorScope errors;
  const OwnedCipher cipher(EVP_CIPHER_CTX_new());
  Must(cipher != nullptr);
  std::string plain(body.size(), '\0');
  int done = 0;
  int last = 0;
  Must(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(key), Bytes(nonce)) == 1);
  Must(EVP_DecryptUpdate(cipher.get(), nullptr, &last, Bytes(about), Size(about)) == 1);
  Must(EVP_DecryptUpdate(cipher.get(), Bytes(plain), &done, Bytes(body), Size(body)) == 1);
  Must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kSealTagBytes, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(cipher.get(), Bytes(plain) + done, &last) != 1) {
    return absl::DataLossError("sealed bytes do not open: they, the key or the place are others");
  }
  return plain;
}

}  // namespace shareway::crypto
