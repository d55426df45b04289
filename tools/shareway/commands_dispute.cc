// SPDX-License-Identifier: Apache-2.0
// shareway dispute, notice, clock, profile: disputes, and what supervision sees.
#include <memory>

#include "absl/strings/str_cat.h"
#include "shareway/sharing/v1/dispute.pb.h"
#include "shareway/sharing/v1/supervision.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = sharing::v1;

constexpr char kService[] = "/shareway.sharing.v1.DisputeService/";

struct DisputeArgs {
  std::string name, subject, claim, reason, outcome, body, document, date, reasons;

  std::string full_name() const { return FullName("disputes", name); }
};

absl::Status Open(Session* session, const DisputeArgs& args) {
  pb::OpenDisputeRequest open;
  open.set_subject(args.subject);
  open.set_claim(args.claim);
  return session->Show<pb::Dispute>(absl::StrCat(kService, "OpenDispute"), open);
}

absl::Status Escalate(Session* session, const DisputeArgs& args) {
  pb::EscalateDisputeRequest request;
  request.set_name(args.full_name());
  request.set_reason(args.reason);
  return session->Show<pb::Dispute>(absl::StrCat(kService, "EscalateDispute"), request);
}

absl::Status Decide(Session* session, const DisputeArgs& args) {
  pb::RecordDecisionRequest request;
  request.set_name(args.full_name());
  request.set_outcome(EnumOf<pb::Dispute::Outcome>(args.outcome));
  request.set_deciding_body(args.body);
  request.set_document_number(args.document);
  request.set_document_date(args.date);
  request.set_reasons(args.reasons);
  return session->Show<pb::Dispute>(absl::StrCat(kService, "RecordDecision"), request);
}

absl::Status Withdraw(Session* session, const DisputeArgs& args) {
  pb::WithdrawDisputeRequest request;
  request.set_name(args.full_name());
  return session->Show<pb::Dispute>(absl::StrCat(kService, "WithdrawDispute"), request);
}

absl::Status Show(Session* session, const DisputeArgs& args) {
  pb::GetDisputeRequest get;
  get.set_name(args.full_name());
  return session->Show<pb::Dispute>(absl::StrCat(kService, "GetDispute"), get);
}

absl::Status List(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json disputes,
                            session->List<pb::ListDisputesResponse>(
                                absl::StrCat(kService, "ListDisputes"), pb::ListDisputesRequest()));
  session->Print(disputes, {{"NAME", "name"},
                            {"STAGE", "stage"},
                            {"OUTCOME", "outcome"},
                            {"SUBJECT", "subject"},
                            {"CONSUMER", "consumer"},
                            {"PROVIDER", "provider"},
                            {"DUE", "dueDate"}});
  return absl::OkStatus();
}

absl::Status ListNotices(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json notices,
      session->List<pb::ListNoticesResponse>("/shareway.sharing.v1.SupervisionService/ListNotices",
                                             pb::ListNoticesRequest()));
  session->Print(notices, {{"NAME", "name"},
                           {"STATE", "state"},
                           {"GRANT", "grant"},
                           {"CONSUMER", "consumer"},
                           {"DUE", "dueDate"},
                           {"FINDING", "finding"}});
  return absl::OkStatus();
}

absl::Status ListClocks(Session* session, bool overdue) {
  pb::ListClocksRequest list;
  list.set_overdue(overdue);
  SHAREWAY_ASSIGN_OR_RETURN(const Json clocks,
                            session->List<pb::ListClocksResponse>(
                                "/shareway.sharing.v1.SupervisionService/ListClocks", list));
  session->Print(clocks, {{"SUBJECT", "subject"},
                          {"KIND", "kind"},
                          {"STATE", "state"},
                          {"DUE", "dueDate"},
                          {"DAYS LEFT", "workingDaysLeft"},
                          {"OVERDUE", "overdue"},
                          {"DEBTOR", "debtor"},
                          {"ARTICLE", "article"}});
  return absl::OkStatus();
}

absl::Status ListProfiles(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json profiles,
      session->List<pb::ListProfilesResponse>("/shareway.sharing.v1.StatuteService/ListProfiles",
                                              pb::ListProfilesRequest()));
  session->Print(profiles, {{"NAME", "name"},
                            {"VERSION", "version"},
                            {"IN FORCE FROM", "effectiveFrom"},
                            {"TITLE", "title"}});
  return absl::OkStatus();
}

}  // namespace

void AddDisputeCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "dispute", "From negotiation to a decision");
  auto args = std::make_shared<DisputeArgs>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "disputes/{d} or {d}")->required();
    return verb;
  };

  CLI::App* open =
      Verb(noun, session, "open", "Open a dispute", [=] { return Open(session, *args); });
  open->add_option("--subject", args->subject, "requests/{r} or resources/{r}")->required();
  open->add_option("--claim", args->claim, "What is claimed")->required();
  named(Verb(noun, session, "escalate", "Move to the next stage",
             [=] { return Escalate(session, *args); }))
      ->add_option("--reason", args->reason, "Why")
      ->required();
  CLI::App* decide = named(
      Verb(noun, session, "decide", "Record the outcome", [=] { return Decide(session, *args); }));
  decide->add_option("--outcome", args->outcome)->required()->check(Is<pb::Dispute::Outcome>());
  decide->add_option("--body", args->body, "The deciding body")->required();
  decide->add_option("--document", args->document, "The document's number")->required();
  decide->add_option("--date", args->date, "The document's date, CCYY-MM-DD")->required();
  decide->add_option("--reasons", args->reasons, "The reasons")->required();
  named(Verb(noun, session, "withdraw", "The consumer withdraws",
             [=] { return Withdraw(session, *args); }));
  named(Verb(noun, session, "show", "One dispute", [=] { return Show(session, *args); }));
  Verb(noun, session, "list", "Disputes that your agency is a party to",
       [=] { return List(session); });
}

void AddSupervisionCommands(CLI::App* app, Session* session) {
  Verb(Noun(app, "notice", "Rectification notices"), session, "list", "Newest first",
       [=] { return ListNotices(session); });
  auto overdue = std::make_shared<bool>(false);
  Verb(Noun(app, "clock", "Deadlines of the law"), session, "list", "Soonest due first", [=] {
    return ListClocks(session, *overdue);
  })->add_flag("--overdue", *overdue, "Only those that run and are overdue");
  Verb(Noun(app, "profile", "Legal texts as data"), session, "list", "The loaded profiles",
       [=] { return ListProfiles(session); });
}

}  // namespace shareway::cli
