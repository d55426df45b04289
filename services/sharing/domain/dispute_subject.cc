// SPDX-License-Identifier: Apache-2.0
// What a dispute is about, which outcomes fit it, and what outcome GRANT gives.
#include "services/sharing/domain/dispute_subject.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

bool Has(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> CutsOf(const Request& request) {
  std::vector<std::string> cuts;
  const Request::Fields& f = request.fields();
  if (f.state != Request::State::kApproved || !f.decision) return cuts;
  for (const Cut& cut : f.decision->cuts) cuts.push_back(cut.subject);
  return cuts;
}

absl::Status CheckCuts(const std::vector<std::string>& named,
                       const std::vector<std::string>& made) {
  std::vector<FieldViolation> out;
  for (size_t i = 0; i < named.size(); ++i) {
    const std::string at = absl::StrCat("cuts[", i, "]");
    if (!Has(made, named[i])) {
      out.push_back({at, absl::StrCat(codes::Quote(named[i]), " was not struck; struck were ",
                                      made.empty() ? "none" : absl::StrJoin(made, ", "))});
    } else if (std::count(named.begin(), named.end(), named[i]) != 1) {
      out.push_back({at, absl::StrCat(codes::Quote(named[i]), " stands twice")});
    }
  }
  return Error::Fields(out);
}

Matter MatterOf(const Request& request, bool supply_late) {
  if (request.fields().state == Request::State::kRefused) return Matter::kRefusal;
  if (!CutsOf(request).empty()) return Matter::kCuts;
  return supply_late ? Matter::kLateSupply : Matter::kUnspecified;
}

bool Fits(Outcome outcome, Matter matter) {
  const bool access =
      matter == Matter::kRefusal || matter == Matter::kCuts || matter == Matter::kClassification;
  switch (outcome) {
    case Outcome::kGrant:
    case Outcome::kReclassify: return access;
    case Outcome::kSupply: return !access;
    case Outcome::kUpheld: return true;
    case Outcome::kUnspecified:
    case Outcome::kWithdrawn: return false;
  }
  return false;
}

}  // namespace

absl::string_view MatterName(Matter matter) {
  switch (matter) {
    case Matter::kUnspecified: break;
    case Matter::kRefusal: return "REFUSAL";
    case Matter::kCuts: return "CUTS";
    case Matter::kClassification: return "CLASSIFICATION";
    case Matter::kLateSupply: return "LATE_SUPPLY";
    case Matter::kCorrection: return "CORRECTION";
    case Matter::kServiceChange: return "SERVICE_CHANGE";
    case Matter::kReturnFlow: return "RETURN_FLOW";
  }
  return "MATTER_UNSPECIFIED";
}

absl::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnspecified: break;
    case Outcome::kGrant: return "GRANT";
    case Outcome::kReclassify: return "RECLASSIFY";
    case Outcome::kSupply: return "SUPPLY";
    case Outcome::kUpheld: return "UPHELD";
    case Outcome::kWithdrawn: return "WITHDRAWN";
  }
  return "OUTCOME_UNSPECIFIED";
}

absl::StatusOr<DisputeSubject> SubjectOf(const Request& request, Matter matter,
                                         std::vector<std::string> cuts, bool supply_late) {
  const Request::Fields& f = request.fields();
  DisputeSubject subject{.matter = matter,
                         .name = f.name,
                         .resource = f.resource,
                         .consumer = f.consumer,
                         .provider = f.provider,
                         .cuts = {}};
  if (matter == Matter::kUnspecified) subject.matter = MatterOf(request, supply_late);
  if (subject.matter != Matter::kCuts && !cuts.empty()) {
    return Error::Field("cuts", absl::StrCat("is for what was struck from an approved request; ",
                                             f.name, " is ", Request::StateName(f.state)));
  }
  switch (subject.matter) {
    case Matter::kRefusal:
      if (f.state == Request::State::kRefused) return subject;
      break;
    case Matter::kCuts: {
      const std::vector<std::string> made = CutsOf(request);
      if (made.empty()) break;
      SHAREWAY_RETURN_IF_ERROR(CheckCuts(cuts, made));
      subject.cuts = cuts.empty() ? made : std::move(cuts);
      return subject;
    }
    case Matter::kLateSupply:
      if (supply_late) return subject;
      break;
    case Matter::kUnspecified: break;
    default:
      return Error::Field("matter", absl::StrCat("is ", MatterName(matter),
                                                 ", want REFUSAL, CUTS or LATE_SUPPLY over a "
                                                 "request"));
  }
  return WrongState(f.name, Request::StateName(f.state),
                    "REFUSED, or APPROVED with cuts or with supply that is late");
}

