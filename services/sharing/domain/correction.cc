// SPDX-License-Identifier: Apache-2.0
// A correction: from its opening to the provider's answer, and the recall of what was wrong.
#include "services/sharing/domain/correction.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using State = Correction::State;

constexpr int kMaxText = 2000;
constexpr int kMaxValue = 1000;
constexpr int kMaxRecallReason = 1000;
constexpr size_t kMaxAttachments = 20;
constexpr uint32_t kMaxPlace = 999'999;

absl::string_view NameOfState(int state) { return CorrectionStateName(static_cast<State>(state)); }

// As the exchange service asks of its ids.
bool IsExchangeId(absl::string_view id) {
  return HasForm("exchanges/{e}", absl::StrCat("exchanges/", id));
}

void CheckAttachments(const std::vector<std::string>& names, std::vector<FieldViolation>* faults) {
  if (names.size() > kMaxAttachments) {
    faults->push_back({"attachments", absl::StrCat("has ", names.size(), ", want at most ",
                                                   kMaxAttachments)});
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (!HasForm("attachments/{a}", names[i])) {
      faults->push_back({absl::StrCat("attachments[", i, "]"), "want attachments/{a}"});
    }
  }
}

absl::Status CheckAsked(const CorrectionAsked& asked, const Resource& resource) {
  std::vector<FieldViolation> faults;
  CheckText(asked.description, 1, kMaxText, "description", &faults);
  CheckText(asked.proposed_value, 0, kMaxValue, "proposed_value", &faults);
  CheckText(asked.evidence, 0, kMaxText, "evidence", &faults);
  CheckAttachments(asked.attachments, &faults);
  if (asked.exchange.empty()) {
    if (asked.place != 0) {
      faults.push_back({"place", absl::StrCat("is ", asked.place, ", want 0 without an exchange")});
    }
  } else {
    if (!IsExchangeId(asked.exchange)) {
      faults.push_back({"exchange", "want 1 to 63 of A-Z a-z 0-9 and '-'"});
    }
    if (asked.place > kMaxPlace) {
      faults.push_back({"place", absl::StrCat("is ", asked.place, ", want at most ", kMaxPlace)});
    }
  }
  if (!asked.item.empty() && resource.item(asked.item) == nullptr) {
    faults.push_back({"item", absl::StrCat(resource.name, " has no item \"", asked.item, "\"")});
  }
  return Error::Fields(faults);
}

absl::Status CheckAnswer(const CorrectionAnswer& answer, const Correction& before,
                         bool source_known) {
  std::vector<FieldViolation> faults;
  CheckText(answer.answer, 0, kMaxText, "answer", &faults);
  CheckText(answer.proof, 0, kMaxText, "proof", &faults);
  CheckAttachments(answer.attachments, &faults);
  switch (answer.outcome) {
    case State::kCorrected:
    case State::kConfirmed:
    case State::kNotOurs: break;
    default:
      faults.push_back({"outcome", "want CORRECTED, CONFIRMED or NOT_OURS"});
  }
  if (answer.outcome == State::kConfirmed && answer.proof.empty() && answer.attachments.empty()) {
    faults.push_back({"proof", "is empty, want what shows that the data are right"});
  }
  if (answer.outcome != State::kNotOurs) {
    if (!answer.source.empty()) faults.push_back({"source", "is only for NOT_OURS"});
  } else if (!HasForm("agencies/{a}", answer.source) || !source_known) {
    faults.push_back({"source", absl::StrCat("\"", answer.source,
                                             "\" is no agency of the directory, want the one that "
                                             "the data are from")});
  } else if (answer.source == before.provider) {
    faults.push_back({"source", absl::StrCat("is the provider itself, ", before.provider)});
  }
  return Error::Fields(faults);
}

absl::StatusOr<Correction> Ended(Correction after, State state, absl::Time now) {
  after.state = state;
  after.end_time = now;
  after.ends = true;
  if (after.clock) {
    SHAREWAY_ASSIGN_OR_RETURN(after.clock, statute::StopClock(*after.clock, now));
  }
  return after;
}

absl::Status AdmitTo(absl::string_view method, const Correction& before, const Actor& actor,
                     const Parties& parties) {
  return Admit(CorrectionTable(), method, before.name, static_cast<int>(before.state), actor,
               parties);
}

}  // namespace

