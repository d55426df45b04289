// SPDX-License-Identifier: Apache-2.0
// A certificate authority for tests: identities in a folder, made in milliseconds.
#pragma once

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/key.h"

namespace shareway::testing {

// What one identity has: its files, and the key in them.
struct TestIdentity {
  crypto::TlsFiles tls;
  std::string dir;
  crypto::PrivateKey key;
};

class TestPki {
 public:
  // `dir` must exist; the authority lives in memory.
  explicit TestPki(std::string dir);
  ~TestPki();

  // Makes DIR/{label}/{tls.crt,tls.key,ca.crt} for a certificate with these URI
  // SANs, valid for localhost and 127.0.0.1.
  TestIdentity Issue(const std::string& label, const std::vector<std::string>& uris,
                     absl::Time end = absl::Now() + absl::Hours(24));

 private:
  struct State;
  State* state_;
};

}  // namespace shareway::testing
