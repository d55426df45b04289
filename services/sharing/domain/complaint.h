// SPDX-License-Identifier: Apache-2.0
// 投诉 of citizens, companies and bodies, and what consumers think of grants.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// A complaint (R25 37). Staff enters it under the number of the agency's own register: names of
// persons stay there. A plain value; the functions below answer changed copies.
struct Complaint {
  static constexpr char kCollection[] = "complaints";
  enum class Kind { kUnspecified = 0, kRights, kDuplicateCollection, kPlatform };
  enum class State { kUnspecified = 0, kTakenIn, kAssigned, kClosed };
  enum class Outcome { kUnspecified = 0, kFounded, kUnfounded, kPassedOn };
  // TAKEN_IN and so on.
  static absl::string_view StateName(State state);

  std::string name = {};      // complaints/{c}
  std::string consumer = {};  // whose staff entered it
  std::string provider = {};  // whom it is about; from ASSIGNED on who deals with it
  std::string profile = {};
  absl::Time create_time = {};
  Kind kind = Kind::kUnspecified;
  std::string about = {};        // agencies/{a}
  std::string file_number = {};  // 1 to 100 characters
  std::string text = {};         // 1 to 2000 characters
  State state = State::kUnspecified;
  Outcome outcome = Outcome::kUnspecified;
  std::string answer = {};
  std::string entered_by = {};  // people/{p}
  std::string closed_by = {};   // people/{p}
  std::optional<absl::Time> close_time = {};
  // collectionChecks/{c} that shows the item to be obtainable; of kDuplicateCollection, or empty.
  std::string collection_check = {};

  friend bool operator==(const Complaint&, const Complaint&) = default;
};

// AssignComplaint, CloseComplaint.
const StateTable& ComplaintTable();

// INVALID_ARGUMENT naming each part that breaks a rule.
absl::StatusOr<Complaint> Enter(Complaint facts, const Actor& actor, std::string name,
                                absl::Time now);
// By an officer of an authority in charge, to an agency of that authority (INVALID_ARGUMENT).
absl::StatusOr<Complaint> Assign(const Complaint& complaint, const Actor& actor,
                                 const Parties& parties, const Agency& to);
// By the head of the agency that deals with it, or an officer; nobody closes what he entered
// (OWN_REQUEST).
absl::StatusOr<Complaint> Close(const Complaint& complaint, const Actor& actor,
                                const Parties& parties, Complaint::Outcome outcome,
                                absl::string_view answer, absl::Time now);

// A consumer's rating of a grant; enters the provider's USE score.
struct Rating {
  static constexpr char kCollection[] = "ratings";
  std::string name = {};      // ratings/{r}
  std::string consumer = {};  // rates
  std::string provider = {};
  std::string profile = {};
  absl::Time create_time = {};
  std::string grant = {};  // grants/{g}
  int stars = 0;           // 1 worst to 5 best
  std::string text = {};   // up to 1000 characters

  friend bool operator==(const Rating&, const Rating&) = default;
};

// INVALID_ARGUMENT for stars out of range or a text out of limits.
absl::Status Check(const Rating& rating);

}  // namespace shareway::sharing
