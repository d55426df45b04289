// SPDX-License-Identifier: Apache-2.0
// What people and agencies set about being told outside the console.
#include "services/console/notifications.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/one_time_code.h"
#include "services/console/notify/letter_text.h"

namespace shareway::console {
namespace {

constexpr size_t kSecretBytes = 32;

std::string NewLetterId() { return absl::BytesToHexString(crypto::RandomBytes(16)); }

evidence::AuditRecord EventOf(std::string object, const std::string& agency, std::string state) {
  evidence::AuditRecord event;
  event.set_kind(evidence::RecordKind::ACCOUNT_CHANGED);
  event.set_object(std::move(object));
  event.add_agencies(agency);
  event.set_state(std::move(state));
  return event;
}
evidence::AuditRecord EventOf(const NotificationSettings& settings, const std::string& agency) {
  return EventOf(absl::StrCat(settings.person, "/notificationSettings"), agency,
                 StateForAudit(settings));
}
evidence::AuditRecord EventOf(const Webhook& webhook) {
  return EventOf(absl::StrCat(webhook.agency, "/webhook"), webhook.agency,
                 StateForAudit(webhook));
}

absl::Status SendsNone(absl::string_view what, absl::string_view flag) {
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("this installation ", what, ": its operator has not set ", flag));
}

// The webhook with the present secret as the one before, and a new one.
Webhook WithNewSecret(const Desk& desk, Webhook webhook, absl::string_view secret, absl::Time now) {
  if (!webhook.secret.sealed.empty()) {
    webhook.old_secret = webhook.secret;
    webhook.old_end = now + kOldSecretLife;
  }
  const Sealed sealed = SealFor(desk, webhook.agency, secret);
  webhook.secret = {.nonce = sealed.nonce, .sealed = sealed.bytes};
  return webhook;
}

}  // namespace

template <typename T>
absl::StatusOr<Notifications::Faring<T>> Notifications::With(Stored<T> value,
                                                             absl::string_view receiver) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Delivery> delivery, store_.LoadDelivery(receiver));
  SHAREWAY_ASSIGN_OR_RETURN(const NotificationStore::Backlog backlog, store_.BacklogOf(receiver));
  return Faring<T>{std::move(value), delivery.value, backlog.letters};
}

absl::Status Notifications::CheckAgencyOf(const Person& actor) const {
  // The policy asks for the role; this is for whoever calls without it.
  if (actor.has(Role::kAccountAdministrator) && !actor.agency.empty()) return absl::OkStatus();
  return Error::NotVisible(absl::StrCat(actor.agency, "/webhook"));
}

absl::StatusOr<Notifications::Settings> Notifications::Get(const Person& actor) const {
  SHAREWAY_ASSIGN_OR_RETURN(Stored<NotificationSettings> settings,
                            store_.LoadSettings(actor.name));
  return With(std::move(settings), actor.name);
}

absl::StatusOr<std::optional<Notifications::Hook>> Notifications::GetWebhook(
    const Person& actor) const {
  if (!CheckAgencyOf(actor).ok()) return std::optional<Hook>();
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Webhook> webhook, store_.LoadWebhook(actor.agency));
  if (webhook.version == 0) return std::optional<Hook>();
  SHAREWAY_ASSIGN_OR_RETURN(Hook hook, With(std::move(webhook), actor.agency));
  return std::optional<Hook>(std::move(hook));
}

absl::StatusOr<Notifications::Settings> Notifications::Update(const Errand& errand,
                                                              const SettingsWish& wish,
                                                              absl::string_view etag) {
  const std::string& person = errand.actor.name;
  return desk_->Once<Settings>(
      errand, [&](const std::string&) { return Get(errand.actor); },
      [&]() -> absl::StatusOr<Settings> {
        const absl::Time now = desk_->Now();
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<NotificationSettings> before,
                                  store_.LoadSettings(person));
        SHAREWAY_RETURN_IF_ERROR(CheckSettings(wish));
        if (before.version != 0) {
          SHAREWAY_RETURN_IF_ERROR(Desk::CheckEtag(
              etag, absl::StrCat(person, "/notificationSettings"), before.version));
        }
        const crypto::OneTimeCode code = crypto::NewOneTimeCode();
        SHAREWAY_ASSIGN_OR_RETURN(const Changed changed,
                                  WithWish(before.value, wish, code.digest.view(), now));
        if (changed.needs_code && !sends_mail()) return SendsNone("sends no mail", "--smtp_url");
        const NotificationSettings& after = changed.settings;
        Change change;
        NotificationStore::Put(before, after, &change);
        // Who wants no mail any more, and comes back later, is told from then on.
        if (!before.value.mail_address.empty() && after.mail_address.empty()) {
          NotificationStore::Forget(person, &change);
        }
        if (changed.needs_code) {
          Letter letter{.id = NewLetterId(),
                        .receiver = person,
                        .purpose = Letter::Purpose::kCode,
                        .create_time = now,
                        .address = after.pending_address};
          Sealed sealed = SealFor(*desk_, letter.id, code.text);
          letter.nonce = std::move(sealed.nonce);
          letter.sealed = std::move(sealed.bytes);
          NotificationStore::PutLetter(letter, &change);
        }
        change.events.push_back(EventOf(after, errand.actor.agency));
        SHAREWAY_RETURN_IF_ERROR(
            desk_->store().Commit(&errand, person, std::move(change), now).status());
        return Get(errand.actor);
      });
}

