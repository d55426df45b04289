// SPDX-License-Identifier: Apache-2.0
// A clock over an entry: law or duties changed, and the agency brings it up to date; or the head
// approved, and the authority publishes. M16 8; R25 16(1), 17(2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/statute/clock.h"
#include "services/catalog/domain/resource.h"

namespace shareway::catalog {

// A law or a duty that changed.
struct DutyChange {
  std::string name = {};      // dutyChanges/{d}
  std::string subject = {};   // what changed
  std::string document = {};  // its number or title
  absl::Time effect_time = {};
  std::vector<std::string> agencies = {};
  std::vector<std::string> resources = {};  // empty: all of the agencies
  std::string reported_by = {};
  absl::Time report_time = {};
};

// Limits of one report.
inline constexpr size_t kMaxDutyAgencies = 50;
inline constexpr size_t kMaxDutyClocks = 500;

// INVALID_ARGUMENT with every rule that the report breaks, fields with the prefix "change.", or
// SECRET_REFUSED.
absl::Status CheckDutyChange(const DutyChange& change, absl::Time now);

// A value: steps return a new clock.
class UpdateClock {
 public:
  // With the numbers of update.proto.
  enum class Kind { kUnspecified = 0, kUpdate, kPublication };
  enum class State { kUnspecified = 0, kRunning, kExtensionAsked, kMet, kUnchanged, kDropped };
  // What can happen to it.
  enum class Step { kAsk, kConsent, kRefuse, kComplete, kMeet, kDrop };

  struct Extension {
    int days = 0;  // working days
    std::string reason = {};
    std::string asked_by = {};
    absl::Time ask_time = {};
    bool consented = false;
    bool refused = false;
    std::string decision = {};  // document of consent, or why it was refused
    std::string decided_by = {};
    absl::Time decide_time = {};
  };
  struct Fields {
    std::string name = {};  // updateClocks/{c}
    Kind kind = Kind::kUpdate;
    std::string resource = {};   // resources/{r}
    std::string provider = {};   // agencies/{a}
    std::string authority = {};  // authorities/{a}
    std::optional<DutyChange> change = {};
    statute::Clock clock = {};
    std::string article = {};
    State state = State::kRunning;
    std::optional<Extension> extension = {};
    std::string ended_by = {};
    uint32_t revision = 0;  // that met it
    std::string statement = {};
  };

  // Trusts `fields`: they come from our own store, or a clock that was started.
  static UpdateClock Restore(Fields fields) { return UpdateClock(std::move(fields)); }
  const Fields& fields() const { return fields_; }

  // The one table of states. True if `step` may be taken in `state`; a PUBLICATION clock is only met
  // or dropped.
  static bool Allows(Kind kind, State state, Step step);
  bool open() const { return Allows(fields_.kind, fields_.state, Step::kDrop); }

  // All steps of people return PERMISSION_DENIED (Error::NotVisible) to others than those named;
  // FAILED_PRECONDITION in another state; INVALID_ARGUMENT for texts beyond their limits, or
  // SECRET_REFUSED.
  //
  // Once, by the provider, before it ran out. FAILED_PRECONDITION: TEXT_FORBIDS where the legal text
  // knows no extension, EXTENSION_NOT_ALLOWED for a second, DEADLINE_PASSED.
  absl::StatusOr<UpdateClock> AskExtension(const Actor& actor, int days, absl::string_view reason,
                                           absl::Time now) const;
  // By an officer of the authority in charge.
  absl::StatusOr<UpdateClock> ConsentExtension(const Actor& actor, absl::string_view document,
                                               absl::Time now,
                                               const statute::CalendarSet& calendars) const;
  absl::StatusOr<UpdateClock> RefuseExtension(const Actor& actor, absl::string_view reason,
                                              absl::Time now) const;
  // By the provider: nothing changes in the entry.
  absl::StatusOr<UpdateClock> Complete(const Actor& actor, absl::string_view statement,
                                       absl::Time now) const;
  // What was owed was done by `who`: published as `revision`, or returned (0).
  absl::StatusOr<UpdateClock> Meet(absl::string_view who, uint32_t revision, absl::Time now) const;
  // The entry is withdrawn.
  absl::StatusOr<UpdateClock> Drop(absl::string_view who, absl::Time now) const;

  // True if it ran out before it ended, or before `now`.
  bool Overdue(absl::Time now) const;

 private:
  explicit UpdateClock(Fields fields) : fields_(std::move(fields)) {}
  absl::Status Check(Step step, absl::string_view verb) const;
  absl::StatusOr<UpdateClock> End(State state, absl::string_view who, absl::Time now) const;

  Fields fields_;
};

// RUNNING, EXTENSION_ASKED and so on.
absl::string_view StateName(UpdateClock::State state);

}  // namespace shareway::catalog
