// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/source/row_plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/exchange/domain/value.h"
#include "services/exchange/source/index_plan.h"

namespace shareway::exchange {
namespace {

constexpr size_t kNowhere = static_cast<size_t>(-1);  // of a key that the version does not have

absl::Status NotInDataset(absl::string_view field, absl::string_view item,
                          const DatasetSchema& schema) {
  return Error::Field(field, absl::StrCat(ShownValue(item), " is not an item of ", schema.resource,
                                          " revision ", schema.revision));
}

}  // namespace

absl::StatusOr<RowPlan> RowPlan::Make(const ReadRequest& request, const DatasetSchema& schema) {
  RowPlan plan;
  plan.where_ = request.where;
  if (request.items.empty()) return Error::Field("items", "has no item");
  std::vector<size_t> asked;
  for (size_t i = 0; i < request.items.size(); ++i) {
    const std::optional<size_t> place = schema.Find(request.items[i]);
    if (!place) return NotInDataset(absl::StrCat("items[", i, "]"), request.items[i], schema);
    asked.push_back(*place);
    plan.types_.push_back(schema.items[*place].type);
  }
  std::vector<std::optional<size_t>> keys;
  for (const std::string& key : request.keys) keys.push_back(schema.Find(key));
  std::vector<size_t> tested;
  for (size_t i = 0; i < plan.where_.conditions.size(); ++i) {
    const std::string& item = plan.where_.conditions[i].item;
    const std::optional<size_t> place = schema.Find(item);
    if (!place) return NotInDataset(absl::StrCat("where[", i, "].item"), item, schema);
    tested.push_back(*place);
  }
  for (const std::string& item : plan.where_.expression.Items()) {
    const std::optional<size_t> place = schema.Find(item);
    if (!place) return NotInDataset("where", item, schema);
    tested.push_back(*place);
  }
  plan.places_ = asked;
  plan.places_.insert(plan.places_.end(), tested.begin(), tested.end());
  for (const std::optional<size_t>& key : keys) {
    if (key) plan.places_.push_back(*key);
  }
  std::sort(plan.places_.begin(), plan.places_.end());
  plan.places_.erase(std::unique(plan.places_.begin(), plan.places_.end()), plan.places_.end());
  const auto slot = [&plan](size_t place) -> size_t {
    return std::lower_bound(plan.places_.begin(), plan.places_.end(), place) -
           plan.places_.begin();
  };
  for (size_t place : asked) plan.asked_.push_back(slot(place));
  for (const std::optional<size_t>& key : keys) plan.asked_.push_back(key ? slot(*key) : kNowhere);
  for (size_t place : tested) plan.tested_.push_back({schema.items[place].id, slot(place)});
  plan.Bound(schema);
  return plan;
}

void RowPlan::Bound(const DatasetSchema& schema) {
  size_t equal = 0;
  const std::vector<size_t> key = schema.KeyItems();
  for (size_t item : key) {
    const filter::Condition* condition = Heaviest(where_, schema.items[item].id);
    if (condition == nullptr) break;
    bounded_ = true;
    weight_ += Weight(*condition);
    if (condition->op == filter::Op::kPrefix) {
      AppendKeyPrefix(condition->value, &start_);
      break;
    }
    AppendKeyItem(condition->value, &start_);
    ++equal;
  }
  one_row_ = bounded_ && equal == key.size();
  if (bounded_) limit_ = PrefixEnd(start_);
}

RowPlan::Taken RowPlan::Match(absl::string_view cells) {
  if (!FindCells(cells, places_, &found_)) return Taken::kDamaged;
  const bool matches = filter::Matches(where_, [this](absl::string_view item) {
    for (const Tested& tested : tested_) {
      if (tested.item == item) return found_[tested.slot];
    }
    return CellView();
  });
  return matches ? Taken::kRow : Taken::kNoMatch;
}

RowPlan::Taken RowPlan::Take(absl::string_view cells, Row* row) {
  const Taken taken = Match(cells);
  if (taken != Taken::kRow) return taken;
  row->clear();
  row->reserve(asked_.size());
  for (size_t slot : asked_) {
    if (slot != kNowhere && found_[slot]) {
      row->emplace_back(std::in_place, *found_[slot]);
    } else {
      row->emplace_back();
    }
  }
  return taken;
}

}  // namespace shareway::exchange
