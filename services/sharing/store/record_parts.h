// SPDX-License-Identifier: Apache-2.0
// The parts that several records share: times, days, scopes, clocks. For the codec only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "libs/filter/row_filter.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/scope.h"
#include "services/sharing/store/sharing_record.pb.h"

namespace shareway::sharing {

inline int64_t Nanos(absl::Time time) { return absl::ToUnixNanos(time); }
inline absl::Time TimeOf(int64_t nanos) { return absl::FromUnixNanos(nanos); }
int32_t DayNumber(absl::CivilDay day);
absl::CivilDay DayOf(int32_t number);

absl::Status Unreadable(absl::string_view what);

template <typename E>
void PutEnums(const std::vector<E>& values, google::protobuf::RepeatedField<uint32_t>* out) {
  for (E value : values) out->Add(static_cast<uint32_t>(value));
}
template <typename E>
std::vector<E> GetEnums(const google::protobuf::RepeatedField<uint32_t>& values) {
  std::vector<E> out;
  for (uint32_t value : values) out.push_back(static_cast<E>(value));
  return out;
}
inline std::vector<std::string> GetStrings(
    const google::protobuf::RepeatedPtrField<std::string>& values) {
  return {values.begin(), values.end()};
}

void PutRows(const filter::RowFilter& rows,
             google::protobuf::RepeatedPtrField<store::ConditionRecord>* out);
// An expression that does not read matches no row.
filter::RowFilter GetRows(const google::protobuf::RepeatedPtrField<store::ConditionRecord>& rows,
                          const std::string& expression);

store::DayQuotaRecord ToRecord(const DayQuota& day);
DayQuota FromRecord(const store::DayQuotaRecord& record);

store::ScopeRecord ToRecord(const Scope& scope);
Scope FromRecord(const store::ScopeRecord& record);

store::DueRecord ToRecord(const statute::DueDate& due);
statute::DueDate FromRecord(const store::DueRecord& record);

store::ClockRecord ToRecord(const statute::Clock& clock);
// Nothing if the clock's kind is not known.
std::optional<statute::Clock> FromRecord(const store::ClockRecord& record);

}  // namespace shareway::sharing
