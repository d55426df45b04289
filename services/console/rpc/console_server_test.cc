// SPDX-License-Identifier: Apache-2.0
// The console over real mTLS on loopback: people by their certificates, and the console for its
// visitors.
#include <atomic>

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/test_webauthn_act.h"
#include "services/console/rpc/test_served.h"
#include "shareway/catalog/v1/directory_service.pb.h"

namespace shareway::console {
namespace {

TEST_CASE("A visitor of the console signs in and is known by token and certificate", "[rpc]") {
  Served served;
  const auto made = served.Create("keeper", "people/clerk");
  INFO(made.status());
  REQUIRE(made.ok());
  CHECK(made->account().available_actions_size() == 4);  // INVITED: all but ResumeAccount
  const v1::Client client = At("10.1.2.3", served.key_id("clerk"));
  const auto in = SignInVisitor(&served, made->code(), client);
  INFO(in.status());
  REQUIRE(in.ok());
  CHECK(in->session().factor() == v1::CERTIFICATE);
  CHECK(in->session().certificate_bound());
  v1::GetSessionRequest get;
  get.set_token(in->token());
  *get.mutable_client() = client;
  const auto session = served.Call<v1::Session>("console", kSessions + "GetSession", get);
  REQUIRE(session.ok());
  CHECK(session->person() == "people/clerk");
  CHECK(session->agency() == kTax);
  REQUIRE(session->roles_size() == 1);
  CHECK(session->roles(0) == CLERK);
  v1::ListSessionsRequest list;
  CHECK(served.Call<v1::ListSessionsResponse>("clerk", kSessions + "ListSessions", list)
            ->sessions_size() == 1);
  *get.mutable_client() = At("10.1.2.3", served.key_id("keeper"));
  CHECK(ReasonOf(served.Call<v1::Session>("console", kSessions + "GetSession", get).status()) ==
        Reason::kSessionElsewhere);
}

TEST_CASE("Only the console speaks for visitors, and a person only for himself", "[rpc]") {
  Served served;
  v1::StartSignInRequest start;
  start.set_person("people/clerk");
  start.set_password(kGoodPassword);
  const auto refusal = [&](const std::string& who) {
    return ReasonOf(
        served.Call<v1::StartSignInResponse>(who, kSessions + "StartSignIn", start).status());
  };
  CHECK(refusal("console") == Reason::kFieldInvalid);  // names no visitor
  CHECK(refusal("keeper") == Reason::kPolicyDenied);
  CHECK(refusal("clerk") == Reason::kSignInRefused);
  *start.mutable_client() = At("10.1.2.3");
  CHECK(refusal("clerk") == Reason::kFieldInvalid);
  CHECK(refusal("sharing") == Reason::kPolicyDenied);
  CHECK(refusal("console") == Reason::kSignInRefused);
  // Without a signed act nobody makes an account.
  v1::CreateAccountRequest bare;
  bare.mutable_account()->set_person("people/clerk");
  CHECK_FALSE(served.Call<v1::AccountCode>("keeper", kAccounts + "CreateAccount", bare).ok());
  CHECK(ReasonOf(served.Create("clerk", "people/keeper").status()) == Reason::kPolicyDenied);
}

TEST_CASE("Who signs in at the provider as another gets no further over his own connection",
          "[rpc]") {
  std::atomic<int> visits = 0;
  Served served(Oidc{
      .begin = [&visits]() -> absl::StatusOr<OidcVisit> {
        return OidcVisit{.url = "https://id.example/", .state = absl::StrCat("s", ++visits)};
      },
      .finish = [](const OidcVisit&, absl::string_view,
                   absl::Time) -> absl::StatusOr<crypto::IdToken> {
        return crypto::IdToken{.subject = "clerk", .texts = {{"sub", "clerk"}}};
      },
      .claim = "sub"});
  const auto made = served.Create("keeper", "people/clerk");
  REQUIRE(made.ok());
  const v1::Client visitor = At("10.1.2.3", served.key_id("clerk"));
  REQUIRE(SignInVisitor(&served, made->code(), visitor).ok());
  const auto back = [&](const std::string& who) {
    v1::StartProviderSignInRequest start;
    v1::ReturnFromProviderRequest request;
    if (who == "console") *start.mutable_client() = *request.mutable_client() = visitor;
    const auto sent = served.Call<v1::StartProviderSignInResponse>(
        who, kSessions + "StartProviderSignIn", start);
    REQUIRE(sent.ok());
    request.set_state(sent->state());
    request.set_code("code");
    return served.Call<v1::StartSignInResponse>(who, kSessions + "ReturnFromProvider", request);
  };
  CHECK(ReasonOf(back("keeper").status()) == Reason::kPolicyDenied);
  CHECK(back("clerk").ok());
  CHECK(back("console").ok());
}

TEST_CASE("A role is confirmed by the security administrator's act for the directory alone",
          "[rpc]") {
  Served served;
  REQUIRE(served.Create("keeper", "people/clerk").ok());
  v1::ProposeRoleRequest propose;
  propose.mutable_proposal()->set_person("people/clerk");
  propose.mutable_proposal()->add_grant(APPLICANT);
  propose.mutable_proposal()->set_reason("新岗位");
  const auto proposal = served.Call<v1::RoleProposal>("keeper", kAccounts + "ProposeRole", propose);
  REQUIRE(proposal.ok());
  const std::string put_person = "/shareway.catalog.v1.DirectoryService/PutPerson";
  catalog::v1::PutPersonRequest put;
  put.mutable_person()->set_name("people/clerk");
  put.mutable_person()->set_display_name("张伟");
  put.mutable_person()->set_agency(kTax);
  put.mutable_person()->add_roles(CLERK);
  const auto assign = [&](const evidence::SignedAct& act, const std::string& who = "security") {
    v1::AssignRoleRequest request;
    request.set_name(proposal->name());
    request.set_etag(proposal->etag());
    *request.mutable_put_person() = act;
    return served.Call<v1::RoleProposal>(who, kAccounts + "AssignRole", request);
  };
  const auto signed_by = [&](const std::string& who, const std::string& path) {
    return served.Sign(who, path, put.SerializeAsString());
  };
  CHECK(ReasonOf(assign(signed_by("security", put_person)).status()) == Reason::kActInvalid);
  put.mutable_person()->add_roles(APPLICANT);
  CHECK(ReasonOf(assign(signed_by("keeper", put_person)).status()) == Reason::kActInvalid);
  CHECK(ReasonOf(assign(signed_by("security", kAccounts + "AssignRole")).status()) ==
        Reason::kActInvalid);
  CHECK(ReasonOf(assign(signed_by("keeper", put_person), "keeper").status()) ==
        Reason::kPolicyDenied);
  const auto stick = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  served.Register(stick.public_key(), catalog::v1::Key::WEBAUTHN, "people/security");
  const auto by_stick = [&](const std::string& origin) {
    return assign(evidence::SignByAuthenticator(
        stick, signed_by("security", put_person).act(), {.origin = origin}));
  };
  CHECK(ReasonOf(by_stick("https://share.example").status()) == Reason::kActInvalid);
  const auto assigned = by_stick("https://sign.share.example");
  INFO(assigned.status());
  REQUIRE(assigned.ok());
  CHECK(assigned->state() == v1::RoleProposal::ASSIGNED);
  CHECK_FALSE(assigned->in_effect());
  served.Put("clerk", {CLERK, APPLICANT});
  const auto listed = served.Call<v1::ListRoleProposalsResponse>(
      "keeper", kAccounts + "ListRoleProposals", v1::ListRoleProposalsRequest());
  REQUIRE(listed.ok());
  CHECK(listed->proposals(0).in_effect());
  v1::GetPermissionFileRequest file;
  file.set_person("people/clerk");
  CHECK(served.Call<v1::PermissionFile>("clerk", kAccounts + "GetPermissionFile", file)
            ->entries_size() == 3);
}

}  // namespace
}  // namespace shareway::console
