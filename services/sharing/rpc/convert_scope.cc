// SPDX-License-Identifier: Apache-2.0
// What people send, as values; malformed parts are named.
#include "services/sharing/rpc/convert_scope.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/codes/quote.h"
#include "services/sharing/rpc/convert.h"

namespace shareway::sharing {

static_assert(static_cast<int>(Purpose::kOther) == evidence::v1::OTHER);
static_assert(static_cast<int>(Method::kSubscribe) == evidence::v1::SUBSCRIBE);

absl::StatusOr<absl::CivilDay> DayFromProto(const std::string& text, absl::string_view field) {
  absl::CivilDay day;
  // The parser takes more forms than we do: only what formats back is right.
  if (text.size() == 10 && absl::ParseCivilTime(text, &day) && DayToProto(day) == text) return day;
  return Error::Field(field, absl::StrCat(codes::Quote(text), " is not a day CCYY-MM-DD"));
}

std::string DayToProto(absl::CivilDay day) { return absl::FormatCivilTime(day); }

void RowsToProto(const filter::RowFilter& rows,
                 google::protobuf::RepeatedPtrField<evidence::v1::Condition>* out) {
  for (const filter::Condition& condition : rows.conditions) {
    evidence::v1::Condition* row = out->Add();
    row->set_item(condition.item);
    row->set_operator_(condition.op == filter::Op::kPrefix ? evidence::v1::Condition::PREFIX
                                                           : evidence::v1::Condition::EQUALS);
    row->set_value(condition.value);
  }
}

v1::Scope ToProto(const Scope& scope) {
  v1::Scope out;
  out.mutable_items()->Assign(scope.items.begin(), scope.items.end());
  RowsToProto(scope.rows, out.mutable_row_filter());
  out.set_row_expression(scope.rows.expression.ToString());
  EnumsToProto(scope.purposes, out.mutable_purposes());
  EnumsToProto(scope.methods, out.mutable_methods());
  out.set_start_date(DayToProto(scope.start));
  out.set_end_date(DayToProto(scope.end));
  out.set_day_calls(scope.day.calls);
  out.set_day_rows(scope.day.rows);
  out.set_day_bytes(scope.day.bytes);
  out.mutable_masked_items()->Assign(scope.masked_items.begin(), scope.masked_items.end());
  return out;
}

absl::StatusOr<Scope> FromProto(const v1::Scope& scope, absl::string_view field) {
  Scope out{.items = {scope.items().begin(), scope.items().end()},
            .rows = {},
            .purposes = EnumsFromProto(scope.purposes(), Purpose::kOther),
            .methods = EnumsFromProto(scope.methods(), Method::kSubscribe),
            .day = {.calls = scope.day_calls(),
                    .rows = scope.day_rows(),
                    .bytes = scope.day_bytes()},
            .masked_items = {scope.masked_items().begin(), scope.masked_items().end()}};
  std::vector<FieldViolation> faults;
  for (int i = 0; i < scope.row_filter_size(); ++i) {
    const evidence::v1::Condition& row = scope.row_filter(i);
    if (row.operator_() != evidence::v1::Condition::EQUALS &&
        row.operator_() != evidence::v1::Condition::PREFIX) {
      faults.push_back({absl::StrCat(field, ".row_filter[", i, "].operator"),
                        "is unspecified, want EQUALS or PREFIX"});
    }
    out.rows.conditions.push_back({row.item(),
                                   row.operator_() == evidence::v1::Condition::PREFIX
                                       ? filter::Op::kPrefix
                                       : filter::Op::kEquals,
                                   row.value()});
  }
  absl::StatusOr<filter::Expression> expression = filter::Expression::Parse(
      scope.row_expression(), absl::StrCat(field, ".row_expression"));
  if (expression.ok()) {
    out.rows.expression = *std::move(expression);
  } else if (const std::optional<ErrorDetails> details = DetailsOf(expression.status())) {
    faults.insert(faults.end(), details->fields.begin(), details->fields.end());
  }
  const auto day = [&](const std::string& text, absl::string_view name, absl::CivilDay* to) {
    absl::StatusOr<absl::CivilDay> read = DayFromProto(text, absl::StrCat(field, ".", name));
    if (read.ok()) {
      *to = *read;
    } else {
      faults.push_back(DetailsOf(read.status())->fields.front());
    }
  };
  day(scope.start_date(), "start_date", &out.start);
  day(scope.end_date(), "end_date", &out.end);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  return out;
}

absl::StatusOr<Grant::Claim> FromProto(const v1::ClaimGrantRequest& request) {
  Grant::Claim claim{.items = {request.items().begin(), request.items().end()},
                     .purposes = EnumsFromProto(request.purposes(), Purpose::kOther),
                     .scenario = request.scenario()};
  SHAREWAY_ASSIGN_OR_RETURN(claim.end, DayFromProto(request.end_date(), "end_date"));
  return claim;
}

}  // namespace shareway::sharing
