// SPDX-License-Identifier: Apache-2.0
// A demand (数据需求): data that nobody has catalogued, routed to their presumed source (R25 20).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// An item that is wanted.
struct WantedItem {
  std::string id = {};  // empty: not known
  std::string title = {};

  friend bool operator==(const WantedItem&, const WantedItem&) = default;
};

// A plain value. Errors of the functions below: PERMISSION_DENIED and FAILED_PRECONDITION as Admit;
// INVALID_ARGUMENT naming every field that breaks a rule, or SECRET_REFUSED (domain/secrecy.h).
struct Demand {
  static constexpr char kCollection[] = "demands";
  enum class State {
    kUnspecified = 0,
    kOpen,
    kRouted,
    kAccepted,
    kLinked,
    kDeclined,
    kWithdrawn,
  };

  std::string name = {};
  std::string consumer = {};  // who asks
  std::string provider = {};  // to whom it is routed; empty while OPEN
  std::string profile = {};   // of those who ask: profile@version
  std::string title = {};
  std::vector<WantedItem> items = {};
  std::string legal_basis = {};
  std::string scenario = {};
  std::string presumed_source = {};
  State state = State::kOpen;
  std::vector<std::string> not_theirs = {};  // agencies that are not the source, oldest first
  // Whose lists it stands in besides the consumer's and its authority's: everyone it was routed to,
  // and their authorities.
  std::vector<std::string> listed = {};
  std::string answer = {};  // of the present source, or of the last one while OPEN
  std::string citation = {};
  std::string resource = {};
  std::string applicant = {};
  absl::Time create_time = {};
  std::optional<absl::Time> end_time = {};
};

absl::string_view DemandStateName(Demand::State state);

// Who may do what when.
const StateTable& DemandTable();

struct DemandAsked {
  std::string title = {};
  std::vector<WantedItem> items = {};
  std::string legal_basis = {};
  std::string scenario = {};
  std::string presumed_source = {};
};

// True if a published resource has the very title that is asked for, or, where every wanted item
// has an id, all of those items.
bool Answers(const Resource& resource, const DemandAsked& asked);

// FAILED_PRECONDITION, ALREADY_CATALOGUED.
absl::Status AlreadyCatalogued(const Resource& resource, const StatuteText& text);

// `source_known`: the presumed source, if one is named, is in the directory.
absl::StatusOr<Demand> MakeDemand(std::string name, const Actor& actor, const DemandAsked& asked,
                                  bool source_known, const StatuteText& text, absl::Time now);
// `source`: the agency as the directory knows it; its name alone if it does not.
absl::StatusOr<Demand> Route(const Demand& before, const Actor& actor, const Parties& parties,
                             const Agency& source);
absl::StatusOr<Demand> Accept(const Demand& before, const Actor& actor, const Parties& parties,
                              absl::string_view answer);

enum class DeclineGround { kUnspecified = 0, kNotTheSource, kLegalBar };

// OPEN again for kNotTheSource, DECLINED for kLegalBar.
absl::StatusOr<Demand> Decline(const Demand& before, const Actor& actor, const Parties& parties,
                               DeclineGround ground, absl::string_view reason,
                               absl::string_view citation, absl::Time now);
// INVALID_ARGUMENT unless the resource is PUBLISHED, and the source's own if the source links it.
absl::StatusOr<Demand> Link(const Demand& before, const Actor& actor, const Parties& parties,
                            const Resource& resource, absl::Time now);
absl::StatusOr<Demand> Withdraw(const Demand& before, const Actor& actor, const Parties& parties,
                                absl::Time now);

// To the parties, the authorities in charge, and those to whom it was routed before.
bool Visible(const Demand& demand, const Actor& actor, const Parties& parties);
// As the actor reads it: who said that it is not the source reads its own answer, and none of those
// that were asked after it.
Demand SeenBy(const Demand& demand, const Actor& actor, const Parties& parties);

}  // namespace shareway::sharing
