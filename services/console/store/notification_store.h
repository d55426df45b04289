// SPDX-License-Identifier: Apache-2.0
// Keeps who wants to be told what, what was told, and what is yet to be sent.
//
// Keys ({receiver} is people/{p} or agencies/{a}, {source} a word):
//   notify/settings/{person}               -> NotificationSettingsRecord; its version is the etag
//   notify/webhook/{agency}                -> WebhookRecord; its version is the etag
//   notify/delivery/{receiver}             -> DeliveryRecord
//   notify/cursor/{receiver}|{source}      -> the source's cursor, as it gave it
//   notify/told/{receiver}|{source}|{t or c}{key} -> ToldRecord; t: tasks, which go when they do;
//       c: changes, which the cursor keeps from coming again
//   notify/digest/{person}                 -> LetterRecord that is still written
//   notify/day/{person}                    -> the day of the last digest, CCYY-MM-DD
//   notify/letter/{receiver}|{time}{id}    -> LetterRecord to be sent, oldest first
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/console/domain/notification.h"
#include "services/console/store/console_store.h"

namespace shareway::console {

// What was told of a key last.
struct ToldStage {
  std::string stage = {};
  absl::Time time = {};
  friend bool operator==(const ToldStage&, const ToldStage&) = default;
};

// Thread-safe. `store` must outlive it. What changes goes into a Change, which ConsoleStore::Commit
// writes. Reads answer DATA_LOSS for what does not read.
class NotificationStore {
 public:
  explicit NotificationStore(const ConsoleStore* store) : store_(store) {}

  // The defaults at version 0 where there are none.
  absl::StatusOr<Stored<NotificationSettings>> LoadSettings(absl::string_view person) const;
  // Version 0, and none, where there is none.
  absl::StatusOr<Stored<Webhook>> LoadWebhook(absl::string_view agency) const;
  absl::StatusOr<Stored<Delivery>> LoadDelivery(absl::string_view receiver) const;
  // people/{p} with settings; agencies/{a} with a webhook.
  absl::StatusOr<std::vector<std::string>> PeopleWithSettings() const;
  absl::StatusOr<std::vector<std::string>> AgenciesWithWebhook() const;

  // The source's cursor for the receiver; empty: none.
  absl::StatusOr<Stored<std::string>> LoadCursor(absl::string_view receiver,
                                                 absl::string_view source) const;
  // What was told to the receiver from the source, by key.
  absl::StatusOr<std::map<std::string, ToldStage>> ToldTasks(absl::string_view receiver,
                                                             absl::string_view source) const;
  absl::StatusOr<std::map<std::string, ToldStage>> ToldChanges(absl::string_view receiver,
                                                               absl::string_view source) const;

  absl::StatusOr<Stored<Letter>> LoadDigest(absl::string_view person) const;
  absl::StatusOr<std::vector<std::string>> PeopleWithDigest() const;
  // The day of the last digest; empty: none.
  absl::StatusOr<std::string> LastDigestDay(absl::string_view person) const;
  // The receiver's letters, oldest first, at most `limit`.
  absl::StatusOr<std::vector<Stored<Letter>>> Letters(absl::string_view receiver, int limit) const;
  // Those who have letters, by name.
  absl::StatusOr<std::vector<std::string>> ReceiversWithLetters() const;
  // How many letters there are, and when the oldest was made.
  struct Backlog {
    int letters = 0;
    std::optional<absl::Time> oldest = {};
  };
  absl::StatusOr<Backlog> BacklogOf() const;
  absl::StatusOr<Backlog> BacklogOf(absl::string_view receiver) const;

  // Each expects what it replaces as it was loaded.
  static void Put(const Stored<NotificationSettings>& before, const NotificationSettings& after,
                  Change* change);
  static void Put(const Stored<Webhook>& before, const Webhook& after, Change* change);
  static void DeleteWebhook(const Stored<Webhook>& before, Change* change);
  static void PutCursor(absl::string_view receiver, absl::string_view source,
                        const Stored<std::string>& before, absl::string_view after,
                        Change* change);
  static void PutDigest(const Stored<Letter>& before, const Letter& after, Change* change);
  static void DeleteDigest(const Stored<Letter>& before, Change* change);
  // These expect nothing.
  static void PutDelivery(absl::string_view receiver, const Delivery& delivery, Change* change);
  static void PutToldTask(absl::string_view receiver, absl::string_view source,
                          absl::string_view key, const ToldStage& told, Change* change);
  static void PutToldChange(absl::string_view receiver, absl::string_view source,
                            absl::string_view key, const ToldStage& told, Change* change);
  static void DeleteToldTask(absl::string_view receiver, absl::string_view source,
                             absl::string_view key, Change* change);
  static void DeleteToldChange(absl::string_view receiver, absl::string_view source,
                               absl::string_view key, Change* change);
  static void PutDigestDay(absl::string_view person, absl::string_view day, Change* change);
  static void PutLetter(const Letter& letter, Change* change);
  static void DeleteLetter(const Letter& letter, Change* change);
  // All letters, cursors and marks of the receiver, its digest and delivery. Settings and webhook stay.
  static void Forget(absl::string_view receiver, Change* change);
  // All letters of the receiver.
  static void DropLetters(absl::string_view receiver, Change* change);

 private:
  const ConsoleStore* const store_;
};

// Settings as an audit event has them: of an address its first character and its host.
std::string StateForAudit(NotificationSettings settings);
// The same of a webhook, without secrets.
std::string StateForAudit(Webhook webhook);

}  // namespace shareway::console
