// SPDX-License-Identifier: Apache-2.0
// Signs heads of the log, and remembers the newest.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

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
#include "services/audit/store/stored_tree.h"

namespace shareway::audit {

// What signs a log: an Ed25519 key and the log's name.
struct LogKey {
  crypto::PrivateKey key;
  std::string origin = {};
  // An SM2 key: checkpoints get a national line as well (proto/FORMATS.md section 5).
  std::optional<crypto::PrivateKey> national = {};

  // NAME+HASH+BASE64.
  std::string verifier_key() const;
  // That of the national line; empty without one.
  std::string national_verifier_key() const;
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
  // checkpoint covers it. The root is computed from what the store gives back; if
  // the state has another, DATA_LOSS and nothing is signed. On an error the newest
  // stays what it was; try again.
  absl::Status Sign(const LogState& state, absl::Time now);

  std::shared_ptr<const Checkpoint> newest() const;
  std::string national_verifier_key() const { return key_.national_verifier_key(); }
  // True once a checkpoint covers `size` entries; false after `timeout`.
  bool WaitCovers(uint64_t size, absl::Duration timeout) const;
  // True while someone waits for more than the newest checkpoint covers.
  bool awaited() const;
  // `wake` is called when someone begins to wait; it must not call this object. Set
  // it before others use it.
  void OnWait(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  kv::Store* const store_;
  const LogKey key_;
  std::function<void()> wake_ = [] {};
  absl::Mutex signing_;
  StoredTree tree_ ABSL_GUARDED_BY(signing_);
  mutable absl::Mutex mutex_;
  mutable uint64_t wanted_ ABSL_GUARDED_BY(mutex_) = 0;  // the largest size waited for
  std::shared_ptr<const Checkpoint> newest_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::audit
