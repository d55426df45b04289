// SPDX-License-Identifier: Apache-2.0
// Changes of service and return flow, as cases.
#include "services/sharing/store/service_codec.h"

#include "absl/strings/str_cat.h"
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

// A clock that need not be there.
absl::Status ReadClockOf(bool has, const store::ClockRecord& record,
                         std::optional<statute::Clock>* clock) {
  if (!has) return absl::OkStatus();
  *clock = sharing::FromRecord(record);
  return *clock ? absl::OkStatus() : Unreadable("clock");
}

}  // namespace

std::string Encode(const ServiceChange& value) {
  store::ServiceChangeRecord record;
  record.set_name(value.name);
  record.set_provider(value.provider);
  record.set_profile(value.profile);
  record.set_resource(value.resource);
  record.set_kind(static_cast<uint32_t>(value.kind));
  record.set_reason(value.reason);
  record.set_effect_day(DayNumber(value.effect));
  record.set_state(static_cast<uint32_t>(value.state));
  for (const ServiceChange::Answer& answer : value.answers) {
    store::ServiceAnswerRecord* out = record.add_answers();
    out->set_consumer(answer.consumer);
    out->set_agrees(answer.agrees);
    out->set_comment(answer.comment);
    out->set_person(answer.person);
    if (answer.time) out->set_answer_nanos(Nanos(*answer.time));
  }
  if (value.clock) *record.mutable_clock() = sharing::ToRecord(*value.clock);
  record.set_receipt(value.receipt);
  record.set_reply(value.reply);
  record.set_create_nanos(Nanos(value.create_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, ServiceChange* value) {
  store::ServiceChangeRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "service change", &record));
  *value = {.name = record.name(),
            .consumer = {},
            .provider = record.provider(),
            .profile = record.profile(),
            .resource = record.resource(),
            .kind = static_cast<ServiceChange::Kind>(record.kind()),
            .reason = record.reason(),
            .effect = DayOf(record.effect_day()),
            .state = static_cast<ServiceChange::State>(record.state()),
            .answers = {},
            .clock = {},
            .receipt = record.receipt(),
            .reply = record.reply(),
            .create_time = TimeOf(record.create_nanos())};
  for (const store::ServiceAnswerRecord& answer : record.answers()) {
    value->answers.push_back({.consumer = answer.consumer(),
                              .agrees = answer.agrees(),
                              .comment = answer.comment(),
                              .person = answer.person(),
                              .time = {}});
    if (answer.has_answer_nanos()) value->answers.back().time = TimeOf(answer.answer_nanos());
  }
  return ReadClockOf(record.has_clock(), record.clock(), &value->clock);
}

CaseRow RowOf(const ServiceChange& value, uint64_t version) {
  CaseRow row{.name = value.name,
              .bytes = Encode(value),
              .version = version,
              .create_time = value.create_time};
  // All who are asked owe an answer; where it is one alone it is named.
  const std::string debtor = value.answers.size() == 1 ? value.answers.front().consumer : "";
  if (value.clock) row.clocks = {{*value.clock, debtor}};
  if (value.state == ServiceChange::State::kFiled) row.wake = statute::StartOfDay(value.effect);
  return row;
}

bool Visible(const ServiceChange& value, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor) || value.AnswerOf(actor.agency) != nullptr;
}

std::string Encode(const ReturnFlow& value) {
  store::ReturnFlowRecord record;
  record.set_name(value.name);
  record.set_provider(value.provider);
  record.set_profile(value.profile);
  record.set_resource(value.resource);
  record.set_division_item(value.division_item);
  record.set_signer(value.signer);
  record.set_create_nanos(Nanos(value.create_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, ReturnFlow* value) {
  store::ReturnFlowRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "return flow", &record));
  *value = {.name = record.name(),
            .consumer = {},
            .provider = record.provider(),
            .profile = record.profile(),
            .resource = record.resource(),
            .division_item = record.division_item(),
            .signer = record.signer(),
            .create_time = TimeOf(record.create_nanos())};
  return absl::OkStatus();
}

CaseRow RowOf(const ReturnFlow& value, uint64_t version) {
  CaseRow row{.name = value.name,
              .bytes = Encode(value),
              .version = version,
              .create_time = value.create_time};
  if (version == 0) row.takes = {absl::StrCat("return-flow/", value.resource)};
  return row;
}

bool Visible(const ReturnFlow&, const Actor&, const Parties&) { return true; }

std::string Encode(const ReturnRequest& value) {
  store::ReturnRequestRecord record;
  record.set_name(value.name);
  record.set_consumer(value.consumer);
  record.set_provider(value.provider);
  record.set_profile(value.profile);
  record.set_flow(value.flow);
  record.set_resource(value.resource);
  record.set_division(value.division);
  PutEnums(value.purposes, record.mutable_purposes());
  record.set_state(static_cast<uint32_t>(value.state));
  record.set_grant(value.grant);
  if (value.clock) *record.mutable_clock() = sharing::ToRecord(*value.clock);
  record.set_asker(value.asker);
  record.set_create_nanos(Nanos(value.create_time));
  for (const statute::Clock& clock : value.earlier) {
    *record.add_earlier() = sharing::ToRecord(clock);
  }
  record.set_dispute(value.dispute);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, ReturnRequest* value) {
  store::ReturnRequestRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "return request", &record));
  *value = {.name = record.name(),
            .consumer = record.consumer(),
            .provider = record.provider(),
            .profile = record.profile(),
            .flow = record.flow(),
            .resource = record.resource(),
            .division = record.division(),
            .purposes = GetEnums<Purpose>(record.purposes()),
            .state = static_cast<ReturnRequest::State>(record.state()),
            .grant = record.grant(),
            .clock = {},
            .dispute = record.dispute(),
            .asker = record.asker(),
            .create_time = TimeOf(record.create_nanos())};
  for (const store::ClockRecord& earlier : record.earlier()) {
    std::optional<statute::Clock> clock = sharing::FromRecord(earlier);
    if (!clock) return Unreadable("clock");
    value->earlier.push_back(*std::move(clock));
  }
  return ReadClockOf(record.has_clock(), record.clock(), &value->clock);
}

CaseRow RowOf(const ReturnRequest& value, uint64_t version) {
  CaseRow row{.name = value.name,
              .bytes = Encode(value),
              .version = version,
              .create_time = value.create_time};
  // The present one last: it is what is kept of its kind.
  for (const statute::Clock& clock : value.earlier) {
    row.clocks.push_back({clock, value.provider, true});
  }
  if (value.clock) row.clocks.push_back({*value.clock, value.provider});
  const std::string open =
      absl::StrCat("return-request/", value.flow, "|", value.consumer, "|", value.division);
  if (version == 0) row.takes = {open};
  if (value.state == ReturnRequest::State::kActivated) row.gives_up = {open};
  return row;
}

bool Visible(const ReturnRequest&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

}  // namespace shareway::sharing
