// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/rounds.h"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "tools/bench_exchange/check.h"
#include "tools/bench_exchange/machine.h"

namespace shareway::bench {
namespace {

// An outbox grows if audit does not take what is made meanwhile, but for what is on its way at
// the edges, or if the least that waits grows. What audit took waits for the next witnessed head,
// seconds apart on a busy machine, and leaves all at once: so the least of each half of the run
// counts, not what waits at some instant.
constexpr double kMostMissing = 0.05;
constexpr double kOnItsWay = 2048;  // records: two batches of each node at each edge
constexpr double kHeadsApart = 1.5;  // seconds
constexpr absl::Duration kLookEvery = absl::Milliseconds(250);
// Until a draining pair forgets as fast as it sends: the age of what waits for a head.
constexpr absl::Duration kSettle = absl::Seconds(4);
constexpr char kTaken[] = "shareway_audit_appended_entries_total";
constexpr char kOldest[] = "shareway_outbox_oldest_seconds";
constexpr char kWaiting[] = "shareway_outbox_entries";
constexpr double kHalfGoal = 3, kOneGoal = 1.5;  // P3

// Prints and keeps what a run cost.
void Keep(const std::string& subject, const Run& run, std::vector<Process> processes,
          Samples* samples) {
  std::string parts;
  processes.push_back({"client", 0});
  for (size_t i = 0; i < run.cpu_micros_of.size(); ++i) {
    const double micros = run.cpu_micros_of[i];
    samples->Add(absl::StrCat(subject, "_us/", processes[i].name), micros);
    absl::StrAppendFormat(&parts, "%s%s %.0f", i == 0 ? "" : ", ", processes[i].name, micros);
  }
  std::printf("  %-14s %7.0f/s  p50 %7.2f ms  p99 %7.2f ms  %5.0f us CPU/call (%s)\n",
              subject.c_str(), run.per_second, absl::ToDoubleMilliseconds(run.p50),
              absl::ToDoubleMilliseconds(run.p99), run.cpu_micros, parts.c_str());
  std::fflush(stdout);
  if (run.errors > 0 || run.calls == 0) {
    std::fprintf(stderr, "bench_exchange: %s: %ld errors under load, no figure counts\n",
                 subject.c_str(), run.errors);
    CheckStep(run.errors > 0 ? run.first_error : absl::UnknownError("no call ended"),
              subject.c_str());
  }
  samples->Add(subject + "_per_second", run.per_second);
  samples->Add(subject + "_p50_ms", absl::ToDoubleMilliseconds(run.p50));
  samples->Add(subject + "_p99_ms", absl::ToDoubleMilliseconds(run.p99));
  samples->Add(subject + "_us", run.cpu_micros);
}

// The ratio of two runs' rates and, which other work on the machine disturbs less, of what they
// got out of a second of CPU, all processes together.
void Compare(const std::string& row, const Run& run, const Run& against, Samples* samples) {
  samples->Add(row, run.per_second / against.per_second);
  samples->Add(row + "_cpu", against.cpu_micros / run.cpu_micros);
}

// Records that wait in the outboxes of both nodes, looked at again and again.
class Waiting {
 public:
  explicit Waiting(NodePair* pair) : pair_(pair) {}
  void Begin() { looker_ = std::thread(&Waiting::Look, this); }
  void End() {
    ended_.Notify();
    looker_.join();
  }
  // The least in the first half of the time, and in the second. After End.
  double FloorBefore() const { return Floor(0, seen_.size() / 2); }
  double FloorAfter() const { return Floor(seen_.size() / 2, seen_.size()); }

 private:
  void Look() {
    do {
      double waiting = 0;
      for (const char* node : {kProviderNode, kConsumerNode}) {
        waiting += Scrape(pair_->cluster(), node)[kWaiting];
      }
      seen_.push_back(waiting);
    } while (!ended_.WaitForNotificationWithTimeout(kLookEvery));
  }
  double Floor(size_t from, size_t to) const {
    const auto begin = seen_.begin();
    return from == to ? 0 : *std::min_element(begin + from, begin + to);
  }

