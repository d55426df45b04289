// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/load.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

namespace shareway::bench {
namespace {

constexpr int kMostInFlight = 8192;

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

// What the calls of one run tell, and when it counts.
class Count {
 public:
  explicit Count(std::vector<int> pids) : pids_(std::move(pids)) {
    pids_.push_back(getpid());
    nanos_.reserve(1 << 20);
  }

  // One call more is in flight, until Leave.
  void Enter() { ++open_; }
  // The call that was due at `due` ended so.
  void Note(int64_t due, const absl::Status& status) {
    const int64_t took = absl::GetCurrentTimeNanos() - due;
    absl::MutexLock lock(&mutex_);
    if (!counting_) return;
    if (status.ok()) {
      nanos_.push_back(took);
    } else if (errors_++ == 0) {
      first_error_ = status;
    }
  }
  // Nothing of this object may be touched afterwards.
  void Leave() {
    absl::MutexLock lock(&mutex_);
    --open_;
  }
  int open() const { return open_; }
  bool stopping() const { return stopping_; }

  // Warms up, counts, stops.
  void Time(absl::Duration warm_up, absl::Duration length, const Edges& edges) {
    absl::SleepFor(warm_up);
    if (edges.begin) edges.begin();
    const std::vector<double> before = Cpu();
    const absl::Time begin = absl::Now();
    SetCounting(true);
    absl::SleepFor(length);
    SetCounting(false);
    took_ = absl::Now() - begin;
    cpu_ = Cpu();
    for (size_t i = 0; i < cpu_.size(); ++i) cpu_[i] -= before[i];
    if (edges.end) edges.end();
    stopping_ = true;
  }

  // Waits for the calls in flight.
  Run Finish() {
    const auto idle = [this] { return open_ == 0; };
    absl::MutexLock lock(&mutex_, absl::Condition(&idle));
    std::sort(nanos_.begin(), nanos_.end());
    const size_t n = nanos_.size();
    Run run;
    run.errors = errors_;
    run.first_error = first_error_;
    if (n == 0) return run;
    run.calls = static_cast<long>(n);
    run.per_second = static_cast<double>(n) / absl::ToDoubleSeconds(took_);
    for (const double seconds : cpu_) {
      run.cpu_micros_of.push_back(seconds * 1e6 / static_cast<double>(n));
      run.cpu_micros += run.cpu_micros_of.back();
    }
    run.p50 = absl::Nanoseconds(nanos_[n / 2]);
    run.p99 = absl::Nanoseconds(nanos_[n * 99 / 100]);
    return run;
  }

 private:
  std::vector<double> Cpu() const {
    std::vector<double> seconds;
    for (const int pid : pids_) seconds.push_back(CpuSeconds(pid));
    return seconds;
  }
  void SetCounting(bool counting) {
    absl::MutexLock lock(&mutex_);
    counting_ = counting;
  }

  std::vector<int> pids_;
  std::vector<double> cpu_ = {};
  absl::Duration took_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> open_ = 0;
  absl::Mutex mutex_;
  bool counting_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<int64_t> nanos_ ABSL_GUARDED_BY(mutex_);
  long errors_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status first_error_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return n == 0 ? 0 : (values[(n - 1) / 2] + values[n / 2]) / 2;
}

Run RunLoad(const StartCall& start, int outstanding, absl::Duration warm_up, absl::Duration length,
            const std::vector<int>& pids, const Edges& edges) {
  Count count(pids);
  std::function<void()> one = [&] {
    const int64_t begin = absl::GetCurrentTimeNanos();
    start([&, begin](absl::Status status) {
      count.Note(begin, status);
      if (!count.stopping()) return one();
      count.Leave();
    });
  };
  for (int i = 0; i < outstanding; ++i) {
    count.Enter();
    one();
  }
  count.Time(warm_up, length, edges);
  return count.Finish();
}

Run RunRate(const StartCall& start, double per_second, absl::Duration warm_up,
            absl::Duration length, const std::vector<int>& pids) {
  Count count(pids);
  std::thread caller([&] {
    prctl(PR_SET_TIMERSLACK, 1);
    const auto distance = static_cast<int64_t>(1e9 / per_second);
    for (int64_t due = absl::GetCurrentTimeNanos(); !count.stopping(); due += distance) {
      if (const int64_t early = due - absl::GetCurrentTimeNanos(); early > 0) {
        absl::SleepFor(absl::Nanoseconds(early));
      }
      if (count.open() >= kMostInFlight) {
        count.Note(due, absl::ResourceExhaustedError("the rate is more than is answered"));
        continue;
      }
      count.Enter();
      start([&count, due](absl::Status status) {
        count.Note(due, status);
        count.Leave();
      });
    }
  });
  count.Time(warm_up, length, {});
  caller.join();
  return count.Finish();
}

}  // namespace shareway::bench
