// SPDX-License-Identifier: Apache-2.0
// What people are told, as bytes.
#include "services/console/store/notification_codec.h"

#include "libs/base/status.h"
#include "services/console/store/codec_parts.h"
#include "services/console/store/notification_record.pb.h"

namespace shareway::console {
namespace {

template <typename Record>
void PutKinds(const ReminderKinds& kinds, Record* record) {
  for (const ReminderKind kind : kinds) record->add_kinds(static_cast<uint32_t>(kind));
}
template <typename Record>
ReminderKinds KindsOf(const Record& record) {
  ReminderKinds kinds;
  for (const uint32_t kind : record.kinds()) kinds.push_back(static_cast<ReminderKind>(kind));
  return kinds;
}

void ToRecord(const Webhook::Secret& secret, store::WebhookSecretRecord* record) {
  record->set_nonce(secret.nonce);
  record->set_sealed(secret.sealed);
}
Webhook::Secret FromRecord(const store::WebhookSecretRecord& record) {
  return {.nonce = record.nonce(), .sealed = record.sealed()};
}

}  // namespace

std::string Encode(const NotificationSettings& settings) {
  store::NotificationSettingsRecord record;
  record.set_person(settings.person);
  record.set_mail_address(settings.mail_address);
  record.set_pending_address(settings.pending_address);
  record.set_code_digest(settings.code_digest);
  record.set_code_end(Nanos(settings.code_end));
  record.set_code_tries(static_cast<uint32_t>(settings.code_tries));
  for (const absl::Time at : settings.codes) record.add_codes(Nanos(at));
  PutKinds(settings.kinds, &record);
  record.set_timing(static_cast<uint32_t>(settings.timing));
  record.set_language(static_cast<uint32_t>(settings.language) + 1);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, NotificationSettings* settings) {
  store::NotificationSettingsRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "notification settings", &record));
  if (record.language() < 1 || record.language() > 3) {
    return absl::DataLossError("stored notification settings have no language");
  }
  *settings = {.person = record.person(),
               .mail_address = record.mail_address(),
               .pending_address = record.pending_address(),
               .code_digest = record.code_digest(),
               .code_end = TimeOf(record.code_end()),
               .code_tries = static_cast<int>(record.code_tries()),
               .codes = {},
               .kinds = KindsOf(record),
               .timing = static_cast<ReminderTiming>(record.timing()),
               .language = static_cast<Language>(record.language() - 1)};
  for (const int64_t at : record.codes()) settings->codes.push_back(TimeOf(at));
  return absl::OkStatus();
}

std::string Encode(const Webhook& webhook) {
  store::WebhookRecord record;
  record.set_agency(webhook.agency);
  record.set_url(webhook.url);
  PutKinds(webhook.kinds, &record);
  ToRecord(webhook.secret, record.mutable_secret());
  if (webhook.old_secret) ToRecord(*webhook.old_secret, record.mutable_old_secret());
  record.set_old_end(Nanos(webhook.old_end));
  record.set_set_by(webhook.set_by);
  record.set_set_time(Nanos(webhook.set_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Webhook* webhook) {
  store::WebhookRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "webhook", &record));
  *webhook = {.agency = record.agency(),
              .url = record.url(),
              .kinds = KindsOf(record),
              .secret = FromRecord(record.secret()),
              .old_secret = {},
              .old_end = TimeOf(record.old_end()),
              .set_by = record.set_by(),
              .set_time = TimeOf(record.set_time())};
  if (record.has_old_secret()) webhook->old_secret = FromRecord(record.old_secret());
  return absl::OkStatus();
}

std::string Encode(const Delivery& delivery) {
  store::DeliveryRecord record;
  record.set_sent(Nanos(delivery.sent));
  record.set_failed(Nanos(delivery.failed));
  record.set_failure(delivery.failure);
  record.set_failures(static_cast<uint32_t>(delivery.failures));
  record.set_given_up(static_cast<uint32_t>(delivery.given_up));
  record.set_retry(Nanos(delivery.retry));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Delivery* delivery) {
  store::DeliveryRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "delivery", &record));
  *delivery = {.sent = MaybeTime(record.sent()),
               .failed = MaybeTime(record.failed()),
               .failure = record.failure(),
               .failures = static_cast<int>(record.failures()),
               .given_up = static_cast<int>(record.given_up()),
               .retry = TimeOf(record.retry())};
  return absl::OkStatus();
}

std::string Encode(const Letter& letter) {
  store::LetterRecord record;
  record.set_id(letter.id);
  record.set_receiver(letter.receiver);
  record.set_purpose(static_cast<uint32_t>(letter.purpose));
  for (const Reminder& reminder : letter.reminders) {
    store::ReminderRecord* out = record.add_reminders();
    out->set_key(reminder.key);
    out->set_stage(reminder.stage);
    out->set_tiding(static_cast<uint32_t>(reminder.tiding));
    out->set_subject(reminder.subject);
    out->set_title(reminder.title);
    out->set_due(reminder.due);
  }
  record.set_left_out(static_cast<uint32_t>(letter.left_out));
  record.set_create_time(Nanos(letter.create_time));
  record.set_address(letter.address);
  record.set_nonce(letter.nonce);
  record.set_sealed(letter.sealed);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Letter* letter) {
  store::LetterRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "letter", &record));
  *letter = {.id = record.id(),
             .receiver = record.receiver(),
             .purpose = static_cast<Letter::Purpose>(record.purpose()),
             .reminders = {},
             .left_out = static_cast<int>(record.left_out()),
             .create_time = TimeOf(record.create_time()),
             .address = record.address(),
             .nonce = record.nonce(),
             .sealed = record.sealed()};
  for (const store::ReminderRecord& reminder : record.reminders()) {
    letter->reminders.push_back({.key = reminder.key(),
                                 .stage = reminder.stage(),
                                 .tiding = static_cast<Tiding>(reminder.tiding()),
                                 .subject = reminder.subject(),
                                 .title = reminder.title(),
                                 .due = reminder.due()});
  }
  return absl::OkStatus();
}

std::string Encode(const ToldStage& told) {
  store::ToldRecord record;
  record.set_stage(told.stage);
  record.set_time(Nanos(told.time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, ToldStage* told) {
  store::ToldRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "mark of what was told", &record));
  *told = {.stage = record.stage(), .time = TimeOf(record.time())};
  return absl::OkStatus();
}

}  // namespace shareway::console
