// SPDX-License-Identifier: Apache-2.0
// Exchanges through two nodes against a bare two-hop gRPC relay and an nginx chain over the
// same mTLS, in one run, interleaved; and what else the project asks of the data plane:
// P1, P1h, P2, P3, P9, P11, P13, P14.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "tests/support/temp_dir.h"
#include "tools/bench_exchange/decisions.h"
#include "tools/bench_exchange/growth.h"
#include "tools/bench_exchange/machine.h"
#include "tools/bench_exchange/report.h"
#include "tools/bench_exchange/rounds.h"
#include "tools/bench_exchange/watchers.h"

ABSL_FLAG(std::string, json, "", "File for the figures.");
ABSL_FLAG(int, repeats, 3, "Interleaved rounds; medians are reported.");
ABSL_FLAG(double, seconds, 4, "Seconds counted in each run, after two seconds of warm-up.");
ABSL_FLAG(int, outstanding, 256, "Calls in flight.");
ABSL_FLAG(std::vector<std::string>, only, {}, "Rows to measure, for example P1,P9; empty: all.");
ABSL_FLAG(bool, phases, false, "Print what each stage took, by the processes' own histograms.");
ABSL_FLAG(std::string, nginx, "", "The nginx binary; empty: without nginx.");
ABSL_FLAG(int, watchers, 200, "Nodes that watch in P11.");
ABSL_FLAG(int, revocations, 20, "Grants revoked in P11.");
ABSL_FLAG(uint64_t, grown_grants, 1'000'000,
          "Grants of the grown stores in P14. A node holds them in memory, a good kilobyte each.");
ABSL_FLAG(uint64_t, grown_exchanges, 1'000'000,
          "Exchanges in the grown stores in P14; 10000000 in a campaign.");

