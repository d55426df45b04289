// SPDX-License-Identifier: Apache-2.0
// 争议: the path from negotiation over coordination to a decision.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/dispute_subject.h"
#include "services/sharing/domain/forum.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/scope.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// A file that goes with a step: its name at AttachmentService and what it holds.
struct DisputeAttachment {
  std::string name = {};    // attachments/{a}; of a decision's document it may be empty
  std::string sha256 = {};  // 32 bytes, of its content

  friend bool operator==(const DisputeAttachment&, const DisputeAttachment&) = default;
};

// What an officer records at the end of a dispute.
struct Ruling {
  std::string body = {};      // 1 to 100 characters
  std::string number = {};    // of the document, 1 to 100 characters
  absl::CivilDay date = {};   // of the document, not in the future
  std::string reasons = {};   // 1 to 2000 characters
  DisputeAttachment document = {};  // the document itself: its digest is required
};

// What a settlement would be.
struct Terms {
  Outcome outcome = Outcome::kUnspecified;
  std::string text = {};             // 1 to 1000 characters
  std::optional<Scope> scope = {};   // for GRANT
};

// The terms that lie on the table. It holds once the heads of both sides agreed (R25 20, 28).
struct Settlement {
  struct Agreement {
    std::string agency = {};
    std::string person = {};
    std::string act = {};  // exact bytes of the SignedAct; kept of the provider's head only
  };
  Terms terms = {};
  std::string proposer = {};  // agencies/{a}: a party, or the coordinator's
  absl::Time time = {};
  std::vector<Agreement> agreed = {};

  // Null unless the agency's head agreed.
  const Agreement* of(absl::string_view agency) const;
};

// What the coordinator's officer records of a session.
struct Mediation {
  std::string minutes = {};          // 1 to 2000 characters
  std::optional<Terms> proposal = {};
  bool failed = false;  // there will be no agreement: either side may go on at once
  std::vector<DisputeAttachment> attachments = {};
};

// Who may call which method at which stage. "The authority" is the coordinator.
const StateTable& DisputeTable();

// A dispute (M16 12; R25 28). A value: transitions return a new dispute. Actors know
// it; who of them may act is decided here, then the state, then what was sent.
class Dispute {
 public:
  enum class Stage { kUnspecified = 0, kNegotiation, kCoordination, kDecision, kClosed };
  using Outcome = sharing::Outcome;
  static absl::string_view StageName(Stage stage);
  static absl::string_view OutcomeName(Outcome outcome) { return sharing::OutcomeName(outcome); }

  struct Step {
    absl::Time time = {};
    std::string action = {};
    std::string actor = {};
    Stage stage = Stage::kUnspecified;  // after it
    std::string note = {};              // statement, reason, terms or minutes, in full
    std::string agency = {};            // the actor's
    std::vector<DisputeAttachment> attachments = {};
  };

  struct Fields {
    std::string name = {};     // disputes/{d}
    std::string subject = {};  // requests/{r}, resources/{r}, corrections/{c} and so on
    std::string resource = {};
    std::string consumer = {};
    std::string provider = {};
    std::string claim = {};
    Stage stage = Stage::kUnspecified;
    std::string coordinator = {};         // authorities/{a}
    std::string coordinator_agency = {};  // whose officers act for it
    std::string decider = {};             // the government; empty: none follows coordination
    std::string coordination_by = {};     // agencies/{a} that took it to COORDINATION
    Outcome outcome = Outcome::kUnspecified;
    std::string ruling = {};
    std::string grant = {};
    absl::Time create_time = {};
    std::string profile = {};
    std::vector<statute::Clock> clocks = {};  // one a stage that has a deadline, oldest first
    std::vector<Step> steps = {};
    Matter matter = Matter::kUnspecified;
    std::vector<std::string> cuts = {};  // of Matter::kCuts: those disputed
    bool joint_conference = false;       // 联席会议 coordinates
    std::string deadlock_by = {};  // agencies/{a} that declared negotiation, or the coordinator
                                   // that declared coordination, to have failed
    std::optional<Settlement> settlement = {};  // on the table, or by which it was closed
    bool settled = false;                       // closed by the settlement
  };

  // An applicant of the consumer opens it. `claim` has 1 to 2000 characters.
  static absl::StatusOr<Dispute> Open(const DisputeSubject& subject, const Actor& actor,
                                      const Parties& parties, const Forum& forum,
                                      std::string claim,
                                      std::vector<DisputeAttachment> attachments,
                                      const StatuteText& text, std::string name, absl::Time now);
  // Trusts `fields`: they come from our own store.
  static Dispute Restore(Fields fields) { return Dispute(std::move(fields)); }

