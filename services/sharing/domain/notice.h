// SPDX-License-Identifier: Apache-2.0
// 整改通知: what a consumer is to put right, and until when.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/statute/calendar.h"
#include "services/sharing/domain/statute_text.h"

namespace shareway::sharing {

// Working days for rectification. Neither text gives a number: an assumption of ours.
inline constexpr int kRectificationDays = 10;

// A rectification notice (R25 27(2)).
struct Notice {
  enum class State { kUnspecified = 0, kOpen, kClosed };
  std::string name = {};      // notices/{n}
  std::string grant = {};     // grants/{g}
  std::string consumer = {};  // who is to rectify
  std::string provider = {};
  std::string finding = {};
  State state = State::kUnspecified;
  statute::DueDate due = {};
  absl::Time create_time = {};
  std::optional<absl::Time> close_time = {};
  std::string close_reason = {};

  // True once the deadline has passed unanswered.
  bool Failed(absl::Time now) const;

  friend bool operator==(const Notice&, const Notice&) = default;
};

// Opens a notice whose clock starts `now`.
absl::StatusOr<Notice> OpenNotice(Notice facts, const StatuteText& text, absl::Time now);

// Closes an OPEN notice; a closed one stays as it is.
Notice CloseNotice(const Notice& notice, std::string reason, absl::Time now);

}  // namespace shareway::sharing
