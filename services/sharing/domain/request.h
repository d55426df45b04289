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
#include "services/sharing/domain/request_part.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/scope.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// A request (M16 12; R25 20-22).
//
// A value: transitions return a new request and leave this one alone. Strangers are
// the caller's business: every actor here knows the request. Order of refusals: who
// (PERMISSION_DENIED), state, own part (FAILED_PRECONDITION), then what was sent
// (INVALID_ARGUMENT). Who may call what in which state is RequestTable() below.
//
// A submission begins with SubmitRequest and ends with the answer, or when the request becomes a
// DRAFT again: returned by the authority, or lapsed. What is allowed once (supplement, extension)
// is allowed once a submission. Nothing is approved by silence.
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
    kAuthorityCheck,   // the numbers are stored: later states have later numbers
    kNeedsSupplement,
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
    std::optional<statute::Clock> clock = {};  // of the reply, in this submission or the last
    std::optional<Decision> decision = {};
    std::string grant = {};    // grants/{g}, once APPROVED
    std::string dispute = {};  // disputes/{d}, if a dispute created it
    std::string profile = {};  // profile@version
    std::string article = {};  // that the state rests on
    std::vector<Step> steps = {};
    // agencies/{a} whose officers act for the provider's authority, at the submission.
    std::string authority_agency = {};
    std::optional<statute::Clock> check_clock = {};  // of the authority's check
    std::optional<Supplement> supplement = {};
    std::optional<ReplyExtension> extension = {};
    std::string second_reviewer = {};  // who confirmed the decision
    bool second_review = false;        // the decision waits for that
    Supply supply = {};
    ScopeChange change = {};
    std::vector<statute::Clock> earlier = {};  // stopped clocks of submissions before, oldest first
  };

  // Drafts `asked` (resource, legal_basis, scenario, scope) for the actor's agency.
  // FAILED_PRECONDITION unless the resource is PUBLISHED; INVALID_ARGUMENT naming each
  // of the five elements that is missing or breaks a rule (R25 20), a start before
  // `now`'s day, or a resource of the consumer itself. Where the text gives a term for resources
  // that must be published first, a SUSPENDED one may be asked for; it is granted once PUBLISHED.
  static absl::StatusOr<Request> Draft(Fields asked, const Actor& actor, const Resource& resource,
                                       const StatuteText& text, std::string name, absl::Time now);
  // Trusts `fields`: they come from our own store.
  static Request Restore(Fields fields) { return Request(std::move(fields)); }
  // The request that a dispute's outcome GRANT stands for: APPROVED from the start.
  static Request ByDispute(Fields facts, const Actor& recorder, std::string grant, absl::Time now);
  // An APPROVED request whose data are owed from `now` on, under a clock where the text gives one.
  absl::StatusOr<Request> AwaitSupply(const StatuteText& text, absl::Time now) const;

  // What an applicant may change of a DRAFT; what is not set stays.
  struct Revision {
    std::optional<std::string> legal_basis = {};
    std::optional<std::string> scenario = {};
    std::optional<Scope> scope = {};
    // Of THIRD_PARTY, whose scope is nobody's to choose: what its grant lets through now. Nothing:
    // that grant is live no more.
    std::optional<Scope> passed_on = {};
  };
  // Errors of the content: as Draft. FAILED_PRECONDITION, STATE_FORBIDS, for a THIRD_PARTY of a grant
  // that is live no more.
  absl::StatusOr<Request> Update(const Actor& actor, const Parties& parties,
                                 const Revision& revision, const Resource& resource,
                                 const StatuteText& text, absl::Time now) const;

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
  // consent or a text that asks for none; never to pass data on to a third party), REFUSED (not
  // shared, R25), AUTHORITY_CHECK where the text inserts one, or IN_REVIEW, each with its clock.
  // The check falls away where the authority's agency is itself a party: nobody checks his own
  // request. FAILED_PRECONDITION if the resource has changed so that the scope no longer
  // fits, or, under a text that leaves what is not shared to negotiation, naming that path.
  absl::StatusOr<Request> Submit(const Actor& actor, const Parties& parties,
                                 const Submission& submission, absl::Time now) const;

  // An officer of the provider's authority lets it through: IN_REVIEW, and the provider's reply
  // clock starts now. FAILED_PRECONDITION, NOT_COMPETENT, for an officer of another authority, or
  // of an agency that is itself a party.
  absl::StatusOr<Request> Forward(const Actor& actor, const Parties& parties,
                                  const Resource& resource, const StatuteText& text,
                                  absl::Time now) const;
  // The same officer returns it, with a reason of 1 to 1000 characters: DRAFT. The consumer's head
  // signs anew. Who could read it still can.
  absl::StatusOr<Request> Return(const Actor& actor, const Parties& parties,
                                 absl::string_view reason, absl::Time now) const;

  // The reviewer lists all that is missing: NEEDS_SUPPLEMENT. The reply clock stands where the text
  // says so. FAILED_PRECONDITION: SUPPLEMENT_USED; DEADLINE_PASSED when the text's days from
  // receipt by the provider are over, or the reply is overdue.
  absl::StatusOr<Request> AskSupplement(const Actor& actor, const Parties& parties,
                                        std::vector<SupplementItem> items, const StatuteText& text,
                                        absl::Time now) const;
  // An applicant answers each item, by subject: IN_REVIEW, and the reply clock runs on, its due
  // date superseded. FAILED_PRECONDITION, DEADLINE_PASSED, once the time to answer is over.
  absl::StatusOr<Request> AnswerSupplement(const Actor& actor, const Parties& parties,
                                           const std::vector<SupplementItem>& answers,
                                           const StatuteText& text, absl::Time now) const;
  // By rule, nobody acts: a supplement that did not come in time makes it a DRAFT. Nothing if
  // it is not NEEDS_SUPPLEMENT or its time is not over.
  absl::StatusOr<std::optional<Request>> Lapse(const StatuteText& text, absl::Time now) const;

  // The provider's reviewer or head asks for more days, with a reason of 1 to 1000 characters; the
  // due date stays. FAILED_PRECONDITION: TEXT_FORBIDS where the text knows no extension,
  // EXTENSION_NOT_ALLOWED for a second one or a class that admits none, DEADLINE_PASSED once the
  // reply is overdue. INVALID_ARGUMENT for days beyond the text's maximum.
  absl::StatusOr<Request> AskExtension(const Actor& actor, const Parties& parties, int days,
                                       absl::string_view reason, const StatuteText& text,
                                       absl::Time now) const;
  // An officer of the provider's authority consents, with the number of the document, 1 to 200
  // characters: the due date is superseded, also if it has passed meanwhile. Who: as Forward.
  absl::StatusOr<Request> ConsentExtension(const Actor& actor, const Parties& parties,
                                           absl::string_view document, const StatuteText& text,
                                           absl::Time now) const;
  // The same officer refuses, with a reason of 1 to 1000 characters.
  absl::StatusOr<Request> RefuseExtension(const Actor& actor, const Parties& parties,
                                          absl::string_view reason, absl::Time now) const;

  // The provider's reviewer decides what is IN_REVIEW, or DECIDED and not yet signed. Nobody
  // who took part on the consumer's side (OWN_REQUEST). Errors of the decision: as Check; data that
  // are to be passed on to a third party are approved or refused whole.
  absl::StatusOr<Request> Decide(const Actor& actor, const Parties& parties,
                                 const Resource& resource, Decision decision,
                                 const StatuteText& text, absl::Time now) const;

  // A second reviewer confirms the decision as it is, where an item asked for has the grading from
  // which the text asks for two. Nobody who took part before (OWN_REQUEST); FAILED_PRECONDITION,
  // STATE_FORBIDS, if none is asked for, or it was confirmed.
  absl::StatusOr<Request> Confirm(const Actor& actor, const Parties& parties, absl::Time now) const;

  // The provider's head signs what is DECIDED: APPROVED under the name `grant`, or
  // REFUSED; the clock stops, and that of the supply starts. Nobody who took part before
  // (OWN_REQUEST). FAILED_PRECONDITION if the resource no longer allows what was decided;
  // SECOND_REVIEW_REQUIRED if a second reviewer has to confirm, by the gradings of now.
  absl::StatusOr<Request> SignOffDecision(const Actor& actor, const Parties& parties,
                                          const Resource& resource, std::string grant,
                                          const StatuteText& text, absl::Time now) const;

  // The consumer takes back what is not decided.
  absl::StatusOr<Request> Withdraw(const Actor& actor, const Parties& parties,
                                   absl::Time now) const;

  // The provider's reviewer or data steward reports the supply of an APPROVED request, with a note
  // of up to 500 characters; the supply clock stops.
  absl::StatusOr<Request> ReportSupply(const Actor& actor, const Parties& parties,
                                       absl::string_view note, absl::Time now) const;
  // The consumer has the data, reported or not; the supply clock stops.
  absl::StatusOr<Request> ConfirmSupply(const Actor& actor, const Parties& parties,
                                        absl::Time now) const;
  // The consumer disputes a report, with a reason of 1 to 1000 characters. A report of what did not
  // come is no supply: the clock runs as though it had not been stopped, due when it was due, so it
  // may be overdue at once. What may follow is a dispute (R25 28).
  absl::StatusOr<Request> DisputeSupply(const Actor& actor, const Parties& parties,
                                        absl::string_view reason, const StatuteText& text,
                                        absl::Time now) const;

  // By rule, nobody acts: what the consumer's node received proves the supply, reported or not, and
  // its clock stops at the receipt (R25 22: what is owed is the data, not the report). Nothing
  // unless the supply is AWAITED or REPORTED: what the consumer disputes only the consumer settles.
  // Nothing either for what was received before a dispute of a report, or before a decision that
  // set the supply due anew: it shows nothing of what was contested after it.
  absl::StatusOr<std::optional<Request>> ConfirmByExchange(const Receipt& receipt,
                                                           const StatuteText& text,
                                                           absl::Time now) const;
  // True while a supply is owed, reported or disputed, so that something may still confirm it.
  bool SupplyOpen() const;

  // With its running clocks computed again after calendars changed; nothing if the due dates
  // stay. The old dates are kept as superseded.
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

  // The methods that the actor may call now, in the order of the path. Periods and what is sent
  // may still forbid them.
  std::vector<std::string> AvailableActions(const Actor& actor, const Parties& parties) const;

  // What was granted, or would be: the reduced scope if there is one.
  const Scope& granted_scope() const;
  // True if a dispute can be opened over it: REFUSED, or APPROVED with cuts.
  bool Disputable() const;
  // True if the reply is owed and its last day is over. Not while the clock stands.
  bool Overdue(absl::Time now) const;
  // The same for the supply of what was approved.
  bool SupplyOverdue(absl::Time now) const;

  // A clock of the request and agencies/{a} that owes the act.
  struct Owed {
    const statute::Clock* clock;
    std::string debtor;
  };
  // All clocks; of a kind and due date the present one first. Valid as long as the request.
  std::vector<Owed> Clocks() const;

  const Fields& fields() const { return fields_; }

 private:
  explicit Request(Fields fields) : fields_(std::move(fields)) {}
  // A copy in `state`, with the step that led there.
  Request Next(State state, absl::string_view action, absl::string_view actor, std::string note,
               std::string article, absl::Time now) const;
  // OK if the table admits the actor, and what the state alone does not tell: own part, competence,
  // what is allowed once.
  absl::Status May(absl::string_view method, const Actor& actor, const Parties& parties) const;
  absl::Status Competent(const Actor& actor, const Parties& parties) const;
  // OWN_REQUEST if the actor, or whom it acts for, took part on the consumer's side; with
  // `reviewers` also as one of those.
  absl::Status NoPart(const Actor& actor, bool reviewers) const;
  // OWN_REQUEST if the actor, or whom it acts for, wrote it.
  absl::Status NotWriter(const Actor& actor) const;
  // The part that `person` had in it before; empty if none.
  std::string PartOf(absl::string_view person, bool reviewers) const;
  // The clock of the provider's reply, from `now`.
  absl::StatusOr<Request> StartReply(const Resource& resource, const StatuteText& text,
                                     absl::Time now) const;
  // As it is a DRAFT again: clocks stop, who signed and reviewed is forgotten but in the steps.
  absl::StatusOr<Request> DraftAgain(absl::Time now) const;
  absl::StatusOr<Request> Answer(const Actor& actor, const Parties& parties,
                                 const Submission& submission, absl::Time now) const;
  // FAILED_PRECONDITION if the scope, good when it was asked for, breaks a rule by what the
  // resource is now.
  absl::Status StillFits(const Scope& scope, const Resource& resource, absl::Time now) const;
  // All clocks that run, stopped.
  absl::StatusOr<Request> StopClocks(absl::Time now) const;

  Fields fields_;
};

// Who may do what with a request in which state, and what it becomes (R25 20-22).
const StateTable& RequestTable();
// The same for the supply of an APPROVED request; its states are Supply::State.
const StateTable& SupplyTable();

}  // namespace shareway::sharing