absl::string_view CorrectionStateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kOpened: return "OPENED";
    case State::kAcknowledged: return "ACKNOWLEDGED";
    case State::kCorrected: return "CORRECTED";
    case State::kConfirmed: return "CONFIRMED";
    case State::kNotOurs: return "NOT_OURS";
    case State::kRejected: return "REJECTED";
    case State::kWithdrawn: return "WITHDRAWN";
  }
  return "STATE_UNSPECIFIED";
}

const StateTable& CorrectionTable() {
  constexpr int kOpened = static_cast<int>(State::kOpened);
  constexpr int kAcknowledged = static_cast<int>(State::kAcknowledged);
  constexpr int kCorrected = static_cast<int>(State::kCorrected);
  constexpr int kConfirmed = static_cast<int>(State::kConfirmed);
  constexpr int kNotOurs = static_cast<int>(State::kNotOurs);
  constexpr int kRejected = static_cast<int>(State::kRejected);
  constexpr int kWithdrawn = static_cast<int>(State::kWithdrawn);
  static const auto* const table = [] {
    const std::vector<Who> answers = {{Side::kProvider, Post::kReviewer},
                                      {Side::kProvider, Post::kSteward}};
    const absl::string_view answerers =
        "a reviewer or data steward of the provider (M16 15; R25 26)";
    return new StateTable{
        .object = "correction",
        .name = NameOfState,
        .states = {kOpened, kAcknowledged, kCorrected, kConfirmed, kNotOurs, kRejected, kWithdrawn},
        .transitions = {
            {"AcknowledgeCorrection", {kOpened}, {kAcknowledged}, answers, answerers},
            {"ResolveCorrection",
             {kOpened, kAcknowledged},
             {kCorrected, kConfirmed, kNotOurs},
             answers,
             answerers},
            {"RejectCorrection", {kOpened, kAcknowledged}, {kRejected}, answers, answerers},
            {"WithdrawCorrection",
             {kOpened, kAcknowledged},
             {kWithdrawn},
             {{Side::kConsumer, Post::kApplicant}, {Side::kConsumer, Post::kClerk}},
             "an applicant or clerk of the agency that opened it"},
            {"RecallCorrection",
             {kAcknowledged, kCorrected},
             {kAcknowledged, kCorrected},
             answers,
             answerers},
            {"OweAnew", {kRejected}, {kOpened}, {}, "the outcome SUPPLY of a dispute (R25 28)"}}};
  }();
  return *table;
}

absl::StatusOr<Correction> OpenCorrection(std::string name, const Actor& actor,
                                          const CorrectionAsked& asked, const Resource& resource,
                                          bool had_grant, const StatuteText& text,
                                          absl::Time now) {
  if (!actor.applicant && !actor.clerk) return WrongPerson(resource.name, "an applicant or clerk");
  if (actor.agency == resource.provider) {
    return WrongPerson(resource.name, "another agency than the provider (R25 26)");
  }
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"description", asked.description},
                                          {"proposed_value", asked.proposed_value},
                                          {"evidence", asked.evidence}},
                                         text.profile->cited()));
  SHAREWAY_RETURN_IF_ERROR(CheckAsked(asked, resource));
  if (!asked.exchange.empty() && !had_grant) {
    return absl::Status(
        Error(Reason::kNotADeliveryOf, absl::StatusCode::kPermissionDenied,
              absl::StrCat(actor.agency, " never had a grant on ", resource.name,
                           ": no record of it was delivered to it"))
            .With("agency", actor.agency)
            .With("resource", resource.name)
            .With("rule", text.Cite(text.profile->articles.correction)));
  }
  Correction opened{.name = std::move(name),
                    .resource = resource.name,
                    .consumer = actor.agency,
                    .provider = resource.provider,
                    .profile = text.profile->cited(),
                    .exchange = asked.exchange,
                    .place = asked.place,
                    .item = asked.item,
                    .description = asked.description,
                    .evidence = asked.evidence,
                    .attachments = asked.attachments,
                    .business_may_proceed = asked.business_may_proceed,
                    .opener = actor.name,
                    .create_time = now};
  if (statute::TermOf(*text.profile, statute::ClockKind::kCorrection)) {
    SHAREWAY_ASSIGN_OR_RETURN(opened.clock,
                              statute::StartClock(*text.profile, *text.calendars,
                                                  statute::ClockKind::kCorrection, now));
  }
  return opened;
}

