// SPDX-License-Identifier: Apache-2.0
// Warnings of clocks.
#include "services/sharing/requests/warnings.h"

#include <algorithm>
#include <optional>

#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/sharing/domain/tray.h"
#include "services/sharing/store/subject_rows.h"

namespace shareway::sharing {

using statute::ClockKind;
using statute::Warning;

namespace {

constexpr int kLooks = 5000;
// Working days that a clock can have, and the days off between them.
constexpr int kMaxDaysAhead = 2 * statute::kMaxWorkingDays;

absl::string_view WarningName(Warning mark) {
  switch (mark) {
    case Warning::kNone: break;
    case Warning::kReviewer: return "REVIEWER";
    case Warning::kHead: return "HEAD";
    case Warning::kAuthority: return "AUTHORITY";
  }
  return "NONE";
}

// Who works on what is owed.
Post WorkerOf(ClockKind kind) {
  switch (kind) {
    case ClockKind::kSupplement:
    case ClockKind::kConsultation:
    case ClockKind::kDisposal:
    case ClockKind::kRectification: return Post::kApplicant;
    case ClockKind::kAuthorityCheck:
    case ClockKind::kCoordination:
    case ClockKind::kCataloguePublish: return Post::kOfficer;
    default: return Post::kReviewer;
  }
}

std::string TrayOf(Warning mark, const ClockRow& row, const Agency& debtor) {
  switch (mark) {
    case Warning::kNone: break;
    case Warning::kReviewer: return TrayName({row.debtor, WorkerOf(row.clock.kind)});
    case Warning::kHead: return TrayName({row.debtor, Post::kHead});
    case Warning::kAuthority: return TrayName({debtor.authority.agency, Post::kOfficer});
  }
  return "";
}

absl::StatusOr<Warning> MarkAt(const Desk& desk, const statute::Profile& profile,
                               const statute::Clock& clock, absl::Time at) {
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Reading reading,
                            statute::ReadClock(clock, desk.calendars(), at));
  return statute::WarningFor(profile, reading);
}

// The first day after today that begins beyond `mark`; nothing if no mark is left.
absl::StatusOr<std::optional<absl::CivilDay>> NextLook(const Desk& desk,
                                                       const statute::Profile& profile,
                                                       const statute::Clock& clock, Warning mark) {
  if (mark == Warning::kAuthority) return std::nullopt;
  const absl::CivilDay today = statute::LawDay(desk.Now());
  for (absl::CivilDay day = today + 1; day - today <= kMaxDaysAhead; ++day) {
    SHAREWAY_ASSIGN_OR_RETURN(const Warning then,
                              MarkAt(desk, profile, clock, statute::StartOfDay(day)));
    if (then > mark) return std::optional<absl::CivilDay>(day);
  }
  return std::nullopt;
}

// Tells the marks between what was told and `mark`, in one batch. False if the subject was
// changed meanwhile: its new clock is looked at in the next round.
absl::StatusOr<bool> TellMarks(const Desk& desk, const Look& look, const ClockRow& row,
                               const StatuteText& text, Told told, Warning mark) {
  const kv::Store& kv = *desk.store().engine();
  const Parties parties = desk.PartiesOf(row.debtor, "");
  const auto term = statute::TermOf(*text.profile, row.clock.kind);
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<absl::CivilDay> next,
                            NextLook(desk, *text.profile, row.clock, std::max(mark, told.mark)));
  const Warning before = told.mark;
  const auto each = [&](auto visit) {
    for (int m = static_cast<int>(before) + 1; m <= static_cast<int>(mark); ++m) {
      visit(static_cast<Warning>(m));
    }
  };
  each([&](Warning reached) { told.trays.push_back(TrayOf(reached, row, parties.consumer)); });
  told.mark = std::max(mark, before);
  kv::Batch batch;
  SHAREWAY_ASSIGN_OR_RETURN(const bool holds, Tell(kv, look, row.clock, told, next, &batch));
  if (holds) {
    each([&](Warning reached) {
      evidence::AuditRecord event =
          desk.Event(evidence::RecordKind::CLOCK_WARNED, {}, parties, look.subject);
      event.set_reason(std::string(WarningName(reached)));
      event.set_rule(text.Cite(term ? term->article : ""));
      desk.store().outbox_out()->Add(std::move(event), &batch);
    });
  }
  const absl::Status committed = desk.store().engine()->Commit(std::move(batch)).status();
  if (absl::IsAborted(committed)) return false;
  SHAREWAY_RETURN_IF_ERROR(committed);
  return holds;
}

// How many marks of this clock were told.
absl::StatusOr<int> LookAt(const Desk& desk, const Look& look) {
  const kv::Store& kv = *desk.store().engine();
  const std::optional<ClockKind> kind = statute::ParseClockKind(look.kind);
  absl::StatusOr<ClockRow> row = absl::NotFoundError(look.kind);
  if (kind) row = desk.store().LoadRunning(look.subject, *kind);
  if (absl::IsNotFound(row.status())) {
    kv::Batch batch;
    SHAREWAY_RETURN_IF_ERROR(Tell(kv, look, {}, {}, std::nullopt, &batch).status());
    const absl::Status dropped = desk.store().engine()->Commit(std::move(batch)).status();
    if (absl::IsAborted(dropped)) return 0;
    SHAREWAY_RETURN_IF_ERROR(dropped);
    return 0;
  }
  SHAREWAY_RETURN_IF_ERROR(row.status());
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk.TextCited(row->clock.profile));
  SHAREWAY_ASSIGN_OR_RETURN(Told told, ToldOf(kv, look.subject, row->clock));
  SHAREWAY_ASSIGN_OR_RETURN(const Warning mark,
                            MarkAt(desk, *text.profile, row->clock, desk.Now()));
  const int marks = std::max(0, static_cast<int>(mark) - static_cast<int>(told.mark));
  SHAREWAY_ASSIGN_OR_RETURN(const bool written,
                            TellMarks(desk, look, *row, text, std::move(told), mark));
  return written ? marks : 0;
}

}  // namespace

absl::StatusOr<int> WarningsDue(const Desk& desk) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::vector<Look> looks,
      DueLooks(*desk.store().engine(), statute::LawDay(desk.Now()), kLooks));
  int told = 0;
  for (const Look& look : looks) {
    const absl::StatusOr<int> marks = LookAt(desk, look);
    // One clock that does not read must not silence the others.
    if (!marks.ok()) {
      log::Warn("clock-not-read", {{"subject", look.subject}, {"status", marks.status()}});
    }
    told += marks.value_or(0);
  }
  return told;
}

}  // namespace shareway::sharing
