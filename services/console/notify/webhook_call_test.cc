// SPDX-License-Identifier: Apache-2.0
// Webhooks are called where they may be, and signed so that others can verify it.
#include "services/console/notify/webhook_call.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "catch2/catch.hpp"
#include "services/console/http/test_echo.h"
#include "services/console/notify/test_smtp_server.h"

namespace shareway::console {
namespace {

using Outcome = Sending::Outcome;

// A receiver on loopback that keeps what came and answers as it is told to.
struct Receiver {
  explicit Receiver(HttpAnswer what = {}, bool hangs = false)
      : echo({}, [this, what, hangs](HttpRequest request, AnswerHttp answer) {
          absl::MutexLock lock(&mutex);
          requests.push_back(std::move(request));
          if (hangs) {
            held.push_back(std::move(answer));
          } else {
            answer(what);
          }
        }) {}
  ~Receiver() {
    absl::MutexLock lock(&mutex);
    held.clear();
  }
  std::string url(const std::string& host = "127.0.0.1", const std::string& path = "/hook?a=1") {
    return absl::StrCat("https://", host, ":", echo.server->port(), path);
  }
  WebhookCaller Caller(std::vector<std::string> hosts = {"127.0.0.1"}) {
    return WebhookCaller({.hosts = std::move(hosts), .ca = echo.identity.tls.ca});
  }
  std::vector<HttpRequest> got() {
    absl::MutexLock lock(&mutex);
    return requests;
  }

