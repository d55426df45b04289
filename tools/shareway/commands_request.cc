// SPDX-License-Identifier: Apache-2.0
// shareway request: drafts, decisions, lists.
#include <memory>

#include "shareway/sharing/v1/request.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/scope.h"

namespace shareway::cli {
namespace {

using sharing::v1::Decision;
using sharing::v1::SharingRequest;

constexpr char kService[] = "/shareway.sharing.v1.RequestService/";

struct RequestArgs {
  std::string name, file, resource, legal_basis, scenario, state, reason, condition, citation, side,
      text;
  std::vector<std::string> cuts;
  ScopeFlags scope;
  bool approve = false, refuse = false, case_required = false, overdue = false;

  std::string full_name() const { return FullName("requests", name); }
};

absl::Status Create(Session* session, const RequestArgs& args) {
  sharing::v1::CreateRequestRequest create;
  SharingRequest* request = create.mutable_request();
  if (!args.file.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadInput(args.file));
    SHAREWAY_RETURN_IF_ERROR(FromJson(text, request));
  }
  if (!args.resource.empty()) request->set_resource(FullName("resources", args.resource));
  if (!args.legal_basis.empty()) request->set_legal_basis(args.legal_basis);
  if (!args.scenario.empty()) request->set_scenario(args.scenario);
  SHAREWAY_RETURN_IF_ERROR(ApplyFlags(args.scope, request->mutable_scope()));
  return session->Show<SharingRequest>(std::string(kService) + "CreateRequest", create);
}

absl::Status Decide(Session* session, const RequestArgs& args) {
  const int verdicts = (args.approve ? 1 : 0) + (args.cuts.empty() ? 0 : 1) + (args.refuse ? 1 : 0);
  if (verdicts != 1) return UsageError("want one of --approve, --cut and --refuse");
  sharing::v1::DecideRequestRequest decide;
  decide.set_name(args.full_name());
  Decision* decision = decide.mutable_decision();
  if (!args.cuts.empty()) {
    sharing::v1::GetRequestRequest get;
    get.set_name(args.full_name());
    SHAREWAY_ASSIGN_OR_RETURN(
        const SharingRequest asked,
        session->Call<SharingRequest>(std::string(kService) + "GetRequest", get));
    SHAREWAY_ASSIGN_OR_RETURN(*decision, Reduce(asked.scope(), args.cuts, args.scope));
    // What was reduced is what was read here.
    decide.set_etag(session->flags.etag.empty() ? asked.etag() : session->flags.etag);
  }
  if (args.approve) decision->set_verdict(Decision::APPROVE);
  if (args.refuse) {
    decision->set_verdict(Decision::REFUSE);
    decision->set_reason(args.reason);
    decision->set_condition(args.condition);
    decision->set_citation(args.citation);
  }
  decision->set_case_required(args.case_required);
  return session->Show<SharingRequest>(std::string(kService) + "DecideRequest", decide);
}

absl::Status Show(Session* session, const RequestArgs& args) {
  sharing::v1::GetRequestRequest get;
  get.set_name(args.full_name());
  return session->Show<SharingRequest>(std::string(kService) + "GetRequest", get);
}

absl::Status List(Session* session, const RequestArgs& args) {
  sharing::v1::ListRequestsRequest list;
  list.set_state(EnumOf<SharingRequest::State>(args.state));
  list.set_overdue(args.overdue);
  if (!args.resource.empty()) list.set_resource(FullName("resources", args.resource));
  list.set_side(EnumOf<sharing::v1::Side>(args.side));
  list.set_text(args.text);
  SHAREWAY_ASSIGN_OR_RETURN(const Json requests, session->List<sharing::v1::ListRequestsResponse>(
                                                     std::string(kService) + "ListRequests", list));
  session->Print(requests, {{"NAME", "name"},
                            {"STATE", "state"},
                            {"CLASS", "shareClass"},
                            {"RESOURCE", "resource"},
                            {"CONSUMER", "consumer"},
                            {"DUE", "dueDate"},
                            {"DAYS LEFT", "workingDaysLeft"},
                            {"GRANT", "grant"}});
  return absl::OkStatus();
}

}  // namespace

void AddRequestCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "request", "Sharing requests");
  auto args = std::make_shared<RequestArgs>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "requests/{r} or {r}")->required();
    return verb;
  };

  CLI::App* create =
      Verb(noun, session, "create", "Draft a request", [=] { return Create(session, *args); });
  create->add_option("--file", args->file, "The request as JSON; flags stand above it");
  create->add_option("--resource", args->resource, "Resource, by name or code");
  Repeated(create, "--items", &args->scope.items, "Item ids", true);
  create->add_option("--legal-basis", args->legal_basis, "The duty that needs the data");
  create->add_option("--scenario", args->scenario, "The scenario of use");
  AddScopeFlags(create, &args->scope);

  named(Verb(noun, session, "show", "One request", [=] { return Show(session, *args); }));

  CLI::App* decide = named(Verb(noun, session, "decide", "Approve, reduce or refuse",
                                [=] { return Decide(session, *args); }));
  decide->add_flag("--approve", args->approve, "As asked");
  Repeated(decide, "--cut", &args->cuts, "SUBJECT=REASON: approve without it; may be repeated");
  decide->add_flag("--refuse", args->refuse, "No; needs --reason");
  decide->add_option("--reason", args->reason, "Why it is refused");
  decide->add_option("--condition", args->condition, "The published condition not met, by its id");
  decide->add_option("--citation", args->citation, "The legal bar");
  decide->add_flag("--case-required", args->case_required, "Each call names a case");
  AddScopeFlags(decide, &args->scope);

  AddRequestSteps(noun, session);
  AddRequestChangeVerbs(noun, session);
  AddRequestWatchVerb(noun, session);

  CLI::App* list = Verb(noun, session, "list", "Requests that your agency is a party to",
                        [=] { return List(session, *args); });
  list->add_option("--state", args->state)->check(Is<SharingRequest::State>());
  list->add_flag("--overdue", args->overdue, "Only those past their due date");
  list->add_option("--resource", args->resource, "Only those for it");
  list->add_option("--side", args->side, "On which side your agency stands")
      ->check(Is<sharing::v1::Side>());
  list->add_option("--text", args->text, "Only those that have it in name, basis or scenario");
}

}  // namespace shareway::cli
