// SPDX-License-Identifier: Apache-2.0
// shareway finding, score, inquiry, complaint, incident: supervision, feedback and security.
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/evidence/record.h"
#include "shareway/sharing/v1/feedback.pb.h"
#include "shareway/sharing/v1/finding.pb.h"
#include "shareway/sharing/v1/incident.pb.h"
#include "shareway/sharing/v1/report.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/failure.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

namespace pb = sharing::v1;

std::string Supervision(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.SupervisionService/", method);
}
std::string FeedbackPath(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.FeedbackService/", method);
}
std::string IncidentPath(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.IncidentService/", method);
}

// What the verbs take; each uses its part.
struct Args {
  std::string name, about, detector, subject, text, state, kind, outcome, format, out, from, to;
  std::string agency, resource, number, body, title, time, check;
  std::vector<std::string> evidence, grants;
  int year = 0, part = 0;
};

template <typename Resp, typename Req>
absl::Status ListAll(Session* session, const std::string& path, const Req& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json all, session->List<Resp>(path, request));
  session->Print(all);
  return absl::OkStatus();
}

// OBJECT or OBJECT=NOTE.
void AddEvidence(const std::vector<std::string>& words,
                 google::protobuf::RepeatedPtrField<pb::FindingEvidence>* to) {
  for (const std::string& word : words) {
    const size_t split = word.find('=');
    pb::FindingEvidence* piece = to->Add();
    piece->set_object(word.substr(0, split));
    if (split != std::string::npos) piece->set_note(word.substr(split + 1));
  }
}

absl::Status ReportFinding(Session* session, const Args& args) {
  pb::OpenFindingRequest request;
  request.set_about(args.about);
  request.set_detector(args.detector);
  request.set_subject(args.subject);
  request.set_summary(args.text);
  AddEvidence(args.evidence, request.mutable_evidence());
  return session->Show<pb::Finding>(Supervision("OpenFinding"), request);
}

absl::Status Justify(Session* session, const Args& args) {
  pb::JustifyFindingRequest request;
  request.set_name(FullName("findings", args.name));
  request.set_justification(args.text);
  AddEvidence(args.evidence, request.mutable_evidence());
  return session->Show<pb::Finding>(Supervision("JustifyFinding"), request);
}

template <typename Req>
absl::Status Rule(Session* session, const Args& args, absl::string_view method) {
  Req request;
  request.set_name(FullName("findings", args.name));
  request.set_reasons(args.text);
  return session->Show<pb::Finding>(Supervision(method), request);
}

absl::Status ShowFinding(Session* session, const Args& args) {
  pb::GetFindingRequest request;
  request.set_name(FullName("findings", args.name));
  return session->Show<pb::Finding>(Supervision("GetFinding"), request);
}

absl::Status ListFindings(Session* session, const Args& args) {
  pb::ListFindingsRequest request;
  request.set_state(EnumOf<pb::Finding::State>(args.state));
  request.set_about(args.about);
  return ListAll<pb::ListFindingsResponse>(session, Supervision("ListFindings"), request);
}

void AddFinding(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "finding", "What may be a breach, and what it came to");
  auto args = std::make_shared<Args>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "findings/{f} or {f}")->required();
    return verb;
  };
  CLI::App* list = Verb(noun, session, "list", "Newest first",
                        [=] { return ListFindings(session, *args); });
  list->add_option("--state", args->state)->check(Is<pb::Finding::State>());
  list->add_option("--about", args->about, "agencies/{a} or authorities/{a}");
  named(Verb(noun, session, "show", "One finding", [=] { return ShowFinding(session, *args); }));
  Verb(noun, session, "detectors", "The rules by which findings arise", [=] {
    return session->Show<pb::ListDetectorsResponse>(Supervision("ListDetectors"),
                                                    pb::ListDetectorsRequest());
  });
  CLI::App* report = Verb(noun, session, "report", "Report what may be a breach",
                          [=] { return ReportFinding(session, *args); });
  report->add_option("--about", args->about, "agencies/{a} or authorities/{a}")->required();
  report->add_option("--detector", args->detector, "Its row, see `detectors`")->required();
  report->add_option("--subject", args->subject, "The request, grant or dispute in question");
  report->add_option("--summary", args->text, "What was seen")->required();
  Repeated(report, "--evidence", &args->evidence, "OBJECT or OBJECT=NOTE");
  CLI::App* justify = named(Verb(noun, session, "justify", "Give the reason (正当理由)",
                                 [=] { return Justify(session, *args); }));
  justify->add_option("--reason", args->text)->required();
  Repeated(justify, "--evidence", &args->evidence, "OBJECT or OBJECT=NOTE");
  named(Verb(noun, session, "confirm", "The competent body confirms",
             [=] {
               return Rule<pb::ConfirmFindingRequest>(session, *args, "ConfirmFinding");
             }))
      ->add_option("--reasons", args->text)
      ->required();
  named(Verb(noun, session, "dismiss", "The competent body dismisses",
             [=] {
               return Rule<pb::DismissFindingRequest>(session, *args, "DismissFinding");
             }))
      ->add_option("--reasons", args->text)
      ->required();
}

