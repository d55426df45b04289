// SPDX-License-Identifier: Apache-2.0
// Slices of day quotas that are never given twice, and holds on file once, by who may hold.
#include "services/sharing/grants/nodes.h"

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/crypto/key.h"
#include "libs/crypto/relying_party.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/test_webauthn_act.h"
#include "libs/rpc/directory.h"
#include "services/sharing/rpc/hold_act.h"
#include "services/sharing/test_desk.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;

constexpr char kCivilNode[] = "agencies/civil/nodes/n1";
constexpr char kTaxNode[] = "agencies/tax/nodes/n1";
constexpr char kHousingNode[] = "agencies/housing/nodes/n1";
constexpr char kCivilHead[] = "people/civil-head";
constexpr char kHousingHead[] = "people/housing-head";
constexpr char kClerk[] = "people/clerk";  // of civil
constexpr char kHoldMethod[] = "/shareway.exchange.v1.SourceService/Hold";
constexpr DayQuota kWhole = {.calls = 100, .rows = 1000};

// An agency's node each; civil's hosts housing. Heads who may hold, and a clerk who may not.
struct Fixture : TestDesk {
  NodeStore node_store{&kv, outbox.get()};
  rpc::Directory directory;
  std::map<std::string, crypto::PrivateKey> keys;
  crypto::BatchVerifier acts;
  std::optional<crypto::RelyingParty> party =
      crypto::RelyingParty::From("share.example", {"https://sign.share.example"}).value();
  Nodes nodes{&desk, &node_store,
              [this](absl::string_view node, absl::string_view agency) {
                return directory.Serves(node, agency);
              },
              [this](const FiledHold& hold) {
                return CheckHoldAct(hold, directory, party ? &*party : nullptr, &acts);
              }};
  const absl::CivilDay today = statute::LawDay(clock.Now());

  std::string Limited(const DayQuota& day = kWhole) {
    Request::Fields asked = Asked(Marriages());
    asked.scope.day = day;
    return Answered({.verdict = Decision::Verdict::kApprove}, asked).value.fields().grant;
  }
  absl::StatusOr<DayQuota> Lease(const std::string& grant, const DayQuota& wanted) {
    return nodes.LeaseQuota(kCivilNode, grant, today, wanted);
  }

  Fixture() {
    for (const char* agency : {kTax, kCivil, kHousing}) {
      catalog::v1::DirectoryChange change;
      change.mutable_agency()->set_name(agency);
      change.mutable_agency()->set_standing(catalog::v1::ACTIVE);
      directory.Apply(change);
      catalog::v1::Node* node = change.mutable_node();
      node->set_name(absl::StrCat(agency, "/nodes/n1"));
      node->set_standing(catalog::v1::ACTIVE);
      if (agency == std::string(kCivil)) node->add_hosted_agencies(kHousing);
      directory.Apply(change);
    }
    for (const char* person : {kCivilHead, kHousingHead, kClerk}) {
      keys.emplace(person, crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256));
      PutPerson(person, person == std::string(kHousingHead) ? kHousing : kCivil,
                catalog::v1::ACTIVE);
      PutKey(person, catalog::v1::ACTIVE);
    }
  }
  void PutPerson(const std::string& name, const std::string& agency,
                 catalog::v1::Standing standing) {
    catalog::v1::DirectoryChange change;
    change.mutable_person()->set_name(name);
    change.mutable_person()->set_agency(agency);
    change.mutable_person()->set_standing(standing);
    change.mutable_person()->add_roles(name == kClerk ? CLERK : SHARING_HEAD);
    directory.Apply(change);
  }
  void PutKey(const std::string& person, catalog::v1::Standing standing,
              absl::Time end = absl::InfiniteFuture(),
              catalog::v1::Key::Use use = catalog::v1::Key::TLS) {
    catalog::v1::DirectoryChange change;
    catalog::v1::Key* key = change.mutable_key();
    key->set_owner(person);
    key->set_use(use);
    key->set_spki(keys.at(person).public_key().spki());
    key->set_standing(standing);
    if (end != absl::InfiniteFuture()) *key->mutable_end_time() = evidence::ToTimestamp(end);
    directory.Apply(change);
  }

  std::string SignedBy(const crypto::PrivateKey& key, const FiledHold& hold,
                       const std::string& person, const std::string& method) {
    exchange::v1::HoldRequest request;
    request.set_subject(hold.subject);
    request.set_held(hold.held);
    request.set_reason(hold.reason);
    return evidence::SignAct(key, person, method, request.SerializeAsString(), clock.Now())
        ->SerializeAsString();
  }
  std::string ActOf(const FiledHold& hold, const std::string& person,
                    const std::string& method = kHoldMethod) {
    return SignedBy(keys.at(person), hold, person, method);
  }
  // By civil's node for nobody in particular, set now.
  FiledHold Hold(const std::string& subject = "grants/g1", bool held = true,
                 const std::string& person = kCivilHead) {
    FiledHold hold = {.node = kCivilNode,
                      .subject = subject,
                      .held = held,
                      .reason = held ? "疑似泄露" : "查无问题",
                      .set_time = clock.Now()};
    hold.act = ActOf(hold, person);
    return hold;
  }
};

