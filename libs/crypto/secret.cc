// SPDX-License-Identifier: Apache-2.0
// Secrets in memory, which are overwritten after use.
#include "libs/crypto/secret.h"

#include <openssl/crypto.h>

namespace shareway::crypto {

void Cleanse(std::string* secret) {
  OPENSSL_cleanse(secret->data(), secret->size());
  secret->clear();
}

}  // namespace shareway::crypto
