// SPDX-License-Identifier: Apache-2.0
// Finds out what is to be told to whom.
#include "services/console/teller.h"

#include <algorithm>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "libs/statute/calendar.h"

namespace shareway::console {
namespace {

// Marks of changes are kept for so long: the cursor keeps what is older from coming again.
constexpr absl::Duration kMarkLife = absl::Hours(24 * 400);
constexpr absl::Duration kDigestFrom = absl::Hours(9);
constexpr absl::Duration kDigestTo = absl::Hours(18);

Letter LetterOf(const std::string& receiver, std::vector<Reminder> reminders, absl::Time now) {
  Letter letter{.id = LetterId(receiver, reminders, now), .receiver = receiver};
  if (reminders.size() > kMostInLetter) {
    letter.left_out = static_cast<int>(reminders.size() - kMostInLetter);
    reminders.resize(kMostInLetter);
  }
  letter.reminders = std::move(reminders);
  letter.create_time = now;
  return letter;
}

// The digest with what came since: of a key that is in it already, the newer stage.
Letter Merged(Letter digest, const std::string& receiver, const std::vector<Reminder>& fresh,
              absl::Time now) {
  if (digest.receiver.empty()) digest.create_time = now;
  digest.receiver = receiver;
  for (const Reminder& reminder : fresh) {
    const auto same = std::find_if(digest.reminders.begin(), digest.reminders.end(),
                                   [&](const Reminder& r) { return r.key == reminder.key; });
    if (same != digest.reminders.end()) {
      *same = reminder;
    } else if (digest.reminders.size() < kMostInLetter) {
      digest.reminders.push_back(reminder);
    } else {
      ++digest.left_out;
    }
  }
  return digest;
}

}  // namespace

std::string LetterId(absl::string_view receiver, const std::vector<Reminder>& reminders,
                     absl::Time time) {
  std::string told = absl::StrCat("shareway/v1/letter\n", receiver, "\n", absl::ToUnixNanos(time));
  for (const Reminder& reminder : reminders) {
    absl::StrAppend(&told, "\n", reminder.key, "\n", reminder.stage);
  }
  return absl::BytesToHexString(crypto::Sha256(told).view().substr(0, 16));
}

bool Teller::MayBeTold(const std::string& person) const {
  const std::optional<Person> found = desk_->people().find(person);
  if (!found || !found->stands) return false;
  // Who was shut out is told nothing; who never had an account comes by certificate.
  const absl::StatusOr<Stored<Account>> account = desk_->store().LoadAccount(AccountOf(person));
  return !account.ok() || account->value.state == Account::State::kActive;
}

absl::StatusOr<int> Teller::TellFrom(const NewsSource& source, const std::string& receiver,
                                     const ReminderKinds& kinds, bool digest,
                                     std::optional<bool>* working_day) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<std::string> cursor,
                            store_.LoadCursor(receiver, source.name));
  SHAREWAY_ASSIGN_OR_RETURN(const News news, source.ask(receiver, cursor.value));
  if (news.working_day) *working_day = news.working_day;
  const absl::Time now = desk_->Now();
  Change change;
  std::vector<Reminder> fresh;
  std::set<std::string> waiting;
  SHAREWAY_ASSIGN_OR_RETURN(const auto tasks, store_.ToldTasks(receiver, source.name));
  for (const Reminder& task : news.tasks) {
    if (!Has(kinds, KindOf(task.tiding)) || !waiting.insert(task.key).second) continue;
    const auto told = tasks.find(task.key);
    if (told != tasks.end() && told->second.stage == task.stage) continue;
    NotificationStore::PutToldTask(receiver, source.name, task.key, {task.stage, now}, &change);
    fresh.push_back(task);
  }
  for (const auto& [key, told] : tasks) {
    if (news.more || waiting.count(key) > 0) continue;
    NotificationStore::DeleteToldTask(receiver, source.name, key, &change);
  }
  // Marks are as many as the year had changes: not read where nothing is compared with them.
  if (!news.changes.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(auto changes, store_.ToldChanges(receiver, source.name));
    for (const Reminder& happened : news.changes) {
      ToldStage& told = changes[happened.key];
      if (told.stage == happened.stage) continue;
      // That a grant goes on is news to whom its stop was told.
      const bool quiet = happened.tiding == Tiding::kGrantResumed && told.stage.empty();
      told = {happened.stage, now};
      NotificationStore::PutToldChange(receiver, source.name, happened.key, told, &change);
      if (!quiet && Has(kinds, KindOf(happened.tiding))) fresh.push_back(happened);
    }
    for (const auto& [key, told] : changes) {
      if (now - told.time <= kMarkLife) continue;
      NotificationStore::DeleteToldChange(receiver, source.name, key, &change);
    }
  }
  if (news.cursor != cursor.value) {
    NotificationStore::PutCursor(receiver, source.name, cursor, news.cursor, &change);
  }
  if (change.batch.empty()) return 0;
  if (digest && !fresh.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Letter> before, store_.LoadDigest(receiver));
    NotificationStore::PutDigest(before, Merged(before.value, receiver, fresh, now), &change);
  } else if (source.for_agencies && absl::StartsWith(receiver, "agencies/")) {
    // One call a reminder: a receiver drops the second of one id, not a part of it.
    for (const Reminder& reminder : fresh) {
      NotificationStore::PutLetter(LetterOf(receiver, {reminder}, now), &change);
    }
  } else if (!fresh.empty()) {
    NotificationStore::PutLetter(LetterOf(receiver, fresh, now), &change);
  }
  SHAREWAY_RETURN_IF_ERROR(
      desk_->store().Commit(nullptr, "", std::move(change), now).status());
  return static_cast<int>(fresh.size());
}

