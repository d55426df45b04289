// SPDX-License-Identifier: Apache-2.0
// The writes of sharing requests: load, decide, store. Read this first.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/scope_change.h"

namespace shareway::sharing {

// Sharing requests (M16 12; R25 20-22). Thread-safe.
//
// Each write is one batch with its events: a request is APPROVED exactly when its
// grant exists; one that changes a grant replaces it, or adds the third party, in that batch. With
// `validate_only` nothing is stored: the answer is what it would become, with version 0.
//
// Errors of every write: PERMISSION_DENIED, NOT_VISIBLE, alike for what is not there and what is
// not the actor's; ABORTED for a stale etag, a lost race or a replayed act; any error of the store
// whose outcome is unknown; and those of the transition (domain/request.h). What would be approved
// over data that the provider received itself is refused without consent (grants/passing_on.h).
class Sharing {
 public:
  // `desk` must outlive it.
  explicit Sharing(const Desk* desk) : desk_(desk) {}

  absl::StatusOr<Stored<Request>> Create(const Errand& errand, const Request::Fields& asked,
                                         bool validate_only);
  // A draft that asks to change the grant `asked.change.grant` of the actor's agency; `asked.third`
  // is looked up here.
  absl::StatusOr<Stored<Request>> ChangeScope(const Errand& errand, ChangeAsked asked,
                                              bool validate_only);
  absl::StatusOr<Stored<Request>> Update(const Errand& errand, absl::string_view name,
                                         absl::string_view etag,
                                         const Request::Revision& revision);
  absl::StatusOr<Stored<Request>> SignOff(const Errand& errand, absl::string_view name,
                                          absl::string_view etag);
  absl::StatusOr<Stored<Request>> Submit(const Errand& errand, absl::string_view name,
                                         absl::string_view etag, bool validate_only = false);

  // The authority's check.
  absl::StatusOr<Stored<Request>> Forward(const Errand& errand, absl::string_view name,
                                          absl::string_view etag);
  absl::StatusOr<Stored<Request>> Return(const Errand& errand, absl::string_view name,
                                         absl::string_view etag, absl::string_view reason);

  // What moves the terms.
  absl::StatusOr<Stored<Request>> AskSupplement(const Errand& errand, absl::string_view name,
                                                absl::string_view etag,
                                                const std::vector<SupplementItem>& items);
  absl::StatusOr<Stored<Request>> AnswerSupplement(const Errand& errand, absl::string_view name,
                                                   absl::string_view etag,
                                                   const std::vector<SupplementItem>& answers);
  absl::StatusOr<Stored<Request>> AskExtension(const Errand& errand, absl::string_view name,
                                               absl::string_view etag, int days,
                                               absl::string_view reason);
  absl::StatusOr<Stored<Request>> ConsentExtension(const Errand& errand, absl::string_view name,
                                                   absl::string_view etag,
                                                   absl::string_view document);
  absl::StatusOr<Stored<Request>> RefuseExtension(const Errand& errand, absl::string_view name,
                                                  absl::string_view etag,
                                                  absl::string_view reason);

  // The provider's answer.
  absl::StatusOr<Stored<Request>> Decide(const Errand& errand, absl::string_view name,
                                         absl::string_view etag, const Decision& decision,
                                         bool validate_only = false);
  // A request of a batch, as its reviewer saw it.
  struct Seen {
    std::string name = {};
    std::string etag = {};
  };
  using Outcomes = std::vector<absl::StatusOr<Stored<Request>>>;
  // The same decision on 1 to 100 requests: all that can be decided are, in one batch with an event
  // each; the others say why not, in the order of `seen`. INVALID_ARGUMENT for no, too many or
  // repeated requests, or APPROVE_REDUCED; FAILED_PRECONDITION, GRADING_MIXED, unless what they ask
  // for is all of one grading.
  absl::StatusOr<Outcomes> DecideAll(const Errand& errand, const std::vector<Seen>& seen,
                                     const Decision& decision, bool validate_only);
  absl::StatusOr<Stored<Request>> Confirm(const Errand& errand, absl::string_view name,
                                          absl::string_view etag);
  absl::StatusOr<Stored<Request>> SignOffDecision(const Errand& errand, absl::string_view name,
                                                  absl::string_view etag);
  absl::StatusOr<Stored<Request>> Withdraw(const Errand& errand, absl::string_view name,
                                           absl::string_view etag);

