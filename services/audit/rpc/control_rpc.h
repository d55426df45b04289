// SPDX-License-Identifier: Apache-2.0
// The methods of AuditService by which two administrators stop the log or change its retention.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "services/audit/controls.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// The administrators that `person`, who signed `act`, is by the directory: none unless the person
// stands and the act's key is valid at `now`.
std::vector<Administrator> RolesToday(const rpc::Directory& directory, absl::string_view person,
                                      const evidence::SignedAct& act, absl::Time now);

// Thread-safe; its methods block. The gate is the caller's business.
class ControlRpc {
 public:
  // `controls` must outlive it.
  explicit ControlRpc(Controls* controls) : controls_(controls) {}

  absl::StatusOr<v1::Control> ProposeControl(const rpc::Call& call,
                                             const v1::ProposeControlRequest& request) const;
  absl::StatusOr<v1::Control> ConfirmControl(const rpc::Call& call,
                                             const v1::ConfirmControlRequest& request) const;
  absl::StatusOr<v1::GetControlsResponse> GetControls(const v1::GetControlsRequest& request) const;

 private:
  Controls* const controls_;
};

}  // namespace shareway::audit
