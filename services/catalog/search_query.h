// SPDX-License-Identifier: Apache-2.0
// A search as callers send it, as the index takes it.
#pragma once

#include "absl/status/statusor.h"
#include "services/catalog/search/index.h"
#include "services/catalog/store/subscription_store.h"

namespace shareway::catalog {

// Without page. INVALID_ARGUMENT for enumerators that there are not; what else is wrong with it,
// search::CheckQuery tells.
absl::StatusOr<search::Query> QueryFrom(const v1::SearchResourcesRequest& request);

}  // namespace shareway::catalog
