// SPDX-License-Identifier: Apache-2.0
// The adapter of AccountService.
#include "services/console/rpc/account_rpc.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/rpc/signed_act.h"
#include "services/console/rpc/directory_view.h"
#include "shareway/catalog/v1/directory_service.pb.h"

namespace shareway::console {
namespace {

static_assert(static_cast<int>(Account::State::kCancelled) == v1::Account::CANCELLED);
static_assert(static_cast<int>(RoleProposal::State::kDeclined) == v1::RoleProposal::DECLINED);
static_assert(static_cast<int>(PermissionKind::kRolesChanged) ==
              v1::PermissionEntry::ROLES_CHANGED);

constexpr char kPutPerson[] = "/shareway.catalog.v1.DirectoryService/PutPerson";

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.console.v1.AccountService/", method);
}

absl::StatusOr<std::optional<Contractor>> FromProto(bool is_set, const v1::Contractor& contractor) {
  if (!is_set) return std::optional<Contractor>();
  Contractor out{.employer = contractor.employer(), .contract = contractor.contract()};
  if (!absl::ParseCivilTime(contractor.end_date(), &out.end) ||
      absl::FormatCivilTime(out.end) != contractor.end_date()) {
    return Error::Field("contractor.end_date", "is not a day, CCYY-MM-DD (R25 36)");
  }
  return std::optional<Contractor>(out);
}

template <typename Repeated>
Roles RolesOf(const Repeated& numbers) {
  Roles roles;
  for (const int number : numbers) roles.push_back(static_cast<Role>(number));
  return roles;
}

template <typename Repeated>
void PutRoles(const Roles& roles, Repeated* out) {
  for (const Role role : roles) out->Add(static_cast<int>(role));
}

v1::PermissionEntry ToProto(const PermissionEntry& entry) {
  v1::PermissionEntry out;
  *out.mutable_time() = evidence::ToTimestamp(entry.time);
  out.set_kind(static_cast<v1::PermissionEntry::Kind>(entry.kind));
  PutRoles(entry.grant, out.mutable_grant());
  PutRoles(entry.withdraw, out.mutable_withdraw());
  out.set_by(entry.by);
  out.set_note(entry.note);
  out.set_object(entry.object);
  return out;
}

}  // namespace

v1::Account AccountRpc::ToProto(const Stored<Account>& stored, const Person& actor) const {
  const Account& account = stored.value;
  v1::Account out;
  out.set_name(account.name);
  out.set_person(account.person);
  out.set_agency(account.agency);
  out.set_state(static_cast<v1::Account::State>(account.state));
  out.set_state_reason(account.state_reason);
  if (account.contractor) {
    out.mutable_contractor()->set_employer(account.contractor->employer);
    out.mutable_contractor()->set_contract(account.contractor->contract);
    out.mutable_contractor()->set_end_date(absl::FormatCivilTime(account.contractor->end));
  }
  out.set_created_by(account.created_by);
  *out.mutable_create_time() = evidence::ToTimestamp(account.create_time);
  if (account.last_sign_in) {
    *out.mutable_last_sign_in_time() = evidence::ToTimestamp(*account.last_sign_in);
  }
  if (account.password_time) {
    *out.mutable_password_time() = evidence::ToTimestamp(*account.password_time);
  }
  if (stored.version != 0) out.set_etag(Desk::EtagOf(stored.version));
  for (const std::string& action : Allowed(account, desk_->people().find(account.person), actor)) {
    out.add_available_actions(action);
  }
  return out;
}

v1::RoleProposal AccountRpc::ToProto(const Stored<RoleProposal>& stored) const {
  const RoleProposal& proposal = stored.value;
  v1::RoleProposal out;
  out.set_name(proposal.name);
  out.set_person(proposal.person);
  PutRoles(proposal.grant, out.mutable_grant());
  PutRoles(proposal.withdraw, out.mutable_withdraw());
  out.set_reason(proposal.reason);
  out.set_agency(proposal.agency);
  out.set_state(static_cast<v1::RoleProposal::State>(proposal.state));
  out.set_proposed_by(proposal.proposed_by);
  *out.mutable_propose_time() = evidence::ToTimestamp(proposal.propose_time);
  out.set_decided_by(proposal.decided_by);
  if (proposal.decide_time) {
    *out.mutable_decide_time() = evidence::ToTimestamp(*proposal.decide_time);
  }
  out.set_decline_reason(proposal.decline_reason);
  out.set_in_effect(proposals_->InEffectNow(proposal));
  out.set_etag(Desk::EtagOf(stored.version));
  return out;
}

