// SPDX-License-Identifier: Apache-2.0
// Asking real processes until they have got there: they follow each other by some milliseconds.
#pragma once

#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace shareway::testing {

// Asks every 20 ms until `done` takes the answer, for at most `limit`. The last answer in
// either case: the test says what it wanted of it.
template <typename Ask, typename Done>
auto AskUntil(Ask ask, Done done, absl::Duration limit = absl::Seconds(10)) {
  for (const absl::Time end = absl::Now() + limit;;) {
    auto answer = ask();
    if (done(answer) || absl::Now() > end) return answer;
    absl::SleepFor(absl::Milliseconds(20));
  }
}

// The same for what answers with a status, or a value in place of one.
template <typename Ask>
auto AskUntilOk(Ask ask, absl::Duration limit = absl::Seconds(10)) {
  return AskUntil(std::move(ask), [](const auto& answer) { return answer.ok(); }, limit);
}

}  // namespace shareway::testing
