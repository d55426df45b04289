// SPDX-License-Identifier: Apache-2.0
// Exchanges a second through two nodes against a bare two-hop gRPC relay over
// the same mTLS, in one run, interleaved: P1 with the outboxes draining to
// audit, P1h with the drain paused.
#include <array>
#include <atomic>
#include <cstdio>
#include <fstream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/scenario/story.h"
#include "tools/bench_exchange/load.h"

ABSL_FLAG(std::string, json, "", "File for the figures.");
ABSL_FLAG(int, repeats, 3, "Interleaved repeats; medians are reported.");
ABSL_FLAG(double, seconds, 4, "Seconds counted in each run, after one second of warm-up.");
ABSL_FLAG(int, outstanding, 256, "Calls in flight.");

namespace shareway::bench {
namespace {

using testing::Cluster;
namespace ex = exchange::v1;
namespace sh = sharing::v1;

constexpr int kRows = 1000;

std::string Key(int i) { return absl::StrCat(990100000000 + i); }

// Two nodes with a dataset of 1 KiB rows and a grant.
struct Exchange {
  explicit Exchange(bool draining)
      : cluster([&] {
          Cluster::Options options;
          options.nodes = {testing::kStatistics, testing::kTax};
          if (!draining) {
            for (const char* node : {"statistics-node", "tax-node"}) {
              options.flags[node] = {"--audit="};
            }
          }
          return options;
        }()) {
    auto draft = testing::Divisions(cluster);
    draft.mutable_items(1)->set_length(2000);
    auto resource = testing::Publish(cluster, testing::kStatistics, draft);
    Check(resource.status(), "publish");
    std::string csv = "code,name,level\n";
    for (int i = 0; i < kRows; ++i) {
      absl::StrAppend(&csv, Key(i), ",", std::string(960, 'x'), ",TOWN\n");
    }
    auto loaded = testing::Load(cluster, testing::kStatistics, resource->name(), csv);
    for (int i = 0; i < 500 && !loaded.ok(); ++i) {
      absl::SleepFor(absl::Milliseconds(20));
      loaded = testing::Load(cluster, testing::kStatistics, resource->name(), csv);
    }
    Check(loaded.status(), "load");
    sh::GiveStandingConsentRequest consent;
    consent.set_resource(resource->name());
    Check(cluster
              .Act<sh::StandingConsent>("statistics-sharing-head", "sharing",
                                        testing::GrantMethod("GiveStandingConsent"), consent)
              .status(),
          "consent");
    auto request = testing::SubmitRequest(cluster, testing::kTax,
                                          testing::Ask(resource->name(), {"code", "name", "level"}));
    Check(request.status(), "request");
    grant = request->grant();
    Check(testing::QueryWhenKnown(cluster, testing::kTax, testing::QueryBy(grant, "code", Key(0)))
              .status(),
          "first query");
    channel = cluster.Channel("tax-system", "tax-node");
  }

  static void Check(const absl::Status& status, const char* step) {
    if (status.ok()) return;
    std::fprintf(stderr, "%s: %s\n", step, status.ToString().c_str());
    std::exit(1);
  }

  Run Measure(int outstanding) {
    std::atomic<int> next = 0;
    return RunLoad(
        [&](std::function<void(absl::Status)> done) {
          rpc::CallOptions options;
          options.timeout = absl::Seconds(20);
          channel->UnaryAsync<ex::QueryResponse>(
              testing::ExchangeMethod("Query"),
              testing::QueryBy(grant, "code", Key(next++ % kRows)), options,
              [done](absl::StatusOr<ex::QueryResponse> answer) {
                if (answer.ok() && answer->answer().batch().records_size() != 1) {
                  return done(absl::DataLossError("an answer without its record"));
                }
                done(answer.status());
              });
        },
        outstanding, absl::Seconds(1), absl::Seconds(absl::GetFlag(FLAGS_seconds)),
        {cluster.pid("statistics-node"), cluster.pid("tax-node")});
  }

