// SPDX-License-Identifier: Apache-2.0
// The web server in front of a whole console: a person with a browser, from the first code to
// signing out, over TLS on loopback.
#include "services/console/rpc/web.h"

#include <array>
#include <fstream>
#include <utility>
#include <thread>

#include "absl/strings/str_join.h"
#include "libs/base/bytes.h"
#include "libs/crypto/totp.h"
#include "nlohmann/json.hpp"
#include "services/console/gateway/envelope.h"
#include "services/console/gateway/test_channel.h"
#include "services/console/http/test_client.h"
#include "services/console/rpc/test_served.h"
#include "shareway/sharing/v1/attachment.pb.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "shareway/sharing/v1/sharing_request.pb.h"

namespace shareway::console {
namespace {

using nlohmann::json;

// A browser of one person: keeps the cookie and the CSRF token as pages do.
struct Browser {
  TestClient client;
  std::string cookie = {}, csrf = {};

  std::string Ask(const std::string& method, const std::string& target, const std::string& body) {
    std::vector<std::string> lines = {absl::StrCat(method, " ", target, " HTTP/1.1"),
                                      "Host: share.example"};
    if (method == "POST") lines.push_back("Content-Type: application/json");
    if (!body.empty()) lines.push_back(absl::StrCat("Content-Length: ", body.size()));
    if (!cookie.empty()) lines.push_back("Cookie: " + cookie);
    if (!csrf.empty()) lines.push_back("Shareway-Csrf: " + csrf);
    const std::string answer =
        client.Ask(absl::StrCat(absl::StrJoin(lines, "\r\n"), "\r\n\r\n", body));
    const std::string set = FieldIn(answer, "Set-Cookie");
    if (!set.empty()) cookie = set.substr(0, set.find(';'));
    return answer;
  }
  std::string Call(const std::string& path, const json& body) {
    return Ask("POST", path, body.dump());
  }
};

struct Site {
  Served served;
  metrics::Registry registry;
  std::shared_ptr<TestChannel> sharing = std::make_shared<TestChannel>();
  std::unique_ptr<Web> web;

