// SPDX-License-Identifier: Apache-2.0
// Evidence that is committed with the change it tells of, and delivered to
// audit afterwards: audit may lag, it never lacks.
//
// Keys (prefix "outbox/"):
//   outbox/incarnation  -> 16 random bytes of this store
//   outbox/act/{digest} -> when a signed act was taken, so that it is taken once
//   outbox/sealed/{n}   -> signature and salts of the batch that begins at n, until it is safe
//   outbox/placed/{n}   -> where audit put that batch, and when it was proven to be there
//   outbox/mark         -> next entry to seal, next to deliver, next to include
// Log "outbox": unsealed AuditRecords, until their batch is safe; the number is the sequence.
#pragma once

#include <cstdint>
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

// The index of a record that may have been appended, though audit's answer never came.
inline constexpr uint64_t kUnknownIndex = ~uint64_t{0};

// Where sealed records go. libs/rpc has the audit client. Called by one thread at a time.
class Sink {
 public:
  virtual ~Sink() = default;
  // The records' indices, once audit has them durably; the entries below
  // `safe_size` are covered by a backup of audit.
  struct Appended {
    std::vector<uint64_t> indices = {};
    uint64_t safe_size = 0;
  };
  virtual absl::StatusOr<Appended> Append(
      const std::vector<evidence::v1::SealedRecord>& records) = 0;
  // How many of the commitments, from the first on, are proven to lie in the log at
  // `indices` under a witnessed checkpoint of the pinned key; fewer than all while no
  // such checkpoint covers the rest. DATA_LOSS if a proof leads elsewhere.
  virtual absl::StatusOr<size_t> ProveIncluded(const std::vector<uint64_t>& indices,
                                               const std::vector<Hash32>& commitments) = 0;
  // What audit has of this producer and incarnation.
  struct Seen {
    uint64_t last_sequence = 0;  // 0: nothing
    // Audit lost its disk: it wants by Restore what it may have had after last_sequence.
    bool rebuilding = false;
  };
  virtual absl::StatusOr<Seen> LastSeen(absl::string_view incarnation) = 0;
  // Gives back records at the indices they had, or at kUnknownIndex; one batch a call. The
  // number of entries that audit lacks still; FAILED_PRECONDITION, NOT_REBUILDING, if it lacks
  // none.
  virtual absl::StatusOr<uint64_t> Restore(
      const std::vector<uint64_t>& indices,
      const std::vector<evidence::v1::SealedRecord>& records) = 0;
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
  // The same for a record of which the exact bytes are made already, without the fields
  // that Add fills in, without a time and without an act.
  void AddEncoded(std::string record, kv::Batch* batch) const;
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
  void Append(std::string bytes, absl::string_view field, kv::Batch* batch) const;

  kv::Store* const store_;
  const std::string producer_;
  const Clock* const clock_;
  const std::string incarnation_;
};

// Delivers an outbox: seals batches of up to 256 entries under one signature (an entry
// waits up to 50 ms for others), keeps the signature before it sends them and their
// indices once audit has them, marks them included after a proof under a witnessed
// checkpoint, deletes them when they are safe, or 7 days after inclusion.
//
// It asks audit what it has of this outbox at start, every ten seconds and after
// every failure. Less than what was proven to be there means that audit was rolled
// back: an alarm, and nothing is delivered until audit has it again. An audit that
// is being rebuilt gets back what it once acknowledged, and what was sent and may lie in its
// log although no answer came.
// One thread; stops on destruction.
class Drain {
 public:
  struct Options {
    // Called on the drain's thread when it becomes known that audit is, or no more is,
    // behind what it proved to have. May be empty.
    std::function<void(bool)> audit_rolled_back = {};
    // False: there is no thread, and only Flush and Sweep do anything; for tests.
    bool thread = true;
    // How often Flush tries for a proof, up to 200 ms apart.
    int tries = 15;
  };
  // All must outlive it.
  Drain(Outbox* outbox, Sink* sink, const crypto::PrivateKey* key, Options options);
  Drain(Outbox* outbox, Sink* sink, const crypto::PrivateKey* key)
      : Drain(outbox, sink, key, Options()) {}
  ~Drain();

  // True if audit has seen more from this incarnation than this store holds: the
  // store is an old copy and must not serve. Unset until audit answered once, and
  // while audit is being rebuilt.
  std::optional<bool> rolled_back() const;
  // True while audit has less than what this outbox has proven to be in the log.
  bool audit_rolled_back() const;
  // Delivers and proves what is there now, on the caller's thread; tests use it.
  // UNAVAILABLE if no witnessed checkpoint covers it within two seconds, or audit is
  // being rebuilt; FAILED_PRECONDITION after either side was rolled back.
  absl::Status Flush();
  // Deletes batches that are safe or old, and acts and request ids (once.h) too old to be
  // taken again; the thread does so every ten minutes. No batch goes while audit is away,
  // behind what it proved to have, or being rebuilt: it may want them back.
  absl::Status Sweep();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shareway::outbox