absl::StatusOr<DisputeSubject> SubjectOf(const Resource& resource, absl::string_view consumer) {
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  if (resource.share_class != ShareClass::kNotShared) {
    return WrongState(resource.name, ShareClassName(resource.share_class),
                      "NOT_SHARED; what is shared is requested first");
  }
  if (resource.provider == consumer) {
    return Error::Field("subject", absl::StrCat(resource.name, " is the agency's own resource"));
  }
  return DisputeSubject{.matter = Matter::kClassification,
                        .name = resource.name,
                        .resource = resource.name,
                        .consumer = std::string(consumer),
                        .provider = resource.provider,
                        .cuts = {}};
}

absl::StatusOr<DisputeSubject> SubjectOf(const Correction& correction) {
  if (correction.state != Correction::State::kRejected) {
    return WrongState(correction.name, CorrectionStateName(correction.state), "REJECTED");
  }
  return DisputeSubject{.matter = Matter::kCorrection,
                        .name = correction.name,
                        .resource = correction.resource,
                        .consumer = correction.consumer,
                        .provider = correction.provider,
                        .cuts = {}};
}

absl::StatusOr<DisputeSubject> SubjectOf(const ServiceChange& change, absl::string_view consumer) {
  if (change.state == ServiceChange::State::kWithdrawn) {
    return WrongState(change.name, ServiceChange::StateName(change.state),
                      "CONSULTING, FILED or IN_EFFECT");
  }
  return DisputeSubject{.matter = Matter::kServiceChange,
                        .name = change.name,
                        .resource = change.resource,
                        .consumer = std::string(consumer),
                        .provider = change.provider,
                        .cuts = {}};
}

absl::StatusOr<DisputeSubject> SubjectOf(const ReturnRequest& request, absl::Time now) {
  const bool late = request.state == ReturnRequest::State::kRequested && request.clock &&
                    !request.clock->stop && now >= statute::DueInstant(*request.clock);
  if (!late) {
    return WrongState(request.name, ReturnRequest::StateName(request.state),
                      "REQUESTED with its supply clock overdue (R25 24)");
  }
  return DisputeSubject{.matter = Matter::kReturnFlow,
                        .name = request.name,
                        .resource = request.resource,
                        .consumer = request.consumer,
                        .provider = request.provider,
                        .cuts = {}};
}

absl::Status CheckOutcome(Outcome outcome, Matter matter, absl::string_view field) {
  if (Fits(outcome, matter)) return absl::OkStatus();
  std::vector<absl::string_view> fit;
  for (Outcome other : {Outcome::kGrant, Outcome::kReclassify, Outcome::kSupply,
                        Outcome::kUpheld}) {
    if (Fits(other, matter)) fit.push_back(OutcomeName(other));
  }
  return Error::Field(std::string(field),
                      absl::StrCat("is ", OutcomeName(outcome), ", want ",
                                   absl::StrJoin(fit, " or "), " over ", MatterName(matter)));
}

