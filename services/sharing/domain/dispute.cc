// SPDX-License-Identifier: Apache-2.0
// 争议: the path from negotiation over coordination to a decision.
#include "services/sharing/domain/dispute.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxText = 2000;    // characters of a claim, statement, minutes, reasons
constexpr int kMaxReason = 1000;  // of a step, and of terms
constexpr int kMaxName = 100;
constexpr size_t kMaxAttachments = 10;  // of a step
// The whole record is in each event, which has 60 KiB: nobody's texts may crowd out the ruling.
constexpr size_t kRoom = 7500;      // bytes of text of an agency
constexpr size_t kStepBytes = 100;  // what a step takes besides, and each attachment

void CheckAttachments(const std::vector<DisputeAttachment>& attachments,
                      std::vector<FieldViolation>* out) {
  if (attachments.size() > kMaxAttachments) {
    out->push_back({"attachments", absl::StrCat("has ", attachments.size(), ", want at most ",
                                                kMaxAttachments)});
  }
  for (size_t i = 0; i < attachments.size(); ++i) {
    const std::string at = absl::StrCat("attachments[", i, "]");
    if (!HasForm("attachments/{a}", attachments[i].name)) {
      out->push_back({at + ".name", "is not of the form attachments/{a}"});
    }
    if (attachments[i].sha256.size() != 32) {
      out->push_back({at + ".sha256",
                      absl::StrCat("has ", attachments[i].sha256.size(), " bytes, want 32")});
    }
  }
}

std::vector<FieldViolation> FaultsOf(Outcome outcome, const Ruling& ruling, Matter matter,
                                     absl::Time now) {
  std::vector<FieldViolation> out;
  if (absl::Status fits = CheckOutcome(outcome, matter, "outcome"); !fits.ok()) {
    out.push_back(DetailsOf(fits)->fields.front());
  }
  CheckText(ruling.body, 1, kMaxName, "deciding_body", &out);
  CheckText(ruling.number, 1, kMaxName, "document_number", &out);
  CheckText(ruling.reasons, 1, kMaxText, "reasons", &out);
  if (ruling.date > statute::LawDay(now)) {
    out.push_back({"document_date", absl::StrCat(absl::FormatCivilTime(ruling.date),
                                                 " is in the future")});
  }
  const DisputeAttachment& document = ruling.document;
  if (!document.name.empty() && !HasForm("attachments/{a}", document.name)) {
    out.push_back({"document.name", "is not of the form attachments/{a}"});
  }
  if (document.sha256.size() != 32) {
    out.push_back({"document.sha256",
                   absl::StrCat("has ", document.sha256.size(), " bytes, want the 32 of the "
                                "document's SHA-256")});
  }
  return out;
}

}  // namespace

const Settlement::Agreement* Settlement::of(absl::string_view agency) const {
  for (const Agreement& one : agreed) {
    if (one.agency == agency) return &one;
  }
  return nullptr;
}

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

absl::StatusOr<Dispute> Dispute::Open(const DisputeSubject& subject, const Actor& actor,
                                      const Parties& parties, const Forum& forum,
                                      std::string claim,
                                      std::vector<DisputeAttachment> attachments,
                                      const StatuteText& text, std::string name,
                                      absl::Time now) {
  if (!parties.OfConsumer(actor) || !actor.applicant) {
    return WrongPerson(subject.name, "an applicant of the consumer (R25 28, M16 12)");
  }
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"claim", claim}}, text.profile->cited()));
  std::vector<FieldViolation> out;
  CheckText(claim, 1, kMaxText, "claim", &out);
  CheckAttachments(attachments, &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  Fields facts{.name = std::move(name),
               .subject = subject.name,
               .resource = subject.resource,
               .consumer = subject.consumer,
               .provider = subject.provider,
               .claim = std::move(claim),
               .stage = Stage::kNegotiation,
               .coordinator = forum.coordinator,
               .coordinator_agency = forum.coordinator_agency,
               .decider = forum.decider,
               .create_time = now,
               .profile = text.profile->cited(),
               .matter = subject.matter,
               .cuts = subject.cuts,
               .joint_conference = forum.joint_conference};
  facts.steps.push_back({now, "OpenDispute", actor.name, Stage::kNegotiation, "", actor.agency,
                         std::move(attachments)});
  SHAREWAY_ASSIGN_OR_RETURN(statute::Clock clock,
                            statute::StartClock(*text.profile, *text.calendars,
                                                statute::ClockKind::kNegotiation, now));
  facts.clocks.push_back(std::move(clock));
  return Dispute(std::move(facts));
}

DisputeSubject Dispute::subject() const {
  return {.matter = fields_.matter,
          .name = fields_.subject,
          .resource = fields_.resource,
          .consumer = fields_.consumer,
          .provider = fields_.provider,
          .cuts = fields_.cuts};
}

