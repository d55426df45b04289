// SPDX-License-Identifier: Apache-2.0
// Findings: what may be a breach, what was said to it, and what it came to.
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

// A finding (M16 24; R25 39-41; law.md section 8). A plain value; the functions below answer
// changed copies. `consumer` reported it, `provider` is the agency that answers for it.
struct Finding {
  static constexpr char kCollection[] = "findings";
  enum class Origin { kUnspecified = 0, kAutomatic, kReported };
  enum class State {
    kUnspecified = 0,
    kPrewarning,  // 预警: nothing is late yet
    kSuspected,   // 疑似问题线索
    kJustified,
    kConfirmed,  // only these count
    kDismissed,
  };
  // PREWARNING and so on.
  static absl::string_view StateName(State state);
  // What a screen says: 预警, 疑似问题线索. Before CONFIRMED never 违法 or 违规.
  static absl::string_view Label(State state);

  struct Proof {
    std::string object = {};  // up to 100 characters
    std::optional<absl::Time> time = {};
    std::string note = {};  // up to 200 characters

    friend bool operator==(const Proof&, const Proof&) = default;
  };

  std::string name = {};  // findings/{f}
  std::string consumer = {};
  std::string provider = {};
  std::string profile = {};  // profile@version
  absl::Time create_time = {};
  Origin origin = Origin::kUnspecified;
  State state = State::kUnspecified;
  std::string detector = {};  // id of its row
  std::string article = {};   // profile@version and article
  std::string about = {};     // agencies/{a} or authorities/{a}
  std::string subject = {};   // the object in question
  std::string summary = {};
  std::vector<Proof> evidence = {};  // at most 30
  std::optional<absl::CivilDay> due = {};
  std::string clock = {};             // the clock's kind, for those over a clock
  std::string key = {};               // what makes it one of its kind; empty: reported
  std::string competent = {};         // authorities/{a}; empty: none is above
  std::string competent_agency = {};  // whose officers act for it
  std::string opened_by = {};         // people/{p}; empty: by rule
  std::string justification = {};
  std::string ruling = {};
  std::string ruled_by = {};
  absl::Time state_time = {};

  bool open() const { return state != State::kConfirmed && state != State::kDismissed; }

  friend bool operator==(const Finding&, const Finding&) = default;
};

// breach and settle are by rule; JustifyFinding, ConfirmFinding, DismissFinding are people's.
const StateTable& FindingTable();

// The sides of a finding as its table sees them: the agency as provider, the competent body in
// charge, whatever authority the agency has.
Parties SeatsOf(const Finding& finding);

// True for the agency, the reporter and the competent body; what its sides' authorities see besides
// is `parties`' business, but an authority never sees findings about another through its reporter.
bool MaySee(const Finding& finding, const Actor& actor);

// INVALID_ARGUMENT naming each part of what a person reports that breaks a rule: the texts' limits,
// the words 违法 and 违规, more than 10 pieces of evidence; SECRET_REFUSED (domain/secrecy.h), citing
// its profile.
absl::Status CheckReport(const Finding& reported);

// The agency gives its reason. PERMISSION_DENIED, then FAILED_PRECONDITION, then INVALID_ARGUMENT.
absl::StatusOr<Finding> Justify(const Finding& finding, const Actor& actor,
                                absl::string_view reason, std::vector<Finding::Proof> evidence,
                                absl::Time now);

// The competent body rules. PERMISSION_DENIED, NOT_COMPETENT, for an officer of another authority;
// OWN_REQUEST for who reported it; FAILED_PRECONDITION, PROOF_REQUIRED, to confirm without evidence.
absl::StatusOr<Finding> Confirm(const Finding& finding, const Actor& actor,
                                absl::string_view reasons, absl::Time now);
absl::StatusOr<Finding> Dismiss(const Finding& finding, const Actor& actor,
                                absl::string_view reasons, absl::Time now);

// By rule: the time of a PREWARNING ran out.
Finding Breach(const Finding& finding, std::string summary, Finding::Proof proof, absl::Time now);
// By rule: the act of a PREWARNING came in time.
Finding Settle(const Finding& finding, Finding::Proof proof, absl::Time now);

// By rule: what was missing came after all. It stays for the competent body to judge, who sees it.
Finding Made(const Finding& finding, Finding::Proof proof);

// 通报 over confirmed findings.
struct Circular {
  static constexpr char kCollection[] = "circulars";
  std::string name = {};      // circulars/{c}
  std::string consumer = {};  // none
  std::string provider = {};  // the agency of the authority that publishes it
  std::string profile = {};
  absl::Time create_time = {};
  std::string authority = {};
  std::string title = {};            // 1 to 100 characters
  std::string text = {};             // 1 to 5000 characters
  std::string document_number = {};  // 1 to 100 characters
  std::vector<std::string> findings = {};
  std::vector<std::string> agencies = {};  // whom it names, each once, in order

  friend bool operator==(const Circular&, const Circular&) = default;
};

// INVALID_ARGUMENT naming each part that breaks a rule.
absl::Status Check(const Circular& circular);
// The circular with this finding named. FAILED_PRECONDITION, STATE_FORBIDS, unless it is CONFIRMED;
// PERMISSION_DENIED, NOT_COMPETENT, unless by this authority.
absl::StatusOr<Circular> Name(const Circular& circular, const Finding& finding);

}  // namespace shareway::sharing