absl::StatusOr<Notifications::Settings> Notifications::Confirm(const Person& actor,
                                                               absl::string_view code) {
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 digest, crypto::OneTimeCodeDigest(code));
  const absl::Time now = desk_->Now();
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<NotificationSettings> before,
                            store_.LoadSettings(actor.name));
  const Typed typed = TypeCode(before.value, digest.view(), now);
  Change change;
  if (!(typed.settings == before.value)) {
    NotificationStore::Put(before, typed.settings, &change);
    if (typed.right) {
      // What failed on the way to the address before says nothing of this one.
      NotificationStore::PutDelivery(actor.name, Delivery(), &change);
      change.events.push_back(EventOf(typed.settings, actor.agency));
    }
    SHAREWAY_RETURN_IF_ERROR(
        desk_->store().Commit(nullptr, "", std::move(change), now).status());
  }
  if (typed.right) return Get(actor);
  return Error(Reason::kCodeInvalid, absl::StatusCode::kPermissionDenied,
               "the code is not the one that was mailed last, or is over");
}

absl::StatusOr<Notifications::WithSecret> Notifications::PutWebhook(
    const Errand& errand, const std::string& url, const ReminderKinds& kinds,
    absl::string_view etag, bool new_secret) {
  SHAREWAY_RETURN_IF_ERROR(CheckAgencyOf(errand.actor));
  const std::string& agency = errand.actor.agency;
  const auto now_as = [&](std::string secret) -> absl::StatusOr<WithSecret> {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Webhook> stored, store_.LoadWebhook(agency));
    if (stored.version == 0) return Error::NotVisible(absl::StrCat(agency, "/webhook"));
    SHAREWAY_ASSIGN_OR_RETURN(Hook hook, With(std::move(stored), agency));
    return WithSecret{std::move(hook), std::move(secret)};
  };
  return desk_->Once<WithSecret>(
      errand, [&](const std::string&) { return now_as(""); },
      [&]() -> absl::StatusOr<WithSecret> {
        SHAREWAY_RETURN_IF_ERROR(CheckWebhook(url, kinds, carriers_->hosts));
        if (!calls_webhooks()) return SendsNone("calls no webhooks", "--notify_webhooks");
        const absl::Time now = desk_->Now();
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Webhook> before, store_.LoadWebhook(agency));
        if (before.version != 0) {
          SHAREWAY_RETURN_IF_ERROR(
              Desk::CheckEtag(etag, absl::StrCat(agency, "/webhook"), before.version));
        }
        Webhook after = before.value;
        after.agency = agency;
        after.url = url;
        after.kinds = kinds;
        after.set_by = errand.actor.name;
        after.set_time = now;
        if (now >= after.old_end) after.old_secret.reset();
        std::string secret;
        if (before.version == 0 || new_secret) {
          secret = crypto::RandomBytes(kSecretBytes);
          after = WithNewSecret(*desk_, std::move(after), secret, now);
        }
        Change change;
        NotificationStore::Put(before, after, &change);
        if (before.value.url != url) {
          NotificationStore::PutDelivery(agency, Delivery(), &change);
        }
        change.events.push_back(EventOf(after));
        SHAREWAY_RETURN_IF_ERROR(
            desk_->store().Commit(&errand, agency, std::move(change), now).status());
        return now_as(secret.empty() ? "" : SecretText(secret));
      });
}

absl::Status Notifications::DeleteWebhook(const Errand& errand, absl::string_view etag) {
  SHAREWAY_RETURN_IF_ERROR(CheckAgencyOf(errand.actor));
  const std::string& agency = errand.actor.agency;
  return desk_
      ->Once<bool>(
          errand, [](const std::string&) -> absl::StatusOr<bool> { return true; },
          [&]() -> absl::StatusOr<bool> {
            const std::string name = absl::StrCat(agency, "/webhook");
            SHAREWAY_ASSIGN_OR_RETURN(const Stored<Webhook> before, store_.LoadWebhook(agency));
            if (before.version == 0) return Error::NotVisible(name);
            SHAREWAY_RETURN_IF_ERROR(Desk::CheckEtag(etag, name, before.version));
            Change change;
            NotificationStore::DeleteWebhook(before, &change);
            NotificationStore::Forget(agency, &change);
            Webhook gone = before.value;
            gone.url.clear();
            gone.kinds.clear();
            gone.set_by = errand.actor.name;
            gone.set_time = desk_->Now();
            change.events.push_back(EventOf(gone));
            SHAREWAY_RETURN_IF_ERROR(
                desk_->store().Commit(&errand, agency, std::move(change), gone.set_time).status());
            return true;
          })
      .status();
}

absl::StatusOr<Notifications::Tested> Notifications::Test(const Person& actor) {
  SHAREWAY_RETURN_IF_ERROR(CheckAgencyOf(actor));
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Webhook> webhook, store_.LoadWebhook(actor.agency));
  if (webhook.version == 0) return Error::NotVisible(absl::StrCat(actor.agency, "/webhook"));
  if (!calls_webhooks()) return SendsNone("calls no webhooks", "--notify_webhooks");
  const absl::Time now = desk_->Now();
  {
    absl::MutexLock lock(&mutex_);
    const auto last = tested_.try_emplace(actor.agency, absl::InfinitePast()).first;
    if (now - last->second < kBetweenTests) {
      return Error(Reason::kRateLimited, absl::StatusCode::kResourceExhausted,
                   absl::StrCat("the webhook was tested less than ",
                                absl::FormatDuration(kBetweenTests), " ago; try again then"));
    }
    last->second = now;
  }
  const absl::Time wall = desk_->time().Wall();
  const Letter letter{.id = NewLetterId(), .receiver = actor.agency, .create_time = wall};
  WebhookCall call{.url = webhook.value.url,
                   .id = letter.id,
                   .time = wall,
                   .body = WebhookBody(letter, carriers_->link)};
  SHAREWAY_ASSIGN_OR_RETURN(call.keys, SecretsNow(*desk_, webhook.value, wall));
  return Tested{carriers_->call(call), letter.id};
}

}  // namespace shareway::console
