// SPDX-License-Identifier: Apache-2.0
// What everyone sees of the catalogue, in pages, for what is derived from it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/domain/entry.h"
#include "services/catalog/store/resource_store.h"

namespace shareway::catalog {

// Entries after `name` in order of names, up to `limit`, with what is published of them; nothing if
// they are suspended or withdrawn. Empty: there are no more. DATA_LOSS if one cannot be read.
absl::StatusOr<std::vector<std::pair<std::string, std::optional<Entry>>>> ListShown(
    const ResourceStore& store, absl::string_view name, size_t limit);

// Tells all of them, one by one; errors of ListShown.
absl::Status ForEachShown(
    const ResourceStore& store,
    absl::FunctionRef<void(absl::string_view name, const Entry* published)> tell);

// The catalogue's state: another text after each change, over restarts and restored copies, too.
std::string PublishedState(const ResourceStore& store);

}  // namespace shareway::catalog
