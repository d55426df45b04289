// SPDX-License-Identifier: Apache-2.0
// Over real mTLS: a person opens, the gateway redeems, and a node believes what comes of it.
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/crypto/batch.h"
#include "libs/rpc/gate.h"
#include "libs/rpc/pass.h"
#include "services/console/rpc/test_served.h"

namespace shareway::console {
namespace {

const std::string kGateway = absl::StrCat(kTax, "/systems/gateway");

// A clerk in a session of the console's.
struct SignedIn {
  SignedIn() {
    const auto made = served.Create("keeper", "people/clerk");
    REQUIRE(made.ok());
    client = At("10.1.2.3", served.key_id("clerk"));
    const auto in = SignInVisitor(&served, made->code(), client);
    REQUIRE(in.ok());
    open.set_token(in->token());
    *open.mutable_client() = client;
    session = in->session().name();
  }
  absl::StatusOr<v1::OpenAtGatewayResponse> Open(const std::string& who = "console") {
    return served.Call<v1::OpenAtGatewayResponse>(who, kSessions + "OpenAtGateway", open);
  }
  absl::StatusOr<v1::GatewayEntry> Redeem(const std::string& who, const std::string& code) {
    v1::RedeemEntryCodeRequest request;
    request.set_code(code);
    return served.Call<v1::GatewayEntry>(who, kSessions + "RedeemEntryCode", request);
  }
  absl::StatusOr<v1::GatewayEntry> Renew(const std::string& who, const std::string& handle) {
    v1::RenewPassRequest request;
    request.set_handle(handle);
    return served.Call<v1::GatewayEntry>(who, kSessions + "RenewPass", request);
  }
  // Whom a node of the agency takes the gateway for, by this pass.
  absl::StatusOr<rpc::Caller> AtNode(const std::string& pass) {
    rpc::Gate gate("test", served.holder(), absl::StrCat(kTax, "/nodes/n1"));
    Policy policy;
    policy.add_callers(PERSON);
    return gate.Identify(crypto::ReadFile(served.tls("gateway").certificate).value(),
                         {.pass = pass}, policy, absl::Now());
  }

  Served served;
  v1::Client client;
  v1::OpenAtGatewayRequest open;
  std::string session;
};

TEST_CASE("A person of the console's is a person at the own agency's node", "[rpc][entry]") {
  SignedIn clerk;
  const auto opened = clerk.Open();
  INFO(opened.status());
  REQUIRE(opened.ok());
  CHECK(opened->gateway() == kGateway);
  CHECK(opened->url() == "https://node.example:8443");
  const auto entry = clerk.Redeem("gateway", opened->code());
  INFO(entry.status());
  REQUIRE(entry.ok());
  CHECK(entry->session().person() == "people/clerk");
  CHECK(entry->session().agency() == kTax);
  REQUIRE(entry->session().roles_size() == 1);
  CHECK(entry->session().roles(0) == CLERK);
  const auto caller = clerk.AtNode(entry->pass());
  INFO(caller.status());
  REQUIRE(caller.ok());
  CHECK(caller->name() == "people/clerk");
  CHECK(caller->named_by == kGateway);
  CHECK(caller->factor == rpc::Factor::kCertificate);

  const auto renewed = clerk.Renew("gateway", entry->handle());
  REQUIRE(renewed.ok());
  CHECK(renewed->handle().empty());
  CHECK(clerk.AtNode(renewed->pass()).ok());

  // The session ends, and with it all of this but what was signed already.
  v1::EndSessionRequest end;
  end.set_name(clerk.session);
  REQUIRE(clerk.served.Call<v1::EndSessionResponse>("clerk", kSessions + "EndSession", end).ok());
  CHECK(ReasonOf(clerk.Renew("gateway", entry->handle()).status()) == Reason::kSessionOver);
  CHECK(ReasonOf(clerk.Open().status()) == Reason::kSessionOver);
}

TEST_CASE("Codes are for systems, and opening is for people", "[rpc][entry]") {
  SignedIn clerk;
  CHECK(ReasonOf(clerk.Open("gateway").status()) == Reason::kPolicyDenied);
  const auto opened = clerk.Open();
  REQUIRE(opened.ok());
  for (const char* who : {"clerk", "console", "sharing"}) {
    INFO(who);
    CHECK(ReasonOf(clerk.Redeem(who, opened->code()).status()) == Reason::kPolicyDenied);
    CHECK(ReasonOf(clerk.Renew(who, "").status()) == Reason::kPolicyDenied);
  }
  // None of those has used it up.
  CHECK(clerk.Redeem("gateway", opened->code()).ok());
}

}  // namespace
}  // namespace shareway::console
