// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/answer_check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/exchange/domain/ask.h"
#include "services/exchange/domain/operation.h"
#include "services/exchange/store/answer_message.h"

namespace shareway::exchange {
namespace {

namespace v1 = evidence::v1;

template <typename T>
bool Has(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// What is checked of a column that came.
struct Column {
  bool masked = false;
  v1::Cell::ValueCase type = v1::Cell::VALUE_NOT_SET;  // of the first value in it
};

// A condition, or a part of an expression, on items whose values came as they are.
struct Test {
  filter::RowFilter rows = {};
  std::vector<std::pair<std::string, size_t>> items = {};  // that it reads, with their columns
};

class BatchCheck {
 public:
  BatchCheck(const Grant& grant, const Permission& permission) : permission_(permission) {
    for (const std::string& item : permission.items) {
      columns_.push_back({.masked = Has(grant.masked_items, item)});
    }
    for (const filter::Condition& condition : permission.where.conditions) {
      Add({.conditions = {condition}});
    }
    for (filter::Expression& part : permission.where.expression.Parts()) {
      Add({.expression = std::move(part)});
    }
  }

  absl::Status Check(const v1::RecordBatch& batch) {
    if (!std::equal(batch.items().begin(), batch.items().end(), permission_.items.begin(),
                    permission_.items.end())) {
      return Quarantined("items", "they are not those that were asked for, in their order");
    }
    for (int i = 0; i < batch.records_size(); ++i) {
      SHAREWAY_RETURN_IF_ERROR(CheckRecord(batch.records(i), i));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status CheckRecord(const v1::Record& record, int row) {
    if (record.cells_size() != static_cast<int>(columns_.size())) {
      return Quarantined(absl::StrCat("records[", row, "]"),
                         absl::StrCat("it has ", record.cells_size(), " cells, want ",
                                      columns_.size()));
    }
    for (int i = 0; i < record.cells_size(); ++i) {
      SHAREWAY_RETURN_IF_ERROR(CheckCell(record.cells(i), row, i));
    }
    for (const Test& test : tests_) {
      std::vector<std::optional<std::string>> texts;
      texts.reserve(test.items.size());
      for (const auto& [item, column] : test.items) {
        texts.push_back(TextOf(record.cells(static_cast<int>(column))));
      }
      const auto value = [&](absl::string_view item) -> std::optional<absl::string_view> {
        for (size_t n = 0; n < texts.size(); ++n) {
          if (test.items[n].first == item && texts[n]) return absl::string_view(*texts[n]);
        }
        return std::nullopt;
      };
      if (!filter::Matches(test.rows, value)) {
        return Quarantined(absl::StrCat("records[", row, "]"),
                           absl::StrCat("it is outside the rows that may come, by its ",
                                        test.items.front().first));
      }
    }
    return absl::OkStatus();
  }

  // Keeps the test if all that it reads comes as it is.
  void Add(filter::RowFilter rows) {
    Test test{.rows = std::move(rows)};
    for (std::string& item : test.rows.Items()) {
      const auto at = std::find(permission_.items.begin(), permission_.items.end(), item);
      if (at == permission_.items.end()) return;
      const auto column = static_cast<size_t>(at - permission_.items.begin());
      if (columns_[column].masked) return;
      test.items.emplace_back(std::move(item), column);
    }
    tests_.push_back(std::move(test));
  }

  absl::Status CheckCell(const v1::Cell& cell, int row, int column) {
    Column& at = columns_[static_cast<size_t>(column)];
    const auto refuse = [&](absl::string_view what) {
      return Quarantined(absl::StrCat("records[", row, "].cells[", column, "]"), what);
    };
    if (cell.value_case() == v1::Cell::kNull) return absl::OkStatus();
    if (cell.value_case() == v1::Cell::VALUE_NOT_SET) return refuse("it is neither value nor null");
    if (at.type == v1::Cell::VALUE_NOT_SET) at.type = cell.value_case();
    if (at.type != cell.value_case()) return refuse("it is of another type than those above it");
    if (!at.masked) return absl::OkStatus();
    if (cell.value_case() != v1::Cell::kText || !LooksMasked(cell.text())) {
      return refuse("it was to come masked and is not");
    }
    return absl::OkStatus();
  }

  const Permission& permission_;
  std::vector<Column> columns_;
  std::vector<Test> tests_;
};

// Notes may name what was asked for only.
template <typename Notes>
absl::Status CheckNotes(const Notes& notes, size_t records, const std::vector<std::string>& items) {
  for (int i = 0; i < notes.size(); ++i) {
    const v1::CorrectionNote& note = notes.Get(i);
    if (note.record() < records && (note.item().empty() || Has(items, note.item()))) continue;
    return Quarantined(absl::StrCat("corrections[", i, "]"),
                       "it is about a record or an item that was not asked for");
  }
  return absl::OkStatus();
}

absl::StatusOr<CheckedAnswer> CheckQueried(absl::string_view body, const Query& query,
                                           const Grant& grant, const Permission& permission) {
  SHAREWAY_ASSIGN_OR_RETURN(const v1::QueryAnswer answer, ParseQueryAnswer(body));
  const uint32_t limit = query.limit == 0 ? kDefaultLimit : query.limit;
  const auto records = static_cast<uint64_t>(answer.batch().records_size());
  if (records > limit) {
    return Quarantined("records", absl::StrCat("there are ", records, ", want at most ", limit));
  }
  SHAREWAY_RETURN_IF_ERROR(BatchCheck(grant, permission).Check(answer.batch()));
  SHAREWAY_RETURN_IF_ERROR(CheckNotes(answer.corrections(), records, permission.items));
  return CheckedAnswer{.records = records, .items = permission.items};
}

absl::StatusOr<CheckedAnswer> CheckVerified(absl::string_view body,
                                            const Verification& verification,
                                            const Permission& permission) {
  SHAREWAY_ASSIGN_OR_RETURN(const v1::VerifyAnswer answer, ParseVerifyAnswer(body));
  if (answer.comparisons_size() != static_cast<int>(verification.claims.size())) {
    return Quarantined("comparisons", absl::StrCat("there are ", answer.comparisons_size(),
                                                   ", want ", verification.claims.size()));
  }
  int missing = 0;
  for (int i = 0; i < answer.comparisons_size(); ++i) {
    const auto& each = answer.comparisons(i);
    const bool known = each.comparison() == v1::MATCH || each.comparison() == v1::MISMATCH ||
                       each.comparison() == v1::NO_RECORD;
    if (each.item() != verification.claims[static_cast<size_t>(i)].item || !known) {
      return Quarantined(absl::StrCat("comparisons[", i, "]"),
                         "it is not of the item that was claimed, or says something else");
    }
    if (each.comparison() == v1::NO_RECORD) ++missing;
  }
  if (missing != 0 && missing != answer.comparisons_size()) {
    return Quarantined("comparisons", "the record is there for some claims and not for others");
  }
  const uint64_t records = missing == 0 ? 1 : 0;
  SHAREWAY_RETURN_IF_ERROR(CheckNotes(answer.corrections(), records, permission.items));
  return CheckedAnswer{.records = records, .items = permission.items};
}

absl::StatusOr<CheckedAnswer> CheckOpaque(const v1::CallAnswer& answer,
                                          const Invocation& invocation, const Grant& grant) {
  const std::string& item = answer.opaque().item();
  const bool asked = invocation.items.empty() || invocation.items == std::vector<std::string>{item};
  // One piece is never cut: by neither rows nor masks.
  if (!asked || !Has(grant.items, item) || Has(grant.masked_items, item) ||
      !grant.rows.every_row()) {
    return Quarantined("opaque", "the grant does not give this item as one piece");
  }
  if (answer.opaque().content().size() > kMaxCallAnswer) {
    return Quarantined("opaque", absl::StrCat("it has ", answer.opaque().content().size(),
                                              " bytes, want at most ", kMaxCallAnswer));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckNotes(answer.corrections(), 1, {item}));
  return CheckedAnswer{.records = 1, .opaque = true, .items = {item}};
}

absl::StatusOr<CheckedAnswer> CheckCalled(absl::string_view body, const Invocation& invocation,
                                          const Grant& grant, const Permission& permission) {
  SHAREWAY_ASSIGN_OR_RETURN(const v1::CallAnswer answer, ParseCallAnswer(body));
  if (answer.has_opaque()) return CheckOpaque(answer, invocation, grant);
  const auto records = static_cast<uint64_t>(answer.batch().records_size());
  if (records > kMaxCallRecords) {
    return Quarantined("records",
                       absl::StrCat("there are ", records, ", want at most ", kMaxCallRecords));
  }
  SHAREWAY_RETURN_IF_ERROR(BatchCheck(grant, permission).Check(answer.batch()));
  SHAREWAY_RETURN_IF_ERROR(CheckNotes(answer.corrections(), records, permission.items));
  return CheckedAnswer{.records = records, .items = permission.items};
}

}  // namespace

absl::StatusOr<CheckedAnswer> CheckAnswer(Method method, absl::string_view body,
                                          const Demand& demand, const Grant& grant,
                                          const Permission& permission) {
  if (const auto* query = std::get_if<Query>(&demand); query && method == Method::kQuery) {
    return CheckQueried(body, *query, grant, permission);
  }
  if (const auto* asked = std::get_if<Verification>(&demand); asked && method == Method::kVerify) {
    return CheckVerified(body, *asked, permission);
  }
  if (const auto* called = std::get_if<Invocation>(&demand); called && method == Method::kCall) {
    return CheckCalled(body, *called, grant, permission);
  }
  return Quarantined("body", "no answer of this way of sharing was asked for");
}

absl::StatusOr<v1::RecordBatch> CheckChunk(absl::string_view bytes, const Grant& grant,
                                           const Permission& permission) {
  SHAREWAY_ASSIGN_OR_RETURN(v1::RecordBatch batch, ParseBatch(bytes));
  SHAREWAY_RETURN_IF_ERROR(BatchCheck(grant, permission).Check(batch));
  return batch;
}

}  // namespace shareway::exchange
