// SPDX-License-Identifier: Apache-2.0
// The parts that several messages share.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/repeated_field.h"
#include "services/sharing/domain/scope.h"
#include "shareway/evidence/v1/exchange.pb.h"
#include "shareway/sharing/v1/sharing_request.pb.h"

namespace shareway::sharing {

// INVALID_ARGUMENT naming `field` unless `text` is CCYY-MM-DD and such a day exists.
absl::StatusOr<absl::CivilDay> DayFromProto(const std::string& text, absl::string_view field);
std::string DayToProto(absl::CivilDay day);

v1::Scope ToProto(const Scope& scope);
// INVALID_ARGUMENT naming what does not read under `field`.
absl::StatusOr<Scope> FromProto(const v1::Scope& scope, absl::string_view field);
void RowsToProto(const filter::RowFilter& rows,
                 google::protobuf::RepeatedPtrField<evidence::v1::Condition>* out);

template <typename E>
void EnumsToProto(const std::vector<E>& values, google::protobuf::RepeatedField<int>* out) {
  for (E value : values) out->Add(static_cast<int>(value));
}
// Numbers that this version does not know become kUnspecified, which no rule accepts.
template <typename E>
std::vector<E> EnumsFromProto(const google::protobuf::RepeatedField<int>& values, E last) {
  std::vector<E> out;
  for (int value : values) {
    const bool known = value >= 0 && value <= static_cast<int>(last);
    out.push_back(known ? static_cast<E>(value) : E::kUnspecified);
  }
  return out;
}

}  // namespace shareway::sharing
