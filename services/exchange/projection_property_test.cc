// SPDX-License-Identifier: Apache-2.0
// Whatever resource, data, grant and call: what leaves is what the grant says, neither more nor
// less. The rule, the reading, the encoding and the consumer's check as they run in nodes, without
// their signatures, against an oracle that goes record by record (test_naive.h).
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/exchange/answer_check.h"
#include "services/exchange/domain/ask.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/store/call_message.h"
#include "services/exchange/store/message.h"
#include "services/exchange/store/verify_message.h"
#include "services/exchange/test_chance.h"
#include "services/exchange/test_owner.h"
#include "tests/support/campaign.h"

namespace shareway::exchange {
namespace {

namespace v1 = evidence::v1;
using naive::Caller;
using naive::Expected;
using naive::Table;

constexpr int kGrants = 20;  // on one resource
constexpr int kCalls = 10;   // under one grant

// How much was tried, so that a test which tries nothing is seen.
struct Figures {
  int64_t delivered = 0, rows = 0, pages = 0, masked = 0, noted = 0, quarantined = 0;
  std::map<Reason, int64_t> refused;
};

std::string ShownCell(const v1::Cell& cell) {
  switch (cell.value_case()) {
    case v1::Cell::kText: return "text " + cell.text();
    case v1::Cell::kInteger: return absl::StrCat("integer ", cell.integer());
    case v1::Cell::kDecimal: return "decimal " + cell.decimal();
    case v1::Cell::kBoolean: return cell.boolean() ? "boolean true" : "boolean false";
    case v1::Cell::kDate: return "date " + cell.date();
    case v1::Cell::kTime: return "time " + cell.time();
    case v1::Cell::kNull: return "null";
    default: return "of no type";
  }
}

template <typename Notes>
std::set<std::string> NotesAt(const Notes& notes, uint32_t record) {
  std::set<std::string> names;
  for (const v1::CorrectionNote& note : notes) {
    if (note.record() == record) names.insert(note.correction());
  }
  return names;
}

template <typename Notes>
void AddRows(const v1::RecordBatch& batch, const Notes& notes, std::vector<std::string>* rows) {
  for (int i = 0; i < batch.records_size(); ++i) {
    std::vector<std::string> cells;
    for (const v1::Cell& cell : batch.records(i).cells()) cells.push_back(ShownCell(cell));
    rows->push_back(naive::ShownRow(cells, NotesAt(notes, static_cast<uint32_t>(i))));
  }
}

// One triple of table, grant and call. Each answers what is wrong; empty: nothing.
class Trial {
 public:
  Trial(const Table& table, const Owner& owner, const Grant& grant, const Caller& caller,
        Chance* chance, Figures* figures)
      : table_(table), owner_(owner), grant_(grant), caller_(caller), chance_(*chance),
        figures_(*figures) {}

  std::string OfQuery(Query query) {
    const Expected expected = naive::OfQuery(table_, grant_, caller_, query);
    if (!CheckQuery(query, Method::kQuery).ok()) return "the call made is none";
    const uint32_t limit = query.limit == 0 ? kDefaultLimit : query.limit;
    std::vector<std::string> rows;
    for (size_t pages = 1;; ++pages) {
      const auto served = owner_.Serve(Method::kQuery, Encode(query), grant_, caller_);
      if (!served.ok()) return Refused(served.status(), expected);
      if (!expected.reasons.empty()) return Delivered(expected);
      v1::QueryAnswer answer;
      if (!answer.ParseFromString(served->body)) return "no answer";
      const auto before = rows.size();
      if (const std::string fault = Take(Method::kQuery, query, *served, answer, expected, &rows);
          !fault.empty()) {
        return fault;
      }
      if (rows.size() - before > limit) return "more rows than the limit";
      ++figures_.pages;
      if (answer.next().empty()) {
        // How many pages there are tells no more than how many rows there are.
        const size_t most = std::max<size_t>(1, (expected.rows.size() + limit - 1) / limit);
        if (pages != most) return absl::StrCat(pages, " pages, want ", most);
        break;
      }
      if (const std::string told = Tells(answer.next()); !told.empty()) return told;
      query.after = answer.next();
    }
    return Compare(rows, expected);
  }

