// SPDX-License-Identifier: Apache-2.0
// Batch signatures: one signature over the root of a tree of statements
// (proto/FORMATS.md section 2). One statement alone is a tree of one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/crypto/key.h"

namespace shareway::crypto {

inline constexpr uint32_t kMaxBatch = 1024;

// One signature over the root of `size` statements, and the path from statement
// `index` to that root.
struct BatchSignature {
  Suite suite = Suite::kUnspecified;
  Hash32 key_id = {};
  uint32_t index = 0;
  uint32_t size = 0;
  std::vector<Hash32> path = {};
  std::string bytes = {};
};

// The bytes that the key signs for a tree of `size` statements.
std::string SignedBytes(Suite suite, const Hash32& key_id, uint64_t size, const Hash32& root);
// The leaf of a payload.
Hash32 StatementLeaf(Suite suite, absl::string_view payload);

// Signs a list of payloads as one tree. INVALID_ARGUMENT unless there are 1 to
// kMaxBatch payloads and the key is of a suite that signs batches (not Ed25519).
absl::StatusOr<std::vector<BatchSignature>> SignBatch(const PrivateKey& key,
                                                      const std::vector<std::string>& payloads);

// Signs what is queued as one tree while the last one is being signed: no timer,
// so an idle signer adds no delay and a busy one forms batches by itself. Where a
// signature is dear, who verifies pays as much: then roots may be spaced.
// One worker thread. Thread-safe. Destruction answers what is queued first.
class BatchSigner {
 public:
  // While batches form, a root is signed no sooner than `least_between` after the last;
  // one payload alone after a batch of one does not wait.
  explicit BatchSigner(PrivateKey key, absl::Duration least_between = absl::ZeroDuration());
  ~BatchSigner();

  using Done = std::function<void(absl::StatusOr<BatchSignature>)>;
  // `done` runs once, on the worker, and must not block. RESOURCE_EXHAUSTED beyond
  // 65,536 queued; then it runs on the caller's thread.
  void SignAsync(absl::string_view payload, Done done);
  absl::StatusOr<BatchSignature> Sign(absl::string_view payload);

  const PublicKey& public_key() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Verifies batch signatures and remembers roots that verified, so that the
// second message of a batch costs hashes only. At most 4,096 roots a key.
// Thread-safe.
class BatchVerifier {
 public:
  BatchVerifier();
  ~BatchVerifier();

  // DATA_LOSS, ENVELOPE_INVALID, naming what is wrong: suite or key other than
  // `key`'s, a path that is not exact, a signature that does not verify.
  absl::Status Verify(const PublicKey& key, absl::string_view payload,
                      const BatchSignature& signature);
  // The same for a payload of which only the suite's digest is known.
  absl::Status VerifyDigest(const PublicKey& key, const Hash32& payload_digest,
                            const BatchSignature& signature);
  // Forgets what `key` verified: its state in the directory changed.
  void Forget(const Hash32& key_id);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shareway::crypto
