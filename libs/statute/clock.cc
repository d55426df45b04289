// SPDX-License-Identifier: Apache-2.0
#include "libs/statute/clock.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::statute {
namespace {

constexpr std::array<absl::string_view, 17> kKindNames = {
    "CATALOGUE_UPDATE",    "CATALOGUE_PUBLISH", "AUTHORITY_CHECK",
    "REPLY_UNCONDITIONAL", "REPLY_CONDITIONAL", "REPLY_UNPUBLISHED",
    "SUPPLEMENT_ASK",      "SUPPLEMENT",        "SUPPLY",
    "CORRECTION",          "NEGOTIATION",       "COORDINATION",
    "CONSULTATION",        "DISPOSAL",          "RECTIFICATION",
    "INQUIRY",             "INQUIRY_EXTENDED"};
static_assert(kKindNames.size() == static_cast<size_t>(ClockKind::kInquiryExtended) + 1);

absl::Status Forbidden(const Clock& clock, absl::string_view why) {
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("the clock ", ClockKindName(clock.kind), " ", why))
      .With("clock", ClockKindName(clock.kind))
      .With("due", absl::FormatCivilTime(clock.due.day));
}

bool IsPaused(const Clock& clock) { return !clock.pauses.empty() && !clock.pauses.back().to; }

absl::Status CheckOrder(const Clock& clock, absl::Time at) {
  absl::Time last = clock.trigger;
  for (const Pause& pause : clock.pauses) last = std::max(last, pause.to.value_or(pause.from));
  if (at >= last) return absl::OkStatus();
  return Error::Field("time", absl::StrCat(absl::FormatTime(at, absl::UTCTimeZone()),
                                           " is before the clock's last change, ",
                                           absl::FormatTime(last, absl::UTCTimeZone())));
}

// The day after which working days count.
absl::StatusOr<absl::CivilDay> CountsAfter(const Clock& clock, const CalendarSet& calendars) {
  absl::CivilDay day = LawDay(clock.trigger);
  if (clock.counting.late_receipt_next_day) {
    const bool closed = clock.counting.office_close_minute &&
                        LawMinute(clock.trigger) >= *clock.counting.office_close_minute;
    if (closed || !calendars.Look(clock.area, day).working) {
      SHAREWAY_ASSIGN_OR_RETURN(day, NextWorkingDay(calendars, clock.area, day));
    }
  }
  return clock.counting.count_start_day ? day - 1 : day;
}

// Working days that the pauses took before `until`, none of them before counting began.
absl::StatusOr<int> DaysPaused(const Clock& clock, const CalendarSet& calendars,
                               absl::CivilDay after, const Pause& pause, absl::Time until) {
  const absl::CivilDay from = std::max(LawDay(pause.from), after);
  const absl::CivilDay to = std::max(LawDay(std::min(pause.to.value_or(until), until)), after);
  if (to <= from) return 0;
  SHAREWAY_ASSIGN_OR_RETURN(const WorkingDays lost,
                            WorkingDaysBetween(calendars, clock.area, from, to));
  return lost.days;
}

// From the trigger through every pause and the extension, in the order in which they came.
absl::StatusOr<DueDate> ComputeDue(const Clock& clock, const CalendarSet& calendars) {
  SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay after, CountsAfter(clock, calendars));
  int total = clock.days;
  bool extended = !clock.extension;
  for (const Pause& pause : clock.pauses) {
    if (!pause.to) break;
    if (!extended && clock.extension->consented <= *pause.to) {
      total += clock.extension->days;
      extended = true;
    }
    SHAREWAY_ASSIGN_OR_RETURN(const int lost,
                              DaysPaused(clock, calendars, after, pause, *pause.to));
    total += lost;
    SHAREWAY_ASSIGN_OR_RETURN(const DueDate due, Due(calendars, clock.area, after, total));
    // Paused on its last day and resumed on a day off: no working day was lost, yet the
    // party must not find itself overdue. The next working day is the last one.
    if (due.day < LawDay(*pause.to)) ++total;
  }
  if (!extended) total += clock.extension->days;
  return Due(calendars, clock.area, after, total);
}

