// SPDX-License-Identifier: Apache-2.0
// The parts of a request that come and go, as records.
#include "services/sharing/store/request_parts.h"

#include "libs/base/status.h"
#include "services/sharing/store/record_parts.h"

namespace shareway::sharing {
namespace {

absl::Status GetClock(const store::ClockRecord& record, std::optional<statute::Clock>* clock) {
  *clock = FromRecord(record);
  return *clock ? absl::OkStatus() : Unreadable("clock");
}

store::SupplementRecord ToRecord(const Supplement& supplement) {
  store::SupplementRecord record;
  for (const SupplementItem& item : supplement.items) {
    store::SupplementItemRecord* out = record.add_items();
    out->set_subject(item.subject);
    out->set_missing(item.missing);
    out->set_answer(item.answer);
  }
  record.set_ask_nanos(Nanos(supplement.ask_time));
  record.set_asker(supplement.asker);
  *record.mutable_clock() = sharing::ToRecord(supplement.clock);
  if (supplement.answer_time) record.set_answer_nanos(Nanos(*supplement.answer_time));
  record.set_answerer(supplement.answerer);
  return record;
}

absl::StatusOr<Supplement> FromRecord(const store::SupplementRecord& record) {
  Supplement supplement{.items = {},
                        .ask_time = TimeOf(record.ask_nanos()),
                        .asker = record.asker(),
                        .clock = {},
                        .answer_time = {},
                        .answerer = record.answerer()};
  for (const store::SupplementItemRecord& item : record.items()) {
    supplement.items.push_back({item.subject(), item.missing(), item.answer()});
  }
  std::optional<statute::Clock> clock;
  SHAREWAY_RETURN_IF_ERROR(GetClock(record.clock(), &clock));
  supplement.clock = *std::move(clock);
  if (record.has_answer_nanos()) supplement.answer_time = TimeOf(record.answer_nanos());
  return supplement;
}

store::ReplyExtensionRecord ToRecord(const ReplyExtension& extension) {
  store::ReplyExtensionRecord record;
  record.set_state(static_cast<uint32_t>(extension.state));
  record.set_days(static_cast<uint32_t>(extension.days));
  record.set_reason(extension.reason);
  record.set_ask_nanos(Nanos(extension.ask_time));
  record.set_asker(extension.asker);
  record.set_answer(extension.answer);
  if (extension.answer_time) record.set_answer_nanos(Nanos(*extension.answer_time));
  record.set_officer(extension.officer);
  return record;
}

ReplyExtension FromRecord(const store::ReplyExtensionRecord& record) {
  ReplyExtension extension{.state = static_cast<ReplyExtension::State>(record.state()),
                           .days = static_cast<int>(record.days()),
                           .reason = record.reason(),
                           .ask_time = TimeOf(record.ask_nanos()),
                           .asker = record.asker(),
                           .answer = record.answer(),
                           .answer_time = {},
                           .officer = record.officer()};
  if (record.has_answer_nanos()) extension.answer_time = TimeOf(record.answer_nanos());
  return extension;
}

store::SupplyRecord ToRecord(const Supply& supply) {
  store::SupplyRecord record;
  record.set_state(static_cast<uint32_t>(supply.state));
  if (supply.clock) *record.mutable_clock() = sharing::ToRecord(*supply.clock);
  if (supply.report_time) record.set_report_nanos(Nanos(*supply.report_time));
  if (supply.confirm_time) record.set_confirm_nanos(Nanos(*supply.confirm_time));
  record.set_dispute_reason(supply.dispute_reason);
  record.set_exchange(supply.exchange);
  return record;
}

absl::StatusOr<Supply> FromRecord(const store::SupplyRecord& record) {
  Supply supply{.state = static_cast<Supply::State>(record.state()),
                .clock = {},
                .report_time = {},
                .confirm_time = {},
                .dispute_reason = record.dispute_reason(),
                .exchange = record.exchange()};
  if (record.has_clock()) SHAREWAY_RETURN_IF_ERROR(GetClock(record.clock(), &supply.clock));
  if (record.has_report_nanos()) supply.report_time = TimeOf(record.report_nanos());
  if (record.has_confirm_nanos()) supply.confirm_time = TimeOf(record.confirm_nanos());
  return supply;
}

}  // namespace

void PutRequestParts(const Request::Fields& fields, store::RequestRecord* record) {
  record->set_authority_agency(fields.authority_agency);
  if (fields.check_clock) *record->mutable_check_clock() = sharing::ToRecord(*fields.check_clock);
  if (fields.supplement) *record->mutable_supplement() = ToRecord(*fields.supplement);
  if (fields.extension) *record->mutable_extension() = ToRecord(*fields.extension);
  record->set_second_reviewer(fields.second_reviewer);
  record->set_second_review(fields.second_review);
  if (fields.state == Request::State::kApproved) {
    *record->mutable_supply() = ToRecord(fields.supply);
  }
  if (fields.change.kind != ScopeChange::Kind::kUnspecified) {
    store::ScopeChangeRecord* change = record->mutable_change();
    change->set_kind(static_cast<uint32_t>(fields.change.kind));
    change->set_grant(fields.change.grant);
    change->set_third_party(fields.change.third_party);
  }
  for (const statute::Clock& clock : fields.earlier) {
    *record->add_earlier() = sharing::ToRecord(clock);
  }
}

absl::Status GetRequestParts(const store::RequestRecord& record, Request::Fields* fields) {
  fields->authority_agency = record.authority_agency();
  if (record.has_check_clock()) {
    SHAREWAY_RETURN_IF_ERROR(GetClock(record.check_clock(), &fields->check_clock));
  }
  if (record.has_supplement()) {
    SHAREWAY_ASSIGN_OR_RETURN(fields->supplement, FromRecord(record.supplement()));
  }
  if (record.has_extension()) fields->extension = FromRecord(record.extension());
  fields->second_reviewer = record.second_reviewer();
  fields->second_review = record.second_review();
  if (record.has_supply()) {
    SHAREWAY_ASSIGN_OR_RETURN(fields->supply, FromRecord(record.supply()));
  } else if (fields->state == Request::State::kApproved) {
    fields->supply.state = Supply::State::kAwaited;
  }
  if (record.has_change()) {
    fields->change = {static_cast<ScopeChange::Kind>(record.change().kind()),
                      record.change().grant(), record.change().third_party()};
  }
  for (const store::ClockRecord& earlier : record.earlier()) {
    std::optional<statute::Clock> clock;
    SHAREWAY_RETURN_IF_ERROR(GetClock(earlier, &clock));
    fields->earlier.push_back(*std::move(clock));
  }
  return absl::OkStatus();
}

}  // namespace shareway::sharing
