// SPDX-License-Identifier: Apache-2.0
// Sends letters: to people by mail, to agencies by webhook.
//
// A letter goes only after its receiver took it. Each try is noted before it is made, so that a store
// that takes nothing sends nothing again and again; killed between the sending and the deleting, the
// letter goes out once more, under its id.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/metrics/registry.h"
#include "services/console/desk.h"
#include "services/console/notify/mailer.h"
#include "services/console/notify/webhook_call.h"
#include "services/console/store/notification_store.h"

namespace shareway::console {

// What the operator lets go out, and how.
struct Carriers {
  std::function<Sending(const Mail&)> mail = {};          // empty: no mail is sent
  std::function<Sending(const WebhookCall&)> call = {};   // empty: no webhook is called
  std::vector<std::string> hosts = {};                    // of webhooks, allowed wherever they lead
  std::string link = {};                                  // the console's address, https://HOST
  StopSign stop = {};                                     // breaks off what is under way
};

// Seals and opens what of this is secret: codes and webhooks' secrets. INTERNAL if the key is another
// than it was sealed with.
struct Sealed {
  std::string nonce = {};
  std::string bytes = {};
};
Sealed SealFor(const Desk& desk, absl::string_view about, absl::string_view plain);
absl::StatusOr<std::string> OpenFor(const Desk& desk, absl::string_view about,
                                    absl::string_view nonce, absl::string_view sealed);

// The keys that the webhook's calls are signed with now: the present one first.
absl::StatusOr<std::vector<std::string>> SecretsNow(const Desk& desk, const Webhook& webhook,
                                                    absl::Time now);

// One thread runs MailRound, another may run CallRound, any may run Measure. All must outlive it;
// `registry` may be null.
class Courier {
 public:
  Courier(const Desk* desk, const Carriers* carriers, metrics::Registry* registry);

  // Sends what is due, at most kMostOfOne of one receiver, and gives up what is older than kLetterLife.
  // How many were taken. An error of the store ends the round.
  static constexpr int kMostOfOne = 20;
  absl::StatusOr<int> MailRound();
  absl::StatusOr<int> CallRound();
  // Sets the figures of what waits.
  absl::Status Measure();

 private:
  struct Way {
    const char* name;            // mail or webhook
    const char* receivers;       // people/ or agencies/
    absl::Time retry = absl::InfinitePast();  // of the server that all go by
    int failures = 0;                         // in a row
  };
  // What one letter becomes: nothing if it has nowhere to go any more.
  absl::StatusOr<std::optional<Sending>> SendMail(const Letter& letter) const;
  absl::StatusOr<std::optional<Sending>> SendCall(const Letter& letter) const;
  absl::StatusOr<int> Round(Way* way);
  // False: the rest of the round waits.
  absl::StatusOr<bool> Deliver(Way* way, const std::string& receiver, int* taken);

  const Desk* const desk_;
  const Carriers* const carriers_;
  const NotificationStore store_;
  Way mail_{"mail", "people/"};
  Way calls_{"webhook", "agencies/"};
  metrics::Family<metrics::Counter, 1> sent_;
  metrics::Family<metrics::Counter, 2> failed_;
  metrics::Family<metrics::Counter, 1> given_up_;
  metrics::Gauge waiting_;
  metrics::Gauge age_;
};

}  // namespace shareway::console
