// SPDX-License-Identifier: Apache-2.0
// Who wants to be told what, where and when: a person's settings, an agency's webhook, and what may
// stand in either.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
#include "libs/base/reason.h"
#include "services/console/domain/reminder.h"

namespace shareway::console {

// How long the code of a new mail address is good, how many wrong ones it bears, and how many codes
// may be mailed for one person within a day: nobody's mailbox is filled from here.
inline constexpr absl::Duration kMailCodeLife = absl::Hours(24);
inline constexpr int kMostCodeTries = 5;
inline constexpr size_t kMostCodesADay = 5;
// How long the secret before stays valid beside a new one.
inline constexpr absl::Duration kOldSecretLife = absl::Hours(24);
inline constexpr size_t kMostUrlBytes = 500;

// The numbers are those of console.v1.ReminderTiming.
enum class ReminderTiming { kUnspecified = 0, kAtOnce, kDaily };

// What one person wants. A plain value.
struct NotificationSettings {
  std::string person = {};        // people/{p}
  std::string mail_address = {};  // confirmed; empty: none
  // The address that waits to be confirmed, the digest of its code, and what is left of that.
  std::string pending_address = {};
  std::string code_digest = {};
  absl::Time code_end = absl::InfinitePast();
  int code_tries = 0;
  std::vector<absl::Time> codes = {};  // when codes were mailed, within the last day
  ReminderKinds kinds = {};
  ReminderTiming timing = ReminderTiming::kAtOnce;
  Language language = Language::kSimplified;
  friend bool operator==(const NotificationSettings&, const NotificationSettings&) = default;
};

// What holds for a person who never set anything: told of everything, once there is an address.
NotificationSettings DefaultSettings(absl::string_view person);

// What a person asks for.
struct SettingsWish {
  std::string mail_address = {};
  ReminderKinds kinds = {};
  ReminderTiming timing = ReminderTiming::kUnspecified;
  std::optional<Language> language = {};
};
// INVALID_ARGUMENT with every fault, by field of `settings`.
absl::Status CheckSettings(const SettingsWish& wish);
// The settings with what was wished. An address that is neither the confirmed nor the pending one waits
// for a code of this digest. RESOURCE_EXHAUSTED, RATE_LIMITED, if that were one code too many.
struct Changed {
  NotificationSettings settings = {};
  bool needs_code = false;
};
absl::StatusOr<Changed> WithWish(const NotificationSettings& before, const SettingsWish& wish,
                                absl::string_view code_digest, absl::Time now);
// The settings after a code of this digest was typed, and whether it was right.
struct Typed {
  NotificationSettings settings = {};
  bool right = false;
};
Typed TypeCode(const NotificationSettings& before, absl::string_view digest, absl::Time now);

// An agency's webhook. Secrets are sealed.
struct Webhook {
  struct Secret {
    std::string nonce = {};
    std::string sealed = {};
    friend bool operator==(const Secret&, const Secret&) = default;
  };
  std::string agency = {};  // agencies/{a}
  std::string url = {};
  ReminderKinds kinds = {};
  Secret secret = {};
  std::optional<Secret> old_secret = {};
  absl::Time old_end = absl::InfinitePast();
  std::string set_by = {};  // people/{p}
  absl::Time set_time = {};
  friend bool operator==(const Webhook&, const Webhook&) = default;
};

// How what was sent to one receiver fared.
struct Delivery {
  std::optional<absl::Time> sent = {};
  std::optional<absl::Time> failed = {};
  std::string failure = {};  // one word
  int failures = 0;          // in a row
  int given_up = 0;
  absl::Time retry = absl::InfinitePast();  // nothing is tried before
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

// OK if mail can be addressed so: 3 to 254 characters, a dot-atom (RFC 5321, 4.1.2) of up to 64, an @,
// and a host name with a dot. Nothing that could end a line or a command is among them.
absl::Status CheckMailAddress(absl::string_view address, absl::string_view field);

// OK if a webhook may be there, as far as the text tells: https, printable ASCII without blanks, no
// credentials, no fragment, a host that is a name or an address that is not special. Where the name
// leads to is seen when it is called. `listed` are hosts that the operator allows, as HOST or
// HOST:PORT.
absl::Status CheckWebhookUrl(absl::string_view url, const std::vector<std::string>& listed,
                             absl::string_view field);
// INVALID_ARGUMENT with every fault of a webhook, by field of `webhook`.
absl::Status CheckWebhook(const std::string& url, const ReminderKinds& kinds,
                          const std::vector<std::string>& listed);
// The host of a URL that CheckWebhookUrl took, in lower case, and its port.
struct HostAndPort {
  std::string host = {};
  int port = 0;
};
std::optional<HostAndPort> HostOf(absl::string_view url);
// True if the operator lists it, as HOST or HOST:PORT.
bool Listed(const HostAndPort& where, const std::vector<std::string>& listed);

// True for an address (4 or 16 bytes) that is not of the public internet: loopback, private,
// link-local, multicast, documentation, translation and the like (RFC 6890), or not an address.
bool SpecialAddress(absl::string_view bytes);

}  // namespace shareway::console
