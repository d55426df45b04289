// SPDX-License-Identifier: Apache-2.0
// Sends letters.
#include "services/console/courier.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/seal.h"
#include "libs/log/log.h"
#include "services/console/notify/letter_text.h"

namespace shareway::console {
namespace {

constexpr absl::string_view TagOf(Language language) {
  switch (language) {
    case Language::kSimplified: return "zh-Hans";
    case Language::kTraditional: return "zh-Hant";
    case Language::kEnglish: break;
  }
  return "en";
}

// The factor key is another one than when it was sealed: no later try will open it.
Sending SealedOtherwise() {
  return {.outcome = Sending::Outcome::kRefused, .failure = "SEALED_OTHERWISE"};
}

}  // namespace

Sealed SealFor(const Desk& desk, absl::string_view about, absl::string_view plain) {
  Sealed sealed{.nonce = crypto::RandomBytes(crypto::kSealNonceBytes)};
  sealed.bytes = crypto::Seal(desk.factor_key(), sealed.nonce, about, plain);
  return sealed;
}

absl::StatusOr<std::string> OpenFor(const Desk& desk, absl::string_view about,
                                    absl::string_view nonce, absl::string_view sealed) {
  return crypto::Unseal(desk.factor_key(), nonce, about, sealed);
}

absl::StatusOr<std::vector<std::string>> SecretsNow(const Desk& desk, const Webhook& webhook,
                                                    absl::Time now) {
  std::vector<std::string> secrets(1);
  SHAREWAY_ASSIGN_OR_RETURN(secrets[0], OpenFor(desk, webhook.agency, webhook.secret.nonce,
                                                webhook.secret.sealed));
  if (webhook.old_secret && now < webhook.old_end) {
    SHAREWAY_ASSIGN_OR_RETURN(std::string old, OpenFor(desk, webhook.agency,
                                                       webhook.old_secret->nonce,
                                                       webhook.old_secret->sealed));
    secrets.push_back(std::move(old));
  }
  return secrets;
}

Courier::Courier(const Desk* desk, const Carriers* carriers, metrics::Registry* registry)
    : desk_(desk), carriers_(carriers), store_(&desk->store()) {
  if (registry == nullptr) return;
  sent_ = registry->AddCounters("shareway_console_letters_sent_total",
                                "Letters that their receivers took.", {"way"});
  failed_ = registry->AddCounters("shareway_console_letters_failed_total",
                                  "Tries to send a letter that failed.", {"way", "failure"});
  given_up_ = registry->AddCounters("shareway_console_letters_given_up_total",
                                    "Letters that were given up.", {"way"});
  waiting_ = registry->AddGauge("shareway_console_letters_waiting", "Letters to be sent.");
  age_ = registry->AddGauge("shareway_console_letters_age_seconds",
                            "How long the oldest letter waits, seconds.");
}

absl::StatusOr<std::optional<Sending>> Courier::SendMail(const Letter& letter) const {
  using Maybe = std::optional<Sending>;
  const std::optional<Person> person = desk_->people().find(letter.receiver);
  if (!person || !person->stands) return Maybe();
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<NotificationSettings> stored,
                            store_.LoadSettings(letter.receiver));
  const NotificationSettings& settings = stored.value;
  const absl::Time now = desk_->Now();
  std::string code;
  std::string to = settings.mail_address;
  if (letter.purpose == Letter::Purpose::kCode) {
    to = letter.address;
    // A newer code, or none, is wanted now.
    if (settings.pending_address != to || now >= settings.code_end) return Maybe();
    absl::StatusOr<std::string> opened =
        OpenFor(*desk_, letter.id, letter.nonce, letter.sealed);
    if (!opened.ok()) return Maybe(SealedOtherwise());
    code = *std::move(opened);
  }
  if (to.empty()) return Maybe();
  const MailText text = TextOf(letter, settings.language, carriers_->link, code);
  return Maybe(carriers_->mail({.id = letter.id,
                                .to = to,
                                .subject = text.subject,
                                .body = text.body,
                                .language = std::string(TagOf(settings.language)),
                                .time = letter.create_time}));
}

absl::StatusOr<std::optional<Sending>> Courier::SendCall(const Letter& letter) const {
  using Maybe = std::optional<Sending>;
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Webhook> webhook, store_.LoadWebhook(letter.receiver));
  if (webhook.version == 0) return Maybe();
  const absl::Time now = desk_->time().Wall();
  WebhookCall call{.url = webhook.value.url,
                   .id = letter.id,
                   .time = now,
                   .body = WebhookBody(letter, carriers_->link)};
  absl::StatusOr<std::vector<std::string>> keys = SecretsNow(*desk_, webhook.value, now);
  if (!keys.ok()) return Maybe(SealedOtherwise());
  call.keys = *std::move(keys);
  return Maybe(carriers_->call(call));
}

