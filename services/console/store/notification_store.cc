// SPDX-License-Identifier: Apache-2.0
// Keeps who wants to be told what, what was told, and what is yet to be sent.
#include "services/console/store/notification_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/console/store/notification_codec.h"

namespace shareway::console {
namespace {

constexpr absl::string_view kSettings = "notify/settings/";
constexpr absl::string_view kWebhooks = "notify/webhook/";
constexpr absl::string_view kDigests = "notify/digest/";
constexpr absl::string_view kLetters = "notify/letter/";
constexpr char kTasks = 't';
constexpr char kChanges = 'c';

std::string SettingsKey(absl::string_view person) { return absl::StrCat(kSettings, person); }
std::string WebhookKey(absl::string_view agency) { return absl::StrCat(kWebhooks, agency); }
std::string DeliveryKey(absl::string_view receiver) {
  return absl::StrCat("notify/delivery/", receiver);
}
std::string CursorPrefix(absl::string_view receiver) {
  return absl::StrCat("notify/cursor/", receiver, "|");
}
std::string ToldOfReceiver(absl::string_view receiver) {
  return absl::StrCat("notify/told/", receiver, "|");
}
std::string ToldPrefix(absl::string_view receiver, absl::string_view source, char which) {
  return absl::StrCat(ToldOfReceiver(receiver), source, "|", std::string(1, which));
}
std::string DigestKey(absl::string_view person) { return absl::StrCat(kDigests, person); }
std::string DayKey(absl::string_view person) { return absl::StrCat("notify/day/", person); }
std::string LetterPrefix(absl::string_view receiver) {
  return absl::StrCat(kLetters, receiver, "|");
}
std::string LetterKey(const Letter& letter) {
  return absl::StrCat(LetterPrefix(letter.receiver),
                      BigEndian64(static_cast<uint64_t>(absl::ToUnixNanos(letter.create_time))),
                      letter.id);
}

void Expect(absl::string_view key, uint64_t version, kv::Batch* batch) {
  if (version == 0) {
    batch->ExpectAbsent(key);
  } else {
    batch->Expect(key, version);
  }
}

// `none` at version 0 where there is no such key.
template <typename T>
absl::StatusOr<Stored<T>> LoadOr(const kv::Store& kv, absl::string_view key, T none) {
  const absl::StatusOr<kv::Entry> entry = kv.Get(key);
  if (absl::IsNotFound(entry.status())) return Stored<T>{std::move(none), 0};
  if (!entry.ok()) return entry.status();
  Stored<T> stored{.version = entry->version};
  SHAREWAY_RETURN_IF_ERROR(Decode(entry->value, &stored.value));
  return stored;
}

// What follows `prefix` in its keys, up to the first '|'; each once.
absl::StatusOr<std::vector<std::string>> NamesUnder(const kv::Store& kv,
                                                    absl::string_view prefix) {
  std::vector<std::string> names;
  std::string from(prefix);
  char next = '\0';
  bool found = true;
  // From name to name, so that one with many rows costs one read. All that a name may be made of sorts
  // before '|', so that names that begin with this one have come by when its rows do; '}' is what
  // follows '|'. A key that is the name alone is passed by the least byte.
  while (found) {
    found = false;
    SHAREWAY_RETURN_IF_ERROR(kv.Scan(
        from, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view, uint64_t) {
          const absl::string_view rest = key.substr(prefix.size());
          const size_t bar = rest.find('|');
          names.emplace_back(rest.substr(0, bar));
          next = bar == absl::string_view::npos ? '\0' : '}';
          found = true;
          return false;
        }));
    if (found) from = absl::StrCat(prefix, names.back(), std::string(1, next));
  }
  return names;
}

absl::StatusOr<std::map<std::string, ToldStage>> ToldUnder(const kv::Store& kv,
                                                           const std::string& prefix) {
  std::map<std::string, ToldStage> told;
  absl::Status read;
  SHAREWAY_RETURN_IF_ERROR(kv.Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t) {
        read = Decode(value, &told[std::string(key.substr(prefix.size()))]);
        return read.ok();
      }));
  if (!read.ok()) return read;
  return told;
}

