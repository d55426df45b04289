// SPDX-License-Identifier: Apache-2.0
// Sharing requests between messages and values.
#include "services/sharing/rpc/convert_request.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/codes/quote.h"
#include "libs/evidence/record.h"
#include "services/sharing/rpc/convert_scope.h"

namespace shareway::sharing {

static_assert(static_cast<int>(Decision::Verdict::kRefuse) == v1::Decision::REFUSE);
static_assert(static_cast<int>(Decision::Ground::kIncomplete) == v1::Decision::INCOMPLETE);
static_assert(static_cast<int>(Request::State::kWithdrawn) == v1::SharingRequest::WITHDRAWN);
static_assert(static_cast<int>(Request::State::kNeedsSupplement) ==
              v1::SharingRequest::NEEDS_SUPPLEMENT);
static_assert(static_cast<int>(ReplyExtension::State::kRefused) == v1::ReplyExtension::REFUSED);
static_assert(static_cast<int>(Supply::State::kDisputed) == v1::Supply::DISPUTED);
static_assert(static_cast<int>(ScopeChange::Kind::kThirdParty) == v1::ScopeChange::THIRD_PARTY);

using evidence::ToTimestamp;

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
  out.set_ground(static_cast<v1::Decision::Ground>(decision.ground));
  return out;
}

v1::Supplement ToProto(const Supplement& supplement) {
  v1::Supplement out;
  for (const SupplementItem& item : supplement.items) {
    v1::SupplementItem* to = out.add_items();
    to->set_subject(item.subject);
    to->set_missing(item.missing);
    to->set_answer(item.answer);
  }
  *out.mutable_ask_time() = ToTimestamp(supplement.ask_time);
  out.set_asker(supplement.asker);
  out.set_due_date(DayToProto(supplement.clock.due.day));
  if (supplement.answer_time) *out.mutable_answer_time() = ToTimestamp(*supplement.answer_time);
  out.set_answerer(supplement.answerer);
  return out;
}

v1::ReplyExtension ToProto(const ReplyExtension& extension) {
  v1::ReplyExtension out;
  out.set_state(static_cast<v1::ReplyExtension::State>(extension.state));
  out.set_days(extension.days);
  out.set_reason(extension.reason);
  *out.mutable_ask_time() = ToTimestamp(extension.ask_time);
  out.set_asker(extension.asker);
  out.set_answer(extension.answer);
  if (extension.answer_time) *out.mutable_answer_time() = ToTimestamp(*extension.answer_time);
  out.set_officer(extension.officer);
  return out;
}

v1::Supply ToProto(const Supply& supply) {
  v1::Supply out;
  out.set_state(static_cast<v1::Supply::State>(supply.state));
  if (supply.clock) {
    out.set_due_date(DayToProto(supply.clock->due.day));
    out.set_due_provisional(supply.clock->due.provisional);
  }
  if (supply.report_time) *out.mutable_report_time() = ToTimestamp(*supply.report_time);
  if (supply.confirm_time) *out.mutable_confirm_time() = ToTimestamp(*supply.confirm_time);
  out.set_dispute_reason(supply.dispute_reason);
  out.set_exchange(supply.exchange);
  return out;
}

// The reply's clock, as the request shows it.
void PutClock(const statute::Clock& clock, const Desk& desk, v1::SharingRequest* out) {
  out->set_due_date(DayToProto(clock.due.day));
  out->set_due_provisional(clock.due.provisional);
  if (const auto promised = statute::PromisedInstant(clock)) {
    *out->mutable_promised_due_time() = ToTimestamp(*promised);
  }
  const absl::StatusOr<statute::Reading> reading =
      statute::ReadClock(clock, desk.calendars(), desk.Now());
  out->set_working_days_left(reading.ok() ? reading->working_days_left : 0);
  for (const statute::SupersededDue& before : clock.superseded) {
    v1::SupersededDueDate* to = out->add_superseded_due_dates();
    to->set_due_date(DayToProto(before.due.day));
    *to->mutable_superseded_time() = ToTimestamp(before.at);
    to->set_reason(before.reason);
  }
}