absl::Status Teller::CloseDigest(const NotificationSettings& settings,
                                 std::optional<bool> working_day) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Letter> digest, store_.LoadDigest(settings.person));
  if (digest.version == 0) return absl::OkStatus();
  const absl::Time now = desk_->Now();
  const absl::CivilDay today = statute::LawDay(now);
  const std::string day = absl::FormatCivilTime(today);
  if (settings.timing == ReminderTiming::kDaily) {
    const absl::Duration hour = now - statute::StartOfDay(today);
    if (!working_day.value_or(false) || hour < kDigestFrom || hour >= kDigestTo) {
      return absl::OkStatus();
    }
    SHAREWAY_ASSIGN_OR_RETURN(const std::string last, store_.LastDigestDay(settings.person));
    if (last == day) return absl::OkStatus();
  }
  Change change;
  Letter letter = digest.value;
  letter.id = LetterId(letter.receiver, letter.reminders, now);
  letter.create_time = now;
  NotificationStore::DeleteDigest(digest, &change);
  NotificationStore::PutDigestDay(settings.person, day, &change);
  NotificationStore::PutLetter(letter, &change);
  return desk_->store().Commit(nullptr, "", std::move(change), now).status();
}

int Teller::TellAll(const std::string& receiver, const ReminderKinds& kinds, bool digest,
                    std::optional<bool>* working_day) {
  const bool agency = absl::StartsWith(receiver, "agencies/");
  int written = 0;
  for (const NewsSource& source : sources_) {
    if (away_.count(source.name) > 0 || (agency && !source.for_agencies)) continue;
    const absl::StatusOr<int> told = TellFrom(source, receiver, kinds, digest, working_day);
    if (told.ok()) {
      written += *told;
      continue;
    }
    // The directory there may know better than ours: who does not stand is told nothing.
    const std::optional<ErrorDetails> details = DetailsOf(told.status());
    if (details && details->reason == Reason::kNotVisible) continue;
    ++failures_;
    log::Warn("news-not-told", {{"source", source.name}, {"status", told.status()}});
    if (absl::IsUnavailable(told.status()) || absl::IsDeadlineExceeded(told.status())) {
      away_.insert(source.name);
    }
  }
  return written;
}

absl::StatusOr<int> Teller::TellPerson(const std::string& person) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<NotificationSettings> settings,
                            store_.LoadSettings(person));
  if (settings.value.mail_address.empty()) return 0;
  if (!MayBeTold(person)) {
    bool known = false;
    for (const NewsSource& source : sources_) {
      SHAREWAY_ASSIGN_OR_RETURN(const Stored<std::string> cursor,
                                store_.LoadCursor(person, source.name));
      known = known || cursor.version != 0;
    }
    SHAREWAY_ASSIGN_OR_RETURN(const NotificationStore::Backlog backlog, store_.BacklogOf(person));
    if (!known && backlog.letters == 0) return 0;
    Change change;
    NotificationStore::Forget(person, &change);
    SHAREWAY_RETURN_IF_ERROR(
        desk_->store().Commit(nullptr, "", std::move(change), desk_->Now()).status());
    return 0;
  }
  const bool daily = settings.value.timing == ReminderTiming::kDaily;
  std::optional<bool> working_day;
  const int written = TellAll(person, settings.value.kinds, daily, &working_day);
  SHAREWAY_RETURN_IF_ERROR(CloseDigest(settings.value, working_day));
  return written;
}

absl::StatusOr<int> Teller::TellAgency(const std::string& agency) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Webhook> webhook, store_.LoadWebhook(agency));
  if (webhook.version == 0) return 0;
  std::optional<bool> working_day;
  return TellAll(agency, webhook.value.kinds, false, &working_day);
}

absl::StatusOr<int> Teller::Round() {
  int written = 0;
  away_.clear();
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> people, store_.PeopleWithSettings());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> agencies, store_.AgenciesWithWebhook());
  const auto add = [&](const absl::StatusOr<int>& told) {
    if (told.ok()) {
      written += *told;
    } else {
      ++failures_;
      log::Warn("receiver-not-told", {{"status", told.status()}});
    }
  };
  for (const std::string& person : people) add(TellPerson(person));
  for (const std::string& agency : agencies) add(TellAgency(agency));
  return written;
}

}  // namespace shareway::console