  explicit Site(const std::string& folder = "", const std::string& log = "") {
    auto opened = Web::Open({.listen = "127.0.0.1:0",
                             .folder = folder,
                             .hosts = {"share.example"},
                             .tls = served.tls("console"),
                             .sharing = {},
                             .log = log,
                             .sessions = &served.sessions(),
                             .ready = [this] { return served.ready(); }},
                            {{"console", served.Connect("console")}, {"sharing", sharing}}, &registry);
    INFO(opened.status());
    REQUIRE(opened.ok());
    web = *std::move(opened);
  }
  Browser Open() { return Browser{.client = TestClient(web->port(), served.tls("console").ca)}; }
};

json Body(const std::string& answer) {
  INFO(answer);
  return json::parse(BodyOf(answer));
}

// From the one-time code to a session, all by JSON.
void SignIn(Site* site, Browser* browser) {
  const auto made = site->served.Create("keeper", "people/clerk");
  REQUIRE(made.ok());
  const std::string redeemed = browser->Call(
      kAccounts + "RedeemCode",
      {{"person", "people/clerk"}, {"code", made->code()}, {"newPassword", kGoodPassword}});
  REQUIRE(StatusOf(redeemed) == 200);
  const std::string secret = FromBase64(Body(redeemed)["totpSecret"].get<std::string>()).value();
  const std::string started = browser->Call(
      kSessions + "StartSignIn", {{"person", "people/clerk"}, {"password", kGoodPassword}});
  REQUIRE(StatusOf(started) == 200);
  const std::string finished = browser->Call(
      kSessions + "FinishSignIn",
      {{"signIn", Body(started)["signIn"]},
       {"factor",
        {{"totpCode", crypto::TotpCode(secret, crypto::TotpStepAt(absl::Now()))}}}});
  INFO(finished);
  REQUIRE(StatusOf(finished) == 200);
  CHECK_FALSE(Body(finished).contains("token"));
  browser->csrf = FieldIn(finished, "Shareway-Csrf");
}

TEST_CASE("a person signs in, calls and signs out by JSON over TLS", "[web]") {
  Site site;
  Browser browser = site.Open();
  const std::string get = kAccounts + "GetAccount";
  const json own = {{"name", "accounts/clerk"}};
  CHECK(StatusOf(browser.Call(get, own)) == 401);
  SignIn(&site, &browser);
  CHECK(Body(browser.Ask("GET", "/csrf", ""))["token"] == browser.csrf);
  const std::string account = browser.Call(get, own);
  REQUIRE(StatusOf(account) == 200);
  CHECK(Body(account)["person"] == "people/clerk");
  // The page's own words for who is there.
  CHECK(Body(browser.Call(kSessions + "GetSession", json::object()))["roles"][0] == "CLERK");
  // What the person may not, the service refuses, not the gateway.
  const std::string list = browser.Call(kAccounts + "ListAccounts", json::object());
  CHECK(StatusOf(list) == 403);
  CHECK(absl::StrContains(list, "POLICY_DENIED"));
  const std::string kept = browser.cookie;
  CHECK(StatusOf(browser.Call(kSessions + "SignOut", json::object())) == 200);
  CHECK(browser.cookie == "__Host-shareway=");
  browser.cookie = kept;
  const std::string after = browser.Call(get, own);
  CHECK(StatusOf(after) == 401);
  CHECK(absl::StrContains(after, "SESSION_OVER"));
}

TEST_CASE("a person in a session is told where to go on at the agency's gateway, and nobody else is",
          "[web]") {
  Site site;
  Browser browser = site.Open();
  const std::string open = kSessions + "OpenAtGateway";
  CHECK(StatusOf(browser.Call(open, json::object())) == 401);
  SignIn(&site, &browser);
  const std::string opened = browser.Call(open, json::object());
  INFO(opened);
  REQUIRE(StatusOf(opened) == 200);
  CHECK(Body(opened)["url"] == "https://node.example:8443");
  CHECK(Body(opened)["code"].get<std::string>().size() == 43);
  // The token is the cookie's, and what a gateway redeems is no person's to ask for.
  CHECK(StatusOf(browser.Call(open, {{"token", "mine"}})) == 400);
  CHECK(StatusOf(browser.Call(kSessions + "RedeemEntryCode",
                              {{"code", Body(opened)["code"]}})) == 404);
  const std::string csrf = std::exchange(browser.csrf, "");
  CHECK(StatusOf(browser.Call(open, json::object())) == 403);
  browser.csrf = csrf;
  const std::string kept = browser.cookie;
  CHECK(StatusOf(browser.Call(kSessions + "SignOut", json::object())) == 200);
  browser.cookie = kept;
  CHECK(StatusOf(browser.Call(open, json::object())) == 401);
}

TEST_CASE("a stolen cookie is worth nothing without the CSRF token, nor on another host's name",
          "[web]") {
  Site site;
  Browser browser = site.Open();
  SignIn(&site, &browser);
  Browser thief = site.Open();
  thief.cookie = browser.cookie;
  CHECK(StatusOf(thief.Call(kAccounts + "GetAccount", {{"name", "accounts/clerk"}})) == 403);
  const std::string elsewhere = thief.client.Ask(absl::StrCat(
      "GET /csrf HTTP/1.1\r\nHost: evil.example\r\nCookie: ", browser.cookie, "\r\n\r\n"));
  CHECK(StatusOf(elsewhere) == 400);
}

TEST_CASE("pages and the description are served without a session", "[web]") {
  shareway::testing::TempDir dir;
  std::ofstream(dir / "index.html") << "<script nonce=\"SHAREWAY_NONCE\"></script>";
  Site site(dir.path());
  Browser browser = site.Open();
  const std::string index = browser.Ask("GET", "/", "");
  CHECK(StatusOf(index) == 200);
  CHECK(absl::StrContains(FieldIn(index, "Content-Security-Policy"), "'nonce-"));
  CHECK_FALSE(FieldIn(index, "Strict-Transport-Security").empty());
  CHECK(Body(browser.Ask("GET", "/openapi.json", ""))["openapi"] == "3.1.0");
  CHECK(StatusOf(browser.Ask("GET", "/api", "")) == 200);
  CHECK(StatusOf(browser.Ask("GET", "/../index.html.txt", "")) == 404);
}

// The head of a call of a stream, in the browser's session; the body is the test's to send.
std::string StreamHead(const Browser& browser, const std::string& path, size_t bytes) {
  return absl::StrCat("POST /shareway.sharing.v1.", path,
                      " HTTP/1.1\r\nHost: share.example\r\nContent-Type: application/connect+json\r\n"
                      "Cookie: ", browser.cookie, "\r\nShareway-Csrf: ", browser.csrf,
                      "\r\nContent-Length: ", bytes, "\r\n\r\n");
}
std::string Watch(const Browser& browser) {
  return absl::StrCat(StreamHead(browser, "RequestService/WatchRequests", 7),
                      Enveloped(kPlain, "{}"));
}

TEST_CASE("what happens at a service reaches the browser when it happens, while its session stands",
          "[web]") {
  Site site;
  Browser browser = site.Open();
  SignIn(&site, &browser);
  Browser other = site.Open();
  other.cookie = browser.cookie;
  other.csrf = browser.csrf;
  browser.client.Send(Watch(browser));
  const std::string head = browser.client.Until("\r\n\r\n");
  CHECK(StatusOf(head) == 200);
  CHECK(FieldIn(head, "Transfer-Encoding") == "chunked");
  CHECK(FieldIn(head, "Content-Type") == "application/connect+json");
  CHECK_FALSE(FieldIn(head, "Content-Security-Policy").empty());
  const auto stream = site.sharing->StreamAt(0);
  for (const char* name : {"requests/1", "requests/2"}) {
    sharing::v1::RequestChange change;
    change.mutable_request()->set_name(name);
    stream->Say(change.SerializeAsString());
    CHECK(absl::StrContains(browser.client.Until(name), name));
  }
  REQUIRE(StatusOf(other.Call(kSessions + "SignOut", json::object())) == 200);
  CHECK(stream->AwaitCancelled());
  CHECK(absl::StrContains(browser.client.Rest(), "SESSION_OVER"));
}

TEST_CASE("a browser that closes its page ends the stream at the service", "[web]") {
  Site site;
  Browser keeps = site.Open();
  SignIn(&site, &keeps);
  {
    Browser leaves = site.Open();
    leaves.client.Send(Watch(keeps));
    CHECK(StatusOf(leaves.client.Until("\r\n\r\n")) == 200);
    CHECK_FALSE(site.sharing->StreamAt(0)->cancelled());
  }
  CHECK(site.sharing->StreamAt(0)->AwaitCancelled());
}

TEST_CASE("an upload may be larger than any body that is held as a whole", "[web]") {
  Site site;
  Browser browser = site.Open();
  SignIn(&site, &browser);
  const std::string chunk =
      Enveloped(kPlain, absl::StrCat(R"({"chunk":")", std::string(1 << 20, 'A'), "\"}"));
  constexpr size_t kChunks = 10;
  REQUIRE(kChunks * chunk.size() > Gateway::kMaxBody);
  browser.client.Send(
      StreamHead(browser, "AttachmentService/UploadAttachment", kChunks * chunk.size()));
  for (size_t i = 0; i < kChunks; ++i) browser.client.Send(chunk);
  const auto stream = site.sharing->StreamAt(0);
  REQUIRE(stream->AwaitDone());
  CHECK(stream->written().size() == kChunks);
  sharing::v1::Attachment kept;
  kept.set_name("attachments/1");
  stream->Say(kept.SerializeAsString());
  const std::string answer = browser.client.Answer();
  CHECK(StatusOf(answer) == 200);
  CHECK(absl::StrContains(answer, "attachments/1"));
  // The connection goes on, since all of the body was read.
  CHECK(StatusOf(browser.Ask("GET", "/csrf", "")) == 200);
}

TEST_CASE("an upload without a session is refused without being read", "[web]") {
  Site site;
  Browser stranger = site.Open();
  stranger.cookie = "__Host-shareway=" + std::string(43, 'x');
  stranger.csrf = std::string(64, '0');
  stranger.client.Send(StreamHead(stranger, "AttachmentService/UploadAttachment", 50 << 20));
  stranger.client.Send(std::string(100000, '\0'));
  const std::string all = stranger.client.Rest();
  CHECK(StatusOf(all) == 200);  // as Connect says: the error is in the stream
  CHECK(absl::StrContains(all, "permission_denied"));
  CHECK(FieldIn(all, "Connection") == "close");
  CHECK(site.sharing->streams() == 0);
}

TEST_CASE("a signed-in person prints a decision, and nobody else does", "[web]") {
  Site site;
  site.sharing->answer = [](const TestChannel::Asked&) -> absl::StatusOr<std::string> {
    sharing::v1::SharingRequest request;
    request.set_name("requests/7");
    request.set_state(sharing::v1::SharingRequest::REFUSED);
    request.mutable_decision()->set_citation("统计法第二十五条");
    return request.SerializeAsString();
  };
  Browser browser = site.Open();
  const std::string none = browser.Ask("GET", "/print/requests/7", "");
  CHECK(StatusOf(none) == 401);
  CHECK(FieldIn(none, "Content-Type") == "text/html; charset=utf-8");
  CHECK(site.sharing->asked().empty());
  SignIn(&site, &browser);
  const std::string page = browser.Ask("GET", "/print/requests/7?lang=en", "");
  REQUIRE(StatusOf(page) == 200);
  CHECK(absl::StrContains(page, "统计法第二十五条"));
  CHECK(absl::StrContains(page, "people/clerk"));
  CHECK(absl::StrContains(page, "The log gives no proof"));  // this console has no log
  CHECK(absl::StrContains(FieldIn(page, "Content-Security-Policy"), "default-src 'none'"));
  CHECK_FALSE(absl::StrContains(FieldIn(page, "Content-Security-Policy"), "script-src"));
  REQUIRE(site.sharing->asked().size() == 1);
  CHECK(absl::StartsWith(site.sharing->asked()[0].options.actor, "people/clerk TOTP "));
}

// Serves one page of a log by plain HTTP to so many connections, one after another.
class PlainLog {
 public:
  PlainLog(std::string body, int connections)
      : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
        connections_(connections),
        thread_([this, body = std::move(body), connections] {
          for (int i = 0; i < connections; ++i) Serve(body);
        }) {}
  ~PlainLog() {
    // It waits for no more connections than came, where a test ended early.
    for (int i = 0; i < connections_; ++i) {
      boost::system::error_code error;
      boost::asio::ip::tcp::socket(context_).connect(acceptor_.local_endpoint(), error);
    }
    thread_.join();
  }
  std::string url() const {
    return absl::StrCat("http://127.0.0.1:", acceptor_.local_endpoint().port());
  }

