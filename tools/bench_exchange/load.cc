// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/load.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace shareway::bench {
namespace {

// Seconds of CPU, user and system, that a process has used.
double CpuSeconds(int pid) {
  std::ifstream in(absl::StrCat("/proc/", pid, "/stat"));
  std::string text((std::istreambuf_iterator<char>(in)), {});
  std::istringstream rest(text.substr(text.rfind(')') + 2));
  std::string word;
  long user = 0, system = 0;
  for (int i = 3; i <= 13; ++i) rest >> word;
  rest >> user >> system;
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

Run RunLoad(const StartCall& start, int outstanding, absl::Duration warm_up, absl::Duration length,
            const std::vector<int>& pids) {
  struct Shared {
    std::atomic<bool> counting = false, stopping = false;
    std::atomic<int> open = 0;
    absl::Notification drained;
    absl::Mutex mutex;
    std::vector<int64_t> nanos;
    long errors = 0;
    absl::Status first_error;
  } shared;
  shared.nanos.reserve(1 << 20);
  std::vector<int> all = pids;
  all.push_back(getpid());
  auto cpu = [&] {
    double sum = 0;
    for (int pid : all) sum += CpuSeconds(pid);
    return sum;
  };

  std::function<void()> one = [&] {
    const int64_t begin = absl::GetCurrentTimeNanos();
    start([&, begin](absl::Status status) {
      if (shared.counting) {
        const int64_t took = absl::GetCurrentTimeNanos() - begin;
        absl::MutexLock lock(&shared.mutex);
        if (status.ok()) {
          shared.nanos.push_back(took);
        } else {
          if (shared.errors++ == 0) shared.first_error = status;
        }
      }
      if (!shared.stopping) return one();
      if (--shared.open == 0) shared.drained.Notify();
    });
  };
  shared.open = outstanding;
  for (int i = 0; i < outstanding; ++i) one();
  absl::SleepFor(warm_up);
  const double cpu_before = cpu();
  const absl::Time begin = absl::Now();
  shared.counting = true;
  absl::SleepFor(length);
  shared.counting = false;
  const absl::Duration took = absl::Now() - begin;
  const double cpu_used = cpu() - cpu_before;
  shared.stopping = true;
  shared.drained.WaitForNotification();

  Run run;
  absl::MutexLock lock(&shared.mutex);
  std::sort(shared.nanos.begin(), shared.nanos.end());
  const size_t n = shared.nanos.size();
  run.errors = shared.errors;
  run.first_error = shared.first_error;
  if (n > 0) {
    run.per_second = static_cast<double>(n) / absl::ToDoubleSeconds(took);
    run.cpu_micros = cpu_used * 1e6 / static_cast<double>(n);
    run.p50 = absl::Nanoseconds(shared.nanos[n / 2]);
    run.p99 = absl::Nanoseconds(shared.nanos[n * 99 / 100]);
  }
  return run;
}

}  // namespace shareway::bench
