// SPDX-License-Identifier: Apache-2.0
// A sharing request: what each person may do with it, and what follows.
#include "services/sharing/domain/request.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxBasis = 500;
constexpr int kMaxScenario = 1000;

// The scope was good when it was drafted: if it is not now, the resource has changed.
absl::Status StillFits(const Request& request, const Scope& scope, const Resource& resource,
                       absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  const absl::Status fits = Check(scope, resource, statute::LawDay(now), "scope");
  if (fits.ok()) return fits;
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(request.fields().name, " no longer fits ", resource.name,
                            " revision ", resource.revision, ": ", fits.message()))
      .With("name", request.fields().name)
      .With("resource", resource.name)
      .With("revision", absl::StrCat(resource.revision));
}

}  // namespace

absl::string_view Request::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kDraft: return "DRAFT";
    case State::kSignedOff: return "SIGNED_OFF";
    case State::kInReview: return "IN_REVIEW";
    case State::kDecided: return "DECIDED";
    case State::kApproved: return "APPROVED";
    case State::kRefused: return "REFUSED";
    case State::kWithdrawn: return "WITHDRAWN";
  }
  return "STATE_UNSPECIFIED";
}

absl::StatusOr<Request> Request::Draft(Fields asked, const Actor& actor, const Resource& resource,
                                       const StatuteText& text, std::string name,
                                       absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  const absl::CivilDay today = statute::LawDay(now);
  std::vector<FieldViolation> out;
  if (resource.provider == actor.agency) {
    out.push_back({"request.resource",
                   absl::StrCat(resource.name, " is ", actor.agency, "'s own resource")});
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
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));

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
                  .profile = text.profile->cited()};
  return Request(std::move(draft))
      .Next(State::kDraft, "CreateRequest", actor.name, "",
            text.profile->articles.request_content, now);
}

