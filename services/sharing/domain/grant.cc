// SPDX-License-Identifier: Apache-2.0
// 共享授权: what a decision allows, and how it ends.
#include "services/sharing/domain/grant.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxReason = 1000;
constexpr int kMaxDocument = 500;

absl::string_view GroundName(SuspendGround ground) {
  switch (ground) {
    case SuspendGround::kUnspecified: break;
    case SuspendGround::kMisuse: return "MISUSE";
    case SuspendGround::kSecurityIncident: return "SECURITY_INCIDENT";
    case SuspendGround::kDataFault: return "DATA_FAULT";
  }
  return "SUSPEND_GROUND_UNSPECIFIED";
}

absl::Status GroundRequired(const Grant::Fields& grant, absl::string_view ground,
                            absl::string_view article, absl::string_view missing) {
  return Error(Reason::kGroundRequired, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(grant.name, " is not revoked for ", ground, " without ", missing, " (",
                            article, ")"))
      .With("grant", grant.name)
      .With("ground", ground)
      .With("article", article)
      .With("missing", missing);
}

absl::Status CheckNotice(const Grant::Fields& grant, const Notice* notice, absl::Time now) {
  constexpr char kGround[] = "RECTIFICATION_FAILED";
  if (notice == nullptr || notice->grant != grant.name) {
    return GroundRequired(grant, kGround, "R25 27(2)", "the grant's rectification notice");
  }
  if (notice->Failed(now)) return absl::OkStatus();
  return GroundRequired(grant, kGround, "R25 27(2)",
                        absl::StrCat("a notice whose deadline has passed; ", notice->name,
                                     " runs until ", absl::FormatCivilTime(notice->due.day)));
}

absl::Status NotDirect(absl::string_view what, const Resource& resource, const StatuteText& text) {
  const std::string rule = text.Cite(text.profile->articles.reply_conditional);
  return Error(Reason::kRequestRequired, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(what, " is not claimed directly; only UNCONDITIONAL items are (", rule,
                            ")"))
      .With("resource", resource.name)
      .With("rule", rule);
}

}  // namespace

absl::string_view Grant::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kActive: return "ACTIVE";
    case State::kSuspended: return "SUSPENDED";
    case State::kRevoked: return "REVOKED";
  }
  return "STATE_UNSPECIFIED";
}

Grant Grant::Of(const Request& approved, std::string decision, std::string consent,
                std::string rule, absl::Time now) {
  const Request::Fields& request = approved.fields();
  const Scope& scope = approved.granted_scope();
  return Grant(Fields{
      .name = request.grant,
      .consumer = request.consumer,
      .provider = request.provider,
      .resource = request.resource,
      .resource_revision = request.resource_revision,
      .items = scope.items,
      .rows = scope.rows,
      .purposes = scope.purposes,
      .methods = scope.methods,
      .start_time = statute::StartOfDay(scope.start),
      .end_time = statute::EndOfDay(scope.end),
      .case_required = request.decision && request.decision->case_required,
      .day = scope.day,
      .masked_items = scope.masked_items,
      .state = State::kActive,
      .request = request.name,
      .dispute = request.dispute,
      .consent = std::move(consent),
      .decision = std::move(decision),
      .rule = std::move(rule),
      .create_time = now,
  });
}

