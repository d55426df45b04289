// SPDX-License-Identifier: Apache-2.0
// The audit client behind every outbox.
#pragma once

#include <memory>
#include <string>

#include "libs/outbox/outbox.h"
#include "libs/rpc/channel.h"

namespace shareway::rpc {

// Appends to audit and verifies range proofs under checkpoints of the pinned
// log. For one thread.
class AuditSink final : public outbox::Sink {
 public:
  // `log_key` is the note verifier key that was pinned at installation.
  AuditSink(std::shared_ptr<Channel> audit, std::string log_key);

  absl::StatusOr<Appended> Append(
      const std::vector<evidence::v1::SealedRecord>& records) override;
  absl::Status ProveIncluded(const std::vector<uint64_t>& indices,
                             const std::vector<Hash32>& commitments) override;
  absl::StatusOr<uint64_t> LastSequence(absl::string_view incarnation) override;

 private:
  std::shared_ptr<Channel> audit_;
  const std::string log_key_;
};

}  // namespace shareway::rpc
