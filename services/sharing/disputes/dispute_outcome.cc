// SPDX-License-Identifier: Apache-2.0
// What a closed dispute leaves behind, in the batch that closes it.
#include "services/sharing/disputes/dispute_outcome.h"

#include <type_traits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/domain/scope_change.h"
#include "services/sharing/domain/secrecy.h"
#include "services/sharing/grants/passing_on.h"
#include "services/sharing/grants/replacing.h"
#include "services/sharing/store/correction_codec.h"
#include "services/sharing/store/service_codec.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

// The request that a dispute is over; none over anything else.
absl::StatusOr<std::optional<Stored<Request>>> RequestOf(const Desk& desk,
                                                         const DisputeSubject& subject) {
  if (!absl::StartsWith(subject.name, "requests/")) return std::nullopt;
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Request> request, desk.store().LoadRequest(subject.name));
  return std::optional<Stored<Request>>(std::move(request));
}

evidence::AuditRecord Event(const Desk& desk, RecordKind kind, const Closing& closing,
                            const Grant::Fields& grant, absl::string_view object) {
  evidence::AuditRecord event = desk.Event(kind, closing.errand, closing.parties, object);
  event.set_resource(grant.resource);
  event.set_request(grant.request);
  event.set_grant(grant.name);
  event.set_rule(closing.text.Cite(closing.text.profile->articles.dispute));
  return event;
}

absl::Status Outdated(const DisputeSubject& subject, const Resource& resource,
                      const absl::Status& fault) {
  return Error(Reason::kProposalOutdated, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("what would be granted over ", subject.name, " no longer fits ",
                            resource.name, " revision ", resource.revision, ": ", fault.message(),
                            "; propose anew, with another scope or outcome"))
      .With("subject", subject.name)
      .With("resource", resource.name)
      .With("instead", "ProposeSettlement");
}

// Ends the grant that gave the rest, and the one that goes on while that one waits for its terms.
absl::Status ReplaceGrant(const Desk& desk, const Dispute& closed, const Request& subject,
                          const Grant& successor, const Closing& closing, Change* change) {
  const std::string& name = subject.fields().grant;
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> before, desk.store().LoadGrant(name));
  const Dispute::Fields& f = closed.fields();
  SHAREWAY_ASSIGN_OR_RETURN(Grant after, Replaced(before.value, f.grant, f.name));
  evidence::AuditRecord event =
      Event(desk, RecordKind::GRANT_REVOKED, closing, after.fields(), name);
  event.set_reason("DISPUTE_DECISION");
  change->events.push_back(std::move(event));
  SHAREWAY_RETURN_IF_ERROR(
      AddReplaced(desk, before, after, successor, closing.parties, closing.now, change));
  if (subject.fields().change.kind == ScopeChange::Kind::kUnspecified ||
      before.value.fields().state != Grant::State::kPendingTerms) {
    return absl::OkStatus();
  }
  return ReplaceChanged(desk, closing.errand, subject, successor, closing.parties, closing.text,
                        closing.now, change);
}

// What the granted change of a live grant makes of that one, as an approval would.
absl::Status ChangeGrant(const Desk& desk, const Request& request, const Scope& asked,
                         const Grant& successor, const Closing& closing, Change* change) {
  const Request::Fields& f = request.fields();
  const bool third = f.change.kind == ScopeChange::Kind::kThirdParty;
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> before, desk.store().LoadGrant(f.change.grant));
  SHAREWAY_RETURN_IF_ERROR(CheckLive(before.value, closing.now));
  if (!third) SHAREWAY_RETURN_IF_ERROR(CheckKeeps(f.scope, asked, before.value, closing.now));
  Grant after = Changed(before.value, request);
  evidence::AuditRecord event =
      Event(desk, third ? RecordKind::STANDING_CONSENT_CHANGED : RecordKind::GRANT_REVOKED,
            closing, after.fields(), f.change.grant);
  event.set_reason(third ? "THIRD_PARTY" : "REPLACED");
  change->events.push_back(std::move(event));
  if (!third) {
    return AddReplaced(desk, before, after, successor, closing.parties, closing.now, change);
  }
  change->grants.push_back({std::move(after), before.version});
  return absl::OkStatus();
}

