// SPDX-License-Identifier: Apache-2.0
// People at the gateway beside a node, over TLS: how they come in, as whom they call, and that
// systems go on beside them.
#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/evidence/record.h"
#include "nlohmann/json.hpp"
#include "services/console/gateway/test_channel.h"
#include "services/console/http/test_client.h"
#include "services/console/rpc/node_gateway.h"
#include "shareway/console/v1/session_service.pb.h"
#include "shareway/exchange/v1/exchange_service.pb.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::console {
namespace {

using nlohmann::json;
using shareway::testing::TestIdentity;

constexpr char kOwn[] = "shareway://test/agency/11990100MB0000001X/";
const std::string kCode(43, 'c');
constexpr char kGetExchange[] = "/shareway.exchange.v1.ExchangeService/GetExchange";
constexpr char kGetSession[] = "/shareway.console.v1.SessionService/GetSession";
constexpr char kSignOut[] = "/shareway.console.v1.SessionService/SignOut";

struct Office {
  Office() {
    console->answer = [this](const TestChannel::Asked& asked) -> absl::StatusOr<std::string> {
      v1::RedeemEntryCodeRequest request;
      const bool good = asked.path == "/shareway.console.v1.SessionService/RedeemEntryCode" &&
                        request.ParseFromString(asked.request) && request.code() == kCode &&
                        !used;
      if (!good) return Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated, "over");
      used = true;
      v1::GatewayEntry entry;
      entry.set_pass(std::string("\x01\x02pass", 6));
      entry.set_handle("handle");
      *entry.mutable_pass_end_time() = evidence::ToTimestamp(absl::Now() + absl::Minutes(5));
      entry.mutable_session()->set_name("sessions/s1");
      entry.mutable_session()->set_person("people/clerk");
      *entry.mutable_session()->mutable_end_time() =
          evidence::ToTimestamp(absl::Now() + absl::Hours(8));
      return entry.SerializeAsString();
    };
    node->answer = [](const TestChannel::Asked&) -> absl::StatusOr<std::string> {
      exchange::v1::ExchangeReport report;
      report.set_exchange("x-1");
      return report.SerializeAsString();
    };
    REQUIRE(mkdir((dir / "web").c_str(), 0700) == 0);
    std::ofstream(dir / "web/index.html") << "<script nonce=\"SHAREWAY_NONCE\"></script>";
    std::ofstream(dir / "web/console.json") << R"({"profile":"cn-2025-809"})";
    auto opened = Open(dir / "web", console, {"hall"});
    INFO(opened.status());
    REQUIRE(opened.ok());
    gateway = *std::move(opened);
  }
  absl::StatusOr<std::unique_ptr<NodeGateway>> Open(const std::string& folder,
                                                    std::shared_ptr<rpc::Channel> behind,
                                                    std::vector<std::string> systems) {
    return NodeGateway::Open({.listen = "127.0.0.1:0",
                              .hosts = {"node.example"},
                              .tls = self.tls,
                              .self = crypto::CheckTlsFiles(self.tls)->identity,
                              .systems = std::move(systems),
                              .folder = folder,
                              .console = std::move(behind)},
                             node, &registry);
  }
  // What a browser gets, which shows a certificate or none; the cookie is kept.
  std::string Ask(const std::string& method, const std::string& target,
                  std::vector<std::string> lines = {}, const std::string& body = "",
                  const TestIdentity* shows = nullptr) {
    TestClient client(gateway->port(), self.tls.ca,
                      {.shows = shows == nullptr ? nullptr : &shows->tls});
    lines.insert(lines.begin(), {absl::StrCat(method, " ", target, " HTTP/1.1"),
                                 "Host: node.example"});
    if (method == "POST") {
      lines.push_back("Content-Type: application/json");
      lines.push_back(absl::StrCat("Content-Length: ", body.size()));
    }
    if (!cookie.empty()) lines.push_back("Cookie: " + cookie);
    client.Send(absl::StrCat(absl::StrJoin(lines, "\r\n"), "\r\n\r\n", body));
    const std::string answer = client.Answer(method == "HEAD");
    const std::string set = FieldIn(answer, "Set-Cookie");
    if (!set.empty()) cookie = absl::StrContains(set, "Max-Age=0") ? "" : set.substr(0, set.find(';'));
    return answer;
  }
  std::string Call(const std::string& path, const TestIdentity* shows = nullptr) {
    return Ask("POST", path, {"Shareway-Csrf: " + csrf}, "{}", shows);
  }
  std::string Enter(std::vector<std::string> lines = {}) {
    return Ask("GET", absl::StrCat("/enter?code=", kCode), std::move(lines));
  }
  void ComeIn() {
    REQUIRE(StatusOf(Enter()) == 303);
    const std::string token = Ask("GET", "/csrf");
    REQUIRE(StatusOf(token) == 200);
    csrf = json::parse(BodyOf(token))["token"];
  }

