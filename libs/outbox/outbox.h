// SPDX-License-Identifier: Apache-2.0
// Evidence that is committed with the change it tells of, and delivered to
// audit afterwards: audit may lag, it never lacks.
//
// Keys (prefix "outbox/"):
//   outbox/incarnation  -> 16 random bytes of this store
//   outbox/act/{digest} -> when a signed act was taken, so that it is taken once
//   outbox/sealed/{n}   -> batch of sealed records that begins at entry n, until included
//   outbox/mark         -> next entry to seal, next to deliver, next to include
// Log "outbox": one unsealed AuditRecord an entry; its number is the sequence.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "libs/base/clock.h"
#include "libs/crypto/batch.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"

namespace shareway::outbox {

// Audit takes sealed records of 64 KiB; the rest is for signature and number.
inline constexpr size_t kMaxRecordBytes = 60 << 10;

// Where sealed records go. libs/rpc has the audit client. Called by one thread.
class Sink {
 public:
  virtual ~Sink() = default;
  // The records' indices, once audit has them durably; the entries below
  // `safe_size` are covered by a backup of audit.
  struct Appended {
    std::vector<uint64_t> indices;
    uint64_t safe_size = 0;
  };
  virtual absl::StatusOr<Appended> Append(const std::vector<evidence::v1::SealedRecord>& records) = 0;
  // OK once the commitments are proven to lie in the log at `indices` under a
  // signed checkpoint of a pinned key. UNAVAILABLE if no checkpoint covers them yet.
  virtual absl::Status ProveIncluded(const std::vector<uint64_t>& indices,
                                     const std::vector<Hash32>& commitments) = 0;
  // The largest sequence that audit has from this producer and incarnation.
  virtual absl::StatusOr<uint64_t> LastSequence(absl::string_view incarnation) = 0;
};

// The outbox of one producer on one store. Thread-safe.
class Outbox {
 public:
  // `store` and `clock` must outlive it. `producer` is the process's shareway:// URI.
  static absl::StatusOr<std::unique_ptr<Outbox>> Open(kv::Store* store, std::string producer,
                                                      const Clock* clock);

  // Adds `record` to `batch`: nonce, producer, incarnation and, if unset, time
  // are filled in. A record that carries an act makes the commit fail with
  // ABORTED if the act was taken before, one over kMaxRecordBytes with
  // INVALID_ARGUMENT: audit would refuse it and all that stand behind it.
  void Add(evidence::AuditRecord record, kv::Batch* batch) const;
  // True if the act was taken before: the reason of such an ABORTED.
  bool Taken(const evidence::SignedAct& act) const;

  // Entries that are not yet included in the log, and the age of the oldest.
  uint64_t depth() const;
  absl::Duration oldest_age() const;
  const std::string& incarnation() const { return incarnation_; }
  const std::string& producer() const { return producer_; }

 private:
  Outbox(kv::Store* store, std::string producer, const Clock* clock, std::string incarnation);
  friend class Drain;


  kv::Store* const store_;
  const std::string producer_;
  const Clock* const clock_;
  const std::string incarnation_;
};

// Delivers an outbox: seals batches of up to 256 entries under one signature,
// keeps the sealed bytes before it sends them, marks them included after a
// proof, deletes them when they are safe, or 7 days after inclusion.
// One thread; stops on destruction.
class Drain {
 public:
  // All must outlive it.
  Drain(Outbox* outbox, Sink* sink, const crypto::PrivateKey* key);
  ~Drain();

  // True if audit has seen more from this incarnation than this store holds: the
  // store is an old copy and must not serve. Unset until audit answered once.
  std::optional<bool> rolled_back() const;
  // Delivers and proves what is there now, on the caller's thread; tests use it.
  absl::Status Flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shareway::outbox
