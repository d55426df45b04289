// SPDX-License-Identifier: Apache-2.0
// What the catalogue says of a dataset's rows: the items of one revision of a resource.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace shareway::exchange {

// The type of an item; text is how its values are stored and compared.
enum class ItemType { kText, kDecimal, kInteger, kDate, kDatetime, kBoolean };

// One item. `id` is unique in the resource.
struct SchemaItem {
  std::string id = {};
  ItemType type = ItemType::kText;
  uint32_t length = 0;    // longest text in code points; 0: no limit
  bool key = false;       // part of the key; then never null
  bool required = false;  // never null

  friend bool operator==(const SchemaItem&, const SchemaItem&) = default;
};

// The items of `resource` (resources/{r}) at `revision`, in the catalogue's order.
// The key is the key items in that order.
struct DatasetSchema {
  std::string resource = {};
  uint32_t revision = 0;
  std::vector<SchemaItem> items = {};

  static constexpr size_t kMaxItems = 500;

  // The place of `id` in `items`.
  std::optional<size_t> Find(absl::string_view id) const;
  // The places of the key items, in order.
  std::vector<size_t> KeyItems() const;
  // FAILED_PRECONDITION, STATE_FORBIDS, if rows cannot be hosted under it: no key
  // item, no item at all, or more than kMaxItems.
  absl::Status CheckLoadable() const;

  friend bool operator==(const DatasetSchema&, const DatasetSchema&) = default;
};

}  // namespace shareway::exchange
