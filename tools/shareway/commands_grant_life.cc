// SPDX-License-Identifier: Apache-2.0
// shareway disposal, use, service-change, return-flow, and the verbs of grant and notice that follow a
// decision: how a grant goes on and ends.
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/crypto/hash.h"
#include "shareway/sharing/v1/disposal.pb.h"
#include "shareway/sharing/v1/grant.pb.h"
#include "shareway/sharing/v1/notice.pb.h"
#include "shareway/sharing/v1/return_flow.pb.h"
#include "shareway/sharing/v1/service_change.pb.h"
#include "shareway/sharing/v1/use.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = sharing::v1;

constexpr char kGrants[] = "/shareway.sharing.v1.GrantService/";
constexpr char kNotices[] = "/shareway.sharing.v1.NoticeService/";

struct LifeArgs {
  std::string name, grant, ground, reason, end, start, method, date, person, manifest, note;
  std::string scenario, process, effect, storage, destruction, resource, kind, receipt, reply;
  std::string comment, item, provider, flow, division;
  std::vector<std::string> purposes;
  bool objects = false;
};
using Args = std::shared_ptr<LifeArgs>;

// A message that names its object, and the call that shows what became of it.
template <typename Request, typename Answer>
std::function<absl::Status()> Calls(Session* session, Args args, const char* service,
                                    const char* method, const char* collection,
                                    std::function<void(const LifeArgs&, Request*)> fill = {}) {
  return [=]() -> absl::Status {
    Request request;
    request.set_name(FullName(collection, args->name));
    if (fill) fill(*args, &request);
    return session->Show<Answer>(absl::StrCat(service, method), request);
  };
}

CLI::App* Named(CLI::App* verb, Args args) {
  verb->add_option("NAME", args->name, "Whole or the last part")->required();
  return verb;
}

absl::Status SuspendConsumer(Session* session, const LifeArgs& args) {
  pb::SuspendConsumerRequest request;
  request.set_consumer(FullName("agencies", args.name));
  request.set_ground(EnumOf<pb::SuspendGround>(args.ground));
  request.set_reason(args.reason);
  return session->Show<pb::SuspendConsumerResponse>(absl::StrCat(kGrants, "SuspendConsumer"),
                                                    request);
}

void AddGrantVerbs(CLI::App* noun, Session* session, const Args& args) {
  Named(Verb(noun, session, "accept-terms", "Accept the terms that a grant waits for",
             Calls<pb::AcceptTermsRequest, pb::Grant>(session, args, kGrants, "AcceptTerms",
                                                      "grants")),
        args);
  CLI::App* ask = Named(
      Verb(noun, session, "ask-renewal", "Ask for a longer period",
           Calls<pb::AskRenewalRequest, pb::Grant>(
               session, args, kGrants, "AskRenewal", "grants",
               [](const LifeArgs& a, pb::AskRenewalRequest* r) {
                 r->set_end_date(a.end);
                 r->set_reason(a.reason);
               })),
      args);
  ask->add_option("--end", args->end, "Last day of use, CCYY-MM-DD")->required();
  ask->add_option("--reason", args->reason, "Why")->required();
  Named(Verb(noun, session, "renew", "Give the period that was asked",
             Calls<pb::RenewGrantRequest, pb::Grant>(
                 session, args, kGrants, "RenewGrant", "grants",
                 [](const LifeArgs& a, pb::RenewGrantRequest* r) { r->set_end_date(a.end); })),
        args)
      ->add_option("--end", args->end, "As it was asked, CCYY-MM-DD")
      ->required();
  Named(Verb(noun, session, "decline-renewal", "The grant runs to its end",
             Calls<pb::DeclineRenewalRequest, pb::Grant>(
                 session, args, kGrants, "DeclineRenewal", "grants",
                 [](const LifeArgs& a, pb::DeclineRenewalRequest* r) { r->set_reason(a.reason); })),
        args)
      ->add_option("--reason", args->reason, "Why")
      ->required();
  CLI::App* end = Named(Verb(noun, session, "end", "End the own use; the data are then disposed of",
                             Calls<pb::EndGrantRequest, pb::Grant>(
                                 session, args, kGrants, "EndGrant", "grants",
                                 [](const LifeArgs& a, pb::EndGrantRequest* r) {
                                   r->set_ground(EnumOf<pb::EndGround>(a.ground));
                                   r->set_reason(a.reason);
                                 })),
                        args);
  end->add_option("--ground", args->ground)->required()->check(Is<pb::EndGround>());
  end->add_option("--reason", args->reason, "In words")->required();
  CLI::App* stop = Verb(noun, session, "suspend-consumer",
                        "Stop all grants of a consumer at once; needs --request-id",
                        [=] { return SuspendConsumer(session, *args); });
  stop->add_option("AGENCY", args->name, "agencies/{a} or {a}")->required();
  stop->add_option("--ground", args->ground)->required()->check(Is<pb::SuspendGround>());
  stop->add_option("--reason", args->reason, "What was found")->required();
}