  std::string OfVerification(const Verification& asked) {
    const Expected expected = naive::OfVerification(table_, grant_, caller_, asked);
    const auto served = owner_.Serve(Method::kVerify, Encode(asked), grant_, caller_);
    if (!served.ok()) return Refused(served.status(), expected);
    if (!expected.reasons.empty()) return Delivered(expected);
    const auto permission = PermitAgain(Method::kVerify, asked);
    if (!permission.ok()) return "the consumer's node refuses";
    const auto checked = CheckAnswer(Method::kVerify, served->body, asked, grant_, *permission);
    if (!checked.ok()) return absl::StrCat("quarantined: ", checked.status().ToString());
    v1::VerifyAnswer answer;
    if (!answer.ParseFromString(served->body)) return "no answer";
    std::vector<std::string> cells;
    for (const auto& each : answer.comparisons()) {
      const char* how = each.comparison() == v1::MATCH      ? " match"
                        : each.comparison() == v1::MISMATCH ? " mismatch"
                                                            : " no record";
      cells.push_back(each.item() + how);
    }
    if (served->records == 0 && answer.corrections_size() > 0) return "notes on no record";
    return Compare({naive::ShownRow(cells, NotesAt(answer.corrections(), 0))}, expected);
  }

  std::string OfCall(const Invocation& invocation) {
    const Operation& operation = *table_.resource.FindOperation(invocation.operation);
    const Expected expected =
        operation.opaque() ? naive::OfOpaqueCall(table_, grant_, caller_, operation.item)
                           : naive::OfTypedCall(table_, grant_, caller_, invocation);
    const int before = owner_.asked();
    const auto served = owner_.Serve(Method::kCall, Encode(invocation), grant_, caller_);
    if (!served.ok()) {
      if (owner_.asked() != before) return "the system was asked for what was refused";
      return Refused(served.status(), expected);
    }
    if (!expected.reasons.empty()) return Delivered(expected);
    v1::CallAnswer answer;
    if (!answer.ParseFromString(served->body)) return "no answer";
    std::vector<std::string> rows;
    if (const std::string fault =
            Take(Method::kCall, invocation, *served, answer, expected, &rows);
        !fault.empty()) {
      return fault;
    }
    if (!operation.opaque()) return Compare(rows, expected);
    ++figures_.delivered;
    const bool whole = answer.opaque().item() == operation.item &&
                       answer.opaque().content() == kWhole && !answer.has_batch();
    return whole ? "" : "an opaque answer was changed";
  }

 private:
  // Reads a page as the consumer's node does, and sees that it would not take more.
  template <typename Asked, typename Answer>
  std::string Take(Method method, const Asked& asked, const Served& served, const Answer& answer,
                   const Expected& expected, std::vector<std::string>* rows) {
    const auto permission = PermitAgain(method, asked);
    if (!permission.ok()) return "the consumer's node refuses";
    const auto checked = CheckAnswer(method, served.body, asked, grant_, *permission);
    if (!checked.ok()) return absl::StrCat("quarantined: ", checked.status().ToString());
    if (served.items != expected.items) return "evidence names other items";
    if (served.opaque) return "";
    if (!std::equal(answer.batch().items().begin(), answer.batch().items().end(),
                    expected.items.begin(), expected.items.end())) {
      return "other items than were asked for";
    }
    for (const v1::CorrectionNote& note : answer.corrections()) {
      if (note.record() >= served.records) return "a note on no record";
    }
    figures_.noted += answer.corrections_size();
    if (served.records != static_cast<uint64_t>(answer.batch().records_size())) {
      return "evidence has another number of records";
    }
    AddRows(answer.batch(), answer.corrections(), rows);
    if (chance_.OneIn(4)) return TakesNoMore(method, asked, answer, *permission);
    return "";
  }

