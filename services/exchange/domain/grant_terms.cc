// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/grant_terms.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/domain/permission.h"

namespace shareway::exchange {
namespace {

// Length and first bytes.
uint64_t TagOf(absl::string_view name) {
  uint64_t tag = 0;
  std::memcpy(&tag, name.data(), std::min<size_t>(name.size(), 7));
  return tag << 8 | (name.size() & 0xff);
}

const GrantShape::Item* FindItem(const GrantShape& shape, absl::string_view name) {
  const uint64_t tag = TagOf(name);
  for (const GrantShape::Item& item : shape.items) {
    if (item.tag == tag && item.name == name) return &item;
  }
  return nullptr;
}

// False for numbers that no bit stands for.
template <typename Bits>
bool HasBit(Bits bits, int number) {
  return number > 0 && number < static_cast<int>(8 * sizeof(Bits)) && (bits >> number & 1) != 0;
}

template <typename Bits, typename Numbers>
Bits BitsOf(const Numbers& numbers) {
  Bits bits = 0;
  for (const auto each : numbers) {
    const int number = static_cast<int>(each);
    if (number > 0 && number < static_cast<int>(8 * sizeof(Bits))) bits |= Bits{1} << number;
  }
  return bits;
}

// No two shapes have the same.
std::string BytesOf(const Grant& grant) {
  std::string bytes;
  const auto add = [&bytes](absl::string_view text) {
    absl::StrAppend(&bytes, text.size(), ":", text);
  };
  for (const std::string& item : grant.items) add(item);
  bytes += "|";
  for (const std::string& item : grant.masked_items) add(item);
  bytes += "|";
  for (const filter::Condition& condition : grant.rows.conditions) {
    add(condition.item);
    absl::StrAppend(&bytes, static_cast<int>(condition.op), ".");
    add(condition.value);
  }
  absl::StrAppend(&bytes, "|", grant.rows.expression.ToString());
  return bytes;
}

GrantShape ShapeOf(const Grant& grant) {
  GrantShape shape{.rows = grant.rows};
  for (const std::string& item : grant.items) {
    const auto& masked = grant.masked_items;
    shape.items.push_back({.tag = TagOf(item),
                           .masked = std::find(masked.begin(), masked.end(), item) != masked.end(),
                           .name = item});
  }
  return shape;
}

// The part of these bytes, made by `make` if nobody has it.
template <typename Parts, typename Make>
auto Shared(Parts* parts, const std::string& bytes, Make make) {
  auto& known = (*parts)[bytes];
  auto part = known.lock();
  if (part == nullptr) known = part = make();
  return part;
}

}  // namespace

bool GrantTerms::Permit(const Wanted& wanted, absl::Time now) const {
  if (shape_ == nullptr || now < start_ || now >= end_) return false;
  if (!HasBit(methods_, static_cast<int>(wanted.method)) || !HasBit(purposes_, wanted.purpose) ||
      (case_required_ && !wanted.names_case) || *consumer_ != wanted.consumer) {
    return false;
  }
  const bool compared = wanted.method == Method::kVerify;
  for (const std::string& name : wanted.items) {
    const GrantShape::Item* item = FindItem(*shape_, name);
    if (item == nullptr || (compared && item->masked)) return false;
  }
  for (const filter::Condition& condition : wanted.where.conditions) {
    const GrantShape::Item* item = FindItem(*shape_, condition.item);
    if (item == nullptr || item->masked) return false;
  }
  for (const std::string& name : wanted.compared) {
    const GrantShape::Item* item = FindItem(*shape_, name);
    if (item == nullptr || item->masked) return false;
  }
  return !filter::Contradict(wanted.where, shape_->rows);
}

void GrantShapes::Set(Grant* grant) {
  GrantTerms& terms = grant->terms;
  terms = GrantTerms();
  if (grant->state != Grant::State::kActive || grant->limited || !grant->pinned_decision) return;
  Sweep();
  terms.consumer_ = Shared(&consumers_, grant->consumer, [&] {
    return std::make_shared<const std::string>(grant->consumer);
  });
  terms.shape_ = Shared(&shapes_, BytesOf(*grant), [&] {
    return std::make_shared<const GrantShape>(ShapeOf(*grant));
  });
  terms.purposes_ = BitsOf<uint64_t>(grant->purposes);
  terms.methods_ = BitsOf<uint32_t>(grant->methods);
  terms.case_required_ = grant->case_required;
  terms.start_ = grant->start_time;
  terms.end_ = grant->end_time;
}

void GrantShapes::Sweep() {
  if (consumers_.size() + shapes_.size() < sweep_at_) return;
  const auto gone = [](const auto& entry) { return entry.second.expired(); };
  absl::erase_if(consumers_, gone);
  absl::erase_if(shapes_, gone);
  sweep_at_ = std::max<size_t>(1024, 2 * (consumers_.size() + shapes_.size()));
}

}  // namespace shareway::exchange
