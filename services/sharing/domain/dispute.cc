// SPDX-License-Identifier: Apache-2.0
// 争议: the path from negotiation over coordination to a decision.
#include "services/sharing/domain/dispute.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxClaim = 2000;
constexpr int kMaxReason = 1000;
constexpr int kMaxName = 100;

// One government over both sides, none of them vertically managed: others go to a
// common superior, which this version does not know.
absl::Status CheckConstellation(const Parties& parties) {
  const Agency& a = parties.consumer;
  const Agency& b = parties.provider;
  if (!a.authority.name.empty() && a.authority.name == b.authority.name && !a.vertical &&
      !b.vertical) {
    return absl::OkStatus();
  }
  const auto place = [](const Agency& agency) {
    return absl::StrCat(agency.name, " (", LevelName(agency.level), ", ",
                        agency.authority.name.empty() ? "no authority" : agency.authority.name,
                        agency.vertical ? ", vertically managed)" : ")");
  };
  return Error(Reason::kStageUnavailable, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("a dispute between ", place(a), " and ", place(b),
                            " goes to a common superior authority (R25 28), which this version "
                            "does not know"))
      .With("consumer", a.name)
      .With("consumer_level", LevelName(a.level))
      .With("provider", b.name)
      .With("provider_level", LevelName(b.level));
}

}  // namespace

absl::string_view Dispute::StageName(Stage stage) {
  switch (stage) {
    case Stage::kUnspecified: break;
    case Stage::kNegotiation: return "NEGOTIATION";
    case Stage::kCoordination: return "COORDINATION";
    case Stage::kDecision: return "DECISION";
    case Stage::kClosed: return "CLOSED";
  }
  return "STAGE_UNSPECIFIED";
}