TEST_CASE("A decision's quota and masks become the grant's, through the store") {
  Fixture t;
  Request::Fields asked = Asked(Marriages());
  asked.scope.day = {.calls = 7, .rows = 8, .bytes = 9};
  asked.scope.masked_items = {"wife"};
  const std::string name =
      t.Answered({.verdict = Decision::Verdict::kApprove}, asked).value.fields().grant;
  const Grant::Fields grant = t.store.LoadGrant(name).value().value.fields();
  CHECK(grant.day == asked.scope.day);
  CHECK(grant.masked_items == asked.scope.masked_items);
}

TEST_CASE("Slices add up to the day's quota and no further") {
  Fixture t;
  const std::string grant = t.Limited();
  CHECK(*t.Lease(grant, {.calls = 60, .rows = 10, .bytes = 5}) ==
        DayQuota{.calls = 60, .rows = 10, .bytes = 5});
  CHECK(*t.Lease(grant, {.calls = 60}) == DayQuota{.calls = 40});
  const absl::Status none = t.Lease(grant, {.calls = 1}).status();
  CHECK(absl::IsResourceExhausted(none));
  CHECK(ReasonOf(none) == Reason::kQuotaExhausted);
  // Rows are left, and so is tomorrow.
  CHECK(*t.Lease(grant, {.calls = 1, .rows = 5000}) == DayQuota{.rows = 990});
  t.clock.Advance(absl::Hours(24));
  CHECK(*t.nodes.LeaseQuota(kCivilNode, grant, t.today + 1, {.calls = 100}) ==
        DayQuota{.calls = 100});
}

TEST_CASE("Nodes that take at once never get more than there is") {
  Fixture t;
  const std::string grant = t.Limited({.calls = 1000});
  std::atomic<uint64_t> given = 0;
  std::vector<std::thread> nodes;
  for (int i = 0; i < 8; ++i) {
    nodes.emplace_back([&] {
      for (int j = 0; j < 40; ++j) {
        const absl::StatusOr<DayQuota> slice = t.Lease(grant, {.calls = 7});
        if (slice.ok()) given += slice->calls;
      }
    });
  }
  for (std::thread& node : nodes) node.join();
  CHECK(given <= 1000);
  const absl::StatusOr<DayQuota> rest = t.Lease(grant, {.calls = 5000});
  if (rest.ok()) given += rest->calls;
  CHECK(given == 1000);
}

TEST_CASE("A slice whose write fails is given to nobody a second time", "[fault]") {
  Fixture t;
  const bool applied = GENERATE(false, true);
  const std::string grant = t.Limited();
  t.kv.on_commit = [applied](const kv::Batch&) {
    return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
  };
  CHECK(absl::IsUnavailable(t.Lease(grant, {.calls = 60}).status()));
  t.kv.on_commit = nullptr;
  CHECK(t.Lease(grant, {.calls = 100})->calls == (applied ? 40u : 100u));
}

