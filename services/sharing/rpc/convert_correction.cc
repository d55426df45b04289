// SPDX-License-Identifier: Apache-2.0
// Between the messages of corrections, recalls and demands and the values of the domain.
#include "services/sharing/rpc/convert_correction.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"

namespace shareway::sharing {
namespace {

static_assert(static_cast<int>(Correction::State::kWithdrawn) == v1::Correction::WITHDRAWN);
static_assert(static_cast<int>(Correction::State::kNotOurs) == v1::Correction::NOT_OURS);
static_assert(static_cast<int>(Recall::State::kNotHeld) == v1::Recall::NOT_HELD);
static_assert(static_cast<int>(Recall::Basis::kGranted) == v1::Recall::GRANTED);
static_assert(static_cast<int>(Demand::State::kWithdrawn) == v1::Demand::WITHDRAWN);

template <typename List>
std::vector<std::string> Strings(const List& list) {
  return {list.begin(), list.end()};
}

std::string EtagAt(uint64_t version) { return version == 0 ? "" : Desk::EtagOf(version); }

}  // namespace

CorrectionAsked FromProto(const v1::OpenCorrectionRequest& request) {
  return {.exchange = request.exchange(),
          .place = request.place(),
          .item = request.item(),
          .description = request.description(),
          .proposed_value = request.proposed_value(),
          .evidence = request.evidence(),
          .attachments = Strings(request.attachments()),
          .business_may_proceed = request.business_may_proceed()};
}

CorrectionAnswer FromProto(const v1::ResolveCorrectionRequest& request) {
  const bool known = v1::Correction::State_IsValid(request.outcome());
  return {.outcome = known ? static_cast<Correction::State>(request.outcome())
                           : Correction::State::kUnspecified,
          .answer = request.answer(),
          .proof = request.proof(),
          .attachments = Strings(request.attachments()),
          .source = request.source()};
}

std::vector<RecallRecipient> FromProto(const v1::ReportRecallRequest& request) {
  std::vector<RecallRecipient> recipients;
  for (const v1::ReportRecallRequest::Recipient& r : request.recipients()) {
    recipients.push_back(
        {r.consumer(),
         r.bulk() ? Recall::Basis::kDeliveredInBulk : Recall::Basis::kDelivered,
         Strings(r.exchanges())});
  }
  return recipients;
}

DemandAsked FromProto(const v1::CreateDemandRequest& request) {
  DemandAsked asked{.title = request.title(),
                    .items = {},
                    .legal_basis = request.legal_basis(),
                    .scenario = request.scenario(),
                    .presumed_source = request.presumed_source()};
  for (const v1::WantedItem& item : request.items()) {
    asked.items.push_back({item.id(), item.title()});
  }
  return asked;
}

absl::StatusOr<v1::Correction> ToProto(const Stored<Correction>& stored, const Actor& actor,
                                       const Corrections& corrections) {
  const Correction& c = stored.value;
  const Parties parties = corrections.cases().desk().PartiesOf(c.consumer, c.provider);
  v1::Correction out;
  out.set_name(c.name);
  out.set_resource(c.resource);
  out.set_consumer(c.consumer);
  out.set_provider(c.provider);
  out.set_exchange(c.exchange);
  out.set_place(c.place);
  out.set_item(c.item);
  out.set_description(c.description);
  out.set_evidence(c.evidence);
  out.mutable_attachments()->Assign(c.attachments.begin(), c.attachments.end());
  out.set_business_may_proceed(c.business_may_proceed);
  out.set_state(static_cast<v1::Correction::State>(c.state));
  out.set_opener(c.opener);
  out.set_answerer(c.answerer);
  out.set_answer(c.answer);
  out.set_proof(c.proof);
  out.mutable_proof_attachments()->Assign(c.proof_attachments.begin(), c.proof_attachments.end());
  out.set_source(c.source);
  out.set_dispute(c.dispute);
  *out.mutable_create_time() = evidence::ToTimestamp(c.create_time);
  if (c.end_time) *out.mutable_end_time() = evidence::ToTimestamp(*c.end_time);
  if (c.clock) {
    out.set_due_date(absl::FormatCivilTime(c.clock->due.day));
    out.set_due_provisional(c.clock->due.provisional);
  }
  out.set_record_named(!c.record.empty());
  if (c.recall_time) *out.mutable_recall_time() = evidence::ToTimestamp(*c.recall_time);
  out.set_recall_reason(c.recall_reason);
  if (parties.OfProvider(actor) || parties.InCharge(actor)) {
    out.mutable_reported_nodes()->Assign(c.reported_nodes.begin(), c.reported_nodes.end());
    SHAREWAY_ASSIGN_OR_RETURN(const Corrections::Count count, corrections.CountRecalls(c));
    out.set_told_count(count.told);
    out.set_confirmed_count(count.confirmed);
  }
  out.set_profile(c.profile);
  out.set_etag(EtagAt(stored.version));
  for (std::string& method :
       Allowed(CorrectionTable(), static_cast<int>(c.state), actor, parties)) {
    out.add_available_actions(std::move(method));
  }
  return out;
}

v1::Recall ToProto(const Stored<Recall>& stored, const Actor& actor, const Desk& desk) {
  const Recall& r = stored.value;
  v1::Recall out;
  out.set_name(r.name);
  out.set_correction(r.correction);
  out.set_resource(r.resource);
  out.set_item(r.item);
  out.set_consumer(r.consumer);
  out.set_provider(r.provider);
  out.set_basis(static_cast<v1::Recall::Basis>(r.basis));
  out.mutable_exchanges()->Assign(r.exchanges.begin(), r.exchanges.end());
  out.set_reason(r.reason);
  out.set_state(static_cast<v1::Recall::State>(r.state));
  *out.mutable_create_time() = evidence::ToTimestamp(r.create_time);
  if (r.confirm_time) *out.mutable_confirm_time() = evidence::ToTimestamp(*r.confirm_time);
  out.set_person(r.person);
  out.set_note(r.note);
  out.set_etag(EtagAt(stored.version));
  for (std::string& method : Allowed(RecallTable(), static_cast<int>(r.state), actor,
                                     desk.PartiesOf(r.consumer, r.provider))) {
    out.add_available_actions(std::move(method));
  }
  return out;
}

v1::Demand ToProto(const Stored<Demand>& stored, const Actor& actor, const Desk& desk) {
  const Demand d = SeenBy(stored.value, actor,
                          desk.PartiesOf(stored.value.consumer, stored.value.provider));
  v1::Demand out;
  out.set_name(d.name);
  out.set_consumer(d.consumer);
  out.set_title(d.title);
  for (const WantedItem& item : d.items) {
    v1::WantedItem* wanted = out.add_items();
    wanted->set_id(item.id);
    wanted->set_title(item.title);
  }
  out.set_legal_basis(d.legal_basis);
  out.set_scenario(d.scenario);
  out.set_presumed_source(d.presumed_source);
  out.set_state(static_cast<v1::Demand::State>(d.state));
  out.set_provider(d.provider);
  out.mutable_not_theirs()->Assign(d.not_theirs.begin(), d.not_theirs.end());
  out.set_answer(d.answer);
  out.set_citation(d.citation);
  out.set_resource(d.resource);
  out.set_applicant(d.applicant);
  *out.mutable_create_time() = evidence::ToTimestamp(d.create_time);
  if (d.end_time) *out.mutable_end_time() = evidence::ToTimestamp(*d.end_time);
  out.set_profile(d.profile);
  out.set_etag(EtagAt(stored.version));
  for (std::string& method : Allowed(DemandTable(), static_cast<int>(d.state), actor,
                                     desk.PartiesOf(d.consumer, d.provider))) {
    out.add_available_actions(std::move(method));
  }
  return out;
}

v1::NodeCorrection ToNode(const Correction& c, absl::string_view node) {
  v1::NodeCorrection out;
  out.set_name(c.name);
  out.set_resource(c.resource);
  out.set_record(c.record);
  out.set_item(c.item);
  out.set_business_may_proceed(c.business_may_proceed);
  out.set_open(c.open());
  out.set_exchange(c.exchange);
  out.set_consumer(c.consumer);
  out.set_place(c.place);
  out.set_provider(c.provider);
  const std::vector<std::string>& reported = c.reported_nodes;
  if (std::find(reported.begin(), reported.end(), node) == reported.end()) {
    out.set_recall(c.recall_round);
  }
  return out;
}

}  // namespace shareway::sharing