absl::Status Card(Session* session, const Args& args) {
  pb::GetScorecardRequest request;
  request.set_agency(FullName("agencies", args.agency));
  request.set_from_date(args.from);
  request.set_to_date(args.to);
  return session->Show<pb::Scorecard>(Supervision("GetScorecard"), request);
}

absl::Status MakeReport(Session* session, const Args& args) {
  pb::GenerateReportRequest request;
  request.set_kind(EnumOf<pb::ReportKind>(args.kind));
  request.set_format(EnumOf<pb::ReportFormat>(args.format));
  request.set_year(args.year);
  request.set_part(args.part);
  SHAREWAY_ASSIGN_OR_RETURN(const auto made, session->Call<pb::GenerateReportResponse>(
                                                 Supervision("GenerateReport"), request));
  const std::string path = args.out.empty() ? made.file_name() : args.out;
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(path));
  SHAREWAY_RETURN_IF_ERROR(file.Write(made.content()));
  SHAREWAY_RETURN_IF_ERROR(file.Keep());
  session->Print(Json{{"file", path}, {"bytes", made.content().size()}});
  return absl::OkStatus();
}

void AddScore(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "score", "Scores of agencies, and the reports made of them");
  auto args = std::make_shared<Args>();
  CLI::App* card = Verb(noun, session, "show", "One agency's scores in a period",
                        [=] { return Card(session, *args); });
  card->add_option("AGENCY", args->agency, "agencies/{a} or {a}")->required();
  card->add_option("--from", args->from, "The first day, CCYY-MM-DD")->required();
  card->add_option("--to", args->to, "The last day, CCYY-MM-DD")->required();
  CLI::App* report = Verb(noun, session, "report", "Ranking, bulletin or annual report as a file",
                          [=] { return MakeReport(session, *args); });
  report->add_option("--kind", args->kind)->required()->check(Is<pb::ReportKind>());
  report->add_option("--format", args->format)->required()->check(Is<pb::ReportFormat>());
  report->add_option("--year", args->year)->required();
  report->add_option("--part", args->part, "The month of a ranking, the quarter of a bulletin");
  report->add_option("--out", args->out, "The file; the server's name for it if left out");
}

void AddInquiry(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "inquiry", "Questions about published resources");
  auto args = std::make_shared<Args>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "inquiries/{i} or {i}")->required();
    return verb;
  };
  CLI::App* open = Verb(noun, session, "open", "Ask the agency of a resource", [=] {
    pb::OpenInquiryRequest request;
    request.set_resource(FullName("resources", args->resource));
    request.set_question(args->text);
    return session->Show<pb::Inquiry>(FeedbackPath("OpenInquiry"), request);
  });
  open->add_option("RESOURCE", args->resource, "Its name or code")->required();
  open->add_option("--question", args->text)->required();
  named(Verb(noun, session, "answer", "Answer it",
             [=] {
               pb::AnswerInquiryRequest request;
               request.set_name(FullName("inquiries", args->name));
               request.set_answer(args->text);
               return session->Show<pb::Inquiry>(FeedbackPath("AnswerInquiry"), request);
             }))
      ->add_option("--answer", args->text)
      ->required();
  named(Verb(noun, session, "extend", "The head consents to the longer time",
             [=] {
               pb::ExtendInquiryRequest request;
               request.set_name(FullName("inquiries", args->name));
               request.set_reason(args->text);
               return session->Show<pb::Inquiry>(FeedbackPath("ExtendInquiry"), request);
             }))
      ->add_option("--reason", args->text)
      ->required();
  named(Verb(noun, session, "close", "Who asked closes it", [=] {
    pb::CloseInquiryRequest request;
    request.set_name(FullName("inquiries", args->name));
    return session->Show<pb::Inquiry>(FeedbackPath("CloseInquiry"), request);
  }));
  Verb(noun, session, "list", "Newest first", [=] {
    return ListAll<pb::ListInquiriesResponse>(session, FeedbackPath("ListInquiries"),
                                              pb::ListInquiriesRequest());
  });
}

