// SPDX-License-Identifier: Apache-2.0
// The writes of disputes, and what a decision or a settlement leaves behind.
#include "services/sharing/disputes/disputes.h"

#include <algorithm>
#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/disputes/dispute_bench.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;

TEST_CASE("A decision can grant what was refused, with an approved request beside the grant",
          "[dispute]") {
  DisputeBench t;
  const std::string refused = t.RefusedRequest();
  const Stored<Dispute> closed =
      t.Record(t.BeforeGovernment(refused), Outcome::kGrant).value();
  const Stored<Grant> grant = t.store.LoadGrant(closed.value.fields().grant).value();
  CHECK(grant.value.fields().dispute == t.NameOf(closed));
  CHECK(grant.value.fields().items.size() == 3);
  CHECK(absl::StrContains(grant.value.fields().rule, "第二十八条"));
  CHECK_FALSE(grant.value.fields().decision.empty());
  CHECK(grant.value.fields().request != refused);
  CHECK(t.store.LoadRequest(refused)->value.fields().state == Request::State::kRefused);
  const Stored<Request> made = t.store.LoadRequest(grant.value.fields().request).value();
  CHECK(made.value.fields().state == Request::State::kApproved);
  CHECK(made.value.fields().dispute == t.NameOf(closed));
  CHECK(t.Mismatch().empty());
}

TEST_CASE("A decision over a request grants no more than was asked", "[dispute]") {
  const struct {
    const char* field;
    std::function<void(Scope&)> widen;
  } table[] = {
      {"scope.items", [](Scope& s) { s.items.push_back("wife"); }},
      {"scope.row_filter", [](Scope& s) { s.rows.conditions.clear(); }},
      {"scope.purposes", [](Scope& s) { s.purposes.push_back(Purpose::kOther); }},
      {"scope.methods", [](Scope& s) { s.methods.push_back(Method::kDownload); }},
      {"scope.end_date", [](Scope& s) { s.end += 1; }},
  };
  DisputeBench t;
  Request::Fields asked = Asked(Marriages());
  asked.scope.items = {"cert_no", "husband"};
  asked.scope.rows.conditions = {{"cert_no", filter::Op::kPrefix, "99"}};
  asked.scope.methods = {Method::kQuery};
  const Stored<Request> refused =
      t.Answered({.verdict = Decision::Verdict::kRefuse, .reason = "不行"}, asked);
  const Stored<Dispute> dispute = t.BeforeGovernment(t.NameOf(refused));
  for (const auto& row : table) {
    Scope scope = asked.scope;
    row.widen(scope);
    const absl::Status status = t.Record(dispute, Outcome::kGrant, scope).status();
    INFO(row.field << ": " << status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == row.field);
  }
  CHECK(t.AllGrants().empty());
  Scope less = asked.scope;
  less.items.pop_back();
  const Stored<Dispute> closed = t.Record(dispute, Outcome::kGrant, less).value();
  CHECK(t.GrantOf(closed).fields().items == less.items);
}

TEST_CASE("One struck item is disputed alone, and one grant takes the place of the other",
          "[dispute]") {
  DisputeBench t;
  const Stored<Request> struck = t.StruckRequest();
  const std::string old = struck.value.fields().grant;
  const Stored<Dispute> closed =
      t.Record(t.BeforeGovernment(t.NameOf(struck), {"wife"}), Outcome::kGrant).value();
  const Grant grant = t.GrantOf(closed);
  CHECK(grant.fields().items == std::vector<std::string>{"cert_no", "wife"});
  CHECK(grant.fields().state == Grant::State::kActive);
  const Grant before = t.store.LoadGrant(old)->value;
  CHECK(before.fields().state == Grant::State::kRevoked);
  CHECK(absl::StrContains(before.fields().ended_reason, grant.fields().name));
  CHECK(t.Mismatch().empty());
  const std::vector<evidence::AuditRecord> events = t.Events();
  const auto ended = std::find_if(events.begin(), events.end(), [](const auto& event) {
    return event.kind() == RecordKind::GRANT_REVOKED;
  });
  REQUIRE(ended != events.end());
  CHECK(ended->object() == old);
  CHECK(ended->reason() == "DISPUTE_DECISION");
}

