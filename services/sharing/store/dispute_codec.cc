// SPDX-License-Identifier: Apache-2.0
// Disputes as bytes.
#include "services/sharing/store/dispute_codec.h"

#include "services/sharing/store/dispute_record.pb.h"
#include "services/sharing/store/record_parts.h"

namespace shareway::sharing {
namespace {

void PutStep(const Dispute::Step& step, store::DisputeStepRecord* out) {
  out->set_time_nanos(Nanos(step.time));
  out->set_action(step.action);
  out->set_actor(step.actor);
  out->set_stage(static_cast<uint32_t>(step.stage));
  out->set_note(step.note);
  out->set_agency(step.agency);
  for (const DisputeAttachment& attachment : step.attachments) {
    store::DisputeAttachmentRecord* to = out->add_attachments();
    to->set_name(attachment.name);
    to->set_sha256(attachment.sha256);
  }
}

Dispute::Step GetStep(const store::DisputeStepRecord& record) {
  Dispute::Step step{.time = TimeOf(record.time_nanos()),
                     .action = record.action(),
                     .actor = record.actor(),
                     .stage = static_cast<Dispute::Stage>(record.stage()),
                     .note = record.note(),
                     .agency = record.agency(),
                     .attachments = {}};
  for (const store::DisputeAttachmentRecord& attachment : record.attachments()) {
    step.attachments.push_back({attachment.name(), attachment.sha256()});
  }
  return step;
}

void PutSettlement(const Settlement& settlement, store::SettlementRecord* out) {
  out->set_outcome(static_cast<uint32_t>(settlement.terms.outcome));
  out->set_text(settlement.terms.text);
  if (settlement.terms.scope) *out->mutable_scope() = sharing::ToRecord(*settlement.terms.scope);
  out->set_proposer(settlement.proposer);
  out->set_time_nanos(Nanos(settlement.time));
  for (const Settlement::Agreement& one : settlement.agreed) {
    store::AgreementRecord* to = out->add_agreed();
    to->set_agency(one.agency);
    to->set_person(one.person);
    to->set_act(one.act);
  }
}

Settlement GetSettlement(const store::SettlementRecord& record) {
  Settlement settlement{.terms = {.outcome = static_cast<Outcome>(record.outcome()),
                                  .text = record.text(),
                                  .scope = {}},
                        .proposer = record.proposer(),
                        .time = TimeOf(record.time_nanos()),
                        .agreed = {}};
  if (record.has_scope()) settlement.terms.scope = sharing::FromRecord(record.scope());
  for (const store::AgreementRecord& one : record.agreed()) {
    settlement.agreed.push_back({one.agency(), one.person(), one.act()});
  }
  return settlement;
}

}  // namespace

std::string Encode(const Dispute& dispute) {
  const Dispute::Fields& f = dispute.fields();
  store::DisputeRecord record;
  record.set_name(f.name);
  record.set_subject(f.subject);
  record.set_resource(f.resource);
  record.set_consumer(f.consumer);
  record.set_provider(f.provider);
  record.set_claim(f.claim);
  record.set_stage(static_cast<uint32_t>(f.stage));
  record.set_coordinator(f.coordinator);
  record.set_coordinator_agency(f.coordinator_agency);
  record.set_decider(f.decider);
  record.set_coordination_by(f.coordination_by);
  record.set_outcome(static_cast<uint32_t>(f.outcome));
  record.set_ruling(f.ruling);
  record.set_grant(f.grant);
  record.set_create_nanos(Nanos(f.create_time));
  record.set_profile(f.profile);
  for (const statute::Clock& clock : f.clocks) *record.add_clocks() = sharing::ToRecord(clock);
  for (const Dispute::Step& step : f.steps) PutStep(step, record.add_steps());
  record.set_matter(static_cast<uint32_t>(f.matter));
  record.mutable_cuts()->Assign(f.cuts.begin(), f.cuts.end());
  record.set_joint_conference(f.joint_conference);
  record.set_deadlock_by(f.deadlock_by);
  if (f.settlement) PutSettlement(*f.settlement, record.mutable_settlement());
  record.set_settled(f.settled);
  return record.SerializeAsString();
}

absl::StatusOr<Dispute> DecodeDispute(absl::string_view bytes) {
  store::DisputeRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("dispute");
  }
  Dispute::Fields f{
      .name = record.name(),
      .subject = record.subject(),
      .resource = record.resource(),
      .consumer = record.consumer(),
      .provider = record.provider(),
      .claim = record.claim(),
      .stage = static_cast<Dispute::Stage>(record.stage()),
      .coordinator = record.coordinator(),
      .coordinator_agency = record.coordinator_agency(),
      .decider = record.decider(),
      .coordination_by = record.coordination_by(),
      .outcome = static_cast<Outcome>(record.outcome()),
      .ruling = record.ruling(),
      .grant = record.grant(),
      .create_time = TimeOf(record.create_nanos()),
      .profile = record.profile(),
      .clocks = {},
      .steps = {},
      .matter = static_cast<Matter>(record.matter()),
      .cuts = GetStrings(record.cuts()),
      .joint_conference = record.joint_conference(),
      .deadlock_by = record.deadlock_by(),
      .settlement = {},
      .settled = record.settled(),
  };
  for (const store::ClockRecord& clock : record.clocks()) {
    std::optional<statute::Clock> read = sharing::FromRecord(clock);
    if (!read) return Unreadable("clock");
    f.clocks.push_back(*std::move(read));
  }
  for (const store::DisputeStepRecord& step : record.steps()) f.steps.push_back(GetStep(step));
  if (record.has_settlement()) f.settlement = GetSettlement(record.settlement());
  return Dispute::Restore(std::move(f));
}

}  // namespace shareway::sharing
