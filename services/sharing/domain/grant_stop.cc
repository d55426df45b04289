// SPDX-License-Identifier: Apache-2.0
// How a grant is suspended, resumed and revoked: each with its ground (R25 27).
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/dispute.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"
#include "services/sharing/domain/service_change.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxReason = 1000;
constexpr int kMaxDocument = 500;

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
  return GroundRequired(
      grant, kGround, "R25 27(2)",
      absl::StrCat("a notice that failed; ", notice->name, " is ", Notice::StateName(notice->state),
                   " and runs until ", absl::FormatCivilTime(notice->clock.due.day)));
}

absl::Status CheckServiceChange(const Grant::Fields& grant, const ServiceChange* change,
                                absl::Time now) {
  constexpr char kGround[] = "SERVICE_CHANGE";
  if (change == nullptr || change->resource != grant.resource ||
      change->provider != grant.provider || change->AnswerOf(grant.consumer) == nullptr) {
    return GroundRequired(grant, kGround, "R25 27(3)",
                          "a filed end of its resource's service on which the consumer was "
                          "consulted");
  }
  if (change->Ends(now)) return absl::OkStatus();
  return GroundRequired(
      grant, kGround, "R25 27(3)",
      absl::StrCat("an end of service that is filed and in effect; ", change->name, " is ",
                   ServiceChange::StateName(change->state), ", of kind ",
                   ServiceChange::KindName(change->kind), ", from ",
                   absl::FormatCivilTime(change->effect)));
}

absl::Status CheckDispute(const Grant::Fields& grant, const Dispute* dispute) {
  constexpr char kGround[] = "DISPUTE_DECISION";
  if (dispute != nullptr && dispute->fields().resource == grant.resource &&
      dispute->fields().consumer == grant.consumer &&
      dispute->fields().stage == Dispute::Stage::kClosed &&
      (dispute->fields().outcome == Dispute::Outcome::kUpheld ||
       dispute->fields().outcome == Dispute::Outcome::kReclassify)) {
    return absl::OkStatus();
  }
  return GroundRequired(grant, kGround, "R25 28",
                        "a dispute of the two over the resource that was decided so");
}

}  // namespace

absl::Status CheckSuspension(SuspendGround ground, absl::string_view reason) {
  std::vector<FieldViolation> out;
  if (ground == SuspendGround::kUnspecified) {
    out.push_back({"ground", "is unspecified, want MISUSE, SECURITY_INCIDENT or DATA_FAULT"});
  }
  CheckText(reason, 1, kMaxReason, "reason", &out);
  return Error::Fields(out);
}

absl::Status Grant::Admitted(absl::string_view method, const Actor& actor,
                             const Parties& parties) const {
  return Admit(GrantTable(), method, fields_.name, static_cast<int>(fields_.state), actor, parties);
}

absl::StatusOr<Grant> Grant::Suspend(const Actor& actor, const Parties& parties,
                                     SuspendGround ground, absl::string_view reason,
                                     std::string notice) const {
  SHAREWAY_RETURN_IF_ERROR(Admitted("SuspendGrant", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, profile()));
  SHAREWAY_RETURN_IF_ERROR(CheckSuspension(ground, reason));
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

Grant Grant::SuspendUnsourced(absl::string_view item, absl::string_view source) const {
  if (fields_.state != State::kActive) return *this;
  Fields next = fields_;
  next.state = State::kSuspended;
  next.ended_reason = absl::StrCat("NOT_PASSED_ON: ", item, ", received under ", source);
  next.notice = "";
  next.by_authority = false;
  return Grant(std::move(next));
}

absl::StatusOr<Grant> Grant::Resume(const Actor& actor, const Parties& parties,
                                    const Resource& resource, absl::string_view reason) const {
  SHAREWAY_RETURN_IF_ERROR(Admitted("ResumeGrant", actor, parties));
  if (fields_.by_authority && !(parties.InCharge(actor) && actor.officer)) {
    return WrongPerson(fields_.name, "the authority, which suspended it,");
  }
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, profile()));
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
                                    const RevokeDocuments& found, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admitted("RevokeGrant", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"document", document}}, profile()));
  absl::string_view name;
  switch (ground) {
    case RevokeGround::kUnspecified:
      return Error::Field("ground", "is unspecified; a revocation needs a ground (R25 27)");
    case RevokeGround::kRectificationFailed:
      SHAREWAY_RETURN_IF_ERROR(CheckNotice(fields_, found.notice, now));
      name = "RECTIFICATION_FAILED";
      break;
    case RevokeGround::kServiceChange:
      SHAREWAY_RETURN_IF_ERROR(CheckServiceChange(fields_, found.service_change, now));
      name = "SERVICE_CHANGE";
      break;
    case RevokeGround::kBasisChanged:
      name = "BASIS_CHANGED";
      if (document.empty()) {
        return GroundRequired(fields_, name, "R25 27", "a citation of the text that changed");
      }
      break;
    case RevokeGround::kDisputeDecision:
      SHAREWAY_RETURN_IF_ERROR(CheckDispute(fields_, found.dispute));
      name = "DISPUTE_DECISION";
      break;
    case RevokeGround::kConsumerEnded:
      name = "CONSUMER_ENDED";
      if (parties.consumer.active || document.empty()) {
        return GroundRequired(fields_, name, "R25 27(1)",
                              "the document on a consumer that is active no more; one that is "
                              "calls EndGrant itself");
      }
      break;
  }
  std::vector<FieldViolation> out;
  CheckText(document, 1, kMaxDocument, "document", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  return Over(State::kRevoked, absl::StrCat(name, ": ", document));
}

}  // namespace shareway::sharing
