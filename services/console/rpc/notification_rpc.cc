// SPDX-License-Identifier: Apache-2.0
// The adapter of NotificationService.
#include "services/console/rpc/notification_rpc.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "services/console/rpc/directory_view.h"

namespace shareway::console {
namespace {

static_assert(static_cast<int>(ReminderKind::kCatalogue) == v1::CATALOGUE);
static_assert(static_cast<int>(ReminderTiming::kDaily) == v1::DAILY);
static_assert(static_cast<int>(Language::kSimplified) + 1 == v1::ZH_HANS);
static_assert(static_cast<int>(Language::kTraditional) + 1 == v1::ZH_HANT);
static_assert(static_cast<int>(Language::kEnglish) + 1 == v1::EN);

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.console.v1.NotificationService/", method);
}

template <typename Repeated>
ReminderKinds KindsOf(const Repeated& numbers) {
  ReminderKinds kinds;
  for (const int number : numbers) kinds.push_back(static_cast<ReminderKind>(number));
  return kinds;
}

template <typename Repeated>
void PutKinds(const ReminderKinds& kinds, Repeated* out) {
  for (const ReminderKind kind : kinds) out->Add(static_cast<int>(kind));
}

SettingsWish WishOf(const v1::NotificationSettings& asked) {
  SettingsWish wish{.mail_address = asked.mail_address(),
                    .kinds = KindsOf(asked.kinds()),
                    .timing = static_cast<ReminderTiming>(asked.timing())};
  if (asked.language() >= v1::ZH_HANS && asked.language() <= v1::EN) {
    wish.language = static_cast<Language>(static_cast<int>(asked.language()) - 1);
  }
  return wish;
}

void ToProto(const Delivery& delivery, int waiting, v1::DeliveryState* out) {
  if (delivery.sent) *out->mutable_sent_time() = evidence::ToTimestamp(*delivery.sent);
  if (delivery.failed) *out->mutable_failed_time() = evidence::ToTimestamp(*delivery.failed);
  out->set_failure(delivery.failure);
  out->set_failures(delivery.failures);
  out->set_given_up(delivery.given_up);
  out->set_waiting(waiting);
}

v1::AgencyWebhook ToProto(const Notifications::Hook& hook) {
  const Webhook& webhook = hook.value.value;
  v1::AgencyWebhook out;
  out.set_name(absl::StrCat(webhook.agency, "/webhook"));
  out.set_url(webhook.url);
  PutKinds(webhook.kinds, out.mutable_kinds());
  if (webhook.old_secret) {
    *out.mutable_old_secret_end_time() = evidence::ToTimestamp(webhook.old_end);
  }
  ToProto(hook.delivery, hook.waiting, out.mutable_delivery());
  out.set_set_by(webhook.set_by);
  *out.mutable_set_time() = evidence::ToTimestamp(webhook.set_time);
  out.set_etag(Desk::EtagOf(hook.value.version));
  return out;
}

v1::NotificationSettings ToProto(const Notifications::Settings& faring) {
  const NotificationSettings& settings = faring.value.value;
  v1::NotificationSettings out;
  out.set_person(settings.person);
  out.set_mail_address(settings.mail_address);
  out.set_pending_mail_address(settings.pending_address);
  PutKinds(settings.kinds, out.mutable_kinds());
  out.set_timing(static_cast<v1::ReminderTiming>(settings.timing));
  out.set_language(static_cast<v1::ReminderLanguage>(static_cast<int>(settings.language) + 1));
  ToProto(faring.delivery, faring.waiting, out.mutable_delivery());
  if (faring.value.version != 0) out.set_etag(Desk::EtagOf(faring.value.version));
  return out;
}

}  // namespace

void NotificationRpc::Register(rpc::Server* server) {
  server->Unary<v1::GetNotificationSettingsRequest, v1::NotificationSettings>(
      Path("GetNotificationSettings"),
      [this](const rpc::Call& call, const v1::GetNotificationSettingsRequest&) {
        return Answer(call, notifications_->Get(ActorOf(call)));
      });
  server->Unary<v1::UpdateNotificationSettingsRequest, v1::NotificationSettings>(
      Path("UpdateNotificationSettings"),
      [this](const rpc::Call& call, const v1::UpdateNotificationSettingsRequest& request) {
        return Update(call, request);
      });
  server->Unary<v1::ConfirmMailAddressRequest, v1::NotificationSettings>(
      Path("ConfirmMailAddress"),
      [this](const rpc::Call& call, const v1::ConfirmMailAddressRequest& request) {
        return Answer(call, notifications_->Confirm(ActorOf(call), request.code()));
      });
  server->Unary<v1::PutAgencyWebhookRequest, v1::AgencyWebhook>(
      Path("PutAgencyWebhook"),
      [this](const rpc::Call& call, const v1::PutAgencyWebhookRequest& request) {
        return PutWebhook(call, request);
      });
  server->Unary<v1::DeleteAgencyWebhookRequest, v1::DeleteAgencyWebhookResponse>(
      Path("DeleteAgencyWebhook"),
      [this](const rpc::Call& call, const v1::DeleteAgencyWebhookRequest& request)
          -> absl::StatusOr<v1::DeleteAgencyWebhookResponse> {
        SHAREWAY_RETURN_IF_ERROR(
            notifications_->DeleteWebhook(ErrandOf(call, request.request_id()), request.etag()));
        return v1::DeleteAgencyWebhookResponse();
      });
  server->Unary<v1::TestWebhookRequest, v1::TestWebhookResponse>(
      Path("TestWebhook"),
      [this](const rpc::Call& call, const v1::TestWebhookRequest&) { return Test(call); });
}

absl::StatusOr<v1::NotificationSettings> NotificationRpc::Answer(
    const rpc::Call& call, const absl::StatusOr<Notifications::Settings>& settings) const {
  if (!settings.ok()) return settings.status();
  v1::NotificationSettings out = ToProto(*settings);
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Notifications::Hook> hook,
                            notifications_->GetWebhook(ActorOf(call)));
  if (hook) *out.mutable_webhook() = ToProto(*hook);
  out.set_sends_mail(notifications_->sends_mail());
  out.set_calls_webhooks(notifications_->calls_webhooks());
  return out;
}

absl::StatusOr<v1::NotificationSettings> NotificationRpc::Update(
    const rpc::Call& call, const v1::UpdateNotificationSettingsRequest& request) {
  return Answer(call, notifications_->Update(ErrandOf(call, request.request_id()),
                                             WishOf(request.settings()), request.etag()));
}

absl::StatusOr<v1::AgencyWebhook> NotificationRpc::PutWebhook(
    const rpc::Call& call, const v1::PutAgencyWebhookRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Notifications::WithSecret put,
      notifications_->PutWebhook(ErrandOf(call, request.request_id()), request.webhook().url(),
                                 KindsOf(request.webhook().kinds()), request.etag(),
                                 request.new_secret()));
  v1::AgencyWebhook out = ToProto(put.hook);
  out.set_secret(put.secret);
  return out;
}

absl::StatusOr<v1::TestWebhookResponse> NotificationRpc::Test(const rpc::Call& call) {
  SHAREWAY_ASSIGN_OR_RETURN(const Notifications::Tested tested,
                            notifications_->Test(ActorOf(call)));
  v1::TestWebhookResponse out;
  out.set_taken(tested.sending.taken());
  out.set_failure(tested.sending.failure);
  out.set_id(tested.id);
  return out;
}

}  // namespace shareway::console
