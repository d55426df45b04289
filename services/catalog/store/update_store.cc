// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/update_store.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"

namespace shareway::catalog {
namespace {

using evidence::FromTimestamp;
using evidence::ToTimestamp;

constexpr char kClocks[] = "clock/o/";
constexpr char kAgencies[] = "clock/a/";

absl::string_view IdOf(absl::string_view name) {
  return absl::StripPrefix(name, "updateClocks/");
}

std::string ClockKey(absl::string_view name) { return absl::StrCat(kClocks, IdOf(name)); }

std::string OpenPrefix(absl::string_view resource) {
  return absl::StrCat("clock/r/", absl::StripPrefix(resource, "resources/"), "/");
}

std::string StartedKey(absl::string_view resource) {
  return absl::StrCat("clock/n/", absl::StripPrefix(resource, "resources/"));
}

std::string AgencyPrefix(absl::string_view agency) {
  return absl::StrCat(kAgencies, absl::StripPrefix(agency, "agencies/"), "/");
}

std::string ChangeKey(absl::string_view name) {
  return absl::StrCat("clock/d/", absl::StripPrefix(name, "dutyChanges/"));
}

absl::Status Unreadable(absl::string_view name) {
  return absl::DataLossError(absl::StrCat("the stored ", name, " cannot be read"));
}

template <typename Message>
bool Parse(absl::string_view bytes, Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

v1::UpdateExtension ExtensionMessage(const UpdateClock::Extension& extension) {
  v1::UpdateExtension message;
  message.set_days(extension.days);
  message.set_reason(extension.reason);
  message.set_asked_by(extension.asked_by);
  *message.mutable_ask_time() = ToTimestamp(extension.ask_time);
  message.set_consented(extension.consented);
  message.set_refused(extension.refused);
  message.set_decision(extension.decision);
  message.set_decided_by(extension.decided_by);
  if (!extension.decided_by.empty()) {
    *message.mutable_decide_time() = ToTimestamp(extension.decide_time);
  }
  return message;
}

UpdateClock::Extension ExtensionFrom(const v1::UpdateExtension& message) {
  UpdateClock::Extension extension = {.days = message.days(),
                                      .reason = message.reason(),
                                      .asked_by = message.asked_by(),
                                      .ask_time = FromTimestamp(message.ask_time()),
                                      .consented = message.consented(),
                                      .refused = message.refused(),
                                      .decision = message.decision(),
                                      .decided_by = message.decided_by()};
  if (message.has_decide_time()) extension.decide_time = FromTimestamp(message.decide_time());
  return extension;
}

store::UpdateClockRecord RecordFrom(const UpdateClock& clock) {
  const statute::Clock& counted = clock.fields().clock;
  store::UpdateClockRecord record;
  *record.mutable_clock() = ToMessage(clock);
  record.set_area(counted.area);
  record.set_max_extension_days(counted.max_extension_days);
  record.set_count_start_day(counted.counting.count_start_day);
  if (counted.counting.office_close_minute) {
    record.set_office_close_minute(*counted.counting.office_close_minute);
  }
  record.set_late_receipt_next_day(counted.counting.late_receipt_next_day);
  record.set_due_day(absl::FormatCivilTime(counted.due.day));
  return record;
}

// The statute's clock again. What was superseded keeps its times alone.
absl::StatusOr<statute::Clock> CountedFrom(const store::UpdateClockRecord& record) {
  const v1::UpdateClock& message = record.clock();
  statute::Clock clock;
  clock.kind = message.kind() == v1::UpdateClock::PUBLICATION
                   ? statute::ClockKind::kCataloguePublish
                   : statute::ClockKind::kCatalogueUpdate;
  const std::pair<std::string, std::string> cited =
      absl::StrContains(message.profile(), '@')
          ? absl::StrSplit(message.profile(), absl::MaxSplits('@', 1))
          : std::pair<std::string, std::string>(message.profile(), "0");
  clock.profile = cited.first;
  if (!absl::SimpleAtoi(cited.second, &clock.profile_version)) return Unreadable(message.name());
  clock.area = record.area();
  clock.days = message.days();
  clock.max_extension_days = record.max_extension_days();
  clock.counting.count_start_day = record.count_start_day();
  if (record.has_office_close_minute()) {
    clock.counting.office_close_minute = record.office_close_minute();
  }
  clock.counting.late_receipt_next_day = record.late_receipt_next_day();
  clock.trigger = FromTimestamp(message.trigger_time());
  if (!absl::ParseCivilTime(record.due_day(), &clock.due.day)) return Unreadable(message.name());
  clock.due.provisional = message.provisional();
  clock.due.calendars = {message.calendars().begin(), message.calendars().end()};
  for (const google::protobuf::Timestamp& due : message.superseded_due_times()) {
    statute::SupersededDue superseded;
    superseded.due.day = statute::LawDay(FromTimestamp(due) - absl::Nanoseconds(1));
    clock.superseded.push_back(std::move(superseded));
  }
  if (message.extension().consented()) {
    const absl::Time asked = std::max(FromTimestamp(message.extension().ask_time()), clock.trigger);
    clock.extension = {
        .days = message.extension().days(),
        .document = message.extension().decision(),
        .asked = asked,
        .consented = std::max(FromTimestamp(message.extension().decide_time()), asked)};
  }
  if (message.has_end_time()) clock.stop = FromTimestamp(message.end_time());
  return clock;
}

absl::StatusOr<UpdateClock> ClockFrom(const store::UpdateClockRecord& record) {
  const v1::UpdateClock& message = record.clock();
  UpdateClock::Fields fields = {.name = message.name(),
                                .kind = static_cast<UpdateClock::Kind>(message.kind()),
                                .resource = message.resource(),
                                .provider = message.provider(),
                                .authority = message.authority(),
                                .article = message.article(),
                                .state = static_cast<UpdateClock::State>(message.state()),
                                .ended_by = message.ended_by(),
                                .revision = message.revision(),
                                .statement = message.statement()};
  if (message.has_change()) fields.change = FromMessage(message.change());
  if (message.has_extension()) fields.extension = ExtensionFrom(message.extension());
  SHAREWAY_ASSIGN_OR_RETURN(fields.clock, CountedFrom(record));
  return UpdateClock::Restore(std::move(fields));
}

}  // namespace

v1::DutyChange ToMessage(const DutyChange& change) {
  v1::DutyChange message;
  message.set_name(change.name);
  message.set_subject(change.subject);
  message.set_document(change.document);
  *message.mutable_effect_time() = ToTimestamp(change.effect_time);
  for (const std::string& agency : change.agencies) message.add_agencies(agency);
  for (const std::string& resource : change.resources) message.add_resources(resource);
  message.set_reported_by(change.reported_by);
  *message.mutable_report_time() = ToTimestamp(change.report_time);
  return message;
}

DutyChange FromMessage(const v1::DutyChange& message) {
  return {.name = message.name(),
          .subject = message.subject(),
          .document = message.document(),
          .effect_time = FromTimestamp(message.effect_time()),
          .agencies = {message.agencies().begin(), message.agencies().end()},
          .resources = {message.resources().begin(), message.resources().end()},
          .reported_by = message.reported_by(),
          .report_time = FromTimestamp(message.report_time())};
}

v1::UpdateClock ToMessage(const UpdateClock& clock) {
  const UpdateClock::Fields& fields = clock.fields();
  const statute::Clock& counted = fields.clock;
  v1::UpdateClock message;
  message.set_name(fields.name);
  message.set_kind(static_cast<v1::UpdateClock::Kind>(fields.kind));
  message.set_resource(fields.resource);
  message.set_provider(fields.provider);
  message.set_authority(fields.authority);
  if (fields.change) *message.mutable_change() = ToMessage(*fields.change);
  *message.mutable_trigger_time() = ToTimestamp(counted.trigger);
  *message.mutable_due_time() = ToTimestamp(statute::DueInstant(counted));
  message.set_provisional(counted.due.provisional);
  message.set_days(counted.days);
  for (const std::string& calendar : counted.due.calendars) message.add_calendars(calendar);
  message.set_profile(absl::StrCat(counted.profile, "@", counted.profile_version));
  message.set_article(fields.article);
  message.set_state(static_cast<v1::UpdateClock::State>(fields.state));
  if (fields.extension) *message.mutable_extension() = ExtensionMessage(*fields.extension);
  for (const statute::SupersededDue& superseded : counted.superseded) {
    *message.add_superseded_due_times() = ToTimestamp(statute::EndOfDay(superseded.due.day));
  }
  if (counted.stop) *message.mutable_end_time() = ToTimestamp(*counted.stop);
  message.set_ended_by(fields.ended_by);
  message.set_revision(fields.revision);
  message.set_statement(fields.statement);
  return message;
}

absl::StatusOr<UpdateStore::Loaded> UpdateStore::Load(absl::string_view name) const {
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv_->Get(ClockKey(name)));
  store::UpdateClockRecord record;
  if (!Parse(entry.value, &record)) return Unreadable(name);
  SHAREWAY_ASSIGN_OR_RETURN(UpdateClock clock, ClockFrom(record));
  return Loaded{std::move(clock), entry.version};
}

absl::StatusOr<std::vector<UpdateStore::Loaded>> UpdateStore::OpenOf(
    absl::string_view resource) const {
  const std::string prefix = OpenPrefix(resource);
  std::vector<std::string> names;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view, uint64_t) {
        names.push_back(absl::StrCat("updateClocks/", key.substr(prefix.size())));
        return true;
      }));
  std::vector<Loaded> open;
  for (const std::string& name : names) {
    absl::StatusOr<Loaded> loaded = Load(name);
    SHAREWAY_RETURN_IF_ERROR(loaded.status());
    open.push_back(*std::move(loaded));
  }
  return open;
}