void Supersede(DueDate next, absl::Time at, std::string reason, Clock* clock) {
  if (next == clock->due) return;
  clock->superseded.push_back({std::move(clock->due), at, std::move(reason)});
  clock->due = std::move(next);
}

// The promise's last day anew, by the same trigger and pauses.
absl::Status MovePromise(const CalendarSet& calendars, Clock* clock) {
  if (clock->promised_days == 0) return absl::OkStatus();
  Clock promise = *clock;
  promise.days = clock->promised_days;
  promise.extension.reset();
  SHAREWAY_ASSIGN_OR_RETURN(clock->promised, ComputeDue(promise, calendars));
  return absl::OkStatus();
}

absl::Time EndInstant(const Clock& clock, absl::CivilDay day) {
  if (!clock.counting.office_close_minute) return EndOfDay(day);
  return StartOfDay(day) + absl::Minutes(*clock.counting.office_close_minute);
}

}  // namespace

absl::string_view ClockKindName(ClockKind kind) { return kKindNames[static_cast<size_t>(kind)]; }

std::optional<ClockKind> ParseClockKind(absl::string_view name) {
  const auto found = std::find(kKindNames.begin(), kKindNames.end(), name);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<ClockKind>(found - kKindNames.begin());
}

std::optional<Term> TermOf(const Profile& p, ClockKind kind) {
  const Articles& a = p.articles;
  auto optional = [](std::optional<int> days, int extension, const std::string& article) {
    return days ? std::optional<Term>({*days, extension, article}) : std::nullopt;
  };
  switch (kind) {
    case ClockKind::kCatalogueUpdate:
      return Term{p.catalogue_update_days, p.catalogue_update_extension_days, a.catalogue_update};
    case ClockKind::kCataloguePublish:
      return optional(p.catalogue_publish_days, 0, a.catalogue_publish);
    case ClockKind::kAuthorityCheck:
      return optional(p.authority_check_days, 0, "");
    case ClockKind::kReplyUnconditional:
      return optional(p.unconditional_reply_days, p.unconditional_extension_days,
                      a.reply_unconditional);
    case ClockKind::kReplyConditional:
      return Term{p.conditional_reply_days, p.conditional_extension_days, a.reply_conditional};
    case ClockKind::kReplyUnpublished:
      return Term{p.conditional_reply_days_unpublished.value_or(p.conditional_reply_days),
                  p.conditional_extension_days, a.reply_conditional};
    case ClockKind::kSupplementAsk:
      return Term{p.supplement_ask_days, 0, a.supplement};
    case ClockKind::kSupplement:
      return Term{p.supplement_answer_days, 0, a.supplement};
    case ClockKind::kSupply:
      return optional(p.supply_days, 0, a.supply);
    case ClockKind::kCorrection:
      return optional(p.correction_days, 0, a.correction);
    case ClockKind::kNegotiation:
      return Term{p.negotiation_days, 0, a.dispute};
    case ClockKind::kCoordination:
      return Term{p.coordination_days, 0, a.dispute};
    case ClockKind::kConsultation:
      return Term{p.service_change_days, 0, a.service_change};
    case ClockKind::kDisposal:
      return Term{p.disposal_days, 0, a.disposal};
    case ClockKind::kRectification:
      return Term{p.rectification_days, 0, a.misuse};
    case ClockKind::kInquiry:
      return Term{p.inquiry_days, 0, a.complaint};
    case ClockKind::kInquiryExtended:
      return Term{p.inquiry_extended_days, 0, a.complaint};
  }
  return std::nullopt;
}