absl::StatusOr<NotificationStore::Backlog> BacklogUnder(const kv::Store& kv,
                                                        const std::string& prefix) {
  NotificationStore::Backlog backlog;
  absl::Status read;
  SHAREWAY_RETURN_IF_ERROR(kv.Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view, absl::string_view value, uint64_t) {
        Letter letter;
        read = Decode(value, &letter);
        ++backlog.letters;
        if (!backlog.oldest || letter.create_time < *backlog.oldest) {
          backlog.oldest = letter.create_time;
        }
        return read.ok();
      }));
  if (!read.ok()) return read;
  return backlog;
}

void DeleteUnder(const std::string& prefix, Change* change) {
  change->batch.DeleteRange(prefix, PrefixEnd(prefix));
}

std::string Masked(absl::string_view address) {
  const size_t at = address.rfind('@');
  if (at == absl::string_view::npos) return "";
  return absl::StrCat(address.substr(0, 1), "***", address.substr(at));
}

}  // namespace

absl::StatusOr<Stored<NotificationSettings>> NotificationStore::LoadSettings(
    absl::string_view person) const {
  return LoadOr(store_->engine(), SettingsKey(person), DefaultSettings(person));
}

absl::StatusOr<Stored<Webhook>> NotificationStore::LoadWebhook(absl::string_view agency) const {
  return LoadOr(store_->engine(), WebhookKey(agency), Webhook());
}

absl::StatusOr<Stored<Delivery>> NotificationStore::LoadDelivery(
    absl::string_view receiver) const {
  return LoadOr(store_->engine(), DeliveryKey(receiver), Delivery());
}

absl::StatusOr<std::vector<std::string>> NotificationStore::PeopleWithSettings() const {
  return NamesUnder(store_->engine(), kSettings);
}
absl::StatusOr<std::vector<std::string>> NotificationStore::AgenciesWithWebhook() const {
  return NamesUnder(store_->engine(), kWebhooks);
}
absl::StatusOr<std::vector<std::string>> NotificationStore::PeopleWithDigest() const {
  return NamesUnder(store_->engine(), kDigests);
}
absl::StatusOr<std::vector<std::string>> NotificationStore::ReceiversWithLetters() const {
  return NamesUnder(store_->engine(), kLetters);
}

absl::StatusOr<Stored<std::string>> NotificationStore::LoadCursor(absl::string_view receiver,
                                                                  absl::string_view source) const {
  const absl::StatusOr<kv::Entry> entry =
      store_->engine().Get(absl::StrCat(CursorPrefix(receiver), source));
  if (absl::IsNotFound(entry.status())) return Stored<std::string>();
  if (!entry.ok()) return entry.status();
  return Stored<std::string>{entry->value, entry->version};
}

absl::StatusOr<std::map<std::string, ToldStage>> NotificationStore::ToldTasks(
    absl::string_view receiver, absl::string_view source) const {
  return ToldUnder(store_->engine(), ToldPrefix(receiver, source, kTasks));
}
absl::StatusOr<std::map<std::string, ToldStage>> NotificationStore::ToldChanges(
    absl::string_view receiver, absl::string_view source) const {
  return ToldUnder(store_->engine(), ToldPrefix(receiver, source, kChanges));
}

absl::StatusOr<Stored<Letter>> NotificationStore::LoadDigest(absl::string_view person) const {
  return LoadOr(store_->engine(), DigestKey(person), Letter());
}

absl::StatusOr<std::string> NotificationStore::LastDigestDay(absl::string_view person) const {
  const absl::StatusOr<kv::Entry> day = store_->engine().Get(DayKey(person));
  if (absl::IsNotFound(day.status())) return std::string();
  if (!day.ok()) return day.status();
  return day->value;
}

absl::StatusOr<std::vector<Stored<Letter>>> NotificationStore::Letters(absl::string_view receiver,
                                                                       int limit) const {
  const std::string prefix = LetterPrefix(receiver);
  std::vector<Stored<Letter>> letters;
  absl::Status read;
  SHAREWAY_RETURN_IF_ERROR(store_->engine().Scan(
      prefix, PrefixEnd(prefix),
      [&](absl::string_view, absl::string_view value, uint64_t version) {
        if (static_cast<int>(letters.size()) == limit) return false;
        Stored<Letter> letter{.version = version};
        read = Decode(value, &letter.value);
        letters.push_back(std::move(letter));
        return read.ok();
      }));
  if (!read.ok()) return read;
  return letters;
}