  NodePair* const pair_;
  absl::Notification ended_;
  std::vector<double> seen_;
  std::thread looker_;
};

// A draining pair at full load, its figures read at both edges.
Run MeasureDraining(const std::string& subject, NodePair* pair, const RoundOptions& options,
                    Samples* samples, Profile* profile) {
  pair->AwaitDrained();
  std::map<std::string, Figures> before, after;
  const auto scrape = [&](std::map<std::string, Figures>* figures) {
    for (const Process& process : pair->processes()) {
      (*figures)[process.name] = Scrape(pair->cluster(), process.name);
    }
  };
  const Window window = {options.window.warm_up + kSettle, options.window.length};
  Waiting waiting(pair);
  const auto begin = [&] {
    scrape(&before);
    waiting.Begin();
  };
  const auto end = [&] {
    waiting.End();
    scrape(&after);
  };
  const Run run = pair->Ask(options.outstanding, window, {.begin = begin, .end = end});
  Keep(subject, run, pair->processes(), samples);
  for (const auto& [process, figures] : after) {
    AddGrowth(before[process], figures, &profile->growth[process]);
  }
  profile->exchanges += run.calls;

  double oldest = 0;
  for (const char* node : {kProviderNode, kConsumerNode}) {
    oldest = std::max(oldest, after[node][kOldest]);
  }
  const double made = 2.0 * static_cast<double>(run.calls);  // a record at each node
  const double taken = after["audit"][kTaken] - before["audit"][kTaken];
  const double growth = waiting.FloorAfter() - waiting.FloorBefore();
  const bool grew = made - taken > std::max(kOnItsWay, kMostMissing * made) ||
                    growth > 2 * run.per_second * kHeadsApart;
  const std::string line =
      absl::StrFormat("audit took %.0f %% of the records made, at least %.0f waited and then "
                      "%.0f, the oldest for %.1f s",
                      100 * taken / made, waiting.FloorBefore(), waiting.FloorAfter(), oldest);
  std::printf("  %14s %s%s\n", "", line.c_str(), grew ? ": THE OUTBOXES GROW" : "");
  samples->Add(subject + "_taken", taken / made);
  samples->Add(subject + "_oldest_s", oldest);
  if (grew && profile->backlog.empty()) profile->backlog = "the outboxes grew: " + line;
  pair->AwaitDrained();  // what is left would slow those who come next
  return run;
}

void MeasureLatency(const Subjects& s, const RoundOptions& options, const Run& bare,
                    const Run& full, Samples* samples) {
  const Limits limits =
      MeasureLimits(crypto::Suite::kP256Sha256, s.draining->cluster().dir().path());
  const absl::Duration floor = 2 * (limits.sign + limits.verify) + 3 * limits.fdatasync;
  std::printf("  %14s sign %.0f us, verify %.0f us, fdatasync %.0f us\n", "",
              absl::ToDoubleMicroseconds(limits.sign), absl::ToDoubleMicroseconds(limits.verify),
              absl::ToDoubleMicroseconds(limits.fdatasync));
  samples->Add("sign_us", absl::ToDoubleMicroseconds(limits.sign));
  samples->Add("verify_us", absl::ToDoubleMicroseconds(limits.verify));
  samples->Add("fdatasync_us", absl::ToDoubleMicroseconds(limits.fdatasync));
  // A row's figure: p50 over the relay's at the same place and the floor.
  const auto ratio = [&](const char* place, const Run& relay, const Run& exchange) {
    Keep(absl::StrCat("relay_", place), relay, s.relay->processes(), samples);
    Keep(absl::StrCat("draining_", place), exchange, s.draining->processes(), samples);
    const double value = absl::FDivDuration(exchange.p50, relay.p50 + floor);
    samples->Add(absl::StrCat("P3_", place), value);
    return value;
  };
  const Run relay_one = s.relay->Call(1, options.window);
  const Run relay_half = s.relay->CallAtRate(bare.per_second / 2, options.window);
  const double one = ratio("one", relay_one, s.draining->Ask(1, options.window));
  const double half =
      ratio("half", relay_half, s.draining->AskAtRate(full.per_second / 2, options.window));
  samples->Add("P3", std::max(half / kHalfGoal, one / kOneGoal));
}

}  // namespace

void Round(const Subjects& s, const RoundOptions& options, Samples* samples, Profiles* profiles) {
  Run bare, full;
  if (s.relay) {
    bare = s.relay->Call(options.outstanding, options.window);
    Keep("relay", bare, s.relay->processes(), samples);
  }
  if (s.nginx) {
    const Run run = s.nginx->Call(options.outstanding, options.window);
    Keep("nginx", run, s.nginx->processes(), samples);
  }
  if (s.draining) {
    full = MeasureDraining("draining", s.draining.get(), options, samples, &profiles->draining);
    if (s.relay) Compare("P1", full, bare, samples);
    if (s.nginx) {
      samples->Add("P1_nginx", full.per_second / samples->of("nginx_per_second").back());
    }
  }
  if (s.national) {
    const Run run =
        MeasureDraining("national", s.national.get(), options, samples, &profiles->national);
    Compare("P2", run, full, samples);
  }
  if (s.paused) {
    const Run half = s.paused->Ask(options.outstanding, options.window);
    Keep("paused", half, s.paused->processes(), samples);
    if (s.relay) Compare("P1h", half, bare, samples);
    if (s.grown) {
      const Run run = s.grown->Ask(options.outstanding, options.window);
      Keep("grown", run, s.grown->processes(), samples);
      samples->Add("P14_exchange", half.per_second / run.per_second);
    }
  }
  if (options.latency && s.relay && s.draining) MeasureLatency(s, options, bare, full, samples);
}

}  // namespace shareway::bench
