// SPDX-License-Identifier: Apache-2.0
// Random resources with data, grants on them and calls under those, for property tests.
#pragma once

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "services/exchange/query_serving.h"
#include "services/exchange/test_naive.h"

namespace shareway::exchange {

// Draws from one seed. Not thread-safe.
class Chance {
 public:
  Chance(uint64_t seed, std::string resource, std::string secret)
      : random_(seed), resource_(std::move(resource)), secret_(std::move(secret)) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool OneIn(int n) { return Below(n) == 0; }
  template <typename T>
  const T& Of(const std::vector<T>& all) {
    return all[static_cast<size_t>(Below(static_cast<int>(all.size())))];
  }
  // Each with this chance in a hundred, in any order.
  std::vector<std::string> Some(const std::vector<std::string>& all, int percent) {
    std::vector<std::string> some;
    for (const std::string& each : all) {
      if (Below(100) < percent) some.push_back(each);
    }
    std::shuffle(some.begin(), some.end(), random_);
    return some;
  }

  // 2 to 8 items of all types, up to three of them the key, with gradings and masks, and up to 30
  // records; indexes; corrections on the resource, on records and on items.
  naive::Table MakeTable() {
    naive::Table table;
    table.resource.name = resource_;
    const int items = 2 + Below(7);
    const int keys = 1 + Below(std::min(3, items - 1));
    for (int i = 0; i < items; ++i) {
      Resource::Item item{.id = absl::StrCat(std::string(1, static_cast<char>('a' + i)), "_", i),
                          .key = i < keys,
                          .grading = OneIn(8) ? 2u + Below(2) : 1u,
                          .mask = static_cast<MaskKind>(Below(4)),
                          .type = i == 0 || OneIn(2) ? ItemType::kText
                                                     : static_cast<ItemType>(Below(6)),
                          .unconditional = !OneIn(10)};
      table.resource.items.push_back(item);
    }
    std::shuffle(table.resource.items.begin(), table.resource.items.end(), random_);
    AddRecords(&table);
    for (const Resource::Item& item : table.resource.items) {
      if (item.id != table.resource.keys()[0] && OneIn(3)) table.indexes.push_back(item.id);
    }
    table.resource.operations = {
        {.id = "look_up", .form = Operation::Form::kJson, .parameters = IdsOf(table)},
        {.id = "whole", .form = Operation::Form::kOpaque, .item = Of(table.resource.items).id}};
    AddCorrections(&table);
    return table;
  }

  Grant MakeGrant(const naive::Table& table, const naive::Caller& caller) {
    const std::vector<std::string> all = IdsOf(table);
    Grant grant{.name = "grants/g1",
                .consumer = OneIn(60) ? "agencies/others" : caller.agency,
                .provider = "agencies/a",
                .resource = resource_,
                .items = Some(all, OneIn(3) ? 40 : 85),
                .purposes = OneIn(30) ? std::vector<Purpose>{2} : std::vector<Purpose>{1, 3},
                .methods = {Method::kQuery, Method::kVerify, Method::kCall},
                .start_time = caller.now - absl::Hours(OneIn(60) ? -1 : 1),
                .end_time = caller.now + absl::Seconds(OneIn(60) ? 0 : 1),
                .case_required = OneIn(4),
                .state = Grant::State::kActive,
                .revision = {1, 1},
                .limited = OneIn(80),
                .pinned_decision = !OneIn(80),
                .by_publication = OneIn(10)};
    if (grant.items.empty()) grant.items.push_back(Of(all));
    grant.masked_items = Some(grant.items, OneIn(2) ? 0 : 30);
    if (OneIn(20)) grant.methods.erase(grant.methods.begin() + Below(3));
    if (OneIn(60)) grant.state = static_cast<Grant::State>(Below(3) + 2);
    const int conditions = OneIn(3) ? 0 : 1 + Below(2);
    for (int i = 0; i < conditions; ++i) {
      grant.rows.conditions.push_back(MakeCondition(table, Of(all), i == 0 ? 2 : 6));
    }
    if (OneIn(4)) grant.rows.expression = MakeExpression(table, all);
    return grant;
  }

