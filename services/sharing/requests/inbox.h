// SPDX-License-Identifier: Apache-2.0
// The inbox: what waits for whom, by views that stay fast at a million requests.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/sharing/desk.h"
#include "services/sharing/store/subject_rows.h"

namespace shareway::sharing {

// Each view reads the rows of its own list (store/subject_rows.h), never all requests. Thread-safe.
class Inbox {
 public:
  enum class View {
    kAll,      // all that the actor may read, newest first
    kMine,     // what waits for an act of its posts, newest first
    kDue,      // due within two working days, soonest first
    kOverdue,  // the last day passed without the act, soonest first
    kWaiting,  // open, and waits for another agency or post, newest first
  };
  // How many a view has; counted up to kMost.
  struct Count {
    int requests = 0;
    bool more = false;
  };
  static constexpr int kMost = 1000;
  static constexpr int kMostWarnings = 100;
  struct Summary {
    Count mine = {}, due = {}, overdue = {}, waiting = {};
    std::vector<WarnedClock> warnings = {};  // soonest due first, at most kMostWarnings
  };

  // `desk` must outlive it.
  explicit Inbox(const Desk* desk) : desk_(desk) {}

  // Up to `limit` requests of the view that the actor may read and `want` takes. A page may be
  // short before the last one.
  absl::StatusOr<Page<Request>> List(const Actor& actor, View view, absl::string_view cursor,
                                     int limit, absl::FunctionRef<bool(const Request&)> want) const;
  // What the views have. Paused clocks are neither due nor overdue.
  absl::StatusOr<Summary> Summarize(const Actor& actor) const;

 private:
  // The first day after those that are due within two working days.
  absl::StatusOr<absl::CivilDay> DueEnd(const Actor& actor) const;
  absl::StatusOr<Page<Request>> ListDue(const Actor& actor, absl::CivilDay from, absl::CivilDay to,
                                        absl::string_view cursor, int limit,
                                        absl::FunctionRef<bool(const Request&)> want) const;

  const Desk* const desk_;
};

}  // namespace shareway::sharing
