// SPDX-License-Identifier: Apache-2.0
// Counting reports, and what they say together.
#include "services/audit/domain/start_rule.h"

#include <algorithm>

namespace shareway::audit {

StartRule StartRule::With(absl::string_view node, Reported reported) const {
  StartRule next = *this;
  const auto [known, added] = next.reports_.emplace(node, reported);
  const bool fits = known->second.fit != Fit::kOther;
  if (!added && fits && (reported.size >= known->second.size || reported.fit == Fit::kOther)) {
    known->second = reported;
  }
  return next;
}

StartRule StartRule::Listing(WitnessSet listed) const {
  StartRule next = *this;
  next.listed_ = std::move(listed);
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

// Of a set with a quorum among those listed: n - k + 1 of them; of another all of them.
size_t StartRule::AwaitedOf(const WitnessSet& set) const {
  size_t there = 0, heard = 0;
  for (const Witness& member : set.witnesses()) {
    if (listed_->Find(member.node) == nullptr) continue;
    ++there;
    heard += Heard(member);
  }
  const size_t needed = there >= set.quorum() ? set.reports_needed() : there;
  return needed - std::min(needed, heard);
}

size_t StartRule::AwaitedByRule() const {
  if (!listed_) return 1;
  const std::vector<Witness>& all = listed_->witnesses();
  if (sets_.empty()) {
    return static_cast<size_t>(std::count_if(
        all.begin(), all.end(), [this](const Witness& witness) { return !Heard(witness); }));
  }
  size_t missing = 0;
  for (const WitnessSet& set : sets_) {
    missing = std::max(missing, AwaitedOf(set));
    const auto there = static_cast<size_t>(
        std::count_if(set.witnesses().begin(), set.witnesses().end(), [this](const Witness& one) {
          return listed_->Find(one.node) != nullptr;
        }));
    if (there < set.quorum()) missing = std::max(missing, AwaitedOf(*listed_));
  }
  return missing;
}

size_t StartRule::awaited() const {
  const size_t missing = AwaitedByRule();
  if (named_.empty()) return missing;
  const auto silent =
      std::count_if(named_.begin(), named_.end(),
                    [this](const std::string& node) { return !reports_.contains(node); });
  return std::min(missing, static_cast<size_t>(silent));
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