TEST_CASE("What was granted beside struck items is not taken back, nor more than those given",
          "[dispute]") {
  DisputeBench t;
  const Stored<Request> struck = t.StruckRequest();
  const Stored<Dispute> dispute = t.BeforeGovernment(t.NameOf(struck), {"wife"});
  for (const std::vector<std::string>& items :
       {std::vector<std::string>{"wife"}, {"cert_no", "husband"}}) {
    Scope scope = ScopeOver(Marriages());
    scope.items = items;
    CHECK(absl::IsInvalidArgument(t.Record(dispute, Outcome::kGrant, scope).status()));
  }
  CHECK(t.store.LoadGrant(struck.value.fields().grant)->value.fields().state ==
        Grant::State::kActive);
}

TEST_CASE("A suspended grant is not widened by a dispute over what was struck", "[dispute]") {
  DisputeBench t;
  const Stored<Request> struck = t.StruckRequest();
  const std::string old = struck.value.fields().grant;
  const Stored<Dispute> dispute = t.BeforeGovernment(t.NameOf(struck), {"wife"});
  REQUIRE(t.grants.Suspend(t.By(ProviderHead()), old, SuspendGround::kMisuse, "越权使用").ok());
  CHECK(ReasonOf(t.Record(dispute, Outcome::kGrant).status()) == Reason::kStateForbids);
  CHECK(t.AllGrants().size() == 1);
  CHECK(t.Record(dispute, Outcome::kUpheld).ok());
}

TEST_CASE("Under the 2016 measure what is not shared is negotiated, and both heads grant it",
          "[dispute]") {
  for (const bool consumer_proposes : {true, false}) {
    DisputeBench t;
    t.Govern("cn-2016-51");
    const Actor first = consumer_proposes ? ConsumerHead() : ProviderHead();
    const Actor second = consumer_proposes ? ProviderHead() : ConsumerHead();
    const Stored<Dispute> open = t.Open(Adoptions().name);
    CHECK(absl::IsInvalidArgument(t.Propose(open, first, Outcome::kGrant).status()));  // no scope
    const Stored<Dispute> proposed =
        t.Propose(open, first, Outcome::kGrant, ScopeOver(Adoptions())).value();
    CHECK(t.AllGrants().empty());
    const Stored<Dispute> closed = t.Accept(proposed, second, Outcome::kGrant).value();
    CHECK(closed.value.fields().settled);
    REQUIRE(t.AllGrants().size() == 1);
    // It rests on what the provider's head signed, whoever came first.
    const std::string& act = t.GrantOf(closed).fields().decision;
    evidence::SignedAct signed_act;
    REQUIRE(signed_act.ParseFromString(act));
    const std::vector<evidence::AuditRecord> events = t.Events();
    const auto said = std::find_if(events.begin(), events.end(), [&](const auto& event) {
      return event.act().act() == signed_act.act();
    });
    REQUIRE(said != events.end());
    CHECK(said->kind() ==
          (consumer_proposes ? RecordKind::DISPUTE_DECIDED : RecordKind::DISPUTE_CHANGED));
    CHECK(t.Mismatch().empty());
  }
}

TEST_CASE("Under the 2025 regulation nobody can settle on a grant of what is not shared",
          "[dispute]") {
  DisputeBench t;
  const Stored<Dispute> open = t.Open(Adoptions().name);
  CHECK(ReasonOf(t.Propose(open, ProviderHead(), Outcome::kGrant, ScopeOver(Adoptions()))
                     .status()) == Reason::kNotShared);
  const Stored<Dispute> proposed = t.Propose(open, ProviderHead(), Outcome::kReclassify).value();
  CHECK(t.Accept(proposed, ConsumerHead(), Outcome::kReclassify)->value.fields().outcome ==
        Outcome::kReclassify);
}