TEST_CASE("Only a node of the provider takes, today, of an active grant") {
  Fixture t;
  const std::string grant = t.Limited();
  CHECK(ReasonOf(t.nodes.LeaseQuota(kTaxNode, grant, t.today, kWhole).status()) ==
        Reason::kNotVisible);
  CHECK(ReasonOf(t.Lease("grants/none", kWhole).status()) == Reason::kNotVisible);
  CHECK(absl::IsInvalidArgument(t.Lease("people/x", kWhole).status()));
  for (const int off : {-1, 1}) {
    CHECK(absl::IsInvalidArgument(
        t.nodes.LeaseQuota(kCivilNode, grant, t.today + off, kWhole).status()));
  }
  // The node's clock is a little ahead.
  t.clock.Advance(statute::EndOfDay(t.today) - absl::Seconds(30) - t.clock.Now());
  CHECK(t.nodes.LeaseQuota(kCivilNode, grant, t.today + 1, {.calls = 1}).ok());
  REQUIRE(t.grants.Suspend(t.By(ProviderHead()), grant, SuspendGround::kDataFault, "错").ok());
  CHECK(absl::IsFailedPrecondition(t.Lease(grant, {.calls = 1}).status()));
}

TEST_CASE("Counts of days that are over are deleted") {
  Fixture t;
  const std::string grant = t.Limited();
  REQUIRE(t.Lease(grant, {.calls = 60}).ok());
  t.clock.Advance(absl::Hours(48));
  REQUIRE(t.nodes.LeaseQuota(kCivilNode, grant, t.today + 2, {.calls = 1}).ok());
  CHECK(t.node_store.LoadGiven(grant, t.today)->version == 0);
  CHECK(t.node_store.LoadGiven(grant, t.today + 2)->value.calls == 1);
}

TEST_CASE("A hold is filed once, with an event that its consumer and the authority can read") {
  Fixture t;
  const std::string grant = t.NameOf(t.Granted());
  const FiledHold hold = t.Hold(grant);
  const absl::Time filed = t.nodes.FileHold(hold, "").value();
  CHECK(filed == t.clock.Now());
  const evidence::AuditRecord event = t.Events().back();
  CHECK(event.kind() == RecordKind::HOLD_FILED);
  CHECK(event.object() == grant);
  CHECK(event.agencies_size() == 2);
  CHECK(event.nodes(0) == kCivilNode);
  CHECK(event.act().SerializeAsString() == hold.act);
  CHECK_FALSE(event.state().empty());
  const size_t events = t.Events().size();

  t.clock.Advance(absl::Seconds(1));
  CHECK(*t.nodes.FileHold(hold, "") == filed);  // the answer was lost
  CHECK(t.Events().size() == events);
  REQUIRE(t.nodes.FileHold(t.Hold(grant, false), "").ok());
  CHECK(t.Events().size() == events + 1);
  CHECK_FALSE(t.node_store.LoadHold(kCivilNode, kCivil, grant)->value.held);
}

TEST_CASE("A hold of what is not there, or not the agency's, tells nobody else") {
  Fixture t;
  const std::string grant = t.NameOf(t.Granted());
  FiledHold hold = t.Hold(grant, true, kHousingHead);
  hold.node = kHousingNode;
  REQUIRE(t.nodes.FileHold(hold, "").ok());
  CHECK(t.Events().back().agencies_size() == 1);
  CHECK(t.Events().back().agencies(0) == kHousing);
  REQUIRE(t.nodes.FileHold(t.Hold("resources/none"), "").ok());
  for (const char* field : {"subject", "reason"}) {
    FiledHold spoilt = t.Hold();
    (field == std::string("subject") ? spoilt.subject : spoilt.reason).clear();
    CHECK(absl::IsInvalidArgument(t.nodes.FileHold(spoilt, "").status()));
  }
}