Request Request::ByDispute(Fields facts, const Actor& recorder, std::string grant,
                           absl::Time now) {
  facts.grant = std::move(grant);
  facts.submit_time = now;
  facts.decide_time = now;
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

absl::Status Request::Want(State a, State b, State c) const {
  if (fields_.state == a) return absl::OkStatus();
  std::string want(StateName(a));
  for (State other : {b, c}) {
    if (other == State::kUnspecified) continue;
    if (fields_.state == other) return absl::OkStatus();
    absl::StrAppend(&want, " or ", StateName(other));
  }
  return WrongState(fields_.name, StateName(fields_.state), want);
}

std::string Request::PartOf(absl::string_view person) const {
  if (person == fields_.applicant) return "applicant";
  if (person == fields_.consumer_head) return "the consumer's head";
  if (person == fields_.reviewer) return "reviewer";
  return "";
}

absl::Status Request::MaySignOff(const Actor& actor, const Parties& parties) const {
  if (!parties.OfConsumer(actor) || !actor.head) {
    return WrongPerson(fields_.name, "the head of the consumer's sharing body (R25 20)");
  }
  SHAREWAY_RETURN_IF_ERROR(Want(State::kDraft));
  if (const std::string part = PartOf(actor.name); !part.empty()) {
    return OwnRequest(fields_.name, actor.name, part);
  }
  return absl::OkStatus();
}

absl::Status Request::MaySubmit(const Actor& actor, const Parties& parties) const {
  if (!parties.OfConsumer(actor) || !actor.applicant) {
    return WrongPerson(fields_.name, "an applicant of the consumer");
  }
  return Want(State::kSignedOff);
}

absl::Status Request::MayDecide(const Actor& actor, const Parties& parties) const {
  if (!parties.OfProvider(actor) || !actor.reviewer) {
    return WrongPerson(fields_.name, "a reviewer of the provider (R25 21)");
  }
  SHAREWAY_RETURN_IF_ERROR(Want(State::kInReview, State::kDecided));
  const std::string part = PartOf(actor.name);
  if (!part.empty() && part != "reviewer") return OwnRequest(fields_.name, actor.name, part);
  return absl::OkStatus();
}

absl::Status Request::MaySignOffDecision(const Actor& actor, const Parties& parties) const {
  if (!parties.OfProvider(actor) || !actor.head) {
    return WrongPerson(fields_.name, "the head of the provider's sharing body (R25 20)");
  }
  SHAREWAY_RETURN_IF_ERROR(Want(State::kDecided));
  if (const std::string part = PartOf(actor.name); !part.empty()) {
    return OwnRequest(fields_.name, actor.name, part);
  }
  return absl::OkStatus();
}

absl::Status Request::MayWithdraw(const Actor& actor, const Parties& parties) const {
  if (!parties.OfConsumer(actor) || !actor.applicant) {
    return WrongPerson(fields_.name, "an applicant of the consumer");
  }
  return Want(State::kDraft, State::kSignedOff, State::kInReview);
}

absl::StatusOr<Request> Request::SignOff(const Actor& actor, const Parties& parties,
                                         const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(MaySignOff(actor, parties));
  Request next = Next(State::kSignedOff, "SignOffRequest", actor.name, "",
                      text.profile->articles.sign_off, now);
  next.fields_.consumer_head = actor.name;
  return next;
}

absl::StatusOr<Request> Request::Submit(const Actor& actor, const Parties& parties,
                                        const Submission& submission, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(MaySubmit(actor, parties));
  const Resource& resource = *submission.resource;
  SHAREWAY_RETURN_IF_ERROR(StillFits(*this, fields_.scope, resource, now));
  if (submission.text.profile->authority_check_days) {
    return absl::Status(Error(Reason::kNotSupported, absl::StatusCode::kFailedPrecondition,
                              absl::StrCat(submission.text.profile->cited(),
                                           " asks the authority to check first, which this "
                                           "version does not know"))
                            .With("profile", submission.text.profile->cited()));
  }
  Request next = *this;
  next.fields_.resource_revision = resource.revision;
  next.fields_.share_class = ClassOf(fields_.scope, resource);
  next.fields_.profile = submission.text.profile->cited();
  next.fields_.submit_time = now;
  return next.Answer(actor, submission, now);
}

absl::StatusOr<Request> Request::Answer(const Actor& actor, const Submission& submission,
                                        absl::Time now) const {
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
                                     .citation = resource.basis_text()};
    return next;
  }

  const bool unconditional = fields_.share_class == ShareClass::kUnconditional;
  const bool direct = profile.unconditional_answer == statute::UnconditionalAnswer::kDirect;
  const bool consented = submission.consent != nullptr && submission.consent->Answers(resource);
  if (unconditional && (direct || consented)) {
    Request next = at_once(
        State::kApproved,
        direct ? "unconditional: no answer is asked for"
               : absl::StrCat("under the standing consent ", submission.consent->name),
        articles.reply_unconditional);
    next.fields_.decision = Decision{.verdict = Decision::Verdict::kApprove};
    next.fields_.grant = submission.grant;
    return next;
  }

  const std::vector<std::string> unmet =
      UnmetConditions(fields_.scope, fields_.consumer, resource);
  Request next = Next(
      State::kInReview, "SubmitRequest", actor.name,
      unmet.empty() ? "" : absl::StrCat("conditions not met: ", absl::StrJoin(unmet, ", ")),
      unconditional ? articles.reply_unconditional : articles.reply_conditional, now);
  SHAREWAY_ASSIGN_OR_RETURN(
      next.fields_.clock,
      statute::StartClock(profile, *submission.text.calendars,
                          unconditional ? statute::ClockKind::kReplyUnconditional
                                        : statute::ClockKind::kReplyConditional,
                          now));
  return next;
}

absl::StatusOr<Request> Request::Decide(const Actor& actor, const Parties& parties,
                                        const Resource& resource, Decision decision,
                                        const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(MayDecide(actor, parties));
  SHAREWAY_RETURN_IF_ERROR(Check(decision, fields_.scope, resource, statute::LawDay(now)));
  const bool refuse = decision.verdict == Decision::Verdict::kRefuse;
  const statute::Articles& articles = text.profile->articles;
  Request next = Next(State::kDecided, "DecideRequest", actor.name,
                      decision.WithoutGround()
                          ? "names neither a published condition nor a legal bar (R25 39(2))"
                          : "",
                      refuse ? articles.refusal : fields_.article, now);
  next.fields_.reviewer = actor.name;
  next.fields_.decision = std::move(decision);
  return next;
}