namespace shareway::bench {
namespace {

constexpr uint64_t kSmall = 10'000;  // objects that P14 grows from
constexpr int kDecisionGrants = 100'000;

// True if a row is to be measured.
bool Wanted(const char* row) {
  const std::vector<std::string> only = absl::GetFlag(FLAGS_only);
  return only.empty() || std::find(only.begin(), only.end(), row) != only.end();
}

double Percentile99(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() * 99 / 100];
}

// P13: three services and four nodes without work, as the demo has them.
void MeasureMemory(Samples* samples) {
  testing::Cluster::Options options;
  options.nodes = {testing::kStatistics, testing::kCivil, testing::kTax};
  options.replicas = {testing::kTax};
  testing::Cluster cluster(options);
  absl::SleepFor(absl::Seconds(3));
  double largest = 0, all = 0;
  for (const char* process : {"catalog", "sharing", "audit", "statistics-node", "civil-node",
                              "tax-node", "tax-node2"}) {
    const double mib = ProportionalMib(cluster.pid(process));
    std::printf("  %-16s %6.1f MiB\n", process, mib);
    largest = std::max(largest, mib);
    all += mib;
  }
  samples->Add("P13", largest);
  samples->Add("P13a", all);
}

// P9, and P14 of decisions.
void MeasureDecisions(int repeats, Samples* samples) {
  const testing::TempDir dir;
  const Decisions usual(kDecisionGrants);
  for (int i = 0; i < repeats && Wanted("P9"); ++i) {
    const double decisions = usual.PerSecond();
    const double reads = usual.CachedReadsPerSecond(dir / "store");
    samples->Add("P9", decisions / reads);
    samples->Add("P9_p99", absl::ToDoubleMicroseconds(usual.Percentile99()));
    samples->Add("decisions_M_per_second", decisions / 1e6);
    samples->Add("cached_reads_M_per_second", reads / 1e6);
  }
  if (!Wanted("P14")) return;
  const Decisions small(static_cast<int>(kSmall));
  const Decisions large(static_cast<int>(absl::GetFlag(FLAGS_grown_grants)));
  for (int i = 0; i < repeats; ++i) {
    samples->Add("P14_decision", small.PerSecond() / large.PerSecond());
  }
}

Subjects MakeSubjects() {
  Subjects s;
  const bool p1 = Wanted("P1"), p2 = Wanted("P2"), p3 = Wanted("P3");
  if (p1 || p2 || p3 || Wanted("P11")) s.draining = std::make_unique<NodePair>(NodePair::Options{});
  if (p2) {
    s.national = std::make_unique<NodePair>(NodePair::Options{.suite = crypto::Suite::kSm2Sm3});
  }
  if (Wanted("P1h") || Wanted("P14")) {
    s.paused = std::make_unique<NodePair>(NodePair::Options{.draining = false});
  }
  if (Wanted("P14")) {
    s.grown = std::make_unique<NodePair>(NodePair::Options{.draining = false});
    Grow(s.paused.get(), kSmall, kSmall);
    Grow(s.grown.get(), absl::GetFlag(FLAGS_grown_grants), absl::GetFlag(FLAGS_grown_exchanges));
  }
  NodePair* const host = s.draining ? s.draining.get() : s.paused.get();
  if (host == nullptr) return s;
  if (p1 || p3 || Wanted("P1h")) s.relay = Chain::OfRelays(&host->cluster());
  if (const std::string nginx = absl::GetFlag(FLAGS_nginx); !nginx.empty() && p1) {
    s.nginx = Chain::OfNginx(&host->cluster(), nginx);
  }
  return s;
}

void PrintPhases(const Profile& profile, Report* report) {
  if (profile.exchanges == 0) return;
  const auto exchanges = static_cast<double>(profile.exchanges);
  nlohmann::json phases = nlohmann::json::array();
  std::printf("\nphases of %ld exchanges, milliseconds\n%-16s %-62s %9s %8s %8s %8s\n",
              profile.exchanges, "process", "stage", "each", "mean", "p50", "p99");
  for (const auto& [process, growth] : profile.growth) {
    for (const Stage& stage : StagesOf(growth)) {
      const double each = stage.count / exchanges;
      if (each < 0.001) continue;
      std::printf("%-16s %-62s %9.3f %8.3f %8.3f %8.3f\n", process.c_str(), stage.name.c_str(),
                  each, stage.mean_millis, stage.p50_millis, stage.p99_millis);
      phases.push_back({{"process", process},
                        {"stage", stage.name},
                        {"for_each_exchange", each},
                        {"mean_ms", stage.mean_millis},
                        {"p50_ms", stage.p50_millis},
                        {"p99_ms", stage.p99_millis}});
    }
  }
  report->Put("phases", std::move(phases));
}

const char* UnitOf(const std::string& name) {
  if (absl::EndsWith(name, "_M_per_second")) return "M/s";
  if (absl::EndsWith(name, "_per_second")) return "1/s";
  if (absl::EndsWith(name, "_ms")) return "ms";
  if (absl::EndsWith(name, "_us")) return "us";
  if (absl::EndsWith(name, "_s")) return "s";
  return "";
}

// The rows, with their goals.
void AddRows(const Samples& samples, const Profiles& profiles, Report* report) {
  const auto row = [&](const char* id, std::string what, const char* unit,
                       std::optional<Goal> goal = {}, std::string void_because = "") {
    report->Add({.id = id,
                 .what = std::move(what),
                 .unit = unit,
                 .runs = samples.of(id),
                 .goal = goal,
                 .void_because = std::move(void_because)});
  };
  row("P1", "exchange, outboxes draining / bare relay", "ratio", AtLeast(0.35),
      profiles.draining.backlog);
  row("P1h", "exchange, drain paused / bare relay", "ratio", AtLeast(0.5));
  for (const char* id : {"P1_cpu", "P1h_cpu", "P2_cpu"}) {
    row(id, "the same by CPU of all processes, for a machine with other work", "ratio");
  }
  row("P1_nginx", "exchange, outboxes draining / nginx -> nginx", "ratio", std::nullopt,
      profiles.draining.backlog);
  row("P2", "P1 in SM2 and SM3 / P1", "ratio", AtLeast(0.7), profiles.national.backlog);
  row("P3", "the larger of the next two over its goal", "ratio", AtMost(1));
  row("P3_half", "p50 at half of its peak / relay's + 2 (sign + verify) + 3 fdatasync", "ratio",
      AtMost(3));
  row("P3_one", "p50 at one outstanding / the same", "ratio", AtMost(1.5));
  row("P9", "grant decisions / cached reads of RocksDB, one thread", "ratio", AtLeast(10));
  row("P9_p99", "one grant decision, p99", "us", AtMost(1));
  row("P11",
      absl::StrCat("revocation sent until seen by ", absl::GetFlag(FLAGS_watchers),
                   " watching nodes, p99"),
      "ms", AtMost(50));
  row("P11_call", "until the revoking call returned", "ms");
  row("P11_effect", "until the last answer under the grant was back, asked all the time", "ms");
  row("P13", "idle, proportional set size of the largest service", "MiB", AtMost(40));
  row("P13a", "idle, three services and four nodes", "MiB", AtMost(250));
  row("P14_exchange",
      absl::StrCat("cost of an exchange with ", absl::GetFlag(FLAGS_grown_grants), " grants and ",
                   absl::GetFlag(FLAGS_grown_exchanges), " exchanges kept / 10000"),
      "ratio", AtMost(1.5));
  row("P14_decision",
      absl::StrCat("cost of a decision, ", absl::GetFlag(FLAGS_grown_grants), " grants / 10000"),
      "ratio", AtMost(1.5));
  // All else for orientation; what each process takes is for the file.
  for (const auto& [name, runs] : samples.all()) {
    if (absl::StartsWith(name, "P") || absl::StrContains(name, "_us/")) continue;
    report->Add({.id = name, .unit = UnitOf(name), .runs = runs});
  }
  nlohmann::json cpu = nlohmann::json::object();
  for (const auto& [name, runs] : samples.all()) {
    if (absl::StrContains(name, "_us/")) cpu[name] = Median(runs);
  }
  report->Put("cpu_of_processes", std::move(cpu));
}

// P11, after all rounds: sharing is restarted for it.
void MeasureRevocations(NodePair* pair, Samples* samples) {
  const Revocations measured =
      Revoke(pair, absl::GetFlag(FLAGS_watchers), absl::GetFlag(FLAGS_revocations));
  samples->Add("P11", Percentile99(measured.seen));
  for (const double millis : measured.acknowledged) samples->Add("P11_call", millis);
  for (const double millis : measured.last_delivery) samples->Add("P11_effect", millis);
}

int Main() {
  const int repeats = absl::GetFlag(FLAGS_repeats);
  Report report("exchange");
  Samples samples;
  Profiles profiles;
  if (Wanted("P13")) MeasureMemory(&samples);
  if (Wanted("P9") || Wanted("P14")) MeasureDecisions(repeats, &samples);
  const Subjects subjects = MakeSubjects();
  RoundOptions options;
  options.outstanding = absl::GetFlag(FLAGS_outstanding);
  options.window.length = absl::Seconds(absl::GetFlag(FLAGS_seconds));
  options.latency = Wanted("P3");
  const bool rounds = subjects.relay || subjects.national || subjects.grown;
  for (int i = 0; i < repeats && rounds; ++i) {
    std::printf("round %d of %d, %d outstanding\n", i + 1, repeats, options.outstanding);
    Round(subjects, options, &samples, &profiles);
  }
  if (Wanted("P11")) MeasureRevocations(subjects.draining.get(), &samples);
  AddRows(samples, profiles, &report);
  report.Print();
  if (absl::GetFlag(FLAGS_phases)) PrintPhases(profiles.draining, &report);
  report.Write(absl::GetFlag(FLAGS_json));
  return 0;
}

}  // namespace
}  // namespace shareway::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the services do
  return shareway::bench::Main();
}
