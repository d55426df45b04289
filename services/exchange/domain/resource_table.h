// SPDX-License-Identifier: Apache-2.0
// The catalogue entries of the agencies that a node serves, as far as delivery needs them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/domain/mask.h"
#include "services/exchange/domain/operation.h"
#include "services/exchange/domain/schema.h"

namespace shareway::exchange {

// An entry as it is published now.
struct Resource {
  struct Item {
    std::string id = {};
    bool key = false;
    uint32_t grading = 1;            // 1 general, 2 important, 3 core
    MaskKind mask = MaskKind::kAll;  // where a grant masks it
    ItemType type = ItemType::kText;
    uint32_t length = 0;  // longest text in code points; 0: no limit
    bool unconditional = false;  // shared without conditions
  };
  std::string name = {};
  std::vector<Item> items = {};
  std::vector<Operation> operations = {};

  // Null if there is no such operation.
  const Operation* FindOperation(absl::string_view id) const;
  // The ids of the key items, in order.
  std::vector<std::string> keys() const;
};

// Thread-safe. Kept over restarts, so that a node delivers while the catalogue is away.
class ResourceTable {
 public:
  void Put(Resource resource);
  void Replace(std::vector<Resource> resources);
  // Null if this node does not hold it. Shared because readers keep what they hold.
  std::shared_ptr<const Resource> Find(absl::string_view name) const;

 private:
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<const Resource>> resources_
      ABSL_GUARDED_BY(mutex_);
};

// PERMISSION_DENIED naming the first of `items` that must stay: ITEM_NOT_GRANTED if its
// grading is above `clearance`, the highest that the consumer may receive;
// GRANT_OUTDATED if the entry does not have it, so that nobody knows its grading.
absl::Status CheckClearance(const Resource& resource, const std::vector<std::string>& items,
                            uint32_t clearance);

// HELD naming an item of a grant by publication that the entry does not share without
// conditions: publishing such an item gives it to nobody.
absl::Status CheckPublication(const Resource& resource, const Grant& grant);

}  // namespace shareway::exchange
