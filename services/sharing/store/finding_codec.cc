// SPDX-License-Identifier: Apache-2.0
// Findings, circulars, yearly reports and the detectors' place as bytes and rows.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/sharing/store/case_head.h"
#include "services/sharing/store/supervision_codec.h"

namespace shareway::sharing {
namespace {

// Names in a list once each, without empty ones.
std::vector<std::string> Unique(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  names.erase(std::remove(names.begin(), names.end(), ""), names.end());
  return names;
}

store::EvaluationLineRecord ToRecord(const Evaluation::Line& line) {
  const auto kept = [](int points) { return static_cast<uint32_t>(points + 1); };
  store::EvaluationLineRecord record;
  record.set_agency(line.agency);
  record.set_timeliness(kept(line.timeliness));
  record.set_quality(kept(line.quality));
  record.set_use(kept(line.use));
  record.set_safety(kept(line.safety));
  record.set_total(kept(line.total));
  return record;
}

Evaluation::Line FromRecord(const store::EvaluationLineRecord& record) {
  const auto points = [](uint32_t kept) { return static_cast<int>(kept) - 1; };
  return {record.agency(),      points(record.timeliness()), points(record.quality()),
          points(record.use()), points(record.safety()),     points(record.total())};
}

}  // namespace

std::string Encode(const Finding& finding) {
  store::FindingRecord record;
  PutHead(finding, record.mutable_head());
  record.set_origin(static_cast<uint32_t>(finding.origin));
  record.set_state(static_cast<uint32_t>(finding.state));
  record.set_detector(finding.detector);
  record.set_article(finding.article);
  record.set_about(finding.about);
  record.set_subject(finding.subject);
  record.set_summary(finding.summary);
  for (const Finding::Proof& proof : finding.evidence) {
    store::ProofRecord* to = record.add_evidence();
    to->set_object(proof.object);
    if (proof.time) to->set_time(Nanos(*proof.time));
    to->set_note(proof.note);
  }
  if (finding.due) record.set_due(DayNumber(*finding.due));
  record.set_clock(finding.clock);
  record.set_key(finding.key);
  record.set_competent(finding.competent);
  record.set_competent_agency(finding.competent_agency);
  record.set_opened_by(finding.opened_by);
  record.set_justification(finding.justification);
  record.set_ruling(finding.ruling);
  record.set_ruled_by(finding.ruled_by);
  record.set_state_time(Nanos(finding.state_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Finding* finding) {
  store::FindingRecord record;
  SHAREWAY_RETURN_IF_ERROR(Read(bytes, &record, finding));
  finding->origin = static_cast<Finding::Origin>(record.origin());
  finding->state = static_cast<Finding::State>(record.state());
  finding->detector = record.detector();
  finding->article = record.article();
  finding->about = record.about();
  finding->subject = record.subject();
  finding->summary = record.summary();
  for (const store::ProofRecord& proof : record.evidence()) {
    Finding::Proof to{.object = proof.object(), .time = {}, .note = proof.note()};
    if (proof.time() != 0) to.time = TimeOf(proof.time());
    finding->evidence.push_back(std::move(to));
  }
  if (record.has_due()) finding->due = DayOf(record.due());
  finding->clock = record.clock();
  finding->key = record.key();
  finding->competent = record.competent();
  finding->competent_agency = record.competent_agency();
  finding->opened_by = record.opened_by();
  finding->justification = record.justification();
  finding->ruling = record.ruling();
  finding->ruled_by = record.ruled_by();
  finding->state_time = TimeOf(record.state_time());
  return absl::OkStatus();
}

CaseRow RowOf(const Finding& finding, uint64_t version) {
  CaseRow row = PlainRow(finding, version);
  if (!finding.opened_by.empty()) {
    // Whom it is about learns which agency reported it, not who.
    Finding told = finding;
    told.opened_by.clear();
    row.told = Encode(told);
    row.insiders = {finding.consumer};
  }
  if (version == 0) {
    row.lists = Unique({finding.provider, finding.consumer, finding.about, finding.competent,
                        finding.competent_agency});
    if (!finding.key.empty()) row.takes = {finding.key};
  }
  if (finding.state == Finding::State::kPrewarning) {
    row.lists.push_back(kPrewarnings);
  } else if (version != 0) {
    row.left = {kPrewarnings};
  }
  return row;
}

bool Visible(const Finding& finding, const Actor& actor, const Parties&) {
  return MaySee(finding, actor);
}

std::string Encode(const Circular& circular) {
  store::CircularRecord record;
  PutHead(circular, record.mutable_head());
  record.set_authority(circular.authority);
  record.set_title(circular.title);
  record.set_text(circular.text);
  record.set_document_number(circular.document_number);
  record.mutable_findings()->Assign(circular.findings.begin(), circular.findings.end());
  record.mutable_agencies()->Assign(circular.agencies.begin(), circular.agencies.end());
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Circular* circular) {
  store::CircularRecord record;
  SHAREWAY_RETURN_IF_ERROR(Read(bytes, &record, circular));
  circular->authority = record.authority();
  circular->title = record.title();
  circular->text = record.text();
  circular->document_number = record.document_number();
  circular->findings = GetStrings(record.findings());
  circular->agencies = GetStrings(record.agencies());
  return absl::OkStatus();
}

CaseRow RowOf(const Circular& circular, uint64_t version) {
  CaseRow row = PlainRow(circular, version);
  row.lists = circular.agencies;
  row.lists.push_back(circular.authority);
  return row;
}

bool Visible(const Circular& circular, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor) || std::find(circular.agencies.begin(), circular.agencies.end(),
                                           actor.agency) != circular.agencies.end();
}

std::string Encode(const AnnualReport& report) {
  store::AnnualReportRecord record;
  PutHead(report, record.mutable_head());
  record.set_year(static_cast<uint32_t>(report.year));
  record.set_text(report.text);
  if (report.due) record.set_due(DayNumber(*report.due));
  record.set_submitted_by(report.submitted_by);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, AnnualReport* report) {
  store::AnnualReportRecord record;
  SHAREWAY_RETURN_IF_ERROR(Read(bytes, &record, report));
  report->year = static_cast<int>(record.year());
  report->text = record.text();
  if (record.has_due()) report->due = DayOf(record.due());
  report->submitted_by = record.submitted_by();
  return absl::OkStatus();
}

std::string AnnualReportKey(absl::string_view agency, int year) {
  return absl::StrCat("annual-report/", agency, "|", year);
}

CaseRow RowOf(const AnnualReport& report, uint64_t version) {
  CaseRow row = PlainRow(report, version);
  if (version == 0) row.takes = {AnnualReportKey(report.provider, report.year)};
  return row;
}

bool Visible(const AnnualReport&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

std::string Encode(const Evaluation& evaluation) {
  store::EvaluationRecord record;
  PutHead(evaluation, record.mutable_head());
  record.set_authority(evaluation.authority);
  record.set_year(static_cast<uint32_t>(evaluation.year));
  record.set_text(evaluation.text);
  for (const Evaluation::Line& line : evaluation.lines) *record.add_lines() = ToRecord(line);
  record.set_published_by(evaluation.published_by);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Evaluation* evaluation) {
  store::EvaluationRecord record;
  SHAREWAY_RETURN_IF_ERROR(Read(bytes, &record, evaluation));
  evaluation->authority = record.authority();
  evaluation->year = static_cast<int>(record.year());
  evaluation->text = record.text();
  for (const store::EvaluationLineRecord& line : record.lines()) {
    evaluation->lines.push_back(FromRecord(line));
  }
  evaluation->published_by = record.published_by();
  return absl::OkStatus();
}

std::string EvaluationKey(absl::string_view authority, int year) {
  return absl::StrCat("evaluation/", authority, "|", year);
}

CaseRow RowOf(const Evaluation& evaluation, uint64_t version) {
  CaseRow row = PlainRow(evaluation, version);
  for (const Evaluation::Line& line : evaluation.lines) row.lists.push_back(line.agency);
  row.lists.push_back(evaluation.authority);
  if (version == 0) row.takes = {EvaluationKey(evaluation.authority, evaluation.year)};
  return row;
}

bool Visible(const Evaluation& evaluation, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor) ||
         std::any_of(evaluation.lines.begin(), evaluation.lines.end(),
                     [&](const Evaluation::Line& line) { return line.agency == actor.agency; });
}

std::string Encode(const Detection& detection) {
  store::DetectionRecord record;
  PutHead(detection, record.mutable_head());
  record.set_clock_cursor(detection.clock_cursor);
  record.set_prewarning_cursor(detection.prewarning_cursor);
  record.set_grant_number(detection.grant_number);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Detection* detection) {
  store::DetectionRecord record;
  SHAREWAY_RETURN_IF_ERROR(Read(bytes, &record, detection));
  detection->clock_cursor = record.clock_cursor();
  detection->prewarning_cursor = record.prewarning_cursor();
  detection->grant_number = record.grant_number();
  return absl::OkStatus();
}

CaseRow RowOf(const Detection& detection, uint64_t version) {
  return PlainRow(detection, version);
}

}  // namespace shareway::sharing
