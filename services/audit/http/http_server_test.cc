// SPDX-License-Identifier: Apache-2.0
#include "services/audit/http/http_server.h"

#include <random>
#include <set>
#include <vector>

#include "absl/time/clock.h"
#include "libs/base/fake_clock.h"
#include "services/audit/http/http_client.h"
#include "services/audit/http/test_http.h"

namespace shareway::audit {
namespace {

using absl::StrContains;

// Serves /hello, and /big with 16 MiB.
struct Site {
  explicit Site(HttpServer::Options options = {}) {
    options.address = "127.0.0.1:0";
    options.metrics = &metrics;
    options.clock = &clock;
    auto opened = HttpServer::Open(options, [](absl::string_view path) -> HttpPage {
      if (path == "/hello") return {.cache_control = "no-cache", .body = "good day\n"};
      if (path == "/big") return {.body = std::string(16 << 20, 'b')};
      return {.status = 404, .body = "nothing\n"};
    });
    INFO(opened.status());
    REQUIRE(opened.ok());
    server = *std::move(opened);
  }
  // Waits until the metrics have the line.
  bool Shows(const std::string& line) {
    for (int i = 0; i < 5000; ++i) {
      if (StrContains(metrics.Text(), line + "\n")) return true;
      absl::SleepFor(absl::Milliseconds(1));
    }
    return false;
  }

