// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/batch.h"

#include <deque>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/merkle/small_tree.h"
#include "libs/merkle/verify.h"

namespace shareway::crypto {
namespace {

constexpr absl::string_view kBatch = "shareway/v1/batch\n";
constexpr size_t kMaxQueued = 65536;
constexpr size_t kMaxRoots = 4096;

absl::Status Refused(absl::string_view message) {
  return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss, message);
}

bool SignsBatches(Suite suite) { return suite == Suite::kP256Sha256 || suite == Suite::kSm2Sm3; }

absl::StatusOr<std::vector<BatchSignature>> SignLeaves(const PrivateKey& key,
                                                       std::vector<Hash32> leaves) {
  const PublicKey& public_key = key.public_key();
  const Suite suite = public_key.suite();
  const auto size = static_cast<uint32_t>(leaves.size());
  const merkle::SmallTree tree(StatementHasher(suite), std::move(leaves));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string bytes,
                            key.Sign(SignedBytes(suite, public_key.id(), size, tree.root())));
  std::vector<BatchSignature> signatures;
  signatures.reserve(size);
  for (uint32_t i = 0; i < size; ++i) {
    signatures.push_back({suite, public_key.id(), i, size, tree.Path(i), bytes});
  }
  return signatures;
}

absl::Status CheckSuite(const PublicKey& key) {
  if (SignsBatches(key.suite())) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(KeyName(key.id()), " is an Ed25519 key, want P-256 or SM2 for batches"));
}

}  // namespace

std::string SignedBytes(Suite suite, const Hash32& key_id, uint64_t size, const Hash32& root) {
  const char number = static_cast<char>(suite);
  return absl::StrCat(kBatch, absl::string_view(&number, 1), key_id.view(), BigEndian64(size),
                      root.view());
}

Hash32 StatementLeaf(Suite suite, absl::string_view payload) {
  return StatementHasher(suite).leaf(payload);
}

absl::StatusOr<std::vector<BatchSignature>> SignBatch(const PrivateKey& key,
                                                      const std::vector<std::string>& payloads) {
  SHAREWAY_RETURN_IF_ERROR(CheckSuite(key.public_key()));
  if (payloads.empty() || payloads.size() > kMaxBatch) {
    return absl::InvalidArgumentError(
        absl::StrCat("a batch of ", payloads.size(), " payloads, want 1 to ", kMaxBatch));
  }
  std::vector<Hash32> leaves;
  leaves.reserve(payloads.size());
  for (const std::string& payload : payloads) {
    leaves.push_back(StatementLeaf(key.public_key().suite(), payload));
  }
  return SignLeaves(key, std::move(leaves));
}

struct BatchSigner::State {
  struct Item {
    Hash32 leaf;
    Done done;
  };

  State(PrivateKey k, absl::Duration least) : key(std::move(k)), least_between(least) {}

  bool Ready() const ABSL_SHARED_LOCKS_REQUIRED(mutex) { return stopping || !queue.empty(); }

  // The next items to sign together; none once stopped and drained.
  std::vector<Item> Take() {
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(this, &State::Ready));
    if (last_size > 1 && least_between > absl::ZeroDuration()) {
      const absl::Duration since = SystemClock().SinceBoot() - last_signed;
      mutex.AwaitWithTimeout(absl::Condition(&stopping), least_between - since);
    }
    const size_t n = std::min<size_t>(queue.size(), kMaxBatch);
    std::vector<Item> items(std::make_move_iterator(queue.begin()),
                            std::make_move_iterator(queue.begin() + n));
    queue.erase(queue.begin(), queue.begin() + n);
    last_size = n;
    last_signed = SystemClock().SinceBoot();
    return items;
  }

  void Run() {
    for (std::vector<Item> items = Take(); !items.empty(); items = Take()) {
      std::vector<Hash32> leaves;
      leaves.reserve(items.size());
      for (const Item& item : items) leaves.push_back(item.leaf);
      absl::StatusOr<std::vector<BatchSignature>> signatures = SignLeaves(key, std::move(leaves));
      for (size_t i = 0; i < items.size(); ++i) {
        if (signatures.ok()) {
          items[i].done(std::move((*signatures)[i]));
        } else {
          items[i].done(signatures.status());
        }
      }
    }
  }

  const PrivateKey key;
  const absl::Duration least_between;
  absl::Mutex mutex;
  std::deque<Item> queue ABSL_GUARDED_BY(mutex);
  bool stopping ABSL_GUARDED_BY(mutex) = false;
  // The worker's own: of the batch before.
  size_t last_size = 0;
  absl::Duration last_signed = {};
  std::thread worker;
};

