// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/caller_limits.h"

#include <algorithm>
#include <cmath>
#include <thread>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/error.h"

namespace shareway::rpc {
namespace {

// What an answered call itself takes until it ends: gRPC's stream and ours.
constexpr size_t kCallBytes = 16 << 10;
// Answered calls that did not end yet, for each that may be in progress.
constexpr int kEndingPerCall = 8;
constexpr absl::Duration kLongestTick = absl::Seconds(1);
// What every refusal advises anyway (libs/rpc/grpc_status.cc).
constexpr double kUsualRetrySeconds = 0.2;

Error Limited(const std::string& caller, absl::string_view why) {
  return Error(Reason::kRateLimited, absl::StatusCode::kResourceExhausted,
               absl::StrCat(caller, " ", why))
      .With("caller", caller);
}

}  // namespace

// What one caller has now.
struct CallerLimits::Pass::Caller {
  std::string name;
  int calls = 0;   // in progress
  int ending = 0;  // answered, not ended
  size_t bytes = 0;
  double tokens = 0;           // calls that it may begin at once
  absl::Duration filled = {};  // when that was counted, by boot time
};

struct CallerLimits::State {
  State(Limits given, const Clock* time) : limits(given), clock(time) {}

  const Limits limits;
  const Clock* const clock;

  absl::Mutex mutex;
  std::unordered_map<std::string, Pass::Caller> callers ABSL_GUARDED_BY(mutex);
  Pass* oldest ABSL_GUARDED_BY(mutex) = nullptr;  // of the answers that are not taken yet
  Pass* newest ABSL_GUARDED_BY(mutex) = nullptr;
  Pass* cutting ABSL_GUARDED_BY(mutex) = nullptr;  // the pass whose `cut` runs
  std::thread::id cutter ABSL_GUARDED_BY(mutex);
  absl::CondVar cut_done;
  bool stopping ABSL_GUARDED_BY(mutex) = false;
  std::thread thread;

  void Refill(Pass::Caller* caller) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    const absl::Duration now = clock->SinceBoot();
    caller->tokens =
        std::min(limits.burst,
                 caller->tokens + limits.per_second * absl::ToDoubleSeconds(now - caller->filled));
    caller->filled = now;
  }
  // OK and counted, or the refusal.
  absl::Status Begin(Pass::Caller* caller) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  void Unlist(Pass* pass) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  void Run();
  // Cuts the oldest answer if it is overdue. False if there is none.
  bool CutOne();
  // Forgets callers of whom nothing is to be remembered.
  void Forget();
};

absl::Status CallerLimits::State::Begin(Pass::Caller* caller) {
  if (limits.concurrent > 0 && caller->calls >= limits.concurrent) {
    return Limited(caller->name, absl::StrCat("has ", caller->calls,
                                              " calls in progress, may have ", limits.concurrent));
  }
  if (limits.concurrent > 0 && caller->ending / kEndingPerCall >= limits.concurrent) {
    return Limited(caller->name,
                   absl::StrCat("has not taken ", caller->ending, " answers, may leave ",
                                int64_t{kEndingPerCall} * limits.concurrent));
  }
  if (limits.bytes > 0 && caller->bytes >= limits.bytes) {
    return Limited(caller->name,
                   absl::StrCat("holds ", caller->bytes,
                                " bytes of requests and untaken answers, may hold ", limits.bytes));
  }
  if (limits.per_second > 0) {
    Refill(caller);
    if (caller->tokens < 1) {
      const double wait = (1 - caller->tokens) / limits.per_second;
      Error error =
          Limited(caller->name, absl::StrCat("may begin ", limits.per_second, " calls a second, ",
                                             limits.burst, " after a pause"));
      if (wait > kUsualRetrySeconds) {
        error.With("retry_after_seconds", absl::StrCat(static_cast<int64_t>(std::ceil(wait))));
      }
      return error;
    }
    caller->tokens -= 1;
  }
  ++caller->calls;
  return absl::OkStatus();
}

void CallerLimits::State::Unlist(Pass* pass) {
  if (!pass->listed_) return;
  (pass->before_ ? pass->before_->after_ : oldest) = pass->after_;
  (pass->after_ ? pass->after_->before_ : newest) = pass->before_;
  pass->before_ = pass->after_ = nullptr;
  pass->listed_ = false;
}

