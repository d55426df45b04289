// SPDX-License-Identifier: Apache-2.0
// Inquiries, complaints, ratings, incidents and drills as bytes and rows.
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/sharing/store/case_head.h"
#include "services/sharing/store/supervision_codec.h"

namespace shareway::sharing {

std::string Encode(const Inquiry& inquiry) {
  store::InquiryRecord record;
  PutHead(inquiry, record.mutable_head());
  record.set_resource(inquiry.resource);
  record.set_question(inquiry.question);
  record.set_answer(inquiry.answer);
  record.set_extension_reason(inquiry.extension_reason);
  record.set_state(static_cast<uint32_t>(inquiry.state));
  record.set_asked_by(inquiry.asked_by);
  record.set_answered_by(inquiry.answered_by);
  if (inquiry.clock) *record.mutable_clock() = ToRecord(*inquiry.clock);
  if (inquiry.extended) *record.mutable_extended() = ToRecord(*inquiry.extended);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Inquiry* inquiry) {
  store::InquiryRecord record;
  SHAREWAY_RETURN_IF_ERROR(Read(bytes, &record, inquiry));
  inquiry->resource = record.resource();
  inquiry->question = record.question();
  inquiry->answer = record.answer();
  inquiry->extension_reason = record.extension_reason();
  inquiry->state = static_cast<Inquiry::State>(record.state());
  inquiry->asked_by = record.asked_by();
  inquiry->answered_by = record.answered_by();
  inquiry->clock = FromRecord(record.clock());
  if (!inquiry->clock) return Unreadable(inquiry->name);
  if (record.has_extended()) inquiry->extended = FromRecord(record.extended());
  return absl::OkStatus();
}

CaseRow RowOf(const Inquiry& inquiry, uint64_t version) {
  CaseRow row = PlainRow(inquiry, version);
  if (inquiry.clock) {
    row.clocks.push_back({*inquiry.clock, inquiry.provider, inquiry.extended.has_value()});
  }
  if (inquiry.extended) row.clocks.push_back({*inquiry.extended, inquiry.provider});
  return row;
}

bool Visible(const Inquiry&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

std::string Encode(const Complaint& complaint) {
  store::ComplaintRecord record;
  PutHead(complaint, record.mutable_head());
  record.set_kind(static_cast<uint32_t>(complaint.kind));
  record.set_about(complaint.about);
  record.set_file_number(complaint.file_number);
  record.set_text(complaint.text);
  record.set_state(static_cast<uint32_t>(complaint.state));
  record.set_outcome(static_cast<uint32_t>(complaint.outcome));
  record.set_answer(complaint.answer);
  record.set_entered_by(complaint.entered_by);
  record.set_closed_by(complaint.closed_by);
  if (complaint.close_time) record.set_close_time(Nanos(*complaint.close_time));
  record.set_collection_check(complaint.collection_check);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Complaint* complaint) {
  store::ComplaintRecord record;
  SHAREWAY_RETURN_IF_ERROR(Read(bytes, &record, complaint));
  complaint->kind = static_cast<Complaint::Kind>(record.kind());
  complaint->about = record.about();
  complaint->file_number = record.file_number();
  complaint->text = record.text();
  complaint->state = static_cast<Complaint::State>(record.state());
  complaint->outcome = static_cast<Complaint::Outcome>(record.outcome());
  complaint->answer = record.answer();
  complaint->entered_by = record.entered_by();
  complaint->closed_by = record.closed_by();
  if (record.close_time() != 0) complaint->close_time = TimeOf(record.close_time());
  complaint->collection_check = record.collection_check();
  return absl::OkStatus();
}

CaseRow RowOf(const Complaint& complaint, uint64_t version) {
  CaseRow row = PlainRow(complaint, version);
  if (complaint.state != Complaint::State::kTakenIn) row.lists = {complaint.provider};
  return row;
}

std::vector<std::string> EvidenceReaders(const Complaint& complaint) {
  if (complaint.state == Complaint::State::kTakenIn) return {complaint.consumer};
  return {complaint.consumer, complaint.provider};
}

bool Visible(const Complaint& complaint, const Actor& actor, const Parties& parties) {
  if (parties.OfConsumer(actor) || parties.InCharge(actor)) return true;
  return parties.OfProvider(actor) && complaint.state != Complaint::State::kTakenIn;
}

std::string Encode(const Rating& rating) {
  store::RatingRecord record;
  PutHead(rating, record.mutable_head());
  record.set_grant(rating.grant);
  record.set_stars(static_cast<uint32_t>(rating.stars));
  record.set_text(rating.text);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Rating* rating) {
  store::RatingRecord record;
  SHAREWAY_RETURN_IF_ERROR(Read(bytes, &record, rating));
  rating->grant = record.grant();
  rating->stars = static_cast<int>(record.stars());
  rating->text = record.text();
  return absl::OkStatus();
}

CaseRow RowOf(const Rating& rating, uint64_t version) {
  CaseRow row = PlainRow(rating, version);
  row.lists = {rating.grant};
  if (version == 0) row.takes = {absl::StrCat("rating/", rating.grant)};
  return row;
}

bool Visible(const Rating&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

std::string Encode(const Incident& incident) {
  store::IncidentRecord record;
  PutHead(incident, record.mutable_head());
  record.set_severity(static_cast<uint32_t>(incident.severity));
  record.set_title(incident.title);
  record.set_text(incident.text);
  record.set_happen_time(Nanos(incident.happen_time));
  record.mutable_grants()->Assign(incident.grants.begin(), incident.grants.end());
  record.set_state(static_cast<uint32_t>(incident.state));
  for (const Incident::Measure& measure : incident.measures) {
    store::MeasureRecord* to = record.add_measures();
    to->set_time(Nanos(measure.time));
    to->set_actor(measure.actor);
    to->set_text(measure.text);
  }
  for (const Incident::Notice& notice : incident.notices) {
    store::IncidentNoticeRecord* to = record.add_notices();
    to->set_time(Nanos(notice.time));
    to->set_actor(notice.actor);
    to->set_body(notice.body);
    to->set_document_number(notice.document_number);
  }
  record.set_conclusion(incident.conclusion);
  record.set_reported_by(incident.reported_by);
  if (incident.close_time) record.set_close_time(Nanos(*incident.close_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Incident* incident) {
  store::IncidentRecord record;
  SHAREWAY_RETURN_IF_ERROR(Read(bytes, &record, incident));
  incident->severity = static_cast<Incident::Severity>(record.severity());
  incident->title = record.title();
  incident->text = record.text();
  incident->happen_time = TimeOf(record.happen_time());
  incident->grants = GetStrings(record.grants());
  incident->state = static_cast<Incident::State>(record.state());
  for (const store::MeasureRecord& measure : record.measures()) {
    incident->measures.push_back({TimeOf(measure.time()), measure.actor(), measure.text()});
  }
  for (const store::IncidentNoticeRecord& notice : record.notices()) {
    incident->notices.push_back(
        {TimeOf(notice.time()), notice.actor(), notice.body(), notice.document_number()});
  }
  incident->conclusion = record.conclusion();
  incident->reported_by = record.reported_by();
  if (record.close_time() != 0) incident->close_time = TimeOf(record.close_time());
  return absl::OkStatus();
}

CaseRow RowOf(const Incident& incident, uint64_t version) { return PlainRow(incident, version); }

bool Visible(const Incident&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

std::string Encode(const Drill& drill) {
  store::DrillRecord record;
  PutHead(drill, record.mutable_head());
  record.set_title(drill.title);
  record.set_date(DayNumber(drill.date));
  record.set_scenario(drill.scenario);
  record.set_result(drill.result);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Drill* drill) {
  store::DrillRecord record;
  SHAREWAY_RETURN_IF_ERROR(Read(bytes, &record, drill));
  drill->title = record.title();
  drill->date = DayOf(record.date());
  drill->scenario = record.scenario();
  drill->result = record.result();
  return absl::OkStatus();
}

CaseRow RowOf(const Drill& drill, uint64_t version) { return PlainRow(drill, version); }

bool Visible(const Drill&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

}  // namespace shareway::sharing