absl::StatusOr<Clock> StartClock(const Profile& profile, const CalendarSet& calendars,
                                 ClockKind kind, absl::Time trigger, absl::string_view area) {
  const std::optional<Term> term = TermOf(profile, kind);
  Clock clock;
  clock.kind = kind;
  if (!term) return Forbidden(clock, absl::StrCat("has no term in ", profile.cited()));
  clock.profile = profile.id;
  clock.profile_version = profile.version;
  clock.area = area.empty() ? profile.area : std::string(area);
  clock.days = term->days;
  clock.max_extension_days = term->max_extension_days;
  clock.counting = profile.counting;
  clock.trigger = trigger;
  SHAREWAY_ASSIGN_OR_RETURN(clock.due, ComputeDue(clock, calendars));
  return clock;
}

absl::StatusOr<Clock> PromiseClock(const Clock& clock, const CalendarSet& calendars, int days) {
  if (clock.stop) return Forbidden(clock, "is stopped");
  if (days < 1 || days >= clock.days) {
    return Error::Field("promised_days",
                        absl::StrCat(days, ", want 1 to ", clock.days - 1,
                                     ", fewer than the term's ", clock.days));
  }
  Clock next = clock;
  next.promised_days = days;
  SHAREWAY_RETURN_IF_ERROR(MovePromise(calendars, &next));
  return next;
}

absl::StatusOr<Clock> PauseClock(const Clock& clock, absl::Time at, absl::string_view reason) {
  if (clock.stop) return Forbidden(clock, "is stopped");
  if (IsPaused(clock)) return Forbidden(clock, "is paused already");
  SHAREWAY_RETURN_IF_ERROR(CheckOrder(clock, at));
  if (at >= DueInstant(clock)) {
    return Forbidden(clock, absl::StrCat("ran out on ", absl::FormatCivilTime(clock.due.day)));
  }
  if (reason.empty()) return Error::Field("reason", "is empty; a pause needs one");
  Clock next = clock;
  next.pauses.push_back({.from = at, .to = {}, .reason = std::string(reason)});
  return next;
}

absl::StatusOr<Clock> ResumeClock(const Clock& clock, const CalendarSet& calendars, absl::Time at) {
  if (clock.stop) return Forbidden(clock, "is stopped");
  if (!IsPaused(clock)) return Forbidden(clock, "is not paused");
  SHAREWAY_RETURN_IF_ERROR(CheckOrder(clock, at));
  Clock next = clock;
  next.pauses.back().to = at;
  SHAREWAY_ASSIGN_OR_RETURN(DueDate due, ComputeDue(next, calendars));
  Supersede(std::move(due), at, absl::StrCat("resumed: ", next.pauses.back().reason), &next);
  SHAREWAY_RETURN_IF_ERROR(MovePromise(calendars, &next));
  return next;
}

absl::StatusOr<Clock> ExtendClock(const Clock& clock, const CalendarSet& calendars,
                                  const Extension& extension) {
  if (clock.stop) return Forbidden(clock, "is stopped");
  if (IsPaused(clock)) return Forbidden(clock, "is paused; it is extended once it runs");
  if (clock.extension) return Forbidden(clock, "was extended already, and may be only once");
  if (clock.max_extension_days == 0) {
    return Forbidden(clock, absl::StrCat("cannot be extended under ", clock.profile));
  }
  if (extension.asked >= DueInstant(clock)) {
    return Forbidden(clock, absl::StrCat("ran out on ", absl::FormatCivilTime(clock.due.day),
                                         " before the extension was asked"));
  }
  if (extension.days < 1 || extension.days > clock.max_extension_days) {
    return Error::Field("extension.days",
                        absl::StrCat(extension.days, " is not 1 to ", clock.max_extension_days));
  }
  if (extension.document.empty()) {
    return Error::Field("extension.document", "is empty; the authority's consent is cited");
  }
  if (extension.asked < clock.trigger || extension.consented < extension.asked) {
    return Error::Field("extension.consented", "trigger, asking and consent are out of order");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckOrder(clock, extension.consented));
  Clock next = clock;
  next.extension = extension;
  SHAREWAY_ASSIGN_OR_RETURN(DueDate due, ComputeDue(next, calendars));
  Supersede(std::move(due), extension.consented, absl::StrCat("extended: ", extension.document),
            &next);
  return next;
}