  Query MakeQuery(const naive::Table& table, const Grant& grant) {
    Query query{.limit = OneIn(4) ? 0u : 1u + Below(OneIn(2) ? 4 : 40)};
    if (!OneIn(3)) query.items = Some(OneIn(25) ? IdsOf(table) : grant.items, 60);
    const int conditions = 1 + Below(2);
    for (int i = 0; i < conditions; ++i) {
      const bool by_key = i == 0 && !OneIn(4);
      const std::string item = by_key     ? table.resource.keys()[0]
                               : OneIn(4) ? Of(table.resource.items).id
                                          : Of(grant.items);
      query.where.conditions.push_back(MakeCondition(table, item, 6));
    }
    return query;
  }

  Invocation MakeInvocation(const naive::Table& table, const Grant& grant) {
    Invocation invocation{.operation = "look_up"};
    if (!OneIn(3)) invocation.items = Some(OneIn(20) ? IdsOf(table) : grant.items, 60);
    if (OneIn(3)) {
      const std::string& item = OneIn(8) ? Of(table.resource.items).id : Of(grant.items);
      invocation.arguments = {{item, Word(3)}};
    }
    return invocation;
  }

  // The claims of one record, some of them wrong; nothing if all items are of the key.
  Verification MakeVerification(const naive::Table& table) {
    Verification verification;
    const naive::Record& record = Of(table.records);
    const naive::Record& other = Of(table.records);
    for (const Resource::Item& item : table.resource.items) {
      if (item.key) {
        const naive::Record& from = OneIn(12) ? other : record;
        if (OneIn(60)) continue;  // not the whole key
        verification.key.push_back({item.id, filter::Op::kEquals, from.at(item.id)});
      } else if (!OneIn(3)) {
        const naive::Record& from = OneIn(3) ? other : record;
        const auto at = from.find(item.id);
        std::string value = at == from.end() ? MakeValue(item.type, 5, 0) : at->second;
        verification.claims.push_back({item.id, std::move(value)});
      }
    }
    if (verification.key.empty()) verification.claims.clear();
    return verification;
  }

  static std::vector<std::string> IdsOf(const naive::Table& table) {
    std::vector<std::string> ids;
    for (const Resource::Item& item : table.resource.items) ids.push_back(item.id);
    return ids;
  }

 private:
  // Few characters, so that prefixes meet; of one to four bytes, and those that CSV and JSON quote.
  std::string Word(int letters) {
    static const auto* const kLetters = new std::vector<std::string>{
        "a", "b", "0", "甲", "乙", "é", ",", "\"", "\\", "𠀀"};
    std::string word;
    for (int i = 0; i < letters; ++i) word += OneIn(4) ? Of(*kLetters) : (OneIn(2) ? "a" : "甲");
    return word;
  }

  // `spread`: of how many values it is one; texts of more than one end in what no other has.
  std::string MakeValue(ItemType type, int spread, int unique) {
    const int n = Below(spread);
    switch (type) {
      case ItemType::kText:
        return unique == 0 ? Word(1 + Below(6)) : absl::StrCat(Word(1 + Below(12)), "-", unique);
      case ItemType::kDecimal: return absl::StrCat(OneIn(3) ? "-" : "", n, ".", 10 + Below(90));
      case ItemType::kInteger: return absl::StrCat(n * 37);
      case ItemType::kDate: return absl::StrFormat("20%02d-0%d-1%d", n, 1 + n % 9, n % 10);
      case ItemType::kDatetime: return absl::StrFormat("2026-01-%02dT0%d:00:00Z", 1 + n, n % 10);
      case ItemType::kBoolean: return OneIn(2) ? "true" : "false";
    }
    return "";
  }

