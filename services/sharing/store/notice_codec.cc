// SPDX-License-Identifier: Apache-2.0
// Notices as cases.
#include "services/sharing/store/notice_codec.h"

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

}  // namespace

std::string Encode(const Notice& value) {
  store::NoticeRecord record;
  record.set_name(value.name);
  record.set_grant(value.grant);
  record.set_consumer(value.consumer);
  record.set_provider(value.provider);
  record.set_finding(value.finding);
  record.set_state(static_cast<uint32_t>(value.state));
  *record.mutable_clock() = sharing::ToRecord(value.clock);
  record.set_create_nanos(Nanos(value.create_time));
  if (value.close_time) record.set_close_nanos(Nanos(*value.close_time));
  record.set_close_reason(value.close_reason);
  record.set_profile(value.profile);
  record.set_by_authority(value.by_authority);
  record.set_measures(value.measures);
  record.set_rejection(value.rejection);
  record.set_report(value.report);
  record.set_reported_to(value.reported_to);
  record.set_reported_agency(value.reported_agency);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Notice* value) {
  store::NoticeRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "notice", &record));
  std::optional<statute::Clock> clock = sharing::FromRecord(record.clock());
  if (!clock) return Unreadable("clock");
  *value = {.name = record.name(),
            .grant = record.grant(),
            .consumer = record.consumer(),
            .provider = record.provider(),
            .profile = record.profile(),
            .finding = record.finding(),
            .state = static_cast<Notice::State>(record.state()),
            .clock = *std::move(clock),
            .by_authority = record.by_authority(),
            .create_time = TimeOf(record.create_nanos()),
            .close_time = {},
            .close_reason = record.close_reason(),
            .measures = record.measures(),
            .rejection = record.rejection(),
            .report = record.report(),
            .reported_to = record.reported_to(),
            .reported_agency = record.reported_agency()};
  if (record.has_close_nanos()) value->close_time = TimeOf(record.close_nanos());
  return absl::OkStatus();
}

CaseRow RowOf(const Notice& value, uint64_t version) {
  CaseRow row{.name = value.name,
              .bytes = Encode(value),
              .version = version,
              .create_time = value.create_time,
              .clocks = {{value.clock, value.consumer}}};
  if (value.state == Notice::State::kOpen || value.state == Notice::State::kRejected) {
    row.wake = statute::DueInstant(value.clock);
  }
  if (!value.reported_to.empty()) row.lists = {value.reported_to};
  return row;
}

bool Visible(const Notice& value, const Actor& actor, const Parties& parties) {
  if (parties.Knows(actor)) return true;
  return (actor.officer || actor.recorder) && !value.reported_agency.empty() &&
         value.reported_agency == actor.agency;
}

}  // namespace shareway::sharing
