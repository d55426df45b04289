// SPDX-License-Identifier: Apache-2.0
// Corrections, recalls and demands as bytes and rows.
#include "services/sharing/store/correction_codec.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/sharing/store/correction_record.pb.h"
#include "services/sharing/store/record_parts.h"

namespace shareway::sharing {

std::string WatchedList(absl::string_view provider) { return absl::StrCat("watched/", provider); }

std::string Encode(const Correction& c) {
  store::CorrectionRecord record;
  record.set_name(c.name);
  record.set_resource(c.resource);
  record.set_consumer(c.consumer);
  record.set_provider(c.provider);
  record.set_profile(c.profile);
  record.set_exchange(c.exchange);
  record.set_place(c.place);
  record.set_record(c.record);
  record.set_item(c.item);
  record.set_description(c.description);
  record.set_evidence(c.evidence);
  record.mutable_attachments()->Assign(c.attachments.begin(), c.attachments.end());
  record.set_business_may_proceed(c.business_may_proceed);
  record.set_state(static_cast<uint32_t>(c.state));
  record.set_opener(c.opener);
  record.set_answerer(c.answerer);
  record.set_answer(c.answer);
  record.set_proof(c.proof);
  record.mutable_proof_attachments()->Assign(c.proof_attachments.begin(),
                                             c.proof_attachments.end());
  record.set_source(c.source);
  record.set_create_nanos(Nanos(c.create_time));
  if (c.end_time) record.set_end_nanos(Nanos(*c.end_time));
  if (c.clock) *record.mutable_clock() = ToRecord(*c.clock);
  record.set_recall_round(c.recall_round);
  if (c.recall_time) record.set_recall_nanos(Nanos(*c.recall_time));
  record.set_recall_reason(c.recall_reason);
  record.mutable_reported_nodes()->Assign(c.reported_nodes.begin(), c.reported_nodes.end());
  for (const statute::Clock& clock : c.earlier) *record.add_earlier() = ToRecord(clock);
  record.set_dispute(c.dispute);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Correction* c) {
  store::CorrectionRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("correction");
  }
  *c = Correction{.name = record.name(),
                  .resource = record.resource(),
                  .consumer = record.consumer(),
                  .provider = record.provider(),
                  .profile = record.profile(),
                  .exchange = record.exchange(),
                  .place = record.place(),
                  .record = record.record(),
                  .item = record.item(),
                  .description = record.description(),
                  .evidence = record.evidence(),
                  .attachments = GetStrings(record.attachments()),
                  .business_may_proceed = record.business_may_proceed(),
                  .state = static_cast<Correction::State>(record.state()),
                  .opener = record.opener(),
                  .answerer = record.answerer(),
                  .answer = record.answer(),
                  .proof = record.proof(),
                  .proof_attachments = GetStrings(record.proof_attachments()),
                  .source = record.source(),
                  .create_time = TimeOf(record.create_nanos()),
                  .recall_round = record.recall_round(),
                  .recall_reason = record.recall_reason(),
                  .reported_nodes = GetStrings(record.reported_nodes()),
                  .dispute = record.dispute()};
  if (record.has_end_nanos()) c->end_time = TimeOf(record.end_nanos());
  if (record.has_recall_nanos()) c->recall_time = TimeOf(record.recall_nanos());
  if (record.has_clock()) {
    c->clock = FromRecord(record.clock());
    if (!c->clock) return Unreadable(c->name);
  }
  for (const store::ClockRecord& earlier : record.earlier()) {
    std::optional<statute::Clock> clock = FromRecord(earlier);
    if (!clock) return Unreadable(c->name);
    c->earlier.push_back(*std::move(clock));
  }
  return absl::OkStatus();
}

CaseRow RowOf(const Correction& c, uint64_t version) {
  CaseRow row{.name = c.name,
              .bytes = Encode(c),
              .version = version,
              .create_time = c.create_time,
              .log = kCorrectionLog};
  // The present one last: it is what is kept of its kind.
  for (const statute::Clock& clock : c.earlier) row.clocks.push_back({clock, c.provider, true});
  if (c.clock) row.clocks.push_back({*c.clock, c.provider});
  if (!c.reported_nodes.empty()) {
    // How many nodes the provider has, and their names, are its own matter.
    Correction told = c;
    told.reported_nodes.clear();
    row.told = Encode(told);
    row.insiders = {c.provider};
  }
  std::vector<std::string>& watched = c.open() || c.recall_time ? row.lists : row.left;
  watched.push_back(WatchedList(c.provider));
  if (version == 0 || c.reopens) row.takes = {SubjectKey(c)};
  if (c.ends) row.gives_up = {SubjectKey(c)};
  return row;
}

std::string ProposalName(absl::string_view correction) {
  return absl::StrCat("proposals", correction.substr(correction.find('/')));
}

