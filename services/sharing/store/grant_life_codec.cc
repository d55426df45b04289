// SPDX-License-Identifier: Apache-2.0
// What follows a grant, as cases.
#include "services/sharing/store/grant_life_codec.h"

#include "libs/base/status.h"
#include "services/sharing/store/grant_life_record.pb.h"
#include "services/sharing/store/record_parts.h"

namespace shareway::sharing {
namespace {

template <typename Record>
absl::Status Parse(absl::string_view bytes, absl::string_view what, Record* record) {
  if (record->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return absl::OkStatus();
  return Unreadable(what);
}

// A record that is written once: it stands in the list of its grant.
template <typename T>
CaseRow OfGrant(const T& value, uint64_t version) {
  return CaseRow{.name = value.name,
                 .bytes = Encode(value),
                 .version = version,
                 .create_time = value.create_time,
                 .lists = {value.grant}};
}

}  // namespace

std::string Encode(const Disposal& value) {
  store::DisposalRecord record;
  record.set_name(value.name);
  record.set_grant(value.grant);
  record.set_consumer(value.consumer);
  record.set_provider(value.provider);
  record.set_profile(value.profile);
  record.set_state(static_cast<uint32_t>(value.state));
  *record.mutable_clock() = sharing::ToRecord(value.clock);
  record.set_grant_nanos(Nanos(value.grant_time));
  record.set_method(static_cast<uint32_t>(value.report.method));
  record.set_day(DayNumber(value.report.day));
  record.set_person(value.report.person);
  record.set_manifest_digest(value.report.manifest_digest);
  record.set_note(value.report.note);
  record.set_reporter(value.reporter);
  if (value.report_time) record.set_report_nanos(Nanos(*value.report_time));
  record.set_decider(value.decider);
  record.set_rejection(value.rejection);
  record.set_create_nanos(Nanos(value.create_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Disposal* value) {
  store::DisposalRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "disposal", &record));
  std::optional<statute::Clock> clock = sharing::FromRecord(record.clock());
  if (!clock) return Unreadable("clock");
  *value = {.name = record.name(),
            .grant = record.grant(),
            .consumer = record.consumer(),
            .provider = record.provider(),
            .profile = record.profile(),
            .state = static_cast<Disposal::State>(record.state()),
            .clock = *std::move(clock),
            .grant_time = TimeOf(record.grant_nanos()),
            .report = {.method = static_cast<DisposalMethod>(record.method()),
                       .day = DayOf(record.day()),
                       .person = record.person(),
                       .manifest_digest = record.manifest_digest(),
                       .note = record.note()},
            .reporter = record.reporter(),
            .report_time = {},
            .decider = record.decider(),
            .rejection = record.rejection(),
            .create_time = TimeOf(record.create_nanos())};
  if (record.has_report_nanos()) value->report_time = TimeOf(record.report_nanos());
  return absl::OkStatus();
}

CaseRow RowOf(const Disposal& value, uint64_t version) {
  CaseRow row{.name = value.name,
              .bytes = Encode(value),
              .version = version,
              .create_time = value.create_time,
              .clocks = {{value.clock, value.consumer}}};
  if (value.state == Disposal::State::kOwed || value.state == Disposal::State::kRejected) {
    row.wake = statute::DueInstant(value.clock);
  }
  return row;
}

bool Visible(const Disposal&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

std::string Encode(const UseRecord& value) {
  store::UseRecordRecord record;
  record.set_name(value.name);
  record.set_consumer(value.consumer);
  record.set_provider(value.provider);
  record.set_profile(value.profile);
  record.set_grant(value.grant);
  record.set_scenario(value.scenario);
  record.set_process(value.process);
  record.set_effect(value.effect);
  record.set_storage(value.storage);
  record.set_destruction(value.destruction);
  record.set_start_day(DayNumber(value.start));
  record.set_end_day(DayNumber(value.end));
  record.set_recorder(value.recorder);
  record.set_create_nanos(Nanos(value.create_time));
  if (value.keep) record.set_keep_day(DayNumber(*value.keep));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, UseRecord* value) {
  store::UseRecordRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "use record", &record));
  *value = {.name = record.name(),
            .consumer = record.consumer(),
            .provider = record.provider(),
            .profile = record.profile(),
            .grant = record.grant(),
            .scenario = record.scenario(),
            .process = record.process(),
            .effect = record.effect(),
            .storage = record.storage(),
            .destruction = record.destruction(),
            .start = DayOf(record.start_day()),
            .end = DayOf(record.end_day()),
            .recorder = record.recorder(),
            .create_time = TimeOf(record.create_nanos()),
            .keep = {}};
  if (record.has_keep_day()) value->keep = DayOf(record.keep_day());
  return absl::OkStatus();
}

CaseRow RowOf(const UseRecord& value, uint64_t version) { return OfGrant(value, version); }

bool Visible(const UseRecord&, const Actor& actor, const Parties& parties) {
  return parties.OfConsumer(actor);
}

std::vector<std::string> EvidenceReaders(const UseRecord& value) { return {value.consumer}; }

std::string Encode(const UseInspection& value) {
  store::UseInspectionRecord record;
  record.set_name(value.name);
  record.set_consumer(value.consumer);
  record.set_provider(value.provider);
  record.set_profile(value.profile);
  record.set_grant(value.grant);
  record.set_inspector(value.inspector);
  record.set_person(value.person);
  record.set_reason(value.reason);
  record.set_records(value.records);
  record.set_create_nanos(Nanos(value.create_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, UseInspection* value) {
  store::UseInspectionRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "inspection", &record));
  *value = {.name = record.name(),
            .consumer = record.consumer(),
            .provider = record.provider(),
            .profile = record.profile(),
            .grant = record.grant(),
            .inspector = record.inspector(),
            .person = record.person(),
            .reason = record.reason(),
            .records = record.records(),
            .create_time = TimeOf(record.create_nanos())};
  return absl::OkStatus();
}

CaseRow RowOf(const UseInspection& value, uint64_t version) { return OfGrant(value, version); }

bool Visible(const UseInspection&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

std::string Encode(const OfflineDelivery& value) {
  store::OfflineDeliveryRecord record;
  record.set_name(value.name);
  record.set_consumer(value.consumer);
  record.set_provider(value.provider);
  record.set_profile(value.profile);
  record.set_grant(value.grant);
  record.set_medium(static_cast<uint32_t>(value.medium));
  record.set_label(value.label);
  record.set_digest(value.digest);
  record.set_records(value.records);
  record.set_giver(value.giver);
  record.set_receiver(value.receiver);
  record.set_day(DayNumber(value.day));
  record.set_recorder(value.recorder);
  record.set_create_nanos(Nanos(value.create_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, OfflineDelivery* value) {
  store::OfflineDeliveryRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "offline delivery", &record));
  *value = {.name = record.name(),
            .consumer = record.consumer(),
            .provider = record.provider(),
            .profile = record.profile(),
            .grant = record.grant(),
            .medium = static_cast<OfflineDelivery::Medium>(record.medium()),
            .label = record.label(),
            .digest = record.digest(),
            .records = record.records(),
            .giver = record.giver(),
            .receiver = record.receiver(),
            .day = DayOf(record.day()),
            .recorder = record.recorder(),
            .create_time = TimeOf(record.create_nanos())};
  return absl::OkStatus();
}

CaseRow RowOf(const OfflineDelivery& value, uint64_t version) { return OfGrant(value, version); }

bool Visible(const OfflineDelivery&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

}  // namespace shareway::sharing
