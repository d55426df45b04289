// SPDX-License-Identifier: Apache-2.0
// Detectors: the liability articles as one table, each row with what it looks at.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/statute/clock.h"

namespace shareway::sharing {

// Who answers for a breach.
enum class Liable { kProvider, kConsumer, kAuthority };
// PROVIDER, CONSUMER, AUTHORITY.
absl::string_view LiableName(Liable liable);

// What a detector looks at besides clocks.
enum class Watch {
  kRefusalWithoutGround,  // a signed refusal that names neither a condition nor a legal bar
  kUseUnreported,         // a live grant without a use record after kUseMonths
  kRuleHold,              // a node held a grant by an aggregation rule
  kEndedUnfiled,          // a resource was withdrawn under live grants without a filed end
  kExtensionUnanswered,   // an extension was asked, the time ran out, the authority said nothing
  kStaleData,  // two reminders of the catalogue that data are stale went unanswered
  kUndesignated,  // several agencies collect an item, no source is designated for it
  kCollectedAgain,  // an agency collects what the designated source shares
  kPassedOn,  // an entry offers what was received under a grant that is not its provider's in force
};
// REFUSAL_WITHOUT_GROUND and so on.
absl::string_view WatchName(Watch watch);

// Months after which a live grant has a use record. An assumption: the texts ask to keep the
// records and give no rhythm.
inline constexpr int kUseMonths = 6;

// Reminders without a refresh that make stale data a matter of supervision. An assumption: the texts
// ask for timely data and say nothing of reminders.
inline constexpr int kStaleReminders = 2;

// Days from the first sight of an item that several agencies collect until it is a suspicion that
// no source was designated, and from a designation until whoever collects the item still is suspected.
// Assumptions: R25 19 gives no number.
inline constexpr int kDesignationDays = 30;

// One row. With neither clocks nor watches no data of this service can show it: it is reported.
struct Detector {
  absl::string_view id;       // r25-39-4
  absl::string_view text;     // M16 or R25
  absl::string_view article;  // as events cite it
  Liable liable = Liable::kProvider;
  absl::string_view title;  // in Chinese
  std::vector<statute::ClockKind> clocks = {};
  std::vector<Watch> watches = {};

  bool reported_only() const { return clocks.empty() && watches.empty(); }
};

// M16 24(1)-(5), R25 39(1)-(8), 40(1)-(6), 41(1)-(2), and duties beside them, in the order of the
// articles (law-and-peers 1.3).
const std::vector<Detector>& Detectors();

// Null if there is none.
const Detector* FindDetector(absl::string_view id);

// M16 or R25: the text that a profile's id stands for, by the text that it extends.
absl::string_view TextOfProfile(absl::string_view profile);

// The row that a late clock of this kind leads to under this text; null: none does.
const Detector* DetectorOf(statute::ClockKind kind, absl::string_view text);
const Detector* DetectorOf(Watch watch, absl::string_view text);

// What the clock counts, in Chinese: 共享申请答复期限.
absl::string_view ClockLabel(statute::ClockKind kind);

}  // namespace shareway::sharing
