// SPDX-License-Identifier: Apache-2.0
// 整改通知: what a consumer is to put right, and until when.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// A rectification notice (R25 27(2)). A value: the functions below answer a new one. It is opened
// with the suspension for MISUSE and closed when the grant goes on or is revoked.
struct Notice {
  static constexpr char kCollection[] = "notices";
  enum class State {
    kUnspecified = 0,
    kOpen,
    kClosed,
    kAnswered,
    kRectified,
    kRejected,
    kFailed,
    kReported,
  };
  // OPEN and so on.
  static absl::string_view StateName(State state);

  std::string name = {};      // notices/{n}
  std::string grant = {};     // grants/{g}
  std::string consumer = {};  // who is to rectify
  std::string provider = {};
  std::string profile = {};  // profile@version
  std::string finding = {};
  State state = State::kUnspecified;
  statute::Clock clock = {};  // RECTIFICATION
  bool by_authority = false;  // opened by the authority, which alone accepts or rejects then
  absl::Time create_time = {};
  std::optional<absl::Time> close_time = {};
  std::string close_reason = {};
  std::string measures = {};     // what the consumer put right, as answered last
  std::string rejection = {};    // why that was rejected last
  std::string report = {};       // what was reported upward
  std::string reported_to = {};      // authorities/{a}
  std::string reported_agency = {};  // whose officers act for it, as the directory said then

  // True once the last day has passed without a rectification that was accepted. What was answered
  // in time and waits for the other side has not failed.
  bool Failed(absl::Time now) const;
};

// Which methods change a notice, in which state, by whom.
const StateTable& NoticeTable();

// Opens a notice whose clock starts `now`.
absl::StatusOr<Notice> OpenNotice(Notice facts, const StatuteText& text, absl::Time now);

// All below: PERMISSION_DENIED, then FAILED_PRECONDITION, then INVALID_ARGUMENT.

// By the consumer's head, in time (DEADLINE_PASSED).
absl::StatusOr<Notice> AnswerNotice(const Notice& notice, const Actor& actor,
                                    const Parties& parties, absl::string_view measures,
                                    absl::Time now);
// By who opened it: the provider's head, or the authority's officer. The clock stops.
absl::StatusOr<Notice> AcceptRectification(const Notice& notice, const Actor& actor,
                                           const Parties& parties, absl::Time now);
// By who opened it. FAILED at once if the last day has passed meanwhile.
absl::StatusOr<Notice> RejectRectification(const Notice& notice, const Actor& actor,
                                           const Parties& parties, absl::string_view reason,
                                           absl::Time now);
// Of a notice that failed: by the provider's head to the authority in charge of the consumer, by an
// officer to that authority's superior. DEADLINE_RUNNING before; NOT_COMPETENT if there is no such
// authority in the directory.
absl::StatusOr<Notice> ReportNotice(const Notice& notice, const Actor& actor,
                                    const Parties& parties, absl::string_view report,
                                    absl::Time now);
// By rule, once the last day has passed; nothing unless that is so and nothing waits for the other
// side.
std::optional<Notice> FailNotice(const Notice& notice, absl::Time now);

// With the grant: it goes on or is revoked. A closed notice stays as it is.
Notice CloseNotice(const Notice& notice, std::string reason, absl::Time now);

}  // namespace shareway::sharing
