// SPDX-License-Identifier: Apache-2.0
// Further verbs of nouns that are there: batches of decisions, ends of delegations, ratings,
// drills, offline deliveries, yearly reports and circulars.
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/crypto/hash.h"
#include "shareway/sharing/v1/delegation.pb.h"
#include "shareway/sharing/v1/feedback.pb.h"
#include "shareway/sharing/v1/finding.pb.h"
#include "shareway/sharing/v1/inbox.pb.h"
#include "shareway/sharing/v1/incident.pb.h"
#include "shareway/sharing/v1/offline_delivery.pb.h"
#include "shareway/sharing/v1/report.pb.h"
#include "shareway/sharing/v1/request.pb.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/failure.h"

namespace shareway::cli {
namespace {

namespace pb = sharing::v1;

// What the verbs take; each uses its part.
struct RecordArgs {
  std::string name, reason, condition, citation, text, title, date, scenario, result, medium;
  std::string label, file, giver, receiver, number;
  std::vector<std::string> names;
  int stars = 0, year = 0;
  uint64_t records = 0;
  bool approve = false, refuse = false, case_required = false;
};
using Args = std::shared_ptr<RecordArgs>;

std::string PathOf(absl::string_view service, absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.", service, "/", method);
}

// Each request as it is now: what is decided is what is read here.
absl::Status DecideBatch(Session* session, const RecordArgs& args) {
  if (args.approve == args.refuse) return UsageError("want one of --approve and --refuse");
  pb::BatchDecideRequest batch;
  for (const std::string& name : args.names) {
    pb::GetRequestRequest get;
    get.set_name(FullName("requests", name));
    SHAREWAY_ASSIGN_OR_RETURN(
        const auto request,
        session->Call<pb::SharingRequest>(PathOf("RequestService", "GetRequest"), get));
    pb::BatchDecideRequest::Item* item = batch.add_items();
    item->set_name(get.name());
    item->set_etag(request.etag());
  }
  pb::Decision* decision = batch.mutable_decision();
  decision->set_verdict(args.approve ? pb::Decision::APPROVE : pb::Decision::REFUSE);
  decision->set_reason(args.reason);
  decision->set_condition(args.condition);
  decision->set_citation(args.citation);
  decision->set_case_required(args.case_required);
  return session->Show<pb::BatchDecideResponse>(PathOf("RequestService", "BatchDecide"), batch);
}

void AddBatch(CLI::App* noun, Session* session) {
  const auto args = std::make_shared<RecordArgs>();
  CLI::App* verb = Verb(noun, session, "batch-decide",
                        "The same decision on several requests; --dry-run previews it",
                        [=] { return DecideBatch(session, *args); });
  Repeated(verb, "--request", &args->names, "requests/{r} or {r}; may be repeated", true)
      ->required();
  verb->add_flag("--approve", args->approve, "As asked");
  verb->add_flag("--refuse", args->refuse, "No; needs --reason");
  verb->add_option("--reason", args->reason, "Why they are refused");
  verb->add_option("--condition", args->condition, "The published condition not met, by its id");
  verb->add_option("--citation", args->citation, "The legal bar");
  verb->add_flag("--case-required", args->case_required, "Each call names a case");
}

absl::Status EndDelegation(Session* session, const RecordArgs& args) {
  if (session->flags.etag.empty()) return UsageError("want --etag, as delegation list shows it");
  pb::EndDelegationRequest request;
  request.set_name(FullName("delegations", args.name));
  return session->Show<pb::Delegation>(PathOf("DelegationService", "EndDelegation"), request);
}

void AddEnd(CLI::App* noun, Session* session) {
  const auto args = std::make_shared<RecordArgs>();
  Verb(noun, session, "end", "End a delegation before its last day; needs --etag, as list shows it",
       [=] { return EndDelegation(session, *args); })
      ->add_option("NAME", args->name, "delegations/{d} or {d}")
      ->required();
}

absl::Status Rate(Session* session, const RecordArgs& args) {
  pb::RateGrantRequest request;
  request.set_grant(FullName("grants", args.name));
  request.set_stars(args.stars);
  request.set_text(args.text);
  return session->Show<pb::Rating>(PathOf("FeedbackService", "RateGrant"), request);
}

// Of the medium the digest of its content is sent; the file stays.
absl::Status Deliver(Session* session, const RecordArgs& args) {
  pb::RecordOfflineDeliveryRequest request;
  request.set_grant(FullName("grants", args.name));
  request.set_medium(EnumOf<pb::OfflineDelivery::Medium>(args.medium));
  request.set_label(args.label);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string content, ReadInput(args.file));
  request.set_digest(crypto::Sha256(content).str());
  request.set_record_count(args.records);
  request.set_giver(FullName("people", args.giver));
  request.set_receiver(FullName("people", args.receiver));
  request.set_delivery_date(args.date);
  return session->Show<pb::OfflineDelivery>(PathOf("GrantService", "RecordOfflineDelivery"),
                                            request);
}

void AddToGrant(CLI::App* noun, Session* session) {
  const auto args = std::make_shared<RecordArgs>();
  CLI::App* rate = Verb(noun, session, "rate", "Say how good the data are",
                        [=] { return Rate(session, *args); });
  rate->add_option("GRANT", args->name, "grants/{g} or {g}")->required();
  rate->add_option("--stars", args->stars, "1 worst to 5 best")->required();
  rate->add_option("--text", args->text, "In words");
  CLI::App* deliver = Verb(noun, session, "deliver-offline",
                           "Record what was handed over on a medium",
                           [=] { return Deliver(session, *args); });
  deliver->add_option("GRANT", args->name, "grants/{g} or {g}")->required();
  deliver->add_option("--medium", args->medium)
      ->required()
      ->check(Is<pb::OfflineDelivery::Medium>());
  deliver->add_option("--label", args->label, "What is written on it")->required();
  deliver->add_option("--file", args->file, "Its content; the SHA-256 is sent, the file stays")
      ->required();
  deliver->add_option("--records", args->records, "Records on it, if they were counted");
  deliver->add_option("--giver", args->giver, "people/{p} who handed it over")->required();
  deliver->add_option("--receiver", args->receiver, "people/{p} who took it")->required();
  deliver->add_option("--date", args->date, "CCYY-MM-DD")->required();
}

absl::Status RecordDrill(Session* session, const RecordArgs& args) {
  pb::RecordDrillRequest request;
  request.set_title(args.title);
  request.set_date(args.date);
  request.set_scenario(args.scenario);
  request.set_result(args.result);
  return session->Show<pb::Drill>(PathOf("IncidentService", "RecordDrill"), request);
}

void AddDrill(CLI::App* noun, Session* session) {
  const auto args = std::make_shared<RecordArgs>();
  CLI::App* drill = Verb(noun, session, "drill", "Record an exercise of the emergency plan",
                         [=] { return RecordDrill(session, *args); });
  drill->add_option("--title", args->title)->required();
  drill->add_option("--date", args->date, "CCYY-MM-DD")->required();
  drill->add_option("--scenario", args->scenario, "What was assumed")->required();
  drill->add_option("--result", args->result, "What came of it")->required();
}

// A year's text, by the agency or by the authority.
template <typename Request, typename Answer>
absl::Status TellYear(Session* session, const RecordArgs& args, absl::string_view method) {
  Request request;
  request.set_year(args.year);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadInput(args.file));
  request.set_text(text);
  return session->Show<Answer>(PathOf("SupervisionService", method), request);
}

