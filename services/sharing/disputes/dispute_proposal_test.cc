// SPDX-License-Identifier: Apache-2.0
// What a dispute would grant and no longer can, what a grant that it replaces leaves to be disposed
// of, and texts that are marked as secret.
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/disputes/dispute_bench.h"
#include "services/sharing/domain/disposal.h"
#include "services/sharing/store/grant_life_codec.h"

namespace shareway::sharing {
namespace {

// Until the end of October.
Scope Short(const Resource& resource) {
  Scope scope = ScopeOver(resource);
  scope.end = absl::CivilDay(2025, 10, 31);
  return scope;
}

void GoTo(DisputeBench& t, absl::CivilDay day) {
  t.clock.Advance(statute::StartOfDay(day) + absl::Hours(10) - t.clock.Now());
}

TEST_CASE("Terms whose period is over are proposed anew, and nobody is told of a field he did not "
          "send",
          "[dispute]") {
  DisputeBench t;
  t.Govern("cn-2016-51");
  const Stored<Dispute> open = t.Open(Adoptions().name);
  const Stored<Dispute> proposed =
      t.Propose(open, ConsumerHead(), Outcome::kGrant, Short(Adoptions())).value();
  GoTo(t, absl::CivilDay(2025, 11, 3));
  const absl::Status late = t.Accept(proposed, ProviderHead(), Outcome::kGrant).status();
  INFO(late.ToString());
  CHECK(absl::IsFailedPrecondition(late));
  CHECK(ReasonOf(late) == Reason::kProposalOutdated);
  CHECK(DetailsOf(late)->metadata.at("instead") == "ProposeSettlement");
  CHECK(absl::StrContains(late.message(), "2025-10-31"));
  CHECK(t.AllGrants().empty());
  // What is sent in the call is its sender's to mend.
  const absl::Status sent =
      t.Propose(proposed, ProviderHead(), Outcome::kGrant, Short(Adoptions())).status();
  CHECK(absl::IsInvalidArgument(sent));
  CHECK(DetailsOf(sent)->fields.front().field == "scope.end_date");
  const Stored<Dispute> anew =
      t.Propose(proposed, ProviderHead(), Outcome::kGrant, ScopeOver(Adoptions())).value();
  CHECK(t.Accept(anew, ConsumerHead(), Outcome::kGrant).ok());
  CHECK(t.AllGrants().size() == 1);
}

TEST_CASE("What was asked for a period that is over is granted by no proposal and no decision",
          "[dispute]") {
  DisputeBench t;
  Request::Fields asked = Asked(Marriages());
  asked.scope = Short(Marriages());
  const Stored<Request> refused =
      t.Answered({.verdict = Decision::Verdict::kRefuse, .reason = "不行"}, asked);
  const Stored<Dispute> dispute = t.BeforeGovernment(t.NameOf(refused));
  GoTo(t, absl::CivilDay(2025, 11, 3));
  for (const absl::Status& status :
       {t.Propose(dispute, ProviderHead(), Outcome::kGrant).status(),
        t.Record(dispute, Outcome::kGrant).status()}) {
    INFO(status.ToString());
    CHECK(absl::IsFailedPrecondition(status));
    CHECK(ReasonOf(status) == Reason::kProposalOutdated);
  }
  const absl::Status sent = t.Record(dispute, Outcome::kGrant, Short(Marriages())).status();
  CHECK(absl::IsInvalidArgument(sent));
  CHECK(DetailsOf(sent)->fields.front().field == "scope.end_date");
  CHECK(t.Record(dispute, Outcome::kUpheld).ok());
}

TEST_CASE("No text of a dispute may be marked as secret, and the refusal does not repeat it",
          "[dispute]") {
  DisputeBench t;
  const std::string secret = "机密★10年 内部材料";
  const std::string refused = t.RefusedRequest();
  const Stored<Dispute> open = t.Open(refused);
  const std::string name = t.NameOf(open);
  const std::string etag = t.EtagOf(open);
  Ruling ruling = Good();
  ruling.reasons = secret;
  Scope scope = ScopeOver(Marriages());
  scope.rows.conditions = {{"cert_no", filter::Op::kPrefix, secret}};
  DisputeBench other;
  const Stored<Dispute> coordinated = other.Coordinated(other.RefusedRequest());
  DisputeBench third;
  const Stored<Dispute> before = third.BeforeGovernment(third.RefusedRequest());
  const auto mediate = [&](const Mediation& mediation) {
    return other.disputes
        .RecordMediation(other.By(Officer()), other.NameOf(coordinated),
                         other.EtagOf(coordinated), mediation)
        .status();
  };
  DisputeBench fourth;
  const std::string subject = fourth.RefusedRequest();
  for (const absl::Status& status :
       {fourth.disputes.Open(fourth.By(Applicant()), {.subject = subject, .claim = secret})
            .status(),
        t.disputes.Respond(t.By(Reviewer()), name, etag, secret, {}).status(),
        t.disputes
            .Propose(t.By(ProviderHead()), name, etag,
                     {.outcome = Outcome::kUpheld, .text = secret})
            .status(),
        t.Propose(open, ProviderHead(), Outcome::kGrant, scope).status(),
        t.disputes.DeclareDeadlock(t.By(Applicant()), name, etag, secret).status(),
        other.disputes
            .Escalate(other.By(Reviewer()), other.NameOf(coordinated), other.EtagOf(coordinated),
                      secret)
            .status(),
        mediate({.minutes = secret}),
        mediate({.minutes = "双方各执一词",
                 .proposal = Terms{.outcome = Outcome::kUpheld, .text = secret}}),
        third.disputes
            .Record(third.By(Recorder()), third.NameOf(before), third.EtagOf(before),
                    Outcome::kUpheld, ruling, std::nullopt)
            .status()}) {
    INFO(status.ToString());
    CHECK(ReasonOf(status) == Reason::kSecretRefused);
    CHECK_FALSE(absl::StrContains(status.ToString(), "内部材料"));
  }
}

TEST_CASE("A dispute over cuts of a change whose terms wait ends the grant that went on",
          "[dispute]") {
  DisputeBench t;
  Request::Fields asked = Asked(Marriages());
  asked.scope.items = {"cert_no"};
  const std::string old_grant =
      t.Answered({.verdict = Decision::Verdict::kApprove}, asked).value.fields().grant;
  ChangeAsked change{.change = {ScopeChange::Kind::kWiderScope, old_grant, ""},
                     .legal_basis = "《演示市税务征管办法》第三条",
                     .scenario = "核定税种",
                     .scope = ScopeOver(Marriages())};
  change.scope->start = absl::CivilDay(2025, 9, 30);
  Stored<Request> request = t.sharing.ChangeScope(t.By(Applicant()), change, false).value();
  const std::string name = t.NameOf(request);
  request = t.sharing.SignOff(t.By(ConsumerHead()), name, t.EtagOf(request)).value();
  request = t.sharing.Submit(t.By(Applicant()), name, t.EtagOf(request)).value();
  Decision reduced{.verdict = Decision::Verdict::kApproveReduced,
                   .scope = change.scope,
                   .cuts = {{"wife", "不需要"}}};
  reduced.scope->items = {"cert_no", "husband"};
  request = t.sharing.Decide(t.By(Reviewer()), name, t.EtagOf(request), reduced).value();
  request = t.sharing.SignOffDecision(t.By(ProviderHead()), name, t.EtagOf(request)).value();
  const std::string pending = request.value.fields().grant;
  REQUIRE(t.store.LoadGrant(pending)->value.fields().state == Grant::State::kPendingTerms);
  REQUIRE(t.store.LoadGrant(old_grant)->value.fields().state == Grant::State::kActive);
  const Stored<Dispute> closed = t.Record(t.BeforeGovernment(name), Outcome::kGrant).value();
  CHECK(t.GrantOf(closed).fields().items.size() == 3);
  CHECK(t.GrantOf(closed).fields().state == Grant::State::kActive);
  for (const std::string& ended : {pending, old_grant}) {
    const Grant grant = t.store.LoadGrant(ended)->value;
    CHECK(grant.fields().state == Grant::State::kRevoked);
    CHECK(absl::StrContains(grant.fields().ended_reason, t.GrantOf(closed).fields().name));
    CHECK(absl::IsNotFound(t.store.LoadCase<Disposal>(Disposal::NameFor(ended)).status()));
  }
}

}  // namespace
}  // namespace shareway::sharing
