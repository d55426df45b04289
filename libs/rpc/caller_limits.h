// SPDX-License-Identifier: Apache-2.0
// How much one caller may have of a server at a time, refused at once beyond.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"

namespace shareway::rpc {

// Of each caller, by the name in its certificate.
struct Limits {
  int concurrent = 512;   // calls and streams not answered yet; 0: not limited
  double per_second = 0;  // calls begun, on average; 0: not limited
  double burst = 1000;    // calls begun at once after a pause
  // Of requests in progress and of answers that were not taken yet; 0: not limited.
  size_t bytes = 256u << 20;
  // An answer that its caller does not take for so long is dropped.
  absl::Duration stalled = absl::Seconds(30);
};

// Thread-safe; one thread of its own drops stalled answers.
class CallerLimits {
 public:
  // What one call holds until it is destroyed. May outlive the limits.
  class Pass;

  CallerLimits(Limits limits, const Clock* clock);
  ~CallerLimits();

  // A call begins. RESOURCE_EXHAUSTED, RATE_LIMITED, naming the limit, if the caller has
  // too many calls in progress, begins them too fast or holds too many bytes.
  absl::StatusOr<std::unique_ptr<Pass>> Enter(const std::string& caller);
  // The call's request came, so many bytes. RESOURCE_EXHAUSTED, RATE_LIMITED, if that is
  // more than the caller may still hold; it counts until the pass ends in either case.
  absl::Status TakeRequest(Pass* pass, size_t bytes);
  // The call's answer is on its way, so many bytes, and some for the call itself: from
  // now on it counts by its bytes, not as in progress, since a caller that has its answer
  // cannot know how long the server takes to end the call; eight times as many may be on
  // their way as in progress. An answer is never refused:
  // what it tells is evidence already; instead the next calls are. `cut` runs once, on
  // the limits' thread, if the pass does not end for `stalled`; the end of the pass waits
  // for it.
  void GiveAnswer(Pass* pass, size_t bytes, std::function<void()> cut);

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

class CallerLimits::Pass {
 public:
  ~Pass();
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

 private:
  friend class CallerLimits;
  friend struct CallerLimits::State;
  struct Caller;
  Pass(std::shared_ptr<State> state, Caller* caller);

  const std::shared_ptr<State> state_;
  Caller* const caller_;  // the state's
  // The rest is guarded by the state's mutex.
  size_t bytes_ = 0;
  bool in_progress_ = true;
  // Answers that are not taken yet form a list, oldest first.
  bool listed_ = false;
  Pass *before_ = nullptr, *after_ = nullptr;
  absl::Duration answered_ = {};  // by boot time
  std::function<void()> cut_;
};

}  // namespace shareway::rpc
