// SPDX-License-Identifier: Apache-2.0
// A search as the wire says it.
#pragma once

#include "services/audit/domain/query.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// The search without its page. Unchecked: call Query::Check.
Query QueryFrom(const v1::SearchEntriesRequest& request);

}  // namespace shareway::audit