  Cluster cluster;
  std::string grant;
  std::shared_ptr<rpc::Channel> channel;
};

// Two relays under the nodes' own certificates.
struct Relay {
  explicit Relay(Cluster* c) : cluster(c) {
    const int far_port = ports[0].number(), near_port = ports[1].number();
    const std::string binary = absl::StrCat(SHAREWAY_BENCH_BIN_DIR, "/bench_relay");
    const auto& far = cluster->identity("statistics-node");
    const auto& near = cluster->identity("tax-node");
    const std::string domain = "shareway://test/agency/";
    auto uri = [&](const std::string& alias) {
      return absl::StrCat(domain, cluster->Agency(alias).substr(9), "/node/n1");
    };
    children.push_back(std::make_unique<testing::Child>(
        std::vector<std::string>{binary, absl::StrCat("--listen=127.0.0.1:", far_port),
                                 "--tls=" + far.dir},
        cluster->dir() / "relay-far.log"));
    children.push_back(std::make_unique<testing::Child>(
        std::vector<std::string>{binary, absl::StrCat("--listen=127.0.0.1:", near_port),
                                 "--tls=" + near.dir,
                                 absl::StrCat("--upstream=127.0.0.1:", far_port),
                                 "--upstream_uri=" + uri(testing::kStatistics)},
        cluster->dir() / "relay-near.log"));
    auto opened = rpc::Channel::Open({absl::StrCat("127.0.0.1:", near_port),
                                      cluster->identity("tax-system").tls, uri(testing::kTax)});
    Exchange::Check(opened.status(), "relay");
    channel = *opened;
    rpc::CallOptions options;
    for (int i = 0;; ++i) {
      const absl::Status status = channel->RawUnary("/bench/Echo", "x", options).status();
      if (status.ok()) break;
      if (i == 200) Exchange::Check(status, "relay");
      absl::SleepFor(absl::Milliseconds(20));
    }
  }

  Run Measure(int outstanding) {
    const std::string request(300, 'q');
    return RunLoad(
        [&](std::function<void(absl::Status)> done) {
          channel->RawUnaryAsync("/bench/Echo", request, {},
                                 [done](absl::StatusOr<std::string> bytes) {
                                   done(bytes.status());
                                 });
        },
        outstanding, absl::Seconds(1), absl::Seconds(absl::GetFlag(FLAGS_seconds)),
        {children[0]->pid(), children[1]->pid()});
  }

  Cluster* cluster;
  const std::array<testing::HeldPort, 2> ports = {};
  std::vector<std::unique_ptr<testing::Child>> children;
  std::shared_ptr<rpc::Channel> channel;
};

void Print(const char* what, const Run& run) {
  std::printf("  %-22s %9.0f/s  %7.1f us CPU/call  p50 %6.2f ms  p99 %6.2f ms  errors %ld%s%s\n",
              what, run.per_second, run.cpu_micros, absl::ToDoubleMilliseconds(run.p50),
              absl::ToDoubleMilliseconds(run.p99), run.errors, run.errors ? " first: " : "",
              run.errors ? std::string(run.first_error.message()).c_str() : "");
  std::fflush(stdout);
}

int Main() {
  const int outstanding = absl::GetFlag(FLAGS_outstanding);
  Exchange paused(/*draining=*/false);
  Exchange draining(/*draining=*/true);
  Relay relay(&paused.cluster);
  std::vector<double> relays, halves, fulls, cpu_relay, cpu_half, cpu_full;
  for (int i = 0; i < absl::GetFlag(FLAGS_repeats); ++i) {
    std::printf("repeat %d, %d outstanding\n", i + 1, outstanding);
    const Run bare = relay.Measure(outstanding);
    Print("bare relay", bare);
    const Run half = paused.Measure(outstanding);
    Print("exchange, drain paused", half);
    const Run full = draining.Measure(outstanding);
    Print("exchange, draining", full);
    if (bare.errors + half.errors + full.errors > 0) {
      std::fprintf(stderr, "errors under load: the figures do not count\n");
      return 1;
    }
    relays.push_back(bare.per_second);
    halves.push_back(half.per_second);
    fulls.push_back(full.per_second);
    cpu_relay.push_back(bare.cpu_micros);
    cpu_half.push_back(half.cpu_micros);
    cpu_full.push_back(full.cpu_micros);
  }
  const double p1 = Median(fulls) / Median(relays);
  const double p1h = Median(halves) / Median(relays);
  std::printf("P1   exchange (draining) / bare relay      %.3f\n", p1);
  std::printf("P1h  exchange (drain paused) / bare relay  %.3f\n", p1h);
  if (const std::string file = absl::GetFlag(FLAGS_json); !file.empty()) {
    auto metric = [](const char* id, double value, const char* unit, const char* against,
                     const std::vector<double>& runs) {
      return nlohmann::json{
          {"id", id}, {"value", value}, {"unit", unit}, {"against", against}, {"runs", runs}};
    };
    nlohmann::json out = {
        {"bench", "exchange"},
        {"metrics",
         {metric("P1", p1, "ratio", "bare two-hop relay", fulls),
          metric("P1h", p1h, "ratio", "bare two-hop relay", halves),
          metric("relay_per_second", Median(relays), "1/s", "", relays),
          metric("relay_cpu", Median(cpu_relay), "us/call", "", cpu_relay),
          metric("exchange_cpu_paused", Median(cpu_half), "us/call", "", cpu_half),
          metric("exchange_cpu_draining", Median(cpu_full), "us/call", "", cpu_full)}}};
    std::ofstream(file) << out.dump(2) << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace shareway::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return shareway::bench::Main();
}