absl::Status ReportDisposal(Session* session, const LifeArgs& args) {
  pb::ReportDisposalRequest request;
  request.set_name(FullName("disposals", args.name));
  request.set_method(EnumOf<pb::Disposal::Method>(args.method));
  request.set_disposed_date(args.date);
  request.set_person(FullName("people", args.person));
  if (!args.manifest.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string manifest, ReadInput(args.manifest));
    request.set_manifest_digest(std::string(crypto::Sha256(manifest).view()));
  }
  request.set_note(args.note);
  return session->Show<pb::Disposal>(absl::StrCat(kGrants, "ReportDisposal"), request);
}

absl::Status ListDisposals(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json disposals,
                            session->List<pb::ListDisposalsResponse>(
                                absl::StrCat(kGrants, "ListDisposals"), pb::ListDisposalsRequest()));
  session->Print(disposals, {{"NAME", "name"},
                             {"STATE", "state"},
                             {"CONSUMER", "consumer"},
                             {"PROVIDER", "provider"},
                             {"DUE", "dueDate"},
                             {"METHOD", "method"}});
  return absl::OkStatus();
}

void AddDisposalCommands(CLI::App* app, Session* session, const Args& args) {
  CLI::App* noun = Noun(app, "disposal", "What becomes of data whose grant is over");
  Verb(noun, session, "list", "Newest first", [=] { return ListDisposals(session); });
  Named(Verb(noun, session, "show", "One disposal",
             Calls<pb::GetDisposalRequest, pb::Disposal>(session, args, kGrants, "GetDisposal",
                                                         "disposals")),
        args);
  CLI::App* report = Named(Verb(noun, session, "report", "How the data were disposed of",
                                [=] { return ReportDisposal(session, *args); }),
                           args);
  report->add_option("--method", args->method)->required()->check(Is<pb::Disposal::Method>());
  report->add_option("--date", args->date, "CCYY-MM-DD")->required();
  report->add_option("--person", args->person, "people/{p} who answers for it")->required();
  report->add_option("--manifest", args->manifest, "A file; its SHA-256 is sent, the file stays");
  report->add_option("--note", args->note, "For ARCHIVED the text that asks to keep the data");
  Named(Verb(noun, session, "accept", "The proof is enough",
             Calls<pb::AcceptDisposalRequest, pb::Disposal>(session, args, kGrants,
                                                            "AcceptDisposal", "disposals")),
        args);
  Named(Verb(noun, session, "reject", "The proof lacks something",
             Calls<pb::RejectDisposalRequest, pb::Disposal>(
                 session, args, kGrants, "RejectDisposal", "disposals",
                 [](const LifeArgs& a, pb::RejectDisposalRequest* r) { r->set_reason(a.reason); })),
        args)
      ->add_option("--reason", args->reason, "What it lacks")
      ->required();
}