absl::StatusOr<std::vector<UpdateStore::Place>> UpdateStore::List(absl::string_view agency,
                                                                  absl::string_view cursor,
                                                                  size_t limit) const {
  const std::string prefix = agency.empty() ? std::string(kAgencies) : AgencyPrefix(agency);
  const std::string start = cursor.empty() ? prefix : absl::StrCat(cursor, std::string(1, '\0'));
  std::vector<Place> page;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      start, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view, uint64_t) {
        const absl::string_view rest = absl::StripPrefix(key, kAgencies);
        const size_t slash = rest.find('/');
        page.push_back({.cursor = std::string(key),
                        .agency = absl::StrCat("agencies/", rest.substr(0, slash)),
                        .name = absl::StrCat("updateClocks/", rest.substr(slash + 1))});
        return page.size() < limit;
      }));
  return page;
}

absl::StatusOr<store::DutyChangeRecord> UpdateStore::LoadChange(absl::string_view name) const {
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv_->Get(ChangeKey(name)));
  store::DutyChangeRecord record;
  if (!Parse(entry.value, &record)) return Unreadable(name);
  return record;
}

void UpdateStore::Put(uint64_t version, const UpdateClock& after, kv::Batch* batch) const {
  const UpdateClock::Fields& fields = after.fields();
  const std::string key = ClockKey(fields.name);
  const std::string open = absl::StrCat(OpenPrefix(fields.resource), IdOf(fields.name));
  if (version == 0) {
    batch->ExpectAbsent(key);
    batch->Put(absl::StrCat(AgencyPrefix(fields.provider), IdOf(fields.name)), "");
    batch->Put(open, "");
    batch->Put(StartedKey(fields.resource), fields.name);
  } else {
    batch->Expect(key, version);
    if (!after.open()) batch->Delete(open);
  }
  batch->Put(key, RecordFrom(after).SerializeAsString());
}

absl::Status UpdateStore::ExpectNoneStarted(absl::string_view resource, kv::Batch* batch) const {
  const std::string key = StartedKey(resource);
  const absl::StatusOr<kv::Entry> started = kv_->Get(key);
  if (started.ok()) {
    batch->Expect(key, started->version);
  } else if (absl::IsNotFound(started.status())) {
    batch->ExpectAbsent(key);
  } else {
    return started.status();
  }
  return absl::OkStatus();
}

void UpdateStore::PutChange(const store::DutyChangeRecord& record, kv::Batch* batch) const {
  const std::string key = ChangeKey(record.change().name());
  batch->ExpectAbsent(key);
  batch->Put(key, record.SerializeAsString());
}

absl::StatusOr<kv::Committed> UpdateStore::Commit(Event event, kv::Batch batch) const {
  return catalog::Commit(kv_, *outbox_, std::move(event), std::move(batch));
}

}  // namespace shareway::catalog
