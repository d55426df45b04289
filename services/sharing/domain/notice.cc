// SPDX-License-Identifier: Apache-2.0
// 整改通知: what a consumer is to put right, and until when.
#include "services/sharing/domain/notice.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using State = Notice::State;

constexpr int kMaxReason = 1000;
constexpr int kMaxReport = 2000;

constexpr int kOpen = static_cast<int>(State::kOpen);
constexpr int kClosed = static_cast<int>(State::kClosed);
constexpr int kAnswered = static_cast<int>(State::kAnswered);
constexpr int kRectified = static_cast<int>(State::kRectified);
constexpr int kRejected = static_cast<int>(State::kRejected);
constexpr int kFailed = static_cast<int>(State::kFailed);
constexpr int kReported = static_cast<int>(State::kReported);

absl::string_view NameOf(int state) { return Notice::StateName(static_cast<State>(state)); }

absl::Status Admitted(const Notice& notice, absl::string_view method, const Actor& actor,
                      const Parties& parties) {
  return Admit(NoticeTable(), method, notice.name, static_cast<int>(notice.state), actor, parties);
}

// What the authority opened is the authority's.
absl::Status MayJudge(const Notice& notice, const Actor& actor, const Parties& parties) {
  if (!notice.by_authority || (parties.InCharge(actor) && actor.officer)) return absl::OkStatus();
  return WrongPerson(notice.name, "the authority, which opened it, (R25 27(2))");
}

absl::Status CheckWords(const Notice& notice, absl::string_view text, int max,
                        absl::string_view field) {
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{std::string(field), text}}, notice.profile));
  std::vector<FieldViolation> out;
  CheckText(text, 1, max, field, &out);
  return Error::Fields(out);
}

Notice With(const Notice& notice, State state) {
  Notice next = notice;
  next.state = state;
  return next;
}

absl::StatusOr<statute::Clock> Stopped(const statute::Clock& clock, absl::Time now) {
  if (clock.stop) return clock;
  return statute::StopClock(clock, now);
}

}  // namespace

absl::string_view Notice::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kOpen: return "OPEN";
    case State::kClosed: return "CLOSED";
    case State::kAnswered: return "ANSWERED";
    case State::kRectified: return "RECTIFIED";
    case State::kRejected: return "RECTIFICATION_REJECTED";
    case State::kFailed: return "NOTICE_FAILED";
    case State::kReported: return "NOTICE_REPORTED";
  }
  return "STATE_UNSPECIFIED";
}

const StateTable& NoticeTable() {
  static const auto* const table = new StateTable{
      .object = "notice",
      .name = NameOf,
      .states = {kOpen, kAnswered, kRejected, kRectified, kFailed, kReported, kClosed},
      .transitions = {
          {.method = "AnswerNotice",
           .from = {kOpen, kRejected},
           .to = {kAnswered},
           .who = {{Side::kConsumer, Post::kHead}},
           .by = "the head of the consumer's sharing body (R25 27(2))"},
          {.method = "AcceptRectification",
           .from = {kAnswered},
           .to = {kRectified},
           .who = {{Side::kProvider, Post::kHead}, {Side::kAuthority, Post::kOfficer}},
           .by = "the head of the provider's sharing body or the authority (R25 27(2))"},
          {.method = "RejectRectification",
           .from = {kAnswered},
           .to = {kRejected, kFailed},
           .who = {{Side::kProvider, Post::kHead}, {Side::kAuthority, Post::kOfficer}},
           .by = "the head of the provider's sharing body or the authority (R25 27(2))"},
          {.method = "the deadline passes",
           .from = {kOpen, kRejected},
           .to = {kFailed},
           .who = {},
           .by = "rule: the last day for rectification (R25 27(2))"},
          {.method = "ReportNotice",
           .from = {kOpen, kRejected, kFailed},
           .to = {kReported},
           .who = {{Side::kProvider, Post::kHead}, {Side::kAuthority, Post::kOfficer}},
           .by = "the head of the provider's sharing body or the authority (R25 29)"},
          {.method = "the grant goes on or is revoked",
           .from = {kOpen, kAnswered, kRejected, kRectified, kFailed, kReported},
           .to = {kClosed},
           .who = {},
           .by = "rule: with its grant"},
      }};
  return *table;
}

