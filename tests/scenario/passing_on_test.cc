// SPDX-License-Identifier: Apache-2.0
// Data that an agency received and offers to others, over real processes: refused without the consent
// of the department that gave them, given with it, stopped when the agency's own grant ends.
#include <string>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace sh = sharing::v1;

const sh::Decision& Approval() {
  static const auto* const approval = [] {
    auto* decision = new sh::Decision;
    decision->set_verdict(sh::Decision::APPROVE);
    return decision;
  }();
  return *approval;
}

// Families of tax: a key of its own, and husband, which came from civil affairs.
cat::Resource Families(const Cluster& cluster, const std::string& source) {
  cat::Resource families = Marriages(cluster);
  families.set_code("306003/000001");
  families.set_title("纳税家庭信息");
  families.set_provider(cluster.Agency(kTax));
  KeepItems(2, &families);
  families.mutable_items(1)->set_received_under(source);
  return families;
}

// The request once sharing has the entry.
absl::StatusOr<sh::SharingRequest> Asked(Cluster& cluster, const std::string& consumer,
                                         const cat::Resource& resource) {
  const sh::CreateRequestRequest ask = Ask(resource.name(), {"cert_no", "husband"});
  return AskUntilOk([&] { return SubmitRequest(cluster, consumer, ask); });
}

// Civil affairs consents that tax passes on what it has under the grant.
absl::StatusOr<sh::SharingRequest> ConsentTo(Cluster& cluster, const std::string& grant,
                                             const std::string& third) {
  sh::ChangeScopeRequest change;
  change.set_grant(grant);
  change.set_kind(sh::ScopeChange::THIRD_PARTY);
  change.set_third_party(cluster.Agency(third));
  change.set_legal_basis("《演示市税务征管办法》第三条");
  change.set_scenario("住房保障资格核对");
  auto request = cluster.Call<sh::SharingRequest>("tax-applicant", "sharing",
                                                  RequestMethod("ChangeScope"), change);
  if (!request.ok()) return request;
  sh::SignOffRequestRequest sign;
  sign.set_name(request->name());
  sign.set_etag(request->etag());
  request = cluster.Act<sh::SharingRequest>("tax-sharing-head", "sharing",
                                            RequestMethod("SignOffRequest"), sign);
  if (!request.ok()) return request;
  sh::SubmitRequestRequest submit;
  submit.set_name(request->name());
  submit.set_etag(request->etag());
  request = cluster.Call<sh::SharingRequest>("tax-applicant", "sharing",
                                             RequestMethod("SubmitRequest"), submit);
  if (!request.ok()) return request;
  return Decide(cluster, kCivil, *request, Approval());
}

TEST_CASE("What was received is passed on with consent only, and as long as it may be held",
          "[scenario]") {
  Cluster::Options options;
  options.nodes = {};
  Cluster cluster(options);
  const auto marriages = Publish(cluster, kCivil, Marriages(cluster));
  REQUIRE_OK(marriages);
  const auto received = Asked(cluster, kTax, *marriages);
  REQUIRE_OK(received);
  const auto source = Decide(cluster, kCivil, *received, Approval());
  REQUIRE_OK(source);
  const std::string grant = source->grant();

  // The catalogue takes no offer to everybody.
  cat::Resource open = Families(cluster, grant);
  open.mutable_items(1)->set_share_class(cat::UNCONDITIONAL);
  const absl::Status refused = Publish(cluster, kTax, open).status();
  CHECK(absl::IsInvalidArgument(refused));
  CHECK(absl::StrContains(refused.message(), grant));
  const auto families = Publish(cluster, kTax, Families(cluster, grant));
  REQUIRE_OK(families);
  CHECK(families->items(1).received_under() == grant);

  const auto asked = Asked(cluster, kHousing, *families);
  REQUIRE_OK(asked);
  const absl::Status unconsented = Decide(cluster, kTax, *asked, Approval()).status();
  INFO(unconsented);
  REQUIRE(ReasonOf(unconsented) == Reason::kConsentRequired);
  CHECK(absl::IsFailedPrecondition(unconsented));
  CHECK(DetailsOf(unconsented)->metadata.at("grant") == grant);
  CHECK(DetailsOf(unconsented)->metadata.at("item") == "husband");
  CHECK(absl::StrContains(DetailsOf(unconsented)->metadata.at("rule"), "第二十五条"));

  REQUIRE_OK(ConsentTo(cluster, grant, kHousing));
  const auto given = Decide(cluster, kTax, *asked, Approval());
  REQUIRE_OK(given);
  sh::GetGrantRequest get;
  get.set_name(given->grant());
  const auto passed_on = [&] {
    return cluster.Call<sh::Grant>("housing-applicant", "sharing", GrantMethod("GetGrant"), get);
  };
  CHECK(passed_on()->state() == sh::Grant::ACTIVE);

  sh::EndGrantRequest end;
  end.set_name(grant);
  end.set_ground(sh::ACHIEVED);
  end.set_reason("核定完毕");
  REQUIRE_OK(cluster.Act<sh::Grant>("tax-sharing-head", "sharing", GrantMethod("EndGrant"), end));
  // Upkeep looks each minute, and at a start.
  cluster.Kill("sharing");
  cluster.Start("sharing");
  cluster.AwaitReady("sharing");
  const auto stopped = AskUntil(passed_on, [](const auto& answer) {
    return answer.ok() && answer->state() == sh::Grant::SUSPENDED;
  });
  REQUIRE_OK(stopped);
  CHECK(stopped->state() == sh::Grant::SUSPENDED);
  CHECK(absl::StartsWith(stopped->ended_reason(), "NOT_PASSED_ON"));
}

}  // namespace
}  // namespace shareway::testing
