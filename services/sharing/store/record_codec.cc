// SPDX-License-Identifier: Apache-2.0
// Objects as bytes.
#include "services/sharing/store/record_codec.h"

#include "libs/base/status.h"
#include "services/sharing/store/record_parts.h"
#include "services/sharing/store/request_parts.h"
#include "services/sharing/store/resource_record.pb.h"
#include "services/sharing/store/sharing_record.pb.h"

namespace shareway::sharing {
namespace {

store::DecisionRecord ToRecord(const Decision& decision) {
  store::DecisionRecord record;
  record.set_verdict(static_cast<uint32_t>(decision.verdict));
  if (decision.scope) *record.mutable_scope() = sharing::ToRecord(*decision.scope);
  for (const Cut& cut : decision.cuts) {
    store::CutRecord* out = record.add_cuts();
    out->set_subject(cut.subject);
    out->set_reason(cut.reason);
  }
  record.set_reason(decision.reason);
  record.set_condition(decision.condition);
  record.set_citation(decision.citation);
  record.set_case_required(decision.case_required);
  record.set_ground(static_cast<uint32_t>(decision.ground));
  return record;
}

Decision FromRecord(const store::DecisionRecord& record) {
  Decision decision{.verdict = static_cast<Decision::Verdict>(record.verdict()),
                    .scope = {},
                    .cuts = {},
                    .reason = record.reason(),
                    .condition = record.condition(),
                    .citation = record.citation(),
                    .case_required = record.case_required(),
                    .ground = static_cast<Decision::Ground>(record.ground())};
  if (record.has_scope()) decision.scope = sharing::FromRecord(record.scope());
  for (const store::CutRecord& cut : record.cuts()) {
    decision.cuts.push_back({cut.subject(), cut.reason()});
  }
  return decision;
}

template <typename S>
void PutStep(const S& step, uint32_t state, store::StepRecord* out) {
  out->set_time_nanos(Nanos(step.time));
  out->set_action(step.action);
  out->set_actor(step.actor);
  out->set_state(state);
  out->set_note(step.note);
}

// The optional time of a record, by its has_ and get functions.
std::optional<absl::Time> OptionalTime(bool has, int64_t nanos) {
  if (!has) return std::nullopt;
  return TimeOf(nanos);
}

}  // namespace

std::string Encode(const Request& request) {
  const Request::Fields& f = request.fields();
  store::RequestRecord record;
  record.set_name(f.name);
  record.set_resource(f.resource);
  record.set_resource_revision(f.resource_revision);
  record.set_consumer(f.consumer);
  record.set_provider(f.provider);
  record.set_share_class(static_cast<uint32_t>(f.share_class));
  record.set_legal_basis(f.legal_basis);
  record.set_scenario(f.scenario);
  *record.mutable_scope() = sharing::ToRecord(f.scope);
  record.set_state(static_cast<uint32_t>(f.state));
  record.set_applicant(f.applicant);
  record.set_consumer_head(f.consumer_head);
  record.set_reviewer(f.reviewer);
  record.set_provider_head(f.provider_head);
  record.set_create_nanos(Nanos(f.create_time));
  if (f.submit_time) record.set_submit_nanos(Nanos(*f.submit_time));
  if (f.decide_time) record.set_decide_nanos(Nanos(*f.decide_time));
  if (f.clock) *record.mutable_clock() = sharing::ToRecord(*f.clock);
  if (f.decision) *record.mutable_decision() = ToRecord(*f.decision);
  record.set_grant(f.grant);
  record.set_dispute(f.dispute);
  record.set_profile(f.profile);
  record.set_article(f.article);
  for (const Request::Step& step : f.steps) {
    PutStep(step, static_cast<uint32_t>(step.state), record.add_steps());
  }
  PutRequestParts(f, &record);
  return record.SerializeAsString();
}

absl::StatusOr<Request> DecodeRequest(absl::string_view bytes) {
  store::RequestRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("request");
  }
  Request::Fields f{
      .name = record.name(),
      .resource = record.resource(),
      .resource_revision = record.resource_revision(),
      .consumer = record.consumer(),
      .provider = record.provider(),
      .share_class = static_cast<ShareClass>(record.share_class()),
      .legal_basis = record.legal_basis(),
      .scenario = record.scenario(),
      .scope = sharing::FromRecord(record.scope()),
      .state = static_cast<Request::State>(record.state()),
      .applicant = record.applicant(),
      .consumer_head = record.consumer_head(),
      .reviewer = record.reviewer(),
      .provider_head = record.provider_head(),
      .create_time = TimeOf(record.create_nanos()),
      .submit_time = OptionalTime(record.has_submit_nanos(), record.submit_nanos()),
      .decide_time = OptionalTime(record.has_decide_nanos(), record.decide_nanos()),
      .clock = {},
      .decision = {},
      .grant = record.grant(),
      .dispute = record.dispute(),
      .profile = record.profile(),
      .article = record.article(),
      .steps = {},
  };
  if (record.has_clock()) {
    f.clock = sharing::FromRecord(record.clock());
    if (!f.clock) return Unreadable("clock");
  }
  if (record.has_decision()) f.decision = FromRecord(record.decision());
  for (const store::StepRecord& step : record.steps()) {
    f.steps.push_back({TimeOf(step.time_nanos()), step.action(), step.actor(),
                       static_cast<Request::State>(step.state()), step.note()});
  }
  SHAREWAY_RETURN_IF_ERROR(GetRequestParts(record, &f));
  return Request::Restore(std::move(f));
}