void AddComplaint(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "complaint", "Complaints of citizens, companies and bodies");
  auto args = std::make_shared<Args>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "complaints/{c} or {c}")->required();
    return verb;
  };
  CLI::App* open = Verb(noun, session, "open", "Enter one", [=] {
    pb::OpenComplaintRequest request;
    request.set_kind(EnumOf<pb::Complaint::Kind>(args->kind));
    request.set_about(FullName("agencies", args->about));
    request.set_file_number(args->number);
    request.set_text(args->text);
    request.set_collection_check(args->check);
    return session->Show<pb::Complaint>(FeedbackPath("OpenComplaint"), request);
  });
  open->add_option("--check", args->check,
                   "For DUPLICATE_COLLECTION: the kept check that it cites, collectionChecks/{c}");
  open->add_option("--kind", args->kind)->required()->check(Is<pb::Complaint::Kind>());
  open->add_option("--about", args->about, "agencies/{a} or {a}")->required();
  open->add_option("--file-number", args->number, "In your own register")->required();
  open->add_option("--text", args->text, "Without names of persons")->required();
  named(Verb(noun, session, "assign", "The authority gives it to an agency",
             [=] {
               pb::AssignComplaintRequest request;
               request.set_name(FullName("complaints", args->name));
               request.set_agency(FullName("agencies", args->agency));
               return session->Show<pb::Complaint>(FeedbackPath("AssignComplaint"), request);
             }))
      ->add_option("--agency", args->agency)
      ->required();
  CLI::App* close = named(Verb(noun, session, "close", "Close it with an answer", [=] {
    pb::CloseComplaintRequest request;
    request.set_name(FullName("complaints", args->name));
    request.set_outcome(EnumOf<pb::Complaint::Outcome>(args->outcome));
    request.set_answer(args->text);
    return session->Show<pb::Complaint>(FeedbackPath("CloseComplaint"), request);
  }));
  close->add_option("--outcome", args->outcome)->required()->check(Is<pb::Complaint::Outcome>());
  close->add_option("--answer", args->text)->required();
  Verb(noun, session, "list", "Newest first", [=] {
    return ListAll<pb::ListComplaintsResponse>(session, FeedbackPath("ListComplaints"),
                                               pb::ListComplaintsRequest());
  });
}

absl::Status ReportIncident(Session* session, const Args& args) {
  pb::ReportIncidentRequest request;
  request.set_severity(EnumOf<pb::Incident::Severity>(args.kind));
  request.set_title(args.title);
  request.set_text(args.text);
  absl::Time time;
  std::string why;
  if (!absl::ParseTime(absl::RFC3339_full, args.time, &time, &why)) {
    return UsageError(absl::StrCat("--time ", args.time, ": ", why));
  }
  *request.mutable_happen_time() = evidence::ToTimestamp(time);
  for (const std::string& grant : args.grants) request.add_grants(FullName("grants", grant));
  return session->Show<pb::Incident>(IncidentPath("ReportIncident"), request);
}

void AddIncident(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "incident", "Security incidents");
  auto args = std::make_shared<Args>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "incidents/{i} or {i}")->required();
    return verb;
  };
  CLI::App* report = Verb(noun, session, "report", "Report one to your authority",
                          [=] { return ReportIncident(session, *args); });
  report->add_option("--severity", args->kind)->required()->check(Is<pb::Incident::Severity>());
  report->add_option("--title", args->title)->required();
  report->add_option("--text", args->text, "What happened")->required();
  report->add_option("--time", args->time, "When, RFC 3339")->required();
  Repeated(report, "--grant", &args->grants, "A grant that is to be suspended");
  named(Verb(noun, session, "measure", "What was done",
             [=] {
               pb::AddMeasureRequest request;
               request.set_name(FullName("incidents", args->name));
               request.set_text(args->text);
               return session->Show<pb::Incident>(IncidentPath("AddMeasure"), request);
             }))
      ->add_option("--text", args->text)
      ->required();
  CLI::App* notify = named(Verb(noun, session, "notify", "Who was told", [=] {
    pb::NotifyBodyRequest request;
    request.set_name(FullName("incidents", args->name));
    request.set_body(args->body);
    request.set_document_number(args->number);
    return session->Show<pb::Incident>(IncidentPath("NotifyBody"), request);
  }));
  notify->add_option("--body", args->body)->required();
  notify->add_option("--document", args->number, "The document's number")->required();
  named(Verb(noun, session, "close", "It is over",
             [=] {
               pb::CloseIncidentRequest request;
               request.set_name(FullName("incidents", args->name));
               request.set_conclusion(args->text);
               return session->Show<pb::Incident>(IncidentPath("CloseIncident"), request);
             }))
      ->add_option("--conclusion", args->text)
      ->required();
  Verb(noun, session, "list", "Newest first", [=] {
    return ListAll<pb::ListIncidentsResponse>(session, IncidentPath("ListIncidents"),
                                              pb::ListIncidentsRequest());
  });
}

}  // namespace

void AddFindingCommands(CLI::App* app, Session* session) {
  AddFinding(app, session);
  AddScore(app, session);
  AddInquiry(app, session);
  AddComplaint(app, session);
  AddIncident(app, session);
}

}  // namespace shareway::cli
