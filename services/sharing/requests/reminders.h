// SPDX-License-Identifier: Apache-2.0
// What somebody is reminded of outside a session: what waits for his posts, and what was decided.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// One thing to be reminded of. See ReminderService for what each field says.
struct Reminder {
  // The numbers are those of sharing.v1.Reminder.What.
  enum class What {
    kNothing = 0,
    kNewTask,
    kDueTask,
    kOverdueTask,
    kRequestApproved,
    kRequestRefused,
    kGrantSuspended,
    kGrantResumed,
    kGrantRevoked,
    kGrantOver,
    kGrantExpiring,
  };
  std::string key = {};
  std::string stage = {};
  What what = What::kNothing;
  std::string subject = {};
  std::string title = {};
  std::string due = {};
  friend bool operator==(const Reminder&, const Reminder&) = default;
};

// Thread-safe; reads only.
class Reminders {
 public:
  // `desk` must outlive it.
  explicit Reminders(const Desk* desk) : desk_(desk) {}

  struct Outlook {
    std::vector<Reminder> standing = {};
    bool more = false;
    std::vector<Reminder> changes = {};
    std::string cursor = {};
    bool working_day = false;
  };
  // For the actor with the posts that he has here. An empty cursor, one of a store that was restored
  // meanwhile, and one that the logs do not reach back to any more, each begin anew with what comes.
  // INVALID_ARGUMENT for a cursor that is none of ours.
  static constexpr int kMostStanding = 200;
  static constexpr int kMostChanges = 1000;  // of each log that one call reads
  absl::StatusOr<Outlook> For(const Actor& actor, const std::string& cursor) const;

 private:
  // How far the logs were read.
  struct Cursor {
    uint64_t epoch = 0, requests = 0, grants = 0;
  };
  static absl::Status Parse(const std::string& text, Cursor* cursor);
  absl::Status AddTasks(const Actor& actor, Outlook* outlook) const;
  absl::Status AddClocks(const Actor& actor, Outlook* outlook) const;
  absl::Status AddExpiring(const Actor& actor, Outlook* outlook) const;
  absl::Status AddDecisions(const Actor& actor, Cursor* cursor, Outlook* outlook) const;
  absl::Status AddGrants(const Actor& actor, Cursor* cursor, Outlook* outlook) const;
  // Of the resource; empty if it is not known.
  std::string TitleOf(absl::string_view resource) const;
  // The calendar area of the actor's agency.
  absl::StatusOr<std::string> AreaOf(const Actor& actor) const;

  const Desk* const desk_;
};

}  // namespace shareway::sharing
