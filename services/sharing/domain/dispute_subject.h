// SPDX-License-Identifier: Apache-2.0
// What a dispute is about, which outcomes fit it, and what outcome GRANT gives.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/sharing/domain/correction.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/return_flow.h"
#include "services/sharing/domain/scope.h"
#include "services/sharing/domain/service_change.h"
#include "services/sharing/domain/statute_text.h"

namespace shareway::sharing {

// What is in dispute (law.md section 2). Numbers as in shareway.sharing.v1.Dispute.Matter.
enum class Matter {
  kUnspecified = 0,
  kRefusal,        // a refused request
  kCuts,           // what was struck from an approved one
  kClassification,  // a resource's class
  kLateSupply,     // supply that was owed and did not come
  kCorrection,     // a rejected correction
  kServiceChange,  // a change of service
  kReturnFlow,     // a refused return flow
};
// REFUSAL and so on.
absl::string_view MatterName(Matter matter);

// How a dispute ends. Numbers as in shareway.sharing.v1.Dispute.Outcome.
enum class Outcome { kUnspecified = 0, kGrant, kReclassify, kSupply, kUpheld, kWithdrawn };
absl::string_view OutcomeName(Outcome outcome);

// One subject, with the two sides it has.
struct DisputeSubject {
  Matter matter = Matter::kUnspecified;
  std::string name = {};      // requests/{r}, resources/{r}, corrections/{c} and so on
  std::string resource = {};  // that it concerns
  std::string consumer = {};
  std::string provider = {};
  // Of kCuts: what is disputed of it, as in Cut::subject: an item's id, row_filter, purposes, ….
  std::vector<std::string> cuts = {};
};

// A request of the consumer: REFUSED; APPROVED with cuts, of which `cuts` names those disputed
// (empty: all); or with `supply_late`: its supply is overdue or was disputed. Which of these says
// `matter`; kUnspecified: what there is, cuts before supply.
// FAILED_PRECONDITION if there is nothing to dispute; INVALID_ARGUMENT for a cut that was not
// made, and for a matter that is not a request's.
absl::StatusOr<DisputeSubject> SubjectOf(const Request& request, Matter matter,
                                         std::vector<std::string> cuts, bool supply_late);
// A PUBLISHED resource that is NOT_SHARED and not the consumer's own; FAILED_PRECONDITION
// otherwise.
absl::StatusOr<DisputeSubject> SubjectOf(const Resource& resource, absl::string_view consumer);

// A REJECTED correction of the consumer.
absl::StatusOr<DisputeSubject> SubjectOf(const Correction& correction);
// A change of service on which the consumer was consulted, until it is withdrawn.
absl::StatusOr<DisputeSubject> SubjectOf(const ServiceChange& change, absl::string_view consumer);
// A request for return flow whose supply clock ran out: the text leaves the provider no refusal
// (R25 24), so what it does not do in time is one.
absl::StatusOr<DisputeSubject> SubjectOf(const ReturnRequest& request, absl::Time now);

// INVALID_ARGUMENT, naming `field`, for an outcome that no body can give over this matter: GRANT
// is for what was refused, struck or not shared, SUPPLY for what is owed, RECLASSIFY for what a
// class stands against; UPHELD fits all, WITHDRAWN is the consumer's alone.
absl::Status CheckOutcome(Outcome outcome, Matter matter, absl::string_view field);

// What outcome GRANT gives over a request, if nothing less was ruled: all that was asked; over
// cuts what was granted, with the disputed ones as asked.
Scope MostOf(const Request& request, const DisputeSubject& subject);

// INVALID_ARGUMENT naming each part of `ruled` under `field` that goes beyond MostOf, or, over
// cuts, takes back what was granted.
absl::Status CheckRuled(const Scope& ruled, const Request& request,
                        const DisputeSubject& subject, absl::string_view field);

// FAILED_PRECONDITION, NOT_SHARED, if outcome GRANT over `scope` must wait until the
// resource was reclassified and published (R25 15, 28).
absl::Status MayGrant(const Scope& scope, const Resource& resource, const StatuteText& text);

// The grant that gave the rest, ended because `successor` gives that and the struck parts
// (R25 28): nothing is left to dispose of. FAILED_PRECONDITION while it is SUSPENDED, or once it is
// over: nothing is added to what ended for a reason of its own.
absl::StatusOr<Grant> Replaced(const Grant& grant, absl::string_view successor,
                               absl::string_view dispute);

// The request whose supply is owed anew, under a new clock where the text gives one; the old clock
// is kept (R25 22, 28).
absl::StatusOr<Request> SupplyAnew(const Request& request, absl::string_view dispute,
                                   const Actor& actor, const StatuteText& text, absl::Time now);

}  // namespace shareway::sharing
