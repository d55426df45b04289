// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/ask.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "services/exchange/domain/operation.h"

namespace shareway::exchange {
namespace {

constexpr size_t kMaxItems = 500;
constexpr int kMaxOperator = 64;
constexpr int kMaxCase = 100;
constexpr size_t kMaxAfter = 1024;
constexpr Purpose kMaxPurpose = 5;

bool IsItem(absl::string_view id) {
  return !id.empty() && id.size() <= 64 && absl::ascii_isalpha(id[0]) &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

void CheckText(absl::string_view field, absl::string_view text, int least, int most,
               std::vector<FieldViolation>* faults) {
  if (!IsText(text)) {
    faults->push_back({std::string(field), "is not UTF-8 text without control characters"});
  } else if (const int n = CodePoints(text); n < least || n > most) {
    faults->push_back(
        {std::string(field), absl::StrCat("has ", n, " characters, want ", least, " to ", most)});
  }
}

void CheckItems(const std::vector<std::string>& items, std::vector<FieldViolation>* faults) {
  if (items.size() > kMaxItems) {
    faults->push_back(
        {"query.items", absl::StrCat(items.size(), " items, want at most ", kMaxItems)});
    return;
  }
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string field = absl::StrCat("query.items[", i, "]");
    if (!IsItem(items[i])) {
      faults->push_back({field, "is no item id, [A-Za-z][A-Za-z0-9_]{0,63}"});
    } else if (!seen.insert(items[i]).second) {
      faults->push_back({field, absl::StrCat(items[i], " is named twice")});
    }
  }
}

void CheckQueryFields(const Query& query, Method method, std::vector<FieldViolation>* faults) {
  CheckItems(query.items, faults);
  if (absl::Status where = filter::Validate(query.where, "query.where"); !where.ok()) {
    const std::optional<ErrorDetails> details = DetailsOf(where);
    faults->insert(faults->end(), details->fields.begin(), details->fields.end());
  }
  if (method != Method::kQuery) {
    if (query.limit != 0) faults->push_back({"query.limit", "is not used by a download"});
    if (!query.after.empty()) faults->push_back({"query.after", "is not used by a download"});
    return;
  }
  if (query.where.conditions.empty()) {
    faults->push_back({"query.where", "has no condition, want 1 to 16"});
  }
  if (query.limit > kMaxLimit) {
    faults->push_back({"query.limit", absl::StrCat(query.limit, ", want 1 to ", kMaxLimit)});
  }
  if (query.after.size() > kMaxAfter) {
    faults->push_back(
        {"query.after", absl::StrCat(query.after.size(), " bytes, want at most ", kMaxAfter)});
  }
}

// law 4: the clerk has no export.
void CheckOneRecord(const Ask& ask, std::vector<FieldViolation>* faults) {
  if (ask.case_number.empty()) {
    faults->push_back({"case_number", "is required of a clerk, who looks up for a case"});
  }
  const Query* const query = std::get_if<Query>(&ask.demand);
  if (query == nullptr) return;
  if (query->limit != 1) {
    faults->push_back({"query.limit", absl::StrCat(query->limit, ", a clerk looks up 1 record")});
  }
  if (!query->after.empty()) {
    faults->push_back({"query.after", "a clerk looks up one record, no next page"});
  }
  for (size_t i = 0; i < query->where.conditions.size(); ++i) {
    if (query->where.conditions[i].op == filter::Op::kEquals) continue;
    faults->push_back({absl::StrCat("query.where[", i, "].operator"),
                       "is not EQUALS: a clerk looks up one record"});
  }
}

}  // namespace

absl::string_view DemandField(Method method) {
  return method == Method::kVerify ? "verification"
         : method == Method::kCall ? "invocation"
                                   : "query";
}

size_t MostDemandBytes(Method method) {
  // 50 arguments or claims of 4,096 characters of 4 bytes are below a MiB, and so is a body; what
  // else there may be fits beside it.
  switch (method) {
    case Method::kVerify:
      return 1 << 20;
    case Method::kCall:
      return kMaxCallBody + (256 << 10);
    default:
      return 64 << 10;
  }
}

bool IsExchangeId(absl::string_view id) {
  return !id.empty() && id.size() <= 63 && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-';
  });
}

absl::Status CheckQuery(const Query& query, Method method) {
  std::vector<FieldViolation> faults;
  CheckQueryFields(query, method, &faults);
  return Error::Fields(faults);
}

absl::Status CheckAsk(const Ask& ask) {
  std::vector<FieldViolation> faults;
  if (!HasForm("grants/{g}", ask.grant)) {
    faults.push_back({"grant", "is required and has the form grants/{g}"});
  }
  if (ask.purpose < 0 || ask.purpose > kMaxPurpose) {
    faults.push_back({"purpose", absl::StrCat(ask.purpose, " is no purpose")});
  }
  CheckText("case_number", ask.case_number, 0, kMaxCase, &faults);
  CheckText("operator", ask.operator_id, 1, kMaxOperator, &faults);
  if (!IsExchangeId(ask.exchange)) {
    faults.push_back({"exchange", "want 1 to 63 of A-Z a-z 0-9 and '-'"});
  }
  if (const Query* query = std::get_if<Query>(&ask.demand)) {
    CheckQueryFields(*query, ask.method, &faults);
  }
  if (ask.one_record) CheckOneRecord(ask, &faults);
  if (const size_t most = MostDemandBytes(ask.method); ask.query_bytes.size() > most) {
    faults.push_back({std::string(DemandField(ask.method)),
                      absl::StrCat(ask.query_bytes.size(), " bytes, want at most ", most)});
  }
  return Error::Fields(faults);
}

}  // namespace shareway::exchange
