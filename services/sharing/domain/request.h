// SPDX-License-Identifier: Apache-2.0
// A sharing request: asked by a consumer, decided by the provider in the time of law.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/consent.h"
#include "services/sharing/domain/decision.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/scope.h"
#include "services/sharing/domain/statute_text.h"

namespace shareway::sharing {

// A request (M16 12; R25 20-22).
//
// A value: transitions return a new request and leave this one alone. Strangers are
// the caller's business: every actor here knows the request. Order of refusals: who
// (PERMISSION_DENIED), state, own part (FAILED_PRECONDITION), then what was sent
// (INVALID_ARGUMENT).
class Request {
 public:
  enum class State {
    kUnspecified = 0,
    kDraft,
    kSignedOff,
    kInReview,
    kDecided,
    kApproved,
    kRefused,
    kWithdrawn,
  };
  // DRAFT and so on.
  static absl::string_view StateName(State state);

  struct Step {
    absl::Time time = {};
    std::string action = {};  // the method
    std::string actor = {};   // people/{p}, or the rule that answered
    State state = State::kUnspecified;  // after it
    std::string note = {};
  };

  struct Fields {
    std::string name = {};  // requests/{r}
    std::string resource = {};
    uint32_t resource_revision = 0;
    std::string consumer = {};
    std::string provider = {};
    ShareClass share_class = ShareClass::kUnspecified;  // of the scope, at submission
    std::string legal_basis = {};
    std::string scenario = {};
    Scope scope = {};
    State state = State::kUnspecified;
    std::string applicant = {};
    std::string consumer_head = {};
    std::string reviewer = {};
    std::string provider_head = {};
    absl::Time create_time = {};
    std::optional<absl::Time> submit_time = {};
    std::optional<absl::Time> decide_time = {};
    std::optional<statute::Clock> clock = {};
    std::optional<Decision> decision = {};
    std::string grant = {};    // grants/{g}, once APPROVED
    std::string dispute = {};  // disputes/{d}, if a dispute created it
    std::string profile = {};  // profile@version
    std::string article = {};  // that the state rests on
    std::vector<Step> steps = {};
  };

  // Drafts `asked` (resource, legal_basis, scenario, scope) for the actor's agency.
  // FAILED_PRECONDITION unless the resource is PUBLISHED; INVALID_ARGUMENT naming each
  // of the five elements that is missing or breaks a rule (R25 20), a start before
  // `now`'s day, or a resource of the consumer itself.
  static absl::StatusOr<Request> Draft(Fields asked, const Actor& actor, const Resource& resource,
                                       const StatuteText& text, std::string name, absl::Time now);
  // Trusts `fields`: they come from our own store.
  static Request Restore(Fields fields) { return Request(std::move(fields)); }
  // The request that a dispute's outcome GRANT stands for: APPROVED from the start.
  static Request ByDispute(Fields facts, const Actor& recorder, std::string grant, absl::Time now);

  // The consumer's head agrees to a DRAFT; not the applicant.
  absl::StatusOr<Request> SignOff(const Actor& actor, const Parties& parties,
                                  const StatuteText& text, absl::Time now) const;

  // What the rules need to answer a submission.
  struct Submission {
    const Resource* resource = nullptr;
    const Consent* consent = nullptr;  // the live one of the resource, or null
    StatuteText text = {};
    std::string grant = {};  // the name of the grant, should one arise
  };
  // Submits what was SIGNED_OFF. The result is APPROVED (unconditional, under a standing
  // consent or a text that asks for none), REFUSED (not shared, R25) or IN_REVIEW with a
  // clock. FAILED_PRECONDITION if the resource has changed so that the scope no longer
  // fits, or, under a text that leaves what is not shared to negotiation, naming that path.
  absl::StatusOr<Request> Submit(const Actor& actor, const Parties& parties,
                                 const Submission& submission, absl::Time now) const;

  // The provider's reviewer decides what is IN_REVIEW, or DECIDED and not yet signed. Nobody
  // who took part on the consumer's side (OWN_REQUEST). Errors of the decision: as Check.
  absl::StatusOr<Request> Decide(const Actor& actor, const Parties& parties,
                                 const Resource& resource, Decision decision,
                                 const StatuteText& text, absl::Time now) const;

  // The provider's head signs what is DECIDED: APPROVED under the name `grant`, or
  // REFUSED; the clock stops. Nobody who took part before (OWN_REQUEST).
  // FAILED_PRECONDITION if the resource no longer allows what was decided.
  absl::StatusOr<Request> SignOffDecision(const Actor& actor, const Parties& parties,
                                          const Resource& resource, std::string grant,
                                          const StatuteText& text, absl::Time now) const;

  // The consumer takes back what is not decided.
  absl::StatusOr<Request> Withdraw(const Actor& actor, const Parties& parties,
                                   absl::Time now) const;

  // With its running clock computed again after calendars changed; nothing if the due date
  // stays. The old date is kept as superseded.
  absl::StatusOr<std::optional<Request>> Recompute(const statute::CalendarSet& calendars,
                                                   absl::Time now) const;

  // True if the actor may read it: the consumer's side always, the provider's side and
  // the authorities once it was submitted.
  bool VisibleTo(const Actor& actor, const Parties& parties) const;

  // As the actor reads it: a decision that is not signed, with who made it and what it rests
  // on, is the provider's own.
  Request SeenBy(const Actor& actor, const Parties& parties) const;
  // The agencies that may read all of it, its acts included: the consumer before submission,
  // the provider while a decision waits for its signature, else both.
  std::vector<std::string> Readers() const;

  // The methods that the actor may call now, in the order of the path.
  std::vector<std::string> AvailableActions(const Actor& actor, const Parties& parties) const;

  // What was granted, or would be: the reduced scope if there is one.
  const Scope& granted_scope() const;
  // True if a dispute can be opened over it: REFUSED, or APPROVED with cuts.
  bool Disputable() const;
  // True if the reply is owed and its last day is over.
  bool Overdue(absl::Time now) const;

  const Fields& fields() const { return fields_; }

 private:
  explicit Request(Fields fields) : fields_(std::move(fields)) {}
  // A copy in `state`, with the step that led there.
  Request Next(State state, absl::string_view action, absl::string_view actor, std::string note,
               std::string article, absl::Time now) const;
  absl::Status MaySignOff(const Actor& actor, const Parties& parties) const;
  absl::Status MaySubmit(const Actor& actor, const Parties& parties) const;
  absl::Status MayDecide(const Actor& actor, const Parties& parties) const;
  absl::Status MaySignOffDecision(const Actor& actor, const Parties& parties) const;
  absl::Status MayWithdraw(const Actor& actor, const Parties& parties) const;
  absl::Status Want(State a, State b = State::kUnspecified, State c = State::kUnspecified) const;
  // The part that `person` had in it before; empty if none.
  std::string PartOf(absl::string_view person) const;
  absl::StatusOr<Request> Answer(const Actor& actor, const Submission& submission,
                                 absl::Time now) const;

  Fields fields_;
};

}  // namespace shareway::sharing