  // What a provider's node that was taken over adds must not pass the consumer's.
  template <typename Asked, typename Answer>
  std::string TakesNoMore(Method method, const Asked& asked, Answer answer,
                          const Permission& permission) {
    v1::RecordBatch& batch = *answer.mutable_batch();
    switch (chance_.Below(3)) {
      case 0:  // an item
        batch.add_items("z_9");
        for (v1::Record& record : *batch.mutable_records()) record.add_cells()->set_text("CANARY");
        break;
      case 1: {  // a value without its mask
        int column = 0;
        while (column < batch.items_size() &&
               !naive::Has(grant_.masked_items, batch.items(column))) {
          ++column;
        }
        if (column == batch.items_size() || batch.records_size() == 0) return "";
        batch.mutable_records(0)->mutable_cells(column)->set_text("CANARY");
        break;
      }
      default: {  // a row outside, as far as an item tells
        const naive::Record& record = chance_.Of(table_.records);
        bool outside = false;
        for (const filter::Condition& condition : permission.where.conditions) {
          outside = outside || (naive::Has(permission.items, condition.item) &&
                                !naive::Has(grant_.masked_items, condition.item) &&
                                !naive::Holds(condition, record));
        }
        if (!outside) return "";
        AddRecord(record, permission.items, batch.add_records());
      }
    }
    const auto checked = CheckAnswer(method, answer.SerializeAsString(), asked, grant_, permission);
    if (checked.ok()) return "what was added was not quarantined: " + answer.ShortDebugString();
    ++figures_.quarantined;
    return "";
  }
  void AddRecord(const naive::Record& record, const std::vector<std::string>& items,
                 v1::Record* out) const {
    for (const std::string& id : items) {
      v1::Cell* cell = out->add_cells();
      const auto at = record.find(id);
      const ItemType type = naive::ItemOf(table_, id)->type;
      if (at == record.end()) {
        cell->set_null(true);
      } else if (naive::Has(grant_.masked_items, id)) {
        cell->set_text("**");
      } else {
        switch (type) {
          case ItemType::kText: cell->set_text(at->second); break;
          case ItemType::kDecimal: cell->set_decimal(at->second); break;
          case ItemType::kInteger: cell->set_integer(std::stoll(at->second)); break;
          case ItemType::kDate: cell->set_date(at->second); break;
          case ItemType::kDatetime: cell->set_time(at->second); break;
          case ItemType::kBoolean: cell->set_boolean(at->second == "true"); break;
        }
      }
    }
  }

  absl::StatusOr<Permission> PermitAgain(Method method, const Demand& demand) const {
    return Owner::PermitFor(WantedOf(demand), method, grant_, caller_);
  }

  // A page token holds a place in the data: it must not tell what lies there.
  std::string Tells(absl::string_view token) const {
    for (const naive::Record& record : table_.records) {
      for (const auto& [id, value] : record) {
        if (value.size() > 5 && absl::StrContains(token, value)) {
          return absl::StrCat("a page token tells ", id);
        }
      }
    }
    return "";
  }

  std::string Refused(const absl::Status& status, const Expected& expected) {
    const auto details = DetailsOf(status);
    const Reason reason = details ? details->reason : Reason::kUnspecified;
    ++figures_.refused[reason];
    for (const naive::Record& record : table_.records) {
      for (const auto& [id, value] : record) {
        // Values of the call itself and of the grant's own conditions may be told.
        if (!grant_.rows.every_row() || naive::Has(grant_.items, id)) continue;
        if (value.size() > 8 && absl::StrContains(status.message(), value)) {
          return absl::StrCat("the refusal tells ", id);
        }
      }
    }
    if (expected.reasons.contains(reason)) return "";
    return absl::StrCat("refused: ", status.ToString(), ", want ",
                        expected.reasons.empty() ? "an answer" : Names(expected.reasons));
  }
  static std::string Delivered(const Expected& expected) {
    return absl::StrCat("delivered, want ", Names(expected.reasons));
  }
  static std::string Names(const std::set<Reason>& reasons) {
    return absl::StrJoin(reasons, " or ", [](std::string* out, Reason reason) {
      absl::StrAppend(out, ReasonName(reason));
    });
  }
  std::string Compare(const std::vector<std::string>& rows, const Expected& expected) {
    ++figures_.delivered;
    figures_.rows += static_cast<int64_t>(rows.size());
    for (const std::string& item : expected.items) {
      const bool masked = naive::Has(grant_.masked_items, item);
      figures_.masked += masked ? static_cast<int64_t>(rows.size()) : 0;
    }
    if (std::multiset<std::string>(rows.begin(), rows.end()) == expected.rows) return "";
    return absl::StrCat("came:\n  ", absl::StrJoin(rows, "\n  "), "\nwant, in any order:\n  ",
                        absl::StrJoin(expected.rows, "\n  "));
  }

