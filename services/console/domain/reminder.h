// SPDX-License-Identifier: Apache-2.0
// What somebody is told outside the console: one line about one object, without any of its content.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace shareway::console {

// The numbers are those of console.v1.ReminderKind.
enum class ReminderKind { kUnspecified = 0, kTasks, kDecisions, kGrants, kCatalogue };
using ReminderKinds = std::vector<ReminderKind>;
bool Has(const ReminderKinds& kinds, ReminderKind kind);

// What happened. The numbers are stored: add, never renumber.
enum class Tiding {
  kUnspecified = 0,
  kNewTask,          // it waits for an act of the receiver's posts
  kDueTask,          // a clock of it reached a warning mark
  kOverdueTask,      // its last day is over
  kRequestApproved,  // a request of the agency, whole or in part
  kRequestRefused,
  kGrantSuspended,
  kGrantResumed,
  kGrantRevoked,
  kGrantOver,      // its period is over, or its consumer ended it
  kGrantExpiring,  // its period is over soon
  kEntryPublished,
  kEntryRevised,
  kEntryClosed,
  kEntryReopened,
  kEntryGone,
};
// NEW_TASK and so on; empty for kUnspecified and numbers that are none of these.
absl::string_view TidingName(Tiding tiding);
ReminderKind KindOf(Tiding tiding);

// One thing to tell. Of two with one key, the stage says whether the second is news.
struct Reminder {
  std::string key = {};    // what it is about, within its source
  std::string stage = {};  // of that
  Tiding tiding = Tiding::kUnspecified;
  std::string subject = {};  // for example requests/{r}
  std::string title = {};    // the object's title; empty if it has none
  std::string due = {};      // the last day, CCYY-MM-DD; empty: none
  friend bool operator==(const Reminder&, const Reminder&) = default;
};

// What a source says to one receiver now.
struct News {
  // All that waits now; what is not here any more has gone, unless `more` says that there is more.
  std::vector<Reminder> tasks = {};
  bool more = false;
  // What happened after the cursor that was given, oldest first, and where to go on.
  std::vector<Reminder> changes = {};
  std::string cursor = {};
  // Whether today is a working day, where the source knows.
  std::optional<bool> working_day = {};
};

// What is sent at once: a mail, or a call of a webhook.
struct Letter {
  enum class Purpose { kUnspecified = 0, kReminders, kCode };
  std::string id = {};        // 32 hexadecimal digits; the same each time it is sent
  std::string receiver = {};  // people/{p}: by mail; agencies/{a}: by webhook
  Purpose purpose = Purpose::kReminders;
  std::vector<Reminder> reminders = {};
  int left_out = 0;  // reminders beyond kMostInLetter
  absl::Time create_time = {};
  // Of kCode: where to, and the code, sealed.
  std::string address = {};
  std::string nonce = {};
  std::string sealed = {};
  friend bool operator==(const Letter&, const Letter&) = default;
};
inline constexpr size_t kMostInLetter = 100;
// A letter that could not be sent for so long is given up.
inline constexpr absl::Duration kLetterLife = absl::Hours(72);

// How long to wait after so many failures in a row, 1 or more: from 15 seconds, twice as long each
// time, up to an hour.
absl::Duration RetryAfter(int failures);

}  // namespace shareway::console
