// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/row_filter.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::filter {
namespace {

constexpr size_t kMaxItem = 64;
constexpr int kMaxValue = 512;

// A refused value inside a message: printable, not too long.
std::string Shown(absl::string_view value) {
  constexpr size_t kShown = 64;
  const bool text = IsText(value);
  absl::string_view head = value.substr(0, kShown);
  while (text && !IsText(head)) head.remove_suffix(1);
  return absl::StrCat("\"", text ? absl::Utf8SafeCEscape(head) : absl::CHexEscape(head),
                      head.size() < value.size() ? "…\"" : "\"");
}

bool IsItem(absl::string_view item) {
  return !item.empty() && item.size() <= kMaxItem && absl::ascii_isalpha(item[0]) &&
         std::all_of(item.begin(), item.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

void CheckCondition(const Condition& condition, absl::string_view field,
                    std::vector<FieldViolation>* violations) {
  if (!IsItem(condition.item)) {
    violations->push_back(
        {absl::StrCat(field, ".item"),
         absl::StrCat(Shown(condition.item), " is not an item id, [A-Za-z][A-Za-z0-9_]{0,63}")});
  }
  const std::string value_field = absl::StrCat(field, ".value");
  if (!IsText(condition.value)) {
    violations->push_back(
        {value_field, absl::StrCat(Shown(condition.value), " is not UTF-8 text without controls")});
  } else if (const int n = CodePoints(condition.value); n < 1 || n > kMaxValue) {
    violations->push_back({value_field, absl::StrCat(Shown(condition.value), " has ", n,
                                                     " characters, want 1 to ", kMaxValue)});
  }
}

// True if every value that meets `a` meets `b`. Same item assumed.
bool Implies(const Condition& a, const Condition& b) {
  if (b.op == Op::kPrefix) return absl::StartsWith(a.value, b.value);
  return a.op == Op::kEquals && a.value == b.value;
}

// True if some value meets both. Same item assumed.
bool Compatible(const Condition& a, const Condition& b) {
  if (a.op == Op::kPrefix && b.op == Op::kPrefix) return Implies(a, b) || Implies(b, a);
  return a.op == Op::kEquals ? Implies(a, b) : Implies(b, a);
}

bool SomeImplies(const std::vector<Condition>& conditions, const Condition& wanted) {
  return std::any_of(conditions.begin(), conditions.end(), [&](const Condition& c) {
    return c.item == wanted.item && Implies(c, wanted);
  });
}

std::string ConditionText(const Condition& condition) {
  // Quoted as soon as it holds a blank, so that " and " only ever joins.
  const bool plain = !condition.value.empty() && IsText(condition.value) &&
                     condition.value.find_first_of(" \t\n\"\\") == std::string::npos;
  return absl::StrCat(
      condition.item, condition.op == Op::kPrefix ? "^=" : "=",
      plain ? condition.value
            : absl::StrCat("\"",
                           IsText(condition.value) ? absl::Utf8SafeCEscape(condition.value)
                                                   : absl::CHexEscape(condition.value),
                           "\""));
}

}  // namespace

absl::StatusOr<RowFilter> Parse(absl::Span<const std::string> texts) {
  RowFilter filter;
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string& text = texts[i];
    const size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return Error::Field(absl::StrCat("where[", i, "]"),
                          absl::StrCat(Shown(text), " is neither KEY=VALUE nor KEY^=VALUE"));
    }
    Condition condition;
    const bool prefix = equals > 0 && text[equals - 1] == '^';
    condition.op = prefix ? Op::kPrefix : Op::kEquals;
    condition.item = text.substr(0, prefix ? equals - 1 : equals);
    condition.value = text.substr(equals + 1);
    filter.conditions.push_back(std::move(condition));
  }
  SHAREWAY_RETURN_IF_ERROR(Validate(filter, "where"));
  return filter;
}

absl::Status Validate(const RowFilter& filter, absl::string_view field) {
  if (filter.conditions.size() > kMaxConditions) {
    return Error::Field(field, absl::StrCat("has ", filter.conditions.size(),
                                            " conditions, at most ", kMaxConditions));
  }
  std::vector<FieldViolation> violations;
  for (size_t i = 0; i < filter.conditions.size(); ++i) {
    CheckCondition(filter.conditions[i], absl::StrCat(field, "[", i, "]"), &violations);
  }
  return Error::Fields(violations);
}

std::string ToString(const RowFilter& filter) {
  if (filter.every_row()) return "all rows";
  std::vector<Condition> sorted = filter.conditions;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const std::string joined =
      absl::StrJoin(sorted, " and ", [](std::string* out, const Condition& condition) {
        out->append(ConditionText(condition));
      });
  if (filter.expression.empty()) return joined;
  return absl::StrCat(joined, joined.empty() ? "(" : " and (", filter.expression.ToString(), ")");
}

std::vector<std::string> RowFilter::Items() const {
  std::vector<std::string> items = expression.Items();
  for (const Condition& condition : conditions) items.push_back(condition.item);
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

bool Matches(const RowFilter& filter, Lookup row) {
  for (const Condition& condition : filter.conditions) {
    const std::optional<absl::string_view> value = row(condition.item);
    if (!value) return false;
    const bool holds = condition.op == Op::kPrefix ? absl::StartsWith(*value, condition.value)
                                                   : *value == condition.value;
    if (!holds) return false;
  }
  return filter.expression.Matches(row);
}

bool Narrows(const RowFilter& inner, const RowFilter& outer) {
  return std::all_of(outer.conditions.begin(), outer.conditions.end(),
                     [&](const Condition& c) { return SomeImplies(inner.conditions, c); }) &&
         Narrows(inner.expression, outer.expression);
}

bool Contradicts(const RowFilter& filter) {
  const std::vector<Condition>& all = filter.conditions;
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = i + 1; j < all.size(); ++j) {
      if (all[i].item == all[j].item && !Compatible(all[i], all[j])) return true;
    }
  }
  return false;
}

bool Contradict(const RowFilter& a, const RowFilter& b) {
  for (const Condition& one : a.conditions) {
    for (const Condition& other : b.conditions) {
      if (one.item == other.item && !Compatible(one, other)) return true;
    }
  }
  return Contradicts(a) || Contradicts(b);
}

RowFilter And(const RowFilter& a, const RowFilter& b) {
  std::vector<Condition> all = a.conditions;
  all.insert(all.end(), b.conditions.begin(), b.conditions.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  // Duplicates are gone, so no two conditions imply each other and dropping is safe in any order.
  RowFilter both{.expression = And(a.expression, b.expression)};
  for (const Condition& condition : all) {
    const bool follows = std::any_of(all.begin(), all.end(), [&](const Condition& other) {
      return other != condition && other.item == condition.item && Implies(other, condition);
    });
    if (!follows) both.conditions.push_back(condition);
  }
  return both;
}

}  // namespace shareway::filter
