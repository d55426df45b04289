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

// What a clock has reached.
struct Reached {
  Warning mark = Warning::kNone;
  bool promise_nears = false;
};

absl::StatusOr<Reached> ReachedAt(const Desk& desk, const statute::Profile& profile,
                                  const statute::Clock& clock, absl::Time at) {
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Reading reading,
                            statute::ReadClock(clock, desk.calendars(), at));
  return Reached{statute::WarningFor(profile, reading), statute::PromiseNears(profile, reading)};
}

// True if the reviewer, who was told of the half of a promise before, is to be told of its end. Once
// the head knows of the clock, that is enough.
bool TellsAgain(const Told& told, const Reached& reached) {
  return reached.promise_nears && !told.promise && told.mark == Warning::kReviewer;
}

// The first day after today that begins beyond what was told; nothing if no mark is left.
absl::StatusOr<std::optional<absl::CivilDay>> NextLook(const Desk& desk,
                                                       const statute::Profile& profile,
                                                       const statute::Clock& clock,
                                                       const Told& told) {
  if (told.mark == Warning::kAuthority) return std::nullopt;
  const absl::CivilDay today = statute::LawDay(desk.Now());
  for (absl::CivilDay day = today + 1; day - today <= kMaxDaysAhead; ++day) {
    SHAREWAY_ASSIGN_OR_RETURN(const Reached then,
                              ReachedAt(desk, profile, clock, statute::StartOfDay(day)));
    if (then.mark > told.mark || TellsAgain(told, then)) return std::optional<absl::CivilDay>(day);
  }
  return std::nullopt;
}

// Tells the marks between what was told and what is reached, in one batch. False if the subject was
// changed meanwhile: its new clock is looked at in the next round.
absl::StatusOr<bool> TellMarks(const Desk& desk, const Look& look, const ClockRow& row,
                               const StatuteText& text, Told told, const Reached& reached) {
  const kv::Store& kv = *desk.store().engine();
  const Parties parties = desk.PartiesOf(row.debtor, "");
  const auto term = statute::TermOf(*text.profile, row.clock.kind);
  const Warning before = told.mark;
  const bool again = TellsAgain(told, reached);
  const auto each = [&](auto visit) {
    if (again) visit(Warning::kReviewer);
    for (int m = static_cast<int>(before) + 1; m <= static_cast<int>(reached.mark); ++m) {
      visit(static_cast<Warning>(m));
    }
  };
  for (int m = static_cast<int>(before) + 1; m <= static_cast<int>(reached.mark); ++m) {
    told.trays.push_back(TrayOf(static_cast<Warning>(m), row, parties.consumer));
  }
  told.mark = std::max(reached.mark, before);
  told.promise = told.promise || reached.promise_nears;
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<absl::CivilDay> next,
                            NextLook(desk, *text.profile, row.clock, told));
  kv::Batch batch;
  SHAREWAY_ASSIGN_OR_RETURN(const bool holds, Tell(kv, look, row.clock, told, next, &batch));
  if (holds) {
    each([&](Warning mark) {
      evidence::AuditRecord event =
          desk.Event(evidence::RecordKind::CLOCK_WARNED, {}, parties, look.subject);
      event.set_reason(std::string(WarningName(mark)));
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
  SHAREWAY_ASSIGN_OR_RETURN(const Reached reached,
                            ReachedAt(desk, *text.profile, row->clock, desk.Now()));
  const int marks = std::max(0, static_cast<int>(reached.mark) - static_cast<int>(told.mark)) +
                    (TellsAgain(told, reached) ? 1 : 0);
  SHAREWAY_ASSIGN_OR_RETURN(const bool written,
                            TellMarks(desk, look, *row, text, std::move(told), reached));
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