TEST_CASE("Who is behind a hold signed for just this, in the agency, and may") {
  using Spoil = std::function<void(Fixture&, FiledHold*)>;
  const auto resigned = [](auto change) {
    return [change](Fixture& t, FiledHold* hold) {
      FiledHold other = *hold;
      change(&other);
      hold->act = t.ActOf(other, kCivilHead);
    };
  };
  const std::vector<std::pair<std::string, Spoil>> ways = {
      {"no act", [](Fixture&, FiledHold* hold) { hold->act = "the head's own"; }},
      {"an act of another subject", resigned([](FiledHold* h) { h->subject = "grants/g2"; })},
      {"an act of release", resigned([](FiledHold* h) { h->held = false; })},
      {"an act of another reason", resigned([](FiledHold* h) { h->reason = "别的"; })},
      {"another method",
       [](Fixture& t, FiledHold* hold) {
         hold->act = t.ActOf(*hold, kCivilHead, "/shareway.sharing.v1.GrantService/SuspendGrant");
       }},
      {"another agency's head",
       [](Fixture& t, FiledHold* hold) { hold->act = t.ActOf(*hold, kHousingHead); }},
      {"nobody's role", [](Fixture& t, FiledHold* hold) { hold->act = t.ActOf(*hold, kClerk); }},
      {"in the head's name by another key",
       [](Fixture& t, FiledHold* hold) {
         hold->act = t.SignedBy(t.keys.at(kClerk), *hold, kCivilHead, kHoldMethod);
       }},
      {"changed after it was signed",
       [](Fixture& t, FiledHold* hold) {
         evidence::SignedAct mine, other;
         mine.ParseFromString(hold->act);
         other.ParseFromString(t.ActOf(*hold, kCivilHead));
         mine.set_act(other.act());
         hold->act = mine.SerializeAsString();
       }},
      {"a key that is retired",
       [](Fixture& t, FiledHold*) { t.PutKey(kCivilHead, catalog::v1::RETIRED); }},
      {"a key that had ended",
       [](Fixture& t, FiledHold*) { t.PutKey(kCivilHead, catalog::v1::ACTIVE, t.clock.Now()); }},
      {"a person who is suspended",
       [](Fixture& t, FiledHold*) {
         t.PutPerson(kCivilHead, kCivil, catalog::v1::STANDING_SUSPENDED);
       }},
      {"a person who left for another agency",
       [](Fixture& t, FiledHold*) { t.PutPerson(kCivilHead, kHousing, catalog::v1::ACTIVE); }},
  };
  for (const auto& [way, spoil] : ways) {
    CAPTURE(way);
    Fixture t;
    FiledHold hold = t.Hold();
    spoil(t, &hold);
    const absl::Status refused = t.nodes.FileHold(hold, "").status();
    CHECK(absl::IsPermissionDenied(refused));
    CHECK(ReasonOf(refused) == Reason::kActInvalid);
    CHECK(t.Events().empty());
    CHECK(t.node_store.LoadHold(kCivilNode, kCivil, hold.subject)->version == 0);
  }
}

TEST_CASE("A hold by authenticator was signed on a page of this installation, whoever took it") {
  const auto file = [](Fixture& t, const evidence::WebauthnCeremony& ceremony) {
    t.PutKey(kCivilHead, catalog::v1::ACTIVE, absl::InfiniteFuture(),
             catalog::v1::Key::WEBAUTHN);
    FiledHold hold = t.Hold();
    evidence::SignedAct plain;
    plain.ParseFromString(hold.act);
    hold.act = evidence::SignByAuthenticator(t.keys.at(kCivilHead), plain.act(), ceremony)
                   .SerializeAsString();
    return t.nodes.FileHold(hold, "").status();
  };
  const evidence::WebauthnCeremony good = {.origin = "https://sign.share.example"};
  {
    Fixture t;
    CHECK(file(t, good).ok());
    CHECK(t.Events().size() == 1);
  }
  const std::vector<std::pair<const char*, evidence::WebauthnCeremony>> wrong = {
      {"another page", {.origin = "https://evil.example"}},
      {"another page of the same domain", {.origin = "https://share.example"}},
      {"another party", {.origin = good.origin, .party_id = "evil.example"}},
      {"an embedded page", {.origin = good.origin, .end = "\",\"crossOrigin\":true}"}}};
  for (const auto& [way, ceremony] : wrong) {
    CAPTURE(way);
    Fixture t;
    CHECK(ReasonOf(file(t, ceremony)) == Reason::kActInvalid);
    CHECK(t.Events().empty());
  }
  Fixture none;
  none.party.reset();
  CHECK(ReasonOf(file(none, good)) == Reason::kActInvalid);
}

