// SPDX-License-Identifier: Apache-2.0
// Counting reports, and what they say together.
#include "services/audit/domain/start_rule.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace shareway::audit {
namespace {

constexpr size_t kIdDigits = 16;

}  // namespace

std::string HeadId(const Hash32& root) { return ToHex(root.view()).substr(0, kIdDigits); }

absl::StatusOr<std::set<std::string>> HeadIds(absl::string_view list) {
  std::set<std::string> ids;
  for (const absl::string_view id : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    if (id.size() != kIdDigits || id.find_first_not_of("0123456789abcdef") != id.npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", id, "\" is no head's id: want ", kIdDigits,
                       " hexadecimal digits in lower case, as the log names them"));
    }
    ids.emplace(id);
  }
  return ids;
}

StartRule StartRule::With(absl::string_view node, Reported reported) const {
  StartRule next = *this;
  const bool aside = IsSetAside(reported);
  if (aside || set_aside_.contains(std::string(node))) {
    if (aside) next.set_aside_[std::string(node)] = reported;
    next.reports_.erase(std::string(node));
    return next;
  }
  const auto [known, added] = next.reports_.emplace(node, reported);
  const bool fits = known->second.fit != Fit::kOther;
  if (!added && fits && (reported.size >= known->second.size || reported.fit == Fit::kOther)) {
    known->second = reported;
  }
  return next;
}

StartRule StartRule::SettingAside(std::set<std::string> ids) const {
  StartRule next = *this;
  next.ignored_ = std::move(ids);
  return next;
}

bool StartRule::IsSetAside(const Reported& reported) const {
  return reported.size > 0 && ignored_.contains(HeadId(reported.root));
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

std::optional<std::pair<Reported, Reported>> StartRule::conflict() const {
  std::map<uint64_t, Reported> known;
  for (const auto& [node, reported] : reports_) {
    if (reported.size == 0) continue;
    const auto [first, added] = known.emplace(reported.size, reported);
    if (!added && first->second.root != reported.root) return std::pair(first->second, reported);
  }
  return std::nullopt;
}

Verdict StartRule::verdict() const {
  bool beyond = false;
  for (const auto& [node, reported] : reports_) {
    if (reported.fit == Fit::kOther) return Verdict::kForked;
    beyond = beyond || reported.fit == Fit::kBeyond;
  }
  if (conflict()) return Verdict::kForked;
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