 private:
  void Serve(const std::string& body) {
    boost::asio::ip::tcp::socket socket(context_);
    acceptor_.accept(socket);
    std::string head;
    std::array<char, 1024> buffer;
    boost::system::error_code error;
    while (!error && head.find("\r\n\r\n") == std::string::npos) {
      head.append(buffer.data(), socket.read_some(boost::asio::buffer(buffer), error));
    }
    const std::string answer =
        absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(),
                     "\r\nConnection: close\r\n\r\n", body);
    boost::asio::write(socket, boost::asio::buffer(answer), error);
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  const int connections_;
  std::thread thread_;
};

TEST_CASE("anyone reads the log's pages here, and a whole tile is asked for once", "[web]") {
  const std::string tile(256 * 32, 't');
  PlainLog log(tile, 2);
  Site site("", log.url());
  Browser browser = site.Open();
  for (int again = 0; again < 3; ++again) {
    const std::string page = browser.Ask("GET", "/log/tile/0/000", "");
    CHECK(StatusOf(page) == 200);
    CHECK(BodyOf(page) == tile);
    CHECK(absl::StrContains(FieldIn(page, "Cache-Control"), "immutable"));
  }
  CHECK(StatusOf(browser.Ask("GET", "/log/tile/0/001", "")) == 200);  // the second connection
  CHECK(StatusOf(browser.Ask("GET", "/log/../metrics", "")) == 404);
  Site without;
  Browser other = without.Open();
  CHECK(StatusOf(other.Ask("GET", "/log/checkpoint", "")) == 404);
}

TEST_CASE("a process finds itself where it listens", "[web]") {
  CHECK(OwnAddress("127.0.0.1:0", 7000) == "127.0.0.1:7000");
  CHECK(OwnAddress("0.0.0.0:7000", 7000) == "127.0.0.1:7000");
  CHECK(OwnAddress("[::]:7000", 7000) == "[::1]:7000");
  CHECK(OwnAddress("10.0.0.7:0", 7001) == "10.0.0.7:7001");
}

}  // namespace
}  // namespace shareway::console
