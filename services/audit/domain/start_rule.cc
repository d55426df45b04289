// SPDX-License-Identifier: Apache-2.0
// Counting reports, and what they say together.
#include "services/audit/domain/start_rule.h"

#include <algorithm>

namespace shareway::audit {

StartRule StartRule::With(absl::string_view node, Reported reported) const {
  StartRule next = *this;
  next.reports_[std::string(node)] = reported;
  return next;
}

StartRule StartRule::Naming(std::set<std::string> nodes) const {
  StartRule next = *this;
  next.named_ = std::move(nodes);
  return next;
}

StartRule StartRule::Hearing(std::vector<WitnessSet> sets) const {
  StartRule next = *this;
  next.sets_ = std::move(sets);
  return next;
}

const Witness* StartRule::Find(absl::string_view node) const {
  for (const WitnessSet& set : sets_) {
    if (const Witness* found = set.Find(node); found != nullptr) return found;
  }
  return nullptr;
}

size_t StartRule::awaited() const {
  size_t missing = 0;
  for (const WitnessSet& set : sets_) {
    const auto heard = static_cast<size_t>(
        std::count_if(reports_.begin(), reports_.end(),
                      [&set](const auto& one) { return set.Find(one.first) != nullptr; }));
    missing = std::max(missing, set.reports_needed() - std::min(set.reports_needed(), heard));
  }
  if (!named_.empty()) {
    const auto silent =
        std::count_if(named_.begin(), named_.end(),
                      [this](const std::string& node) { return !reports_.contains(node); });
    missing = std::min(missing, static_cast<size_t>(silent));
  }
  return missing;
}

Verdict StartRule::verdict() const {
  std::map<uint64_t, Hash32> roots;
  bool beyond = false;
  for (const auto& [node, reported] : reports_) {
    if (reported.fit == Fit::kOther) return Verdict::kForked;
    if (reported.size == 0) continue;
    const auto [known, added] = roots.emplace(reported.size, reported.root);
    if (!added && known->second != reported.root) return Verdict::kForked;
    beyond = beyond || reported.fit == Fit::kBeyond;
  }
  if (awaited() > 0) return Verdict::kAwaiting;
  return beyond ? Verdict::kBehind : Verdict::kServes;
}

std::optional<std::pair<std::string, Reported>> StartRule::largest() const {
  std::optional<std::pair<std::string, Reported>> found;
  for (const auto& [node, reported] : reports_) {
    if (!found || reported.size > found->second.size) found = {node, reported};
  }
  return found;
}

}  // namespace shareway::audit
