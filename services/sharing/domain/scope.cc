// SPDX-License-Identifier: Apache-2.0
// What is asked for or granted, and whether one scope lies within another.
#include "services/sharing/domain/scope.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/codes/quote.h"

namespace shareway::sharing {
namespace {

constexpr size_t kMaxItems = 500;
constexpr int kMaxReason = 500;

using Violations = std::vector<FieldViolation>;

template <typename T>
bool Contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// Each at least once, none twice, none unspecified.
template <typename E, typename Name>
void CheckWords(const std::vector<E>& words, Name name, const std::string& field,
                Violations* out) {
  if (words.empty()) out->push_back({field, "is empty, want at least one"});
  std::set<E> seen;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string at = absl::StrCat(field, "[", i, "]");
    if (words[i] == E::kUnspecified) out->push_back({at, "is unspecified"});
    if (!seen.insert(words[i]).second) {
      out->push_back({at, absl::StrCat(name(words[i]), " is named twice")});
    }
  }
}

void CheckItems(const Scope& scope, const Resource& resource, const std::string& field,
                Violations* out) {
  if (scope.items.empty() || scope.items.size() > kMaxItems) {
    out->push_back({field, absl::StrCat("has ", scope.items.size(), " items, want 1 to ",
                                        kMaxItems)});
  }
  std::set<std::string> seen;
  bool shared = false;
  for (const std::string& id : scope.items) {
    const Item* item = resource.item(id);
    shared = shared || (item != nullptr && item->share_class != ShareClass::kNotShared);
  }
  for (size_t i = 0; i < scope.items.size(); ++i) {
    const std::string& id = scope.items[i];
    const std::string at = absl::StrCat(field, "[", i, "]");
    const Item* item = resource.item(id);
    if (item == nullptr) {
      out->push_back({at, absl::StrCat(codes::Quote(id), " is not an item of ", resource.name,
                                       " revision ", resource.revision)});
    } else if (shared && item->share_class == ShareClass::kNotShared) {
      out->push_back({at, absl::StrCat(codes::Quote(id), " is NOT_SHARED (", resource.basis_text(),
                                       ") and is not asked for together with shared items "
                                       "(R25 15)")});
    }
    if (!seen.insert(id).second) {
      out->push_back({at, absl::StrCat(codes::Quote(id), " is named twice")});
    }
  }
}

void CheckMasks(const Scope& scope, const std::string& field, Violations* out) {
  std::set<std::string> seen;
  for (size_t i = 0; i < scope.masked_items.size(); ++i) {
    const std::string& id = scope.masked_items[i];
    const std::string at = absl::StrCat(field, "[", i, "]");
    if (!Contains(scope.items, id)) {
      out->push_back({at, absl::StrCat(codes::Quote(id), " is not among the items")});
    }
    if (!seen.insert(id).second) {
      out->push_back({at, absl::StrCat(codes::Quote(id), " is named twice")});
    }
  }
}

void CheckRows(const Scope& scope, const Resource& resource, const std::string& field,
               Violations* out) {
  if (absl::Status form = filter::Validate(scope.rows, field); !form.ok()) {
    std::optional<ErrorDetails> details = DetailsOf(form);
    if (details && !details->fields.empty()) {
      out->insert(out->end(), details->fields.begin(), details->fields.end());
    } else {
      out->push_back({field, std::string(form.message())});
    }
    return;
  }
  const ShareClass asked = [&] {
    ShareClass widest = ShareClass::kNotShared;
    for (const std::string& id : scope.items) {
      const Item* item = resource.item(id);
      if (item != nullptr) widest = std::min(widest, item->share_class);
    }
    return widest;
  }();
  const auto check = [&](const std::string& at, const std::string& id) {
    const Item* item = resource.item(id);
    if (item == nullptr) {
      out->push_back({at, absl::StrCat(codes::Quote(id), " is not an item of ", resource.name)});
    } else if (item->share_class == ShareClass::kNotShared && asked != ShareClass::kNotShared) {
      out->push_back({at, absl::StrCat(codes::Quote(id), " is NOT_SHARED and rows are not chosen by it "
                                       "(R25 15)")});
    }
  };
  for (size_t i = 0; i < scope.rows.conditions.size(); ++i) {
    check(absl::StrCat(field, "[", i, "].item"), scope.rows.conditions[i].item);
  }
  const std::string expression = absl::StrReplaceAll(field, {{"row_filter", "row_expression"}});
  for (const std::string& id : scope.rows.expression.Items()) check(expression, id);
  if (filter::Contradicts(scope.rows)) {
    out->push_back({field, absl::StrCat("matches no row: ", filter::ToString(scope.rows))});
  }
}

void CheckDays(const Scope& scope, absl::CivilDay today, const std::string& field,
               Violations* out) {
  const absl::CivilDay last = absl::CivilDay(scope.start.year() + kMaxYears, scope.start.month(),
                                             scope.start.day());
  if (scope.end < scope.start) {
    out->push_back({field + ".end_date",
                    absl::StrCat(absl::FormatCivilTime(scope.end), " is before start_date ",
                                 absl::FormatCivilTime(scope.start))});
  } else if (scope.end > last) {
    out->push_back({field + ".end_date",
                    absl::StrCat(absl::FormatCivilTime(scope.end), " is more than ", kMaxYears,
                                 " years after start_date; the last day possible is ",
                                 absl::FormatCivilTime(last))});
  } else if (scope.end < today) {
    out->push_back({field + ".end_date", absl::StrCat(absl::FormatCivilTime(scope.end),
                                                      " is over; today is ",
                                                      absl::FormatCivilTime(today))});
  }
}

// The admitted values that a condition of this kind restricts, as the scope states them.
std::vector<std::string> Stated(const Scope& scope, absl::string_view consumer,
                                ShareCondition::Kind kind) {
  std::vector<std::string> stated;
  switch (kind) {
    case ShareCondition::Kind::kAgencies: return {std::string(consumer)};
    case ShareCondition::Kind::kItems: return scope.items;
    case ShareCondition::Kind::kPurposes:
      for (Purpose p : scope.purposes) stated.emplace_back(PurposeName(p));
      return stated;
    case ShareCondition::Kind::kMethods:
      for (Method m : scope.methods) stated.emplace_back(MethodName(m));
      return stated;
    case ShareCondition::Kind::kUnspecified:
    case ShareCondition::Kind::kOther: break;
  }
  return {};
}

template <typename E>
bool Within(const std::vector<E>& granted, const std::vector<E>& asked) {
  return !granted.empty() && std::all_of(granted.begin(), granted.end(), [&](const E& e) {
    return Contains(asked, e) && std::count(granted.begin(), granted.end(), e) == 1;
  });
}

bool PeriodWithin(const Scope& granted, const Scope& asked) {
  return granted.start >= asked.start && granted.end <= asked.end && granted.end >= granted.start;
}

// True if `granted` lets no more through than `asked`; 0 lets everything through.
bool NoMore(uint64_t granted, uint64_t asked) {
  return asked == 0 || (granted != 0 && granted <= asked);
}

void AddQuotaExcess(const DayQuota& asked, const DayQuota& granted, const std::string& scope,
                    Violations* out) {
  const auto check = [&](absl::string_view name, uint64_t g, uint64_t a) {
    if (NoMore(g, a)) return;
    out->push_back({absl::StrCat(scope, ".", name),
                    absl::StrCat(g == 0 ? "not limited" : absl::StrCat(g), " is more than the ", a,
                                 " that was asked for")});
  };
  check("day_calls", granted.calls, asked.calls);
  check("day_rows", granted.rows, asked.rows);
  check("day_bytes", granted.bytes, asked.bytes);
}

// Each item that was to be masked is masked or not granted; each masked item is granted.
bool MasksWithin(const Scope& granted, const Scope& asked) {
  const bool kept = std::all_of(
      asked.masked_items.begin(), asked.masked_items.end(), [&](const std::string& id) {
        return Contains(granted.masked_items, id) || !Contains(granted.items, id);
      });
  return kept && (granted.masked_items.empty() || Within(granted.masked_items, granted.items));
}

// True if an item that is granted is masked though it was not asked so.
bool MasksMore(const Scope& granted, const Scope& asked) {
  return std::any_of(granted.masked_items.begin(), granted.masked_items.end(),
                     [&](const std::string& id) { return !Contains(asked.masked_items, id); });
}

// Adds a violation for each part of `granted` that goes beyond `asked`.
void AddExcess(const Scope& asked, const Scope& granted, const std::string& scope,
               Violations* out) {
  if (!Within(granted.items, asked.items)) {
    out->push_back({scope + ".items", "names no item, one twice, or one that was not asked for"});
  }
  if (!filter::Narrows(granted.rows, asked.rows)) {
    out->push_back({scope + ".row_filter",
                    absl::StrCat(filter::ToString(granted.rows),
                                 " is not within what was asked: ",
                                 filter::ToString(asked.rows))});
  }
  if (!Within(granted.purposes, asked.purposes)) {
    out->push_back(
        {scope + ".purposes", "names no purpose, one twice, or one that was not asked for"});
  }
  if (!Within(granted.methods, asked.methods)) {
    out->push_back(
        {scope + ".methods", "names no method, one twice, or one that was not asked for"});
  }
  if (!PeriodWithin(granted, asked)) {
    out->push_back({scope + ".end_date",
                    absl::StrCat(absl::FormatCivilTime(granted.start), " to ",
                                 absl::FormatCivilTime(granted.end), " is not within ",
                                 absl::FormatCivilTime(asked.start), " to ",
                                 absl::FormatCivilTime(asked.end))});
  }
  AddQuotaExcess(asked.day, granted.day, scope, out);
  if (!MasksWithin(granted, asked)) {
    out->push_back({scope + ".masked_items",
                    "leaves out an item that was to be masked, names one twice, or one that is not "
                    "granted"});
  }
}

// The violations, told as what they are: a scope that goes beyond what was agreed.
absl::Status Widened(const Violations& violations) {
  const absl::Status fields = Error::Fields(violations);
  absl::Status widened =
      Error(Reason::kScopeWidened, absl::StatusCode::kInvalidArgument, fields.message());
  fields.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    if (!widened.GetPayload(url)) widened.SetPayload(url, payload);
  });
  return widened;
}

}  // namespace