  shareway::testing::TempDir dir;
  shareway::testing::TestPki pki{dir.path()};
  TestIdentity self = pki.Issue("gateway", {absl::StrCat(kOwn, "system/gateway")});
  metrics::Registry registry;
  std::shared_ptr<TestChannel> node = std::make_shared<TestChannel>();
  std::shared_ptr<TestChannel> console = std::make_shared<TestChannel>();
  bool used = false;
  std::string cookie, csrf;
  std::unique_ptr<NodeGateway> gateway;
};

TEST_CASE("a person comes from the console and calls the node by the pass", "[gateway]") {
  Office office;
  const std::string entered = office.Enter({"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document",
                                            "Sec-Fetch-Site: cross-site"});
  INFO(entered);
  REQUIRE(StatusOf(entered) == 303);
  CHECK(FieldIn(entered, "Location") == "/lookup");
  CHECK(FieldIn(entered, "Cache-Control") == "no-store");
  CHECK(FieldIn(entered, "Referrer-Policy") == "no-referrer");
  const std::string set = FieldIn(entered, "Set-Cookie");
  CHECK(absl::StartsWith(set, "__Host-shareway-node="));
  for (const char* has : {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"}) {
    CHECK(absl::StrContains(set, has));
  }
  CHECK_FALSE(absl::StrContains(entered, "pass"));
  CHECK_FALSE(absl::StrContains(entered, "handle"));
  office.csrf = json::parse(BodyOf(office.Ask("GET", "/csrf")))["token"];
  const std::string answer = office.Call(kGetExchange);
  INFO(answer);
  REQUIRE(StatusOf(answer) == 200);
  CHECK(json::parse(BodyOf(answer))["exchange"] == "x-1");
  REQUIRE(office.node->asked().size() == 1);
  CHECK(office.node->asked()[0].options.pass == std::string("\x01\x02pass", 6));
  CHECK(office.node->asked()[0].options.actor.empty());
  const std::string session = office.Call(kGetSession);
  REQUIRE(StatusOf(session) == 200);
  CHECK(json::parse(BodyOf(session))["person"] == "people/clerk");
}

TEST_CASE("without the cookie, or its CSRF token, a browser is nobody at the gateway",
          "[gateway]") {
  Office office;
  CHECK(StatusOf(office.Call(kGetExchange)) == 401);
  CHECK(StatusOf(office.Call(kGetSession)) == 401);
  CHECK(StatusOf(office.Ask("GET", "/csrf")) == 401);
  office.ComeIn();
  office.csrf = std::string(64, '0');
  CHECK(StatusOf(office.Call(kGetExchange)) == 403);
  CHECK(StatusOf(office.Call(kSignOut)) == 403);
  office.cookie = "__Host-shareway-node=" + std::string(43, 'x');
  CHECK(StatusOf(office.Call(kGetExchange)) == 403);
  // The console's own cookie is not this server's.
  office.cookie = "__Host-shareway=" + std::string(43, 'x');
  CHECK(StatusOf(office.Call(kGetExchange)) == 401);
  CHECK(office.node->asked().empty());
}

TEST_CASE("a code is taken from a person who goes there, once, and from nothing else",
          "[gateway]") {
  Office office;
  CHECK(StatusOf(office.Enter({"Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"})) == 403);
  CHECK(StatusOf(office.Enter({"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"})) == 403);
  CHECK(StatusOf(office.Ask("HEAD", absl::StrCat("/enter?code=", kCode))) == 403);
  CHECK(office.console->asked().empty());
  CHECK(StatusOf(office.Ask("GET", "/enter")) == 401);
  CHECK(StatusOf(office.Ask("GET", "/enter?code=" + std::string(200, 'c'))) == 401);
  CHECK(StatusOf(office.Enter()) == 303);
  office.cookie.clear();
  CHECK(StatusOf(office.Enter()) == 401);
  CHECK(office.cookie.empty());
}

TEST_CASE("who signs out at the gateway is forgotten there", "[gateway]") {
  Office office;
  office.ComeIn();
  const std::string kept = office.cookie;
  CHECK(StatusOf(office.Call(kSignOut)) == 200);
  CHECK(office.cookie.empty());
  office.cookie = kept;
  const std::string after = office.Call(kGetExchange);
  CHECK(StatusOf(after) == 401);
  CHECK(absl::StrContains(after, "SESSION_OVER"));
  CHECK(office.node->asked().empty());
}

TEST_CASE("systems go on by their certificates, in the gateway's name", "[gateway]") {
  Office office;
  const TestIdentity hall = office.pki.Issue("hall", {absl::StrCat(kOwn, "system/hall")});
  const TestIdentity other = office.pki.Issue("other", {absl::StrCat(kOwn, "system/other")});
  CHECK(StatusOf(office.Call(kGetExchange, &hall)) == 200);
  CHECK(StatusOf(office.Call(kGetExchange, &other)) == 403);
  // Who is signed in is for people to ask.
  CHECK(StatusOf(office.Call(kGetSession, &other)) == 403);
  REQUIRE(office.node->asked().size() == 1);
  CHECK(office.node->asked()[0].options.pass.empty());
  // A person whose browser shows his own certificate is that person by the cookie.
  const TestIdentity clerk = office.pki.Issue("clerk", {"shareway://test/person/clerk"});
  CHECK(StatusOf(office.Call(kGetExchange, &clerk)) == 403);
  office.ComeIn();
  CHECK(StatusOf(office.Call(kGetExchange, &clerk)) == 200);
  CHECK_FALSE(office.node->asked()[1].options.pass.empty());
}

TEST_CASE("the pages are there, know where they are, and nothing of the console's is", "[gateway]") {
  Office office;
  CHECK(StatusOf(office.Ask("GET", "/lookup")) == 200);
  const json settings = json::parse(BodyOf(office.Ask("GET", "/console.json")));
  CHECK(settings["atNode"] == true);
  CHECK(settings["profile"] == "cn-2025-809");
  office.ComeIn();
  for (const char* method : {"SessionService/StartSignIn", "SessionService/ListSessions",
                             "SessionService/OpenAtGateway", "SessionService/RenewPass",
                             "AccountService/GetAccount"}) {
    CHECK(StatusOf(office.Call(absl::StrCat("/shareway.console.v1.", method))) == 404);
  }
  CHECK(StatusOf(office.Call("/shareway.exchange.v1.PeerService/Exchange")) == 404);
}

TEST_CASE("pages without a console, or a console without pages, do not open", "[gateway]") {
  Office office;
  CHECK(absl::IsInvalidArgument(office.Open(office.dir / "web", nullptr, {"hall"}).status()));
  CHECK(absl::IsInvalidArgument(office.Open("", office.console, {"hall"}).status()));
  CHECK(office.Open(office.dir / "web", office.console, {}).ok());
  std::ofstream(office.dir / "web/console.json") << "[]";
  CHECK(absl::IsInvalidArgument(
      office.Open(office.dir / "web", office.console, {"hall"}).status()));
}

}  // namespace
}  // namespace shareway::console