  FakeClock clock{absl::FromUnixSeconds(1790000000)};
  metrics::Registry metrics;
  std::unique_ptr<HttpServer> server;
};

std::string Ask(const Site& site, const std::string& request) {
  TestConnection connection(site.server->port());
  connection.Send(request);
  connection.End();
  return connection.Rest();
}

TEST_CASE("a page comes with its headers and the connection stays open") {
  const Site site;
  TestConnection connection(site.server->port());
  for (int i = 0; i < 3; ++i) {
    connection.Send(Get("/hello"));
    const std::string answer = connection.Answer();
    CHECK(StatusOf(answer) == 200);
    CHECK(BodyOf(answer) == "good day\n");
    for (const char* field :
         {"Date: Mon, 21 Sep 2026 14:13:20 GMT", "Content-Type: text/plain; charset=utf-8",
          "Cache-Control: no-cache", "Content-Length: 9", "X-Content-Type-Options: nosniff"}) {
      CAPTURE(field, answer);
      CHECK(StrContains(answer, absl::StrCat("\r\n", field, "\r\n")));
    }
    CHECK_FALSE(StrContains(answer, "Connection: close"));
  }
  connection.Send(Get("/else"));
  CHECK(StatusOf(connection.Answer()) == 404);
  connection.Send(Get("/hello"));
  CHECK(StatusOf(connection.Answer()) == 200);
}

TEST_CASE("HEAD gets the same head as GET and no body") {
  Site site;
  TestConnection connection(site.server->port());
  connection.Send(Get("/hello"));
  const std::string got = connection.Answer();
  connection.Send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n" + Get("/hello"));
  CHECK(connection.Answer(/*head_only=*/true) == got.substr(0, got.size() - 9));
  CHECK(connection.Answer() == got);
  connection.Send("HEAD /else HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string rest = connection.Rest();
  CHECK(StatusOf(rest) == 404);
  CHECK(BodyOf(rest).empty());
}

TEST_CASE("piped requests are answered in order") {
  const Site site;
  std::string all;
  for (int i = 0; i < 200; ++i) all += Get(i % 2 == 0 ? "/hello" : "/else");
  TestConnection connection(site.server->port());
  connection.Send(all);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(StatusOf(connection.Answer()) == (i % 2 == 0 ? 200 : 404));
  }
}

TEST_CASE("a target in absolute form names its path") {
  const Site site;
  CHECK(StatusOf(Ask(site, Get("http://log.example/hello"))) == 200);
  CHECK(StatusOf(Ask(site, Get("http://log.example"))) == 404);
}

TEST_CASE("a client of HTTP 1.0 is answered and let go") {
  const Site site;
  TestConnection connection(site.server->port());
  connection.Send("GET /hello HTTP/1.0\r\n\r\n");
  const std::string answer = connection.Rest();
  CHECK(StatusOf(answer) == 200);
  CHECK(BodyOf(answer) == "good day\n");
}

TEST_CASE("what is no plain request for a page is refused and the connection closed") {
  const Site site;
  const std::string host = "Host: x\r\n";
  const std::string filler(9000, 'a');
  struct Case {
    const char* name;
    std::string request;
    int status;
  };
  const std::vector<Case> cases = {
      {"POST", "POST /hello HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nab", 405},
      {"DELETE", "DELETE /hello HTTP/1.1\r\n" + host + "\r\n", 405},
      {"OPTIONS", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", 405},
      {"CONNECT", "CONNECT x:80 HTTP/1.1\r\n" + host + "\r\n", 405},
      {"unknown method", "BREW /hello HTTP/1.1\r\n" + host + "\r\n", 405},
      {"small letters", "get /hello HTTP/1.1\r\n" + host + "\r\n", 405},
      {"a body", "GET /hello HTTP/1.1\r\n" + host + "Content-Length: 1\r\n\r\na", 413},
      {"a body in pieces",
       "GET /hello HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413},
      {"two lengths",
       "GET /hello HTTP/1.1\r\n" + host + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n", 400},
      {"length and pieces",
       "GET /hello HTTP/1.1\r\n" + host +
           "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {"length below zero", "GET /hello HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"no host", "GET /hello HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET /hello HTTP/1.1\r\n" + host + host + "\r\n", 400},
      {"no version", "GET /hello\r\n\r\n", 400},
      {"version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"line feeds alone", "GET /hello HTTP/1.1\nHost: x\n\n", 400},
      {"a space too many", "GET  /hello HTTP/1.1\r\n" + host + "\r\n", 400},
      {"a space in the path", "GET /hel lo HTTP/1.1\r\n" + host + "\r\n", 400},
      {"a zero byte", std::string("GET /he\0llo HTTP/1.1\r\nHost: x\r\n\r\n", 35), 400},
      {"a field without name", "GET /hello HTTP/1.1\r\n: x\r\n\r\n", 400},
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
      {"a long path", "GET /" + filler + " HTTP/1.1\r\n" + host + "\r\n", 431},
      {"a long field", "GET /hello HTTP/1.1\r\nX: " + filler + "\r\n\r\n", 431},
      {"a line without end", std::string(100000, 'G'), 431}};
  for (const Case& row : cases) {
    CAPTURE(row.name);
    const std::string answer = Ask(site, row.request);
    CAPTURE(answer);
    CHECK(StatusOf(answer) == row.status);
    CHECK(StrContains(answer, "Connection: close"));
    CHECK(StrContains(answer, "Allow: GET, HEAD") == (row.status == 405));
  }
  CHECK(StatusOf(Ask(site, Get("/hello"))) == 200);
}

TEST_CASE("damaged requests get a page, a refusal or nothing, and the server goes on") {
  const Site site;
  std::mt19937 random(1);
  const std::string good = Get("/hello") + "HEAD /big HTTP/1.1\r\nHost: x\r\nTE: y\r\n\r\n";
  for (int i = 0; i < 400; ++i) {
    std::string request = good;
    for (size_t n = 1 + random() % 3; n > 0; --n) {
      const size_t at = random() % request.size();
      switch (random() % 3) {
        case 0:
          request[at] = static_cast<char>(random());
          break;
        case 1:
          request.erase(at, random() % 8);
          break;
        default:
          request.insert(at, request.substr(random() % request.size(), random() % 32));
      }
    }
    CAPTURE(request);
    const std::string answer = Ask(site, request);
    const std::set<int> expected = {200, 400, 404, 405, 413, 431};
    CHECK((answer.empty() || expected.count(StatusOf(answer)) == 1));
  }
  CHECK(StatusOf(Ask(site, Get("/hello"))) == 200);
}

TEST_CASE("who goes away early leaves nothing behind") {
  Site site;
  for (const std::string part : {"", "G", "GET /hello HTTP/1.1\r\nHost"}) Ask(site, part);
  { TestConnection(site.server->port()).Send(Get("/big")); }
  CHECK(site.Shows("shareway_audit_http_connections 0"));
}

TEST_CASE("who asks too slowly is cut") {
  Site site({.request_timeout = absl::Milliseconds(50)});
  TestConnection connection(site.server->port());
  connection.Send("GET /hello HTTP/1.1\r\n");
  CHECK(connection.Rest().empty());
  CHECK(site.Shows("shareway_audit_http_requests_total{outcome=\"cut\"} 1"));
  CHECK(site.Shows("shareway_audit_http_connections 0"));
}

TEST_CASE("who reads too slowly is cut") {
  Site site({.answer_timeout = absl::Milliseconds(50)});
  TestConnection connection(site.server->port(), /*receive_buffer=*/4096);
  connection.Send(Get("/big") + Get("/big"));
  CHECK(site.Shows("shareway_audit_http_requests_total{outcome=\"cut\"} 1"));
  CHECK(site.Shows("shareway_audit_http_connections 0"));
}

TEST_CASE("beyond the limit new connections are turned away, the others served") {
  Site site({.max_connections = 2});
  TestConnection first(site.server->port()), second(site.server->port());
  for (TestConnection* open : {&first, &second}) {
    open->Send(Get("/hello"));
    CHECK(StatusOf(open->Answer()) == 200);
  }
  TestConnection third(site.server->port());
  CHECK(third.Rest().empty());
  CHECK(site.Shows("shareway_audit_http_requests_total{outcome=\"turned_away\"} 1"));
  first.Send(Get("/hello"));
  CHECK(StatusOf(first.Answer()) == 200);
}

TEST_CASE("one address gets its share of the connections, and it again when it closes one") {
  Site site({.max_of_one = 1});
  auto first = std::make_unique<TestConnection>(site.server->port());
  first->Send(Get("/hello"));
  CHECK(StatusOf(first->Answer()) == 200);
  TestConnection second(site.server->port());
  CHECK(second.Rest().empty());
  CHECK(site.Shows("shareway_audit_http_requests_total{outcome=\"turned_away\"} 1"));
  first.reset();
  CHECK(site.Shows("shareway_audit_http_connections 0"));
  TestConnection third(site.server->port());
  third.Send(Get("/hello"));
  CHECK(StatusOf(third.Answer()) == 200);
}

TEST_CASE("a server that goes away cuts what is open") {
  Site site;
  TestConnection idle(site.server->port()), reading(site.server->port());
  reading.Send(Get("/big"));
  site.server.reset();
  CHECK(idle.Rest().empty());
  CHECK(reading.Rest().size() < (16 << 20));
}

TEST_CASE("an address that cannot be listened on is refused") {
  const auto open = [](const std::string& address) {
    static auto& metrics = *new metrics::Registry;
    return HttpServer::Open({.address = address, .metrics = &metrics},
                            [](absl::string_view) { return HttpPage(); })
        .status()
        .code();
  };
  for (const std::string address : {"", "80", ":80", "localhost:80", "127.0.0.1", "127.0.0.1:",
                                    "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:x", "[::1:80"}) {
    CAPTURE(address);
    CHECK(open(address) == absl::StatusCode::kInvalidArgument);
  }
  const Site site;
  CHECK(open(absl::StrCat("127.0.0.1:", site.server->port())) == absl::StatusCode::kUnavailable);
}

TEST_CASE("addresses to ask are plain http") {
  const auto full = HttpAddress::Parse("http://tsa.example:318/tsr?x=1");
  REQUIRE(full.ok());
  CHECK(full->host == "tsa.example");
  CHECK(full->port == "318");
  CHECK(full->path == "/tsr?x=1");
  const auto bare = HttpAddress::Parse("http://[::1]");
  REQUIRE(bare.ok());
  CHECK(bare->host == "[::1]");
  CHECK(bare->port == "80");
  CHECK(bare->path == "/");
  for (const std::string url : {"", "tsa.example", "https://tsa.example/", "http://", "http:///x",
                                "http://a:0/", "http://a:65536/", "http://a:x/", "http://a b/",
                                "http://a/\r\nX: y", "http://u@a/", "http://a/#f"}) {
    CAPTURE(url);
    CHECK(HttpAddress::Parse(url).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("a question gets the answer's body, or why there is none") {
  const Site site;
  const auto ask = [](int port, absl::Duration timeout) {
    return Post({.to = {.host = "127.0.0.1", .port = absl::StrCat(port), .path = "/hello"},
                 .content_type = "text/plain",
                 .body = "hm",
                 .timeout = timeout})
        .status();
  };
  // This server takes no POST.
  const absl::Status refused = ask(site.server->port(), absl::Seconds(5));
  CHECK(refused.code() == absl::StatusCode::kUnavailable);
  CHECK(StrContains(refused.message(), "405"));

  // A socket that listens and never answers.
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(listen(fd, 1) == 0);
  REQUIRE(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const int port = ntohs(address.sin_port);
  CHECK(ask(port, absl::Milliseconds(50)).code() == absl::StatusCode::kDeadlineExceeded);
  close(fd);
  CHECK(ask(port, absl::Seconds(5)).code() == absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace shareway::audit
