// SPDX-License-Identifier: Apache-2.0
// The methods of AuditService by which the log is read.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/paging.h"
#include "services/audit/audit.h"
#include "services/audit/own_record.h"
#include "services/audit/rpc/evidence_pack.h"
#include "services/audit/rpc/prover.h"
#include "services/audit/store/log_reader.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// Auditors and services read all, a person reads for the agency, a supervisor for the one
// that he inspects under a mandate, a node for those that it serves; all others see
// commitments. Thread-safe; its methods block.
//
// What a person reads is recorded (reading.h): the record is durable before the
// answer leaves, and without it there is no answer. Nodes and services are not
// recorded: they read what is theirs, all the time. Refusals show nothing and are
// not recorded either.
//
// Page tokens are bound to method, caller and query, and end with the process.
class ReadingRpc {
 public:
  // All must outlive it.
  struct Parts {
    Audit* audit = nullptr;
    const LogReader* reader = nullptr;
    const Prover* prover = nullptr;
    const rpc::DirectoryHolder* directory = nullptr;
    OwnRecords* own = nullptr;
  };
  explicit ReadingRpc(const Parts& parts)
      : parts_(parts), packs_(parts.audit, parts.reader, parts.prover) {}

  absl::StatusOr<v1::GetEntriesResponse> GetEntries(const rpc::Call& call,
                                                    const v1::GetEntriesRequest& request) const;
  absl::StatusOr<v1::SearchEntriesResponse> SearchEntries(
      const rpc::Call& call, const v1::SearchEntriesRequest& request) const;
  absl::StatusOr<v1::ListUnmatchedResponse> ListUnmatched(
      const rpc::Call& call, const v1::ListUnmatchedRequest& request) const;
  absl::StatusOr<v1::ExportEvidenceResponse> ExportEvidence(
      const rpc::Call& call, const v1::ExportEvidenceRequest& request) const;

 private:
  Reader ReaderOf(const rpc::Caller& caller) const;
  absl::Status Record(const rpc::Call& call, std::string request, uint64_t shown) const;

  const Parts parts_;
  const PackRoom packs_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::audit