std::string Encode(const Grant& grant) {
  const Grant::Fields& f = grant.fields();
  store::GrantRecord record;
  record.set_name(f.name);
  record.set_consumer(f.consumer);
  record.set_provider(f.provider);
  record.set_resource(f.resource);
  record.set_resource_revision(f.resource_revision);
  record.mutable_items()->Assign(f.items.begin(), f.items.end());
  PutRows(f.rows, record.mutable_rows());
  record.set_row_expression(f.rows.expression.ToString());
  PutEnums(f.purposes, record.mutable_purposes());
  PutEnums(f.methods, record.mutable_methods());
  record.set_start_nanos(Nanos(f.start_time));
  record.set_end_nanos(Nanos(f.end_time));
  record.set_case_required(f.case_required);
  record.set_state(static_cast<uint32_t>(f.state));
  record.set_request(f.request);
  record.set_dispute(f.dispute);
  record.set_consent(f.consent);
  record.set_scenario(f.scenario);
  record.set_decision(f.decision);
  record.set_rule(f.rule);
  record.set_create_nanos(Nanos(f.create_time));
  record.set_ended_reason(f.ended_reason);
  record.set_notice(f.notice);
  record.set_by_authority(f.by_authority);
  if (f.asked_end) record.set_asked_end_day(DayNumber(*f.asked_end));
  record.set_asked_reason(f.asked_reason);
  record.set_asked_by(f.asked_by);
  record.set_return_request(f.return_request);
  record.mutable_terms()->Assign(f.terms.begin(), f.terms.end());
  *record.mutable_day() = sharing::ToRecord(f.day);
  record.mutable_masked_items()->Assign(f.masked_items.begin(), f.masked_items.end());
  record.mutable_third_parties()->Assign(f.third_parties.begin(), f.third_parties.end());
  return record.SerializeAsString();
}

absl::StatusOr<Grant> DecodeGrant(absl::string_view bytes, uint64_t number) {
  store::GrantRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("grant");
  }
  return Grant::Restore({
      .name = record.name(),
      .consumer = record.consumer(),
      .provider = record.provider(),
      .resource = record.resource(),
      .resource_revision = record.resource_revision(),
      .items = GetStrings(record.items()),
      .rows = GetRows(record.rows(), record.row_expression()),
      .purposes = GetEnums<Purpose>(record.purposes()),
      .methods = GetEnums<Method>(record.methods()),
      .start_time = TimeOf(record.start_nanos()),
      .end_time = TimeOf(record.end_nanos()),
      .case_required = record.case_required(),
      .day = sharing::FromRecord(record.day()),
      .masked_items = GetStrings(record.masked_items()),
      .state = static_cast<Grant::State>(record.state()),
      .number = number,
      .request = record.request(),
      .dispute = record.dispute(),
      .consent = record.consent(),
      .scenario = record.scenario(),
      .decision = record.decision(),
      .rule = record.rule(),
      .create_time = TimeOf(record.create_nanos()),
      .ended_reason = record.ended_reason(),
      .notice = record.notice(),
      .by_authority = record.by_authority(),
      .asked_end = record.has_asked_end_day() ? std::optional(DayOf(record.asked_end_day()))
                                              : std::nullopt,
      .asked_reason = record.asked_reason(),
      .asked_by = record.asked_by(),
      .return_request = record.return_request(),
      .terms = GetStrings(record.terms()),
      .third_parties = GetStrings(record.third_parties()),
  });
}