Dispute Dispute::With(absl::string_view action, const Actor& actor, std::string note,
                      std::vector<DisputeAttachment> attachments, absl::Time now) const {
  Fields next = fields_;
  next.steps.push_back({now, std::string(action), actor.name, fields_.stage, std::move(note),
                        actor.agency, std::move(attachments)});
  return Dispute(std::move(next));
}

absl::StatusOr<Dispute> Dispute::Next(Stage stage, absl::string_view action, const Actor& actor,
                                      std::string note, absl::Time now) const {
  Dispute next = With(action, actor, std::move(note), {}, now);
  next.fields_.stage = stage;
  next.fields_.steps.back().stage = stage;
  std::vector<statute::Clock>& clocks = next.fields_.clocks;
  if (!clocks.empty() && !clocks.back().stop) {
    SHAREWAY_ASSIGN_OR_RETURN(clocks.back(), statute::StopClock(clocks.back(), now));
  }
  return next;
}

void Dispute::CheckRoom(const Actor& actor, absl::string_view text, size_t attachments,
                        absl::string_view field, std::vector<FieldViolation>* out) const {
  size_t used = actor.agency == fields_.consumer ? fields_.claim.size() : 0;
  for (const Step& step : fields_.steps) {
    const bool counts = step.action == "RespondDispute" || step.action == "ProposeSettlement" ||
                        step.action == "RecordMediation";
    if (!counts || step.agency != actor.agency) continue;
    used += step.note.size() + (1 + step.attachments.size()) * kStepBytes;
  }
  const size_t takes = text.size() + (1 + attachments) * kStepBytes;
  const size_t left = kRoom - std::min(used, kRoom);
  if (takes <= left) return;
  out->push_back({std::string(field),
                  absl::StrCat("takes ", takes, " bytes of the ", left, " that ", actor.agency,
                               " has left of ", kRoom, "; put more into one attachment")});
}

void Dispute::CheckTerms(const Actor& actor, const Terms& terms, absl::string_view field,
                         std::vector<FieldViolation>* out) const {
  const std::string at(field);
  absl::Status fits = CheckOutcome(terms.outcome, fields_.matter, at + ".outcome");
  if (!fits.ok()) out->push_back(DetailsOf(fits)->fields.front());
  CheckText(terms.text, 1, kMaxReason, at + ".text", out);
  CheckRoom(actor, terms.text, 0, at + ".text", out);
  if (terms.scope && terms.outcome != Outcome::kGrant) {
    out->push_back({at + ".scope", "is for outcome GRANT only"});
  }
}

absl::StatusOr<Dispute> Dispute::Respond(const Actor& actor, const Parties& parties,
                                         absl::string_view statement,
                                         std::vector<DisputeAttachment> attachments,
                                         absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admit("RespondDispute", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"statement", statement}}, fields_.profile));
  std::vector<FieldViolation> out;
  CheckText(statement, 1, kMaxText, "statement", &out);
  CheckRoom(actor, statement, attachments.size(), "statement", &out);
  CheckAttachments(attachments, &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  return With("RespondDispute", actor, std::string(statement), std::move(attachments), now);
}

absl::StatusOr<Dispute> Dispute::Propose(const Actor& actor, const Parties& parties, Terms terms,
                                         std::string act, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admit("ProposeSettlement", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckNotOpener(actor));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"terms.text", terms.text}}, fields_.profile));
  std::vector<FieldViolation> out;
  CheckTerms(actor, terms, "terms", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  if (!parties.OfProvider(actor)) act.clear();
  Dispute next = With("ProposeSettlement", actor, terms.text, {}, now);
  next.fields_.settlement = Settlement{.terms = std::move(terms),
                                       .proposer = actor.agency,
                                       .time = now,
                                       .agreed = {{actor.agency, actor.name, std::move(act)}}};
  return next;
}

