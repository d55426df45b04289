// SPDX-License-Identifier: Apache-2.0
// The writes of grants, consents and notices, and what the catalogue does to grants.
#include "services/sharing/grants/grants.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;

std::vector<Notice> AllNotices(TestDesk& t) {
  std::vector<Notice> notices;
  auto page =
      t.store.ListNotices({kTax}, "", 100, [](const Notice&) { return true; }).value();
  for (const Stored<Notice>& notice : page.values) notices.push_back(notice.value);
  return notices;
}

TEST_CASE("A direct claim is active in the same call under the 2016 measure") {
  TestDesk t;
  t.Govern("cn-2016-51");
  const Grant::Claim claim{.items = {},
                           .purposes = {Purpose::kWorkReference},
                           .scenario = "核对",
                           .end = absl::CivilDay(2026, 6, 30)};
  Resource published = Divisions();
  published.publication = "the authority's act";
  REQUIRE(t.grants.Follow(published).ok());
  const std::string name =
      t.grants.Claim(t.By(Applicant()), Divisions().name, claim).value().value.fields().name;
  const Stored<Grant> grant = t.grants.Get(Applicant(), name).value();
  CHECK(grant.value.fields().decision == published.publication);
  CHECK(grant.value.fields().number == 1);
  CHECK(grant.value.fields().state == Grant::State::kActive);
  CHECK(t.Events().back().rule() == grant.value.fields().rule);
  t.Govern("cn-2025-809");
  CHECK(ReasonOf(t.grants.Claim(t.By(Applicant()), Divisions().name, claim).status()) ==
        Reason::kRequestRequired);
}

TEST_CASE("A standing consent is the provider's, for unconditional data, once") {
  TestDesk t;
  Actor other = ProviderHead();
  other.agency = kHousing;
  CHECK(absl::IsPermissionDenied(t.grants.GiveConsent(t.By(other), Divisions().name).status()));
  CHECK(absl::IsFailedPrecondition(
      t.grants.GiveConsent(t.By(ProviderHead()), Marriages().name).status()));
  CHECK(ReasonOf(t.grants.GiveConsent(t.By(ProviderHead()), "resources/none").status()) ==
        Reason::kNotVisible);
  const Stored<Consent> consent =
      t.grants.GiveConsent(t.By(ProviderHead()), Divisions().name).value();
  CHECK(absl::IsAlreadyExists(
      t.grants.GiveConsent(t.By(ProviderHead()), Divisions().name).status()));
  CHECK(ReasonOf(t.grants.WithdrawConsent(t.By(other), consent.value.name).status()) ==
        Reason::kNotVisible);
  REQUIRE(t.grants.WithdrawConsent(t.By(ProviderHead()), consent.value.name).ok());
  CHECK(absl::IsFailedPrecondition(
      t.grants.WithdrawConsent(t.By(ProviderHead()), consent.value.name).status()));
  CHECK(t.grants.GiveConsent(t.By(ProviderHead()), Divisions().name).ok());
}

TEST_CASE("Misuse opens a notice in the same batch and resuming closes it") {
  TestDesk t;
  const std::string name = t.NameOf(t.Granted());
  const Stored<Grant> suspended =
      t.grants.Suspend(t.By(ProviderHead()), name, SuspendGround::kMisuse, "超出用途").value();
  CHECK(suspended.value.fields().number == 2);
  REQUIRE(AllNotices(t).size() == 1);
  CHECK(AllNotices(t)[0].name == suspended.value.fields().notice);
  CHECK(AllNotices(t)[0].state == Notice::State::kOpen);
  CHECK(AllNotices(t)[0].clock.due.day == absl::CivilDay(2025, 10, 21));
  const auto events = t.Events();
  CHECK(events[events.size() - 2].kind() == RecordKind::GRANT_SUSPENDED);
  CHECK(events[events.size() - 2].reason() == "MISUSE");
  CHECK(events.back().kind() == RecordKind::NOTICE_CHANGED);

  REQUIRE(t.grants.Resume(t.By(ProviderHead()), name, "已整改").ok());
  CHECK(AllNotices(t)[0].state == Notice::State::kClosed);
}

TEST_CASE("A notice whose deadline passed lets the grant be revoked") {
  TestDesk t;
  const std::string name = t.NameOf(t.Granted());
  const std::string notice =
      t.grants.Suspend(t.By(Officer()), name, SuspendGround::kMisuse, "超出用途")
          ->value.fields()
          .notice;
  CHECK(ReasonOf(t.grants.Revoke(t.By(Officer()), name, RevokeGround::kRectificationFailed, notice)
                     .status()) == Reason::kGroundRequired);
  CHECK(ReasonOf(t.grants.Revoke(t.By(Officer()), name, RevokeGround::kRectificationFailed,
                                 "notices/aaaaaaaaaaaaaaaaaaaaaaaa")
                     .status()) == Reason::kGroundRequired);
  t.clock.Advance(absl::Hours(24 * 30));
  REQUIRE(t.grants.Revoke(t.By(Officer()), name, RevokeGround::kRectificationFailed, notice).ok());
  CHECK(AllNotices(t)[0].state == Notice::State::kClosed);
  CHECK(t.store.LoadGrant(name)->value.fields().state == Grant::State::kRevoked);
}

