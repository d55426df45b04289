// SPDX-License-Identifier: Apache-2.0
// A call as the writes of this service see it.
#pragma once

#include "libs/rpc/call.h"
#include "services/catalog/store/cause.h"

namespace shareway::catalog {

Caller CallerOf(const rpc::Call& call);
Cause CauseOf(const rpc::Call& call, const std::string& request_id);

}  // namespace shareway::catalog
