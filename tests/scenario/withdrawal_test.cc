// SPDX-License-Identifier: Apache-2.0
// An entry is withdrawn, over real processes: sharing knows who uses it, and who subscribed is told.
#include <string>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/sharing/v1/resource_use.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace sh = sharing::v1;

absl::StatusOr<cat::Resource> Withdraw(Cluster& cluster, const std::string& resource,
                                       const std::string& service_change = "") {
  cat::GetResourceRequest get;
  get.set_name(resource);
  const auto now =
      cluster.Call<cat::Resource>("bureau-officer", "catalog", CatalogMethod("GetResource"), get);
  REQUIRE_OK(now);
  cat::WithdrawResourceRequest withdraw;
  withdraw.set_name(resource);
  withdraw.set_etag(now->etag());
  withdraw.set_reason("机构改革");
  withdraw.set_service_change(service_change);
  return cluster.Act<cat::Resource>("bureau-officer", "catalog",
                                    CatalogMethod("WithdrawResource"), withdraw);
}

TEST_CASE("The catalogue asks sharing who uses an entry before it lets it go", "[scenario]") {
  Cluster cluster({.nodes = {}});
  const auto resource = Publish(cluster, kStatistics, Divisions(cluster));
  REQUIRE_OK(resource);
  sh::GiveStandingConsentRequest consent;
  consent.set_resource(resource->name());
  REQUIRE_OK(AskUntilOk([&] {
    return cluster.Act<sh::StandingConsent>("statistics-sharing-head", "sharing",
                                            GrantMethod("GiveStandingConsent"), consent);
  }));
  const auto request =
      SubmitRequest(cluster, kTax, Ask(resource->name(), {"code", "name", "level"}));
  REQUIRE_OK(request);
  REQUIRE_FALSE(request->grant().empty());
  cat::SubscribeRequest subscribe;
  subscribe.mutable_subscription()->set_resource(resource->name());
  REQUIRE_OK(cluster.Call<cat::Subscription>("tax-applicant", "catalog",
                                             CatalogMethod("Subscribe"), subscribe));

  // Tax uses it: the officer learns that, and under which rule.
  const absl::Status used = Withdraw(cluster, resource->name()).status();
  INFO(used.ToString());
  REQUIRE(ReasonOf(used) == Reason::kConsumersLive);
  CHECK(DetailsOf(used)->metadata.at("consumers") == cluster.Agency(kTax));
  CHECK(absl::StrContains(DetailsOf(used)->metadata.at("article"), "第二十七条"));
  CHECK(absl::IsInvalidArgument(
      Withdraw(cluster, resource->name(), "service-changes/none").status()));
  // An end that is only proposed carries nothing, and stands to be answered.
  sh::ProposeServiceChangeRequest propose;
  propose.set_resource(resource->name());
  propose.set_kind(sh::ServiceChange::END);
  propose.set_reason("系统停用");
  propose.set_effect_date(
      absl::FormatCivilTime(absl::ToCivilDay(absl::Now(), absl::UTCTimeZone()) + 120));
  const auto end = cluster.Act<sh::ServiceChange>("statistics-sharing-head", "sharing",
                                                  GrantMethod("ProposeServiceChange"), propose);
  REQUIRE_OK(end);
  const absl::Status open = Withdraw(cluster, resource->name(), end->name()).status();
  CHECK(ReasonOf(open) == Reason::kConsumersLive);
  CHECK(DetailsOf(open)->metadata.at("service_changes") == end->name());
  // What sharing tells the catalogue it tells nobody else.
  sh::GetResourceUseRequest use;
  use.set_resource(resource->name());
  CHECK(absl::IsPermissionDenied(cluster
                                     .Call<sh::ResourceUse>("statistics-sharing-head", "sharing",
                                                            GrantMethod("GetResourceUse"), use)
                                     .status()));

  sh::EndGrantRequest done;
  done.set_name(request->grant());
  done.set_ground(sh::ACHIEVED);
  done.set_reason("完毕");
  REQUIRE_OK(cluster.Act<sh::Grant>("tax-sharing-head", "sharing", GrantMethod("EndGrant"), done));

  // Nobody uses it any more, and without sharing nobody knows that.
  CHECK(cluster.Stop("sharing") == 0);
  CHECK(absl::IsUnavailable(Withdraw(cluster, resource->name()).status()));
  cluster.Start("sharing");
  cluster.AwaitReady("sharing");
  const auto withdrawn = AskUntilOk([&] { return Withdraw(cluster, resource->name()); });
  REQUIRE_OK(withdrawn);
  CHECK(withdrawn->state() == cat::Resource::WITHDRAWN);

  const auto told = AskUntil(
      [&] {
        return cluster.Call<cat::ListNotificationsResponse>("tax-applicant", "catalog",
                                                            CatalogMethod("ListNotifications"),
                                                            cat::ListNotificationsRequest());
      },
      [](const auto& answer) { return answer.ok() && answer->notifications_size() > 0; });
  REQUIRE_OK(told);
  REQUIRE(told->notifications_size() == 1);
  CHECK(told->notifications(0).kind() == cat::Notification::GONE);
  CHECK(told->unread() == 1);
}

}  // namespace
}  // namespace shareway::testing