absl::StatusOr<NotificationStore::Backlog> NotificationStore::BacklogOf() const {
  return BacklogUnder(store_->engine(), std::string(kLetters));
}
absl::StatusOr<NotificationStore::Backlog> NotificationStore::BacklogOf(
    absl::string_view receiver) const {
  return BacklogUnder(store_->engine(), LetterPrefix(receiver));
}

void NotificationStore::Put(const Stored<NotificationSettings>& before,
                            const NotificationSettings& after, Change* change) {
  const std::string key = SettingsKey(after.person);
  Expect(key, before.version, &change->batch);
  change->batch.Put(key, Encode(after));
}

void NotificationStore::Put(const Stored<Webhook>& before, const Webhook& after, Change* change) {
  const std::string key = WebhookKey(after.agency);
  Expect(key, before.version, &change->batch);
  change->batch.Put(key, Encode(after));
}

void NotificationStore::DeleteWebhook(const Stored<Webhook>& before, Change* change) {
  const std::string key = WebhookKey(before.value.agency);
  Expect(key, before.version, &change->batch);
  change->batch.Delete(key);
}

void NotificationStore::PutCursor(absl::string_view receiver, absl::string_view source,
                                  const Stored<std::string>& before, absl::string_view after,
                                  Change* change) {
  const std::string key = absl::StrCat(CursorPrefix(receiver), source);
  Expect(key, before.version, &change->batch);
  change->batch.Put(key, after);
}

void NotificationStore::PutDigest(const Stored<Letter>& before, const Letter& after,
                                  Change* change) {
  const std::string key = DigestKey(after.receiver);
  Expect(key, before.version, &change->batch);
  change->batch.Put(key, Encode(after));
}

void NotificationStore::DeleteDigest(const Stored<Letter>& before, Change* change) {
  const std::string key = DigestKey(before.value.receiver);
  Expect(key, before.version, &change->batch);
  change->batch.Delete(key);
}

void NotificationStore::PutDelivery(absl::string_view receiver, const Delivery& delivery,
                                    Change* change) {
  change->batch.Put(DeliveryKey(receiver), Encode(delivery));
}

void NotificationStore::PutToldTask(absl::string_view receiver, absl::string_view source,
                                    absl::string_view key, const ToldStage& told, Change* change) {
  change->batch.Put(absl::StrCat(ToldPrefix(receiver, source, kTasks), key), Encode(told));
}
void NotificationStore::PutToldChange(absl::string_view receiver, absl::string_view source,
                                      absl::string_view key, const ToldStage& told,
                                      Change* change) {
  change->batch.Put(absl::StrCat(ToldPrefix(receiver, source, kChanges), key), Encode(told));
}
void NotificationStore::DeleteToldTask(absl::string_view receiver, absl::string_view source,
                                       absl::string_view key, Change* change) {
  change->batch.Delete(absl::StrCat(ToldPrefix(receiver, source, kTasks), key));
}
void NotificationStore::DeleteToldChange(absl::string_view receiver, absl::string_view source,
                                         absl::string_view key, Change* change) {
  change->batch.Delete(absl::StrCat(ToldPrefix(receiver, source, kChanges), key));
}

void NotificationStore::PutDigestDay(absl::string_view person, absl::string_view day,
                                     Change* change) {
  change->batch.Put(DayKey(person), day);
}

void NotificationStore::PutLetter(const Letter& letter, Change* change) {
  change->batch.Put(LetterKey(letter), Encode(letter));
}
void NotificationStore::DeleteLetter(const Letter& letter, Change* change) {
  change->batch.Delete(LetterKey(letter));
}

void NotificationStore::DropLetters(absl::string_view receiver, Change* change) {
  DeleteUnder(LetterPrefix(receiver), change);
}

void NotificationStore::Forget(absl::string_view receiver, Change* change) {
  DropLetters(receiver, change);
  DeleteUnder(CursorPrefix(receiver), change);
  DeleteUnder(ToldOfReceiver(receiver), change);
  change->batch.Delete(DigestKey(receiver));
  change->batch.Delete(DayKey(receiver));
  change->batch.Delete(DeliveryKey(receiver));
}

std::string StateForAudit(NotificationSettings settings) {
  settings.mail_address = Masked(settings.mail_address);
  settings.pending_address = Masked(settings.pending_address);
  settings.code_digest.clear();
  return Encode(settings);
}

std::string StateForAudit(Webhook webhook) {
  webhook.secret = {};
  webhook.old_secret.reset();
  return Encode(webhook);
}

}  // namespace shareway::console
