// SPDX-License-Identifier: Apache-2.0
// Values of the domain as messages, and the catalogue's entries as values.
#include "services/sharing/rpc/convert.h"

#include "absl/strings/str_cat.h"
#include "libs/evidence/record.h"
#include "services/sharing/rpc/convert_scope.h"

namespace shareway::sharing {

static_assert(static_cast<int>(ShareClass::kNotShared) == catalog::v1::NOT_SHARED);
static_assert(static_cast<int>(ShareCondition::Kind::kOther) ==
              catalog::v1::ShareCondition::OTHER_CONDITION);
static_assert(static_cast<int>(Request::State::kWithdrawn) == v1::SharingRequest::WITHDRAWN);
static_assert(static_cast<int>(Grant::State::kRevoked) == v1::Grant::REVOKED);
static_assert(static_cast<int>(Dispute::Stage::kClosed) == v1::Dispute::CLOSED);
static_assert(static_cast<int>(Dispute::Outcome::kWithdrawn) == v1::Dispute::WITHDRAWN);
static_assert(static_cast<int>(Notice::State::kClosed) == v1::Notice::NOTICE_CLOSED);

using evidence::ToTimestamp;

Resource FromProto(const catalog::v1::CatalogChange& change) {
  const catalog::v1::Resource& resource = change.resource();
  Resource out{.name = resource.name(),
               .title = resource.title(),
               .provider = resource.provider(),
               .share_class = static_cast<ShareClass>(resource.share_class()),
               .items = {},
               .conditions = {},
               .methods = EnumsFromProto(resource.methods(), Method::kSubscribe),
               .not_shared_reason = resource.not_shared_reason(),
               .basis = {},
               .revision = resource.revision(),
               .state = Resource::State::kUnspecified,
               .profile = resource.profile(),
               .publication =
                   change.has_publication() ? change.publication().SerializeAsString() : ""};
  for (const catalog::v1::Item& item : resource.items()) {
    const catalog::v1::ShareClass own = item.share_class() != catalog::v1::SHARE_CLASS_UNSPECIFIED
                                            ? item.share_class()
                                            : resource.declared_class();
    out.items.push_back({item.id(), static_cast<ShareClass>(own),
                         static_cast<int>(item.grading()), item.personal(), item.sensitive()});
  }
  for (const catalog::v1::ShareCondition& condition : resource.conditions()) {
    out.conditions.push_back({condition.id(),
                              static_cast<ShareCondition::Kind>(condition.kind()),
                              condition.text(),
                              {condition.values().begin(), condition.values().end()}});
  }
  for (const catalog::v1::Basis& basis : resource.not_shared_basis()) {
    out.basis.push_back(absl::StrCat("《", basis.title(), "》", basis.article()));
  }
  switch (resource.state()) {
    case catalog::v1::Resource::PUBLISHED: out.state = Resource::State::kPublished; break;
    case catalog::v1::Resource::SUSPENDED: out.state = Resource::State::kSuspended; break;
    case catalog::v1::Resource::WITHDRAWN: out.state = Resource::State::kWithdrawn; break;
    default: break;
  }
  return out;
}

namespace {

v1::Decision ToProto(const Decision& decision) {
  v1::Decision out;
  out.set_verdict(static_cast<v1::Decision::Verdict>(decision.verdict));
  if (decision.scope) *out.mutable_scope() = sharing::ToProto(*decision.scope);
  for (const Cut& cut : decision.cuts) {
    v1::Cut* to = out.add_cuts();
    to->set_subject(cut.subject);
    to->set_reason(cut.reason);
  }
  out.set_reason(decision.reason);
  out.set_condition(decision.condition);
  out.set_citation(decision.citation);
  out.set_case_required(decision.case_required);
  return out;
}

int DaysLeft(const statute::Clock& clock, const Desk& desk) {
  const absl::StatusOr<statute::Reading> reading =
      statute::ReadClock(clock, desk.calendars(), desk.Now());
  return reading.ok() ? reading->working_days_left : 0;
}

}  // namespace

v1::SharingRequest ToProto(const Stored<Request>& request, const Actor& actor, const Desk& desk) {
  const Parties parties =
      desk.PartiesOf(request.value.fields().consumer, request.value.fields().provider);
  const Request seen = request.value.SeenBy(actor, parties);
  const Request::Fields& f = seen.fields();
  v1::SharingRequest out;
  out.set_name(f.name);
  out.set_resource(f.resource);
  out.set_resource_revision(f.resource_revision);
  out.set_consumer(f.consumer);
  out.set_provider(f.provider);
  out.set_share_class(static_cast<catalog::v1::ShareClass>(f.share_class));
  out.set_legal_basis(f.legal_basis);
  out.set_scenario(f.scenario);
  *out.mutable_scope() = sharing::ToProto(f.scope);
  out.set_state(static_cast<v1::SharingRequest::State>(f.state));
  out.set_applicant(f.applicant);
  out.set_consumer_head(f.consumer_head);
  out.set_reviewer(f.reviewer);
  out.set_provider_head(f.provider_head);
  *out.mutable_create_time() = ToTimestamp(f.create_time);
  if (f.submit_time) *out.mutable_submit_time() = ToTimestamp(*f.submit_time);
  if (f.decide_time) *out.mutable_decide_time() = ToTimestamp(*f.decide_time);
  if (f.clock) {
    out.set_due_date(DayToProto(f.clock->due.day));
    out.set_due_provisional(f.clock->due.provisional);
    out.set_working_days_left(DaysLeft(*f.clock, desk));
  }
  if (f.decision) *out.mutable_decision() = ToProto(*f.decision);
  out.set_grant(f.grant);
  out.set_profile(f.profile);
  out.set_article(f.article);
  if (request.version != 0) out.set_etag(Desk::EtagOf(request.version));
  for (std::string& action : request.value.AvailableActions(actor, parties)) {
    out.add_available_actions(std::move(action));
  }
  for (const Request::Step& step : f.steps) {
    v1::RequestStep* to = out.add_steps();
    *to->mutable_time() = ToTimestamp(step.time);
    to->set_action(step.action);
    to->set_actor(step.actor);
    to->set_state(static_cast<v1::SharingRequest::State>(step.state));
    to->set_note(step.note);
  }
  return out;
}

v1::Grant ToProto(const Grant& grant, uint64_t epoch) {
  const Grant::Fields& f = grant.fields();
  v1::Grant out;
  out.set_name(f.name);
  out.set_consumer(f.consumer);
  out.set_provider(f.provider);
  out.set_resource(f.resource);
  out.set_resource_revision(f.resource_revision);
  out.mutable_items()->Assign(f.items.begin(), f.items.end());
  RowsToProto(f.rows, out.mutable_row_filter());
  EnumsToProto(f.purposes, out.mutable_purposes());
  EnumsToProto(f.methods, out.mutable_methods());
  *out.mutable_start_time() = ToTimestamp(f.start_time);
  *out.mutable_end_time() = ToTimestamp(f.end_time);
  out.set_case_required(f.case_required);
  out.set_day_quota(f.day.calls);
  out.set_day_rows(f.day.rows);
  out.set_day_bytes(f.day.bytes);
  out.mutable_masked_items()->Assign(f.masked_items.begin(), f.masked_items.end());
  out.set_state(static_cast<v1::Grant::State>(f.state));
  out.mutable_revision()->set_epoch(epoch);
  out.mutable_revision()->set_number(f.number);
  out.set_request(f.request);
  out.set_dispute(f.dispute);
  out.set_standing_consent(f.consent);
  if (!f.decision.empty()) out.mutable_decision()->ParseFromString(f.decision);
  out.set_rule(f.rule);
  *out.mutable_create_time() = ToTimestamp(f.create_time);
  out.set_ended_reason(f.ended_reason);
  out.set_notice(f.notice);
  return out;
}

v1::StandingConsent ToProto(const Consent& consent) {
  v1::StandingConsent out;
  out.set_name(consent.name);
  out.set_resource(consent.resource);
  out.set_signer(consent.signer);
  out.mutable_act()->ParseFromString(consent.act);
  *out.mutable_create_time() = ToTimestamp(consent.create_time);
  if (consent.withdraw_time) *out.mutable_withdraw_time() = ToTimestamp(*consent.withdraw_time);
  return out;
}

v1::Dispute ToProto(const Stored<Dispute>& dispute) {
  const Dispute::Fields& f = dispute.value.fields();
  v1::Dispute out;
  out.set_name(f.name);
  out.set_subject(f.subject);
  out.set_consumer(f.consumer);
  out.set_provider(f.provider);
  out.set_claim(f.claim);
  out.set_stage(static_cast<v1::Dispute::Stage>(f.stage));
  out.set_coordinator(f.coordinator);
  out.set_decider(f.decider);
  out.set_outcome(static_cast<v1::Dispute::Outcome>(f.outcome));
  out.set_ruling(f.ruling);
  out.set_grant(f.grant);
  if (const statute::Clock* clock = dispute.value.running()) {
    out.set_due_date(DayToProto(clock->due.day));
  }
  out.set_etag(Desk::EtagOf(dispute.version));
  *out.mutable_create_time() = ToTimestamp(f.create_time);
  out.set_profile(f.profile);
  for (const Dispute::Step& step : f.steps) {
    v1::DisputeStep* to = out.add_steps();
    *to->mutable_time() = ToTimestamp(step.time);
    to->set_action(step.action);
    to->set_actor(step.actor);
    to->set_stage(static_cast<v1::Dispute::Stage>(step.stage));
    to->set_note(step.note);
  }
  return out;
}

v1::Notice ToProto(const Notice& notice) {
  v1::Notice out;
  out.set_name(notice.name);
  out.set_grant(notice.grant);
  out.set_consumer(notice.consumer);
  out.set_provider(notice.provider);
  out.set_finding(notice.finding);
  out.set_state(static_cast<v1::Notice::State>(notice.state));
  out.set_due_date(DayToProto(notice.due.day));
  *out.mutable_create_time() = ToTimestamp(notice.create_time);
  return out;
}

v1::Clock ToProto(const ClockRow& row, const Desk& desk) {
  const statute::Clock& clock = row.clock;
  v1::Clock out;
  out.set_subject(row.subject);
  out.set_kind(std::string(statute::ClockKindName(clock.kind)));
  out.set_debtor(row.debtor);
  *out.mutable_trigger_time() = ToTimestamp(clock.trigger);
  out.set_due_date(DayToProto(clock.due.day));
  out.set_provisional(clock.due.provisional);
  out.set_state(clock.stop ? v1::Clock::STOPPED : v1::Clock::RUNNING);
  const auto reading = statute::ReadClock(clock, desk.calendars(), desk.Now());
  out.set_overdue(reading.ok() && reading->late);
  out.set_working_days_left(reading.ok() ? reading->working_days_left : 0);
  out.set_profile(absl::StrCat(clock.profile, "@", clock.profile_version));
  if (absl::StatusOr<StatuteText> text = desk.TextCited(clock.profile); text.ok()) {
    if (auto term = statute::TermOf(*text->profile, clock.kind)) out.set_article(term->article);
  }
  return out;
}

}  // namespace shareway::sharing