  absl::Mutex mutex;
  std::vector<HttpRequest> requests;
  std::vector<AnswerHttp> held;
  Echo echo;  // last: it calls the above
};

WebhookCall To(const std::string& url) {
  return {.url = url,
          .id = "0123456789abcdef0123456789abcdef",
          .time = absl::FromUnixSeconds(1759194000),
          .body = R"({"type":"shareway.test"})",
          .keys = {"\x01key"}};
}

TEST_CASE("Signatures are those that Standard Webhooks' own example has", "[notify][webhook]") {
  // From the specification's libraries: secret, id, time and payload with the signature they expect.
  std::string key;
  REQUIRE(absl::Base64Unescape("plJ3nmyCDGBKInavdOK15jsl", &key));
  WebhookCall call{.id = "msg_loFOjxBNrRLzqYUf",
                   .time = absl::FromUnixSeconds(1731705121),
                   .body = R"({"event_type":"ping","data":{"success":true}})",
                   .keys = {key}};
  CHECK(WebhookSignature(call) == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=");
  CHECK(SecretText(key) == "whsec_plJ3nmyCDGBKInavdOK15jsl");

  // Computed by Python's hmac and hashlib, over two keys.
  std::string counted;
  for (char c = 0; c < 32; ++c) counted += c;
  call = To("");
  call.keys = {counted, std::string(32, 'k')};
  CHECK(WebhookSignature(call) ==
        "v1,9xUIX3J7QVyR/wu09P0jEQzKrHsCG9UcPjzxeLstPy4= "
        "v1,z+DAzKBLFDGLsUO/N65ROM1qnY4c1jgz5+eh+VLbGxg=");
}

TEST_CASE("A receiver gets the body, its id, its time and a signature of all three",
          "[notify][webhook]") {
  Receiver receiver(HttpAnswer{.status = 204});
  const WebhookCall call = To(receiver.url());
  const Sending sending = receiver.Caller().Call(call);
  INFO(sending.failure);
  REQUIRE(sending.taken());
  REQUIRE(receiver.got().size() == 1);
  const HttpRequest request = receiver.got()[0];
  CHECK(request.method == "POST");
  CHECK(request.target == "/hook?a=1");
  CHECK(request.body == call.body);
  CHECK(request.field("content-type") == "application/json");
  CHECK(request.field("webhook-id") == call.id);
  CHECK(request.field("webhook-timestamp") == "1759194000");
  CHECK(request.field("webhook-signature") == WebhookSignature(call));
  CHECK(request.field("cookie").empty());
  CHECK(request.field("authorization").empty());
}

TEST_CASE("Only 2xx is taken, 410 is for good, and no redirect is followed", "[notify][webhook]") {
  Receiver elsewhere;
  for (const auto& [status, outcome] :
       std::vector<std::pair<int, Outcome>>{{200, Outcome::kTaken},
                                            {202, Outcome::kTaken},
                                            {301, Outcome::kFailed},
                                            {307, Outcome::kFailed},
                                            {400, Outcome::kFailed},
                                            {410, Outcome::kRefused},
                                            {429, Outcome::kFailed},
                                            {500, Outcome::kFailed}}) {
    INFO(status);
    HttpAnswer answer{.status = status};
    answer.With("Location", elsewhere.url());
    Receiver receiver(answer);
    const Sending sending = receiver.Caller().Call(To(receiver.url()));
    CHECK(sending.outcome == outcome);
    CHECK(sending.failure ==
          (outcome == Outcome::kTaken ? "" : absl::StrCat("REFUSED_", status)));
  }
  CHECK(elsewhere.got().empty());
}

TEST_CASE("A receiver that hangs, cuts or floods costs a call and no more", "[notify][webhook]") {
  {
    Receiver receiver({}, true);
    const WebhookCaller caller({.hosts = {"127.0.0.1"},
                                .ca = receiver.echo.identity.tls.ca,
                                .timeout = absl::Milliseconds(500)});
    CHECK(caller.Call(To(receiver.url())).failure == "TIMEOUT");
  }
  {
    HttpAnswer flood;
    flood.body = std::make_shared<const std::string>(std::string(65 << 10, 'x'));
    Receiver receiver(flood);
    CHECK(receiver.Caller().Call(To(receiver.url())).failure == "ANSWER_TOO_LARGE");
  }
  {
    TestSmtpServer cuts;  // at once: no handshake
    cuts.Answer({{"", "CUT"}});
    const WebhookCaller caller({.hosts = {"127.0.0.1"}});
    CHECK(caller.Call(To(absl::StrCat("https://", cuts.url().substr(7), "/"))).failure == "TLS");
  }
}

TEST_CASE("A certificate that nobody vouches for, or of another host, is no receiver",
          "[notify][webhook]") {
  Receiver receiver;
  const WebhookCaller strange({.hosts = {"127.0.0.1"}});
  CHECK(strange.Call(To(receiver.url())).failure == "TLS");
  // The certificate is for localhost and 127.0.0.1.
  CHECK(receiver.Caller({"inner.localhost"}).Call(To(receiver.url("inner.localhost"))).failure ==
        "TLS");
  CHECK(receiver.got().empty());
}

TEST_CASE("No unlisted name leads into the house, whatever it resolves to", "[notify][webhook]") {
  Receiver receiver;
  const int port = receiver.echo.server->port();
  // The name looks harmless, and leads to loopback: seen when the connection is made.
  const Sending inner = receiver.Caller({}).Call(To(receiver.url("inner.localhost")));
  CHECK(inner.failure == "ADDRESS_FORBIDDEN");
  for (const std::string& host : {std::string("127.0.0.1"), std::string("localhost"),
                                  std::string("[::1]"), std::string("10.0.0.1"),
                                  std::string("169.254.169.254"), std::string("0x7f.1")}) {
    INFO(host);
    CHECK(receiver.Caller({}).Call(To(receiver.url(host))).failure == "ADDRESS_FORBIDDEN");
  }
  // Listed with a port is listed for that one.
  CHECK(receiver.Caller({absl::StrCat("127.0.0.1:", port)}).Call(To(receiver.url())).taken());
  CHECK(receiver.Caller({absl::StrCat("127.0.0.1:", port == 1 ? 2 : 1)})
            .Call(To(receiver.url()))
            .failure == "ADDRESS_FORBIDDEN");
  CHECK(receiver.got().size() == 1);
}

}  // namespace
}  // namespace shareway::console