absl::StatusOr<Dispute> Dispute::Accept(const Actor& actor, const Parties& parties,
                                        Outcome outcome, std::string act, std::string grant,
                                        absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admit("AcceptSettlement", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckNotOpener(actor));
  if (!fields_.settlement) {
    return WrongState(fields_.name, "without terms on the table", "a proposed settlement");
  }
  if (const Settlement::Agreement* own = fields_.settlement->of(actor.agency)) {
    return OwnRequest(fields_.name, own->person, "the head who agreed for the same side");
  }
  const Terms& terms = fields_.settlement->terms;
  if (outcome != terms.outcome) {
    return Error::Field("outcome", absl::StrCat("is ", OutcomeName(outcome), ", on the table is ",
                                                OutcomeName(terms.outcome)));
  }
  if (!parties.OfProvider(actor)) act.clear();
  const Settlement::Agreement agreement{actor.agency, actor.name, std::move(act)};
  const bool both = fields_.settlement->of(actor.agency == fields_.consumer
                                               ? fields_.provider
                                               : fields_.consumer) != nullptr;
  if (!both) {
    Dispute next = With("AcceptSettlement", actor, std::string(OutcomeName(outcome)), {}, now);
    next.fields_.settlement->agreed.push_back(agreement);
    return next;
  }
  SHAREWAY_ASSIGN_OR_RETURN(Dispute next, Next(Stage::kClosed, "AcceptSettlement", actor,
                                               std::string(OutcomeName(outcome)), now));
  next.fields_.settlement->agreed.push_back(agreement);
  next.fields_.settled = true;
  next.fields_.outcome = outcome;
  next.fields_.ruling = terms.text;
  if (outcome == Outcome::kGrant) next.fields_.grant = std::move(grant);
  return next;
}

absl::StatusOr<Dispute> Dispute::DeclareDeadlock(const Actor& actor, const Parties& parties,
                                                 absl::string_view reason, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admit("DeclareDeadlock", actor, parties));
  if (!fields_.deadlock_by.empty()) {
    return WrongState(fields_.name, absl::StrCat("in deadlock by ", fields_.deadlock_by),
                      "a negotiation that nobody declared failed");
  }
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, fields_.profile));
  std::vector<FieldViolation> out;
  CheckText(reason, 1, kMaxReason, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  Dispute next = With("DeclareDeadlock", actor, std::string(reason), {}, now);
  next.fields_.deadlock_by = actor.agency;
  return next;
}

absl::Status Dispute::MayEscalate(const Actor& actor, absl::Time now) const {
  const bool negotiating = fields_.stage == Stage::kNegotiation;
  if (!negotiating && fields_.decider.empty()) {
    return Error(Reason::kStageUnavailable, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(fields_.name, " is before ", fields_.coordinator, "; ",
                              fields_.profile, " knows no stage after COORDINATION (M16 12)"))
        .With("name", fields_.name)
        .With("coordinator", fields_.coordinator);
  }
  const bool over = running() == nullptr || now >= statute::DueInstant(*running());
  // Who asked for coordination is unknown in records of older versions: all wait for its end.
  const bool other = !negotiating && !fields_.coordination_by.empty() &&
                     actor.agency != fields_.coordination_by;
  if (other || over || !fields_.deadlock_by.empty()) return absl::OkStatus();
  const std::string due = absl::FormatCivilTime(running()->due.day);
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               negotiating
                   ? absl::StrCat(fields_.name, " is in NEGOTIATION until ", due,
                                  "; before that DeclareDeadlock comes first")
                   : absl::StrCat(fields_.name, " is in COORDINATION until ", due,
                                  ", asked for by ", fields_.coordination_by,
                                  "; before that only the other party takes it to DECISION, or "
                                  "the coordinator records that it failed"))
      .With("name", fields_.name)
      .With("state", StageName(fields_.stage))
      .With("due_date", due)
      .With("agency", fields_.coordination_by);
}

absl::StatusOr<Dispute> Dispute::Escalate(const Actor& actor, const Parties& parties,
                                          absl::string_view reason, const Forum& forum,
                                          const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admit("EscalateDispute", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(MayEscalate(actor, now));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, fields_.profile));
  std::vector<FieldViolation> out;
  CheckText(reason, 1, kMaxReason, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  if (fields_.stage == Stage::kCoordination) {
    return Next(Stage::kDecision, "EscalateDispute", actor, std::string(reason), now);
  }
  SHAREWAY_ASSIGN_OR_RETURN(Dispute next, Next(Stage::kCoordination, "EscalateDispute", actor,
                                               std::string(reason), now));
  SHAREWAY_ASSIGN_OR_RETURN(statute::Clock clock,
                            statute::StartClock(*text.profile, *text.calendars,
                                                statute::ClockKind::kCoordination, now));
  next.fields_.clocks.push_back(std::move(clock));
  next.fields_.coordination_by = actor.agency;
  next.fields_.deadlock_by.clear();  // that of the negotiation
  next.fields_.coordinator = forum.coordinator;
  next.fields_.coordinator_agency = forum.coordinator_agency;
  next.fields_.decider = forum.decider;
  next.fields_.joint_conference = forum.joint_conference;
  return next;
}

absl::Status Dispute::CheckNotOpener(const Actor& actor) const {
  if (fields_.steps.empty()) return absl::OkStatus();
  const std::string& opener = fields_.steps.front().actor;
  if (opener != actor.name && opener != actor.head_for) return absl::OkStatus();
  return OwnRequest(fields_.name, opener, fields_.steps.front().action);
}