BatchSigner::BatchSigner(PrivateKey key, absl::Duration least_between)
    : state_(std::make_unique<State>(std::move(key), least_between)) {
  state_->worker = std::thread([state = state_.get()] { state->Run(); });
}

BatchSigner::~BatchSigner() {
  {
    absl::MutexLock lock(&state_->mutex);
    state_->stopping = true;
  }
  state_->worker.join();
}

void BatchSigner::SignAsync(absl::string_view payload, Done done) {
  if (absl::Status status = CheckSuite(public_key()); !status.ok()) return done(status);
  // Hashed here, so that the one worker does nothing but sign.
  const Hash32 leaf = StatementLeaf(public_key().suite(), payload);
  {
    absl::MutexLock lock(&state_->mutex);
    if (state_->queue.size() < kMaxQueued) {
      state_->queue.push_back({leaf, std::move(done)});
      return;
    }
  }
  done(Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
             absl::StrCat(kMaxQueued, " payloads wait to be signed, the limit")));
}

absl::StatusOr<BatchSignature> BatchSigner::Sign(absl::string_view payload) {
  absl::StatusOr<BatchSignature> result = absl::UnknownError("");
  absl::Notification signed_now;
  SignAsync(payload, [&](absl::StatusOr<BatchSignature> signature) {
    result = std::move(signature);
    signed_now.Notify();
  });
  signed_now.WaitForNotification();
  return result;
}

const PublicKey& BatchSigner::public_key() const { return state_->key.public_key(); }

struct BatchVerifier::State {
  // What verified under one key, oldest first in `order`.
  struct Verified {
    absl::flat_hash_set<Hash32> seen;
    std::deque<Hash32> order;
  };

  bool Has(const Hash32& key_id, const Hash32& what) {
    absl::MutexLock lock(&mutex);
    auto it = keys.find(key_id);
    return it != keys.end() && it->second.seen.contains(what);
  }

  void Add(const Hash32& key_id, const Hash32& what) {
    absl::MutexLock lock(&mutex);
    Verified& verified = keys[key_id];
    if (!verified.seen.insert(what).second) return;
    verified.order.push_back(what);
    if (verified.order.size() <= kMaxRoots) return;
    verified.seen.erase(verified.order.front());
    verified.order.pop_front();
  }

  absl::Mutex mutex;
  absl::flat_hash_map<Hash32, Verified> keys ABSL_GUARDED_BY(mutex);
};

BatchVerifier::BatchVerifier() : state_(std::make_unique<State>()) {}
BatchVerifier::~BatchVerifier() = default;

absl::Status BatchVerifier::Verify(const PublicKey& key, absl::string_view payload,
                                   const BatchSignature& signature) {
  return VerifyDigest(key, Digest(key.suite(), payload), signature);
}

absl::Status BatchVerifier::VerifyDigest(const PublicKey& key, const Hash32& payload_digest,
                                         const BatchSignature& signature) {
  if (!SignsBatches(key.suite()) || signature.suite != key.suite()) {
    return Refused(absl::StrCat("the signature is of suite ", static_cast<int>(signature.suite),
                                ", the key of suite ", static_cast<int>(key.suite())));
  }
  if (signature.key_id != key.id()) {
    return Refused(absl::StrCat("the signature is by ", KeyName(signature.key_id), ", want ",
                                KeyName(key.id())));
  }
  if (signature.size == 0 || signature.size > kMaxBatch) {
    return Refused(
        absl::StrCat("a batch of ", signature.size, " statements, want 1 to ", kMaxBatch));
  }
  const absl::StatusOr<Hash32> root = merkle::RootFromPath(
      StatementHasher(key.suite()), StatementLeafOfDigest(key.suite(), payload_digest),
      signature.index, signature.size, signature.path);
  if (!root.ok()) return Refused(root.status().message());
  const std::string signed_bytes = SignedBytes(key.suite(), key.id(), signature.size, *root);
  // The signature is part of what is remembered: it is kept as evidence, and
  // must verify alone later.
  const Hash32 what = Sha256(absl::StrCat(signed_bytes, signature.bytes));
  if (state_->Has(key.id(), what)) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(key.Verify(signed_bytes, signature.bytes));
  state_->Add(key.id(), what);
  return absl::OkStatus();
}

void BatchVerifier::Forget(const Hash32& key_id) {
  absl::MutexLock lock(&state_->mutex);
  state_->keys.erase(key_id);
}

}  // namespace shareway::crypto
