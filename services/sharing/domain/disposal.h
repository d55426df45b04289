// SPDX-License-Identifier: Apache-2.0
// 处置: the consumer disposes of the data of a grant that is over, and proves it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// How data were disposed of.
enum class DisposalMethod {
  kUnspecified = 0,
  kErased,
  kMediaDestroyed,
  kReturned,
  kArchived,
  kNothingHeld,
};

// What the consumer reports.
struct DisposalReport {
  DisposalMethod method = DisposalMethod::kUnspecified;
  absl::CivilDay day = {};           // on which it was done
  std::string person = {};           // people/{p} who answers for it
  std::string manifest_digest = {};  // SHA-256, 32 bytes
  std::string note = {};
};

// The disposal of one grant (R25 27(1)). A value: the functions below answer a new one.
struct Disposal {
  static constexpr char kCollection[] = "disposals";
  enum class State { kUnspecified = 0, kOwed, kReported, kAccepted, kRejected, kOverdue };
  // OWED and so on.
  static absl::string_view StateName(State state);
  // disposals/{g} of grants/{g}.
  static std::string NameFor(absl::string_view grant);

  std::string name = {};
  std::string grant = {};
  std::string consumer = {};
  std::string provider = {};
  std::string profile = {};  // profile@version
  State state = State::kUnspecified;
  statute::Clock clock = {};  // DISPOSAL
  absl::Time grant_time = {};  // when the grant was made: nothing was disposed of before
  DisposalReport report = {};  // the last one
  std::string reporter = {};   // people/{p} who reported it, of the last report
  std::optional<absl::Time> report_time = {};
  std::string decider = {};    // people/{p} of the provider, of the last answer
  std::string rejection = {};  // why the last report was rejected
  absl::Time create_time = {};
};

// Which methods change a disposal, in which state, by whom.
const StateTable& DisposalTable();

// What a grant owes that is over `now`; nothing if no data could have flowed under it (`before` is
// as it was: PENDING_TERMS). The clock of one that expired starts with the end of its period,
// whenever that is noticed.
absl::StatusOr<std::optional<Disposal>> OpenDisposal(const Grant& before, const Grant& after,
                                                     const StatuteText& text, absl::Time now);

// What came under `before` and lies beyond `successor`, which takes its place: ids of items that it
// lacks or masks, and row_filter for rows that it does not let through. Empty: it covers all of it,
// and nothing is to be disposed of, since the purpose goes on (R25 27(1)).
std::vector<std::string> Beyond(const Grant& before, const Grant& successor);

// By an applicant or the head of the consumer. INVALID_ARGUMENT naming what breaks a rule: a method;
// a day from the grant's on, not in the future; a person; a digest of 32 bytes; for ARCHIVED the
// text that asks to keep the data. FAILED_PRECONDITION, PROOF_REQUIRED, without a digest, unless
// NOTHING_HELD.
absl::StatusOr<Disposal> ReportDisposal(const Disposal& disposal, const Actor& actor,
                                        const Parties& parties, const DisposalReport& report,
                                        absl::Time now);
// By a reviewer or the head of the provider, not who reported it (OWN_REQUEST). The clock stops;
// the grant is DISPOSED.
absl::StatusOr<Disposal> AcceptDisposal(const Disposal& disposal, const Actor& actor,
                                        const Parties& parties, absl::Time now);
// By the same. The grant is DISPOSAL_DUE.
absl::StatusOr<Disposal> RejectDisposal(const Disposal& disposal, const Actor& actor,
                                        const Parties& parties, absl::string_view reason,
                                        absl::Time now);
// By rule, once its last day has passed and nothing waits for the provider; else nothing.
std::optional<Disposal> DelayDisposal(const Disposal& disposal, absl::Time now);

}  // namespace shareway::sharing
