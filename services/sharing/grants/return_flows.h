// SPDX-License-Identifier: Apache-2.0
// The writes of return flow 回流.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/return_flow.h"
#include "services/sharing/store/service_codec.h"

namespace shareway::sharing {

// Return flow (R25 24). Thread-safe. Errors: as Cases.
class ReturnFlows {
 public:
  // `desk` must outlive it.
  explicit ReturnFlows(const Desk* desk) : desk_(desk), flows_(desk), requests_(desk) {}

  // PERMISSION_DENIED unless the resource is the agency's own; ALREADY_EXISTS if it has a flow. With
  // `validate_only` nothing is stored and the version is 0; so with Request.
  absl::StatusOr<Stored<ReturnFlow>> Declare(const Errand& errand, absl::string_view resource,
                                             absl::string_view item, bool validate_only = false);
  // ALREADY_EXISTS if the agency waits for the same division of this flow.
  absl::StatusOr<Stored<ReturnRequest>> Request(const Errand& errand, absl::string_view flow,
                                                absl::string_view division,
                                                const std::vector<Purpose>& purposes,
                                                bool validate_only = false);
  // Makes the grant in the same batch.
  absl::StatusOr<Stored<ReturnRequest>> Activate(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag);

  const Cases<ReturnFlow>& flows() const { return flows_; }
  const Cases<ReturnRequest>& requests() const { return requests_; }

 private:
  // ALREADY_EXISTS if a case holds `key`.
  absl::Status CheckFree(absl::string_view key) const;

  const Desk* const desk_;
  const Cases<ReturnFlow> flows_;
  const Cases<ReturnRequest> requests_;
};

}  // namespace shareway::sharing
