// SPDX-License-Identifier: Apache-2.0
// A provider's system behind TLS: the node knows it, and it knows the node.
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/exchange/source/http_backend.h"
#include "tests/support/await.h"
#include "tests/support/child.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::exchange {
namespace {

// Answers one record to whoever has a certificate of its authority.
constexpr char kServer[] = R"(
import http.server, os, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'[{"code":"a"}]'
        self.send_response(200)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
home, port_file = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(home + '/tls.crt', home + '/tls.key')
context.load_verify_locations(home + '/ca.crt')
context.verify_mode = ssl.CERT_REQUIRED
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
with open(port_file + '.new', 'w') as out:
    out.write(str(server.server_address[1]))
os.rename(port_file + '.new', port_file)
server.serve_forever()
)";

struct TlsWorld {
  TlsWorld() {
    const std::string port_file = dir / "port";
    child = std::make_unique<testing::Child>(
        std::vector<std::string>{"/usr/bin/python3", "-c", kServer, server.dir, port_file},
        dir / "log");
    port = testing::AskUntil(
        [&] {
          std::string text;
          std::getline(std::ifstream(port_file), text);
          return text;
        },
        [](const std::string& text) { return !text.empty(); });
    REQUIRE_FALSE(port.empty());
  }
  absl::StatusOr<BackendAnswer> Ask(const HttpTarget& target) const {
    const auto backend = HttpBackend::Open(target);
    REQUIRE(backend.ok());
    return (*backend)->Call({.operation = operation,
                             .invocation = invocation,
                             .request = request,
                             .items = items,
                             .timeout = absl::Seconds(5)});
  }

  testing::TempDir dir;
  testing::TestPki pki{dir.path()};
  testing::TestIdentity server = pki.Issue("server", {"shareway://d/service/s"});
  testing::TestIdentity node = pki.Issue("node", {"shareway://d/agency/a/node/n1"});
  std::unique_ptr<testing::Child> child;
  std::string port;
  Operation operation = {.id = "look_up", .form = Operation::Form::kJson};
  Invocation invocation = {.operation = "look_up"};
  Request request = {.exchange = "x1", .consumer = "agencies/tax", .grant = "grants/g1"};
  std::vector<SchemaItem> items = {{.id = "code"}};
};

TEST_CASE("A system is asked over TLS with the node's certificate, if it is who it should be",
          "[http-backend]") {
  const TlsWorld world;
  const HttpTarget good = {.url = absl::StrCat("https://127.0.0.1:", world.port, "/"),
                           .ca = world.node.dir + "/ca.crt",
                           .certificate = world.node.dir + "/tls.crt",
                           .key = world.node.dir + "/tls.key"};
  const auto answer = world.Ask(good);
  INFO(answer.status());
  REQUIRE(answer.ok());
  CHECK(answer->rows.size() == 1);

  const auto fails = [&](const HttpTarget& target) {
    const absl::Status status = world.Ask(target).status();
    INFO(status);
    REQUIRE(DetailsOf(status));
    CHECK(DetailsOf(status)->reason == Reason::kBackendFailed);
  };
  HttpTarget other = good;
  other.certificate.clear();  // the system does not know who asks
  other.key.clear();
  fails(other);
  other = good;
  other.ca.clear();  // the machine's authorities did not issue the system's certificate
  fails(other);
  testing::TempDir elsewhere;
  testing::TestPki stranger(elsewhere.path());
  other = good;
  other.ca = stranger.Issue("x", {"shareway://d/service/s"}).dir + "/ca.crt";
  fails(other);
  other = good;
  other.url = absl::StrCat("http://127.0.0.1:", world.port, "/");
  fails(other);
}

}  // namespace
}  // namespace shareway::exchange
