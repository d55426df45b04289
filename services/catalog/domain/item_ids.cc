// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/item_ids.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"

namespace shareway::catalog {

void IdentifyItems(const Resource* known, Entry* entry) {
  std::set<std::string> taken;  // in this entry
  for (const Item& item : entry->items) taken.insert(item.id);
  std::set<std::string> used;                 // by the entry that is known, ever
  std::map<std::string, std::string> called;  // its ids, by name
  if (known != nullptr) {
    const Resource::Fields& fields = known->fields();
    for (const auto& [id, type] : fields.item_types) used.insert(id);
    const auto learn = [&](const Entry& of) {
      for (const Item& item : of.items) {
        used.insert(item.id);
        called.emplace(item.name, item.id);
      }
    };
    if (fields.working) learn(fields.working->entry);
    if (fields.published) learn(fields.published->entry);
  }
  int next = 1;
  for (Item& item : entry->items) {
    if (!item.id.empty()) continue;
    const auto same = called.find(item.name);
    if (same != called.end() && taken.insert(same->second).second) {
      item.id = same->second;
      continue;
    }
    do {
      item.id = absl::StrCat("i", next++);
    } while (used.contains(item.id) || !taken.insert(item.id).second);
  }
}

}  // namespace shareway::catalog
