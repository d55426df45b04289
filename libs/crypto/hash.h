// SPDX-License-Identifier: Apache-2.0
// Digests, keyed digests, random bytes, and the hash rules of our trees.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"
#include "libs/merkle/hasher.h"

namespace shareway::crypto {

// The algorithms of a key. The numbers are those of shareway.evidence.v1.Suite
// where both have one, and are signed.
enum class Suite : uint8_t { kUnspecified = 0, kP256Sha256 = 1, kSm2Sm3 = 2, kEd25519 = 255 };

Hash32 Sha256(absl::string_view data);
Hash32 Sm3(absl::string_view data);
// The suite's digest: SM3 for kSm2Sm3, SHA-256 otherwise.
Hash32 Digest(Suite suite, absl::string_view data);

// SHA-256 of bytes that come in pieces.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  void Update(absl::string_view data);
  // The digest of all so far. The stream may go on.
  Hash32 Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Hash32 HmacSha256(absl::string_view key, absl::string_view data);

// `n` bytes from the system's generator. Ends the process if there are none.
std::string RandomBytes(size_t n);

// True if both have the same bytes; takes the same time wherever they differ.
bool SameBytes(absl::string_view a, absl::string_view b);

// RFC 6962 over SHA-256: the audit log, transfer manifests.
const merkle::Hasher& LogHasher();
// The tree under a batch signature (proto/FORMATS.md section 2).
const merkle::Hasher& StatementHasher(Suite suite);
// That tree's leaf of a payload of which only the suite's digest is known.
Hash32 StatementLeafOfDigest(Suite suite, const Hash32& payload_digest);

}  // namespace shareway::crypto
