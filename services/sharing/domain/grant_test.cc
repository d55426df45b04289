// SPDX-License-Identifier: Apache-2.0
// Grants: direct claims, and the grounds on which a grant is stopped.
#include "services/sharing/domain/grant.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

using State = Grant::State;

Grant Active() {
  return Grant::Restore({.name = "grants/g",
                         .consumer = kTax,
                         .provider = kCivil,
                         .resource = Marriages().name,
                         .state = State::kActive});
}
absl::StatusOr<Grant> Suspend(const Grant& grant, const Actor& actor,
                              SuspendGround ground = SuspendGround::kMisuse) {
  return grant.Suspend(actor, TaxAsksCivil(), ground, "超出用途", "notices/n");
}
absl::StatusOr<Grant> Resume(const Grant& grant, const Actor& actor,
                             const Resource& resource = Marriages()) {
  return grant.Resume(actor, TaxAsksCivil(), resource, "已整改");
}
absl::StatusOr<Grant> Revoke(const Grant& grant, const Actor& actor, RevokeGround ground,
                             const std::string& document, const Notice* notice = nullptr) {
  return grant.Revoke(actor, TaxAsksCivil(), ground, document, {.notice = notice}, Morning());
}

Grant::Claim GoodClaim() {
  return {.items = {},
          .purposes = {Purpose::kWorkReference},
          .scenario = "核对学区",
          .end = absl::CivilDay(2026, 6, 30)};
}
absl::StatusOr<Grant> Direct(const Grant::Claim& claim, const Resource& resource,
                             const StatuteText& text = M16()) {
  return Grant::Direct(claim, Applicant(), resource, text, "grants/g", Morning());
}

TEST_CASE("An unconditional resource is claimed directly under the 2016 measure only") {
  Resource published = Divisions();
  published.publication = "the authority's act";
  const Grant grant = Direct(GoodClaim(), published).value();
  CHECK(grant.fields().state == State::kActive);
  CHECK(grant.fields().items == std::vector<std::string>{"code", "name"});
  CHECK(grant.fields().decision == "the authority's act");
  CHECK(absl::StrContains(grant.fields().rule, "M16 第十二条"));
  CHECK(grant.fields().start_time == Morning());
  CHECK(grant.fields().end_time == statute::StartOfDay(absl::CivilDay(2026, 7, 1)));

  const absl::Status needs_request = Direct(GoodClaim(), Divisions(), R25()).status();
  CHECK(absl::IsFailedPrecondition(needs_request));
  CHECK(ReasonOf(needs_request) == Reason::kRequestRequired);
  CHECK(absl::StrContains(needs_request.message(), "R25 20"));
}

TEST_CASE("Only unconditional items are claimed and each spoilt part of a claim is named") {
  CHECK(Direct(GoodClaim(), Marriages())->fields().items == std::vector<std::string>{"cert_no"});
  Grant::Claim claim = GoodClaim();
  claim.items = {"cert_no", "wife"};
  CHECK(ReasonOf(Direct(claim, Marriages()).status()) == Reason::kRequestRequired);
  CHECK(ReasonOf(Direct(GoodClaim(), Adoptions()).status()) == Reason::kRequestRequired);

  const std::pair<std::string, std::function<void(Grant::Claim&)>> table[] = {
      {"items[0]", [](Grant::Claim& c) { c.items = {"no_such"}; }},
      {"purposes", [](Grant::Claim& c) { c.purposes.clear(); }},
      {"scenario", [](Grant::Claim& c) { c.scenario.clear(); }},
      {"end_date", [](Grant::Claim& c) { c.end = absl::CivilDay(2025, 9, 29); }},
      {"end_date", [](Grant::Claim& c) { c.end = absl::CivilDay(2028, 10, 1); }},
  };
  for (const auto& [field, spoil] : table) {
    Grant::Claim spoilt = GoodClaim();
    spoil(spoilt);
    const absl::Status status = Direct(spoilt, Divisions()).status();
    INFO(status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == field);
  }
}

TEST_CASE("The provider's head and the authority stop a grant and nobody else") {
  for (const Actor& actor : {Applicant(), ConsumerHead(), Reviewer(), Recorder()}) {
    CHECK(absl::IsPermissionDenied(Suspend(Active(), actor).status()));
    CHECK(absl::IsPermissionDenied(
        Revoke(Active(), actor, RevokeGround::kBasisChanged, "某法修订").status()));
  }
  CHECK(Suspend(Active(), ProviderHead()).ok());
  CHECK(Suspend(Active(), Officer()).ok());
}

