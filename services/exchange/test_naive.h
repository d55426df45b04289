// SPDX-License-Identifier: Apache-2.0
// What may leave a provider's node, worked out record by record from the definitions in
// domain/grant.h, domain/mask.h and libs/filter/row_filter.h, and from none of the code that
// enforces them. The oracle of property tests.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/reason.h"
#include "services/exchange/domain/correction_table.h"
#include "services/exchange/domain/demand.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/domain/resource_table.h"

namespace shareway::exchange::naive {

// A record as its owner has it: a value for each item that is not null.
using Record = std::map<std::string, std::string>;

// A resource with its data, and the corrections that are open on it.
struct Table {
  Resource resource = {};
  std::vector<Record> records = {};
  std::vector<std::string> indexes = {};
  std::vector<std::pair<Correction, int>> corrections = {};  // and its record's place; -1: on all
};

// What is to come of a call. Refused for one of `reasons`, whichever is found first, or delivered.
struct Expected {
  std::set<Reason> reasons = {};
  std::vector<std::string> items = {};
  std::multiset<std::string> rows = {};  // as ShownRow, in any order
};

inline bool Has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

inline bool Holds(const filter::Condition& condition, const Record& record) {
  const auto at = record.find(condition.item);
  if (at == record.end()) return false;  // null meets nothing
  const std::string& value = at->second;
  if (condition.op == filter::Op::kEquals) return value == condition.value;
  return value.compare(0, condition.value.size(), condition.value) == 0;
}

inline bool HoldsAll(const std::vector<filter::Condition>& conditions, const Record& record) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&record](const auto& condition) { return Holds(condition, record); });
}

// No value at all meets both.
inline bool Exclude(const filter::Condition& a, const filter::Condition& b) {
  if (a.item != b.item) return false;
  const bool a_starts = a.value.compare(0, b.value.size(), b.value) == 0;
  const bool b_starts = b.value.compare(0, a.value.size(), a.value) == 0;
  if (a.op == filter::Op::kEquals && b.op == filter::Op::kEquals) return a.value != b.value;
  if (a.op == filter::Op::kEquals) return !a_starts;
  if (b.op == filter::Op::kEquals) return !b_starts;
  return !a_starts && !b_starts;
}

inline std::string Masked(MaskKind kind, const std::string& value) {
  if (kind == MaskKind::kNone) return value;
  std::vector<std::string> characters;
  for (const char c : value) {
    if ((c & 0xc0) == 0x80) {
      characters.back().push_back(c);
    } else {
      characters.emplace_back(1, c);
    }
  }
  const size_t n = characters.size();
  const size_t first = kind == MaskKind::kKeepFirst ? 1 : kind == MaskKind::kKeepEnds ? 3 : 0;
  const size_t last = kind == MaskKind::kKeepLast || kind == MaskKind::kKeepEnds ? 4 : 0;
  std::string kept, stars;
  size_t hidden = 0;
  for (size_t i = 0; i < n; ++i) {
    const bool shown = i < first || i + last >= n;
    hidden += shown ? 0 : 1;
    kept += shown ? characters[i] : "*";
    if (i < 8) stars += "*";
  }
  return kind == MaskKind::kAll || hidden < 2 ? stars : kept;
}

inline const Resource::Item* ItemOf(const Table& table, const std::string& id) {
  for (const Resource::Item& item : table.resource.items) {
    if (item.id == id) return &item;
  }
  return nullptr;
}

inline const char* TagOf(ItemType type) {
  switch (type) {
    case ItemType::kText: return "text ";
    case ItemType::kDecimal: return "decimal ";
    case ItemType::kInteger: return "integer ";
    case ItemType::kDate: return "date ";
    case ItemType::kDatetime: return "time ";
    case ItemType::kBoolean: return "boolean ";
  }
  return "";
}

// The names of the corrections that an answer may tell of a record: those on its items, whether its
// key leaves or not.
inline std::set<std::string> NotesOn(const Table& table, int place,
                                     const std::vector<std::string>& items) {
  std::set<std::string> names;
  for (const auto& [correction, record] : table.corrections) {
    if (!correction.item.empty() && !Has(items, correction.item)) continue;
    if (record == -1 || record == place) names.insert(correction.name);
  }
  return names;
}

