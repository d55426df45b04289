// SPDX-License-Identifier: Apache-2.0
// The adapter of AccountService: parse, call, map. No rule lives here.
#pragma once

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/relying_party.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/console/accounts.h"
#include "services/console/role_proposals.h"
#include "shareway/console/v1/account_service.pb.h"

namespace shareway::console {

// Thread-safe. All must outlive it and the server. `act_party`: on whose pages authenticators sign
// acts, as rpc::Server::Options::party.
class AccountRpc {
 public:
  AccountRpc(const Desk* desk, Accounts* accounts, RoleProposals* proposals,
             const rpc::DirectoryHolder* directory,
             std::optional<crypto::RelyingParty> act_party)
      : desk_(desk),
        accounts_(accounts),
        proposals_(proposals),
        directory_(directory),
        act_party_(std::move(act_party)) {}
  void Register(rpc::Server* server);

 private:
  v1::Account ToProto(const Stored<Account>& account, const Person& actor) const;
  v1::RoleProposal ToProto(const Stored<RoleProposal>& proposal) const;
  template <typename Request>
  absl::StatusOr<Accounts::WithCode> Act(const rpc::Call& call, AccountAct act,
                                         const Request& request);
  template <typename Request>
  void RegisterAct(rpc::Server* server, absl::string_view method, AccountAct act);

  absl::StatusOr<v1::AccountCode> Create(const rpc::Call& call,
                                         const v1::CreateAccountRequest& request);
  absl::StatusOr<v1::RedeemCodeResponse> Redeem(const rpc::Call& call,
                                                const v1::RedeemCodeRequest& request);
  absl::StatusOr<v1::Account> Adjust(const rpc::Call& call,
                                     const v1::AdjustAccountRequest& request);
  absl::StatusOr<v1::ListAccountsResponse> List(const rpc::Call& call,
                                                const v1::ListAccountsRequest& request) const;
  absl::StatusOr<v1::RoleProposal> Assign(const rpc::Call& call,
                                          const v1::AssignRoleRequest& request);
  absl::StatusOr<v1::ListRoleProposalsResponse> ListProposals(
      const rpc::Call& call, const v1::ListRoleProposalsRequest& request) const;
  absl::StatusOr<v1::PermissionFile> File(const rpc::Call& call,
                                          const v1::GetPermissionFileRequest& request) const;

  const Desk* const desk_;
  Accounts* const accounts_;
  RoleProposals* const proposals_;
  const rpc::DirectoryHolder* const directory_;
  const std::optional<crypto::RelyingParty> act_party_;
  crypto::BatchVerifier verifier_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::console