bool CallerLimits::State::CutOne() {
  std::function<void()> cut;
  {
    absl::MutexLock lock(&mutex);
    Pass* const pass = oldest;
    if (pass == nullptr || clock->SinceBoot() - pass->answered_ < limits.stalled) return false;
    Unlist(pass);
    cut = std::move(pass->cut_);
    cutting = pass;
    cutter = std::this_thread::get_id();
  }
  cut();
  absl::MutexLock lock(&mutex);
  cutting = nullptr;
  cut_done.SignalAll();
  return true;
}

void CallerLimits::State::Forget() {
  absl::MutexLock lock(&mutex);
  for (auto it = callers.begin(); it != callers.end();) {
    Pass::Caller& caller = it->second;
    if (limits.per_second > 0) Refill(&caller);
    const bool full = limits.per_second <= 0 || caller.tokens >= limits.burst;
    it = caller.calls == 0 && caller.ending == 0 && full ? callers.erase(it) : std::next(it);
  }
}

void CallerLimits::State::Run() {
  const absl::Duration tick = std::min(kLongestTick, limits.stalled / 4);
  for (;;) {
    {
      absl::MutexLock lock(&mutex);
      if (mutex.AwaitWithTimeout(absl::Condition(&stopping), tick)) return;
    }
    while (CutOne()) {
    }
    Forget();
  }
}

CallerLimits::Pass::Pass(std::shared_ptr<State> state, Caller* caller)
    : state_(std::move(state)), caller_(caller) {}

CallerLimits::Pass::~Pass() {
  State& s = *state_;
  absl::MutexLock lock(&s.mutex);
  // `cut` uses what ends with the call. It may also be what ends the call, on its own thread.
  while (s.cutting == this && s.cutter != std::this_thread::get_id()) {
    s.cut_done.Wait(&s.mutex);
  }
  s.Unlist(this);
  caller_->bytes -= bytes_;
  --(in_progress_ ? caller_->calls : caller_->ending);
}

CallerLimits::CallerLimits(Limits limits, const Clock* clock)
    : state_(std::make_shared<State>(limits, clock)) {
  state_->thread = std::thread([s = state_.get()] { s->Run(); });
}

CallerLimits::~CallerLimits() {
  {
    absl::MutexLock lock(&state_->mutex);
    state_->stopping = true;
  }
  state_->thread.join();
}

absl::StatusOr<std::unique_ptr<CallerLimits::Pass>> CallerLimits::Enter(const std::string& caller) {
  State& s = *state_;
  absl::MutexLock lock(&s.mutex);
  const auto [it, made] = s.callers.try_emplace(caller);
  Pass::Caller* const found = &it->second;
  if (made) {
    found->name = caller;
    found->tokens = s.limits.burst;
    found->filled = s.clock->SinceBoot();
  }
  absl::Status begun = s.Begin(found);
  if (!begun.ok()) return begun;
  return std::unique_ptr<Pass>(new Pass(state_, found));
}

absl::Status CallerLimits::TakeRequest(Pass* pass, size_t bytes) {
  State& s = *state_;
  absl::MutexLock lock(&s.mutex);
  pass->bytes_ += bytes;
  size_t& held = pass->caller_->bytes;
  held += bytes;
  // One request is taken from whoever holds nothing else, whatever its size: the server
  // bounds the size of a message.
  if (s.limits.bytes == 0 || held <= s.limits.bytes || held == bytes) return absl::OkStatus();
  return Limited(pass->caller_->name,
                 absl::StrCat("would hold ", held,
                              " bytes of requests and untaken answers, may hold ", s.limits.bytes));
}

void CallerLimits::GiveAnswer(Pass* pass, size_t bytes, std::function<void()> cut) {
  State& s = *state_;
  absl::MutexLock lock(&s.mutex);
  pass->bytes_ += bytes + kCallBytes;
  pass->caller_->bytes += bytes + kCallBytes;
  --pass->caller_->calls;
  ++pass->caller_->ending;
  pass->in_progress_ = false;
  pass->answered_ = s.clock->SinceBoot();
  pass->cut_ = std::move(cut);
  pass->before_ = s.newest;
  (s.newest ? s.newest->after_ : s.oldest) = pass;
  s.newest = pass;
  pass->listed_ = true;
}

}  // namespace shareway::rpc
