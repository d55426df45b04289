// SPDX-License-Identifier: Apache-2.0
// 咨询: a question about a published resource, answered in days.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// An inquiry (3 working days, 15 with the head's consent: assumptions, law.md section 8). A plain
// value; the functions below answer changed copies.
struct Inquiry {
  static constexpr char kCollection[] = "inquiries";
  enum class State { kUnspecified = 0, kOpen, kAnswered, kClosed };
  // OPEN and so on.
  static absl::string_view StateName(State state);

  std::string name = {};      // inquiries/{i}
  std::string consumer = {};  // asks
  std::string provider = {};  // is asked
  std::string profile = {};
  absl::Time create_time = {};
  std::string resource = {};
  std::string question = {};
  std::string answer = {};
  std::string extension_reason = {};  // empty: the first time runs
  State state = State::kUnspecified;
  std::string asked_by = {};     // people/{p}
  std::string answered_by = {};  // people/{p}
  std::optional<statute::Clock> clock = {};     // INQUIRY
  std::optional<statute::Clock> extended = {};  // INQUIRY_EXTENDED, from the same day

  // The clock that counts: the extended one if there is one.
  const statute::Clock& counts() const { return extended ? *extended : *clock; }
};

// ExtendInquiry, AnswerInquiry, CloseInquiry.
const StateTable& InquiryTable();

// FAILED_PRECONDITION, STATE_FORBIDS, unless the resource is PUBLISHED; INVALID_ARGUMENT for the
// asker's own resource or a text out of limits.
absl::StatusOr<Inquiry> OpenInquiry(const Actor& actor, const Resource& resource,
                                    std::string question, const StatuteText& text,
                                    std::string name, absl::Time now);

// By the head of the agency asked, once. FAILED_PRECONDITION: DEADLINE_PASSED once the first time
// ran out, STATE_FORBIDS if it was extended.
absl::StatusOr<Inquiry> Extend(const Inquiry& inquiry, const Actor& actor, const Parties& parties,
                               absl::string_view reason, const StatuteText& text, absl::Time now);
absl::StatusOr<Inquiry> Answer(const Inquiry& inquiry, const Actor& actor, const Parties& parties,
                               absl::string_view answer, absl::Time now);
// By who asked; stops a clock that runs.
absl::StatusOr<Inquiry> Close(const Inquiry& inquiry, const Actor& actor, const Parties& parties,
                              absl::Time now);

}  // namespace shareway::sharing