  void AddRecords(naive::Table* table) {
    std::vector<int> spread;
    for (const Resource::Item& item : table->resource.items) {
      spread.push_back(item.key ? 12 : 1 + Below(20));
    }
    std::set<std::vector<std::string>> known;
    const int tries = 3 + Below(28);
    for (int n = 0; n < tries; ++n) {
      naive::Record record;
      std::vector<std::string> key;
      for (size_t i = 0; i < table->resource.items.size(); ++i) {
        const Resource::Item& item = table->resource.items[i];
        if (!item.key && OneIn(6)) continue;  // null
        record[item.id] = MakeValue(item.type, spread[i], OneIn(2) ? 1000 + n : 0);
        if (item.key) key.push_back(record[item.id]);
      }
      if (known.insert(key).second) table->records.push_back(std::move(record));
    }
  }

  void AddCorrections(naive::Table* table) {
    for (int n = Below(4); n > 0; --n) {
      const int place = OneIn(3) ? -1 : Below(static_cast<int>(table->records.size()));
      Correction correction{.name = absl::StrCat("corrections/", n), .resource = resource_};
      if (!OneIn(3)) correction.item = Of(table->resource.items).id;
      if (place >= 0) {
        std::vector<absl::string_view> key;
        for (const std::string& id : table->resource.keys()) {
          key.push_back(table->records[static_cast<size_t>(place)].at(id));
        }
        correction.record = RecallDigest(secret_, resource_, key);
      }
      table->corrections.emplace_back(std::move(correction), place);
    }
  }

  // A value, or the beginning of one, of some record; now and then of none.
  // An expression over any items, with values that some record has.
  filter::Expression MakeExpression(const naive::Table& table, const std::vector<std::string>& all) {
    const auto comparison = [&] {
      const std::string item = Of(all);
      if (OneIn(6)) return absl::StrCat(item, " is null");
      static constexpr absl::string_view kSigns[] = {"=", "!=", "<", ">=", "^="};
      std::string value = absl::StrReplaceAll(MakeCondition(table, item, 3).value,
                                              {{"\\", "\\\\"}, {"\"", "\\\""}});
      if (OneIn(5)) return absl::StrCat(item, " in (\"x\", \"", value, "\")");
      return absl::StrCat(item, " ", kSigns[Below(5)], " \"", value, "\"");
    };
    const std::string text = absl::StrCat(OneIn(3) ? "not " : "", comparison(),
                                          OneIn(2) ? " or " : " and ", comparison());
    return filter::Expression::Parse(text, "rows").value();
  }
  filter::Condition MakeCondition(const naive::Table& table, const std::string& item, int longest) {
    const naive::Record& record = Of(table.records);
    const auto at = record.find(item);
    filter::Condition condition{item, OneIn(3) ? filter::Op::kEquals : filter::Op::kPrefix,
                                at == record.end() || OneIn(20) ? Word(2) : at->second};
    if (condition.op == filter::Op::kEquals) return condition;
    size_t end = 0;
    for (int letters = 1 + Below(longest); end < condition.value.size(); ++end) {
      if ((condition.value[end] & 0xc0) != 0x80 && letters-- == 0) break;
    }
    condition.value.resize(end);
    return condition;
  }

  std::mt19937_64 random_;
  const std::string resource_, secret_;
};

// The records as a file, every value in quotes.
inline std::string CsvOf(const naive::Table& table) {
  std::string csv;
  for (const Resource::Item& item : table.resource.items) {
    absl::StrAppend(&csv, csv.empty() ? "" : ",", item.id);
  }
  for (const naive::Record& record : table.records) {
    absl::string_view comma = "\n";
    for (const Resource::Item& item : table.resource.items) {
      const auto at = record.find(item.id);
      absl::StrAppend(&csv, comma);
      if (at != record.end()) {
        absl::StrAppend(&csv, "\"", absl::StrReplaceAll(at->second, {{"\"", "\"\""}}), "\"");
      }
      comma = ",";
    }
  }
  return csv + "\n";
}

}  // namespace shareway::exchange
