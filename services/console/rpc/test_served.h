// SPDX-License-Identifier: Apache-2.0
// The console over real mTLS on loopback: people by their certificates, and the console for its
// visitors. For tests.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/evidence/envelope.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "services/console/rpc/console_api.h"
#include "services/console/rpc/directory_view.h"
#include "services/console/test_console.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::console {

using shareway::testing::TestIdentity;

inline const std::string kAccounts = "/shareway.console.v1.AccountService/";
inline const std::string kSessions = "/shareway.console.v1.SessionService/";

// A console whose people and services hold certificates of a test authority.
class Served {
 public:
  explicit Served(std::optional<Oidc> oidc = std::nullopt) : pki_(dir_.path()) {
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
    catalog::v1::DirectoryChange around;
    around.mutable_node()->set_name(absl::StrCat(kTax, "/nodes/n1"));
    around.mutable_node()->set_standing(catalog::v1::ACTIVE);
    Apply(around);
    const std::string gateway = absl::StrCat(kTax, "/systems/gateway");
    around.mutable_system()->set_name(gateway);
    around.mutable_system()->set_standing(catalog::v1::ACTIVE);
    Apply(around);
    Register(Issue("gateway", absl::StrCat("agency/", std::string(kTax).substr(9),
                                           "/system/gateway"))
                 .key.public_key(),
             catalog::v1::Key::TLS, gateway);
    Register(message_key_.public_key(), catalog::v1::Key::MESSAGE, "services/console");
    rpc::Server::Options options;
    options.tls = identities_.at("console").tls;
    options.pool_threads = 4;
    Desk::Parts parts{.store = &store_,
                      .time = &time_,
                      .passwords = passwords_.get(),
                      .people = PeopleOf(&holder_, &SystemClock()),
                      .factor_key = std::string(32, 'k'),
                      .oidc = std::move(oidc)};
    desk_ = std::make_unique<Desk>(std::move(parts));
    api_ = std::make_unique<ConsoleApi>(
        desk_.get(), &holder_,
        crypto::RelyingParty::From("share.example", {"https://sign.share.example"}).value(),
        &carriers_, AgencyGateways{{gateway, "https://node.example:8443"}},
        PassSigner{.key = &message_key_});
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
    return Connect(who)->Unary<Response>(path, request);
  }
  // The console as `who` reaches it.
  std::shared_ptr<rpc::Channel> Connect(const std::string& who) const {
    return rpc::Channel::Open({absl::StrCat("127.0.0.1:", server_->port()), tls(who),
                               "shareway://test/service/console"})
        .value();
  }
  const crypto::TlsFiles& tls(const std::string& who) const { return identities_.at(who).tls; }
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
  int port() const { return server_->port(); }
  // What the server goes by, for others than those above.
  rpc::DirectoryHolder* holder() { return &holder_; }
  shareway::testing::TestPki* pki() { return &pki_; }
  ConsoleStore& store() { return store_; }
  const Desk& desk() const { return *desk_; }
  // By which what people are told goes out; by nothing, until a test sets it.
  Carriers& carriers() { return carriers_; }
  Sessions& sessions() { return api_->sessions(); }
  absl::Status ready() const { return server_->Ready(); }
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
  const crypto::PrivateKey message_key_ = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  rpc::DirectoryHolder holder_;
  kv::MemoryStore kv_;
  std::unique_ptr<outbox::Outbox> outbox_ =
      outbox::Outbox::Open(&kv_, "shareway://test/service/console", &SystemClock()).value();
  ConsoleStore store_ = ConsoleStore::Open(&kv_, outbox_.get()).value();
  Timekeeper time_{&SystemClock(), store_.latest()};
  std::unique_ptr<Passwords> passwords_ = Passwords::Open({.log_n = 1, .r = 1, .p = 1}).value();
  std::unique_ptr<Desk> desk_;
  Carriers carriers_;
  std::unique_ptr<ConsoleApi> api_;
  std::unique_ptr<rpc::Server> server_;  // last: drains first
};

inline v1::Client At(const std::string& address, const std::string& key_id = "") {
  v1::Client client;
  client.set_address(address);
  client.set_certificate_key_id(key_id);
  return client;
}

// Redeems and signs in by the console for a visitor who shows this certificate.
inline absl::StatusOr<v1::SignedIn> SignInVisitor(Served* served, const std::string& code,
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

}  // namespace shareway::console
