// SPDX-License-Identifier: Apache-2.0
// The parts that several records share.
#include "services/sharing/store/record_parts.h"

#include "absl/strings/str_cat.h"

namespace shareway::sharing {

int32_t DayNumber(absl::CivilDay day) {
  return static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1));
}

absl::CivilDay DayOf(int32_t number) { return absl::CivilDay(1970, 1, 1) + number; }

absl::Status Unreadable(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("a stored ", what, " does not read"));
}

void PutRows(const filter::RowFilter& rows,
             google::protobuf::RepeatedPtrField<store::ConditionRecord>* out) {
  for (const filter::Condition& condition : rows.conditions) {
    store::ConditionRecord* record = out->Add();
    record->set_item(condition.item);
    record->set_op(static_cast<uint32_t>(condition.op));
    record->set_value(condition.value);
  }
}

filter::RowFilter GetRows(const google::protobuf::RepeatedPtrField<store::ConditionRecord>& rows,
                          const std::string& expression) {
  filter::RowFilter out;
  for (const store::ConditionRecord& record : rows) {
    out.conditions.push_back(
        {record.item(), static_cast<filter::Op>(record.op()), record.value()});
  }
  absl::StatusOr<filter::Expression> read = filter::Expression::Parse(expression, "rows");
  if (!read.ok()) read = filter::Expression::Parse("no is null and not no is null", "rows");
  out.expression = *std::move(read);
  return out;
}

store::DayQuotaRecord ToRecord(const DayQuota& day) {
  store::DayQuotaRecord record;
  record.set_calls(day.calls);
  record.set_rows(day.rows);
  record.set_bytes(day.bytes);
  return record;
}

DayQuota FromRecord(const store::DayQuotaRecord& record) {
  return {.calls = record.calls(), .rows = record.rows(), .bytes = record.bytes()};
}

store::ScopeRecord ToRecord(const Scope& scope) {
  store::ScopeRecord record;
  record.mutable_items()->Assign(scope.items.begin(), scope.items.end());
  PutRows(scope.rows, record.mutable_rows());
  record.set_row_expression(scope.rows.expression.ToString());
  PutEnums(scope.purposes, record.mutable_purposes());
  PutEnums(scope.methods, record.mutable_methods());
  record.set_start_day(DayNumber(scope.start));
  record.set_end_day(DayNumber(scope.end));
  *record.mutable_day() = ToRecord(scope.day);
  record.mutable_masked_items()->Assign(scope.masked_items.begin(), scope.masked_items.end());
  return record;
}

Scope FromRecord(const store::ScopeRecord& record) {
  return Scope{.items = GetStrings(record.items()),
               .rows = GetRows(record.rows(), record.row_expression()),
               .purposes = GetEnums<Purpose>(record.purposes()),
               .methods = GetEnums<Method>(record.methods()),
               .start = DayOf(record.start_day()),
               .end = DayOf(record.end_day()),
               .day = FromRecord(record.day()),
               .masked_items = GetStrings(record.masked_items())};
}

store::DueRecord ToRecord(const statute::DueDate& due) {
  store::DueRecord record;
  record.set_day(DayNumber(due.day));
  record.set_provisional(due.provisional);
  record.mutable_calendars()->Assign(due.calendars.begin(), due.calendars.end());
  return record;
}

statute::DueDate FromRecord(const store::DueRecord& record) {
  return statute::DueDate{.day = DayOf(record.day()),
                          .provisional = record.provisional(),
                          .calendars = GetStrings(record.calendars())};
}

store::ClockRecord ToRecord(const statute::Clock& clock) {
  store::ClockRecord record;
  record.set_kind(std::string(statute::ClockKindName(clock.kind)));
  record.set_profile(clock.profile);
  record.set_profile_version(clock.profile_version);
  record.set_area(clock.area);
  record.set_days(clock.days);
  record.set_max_extension_days(clock.max_extension_days);
  record.set_count_start_day(clock.counting.count_start_day);
  if (clock.counting.office_close_minute) {
    record.set_office_close_minute(*clock.counting.office_close_minute);
  }
  record.set_late_receipt_next_day(clock.counting.late_receipt_next_day);
  record.set_trigger_nanos(Nanos(clock.trigger));
  *record.mutable_due() = ToRecord(clock.due);
  for (const statute::Pause& pause : clock.pauses) {
    store::PauseRecord* out = record.add_pauses();
    out->set_from_nanos(Nanos(pause.from));
    if (pause.to) out->set_to_nanos(Nanos(*pause.to));
    out->set_reason(pause.reason);
  }
  if (clock.extension) {
    store::ExtensionRecord* out = record.mutable_extension();
    out->set_days(clock.extension->days);
    out->set_document(clock.extension->document);
    out->set_asked_nanos(Nanos(clock.extension->asked));
    out->set_consented_nanos(Nanos(clock.extension->consented));
  }
  if (clock.stop) record.set_stop_nanos(Nanos(*clock.stop));
  for (const statute::SupersededDue& before : clock.superseded) {
    store::SupersededRecord* out = record.add_superseded();
    *out->mutable_due() = ToRecord(before.due);
    out->set_at_nanos(Nanos(before.at));
    out->set_reason(before.reason);
  }
  record.set_promised_days(clock.promised_days);
  if (clock.promised) *record.mutable_promised() = ToRecord(*clock.promised);
  return record;
}

std::optional<statute::Clock> FromRecord(const store::ClockRecord& record) {
  const std::optional<statute::ClockKind> kind = statute::ParseClockKind(record.kind());
  if (!kind) return std::nullopt;
  statute::Clock clock;
  clock.kind = *kind;
  clock.profile = record.profile();
  clock.profile_version = static_cast<int>(record.profile_version());
  clock.area = record.area();
  clock.days = static_cast<int>(record.days());
  clock.max_extension_days = static_cast<int>(record.max_extension_days());
  clock.counting.count_start_day = record.count_start_day();
  if (record.has_office_close_minute()) {
    clock.counting.office_close_minute = static_cast<int>(record.office_close_minute());
  }
  clock.counting.late_receipt_next_day = record.late_receipt_next_day();
  clock.trigger = TimeOf(record.trigger_nanos());
  clock.due = FromRecord(record.due());
  for (const store::PauseRecord& pause : record.pauses()) {
    clock.pauses.push_back({TimeOf(pause.from_nanos()), std::nullopt, pause.reason()});
    if (pause.has_to_nanos()) clock.pauses.back().to = TimeOf(pause.to_nanos());
  }
  if (record.has_extension()) {
    const store::ExtensionRecord& extension = record.extension();
    clock.extension = {static_cast<int>(extension.days()), extension.document(),
                       TimeOf(extension.asked_nanos()), TimeOf(extension.consented_nanos())};
  }
  if (record.has_stop_nanos()) clock.stop = TimeOf(record.stop_nanos());
  for (const store::SupersededRecord& before : record.superseded()) {
    clock.superseded.push_back(
        {FromRecord(before.due()), TimeOf(before.at_nanos()), before.reason()});
  }
  clock.promised_days = static_cast<int>(record.promised_days());
  if (record.has_promised()) clock.promised = FromRecord(record.promised());
  return clock;
}

}  // namespace shareway::sharing
