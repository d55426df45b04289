// SPDX-License-Identifier: Apache-2.0
// What differs between two revisions of an entry, field by field and item by item.
#pragma once

#include "services/catalog/store/catalog_record.pb.h"

namespace shareway::catalog {

// Differences and narrowings of `after` against `before`, without the revisions' numbers. Pure. What
// is told of an entry but not written by its compiler (state, times, etag and the like) is left out,
// but for the computed class.
v1::DiffResourceRevisionsResponse Difference(const v1::Resource& before, const v1::Resource& after);

}  // namespace shareway::catalog
