// SPDX-License-Identifier: Apache-2.0
// What goes to a provider's system over HTTP, and what is taken of its answers.
#include "services/exchange/source/http_backend.h"

#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/exchange/source/backend_targets.h"
#include "services/exchange/source/test_http_server.h"

namespace shareway::exchange {
namespace {

struct Asking {
  Operation operation = {.id = "look_up", .form = Operation::Form::kJson, .parameters = {"no"}};
  Invocation invocation = {.operation = "look_up", .arguments = {{"no", "1 &=/\"演"}}};
  Request request = {.exchange = "x1",
                     .attempt = 2,
                     .consumer = "agencies/tax",
                     .grant = "grants/g1",
                     .traceparent = "00-trace"};
  std::vector<SchemaItem> items = {{.id = "code"}};

  absl::StatusOr<BackendAnswer> Ask(const HttpTarget& target,
                                    absl::Duration timeout = absl::Seconds(5)) const {
    const auto backend = HttpBackend::Open(target);
    REQUIRE(backend.ok());
    return AskOf(**backend, timeout);
  }
  absl::StatusOr<BackendAnswer> AskOf(const Backend& backend,
                                      absl::Duration timeout = absl::Seconds(5)) const {
    return backend.Call({.operation = operation,
                         .invocation = invocation,
                         .request = request,
                         .items = items,
                         .timeout = timeout});
  }
  void BecomeOpaque() {
    operation = {.id = "look_up", .form = Operation::Form::kOpaque, .item = "photo"};
    invocation = {.operation = "look_up", .body = "who", .content_type = "text/x-who"};
  }
};

Reason ReasonOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

std::string Rows(const std::string&) {
  return TestHttpServer::Ok("application/json", R"([{"code":"a","more":"CANARY"}])");
}

TEST_CASE("A typed operation is asked by GET with its arguments escaped", "[http-backend]") {
  TestHttpServer server(Rows);
  const auto answer = Asking().Ask({.url = server.url("/v1/look?fixed=1"), .authorization = "Key k"});
  INFO(answer.status());
  REQUIRE(answer.ok());
  REQUIRE(answer->rows.size() == 1);
  CHECK(answer->rows[0] == Row{"a"});
  CHECK(answer->content.empty());
  REQUIRE(server.requests().size() == 1);
  const std::string request = server.requests()[0];
  CHECK(absl::StartsWith(request,
                         "GET /v1/look?fixed=1&no=1%20%26%3D%2F%22%E6%BC%94 HTTP/1.1\r\n"));
  for (const char* line :
       {"shareway-consumer: agencies/tax\r\n", "shareway-exchange: x1\r\n",
        "shareway-attempt: 2\r\n", "shareway-grant: grants/g1\r\n", "traceparent: 00-trace\r\n",
        "authorization: Key k\r\n"}) {
    CAPTURE(line);
    CHECK(absl::StrContains(request, line));
  }
}

TEST_CASE("By POST the arguments are a JSON object", "[http-backend]") {
  TestHttpServer server(Rows);
  REQUIRE(Asking().Ask({.url = server.url("/v1"), .post = true}).ok());
  const std::string request = server.requests()[0];
  CHECK(absl::StartsWith(request, "POST /v1 HTTP/1.1\r\n"));
  CHECK(absl::EndsWith(request, "\r\n\r\n{\"no\":\"1 &=/\\\"演\"}"));
}

TEST_CASE("An opaque operation is sent its body, and its answer comes as it is", "[http-backend]") {
  const std::string content("\x89PNG\0\r\n", 7);
  TestHttpServer server([&](const std::string&) { return TestHttpServer::Ok("image/png", content); });
  Asking asking;
  asking.BecomeOpaque();
  const auto answer = asking.Ask({.url = server.url()});
  REQUIRE(answer.ok());
  CHECK(answer->content == content);
  CHECK(answer->content_type == "image/png");
  CHECK(answer->rows.empty());
  const std::string request = server.requests()[0];
  CHECK(absl::StartsWith(request, "POST / HTTP/1.1\r\n"));
  CHECK(absl::StrContains(request, "content-type: text/x-who\r\n"));
  CHECK(absl::EndsWith(request, "\r\n\r\nwho"));
}

TEST_CASE("Three MiB are an answer, and one byte more is none", "[http-backend]") {
  std::atomic<size_t> size = kMaxCallAnswer;
  TestHttpServer server(
      [&](const std::string&) { return TestHttpServer::Ok("a/b", std::string(size, 'c')); });
  Asking asking;
  asking.BecomeOpaque();
  CHECK(asking.Ask({.url = server.url()})->content.size() == kMaxCallAnswer);
  ++size;
  const absl::Status refused = asking.Ask({.url = server.url()}).status();
  CHECK(ReasonOf(refused) == Reason::kBackendFailed);
  CHECK(absl::StrContains(refused.message(), "more than 3145728 bytes"));
}

TEST_CASE("Anything but a whole answer with 200 is a failure that tells nothing of it",
          "[http-backend]") {
  const std::string answer = GENERATE(
      as<std::string>(), "", "CANARY", "HTTP/1.1 500 CANARY\r\ncontent-length: 6\r\n\r\nCANARY",
      "HTTP/1.1 204 None\r\n\r\n", "HTTP/1.1 404 No\r\ncontent-length: 2\r\n\r\n[]",
      "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[{\"code\":\"CANARY\"}]",
      "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n\"CANARY\"",
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b");
  CAPTURE(answer);
  TestHttpServer server([&](const std::string&) { return answer; });
  const absl::Status refused = Asking().Ask({.url = server.url()}).status();
  INFO(refused);
  CHECK(absl::IsUnavailable(refused));
  CHECK(ReasonOf(refused) == Reason::kBackendFailed);
  CHECK_FALSE(absl::StrContains(refused.message(), "CANARY"));
  CHECK_FALSE(absl::StrContains(refused.message(), "127.0.0.1"));
}

TEST_CASE("A redirect is not followed", "[http-backend]") {
  TestHttpServer inside(Rows);
  TestHttpServer server([&](const std::string&) {
    return absl::StrCat("HTTP/1.1 302 Found\r\nlocation: ", inside.url(),
                        "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  });
  const absl::Status refused = Asking().Ask({.url = server.url()}).status();
  CHECK(ReasonOf(refused) == Reason::kBackendFailed);
  CHECK(inside.requests().empty());
}

TEST_CASE("What a consumer says begins no header of its own", "[http-backend]") {
  TestHttpServer server(Rows);
  Asking asking;
  asking.request.traceparent = "00\r\nx-admin: 1";
  REQUIRE(asking.Ask({.url = server.url()}).ok());
  CHECK_FALSE(absl::StrContains(server.requests()[0], "x-admin"));
  CHECK_FALSE(absl::StrContains(server.requests()[0], "traceparent"));
}

TEST_CASE("A system that is slow or away fails in time", "[http-backend]") {
  absl::Notification over;
  {
    TestHttpServer server([&](const std::string&) {
      over.WaitForNotification();
      return std::string();
    });
    CHECK(ReasonOf(Asking().Ask({.url = server.url()}, absl::Milliseconds(50)).status()) ==
          Reason::kBackendFailed);
    over.Notify();
  }
  std::string gone;
  {
    TestHttpServer server(Rows);
    gone = server.url();
  }
  CHECK(ReasonOf(Asking().Ask({.url = gone}).status()) == Reason::kBackendFailed);
}

TEST_CASE("A system gets eight calls at once and no more", "[http-backend]") {
  absl::Notification over;
  std::atomic<int> inside = 0;
  absl::Notification full;
  TestHttpServer server([&](const std::string& request) {
    if (++inside == kMostBackendCalls) full.Notify();
    over.WaitForNotification();
    return Rows(request);
  });
  const auto backend = HttpBackend::Open({.url = server.url()});
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < kMostBackendCalls; ++i) {
    callers.emplace_back([&] { answered += Asking().AskOf(**backend).ok() ? 1 : 0; });
  }
  full.WaitForNotification();
  const absl::Status refused = Asking().AskOf(**backend).status();
  CHECK(absl::IsUnavailable(refused));
  CHECK(ReasonOf(refused) == Reason::kOverloaded);
  over.Notify();
  for (std::thread& caller : callers) caller.join();
  CHECK(answered == kMostBackendCalls);
  CHECK(Asking().AskOf(**backend).ok());
}

TEST_CASE("Only URLs to a fixed place are taken, in the clear to this machine alone",
          "[http-backend]") {
  for (const char* good : {"https://api.civil.example/v1?x=1", "http://127.0.0.1:8080/",
                           "http://[::1]:8080/", "http://localhost/a"}) {
    CAPTURE(good);
    CHECK(HttpBackend::Open({.url = good}).ok());
  }
  for (const char* bad : {"", "api", "http://api.civil.example/", "http://10.0.0.1/",
                          "http://127.0.0.1.evil.example/", "file:///etc/passwd",
                          "gopher://127.0.0.1/", "https://user:pw@api.civil.example/",
                          "https://api.civil.example/#x"}) {
    CAPTURE(bad);
    CHECK(absl::IsInvalidArgument(HttpBackend::Open({.url = bad}).status()));
  }
  CHECK_FALSE(HttpBackend::Open({.url = "https://a.example/", .certificate = "tls.crt"}).ok());
  CHECK_FALSE(HttpBackend::Open({.url = "https://a.example/", .authorization = "a\nb"}).ok());
}

TEST_CASE("The file of backends names what is wrong in it", "[http-backend]") {
  const auto good = ReadBackendTargets(
      R"({"backends":[{"operation":"resources/r1/operations/look_up","url":"https://a.example/",)"
      R"("method":"POST","ca":"c"},{"operation":"resources/r1/operations/Check",)"
      R"("grpc":"a.example:443","ca":"c","certificate":"d","key":"e"}]})");
  INFO(good.status());
  REQUIRE(good.ok());
  REQUIRE(good->size() == 2);
  CHECK((*good)[0].http.post);
  CHECK((*good)[0].http.ca == "c");
  CHECK((*good)[1].grpc.address == "a.example:443");
  CHECK((*good)[1].grpc.key == "e");

  const std::vector<std::pair<std::string, std::string>> bad = {
      {"", "one member backends"},
      {"[]", "one member backends"},
      {R"({"backends":{}})", "one member backends"},
      {R"({"backends":[],"x":1})", "one member backends"},
      {R"({"backends":[7]})", "[0] is no object"},
      {R"({"backends":[{}]})", "[0] has no operation"},
      {R"({"backends":[{"operation":"resources/r1","url":"u"}]})", "has no operation"},
      {R"({"backends":[{"operation":"resources/r1/operations/o"}]})", "url and grpc, or neither"},
      {R"({"backends":[{"operation":"resources/r1/operations/o","url":"u","grpc":"g"}]})",
       "url and grpc, or neither"},
      {R"({"backends":[{"operation":"resources/r1/operations/o","url":7}]})", "no text as url"},
      {R"({"backends":[{"operation":"resources/r1/operations/o","url":"u","port":"7"}]})",
       "unknown member port"},
      {R"({"backends":[{"operation":"resources/r1/operations/o","url":"u","method":"PUT"}]})",
       "want GET or POST"},
      {R"({"backends":[{"operation":"resources/r1/operations/o","url":"u"},)"
       R"({"operation":"resources/r1/operations/o","url":"v"}]})",
       "[1] serves resources/r1/operations/o again"}};
  for (const auto& [text, says] : bad) {
    CAPTURE(text, says);
    const absl::Status refused = ReadBackendTargets(text).status();
    CHECK(absl::IsInvalidArgument(refused));
    CHECK(absl::StrContains(refused.message(), says));
  }
}

}  // namespace
}  // namespace shareway::exchange
