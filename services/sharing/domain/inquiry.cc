// SPDX-License-Identifier: Apache-2.0
// 咨询: a question about a published resource, answered in days.
#include "services/sharing/domain/inquiry.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using State = Inquiry::State;
using statute::ClockKind;

constexpr int Of(State state) { return static_cast<int>(state); }

absl::string_view NameOfState(int state) {
  return Inquiry::StateName(static_cast<State>(state));
}

absl::Status CheckOne(absl::string_view text, int max, absl::string_view field,
                      absl::string_view profile) {
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{std::string(field), text}}, profile));
  std::vector<FieldViolation> faults;
  CheckText(text, 1, max, field, &faults);
  return Error::Fields(faults);
}

absl::Status StopRunning(Inquiry* inquiry, absl::Time now) {
  std::optional<statute::Clock>& running = inquiry->extended ? inquiry->extended : inquiry->clock;
  if (!running || running->stop) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(running, statute::StopClock(*running, now));
  return absl::OkStatus();
}

}  // namespace

absl::string_view Inquiry::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kOpen: return "OPEN";
    case State::kAnswered: return "ANSWERED";
    case State::kClosed: return "CLOSED";
  }
  return "STATE_UNSPECIFIED";
}

const StateTable& InquiryTable() {
  static const auto* const table = new StateTable{
      .object = "inquiry",
      .name = NameOfState,
      .states = {Of(State::kOpen), Of(State::kAnswered), Of(State::kClosed)},
      .transitions = {
          {.method = "ExtendInquiry",
           .from = {Of(State::kOpen)},
           .to = {Of(State::kOpen)},
           .who = {{Side::kProvider, Post::kHead}},
           .by = "the head of the agency asked"},
          {.method = "AnswerInquiry",
           .from = {Of(State::kOpen)},
           .to = {Of(State::kAnswered)},
           .who = {{Side::kProvider, Post::kReviewer}, {Side::kProvider, Post::kHead}},
           .by = "a reviewer or the head of the agency asked"},
          {.method = "CloseInquiry",
           .from = {Of(State::kOpen), Of(State::kAnswered)},
           .to = {Of(State::kClosed)},
           .who = {{Side::kConsumer}},
           .by = "staff of the agency that asked"},
      }};
  return *table;
}

absl::StatusOr<Inquiry> OpenInquiry(const Actor& actor, const Resource& resource,
                                    std::string question, const StatuteText& text,
                                    std::string name, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  if (resource.provider == actor.agency) {
    return Error::Field("resource", absl::StrCat(resource.name, " is your own agency's"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckOne(question, 1000, "question", text.profile->cited()));
  Inquiry inquiry{.name = std::move(name),
                  .consumer = actor.agency,
                  .provider = resource.provider,
                  .profile = text.profile->cited(),
                  .create_time = now,
                  .resource = resource.name,
                  .question = std::move(question),
                  .state = State::kOpen,
                  .asked_by = actor.name};
  SHAREWAY_ASSIGN_OR_RETURN(
      inquiry.clock, statute::StartClock(*text.profile, *text.calendars, ClockKind::kInquiry, now));
  return inquiry;
}

absl::StatusOr<Inquiry> Extend(const Inquiry& inquiry, const Actor& actor, const Parties& parties,
                               absl::string_view reason, const StatuteText& text, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admit(InquiryTable(), "ExtendInquiry", inquiry.name, Of(inquiry.state),
                                 actor, parties));
  if (inquiry.extended) return WrongState(inquiry.name, "extended already", "not extended");
  if (now >= statute::DueInstant(*inquiry.clock)) {
    const std::string due = absl::FormatCivilTime(inquiry.clock->due.day);
    return absl::Status(Error(Reason::kDeadlinePassed, absl::StatusCode::kFailedPrecondition,
                              absl::StrCat(inquiry.name, " was due on ", due,
                                           ": a time that ran out is not extended"))
                            .With("name", inquiry.name)
                            .With("due_date", due));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckOne(reason, 500, "reason", inquiry.profile));
  Inquiry after = inquiry;
  after.extension_reason = std::string(reason);
  SHAREWAY_ASSIGN_OR_RETURN(after.clock, statute::StopClock(*inquiry.clock, now));
  SHAREWAY_ASSIGN_OR_RETURN(
      after.extended, statute::StartClock(*text.profile, *text.calendars,
                                          ClockKind::kInquiryExtended, inquiry.create_time));
  return after;
}

absl::StatusOr<Inquiry> Answer(const Inquiry& inquiry, const Actor& actor, const Parties& parties,
                               absl::string_view answer, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admit(InquiryTable(), "AnswerInquiry", inquiry.name, Of(inquiry.state),
                                 actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckOne(answer, 2000, "answer", inquiry.profile));
  Inquiry after = inquiry;
  after.answer = std::string(answer);
  after.answered_by = actor.name;
  after.state = State::kAnswered;
  SHAREWAY_RETURN_IF_ERROR(StopRunning(&after, now));
  return after;
}

absl::StatusOr<Inquiry> Close(const Inquiry& inquiry, const Actor& actor, const Parties& parties,
                              absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(
      Admit(InquiryTable(), "CloseInquiry", inquiry.name, Of(inquiry.state), actor, parties));
  Inquiry after = inquiry;
  after.state = State::kClosed;
  SHAREWAY_RETURN_IF_ERROR(StopRunning(&after, now));
  return after;
}

}  // namespace shareway::sharing
