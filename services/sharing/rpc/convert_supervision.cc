// SPDX-License-Identifier: Apache-2.0
// Findings, reports, feedback and incidents as messages.
#include "services/sharing/rpc/convert_supervision.h"

#include "absl/strings/str_cat.h"
#include "libs/evidence/record.h"

namespace shareway::sharing {

static_assert(static_cast<int>(Finding::State::kDismissed) == v1::Finding::DISMISSED);
static_assert(static_cast<int>(Finding::Origin::kReported) == v1::Finding::REPORTED);
static_assert(static_cast<int>(Inquiry::State::kClosed) == v1::Inquiry::CLOSED);
static_assert(static_cast<int>(Complaint::State::kClosed) == v1::Complaint::CLOSED);
static_assert(static_cast<int>(Complaint::Kind::kPlatform) == v1::Complaint::PLATFORM);
static_assert(static_cast<int>(Complaint::Outcome::kPassedOn) == v1::Complaint::PASSED_ON);
static_assert(static_cast<int>(Incident::State::kClosed) == v1::Incident::CLOSED);
static_assert(static_cast<int>(Incident::Severity::kParticularlySerious) ==
              v1::Incident::PARTICULARLY_SERIOUS);

using evidence::FromTimestamp;
using evidence::ToTimestamp;

namespace {

std::string Day(absl::CivilDay day) { return absl::FormatCivilTime(day); }

template <typename Message, typename T>
void AddActions(const StateTable& table, const T& value, const Actor& actor,
                const Parties& parties, Message* out) {
  for (std::string& method :
       Allowed(table, static_cast<int>(value.state), actor, parties)) {
    out->add_available_actions(std::move(method));
  }
}

}  // namespace

v1::Finding ToProto(const Stored<Finding>& finding, const Actor& actor) {
  const Finding& f = finding.value;
  v1::Finding out;
  out.set_name(f.name);
  out.set_origin(static_cast<v1::Finding::Origin>(f.origin));
  out.set_state(static_cast<v1::Finding::State>(f.state));
  out.set_label(std::string(Finding::Label(f.state)));
  out.set_detector(f.detector);
  out.set_article(f.article);
  out.set_about(f.about);
  out.set_agency(f.provider);
  out.set_subject(f.subject);
  out.set_summary(f.summary);
  for (const Finding::Proof& proof : f.evidence) {
    v1::FindingEvidence* to = out.add_evidence();
    to->set_object(proof.object);
    if (proof.time) *to->mutable_time() = ToTimestamp(*proof.time);
    to->set_note(proof.note);
  }
  if (f.due) out.set_due_date(Day(*f.due));
  out.set_competent(f.competent);
  out.set_justification(f.justification);
  out.set_ruling(f.ruling);
  out.set_reporter(f.consumer);
  *out.mutable_create_time() = ToTimestamp(f.create_time);
  *out.mutable_state_time() = ToTimestamp(f.state_time);
  out.set_profile(f.profile);
  out.set_etag(Desk::EtagOf(finding.version));
  AddActions(FindingTable(), f, actor, SeatsOf(f), &out);
  return out;
}

v1::Detector ToProto(const Detector& detector) {
  v1::Detector out;
  out.set_id(std::string(detector.id));
  out.set_text(std::string(detector.text));
  out.set_article(std::string(detector.article));
  out.set_liable(std::string(LiableName(detector.liable)));
  out.set_title(std::string(detector.title));
  for (const statute::ClockKind kind : detector.clocks) {
    out.add_queries(std::string(statute::ClockKindName(kind)));
  }
  for (const Watch watch : detector.watches) out.add_queries(std::string(WatchName(watch)));
  if (detector.reported_only()) out.add_queries("REPORTED");
  return out;
}

v1::Circular ToProto(const Circular& circular) {
  v1::Circular out;
  out.set_name(circular.name);
  out.set_authority(circular.authority);
  out.set_title(circular.title);
  out.set_text(circular.text);
  out.set_document_number(circular.document_number);
  for (const std::string& name : circular.findings) out.add_findings(name);
  for (const std::string& name : circular.agencies) out.add_agencies(name);
  *out.mutable_publish_time() = ToTimestamp(circular.create_time);
  return out;
}

v1::Inquiry ToProto(const Stored<Inquiry>& inquiry, const Actor& actor, const Desk& desk) {
  const Inquiry& i = inquiry.value;
  v1::Inquiry out;
  out.set_name(i.name);
  out.set_resource(i.resource);
  out.set_consumer(i.consumer);
  out.set_provider(i.provider);
  out.set_question(i.question);
  out.set_answer(i.answer);
  out.set_state(static_cast<v1::Inquiry::State>(i.state));
  out.set_due_date(Day(i.counts().due.day));
  out.set_extended(i.extended.has_value());
  out.set_extension_reason(i.extension_reason);
  const auto reading = statute::ReadClock(i.counts(), desk.calendars(), desk.Now());
  out.set_overdue(reading.ok() && reading->late);
  *out.mutable_create_time() = ToTimestamp(i.create_time);
  out.set_profile(i.profile);
  out.set_etag(Desk::EtagOf(inquiry.version));
  // Who asks and who answers see how old the data in question are (S4, Shanghai).
  const absl::StatusOr<Stored<Resource>> entry = desk.store().LoadResource(i.resource);
  if (entry.ok() && entry->value.fresh_time > absl::UnixEpoch()) {
    out.set_data_date(Day(statute::LawDay(entry->value.fresh_time)));
  }
  AddActions(InquiryTable(), i, actor, desk.PartiesOf(i.consumer, i.provider), &out);
  return out;
}

v1::Complaint ToProto(const Stored<Complaint>& complaint, const Actor& actor, const Desk& desk) {
  const Complaint& c = complaint.value;
  v1::Complaint out;
  out.set_name(c.name);
  out.set_kind(static_cast<v1::Complaint::Kind>(c.kind));
  out.set_consumer(c.consumer);
  out.set_provider(c.provider);
  out.set_file_number(c.file_number);
  out.set_text(c.text);
  out.set_state(static_cast<v1::Complaint::State>(c.state));
  out.set_outcome(static_cast<v1::Complaint::Outcome>(c.outcome));
  out.set_answer(c.answer);
  *out.mutable_create_time() = ToTimestamp(c.create_time);
  if (c.close_time) *out.mutable_close_time() = ToTimestamp(*c.close_time);
  out.set_profile(c.profile);
  out.set_etag(Desk::EtagOf(complaint.version));
  out.set_collection_check(c.collection_check);
  AddActions(ComplaintTable(), c, actor, desk.PartiesOf(c.consumer, c.provider), &out);
  return out;
}

v1::Rating ToProto(const Rating& rating) {
  v1::Rating out;
  out.set_name(rating.name);
  out.set_grant(rating.grant);
  out.set_consumer(rating.consumer);
  out.set_provider(rating.provider);
  out.set_stars(rating.stars);
  out.set_text(rating.text);
  *out.mutable_create_time() = ToTimestamp(rating.create_time);
  return out;
}

v1::Incident ToProto(const Stored<Incident>& incident, const Actor& actor, const Desk& desk) {
  const Incident& i = incident.value;
  v1::Incident out;
  out.set_name(i.name);
  out.set_agency(i.provider);
  out.set_severity(static_cast<v1::Incident::Severity>(i.severity));
  out.set_title(i.title);
  out.set_text(i.text);
  *out.mutable_happen_time() = ToTimestamp(i.happen_time);
  for (const std::string& grant : i.grants) out.add_grants(grant);
  out.set_state(static_cast<v1::Incident::State>(i.state));
  for (const Incident::Measure& measure : i.measures) {
    v1::IncidentMeasure* to = out.add_measures();
    *to->mutable_time() = ToTimestamp(measure.time);
    to->set_actor(measure.actor);
    to->set_text(measure.text);
  }
  for (const Incident::Notice& notice : i.notices) {
    v1::IncidentNotice* to = out.add_notices();
    *to->mutable_time() = ToTimestamp(notice.time);
    to->set_actor(notice.actor);
    to->set_body(notice.body);
    to->set_document_number(notice.document_number);
  }
  out.set_conclusion(i.conclusion);
  *out.mutable_create_time() = ToTimestamp(i.create_time);
  if (i.close_time) *out.mutable_close_time() = ToTimestamp(*i.close_time);
  out.set_profile(i.profile);
  out.set_etag(Desk::EtagOf(incident.version));
  AddActions(IncidentTable(), i, actor, desk.PartiesOf(i.consumer, i.provider), &out);
  return out;
}

v1::Drill ToProto(const Drill& drill) {
  v1::Drill out;
  out.set_name(drill.name);
  out.set_agency(drill.provider);
  out.set_title(drill.title);
  out.set_date(Day(drill.date));
  out.set_scenario(drill.scenario);
  out.set_result(drill.result);
  *out.mutable_create_time() = ToTimestamp(drill.create_time);
  return out;
}

v1::AnnualReport ToProto(const AnnualReport& report) {
  v1::AnnualReport out;
  out.set_name(report.name);
  out.set_agency(report.provider);
  out.set_year(report.year);
  out.set_text(report.text);
  if (report.due) out.set_due_date(Day(*report.due));
  out.set_late(report.late());
  *out.mutable_submit_time() = ToTimestamp(report.create_time);
  out.set_profile(report.profile);
  return out;
}

v1::Evaluation ToProto(const Evaluation& evaluation) {
  v1::Evaluation out;
  out.set_name(evaluation.name);
  out.set_authority(evaluation.authority);
  out.set_year(evaluation.year);
  out.set_text(evaluation.text);
  for (const Evaluation::Line& line : evaluation.lines) {
    v1::Scorecard* card = out.add_scorecards();
    card->set_agency(line.agency);
    card->set_from_date(absl::StrCat(evaluation.year, "-01-01"));
    card->set_to_date(absl::StrCat(evaluation.year, "-12-31"));
    const std::pair<const char*, int> scores[] = {{"TIMELINESS", line.timeliness},
                                                  {"QUALITY", line.quality},
                                                  {"USE", line.use},
                                                  {"SAFETY", line.safety}};
    for (const auto& [kind, points] : scores) {
      v1::Score* score = card->add_scores();
      score->set_kind(kind);
      score->set_points(points);
    }
    card->set_total(line.total);
  }
  *out.mutable_publish_time() = ToTimestamp(evaluation.create_time);
  out.set_profile(evaluation.profile);
  return out;
}

v1::Scorecard ToProto(const Scorecard& card) {
  v1::Scorecard out;
  out.set_agency(card.agency);
  out.set_from_date(Day(card.from));
  out.set_to_date(Day(card.to));
  for (const Score& score : card.scores) {
    v1::Score* to = out.add_scores();
    to->set_kind(std::string(score.kind));
    to->set_points(score.points);
    for (const ScoreCount& count : score.counts) {
      v1::ScoreCount* counted = to->add_counts();
      counted->set_key(std::string(count.key));
      counted->set_label(std::string(count.label));
      counted->set_count(count.count);
    }
    to->set_formula(std::string(score.formula));
  }
  out.set_total(card.total);
  out.set_promises_kept(static_cast<int32_t>(card.promises_kept));
  out.set_promises_broken(static_cast<int32_t>(card.promises_broken));
  v1::SharingResults& results = *out.mutable_results();
  results.set_resources(card.results.resources);
  results.set_replies_in_time(card.results.replies_in_time);
  results.set_replies_late(card.results.replies_late);
  results.set_grants_given(card.results.grants_given);
  results.set_grants_received(card.results.grants_received);
  results.set_findings_confirmed(card.results.findings_confirmed);
  return out;
}

std::vector<Finding::Proof> FromProto(
    const google::protobuf::RepeatedPtrField<v1::FindingEvidence>& evidence) {
  std::vector<Finding::Proof> out;
  for (const v1::FindingEvidence& piece : evidence) {
    Finding::Proof& to = out.emplace_back();
    to.object = piece.object();
    if (piece.has_time()) to.time = FromTimestamp(piece.time());
    to.note = piece.note();
  }
  return out;
}

Finding FromProto(const v1::OpenFindingRequest& request) {
  return {.detector = request.detector(),
          .about = request.about(),
          .subject = request.subject(),
          .summary = request.summary(),
          .evidence = FromProto(request.evidence())};
}

Incident FromProto(const v1::ReportIncidentRequest& request) {
  return {.severity = static_cast<Incident::Severity>(request.severity()),
          .title = request.title(),
          .text = request.text(),
          .happen_time = FromTimestamp(request.happen_time()),
          .grants = {request.grants().begin(), request.grants().end()}};
}

}  // namespace shareway::sharing
