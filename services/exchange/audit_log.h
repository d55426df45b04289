// SPDX-License-Identifier: Apache-2.0
// The audit log, as a node that watches it sees it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/bytes.h"
#include "services/exchange/store/witness_store.h"

namespace shareway::exchange {

// A head that the log asks its witnesses to cosign, with the log's own entries below it
// that the watcher has not been sent. All but the last message of a head say `more`.
struct Candidate {
  std::string note = {};
  std::vector<OwnEntry> own = {};
  uint64_t own_next = 0;   // own entries below this index were all sent
  uint64_t safe_size = 0;  // entries below this index are covered by a copy of the log
  bool more = false;
};

// The newest head that the log calls witnessed, and the lines of who cosigned it.
struct WitnessedNote {
  std::string note = {};
  std::vector<std::string> cosignatures = {};
};

// Thread-safe. Nothing that it says is verified, but that an own entry's record opens
// the commitment it came with.
class AuditLog {
 public:
  virtual ~AuditLog() = default;

  // Tells what this node last cosigned (empty: nothing). True if the log serves.
  // PERMISSION_DENIED, NOT_A_WITNESS, for a node that is none.
  virtual absl::StatusOr<bool> Report(const std::string& note, const std::string& cosignature) = 0;
  // The consistency proof between two sizes, 0 < old_size < new_size.
  virtual absl::StatusOr<std::vector<Hash32>> Consistency(uint64_t old_size,
                                                          uint64_t new_size) = 0;
  // The newest witnessed head.
  virtual absl::StatusOr<WitnessedNote> Witnessed() = 0;
  // Hands in a cosignature.
  virtual absl::Status Cosign(const std::string& note, const std::string& cosignature) = 0;
  // True if the log lost its disk and wants its entries back.
  virtual absl::StatusOr<bool> Rebuilding() = 0;
  // Gives the log's own entries back, at most 256 and 512 KiB.
  virtual absl::Status Restore(const std::vector<OwnEntry>& entries) = 0;

  using OnCandidate = std::function<absl::Status(Candidate)>;
  // Follows the candidates, with own entries from an index on; blocks until the stream
  // ends, `take` returns an error, or Stop.
  virtual absl::Status Watch(uint64_t own_from, const OnCandidate& take) = 0;
  // Ends Watch, now and for ever.
  virtual void Stop() = 0;
};

}  // namespace shareway::exchange