absl::Status Check(const Scope& scope, const Resource& resource, absl::CivilDay today,
                   absl::string_view field) {
  const std::string at(field);
  Violations out;
  CheckItems(scope, resource, at + ".items", &out);
  CheckMasks(scope, at + ".masked_items", &out);
  CheckRows(scope, resource, at + ".row_filter", &out);
  CheckWords(scope.purposes, PurposeName, at + ".purposes", &out);
  CheckWords(scope.methods, MethodName, at + ".methods", &out);
  for (size_t i = 0; i < scope.methods.size(); ++i) {
    if (resource.methods.empty() || Contains(resource.methods, scope.methods[i])) continue;
    std::vector<absl::string_view> offered;
    for (Method m : resource.methods) offered.push_back(MethodName(m));
    out.push_back({absl::StrCat(at, ".methods[", i, "]"),
                   absl::StrCat(MethodName(scope.methods[i]), " is not offered by ",
                                resource.name, ", which offers ",
                                absl::StrJoin(offered, ", "))});
  }
  CheckDays(scope, today, at, &out);
  return Error::Fields(out);
}

ShareClass ClassOf(const Scope& scope, const Resource& resource) {
  ShareClass strictest = ShareClass::kUnconditional;
  const auto take = [&](const std::string& id) {
    const Item* item = resource.item(id);
    strictest = std::max(strictest, item == nullptr ? ShareClass::kNotShared : item->share_class);
  };
  for (const std::string& id : scope.items) take(id);
  for (const std::string& id : scope.rows.Items()) take(id);
  return strictest;
}

