// SPDX-License-Identifier: Apache-2.0
// shareway account: who may sign in at the console, and which roles were proposed for whom.
#include <algorithm>
#include <memory>
#include <vector>

#include "libs/base/error.h"
#include "libs/crypto/totp.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "shareway/console/v1/account_service.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

namespace v1 = console::v1;

constexpr char kPutPerson[] = "/shareway.catalog.v1.DirectoryService/PutPerson";

struct AccountArgs {
  std::string name, person, reason, employer, contract, end, code_file, password_file, secret_to;
  std::string display_name;
  std::vector<std::string> grant, withdraw;
};

std::string Path(const std::string& method) {
  return "/shareway.console.v1.AccountService/" + method;
}

// A contractor's bounds, if any of them is given.
template <typename Holder>
void SetContractor(const AccountArgs& args, Holder* holder) {
  if (args.employer.empty() && args.contract.empty() && args.end.empty()) return;
  holder->mutable_contractor()->set_employer(args.employer);
  holder->mutable_contractor()->set_contract(args.contract);
  holder->mutable_contractor()->set_end_date(args.end);
}

absl::Status Create(Session* session, const AccountArgs& args) {
  v1::CreateAccountRequest create;
  create.mutable_account()->set_person(FullName("people", args.person));
  SetContractor(args, create.mutable_account());
  return session->Show<v1::AccountCode>(Path("CreateAccount"), create);
}

absl::Status Adjust(Session* session, const AccountArgs& args) {
  v1::AdjustAccountRequest adjust;
  adjust.set_name(FullName("accounts", args.name));
  adjust.set_reason(args.reason);
  SetContractor(args, &adjust);
  return session->Show<v1::Account>(Path("AdjustAccount"), adjust);
}

template <typename Request, typename Answer = v1::Account>
absl::Status Act(Session* session, const std::string& method, const AccountArgs& args) {
  Request request;
  request.set_name(FullName("accounts", args.name));
  request.set_reason(args.reason);
  return session->Show<Answer>(Path(method), request);
}

absl::Status ShowAccount(Session* session, const AccountArgs& args) {
  v1::GetAccountRequest get;
  get.set_name(FullName("accounts", args.name));
  return session->Show<v1::Account>(Path("GetAccount"), get);
}

absl::Status List(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json accounts,
      session->List<v1::ListAccountsResponse>(Path("ListAccounts"), v1::ListAccountsRequest()));
  session->Print(accounts, {{"NAME", "name"},
                            {"AGENCY", "agency"},
                            {"STATE", "state"},
                            {"REASON", "stateReason"},
                            {"LAST SIGN-IN", "lastSignInTime"}});
  return absl::OkStatus();
}

// The secret of the authenticator app is told once: its file is there before it is asked for.
absl::Status Redeem(Session* session, const AccountArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::CertificateFacts facts, session->Certificate());
  v1::RedeemCodeRequest redeem;
  redeem.set_person(facts.identity.name);
  SHAREWAY_ASSIGN_OR_RETURN(*redeem.mutable_code(), ReadSecretLine(args.code_file));
  SHAREWAY_ASSIGN_OR_RETURN(*redeem.mutable_new_password(), ReadSecretLine(args.password_file));
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(args.secret_to));
  SHAREWAY_ASSIGN_OR_RETURN(const v1::RedeemCodeResponse opened,
                            session->Call<v1::RedeemCodeResponse>(Path("RedeemCode"), redeem));
  SHAREWAY_RETURN_IF_ERROR(file.Write(
      crypto::TotpUri(opened.totp_secret(), facts.identity.domain, facts.identity.name) + "\n"));
  SHAREWAY_RETURN_IF_ERROR(file.Keep());
  session->Print(ToJson(opened.account()));
  return absl::OkStatus();
}

absl::Status Propose(Session* session, const AccountArgs& args) {
  v1::ProposeRoleRequest propose;
  v1::RoleProposal* proposal = propose.mutable_proposal();
  proposal->set_person(FullName("people", args.person));
  AddEnums<shareway::Role>(args.grant, proposal->mutable_grant());
  AddEnums<shareway::Role>(args.withdraw, proposal->mutable_withdraw());
  proposal->set_reason(args.reason);
  return session->Show<v1::RoleProposal>(Path("ProposeRole"), propose);
}

