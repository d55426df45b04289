// SPDX-License-Identifier: Apache-2.0
// What somebody is told outside the console.
#include "services/console/domain/reminder.h"

#include <algorithm>

namespace shareway::console {
namespace {

constexpr absl::Duration kFirstRetry = absl::Seconds(15);
constexpr absl::Duration kLastRetry = absl::Hours(1);

}  // namespace

bool Has(const ReminderKinds& kinds, ReminderKind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

absl::string_view TidingName(Tiding tiding) {
  switch (tiding) {
    case Tiding::kUnspecified: break;
    case Tiding::kNewTask: return "NEW_TASK";
    case Tiding::kDueTask: return "DUE_TASK";
    case Tiding::kOverdueTask: return "OVERDUE_TASK";
    case Tiding::kRequestApproved: return "REQUEST_APPROVED";
    case Tiding::kRequestRefused: return "REQUEST_REFUSED";
    case Tiding::kGrantSuspended: return "GRANT_SUSPENDED";
    case Tiding::kGrantResumed: return "GRANT_RESUMED";
    case Tiding::kGrantRevoked: return "GRANT_REVOKED";
    case Tiding::kGrantOver: return "GRANT_OVER";
    case Tiding::kGrantExpiring: return "GRANT_EXPIRING";
    case Tiding::kEntryPublished: return "ENTRY_PUBLISHED";
    case Tiding::kEntryRevised: return "ENTRY_REVISED";
    case Tiding::kEntryClosed: return "ENTRY_CLOSED";
    case Tiding::kEntryReopened: return "ENTRY_REOPENED";
    case Tiding::kEntryGone: return "ENTRY_GONE";
  }
  return "";
}

ReminderKind KindOf(Tiding tiding) {
  switch (tiding) {
    case Tiding::kUnspecified: break;
    case Tiding::kNewTask:
    case Tiding::kDueTask:
    case Tiding::kOverdueTask: return ReminderKind::kTasks;
    case Tiding::kRequestApproved:
    case Tiding::kRequestRefused: return ReminderKind::kDecisions;
    case Tiding::kGrantSuspended:
    case Tiding::kGrantResumed:
    case Tiding::kGrantRevoked:
    case Tiding::kGrantOver:
    case Tiding::kGrantExpiring: return ReminderKind::kGrants;
    case Tiding::kEntryPublished:
    case Tiding::kEntryRevised:
    case Tiding::kEntryClosed:
    case Tiding::kEntryReopened:
    case Tiding::kEntryGone: return ReminderKind::kCatalogue;
  }
  return ReminderKind::kUnspecified;
}

absl::Duration RetryAfter(int failures) {
  absl::Duration wait = kFirstRetry;
  for (int i = 1; i < failures && wait < kLastRetry; ++i) wait *= 2;
  return std::min(wait, kLastRetry);
}

}  // namespace shareway::console
