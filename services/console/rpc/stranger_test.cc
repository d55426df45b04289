// SPDX-License-Identifier: Apache-2.0
// Accounts, sessions and proposals are their agency's: neither another agency's account
// administrator, whatever else he is, nor a colleague without that role can tell by any method of
// console.v1 that one is there. The three administrators keep all accounts and are no strangers.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/rpc/test_stranger_sweep.h"
#include "services/console/rpc/test_served.h"

namespace shareway::console {
namespace {

namespace pb = google::protobuf;

constexpr char kFar[] = "agencies/housing";

// Fields that name an object, and answer alike for another reason than NOT_VISIBLE.
const std::map<std::string, std::string>& Excepted() {
  static const auto* const excepted = new std::map<std::string, std::string>{
      {"AssignRole.name", "the security administrator's alone"},
      {"DeclineRole.name", "the security administrator's alone"},
      {"CreateAccount.account.name", "an account is named by its person"},
      {"ProposeRole.proposal.name", "a proposal's name is made up"},
      {"RedeemCode.person", "each for himself, or the console for its visitor"},
      {"StartSignIn.person", "each for himself, or the console for its visitor"}};
  return *excepted;
}

// Not tried as names: tokens and codes. Who holds one knows what it is for, and what a stolen one
// is good for is shown by sessions_test.cc and sign_in_test.cc.
bool NamesObject(const std::string& field) {
  static const auto* const others = new std::set<std::string>{
      "address", "available_actions", "by", "code", "contract", "decline_reason", "employer",
      "end_date", "etag", "handle", "new_password", "note", "page_token", "password", "reason", "request_id",
      "state", "state_reason", "token", "totp_code"};
  return others->count(field) == 0;
}

std::string TextFor(const std::string& field, const std::string& etag) {
  static const auto* const texts = new std::map<std::string, std::string>{
      {"contract", "合同 2025-7"}, {"employer", "演示公司"}, {"end_date", "2026-12-31"},
      {"reason", "依职责需要"}};
  if (field == "etag") return etag;
  const auto known = texts->find(field);
  return known == texts->end() ? "" : known->second;
}

// A clerk who has signed in, and for whom a role is proposed.
struct Hiding {
  Hiding() {
    const auto made = served.Create("keeper", "people/clerk");
    REQUIRE(made.ok());
    const v1::Client client = At("10.1.2.3", served.key_id("clerk"));
    const auto in = SignInVisitor(&served, made->code(), client);
    REQUIRE(in.ok());
    token = in->token();
    v1::ProposeRoleRequest propose;
    propose.mutable_proposal()->set_person("people/clerk");
    propose.mutable_proposal()->add_grant(APPLICANT);
    propose.mutable_proposal()->set_reason("新岗位");
    const auto proposal =
        served.Call<v1::RoleProposal>("keeper", kAccounts + "ProposeRole", propose);
    REQUIRE(proposal.ok());
    objects["accounts"].push_back(made->account().name());
    objects["people"].push_back("people/clerk");
    objects["people"].push_back("people/keeper");
    objects["sessions"].push_back(in->session().name());
    objects["proposals"].push_back(proposal->name());
  }
  uint64_t Version() const {
    const auto account = served.store().LoadAccount("accounts/clerk");
    return account.ok() ? account->version : 0;
  }
  sweep::Service Swept() const {
    return {.uri = "shareway://test/service/console",
            .port = served.port(),
            .names_object = NamesObject,
            .text = TextFor,
            .left_out = {"client"},  // a person names none: the connection tells
            .absent = [](const std::string&, const std::string& name) {
              return sweep::Nothing(name);
            },
            .etag = [this](const std::string&) { return Desk::EtagOf(Version()); },
            .objects = objects,
            .secrets = {token}};
  }

  mutable Served served;
  std::string token;
  std::map<std::string, std::vector<std::string>> objects;
};

TEST_CASE("A stranger cannot tell by any method who has an account, a session or a proposal",
          "[console][stranger]") {
  Hiding world;
  const sweep::Service swept = world.Swept();
  const auto admit = [&](const std::string& uri, const std::string& agency,
                         const std::set<shareway::Role>& without) {
    std::set<shareway::Role> but = without;
    but.insert({SYSTEM_ADMINISTRATOR, SECURITY_ADMINISTRATOR, AUDIT_ADMINISTRATOR});
    return sweep::Admit(world.served.pki(), world.served.holder(), uri, agency,
                        sweep::RolesBut(but));
  };
  sweep::Caller keeper(admit("person/s", kFar, {}), "person/s", swept);
  sweep::Caller colleague(admit("person/c", kTax, {ACCOUNT_ADMINISTRATOR}), "person/c", swept);
  sweep::Caller system(admit("agency/housing/system/s1", "", {}), "agency/housing/system/s1",
                       swept);
  sweep::Caller node(admit("agency/housing/node/n1", "", {}), "agency/housing/node/n1", swept);
  sweep::Comparison comparison(swept);

  // It is there, and who may see it does.
  const auto listed = world.served.Call<v1::ListAccountsResponse>(
      "keeper", kAccounts + "ListAccounts", v1::ListAccountsRequest());
  REQUIRE(listed.ok());
  CHECK(absl::StrContains(listed->DebugString(), "accounts/clerk"));
  v1::ListSessionsRequest sessions;
  sessions.set_person("people/clerk");
  const auto live = world.served.Call<v1::ListSessionsResponse>(
      "keeper", kSessions + "ListSessions", sessions);
  REQUIRE(live.ok());
  CHECK(live->sessions_size() == 1);
  const uint64_t before = world.Version();
  REQUIRE(before > 0);

  const std::vector<const pb::MethodDescriptor*> methods =
      sweep::MethodsOf("shareway/console/v1");
  for (const pb::MethodDescriptor* method : methods) {
    for (sweep::Caller* caller : {&keeper, &colleague, &system, &node}) {
      comparison.Try(caller, *method, caller == &keeper || caller == &colleague);
    }
  }
  CHECK(comparison.tried() == methods.size());
  CHECK(comparison.tried() > 20);
  const std::string differences = comparison.differences();
  INFO(differences);
  CHECK(differences.empty());
  CHECK(world.Version() == before);
  CHECK(world.served
            .Call<v1::ListSessionsResponse>("keeper", kSessions + "ListSessions", sessions)
            ->sessions_size() == 1);

  for (const pb::MethodDescriptor* method : methods) {
    for (const char* field : {"name", "person", "account.name", "account.person", "proposal.name",
                              "proposal.person"}) {
      const std::string at = absl::StrCat(method->name(), ".", field);
      if (!sweep::HasField(swept, *method, field) || Excepted().count(at) > 0) continue;
      INFO(at);
      CHECK(comparison.Hidden(*method, field));
    }
  }
}

}  // namespace
}  // namespace shareway::console