// The request that outcome GRANT stands for.
absl::StatusOr<Request> RequestFor(const Dispute& closed, const Request* subject, Scope scope,
                                   const Resource& resource, const Closing& closing) {
  const Dispute::Fields& f = closed.fields();
  const std::string& article = closing.text.profile->articles.dispute;
  Request::Fields facts = {.name = Desk::NewName("requests"),
                           .resource = f.resource,
                           .resource_revision = resource.revision,
                           .consumer = f.consumer,
                           .provider = f.provider,
                           .share_class = ClassOf(scope, resource),
                           .legal_basis = article.empty() ? f.profile : article,
                           .scenario = f.claim,
                           .scope = std::move(scope),
                           .create_time = closing.now,
                           .decision = Decision{.verdict = Decision::Verdict::kApprove},
                           .dispute = f.name,
                           .profile = f.profile,
                           .article = article};
  if (subject != nullptr) {
    const Request::Fields& asked = subject->fields();
    facts.legal_basis = asked.legal_basis;
    facts.scenario = asked.scenario;
    facts.applicant = asked.applicant;
    facts.consumer_head = asked.consumer_head;
    if (asked.decision) facts.decision->case_required = asked.decision->case_required;
    if (f.matter == Matter::kRefusal) facts.change = asked.change;
  }
  return Request::ByDispute(std::move(facts), closing.errand.actor, f.grant, closing.now)
      .AwaitSupply(closing.text, closing.now);
}

absl::Status AddGrant(const Desk& desk, const Dispute& closed, const Closing& closing,
                      Change* change) {
  const Dispute::Fields& f = closed.fields();
  SHAREWAY_ASSIGN_OR_RETURN(
      Scope scope, GrantedScope(desk, closed.subject(), closing.scope, closing.text, closing.now,
                                closing.scope_sent));
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource, desk.LoadResource(f.resource));
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Stored<Request>> subject,
                            RequestOf(desk, closed.subject()));
  SHAREWAY_ASSIGN_OR_RETURN(
      Request request, RequestFor(closed, subject ? &subject->value : nullptr, std::move(scope),
                                  resource.value, closing));
  SHAREWAY_RETURN_IF_ERROR(
      AskSources(desk, resource.value, request, closing.text, closing.now, change));
  const ScopeChange::Kind kind = request.fields().change.kind;
  const Grant grant = Grant::Of(request, closing.act, "",
                          closing.text.Cite(closing.text.profile->articles.dispute), closing.now);
  const std::string& name = request.fields().name;
  change->events.push_back(
      Event(desk, RecordKind::REQUEST_ANSWERED, closing, grant.fields(), name));
  if (kind != ScopeChange::Kind::kUnspecified) {
    SHAREWAY_RETURN_IF_ERROR(
        ChangeGrant(desk, request, subject->value.fields().scope, grant, closing, change));
  }
  if (kind != ScopeChange::Kind::kThirdParty) {
    change->events.push_back(
        Event(desk, RecordKind::GRANT_CREATED, closing, grant.fields(), f.grant));
    change->grants.push_back({grant, 0});
  }
  if (f.matter == Matter::kCuts) {
    SHAREWAY_RETURN_IF_ERROR(ReplaceGrant(desk, closed, subject->value, grant, closing, change));
  }
  change->rests_on.push_back(std::move(resource));
  change->requests.push_back({std::move(request), 0});
  return absl::OkStatus();
}

// What the provider owes in the case is owed anew, from now on.
template <typename T>
absl::Status AddOwed(const Desk& desk, const Dispute& closed, const Closing& closing,
                     RecordKind kind, std::string statute::Articles::*article, Change* change) {
  const std::string& name = closed.fields().subject;
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<T> before, desk.store().LoadCase<T>(name));
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk.TextCited(before.value.profile));
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::optional<T> after,
      OweAnew(before.value, closed.fields().name, text, closing.now));
  if (!after) return absl::OkStatus();
  if constexpr (std::is_same_v<T, Correction>) {
    // The consumer asked the same once more meanwhile: that one has its own time.
    SHAREWAY_ASSIGN_OR_RETURN(const std::string holder,
                              desk.store().HolderOf(SubjectKey(before.value)));
    if (!holder.empty()) return absl::OkStatus();
  }
  evidence::AuditRecord event = desk.Event(kind, closing.errand, closing.parties, name);
  event.set_resource(closed.fields().resource);
  event.set_rule(text.Cite(text.profile->articles.*article));
  event.set_reason("SUPPLY");
  change->events.push_back(std::move(event));
  change->cases.push_back(RowOf(*after, before.version));
  return absl::OkStatus();
}