absl::Status Proposals(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json proposals,
      session->List<v1::ListRoleProposalsResponse>(Path("ListRoleProposals"),
                                                   v1::ListRoleProposalsRequest()));
  session->Print(proposals, {{"NAME", "name"},
                             {"PERSON", "person"},
                             {"GRANT", "grant"},
                             {"WITHDRAW", "withdraw"},
                             {"STATE", "state"},
                             {"IN EFFECT", "inEffect"}});
  return absl::OkStatus();
}

// As ListRoleProposals shows it. NOT_FOUND if it does not.
absl::StatusOr<v1::RoleProposal> FindProposal(Session* session, const std::string& name) {
  v1::ListRoleProposalsRequest list;
  list.set_page_size(200);
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const v1::ListRoleProposalsResponse page,
        session->Call<v1::ListRoleProposalsResponse>(Path("ListRoleProposals"), list));
    for (const v1::RoleProposal& proposal : page.proposals()) {
      if (proposal.name() == name) return proposal;
    }
    if (page.next_page_token().empty()) return Error::NotVisible(name);
    list.set_page_token(page.next_page_token());
  }
}

absl::Status Decline(Session* session, const AccountArgs& args) {
  v1::DeclineRoleRequest decline;
  decline.set_name(FullName("roleProposals", args.name));
  SHAREWAY_ASSIGN_OR_RETURN(const v1::RoleProposal proposal, FindProposal(session, decline.name()));
  decline.set_etag(session->flags.etag.empty() ? proposal.etag() : session->flags.etag);
  decline.set_reason(args.reason);
  return session->Show<v1::RoleProposal>(Path("DeclineRole"), decline);
}

// The roles that the person holds once the proposal is carried out, each once, by number.
absl::StatusOr<std::vector<int>> RolesAfter(Session* session, const v1::RoleProposal& proposal) {
  v1::GetPermissionFileRequest get;
  get.set_person(proposal.person());
  get.set_page_size(1);
  SHAREWAY_ASSIGN_OR_RETURN(const v1::PermissionFile file,
                            session->Call<v1::PermissionFile>(Path("GetPermissionFile"), get));
  std::vector<int> roles(file.roles().begin(), file.roles().end());
  roles.insert(roles.end(), proposal.grant().begin(), proposal.grant().end());
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  for (const int role : proposal.withdraw()) {
    roles.erase(std::remove(roles.begin(), roles.end(), role), roles.end());
  }
  return roles;
}

// One act, signed once: filed at the console, then taken by the directory, where the role holds.
absl::Status Assign(Session* session, const AccountArgs& args) {
  if (session->flags.dry_run) return UsageError("AssignRole has no dry run");
  v1::AssignRoleRequest assign;
  assign.set_name(FullName("roleProposals", args.name));
  SHAREWAY_ASSIGN_OR_RETURN(const v1::RoleProposal proposal, FindProposal(session, assign.name()));
  assign.set_etag(session->flags.etag.empty() ? proposal.etag() : session->flags.etag);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<int> roles, RolesAfter(session, proposal));
  catalog::v1::PutPersonRequest put;
  put.mutable_person()->set_name(proposal.person());
  put.mutable_person()->set_display_name(args.display_name);
  put.mutable_person()->set_agency(proposal.agency());
  for (const int role : roles) put.mutable_person()->add_roles(static_cast<shareway::Role>(role));
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::v1::SignedAct act,
                            session->SignedBy(kPutPerson, put.SerializeAsString()));
  *assign.mutable_put_person() = act;
  SHAREWAY_ASSIGN_OR_RETURN(const v1::RoleProposal assigned,
                            session->Call<v1::RoleProposal>(Path("AssignRole"), assign));
  catalog::v1::PutPersonRequest carrier;
  *carrier.mutable_signed_act() = act;
  SHAREWAY_RETURN_IF_ERROR(session->Send(Peer::kCatalog, kPutPerson, carrier).status());
  session->Print(ToJson(assigned));
  return absl::OkStatus();
}

absl::Status File(Session* session, const AccountArgs& args) {
  v1::GetPermissionFileRequest get;
  get.set_person(FullName("people", args.person));
  get.set_page_size(200);
  Json entries = Json::array();
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const v1::PermissionFile page,
                              session->Call<v1::PermissionFile>(Path("GetPermissionFile"), get));
    for (const v1::PermissionEntry& entry : page.entries()) entries.push_back(ToJson(entry));
    if (page.next_page_token().empty()) break;
    get.set_page_token(page.next_page_token());
  }
  session->Print(entries, {{"TIME", "time"},
                           {"KIND", "kind"},
                           {"GRANT", "grant"},
                           {"WITHDRAW", "withdraw"},
                           {"BY", "by"},
                           {"NOTE", "note"}});
  return absl::OkStatus();
}

