// SPDX-License-Identifier: Apache-2.0
// Batch signatures: what verifies, and that nothing near it does.
#include "libs/crypto/batch.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/clock.h"
#include "libs/base/error.h"

namespace shareway::crypto {
namespace {

std::vector<std::string> Payloads(size_t n) {
  std::vector<std::string> payloads;
  for (size_t i = 0; i < n; ++i) payloads.push_back(absl::StrCat("payload ", i));
  return payloads;
}

TEST_CASE("what a key signs is label, suite, key, size and root") {
  const std::string bytes = SignedBytes(Suite::kSm2Sm3, Sha256("key"), 3, Sha256("root"));
  CHECK(bytes == absl::StrCat("shareway/v1/batch\n", "\x02", Sha256("key").view(), BigEndian64(3),
                              Sha256("root").view()));
}

TEST_CASE("every statement of a batch verifies alone") {
  for (const Suite suite : {Suite::kP256Sha256, Suite::kSm2Sm3}) {
    const PrivateKey key = PrivateKey::Generate(suite);
    for (const size_t n : {1, 2, 3, 5, 8, 1024}) {
      CAPTURE(static_cast<int>(suite), n);
      const std::vector<std::string> payloads = Payloads(n);
      const auto signatures = SignBatch(key, payloads);
      REQUIRE(signatures.ok());
      REQUIRE(signatures->size() == n);
      BatchVerifier verifier;
      bool all = true;
      for (size_t i = 0; i < n; ++i) {
        all = all && verifier.Verify(key.public_key(), payloads[i], (*signatures)[i]).ok();
        all = all &&
              verifier.VerifyDigest(key.public_key(), Digest(suite, payloads[i]), (*signatures)[i])
                  .ok();
      }
      CHECK(all);
      BatchVerifier fresh;
      CHECK(fresh.Verify(key.public_key(), payloads[n - 1], signatures->back()).ok());
    }
  }
}

TEST_CASE("a batch has 1 to 1024 payloads and a suite of records") {
  const PrivateKey key = PrivateKey::Generate(Suite::kP256Sha256);
  CHECK(SignBatch(key, {}).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(SignBatch(key, Payloads(1025)).status().code() == absl::StatusCode::kInvalidArgument);
  const PrivateKey ed25519 = PrivateKey::Generate(Suite::kEd25519);
  CHECK(SignBatch(ed25519, Payloads(1)).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(BatchSigner(ed25519).Sign("m").status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a signature that is off in any part is refused, also by a warm verifier") {
  for (const Suite suite : {Suite::kP256Sha256, Suite::kSm2Sm3}) {
    const PrivateKey key = PrivateKey::Generate(suite);
    const std::vector<std::string> payloads = Payloads(5);
    const auto signatures = SignBatch(key, payloads);
    REQUIRE(signatures.ok());
    const BatchSignature good = (*signatures)[2];
    const Suite other = suite == Suite::kP256Sha256 ? Suite::kSm2Sm3 : Suite::kP256Sha256;
    using Spoil = std::function<void(BatchSignature*)>;
    const std::vector<std::pair<std::string, Spoil>> table = {
        {"suite", [&](BatchSignature* s) { s->suite = other; }},
        {"no suite", [](BatchSignature* s) { s->suite = Suite::kUnspecified; }},
        {"key id", [](BatchSignature* s) { s->key_id.bytes[31] ^= 1; }},
        {"index before", [](BatchSignature* s) { --s->index; }},
        {"index after", [](BatchSignature* s) { ++s->index; }},
        {"index at the size", [](BatchSignature* s) { s->index = s->size; }},
        {"size less", [](BatchSignature* s) { --s->size; }},
        {"size more, same path length", [](BatchSignature* s) { s->size = 6; }},
        {"size far more", [](BatchSignature* s) { s->size = 9; }},
        {"size none", [](BatchSignature* s) { s->size = 0; }},
        {"size beyond the limit", [](BatchSignature* s) { s->size = 1025; }},
        {"path one less", [](BatchSignature* s) { s->path.pop_back(); }},
        {"path one more", [](BatchSignature* s) { s->path.push_back(Sha256("")); }},
        {"path none", [](BatchSignature* s) { s->path.clear(); }},
        {"path flipped", [](BatchSignature* s) { s->path[1].bytes[0] ^= 0x80; }},
        {"path in another order", [](BatchSignature* s) { std::swap(s->path[0], s->path[1]); }},
        {"bytes flipped", [](BatchSignature* s) { s->bytes.back() ^= 1; }},
        {"bytes cut", [](BatchSignature* s) { s->bytes.pop_back(); }},
        {"bytes longer", [](BatchSignature* s) { s->bytes.push_back('\0'); }},
        {"bytes none", [](BatchSignature* s) { s->bytes.clear(); }},
    };
    BatchVerifier warm;
    REQUIRE(warm.Verify(key.public_key(), payloads[2], good).ok());
    for (const auto& [name, spoil] : table) {
      CAPTURE(static_cast<int>(suite), name);
      BatchSignature spoilt = good;
      spoil(&spoilt);
      BatchVerifier cold;
      CHECK(cold.Verify(key.public_key(), payloads[2], spoilt).code() ==
            absl::StatusCode::kDataLoss);
      const absl::Status status = warm.Verify(key.public_key(), payloads[2], spoilt);
      CHECK(status.code() == absl::StatusCode::kDataLoss);
      CHECK(DetailsOf(status)->reason == Reason::kEnvelopeInvalid);
    }
    CHECK_FALSE(warm.Verify(key.public_key(), payloads[3], good).ok());
    const PrivateKey stranger = PrivateKey::Generate(suite);
    CHECK_FALSE(warm.Verify(stranger.public_key(), payloads[2], good).ok());
    CHECK(warm.Verify(key.public_key(), payloads[2], good).ok());
  }
}

TEST_CASE("a signature is not transferable to a node of its own tree") {
  // The root of two statements as if it were one: leaf and node prefixes part them.
  const PrivateKey key = PrivateKey::Generate(Suite::kP256Sha256);
  const auto signatures = SignBatch(key, Payloads(2));
  REQUIRE(signatures.ok());
  BatchSignature one = (*signatures)[0];
  one.size = 1;
  one.path.clear();
  BatchVerifier verifier;
  CHECK_FALSE(verifier.Verify(key.public_key(), "payload 0", one).ok());
}

TEST_CASE("a verifier that forgets a key verifies it anew") {
  const PrivateKey key = PrivateKey::Generate(Suite::kP256Sha256);
  const auto first = SignBatch(key, Payloads(1));
  REQUIRE(first.ok());
  BatchVerifier verifier;
  REQUIRE(verifier.Verify(key.public_key(), "payload 0", (*first)[0]).ok());
  verifier.Forget(key.public_key().id());
  CHECK(verifier.Verify(key.public_key(), "payload 0", (*first)[0]).ok());
  verifier.Forget(Sha256("never seen"));
}

TEST_CASE("what eight threads sign at once all verifies") {
  const PrivateKey key = PrivateKey::Generate(Suite::kP256Sha256);
  BatchSigner signer(key);
  BatchVerifier verifier;
  std::atomic<int> verified = 0;
  std::atomic<int> in_batches = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const std::string payload = absl::StrCat(t, "/", i);
        const auto signature = signer.Sign(payload);
        if (!signature.ok()) continue;
        in_batches += signature->size > 1;
        verified += verifier.Verify(signer.public_key(), payload, *signature).ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(verified == 800);
  CHECK(in_batches > 0);
}

TEST_CASE("roots that should be spaced are, and one payload alone does not wait") {
  const absl::Duration began = SystemClock().SinceBoot();
  BatchSigner alone(PrivateKey::Generate(Suite::kP256Sha256), absl::Seconds(20));
  for (int i = 0; i < 5; ++i) CHECK(alone.Sign("m")->size == 1);
  CHECK(SystemClock().SinceBoot() - began < absl::Seconds(20));

  constexpr absl::Duration kBetween = absl::Milliseconds(20);
  const absl::Duration start = SystemClock().SinceBoot();
  BatchSigner signer(PrivateKey::Generate(Suite::kP256Sha256), kBetween);
  std::mutex mutex;
  std::set<std::string> roots;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) {
        const BatchSignature signature = *signer.Sign("m");
        if (signature.size == 1) continue;
        const std::lock_guard<std::mutex> lock(mutex);
        roots.insert(signature.bytes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double most = absl::FDivDuration(SystemClock().SinceBoot() - start, kBetween) + 1;
  CHECK(static_cast<double>(roots.size()) <= most);
}

TEST_CASE("a signer that is destroyed answers what is queued, each once") {
  constexpr int kMany = 3000;
  std::vector<std::atomic<int>> answers(kMany);
  std::atomic<int> good = 0;
  {
    BatchSigner signer(PrivateKey::Generate(Suite::kP256Sha256));
    for (int i = 0; i < kMany; ++i) {
      signer.SignAsync(absl::StrCat(i), [&, i](absl::StatusOr<BatchSignature> signature) {
        ++answers[i];
        good += signature.ok() && signature->size <= kMaxBatch;
      });
    }
  }
  CHECK(good == kMany);
  CHECK(std::all_of(answers.begin(), answers.end(), [](const auto& n) { return n == 1; }));
}

TEST_CASE("a signer refuses what is beyond 65536 queued") {
  std::atomic<int> refused = 0;
  std::atomic<int> answered = 0;
  BatchSigner signer(PrivateKey::Generate(Suite::kP256Sha256));
  std::atomic<bool> hold = true;
  signer.SignAsync("first", [&](absl::StatusOr<BatchSignature>) {
    while (hold) std::this_thread::yield();
  });
  const int many = 65536 + 2 * static_cast<int>(kMaxBatch);
  for (int i = 0; i < many; ++i) {
    signer.SignAsync("m", [&](absl::StatusOr<BatchSignature> signature) {
      ++answered;
      refused += absl::IsResourceExhausted(signature.status());
    });
  }
  const int refused_now = refused;
  const int answered_now = answered;
  hold = false;
  CHECK(refused_now >= static_cast<int>(kMaxBatch));
  CHECK(refused_now == answered_now);
}

}  // namespace
}  // namespace shareway::crypto
