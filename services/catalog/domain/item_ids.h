// SPDX-License-Identifier: Apache-2.0
// Identifiers for the items of an entry from a sheet that has none: the guide's template names items
// by their Chinese names alone.
#pragma once

#include "services/catalog/domain/resource.h"

namespace shareway::catalog {

// Gives every item of `entry` without an identifier that of the item of the same name in `known`, the
// entry's working copy before what is published, or the next of i1, i2 … that was never used.
// `known` may be null: a new entry.
void IdentifyItems(const Resource* known, Entry* entry);

}  // namespace shareway::catalog
