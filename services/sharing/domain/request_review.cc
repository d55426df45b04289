// SPDX-License-Identifier: Apache-2.0
// The review of a sharing request: the authority's check, the provider's decision, its sign-off.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxReason = 1000;

absl::Status CheckReason(absl::string_view reason) {
  std::vector<FieldViolation> out;
  CheckText(reason, 1, kMaxReason, "reason", &out);
  return Error::Fields(out);
}

// True if the text asks for two reviewers of what is asked for.
bool NeedsSecond(const Scope& asked, const Resource& resource, const StatuteText& text) {
  const std::optional<int> from = text.profile->second_review_grading;
  return from && GradingOf(asked, resource) >= *from;
}

}  // namespace

absl::StatusOr<Request> Request::Forward(const Actor& actor, const Parties& parties,
                                         const Resource& resource, const StatuteText& text,
                                         absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("ForwardRequest", actor, parties));
  SHAREWAY_ASSIGN_OR_RETURN(const Request checked, Next(State::kInReview, "ForwardRequest",
                                                        actor.name, "", fields_.article, now)
                                                       .StopClocks(now));
  return checked.StartReply(resource, text, now);
}

absl::StatusOr<Request> Request::Return(const Actor& actor, const Parties& parties,
                                        absl::string_view reason, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("ReturnRequest", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, fields_.profile));
  SHAREWAY_RETURN_IF_ERROR(CheckReason(reason));
  return Next(State::kDraft, "ReturnRequest", actor.name, std::string(reason), fields_.article, now)
      .DraftAgain(now);
}

absl::StatusOr<Request> Request::DraftAgain(absl::Time now) const {
  SHAREWAY_ASSIGN_OR_RETURN(Request next, StopClocks(now));
  next.fields_.consumer_head.clear();
  next.fields_.reviewer.clear();
  return next;
}

absl::StatusOr<Request> Request::Decide(const Actor& actor, const Parties& parties,
                                        const Resource& resource, Decision decision,
                                        const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("DecideRequest", actor, parties));
  std::vector<std::pair<std::string, absl::string_view>> texts = {
      {"decision.reason", decision.reason}, {"decision.citation", decision.citation}};
  for (const Cut& cut : decision.cuts) texts.emplace_back("decision.cuts", cut.reason);
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets(texts, fields_.profile));
  if (decision.scope) {
    SHAREWAY_RETURN_IF_ERROR(
        RefuseSecrets(decision.scope->rows, "decision.scope", fields_.profile));
  }
  SHAREWAY_RETURN_IF_ERROR(Check(decision, fields_.scope, resource, statute::LawDay(now)));
  if (fields_.change.kind == ScopeChange::Kind::kThirdParty &&
      decision.verdict == Decision::Verdict::kApproveReduced) {
    return Error::Field(
        "decision.verdict",
        "is APPROVE_REDUCED; what is granted is passed on whole or not at all, want "
        "APPROVE or REFUSE");
  }
  const bool refuse = decision.verdict == Decision::Verdict::kRefuse;
  const statute::Articles& articles = text.profile->articles;
  Request next = Next(State::kDecided, "DecideRequest", actor.name,
                      decision.WithoutGround()
                          ? "names neither a published condition nor a legal bar (R25 39(2))"
                          : "",
                      refuse ? articles.refusal : fields_.article, now);
  next.fields_.reviewer = actor.name;
  next.fields_.second_reviewer.clear();
  next.fields_.second_review = NeedsSecond(fields_.scope, resource, text);
  next.fields_.decision = decision.WithGround();
  return next;
}

absl::StatusOr<Request> Request::Confirm(const Actor& actor, const Parties& parties,
                                         absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("ConfirmDecision", actor, parties));
  Request next = Next(State::kDecided, "ConfirmDecision", actor.name, "", fields_.article, now);
  next.fields_.second_reviewer = actor.name;
  return next;
}

absl::StatusOr<Request> Request::SignOffDecision(const Actor& actor, const Parties& parties,
                                                 const Resource& resource, std::string grant,
                                                 const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("SignOffDecision", actor, parties));
  if (fields_.second_reviewer.empty() && NeedsSecond(fields_.scope, resource, text)) {
    return absl::Status(
        Error(Reason::kSecondReviewRequired, absl::StatusCode::kFailedPrecondition,
              absl::StrCat(fields_.name, ": ", resource.name, " revision ", resource.revision,
                           " grades what is asked for so that two reviewers decide; it is decided "
                           "anew: DecideRequest, ConfirmDecision"))
            .With("name", fields_.name)
            .With("want", "DecideRequest"));
  }
  const bool refuse = fields_.decision->verdict == Decision::Verdict::kRefuse;
  if (!refuse) {
    SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
    SHAREWAY_RETURN_IF_ERROR(StillFits(granted_scope(), resource, now));
    if (ClassOf(granted_scope(), resource) == ShareClass::kNotShared) {
      return absl::Status(Error(Reason::kNotShared, absl::StatusCode::kFailedPrecondition,
                                absl::StrCat(resource.name, " is NOT_SHARED since revision ",
                                             resource.revision, " (", resource.basis_text(), ")"))
                              .With("resource", resource.name));
    }
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      Request next, Next(refuse ? State::kRefused : State::kApproved, "SignOffDecision", actor.name,
                         "", refuse ? text.profile->articles.refusal : fields_.article, now)
                        .StopClocks(now));
  next.fields_.provider_head = actor.name;
  next.fields_.decide_time = now;
  if (refuse) return next;
  next.fields_.grant = std::move(grant);
  return next.AwaitSupply(text, now);
}

}  // namespace shareway::sharing
