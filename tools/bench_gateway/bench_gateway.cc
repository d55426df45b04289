// SPDX-License-Identifier: Apache-2.0
// The JSON gateway in front of a catalogue: GetResource by a signed-in person over HTTPS against the
// same call by the person's certificate over gRPC, in turns; and what idle connections hold.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/bytes.h"
#include "libs/crypto/totp.h"
#include "nlohmann/json.hpp"
#include "shareway/catalog/v1/resource.pb.h"
#include "shareway/catalog/v1/resource_message.pb.h"
#include "tests/scenario/story.h"
#include "tests/support/temp_dir.h"
#include "tools/bench_exchange/load.h"
#include "tools/bench_exchange/report.h"
#include "tools/bench_exchange/machine.h"
#include "tools/bench_gateway/browser_loop.h"
#include "tools/bench_gateway/browsers.h"

ABSL_FLAG(int, repeats, 5, "Measurements of each.");
ABSL_FLAG(int, seconds, 5, "Of one measurement, after a fifth of it to warm up.");
ABSL_FLAG(int, idle, 5000, "Connections that rest.");
ABSL_FLAG(bool, quick, false, "One short measurement: whether it runs, not how fast.");
ABSL_FLAG(std::string, json, "", "Writes the figures to this file, too.");

namespace shareway::bench {
namespace {

using nlohmann::json;
using testing::Cluster;

// What one session may have in progress (services/console/README.md); of gRPC as many.
constexpr int kOutstanding = 16;
constexpr char kHost[] = "bench.example";
constexpr char kWho[] = "system-administrator";
constexpr char kRole[] = "SYSTEM_ADMINISTRATOR";
constexpr char kPassword[] = "correct-horse-7";
constexpr char kSessions[] = "/shareway.console.v1.SessionService/";

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "bench_gateway: %s\n", what.c_str());
  std::exit(1);
}

template <typename Value>
Value Must(absl::StatusOr<Value> value, const char* step) {
  if (!value.ok()) Fail(absl::StrCat(step, ": ", value.status().ToString()));
  return *std::move(value);
}

// A person's browser, with the session's cookie and token.
struct Session {
  std::string cookie = {}, csrf = {};

  std::string Post(const std::string& path, const std::string& body) const {
    std::string head = absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: ", kHost,
                                    "\r\nContent-Type: application/json\r\nContent-Length: ",
                                    body.size(), "\r\n");
    if (!cookie.empty()) absl::StrAppend(&head, "Cookie: ", cookie, "\r\n");
    if (!csrf.empty()) absl::StrAppend(&head, "Shareway-Csrf: ", csrf, "\r\n");
    return absl::StrCat(head, "\r\n", body);
  }
};

std::string AskOk(Browsers::Connection* connection, const std::string& request, const char* step) {
  std::string answer = Must(connection->Ask(request), step);
  if (StatusOf(answer) != 200) Fail(absl::StrCat(step, ": ", answer));
  return answer;
}

// The code of a first start that opens this role's account.
std::string FirstCode(const Cluster& cluster) {
  std::ifstream file(cluster.FirstCodesPath());
  for (std::string role, code; file >> role >> code;) {
    if (role == kRole) return code;
  }
  Fail("no first code");
}

Session SignIn(const Cluster& cluster, Browsers::Connection* connection) {
  Session session;
  const auto call = [&](const std::string& path, const json& body) {
    return AskOk(connection, session.Post(path, body.dump()), path.c_str());
  };
  const std::string person = Cluster::Person(kWho);
  const json redeemed = json::parse(BodyOf(
      call("/shareway.console.v1.AccountService/RedeemCode",
           {{"person", person}, {"code", FirstCode(cluster)}, {"newPassword", kPassword}})));
  const std::string secret =
      Must(FromBase64(redeemed["totpSecret"].get<std::string>()), "TOTP secret");
  const json started = json::parse(BodyOf(call(
      absl::StrCat(kSessions, "StartSignIn"), {{"person", person}, {"password", kPassword}})));
  const std::string code = crypto::TotpCode(secret, crypto::TotpStepAt(absl::Now()));
  const std::string signed_in =
      call(absl::StrCat(kSessions, "FinishSignIn"),
           {{"signIn", started["signIn"]}, {"factor", {{"totpCode", code}}}});
  const std::string set = FieldIn(signed_in, "Set-Cookie");
  session.cookie = set.substr(0, set.find(';'));
  session.csrf = FieldIn(signed_in, "Shareway-Csrf");
  return session;
}

void Sound(const Run& run, const char* what) {
  if (run.errors > 0) {
    Fail(absl::StrCat(what, ": ", run.errors, " errors, the first: ", run.first_error.ToString()));
  }
}

int WebPort(const std::string& file) {
  int port = 0;
  for (const absl::Time end = absl::Now() + absl::Seconds(20); absl::Now() < end;) {
    if (std::ifstream(file) >> port) return port;
    absl::SleepFor(absl::Milliseconds(20));
  }
  Fail("the console's web server does not listen");
}

