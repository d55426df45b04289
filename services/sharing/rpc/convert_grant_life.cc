// SPDX-License-Identifier: Apache-2.0
// What follows a grant, as messages.
#include "services/sharing/rpc/convert_grant_life.h"

#include "libs/evidence/record.h"
#include "services/sharing/rpc/convert_scope.h"

namespace shareway::sharing {

static_assert(static_cast<int>(Disposal::State::kOverdue) == v1::Disposal::OVERDUE);
static_assert(static_cast<int>(DisposalMethod::kNothingHeld) == v1::Disposal::NOTHING_HELD);
static_assert(static_cast<int>(ServiceChange::State::kWithdrawn) ==
              v1::ServiceChange::CHANGE_WITHDRAWN);
static_assert(static_cast<int>(ServiceChange::Kind::kEnd) == v1::ServiceChange::END);
static_assert(static_cast<int>(ReturnRequest::State::kActivated) == v1::ReturnRequest::ACTIVATED);
static_assert(static_cast<int>(OfflineDelivery::Medium::kPaper) == v1::OfflineDelivery::PAPER);

using evidence::ToTimestamp;

namespace {

std::string ArticleOf(const Desk& desk, absl::string_view profile,
                      std::string statute::Articles::*article) {
  const absl::StatusOr<StatuteText> text = desk.TextCited(profile);
  return text.ok() ? text->profile->articles.*article : "";
}

template <typename Message>
void PutActions(const StateTable& table, int state, const Actor& actor, const Parties& parties,
                Message* out) {
  for (std::string& action : Allowed(table, state, actor, parties)) {
    out->add_available_actions(std::move(action));
  }
}

}  // namespace

int DaysLeftOf(const statute::Clock& clock, const Desk& desk) {
  const absl::StatusOr<statute::Reading> reading =
      statute::ReadClock(clock, desk.calendars(), desk.Now());
  return reading.ok() ? reading->working_days_left : 0;
}

v1::Disposal ToProto(const Stored<Disposal>& disposal, const Actor& actor, const Desk& desk) {
  const Disposal& d = disposal.value;
  v1::Disposal out;
  out.set_name(d.name);
  out.set_grant(d.grant);
  out.set_consumer(d.consumer);
  out.set_provider(d.provider);
  out.set_state(static_cast<v1::Disposal::State>(d.state));
  out.set_due_date(DayToProto(d.clock.due.day));
  out.set_working_days_left(DaysLeftOf(d.clock, desk));
  if (d.report_time) {
    out.set_method(static_cast<v1::Disposal::Method>(d.report.method));
    out.set_disposed_date(DayToProto(d.report.day));
    out.set_person(d.report.person);
    out.set_manifest_digest(d.report.manifest_digest);
    out.set_note(d.report.note);
    *out.mutable_report_time() = ToTimestamp(*d.report_time);
  }
  out.set_decider(d.decider);
  out.set_rejection(d.rejection);
  *out.mutable_create_time() = ToTimestamp(d.create_time);
  out.set_profile(d.profile);
  out.set_article(ArticleOf(desk, d.profile, &statute::Articles::disposal));
  out.set_etag(Desk::EtagOf(disposal.version));
  PutActions(DisposalTable(), static_cast<int>(d.state), actor,
             desk.PartiesOf(d.consumer, d.provider), &out);
  return out;
}

v1::ServiceChange ToProto(const Stored<ServiceChange>& change, const Actor& actor,
                          const Parties& parties, const Desk& desk) {
  const ServiceChange& c = change.value;
  v1::ServiceChange out;
  out.set_name(c.name);
  out.set_resource(c.resource);
  out.set_provider(c.provider);
  out.set_kind(static_cast<v1::ServiceChange::Kind>(c.kind));
  out.set_reason(c.reason);
  out.set_effect_date(DayToProto(c.effect));
  out.set_state(static_cast<v1::ServiceChange::State>(c.state));
  const bool all = parties.OfProvider(actor) || parties.InCharge(actor);
  for (const ServiceChange::Answer& answer : c.answers) {
    if (!all && answer.consumer != actor.agency) continue;
    v1::ServiceChange::Answer* to = out.add_answers();
    to->set_consumer(answer.consumer);
    to->set_answered(answer.time.has_value());
    to->set_agrees(answer.agrees);
    to->set_comment(answer.comment);
    to->set_person(answer.person);
    if (answer.time) *to->mutable_answer_time() = ToTimestamp(*answer.time);
  }
  if (c.clock) out.set_due_date(DayToProto(c.clock->due.day));
  out.set_receipt_number(c.receipt);
  out.set_reply(c.reply);
  *out.mutable_create_time() = ToTimestamp(c.create_time);
  out.set_profile(c.profile);
  out.set_article(ArticleOf(desk, c.profile, &statute::Articles::service_change));
  if (change.version != 0) out.set_etag(Desk::EtagOf(change.version));
  PutActions(ServiceChangeTable(), static_cast<int>(c.state), actor, parties, &out);
  return out;
}

v1::ReturnRequest ToProto(const Stored<ReturnRequest>& request, const Actor& actor,
                          const Desk& desk) {
  const ReturnRequest& r = request.value;
  v1::ReturnRequest out;
  out.set_name(r.name);
  out.set_flow(r.flow);
  out.set_resource(r.resource);
  out.set_consumer(r.consumer);
  out.set_provider(r.provider);
  out.set_division(r.division);
  EnumsToProto(r.purposes, out.mutable_purposes());
  out.set_state(static_cast<v1::ReturnRequest::State>(r.state));
  out.set_grant(r.grant);
  if (r.clock) out.set_due_date(DayToProto(r.clock->due.day));
  out.set_dispute(r.dispute);
  *out.mutable_create_time() = ToTimestamp(r.create_time);
  out.set_profile(r.profile);
  out.set_article(ArticleOf(desk, r.profile, &statute::Articles::return_flow));
  if (request.version != 0) out.set_etag(Desk::EtagOf(request.version));
  PutActions(ReturnRequestTable(), static_cast<int>(r.state), actor,
             desk.PartiesOf(r.consumer, r.provider), &out);
  return out;
}

v1::ReturnFlow ToProto(const ReturnFlow& flow) {
  v1::ReturnFlow out;
  out.set_name(flow.name);
  out.set_resource(flow.resource);
  out.set_provider(flow.provider);
  out.set_division_item(flow.division_item);
  *out.mutable_create_time() = ToTimestamp(flow.create_time);
  return out;
}

v1::UseRecord ToProto(const UseRecord& use) {
  v1::UseRecord out;
  out.set_name(use.name);
  out.set_grant(use.grant);
  out.set_consumer(use.consumer);
  out.set_provider(use.provider);
  out.set_scenario(use.scenario);
  out.set_process(use.process);
  out.set_effect(use.effect);
  out.set_storage(use.storage);
  out.set_destruction(use.destruction);
  out.set_start_date(DayToProto(use.start));
  out.set_end_date(DayToProto(use.end));
  out.set_recorder(use.recorder);
  *out.mutable_create_time() = ToTimestamp(use.create_time);
  if (use.keep) out.set_keep_date(DayToProto(*use.keep));
  return out;
}

v1::UseInspection ToProto(const UseInspection& inspection) {
  v1::UseInspection out;
  out.set_name(inspection.name);
  out.set_grant(inspection.grant);
  out.set_consumer(inspection.consumer);
  out.set_provider(inspection.provider);
  out.set_inspecting_agency(inspection.inspector);
  out.set_reason(inspection.reason);
  out.set_record_count(inspection.records);
  *out.mutable_create_time() = ToTimestamp(inspection.create_time);
  return out;
}

v1::OfflineDelivery ToProto(const OfflineDelivery& delivery) {
  v1::OfflineDelivery out;
  out.set_name(delivery.name);
  out.set_grant(delivery.grant);
  out.set_consumer(delivery.consumer);
  out.set_provider(delivery.provider);
  out.set_medium(static_cast<v1::OfflineDelivery::Medium>(delivery.medium));
  out.set_label(delivery.label);
  out.set_digest(delivery.digest);
  out.set_record_count(delivery.records);
  out.set_giver(delivery.giver);
  out.set_receiver(delivery.receiver);
  out.set_delivery_date(DayToProto(delivery.day));
  out.set_recorder(delivery.recorder);
  *out.mutable_create_time() = ToTimestamp(delivery.create_time);
  return out;
}

}  // namespace shareway::sharing
