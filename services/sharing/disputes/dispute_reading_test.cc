// SPDX-License-Identifier: Apache-2.0
// Who finds a dispute where, what a pack of it holds, and that it reads back from its bytes.
#include "services/sharing/disputes/disputes.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/disputes/dispute_bench.h"
#include "services/sharing/store/dispute_codec.h"
#include "services/sharing/store/record_codec.h"

namespace shareway::sharing {
namespace {

TEST_CASE("The coordinator above finds a dispute in its lists from coordination on", "[dispute]") {
  DisputeBench t;
  t.PutUnderProvince();
  const std::string refused = t.RefusedRequest();
  const auto listed = [&] {
    const Actor officer = ProvinceOfficer();
    const auto want = [&](const Dispute& dispute) {
      const Dispute::Fields& f = dispute.fields();
      return dispute.VisibleTo(officer, t.desk.PartiesOf(f.consumer, f.provider));
    };
    return t.store.ListDisputes(t.desk.OwnersFor(officer), "", 10, want)->values.size();
  };
  const auto clocks = [&] {
    return t.store
        .ListClocks(t.desk.OwnersFor(ProvinceOfficer()), "", 10,
                    [](const ClockRow& row, const Request*, const Dispute*) {
                      return row.clock.kind == statute::ClockKind::kCoordination;
                    })
        ->values;
  };
  const Stored<Dispute> open = t.Open(refused);
  CHECK(open.value.fields().coordinator == "authorities/province");
  CHECK(listed() == 0);
  CHECK(ReasonOf(t.disputes.Get(ProvinceOfficer(), t.NameOf(open)).status()) ==
        Reason::kNotVisible);
  CHECK_FALSE(Tells(t.Events().back(), kProvince));
  const Stored<Dispute> stuck =
      t.disputes.DeclareDeadlock(t.By(Applicant()), t.NameOf(open), t.EtagOf(open), "无法一致")
          .value();
  const Stored<Dispute> coordinated = t.Escalated(stuck, Applicant());
  CHECK(listed() == 1);
  REQUIRE(clocks().size() == 1);
  CHECK(clocks().front().value.debtor == kProvince);
  CHECK(t.disputes.Get(ProvinceOfficer(), t.NameOf(open)).ok());
  CHECK(Tells(t.Events().back(), kProvince));
  CHECK(t.Record(coordinated, Outcome::kUpheld, std::nullopt, ProvinceOfficer()).ok());
  CHECK(listed() == 1);
}

TEST_CASE("One dispute is open over a subject, and after it another may be", "[dispute]") {
  DisputeBench t;
  const std::string refused = t.RefusedRequest();
  const Stored<Dispute> first = t.Open(refused);
  CHECK(absl::IsAlreadyExists(t.TryOpen(refused).status()));
  REQUIRE(t.disputes.Withdraw(t.By(Applicant()), t.NameOf(first), t.EtagOf(first)).ok());
  CHECK(t.TryOpen(refused).ok());
}

TEST_CASE("A dispute is opened over the agency's own request only", "[dispute]") {
  DisputeBench t;
  const std::string refused = t.RefusedRequest();
  for (const Actor& actor : {Reviewer(), Stranger()}) {
    CHECK(ReasonOf(t.TryOpen(refused, {}, actor).status()) == Reason::kNotVisible);
  }
  CHECK(absl::IsInvalidArgument(t.TryOpen("grants/x").status()));
  CHECK(absl::IsInvalidArgument(t.TryOpen(Adoptions().name, {"wife"}).status()));
  CHECK(ReasonOf(t.TryOpen("resources/none").status()) == Reason::kNotVisible);
}

TEST_CASE("Parties and the coordinator see a dispute, strangers one answer to every method",
          "[dispute]") {
  DisputeBench t;
  const std::string name = t.NameOf(t.Open(Adoptions().name));
  for (const Actor& actor : {Applicant(), Reviewer(), Officer(), Recorder()}) {
    CHECK(t.disputes.Get(actor, name).ok());
    CHECK(t.disputes.Pack(actor, name).ok());
  }
  const Errand stranger = t.By(Stranger());
  for (const std::string& seen : {name, std::string("disputes/aaaaaaaaaaaaaaaaaaaaaaaa")}) {
    const absl::Status answers[] = {
        t.disputes.Get(Stranger(), seen).status(),
        t.disputes.Pack(Stranger(), seen).status(),
        t.disputes.Respond(stranger, seen, "v1", "x", {}).status(),
        t.disputes.Propose(stranger, seen, "v1", {}).status(),
        t.disputes.Accept(stranger, seen, "v1", Outcome::kGrant).status(),
        t.disputes.DeclareDeadlock(stranger, seen, "v1", "x").status(),
        t.disputes.Escalate(stranger, seen, "v1", "x").status(),
        t.disputes.RecordMediation(stranger, seen, "v1", {}).status(),
        t.disputes.Record(stranger, seen, "v1", Outcome::kGrant, Good(), std::nullopt).status(),
        t.disputes.Withdraw(stranger, seen, "v1").status(),
    };
    for (const absl::Status& answer : answers) CHECK(ReasonOf(answer) == Reason::kNotVisible);
  }
}

TEST_CASE("A trial of opening or deciding answers and stores nothing", "[dispute]") {
  DisputeBench t;
  const std::string refused = t.RefusedRequest();
  const size_t before = t.Events().size();
  const Stored<Dispute> trial =
      t.disputes.Open(t.By(Applicant()), {.subject = refused, .claim = "确需"}, true).value();
  CHECK(trial.version == 0);
  CHECK(t.Events().size() == before);
  const Stored<Dispute> dispute = t.BeforeGovernment(refused);
  const size_t then = t.Events().size();
  const Stored<Dispute> decided =
      t.disputes
          .Record(t.By(Recorder()), t.NameOf(dispute), t.EtagOf(dispute), Outcome::kGrant, Good(),
                  std::nullopt, true)
          .value();
  CHECK(decided.value.fields().stage == Dispute::Stage::kClosed);
  CHECK(t.store.LoadDispute(t.NameOf(dispute))->value.fields().stage ==
        Dispute::Stage::kDecision);
  CHECK(t.Events().size() == then);
  CHECK(t.AllGrants().empty());
}

TEST_CASE("A pack holds the dispute, its request, both grants and the resource, as evidence does",
          "[dispute]") {
  DisputeBench t;
  const Stored<Request> struck = t.StruckRequest();
  const Stored<Dispute> closed =
      t.Record(t.BeforeGovernment(t.NameOf(struck), {"wife"}), Outcome::kGrant).value();
  const DisputePack pack = t.disputes.Pack(Recorder(), t.NameOf(closed)).value();
  std::vector<std::string> names;
  for (const DisputePack::Object& object : pack.objects) names.push_back(object.name);
  CHECK(names == std::vector<std::string>{
                     t.NameOf(closed), t.NameOf(struck), struck.value.fields().grant,
                     t.GrantOf(closed).fields().request, closed.value.fields().grant,
                     Marriages().name});
  const std::vector<evidence::AuditRecord> events = t.Events();
  for (const DisputePack::Object& object : pack.objects) {
    if (object.name == Marriages().name) continue;  // the catalogue's events have its own record
    const auto last = std::find_if(events.rbegin(), events.rend(), [&](const auto& event) {
      return event.object() == object.name;
    });
    INFO(object.name);
    REQUIRE(last != events.rend());
    CHECK(last->state() == object.record);
  }
}

TEST_CASE("A dispute reads back from its bytes as it was", "[dispute]") {
  DisputeBench t;
  t.Govern("cn-2016-51");
  const Stored<Dispute> open = t.Open(Adoptions().name);
  const Stored<Dispute> answered =
      t.disputes
          .Respond(t.By(Reviewer()), t.NameOf(open), t.EtagOf(open), "不予共享",
                   {{"attachments/a1", std::string(32, 'd')}})
          .value();
  const Stored<Dispute> proposed =
      t.Propose(answered, ProviderHead(), Outcome::kGrant, ScopeOver(Adoptions())).value();
  const Stored<Dispute> closed = t.Accept(proposed, ConsumerHead(), Outcome::kGrant).value();
  for (const Dispute& dispute : {open.value, answered.value, proposed.value, closed.value}) {
    const std::string bytes = Encode(dispute);
    const Dispute read = DecodeDispute(bytes).value();
    CHECK(Encode(read) == bytes);
    CHECK(read.fields().steps.size() == dispute.fields().steps.size());
    CHECK(read.fields().settled == dispute.fields().settled);
    CHECK(read.fields().settlement.has_value() == dispute.fields().settlement.has_value());
    CHECK(read.fields().matter == dispute.fields().matter);
  }
  const Dispute read = DecodeDispute(Encode(closed.value)).value();
  CHECK(read.fields().steps[1].attachments.front().name == "attachments/a1");
  CHECK(read.fields().settlement->of(kCivil)->act ==
        closed.value.fields().settlement->of(kCivil)->act);
  CHECK(read.fields().settlement->terms.scope == ScopeOver(Adoptions()));
  CHECK(absl::IsDataLoss(DecodeDispute("\xff\xff").status()));
}

}  // namespace
}  // namespace shareway::sharing