TEST_CASE("What is not shared is granted by decision under the 2016 measure, not under 2025",
          "[dispute]") {
  for (const char* profile : {"cn-2016-51", "cn-2025-809"}) {
    DisputeBench t;
    t.Govern(profile);
    const bool measure = std::string(profile) == "cn-2016-51";
    // Nothing follows coordination under the measure.
    const Stored<Dispute> dispute =
        measure ? t.Coordinated(Adoptions().name) : t.BeforeGovernment(Adoptions().name);
    CHECK(absl::IsInvalidArgument(t.Record(dispute, Outcome::kGrant).status()));  // no scope
    const auto granted = t.Record(dispute, Outcome::kGrant, ScopeOver(Adoptions()));
    INFO(profile << ": " << granted.status().ToString());
    if (measure) {
      REQUIRE(granted.ok());
      CHECK(t.AllGrants().size() == 1);
    } else {
      CHECK(ReasonOf(granted.status()) == Reason::kNotShared);
      CHECK(t.AllGrants().empty());
      CHECK(t.Record(dispute, Outcome::kReclassify).ok());
    }
    CHECK(t.Mismatch().empty());
  }
}

TEST_CASE("After a reclassification was published the same dispute can end in a grant",
          "[dispute]") {
  DisputeBench t;
  const Stored<Dispute> dispute = t.BeforeGovernment(Adoptions().name);
  Resource reclassified = Adoptions();
  reclassified.share_class = reclassified.items[0].share_class = ShareClass::kConditional;
  reclassified.revision += 1;
  REQUIRE(t.grants.Follow(reclassified).ok());
  const Stored<Dispute> closed =
      t.Record(dispute, Outcome::kGrant, ScopeOver(Adoptions())).value();
  CHECK(t.GrantOf(closed).fields().resource_revision == reclassified.revision);
}

TEST_CASE("The catalogue's authority hears of a reclassification", "[dispute]") {
  DisputeBench t;
  for (const Outcome outcome : {Outcome::kUpheld, Outcome::kReclassify}) {
    const Stored<Dispute> open = t.Open(Adoptions().name);
    const Stored<Dispute> proposed = t.Propose(open, ConsumerHead(), outcome).value();
    REQUIRE(t.Accept(proposed, ProviderHead(), outcome).ok());
    const evidence::AuditRecord event = t.Events().back();
    CHECK(event.kind() == RecordKind::DISPUTE_DECIDED);
    CHECK(event.reason() == OutcomeName(outcome));
    CHECK(event.resource() == Adoptions().name);
    CHECK(Tells(event, kBureau) == (outcome == Outcome::kReclassify));
  }
}

TEST_CASE("The other outcomes close the dispute and grant nothing", "[dispute]") {
  for (const Outcome outcome : {Outcome::kReclassify, Outcome::kUpheld}) {
    DisputeBench t;
    const Stored<Dispute> dispute = t.BeforeGovernment(t.RefusedRequest());
    CHECK(absl::IsInvalidArgument(
        t.Record(dispute, outcome, ScopeOver(Marriages())).status()));
    CHECK(absl::IsInvalidArgument(t.Record(dispute, Outcome::kSupply).status()));
    CHECK(t.Record(dispute, outcome)->value.fields().outcome == outcome);
    CHECK(t.AllGrants().empty());
  }
}

TEST_CASE("One agency that is its own authority is not its own judge", "[dispute]") {
  DisputeBench t;
  for (auto& [name, agency] : t.agencies) agency.authority.agency = kTax;
  const std::string refused = t.RefusedRequest();
  const absl::Status alone = t.TryOpen(refused).status();
  INFO(alone.ToString());
  CHECK(ReasonOf(alone) == Reason::kStageUnavailable);
  // With an authority above, that one coordinates and its government decides.
  t.PutUnderProvince();
  t.agencies[kTax].vertical = false;
  const Stored<Dispute> dispute = t.BeforeGovernment(refused);
  CHECK(dispute.value.fields().coordinator == "authorities/province");
  CHECK(dispute.value.fields().decider == "演示省人民政府");
  Actor officer = Recorder();
  officer.agency = kTax;
  CHECK(ReasonOf(t.Record(dispute, Outcome::kGrant, std::nullopt, officer).status()) ==
        Reason::kPolicyDenied);
  CHECK(t.Record(dispute, Outcome::kGrant, std::nullopt, ProvinceOfficer()).ok());
}