  const Table& table_;
  const Owner& owner_;
  const Grant& grant_;
  const Caller& caller_;
  Chance& chance_;
  Figures& figures_;
};

std::string RunOne(const Table& table, Trial trial, const Grant& grant, Chance* chance) {
  const int method = chance->Below(6);
  if (method < 3) return trial.OfQuery(chance->MakeQuery(table, grant));
  if (method == 3) {
    const Verification asked = chance->MakeVerification(table);
    return asked.claims.empty() ? trial.OfQuery(chance->MakeQuery(table, grant))
                                : trial.OfVerification(asked);
  }
  if (method == 4) return trial.OfCall({.operation = "whole"});
  return trial.OfCall(chance->MakeInvocation(table, grant));
}

TEST_CASE("What leaves is what the grant says, whatever data, grant and call", "[property]") {
  const int64_t triples = testing::Rounds(100'000, 10'000'000);
  log::SetSink([](absl::string_view) {});  // each index that is built would be told
  const auto told_again = absl::MakeCleanup([] { log::SetSink(nullptr); });
  const uint64_t first = testing::DaySeed();
  Figures figures;
  GrantTable grants;
  int64_t made = 0;
  uint64_t seed = first * 1'000'000;
  for (; made < triples; ++seed) {
    Chance chance(seed, kResource, OwnerSecret());
    const Table table = chance.MakeTable();
    const Owner owner(&table);
    for (int g = 0; g < kGrants; ++g) {
      Caller caller{.agency = "agencies/c",
                    .purpose = 1,
                    .names_case = !chance.OneIn(8),
                    .clearance = 1 + static_cast<uint32_t>(chance.Below(3)),
                    .now = absl::FromUnixSeconds(1790000000)};
      // As a node holds it: made ready for deciding.
      grants.Put(chance.MakeGrant(table, caller), {1, 1});
      const std::shared_ptr<const Grant> held = grants.Find("grants/g1");
      const Grant& grant = *held;
      for (int call = 0; call < kCalls; ++call, ++made) {
        const std::string fault = RunOne(
            table, Trial(table, owner, grant, caller, &chance, &figures), grant, &chance);
        if (fault.empty()) continue;
        INFO("SHAREWAY_SEED=" << first << ", world " << seed << ", grant " << g << ", call "
                              << call);
        INFO(CsvOf(table));
        INFO("items " << absl::StrJoin(grant.items, ",") << " masked "
                      << absl::StrJoin(grant.masked_items, ",") << " rows "
                      << filter::ToString(grant.rows) << " indexes "
                      << absl::StrJoin(table.indexes, ","));
        FAIL(fault);
      }
    }
  }
  std::string refused;
  for (const auto& [reason, count] : figures.refused) {
    absl::StrAppend(&refused, " ", ReasonName(reason), " ", count);
  }
  std::printf("seed %llu: %lld triples in %lld worlds, %lld delivered with %lld rows on %lld "
              "pages, %lld masked cells, %lld notes, %lld forgeries quarantined; refused:%s\n",
              static_cast<unsigned long long>(first), static_cast<long long>(made),
              static_cast<long long>(seed - first * 1'000'000),
              static_cast<long long>(figures.delivered), static_cast<long long>(figures.rows),
              static_cast<long long>(figures.pages), static_cast<long long>(figures.masked),
              static_cast<long long>(figures.noted), static_cast<long long>(figures.quarantined),
              refused.c_str());
  // It must have tried what it says.
  CHECK(figures.delivered > made / 6);
  CHECK(figures.rows > made / 4);
  CHECK(figures.masked > made / 20);
  CHECK(figures.noted > made / 50);
  CHECK(figures.quarantined > made / 50);
  for (const Reason reason :
       {Reason::kGrantUnknown, Reason::kGrantSuspended, Reason::kGrantRevoked,
        Reason::kGrantExpired, Reason::kNotSupported, Reason::kHeld, Reason::kMethodNotGranted,
        Reason::kPurposeNotGranted, Reason::kCaseRequired, Reason::kItemNotGranted,
        Reason::kRowNotGranted, Reason::kFieldInvalid}) {
    CAPTURE(ReasonName(reason));
    CHECK(figures.refused[reason] > 0);
  }
}

}  // namespace
}  // namespace shareway::exchange
