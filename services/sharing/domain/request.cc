// SPDX-License-Identifier: Apache-2.0
// A sharing request: what each person may do with it, and what follows.
#include "services/sharing/domain/request.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxBasis = 500;
constexpr int kMaxScenario = 1000;

// Published, or suspended where the text gives a term to publish first.
absl::Status CheckAskable(const Resource& resource, const StatuteText& text) {
  if (resource.state == Resource::State::kSuspended &&
      text.profile->conditional_reply_days_unpublished) {
    return absl::OkStatus();
  }
  return resource.CheckPublished();
}

// The five elements (R25 20).
absl::Status CheckContent(const Request::Fields& asked, absl::string_view consumer,
                          const Resource& resource, const StatuteText& text, absl::Time now) {
  std::vector<std::pair<std::string, absl::string_view>> texts = {
      {"request.legal_basis", asked.legal_basis}, {"request.scenario", asked.scenario}};
  for (const filter::Condition& row : asked.scope.rows.conditions) {
    texts.emplace_back("request.scope.row_filter", row.value);
  }
  const std::string expression = asked.scope.rows.expression.ToString();
  texts.emplace_back("request.scope.row_expression", expression);
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets(texts, text.profile->cited()));
  const absl::CivilDay today = statute::LawDay(now);
  std::vector<FieldViolation> out;
  if (resource.provider == consumer) {
    out.push_back({"request.resource",
                   absl::StrCat(resource.name, " is ", consumer, "'s own resource")});
  }
  CheckText(asked.legal_basis, 1, kMaxBasis, "request.legal_basis", &out);
  CheckText(asked.scenario, 1, kMaxScenario, "request.scenario", &out);
  if (asked.scope.start < today) {
    out.push_back({"request.scope.start_date",
                   absl::StrCat(absl::FormatCivilTime(asked.scope.start),
                                " is over; today is ", absl::FormatCivilTime(today))});
  }
  const absl::Status scope = Check(asked.scope, resource, today, "request.scope");
  if (std::optional<ErrorDetails> details = DetailsOf(scope)) {
    out.insert(out.end(), details->fields.begin(), details->fields.end());
  }
  return Error::Fields(out);
}

}  // namespace

absl::StatusOr<Request> Request::Draft(Fields asked, const Actor& actor, const Resource& resource,
                                       const StatuteText& text, std::string name,
                                       absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(CheckAskable(resource, text));
  SHAREWAY_RETURN_IF_ERROR(CheckContent(asked, actor.agency, resource, text, now));
  Fields draft = {.name = std::move(name),
                  .resource = resource.name,
                  .resource_revision = resource.revision,
                  .consumer = actor.agency,
                  .provider = resource.provider,
                  .share_class = ClassOf(asked.scope, resource),
                  .legal_basis = std::move(asked.legal_basis),
                  .scenario = std::move(asked.scenario),
                  .scope = std::move(asked.scope),
                  .applicant = actor.name,
                  .create_time = now,
                  .profile = text.profile->cited(),
                  .change = std::move(asked.change)};
  const bool changes = draft.change.kind != ScopeChange::Kind::kUnspecified;
  const std::string note =
      changes ? absl::StrCat(ChangeKindName(draft.change.kind), " of ", draft.change.grant) : "";
  return Request(std::move(draft))
      .Next(State::kDraft, changes ? "ChangeScope" : "CreateRequest", actor.name, note,
            text.profile->articles.request_content, now);
}

Request Request::ByDispute(Fields facts, const Actor& recorder, std::string grant,
                           absl::Time now) {
  facts.grant = std::move(grant);
  facts.submit_time = now;
  facts.decide_time = now;
  facts.supply.state = Supply::State::kAwaited;
  const std::string article = facts.article;
  const std::string note = absl::StrCat("granted by ", facts.dispute);
  return Request(std::move(facts))
      .Next(State::kApproved, "RecordDecision", recorder.name, note, article, now);
}

Request Request::Next(State state, absl::string_view action, absl::string_view actor,
                      std::string note, std::string article, absl::Time now) const {
  Fields next = fields_;
  next.state = state;
  next.article = std::move(article);
  next.steps.push_back({now, std::string(action), std::string(actor), state, std::move(note)});
  return Request(std::move(next));
}