TEST_CASE("A lost write or answer leaves dispute and grant together", "[dispute]") {
  for (const bool applied : {false, true}) {
    for (const bool settled : {false, true}) {
      DisputeBench t;
      const Stored<Request> struck = t.StruckRequest();
      Stored<Dispute> dispute = t.BeforeGovernment(t.NameOf(struck));
      if (settled) dispute = t.Propose(dispute, ProviderHead(), Outcome::kGrant).value();
      t.kv.on_commit = [&](const kv::Batch&) {
        return kv::Outcome{applied, absl::UnavailableError("the wire broke")};
      };
      const auto closed = settled ? t.Accept(dispute, ConsumerHead(), Outcome::kGrant)
                                  : t.Record(dispute, Outcome::kGrant);
      CHECK(absl::IsUnavailable(closed.status()));
      t.kv.on_commit = nullptr;
      const bool stored = t.store.LoadDispute(t.NameOf(dispute))->value.fields().stage ==
                          Dispute::Stage::kClosed;
      CHECK(stored == applied);
      CHECK(t.AllGrants().size() == (applied ? 2u : 1u));
      CHECK((t.store.LoadGrant(struck.value.fields().grant)->value.fields().state ==
             Grant::State::kRevoked) == applied);
      CHECK(t.Mismatch().empty());
    }
  }
}

TEST_CASE("However much each side says, the ruling still fits into its evidence", "[dispute]") {
  DisputeBench t;
  const auto text = [](int characters) {
    std::string out;
    for (int i = 0; i < characters; ++i) out += "𠀀";  // four bytes
    return out;
  };
  const std::vector<DisputeAttachment> files(10, {"attachments/" + std::string(24, 'a'),
                                                  std::string(32, 'd')});
  Stored<Dispute> d =
      t.disputes.Open(t.By(Applicant()), {.subject = t.RefusedRequest(),
                                          .claim = text(2000),
                                          .attachments = files})
          .value();
  const auto step = [&](const absl::StatusOr<Stored<Dispute>>& next) {
    INFO(next.status().ToString());
    REQUIRE(next.ok());
    d = *next;
  };
  // Each takes what there is, down to the last character.
  const auto fill = [&](auto say) {
    for (int characters = 1500; characters > 0;) {
      const absl::StatusOr<Stored<Dispute>> next = say(text(characters));
      if (next.ok()) d = *next;
      if (!next.ok()) characters /= 2;
    }
  };
  fill([&](const std::string& words) {
    return t.disputes.Respond(t.By(Reviewer()), t.NameOf(d), t.EtagOf(d), words, files);
  });
  fill([&](const std::string& words) {
    return t.disputes.Respond(t.By(Reviewer()), t.NameOf(d), t.EtagOf(d), words, {});
  });
  step(t.disputes.DeclareDeadlock(t.By(Applicant()), t.NameOf(d), t.EtagOf(d), text(1000)));
  step(t.disputes.Escalate(t.By(Applicant()), t.NameOf(d), t.EtagOf(d), text(1000)));
  fill([&](const std::string& words) {
    return t.disputes.RecordMediation(t.By(Officer()), t.NameOf(d), t.EtagOf(d),
                                      {.minutes = words, .attachments = files});
  });
  step(t.disputes.Escalate(t.By(Reviewer()), t.NameOf(d), t.EtagOf(d), text(1000)));
  Ruling ruling = Good();
  ruling.reasons = text(2000);
  Errand errand = t.By(Recorder());
  errand.act->set_act(std::string(10'000, 'a'));  // the request again, and what goes with it
  step(t.disputes.Record(errand, t.NameOf(d), t.EtagOf(d), Outcome::kGrant, ruling, std::nullopt));
}

}  // namespace
}  // namespace shareway::sharing