absl::string_view Dispute::OutcomeName(Outcome outcome) {
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

absl::StatusOr<Dispute> Dispute::OverRequest(const Request& request, const Actor& actor,
                                             const Parties& parties, std::string claim,
                                             const StatuteText& text, std::string name,
                                             absl::Time now) {
  const Request::Fields& subject = request.fields();
  if (!request.Disputable()) {
    return WrongState(subject.name, Request::StateName(subject.state),
                      "REFUSED, or APPROVED with cuts");
  }
  return Open({.name = std::move(name),
               .subject = subject.name,
               .resource = subject.resource,
               .consumer = subject.consumer,
               .provider = subject.provider,
               .claim = std::move(claim)},
              actor, parties, text, now);
}

absl::StatusOr<Dispute> Dispute::OverResource(const Resource& resource, const Actor& actor,
                                              const Parties& parties, std::string claim,
                                              const StatuteText& text, std::string name,
                                              absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  if (resource.share_class != ShareClass::kNotShared) {
    return WrongState(resource.name, ShareClassName(resource.share_class),
                      "NOT_SHARED; what is shared is requested first");
  }
  if (resource.provider == actor.agency) {
    return Error::Field("subject", absl::StrCat(resource.name, " is the agency's own resource"));
  }
  return Open({.name = std::move(name),
               .subject = resource.name,
               .resource = resource.name,
               .consumer = actor.agency,
               .provider = resource.provider,
               .claim = std::move(claim)},
              actor, parties, text, now);
}

absl::StatusOr<Dispute> Dispute::Open(Fields facts, const Actor& actor, const Parties& parties,
                                      const StatuteText& text, absl::Time now) {
  std::vector<FieldViolation> out;
  CheckText(facts.claim, 1, kMaxClaim, "claim", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  SHAREWAY_RETURN_IF_ERROR(CheckConstellation(parties));
  const Authority& authority = parties.provider.authority;
  facts.stage = Stage::kNegotiation;
  facts.coordinator = authority.name;
  facts.coordinator_agency = authority.agency;
  facts.decider = authority.government;
  facts.create_time = now;
  facts.profile = text.profile->cited();
  facts.steps = {{now, "OpenDispute", actor.name, Stage::kNegotiation, ""}};
  SHAREWAY_ASSIGN_OR_RETURN(statute::Clock clock,
                            statute::StartClock(*text.profile, *text.calendars,
                                                statute::ClockKind::kNegotiation, now));
  facts.clocks.push_back(std::move(clock));
  return Dispute(std::move(facts));
}

absl::StatusOr<Dispute> Dispute::Next(Stage stage, absl::string_view action, const Actor& actor,
                                      std::string note, absl::Time now) const {
  Fields next = fields_;
  next.stage = stage;
  next.steps.push_back({now, std::string(action), actor.name, stage, std::move(note)});
  if (!next.clocks.empty() && !next.clocks.back().stop) {
    SHAREWAY_ASSIGN_OR_RETURN(next.clocks.back(), statute::StopClock(next.clocks.back(), now));
  }
  return Dispute(std::move(next));
}

absl::Status Dispute::MayEscalate(const Actor& actor, const Parties& parties,
                                  absl::Time now) const {
  if (!(parties.OfConsumer(actor) && actor.applicant) &&
      !(parties.OfProvider(actor) && actor.reviewer)) {
    return WrongPerson(fields_.name, "an applicant of the consumer or a reviewer of the provider");
  }
  if (fields_.stage == Stage::kNegotiation) return absl::OkStatus();
  if (fields_.stage != Stage::kCoordination) {
    return WrongState(fields_.name, StageName(fields_.stage), "NEGOTIATION or COORDINATION");
  }
  // Who asked for coordination is unknown in records of older versions: all wait for its end.
  const bool other = !fields_.coordination_by.empty() && actor.agency != fields_.coordination_by;
  if (other || running() == nullptr || now >= statute::DueInstant(*running())) {
    return absl::OkStatus();
  }
  const std::string due = absl::FormatCivilTime(running()->due.day);
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(fields_.name, " is in COORDINATION until ", due, ", asked for by ",
                            fields_.coordination_by, "; before that only the other party takes "
                            "it to DECISION"))
      .With("name", fields_.name)
      .With("state", StageName(fields_.stage))
      .With("due_date", due)
      .With("agency", fields_.coordination_by);
}

absl::Status Dispute::MayRecord(const Actor& actor) const {
  if (!(actor.officer || actor.recorder) || actor.agency != fields_.coordinator_agency) {
    return WrongPerson(fields_.name, absl::StrCat("an officer of ", fields_.coordinator));
  }
  if (fields_.stage != Stage::kCoordination && fields_.stage != Stage::kDecision) {
    return WrongState(fields_.name, StageName(fields_.stage), "COORDINATION or DECISION");
  }
  if (actor.agency == fields_.consumer || actor.agency == fields_.provider) {
    return OwnRequest(fields_.name, actor.name, "a party's officer");
  }
  for (const Step& step : fields_.steps) {
    if (step.actor == actor.name) return OwnRequest(fields_.name, actor.name, step.action);
  }
  return absl::OkStatus();
}

absl::StatusOr<Dispute> Dispute::Escalate(const Actor& actor, const Parties& parties,
                                          absl::string_view reason, const StatuteText& text,
                                          absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(MayEscalate(actor, parties, now));
  std::vector<FieldViolation> out;
  CheckText(reason, 1, kMaxReason, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  const bool coordinate = fields_.stage == Stage::kNegotiation;
  SHAREWAY_ASSIGN_OR_RETURN(Dispute next,
                            Next(coordinate ? Stage::kCoordination : Stage::kDecision,
                                 "EscalateDispute", actor, std::string(reason), now));
  if (coordinate) {
    SHAREWAY_ASSIGN_OR_RETURN(statute::Clock clock,
                              statute::StartClock(*text.profile, *text.calendars,
                                                  statute::ClockKind::kCoordination, now));
    next.fields_.clocks.push_back(std::move(clock));
    next.fields_.coordination_by = actor.agency;
  }
  return next;
}

absl::StatusOr<Dispute> Dispute::Record(const Actor& actor, Outcome outcome, const Ruling& ruling,
                                        std::string grant, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(MayRecord(actor));
  std::vector<FieldViolation> out;
  if (outcome == Outcome::kUnspecified || outcome == Outcome::kWithdrawn) {
    out.push_back({"outcome", absl::StrCat("is ", OutcomeName(outcome),
                                           ", want GRANT, RECLASSIFY, SUPPLY or UPHELD")});
  }
  CheckText(ruling.body, 1, kMaxName, "deciding_body", &out);
  CheckText(ruling.number, 1, kMaxName, "document_number", &out);
  CheckText(ruling.reasons, 1, kMaxClaim, "reasons", &out);
  if (ruling.date > statute::LawDay(now)) {
    out.push_back({"document_date", absl::StrCat(absl::FormatCivilTime(ruling.date),
                                                 " is in the future")});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  const std::string text = absl::StrCat(ruling.body, " ", ruling.number, " ",
                                        absl::FormatCivilTime(ruling.date), ": ", ruling.reasons);
  SHAREWAY_ASSIGN_OR_RETURN(Dispute next, Next(Stage::kClosed, "RecordDecision", actor,
                                               std::string(OutcomeName(outcome)), now));
  next.fields_.outcome = outcome;
  next.fields_.ruling = text;
  if (outcome == Outcome::kGrant) next.fields_.grant = std::move(grant);
  return next;
}

absl::StatusOr<Dispute> Dispute::Withdraw(const Actor& actor, const Parties& parties,
                                          absl::Time now) const {
  if (!parties.OfConsumer(actor) || !actor.applicant) {
    return WrongPerson(fields_.name, "an applicant of the consumer");
  }
  if (fields_.stage == Stage::kClosed) {
    return WrongState(fields_.name, StageName(fields_.stage),
                      "NEGOTIATION, COORDINATION or DECISION");
  }
  SHAREWAY_ASSIGN_OR_RETURN(Dispute next,
                            Next(Stage::kClosed, "WithdrawDispute", actor, "", now));
  next.fields_.outcome = Outcome::kWithdrawn;
  return next;
}

absl::StatusOr<std::optional<Dispute>> Dispute::Recompute(const statute::CalendarSet& calendars,
                                                          absl::Time now) const {
  if (running() == nullptr) return std::nullopt;
  SHAREWAY_ASSIGN_OR_RETURN(statute::Clock clock,
                            statute::RecomputeClock(*running(), calendars, now));
  if (clock.due == running()->due) return std::nullopt;
  Fields next = fields_;
  next.steps.push_back({now, "LoadCalendar", absl::StrJoin(clock.due.calendars, ", "),
                        fields_.stage,
                        absl::StrCat("due ", absl::FormatCivilTime(clock.due.day), ", before ",
                                     absl::FormatCivilTime(running()->due.day))});
  next.clocks.back() = std::move(clock);
  return std::optional<Dispute>(Dispute(std::move(next)));
}

bool Dispute::VisibleTo(const Actor& actor, const Parties& parties) const {
  return parties.Knows(actor) ||
         ((actor.officer || actor.recorder) && !fields_.coordinator_agency.empty() &&
          actor.agency == fields_.coordinator_agency);
}

const statute::Clock* Dispute::running() const {
  if (fields_.clocks.empty() || fields_.clocks.back().stop) return nullptr;
  return &fields_.clocks.back();
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

}  // namespace shareway::sharing
