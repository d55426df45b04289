// SPDX-License-Identifier: Apache-2.0
// A person looks up one record in the browser among real processes: signed in at the console, at the
// gateway beside the own agency's node by a code, known to that node by a pass; and what the node
// answers is at the console in no form.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/evidence/envelope.h"
#include "nlohmann/json.hpp"
#include "services/console/http/test_client.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/console/v1/account_service.pb.h"
#include "shareway/console/v1/session_service.pb.h"
#include "tests/scenario/steps.h"
#include "tests/support/child.h"

namespace shareway::testing {
namespace {

namespace au = audit::v1;
namespace co = console::v1;
namespace ev = evidence::v1;
namespace sh = sharing::v1;

using console::BodyOf;
using console::FieldIn;
using console::StatusOf;
using console::TestClient;
using nlohmann::json;

constexpr char kSteward[] = "tax-steward";
constexpr char kPassword[] = "correct-horse-7";
const std::string kAccounts = "/shareway.console.v1.AccountService/";
const std::string kSessions = "/shareway.console.v1.SessionService/";

std::string GrantOnDivisions(Cluster& cluster) {
  const Served served = PublishAndLoad(
      cluster, kStatistics, Divisions(cluster),
      "code,name,level\n990101000000,CANARY-一区,COUNTY\n990102000000,CANARY-二区,COUNTY\n");
  sh::GiveStandingConsentRequest consent;
  consent.set_resource(served.resource.name());
  REQUIRE_OK(cluster.Act<sh::StandingConsent>("statistics-sharing-head", "sharing",
                                              GrantMethod("GiveStandingConsent"), consent));
  const auto request =
      SubmitRequest(cluster, kTax, Ask(served.resource.name(), {"code", "name", "level"}));
  REQUIRE_OK(request);
  REQUIRE_FALSE(request->grant().empty());
  REQUIRE_OK(QueryWhenKnown(cluster, kTax, QueryBy(request->grant(), "code", "990101000000")));
  return request->grant();
}

// The steward's session at the console, from an account that the system administrator made.
co::SignedIn SignIn(Cluster& cluster) {
  co::CreateAccountRequest create;
  create.mutable_account()->set_person(Cluster::Person(kSteward));
  const auto made = cluster.Act<co::AccountCode>("system-administrator", "console",
                                                 kAccounts + "CreateAccount", create);
  REQUIRE_OK(made);
  co::RedeemCodeRequest redeem;
  redeem.set_person(Cluster::Person(kSteward));
  redeem.set_code(made->code());
  redeem.set_new_password(kPassword);
  REQUIRE_OK(cluster.Call<co::RedeemCodeResponse>(kSteward, "console", kAccounts + "RedeemCode",
                                                  redeem));
  co::StartSignInRequest start;
  start.set_person(Cluster::Person(kSteward));
  start.set_password(kPassword);
  const auto started = cluster.Call<co::StartSignInResponse>(kSteward, "console",
                                                             kSessions + "StartSignIn", start);
  REQUIRE_OK(started);
  co::FinishSignInRequest finish;
  finish.set_sign_in(started->sign_in());
  const auto in =
      cluster.Call<co::SignedIn>(kSteward, "console", kSessions + "FinishSignIn", finish);
  REQUIRE_OK(in);
  return *in;
}

// Beside tax's node, as tax's system s1, with pages.
struct Gateway {
  std::string port_file, log;
  Child process;

  explicit Gateway(const Cluster& cluster)
      : port_file(cluster.dir() / "gateway-port"),
        log(cluster.dir() / "gateway.log"),
        process({absl::StrCat(SHAREWAY_BIN_DIR, "/shareway-console"), "--gateway",
                 "--tls=" + cluster.identity("tax-system").dir,
                 "--gateway_node=" + cluster.Address("tax-node"),
                 absl::StrCat("--gateway_node_uri=shareway://test/agency/",
                              absl::StripPrefix(cluster.Agency(kTax), "agencies/"), "/node/n1"),
                 "--gateway_console=" + cluster.Address("console"),
                 "--web=" + cluster.identity("tax-system").dir + "/pages",
                 "--web_listen=127.0.0.1:0", "--web_hosts=node.example",
                 "--web_port_file=" + port_file},
                log) {}
  int Port() const {
    return AskUntil(
        [&] {
          int port = 0;
          std::ifstream(port_file) >> port;
          return port;
        },
        [](int port) { return port > 0; });
  }
};

// A browser at the gateway, without a certificate.
struct Browser {
  TestClient client;
  std::string cookie = {}, csrf = {};

  std::string Get(const std::string& target) {
    std::vector<std::string> lines = {absl::StrCat("GET ", target, " HTTP/1.1"),
                                      "Host: node.example"};
    return Send(std::move(lines), "");
  }
  std::string Call(const std::string& path, const json& body) {
    return Send({absl::StrCat("POST ", path, " HTTP/1.1"), "Host: node.example",
                 "Content-Type: application/json", "Shareway-Csrf: " + csrf},
                body.dump());
  }