absl::StatusOr<Clock> StopClock(const Clock& clock, absl::Time at) {
  if (clock.stop) return Forbidden(clock, "is stopped already");
  SHAREWAY_RETURN_IF_ERROR(CheckOrder(clock, at));
  Clock next = clock;
  next.stop = at;
  return next;
}

absl::StatusOr<Clock> RecomputeClock(const Clock& clock, const CalendarSet& calendars,
                                     absl::Time at) {
  if (clock.stop) return clock;
  SHAREWAY_ASSIGN_OR_RETURN(DueDate due, ComputeDue(clock, calendars));
  Clock next = clock;
  Supersede(std::move(due), at, "calendars changed", &next);
  SHAREWAY_RETURN_IF_ERROR(MovePromise(calendars, &next));
  return next;
}

absl::Time DueInstant(const Clock& clock) { return EndInstant(clock, clock.due.day); }

std::optional<absl::Time> PromisedInstant(const Clock& clock) {
  if (!clock.promised) return std::nullopt;
  return EndInstant(clock, clock.promised->day);
}

absl::string_view ClockStateName(ClockState state) {
  constexpr std::array<absl::string_view, 4> kNames = {"RUNNING", "PAUSED", "STOPPED", "OVERDUE"};
  return kNames[static_cast<size_t>(state)];
}

absl::StatusOr<Reading> ReadClock(const Clock& clock, const CalendarSet& calendars, absl::Time at) {
  Reading reading;
  absl::Time until = at;
  if (clock.stop) {
    reading.state = ClockState::kStopped;
    until = *clock.stop;
  }
  if (IsPaused(clock)) {
    if (!clock.stop) reading.state = ClockState::kPaused;
    until = clock.pauses.back().from;
  }
  reading.late = until >= DueInstant(clock);
  if (reading.late && reading.state == ClockState::kRunning) reading.state = ClockState::kOverdue;

  SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay after, CountsAfter(clock, calendars));
  SHAREWAY_ASSIGN_OR_RETURN(const WorkingDays since,
                            WorkingDaysBetween(calendars, clock.area, after, LawDay(until)));
  SHAREWAY_ASSIGN_OR_RETURN(
      const WorkingDays left,
      WorkingDaysBetween(calendars, clock.area, LawDay(until), clock.due.day));
  int used = since.days;
  for (const Pause& pause : clock.pauses) {
    SHAREWAY_ASSIGN_OR_RETURN(const int lost, DaysPaused(clock, calendars, after, pause, until));
    used -= lost;
  }
  const int total = clock.days + (clock.extension ? clock.extension->days : 0);
  reading.working_days_left = left.days;
  reading.percent_used = std::max(used, 0) * 100 / total;
  if (clock.promised) {
    reading.promise_percent_used = std::max(used, 0) * 100 / clock.promised_days;
    reading.promise_broken = until >= *PromisedInstant(clock);
  }
  return reading;
}

Warning WarningFor(const Profile& profile, const Reading& reading) {
  if (reading.state == ClockState::kOverdue) return Warning::kAuthority;
  if (reading.state != ClockState::kRunning) return Warning::kNone;
  if (reading.percent_used >= profile.warn_head_percent) return Warning::kHead;
  if (std::max(reading.percent_used, reading.promise_percent_used) >=
      profile.warn_reviewer_percent) {
    return Warning::kReviewer;
  }
  return Warning::kNone;
}

bool PromiseNears(const Profile& profile, const Reading& reading) {
  return reading.state == ClockState::kRunning &&
         reading.promise_percent_used >= profile.warn_head_percent;
}

}  // namespace shareway::statute
