// SPDX-License-Identifier: Apache-2.0
// Counts failures by account and by source, durably, and refuses after five.
#pragma once

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
  // UNAUTHENTICATED, LOCKED_OUT, with `until`, if account or source are locked. Tallied, since
  // anybody can ask as often as he likes.
  absl::Status Check(const Attempt& attempt) const;
  // One more failure, in the log as SESSION_REFUSED with the answer's reason, and once more with
  // LOCKED_OUT if it is the last one admitted. Returns `answer`, or why it could not be counted.
  absl::Status Fail(const Attempt& attempt, const absl::Status& answer);
  // The account's failures are forgotten with this change; the source's are not: whoever knows one
  // password could try all others.
  static void Clear(const Attempt& attempt, Change* change);

 private:
  const Desk* const desk_;
  absl::Mutex counting_;
};

}  // namespace shareway::console
