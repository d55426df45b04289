// SPDX-License-Identifier: Apache-2.0
// 安全事件 and 应急演练.
#include "services/sharing/domain/incident.h"

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/statute/calendar.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using State = Incident::State;

constexpr size_t kMaxGrants = 100;
// All of an incident fits into one piece of evidence.
constexpr size_t kMaxMeasures = 60;
constexpr int kMaxMeasured = 8000;  // characters of all measures
constexpr size_t kMaxNotices = 20;

constexpr int Of(State state) { return static_cast<int>(state); }

absl::string_view NameOfState(int state) {
  return Incident::StateName(static_cast<State>(state));
}

absl::Status Begin(const Incident& incident, absl::string_view method, const Actor& actor,
                   const Parties& parties) {
  return Admit(IncidentTable(), method, incident.name, Of(incident.state), actor, parties);
}

}  // namespace

absl::string_view Incident::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kReported: return "REPORTED";
    case State::kHandling: return "HANDLING";
    case State::kClosed: return "CLOSED";
  }
  return "STATE_UNSPECIFIED";
}

const StateTable& IncidentTable() {
  static const std::vector<Who> both = {{Side::kProvider}, {Side::kAuthority, Post::kOfficer}};
  static const auto* const table = new StateTable{
      .object = "incident",
      .name = NameOfState,
      .states = {Of(State::kReported), Of(State::kHandling), Of(State::kClosed)},
      .transitions = {
          {.method = "AddMeasure",
           .from = {Of(State::kReported), Of(State::kHandling)},
           .to = {Of(State::kHandling)},
           .who = both,
           .by = "staff of the agency or an officer of its authority (R25 35)"},
          {.method = "NotifyBody",
           .from = {Of(State::kReported), Of(State::kHandling)},
           .to = {Of(State::kReported), Of(State::kHandling)},
           .who = both,
           .by = "staff of the agency or an officer of its authority (R25 35)"},
          {.method = "CloseIncident",
           .from = {Of(State::kHandling)},
           .to = {Of(State::kClosed)},
           .who = {{Side::kProvider, Post::kHead}, {Side::kAuthority, Post::kOfficer}},
           .by = "the agency's head or an officer of its authority (R25 35)"},
      }};
  return *table;
}

absl::StatusOr<Incident> Report(Incident facts, const Actor& actor, std::string name,
                                absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(
      RefuseSecrets({{"title", facts.title}, {"text", facts.text}}, facts.profile));
  std::vector<FieldViolation> faults;
  const int severity = static_cast<int>(facts.severity);
  if (severity < 1 || severity > static_cast<int>(Incident::Severity::kParticularlySerious)) {
    faults.push_back({"severity", absl::StrCat("is ", severity, ", want 1 to 4")});
  }
  CheckText(facts.title, 1, 100, "title", &faults);
  CheckText(facts.text, 1, 2000, "text", &faults);
  if (facts.happen_time > now || facts.happen_time <= absl::UnixEpoch()) {
    faults.push_back({"happen_time", "want a time that is not in the future"});
  }
  if (facts.grants.size() > kMaxGrants) {
    faults.push_back({"grants", absl::StrCat("has ", facts.grants.size(), " names, want at most ",
                                             kMaxGrants)});
  }
  for (size_t i = 0; i < facts.grants.size(); ++i) {
    if (HasForm("grants/{g}", facts.grants[i])) continue;
    faults.push_back({absl::StrCat("grants[", i, "]"), "want grants/{g}"});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  facts.name = std::move(name);
  facts.consumer = "";
  facts.provider = actor.agency;
  facts.reported_by = actor.name;
  facts.create_time = now;
  facts.state = State::kReported;
  return facts;
}

absl::StatusOr<Incident> AddMeasure(const Incident& incident, const Actor& actor,
                                    const Parties& parties, absl::string_view text,
                                    absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Begin(incident, "AddMeasure", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"text", text}}, incident.profile));
  std::vector<FieldViolation> faults;
  CheckText(text, 1, 1000, "text", &faults);
  if (incident.measures.size() >= kMaxMeasures) {
    faults.push_back({"text", absl::StrCat("there are ", kMaxMeasures, " measures already")});
  }
  int length = faults.empty() ? CodePoints(text) : 0;
  for (const Incident::Measure& measure : incident.measures) length += CodePoints(measure.text);
  if (length > kMaxMeasured) {
    faults.push_back({"text", absl::StrCat("makes ", length, " characters of measures, want at most ",
                                           kMaxMeasured)});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Incident after = incident;
  after.measures.push_back({now, actor.name, std::string(text)});
  after.state = State::kHandling;
  return after;
}

absl::StatusOr<Incident> NotifyBody(const Incident& incident, const Actor& actor,
                                    const Parties& parties, absl::string_view body,
                                    absl::string_view document_number, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Begin(incident, "NotifyBody", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(
      RefuseSecrets({{"body", body}, {"document_number", document_number}}, incident.profile));
  std::vector<FieldViolation> faults;
  CheckText(body, 1, 100, "body", &faults);
  CheckText(document_number, 1, 100, "document_number", &faults);
  if (incident.notices.size() >= kMaxNotices) {
    faults.push_back({"body", absl::StrCat("there are ", kMaxNotices, " notices already")});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Incident after = incident;
  after.notices.push_back({now, actor.name, std::string(body), std::string(document_number)});
  return after;
}

absl::StatusOr<Incident> Close(const Incident& incident, const Actor& actor,
                               const Parties& parties, absl::string_view conclusion,
                               absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Begin(incident, "CloseIncident", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"conclusion", conclusion}}, incident.profile));
  std::vector<FieldViolation> faults;
  CheckText(conclusion, 1, 2000, "conclusion", &faults);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Incident after = incident;
  after.conclusion = std::string(conclusion);
  after.close_time = now;
  after.state = State::kClosed;
  return after;
}

absl::Status Check(const Drill& drill, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets(
      {{"title", drill.title}, {"scenario", drill.scenario}, {"result", drill.result}},
      drill.profile));
  std::vector<FieldViolation> faults;
  CheckText(drill.title, 1, 100, "title", &faults);
  CheckText(drill.scenario, 1, 2000, "scenario", &faults);
  CheckText(drill.result, 1, 2000, "result", &faults);
  if (drill.date > statute::LawDay(now)) {
    faults.push_back({"date", absl::StrCat(absl::FormatCivilTime(drill.date), " is after today, ",
                                           absl::FormatCivilTime(statute::LawDay(now)))});
  }
  return Error::Fields(faults);
}

}  // namespace shareway::sharing