absl::Status ReportUse(Session* session, const LifeArgs& args) {
  pb::ReportUseRequest request;
  request.set_grant(FullName("grants", args.grant));
  request.set_scenario(args.scenario);
  request.set_process(args.process);
  request.set_effect(args.effect);
  request.set_storage(args.storage);
  request.set_destruction(args.destruction);
  request.set_start_date(args.start);
  request.set_end_date(args.end);
  return session->Show<pb::UseRecord>(absl::StrCat(kGrants, "ReportUse"), request);
}

absl::Status ListUses(Session* session, const LifeArgs& args) {
  pb::ListUsesRequest request;
  if (!args.grant.empty()) request.set_grant(FullName("grants", args.grant));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json uses,
      session->List<pb::ListUsesResponse>(absl::StrCat(kGrants, "ListUses"), request));
  session->Print(uses, {{"NAME", "name"},
                        {"GRANT", "grant"},
                        {"FROM", "startDate"},
                        {"TO", "endDate"},
                        {"SCENARIO", "scenario"},
                        {"KEPT", "keepDate"}});
  return absl::OkStatus();
}

absl::Status InspectUse(Session* session, const LifeArgs& args) {
  pb::InspectUseRequest request;
  request.set_grant(FullName("grants", args.grant));
  request.set_reason(args.reason);
  return session->Show<pb::InspectUseResponse>(absl::StrCat(kGrants, "InspectUse"), request);
}

void AddUseCommands(CLI::App* app, Session* session, const Args& args) {
  CLI::App* noun = Noun(app, "use", "Records of what is done with shared data");
  CLI::App* report = Verb(noun, session, "report", "Record the own use",
                          [=] { return ReportUse(session, *args); });
  report->add_option("--grant", args->grant, "grants/{g} or {g}")->required();
  report->add_option("--scenario", args->scenario, "What for")->required();
  report->add_option("--process", args->process, "How it was done")->required();
  report->add_option("--effect", args->effect, "What came of it")->required();
  report->add_option("--storage", args->storage, "Where and until when the data are kept")
      ->required();
  report->add_option("--destruction", args->destruction, "What was destroyed, or nothing yet")
      ->required();
  report->add_option("--start", args->start, "First day, CCYY-MM-DD")->required();
  report->add_option("--end", args->end, "Last day, CCYY-MM-DD")->required();
  Verb(noun, session, "list", "Of the own agency, newest first",
       [=] { return ListUses(session, *args); })
      ->add_option("--grant", args->grant, "Only of this grant");
  CLI::App* inspect = Verb(noun, session, "inspect", "Read a consumer's records; it is told",
                           [=] { return InspectUse(session, *args); });
  inspect->add_option("--grant", args->grant, "grants/{g} or {g}")->required();
  inspect->add_option("--reason", args->reason, "Why; the consumer reads it")->required();
}

void AddNoticeVerbs(CLI::App* noun, Session* session, const Args& args) {
  Named(Verb(noun, session, "show", "One notice",
             Calls<pb::GetNoticeRequest, pb::Notice>(session, args, kNotices, "GetNotice",
                                                     "notices")),
        args);
  Named(Verb(noun, session, "answer", "What was put right",
             Calls<pb::AnswerNoticeRequest, pb::Notice>(
                 session, args, kNotices, "AnswerNotice", "notices",
                 [](const LifeArgs& a, pb::AnswerNoticeRequest* r) { r->set_measures(a.note); })),
        args)
      ->add_option("--measures", args->note, "What was done")
      ->required();
  Named(Verb(noun, session, "accept", "The rectification is enough",
             Calls<pb::AcceptRectificationRequest, pb::Notice>(
                 session, args, kNotices, "AcceptRectification", "notices")),
        args);
  Named(Verb(noun, session, "reject", "Something is still wrong",
             Calls<pb::RejectRectificationRequest, pb::Notice>(
                 session, args, kNotices, "RejectRectification", "notices",
                 [](const LifeArgs& a, pb::RejectRectificationRequest* r) {
                   r->set_reason(a.reason);
                 })),
        args)
      ->add_option("--reason", args->reason, "What")
      ->required();
  Named(Verb(noun, session, "report", "Report a failed notice upward",
             Calls<pb::ReportNoticeRequest, pb::Notice>(
                 session, args, kNotices, "ReportNotice", "notices",
                 [](const LifeArgs& a, pb::ReportNoticeRequest* r) { r->set_report(a.note); })),
        args)
      ->add_option("--report", args->note, "What is reported")
      ->required();
}

