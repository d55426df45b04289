// SPDX-License-Identifier: Apache-2.0
// Counts failures by account and by source, durably, and refuses after five.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "services/console/desk.h"

namespace shareway::console {

// Whose failures an attempt counts.
struct Attempt {
  std::string account_row = {};
  std::string source_row = {};
  std::string account = {};  // for the event; empty: there is none of that name
  std::string agency = {};
};

// Thread-safe. `desk` must outlive it.
class Lockouts {
 public:
  explicit Lockouts(const Desk* desk) : desk_(desk) {}

  // An attempt on the account of `person`, who may be unknown: a name without account counts in a
  // row as well, so that answers are alike.
  absl::StatusOr<Attempt> AttemptOn(absl::string_view person, const Client& client) const;
  // While it lives nobody else's guess is judged for the same account or from the same source: what
  // Check says meanwhile holds until Fail or Clear is durable, however many try at once. Blocks;
  // whoever needs a Passwords::Permit has it before.
  class Turn {
   public:
    Turn(Lockouts* lockouts, const Attempt& attempt)
        : account_(&lockouts->account_turns_[Slot(attempt.account_row)]),
          source_(&lockouts->source_turns_[Slot(attempt.source_row)]) {}

   private:
    absl::MutexLock account_;
    absl::MutexLock source_;  // always after the account's
  };
  // UNAUTHENTICATED, LOCKED_OUT, with `until`, if account or source are locked. Tallied, since
  // anybody can ask as often as he likes.
  absl::Status Check(const Attempt& attempt) const;
  // One more failure, in the log as SESSION_REFUSED with the answer's reason, and once more with
  // LOCKED_OUT if it is the last one admitted. Returns `answer`, or why it could not be counted.
  absl::Status Fail(const Attempt& attempt, const absl::Status& answer);
  // The account's failures are forgotten with this change; the source's are not: whoever knows one
  // password could try all others. Within a Turn, else it forgets a lock-out made meanwhile.
  static void Clear(const Attempt& attempt, Change* change);

 private:
  static constexpr size_t kTurns = 256;
  static size_t Slot(const std::string& row) { return std::hash<std::string>()(row) % kTurns; }

  const Desk* const desk_;
  std::array<absl::Mutex, kTurns> account_turns_;
  std::array<absl::Mutex, kTurns> source_turns_;
  absl::Mutex counting_;
};

}  // namespace shareway::console
