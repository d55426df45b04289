// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/revision.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_cat.h"

namespace shareway::catalog {
namespace {

using Kind = Narrowing::Kind;

template <typename Part>
const Part* Find(const std::vector<Part>& parts, const std::string& id) {
  const auto it = std::find_if(parts.begin(), parts.end(),
                               [&id](const Part& part) { return part.id == id; });
  return it == parts.end() ? nullptr : &*it;
}

template <size_t N>
std::string NameIn(const std::array<const char*, N>& names, int value) {
  if (value > 0 && static_cast<size_t>(value) < N) return names[static_cast<size_t>(value)];
  return absl::StrCat(value);
}

// The conditions that hold for an item: those that it names, or all.
std::set<std::string> ConditionsOf(const Entry& entry, const Item& item) {
  if (!item.condition_ids.empty()) {
    return {item.condition_ids.begin(), item.condition_ids.end()};
  }
  std::set<std::string> all;
  for (const ShareCondition& condition : entry.conditions) all.insert(condition.id);
  return all;
}

// Why a condition that was there before is narrower now; empty if it is not.
std::string Narrowed(const ShareCondition& before, const ShareCondition& after) {
  if (before.kind != after.kind) return "is of another kind";
  if (before.text != after.text) return "says something else";
  const std::set<std::string> admitted(after.values.begin(), after.values.end());
  if (before.values.empty()) return admitted.empty() ? "" : "admits stated values only";
  for (const std::string& value : before.values) {
    if (!admitted.contains(value)) return "admits fewer values";
  }
  return "";
}

// True if data refreshed by `after` are older than by `before`. Cycles without a period come last,
// and none of them is slower than the other.
bool Slower(UpdateCycle before, UpdateCycle after) {
  const auto rank = [](UpdateCycle cycle) {
    return std::min(static_cast<int>(cycle), static_cast<int>(UpdateCycle::kIrregular));
  };
  return rank(after) > rank(before);
}

// True if the item was and is shared under conditions, so that another condition can narrow it: with a
// stricter class they come along, and what was not shared has nothing to lose.
bool StaysConditional(const Entry& before, const Item& was, const Entry& after, const Item& now) {
  return ClassOf(before, was) == ShareClass::kConditional &&
         ClassOf(after, now) == ShareClass::kConditional;
}

// True if `condition` of `after` holds for an item that stays conditional.
bool Weighs(const Entry& before, const Entry& after, const std::string& condition) {
  return std::any_of(before.items.begin(), before.items.end(), [&](const Item& was) {
    const Item* now = Find(after.items, was.id);
    return now != nullptr && StaysConditional(before, was, after, *now) &&
           ConditionsOf(after, *now).contains(condition);
  });
}

void CompareItems(const Entry& before, const Entry& after, std::vector<Narrowing>* found) {
  for (const Item& was : before.items) {
    const Item* now = Find(after.items, was.id);
    if (now == nullptr) {
      found->push_back(
          {Kind::kItemDropped, "items", was.id, absl::StrCat("item ", was.id, " is dropped")});
      continue;
    }
    const ShareClass from = ClassOf(before, was);
    const ShareClass to = ClassOf(after, *now);
    if (to > from) {
      found->push_back({Kind::kClassTightened, "items", was.id,
                        absl::StrCat("item ", was.id, " becomes ", ShareClassName(to),
                                     " instead of ", ShareClassName(from))});
      continue;
    }
    if (!StaysConditional(before, was, after, *now)) continue;
    const std::set<std::string> held = ConditionsOf(before, was);
    for (const std::string& id : ConditionsOf(after, *now)) {
      // A condition that the entry did not have is told once, for the entry.
      if (held.contains(id) || Find(before.conditions, id) == nullptr) continue;
      found->push_back({Kind::kConditionAdded, "items", was.id,
                        absl::StrCat("condition ", id, " holds for item ", was.id, " now"), id});
    }
  }
}

}  // namespace

std::string ShareClassName(ShareClass share_class) {
  return NameIn(std::array{"", "UNCONDITIONAL", "CONDITIONAL", "NOT_SHARED"},
                static_cast<int>(share_class));
}

std::string UpdateCycleName(UpdateCycle cycle) {
  return NameIn(std::array{"", "REALTIME", "DAILY", "WEEKLY", "MONTHLY", "QUARTERLY",
                           "HALF_YEARLY", "YEARLY", "IRREGULAR", "OTHER_CYCLE"},
                static_cast<int>(cycle));
}

std::vector<Narrowing> Narrowings(const Entry& before, const Entry& after) {
  std::vector<Narrowing> found;
  CompareItems(before, after, &found);
  if (after.declared_class > before.declared_class) {
    found.push_back({Kind::kClassTightened, "declared_class", "",
                     absl::StrCat("the declared class becomes ",
                                  ShareClassName(after.declared_class), " instead of ",
                                  ShareClassName(before.declared_class))});
  }
  for (const ShareCondition& now : after.conditions) {
    const ShareCondition* was = Find(before.conditions, now.id);
    const std::string why = was == nullptr ? "is new" : Narrowed(*was, now);
    if (why.empty() || !Weighs(before, after, now.id)) continue;
    found.push_back({Kind::kConditionAdded, "conditions", now.id,
                     absl::StrCat("condition ", now.id, " ", why), now.id});
  }
  if (Slower(before.update_cycle, after.update_cycle)) {
    found.push_back({Kind::kCycleSlowed, "update_cycle", "",
                     absl::StrCat("the update cycle becomes ", UpdateCycleName(after.update_cycle),
                                  " instead of ", UpdateCycleName(before.update_cycle))});
  }
  return found;
}

std::vector<std::string> AddedConditions(const std::vector<Narrowing>& narrowings) {
  std::set<std::string> ids;
  for (const Narrowing& narrowing : narrowings) {
    if (narrowing.kind == Kind::kConditionAdded) ids.insert(narrowing.condition);
  }
  return {ids.begin(), ids.end()};
}

}  // namespace shareway::catalog