absl::StatusOr<Grant> Grant::Direct(const Claim& claim, const Actor& actor,
                                    const Resource& resource, const StatuteText& text,
                                    std::string name, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  const statute::Profile& profile = *text.profile;
  if (profile.unconditional_needs_request) {
    const std::string rule = text.Cite(profile.articles.request_content);
    return absl::Status(Error(Reason::kRequestRequired, absl::StatusCode::kFailedPrecondition,
                              absl::StrCat(resource.name, " is not claimed directly: ", rule,
                                           " (R25 20) asks for a request"))
                            .With("resource", resource.name)
                            .With("rule", rule));
  }
  Scope scope = {.items = claim.items,
                 .rows = {},
                 .purposes = claim.purposes,
                 .methods = resource.methods,
                 .start = statute::LawDay(now),
                 .end = claim.end};
  if (scope.items.empty()) {
    for (const Item& item : resource.items) {
      if (item.share_class == ShareClass::kUnconditional) scope.items.push_back(item.id);
    }
  }
  if (scope.items.empty()) {
    return NotDirect(absl::StrCat("no item of ", resource.name), resource, text);
  }
  std::vector<FieldViolation> out;
  if (resource.provider == actor.agency) {
    out.push_back({"resource", absl::StrCat(resource.name, " is the agency's own")});
  }
  CheckText(claim.scenario, 1, kMaxReason, "scenario", &out);
  const absl::Status form = Check(scope, resource, scope.start, "scope");
  if (std::optional<ErrorDetails> details = DetailsOf(form)) {
    // A claim states its scope's parts itself.
    for (const FieldViolation& v : details->fields) {
      out.push_back({std::string(absl::StripPrefix(v.field, "scope.")), v.rule});
    }
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  for (const std::string& id : scope.items) {
    const ShareClass share_class = resource.item(id)->share_class;
    if (share_class == ShareClass::kUnconditional) continue;
    return NotDirect(absl::StrCat("item ", id, " of ", resource.name, " is ",
                                  ShareClassName(share_class), "; it"),
                     resource, text);
  }
  return Grant(Fields{
      .name = std::move(name),
      .consumer = actor.agency,
      .provider = resource.provider,
      .resource = resource.name,
      .resource_revision = resource.revision,
      .items = std::move(scope.items),
      .purposes = std::move(scope.purposes),
      .methods = std::move(scope.methods),
      .start_time = now,
      .end_time = statute::EndOfDay(claim.end),
      .state = State::kActive,
      .scenario = claim.scenario,
      .decision = resource.publication,
      .rule = text.Cite(profile.articles.reply_unconditional),
      .create_time = now,
  });
}

absl::Status Grant::MayStop(const Actor& actor, const Parties& parties) const {
  if ((parties.OfProvider(actor) && actor.head) || (parties.InCharge(actor) && actor.officer)) {
    return absl::OkStatus();
  }
  return WrongPerson(fields_.name,
                     "the head of the provider's sharing body or the authority (R25 27)");
}

absl::StatusOr<Grant> Grant::Suspend(const Actor& actor, const Parties& parties,
                                     SuspendGround ground, absl::string_view reason,
                                     std::string notice) const {
  SHAREWAY_RETURN_IF_ERROR(MayStop(actor, parties));
  if (fields_.state != State::kActive) {
    return WrongState(fields_.name, StateName(fields_.state), "ACTIVE");
  }
  std::vector<FieldViolation> out;
  if (ground == SuspendGround::kUnspecified) {
    out.push_back({"ground", "is unspecified, want MISUSE, SECURITY_INCIDENT or DATA_FAULT"});
  }
  CheckText(reason, 1, kMaxReason, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  Fields next = fields_;
  next.state = State::kSuspended;
  next.ended_reason = absl::StrCat(GroundName(ground), ": ", reason);
  next.notice = ground == SuspendGround::kMisuse ? std::move(notice) : "";
  next.by_authority = !(parties.OfProvider(actor) && actor.head);
  return Grant(std::move(next));
}

Grant Grant::SuspendWith(const Resource& resource) const {
  if (fields_.state != State::kActive) return *this;
  Fields next = fields_;
  next.state = State::kSuspended;
  next.ended_reason = absl::StrCat(
      "RESOURCE_", resource.state == Resource::State::kWithdrawn ? "WITHDRAWN" : "SUSPENDED", ": ",
      resource.name, " revision ", resource.revision);
  next.notice = "";
  next.by_authority = false;
  return Grant(std::move(next));
}

absl::StatusOr<Grant> Grant::Resume(const Actor& actor, const Parties& parties,
                                    const Resource& resource, absl::string_view reason) const {
  SHAREWAY_RETURN_IF_ERROR(MayStop(actor, parties));
  if (fields_.state != State::kSuspended) {
    return WrongState(fields_.name, StateName(fields_.state), "SUSPENDED");
  }
  if (fields_.by_authority && !(parties.InCharge(actor) && actor.officer)) {
    return WrongPerson(fields_.name, "the authority, which suspended it,");
  }
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  std::vector<FieldViolation> out;
  CheckText(reason, 1, kMaxReason, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  Fields next = fields_;
  next.state = State::kActive;
  next.ended_reason = "";
  next.notice = "";
  next.by_authority = false;
  return Grant(std::move(next));
}

absl::StatusOr<Grant> Grant::Revoke(const Actor& actor, const Parties& parties,
                                    RevokeGround ground, absl::string_view document,
                                    const Notice* notice, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(MayStop(actor, parties));
  if (fields_.state == State::kRevoked) {
    return WrongState(fields_.name, StateName(fields_.state), "ACTIVE or SUSPENDED");
  }
  absl::string_view name;
  switch (ground) {
    case RevokeGround::kUnspecified:
      return Error::Field("ground", "is unspecified; a revocation needs a ground (R25 27)");
    case RevokeGround::kRectificationFailed:
      SHAREWAY_RETURN_IF_ERROR(CheckNotice(fields_, notice, now));
      name = "RECTIFICATION_FAILED";
      break;
    case RevokeGround::kServiceChange:
      return GroundRequired(fields_, "SERVICE_CHANGE", "R25 27(3)",
                            "the change of service that was filed");
    case RevokeGround::kBasisChanged:
      name = "BASIS_CHANGED";
      if (document.empty()) {
        return GroundRequired(fields_, name, "R25 27", "a citation of the text that changed");
      }
      break;
    case RevokeGround::kDisputeDecision:
      return GroundRequired(fields_, "DISPUTE_DECISION", "R25 28",
                            "a dispute that was decided so");
    case RevokeGround::kConsumerEnded:
      return GroundRequired(fields_, "CONSUMER_ENDED", "R25 27(1)",
                            "the consumer's own statement that its use has ended");
  }
  std::vector<FieldViolation> out;
  CheckText(document, 1, kMaxDocument, "document", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  Fields next = fields_;
  next.state = State::kRevoked;
  next.ended_reason = absl::StrCat(name, ": ", document);
  return Grant(std::move(next));
}

Grant Grant::Numbered(uint64_t number) const {
  Grant next = *this;
  next.fields_.number = number;
  return next;
}

}  // namespace shareway::sharing