// The data are owed anew, from now on.
absl::Status AddSupply(const Desk& desk, const Dispute& closed, const Closing& closing,
                       Change* change) {
  const Matter matter = closed.fields().matter;
  if (matter == Matter::kCorrection) {
    return AddOwed<Correction>(desk, closed, closing, RecordKind::CORRECTION_CHANGED,
                               &statute::Articles::correction, change);
  }
  if (matter == Matter::kReturnFlow) {
    return AddOwed<ReturnRequest>(desk, closed, closing, RecordKind::RETURN_FLOW_CHANGED,
                                  &statute::Articles::return_flow, change);
  }
  if (matter != Matter::kLateSupply) return absl::OkStatus();
  const std::string& name = closed.fields().subject;
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> before, desk.store().LoadRequest(name));
  // It came while they disagreed.
  if (before.value.fields().supply.state == Supply::State::kConfirmed) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(
      Request after, SupplyAnew(before.value, closed.fields().name, closing.errand.actor,
                                closing.text, closing.now));
  evidence::AuditRecord event =
      desk.Event(RecordKind::PROVISIONING_CHANGED, closing.errand, closing.parties, name);
  Desk::TellOnly(after, &event);
  event.set_resource(closed.fields().resource);
  event.set_request(name);
  event.set_grant(after.fields().grant);
  event.set_rule(closing.text.Cite(closing.text.profile->articles.supply));
  event.set_reason("SUPPLY");
  change->events.push_back(std::move(event));
  change->requests.push_back({std::move(after), before.version});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> GrantNameFor(const Desk& desk, const DisputeSubject& subject) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Stored<Request>> request,
                            RequestOf(desk, subject));
  if (request && subject.matter == Matter::kRefusal &&
      request->value.fields().change.kind == ScopeChange::Kind::kThirdParty) {
    return request->value.fields().change.grant;
  }
  return Desk::NewName("grants");
}

absl::StatusOr<Scope> GrantedScope(const Desk& desk, const DisputeSubject& subject,
                                   const std::optional<Scope>& stated, const StatuteText& text,
                                   absl::Time now, bool sent) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Resource> resource, desk.LoadResource(subject.resource));
  SHAREWAY_RETURN_IF_ERROR(resource.value.CheckPublished());
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Stored<Request>> request,
                            RequestOf(desk, subject));
  if (!request && !stated) {
    return Error::Field("scope", "is missing; a grant over a resource says what is granted");
  }
  if (stated && sent) {
    SHAREWAY_RETURN_IF_ERROR(RefuseSecrets(stated->rows, "scope", text.profile->cited()));
  }
  // No caller is told of a fault in a field that it did not send.
  const auto of_call = [&](const absl::Status& fits) {
    return fits.ok() || (stated && sent) ? fits : Outdated(subject, resource.value, fits);
  };
  if (request && stated) {
    SHAREWAY_RETURN_IF_ERROR(of_call(CheckRuled(*stated, request->value, subject, "scope")));
  }
  Scope scope = stated ? *stated : MostOf(request->value, subject);
  SHAREWAY_RETURN_IF_ERROR(of_call(Check(scope, resource.value, statute::LawDay(now), "scope")));
  SHAREWAY_RETURN_IF_ERROR(MayGrant(scope, resource.value, text));
  return scope;
}

absl::Status AddConsequences(const Desk& desk, const Dispute& closed, const Closing& closing,
                             Change* change) {
  const Outcome outcome = closed.fields().outcome;
  if (outcome == Outcome::kGrant) return AddGrant(desk, closed, closing, change);
  if (outcome == Outcome::kSupply && !closing.scope) {
    return AddSupply(desk, closed, closing, change);
  }
  if (closing.scope) return Error::Field("scope", "is for outcome GRANT only");
  return absl::OkStatus();
}

}  // namespace shareway::sharing