void Measure() {
  const bool quick = absl::GetFlag(FLAGS_quick);
  const int repeats = quick ? 1 : absl::GetFlag(FLAGS_repeats);
  const absl::Duration length = absl::Seconds(quick ? 1 : absl::GetFlag(FLAGS_seconds));
  const int idle = quick ? 100 : absl::GetFlag(FLAGS_idle);
  testing::TempDir dir;
  const std::string port_file = dir / "web-port";
  Cluster::Options options;
  options.nodes = {testing::kStatistics};
  options.console = true;
  // One address and one session make all the load: what they may have at a time stays.
  options.flags["console"] = {"--protection=basic",       "--web_listen=127.0.0.1:0",
                              absl::StrCat("--web_hosts=", kHost),
                              "--web_port_file=" + port_file, "--web_address_rate=0",
                              "--web_session_rate=0",     "--web_address_connections=0"};
  options.flags["catalog"] = {"--caller_rate=0"};
  Cluster cluster(options);
  const auto published = Must(
      testing::Publish(cluster, testing::kStatistics, testing::Divisions(cluster)), "publish");
  Browsers browsers(WebPort(port_file), cluster.identity("console").tls.ca);
  const auto first = Must(browsers.Open(), "browser");
  const Session session = SignIn(cluster, first.get());

  const std::string path = testing::CatalogMethod("GetResource");
  const std::string request = session.Post(path, json::object({{"name", published.name()}}).dump());
  const json shown = json::parse(BodyOf(AskOk(first.get(), request, "GetResource")));
  if (shown["name"] != published.name()) Fail("another resource");
  catalog::v1::GetResourceRequest get;
  get.set_name(published.name());
  const auto channel = cluster.Channel(kWho, "catalog");
  const StartCall direct = [&](std::function<void(absl::Status)> done) {
    channel->UnaryAsync<catalog::v1::Resource>(
        path, get, {},
        [done = std::move(done)](const absl::StatusOr<catalog::v1::Resource>& answer) {
          done(answer.status());
        });
  };

  const std::vector<int> pids = {cluster.pid("console"), cluster.pid("catalog")};
  std::vector<double> json_rate, grpc_rate, ratio, json_cpu, grpc_cpu, console_cpu, client_cpu;
  for (int i = 0; i < repeats; ++i) {
    const Run bare = RunLoad(direct, kOutstanding, length / 5, length, pids);
    Sound(bare, "gRPC");
    const auto loop = Must(BrowserLoop::Open(&browsers, kOutstanding, request), "browsers");
    const Run web = RunLoad([&](auto done) { loop->Start(std::move(done)); }, kOutstanding,
                            length / 5, length, pids);
    Sound(web, "JSON");
    grpc_rate.push_back(bare.per_second);
    json_rate.push_back(web.per_second);
    ratio.push_back(web.per_second / bare.per_second);
    grpc_cpu.push_back(bare.cpu_micros);
    json_cpu.push_back(web.cpu_micros);
    console_cpu.push_back(web.cpu_micros_of[0]);
    client_cpu.push_back(web.cpu_micros_of[2]);
  }

  const double before = ProportionalMib(pids[0]);
  std::vector<std::unique_ptr<Browsers::Connection>> resting;
  const std::string read = absl::StrCat("GET /csrf HTTP/1.1\r\nHost: ", kHost, "\r\nCookie: ",
                                        session.cookie, "\r\n\r\n");
  const absl::Time begin = absl::Now();
  for (int i = 0; i < idle; ++i) {
    resting.push_back(Must(browsers.Open(), "idle connection"));
    AskOk(resting.back().get(), read, "idle connection");
  }
  const double opened = absl::ToDoubleSeconds(absl::Now() - begin);
  const double with = ProportionalMib(pids[0]);
  // Of connections that a console ends after 75 s the figure would tell nothing.
  const bool late = opened > 60;
  for (const auto& connection : resting) AskOk(connection.get(), read, "after the rest");

  Report report("gateway");
  report.Add({.id = "G1",
              .what = "GetResource as JSON over HTTPS, in a session, against gRPC directly",
              .unit = "x",
              .runs = ratio,
              .goal = AtLeast(0.5)});
  report.Add({.id = "G1_json", .what = "the same, one session, 16 at a time", .unit = "/s",
              .runs = json_rate});
  report.Add({.id = "G1_grpc", .what = "the same directly, 16 at a time", .unit = "/s",
              .runs = grpc_rate});
  report.Add({.id = "G1_json_cpu", .what = "console, catalogue and client, each call", .unit = "us",
              .runs = json_cpu});
  report.Add({.id = "G1_console_cpu", .what = "of it the console", .unit = "us",
              .runs = console_cpu});
  report.Add({.id = "G1_client_cpu", .what = "of it the client", .unit = "us", .runs = client_cpu});
  report.Add({.id = "G1_grpc_cpu", .what = "the same directly", .unit = "us", .runs = grpc_cpu});
  report.Add({.id = "G2",
              .what = absl::StrCat("proportional set size of the console with ", idle,
                                   " idle connections"),
              .unit = "MiB",
              .runs = {with},
              .goal = AtMost(128),
              .void_because = quick  ? "too few connections"
                              : late ? "some had ended before the last began"
                                     : ""});
  report.Add({.id = "G2_before", .what = "without them, after the load", .unit = "MiB",
              .runs = {before}});
  report.Print();
  report.Write(absl::GetFlag(FLAGS_json));
}

}  // namespace
}  // namespace shareway::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  shareway::bench::Measure();
  return 0;
}
