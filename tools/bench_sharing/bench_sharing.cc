// SPDX-License-Identifier: Apache-2.0
// Sharing requests at ten thousand to a million of them: what a decision costs, against bare durable
// writes of the same store in the same run, and how fast an inbox opens.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/temp_dir.h"
#include "tools/bench_exchange/report.h"
#include "tools/bench_sharing/office.h"

ABSL_FLAG(uint64_t, requests, 1'000'000, "How many requests there are in the end.");
ABSL_FLAG(int, measured, 4'000, "Requests that are submitted and decided in one measurement.");
ABSL_FLAG(int, repeats, 3, "Measurements at each size.");
ABSL_FLAG(int, threads, 32, "Officials at work at once.");
ABSL_FLAG(std::string, dir, "", "Folder of the store, which must be absent; empty: a new one.");
ABSL_FLAG(std::string, json, "", "Writes the figures to this file, too.");

namespace shareway::bench {
namespace {

constexpr size_t kBareBytes = 2048;  // of a request with its event, about
constexpr uint64_t kFirst = 10'000;
// Of five requests four are answered: the fifth stays in review and in the inboxes.
constexpr uint64_t kOpen = 5;

// Of this process, or of the calling thread.
double CpuSeconds(int who = RUSAGE_SELF) {
  rusage usage{};
  getrusage(who, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Runs act(n) for each n in [from, to) on all threads.
template <typename Act>
void Run(uint64_t from, uint64_t to, Act act) {
  std::atomic<uint64_t> next = from;
  std::vector<std::thread> threads;
  for (int i = 0; i < absl::GetFlag(FLAGS_threads); ++i) {
    threads.emplace_back([&] {
      for (uint64_t n = next++; n < to; n = next++) act(n);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Until the store is idle: what it does in the background would count for whoever comes next.
void Settle() {
  constexpr absl::Duration kLook = absl::Milliseconds(250);
  double before = CpuSeconds();
  for (double used = 1; used > 0.02 * absl::ToDoubleSeconds(kLook);) {
    absl::SleepFor(kLook);
    const double now = CpuSeconds();
    used = now - std::exchange(before, now);
  }
}

struct Cost {
  double a_second = 0;
  double cpu_us = 0;  // of one, with what the store did in the background for it
};

template <typename Act>
Cost Measure(uint64_t from, uint64_t to, Act act) {
  Settle();
  const double cpu = CpuSeconds();
  const absl::Time start = absl::Now();
  Run(from, to, act);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  Settle();
  const double count = static_cast<double>(to - from);
  return {count / seconds, (CpuSeconds() - cpu) / count * 1e6};
}

// One size's figures, a value for each repeat.
struct Figures {
  std::vector<double> decisions, decision_us, submit_us, ratio, inbox_us, inbox_p99_ms;
};

double Percentile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(part * static_cast<double>(values.size() - 1))];
}

void MeasureAt(Office* office, uint64_t* made, Figures* figures) {
  const auto count = static_cast<uint64_t>(absl::GetFlag(FLAGS_measured));
  for (int repeat = 0; repeat < absl::GetFlag(FLAGS_repeats); ++repeat) {
    std::vector<sharing::Stored<sharing::Request>> submitted(
        count, {sharing::Request::Restore({}), 0});
    const uint64_t from = *made;
    const Cost bare = Measure(from, from + 2 * count, [&](uint64_t n) {
      office->CommitBare(n, kBareBytes);
    });
    const Cost submit = Measure(from, from + count, [&](uint64_t n) {
      submitted[n - from] = office->Submit(n);
    });
    const Cost decide = Measure(from, from + count, [&](uint64_t n) {
      office->Answer(n, submitted[n - from]);
    });
    *made += count;
    std::vector<double> opened;
    Settle();
    const double cpu = CpuSeconds(RUSAGE_THREAD);
    constexpr uint64_t kOpened = 400;
    for (uint64_t n = 0; n < kOpened; ++n) {
      const absl::Time start = absl::Now();
      office->OpenInbox(n * Office::kAgencies,
                        n % 2 == 0 ? sharing::Inbox::View::kMine : sharing::Inbox::View::kDue);
      opened.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
    }
    figures->inbox_us.push_back((CpuSeconds(RUSAGE_THREAD) - cpu) / kOpened * 1e6);
    figures->inbox_p99_ms.push_back(Percentile(opened, 0.99));
    figures->decisions.push_back(decide.a_second);
    figures->decision_us.push_back(decide.cpu_us);
    figures->submit_us.push_back(submit.cpu_us);
    // A decision is two writes: the reviewer's and the head's.
    figures->ratio.push_back(2 * decide.a_second / bare.a_second);
  }
}

void Main() {
  std::unique_ptr<testing::TempDir> temporary;
  std::string dir = absl::GetFlag(FLAGS_dir);
  if (dir.empty()) {
    temporary = std::make_unique<testing::TempDir>();
    dir = absl::StrCat(temporary->path(), "/sharing");
  }
  Office office(dir);
  Report report("sharing");
  uint64_t made = 0;
  Figures first, last;
  const uint64_t end = std::max(absl::GetFlag(FLAGS_requests), 2 * kFirst);
  for (uint64_t size = kFirst; size <= end; size *= 10) {
    while (made < size) {
      const uint64_t to = std::min(size, made + 20'000);
      Run(made, to, [&](uint64_t n) {
        const sharing::Stored<sharing::Request> request = office.Submit(n);
        if (n % kOpen != 0) office.Answer(n, request);
      });
      made = to;
    }
    Figures figures;
    MeasureAt(&office, &made, &figures);
    const std::string at = absl::StrCat("_", size);
    report.Add({.id = absl::StrCat("decisions_per_s", at),
                .what = absl::StrCat("requests decided and signed off, ", size, " there"),
                .unit = "/s",
                .runs = figures.decisions});
    report.Add({.id = absl::StrCat("decision_writes", at),
                .what = "their writes against bare durable writes",
                .unit = "ratio",
                .runs = figures.ratio});
    report.Add({.id = absl::StrCat("submit_cpu", at),
                .what = "a request drafted, signed off and submitted",
                .unit = "us of CPU",
                .runs = figures.submit_us});
    report.Add({.id = absl::StrCat("decision_cpu", at),
                .what = "a request decided and signed off",
                .unit = "us of CPU",
                .runs = figures.decision_us});
    report.Add({.id = absl::StrCat("inbox_cpu", at),
                .what = "an inbox opened: 50 requests",
                .unit = "us of CPU",
                .runs = figures.inbox_us});
    report.Add({.id = absl::StrCat("inbox_p99", at),
                .what = "the same, slowest of a hundred",
                .unit = "ms",
                .runs = figures.inbox_p99_ms});
    if (size == kFirst) first = figures;
    last = figures;
  }
  const auto growth = [&](const char* what, const std::vector<double>& then,
                          const std::vector<double>& now) {
    std::vector<double> runs;
    for (size_t i = 0; i < now.size(); ++i) runs.push_back(now[i] / Percentile(then, 0.5));
    report.Add({.id = absl::StrCat("growth_", what),
                .what = absl::StrCat("CPU of one, ", made, " there against ", kFirst),
                .unit = "ratio",
                .runs = runs,
                .goal = AtMost(1.5)});
  };
  growth("submit", first.submit_us, last.submit_us);
  growth("decision", first.decision_us, last.decision_us);
  growth("inbox", first.inbox_us, last.inbox_us);
  report.Print();
  report.Write(absl::GetFlag(FLAGS_json));
}

}  // namespace
}  // namespace shareway::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  shareway::bench::Main();
  return 0;
}
