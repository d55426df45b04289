// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/entry.h"

#include <algorithm>

namespace shareway::catalog {

ShareClass ClassOf(const Entry& entry, const Item& item) {
  return item.share_class == ShareClass::kUnspecified ? entry.declared_class : item.share_class;
}

ShareClass StrictestClass(const Entry& entry) {
  ShareClass strictest = entry.declared_class;
  for (const Item& item : entry.items) strictest = std::max(strictest, item.share_class);
  return strictest;
}

bool HasClass(const Entry& entry, ShareClass share_class) {
  return entry.declared_class == share_class ||
         std::any_of(entry.items.begin(), entry.items.end(),
                     [share_class](const Item& item) { return item.share_class == share_class; });
}

}  // namespace shareway::catalog