inline std::string ShownRow(const std::vector<std::string>& cells,
                            const std::set<std::string>& notes) {
  std::string text;
  for (const std::string& cell : cells) text += cell + "|";
  for (const std::string& note : notes) text += "!" + note;
  return text;
}

// What a record looks like to who was granted these items.
inline std::string Seen(const Table& table, int place, const std::vector<std::string>& items,
                        const Grant& grant) {
  const Record& record = table.records[static_cast<size_t>(place)];
  std::vector<std::string> cells;
  for (const std::string& id : items) {
    const Resource::Item& item = *ItemOf(table, id);
    const auto at = record.find(id);
    if (at == record.end()) {
      cells.emplace_back("null");
    } else if (Has(grant.masked_items, id)) {
      cells.push_back(TagOf(ItemType::kText) + Masked(item.mask, at->second));
    } else {
      cells.push_back(TagOf(item.type) + at->second);
    }
  }
  return ShownRow(cells, NotesOn(table, place, items));
}

// A call, beside what its demand says.
struct Caller {
  std::string agency = {};
  Purpose purpose = 0;
  bool names_case = false;
  uint32_t clearance = 0;
  absl::Time now = {};
};

// The rules that hold for every way of sharing.
inline void AddReasons(const Table& table, const Grant& grant, Method method, const Caller& caller,
                       const std::vector<std::string>& items,
                       const std::vector<std::string>& compared, std::set<Reason>* reasons) {
  if (grant.consumer != caller.agency) reasons->insert(Reason::kGrantUnknown);
  if (grant.state == Grant::State::kSuspended) reasons->insert(Reason::kGrantSuspended);
  // A state of a later version allows nothing.
  if (grant.state != Grant::State::kActive && grant.state != Grant::State::kSuspended) {
    reasons->insert(Reason::kGrantRevoked);
  }
  if (caller.now < grant.start_time || caller.now >= grant.end_time) {
    reasons->insert(Reason::kGrantExpired);
  }
  if (grant.limited) reasons->insert(Reason::kNotSupported);
  if (!grant.pinned_decision) reasons->insert(Reason::kHeld);
  if (std::count(grant.methods.begin(), grant.methods.end(), method) == 0) {
    reasons->insert(Reason::kMethodNotGranted);
  }
  if (std::count(grant.purposes.begin(), grant.purposes.end(), caller.purpose) == 0) {
    reasons->insert(Reason::kPurposeNotGranted);
  }
  if (grant.case_required && !caller.names_case) reasons->insert(Reason::kCaseRequired);
  for (const std::string& item : items) {
    const Resource::Item* known = ItemOf(table, item);
    if (!Has(grant.items, item)) {
      reasons->insert(Reason::kItemNotGranted);
    } else if (known == nullptr) {
      reasons->insert(Reason::kGrantOutdated);
    } else if (known->grading > caller.clearance) {
      reasons->insert(Reason::kItemNotGranted);
    }
  }
  // To compare a value tells it, one guess a call.
  for (const std::string& item : compared) {
    const Resource::Item* known = ItemOf(table, item);
    if (!Has(grant.items, item) || Has(grant.masked_items, item) ||
        (known != nullptr && known->grading > caller.clearance)) {
      reasons->insert(Reason::kItemNotGranted);
    }
  }
  for (const Resource::Item& item : table.resource.items) {
    if (grant.by_publication && Has(grant.items, item.id) && !item.unconditional) {
      reasons->insert(Reason::kHeld);  // it was published to nobody
    }
  }
}

inline void AddRowReason(const Grant& grant, std::vector<filter::Condition> conditions,
                         std::set<Reason>* reasons) {
  conditions.insert(conditions.end(), grant.rows.conditions.begin(), grant.rows.conditions.end());
  for (const filter::Condition& a : conditions) {
    for (const filter::Condition& b : conditions) {
      if (Exclude(a, b)) reasons->insert(Reason::kRowNotGranted);
    }
  }
}

inline bool Leaves(const Grant& grant, const Record& record) {
  return HoldsAll(grant.rows.conditions, record) &&
         grant.rows.expression.Matches(
             [&](absl::string_view item) -> std::optional<absl::string_view> {
               const auto at = record.find(std::string(item));
               if (at == record.end()) return std::nullopt;
               return absl::string_view(at->second);
             });
}

