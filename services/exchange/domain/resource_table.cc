// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/resource_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::exchange {

std::vector<std::string> Resource::keys() const {
  std::vector<std::string> ids;
  for (const Item& item : items) {
    if (item.key) ids.push_back(item.id);
  }
  return ids;
}

const Operation* Resource::FindOperation(absl::string_view id) const {
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [id](const Operation& one) { return one.id == id; });
  return found == operations.end() ? nullptr : &*found;
}

void ResourceTable::Put(Resource resource) {
  std::string name = resource.name;
  auto next = std::make_shared<const Resource>(std::move(resource));
  absl::MutexLock lock(&mutex_);
  resources_[std::move(name)] = std::move(next);
}

void ResourceTable::Replace(std::vector<Resource> resources) {
  absl::flat_hash_map<std::string, std::shared_ptr<const Resource>> next;
  for (Resource& resource : resources) {
    std::string name = resource.name;
    next[std::move(name)] = std::make_shared<const Resource>(std::move(resource));
  }
  absl::MutexLock lock(&mutex_);
  resources_.swap(next);
}

std::shared_ptr<const Resource> ResourceTable::Find(absl::string_view name) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto it = resources_.find(name);
  return it == resources_.end() ? nullptr : it->second;
}

absl::Status CheckClearance(const Resource& resource, const std::vector<std::string>& items,
                            uint32_t clearance) {
  for (const std::string& id : items) {
    const auto item = std::find_if(resource.items.begin(), resource.items.end(),
                                   [&id](const Resource::Item& one) { return one.id == id; });
    if (item == resource.items.end()) {
      return Error(Reason::kGrantOutdated, absl::StatusCode::kPermissionDenied,
                   absl::StrCat("item ", id, " is not in ", resource.name, " at this node"))
          .With("item", id);
    }
    if (item->grading <= clearance) continue;
    return Error(Reason::kItemNotGranted, absl::StatusCode::kPermissionDenied,
                 absl::StrCat("item ", id, " is graded ", item->grading,
                              ", the consumer is cleared for ", clearance))
        .With("item", id);
  }
  return absl::OkStatus();
}

absl::Status CheckPublication(const Resource& resource, const Grant& grant) {
  if (!grant.by_publication) return absl::OkStatus();
  for (const Resource::Item& item : resource.items) {
    if (item.unconditional) continue;
    if (std::find(grant.items.begin(), grant.items.end(), item.id) == grant.items.end()) continue;
    return Error(Reason::kHeld, absl::StatusCode::kPermissionDenied,
                 absl::StrCat(grant.name, " rests on the publication, and item ", item.id, " of ",
                              resource.name, " is not shared without conditions"))
        .With("grant", grant.name)
        .With("item", item.id);
  }
  return absl::OkStatus();
}

}  // namespace shareway::exchange
