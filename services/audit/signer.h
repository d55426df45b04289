// SPDX-License-Identifier: Apache-2.0
// Signs heads of the log, and remembers the newest.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/crypto/key.h"
#include "libs/kv/store.h"
#include "services/audit/store/checkpoint.h"
#include "services/audit/store/log_state.h"

namespace shareway::audit {

// What signs a log: an Ed25519 key and the log's name.
struct LogKey {
  crypto::PrivateKey key;
  std::string origin = {};

  // NAME+HASH+BASE64.
  std::string verifier_key() const;
  // A signed head; not stored anywhere. INTERNAL if the key cannot sign.
  absl::StatusOr<Checkpoint> Sign(uint64_t size, const Hash32& root, absl::Time now) const;
};

// Thread-safe. A checkpoint is durable before anyone is told of it, so that the
// log never goes behind one that was seen.
class CheckpointSigner {
 public:
  // `store` must outlive it.
  CheckpointSigner(kv::Store* store, LogKey key, Checkpoint newest);

  // Signs the state, which must be durable. Does nothing if the newest
  // checkpoint covers it. On an error the newest stays what it was; try again.
  absl::Status Sign(const LogState& state, absl::Time now);

  std::shared_ptr<const Checkpoint> newest() const;
  // True once a checkpoint covers `size` entries; false after `timeout`.
  bool WaitCovers(uint64_t size, absl::Duration timeout) const;

 private:
  kv::Store* const store_;
  const LogKey key_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Checkpoint> newest_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::audit
