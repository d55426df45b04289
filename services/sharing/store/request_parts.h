// SPDX-License-Identifier: Apache-2.0
// The parts of a request that come and go, as records. For the codec only.
#pragma once

#include "absl/status/status.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/store/sharing_record.pb.h"

namespace shareway::sharing {

// Supplement, extension, supply, change and all clocks but that of the reply.
void PutRequestParts(const Request::Fields& fields, store::RequestRecord* record);
// DATA_LOSS for a clock that does not read. An APPROVED request that was stored before supplies
// were kept awaits its supply without a clock.
absl::Status GetRequestParts(const store::RequestRecord& record, Request::Fields* fields);

}  // namespace shareway::sharing
