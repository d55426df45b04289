// SPDX-License-Identifier: Apache-2.0
// The audit client behind every outbox.
#pragma once

#include <memory>
#include <string>

#include "libs/evidence/note.h"
#include "libs/outbox/outbox.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/directory.h"

namespace shareway::rpc {

// Appends to audit and verifies range proofs under checkpoints that the pinned log
// signed and a majority of the directory's witnesses cosigned; see Witnessed. For
// one thread.
class AuditSink final : public outbox::Sink {
 public:
  // `log_key` is the note verifier key that was pinned at installation; `directory`
  // must outlive the sink.
  AuditSink(std::shared_ptr<Channel> audit, std::string log_key, const DirectoryHolder* directory);

  absl::StatusOr<Appended> Append(
      const std::vector<evidence::v1::SealedRecord>& records) override;
  absl::StatusOr<size_t> ProveIncluded(const std::vector<uint64_t>& indices,
                                       const std::vector<Hash32>& commitments) override;
  absl::StatusOr<Seen> LastSeen(absl::string_view incarnation) override;
  absl::StatusOr<uint64_t> Restore(
      const std::vector<uint64_t>& indices,
      const std::vector<evidence::v1::SealedRecord>& records) override;

 private:
  // Moves the head on to the newest witnessed checkpoint, which covers `index` or is
  // as it was.
  absl::Status Advance(uint64_t index);
  // Verifies the run of neighbours under the head.
  absl::Status ProveRun(uint64_t begin, const std::vector<Hash32>& leaves);

  std::shared_ptr<Channel> audit_;
  const std::string log_key_;
  const DirectoryHolder* const directory_;
  evidence::TreeHead head_;  // signed and witnessed
};

}  // namespace shareway::rpc