absl::StatusOr<Request> Request::Update(const Actor& actor, const Parties& parties,
                                        const Revision& revision, const Resource& resource,
                                        const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("UpdateRequest", actor, parties));
  Fields asked = fields_;
  if (revision.legal_basis) asked.legal_basis = *revision.legal_basis;
  if (revision.scenario) asked.scenario = *revision.scenario;
  if (revision.scope) asked.scope = *revision.scope;
  if (fields_.change.kind == ScopeChange::Kind::kThirdParty) {
    if (revision.scope) {
      return Error::Field("request.scope",
                          "is unset for THIRD_PARTY: what is granted is passed on");
    }
    if (!revision.passed_on) {
      return WrongState(fields_.change.grant, "live no more", "ACTIVE and in its period");
    }
    asked.scope = *revision.passed_on;
  }
  SHAREWAY_RETURN_IF_ERROR(CheckAskable(resource, text));
  SHAREWAY_RETURN_IF_ERROR(CheckContent(asked, fields_.consumer, resource, text, now));
  asked.resource_revision = resource.revision;
  asked.share_class = ClassOf(asked.scope, resource);
  return Request(std::move(asked))
      .Next(State::kDraft, "UpdateRequest", actor.name, "",
            text.profile->articles.request_content, now);
}

absl::Status Request::StillFits(const Scope& scope, const Resource& resource,
                                absl::Time now) const {
  const absl::Status fits = Check(scope, resource, statute::LawDay(now), "scope");
  if (fits.ok()) return fits;
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(fields_.name, " no longer fits ", resource.name, " revision ",
                            resource.revision, ": ", fits.message()))
      .With("name", fields_.name)
      .With("resource", resource.name)
      .With("revision", absl::StrCat(resource.revision));
}

absl::StatusOr<Request> Request::SignOff(const Actor& actor, const Parties& parties,
                                         const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("SignOffRequest", actor, parties));
  Request next = Next(State::kSignedOff, "SignOffRequest", actor.name, "",
                      text.profile->articles.sign_off, now);
  next.fields_.consumer_head = actor.name;
  return next;
}

absl::StatusOr<Request> Request::Submit(const Actor& actor, const Parties& parties,
                                        const Submission& submission, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("SubmitRequest", actor, parties));
  const Resource& resource = *submission.resource;
  SHAREWAY_RETURN_IF_ERROR(CheckAskable(resource, submission.text));
  SHAREWAY_RETURN_IF_ERROR(StillFits(fields_.scope, resource, now));
  Request next = *this;
  next.fields_.resource_revision = resource.revision;
  next.fields_.share_class = ClassOf(fields_.scope, resource);
  next.fields_.profile = submission.text.profile->cited();
  next.fields_.submit_time = now;
  next.fields_.authority_agency = parties.provider.authority.agency;
  // A submission of its own: what a former one had is kept, and binds this one no more.
  for (const std::optional<statute::Clock>* clock : {&fields_.check_clock, &fields_.clock}) {
    if (*clock) next.fields_.earlier.push_back(**clock);
  }
  if (fields_.supplement) next.fields_.earlier.push_back(fields_.supplement->clock);
  next.fields_.clock.reset();
  next.fields_.check_clock.reset();
  next.fields_.supplement.reset();
  next.fields_.extension.reset();
  return next.Answer(actor, parties, submission, now);
}

absl::StatusOr<Request> Request::Answer(const Actor& actor, const Parties& parties,
                                        const Submission& submission, absl::Time now) const {
  const Resource& resource = *submission.resource;
  const statute::Profile& profile = *submission.text.profile;
  const statute::Articles& articles = profile.articles;
  const auto at_once = [&](State state, std::string note, const std::string& article) {
    Request next = Next(state, "SubmitRequest", actor.name, std::move(note), article, now);
    next.fields_.decide_time = now;
    return next;
  };

  if (fields_.share_class == ShareClass::kNotShared) {
    if (profile.not_shared_request == statute::NotSharedRequest::kNegotiate) {
      return absl::Status(
          Error(Reason::kNotShared, absl::StatusCode::kFailedPrecondition,
                absl::StrCat(resource.name, " is NOT_SHARED (", resource.basis_text(),
                             "); it is not requested but negotiated: OpenDispute on ",
                             resource.name, " (", submission.text.Cite(articles.dispute), ")"))
              .With("resource", resource.name)
              .With("basis", resource.basis_text())
              .With("rule", submission.text.Cite(articles.dispute)));
    }
    Request next = at_once(State::kRefused, absl::StrCat("not shared: ", resource.basis_text()),
                           articles.not_shared_basis);
    next.fields_.decision = Decision{.verdict = Decision::Verdict::kRefuse,
                                     .reason = resource.not_shared_reason,
                                     .citation = resource.basis_text(),
                                     .ground = Decision::Ground::kLegalBar};
    return next;
  }

  const bool unconditional = fields_.share_class == ShareClass::kUnconditional;
  const bool direct = profile.unconditional_answer == statute::UnconditionalAnswer::kDirect;
  const bool consented = submission.consent != nullptr && submission.consent->Answers(resource);
  // To pass data on takes a consent of its own, and what is suspended is published first.
  const bool plain = fields_.change.kind != ScopeChange::Kind::kThirdParty &&
                     resource.state == Resource::State::kPublished;
  if (plain && unconditional && (direct || consented)) {
    Request next = at_once(
        State::kApproved,
        direct ? "unconditional: no answer is asked for"
               : absl::StrCat("under the standing consent ", submission.consent->name),
        articles.reply_unconditional);
    next.fields_.decision = Decision{.verdict = Decision::Verdict::kApprove};
    next.fields_.grant = submission.grant;
    return next.AwaitSupply(submission.text, now);
  }

  const std::vector<std::string> unmet =
      UnmetConditions(fields_.scope, fields_.consumer, resource);
  const std::string note =
      unmet.empty() ? "" : absl::StrCat("conditions not met: ", absl::StrJoin(unmet, ", "));
  const std::string& article =
      unconditional ? articles.reply_unconditional : articles.reply_conditional;
  const std::string& checker = fields_.authority_agency;
  // Where nobody is competent the check falls away, and the provider's review is left.
  const bool nobody = checker.empty() || parties.consumer.name == checker ||
                      parties.provider.name == checker;
  if (profile.authority_check_days && !nobody) {
    Request next = Next(State::kAuthorityCheck, "SubmitRequest", actor.name, note, article, now);
    SHAREWAY_ASSIGN_OR_RETURN(next.fields_.check_clock,
                              statute::StartClock(profile, *submission.text.calendars,
                                                  statute::ClockKind::kAuthorityCheck, now));
    return next;
  }
  return Next(State::kInReview, "SubmitRequest", actor.name, note, article, now)
      .StartReply(resource, submission.text, now);
}