TEST_CASE("Strangers and absent grants get one answer, the consumer gets the rule") {
  TestDesk t;
  const std::string name = t.NameOf(t.Granted());
  CHECK(ReasonOf(t.grants.Get(Stranger(), name).status()) == Reason::kNotVisible);
  CHECK(ReasonOf(t.grants.Get(Stranger(), "grants/aaaaaaaaaaaaaaaaaaaaaaaa").status()) ==
        Reason::kNotVisible);
  CHECK(ReasonOf(t.grants.Suspend(t.By(Stranger()), name, SuspendGround::kMisuse, "x").status()) ==
        Reason::kNotVisible);
  const absl::Status consumer =
      t.grants.Suspend(t.By(ConsumerHead()), name, SuspendGround::kMisuse, "x").status();
  CHECK(ReasonOf(consumer) == Reason::kPolicyDenied);
  CHECK(absl::StrContains(consumer.message(), "R25 27"));
  CHECK(t.grants.Get(ConsumerHead(), name).ok());
}

TEST_CASE("A suspended resource stops its grants and a resource that is back stops none") {
  TestDesk t;
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) names.push_back(t.NameOf(t.Granted()));
  REQUIRE(t.grants
              .Revoke(t.By(ProviderHead()), names[0], RevokeGround::kBasisChanged, "某法修订")
              .ok());
  Resource resource = Marriages();
  resource.state = Resource::State::kSuspended;
  REQUIRE(t.grants.Follow(resource).ok());
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(t.store.LoadGrant(names[0])->value.fields().state == Grant::State::kRevoked);
  CHECK(t.store.LoadGrant(names[1])->value.fields().state == Grant::State::kSuspended);
  CHECK(t.store.LoadGrant(names[2])->value.fields().state == Grant::State::kSuspended);
  CHECK(t.Events().back().reason() == "RESOURCE_SUSPENDED");
  CHECK(absl::IsFailedPrecondition(
      t.grants.Resume(t.By(ProviderHead()), names[1], "恢复").status()));

  resource.state = Resource::State::kPublished;
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(t.store.LoadGrant(names[1])->value.fields().state == Grant::State::kSuspended);
  CHECK(t.grants.Resume(t.By(ProviderHead()), names[1], "恢复").ok());
}

TEST_CASE("A grant that is decided while its resource is suspended does not come to be") {
  TestDesk t;
  const Stored<Request> decided = t.Decided();
  Resource resource = Marriages();
  resource.state = Resource::State::kSuspended;
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(absl::IsFailedPrecondition(
      t.sharing.SignOffDecision(t.By(ProviderHead()), t.NameOf(decided), t.EtagOf(decided))
          .status()));
  CHECK(t.AllGrants().empty());
}

TEST_CASE("Following a resource survives faults and is taken up again") {
  for (bool applied : {false, true}) {
    TestDesk t;
    const std::string name = t.NameOf(t.Granted());
    Resource resource = Marriages();
    resource.state = Resource::State::kWithdrawn;
    int left = 2;  // the second commit fails: the resource is stored, the grant perhaps not
    t.kv.on_commit = [&](const kv::Batch&) {
      if (--left > 0) return kv::Outcome{};
      return kv::Outcome{applied, absl::UnavailableError("the wire broke")};
    };
    CHECK_FALSE(t.grants.Follow(resource).ok());
    t.kv.on_commit = nullptr;
    REQUIRE(t.grants.Follow(resource).ok());
    CHECK(t.store.LoadGrant(name)->value.fields().state == Grant::State::kSuspended);
    CHECK(t.store.GrantHead() == 2);
  }
}

TEST_CASE("The grant log holds every change as the whole grant with its number") {
  TestDesk t;
  const std::string name = t.NameOf(t.Granted());
  REQUIRE(t.grants.Suspend(t.By(ProviderHead()), name, SuspendGround::kDataFault, "数据有误").ok());
  std::vector<std::pair<uint64_t, Grant::State>> log;
  REQUIRE(t.store
              .ReadGrants(1,
                          [&](const Grant& grant) {
                            CHECK(grant.fields().name == name);
                            CHECK(grant.fields().items.size() == 3);
                            log.push_back({grant.fields().number, grant.fields().state});
                            return true;
                          })
              .ok());
  CHECK(log == std::vector<std::pair<uint64_t, Grant::State>>{{1, Grant::State::kActive},
                                                              {2, Grant::State::kSuspended}});
  CHECK(t.store.LoadGrant(name)->value.fields().number == 2);
  REQUIRE(t.store.TrimGrants(1).ok());
  CHECK(t.store.GrantTail().value() == 2);
}

}  // namespace
}  // namespace shareway::sharing