absl::Status ProposeChange(Session* session, const LifeArgs& args) {
  pb::ProposeServiceChangeRequest request;
  request.set_resource(FullName("resources", args.resource));
  request.set_kind(EnumOf<pb::ServiceChange::Kind>(args.kind));
  request.set_reason(args.reason);
  request.set_effect_date(args.date);
  return session->Show<pb::ServiceChange>(absl::StrCat(kGrants, "ProposeServiceChange"), request);
}

absl::Status ListChanges(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json changes, session->List<pb::ListServiceChangesResponse>(
                                                    absl::StrCat(kGrants, "ListServiceChanges"),
                                                    pb::ListServiceChangesRequest()));
  session->Print(changes, {{"NAME", "name"},
                           {"STATE", "state"},
                           {"KIND", "kind"},
                           {"RESOURCE", "resource"},
                           {"EFFECT", "effectDate"},
                           {"DUE", "dueDate"}});
  return absl::OkStatus();
}

void AddChangeCommands(CLI::App* app, Session* session, const Args& args) {
  CLI::App* noun = Noun(app, "service-change", "Changes and ends of what a provider serves");
  CLI::App* propose = Verb(noun, session, "propose", "Consult the consumers",
                           [=] { return ProposeChange(session, *args); });
  propose->add_option("--resource", args->resource, "By name or code")->required();
  propose->add_option("--kind", args->kind)->required()->check(Is<pb::ServiceChange::Kind>());
  propose->add_option("--reason", args->reason, "What changes and why")->required();
  propose->add_option("--effect", args->date, "First day of effect, CCYY-MM-DD")->required();
  CLI::App* answer = Named(
      Verb(noun, session, "answer", "Agree, or object with a comment",
           Calls<pb::AnswerServiceChangeRequest, pb::ServiceChange>(
               session, args, kGrants, "AnswerServiceChange", "service-changes",
               [](const LifeArgs& a, pb::AnswerServiceChangeRequest* r) {
                 r->set_agrees(!a.objects);
                 r->set_comment(a.comment);
               })),
      args);
  answer->add_flag("--object", args->objects, "Objects; agrees if not given");
  answer->add_option("--comment", args->comment, "In words");
  CLI::App* file = Named(Verb(noun, session, "file", "File it with the authority",
                              Calls<pb::FileServiceChangeRequest, pb::ServiceChange>(
                                  session, args, kGrants, "FileServiceChange", "service-changes",
                                  [](const LifeArgs& a, pb::FileServiceChangeRequest* r) {
                                    r->set_receipt_number(a.receipt);
                                    r->set_reply(a.reply);
                                  })),
                         args);
  file->add_option("--receipt", args->receipt, "The authority's")->required();
  file->add_option("--reply", args->reply, "To those who objected");
  Named(Verb(noun, session, "withdraw", "Take it back",
             Calls<pb::WithdrawServiceChangeRequest, pb::ServiceChange>(
                 session, args, kGrants, "WithdrawServiceChange", "service-changes")),
        args);
  Named(Verb(noun, session, "show", "One change",
             Calls<pb::GetServiceChangeRequest, pb::ServiceChange>(
                 session, args, kGrants, "GetServiceChange", "service-changes")),
        args);
  Verb(noun, session, "list", "Newest first", [=] { return ListChanges(session); });
}

