// SPDX-License-Identifier: Apache-2.0
// A correction (校核): a consumer asks the provider to check what it shared (M16 15; R25 26).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// Bytes of the keyed digest under which the provider's nodes know a record.
inline constexpr size_t kRecordBytes = 16;

// A plain value. A record is named by the exchange that brought it and its place in that answer,
// until a node of the provider names it by its keyed digest; no key or value of it is ever here.
//
// Errors of the functions below: PERMISSION_DENIED and FAILED_PRECONDITION as Admit;
// INVALID_ARGUMENT naming every field that breaks a rule, or SECRET_REFUSED (domain/secrecy.h).
struct Correction {
  static constexpr char kCollection[] = "corrections";
  enum class State {
    kUnspecified = 0,
    kOpened,
    kAcknowledged,
    kCorrected,
    kConfirmed,
    kNotOurs,
    kRejected,
    kWithdrawn,
  };

  std::string name = {};
  std::string resource = {};
  std::string consumer = {};  // who asks
  std::string provider = {};  // who owes the answer
  std::string profile = {};   // profile@version
  std::string exchange = {};  // that brought the record; empty: the whole resource
  uint32_t place = 0;         // of the record in its answer
  std::string record = {};    // keyed digest, kRecordBytes; empty: no node has named it
  std::string item = {};      // in question; empty: all
  std::string description = {};
  std::string evidence = {};
  std::vector<std::string> attachments = {};
  bool business_may_proceed = false;
  State state = State::kOpened;
  std::string opener = {};    // people/{p}
  std::string answerer = {};  // people/{p}
  std::string answer = {};
  std::string proof = {};
  std::vector<std::string> proof_attachments = {};
  std::string source = {};  // agencies/{a}, of NOT_OURS
  absl::Time create_time = {};
  std::optional<absl::Time> end_time = {};
  std::optional<statute::Clock> clock = {};  // nothing: the text has no number
  uint32_t recall_round = 0;                 // how often the value was recalled
  std::optional<absl::Time> recall_time = {};
  std::string recall_reason = {};
  std::vector<std::string> reported_nodes = {};  // in this round
  // Clocks that a dispute's outcome SUPPLY put another in the place of, stopped, oldest first.
  std::vector<statute::Clock> earlier = {};
  std::string dispute = {};  // disputes/{d} that opened it anew last
  bool ends = false;         // by this write; is not kept
  bool reopens = false;      // by this write; is not kept

  // OPENED or ACKNOWLEDGED.
  bool open() const { return state == State::kOpened || state == State::kAcknowledged; }
  // True if it is on a record that no node has named yet.
  bool unnamed() const { return !exchange.empty() && record.empty(); }
};

absl::string_view CorrectionStateName(Correction::State state);

// Who may do what when. RecallCorrection changes no state.
const StateTable& CorrectionTable();

// What the consumer says.
struct CorrectionAsked {
  std::string exchange = {};
  uint32_t place = 0;
  std::string item = {};
  std::string description = {};
  std::string proposed_value = {};  // checked, not kept here: it enters no evidence
  std::string evidence = {};
  std::vector<std::string> attachments = {};
  bool business_may_proceed = false;
};

// An OPENED correction named `name`, with its clock if the text gives a number. `had_grant`: the
// actor's agency has or had a grant on the resource. PERMISSION_DENIED, NOT_A_DELIVERY_OF, for a
// record without one; POLICY_DENIED for the provider itself.
absl::StatusOr<Correction> OpenCorrection(std::string name, const Actor& actor,
                                          const CorrectionAsked& asked, const Resource& resource,
                                          bool had_grant, const StatuteText& text, absl::Time now);

// What the provider says.
struct CorrectionAnswer {
  Correction::State outcome = Correction::State::kUnspecified;
  std::string answer = {};
  std::string proof = {};
  std::vector<std::string> attachments = {};
  std::string source = {};
};

absl::StatusOr<Correction> Acknowledge(const Correction& before, const Actor& actor,
                                       const Parties& parties);
// CORRECTED, CONFIRMED with proof, or NOT_OURS with its source, which is `known` to the directory.
// Stops the clock.
absl::StatusOr<Correction> Resolve(const Correction& before, const Actor& actor,
                                   const Parties& parties, const CorrectionAnswer& answer,
                                   bool source_known, absl::Time now);
absl::StatusOr<Correction> Reject(const Correction& before, const Actor& actor,
                                  const Parties& parties, absl::string_view reason,
                                  absl::Time now);
absl::StatusOr<Correction> Withdraw(const Correction& before, const Actor& actor,
                                    const Parties& parties, absl::Time now);
// A further round: the nodes are asked, again if they were before.
absl::StatusOr<Correction> BeginRecall(const Correction& before, const Actor& actor,
                                       const Parties& parties, absl::string_view reason,
                                       absl::Time now);

// A node names the record. The first answer stands: another is passed over.
// INVALID_ARGUMENT unless `record` has kRecordBytes; FAILED_PRECONDITION, STATE_FORBIDS, if the
// correction is on no record.
absl::StatusOr<Correction> Named(const Correction& before, absl::string_view record);

// By the outcome SUPPLY of `dispute` (R25 28): the provider owes an answer anew, OPENED, under a
// new clock where the text gives a number. Nothing unless it is REJECTED.
absl::StatusOr<std::optional<Correction>> OweAnew(const Correction& before,
                                                  absl::string_view dispute,
                                                  const StatuteText& text, absl::Time now);

// To the parties and the authorities in charge.
bool Visible(const Correction& correction, const Actor& actor, const Parties& parties);

// The key that the consumer's one open correction of this subject holds.
std::string SubjectKey(const Correction& correction);

}  // namespace shareway::sharing
