// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/requests/demands.h"

#include "catch2/catch.hpp"
#include "services/sharing/rpc/convert_correction.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using State = Demand::State;

struct World : TestDesk {
  const Demands demands{&desk};

  static DemandAsked Graves() {
    return {.title = "公墓登记信息",
            .items = {{"plot_no", "墓位编号"}},
            .legal_basis = "《殡葬管理条例》第八条",
            .scenario = "核对丧葬补助申领",
            .presumed_source = kCivil};
  }
  absl::StatusOr<Stored<Demand>> Ask(const DemandAsked& asked = Graves()) {
    return demands.Create(By(Applicant()), asked, false);
  }
  static std::string Etag(const Stored<Demand>& demand) { return Desk::EtagOf(demand.version); }
  Stored<Demand> Routed(const std::string& provider = kCivil) {
    const Stored<Demand> asked = *Ask();
    return *demands.Route(By(Officer()), asked.value.name, Etag(asked), provider);
  }
  size_t Listed(const Actor& actor) {
    return demands.cases()
        .List(actor, desk.OwnersFor(actor), "", 10, [](const Demand&) { return true; })
        ->values.size();
  }
};

TEST_CASE("A demand is routed to its source, taken on, and answered by a new entry", "[demand]") {
  World w;
  const Stored<Demand> asked = *w.Ask();
  CHECK(w.Listed(Reviewer()) == 0);  // presumed, not routed
  CHECK(ReasonOf(w.demands.Get(Reviewer(), asked.value.name).status()) == Reason::kNotVisible);
  const auto routed =
      w.demands.Route(w.By(Officer()), asked.value.name, w.Etag(asked), kCivil);
  REQUIRE(routed.ok());
  CHECK(w.Listed(Reviewer()) == 1);
  CHECK(w.Listed(Applicant()) == 1);
  CHECK(w.Listed(Officer()) == 1);
  CHECK(w.Listed(Stranger()) == 0);
  const auto accepted =
      w.demands.Accept(w.By(Reviewer()), asked.value.name, w.Etag(*routed), "三个月内编目");
  REQUIRE(accepted.ok());
  Resource graves = Marriages();
  graves.name = "resources/306002-000009";
  graves.title = "公墓登记信息";
  REQUIRE(w.grants.Follow(graves).ok());
  const auto linked = w.demands.Link(w.By(Reviewer()), asked.value.name, w.Etag(*accepted),
                                     graves.name);
  REQUIRE(linked.ok());
  CHECK(linked->value.state == State::kLinked);
  CHECK(linked->value.end_time == w.desk.Now());
  const std::vector<evidence::AuditRecord> events = w.Events();
  REQUIRE(events.size() == 4);
  for (const evidence::AuditRecord& event : events) {
    CHECK(event.kind() == evidence::RecordKind::DEMAND_CHANGED);
    CHECK(event.object() == asked.value.name);
  }
  CHECK(events.back().state() == Encode(linked->value));
  CHECK(events.back().rule() == "cn-2025-809@1 R25 第二十条第一款");
  CHECK(events.front().agencies_size() == 1);  // who asks alone, before it is routed
  CHECK(events.back().agencies_size() == 2);
}

TEST_CASE("A demand that an entry already answers names that entry", "[demand]") {
  World w;
  DemandAsked asked = World::Graves();
  asked.title = Marriages().title;
  const absl::Status said = w.Ask(asked).status();
  CHECK(said.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(ReasonOf(said) == Reason::kAlreadyCatalogued);
  CHECK(DetailsOf(said)->metadata.count("resource") == 1);
  asked = World::Graves();
  asked.items = {{"husband", "男方"}};
  CHECK(DetailsOf(w.Ask(asked).status())->metadata.at("resource") == Marriages().name);
  CHECK(w.Events().empty());
}

TEST_CASE("An agency that is not the source keeps reading, and is asked no second time",
          "[demand]") {
  World w;
  const Stored<Demand> routed = w.Routed();
  const std::string& name = routed.value.name;
  const Errand errand = w.By(Reviewer(), "id-1");
  const auto decline = [&] {
    return w.demands.Decline(errand, name, w.Etag(routed), DeclineGround::kNotTheSource,
                             "不由我局采集", "");
  };
  const auto back = decline();
  REQUIRE(back.ok());
  CHECK(back->value.state == State::kOpen);
  CHECK(decline()->version == back->version);  // the same request again
  CHECK(w.Listed(Reviewer()) == 1);
  CHECK(w.demands.Route(w.By(Officer()), name, w.Etag(*back), kCivil).status().code() ==
        absl::StatusCode::kInvalidArgument);
  const auto next = w.demands.Route(w.By(Officer()), name, w.Etag(*back), kHousing);
  REQUIRE(next.ok());
  Actor housing = Stranger();
  CHECK(w.demands.Accept(w.By(housing), name, w.Etag(*next), "").ok());
}

TEST_CASE("Of several sources none reads what another answered", "[demand]") {
  World w;
  const Actor housing = Stranger();
  const Stored<Demand> routed = w.Routed();
  const std::string& name = routed.value.name;
  const auto told = [&](const Actor& actor) {
    return ToProto(w.demands.Get(actor, name).value(), actor, w.desk).answer();
  };
  const auto back = w.demands.Decline(w.By(Reviewer()), name, w.Etag(routed),
                                      DeclineGround::kNotTheSource, "不由我局采集", "");
  REQUIRE(back.ok());
  CHECK(told(Applicant()) == "不由我局采集");
  CHECK(told(Reviewer()) == "不由我局采集");
  const auto next = w.demands.Route(w.By(Officer()), name, w.Etag(*back), kHousing);
  REQUIRE(next.ok());
  CHECK(told(housing).empty());
  CHECK(w.Events().back().state().find("不由我局采集") == std::string::npos);
  const auto accepted = w.demands.Accept(w.By(housing), name, w.Etag(*next), "下月编目");
  REQUIRE(accepted.ok());
  for (const Actor& actor : {Applicant(), Officer(), housing}) CHECK(told(actor) == "下月编目");
  CHECK(told(Reviewer()).empty());
}

TEST_CASE("A demand can be tried, is taken once, and is hidden from strangers", "[demand]") {
  World w;
  const auto dry = w.demands.Create(w.By(Applicant()), World::Graves(), true);
  REQUIRE(dry.ok());
  CHECK(dry->version == 0);
  CHECK(w.Listed(Applicant()) == 0);
  const Errand errand = w.By(Applicant(), "id-1");
  const auto first = w.demands.Create(errand, World::Graves(), false);
  CHECK(w.demands.Create(errand, World::Graves(), false)->value.name == first->value.name);
  CHECK(w.Listed(Applicant()) == 1);
  const absl::Status seen = w.demands.Get(Stranger(), first->value.name).status();
  CHECK(ReasonOf(seen) == Reason::kNotVisible);
  CHECK(w.demands.Get(Stranger(), Desk::NewName("demands")).status().code() == seen.code());
  CHECK(ReasonOf(w.demands.Withdraw(w.By(Applicant()), first->value.name, "v0").status()) ==
        Reason::kChangedMeanwhile);
  DemandAsked nobody = World::Graves();
  nobody.presumed_source = "agencies/none";
  CHECK(w.Ask(nobody).status().code() == absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace shareway::sharing
