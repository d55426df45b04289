// SPDX-License-Identifier: Apache-2.0
// For tests: a web server on loopback that answers with what it was asked.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/console/http/http_server.h"
#include "services/console/http/test_client.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::console {

inline constexpr char kGet[] = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

// Answers with what it was asked, as text.
struct Echo {
  shareway::testing::TempDir dir;
  shareway::testing::TestPki pki{dir.path()};
  shareway::testing::TestIdentity identity =
      pki.Issue("console", {"shareway://test/service/console"});
  metrics::Registry registry;
  std::atomic<int> asked = 0;
  std::unique_ptr<HttpServer> server;

  explicit Echo(HttpServer::Options options = {}, HandleHttp handle = {}) {
    options.address = "127.0.0.1:0";
    options.tls = identity.tls;
    options.metrics = &registry;
    if (!handle) {
      handle = [this](HttpRequest request, AnswerHttp answer) {
        ++asked;
        HttpAnswer out;
        out.With("X-Address", request.address);
        out.With("X-Certificate", std::to_string(request.certificate.size()));
        for (const std::string& name : request.repeated) out.With("X-Repeated", name);
        out.body = std::make_shared<const std::string>(
            absl::StrCat(request.method, " ", request.target, " ", request.field("x-said"), " ",
                         request.body));
        answer(std::move(out));
      };
    }
    auto opened = HttpServer::Open(options, std::move(handle));
    INFO(opened.status());
    REQUIRE(opened.ok());
    server = *std::move(opened);
  }
  ~Echo() { server->Stop(); }
  TestClient Client(TestClient::Options options = {}) {
    return TestClient(server->port(), identity.tls.ca, options);
  }
};

}  // namespace shareway::console