TEST_CASE("An act is filed when the node reaches sharing, however late, and once") {
  Fixture t;
  const FiledHold hold = t.Hold();
  t.clock.Advance(absl::Hours(24 * 30));
  t.PutKey(kCivilHead, catalog::v1::ACTIVE, t.clock.Now() - absl::Hours(1));  // ended since
  REQUIRE(t.nodes.FileHold(hold, "").ok());
  const size_t events = t.Events().size();

  kv::Batch forgotten;  // as the outbox does within hours
  forgotten.DeleteRange("outbox/act/", "outbox/act0");
  REQUIRE(t.kv.Commit(std::move(forgotten)).ok());
  FiledHold again = hold;
  again.set_time = t.clock.Now();
  CHECK(ReasonOf(t.nodes.FileHold(again, "").status()) == Reason::kActReplayed);
  CHECK(t.Events().size() == events);
}

TEST_CASE("Without an act a rule holds a grant, and says so") {
  Fixture t;
  FiledHold by_rule = t.Hold();
  by_rule.act.clear();
  by_rule.reason = "aggregation rule many-records";
  for (const char* way : {"reason", "agency", "resource", "release"}) {
    CAPTURE(way);
    FiledHold spoilt = by_rule;
    if (way == std::string("reason")) spoilt.reason = "疑似泄露";
    if (way == std::string("agency")) spoilt.subject = kTax;
    if (way == std::string("resource")) spoilt.subject = "resources/r1";
    if (way == std::string("release")) spoilt.held = false;
    const absl::Status refused = t.nodes.FileHold(spoilt, "").status();
    CHECK(absl::IsInvalidArgument(refused));
    REQUIRE(DetailsOf(refused)->fields.size() == 1);
    CHECK(DetailsOf(refused)->fields[0].field == "act");
  }
  CHECK(t.Events().empty());
  REQUIRE(t.nodes.FileHold(by_rule, "").ok());
  CHECK_FALSE(t.Events().back().has_act());
  CHECK(t.node_store.LoadHold(kCivilNode, kCivil, by_rule.subject)->value.reason ==
        by_rule.reason);
}

TEST_CASE("Agencies at one node hold each for themselves") {
  Fixture t;
  const FiledHold own = t.Hold(kTax);
  FiledHold guest = t.Hold(kTax, true, kHousingHead);
  guest.agency = kHousing;
  REQUIRE(t.nodes.FileHold(own, "").ok());
  CHECK(t.Events().back().agencies(0) == kCivil);
  t.clock.Advance(absl::Seconds(1));
  // Older than the other agency's, which is no matter to this one.
  REQUIRE(guest.set_time <= own.set_time);
  CHECK(*t.nodes.FileHold(guest, "") == t.clock.Now());
  const evidence::AuditRecord event = t.Events().back();
  REQUIRE(event.agencies_size() == 1);
  CHECK(event.agencies(0) == kHousing);
  CHECK(event.nodes(0) == kCivilNode);

  // What one releases the other holds.
  t.clock.Advance(absl::Seconds(1));
  FiledHold release = t.Hold(kTax, false);
  release.agency = kCivil;  // as good as none
  REQUIRE(t.nodes.FileHold(release, "").ok());
  CHECK_FALSE(t.node_store.LoadHold(kCivilNode, kCivil, kTax)->value.held);
  CHECK(t.node_store.LoadHold(kCivilNode, kHousing, kTax)->value.held);

  // For an agency that it does not serve a node files nothing.
  const size_t events = t.Events().size();
  FiledHold foreign = t.Hold(kTax, true, kHousingHead);
  foreign.node = kTaxNode;
  foreign.agency = kHousing;
  CHECK(ReasonOf(t.nodes.FileHold(foreign, "").status()) == Reason::kNotVisible);
  CHECK(t.Events().size() == events);
}

}  // namespace
}  // namespace shareway::sharing
