// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/answer_message.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::exchange {
namespace {

namespace v1 = evidence::v1;

template <typename Message>
bool Known(const Message& message) {
  return message.GetReflection()->GetUnknownFields(message).empty();
}

template <typename Parts>
bool AllKnown(const Parts& parts) {
  return std::all_of(parts.begin(), parts.end(), [](const auto& part) { return Known(part); });
}

bool KnownBatch(const v1::RecordBatch& batch) {
  return Known(batch) &&
         std::all_of(batch.records().begin(), batch.records().end(), [](const v1::Record& record) {
           return Known(record) && AllKnown(record.cells());
         });
}

template <typename Message>
absl::StatusOr<Message> Parse(absl::string_view bytes, absl::string_view name) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Quarantined("body", absl::StrCat("the ", bytes.size(), " bytes are no ", name));
  }
  return message;
}

absl::Status UnknownFields() {
  return Quarantined("body", "it has fields that this version does not know");
}

}  // namespace

absl::Status Quarantined(absl::string_view place, absl::string_view what) {
  return Error(Reason::kQuarantined, absl::StatusCode::kDataLoss,
               absl::StrCat(place, " of the answer: ", what))
      .With("place", place);
}

absl::StatusOr<v1::RecordBatch> ParseBatch(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(v1::RecordBatch batch, Parse<v1::RecordBatch>(bytes, "RecordBatch"));
  if (!KnownBatch(batch)) return UnknownFields();
  return batch;
}

absl::StatusOr<v1::QueryAnswer> ParseQueryAnswer(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(v1::QueryAnswer answer, Parse<v1::QueryAnswer>(bytes, "QueryAnswer"));
  const bool known =
      Known(answer) && KnownBatch(answer.batch()) && AllKnown(answer.corrections());
  if (!known) return UnknownFields();
  return answer;
}

absl::StatusOr<v1::VerifyAnswer> ParseVerifyAnswer(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(v1::VerifyAnswer answer,
                            Parse<v1::VerifyAnswer>(bytes, "VerifyAnswer"));
  const bool known =
      Known(answer) && AllKnown(answer.comparisons()) && AllKnown(answer.corrections());
  if (!known) return UnknownFields();
  return answer;
}

absl::StatusOr<v1::CallAnswer> ParseCallAnswer(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(v1::CallAnswer answer, Parse<v1::CallAnswer>(bytes, "CallAnswer"));
  const bool known = Known(answer) && KnownBatch(answer.batch()) && Known(answer.opaque()) &&
                     AllKnown(answer.corrections());
  if (!known) return UnknownFields();
  return answer;
}

std::optional<std::string> TextOf(const v1::Cell& cell) {
  switch (cell.value_case()) {
    case v1::Cell::kText: return cell.text();
    case v1::Cell::kInteger: return absl::StrCat(cell.integer());
    case v1::Cell::kDecimal: return cell.decimal();
    case v1::Cell::kBoolean: return cell.boolean() ? "true" : "false";
    case v1::Cell::kDate: return cell.date();
    case v1::Cell::kTime: return cell.time();
    case v1::Cell::kBinary: return cell.binary();
    case v1::Cell::kNull:
    case v1::Cell::VALUE_NOT_SET: break;
  }
  return std::nullopt;
}

}  // namespace shareway::exchange
