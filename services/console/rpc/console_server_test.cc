// SPDX-License-Identifier: Apache-2.0
// The console over real mTLS on loopback: people by their certificates, and the console for its
// visitors.
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/test_webauthn_act.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "services/console/rpc/console_api.h"
#include "services/console/rpc/directory_view.h"
#include "services/console/test_console.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::console {
namespace {

using shareway::testing::TestIdentity;

const std::string kAccounts = "/shareway.console.v1.AccountService/";
const std::string kSessions = "/shareway.console.v1.SessionService/";

// A console whose people and services hold certificates of a test authority.
class Served {
 public:
  Served() : pki_(dir_.path()) {
    catalog::v1::DirectoryChange change;
    change.mutable_agency()->set_name(kTax);
    change.mutable_agency()->set_standing(catalog::v1::ACTIVE);
    Apply(change);
    Admit("keeper", {ACCOUNT_ADMINISTRATOR});
    Admit("clerk", {CLERK});
    Admit("security", {SECURITY_ADMINISTRATOR});
    for (const char* service : {"console", "sharing"}) {
      Register(Issue(service, absl::StrCat("service/", service)).key.public_key(),
               catalog::v1::Key::TLS, absl::StrCat("services/", service));
    }
    rpc::Server::Options options;
    options.tls = identities_.at("console").tls;
    options.pool_threads = 4;
    Desk::Parts parts{.store = &store_,
                      .time = &time_,
                      .passwords = passwords_.get(),
                      .people = PeopleOf(&holder_, &SystemClock()),
                      .factor_key = std::string(32, 'k')};
    desk_ = std::make_unique<Desk>(std::move(parts));
    api_ = std::make_unique<ConsoleApi>(
        desk_.get(), &holder_,
        crypto::RelyingParty::From("share.example", {"https://sign.share.example"}).value());
    server_ = std::make_unique<rpc::Server>(options, &holder_);
    api_->Register(server_.get());
    const absl::Status started = server_->Start();
    INFO(started);
    REQUIRE(started.ok());
    server_->SetReady(true);
  }

  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const std::string& who, const std::string& path,
                                const Request& request) {
    return rpc::Channel::Open({absl::StrCat("127.0.0.1:", server_->port()), identities_.at(who).tls,
                               "shareway://test/service/console"})
        .value()
        ->Unary<Response>(path, request);
  }
  evidence::SignedAct Sign(const std::string& who, const std::string& path,
                           const std::string& request) {
    return evidence::SignAct(identities_.at(who).key, absl::StrCat("people/", who), path, request,
                             absl::Now())
        .value();
  }
  absl::StatusOr<v1::AccountCode> Create(const std::string& who, const std::string& person) {
    v1::CreateAccountRequest request;
    request.mutable_account()->set_person(person);
    v1::CreateAccountRequest carrier;
    *carrier.mutable_signed_act() =
        Sign(who, kAccounts + "CreateAccount", request.SerializeAsString());
    return Call<v1::AccountCode>(who, kAccounts + "CreateAccount", carrier);
  }
  void Put(const std::string& id, const std::vector<shareway::Role>& roles) {
    catalog::v1::DirectoryChange change;
    auto* person = change.mutable_person();
    person->set_name("people/" + id);
    person->set_display_name("张伟");
    person->set_agency(kTax);
    person->set_standing(catalog::v1::ACTIVE);
    for (const shareway::Role role : roles) person->add_roles(role);
    Apply(change);
  }
  void Register(const crypto::PublicKey& public_key, catalog::v1::Key::Use use,
                const std::string& owner) {
    catalog::v1::DirectoryChange change;
    auto* key = change.mutable_key();
    key->set_name(crypto::KeyName(public_key.id()));
    key->set_owner(owner);
    key->set_use(use);
    key->set_suite(evidence::v1::P256_SHA256);
    key->set_spki(public_key.spki());
    key->set_standing(catalog::v1::ACTIVE);
    Apply(change);
  }
  std::string key_id(const std::string& who) const {
    return identities_.at(who).key.public_key().id().str();
  }

 private:
  const TestIdentity& Issue(const std::string& label, const std::string& path) {
    return identities_.emplace(label, pki_.Issue(label, {absl::StrCat("shareway://test/", path)}))
        .first->second;
  }
  void Apply(const catalog::v1::DirectoryChange& change) {
    rpc::Directory next = *holder_.Get();
    next.Apply(change);
    holder_.Set(std::make_shared<const rpc::Directory>(next));
  }
  void Admit(const std::string& id, const std::vector<shareway::Role>& roles) {
    Put(id, roles);
    Register(Issue(id, "person/" + id).key.public_key(), catalog::v1::Key::TLS, "people/" + id);
  }

  shareway::testing::TempDir dir_;
  shareway::testing::TestPki pki_;
  std::map<std::string, TestIdentity> identities_;
  rpc::DirectoryHolder holder_;
  kv::MemoryStore kv_;
  std::unique_ptr<outbox::Outbox> outbox_ =
      outbox::Outbox::Open(&kv_, "shareway://test/service/console", &SystemClock()).value();
  ConsoleStore store_ = ConsoleStore::Open(&kv_, outbox_.get()).value();
  Timekeeper time_{&SystemClock(), store_.latest()};
  std::unique_ptr<Passwords> passwords_ = Passwords::Open({.log_n = 1, .r = 1, .p = 1}).value();
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<ConsoleApi> api_;
  std::unique_ptr<rpc::Server> server_;  // last: drains first
};

v1::Client At(const std::string& address, const std::string& key_id = "") {
  v1::Client client;
  client.set_address(address);
  client.set_certificate_key_id(key_id);
  return client;
}

// Redeems and signs in by the console for a visitor who shows this certificate.
absl::StatusOr<v1::SignedIn> SignInVisitor(Served* served, const std::string& code,
                                           const v1::Client& client) {
  v1::RedeemCodeRequest redeem;
  redeem.set_person("people/clerk");
  redeem.set_code(code);
  redeem.set_new_password(kGoodPassword);
  *redeem.mutable_client() = client;
  const auto redeemed =
      served->Call<v1::RedeemCodeResponse>("console", kAccounts + "RedeemCode", redeem);
  REQUIRE(redeemed.ok());
  CHECK(redeemed->account().state() == v1::Account::ACTIVE);
  CHECK(redeemed->account().available_actions().empty());
  v1::StartSignInRequest start;
  start.set_person("people/clerk");
  start.set_password(kGoodPassword);
  *start.mutable_client() = client;
  const auto started =
      served->Call<v1::StartSignInResponse>("console", kSessions + "StartSignIn", start);
  REQUIRE(started.ok());
  v1::FinishSignInRequest finish;
  finish.set_sign_in(started->sign_in());
  *finish.mutable_client() = client;
  return served->Call<v1::SignedIn>("console", kSessions + "FinishSignIn", finish);
}

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