absl::StatusOr<Correction> Acknowledge(const Correction& before, const Actor& actor,
                                       const Parties& parties) {
  SHAREWAY_RETURN_IF_ERROR(AdmitTo("AcknowledgeCorrection", before, actor, parties));
  Correction after = before;
  after.state = State::kAcknowledged;
  return after;
}

absl::StatusOr<Correction> Resolve(const Correction& before, const Actor& actor,
                                   const Parties& parties, const CorrectionAnswer& answer,
                                   bool source_known, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(AdmitTo("ResolveCorrection", before, actor, parties));
  SHAREWAY_RETURN_IF_ERROR(
      RefuseSecrets({{"answer", answer.answer}, {"proof", answer.proof}}, before.profile));
  SHAREWAY_RETURN_IF_ERROR(CheckAnswer(answer, before, source_known));
  Correction after = before;
  after.answerer = actor.name;
  after.answer = answer.answer;
  after.proof = answer.proof;
  after.proof_attachments = answer.attachments;
  after.source = answer.source;
  return Ended(std::move(after), answer.outcome, now);
}

absl::StatusOr<Correction> Reject(const Correction& before, const Actor& actor,
                                  const Parties& parties, absl::string_view reason,
                                  absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(AdmitTo("RejectCorrection", before, actor, parties));
  std::vector<FieldViolation> faults;
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, before.profile));
  CheckText(reason, 1, kMaxText, "reason", &faults);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Correction after = before;
  after.answerer = actor.name;
  after.answer = std::string(reason);
  return Ended(std::move(after), State::kRejected, now);
}

absl::StatusOr<Correction> Withdraw(const Correction& before, const Actor& actor,
                                    const Parties& parties, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(AdmitTo("WithdrawCorrection", before, actor, parties));
  return Ended(before, State::kWithdrawn, now);
}

absl::StatusOr<std::optional<Correction>> OweAnew(const Correction& before,
                                                  absl::string_view dispute,
                                                  const StatuteText& text, absl::Time now) {
  if (before.state != State::kRejected) return std::nullopt;
  Correction after = before;
  after.state = State::kOpened;
  after.answerer.clear();
  after.answer.clear();
  after.end_time.reset();
  after.dispute = std::string(dispute);
  after.reopens = true;
  if (after.clock) after.earlier.push_back(*after.clock);
  after.clock.reset();
  if (statute::TermOf(*text.profile, statute::ClockKind::kCorrection)) {
    SHAREWAY_ASSIGN_OR_RETURN(after.clock,
                              statute::StartClock(*text.profile, *text.calendars,
                                                  statute::ClockKind::kCorrection, now));
  }
  return std::optional<Correction>(std::move(after));
}

absl::StatusOr<Correction> BeginRecall(const Correction& before, const Actor& actor,
                                       const Parties& parties, absl::string_view reason,
                                       absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(AdmitTo("RecallCorrection", before, actor, parties));
  std::vector<FieldViolation> faults;
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, before.profile));
  CheckText(reason, 1, kMaxRecallReason, "reason", &faults);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Correction after = before;
  ++after.recall_round;
  after.recall_time = now;
  after.recall_reason = std::string(reason);
  after.reported_nodes.clear();
  return after;
}

absl::StatusOr<Correction> Named(const Correction& before, absl::string_view record) {
  if (record.size() != kRecordBytes) {
    return Error::Field("record", absl::StrCat("has ", record.size(), " bytes, want ",
                                               kRecordBytes));
  }
  if (before.exchange.empty()) {
    return WrongState(before.name, "on a whole resource", "one on a record");
  }
  Correction after = before;
  if (after.record.empty()) after.record = std::string(record);
  return after;
}

bool Visible(const Correction&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

std::string SubjectKey(const Correction& c) {
  return absl::StrCat("correction/", c.consumer, "|", c.resource, "|", c.exchange, "|", c.place,
                      "|", c.item);
}

}  // namespace shareway::sharing
