// SPDX-License-Identifier: Apache-2.0
// Counts failures by account and by source, and refuses after five.
#include "services/console/lockouts.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::console {

using evidence::RecordKind;

absl::StatusOr<Attempt> Lockouts::AttemptOn(absl::string_view person, const Client& client) const {
  const ConsoleStore& store = desk_->store();
  const std::string name = AccountOf(person);
  const absl::StatusOr<Stored<Account>> account = store.LoadAccount(name);
  if (!account.ok() && !absl::IsNotFound(account.status())) return account.status();
  Attempt attempt{
      .account_row = account.ok() ? store.AccountFailures(name) : store.UnknownFailures(name),
      .source_row = store.SourceFailures(client.source)};
  if (account.ok()) {
    attempt.account = name;
    attempt.agency = account->value.agency;
  }
  return attempt;
}

absl::Status Lockouts::Check(const Attempt& attempt) const {
  const absl::Time now = desk_->Now();
  for (const std::string& row : {attempt.account_row, attempt.source_row}) {
    SHAREWAY_ASSIGN_OR_RETURN(const Failures failures, desk_->store().LoadFailures(row));
    if (!Locked(failures, now)) continue;
    desk_->Tally(ReasonName(Reason::kLockedOut));
    const std::string until =
        absl::FormatTime(absl::RFC3339_sec, failures.locked_until, absl::UTCTimeZone());
    return Error(Reason::kLockedOut, absl::StatusCode::kUnauthenticated,
                 absl::StrCat("after ", kMaxFailures, " failures nobody signs in here before ",
                              until))
        .With("until", until);
  }
  return absl::OkStatus();
}

absl::Status Lockouts::Fail(const Attempt& attempt, const absl::Status& answer) {
  const auto details = DetailsOf(answer);
  const absl::string_view reason = ReasonName(details ? details->reason : Reason::kUnspecified);
  absl::MutexLock lock(&counting_);
  const absl::Time now = desk_->Now();
  Change change;
  bool locked = false;
  for (const std::string& row : {attempt.account_row, attempt.source_row}) {
    SHAREWAY_ASSIGN_OR_RETURN(const Failures before, desk_->store().LoadFailures(row));
    const Failures after = Failed(before, now);
    ConsoleStore::PutFailures(row, after, &change);
    locked = locked || (Locked(after, now) && !Locked(before, now));
  }
  change.events.push_back(
      Desk::SessionEvent(RecordKind::SESSION_REFUSED, attempt.account, attempt.agency, reason));
  if (locked) {
    change.events.push_back(Desk::SessionEvent(RecordKind::SESSION_REFUSED, attempt.account,
                                               attempt.agency, ReasonName(Reason::kLockedOut)));
  }
  SHAREWAY_RETURN_IF_ERROR(desk_->store().Commit(nullptr, "", std::move(change), now).status());
  return answer;
}

void Lockouts::Clear(const Attempt& attempt, Change* change) {
  if (!attempt.account.empty()) ConsoleStore::DeleteFailures(attempt.account_row, change);
}

}  // namespace shareway::console
