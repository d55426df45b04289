// SPDX-License-Identifier: Apache-2.0
// Sharing requests between messages and values.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/scope_change.h"
#include "services/sharing/store/sharing_store.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "shareway/sharing/v1/sharing_request.pb.h"

namespace shareway::sharing {

// Each of these answers INVALID_ARGUMENT naming what does not read.
absl::StatusOr<Decision> FromProto(const v1::Decision& decision);
absl::StatusOr<ChangeAsked> FromProto(const v1::ChangeScopeRequest& request);
// What `update_mask` names; all that can be changed if it names nothing.
absl::StatusOr<Request::Revision> FromProto(const v1::UpdateRequestRequest& request);

std::vector<SupplementItem> FromProto(
    const google::protobuf::RepeatedPtrField<v1::SupplementItem>& items);

// Who reads: the answer holds what this person may see, and may do next.
v1::SharingRequest ToProto(const Stored<Request>& request, const Actor& actor, const Desk& desk);

}  // namespace shareway::sharing