int GradingOf(const Scope& scope, const Resource& resource) {
  constexpr int kCore = 3;
  int highest = 0;
  const auto take = [&](const std::string& id) {
    const Item* item = resource.item(id);
    highest = std::max(highest, item == nullptr ? kCore : item->grading);
  };
  for (const std::string& id : scope.items) take(id);
  for (const std::string& id : scope.rows.Items()) take(id);
  return highest;
}

absl::Status CheckClearance(const Scope& scope, const Resource& resource,
                            absl::string_view consumer, int clearance) {
  for (const std::string& id : scope.items) {
    const Item* item = resource.item(id);
    if (item == nullptr || item->grading <= clearance) continue;
    return Error(Reason::kClearanceTooLow, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat("item ", id, " of ", resource.name, " is graded ", item->grading,
                              ", ", consumer, " is cleared for ", clearance,
                              " (1 general, 2 important, 3 core)"))
        .With("resource", resource.name)
        .With("item", id)
        .With("grading", absl::StrCat(item->grading))
        .With("clearance", absl::StrCat(clearance));
  }
  return absl::OkStatus();
}

std::vector<std::string> UnmetConditions(const Scope& scope, absl::string_view consumer,
                                         const Resource& resource) {
  std::vector<std::string> unmet;
  for (const ShareCondition& condition : resource.conditions) {
    if (condition.values.empty()) continue;
    for (const std::string& value : Stated(scope, consumer, condition.kind)) {
      if (Contains(condition.values, value)) continue;
      unmet.push_back(condition.id);
      break;
    }
  }
  return unmet;
}

