// SPDX-License-Identifier: Apache-2.0
// Sign, store, then tell.
#include "services/audit/signer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/note.h"

namespace shareway::audit {

std::string LogKey::verifier_key() const { return evidence::VerifierKey(origin, key.public_key()); }

std::string LogKey::national_verifier_key() const {
  return national ? evidence::VerifierKey(origin, national->public_key()) : "";
}

absl::StatusOr<Checkpoint> LogKey::Sign(uint64_t size, const Hash32& root, absl::Time now) const {
  Checkpoint checkpoint{.size = size, .root = root, .time = now};
  SHAREWAY_ASSIGN_OR_RETURN(
      checkpoint.note, evidence::SignNote(key, {.origin = origin, .size = size, .root = root}));
  if (national) {
    SHAREWAY_ASSIGN_OR_RETURN(checkpoint.note,
                              evidence::AddNationalLine(*national, checkpoint.note));
  }
  return checkpoint;
}

CheckpointSigner::CheckpointSigner(kv::Store* store, LogKey key, Checkpoint newest)
    : store_(store),
      key_(std::move(key)),
      tree_(store),
      newest_(std::make_shared<const Checkpoint>(std::move(newest))) {}

absl::Status CheckpointSigner::Sign(const LogState& state, absl::Time now) {
  absl::MutexLock signing(&signing_);
  if (state.size() <= newest()->size) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, tree_.Root(state.size()));
  if (root != state.edge.Root(crypto::LogHasher())) {
    tree_ = StoredTree(store_);
    return absl::DataLossError(
        absl::StrCat("the root of the ", state.size(), " stored entries is not the one in memory"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(Checkpoint next, key_.Sign(state.size(), root, now));
  SHAREWAY_RETURN_IF_ERROR(WriteCheckpoint(store_, next));
  absl::MutexLock lock(&mutex_);
  newest_ = std::make_shared<const Checkpoint>(std::move(next));
  return absl::OkStatus();
}

std::shared_ptr<const Checkpoint> CheckpointSigner::newest() const {
  absl::MutexLock lock(&mutex_);
  return newest_;
}

bool CheckpointSigner::awaited() const {
  absl::MutexLock lock(&mutex_);
  return wanted_ > newest_->size;
}

bool CheckpointSigner::WaitCovers(uint64_t size, absl::Duration timeout) const {
  const auto covered = [this, size]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return newest_->size >= size; };
  {
    absl::MutexLock lock(&mutex_);
    if (covered()) return true;
    wanted_ = std::max(wanted_, size);
  }
  wake_();
  absl::MutexLock lock(&mutex_);
  if (mutex_.AwaitWithTimeout(absl::Condition(&covered), timeout)) return true;
  if (wanted_ == size) wanted_ = 0;
  return false;
}

}  // namespace shareway::audit
