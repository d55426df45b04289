// SPDX-License-Identifier: Apache-2.0
// Proofs under signed heads.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "services/audit/audit.h"
#include "services/audit/store/log_reader.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// Answers with the wire's messages. Sizes up to the newest checkpoint's are
// served, 0 meaning that one; the tree of any of them is a prefix of what was
// signed. FAILED_PRECONDITION, LOG_TOO_SMALL, beyond; INVALID_ARGUMENT for
// numbers that make no sense. Thread-safe.
class Prover {
 public:
  // Both must outlive it.
  Prover(const Audit* audit, const LogReader* reader) : audit_(audit), reader_(reader) {}

  v1::Checkpoint Newest() const;
  absl::StatusOr<v1::InclusionProof> Inclusion(const v1::GetInclusionProofRequest& request) const;
  absl::StatusOr<v1::ConsistencyProof> Consistency(
      const v1::GetConsistencyProofRequest& request) const;
  // For a size other than the newest checkpoint's, `checkpoint` has size and root only.
  absl::StatusOr<v1::RangeProof> Range(const v1::GetRangeProofRequest& request) const;
  // The path of an entry to the root of `checkpoint`, which is one of this log.
  absl::StatusOr<std::vector<Hash32>> Path(uint64_t index, const Checkpoint& checkpoint) const;

 private:
  const Audit* const audit_;
  const LogReader* const reader_;
};

// FAILED_PRECONDITION, LOG_TOO_SMALL: `wanted` entries, but there are only `size`.
absl::Status TooSmall(uint64_t wanted, uint64_t size);

}  // namespace shareway::audit