absl::Status Decode(absl::string_view bytes, Proposal* proposal) {
  store::ProposalRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("proposal");
  }
  proposal->value = record.value();
  return absl::OkStatus();
}

CaseRow ProposalRow(const Correction& correction, const Proposal& proposal, uint64_t version) {
  store::ProposalRecord record;
  record.set_value(proposal.value);
  return {.name = ProposalName(correction.name),
          .bytes = record.SerializeAsString(),
          .version = version,
          .create_time = correction.create_time};
}

std::string Encode(const Recall& r) {
  store::RecallRecord record;
  record.set_name(r.name);
  record.set_correction(r.correction);
  record.set_resource(r.resource);
  record.set_item(r.item);
  record.set_consumer(r.consumer);
  record.set_provider(r.provider);
  record.set_profile(r.profile);
  record.set_authority(r.authority);
  record.set_basis(static_cast<uint32_t>(r.basis));
  record.mutable_exchanges()->Assign(r.exchanges.begin(), r.exchanges.end());
  record.set_reason(r.reason);
  record.set_state(static_cast<uint32_t>(r.state));
  record.set_create_nanos(Nanos(r.create_time));
  if (r.confirm_time) record.set_confirm_nanos(Nanos(*r.confirm_time));
  record.set_person(r.person);
  record.set_note(r.note);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Recall* r) {
  store::RecallRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("recall");
  }
  *r = Recall{.name = record.name(),
              .correction = record.correction(),
              .resource = record.resource(),
              .item = record.item(),
              .consumer = record.consumer(),
              .provider = record.provider(),
              .profile = record.profile(),
              .authority = record.authority(),
              .basis = static_cast<Recall::Basis>(record.basis()),
              .exchanges = GetStrings(record.exchanges()),
              .reason = record.reason(),
              .state = static_cast<Recall::State>(record.state()),
              .create_time = TimeOf(record.create_nanos()),
              .person = record.person(),
              .note = record.note()};
  if (record.has_confirm_nanos()) r->confirm_time = TimeOf(record.confirm_nanos());
  return absl::OkStatus();
}

CaseRow RowOf(const Recall& r, uint64_t version) {
  CaseRow row{.name = r.name,
              .bytes = Encode(r),
              .version = version,
              .create_time = r.create_time,
              .lists = {r.consumer, r.correction}};
  if (!r.authority.empty()) row.lists.push_back(r.authority);
  if (version == 0) row.takes = {ToldKey(r.correction, r.consumer)};
  return row;
}

std::string Encode(const Demand& d) {
  store::DemandRecord record;
  record.set_name(d.name);
  record.set_consumer(d.consumer);
  record.set_provider(d.provider);
  record.set_profile(d.profile);
  record.set_title(d.title);
  for (const WantedItem& item : d.items) {
    store::WantedItemRecord* out = record.add_items();
    out->set_id(item.id);
    out->set_title(item.title);
  }
  record.set_legal_basis(d.legal_basis);
  record.set_scenario(d.scenario);
  record.set_presumed_source(d.presumed_source);
  record.set_state(static_cast<uint32_t>(d.state));
  record.mutable_not_theirs()->Assign(d.not_theirs.begin(), d.not_theirs.end());
  record.mutable_listed()->Assign(d.listed.begin(), d.listed.end());
  record.set_answer(d.answer);
  record.set_citation(d.citation);
  record.set_resource(d.resource);
  record.set_applicant(d.applicant);
  record.set_create_nanos(Nanos(d.create_time));
  if (d.end_time) record.set_end_nanos(Nanos(*d.end_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Demand* d) {
  store::DemandRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("demand");
  }
  *d = Demand{.name = record.name(),
              .consumer = record.consumer(),
              .provider = record.provider(),
              .profile = record.profile(),
              .title = record.title(),
              .items = {},
              .legal_basis = record.legal_basis(),
              .scenario = record.scenario(),
              .presumed_source = record.presumed_source(),
              .state = static_cast<Demand::State>(record.state()),
              .not_theirs = GetStrings(record.not_theirs()),
              .listed = GetStrings(record.listed()),
              .answer = record.answer(),
              .citation = record.citation(),
              .resource = record.resource(),
              .applicant = record.applicant(),
              .create_time = TimeOf(record.create_nanos())};
  for (const store::WantedItemRecord& item : record.items()) {
    d->items.push_back({item.id(), item.title()});
  }
  if (record.has_end_nanos()) d->end_time = TimeOf(record.end_nanos());
  return absl::OkStatus();
}

CaseRow RowOf(const Demand& d, uint64_t version) {
  return {.name = d.name,
          .bytes = Encode(d),
          .version = version,
          .create_time = d.create_time,
          .lists = d.listed};
}

}  // namespace shareway::sharing