Scope MostOf(const Request& request, const DisputeSubject& subject) {
  const Scope& asked = request.fields().scope;
  if (subject.matter != Matter::kCuts) return asked;
  Scope most = request.granted_scope();
  const std::vector<std::string>& cuts = subject.cuts;
  std::vector<std::string> items;  // in the order in which they were asked for
  for (const std::string& id : asked.items) {
    if (Has(most.items, id) || Has(cuts, id)) items.push_back(id);
  }
  // An item that comes back is masked as it was asked to be.
  for (const std::string& id : asked.masked_items) {
    if (Has(cuts, id) && !Has(most.masked_items, id)) most.masked_items.push_back(id);
  }
  most.items = std::move(items);
  if (Has(cuts, "row_filter")) most.rows = asked.rows;
  if (Has(cuts, "purposes")) most.purposes = asked.purposes;
  if (Has(cuts, "methods")) most.methods = asked.methods;
  if (Has(cuts, "quota")) most.day = asked.day;
  if (Has(cuts, "masked_items")) most.masked_items = asked.masked_items;
  if (Has(cuts, "period")) {
    most.start = asked.start;
    most.end = asked.end;
  }
  // A mask on what is still struck goes with its item.
  most.masked_items.erase(
      std::remove_if(most.masked_items.begin(), most.masked_items.end(),
                     [&](const std::string& id) { return !Has(most.items, id); }),
      most.masked_items.end());
  return most;
}

absl::Status CheckRuled(const Scope& ruled, const Request& request,
                        const DisputeSubject& subject, absl::string_view field) {
  SHAREWAY_RETURN_IF_ERROR(CheckWithin(MostOf(request, subject), ruled, field));
  if (subject.matter != Matter::kCuts) return absl::OkStatus();
  if (CheckWithin(ruled, request.granted_scope(), field).ok()) return absl::OkStatus();
  return Error::Field(std::string(field), "takes back what was granted, which is not in dispute");
}

absl::Status MayGrant(const Scope& scope, const Resource& resource, const StatuteText& text) {
  if (text.profile->not_shared_request == statute::NotSharedRequest::kNegotiate ||
      ClassOf(scope, resource) != ShareClass::kNotShared) {
    return absl::OkStatus();
  }
  const std::string rule = text.Cite(text.profile->articles.dispute);
  return Error(Reason::kNotShared, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(resource.name, " is NOT_SHARED (", resource.basis_text(),
                            "); it is granted once it was reclassified and published (", rule,
                            ")"))
      .With("resource", resource.name)
      .With("rule", rule);
}

absl::StatusOr<Grant> Replaced(const Grant& grant, absl::string_view successor,
                               absl::string_view dispute) {
  Grant::Fields next = grant.fields();
  // What ended for a reason of its own is not given again by way of what was struck from it.
  if (next.state != Grant::State::kActive && next.state != Grant::State::kPendingTerms) {
    return WrongState(next.name, Grant::StateName(next.state), "PENDING_TERMS or ACTIVE");
  }
  next.state = Grant::State::kRevoked;
  next.ended_reason = absl::StrCat("DISPUTE_DECISION: ", dispute, ", ", successor,
                                   " has its place");
  return Grant::Restore(std::move(next));
}

absl::StatusOr<Request> SupplyAnew(const Request& request, absl::string_view dispute,
                                   const Actor& actor, const StatuteText& text, absl::Time now) {
  Request::Fields next = request.fields();
  if (std::optional<statute::Clock>& clock = next.supply.clock) {
    if (!clock->stop) {
      SHAREWAY_ASSIGN_OR_RETURN(clock, statute::StopClock(*clock, now));
    }
    next.earlier.push_back(*std::move(clock));
  }
  next.steps.push_back({.time = now,
                        .action = "AwaitSupply",
                        .actor = actor.name,
                        .state = next.state,
                        .note = absl::StrCat("SUPPLY by ", dispute)});
  return Request::Restore(std::move(next)).AwaitSupply(text, now);
}

}  // namespace shareway::sharing
