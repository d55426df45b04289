// SPDX-License-Identifier: Apache-2.0
// Counting members, by which key, and when the next ones are in force.
#include "services/audit/domain/succession.h"

#include <algorithm>
#include <utility>

namespace shareway::audit {

Succession::Succession(WitnessSet in_force, std::optional<PlacedSet> announced)
    : in_force_(std::move(in_force)), announced_(std::move(announced)) {
  if (in_force_.empty()) *this = Next();
}

std::vector<std::string> Succession::KeysOf(absl::string_view node) const {
  std::vector<std::string> keys;
  const Witness* member = in_force_.Find(node);
  if (member != nullptr) keys.push_back(member->verifier_key);
  const Witness* next = announced_ ? announced_->set.Find(node) : nullptr;
  if (next != nullptr) keys.push_back(next->verifier_key);
  // While a change is announced a key may change once more.
  const Witness* today = announced_ && listed_ && !keys.empty() ? listed_->Find(node) : nullptr;
  if (today != nullptr) keys.push_back(today->verifier_key);
  return keys;
}

size_t Succession::listed_members() const {
  if (!listed_) return in_force_.size();
  const std::vector<Witness>& members = in_force_.witnesses();
  return static_cast<size_t>(
      std::count_if(members.begin(), members.end(), [this](const Witness& member) {
        return listed_->Find(member.node) != nullptr;
      }));
}

bool Succession::Counts(absl::string_view node, absl::string_view verifier_key,
                        uint64_t size) const {
  const Witness* member = in_force_.Find(node);
  return member != nullptr && (HandsOver(size) || member->verifier_key == verifier_key);
}

size_t Succession::Needed(uint64_t size) const {
  return HandsOver(size) ? std::min(in_force_.quorum(), listed_members()) : in_force_.quorum();
}

bool Succession::TakesOver(uint64_t witnessed) const {
  return announced_ && (in_force_.empty() || HandsOver(witnessed));
}

Succession Succession::Listing(WitnessSet listed) const {
  Succession next = *this;
  next.listed_ = std::move(listed);
  return next;
}

Succession Succession::Announcing(PlacedSet announced) const {
  Succession next = *this;
  next.announced_ = std::move(announced);
  return next;
}

Succession Succession::Next() const {
  Succession next = *this;
  if (!announced_) return next;
  next.in_force_ = announced_->set;
  next.announced_.reset();
  return next;
}

}  // namespace shareway::audit