using SharedArgs = std::shared_ptr<AccountArgs>;

void AddContractor(CLI::App* verb, const SharedArgs& args) {
  verb->add_option("--employer", args->employer, "A contractor's company");
  verb->add_option("--contract", args->contract, "Number or title of the contract");
  verb->add_option("--end", args->end, "Last day of the contract, CCYY-MM-DD");
}

CLI::App* WithReason(CLI::App* verb, const SharedArgs& args) {
  verb->add_option("--reason", args->reason, "Why, 1 to 500 characters")->required();
  return verb;
}

void AddRoleVerbs(CLI::App* noun, Session* session, const SharedArgs& args) {
  CLI::App* propose =
      WithReason(Verb(noun, session, "propose", "Propose roles for an account's person",
                      [=] { return Propose(session, *args); }),
                 args);
  propose->add_option("PERSON", args->person, "people/{p} or {p}")->required();
  Repeated(propose, "--grant", &args->grant, "A role to be granted", true)
      ->check(Is<shareway::Role>());
  Repeated(propose, "--withdraw", &args->withdraw, "A role to be withdrawn", true)
      ->check(Is<shareway::Role>());
  Verb(noun, session, "proposals", "Roles that were proposed", [=] { return Proposals(session); });
  CLI::App* assign =
      Verb(noun, session, "assign", "Confirm a proposal: sign the person as the directory gets him",
           [=] { return Assign(session, *args); });
  assign->add_option("--display-name", args->display_name, "The person's, as the directory has it")
      ->required();
  CLI::App* decline = WithReason(Verb(noun, session, "decline", "Refuse a proposal",
                                      [=] { return Decline(session, *args); }),
                                 args);
  for (CLI::App* verb : {assign, decline}) {
    verb->add_option("NAME", args->name, "roleProposals/{r} or {r}")->required();
  }
  Verb(noun, session, "file", "All that was ever granted to a person",
       [=] { return File(session, *args); })
      ->add_option("PERSON", args->person, "people/{p} or {p}")
      ->required();
}

}  // namespace

void AddAccountCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "account", "Who may sign in at the console");
  auto args = std::make_shared<AccountArgs>();
  CLI::App* create = Verb(noun, session, "create", "Make a person's account and its one-time code",
                          [=] { return Create(session, *args); });
  create->add_option("PERSON", args->person, "people/{p} or {p}")->required();
  CLI::App* redeem = Verb(noun, session, "redeem", "Set the first password by a one-time code",
                          [=] { return Redeem(session, *args); });
  redeem->add_option("--code-file", args->code_file, "File with the code; - reads stdin")
      ->required();
  redeem->add_option("--password-file", args->password_file, "File with the new password")
      ->required();
  redeem->add_option("--secret-to", args->secret_to,
                     "New file for the otpauth:// text of an authenticator app, mode 0600")
      ->required();
  Verb(noun, session, "list", "Accounts that one administers", [=] { return List(session); });
  CLI::App* show = Verb(noun, session, "show", "One account",
                        [=] { return ShowAccount(session, *args); });
  CLI::App* adjust = WithReason(Verb(noun, session, "adjust", "Change a contractor's bounds",
                                     [=] { return Adjust(session, *args); }),
                                args);
  for (CLI::App* verb : {create, adjust}) AddContractor(verb, args);
  CLI::App* suspend = WithReason(
      Verb(noun, session, "suspend", "Close it for the time being",
           [=] { return Act<v1::SuspendAccountRequest>(session, "SuspendAccount", *args); }),
      args);
  CLI::App* resume = WithReason(
      Verb(noun, session, "resume", "Open it again",
           [=] { return Act<v1::ResumeAccountRequest>(session, "ResumeAccount", *args); }),
      args);
  CLI::App* cancel = WithReason(
      Verb(noun, session, "cancel", "Close it for good",
           [=] { return Act<v1::CancelAccountRequest>(session, "CancelAccount", *args); }),
      args);
  CLI::App* reset = WithReason(
      Verb(noun, session, "reset-password", "A new one-time code in place of the password",
           [=] {
             return Act<v1::ResetPasswordRequest, v1::AccountCode>(session, "ResetPassword", *args);
           }),
      args);
  for (CLI::App* verb : {show, adjust, suspend, resume, cancel, reset}) {
    verb->add_option("NAME", args->name, "accounts/{p} or {p}")->required();
  }
  AddRoleVerbs(noun, session, args);
}

}  // namespace shareway::cli
