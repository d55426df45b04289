// SPDX-License-Identifier: Apache-2.0
// Between the messages of DisputeService and the values of the domain.
#include "services/sharing/rpc/convert_dispute.h"

#include "absl/strings/str_cat.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/rpc/convert_scope.h"

namespace shareway::sharing {

static_assert(static_cast<int>(Dispute::Stage::kClosed) == v1::Dispute::CLOSED);
static_assert(static_cast<int>(Outcome::kWithdrawn) == v1::Dispute::WITHDRAWN);
static_assert(static_cast<int>(Matter::kReturnFlow) == v1::Dispute::RETURN_FLOW);

using evidence::ToTimestamp;

namespace {

v1::Settlement ToProto(const Settlement& settlement) {
  v1::Settlement out;
  v1::SettlementTerms* terms = out.mutable_terms();
  terms->set_outcome(static_cast<v1::Dispute::Outcome>(settlement.terms.outcome));
  terms->set_text(settlement.terms.text);
  if (settlement.terms.scope) *terms->mutable_scope() = sharing::ToProto(*settlement.terms.scope);
  out.set_proposer(settlement.proposer);
  *out.mutable_time() = ToTimestamp(settlement.time);
  for (const Settlement::Agreement& one : settlement.agreed) out.add_agreed(one.agency);
  return out;
}

v1::DisputeStep ToProto(const Dispute::Step& step) {
  v1::DisputeStep out;
  *out.mutable_time() = ToTimestamp(step.time);
  out.set_action(step.action);
  out.set_actor(step.actor);
  out.set_stage(static_cast<v1::Dispute::Stage>(step.stage));
  out.set_note(step.note);
  out.set_agency(step.agency);
  for (const DisputeAttachment& attachment : step.attachments) {
    v1::DisputeAttachment* to = out.add_attachments();
    to->set_name(attachment.name);
    to->set_sha256(attachment.sha256);
  }
  return out;
}

}  // namespace

v1::Dispute ToProto(const Stored<Dispute>& dispute, const Actor& actor, const Desk& desk) {
  const Dispute::Fields& f = dispute.value.fields();
  v1::Dispute out;
  out.set_name(f.name);
  out.set_subject(f.subject);
  out.set_resource(f.resource);
  out.set_consumer(f.consumer);
  out.set_provider(f.provider);
  out.set_claim(f.claim);
  out.set_stage(static_cast<v1::Dispute::Stage>(f.stage));
  out.set_coordinator(f.coordinator);
  out.set_decider(f.decider);
  out.set_joint_conference(f.joint_conference);
  out.set_outcome(static_cast<v1::Dispute::Outcome>(f.outcome));
  out.set_ruling(f.ruling);
  out.set_grant(f.grant);
  if (const statute::Clock* clock = dispute.value.running()) {
    out.set_due_date(DayToProto(clock->due.day));
    out.set_due_provisional(clock->due.provisional);
  }
  if (dispute.version != 0) out.set_etag(Desk::EtagOf(dispute.version));
  *out.mutable_create_time() = ToTimestamp(f.create_time);
  out.set_profile(f.profile);
  for (const Dispute::Step& step : f.steps) *out.add_steps() = ToProto(step);
  out.set_matter(static_cast<v1::Dispute::Matter>(f.matter));
  out.mutable_cuts()->Assign(f.cuts.begin(), f.cuts.end());
  out.set_deadlock_by(f.deadlock_by);
  if (f.settlement) *out.mutable_settlement() = ToProto(*f.settlement);
  out.set_settled(f.settled);
  for (std::string& action :
       dispute.value.AvailableActions(actor, desk.PartiesOf(f.consumer, f.provider))) {
    out.add_available_actions(std::move(action));
  }
  return out;
}

v1::DisputePack ToProto(const DisputePack& pack, const Actor& actor, const Desk& desk) {
  v1::DisputePack out;
  *out.mutable_dispute() = ToProto(pack.dispute, actor, desk);
  for (const DisputePack::Object& object : pack.objects) {
    v1::PackedObject* to = out.add_objects();
    to->set_name(object.name);
    to->set_record(object.record);
    to->set_sha256(std::string(crypto::Sha256(object.record).view()));
  }
  return out;
}

Outcome FromProto(v1::Dispute::Outcome outcome) {
  const bool known = outcome >= 0 && outcome <= v1::Dispute::WITHDRAWN;
  return known ? static_cast<Outcome>(outcome) : Outcome::kUnspecified;
}

Matter FromProto(v1::Dispute::Matter matter) {
  const bool known = matter >= 0 && matter <= v1::Dispute::RETURN_FLOW;
  return known ? static_cast<Matter>(matter) : Matter::kUnspecified;
}

std::vector<DisputeAttachment> FromProto(
    const google::protobuf::RepeatedPtrField<v1::DisputeAttachment>& attachments) {
  std::vector<DisputeAttachment> out;
  for (const v1::DisputeAttachment& one : attachments) out.push_back({one.name(), one.sha256()});
  return out;
}

absl::StatusOr<Terms> FromProto(const v1::SettlementTerms& terms, absl::string_view field) {
  Terms out{.outcome = FromProto(terms.outcome()), .text = terms.text(), .scope = {}};
  if (terms.has_scope()) {
    SHAREWAY_ASSIGN_OR_RETURN(out.scope, FromProto(terms.scope(), absl::StrCat(field, ".scope")));
  }
  return out;
}

absl::StatusOr<Ruling> FromProto(const v1::RecordDecisionRequest& request) {
  Ruling ruling{.body = request.deciding_body(),
                .number = request.document_number(),
                .date = {},
                .reasons = request.reasons(),
                .document = {request.document().name(), request.document().sha256()}};
  SHAREWAY_ASSIGN_OR_RETURN(ruling.date, DayFromProto(request.document_date(), "document_date"));
  return ruling;
}

}  // namespace shareway::sharing
