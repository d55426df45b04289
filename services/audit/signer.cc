// SPDX-License-Identifier: Apache-2.0
// Sign, store, then tell.
#include "services/audit/signer.h"

#include <utility>

#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/note.h"

namespace shareway::audit {

std::string LogKey::verifier_key() const { return evidence::VerifierKey(origin, key.public_key()); }

absl::StatusOr<Checkpoint> LogKey::Sign(uint64_t size, const Hash32& root, absl::Time now) const {
  Checkpoint checkpoint{.size = size, .root = root, .time = now};
  SHAREWAY_ASSIGN_OR_RETURN(
      checkpoint.note, evidence::SignNote(key, {.origin = origin, .size = size, .root = root}));
  return checkpoint;
}

CheckpointSigner::CheckpointSigner(kv::Store* store, LogKey key, Checkpoint newest)
    : store_(store),
      key_(std::move(key)),
      newest_(std::make_shared<const Checkpoint>(std::move(newest))) {}

absl::Status CheckpointSigner::Sign(const LogState& state, absl::Time now) {
  if (state.size() <= newest()->size) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(Checkpoint next,
                            key_.Sign(state.size(), state.edge.Root(crypto::LogHasher()), now));
  SHAREWAY_RETURN_IF_ERROR(WriteCheckpoint(store_, next));
  absl::MutexLock lock(&mutex_);
  newest_ = std::make_shared<const Checkpoint>(std::move(next));
  return absl::OkStatus();
}

std::shared_ptr<const Checkpoint> CheckpointSigner::newest() const {
  absl::MutexLock lock(&mutex_);
  return newest_;
}

bool CheckpointSigner::WaitCovers(uint64_t size, absl::Duration timeout) const {
  const auto covered = [this, size]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return newest_->size >= size; };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&covered), timeout);
}

}  // namespace shareway::audit
