// SPDX-License-Identifier: Apache-2.0
// 争议: the path from negotiation over coordination to a decision.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/statute_text.h"

namespace shareway::sharing {

// What an officer records at the end of a dispute.
struct Ruling {
  std::string body = {};      // 1 to 100 characters
  std::string number = {};    // of the document, 1 to 100 characters
  absl::CivilDay date = {};   // of the document, not in the future
  std::string reasons = {};   // 1 to 2000 characters
};

// A dispute (M16 12; R25 28). A value: transitions return a new dispute. Actors know
// it; who of them may act is decided here, then the state, then what was sent.
class Dispute {
 public:
  enum class Stage { kUnspecified = 0, kNegotiation, kCoordination, kDecision, kClosed };
  enum class Outcome { kUnspecified = 0, kGrant, kReclassify, kSupply, kUpheld, kWithdrawn };
  static absl::string_view StageName(Stage stage);
  static absl::string_view OutcomeName(Outcome outcome);

  struct Step {
    absl::Time time = {};
    std::string action = {};
    std::string actor = {};
    Stage stage = Stage::kUnspecified;  // after it
    std::string note = {};
  };

  struct Fields {
    std::string name = {};     // disputes/{d}
    std::string subject = {};  // requests/{r} or resources/{r}
    std::string resource = {};
    std::string consumer = {};
    std::string provider = {};
    std::string claim = {};
    Stage stage = Stage::kUnspecified;
    std::string coordinator = {};         // authorities/{a}
    std::string coordinator_agency = {};  // whose officers act for it
    std::string decider = {};             // the government
    std::string coordination_by = {};     // agencies/{a} that took it to COORDINATION
    Outcome outcome = Outcome::kUnspecified;
    std::string ruling = {};
    std::string grant = {};
    absl::Time create_time = {};
    std::string profile = {};
    std::vector<statute::Clock> clocks = {};  // one a stage that has a deadline, oldest first
    std::vector<Step> steps = {};
  };

  // Over a request that was REFUSED, or APPROVED with cuts; FAILED_PRECONDITION otherwise.
  static absl::StatusOr<Dispute> OverRequest(const Request& request, const Actor& actor,
                                             const Parties& parties, std::string claim,
                                             const StatuteText& text, std::string name,
                                             absl::Time now);
  // Over a PUBLISHED resource that is NOT_SHARED; FAILED_PRECONDITION otherwise.
  static absl::StatusOr<Dispute> OverResource(const Resource& resource, const Actor& actor,
                                              const Parties& parties, std::string claim,
                                              const StatuteText& text, std::string name,
                                              absl::Time now);
  // Trusts `fields`: they come from our own store.
  static Dispute Restore(Fields fields) { return Dispute(std::move(fields)); }

  // Either party moves it to the next stage; nothing follows DECISION. Both sides are heard
  // first: while coordination runs, only the party that did not ask for it declares it
  // failed; once its last day is over either may.
  absl::StatusOr<Dispute> Escalate(const Actor& actor, const Parties& parties,
                                   absl::string_view reason, const StatuteText& text,
                                   absl::Time now) const;

  // The coordinator's officer records the outcome in COORDINATION or DECISION: nobody whose
  // agency is a party, and nobody who opened or escalated it (OWN_REQUEST).
  // `grant` is the grant's name for outcome GRANT.
  absl::StatusOr<Dispute> Record(const Actor& actor, Outcome outcome, const Ruling& ruling,
                                 std::string grant, absl::Time now) const;

  // The consumer withdraws what is not closed.
  absl::StatusOr<Dispute> Withdraw(const Actor& actor, const Parties& parties,
                                   absl::Time now) const;

  // With its running clock computed again after calendars changed; nothing if the due date
  // stays. The old date is kept as superseded.
  absl::StatusOr<std::optional<Dispute>> Recompute(const statute::CalendarSet& calendars,
                                                   absl::Time now) const;

  // The parties, the authorities in charge, and the coordinator's officers.
  bool VisibleTo(const Actor& actor, const Parties& parties) const;

  // The clock of the stage it is in; null if there is none.
  const statute::Clock* running() const;
  const Fields& fields() const { return fields_; }

 private:
  explicit Dispute(Fields fields) : fields_(std::move(fields)) {}
  static absl::StatusOr<Dispute> Open(Fields facts, const Actor& actor, const Parties& parties,
                                      const StatuteText& text, absl::Time now);
  absl::Status MayEscalate(const Actor& actor, const Parties& parties, absl::Time now) const;
  absl::Status MayRecord(const Actor& actor) const;
  absl::StatusOr<Dispute> Next(Stage stage, absl::string_view action, const Actor& actor,
                               std::string note, absl::Time now) const;

  Fields fields_;
};

// FAILED_PRECONDITION, NOT_SHARED, if outcome GRANT over `scope` must wait until the
// resource was reclassified and published (R25 15, 28).
absl::Status MayGrant(const Scope& scope, const Resource& resource, const StatuteText& text);

}  // namespace shareway::sharing