absl::Status DeclareFlow(Session* session, const LifeArgs& args) {
  pb::DeclareReturnFlowRequest request;
  request.set_resource(FullName("resources", args.resource));
  request.set_division_item(args.item);
  return session->Show<pb::ReturnFlow>(absl::StrCat(kGrants, "DeclareReturnFlow"), request);
}

absl::Status RequestFlow(Session* session, const LifeArgs& args) {
  pb::RequestReturnFlowRequest request;
  request.set_flow(FullName("return-flows", args.flow));
  request.set_division(args.division);
  AddEnums<evidence::v1::Purpose>(args.purposes, request.mutable_purposes());
  return session->Show<pb::ReturnRequest>(absl::StrCat(kGrants, "RequestReturnFlow"), request);
}

absl::Status ListFlows(Session* session, const LifeArgs& args) {
  pb::ListReturnFlowsRequest request;
  request.set_provider(FullName("agencies", args.provider));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json flows,
      session->List<pb::ListReturnFlowsResponse>(absl::StrCat(kGrants, "ListReturnFlows"), request));
  session->Print(flows,
                 {{"NAME", "name"}, {"RESOURCE", "resource"}, {"ITEM", "divisionItem"}});
  return absl::OkStatus();
}

absl::Status ListFlowRequests(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json requests, session->List<pb::ListReturnRequestsResponse>(
                                                     absl::StrCat(kGrants, "ListReturnRequests"),
                                                     pb::ListReturnRequestsRequest()));
  session->Print(requests, {{"NAME", "name"},
                            {"STATE", "state"},
                            {"CONSUMER", "consumer"},
                            {"DIVISION", "division"},
                            {"GRANT", "grant"},
                            {"DUE", "dueDate"},
                            {"ETAG", "etag"}});
  return absl::OkStatus();
}

void AddFlowCommands(CLI::App* app, Session* session, const Args& args) {
  CLI::App* noun = Noun(app, "return-flow", "Records of a division that flow back to it");
  CLI::App* declare = Verb(noun, session, "declare", "Name the item that holds the division",
                           [=] { return DeclareFlow(session, *args); });
  declare->add_option("--resource", args->resource, "By name or code")->required();
  declare->add_option("--item", args->item, "Its id")->required();
  Verb(noun, session, "list", "Of one provider", [=] { return ListFlows(session, *args); })
      ->add_option("--provider", args->provider, "agencies/{a} or {a}")
      ->required();
  CLI::App* request = Verb(noun, session, "request", "Ask for the records of the own division",
                           [=] { return RequestFlow(session, *args); });
  request->add_option("FLOW", args->flow, "return-flows/{f} or {f}")->required();
  request->add_option("--division", args->division, "The own one if not given, or one inside it");
  Repeated(request, "--purpose", &args->purposes, "What for", true)
      ->required()
      ->check(Is<evidence::v1::Purpose>());
  Verb(noun, session, "requests", "Newest first", [=] { return ListFlowRequests(session); });
  Named(Verb(noun, session, "activate", "Set it going; needs --etag, as requests shows it",
             Calls<pb::ActivateReturnFlowRequest, pb::ReturnRequest>(
                 session, args, kGrants, "ActivateReturnFlow", "return-requests")),
        args);
}

}  // namespace

void AddGrantLifeCommands(CLI::App* app, Session* session) {
  const auto args = std::make_shared<LifeArgs>();
  AddGrantVerbs(app->get_subcommand("grant"), session, args);
  AddNoticeVerbs(app->get_subcommand("notice"), session, args);
  AddDisposalCommands(app, session, args);
  AddUseCommands(app, session, args);
  AddChangeCommands(app, session, args);
  AddFlowCommands(app, session, args);
}

}  // namespace shareway::cli
