// SPDX-License-Identifier: Apache-2.0
// Settings and webhooks over the wire.
#include "services/console/rpc/notification_rpc.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/console/rpc/test_served.h"

namespace shareway::console {
namespace {

const std::string kNotifications = "/shareway.console.v1.NotificationService/";

v1::UpdateNotificationSettingsRequest Wish(const std::string& address) {
  v1::UpdateNotificationSettingsRequest request;
  request.mutable_settings()->set_mail_address(address);
  request.mutable_settings()->add_kinds(v1::TASKS);
  request.mutable_settings()->set_timing(v1::AT_ONCE);
  request.mutable_settings()->set_language(v1::ZH_HANT);
  return request;
}

absl::StatusOr<v1::NotificationSettings> Get(Served* served, const std::string& who) {
  return served->Call<v1::NotificationSettings>(who, kNotifications + "GetNotificationSettings",
                                                v1::GetNotificationSettingsRequest());
}

TEST_CASE("A person reads and sets the own settings, and nobody else's", "[console][notify]") {
  Served served;
  served.carriers().mail = [](const Mail&) {
    return Sending{.outcome = Sending::Outcome::kTaken};
  };
  auto settings = Get(&served, "clerk");
  INFO(settings.status());
  REQUIRE(settings.ok());
  CHECK(settings->person() == "people/clerk");
  CHECK(settings->kinds_size() == 4);
  CHECK(settings->timing() == v1::AT_ONCE);
  CHECK(settings->language() == v1::ZH_HANS);
  CHECK(settings->etag().empty());
  CHECK(settings->sends_mail());
  CHECK_FALSE(settings->calls_webhooks());

  v1::UpdateNotificationSettingsRequest request = Wish("clerk@tax.example");
  request.mutable_settings()->set_person("people/keeper");  // output only
  settings = served.Call<v1::NotificationSettings>(
      "clerk", kNotifications + "UpdateNotificationSettings", request);
  INFO(settings.status());
  REQUIRE(settings.ok());
  CHECK(settings->person() == "people/clerk");
  CHECK(settings->pending_mail_address() == "clerk@tax.example");
  CHECK(settings->mail_address().empty());
  CHECK(settings->language() == v1::ZH_HANT);
  CHECK(settings->delivery().waiting() == 1);
  CHECK_FALSE(settings->etag().empty());
  CHECK(Get(&served, "keeper")->pending_mail_address().empty());

  v1::ConfirmMailAddressRequest confirm;
  confirm.set_code("not a code");
  CHECK(absl::IsInvalidArgument(
      served
          .Call<v1::NotificationSettings>("clerk", kNotifications + "ConfirmMailAddress", confirm)
          .status()));
  CHECK(absl::IsPermissionDenied(Get(&served, "sharing").status()));
}

TEST_CASE("Faults of settings come back by field", "[console][notify]") {
  Served served;
  v1::UpdateNotificationSettingsRequest request = Wish("nobody");
  request.mutable_settings()->add_kinds(v1::TASKS);
  request.mutable_settings()->set_timing(v1::REMINDER_TIMING_UNSPECIFIED);
  request.mutable_settings()->clear_language();
  const absl::Status refused =
      served
          .Call<v1::NotificationSettings>("clerk", kNotifications + "UpdateNotificationSettings",
                                          request)
          .status();
  REQUIRE(absl::IsInvalidArgument(refused));
  CHECK(DetailsOf(refused)->fields.size() == 5);
}

TEST_CASE("An account administrator has a webhook, tests it and ends it", "[console][notify]") {
  Served served;
  std::vector<WebhookCall> calls;
  served.carriers().call = [&](const WebhookCall& call) {
    calls.push_back(call);
    return Sending{.outcome = Sending::Outcome::kTaken};
  };
  v1::PutAgencyWebhookRequest put;
  put.mutable_webhook()->set_url("https://hooks.tax.example/a");
  put.mutable_webhook()->add_kinds(v1::TASKS);
  put.mutable_webhook()->add_kinds(v1::GRANTS);
  const auto made = served.Call<v1::AgencyWebhook>("keeper", kNotifications + "PutAgencyWebhook",
                                                   put);
  INFO(made.status());
  REQUIRE(made.ok());
  CHECK(made->name() == std::string(kTax) + "/webhook");
  CHECK(absl::StartsWith(made->secret(), "whsec_"));
  CHECK(made->kinds_size() == 2);
  CHECK(made->set_by() == "people/keeper");
  CHECK(absl::IsPermissionDenied(
      served.Call<v1::AgencyWebhook>("clerk", kNotifications + "PutAgencyWebhook", put).status()));

  const auto shown = Get(&served, "keeper");
  REQUIRE(shown->has_webhook());
  CHECK(shown->webhook().url() == "https://hooks.tax.example/a");
  CHECK(shown->webhook().secret().empty());
  CHECK(shown->calls_webhooks());
  CHECK_FALSE(Get(&served, "clerk")->has_webhook());

  const auto tested = served.Call<v1::TestWebhookResponse>(
      "keeper", kNotifications + "TestWebhook", v1::TestWebhookRequest());
  REQUIRE(tested.ok());
  CHECK(tested->taken());
  REQUIRE(calls.size() == 1);
  CHECK(tested->id() == calls[0].id);
  CHECK(SecretText(calls[0].keys.at(0)) == made->secret());

  put.set_etag(made->etag());
  put.mutable_webhook()->set_url("https://192.168.1.1/");
  CHECK(absl::IsInvalidArgument(
      served.Call<v1::AgencyWebhook>("keeper", kNotifications + "PutAgencyWebhook", put)
          .status()));
  v1::DeleteAgencyWebhookRequest end;
  end.set_etag(made->etag());
  CHECK(absl::IsPermissionDenied(served
                                     .Call<v1::DeleteAgencyWebhookResponse>(
                                         "clerk", kNotifications + "DeleteAgencyWebhook", end)
                                     .status()));
  CHECK(served
            .Call<v1::DeleteAgencyWebhookResponse>("keeper",
                                                   kNotifications + "DeleteAgencyWebhook", end)
            .ok());
  CHECK_FALSE(Get(&served, "keeper")->has_webhook());
}

}  // namespace
}  // namespace shareway::console
