// SPDX-License-Identifier: Apache-2.0
// The console's web server among real processes: one browser, one session, and every service
// behind it takes the console's word for who calls, and decides for itself what he may.
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "libs/base/bytes.h"
#include "libs/crypto/totp.h"
#include "nlohmann/json.hpp"
#include "services/console/http/test_client.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

using console::BodyOf;
using console::FieldIn;
using console::StatusOf;
using nlohmann::json;

constexpr char kPerson[] = "people/system-administrator";
constexpr char kPassword[] = "correct-horse-7";

struct Browser {
  console::TestClient client;
  std::string cookie = {}, csrf = {};

  std::string Call(const std::string& path, const json& body) {
    const std::string text = body.dump();
    std::vector<std::string> lines = {absl::StrCat("POST ", path, " HTTP/1.1"),
                                      "Host: share.example", "Content-Type: application/json",
                                      "Accept-Language: zh-CN",
                                      absl::StrCat("Content-Length: ", text.size())};
    if (!cookie.empty()) lines.push_back("Cookie: " + cookie);
    if (!csrf.empty()) lines.push_back("Shareway-Csrf: " + csrf);
    const std::string answer =
        client.Ask(absl::StrCat(absl::StrJoin(lines, "\r\n"), "\r\n\r\n", text));
    const std::string set = FieldIn(answer, "Set-Cookie");
    if (!set.empty()) cookie = set.substr(0, set.find(';'));
    return answer;
  }
};

int WebPort(const std::string& file) {
  return AskUntil(
      [&] {
        int port = 0;
        std::ifstream(file) >> port;
        return port;
      },
      [](int port) { return port > 0; });
}

TEST_CASE("One session in a browser reaches catalog, sharing, audit and console as its person",
          "[scenario]") {
  TempDir dir;
  Cluster::Options options;
  options.console = true;
  options.nodes = {kTax};
  options.flags["console"] = {"--protection=basic", "--web_listen=127.0.0.1:0",
                              "--web_hosts=share.example", "--web_port_file=" + (dir / "port")};
  Cluster cluster(options);
  const int port = WebPort(dir / "port");
  REQUIRE(port > 0);
  std::map<std::string, std::string> codes;
  std::ifstream file(cluster.FirstCodesPath());
  for (std::string role, code; file >> role >> code;) codes[role] = code;

  Browser browser{.client = console::TestClient(port, cluster.identity("console").tls.ca)};
  const std::string accounts = "/shareway.console.v1.AccountService/";
  const std::string sessions = "/shareway.console.v1.SessionService/";
  const std::string agencies = "/shareway.catalog.v1.DirectoryService/ListAgencies";
  CHECK(StatusOf(browser.Call(agencies, json::object())) == 401);
  const std::string redeemed =
      browser.Call(accounts + "RedeemCode", {{"person", kPerson},
                                             {"code", codes["SYSTEM_ADMINISTRATOR"]},
                                             {"newPassword", kPassword}});
  INFO(redeemed);
  REQUIRE(StatusOf(redeemed) == 200);
  const std::string secret =
      FromBase64(json::parse(BodyOf(redeemed))["totpSecret"].get<std::string>()).value();
  const std::string started =
      browser.Call(sessions + "StartSignIn", {{"person", kPerson}, {"password", kPassword}});
  REQUIRE(StatusOf(started) == 200);
  const std::string finished = browser.Call(
      sessions + "FinishSignIn",
      {{"signIn", json::parse(BodyOf(started))["signIn"]},
       {"factor", {{"totpCode", crypto::TotpCode(secret, crypto::TotpStepAt(absl::Now()))}}}});
  REQUIRE(StatusOf(finished) == 200);
  browser.csrf = FieldIn(finished, "Shareway-Csrf");

  const std::string listed = browser.Call(agencies, json::object());
  INFO(listed);
  CHECK(StatusOf(listed) == 200);
  CHECK_FALSE(json::parse(BodyOf(listed))["agencies"].empty());
  CHECK(StatusOf(browser.Call("/shareway.sharing.v1.StatuteService/ListCalendars",
                              json::object())) == 200);
  CHECK(StatusOf(browser.Call("/shareway.audit.v1.AuditService/GetControls", json::object())) ==
        200);
  CHECK(StatusOf(browser.Call(accounts + "ListAccounts", json::object())) == 200);
  // Of his roles none may do this: the service says so, in his language.
  const std::string refused = browser.Call("/shareway.audit.v1.AuditService/SearchEntries",
                                           json::object());
  CHECK(StatusOf(refused) == 403);
  CHECK(absl::StrContains(refused, "POLICY_DENIED"));
  CHECK(absl::StrContains(refused, "您的身份或角色不可使用此方法"));
  // An act without a signature is none, however good the session is.
  const std::string unsigned_act =
      browser.Call(accounts + "CreateAccount", json::object());
  INFO(unsigned_act);
  CHECK(absl::StrContains(unsigned_act, "ACT_INVALID"));
  CHECK(cluster.Stop("console") == 0);
}

}  // namespace
}  // namespace shareway::testing
