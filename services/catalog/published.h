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
#include "services/catalog/store/foreign_store.h"
#include "services/catalog/store/resource_store.h"

namespace shareway::catalog {

// Entries after `name` in order of names, up to `limit`, with what is published of them; nothing if
// they are suspended or withdrawn. Those of other installations come first, since origins/… is less
// than resources/…. Empty: there are no more. DATA_LOSS if one cannot be read.
absl::StatusOr<std::vector<std::pair<std::string, std::optional<Entry>>>> ListShown(
    const ResourceStore& store, const ForeignStore& foreign, absl::string_view name, size_t limit);

// Tells all of our own, one by one; errors of ListShown.
absl::Status ForEachShown(
    const ResourceStore& store,
    absl::FunctionRef<void(absl::string_view name, const Entry* published)> tell);

// The state of what ListShown tells: another text after each change, over restarts and restored
// copies, too. Empty if the store cannot be read.
std::string PublishedState(const ResourceStore& store, const ForeignStore& foreign);

}  // namespace shareway::catalog