  // The provider answers the claim, as often as it has something to say within its share of the
  // record (7500 bytes an agency, claims, statements, terms and minutes together).
  absl::StatusOr<Dispute> Respond(const Actor& actor, const Parties& parties,
                                  absl::string_view statement,
                                  std::vector<DisputeAttachment> attachments,
                                  absl::Time now) const;

  // The head of either side, who did not open it, puts terms on the table, in place of those that
  // lie there. `act` is the exact bytes of the signed act.
  absl::StatusOr<Dispute> Propose(const Actor& actor, const Parties& parties, Terms terms,
                                  std::string act, absl::Time now) const;
  // The head of a side that has not agreed yet agrees to the terms on the table; with both sides
  // the dispute is CLOSED with their outcome. `outcome` is what the head read there.
  // `grant` is the grant's name for outcome GRANT.
  absl::StatusOr<Dispute> Accept(const Actor& actor, const Parties& parties, Outcome outcome,
                                 std::string act, std::string grant, absl::Time now) const;

  // Either party says that negotiation has failed.
  absl::StatusOr<Dispute> DeclareDeadlock(const Actor& actor, const Parties& parties,
                                          absl::string_view reason, absl::Time now) const;
  // Either party moves it to the next stage. Out of NEGOTIATION once a deadlock was declared or
  // its last day is over. Out of COORDINATION both sides are heard first: while it runs, only the
  // party that did not ask for it goes on; once the coordinator recorded that it failed, or its
  // last day is over, either may. STAGE_UNAVAILABLE where the text knows no stage after it (M16).
  // `forum` is as the directory has it now.
  absl::StatusOr<Dispute> Escalate(const Actor& actor, const Parties& parties,
                                   absl::string_view reason, const Forum& forum,
                                   const StatuteText& text, absl::Time now) const;

  // The coordinator's officer records a session, and what the coordinator proposes: both heads
  // must agree to that. Nobody who may not record the outcome.
  absl::StatusOr<Dispute> RecordMediation(const Actor& actor, const Parties& parties,
                                          const Mediation& mediation, absl::Time now) const;
  // The coordinator's officer records the outcome in COORDINATION or DECISION: nobody whose
  // agency is a party, and nobody who opened, moved or settled it (OWN_REQUEST).
  // `grant` is the grant's name for outcome GRANT.
  absl::StatusOr<Dispute> Record(const Actor& actor, const Parties& parties, Outcome outcome,
                                 const Ruling& ruling, std::string grant, absl::Time now) const;

  // The consumer withdraws what is not closed.
  absl::StatusOr<Dispute> Withdraw(const Actor& actor, const Parties& parties,
                                   absl::Time now) const;

  // With its running clock computed again after calendars changed; nothing if the due date
  // stays. The old date is kept as superseded.
  absl::StatusOr<std::optional<Dispute>> Recompute(const statute::CalendarSet& calendars,
                                                   absl::Time now) const;

  // The parties, the authorities in charge, and, once it came to coordination, the
  // coordinator's officers.
  bool VisibleTo(const Actor& actor, const Parties& parties) const;
  // True from COORDINATION on; of a closed one: if it came that far.
  bool Coordinated() const { return !fields_.coordination_by.empty(); }
  // The methods that the actor may call now, in the order of the path. One that the table
  // allows may still be refused: for a deadline that runs, or an own part.
  std::vector<std::string> AvailableActions(const Actor& actor, const Parties& parties) const;
  DisputeSubject subject() const;

  // The clock of the stage it is in; null if there is none.
  const statute::Clock* running() const;
  const Fields& fields() const { return fields_; }

 private:
  explicit Dispute(Fields fields) : fields_(std::move(fields)) {}
  absl::Status Admit(absl::string_view method, const Actor& actor, const Parties& parties) const;
  absl::Status MayEscalate(const Actor& actor, absl::Time now) const;
  // OWN_REQUEST for who opened it, also in a head's post.
  absl::Status CheckNotOpener(const Actor& actor) const;
  absl::Status CheckNoPart(const Actor& actor) const;
  // Adds a violation if the actor's agency has no room left for the text and its attachments.
  void CheckRoom(const Actor& actor, absl::string_view text, size_t attachments,
                 absl::string_view field, std::vector<FieldViolation>* out) const;
  void CheckTerms(const Actor& actor, const Terms& terms, absl::string_view field,
                  std::vector<FieldViolation>* out) const;
  // A copy with one step more, at the same stage.
  Dispute With(absl::string_view action, const Actor& actor, std::string note,
               std::vector<DisputeAttachment> attachments, absl::Time now) const;
  // The same at another stage; its clock stops.
  absl::StatusOr<Dispute> Next(Stage stage, absl::string_view action, const Actor& actor,
                               std::string note, absl::Time now) const;

  Fields fields_;
};

}  // namespace shareway::sharing
