// SPDX-License-Identifier: Apache-2.0
// Statute clocks: one period that one party owes another, from trigger to stop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/statute/calendar.h"
#include "libs/statute/profile.h"

namespace shareway::statute {

// What is owed. Names are for ever: clocks are stored by name.
enum class ClockKind {
  kCatalogueUpdate,     // agency, from a change of law or duties
  kCataloguePublish,    // authority, from receipt of the update
  kAuthorityCheck,      // authority, before the provider's review
  kReplyUnconditional,  // provider
  kReplyConditional,    // provider
  kReplyUnpublished,    // provider, to publish first; REPLY_CONDITIONAL unless told apart
  kSupplementAsk,       // provider: how long it may still ask
  kSupplement,          // consumer: then the request lapses to draft
  kSupply,              // provider, from the approving reply
  kCorrection,          // provider
  kNegotiation,         // both parties of a dispute
  kCoordination,        // authority
  kConsultation,        // consumer, on a service change
  kDisposal,            // consumer, from the end of the grant
  kRectification,       // consumer, from a notice
  kInquiry,             // whoever was asked
  kInquiryExtended,     // the same, with the head's consent
};

// REPLY_CONDITIONAL and so on.
absl::string_view ClockKindName(ClockKind kind);
// Nothing for a name that is not ours.
std::optional<ClockKind> ParseClockKind(absl::string_view name);

// What a profile says about a kind of clock.
struct Term {
  int days = 0;                // working days
  int max_extension_days = 0;  // 0: cannot be extended
  std::string article;         // empty if the text has none
};

// Nothing if the profile gives no number: then there is no deadline and no breach.
std::optional<Term> TermOf(const Profile& profile, ClockKind kind);

// The clock stands still. Counted by the rule for periods: the day of `from` has
// been used up, the day of `to` has not.
struct Pause {
  absl::Time from;
  std::optional<absl::Time> to = {};  // none: still paused
  std::string reason;
};

// More days, by the authority's consent.
struct Extension {
  int days = 0;               // working days
  std::string document;       // the consent
  absl::Time asked = {};      // before the clock ran out
  absl::Time consented = {};  // may be later
};

// A due date that held until `at`.
struct SupersededDue {
  DueDate due;
  absl::Time at;
  std::string reason;
};

// One clock, a plain value to store. Only the functions below make new ones: they
// answer a changed copy and never lose a due date. Instants come in as arguments.
struct Clock {
  ClockKind kind = ClockKind::kReplyConditional;
  std::string profile;  // id
  int profile_version = 0;
  std::string area;  // of the calendar
  int days = 0;      // the term, working days
  int max_extension_days = 0;
  Counting counting;
  absl::Time trigger;
  DueDate due;  // day, provisional, calendar versions
  std::vector<Pause> pauses;
  std::optional<Extension> extension = {};
  std::optional<absl::Time> stop = {};
  std::vector<SupersededDue> superseded;  // oldest first
  // A shorter time that who owes the act promised of its own will, working days; 0: none. It stands and
  // moves with the clock, but an extension leaves it. Nothing is overdue by it (law.md section 6).
  int promised_days = 0;
  std::optional<DueDate> promised = {};  // its last day
};

// Starts at `trigger`; the profile in force then is the one that stays. `area` is
// that of the party whose calendar counts, the profile's own if empty.
// FAILED_PRECONDITION if the profile gives no days for `kind`; NOT_FOUND if the
// area has no calendar.
absl::StatusOr<Clock> StartClock(const Profile& profile, const CalendarSet& calendars,
                                 ClockKind kind, absl::Time trigger, absl::string_view area = "");

// With a promise of `days` beside the term. INVALID_ARGUMENT unless these are 1 or more and fewer
// than the term's; FAILED_PRECONDITION if the clock is stopped.
absl::StatusOr<Clock> PromiseClock(const Clock& clock, const CalendarSet& calendars, int days);

// FAILED_PRECONDITION if it is stopped, paused or overdue; INVALID_ARGUMENT for
// an empty reason or an instant before the last change.
absl::StatusOr<Clock> PauseClock(const Clock& clock, absl::Time at, absl::string_view reason);

// Moves the due date by the working days that passed. Never due before the day on
// which it resumes. FAILED_PRECONDITION unless it is paused.
absl::StatusOr<Clock> ResumeClock(const Clock& clock, const CalendarSet& calendars, absl::Time at);

// Once, at most the profile's maximum, asked before the clock ran out.
// FAILED_PRECONDITION if it is stopped, paused, was extended, cannot be, or was
// asked late; INVALID_ARGUMENT for days out of range or no document.
absl::StatusOr<Clock> ExtendClock(const Clock& clock, const CalendarSet& calendars,
                                  const Extension& extension);

// FAILED_PRECONDITION if it is stopped already.
absl::StatusOr<Clock> StopClock(const Clock& clock, absl::Time at);

// Computes the due date again after calendars changed. A stopped clock answers
// itself: it was judged by what was known.
absl::StatusOr<Clock> RecomputeClock(const Clock& clock, const CalendarSet& calendars,
                                     absl::Time at);

// The first instant after the period: 24:00 of the due day, or closing time.
absl::Time DueInstant(const Clock& clock);

// The same of the promise; nothing if there is none.
std::optional<absl::Time> PromisedInstant(const Clock& clock);

enum class ClockState { kRunning, kPaused, kStopped, kOverdue };

// RUNNING, PAUSED, STOPPED, OVERDUE.
absl::string_view ClockStateName(ClockState state);

// Where a clock stands.
struct Reading {
  ClockState state = ClockState::kRunning;
  // Working days left after today, 0 on the due day; below 0 once it is past. For
  // a stopped or paused clock, as of that day.
  int working_days_left = 0;
  int percent_used = 0;  // working days used of all; above 100 once overdue
  bool late = false;     // overdue, or stopped after it was due
  // Of the promise: working days used of those promised, 0 without one; and whether it was broken.
  int promise_percent_used = 0;
  bool promise_broken = false;
};

// Reads at `at`, which is not before the last change.
absl::StatusOr<Reading> ReadClock(const Clock& clock, const CalendarSet& calendars, absl::Time at);

// Who is to be told, each with those before.
enum class Warning { kNone, kReviewer, kHead, kAuthority };

// A promise warns the reviewer and nobody else.
Warning WarningFor(const Profile& profile, const Reading& reading);

// True while as much of a promise is used up as of a term warns the head: the reviewer is warned again.
bool PromiseNears(const Profile& profile, const Reading& reading);

}  // namespace shareway::statute
