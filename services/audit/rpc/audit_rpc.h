// SPDX-License-Identifier: Apache-2.0
// Serves AuditService: parse, call, map.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/audit/audit.h"
#include "services/audit/rpc/prover.h"
#include "services/audit/store/log_reader.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// Thread-safe.
class AuditRpc {
 public:
  // All must outlive it.
  AuditRpc(Audit* audit, const LogReader* reader, const rpc::DirectoryHolder* directory)
      : audit_(audit), reader_(reader), directory_(directory), prover_(audit, reader) {}

  // Registers every method of AuditService. `server` must not outlive this object.
  void Register(rpc::Server* server);

 private:
  void Append(const rpc::Call& call, v1::AppendRequest request,
              rpc::Reply<v1::AppendResponse> reply);
  absl::StatusOr<v1::GetProducerResponse> GetProducer(const rpc::Call& call,
                                                      const v1::GetProducerRequest& request);
  absl::StatusOr<v1::GetEntriesResponse> GetEntries(const rpc::Call& call,
                                                    const v1::GetEntriesRequest& request);
  absl::StatusOr<v1::SearchEntriesResponse> SearchEntries(const rpc::Call& call,
                                                          const v1::SearchEntriesRequest& request);
  absl::StatusOr<v1::ListUnmatchedResponse> ListUnmatched(const rpc::Call& call,
                                                          const v1::ListUnmatchedRequest& request);
  absl::StatusOr<v1::ExportEvidenceResponse> ExportEvidence(
      const rpc::Call& call, const v1::ExportEvidenceRequest& request);

  // An auditor reads all; a person reads for the agency; a node for those that it serves.
  Reader ReaderOf(const rpc::Caller& caller) const;

  Audit* const audit_;
  const LogReader* const reader_;
  const rpc::DirectoryHolder* const directory_;
  const Prover prover_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::audit