template <typename Request>
absl::StatusOr<Accounts::WithCode> AccountRpc::Act(const rpc::Call& call, AccountAct act,
                                                   const Request& request) {
  return accounts_->Act(ErrandOf(call, request.request_id()), act, request.name(), request.etag(),
                        request.reason());
}

template <typename Request>
void AccountRpc::RegisterAct(rpc::Server* server, absl::string_view method, AccountAct act) {
  server->Unary<Request, v1::Account>(
      Path(method),
      [this, act](const rpc::Call& call, const Request& request) -> absl::StatusOr<v1::Account> {
        SHAREWAY_ASSIGN_OR_RETURN(const Accounts::WithCode done, Act(call, act, request));
        return ToProto(done.account, ActorOf(call));
      });
}

void AccountRpc::Register(rpc::Server* server) {
  server->Unary<v1::CreateAccountRequest, v1::AccountCode>(
      Path("CreateAccount"),
      [this](const rpc::Call& call, const v1::CreateAccountRequest& r) { return Create(call, r); });
  server->Unary<v1::RedeemCodeRequest, v1::RedeemCodeResponse>(
      Path("RedeemCode"),
      [this](const rpc::Call& call, const v1::RedeemCodeRequest& r) { return Redeem(call, r); });
  server->Unary<v1::GetAccountRequest, v1::Account>(
      Path("GetAccount"),
      [this](const rpc::Call& call, const v1::GetAccountRequest& r) -> absl::StatusOr<v1::Account> {
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Account> account,
                                  accounts_->Get(ActorOf(call), r.name()));
        return ToProto(account, ActorOf(call));
      });
  server->Unary<v1::ListAccountsRequest, v1::ListAccountsResponse>(
      Path("ListAccounts"),
      [this](const rpc::Call& call, const v1::ListAccountsRequest& r) { return List(call, r); });
  server->Unary<v1::AdjustAccountRequest, v1::Account>(
      Path("AdjustAccount"),
      [this](const rpc::Call& call, const v1::AdjustAccountRequest& r) { return Adjust(call, r); });
  RegisterAct<v1::SuspendAccountRequest>(server, "SuspendAccount", AccountAct::kSuspend);
  RegisterAct<v1::ResumeAccountRequest>(server, "ResumeAccount", AccountAct::kResume);
  RegisterAct<v1::CancelAccountRequest>(server, "CancelAccount", AccountAct::kCancel);
  server->Unary<v1::ResetPasswordRequest, v1::AccountCode>(
      Path("ResetPassword"),
      [this](const rpc::Call& call,
             const v1::ResetPasswordRequest& r) -> absl::StatusOr<v1::AccountCode> {
        SHAREWAY_ASSIGN_OR_RETURN(const Accounts::WithCode done, Act(call, AccountAct::kReset, r));
        v1::AccountCode out;
        *out.mutable_account() = ToProto(done.account, ActorOf(call));
        out.set_code(done.code);
        return out;
      });
  server->Unary<v1::ProposeRoleRequest, v1::RoleProposal>(
      Path("ProposeRole"),
      [this](const rpc::Call& call,
             const v1::ProposeRoleRequest& r) -> absl::StatusOr<v1::RoleProposal> {
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<RoleProposal> proposal,
                                  proposals_->Propose(ErrandOf(call, r.request_id()),
                                                      {.person = r.proposal().person(),
                                                       .grant = RolesOf(r.proposal().grant()),
                                                       .withdraw = RolesOf(r.proposal().withdraw()),
                                                       .reason = r.proposal().reason()}));
        return ToProto(proposal);
      });
  server->Unary<v1::AssignRoleRequest, v1::RoleProposal>(
      Path("AssignRole"),
      [this](const rpc::Call& call, const v1::AssignRoleRequest& r) { return Assign(call, r); });
  server->Unary<v1::DeclineRoleRequest, v1::RoleProposal>(
      Path("DeclineRole"),
      [this](const rpc::Call& call,
             const v1::DeclineRoleRequest& r) -> absl::StatusOr<v1::RoleProposal> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const Stored<RoleProposal> proposal,
            proposals_->Decline(ErrandOf(call, r.request_id()), r.name(), r.etag(), r.reason()));
        return ToProto(proposal);
      });
  server->Unary<v1::ListRoleProposalsRequest, v1::ListRoleProposalsResponse>(
      Path("ListRoleProposals"),
      [this](const rpc::Call& call, const v1::ListRoleProposalsRequest& r) {
        return ListProposals(call, r);
      });
  server->Unary<v1::GetPermissionFileRequest, v1::PermissionFile>(
      Path("GetPermissionFile"),
      [this](const rpc::Call& call, const v1::GetPermissionFileRequest& r) {
        return File(call, r);
      });
}