absl::StatusOr<Request> Request::StartReply(const Resource& resource, const StatuteText& text,
                                            absl::Time now) const {
  using Kind = statute::ClockKind;
  const bool third = fields_.change.kind == ScopeChange::Kind::kThirdParty;
  const bool at_once = fields_.share_class == ShareClass::kUnconditional && !third &&
                       statute::TermOf(*text.profile, Kind::kReplyUnconditional);
  const Kind kind = resource.state == Resource::State::kSuspended ? Kind::kReplyUnpublished
                    : at_once                                     ? Kind::kReplyUnconditional
                                                                  : Kind::kReplyConditional;
  Request next = *this;
  SHAREWAY_ASSIGN_OR_RETURN(next.fields_.clock,
                            statute::StartClock(*text.profile, *text.calendars, kind, now));
  // A promise as published, unless the text that governs this request is as short by now.
  const bool promised = kind == Kind::kReplyConditional &&
                        fields_.share_class == ShareClass::kConditional &&
                        resource.promised_days > 0 &&
                        resource.promised_days < next.fields_.clock->days;
  if (promised) {
    SHAREWAY_ASSIGN_OR_RETURN(next.fields_.clock,
                              statute::PromiseClock(*next.fields_.clock, *text.calendars,
                                                    resource.promised_days));
  }
  return next;
}

absl::StatusOr<Request> Request::Withdraw(const Actor& actor, const Parties& parties,
                                          absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("WithdrawRequest", actor, parties));
  return Next(State::kWithdrawn, "WithdrawRequest", actor.name, "", fields_.article, now)
      .StopClocks(now);
}

bool Request::VisibleTo(const Actor& actor, const Parties& parties) const {
  if (parties.OfConsumer(actor)) return true;
  return fields_.submit_time && parties.Knows(actor);
}

Request Request::SeenBy(const Actor& actor, const Parties& parties) const {
  if (fields_.state != State::kDecided || parties.OfProvider(actor)) return *this;
  Fields seen = fields_;
  seen.decision.reset();
  seen.reviewer.clear();
  seen.second_reviewer.clear();
  seen.article.clear();  // that of a refusal tells the verdict
  for (Step& step : seen.steps) {
    if (step.action != "DecideRequest" && step.action != "ConfirmDecision") continue;
    step.actor.clear();
    step.note.clear();
  }
  return Request(std::move(seen));
}

std::vector<std::string> Request::Readers() const {
  if (!fields_.submit_time) return {fields_.consumer};
  if (fields_.state == State::kDecided) return {fields_.provider};
  return {fields_.consumer, fields_.provider};
}

const Scope& Request::granted_scope() const {
  return fields_.decision && fields_.decision->scope ? *fields_.decision->scope : fields_.scope;
}

bool Request::Disputable() const {
  return fields_.state == State::kRefused ||
         (fields_.state == State::kApproved && fields_.decision && !fields_.decision->cuts.empty());
}

}  // namespace shareway::sharing