inline Expected OfQuery(const Table& table, const Grant& grant, const Caller& caller,
                        const Query& query) {
  Expected expected{.items = query.items.empty() ? grant.items : query.items};
  std::vector<std::string> compared;
  for (const filter::Condition& condition : query.where.conditions) {
    compared.push_back(condition.item);
  }
  AddReasons(table, grant, Method::kQuery, caller, expected.items, compared, &expected.reasons);
  AddRowReason(grant, query.where.conditions, &expected.reasons);
  if (expected.items.empty()) expected.reasons.insert(Reason::kFieldInvalid);
  if (!expected.reasons.empty()) return expected;
  const std::string first = table.resource.keys()[0];
  bool found = false;  // a way into the data
  for (const auto* conditions : {&query.where.conditions, &grant.rows.conditions}) {
    for (const filter::Condition& condition : *conditions) {
      found = found || condition.item == first || Has(table.indexes, condition.item);
    }
  }
  if (!found) expected.reasons.insert(Reason::kFieldInvalid);
  for (size_t i = 0; i < table.records.size() && found; ++i) {
    const Record& record = table.records[i];
    if (HoldsAll(query.where.conditions, record) && Leaves(grant, record)) {
      expected.rows.insert(Seen(table, static_cast<int>(i), expected.items, grant));
    }
  }
  return expected;
}

inline Expected OfVerification(const Table& table, const Grant& grant, const Caller& caller,
                               const Verification& asked) {
  Expected expected;
  std::vector<std::string> compared;
  for (const Verification::Claim& claim : asked.claims) {
    expected.items.push_back(claim.item);
    compared.push_back(claim.item);
  }
  for (const filter::Condition& condition : asked.key) compared.push_back(condition.item);
  AddReasons(table, grant, Method::kVerify, caller, expected.items, compared, &expected.reasons);
  AddRowReason(grant, asked.key, &expected.reasons);
  if (asked.key.size() != table.resource.keys().size()) {
    expected.reasons.insert(Reason::kFieldInvalid);
  }
  if (!expected.reasons.empty()) return expected;
  int found = -1;
  for (size_t i = 0; i < table.records.size(); ++i) {
    const Record& record = table.records[i];
    if (HoldsAll(asked.key, record) && Leaves(grant, record)) {
      found = static_cast<int>(i);
    }
  }
  std::vector<std::string> cells;
  for (const Verification::Claim& claim : asked.claims) {
    if (found == -1) {
      cells.push_back(claim.item + " no record");
      continue;
    }
    const Record& record = table.records[static_cast<size_t>(found)];
    const auto at = record.find(claim.item);
    const bool match = at != record.end() && at->second == claim.value;
    cells.push_back(claim.item + (match ? " match" : " mismatch"));
  }
  std::set<std::string> notes;
  if (found != -1) notes = NotesOn(table, found, expected.items);
  expected.rows.insert(ShownRow(cells, notes));
  return expected;
}

inline Expected OfTypedCall(const Table& table, const Grant& grant, const Caller& caller,
                            const Invocation& called) {
  Expected expected{.items = called.items.empty() ? grant.items : called.items};
  std::vector<std::string> compared;  // a parameter of an item's name is a condition on it
  for (const auto& [name, value] : called.arguments) compared.push_back(name);
  AddReasons(table, grant, Method::kCall, caller, expected.items, compared, &expected.reasons);
  AddRowReason(grant, {}, &expected.reasons);
  if (!expected.reasons.empty()) return expected;
  for (size_t i = 0; i < table.records.size(); ++i) {
    if (Leaves(grant, table.records[i])) {
      expected.rows.insert(Seen(table, static_cast<int>(i), expected.items, grant));
    }
  }
  return expected;
}

// The whole answer is one item: never cut, so that nothing may be cut off it.
inline Expected OfOpaqueCall(const Table& table, const Grant& grant, const Caller& caller,
                             const std::string& item) {
  Expected expected{.items = {item}};
  AddReasons(table, grant, Method::kCall, caller, expected.items, {item}, &expected.reasons);
  AddRowReason(grant, {}, &expected.reasons);
  if (!grant.rows.every_row()) expected.reasons.insert(Reason::kRowNotGranted);
  return expected;
}

}  // namespace shareway::exchange::naive
