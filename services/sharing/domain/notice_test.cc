// SPDX-License-Identifier: Apache-2.0
// Rectification notices: the whole table, the deadline, and who judges.
#include "services/sharing/domain/notice.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/test_walk.h"

namespace shareway::sharing {
namespace {

using State = Notice::State;

Notice Open(bool by_authority = false) {
  return OpenNotice({.name = "notices/n",
                     .grant = "grants/g",
                     .consumer = kTax,
                     .provider = kCivil,
                     .finding = "超出用途",
                     .by_authority = by_authority},
                    R25(), Morning())
      .value();
}
Notice In(State state, bool by_authority = false) {
  Notice notice = Open(by_authority);
  notice.state = state;
  return notice;
}
absl::Time Late() { return statute::DueInstant(Open().clock); }

TEST_CASE("Each act on a notice is open to its people in its states and refused to all others",
          "[notice]") {
  Parties parties = TaxAsksCivil();
  parties.consumer.authority.superior = "authorities/province";
  WalkTable(NoticeTable(), [&](absl::string_view method, int state,
                               const Actor& actor) -> absl::StatusOr<int> {
    const Notice notice = In(static_cast<State>(state));
    absl::StatusOr<Notice> after = absl::InternalError("no attempt");
    if (method == "AnswerNotice") {
      after = AnswerNotice(notice, actor, parties, "已停用", Morning());
    } else if (method == "AcceptRectification") {
      after = AcceptRectification(notice, actor, parties, Morning());
    } else if (method == "RejectRectification") {
      after = RejectRectification(notice, actor, parties, "仍在使用", Morning());
    } else if (method == "ReportNotice") {
      after = ReportNotice(notice, actor, parties, "逾期未整改", Late());
    }
    if (!after.ok()) return after.status();
    return static_cast<int>(after->state);
  });
  CHECK(static_cast<int>(State::kOpen) == 1);
  CHECK(static_cast<int>(State::kClosed) == 2);
  CHECK(static_cast<int>(State::kReported) == 7);
}

TEST_CASE("A notice's clock is that of the text, and stops with the accepted rectification",
          "[notice]") {
  const Notice notice = Open();
  CHECK(notice.profile == R25().profile->cited());
  CHECK(notice.clock.due.day == absl::CivilDay(2025, 10, 21));  // 10 working days, over the holiday
  const Notice answered =
      AnswerNotice(notice, ConsumerHead(), TaxAsksCivil(), "已停用", Morning()).value();
  CHECK(answered.measures == "已停用");
  const Notice rectified =
      AcceptRectification(answered, ProviderHead(), TaxAsksCivil(), Morning()).value();
  CHECK(rectified.clock.stop == Morning());
  CHECK_FALSE(rectified.Failed(Late()));
}

TEST_CASE("After the last day a notice is answered no more and fails by rule", "[notice]") {
  CHECK(AnswerNotice(Open(), ConsumerHead(), TaxAsksCivil(), "已停用",
                     Late() - absl::Nanoseconds(1))
            .ok());
  const absl::Status late =
      AnswerNotice(Open(), ConsumerHead(), TaxAsksCivil(), "已停用", Late()).status();
  CHECK(ReasonOf(late) == Reason::kDeadlinePassed);
  CHECK(DetailsOf(late)->metadata.at("due") == "2025-10-21");
  CHECK_FALSE(FailNotice(Open(), Late() - absl::Nanoseconds(1)));
  CHECK(FailNotice(Open(), Late())->state == State::kFailed);
  CHECK(FailNotice(In(State::kRejected), Late())->state == State::kFailed);
  // What was answered in time waits for the other side, who may let it fail by a rejection.
  CHECK_FALSE(FailNotice(In(State::kAnswered), Late()));
  CHECK_FALSE(In(State::kAnswered).Failed(Late()));
  CHECK(RejectRectification(In(State::kAnswered), ProviderHead(), TaxAsksCivil(), "仍在使用",
                            Late())
            ->state == State::kFailed);
  for (const State state : {State::kRectified, State::kFailed, State::kReported, State::kClosed}) {
    CHECK_FALSE(FailNotice(In(state), Late()));
  }
}

TEST_CASE("What the authority opened, the authority judges", "[notice]") {
  const Notice notice = In(State::kAnswered, true);
  CHECK(absl::IsPermissionDenied(
      AcceptRectification(notice, ProviderHead(), TaxAsksCivil(), Morning()).status()));
  CHECK(absl::IsPermissionDenied(
      RejectRectification(notice, ProviderHead(), TaxAsksCivil(), "仍在使用", Morning()).status()));
  CHECK(AcceptRectification(notice, Officer(), TaxAsksCivil(), Morning()).ok());
}

TEST_CASE("A failed notice is reported upward, to a body that there is", "[notice]") {
  Parties parties = TaxAsksCivil();
  const absl::Status early =
      ReportNotice(Open(), ProviderHead(), parties, "逾期", Morning()).status();
  CHECK(ReasonOf(early) == Reason::kDeadlineRunning);
  const Notice reported =
      ReportNotice(Open(), ProviderHead(), parties, "逾期", Late()).value();
  CHECK(reported.state == State::kReported);
  CHECK(reported.reported_to == "authorities/city");
  CHECK(reported.report == "逾期");
  const Notice failed = In(State::kFailed);
  CHECK(ReasonOf(ReportNotice(failed, Officer(), parties, "逾期", Late()).status()) ==
        Reason::kNotCompetent);
  parties.consumer.authority.superior = "authorities/province";
  CHECK(ReportNotice(failed, Officer(), parties, "逾期", Late())->reported_to ==
        "authorities/province");
}

TEST_CASE("A notice's texts have their limits and a closed one stays", "[notice]") {
  const Parties parties = TaxAsksCivil();
  for (const std::string& text : {std::string(), std::string(2001, 'x'), std::string("\x01")}) {
    CHECK(DetailsOf(AnswerNotice(Open(), ConsumerHead(), parties, text, Morning()).status())
              ->fields.front()
              .field == "measures");
    CHECK(DetailsOf(ReportNotice(Open(), ProviderHead(), parties, text, Late()).status())
              ->fields.front()
              .field == "report");
    CHECK(DetailsOf(RejectRectification(In(State::kAnswered), ProviderHead(), parties, text,
                                        Morning())
                        .status())
              ->fields.front()
              .field == "reason");
  }
  const Notice closed = CloseNotice(Open(), "已整改", Morning());
  CHECK(closed.state == State::kClosed);
  CHECK(closed.clock.stop == Morning());
  CHECK(CloseNotice(closed, "又一次", Late()).close_reason == "已整改");
}

}  // namespace
}  // namespace shareway::sharing