absl::Status CheckWithin(const Scope& asked, const Scope& granted, absl::string_view field) {
  Violations out;
  AddExcess(asked, granted, std::string(field), &out);
  return out.empty() ? absl::OkStatus() : Widened(out);
}

absl::Status CheckNarrowing(const Scope& asked, const Scope& granted,
                            const std::vector<Cut>& cuts, absl::string_view field) {
  const std::string scope = absl::StrCat(field, ".scope");
  Violations out;
  AddExcess(asked, granted, scope, &out);
  const bool widened = !out.empty();
  std::map<std::string, int> owed;  // cut subjects that must be named
  for (const std::string& id : asked.items) {
    if (!Contains(granted.items, id)) ++owed[id];
  }
  if (filter::Narrows(granted.rows, asked.rows) && !filter::Narrows(asked.rows, granted.rows)) {
    ++owed["row_filter"];
  }
  if (granted.purposes.size() < asked.purposes.size()) ++owed["purposes"];
  if (granted.methods.size() < asked.methods.size()) ++owed["methods"];
  if (PeriodWithin(granted, asked) &&
      (granted.start != asked.start || granted.end != asked.end)) {
    ++owed["period"];
  }
  if (granted.day != asked.day) ++owed["quota"];
  if (MasksMore(granted, asked)) ++owed["masked_items"];
  if (out.empty() && owed.empty()) {
    out.push_back({scope, "is what was asked; the verdict is then APPROVE"});
  }
  for (size_t i = 0; i < cuts.size(); ++i) {
    const std::string at = absl::StrCat(field, ".cuts[", i, "]");
    auto found = owed.find(cuts[i].subject);
    if (found == owed.end() || found->second == 0) {
      out.push_back({at + ".subject", absl::StrCat(codes::Quote(cuts[i].subject), " was not cut")});
    } else {
      --found->second;
    }
    if (!IsText(cuts[i].reason) || cuts[i].reason.empty() ||
        CodePoints(cuts[i].reason) > kMaxReason) {
      out.push_back({at + ".reason", absl::StrCat("has ", CodePoints(cuts[i].reason),
                                                  " characters, want 1 to ", kMaxReason,
                                                  " (R25 21)")});
    }
  }
  for (const auto& [subject, count] : owed) {
    if (count > 0) {
      out.push_back({absl::StrCat(field, ".cuts"),
                     absl::StrCat(codes::Quote(subject), " was cut without a reason (R25 21)")});
    }
  }
  return widened ? Widened(out) : Error::Fields(out);
}

}  // namespace shareway::sharing