void PutParts(const Request::Fields& f, v1::SharingRequest* out) {
  if (f.check_clock) out->set_check_due_date(DayToProto(f.check_clock->due.day));
  if (f.decision) *out->mutable_decision() = ToProto(*f.decision);
  if (f.supplement) *out->mutable_supplement() = ToProto(*f.supplement);
  if (f.extension) *out->mutable_extension() = ToProto(*f.extension);
  out->set_second_reviewer(f.second_reviewer);
  out->set_second_review_required(f.second_review);
  if (f.supply.state != Supply::State::kUnspecified) *out->mutable_supply() = ToProto(f.supply);
  if (f.change.kind != ScopeChange::Kind::kUnspecified) {
    v1::ScopeChange* change = out->mutable_change();
    change->set_kind(static_cast<v1::ScopeChange::Kind>(f.change.kind));
    change->set_grant(f.change.grant);
    change->set_third_party(f.change.third_party);
  }
  for (const Request::Step& step : f.steps) {
    v1::RequestStep* to = out->add_steps();
    *to->mutable_time() = ToTimestamp(step.time);
    to->set_action(step.action);
    to->set_actor(step.actor);
    to->set_state(static_cast<v1::SharingRequest::State>(step.state));
    to->set_note(step.note);
  }
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
  if (f.clock) PutClock(*f.clock, desk, &out);
  PutParts(f, &out);
  out.set_grant(f.grant);
  out.set_profile(f.profile);
  out.set_article(f.article);
  if (request.version != 0) out.set_etag(Desk::EtagOf(request.version));
  for (std::string& action : request.value.AvailableActions(actor, parties)) {
    out.add_available_actions(std::move(action));
  }
  return out;
}

absl::StatusOr<Decision> FromProto(const v1::Decision& decision) {
  const bool known = decision.verdict() >= 0 && decision.verdict() <= v1::Decision::REFUSE;
  Decision out{.verdict = known ? static_cast<Decision::Verdict>(decision.verdict())
                                : Decision::Verdict::kUnspecified,
               .scope = {},
               .cuts = {},
               .reason = decision.reason(),
               .condition = decision.condition(),
               .citation = decision.citation(),
               .case_required = decision.case_required()};
  if (decision.ground() < 0 || decision.ground() > v1::Decision::INCOMPLETE) {
    return Error::Field("decision.ground",
                        absl::StrCat(static_cast<int>(decision.ground()),
                                     " is not a ground that this version knows"));
  }
  out.ground = static_cast<Decision::Ground>(decision.ground());
  if (decision.has_scope()) {
    SHAREWAY_ASSIGN_OR_RETURN(out.scope, FromProto(decision.scope(), "decision.scope"));
  }
  for (const v1::Cut& cut : decision.cuts()) out.cuts.push_back({cut.subject(), cut.reason()});
  return out;
}

absl::StatusOr<ChangeAsked> FromProto(const v1::ChangeScopeRequest& request) {
  const bool known = request.kind() >= 0 && request.kind() <= v1::ScopeChange::THIRD_PARTY;
  ChangeAsked asked{.change = {known ? static_cast<ScopeChange::Kind>(request.kind())
                                     : ScopeChange::Kind::kUnspecified,
                               request.grant(), request.third_party()},
                    .legal_basis = request.legal_basis(),
                    .scenario = request.scenario(),
                    .scope = {},
                    .third = {}};
  if (request.has_scope()) {
    SHAREWAY_ASSIGN_OR_RETURN(asked.scope, FromProto(request.scope(), "scope"));
  }
  return asked;
}

absl::StatusOr<Request::Revision> FromProto(const v1::UpdateRequestRequest& request) {
  std::vector<std::string> paths(request.update_mask().paths().begin(),
                                 request.update_mask().paths().end());
  if (paths.empty()) paths = {"legal_basis", "scenario", "scope"};
  Request::Revision revision;
  for (const std::string& path : paths) {
    if (path == "legal_basis") {
      revision.legal_basis = request.request().legal_basis();
    } else if (path == "scenario") {
      revision.scenario = request.request().scenario();
    } else if (path == "scope") {
      SHAREWAY_ASSIGN_OR_RETURN(revision.scope,
                                FromProto(request.request().scope(), "request.scope"));
    } else {
      return Error::Field("update_mask", absl::StrCat(codes::Quote(path),
                                                      " is none of legal_basis, scenario, scope"));
    }
  }
  return revision;
}

std::vector<SupplementItem> FromProto(
    const google::protobuf::RepeatedPtrField<v1::SupplementItem>& items) {
  std::vector<SupplementItem> out;
  for (const v1::SupplementItem& item : items) {
    out.push_back({item.subject(), item.missing(), item.answer()});
  }
  return out;
}

}  // namespace shareway::sharing