TEST_CASE("Misuse names its notice and the other grounds have none") {
  const Grant misuse = Suspend(Active(), ProviderHead()).value();
  CHECK(misuse.fields().state == State::kSuspended);
  CHECK(misuse.fields().notice == "notices/n");
  CHECK(misuse.fields().ended_reason == "MISUSE: 超出用途");
  CHECK(Suspend(Active(), ProviderHead(), SuspendGround::kDataFault)->fields().notice.empty());
  CHECK(absl::IsInvalidArgument(
      Suspend(Active(), ProviderHead(), SuspendGround::kUnspecified).status()));
  CHECK(absl::IsFailedPrecondition(Suspend(misuse, ProviderHead()).status()));
}

TEST_CASE("What the authority suspended, the authority resumes") {
  const Grant by_head = Suspend(Active(), ProviderHead()).value();
  CHECK(Resume(by_head, ProviderHead())->fields().state == State::kActive);
  CHECK(Resume(by_head, Officer()).ok());
  const Grant by_officer = Suspend(Active(), Officer()).value();
  CHECK(absl::IsPermissionDenied(Resume(by_officer, ProviderHead()).status()));
  CHECK(Resume(by_officer, Officer())->fields().ended_reason.empty());
  CHECK(absl::IsFailedPrecondition(Resume(Active(), ProviderHead()).status()));
}

TEST_CASE("A grant stops with its resource and resumes by hand when it is back") {
  Resource resource = Marriages();
  resource.state = Resource::State::kSuspended;
  const Grant stopped = Active().SuspendWith(resource);
  CHECK(stopped.fields().state == State::kSuspended);
  CHECK(absl::StartsWith(stopped.fields().ended_reason, "RESOURCE_SUSPENDED"));
  CHECK(absl::IsFailedPrecondition(Resume(stopped, ProviderHead(), resource).status()));
  CHECK(Resume(stopped, ProviderHead()).ok());
  const Grant revoked =
      Revoke(Active(), ProviderHead(), RevokeGround::kBasisChanged, "某法修订").value();
  CHECK(revoked.SuspendWith(resource).fields().state == State::kRevoked);
}

TEST_CASE("A revocation needs its ground and the document of that ground") {
  const Grant revoked =
      Revoke(Active(), ProviderHead(), RevokeGround::kBasisChanged, "某法修订").value();
  CHECK(revoked.fields().state == State::kRevoked);
  CHECK(revoked.fields().ended_reason == "BASIS_CHANGED: 某法修订");
  CHECK(absl::IsFailedPrecondition(
      Revoke(revoked, ProviderHead(), RevokeGround::kBasisChanged, "再次").status()));

  const std::pair<RevokeGround, std::string> missing[] = {
      {RevokeGround::kBasisChanged, ""},
      {RevokeGround::kRectificationFailed, "notices/n"},
      {RevokeGround::kServiceChange, "备案1号"},
      {RevokeGround::kDisputeDecision, "disputes/d"},
      {RevokeGround::kConsumerEnded, "函"},
  };
  for (const auto& [ground, document] : missing) {
    const absl::Status status = Revoke(Active(), ProviderHead(), ground, document).status();
    INFO(status.ToString());
    CHECK(absl::IsFailedPrecondition(status));
    CHECK(ReasonOf(status) == Reason::kGroundRequired);
    CHECK(absl::StrContains(status.message(), "R25 2"));
  }
  CHECK(absl::IsInvalidArgument(
      Revoke(Active(), ProviderHead(), RevokeGround::kUnspecified, "x").status()));
  CHECK(absl::IsInvalidArgument(
      Revoke(Active(), ProviderHead(), RevokeGround::kBasisChanged, std::string(501, 'x'))
          .status()));
}

TEST_CASE("A failed rectification revokes once the notice's deadline has passed") {
  Notice notice = OpenNotice({.name = "notices/n", .grant = "grants/g", .finding = "超出用途"},
                             R25(), Morning() - absl::Hours(24 * 40))
                      .value();
  CHECK(Revoke(Active(), Officer(), RevokeGround::kRectificationFailed, "notices/n", &notice).ok());
  Notice running = OpenNotice(notice, R25(), Morning()).value();
  CHECK(ReasonOf(Revoke(Active(), Officer(), RevokeGround::kRectificationFailed, "notices/n",
                        &running)
                     .status()) == Reason::kGroundRequired);
  Notice other = notice;
  other.grant = "grants/other";
  CHECK_FALSE(
      Revoke(Active(), Officer(), RevokeGround::kRectificationFailed, "notices/n", &other).ok());
  Notice closed = CloseNotice(notice, "已整改", Morning());
  CHECK_FALSE(
      Revoke(Active(), Officer(), RevokeGround::kRectificationFailed, "notices/n", &closed).ok());
}

}  // namespace
}  // namespace shareway::sharing
