// SPDX-License-Identifier: Apache-2.0
// 安全事件 and 应急演练: what happened, what was done, who was told; what was practised.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// A security incident (R25 35). A plain value; the functions below answer changed copies.
// `provider` is the agency that it happened to; there is no other side.
struct Incident {
  static constexpr char kCollection[] = "incidents";
  // The levels of the national emergency plans: 一般, 较大, 重大, 特别重大.
  enum class Severity { kUnspecified = 0, kGeneral, kLarger, kSerious, kParticularlySerious };
  enum class State { kUnspecified = 0, kReported, kHandling, kClosed };
  // REPORTED and so on.
  static absl::string_view StateName(State state);

  struct Measure {
    absl::Time time = {};
    std::string actor = {};  // people/{p}
    std::string text = {};   // 1 to 1000 characters

    friend bool operator==(const Measure&, const Measure&) = default;
  };
  struct Notice {
    absl::Time time = {};
    std::string actor = {};            // people/{p}
    std::string body = {};             // 1 to 100 characters
    std::string document_number = {};  // 1 to 100 characters

    friend bool operator==(const Notice&, const Notice&) = default;
  };

  std::string name = {};      // incidents/{i}
  std::string consumer = {};  // none
  std::string provider = {};
  std::string profile = {};
  absl::Time create_time = {};
  Severity severity = Severity::kUnspecified;
  std::string title = {};  // 1 to 100 characters
  std::string text = {};   // 1 to 2000 characters
  absl::Time happen_time = {};
  std::vector<std::string> grants = {};  // to be suspended, at most 100
  State state = State::kUnspecified;
  std::vector<Measure> measures = {};  // at most 60, of 8000 characters together
  std::vector<Notice> notices = {};    // at most 20
  std::string conclusion = {};
  std::string reported_by = {};  // people/{p}
  std::optional<absl::Time> close_time = {};

  friend bool operator==(const Incident&, const Incident&) = default;
};

// AddMeasure, NotifyBody, CloseIncident.
const StateTable& IncidentTable();

// INVALID_ARGUMENT naming each part that breaks a rule.
absl::StatusOr<Incident> Report(Incident facts, const Actor& actor, std::string name,
                                absl::Time now);
absl::StatusOr<Incident> AddMeasure(const Incident& incident, const Actor& actor,
                                    const Parties& parties, absl::string_view text, absl::Time now);
absl::StatusOr<Incident> NotifyBody(const Incident& incident, const Actor& actor,
                                    const Parties& parties, absl::string_view body,
                                    absl::string_view document_number, absl::Time now);
// FAILED_PRECONDITION: STATE_FORBIDS while no measure was taken.
absl::StatusOr<Incident> Close(const Incident& incident, const Actor& actor,
                               const Parties& parties, absl::string_view conclusion,
                               absl::Time now);

// An emergency drill that was held (R25 35; S1 34).
struct Drill {
  static constexpr char kCollection[] = "drills";
  std::string name = {};      // drills/{d}
  std::string consumer = {};  // none
  std::string provider = {};  // agencies/{a}
  std::string profile = {};
  absl::Time create_time = {};
  std::string title = {};  // 1 to 100 characters
  absl::CivilDay date = {};
  std::string scenario = {};  // 1 to 2000 characters
  std::string result = {};    // 1 to 2000 characters

  friend bool operator==(const Drill&, const Drill&) = default;
};

// INVALID_ARGUMENT naming each part that breaks a rule; a drill is not in the future.
absl::Status Check(const Drill& drill, absl::Time now);

}  // namespace shareway::sharing