  // The supply of what was approved.
  absl::StatusOr<Stored<Request>> ReportSupply(const Errand& errand, absl::string_view name,
                                               absl::string_view etag, absl::string_view note);
  absl::StatusOr<Stored<Request>> ConfirmSupply(const Errand& errand, absl::string_view name,
                                                absl::string_view etag);
  absl::StatusOr<Stored<Request>> DisputeSupply(const Errand& errand, absl::string_view name,
                                                absl::string_view etag, absl::string_view reason);
  // By rule: what a node of the consumer, agencies/{a}/nodes/{n}, received under the request's
  // grant confirms the supply (law.md section 3). True if nothing is left to be told: it is
  // confirmed, by this or before, or none is owed. False, and nothing changes, while the consumer
  // contests it: the supply is DISPUTED, or a dispute over it is open, which no exchange closes; or
  // if it was received before that was settled. NOT_FOUND if there is no such request; ABORTED for
  // a lost race.
  absl::StatusOr<bool> ConfirmByExchange(absl::string_view name, const Receipt& receipt,
                                         absl::string_view node, absl::string_view traceparent);

  // By rule: requests whose supplement did not come in time become DRAFTs, up to 256 a call. How
  // many did; what changed meanwhile is left to the next call. An error of the store ends it.
  absl::StatusOr<int> Lapse();

  // The request, if the actor may see it.
  absl::StatusOr<Stored<Request>> Get(const Actor& actor, absl::string_view name) const;

 private:
  // A request that is about to change, and what its transition needs.
  struct Case {
    const Request& request;
    const Parties& parties;
    const StatuteText& text;  // that the request cites
    absl::Time now;
  };
  struct Step {
    Request after;
    evidence::RecordKind kind;
    // What the event says; empty: the article that the state rests on, and its own reason.
    std::string article = {};
    std::string reason = {};
    std::string node = {};  // that told of it; empty: none did
  };
  // Decides, and adds to the change what goes with it.
  using Transition = absl::FunctionRef<absl::StatusOr<Step>(const Case&, Change*)>;
  absl::StatusOr<Stored<Request>> Write(const Errand& errand, absl::string_view name,
                                        absl::string_view etag, Transition transition,
                                        bool validate_only = false);
  absl::StatusOr<Stored<Request>> Commit(const Errand& errand, Step step, uint64_t version,
                                         const Parties& parties, Change change, absl::Time now);
  evidence::AuditRecord Event(evidence::RecordKind kind, const Errand& errand,
                              const Request& request, const Parties& parties) const;
  // What a batch decides, and what it does not.
  absl::StatusOr<Request> DecideOne(const Errand& errand, const Seen& seen,
                                    const Decision& decision, int* grading,
                                    Change* change) const;
  absl::StatusOr<Outcomes> DecideBatch(const Errand& errand, const std::vector<Seen>& seen,
                                       const Decision& decision, bool validate_only);
  // Adds the grant of an APPROVED request to the change, and what becomes of the grant that it
  // changes.
  absl::Status AddGrant(const Errand& errand, const Request& approved, std::string decision,
                        std::string consent, const Case& before, Change* change) const;
  // Adds the grant that bears the third party of an APPROVED request.
  absl::Status AddThirdParty(const Errand& errand, const Request& approved, const Case& before,
                             Change* change) const;
  // What the grant of a draft to pass data on lets through now; nothing for other drafts, and once
  // that grant is live no more.
  absl::StatusOr<std::optional<Scope>> PassedOn(const Request& draft, absl::Time now) const;
  // FAILED_PRECONDITION, CLEARANCE_TOO_LOW, if the consumer may not receive what is asked for.
  static absl::Status CheckCleared(const Request& request, const Resource& resource,
                                   const Parties& parties);
  // FAILED_PRECONDITION if the grant that the request changes is no longer live, or the decision
  // takes of it what was to be kept.
  absl::Status CheckChange(const Request& request, absl::Time now) const;

  const Desk* const desk_;
};

// Sharing::Lapse, for upkeep.
absl::StatusOr<int> RequestsDue(const Desk& desk);

}  // namespace shareway::sharing