absl::StatusOr<bool> Courier::Deliver(Way* way, const std::string& receiver, int* taken) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Stored<Letter>> letters,
                            store_.Letters(receiver, kMostOfOne));
  for (const Stored<Letter>& stored : letters) {
    const Letter& letter = stored.value;
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Delivery> before, store_.LoadDelivery(receiver));
    Delivery delivery = before.value;
    const absl::Time now = desk_->Now();
    Change change;
    if (now - letter.create_time > kLetterLife) {
      ++delivery.given_up;
      NotificationStore::DeleteLetter(letter, &change);
      NotificationStore::PutDelivery(receiver, delivery, &change);
      SHAREWAY_RETURN_IF_ERROR(
          desk_->store().Commit(nullptr, "", std::move(change), now).status());
      given_up_.With(way->name).Add();
      continue;
    }
    if (now < delivery.retry) return true;
    Change noted;
    delivery.retry = now + RetryAfter(delivery.failures + 1);
    NotificationStore::PutDelivery(receiver, delivery, &noted);
    SHAREWAY_RETURN_IF_ERROR(desk_->store().Commit(nullptr, "", std::move(noted), now).status());

    SHAREWAY_ASSIGN_OR_RETURN(
        const std::optional<Sending> sending,
        absl::StartsWith(receiver, "people/") ? SendMail(letter) : SendCall(letter));
    const absl::Time after = desk_->Now();
    bool stop = false;
    bool away = false;
    delivery.retry = absl::InfinitePast();
    if (!sending || sending->taken()) {
      NotificationStore::DeleteLetter(letter, &change);
      if (sending) {
        delivery.sent = after;
        delivery.failures = 0;
        way->failures = 0;
        ++*taken;
        sent_.With(way->name).Add();
      }
    } else {
      delivery.failed = after;
      delivery.failure = sending->failure;
      failed_.With(way->name, sending->failure).Add();
      log::Warn("letter-not-sent", {{"way", way->name}, {"failure", sending->failure}});
      if (sending->outcome == Sending::Outcome::kRefused) {
        ++delivery.given_up;
        NotificationStore::DeleteLetter(letter, &change);
      } else if (sending->outcome == Sending::Outcome::kAway) {
        // No fault of this receiver: the next one is not asked either.
        way->retry = after + RetryAfter(++way->failures);
        away = true;
      } else {
        ++delivery.failures;
        delivery.retry = after + RetryAfter(delivery.failures);
        stop = true;
      }
    }
    NotificationStore::PutDelivery(receiver, delivery, &change);
    SHAREWAY_RETURN_IF_ERROR(desk_->store().Commit(nullptr, "", std::move(change), after).status());
    if (delivery.given_up > before.value.given_up) given_up_.With(way->name).Add();
    if (away) return false;
    if (stop) return true;
  }
  return true;
}

absl::StatusOr<int> Courier::Round(Way* way) {
  int taken = 0;
  if (desk_->Now() < way->retry) return taken;
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> receivers,
                            store_.ReceiversWithLetters());
  for (const std::string& receiver : receivers) {
    if (!absl::StartsWith(receiver, way->receivers)) continue;
    const absl::StatusOr<bool> on = Deliver(way, receiver, &taken);
    if (absl::IsDataLoss(on.status())) {
      // What does not read any more is this receiver's alone.
      log::Error("letters-unreadable", {{"way", way->name}, {"status", on.status()}});
      continue;
    }
    if (!on.ok()) return on.status();
    if (!*on) break;
  }
  return taken;
}

absl::StatusOr<int> Courier::MailRound() {
  if (!carriers_->mail) return 0;
  return Round(&mail_);
}
absl::StatusOr<int> Courier::CallRound() {
  if (!carriers_->call) return 0;
  return Round(&calls_);
}

absl::Status Courier::Measure() {
  SHAREWAY_ASSIGN_OR_RETURN(const NotificationStore::Backlog backlog, store_.BacklogOf());
  waiting_.Set(backlog.letters);
  age_.Set(backlog.oldest ? absl::ToDoubleSeconds(desk_->Now() - *backlog.oldest) : 0);
  return absl::OkStatus();
}

}  // namespace shareway::console
