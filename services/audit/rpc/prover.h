// SPDX-License-Identifier: Apache-2.0
// Proofs under signed heads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/audit/audit.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/witness_store.h"
#include "services/audit/witnesses.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// A checkpoint on the wire, without cosignatures.
v1::Checkpoint ToProto(const Checkpoint& checkpoint, const std::string& verifier_key);

// Answers with the wire's messages. Sizes up to the newest signed checkpoint's are
// served, 0 meaning the newest witnessed one's; the tree of any of them is a prefix of what
// was signed. FAILED_PRECONDITION, LOG_TOO_SMALL, beyond, also for an entry that is not
// witnessed yet where the size is 0; INVALID_ARGUMENT for numbers that make no sense.
// Thread-safe.
class Prover {
 public:
  // All must outlive it. Without `witnesses` every signed checkpoint counts as witnessed.
  Prover(const Audit* audit, const LogReader* reader, const Witnesses* witnesses = nullptr)
      : audit_(audit), reader_(reader), witnesses_(witnesses) {}

  // The newest witnessed checkpoint with its cosignatures; UNAVAILABLE, NOT_READY, before the
  // first of a log that got witnesses.
  absl::StatusOr<v1::Checkpoint> Newest() const;
  // The newest signed one, witnessed or not.
  v1::Checkpoint NewestSigned() const;
  // The same as a value; of size 0 without a note before the first.
  std::shared_ptr<const WitnessedCheckpoint> Witnessed() const;
  // True once a witnessed checkpoint covers `size` entries; false after `timeout`.
  bool WaitWitnessed(uint64_t size, absl::Duration timeout) const;

  absl::StatusOr<v1::InclusionProof> Inclusion(const v1::GetInclusionProofRequest& request) const;
  absl::StatusOr<v1::ConsistencyProof> Consistency(
      const v1::GetConsistencyProofRequest& request) const;
  // For a size other than the newest checkpoints', `checkpoint` has size and root only.
  absl::StatusOr<v1::RangeProof> Range(const v1::GetRangeProofRequest& request) const;
  // The path of an entry to the root of `checkpoint`, which is one of this log.
  absl::StatusOr<std::vector<Hash32>> Path(uint64_t index, const Checkpoint& checkpoint) const;

 private:
  struct View;

  const Audit* const audit_;
  const LogReader* const reader_;
  const Witnesses* const witnesses_;
};

// FAILED_PRECONDITION, LOG_TOO_SMALL: `wanted` entries, but there are only `size`.
absl::Status TooSmall(uint64_t wanted, uint64_t size);

}  // namespace shareway::audit
