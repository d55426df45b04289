// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/feed_message.h"

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"
#include "libs/evidence/test_webauthn_act.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/sharing/v1/dispute.pb.h"
#include "shareway/sharing/v1/request.pb.h"
#include "shareway/sharing/v1/return_flow.pb.h"

namespace shareway::exchange {
namespace {

const crypto::PrivateKey& Head() {
  static const auto* const key =
      new crypto::PrivateKey(crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256));
  return *key;
}

sharing::v1::Grant Good() {
  sharing::v1::Grant grant;
  grant.set_name("grants/g1");
  grant.set_consumer("agencies/tax");
  grant.set_provider("agencies/civil");
  grant.set_resource("resources/306001-000001");
  grant.add_items("code");
  grant.add_purposes(evidence::v1::WORK_REFERENCE);
  grant.add_methods(evidence::v1::QUERY);
  auto* condition = grant.add_row_filter();
  condition->set_item("code");
  condition->set_operator_(evidence::v1::Condition::PREFIX);
  condition->set_value("11");
  *grant.mutable_start_time() = evidence::ToTimestamp(absl::FromUnixSeconds(1));
  *grant.mutable_end_time() = evidence::ToTimestamp(absl::FromUnixSeconds(2));
  grant.set_state(sharing::v1::Grant::ACTIVE);
  grant.mutable_revision()->set_epoch(1);
  grant.mutable_revision()->set_number(7);
  grant.set_request("requests/q1");
  // Field 1 of SignOffDecisionRequest is the request's name.
  *grant.mutable_decision() = *evidence::SignAct(
      Head(), "people/head", "/shareway.sharing.v1.RequestService/SignOffDecision",
      "\x0a\x0brequests/q1", absl::FromUnixSeconds(1790000000));
  return grant;
}

PinnedKeys PinnedTo(const crypto::PrivateKey& key) {
  return *ReadPinnedKeys(absl::StrCat("# heads\n\n  ", ToBase64(key.public_key().spki()), "  \n"));
}

TEST_CASE("A grant's message becomes what the node enforces", "[exchange]") {
  const sharing::v1::Grant message = Good();
  const Grant grant = GrantFromMessage(message, {});
  CHECK(grant.name == "grants/g1");
  CHECK(grant.items == std::vector<std::string>{"code"});
  REQUIRE(grant.rows.conditions.size() == 1);
  CHECK(grant.rows.conditions[0] == filter::Condition{"code", filter::Op::kPrefix, "11"});
  CHECK(grant.methods == std::vector<Method>{Method::kQuery});
  CHECK(grant.purposes == std::vector<Purpose>{2});
  CHECK(grant.end_time == absl::FromUnixSeconds(2));
  CHECK(grant.state == Grant::State::kActive);
  CHECK(grant.revision == Revision{1, 7});
  CHECK(grant.pinned_decision);
  CHECK_FALSE(grant.limited);
  CHECK(grant.message == message.SerializeAsString());
}

TEST_CASE("What this version cannot enforce makes a grant unusable", "[exchange]") {
  sharing::v1::Grant message = Good();
  message.mutable_row_filter(0)->set_operator_(static_cast<evidence::v1::Condition::Operator>(9));
  CHECK(GrantFromMessage(message, {}).limited);
  // What a later version adds narrows the grant, or does not, by its number.
  for (const auto& [number, limited] :
       {std::pair(63, false), {64, true}, {100, true}, {127, true}, {128, false}}) {
    CAPTURE(number);
    sharing::v1::Grant later = Good();
    later.GetReflection()->MutableUnknownFields(&later)->AddVarint(number, 1);
    const Grant grant = GrantFromMessage(later, {});
    CHECK(grant.limited == limited);
    sharing::v1::Grant kept;  // as the node has it after a restart
    REQUIRE(kept.ParseFromString(grant.message));
    CHECK(GrantFromMessage(kept, {}).limited == limited);
  }
}

TEST_CASE("Quota and masks of a grant, and masks of an entry, reach the node", "[exchange]") {
  sharing::v1::Grant message = Good();
  message.set_day_quota(5);
  message.set_day_rows(6);
  message.set_day_bytes(7);
  message.add_masked_items("code");
  const Grant grant = GrantFromMessage(message, {});
  CHECK_FALSE(grant.limited);
  CHECK(grant.day == Amounts{.calls = 5, .rows = 6, .bytes = 7});
  CHECK(grant.masked_items == std::vector<std::string>{"code"});

  catalog::v1::Resource entry;
  for (const int mask : {0, 1, 2, 3, 9}) {
    catalog::v1::Item* item = entry.add_items();
    item->set_mask(static_cast<catalog::v1::Mask>(mask));
    item->set_type(catalog::v1::DATE);
  }
  const Resource resource = ResourceFromMessage(entry);
  const MaskKind want[] = {MaskKind::kAll, MaskKind::kKeepFirst, MaskKind::kKeepLast,
                           MaskKind::kKeepEnds, MaskKind::kAll};
  for (size_t i = 0; i < 5; ++i) {
    CHECK(resource.items[i].mask == want[i]);
    CHECK(resource.items[i].type == ItemType::kDate);
  }
}

TEST_CASE("With pinned deciders only their decision about this grant counts", "[exchange]") {
  const PinnedKeys pinned = PinnedTo(Head());
  CHECK(GrantFromMessage(Good(), pinned).pinned_decision);
  const auto other = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  CHECK_FALSE(GrantFromMessage(Good(), PinnedTo(other)).pinned_decision);

  auto spoil = GENERATE(
      as<void (*)(sharing::v1::Grant&)>(), [](auto& g) { g.clear_decision(); },
      [](auto& g) { g.mutable_decision()->mutable_act()->back() ^= 1; },
      [](auto& g) { g.mutable_decision()->mutable_signature()->mutable_bytes()->back() ^= 1; },
      // A true decision, put under a grant that it is not about.
      [](auto& g) { g.set_request("requests/q2"); });
  sharing::v1::Grant message = Good();
  spoil(message);
  CHECK_FALSE(GrantFromMessage(message, pinned).pinned_decision);
}

TEST_CASE("A pinned decider's authenticator counts on the signing page alone", "[exchange]") {
  PinnedKeys pinned = PinnedTo(Head());
  const auto counts = [&](const evidence::WebauthnCeremony& ceremony) {
    sharing::v1::Grant message = Good();
    *message.mutable_decision() =
        evidence::SignByAuthenticator(Head(), message.decision().act(), ceremony);
    return GrantFromMessage(message, pinned).pinned_decision;
  };
  CHECK_FALSE(counts({.origin = "https://sign.share.example"}));  // the node was told no origin
  pinned.party =
      crypto::RelyingParty::From("share.example", {"https://sign.share.example"}).value();
  CHECK(counts({.origin = "https://sign.share.example"}));
  CHECK_FALSE(counts({.origin = "https://share.example"}));
  CHECK_FALSE(counts({.origin = "https://sign.share.example", .flags = 0x01}));
  CHECK(GrantFromMessage(Good(), pinned).pinned_decision);
}

// A grant that rests on an act of the pinned head.
template <typename Request>
sharing::v1::Grant By(absl::string_view method, const Request& request,
                      absl::string_view service = "sharing") {
  sharing::v1::Grant grant = Good();
  grant.set_dispute("disputes/d1");
  *grant.mutable_decision() =
      *evidence::SignAct(Head(), "people/head", absl::StrCat("/shareway.", service, ".v1.", method),
                         request.SerializeAsString(), absl::FromUnixSeconds(1790000000));
  return grant;
}

TEST_CASE("A pinned decision is an act that gives, about this very grant", "[exchange]") {
  const PinnedKeys pinned = PinnedTo(Head());
  const auto counts = [&](const sharing::v1::Grant& grant) {
    return GrantFromMessage(grant, pinned).pinned_decision;
  };
  sharing::v1::SignOffDecisionRequest sign;
  sign.set_name("requests/q1");
  CHECK(counts(By("RequestService/SignOffDecision", sign)));
  CHECK_FALSE(counts(By("RequestService/WithdrawRequest", sign)));
  CHECK_FALSE(counts(By("RequestService/SignOffDecision", sign, "catalog")));
  sign.set_name("requests/q12");
  CHECK_FALSE(counts(By("RequestService/SignOffDecision", sign)));
  sign.set_name("requests/q2");
  sign.set_request_id("requests/q1");
  CHECK_FALSE(counts(By("RequestService/SignOffDecision", sign)));

  sharing::v1::GiveStandingConsentRequest consent;
  consent.set_resource("resources/306001-000001");
  CHECK(counts(By("GrantService/GiveStandingConsent", consent)));
  CHECK_FALSE(counts(By("GrantService/WithdrawStandingConsent", consent)));
  consent.set_resource("resources/306001-0000011");
  CHECK_FALSE(counts(By("GrantService/GiveStandingConsent", consent)));

  sharing::v1::ActivateReturnFlowRequest activate;
  activate.set_name("return-requests/q1");
  sharing::v1::Grant returning = By("GrantService/ActivateReturnFlow", activate);
  CHECK_FALSE(counts(returning));  // a true act, of another request
  returning.set_return_request("return-requests/q1");
  CHECK(counts(returning));
  activate.set_name("return-requests/q12");
  returning = By("GrantService/ActivateReturnFlow", activate);
  returning.set_return_request("return-requests/q1");
  CHECK_FALSE(counts(returning));

  sharing::v1::RecordDecisionRequest record;
  record.set_name("disputes/d1");
  record.set_outcome(sharing::v1::Dispute::GRANT);
  CHECK(counts(By("DisputeService/RecordDecision", record)));
  record.set_outcome(sharing::v1::Dispute::UPHELD);
  CHECK_FALSE(counts(By("DisputeService/RecordDecision", record)));
  record.set_outcome(sharing::v1::Dispute::GRANT);
  record.set_name("disputes/d2");
  CHECK_FALSE(counts(By("DisputeService/RecordDecision", record)));

  sharing::v1::AcceptSettlementRequest accept;
  accept.set_name("disputes/d1");
  accept.set_outcome(sharing::v1::Dispute::GRANT);
  CHECK(counts(By("DisputeService/AcceptSettlement", accept)));
  accept.set_outcome(sharing::v1::Dispute::UPHELD);
  CHECK_FALSE(counts(By("DisputeService/AcceptSettlement", accept)));
  sharing::v1::ProposeSettlementRequest propose;
  propose.set_name("disputes/d1");
  propose.mutable_terms()->set_outcome(sharing::v1::Dispute::GRANT);
  CHECK(counts(By("DisputeService/ProposeSettlement", propose)));
  propose.set_name("disputes/d2");
  CHECK_FALSE(counts(By("DisputeService/ProposeSettlement", propose)));
}

// Taken directly: it rests on the publication by the pinned officer.
sharing::v1::Grant Claimed() {
  catalog::v1::PublishResourceRequest publish;
  publish.set_name("resources/306001-000001");
  publish.set_etag("v7");
  sharing::v1::Grant grant = By("CatalogService/PublishResource", publish, "catalog");
  grant.clear_request();
  grant.clear_dispute();
  return grant;
}

TEST_CASE("A direct grant rests on the pinned person's publication of its resource", "[exchange]") {
  const PinnedKeys pinned = PinnedTo(Head());
  const Grant direct = GrantFromMessage(Claimed(), pinned);
  CHECK(direct.pinned_decision);
  CHECK(direct.by_publication);
  CHECK_FALSE(GrantFromMessage(Good(), pinned).by_publication);
  CHECK_FALSE(GrantFromMessage(Claimed(), {}).by_publication);

  const auto other = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  CHECK_FALSE(GrantFromMessage(Claimed(), PinnedTo(other)).pinned_decision);
  auto spoil = GENERATE(
      as<void (*)(sharing::v1::Grant&)>(), [](auto& g) { g.clear_decision(); },
      [](auto& g) { g.mutable_decision()->mutable_act()->back() ^= 1; },
      [](auto& g) { g.mutable_decision()->mutable_signature()->mutable_bytes()->back() ^= 1; },
      [](auto& g) { g.set_resource("resources/306001-000002"); },
      // What was decided in another way does not rest on the publication.
      [](auto& g) { g.set_request("requests/q1"); }, [](auto& g) { g.set_dispute("disputes/d1"); },
      [](auto& g) { g.set_standing_consent("consents/c1"); },
      [](auto& g) { g.set_return_request("return-requests/q1"); });
  sharing::v1::Grant spoilt = Claimed();
  spoil(spoilt);
  CHECK_FALSE(GrantFromMessage(spoilt, pinned).pinned_decision);
}

TEST_CASE("A publication gives only what the entry shares without conditions", "[exchange]") {
  catalog::v1::Resource entry;
  entry.set_declared_class(catalog::v1::UNCONDITIONAL);
  entry.add_items()->set_id("code");
  catalog::v1::Item* pay = entry.add_items();
  pay->set_id("pay");
  pay->set_share_class(catalog::v1::CONDITIONAL);
  Grant grant = {.name = "grants/g1", .items = {"code"}, .by_publication = true};
  CHECK(CheckPublication(ResourceFromMessage(entry), grant).ok());
  grant.items.push_back("pay");
  CHECK(CheckPublication(ResourceFromMessage(entry), grant).code() ==
        absl::StatusCode::kPermissionDenied);
  grant.by_publication = false;
  CHECK(CheckPublication(ResourceFromMessage(entry), grant).ok());
  entry.set_declared_class(catalog::v1::CONDITIONAL);
  grant = {.name = "grants/g1", .items = {"code"}, .by_publication = true};
  CHECK_FALSE(CheckPublication(ResourceFromMessage(entry), grant).ok());
}

TEST_CASE("A file of pinned keys names the line that does not read", "[exchange]") {
  CHECK(ReadPinnedKeys("\n# none\n")->empty());
  const absl::Status status = ReadPinnedKeys("# a\nnot base64!\n").status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(status.message().find("line 2") != absl::string_view::npos);
  CHECK(absl::IsInvalidArgument(ReadPinnedKeys("AAAA\n").status()));
}

TEST_CASE("An item without grading counts as general", "[exchange]") {
  catalog::v1::Resource message;
  message.set_name("resources/r1");
  message.add_items()->set_id("a");
  auto* core = message.add_items();
  core->set_id("b");
  core->set_grading(catalog::v1::CORE);
  core->set_key(true);
  const Resource resource = ResourceFromMessage(message);
  REQUIRE(resource.items.size() == 2);
  CHECK(resource.items[0].grading == 1);
  CHECK(resource.items[1].grading == 3);
  CHECK(resource.keys() == std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace shareway::exchange
