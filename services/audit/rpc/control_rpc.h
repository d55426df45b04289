// SPDX-License-Identifier: Apache-2.0
// The methods of AuditService by which two administrators stop the log or change its retention.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "services/audit/controls.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

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