bool Notice::Failed(absl::Time now) const {
  if (state == State::kFailed || state == State::kReported) return true;
  return (state == State::kOpen || state == State::kRejected) &&
         now >= statute::DueInstant(clock);
}

absl::StatusOr<Notice> OpenNotice(Notice facts, const StatuteText& text, absl::Time now) {
  SHAREWAY_ASSIGN_OR_RETURN(facts.clock,
                            statute::StartClock(*text.profile, *text.calendars,
                                                statute::ClockKind::kRectification, now));
  facts.profile = text.profile->cited();
  facts.state = State::kOpen;
  facts.create_time = now;
  return facts;
}

absl::StatusOr<Notice> AnswerNotice(const Notice& notice, const Actor& actor,
                                    const Parties& parties, absl::string_view measures,
                                    absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admitted(notice, "AnswerNotice", actor, parties));
  if (notice.Failed(now)) {
    return Error(Reason::kDeadlinePassed, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(notice.name, " was to be answered until ",
                              absl::FormatCivilTime(notice.clock.due.day), " (R25 27(2))"))
        .With("notice", notice.name)
        .With("due", absl::FormatCivilTime(notice.clock.due.day));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckWords(notice, measures, kMaxReport, "measures"));
  Notice next = With(notice, State::kAnswered);
  next.measures = std::string(measures);
  return next;
}

absl::StatusOr<Notice> AcceptRectification(const Notice& notice, const Actor& actor,
                                           const Parties& parties, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admitted(notice, "AcceptRectification", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(MayJudge(notice, actor, parties));
  Notice next = With(notice, State::kRectified);
  SHAREWAY_ASSIGN_OR_RETURN(next.clock, Stopped(notice.clock, now));
  return next;
}

absl::StatusOr<Notice> RejectRectification(const Notice& notice, const Actor& actor,
                                           const Parties& parties, absl::string_view reason,
                                           absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admitted(notice, "RejectRectification", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(MayJudge(notice, actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckWords(notice, reason, kMaxReason, "reason"));
  Notice next = With(notice, State::kRejected);
  next.rejection = std::string(reason);
  if (next.Failed(now)) next.state = State::kFailed;
  return next;
}

absl::StatusOr<Notice> ReportNotice(const Notice& notice, const Actor& actor,
                                    const Parties& parties, absl::string_view report,
                                    absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admitted(notice, "ReportNotice", actor, parties));
  if (!notice.Failed(now)) {
    return Error(Reason::kDeadlineRunning, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(notice.name, " runs until ",
                              absl::FormatCivilTime(notice.clock.due.day),
                              "; it is reported when it was not answered by then (R25 29)"))
        .With("notice", notice.name)
        .With("due", absl::FormatCivilTime(notice.clock.due.day));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckWords(notice, report, kMaxReport, "report"));
  Notice next = With(notice, State::kReported);
  next.report = std::string(report);
  next.reported_to = parties.OfProvider(actor) && actor.head ? parties.consumer.authority.name
                                                             : parties.consumer.authority.superior;
  if (next.reported_to.empty()) {
    return Error(Reason::kNotCompetent, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(notice.name, ": the directory names no authority above for ",
                              notice.consumer, " to report to"))
        .With("notice", notice.name)
        .With("consumer", notice.consumer);
  }
  return next;
}

std::optional<Notice> FailNotice(const Notice& notice, absl::Time now) {
  const bool waits = notice.state == State::kOpen || notice.state == State::kRejected;
  if (!waits || !notice.Failed(now)) return std::nullopt;
  return With(notice, State::kFailed);
}

Notice CloseNotice(const Notice& notice, std::string reason, absl::Time now) {
  if (notice.state == State::kClosed) return notice;
  Notice next = With(notice, State::kClosed);
  if (const auto stopped = Stopped(notice.clock, now); stopped.ok()) next.clock = *stopped;
  next.close_time = now;
  next.close_reason = std::move(reason);
  return next;
}

}  // namespace shareway::sharing
