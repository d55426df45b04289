// SPDX-License-Identifier: Apache-2.0
// Keeps what a witness of the audit log must not forget: what it cosigned, the log's
// own entries until they are safe elsewhere, and the proof of a fork.
//
// Keys:
//   witness/head             -> WitnessedRecord: the head last cosigned
//   witness/own-next         -> own entries below this index were all taken, 8 bytes
//   witness/own/{index, 8}   -> SealedRecord: an entry of the log's own
//   witness/fork             -> ForkRecord, until an operator settles it
//   witness/settled/{id, 16} -> ForkRecord that was settled: its other head is ignored
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"

namespace shareway::exchange {

// An entry that the log wrote itself. It has no outbox: its witnesses keep them.
struct OwnEntry {
  uint64_t index = 0;
  evidence::v1::SealedRecord sealed = {};
};

// A head and when it was cosigned.
struct WitnessedHead {
  std::string note = {};
  absl::Time cosigned = {};
};

// Two notes by one log that do not fit together.
struct LogFork {
  std::string ours = {};
  std::string theirs = {};
  std::string from = {};
  absl::Time found = {};

  // 16 hexadecimal digits by which an operator names it.
  std::string id() const;
};

// Thread-safe. All writes are durable on OK.
class WitnessStore {
 public:
  // `kv` must outlive it.
  explicit WitnessStore(kv::Store* kv) : kv_(kv) {}

  // Nothing before the first. DATA_LOSS if it cannot be read.
  absl::StatusOr<std::optional<WitnessedHead>> LoadHead() const;
  // Keeps the head; forgets own entries below `safe_size`.
  absl::Status KeepHead(const WitnessedHead& head, uint64_t own_next, uint64_t safe_size);

  // The index from which on own entries are wanted.
  absl::StatusOr<uint64_t> LoadOwnNext() const;
  // The own entries with an index of at least `from` and less than `own_next` are these:
  // what else was kept there is forgotten.
  absl::Status KeepOwn(const std::vector<OwnEntry>& entries, uint64_t from, uint64_t own_next);
  // Own entries from an index on, at most 256 and about 512 KiB.
  absl::StatusOr<std::vector<OwnEntry>> LoadOwn(uint64_t from) const;

  absl::StatusOr<std::optional<LogFork>> LoadFork() const;
  // Keeps the first fork; once there is one, others change nothing.
  absl::Status KeepFork(const LogFork& fork);
  // The proof stays, the alarm goes; and the head last cosigned, if it is the wrong one.
  absl::Status SettleFork(const LogFork& fork, bool drop_head);
  // All that were settled.
  absl::StatusOr<std::vector<LogFork>> LoadSettled() const;

 private:
  kv::Store* const kv_;
};

}  // namespace shareway::exchange
