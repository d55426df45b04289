// SPDX-License-Identifier: Apache-2.0
// The clocks of a sharing request: who owes what until when, and how they end.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status.h"
#include "services/sharing/domain/request.h"

namespace shareway::sharing {
namespace {

bool IsPaused(const statute::Clock& clock) {
  return !clock.pauses.empty() && !clock.pauses.back().to;
}

bool RanOut(const std::optional<statute::Clock>& clock, absl::Time now) {
  return clock && !clock->stop && !IsPaused(*clock) && now >= statute::DueInstant(*clock);
}

// What a calendar did to a last day: moved it, or made it certain.
std::string Moved(absl::string_view which, const statute::DueDate& before,
                  const statute::DueDate& after) {
  const std::string day = absl::FormatCivilTime(after.day);
  if (before.day == after.day) return absl::StrCat(which, " ", day, " as before");
  return absl::StrCat(which, " ", day, ", before ", absl::FormatCivilTime(before.day));
}

// Every clock that may run, for `change` to replace.
template <typename Change>
absl::Status ForEachRunning(Request::Fields* fields, Change change) {
  const auto run = [&](statute::Clock* clock) -> absl::Status {
    if (clock->stop) return absl::OkStatus();
    SHAREWAY_ASSIGN_OR_RETURN(*clock, change(*clock));
    return absl::OkStatus();
  };
  for (std::optional<statute::Clock>* clock :
       {&fields->clock, &fields->check_clock, &fields->supply.clock}) {
    if (*clock) SHAREWAY_RETURN_IF_ERROR(run(&**clock));
  }
  return fields->supplement ? run(&fields->supplement->clock) : absl::OkStatus();
}

}  // namespace

std::vector<Request::Owed> Request::Clocks() const {
  std::vector<Owed> clocks;
  if (fields_.clock) clocks.push_back({&*fields_.clock, fields_.provider});
  if (fields_.check_clock) clocks.push_back({&*fields_.check_clock, fields_.authority_agency});
  if (fields_.supplement) clocks.push_back({&fields_.supplement->clock, fields_.consumer});
  if (fields_.supply.clock) clocks.push_back({&*fields_.supply.clock, fields_.provider});
  for (const statute::Clock& clock : fields_.earlier) {
    const bool check = clock.kind == statute::ClockKind::kAuthorityCheck;
    const bool supplement = clock.kind == statute::ClockKind::kSupplement;
    clocks.push_back({&clock, check        ? fields_.authority_agency
                              : supplement ? fields_.consumer
                                           : fields_.provider});
  }
  return clocks;
}

absl::StatusOr<Request> Request::StopClocks(absl::Time now) const {
  Request next = *this;
  SHAREWAY_RETURN_IF_ERROR(ForEachRunning(&next.fields_, [&](const statute::Clock& clock) {
    return statute::StopClock(clock, now);
  }));
  return next;
}

absl::StatusOr<std::optional<Request>> Request::Recompute(const statute::CalendarSet& calendars,
                                                          absl::Time now) const {
  Fields after = fields_;
  std::vector<std::string> moved, used;
  SHAREWAY_RETURN_IF_ERROR(ForEachRunning(
      &after, [&](const statute::Clock& clock) -> absl::StatusOr<statute::Clock> {
        SHAREWAY_ASSIGN_OR_RETURN(statute::Clock computed,
                                  statute::RecomputeClock(clock, calendars, now));
        if (computed.due == clock.due && computed.promised == clock.promised) return clock;
        if (computed.due != clock.due) moved.push_back(Moved("due", clock.due, computed.due));
        if (computed.promised && computed.promised != clock.promised) {
          moved.push_back(Moved("promised", clock.promised.value_or(*computed.promised),
                                *computed.promised));
        }
        used = computed.due.calendars;
        return computed;
      }));
  if (moved.empty()) return std::nullopt;
  return std::optional<Request>(
      Request(std::move(after))
          .Next(fields_.state, "LoadCalendar", absl::StrJoin(used, ", "),
                absl::StrJoin(moved, "; "), fields_.article, now));
}

bool Request::Overdue(absl::Time now) const { return RanOut(fields_.clock, now); }

bool Request::SupplyOverdue(absl::Time now) const { return RanOut(fields_.supply.clock, now); }

}  // namespace shareway::sharing
