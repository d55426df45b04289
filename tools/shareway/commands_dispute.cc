// SPDX-License-Identifier: Apache-2.0
// shareway dispute, notice, clock, profile: disputes, and what supervision sees.
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/crypto/hash.h"
#include "shareway/sharing/v1/dispute.pb.h"
#include "shareway/sharing/v1/statute.pb.h"
#include "shareway/sharing/v1/supervision.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/dispute_pack.h"
#include "tools/shareway/scope.h"

namespace shareway::cli {
namespace {

namespace pb = sharing::v1;

constexpr char kService[] = "/shareway.sharing.v1.DisputeService/";

struct DisputeArgs {
  std::string name, subject, claim, reason, outcome, body, document, date, reasons;
  std::string matter, text, file, out;
  std::vector<std::string> cuts, attachments;
  ScopeFlags scope;
  bool failed = false;

  std::string full_name() const { return FullName("disputes", name); }
};

// Each as attachments/{a}=FILE; the digest is that of the file.
absl::Status Attach(const std::vector<std::string>& words,
                    google::protobuf::RepeatedPtrField<pb::DisputeAttachment>* to) {
  for (const std::string& word : words) {
    const size_t split = word.find('=');
    if (split == std::string::npos) {
      return UsageError(absl::StrCat("\"", word, "\" is not of the form NAME=FILE"));
    }
    SHAREWAY_ASSIGN_OR_RETURN(const std::string content, ReadInput(word.substr(split + 1)));
    pb::DisputeAttachment* attachment = to->Add();
    attachment->set_name(FullName("attachments", word.substr(0, split)));
    attachment->set_sha256(std::string(crypto::Sha256(content).view()));
  }
  return absl::OkStatus();
}

absl::Status Open(Session* session, const DisputeArgs& args) {
  pb::OpenDisputeRequest open;
  open.set_subject(args.subject);
  open.set_claim(args.claim);
  open.set_matter(EnumOf<pb::Dispute::Matter>(args.matter));
  open.mutable_cuts()->Assign(args.cuts.begin(), args.cuts.end());
  SHAREWAY_RETURN_IF_ERROR(Attach(args.attachments, open.mutable_attachments()));
  return session->Show<pb::Dispute>(absl::StrCat(kService, "OpenDispute"), open);
}

absl::Status Respond(Session* session, const DisputeArgs& args) {
  pb::RespondDisputeRequest request;
  request.set_name(args.full_name());
  request.set_statement(args.text);
  SHAREWAY_RETURN_IF_ERROR(Attach(args.attachments, request.mutable_attachments()));
  return session->Show<pb::Dispute>(absl::StrCat(kService, "RespondDispute"), request);
}

absl::Status SetTerms(const DisputeArgs& args, pb::SettlementTerms* terms) {
  terms->set_outcome(EnumOf<pb::Dispute::Outcome>(args.outcome));
  terms->set_text(args.text);
  if (args.scope.items.empty()) return absl::OkStatus();
  return ApplyFlags(args.scope, terms->mutable_scope());
}

absl::Status Propose(Session* session, const DisputeArgs& args) {
  pb::ProposeSettlementRequest request;
  request.set_name(args.full_name());
  SHAREWAY_RETURN_IF_ERROR(SetTerms(args, request.mutable_terms()));
  return session->Show<pb::Dispute>(absl::StrCat(kService, "ProposeSettlement"), request);
}

absl::Status Accept(Session* session, const DisputeArgs& args) {
  pb::AcceptSettlementRequest request;
  request.set_name(args.full_name());
  request.set_outcome(EnumOf<pb::Dispute::Outcome>(args.outcome));
  return session->Show<pb::Dispute>(absl::StrCat(kService, "AcceptSettlement"), request);
}

absl::Status Deadlock(Session* session, const DisputeArgs& args) {
  pb::DeclareDeadlockRequest request;
  request.set_name(args.full_name());
  request.set_reason(args.reason);
  return session->Show<pb::Dispute>(absl::StrCat(kService, "DeclareDeadlock"), request);
}

absl::Status Mediate(Session* session, const DisputeArgs& args) {
  pb::RecordMediationRequest request;
  request.set_name(args.full_name());
  request.set_minutes(args.reasons);
  request.set_failed(args.failed);
  if (!args.outcome.empty()) {
    SHAREWAY_RETURN_IF_ERROR(SetTerms(args, request.mutable_proposal()));
  }
  SHAREWAY_RETURN_IF_ERROR(Attach(args.attachments, request.mutable_attachments()));
  return session->Show<pb::Dispute>(absl::StrCat(kService, "RecordMediation"), request);
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
  SHAREWAY_ASSIGN_OR_RETURN(const std::string document, ReadInput(args.file));
  request.mutable_document()->set_sha256(std::string(crypto::Sha256(document).view()));
  if (!args.scope.items.empty()) {
    SHAREWAY_RETURN_IF_ERROR(ApplyFlags(args.scope, request.mutable_scope()));
  }
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

using Args = std::shared_ptr<DisputeArgs>;
using Named = std::function<CLI::App*(CLI::App*)>;

void AddScope(CLI::App* verb, ScopeFlags* scope) {
  Repeated(verb, "--items", &scope->items, "For grant: item ids", true);
  Repeated(verb, "--where", &scope->where, "Rows: KEY=VALUE or KEY^=PREFIX, joined by and");
  Repeated(verb, "--purpose", &scope->purposes, "What for", true)
      ->check(Is<evidence::v1::Purpose>());
  Repeated(verb, "--method", &scope->methods, "Way of sharing", true)
      ->check(Is<evidence::v1::Method>());
  verb->add_option("--start", scope->start, "First day of use, CCYY-MM-DD");
  verb->add_option("--end", scope->end, "Last day of use, CCYY-MM-DD");
}

void AddParties(CLI::App* noun, Session* session, const Args& args, const Named& named) {
  CLI::App* open =
      Verb(noun, session, "open", "Open a dispute", [=] { return Open(session, *args); });
  open->add_option("--subject", args->subject, "requests/{r}, resources/{r} or another subject")
      ->required();
  open->add_option("--claim", args->claim, "What is claimed")->required();
  open->add_option("--matter", args->matter, "Of a request: refusal, cuts or late-supply")
      ->check(Is<pb::Dispute::Matter>());
  Repeated(open, "--cut", &args->cuts, "Of cuts: what is disputed; all unless given", true);
  Repeated(open, "--attach", &args->attachments, "NAME=FILE of an attachment");
  CLI::App* respond = named(Verb(noun, session, "respond", "The provider answers the claim",
                                 [=] { return Respond(session, *args); }));
  respond->add_option("--text", args->text, "The statement")->required();
  Repeated(respond, "--attach", &args->attachments, "NAME=FILE of an attachment");
  named(Verb(noun, session, "deadlock", "Declare that negotiation has failed",
             [=] { return Deadlock(session, *args); }))
      ->add_option("--reason", args->reason, "Why")
      ->required();
  named(Verb(noun, session, "escalate", "Move to the next stage",
             [=] { return Escalate(session, *args); }))
      ->add_option("--reason", args->reason, "Why")
      ->required();
}

void AddSettlement(CLI::App* noun, Session* session, const Args& args, const Named& named) {
  CLI::App* propose = named(Verb(noun, session, "propose", "Put terms on the table; by the head",
                                 [=] { return Propose(session, *args); }));
  propose->add_option("--outcome", args->outcome)->required()->check(Is<pb::Dispute::Outcome>());
  propose->add_option("--text", args->text, "The terms in words")->required();
  AddScope(propose, &args->scope);
  CLI::App* accept = named(Verb(noun, session, "accept", "Agree to the terms; by the head",
                                [=] { return Accept(session, *args); }));
  accept->add_option("--outcome", args->outcome, "As it lies on the table")
      ->required()
      ->check(Is<pb::Dispute::Outcome>());
}

void AddCoordinator(CLI::App* noun, Session* session, const Args& args, const Named& named) {
  CLI::App* mediate = named(Verb(noun, session, "mediate", "Record a session of coordination",
                                 [=] { return Mediate(session, *args); }));
  mediate->add_option("--minutes", args->reasons, "What was said")->required();
  mediate->add_option("--outcome", args->outcome, "What the coordinator proposes")
      ->check(Is<pb::Dispute::Outcome>());
  mediate->add_option("--text", args->text, "The proposed terms in words");
  mediate->add_flag("--failed", args->failed, "There will be no agreement");
  Repeated(mediate, "--attach", &args->attachments, "NAME=FILE of an attachment");
  AddScope(mediate, &args->scope);
  CLI::App* decide = named(
      Verb(noun, session, "decide", "Record the outcome", [=] { return Decide(session, *args); }));
  decide->add_option("--outcome", args->outcome)->required()->check(Is<pb::Dispute::Outcome>());
  decide->add_option("--body", args->body, "The deciding body")->required();
  decide->add_option("--document", args->document, "The document's number")->required();
  decide->add_option("--date", args->date, "The document's date, CCYY-MM-DD")->required();
  decide->add_option("--reasons", args->reasons, "The reasons")->required();
  decide->add_option("--file", args->file, "The document itself; its digest is recorded")
      ->required();
  AddScope(decide, &args->scope);
}

}  // namespace

void AddDisputeCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "dispute", "From negotiation to a decision");
  auto args = std::make_shared<DisputeArgs>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "disputes/{d} or {d}")->required();
    return verb;
  };

  AddParties(noun, session, args, named);
  AddSettlement(noun, session, args, named);
  AddCoordinator(noun, session, args, named);
  named(Verb(noun, session, "withdraw", "The consumer withdraws",
             [=] { return Withdraw(session, *args); }));
  named(Verb(noun, session, "show", "One dispute", [=] { return Show(session, *args); }));
  Verb(noun, session, "list", "Disputes that your agency is a party to, or coordinates",
       [=] { return List(session); });
  CLI::App* pack =
      named(Verb(noun, session, "pack", "The dispute with the evidence of all that it concerns",
                 [=] { return PackDispute(session, args->full_name(), args->out); }));
  pack->add_option("--out", args->out, "The pack's file; `audit verify` reads it")->required();
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
