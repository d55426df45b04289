// SPDX-License-Identifier: Apache-2.0
// Serves DatasetService: an agency's systems and stewards load datasets into its seat.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/exchange/datasets.h"
#include "services/exchange/rpc/seat_of.h"
#include "services/exchange/store/dataset_store.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::exchange {

// Of one seat. Callers of another agency get NOT_VISIBLE, whatever they name. Thread-safe.
class DatasetRpc {
 public:
  // The keyed digest of who acts, for evidence.
  using OperatorDigest = std::function<std::string(absl::string_view caller)>;

  // `agency` is the seat's, agencies/{a}. The pointers must outlive the server.
  DatasetRpc(Datasets* datasets, DatasetStore* store, std::string agency,
             OperatorDigest operator_digest);

  // Registers the three methods.
  static void Register(SeatOf<DatasetRpc> of, rpc::Server* server);

  absl::StatusOr<v1::DatasetVersion> Load(const rpc::Call& call,
                                          rpc::Reader<v1::LoadRequest>& reader);
  absl::StatusOr<v1::ListVersionsResponse> ListVersions(const rpc::Call& call,
                                                        const v1::ListVersionsRequest& request);
  absl::StatusOr<v1::DatasetVersion> Rollback(const rpc::Call& call,
                                              const v1::RollbackRequest& request);

 private:
  absl::Status CheckOwn(const rpc::Call& call, absl::string_view resource) const;
  DatasetCause CauseOf(const rpc::Call& call) const;

  Datasets* const datasets_;
  DatasetStore* const store_;
  const std::string agency_;
  const OperatorDigest operator_digest_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::exchange
