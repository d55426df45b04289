// SPDX-License-Identifier: Apache-2.0
// Ownership of OpenSSL's objects. For this library's sources only.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace shareway::crypto {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* p) const {
    kFree(p);
  }
};

using OwnedPkey = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using OwnedPkeyCtx = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using OwnedMdCtx = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using OwnedX509 = std::unique_ptr<X509, Free<X509_free>>;
using OwnedBio = std::unique_ptr<BIO, Free<BIO_free_all>>;

inline const unsigned char* Bytes(absl::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
inline unsigned char* Bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

inline OwnedBio ReadBio(absl::string_view text) {
  return OwnedBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A password callback that has none: without one OpenSSL asks the terminal.
inline int NoPassword(char*, int, int, void*) { return -1; }

// OpenSSL keeps errors per thread; what we refuse must not be read as the
// failure of somebody's next call (TLS lives on the same threads).
class ErrorScope {
 public:
  ErrorScope() { ERR_set_mark(); }
  ~ErrorScope() { ERR_pop_to_mark(); }
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;
};

}  // namespace shareway::crypto