absl::StatusOr<Request> Request::SignOffDecision(const Actor& actor, const Parties& parties,
                                                 const Resource& resource, std::string grant,
                                                 const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(MaySignOffDecision(actor, parties));
  const bool refuse = fields_.decision->verdict == Decision::Verdict::kRefuse;
  if (!refuse) {
    SHAREWAY_RETURN_IF_ERROR(StillFits(*this, granted_scope(), resource, now));
    if (ClassOf(granted_scope(), resource) == ShareClass::kNotShared) {
      return absl::Status(Error(Reason::kNotShared, absl::StatusCode::kFailedPrecondition,
                                absl::StrCat(resource.name, " is NOT_SHARED since revision ",
                                             resource.revision, " (", resource.basis_text(), ")"))
                              .With("resource", resource.name));
    }
  }
  Request next = Next(refuse ? State::kRefused : State::kApproved, "SignOffDecision", actor.name,
                      "", refuse ? text.profile->articles.refusal : fields_.article, now);
  next.fields_.provider_head = actor.name;
  next.fields_.decide_time = now;
  if (!refuse) next.fields_.grant = std::move(grant);
  SHAREWAY_ASSIGN_OR_RETURN(next.fields_.clock, statute::StopClock(*fields_.clock, now));
  return next;
}

absl::StatusOr<Request> Request::Withdraw(const Actor& actor, const Parties& parties,
                                          absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(MayWithdraw(actor, parties));
  Request next = Next(State::kWithdrawn, "WithdrawRequest", actor.name, "", fields_.article, now);
  if (fields_.clock) {
    SHAREWAY_ASSIGN_OR_RETURN(next.fields_.clock, statute::StopClock(*fields_.clock, now));
  }
  return next;
}

absl::StatusOr<std::optional<Request>> Request::Recompute(const statute::CalendarSet& calendars,
                                                          absl::Time now) const {
  if (!fields_.clock || fields_.clock->stop) return std::nullopt;
  SHAREWAY_ASSIGN_OR_RETURN(statute::Clock clock,
                            statute::RecomputeClock(*fields_.clock, calendars, now));
  if (clock.due == fields_.clock->due) return std::nullopt;
  Request next = Next(fields_.state, "LoadCalendar", absl::StrJoin(clock.due.calendars, ", "),
                      absl::StrCat("due ", absl::FormatCivilTime(clock.due.day), ", before ",
                                   absl::FormatCivilTime(fields_.clock->due.day)),
                      fields_.article, now);
  next.fields_.clock = std::move(clock);
  return std::optional<Request>(std::move(next));
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
  seen.article.clear();  // that of a refusal tells the verdict
  for (Step& step : seen.steps) {
    if (step.action != "DecideRequest") continue;
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

std::vector<std::string> Request::AvailableActions(const Actor& actor,
                                                   const Parties& parties) const {
  std::vector<std::string> actions;
  if (MaySignOff(actor, parties).ok()) actions.push_back("SignOffRequest");
  if (MaySubmit(actor, parties).ok()) actions.push_back("SubmitRequest");
  if (MayDecide(actor, parties).ok()) actions.push_back("DecideRequest");
  if (MaySignOffDecision(actor, parties).ok()) actions.push_back("SignOffDecision");
  if (MayWithdraw(actor, parties).ok()) actions.push_back("WithdrawRequest");
  if (Disputable() && parties.OfConsumer(actor) && actor.applicant) {
    actions.push_back("OpenDispute");
  }
  return actions;
}

const Scope& Request::granted_scope() const {
  return fields_.decision && fields_.decision->scope ? *fields_.decision->scope : fields_.scope;
}

bool Request::Disputable() const {
  return fields_.state == State::kRefused ||
         (fields_.state == State::kApproved && fields_.decision && !fields_.decision->cuts.empty());
}

bool Request::Overdue(absl::Time now) const {
  return fields_.clock && !fields_.clock->stop && now >= statute::DueInstant(*fields_.clock);
}

}  // namespace shareway::sharing