absl::StatusOr<v1::AccountCode> AccountRpc::Create(const rpc::Call& call,
                                                   const v1::CreateAccountRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::optional<Contractor> contractor,
      FromProto(request.account().has_contractor(), request.account().contractor()));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Accounts::WithCode made,
      accounts_->Create(ErrandOf(call, request.request_id()), request.account().person(),
                        contractor, request.validate_only()));
  v1::AccountCode out;
  *out.mutable_account() = ToProto(made.account, ActorOf(call));
  out.set_code(made.code);
  return out;
}

absl::StatusOr<v1::RedeemCodeResponse> AccountRpc::Redeem(const rpc::Call& call,
                                                          const v1::RedeemCodeRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client,
                            ClientOf(call, request.has_client(), request.client()));
  SHAREWAY_RETURN_IF_ERROR(CheckSelf(call, request.person()));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Accounts::Redeemed redeemed,
      accounts_->Redeem(client, request.person(), request.code(), request.new_password()));
  v1::RedeemCodeResponse out;
  *out.mutable_account() = ToProto(redeemed.account, {.name = request.person()});
  out.set_totp_secret(redeemed.totp_secret);
  return out;
}

absl::StatusOr<v1::Account> AccountRpc::Adjust(const rpc::Call& call,
                                               const v1::AdjustAccountRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Contractor> contractor,
                            FromProto(request.has_contractor(), request.contractor()));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Accounts::WithCode done,
      accounts_->Act(ErrandOf(call, request.request_id()), AccountAct::kAdjust, request.name(),
                     request.etag(), request.reason(), contractor));
  return ToProto(done.account, ActorOf(call));
}

absl::StatusOr<v1::ListAccountsResponse> AccountRpc::List(
    const rpc::Call& call, const v1::ListAccountsRequest& request) const {
  v1::ListAccountsResponse response;
  const Person actor = ActorOf(call);
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) { return accounts_->List(actor, cursor, size); },
      [&](const Stored<Account>& account) { *response.add_accounts() = ToProto(account, actor); },
      &response));
  return response;
}

absl::StatusOr<v1::RoleProposal> AccountRpc::Assign(const rpc::Call& call,
                                                    const v1::AssignRoleRequest& request) {
  catalog::v1::PutPersonRequest carrier;
  *carrier.mutable_signed_act() = request.put_person();
  SHAREWAY_ASSIGN_OR_RETURN(const rpc::VerifiedAct verified,
                            rpc::VerifyAct(carrier, kPutPerson, call.caller().name(),
                                           *directory_->Get(),
                                           act_party_ ? &*act_party_ : nullptr, &verifier_,
                                           desk_->time().Wall()));
  catalog::v1::PutPersonRequest put;
  if (!put.ParseFromString(verified.request)) {
    return Error(Reason::kActInvalid, absl::StatusCode::kPermissionDenied,
                 "the act's request is no PutPersonRequest");
  }
  Errand errand = ErrandOf(call, request.request_id());
  errand.act = verified.act;
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<RoleProposal> proposal,
                            proposals_->Assign(errand, request.name(), request.etag(),
                                               {.name = put.person().name(),
                                                .display_name = put.person().display_name(),
                                                .agency = put.person().agency(),
                                                .roles = RolesOf(put.person().roles())}));
  return ToProto(proposal);
}

absl::StatusOr<v1::ListRoleProposalsResponse> AccountRpc::ListProposals(
    const rpc::Call& call, const v1::ListRoleProposalsRequest& request) const {
  v1::ListRoleProposalsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return proposals_->List(ActorOf(call), cursor, size);
      },
      [&](const Stored<RoleProposal>& proposal) { *response.add_proposals() = ToProto(proposal); },
      &response));
  return response;
}

absl::StatusOr<v1::PermissionFile> AccountRpc::File(
    const rpc::Call& call, const v1::GetPermissionFileRequest& request) const {
  v1::PermissionFile response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return proposals_->File(ActorOf(call), request.person(), cursor, size);
      },
      [&](const Stored<PermissionEntry>& entry) {
        *response.add_entries() = console::ToProto(entry.value);
      },
      &response));
  response.set_person(request.person());
  const std::optional<Person> person = desk_->people().find(request.person());
  if (person) PutRoles(person->roles, response.mutable_roles());
  return response;
}

}  // namespace shareway::console
