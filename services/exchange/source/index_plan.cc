// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/source/index_plan.h"

#include <algorithm>

#include "libs/base/bytes.h"
#include "services/exchange/domain/index_entry.h"

namespace shareway::exchange {

size_t Weight(const filter::Condition& condition) {
  return condition.value.size() * (condition.op == filter::Op::kEquals ? 2 : 1);
}

const filter::Condition* Heaviest(const filter::RowFilter& where, absl::string_view item) {
  const filter::Condition* best = nullptr;
  for (const filter::Condition& condition : where.conditions) {
    if (condition.item != item) continue;
    const bool better =
        best == nullptr || (best->op == filter::Op::kPrefix &&
                            (condition.op == filter::Op::kEquals ||
                             condition.value.size() > best->value.size()));
    if (better) best = &condition;
  }
  return best;
}

std::optional<IndexPlan> IndexPlan::By(const filter::RowFilter& where, absl::string_view item) {
  const filter::Condition* condition = Heaviest(where, item);
  if (condition == nullptr) return std::nullopt;
  IndexPlan plan{.item = condition->item,
                 .start = IndexStart(*condition),
                 .weight = Weight(*condition),
                 .several = condition->op != filter::Op::kEquals};
  plan.limit = PrefixEnd(plan.start);
  return plan;
}

std::optional<IndexPlan> IndexPlan::Best(const filter::RowFilter& where,
                                         const std::vector<std::string>& indexes) {
  std::optional<IndexPlan> best;
  for (const std::string& item : indexes) {
    std::optional<IndexPlan> plan = By(where, item);
    if (plan && (!best || plan->weight > best->weight)) best = std::move(plan);
  }
  return best;
}

std::optional<IndexPlan> IndexPlan::BestInOrder(const filter::RowFilter& where,
                                                const std::vector<std::string>& indexes,
                                                const std::vector<std::string>& compared) {
  std::optional<IndexPlan> best;
  for (const std::string& item : indexes) {
    std::optional<IndexPlan> plan = By(where, item);
    if (!plan || !plan->MayOrder(compared)) continue;
    if (!best || plan->weight > best->weight) best = std::move(plan);
  }
  return best;
}

bool IndexPlan::MayOrder(const std::vector<std::string>& compared) const {
  return !several || std::find(compared.begin(), compared.end(), item) != compared.end();
}

}  // namespace shareway::exchange