absl::Status Dispute::CheckNoPart(const Actor& actor) const {
  if (actor.agency == fields_.consumer || actor.agency == fields_.provider) {
    return OwnRequest(fields_.name, actor.name, "a party's officer");
  }
  for (const Step& step : fields_.steps) {
    const bool party = step.agency.empty() || step.agency == fields_.consumer ||
                       step.agency == fields_.provider;
    if (party && actor.ActsAs(step.actor)) return OwnRequest(fields_.name, actor.name, step.action);
  }
  return absl::OkStatus();
}

absl::StatusOr<Dispute> Dispute::RecordMediation(const Actor& actor, const Parties& parties,
                                                 const Mediation& mediation,
                                                 absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admit("RecordMediation", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckNoPart(actor));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets(
      {{"minutes", mediation.minutes},
       {"proposal.text", mediation.proposal ? mediation.proposal->text : absl::string_view()}},
      fields_.profile));
  std::vector<FieldViolation> out;
  CheckText(mediation.minutes, 1, kMaxText, "minutes", &out);
  std::string note = mediation.minutes;
  if (mediation.proposal) {
    CheckTerms(actor, *mediation.proposal, "proposal", &out);
    absl::StrAppend(&note, " ", OutcomeName(mediation.proposal->outcome), ": ",
                    mediation.proposal->text);
  }
  CheckRoom(actor, note, mediation.attachments.size(), "minutes", &out);
  CheckAttachments(mediation.attachments, &out);
  if (mediation.failed && mediation.proposal) {
    out.push_back({"failed", "goes without a proposal, which both sides can still accept"});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  Dispute next = With("RecordMediation", actor, std::move(note), mediation.attachments, now);
  if (mediation.failed) next.fields_.deadlock_by = actor.agency;
  if (mediation.proposal) {
    next.fields_.settlement = Settlement{
        .terms = *mediation.proposal, .proposer = actor.agency, .time = now, .agreed = {}};
  }
  return next;
}

absl::StatusOr<Dispute> Dispute::Record(const Actor& actor, const Parties& parties,
                                        Outcome outcome, const Ruling& ruling, std::string grant,
                                        absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admit("RecordDecision", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckNoPart(actor));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"deciding_body", ruling.body},
                                          {"document_number", ruling.number},
                                          {"reasons", ruling.reasons}},
                                         fields_.profile));
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(FaultsOf(outcome, ruling, fields_.matter, now)));
  SHAREWAY_ASSIGN_OR_RETURN(Dispute next, Next(Stage::kClosed, "RecordDecision", actor,
                                               std::string(OutcomeName(outcome)), now));
  next.fields_.steps.back().attachments = {ruling.document};
  next.fields_.outcome = outcome;
  next.fields_.ruling = absl::StrCat(ruling.body, " ", ruling.number, " ",
                                     absl::FormatCivilTime(ruling.date), ": ", ruling.reasons);
  next.fields_.settlement.reset();  // terms that nobody agreed to; the log has them
  if (outcome == Outcome::kGrant) next.fields_.grant = std::move(grant);
  return next;
}

absl::StatusOr<Dispute> Dispute::Withdraw(const Actor& actor, const Parties& parties,
                                          absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admit("WithdrawDispute", actor, parties));
  SHAREWAY_ASSIGN_OR_RETURN(Dispute next,
                            Next(Stage::kClosed, "WithdrawDispute", actor, "", now));
  next.fields_.settlement.reset();
  next.fields_.outcome = Outcome::kWithdrawn;
  return next;
}

absl::StatusOr<std::optional<Dispute>> Dispute::Recompute(const statute::CalendarSet& calendars,
                                                          absl::Time now) const {
  if (running() == nullptr) return std::nullopt;
  SHAREWAY_ASSIGN_OR_RETURN(statute::Clock clock,
                            statute::RecomputeClock(*running(), calendars, now));
  if (clock.due == running()->due) return std::nullopt;
  const Actor rule{.name = absl::StrJoin(clock.due.calendars, ", "), .agency = {}};
  Dispute next = With("LoadCalendar", rule,
                      absl::StrCat("due ", absl::FormatCivilTime(clock.due.day), ", before ",
                                   absl::FormatCivilTime(running()->due.day)),
                      {}, now);
  next.fields_.clocks.back() = std::move(clock);
  return std::optional<Dispute>(std::move(next));
}

bool Dispute::VisibleTo(const Actor& actor, const Parties& parties) const {
  return parties.Knows(actor) ||
         (Coordinated() && (actor.officer || actor.recorder) &&
          !fields_.coordinator_agency.empty() && actor.agency == fields_.coordinator_agency);
}

const statute::Clock* Dispute::running() const {
  if (fields_.clocks.empty() || fields_.clocks.back().stop) return nullptr;
  return &fields_.clocks.back();
}

}  // namespace shareway::sharing
