// SPDX-License-Identifier: Apache-2.0
// What people and agencies set about being told outside the console.
#pragma once

#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/console/courier.h"
#include "services/console/desk.h"
#include "services/console/store/notification_store.h"

namespace shareway::console {

// Thread-safe. `desk` and `carriers` must outlive it. Errors of the writes are the domain's
// (domain/notification.h), ConsoleStore::Commit's, and FAILED_PRECONDITION, STATE_FORBIDS, for what the
// operator lets nothing go out by.
class Notifications {
 public:
  Notifications(const Desk* desk, const Carriers* carriers)
      : desk_(desk), carriers_(carriers), store_(&desk->store()) {}

  // Settings, or a webhook, with how it fares.
  template <typename T>
  struct Faring {
    Stored<T> value = {};
    Delivery delivery = {};
    int waiting = 0;
  };
  using Settings = Faring<NotificationSettings>;
  using Hook = Faring<Webhook>;

  absl::StatusOr<Settings> Get(const Person& actor) const;
  // The webhook of the actor's agency; nothing if there is none, or the actor is not its account
  // administrator.
  absl::StatusOr<std::optional<Hook>> GetWebhook(const Person& actor) const;

  // `etag` is that of the settings seen; anything where there are none.
  absl::StatusOr<Settings> Update(const Errand& errand, const SettingsWish& wish,
                                  absl::string_view etag);
  // PERMISSION_DENIED, CODE_INVALID, for a code that is not the one; INVALID_ARGUMENT if it is
  // mistyped, which does not count.
  absl::StatusOr<Settings> Confirm(const Person& actor, absl::string_view code);

  // Of the actor's agency. `secret` is what the receiver verifies with, and empty where none was made.
  struct WithSecret {
    Hook hook = {};
    std::string secret = {};
  };
  absl::StatusOr<WithSecret> PutWebhook(const Errand& errand, const std::string& url,
                                        const ReminderKinds& kinds, absl::string_view etag,
                                        bool new_secret);
  absl::Status DeleteWebhook(const Errand& errand, absl::string_view etag);
  // Calls it on this thread, for up to 15 s. RESOURCE_EXHAUSTED, RATE_LIMITED, within kBetweenTests of
  // the agency's last one.
  static constexpr absl::Duration kBetweenTests = absl::Seconds(10);
  struct Tested {
    Sending sending = {};
    std::string id = {};
  };
  absl::StatusOr<Tested> Test(const Person& actor);

  bool sends_mail() const { return static_cast<bool>(carriers_->mail); }
  bool calls_webhooks() const { return static_cast<bool>(carriers_->call); }

 private:
  template <typename T>
  absl::StatusOr<Faring<T>> With(Stored<T> value, absl::string_view receiver) const;
  absl::Status CheckAgencyOf(const Person& actor) const;

  const Desk* const desk_;
  const Carriers* const carriers_;
  const NotificationStore store_;
  absl::Mutex mutex_;
  // By agency; one row for each that has a webhook.
  absl::flat_hash_map<std::string, absl::Time> tested_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::console
