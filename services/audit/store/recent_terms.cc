// SPDX-License-Identifier: Apache-2.0
#include "services/audit/store/recent_terms.h"

#include <utility>

namespace shareway::audit {

RecentTerms::View RecentTerms::view() const {
  absl::MutexLock lock(&mutex_);
  return {.first = first_, .bundles = {bundles_.begin(), bundles_.end()}};
}

void RecentTerms::Add(std::shared_ptr<const BundleTerms> bundle) {
  absl::MutexLock lock(&mutex_);
  bundles_.push_back(std::move(bundle));
}

void RecentTerms::DropBelow(uint64_t bundle) {
  absl::MutexLock lock(&mutex_);
  for (; first_ < bundle && !bundles_.empty(); ++first_) bundles_.pop_front();
}

}  // namespace shareway::audit