 private:
  std::string Send(std::vector<std::string> lines, const std::string& body) {
    if (!body.empty()) lines.push_back(absl::StrCat("Content-Length: ", body.size()));
    if (!cookie.empty()) lines.push_back("Cookie: " + cookie);
    const std::string answer =
        client.Ask(absl::StrCat(absl::StrJoin(lines, "\r\n"), "\r\n\r\n", body));
    const std::string set = FieldIn(answer, "Set-Cookie");
    if (!set.empty()) cookie = set.substr(0, set.find(';'));
    return answer;
  }
};

TEST_CASE("A person looks up a record at the gateway of his agency, by the console's pass, and the "
          "console learns nothing of it",
          "[scenario]") {
  Cluster::Options options;
  options.nodes = {kStatistics, kTax};
  options.console = true;
  Cluster cluster(options);
  const std::string gateway_system = cluster.Agency(kTax) + "/systems/s1";
  // Whose agency has which code is known only now.
  REQUIRE(cluster.Stop("console") == 0);
  cluster.SetFlags("console", {"--agency_gateways=" + gateway_system + "=https://node.example"});
  cluster.Start("console");
  cluster.AwaitReady("console");
  const std::string pages = cluster.identity("tax-system").dir + "/pages";
  std::filesystem::create_directory(pages);
  std::ofstream(pages + "/index.html") << "<script nonce=\"SHAREWAY_NONCE\"></script>";
  const Gateway gateway(cluster);
  const int port = gateway.Port();
  REQUIRE(port > 0);
  const std::string grant = GrantOnDivisions(cluster);
  const co::SignedIn in = SignIn(cluster);

  co::OpenAtGatewayRequest open;
  open.set_token(in.token());
  const auto opened = cluster.Call<co::OpenAtGatewayResponse>(kSteward, "console",
                                                              kSessions + "OpenAtGateway", open);
  REQUIRE_OK(opened);
  CHECK(opened->gateway() == gateway_system);
  CHECK(opened->url() == "https://node.example");
  Browser browser{.client = TestClient(port, cluster.identity("tax-system").tls.ca)};
  const std::string listed_early = browser.Call(ExchangeMethod("ListGrants"), json::object());
  CHECK(StatusOf(listed_early) == 401);
  const std::string entered = browser.Get("/enter?code=" + opened->code());
  INFO(entered);
  REQUIRE(StatusOf(entered) == 303);
  const std::string token = browser.Get("/csrf");
  REQUIRE(StatusOf(token) == 200);
  browser.csrf = json::parse(BodyOf(token))["token"];
  const std::string session = browser.Call(kSessions + "GetSession", json::object());
  REQUIRE(StatusOf(session) == 200);
  CHECK(json::parse(BodyOf(session))["person"] == Cluster::Person(kSteward));

  const std::string listed = browser.Call(ExchangeMethod("ListGrants"), json::object());
  INFO(listed);
  REQUIRE(StatusOf(listed) == 200);
  CHECK(absl::StrContains(listed, grant));
  json condition = json::object();
  condition["item"] = "code";
  condition["operator"] = "EQUALS";
  condition["value"] = "990102000000";
  const json where = json::array({condition});
  const std::string found = browser.Call(
      ExchangeMethod("Query"), {{"grant", grant},
                                {"caseNumber", "演示2026-000124"},
                                {"query", {{"where", where}, {"limit", 1}}}});
  INFO(found);
  REQUIRE(StatusOf(found) == 200);
  CHECK(absl::StrContains(found, "CANARY-二区"));
  CHECK_FALSE(absl::StrContains(found, "CANARY-一区"));
  // He acts for himself: a system would have to say for whom, and he cannot say another.
  const std::string for_another = browser.Call(
      ExchangeMethod("Query"), {{"grant", grant},
                                {"operator", "people/tax-head"},
                                {"caseNumber", "演示2026-000124"},
                                {"query", {{"where", where}, {"limit", 1}}}});
  CHECK(StatusOf(for_another) == 400);

  // A code is good once; the log tells where the session went on.
  Browser other{.client = TestClient(port, cluster.identity("tax-system").tls.ca)};
  CHECK(StatusOf(other.Get("/enter?code=" + opened->code())) == 401);
  au::SearchEntriesRequest search;
  search.set_object(in.session().name());
  search.set_kind(ev::SESSION_STARTED);
  const auto entries = AskUntil(
      [&] {
        return cluster.Call<au::SearchEntriesResponse>("auditor", "audit",
                                                       AuditMethod("SearchEntries"), search);
      },
      [](const absl::StatusOr<au::SearchEntriesResponse>& page) {
        return page.ok() && page->entries_size() >= 2;
      });
  REQUIRE_OK(entries);
  int at_gateway = 0;
  for (const au::LogEntry& entry : entries->entries()) {
    const auto record = evidence::Open(entry.sealed());
    REQUIRE_OK(record);
    if (record->record.reason() == "AT_GATEWAY " + gateway_system) ++at_gateway;
  }
  CHECK(at_gateway == 1);

  const std::string kept = browser.cookie;
  CHECK(StatusOf(browser.Call(kSessions + "SignOut", json::object())) == 200);
  browser.cookie = kept;
  CHECK(StatusOf(browser.Call(ExchangeMethod("ListGrants"), json::object())) == 401);
  CHECK_FALSE(absl::StrContains(cluster.LogOf("console"), "CANARY"));
  CHECK_FALSE(absl::StrContains(cluster.LogOf("console"), "990102000000"));
  REQUIRE(cluster.Stop("console") == 0);
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(cluster.StoreOf("console"))) {
    if (!file.is_regular_file()) continue;
    std::ifstream bytes(file.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(bytes)), {});
    INFO(file.path());
    CHECK_FALSE(absl::StrContains(text, "CANARY"));
    CHECK_FALSE(absl::StrContains(text, "990102000000"));
  }
}

}  // namespace
}  // namespace shareway::testing