std::string Encode(const Consent& consent) {
  store::ConsentRecord record;
  record.set_name(consent.name);
  record.set_resource(consent.resource);
  record.set_provider(consent.provider);
  record.set_signer(consent.signer);
  record.set_act(consent.act);
  record.set_create_nanos(Nanos(consent.create_time));
  if (consent.withdraw_time) record.set_withdraw_nanos(Nanos(*consent.withdraw_time));
  return record.SerializeAsString();
}

absl::StatusOr<Consent> DecodeConsent(absl::string_view bytes) {
  store::ConsentRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("consent");
  }
  return Consent{
      .name = record.name(),
      .resource = record.resource(),
      .provider = record.provider(),
      .signer = record.signer(),
      .act = record.act(),
      .create_time = TimeOf(record.create_nanos()),
      .withdraw_time = OptionalTime(record.has_withdraw_nanos(), record.withdraw_nanos())};
}

std::string Encode(const Resource& resource) {
  store::ResourceRecord record;
  record.set_name(resource.name);
  record.set_title(resource.title);
  record.set_provider(resource.provider);
  record.set_share_class(static_cast<uint32_t>(resource.share_class));
  for (const Item& item : resource.items) {
    store::ItemRecord* out = record.add_items();
    out->set_id(item.id);
    out->set_share_class(static_cast<uint32_t>(item.share_class));
    out->set_grading(item.grading);
    out->set_personal(item.personal);
    out->set_sensitive(item.sensitive);
    out->set_received_under(item.received_under);
  }
  for (const ShareCondition& condition : resource.conditions) {
    store::ShareConditionRecord* out = record.add_conditions();
    out->set_id(condition.id);
    out->set_kind(static_cast<uint32_t>(condition.kind));
    out->set_text(condition.text);
    out->mutable_values()->Assign(condition.values.begin(), condition.values.end());
  }
  PutEnums(resource.methods, record.mutable_methods());
  record.set_not_shared_reason(resource.not_shared_reason);
  record.mutable_basis()->Assign(resource.basis.begin(), resource.basis.end());
  record.set_revision(resource.revision);
  record.set_state(static_cast<uint32_t>(resource.state));
  record.set_profile(resource.profile);
  record.set_publication(resource.publication);
  PutEnums(resource.basis_levels, record.mutable_basis_levels());
  record.set_promised_days(resource.promised_days);
  record.set_stale_reminders(resource.stale_reminders);
  record.set_fresh_nanos(Nanos(resource.fresh_time));
  return record.SerializeAsString();
}

absl::StatusOr<Resource> DecodeResource(absl::string_view bytes) {
  store::ResourceRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("resource");
  }
  Resource resource{.name = record.name(),
                    .title = record.title(),
                    .provider = record.provider(),
                    .share_class = static_cast<ShareClass>(record.share_class()),
                    .items = {},
                    .conditions = {},
                    .methods = GetEnums<Method>(record.methods()),
                    .not_shared_reason = record.not_shared_reason(),
                    .basis = GetStrings(record.basis()),
                    .revision = record.revision(),
                    .state = static_cast<Resource::State>(record.state()),
                    .profile = record.profile(),
                    .publication = record.publication(),
                    .basis_levels = GetEnums<int>(record.basis_levels()),
                    .promised_days = static_cast<int>(record.promised_days()),
                    .stale_reminders = static_cast<int>(record.stale_reminders()),
                    .fresh_time = TimeOf(record.fresh_nanos())};
  for (const store::ItemRecord& item : record.items()) {
    resource.items.push_back({item.id(), static_cast<ShareClass>(item.share_class()),
                              static_cast<int>(item.grading()), item.personal(),
                              item.sensitive(), item.received_under()});
  }
  for (const store::ShareConditionRecord& condition : record.conditions()) {
    resource.conditions.push_back({condition.id(),
                                   static_cast<ShareCondition::Kind>(condition.kind()),
                                   condition.text(), GetStrings(condition.values())});
  }
  return resource;
}

}  // namespace shareway::sharing