void AddYears(CLI::App* noun, Session* session) {
  const auto args = std::make_shared<RecordArgs>();
  CLI::App* submit = Verb(noun, session, "submit-annual", "Submit the agency's yearly text", [=] {
    return TellYear<pb::SubmitAnnualReportRequest, pb::AnnualReport>(session, *args,
                                                                     "SubmitAnnualReport");
  });
  CLI::App* evaluate = Verb(noun, session, "evaluate", "Publish the authority's evaluation", [=] {
    return TellYear<pb::PublishEvaluationRequest, pb::Evaluation>(session, *args,
                                                                  "PublishEvaluation");
  });
  for (CLI::App* verb : {submit, evaluate}) {
    verb->add_option("--year", args->year, "The year, which is over")->required();
    verb->add_option("--file", args->file, "Its text; - is standard input")->required();
  }
}

absl::Status Publish(Session* session, const RecordArgs& args) {
  pb::PublishCircularRequest request;
  request.set_title(args.title);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadInput(args.file));
  request.set_text(text);
  request.set_document_number(args.number);
  for (const std::string& name : args.names) request.add_findings(FullName("findings", name));
  return session->Show<pb::Circular>(PathOf("SupervisionService", "PublishCircular"), request);
}

void AddCircular(CLI::App* noun, Session* session) {
  const auto args = std::make_shared<RecordArgs>();
  CLI::App* publish = Verb(noun, session, "circular", "Publish a circular over confirmed findings",
                           [=] { return Publish(session, *args); });
  Repeated(publish, "--finding", &args->names, "findings/{f} or {f}; may be repeated", true)
      ->required();
  publish->add_option("--title", args->title)->required();
  publish->add_option("--document", args->number, "The document's number")->required();
  publish->add_option("--file", args->file, "Its text; - is standard input")->required();
}

}  // namespace

void AddRecordCommands(CLI::App* app, Session* session) {
  AddBatch(app->get_subcommand("request"), session);
  AddEnd(app->get_subcommand("delegation"), session);
  AddToGrant(app->get_subcommand("grant"), session);
  AddDrill(app->get_subcommand("incident"), session);
  AddYears(app->get_subcommand("score"), session);
  AddCircular(app->get_subcommand("finding"), session);
}

}  // namespace shareway::cli
