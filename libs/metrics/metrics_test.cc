// SPDX-License-Identifier: Apache-2.0
// What a scrape shows.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/metrics/exposer.h"
#include "libs/metrics/registry.h"

namespace shareway::metrics {
namespace {

// The value of the line that begins with `series` and a space.
std::optional<double> ValueOf(const std::string& text, absl::string_view series) {
  for (absl::string_view line : absl::StrSplit(text, absl::ByAnyChar("\r\n"))) {
    double value = 0;
    if (absl::StartsWith(line, absl::StrCat(series, " ")) &&
        absl::SimpleAtod(line.substr(series.size() + 1), &value)) {
      return value;
    }
  }
  return std::nullopt;
}

std::string Get(int port, absl::string_view path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  const std::string ask = absl::StrCat("GET ", path, " HTTP/1.0\r\n\r\n");
  REQUIRE(write(fd, ask.data(), ask.size()) == static_cast<ssize_t>(ask.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) {
    answer.append(buffer, static_cast<size_t>(n));
  }
  close(fd);
  return answer;
}

TEST_CASE("Counters, gauges and histograms appear with name, help and labels") {
  Registry registry;
  registry.AddCounter("shareway_a_total", "All of a.").Add(2);
  Gauge gauge = registry.AddGauge("shareway_b_bytes", "Size of b, in bytes.");
  gauge.Set(5);
  gauge.Add(-7);
  registry.AddHistogram("shareway_c_seconds", "Time of c.", {0.1, 1}).Observe(0.5);
  auto calls = registry.AddCounters("shareway_calls_total", "Calls.", {"method", "code"});
  calls.With("Query", "OK").Add();
  calls.With("Query", "OK").Add();
  calls.With(std::string("Query"), "NOT_FOUND").Add(1.5);
  registry.AddGauges("shareway_peers", "Peers.", {"state"}).With("live").Set(3);
  registry.AddHistograms("shareway_d_seconds", "Time of d.", {"method"}, LatencyBounds())
      .With("Query")
      .Observe(20);

  const std::string text = registry.Text();
  CAPTURE(text);
  CHECK(absl::StrContains(text,
                          "# HELP shareway_a_total All of a.\n# TYPE shareway_a_total counter"));
  CHECK(ValueOf(text, "shareway_a_total") == 2);
  CHECK(ValueOf(text, "shareway_b_bytes") == -2);
  CHECK(gauge.value() == -2);
  CHECK(ValueOf(text, "shareway_c_seconds_bucket{le=\"0.1\"}") == 0);
  CHECK(ValueOf(text, "shareway_c_seconds_bucket{le=\"1\"}") == 1);
  CHECK(ValueOf(text, "shareway_c_seconds_count") == 1);
  CHECK(ValueOf(text, "shareway_calls_total{code=\"OK\",method=\"Query\"}") == 2);
  CHECK(ValueOf(text, "shareway_calls_total{code=\"NOT_FOUND\",method=\"Query\"}") == 1.5);
  CHECK(ValueOf(text, "shareway_peers{state=\"live\"}") == 3);
  CHECK(ValueOf(text, "shareway_d_seconds_bucket{method=\"Query\",le=\"10\"}") == 0);
  CHECK(ValueOf(text, "shareway_d_seconds_bucket{method=\"Query\",le=\"+Inf\"}") == 1);
}

TEST_CASE("A counter never goes down") {
  Registry registry;
  Counter counter = registry.AddCounter("shareway_a_total", "All of a.");
  counter.Add(2);
  counter.Add(-1);
  CHECK(counter.value() == 2);
}

TEST_CASE("A handle without a registry counts nothing") {
  Family<Counter, 1> family;
  family.With("x").Add();
  CHECK(family.With("x").value() == 0);
  Gauge gauge;
  gauge.Set(3);
  CHECK(gauge.value() == 0);
  Histogram().Observe(1);
}

TEST_CASE("Label values beyond the bound are counted together") {
  Registry registry;
  auto family = registry.AddCounters("shareway_a_total", "All of a.", {"peer"});
  for (int i = 0; i < 1010; ++i) family.With(absl::StrCat("peer", i)).Add();
  family.With("peer7").Add();
  const std::string text = registry.Text();
  CHECK(ValueOf(text, "shareway_a_total{peer=\"peer7\"}") == 2);
  CHECK(ValueOf(text, "shareway_a_total{peer=\"other\"}") == 10);
  CHECK_FALSE(ValueOf(text, "shareway_a_total{peer=\"peer1005\"}").has_value());
}

TEST_CASE("Label values that join to the same text are different children") {
  Registry registry;
  auto family = registry.AddCounters("shareway_a_total", "All of a.", {"x", "y"});
  family.With("a", "bc").Add();
  CHECK(family.With("ab", "c").value() == 0);
}

TEST_CASE("Many threads lose no count") {
  Registry registry;
  auto family = registry.AddCounters("shareway_a_total", "All of a.", {"x"});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) family.With("one").Add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(family.With("one").value() == 20000);
}

TEST_CASE("The exposer serves the registry and the process on a port of the system's choice") {
  Registry registry;
  registry.AddCounter("shareway_a_total", "All of a.").Add(2);
  auto exposer = Exposer::Open("127.0.0.1:0", registry);
  REQUIRE(exposer.ok());
  REQUIRE((*exposer)->port() > 0);
  const std::string text = Get((*exposer)->port(), "/metrics");
  CHECK(absl::StrContains(text, "200 OK"));
  CHECK(ValueOf(text, "shareway_a_total") == 2);
  CHECK(ValueOf(text, "process_resident_memory_bytes").value_or(0) > 1e6);
  CHECK(ValueOf(text, "process_open_fds").value_or(0) >= 3);
  CHECK(ValueOf(text, "process_max_fds").value_or(0) >= 3);
  CHECK(ValueOf(text, "process_threads").value_or(0) >= 3);
  CHECK(ValueOf(text, "process_cpu_seconds_total").has_value());
  const double age = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()) -
                     ValueOf(text, "process_start_time_seconds").value_or(0);
  CHECK(age > -2);
  CHECK(age < 600);
  CHECK(absl::StrContains(Get((*exposer)->port(), "/etc/passwd"), "404"));
}

TEST_CASE("An address that cannot be served is refused") {
  Registry registry;
  auto [address] = GENERATE(table<const char*>(
      {"", ":9100", "localhost", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
       "127.0.0.1:1,127.0.0.1:2", "127.0.0.1:0s", "127.0.0.1:-1"}));
  CAPTURE(address);
  CHECK(absl::IsInvalidArgument(Exposer::Open(address, registry).status()));
}

TEST_CASE("A port in use is refused") {
  Registry registry;
  auto first = Exposer::Open("127.0.0.1:0", registry);
  REQUIRE(first.ok());
  const std::string taken = absl::StrCat("127.0.0.1:", (*first)->port());
  CHECK(absl::IsUnavailable(Exposer::Open(taken, registry).status()));
}

}  // namespace
}  // namespace shareway::metrics
