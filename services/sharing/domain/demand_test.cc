// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/domain/demand.h"

#include <functional>
#include <map>
#include <set>

#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

using State = Demand::State;

DemandAsked Asked() {
  return {.title = "公墓登记信息",
          .items = {{"plot_no", "墓位编号"}, {"", "逝者证件号"}},
          .legal_basis = "《殡葬管理条例》第八条",
          .scenario = "核对丧葬补助申领",
          .presumed_source = kCivil};
}

absl::StatusOr<Demand> Make(const DemandAsked& asked, const Actor& actor = Applicant(),
                            bool known = true) {
  return MakeDemand("demands/d1", actor, asked, known, R25(), Morning());
}

Demand In(State state) {
  Demand demand = *Make(Asked());
  demand.state = state;
  if (state != State::kOpen) demand.provider = kCivil;
  return demand;
}

Parties PartiesIn(State state) {
  return state == State::kOpen ? Parties{AgencyOf(kTax), {}} : TaxAsksCivil();
}

TEST_CASE("Each act on a demand is open to its people in its states and to no others",
          "[demand]") {
  const std::map<std::string, Actor> people = {
      {"applicant", Applicant()}, {"consumer head", ConsumerHead()}, {"reviewer", Reviewer()},
      {"provider head", ProviderHead()}, {"officer", Officer()},     {"recorder", Recorder()},
      {"stranger", Stranger()}};
  using Call = std::function<absl::Status(const Demand&, const Actor&, const Parties&)>;
  struct Row {
    std::map<std::string, std::set<State>> who;  // person -> states
    Call call;
  };
  const std::set<State> live = {State::kOpen, State::kRouted, State::kAccepted};
  const std::set<State> with_source = {State::kRouted, State::kAccepted};
  const std::map<std::string, Row> may = {
      {"RouteDemand",
       {{{"officer", {State::kOpen}}},
        [](const Demand& d, const Actor& a, const Parties& p) {
          return Route(d, a, p, AgencyOf(kHousing)).status();
        }}},
      {"AcceptDemand",
       {{{"reviewer", {State::kRouted}}},
        [](const Demand& d, const Actor& a, const Parties& p) {
          return Accept(d, a, p, "三个月内编目").status();
        }}},
      {"DeclineDemand",
       {{{"reviewer", {State::kRouted}}},
        [](const Demand& d, const Actor& a, const Parties& p) {
          return Decline(d, a, p, DeclineGround::kNotTheSource, "不由我局采集", "", Morning())
              .status();
        }}},
      {"LinkResource",
       {{{"officer", live}, {"reviewer", with_source}},
        [](const Demand& d, const Actor& a, const Parties& p) {
          return Link(d, a, p, Marriages(), Morning()).status();
        }}},
      {"WithdrawDemand",
       {{{"applicant", live}},
        [](const Demand& d, const Actor& a, const Parties& p) {
          return Withdraw(d, a, p, Morning()).status();
        }}}};
  CHECK(Fault(DemandTable()).empty());
  REQUIRE(DemandTable().transitions.size() == may.size());
  for (const auto& [method, row] : may) {
    for (const int number : DemandTable().states) {
      const State state = static_cast<State>(number);
      for (const auto& [who, actor] : people) {
        INFO(method << " in " << DemandStateName(state) << " by " << who);
        const absl::Status said = row.call(In(state), actor, PartiesIn(state));
        const auto states = row.who.find(who);
        const bool allowed = states != row.who.end() && states->second.count(state) > 0;
        CHECK(said.ok() == allowed);
        const std::vector<std::string> can =
            Allowed(DemandTable(), number, actor, PartiesIn(state));
        CHECK((std::find(can.begin(), can.end(), method) != can.end()) == allowed);
      }
    }
  }
}

TEST_CASE("A bad demand is refused by field", "[demand]") {
  struct Bad {
    const char* field;
    std::function<void(DemandAsked*)> spoil;
  };
  const std::vector<Bad> bad = {
      {"title", [](DemandAsked* a) { a->title.clear(); }},
      {"title", [](DemandAsked* a) { a->title.assign(101, 'x'); }},
      {"items", [](DemandAsked* a) { a->items.clear(); }},
      {"items", [](DemandAsked* a) { a->items.assign(201, {"", "x"}); }},
      {"items[0].title", [](DemandAsked* a) { a->items[0].title.clear(); }},
      {"items[0].id", [](DemandAsked* a) { a->items[0].id = "1st"; }},
      {"items[0].id", [](DemandAsked* a) { a->items[0].id = std::string(65, 'x'); }},
      {"items[1].id", [](DemandAsked* a) { a->items[1].id = a->items[0].id; }},
      {"legal_basis", [](DemandAsked* a) { a->legal_basis.clear(); }},
      {"scenario", [](DemandAsked* a) { a->scenario.assign(1001, 'x'); }},
      {"presumed_source", [](DemandAsked* a) { a->presumed_source = "civil"; }},
      {"presumed_source", [](DemandAsked* a) { a->presumed_source = kTax; }}};
  for (const Bad& b : bad) {
    DemandAsked asked = Asked();
    b.spoil(&asked);
    const auto details = DetailsOf(Make(asked).status());
    INFO(b.field);
    REQUIRE(details);
    REQUIRE(details->fields.size() == 1);
    CHECK(details->fields[0].field == b.field);
  }
  CHECK(DetailsOf(Make(Asked(), Applicant(), false).status())->fields[0].field ==
        "presumed_source");
  CHECK(ReasonOf(Make(Asked(), Reviewer()).status()) == Reason::kPolicyDenied);
}

TEST_CASE("What is marked as secret is refused in every text of a demand", "[demand]") {
  const std::vector<std::function<void(DemandAsked*, std::string)>> places = {
      [](DemandAsked* a, std::string text) { a->title = std::move(text); },
      [](DemandAsked* a, std::string text) { a->scenario = std::move(text); },
      [](DemandAsked* a, std::string text) { a->legal_basis = std::move(text); },
      [](DemandAsked* a, std::string text) { a->items[1].title = std::move(text); }};
  for (const auto& put : places) {
    DemandAsked asked = Asked();
    put(&asked, "密级：机密");
    CHECK(ReasonOf(Make(asked).status()) == Reason::kSecretRefused);
  }
  CHECK(ReasonOf(Decline(In(State::kRouted), Reviewer(), TaxAsksCivil(),
                         DeclineGround::kNotTheSource, "密级：机密", "", Morning()).status()) ==
        Reason::kSecretRefused);
}

TEST_CASE("A published entry answers by its title or by all items wanted", "[demand]") {
  DemandAsked asked = Asked();
  CHECK_FALSE(Answers(Marriages(), asked));
  asked.title = Marriages().title;
  CHECK(Answers(Marriages(), asked));
  Resource withdrawn = Marriages();
  withdrawn.state = Resource::State::kWithdrawn;
  CHECK_FALSE(Answers(withdrawn, asked));
  asked = Asked();
  asked.items = {{"husband", "男方"}, {"wife", "女方"}};
  CHECK(Answers(Marriages(), asked));
  asked.items.push_back({"witness", "证婚人"});
  CHECK_FALSE(Answers(Marriages(), asked));
  asked.items = {{"husband", "男方"}, {"", "女方"}};  // an item without an id is not known to be there
  CHECK_FALSE(Answers(Marriages(), asked));
}

TEST_CASE("A demand that is not the source's may go to another, and not to the same", "[demand]") {
  const Demand routed = *Route(In(State::kOpen), Officer(), PartiesIn(State::kOpen),
                               AgencyOf(kCivil));
  CHECK(routed.listed == std::vector<std::string>{kCivil, City().name});
  const Demand back = *Decline(routed, Reviewer(), TaxAsksCivil(), DeclineGround::kNotTheSource,
                               "不由我局采集", "", Morning());
  CHECK(back.state == State::kOpen);
  CHECK(back.provider.empty());
  CHECK_FALSE(back.end_time);
  const Parties open = PartiesIn(State::kOpen);
  CHECK(Visible(back, Reviewer(), open));  // it may read what became of it
  CHECK_FALSE(Visible(back, Stranger(), open));
  for (const char* agency : {kCivil, kTax}) {
    CHECK(DetailsOf(Route(back, Officer(), open, AgencyOf(agency)).status())->fields[0].field ==
          "provider");
  }
  CHECK(DetailsOf(Route(back, Officer(), open, {.name = kHousing}).status())->fields[0].field ==
        "provider");
  CHECK(Route(back, Officer(), open, AgencyOf(kHousing))->provider == kHousing);
}

TEST_CASE("A legal bar is cited, and ends the demand", "[demand]") {
  const Demand routed = In(State::kRouted);
  const auto decline = [&](DeclineGround ground, const std::string& citation) {
    return Decline(routed, Reviewer(), TaxAsksCivil(), ground, "法律规定不得提供", citation,
                   Morning());
  };
  const Demand declined = *decline(DeclineGround::kLegalBar, "《民法典》第一千一百一十条");
  CHECK(declined.state == State::kDeclined);
  CHECK(declined.end_time == Morning());
  CHECK(DetailsOf(decline(DeclineGround::kLegalBar, "").status())->fields[0].field == "citation");
  CHECK(DetailsOf(decline(DeclineGround::kNotTheSource, "x").status())->fields[0].field ==
        "citation");
  CHECK(DetailsOf(decline(DeclineGround::kUnspecified, "").status())->fields[0].field == "ground");
}

TEST_CASE("The source links its own published entry, the authority any", "[demand]") {
  const Demand accepted = In(State::kAccepted);
  Resource foreign = Marriages();
  foreign.provider = kHousing;
  Resource suspended = Marriages();
  suspended.state = Resource::State::kSuspended;
  CHECK(Link(accepted, Reviewer(), TaxAsksCivil(), Marriages(), Morning())->resource ==
        Marriages().name);
  CHECK(DetailsOf(Link(accepted, Reviewer(), TaxAsksCivil(), foreign, Morning()).status())
            ->fields[0].field == "resource");
  CHECK(Link(accepted, Officer(), TaxAsksCivil(), foreign, Morning()).ok());
  CHECK(DetailsOf(Link(accepted, Officer(), TaxAsksCivil(), suspended, Morning()).status())
            ->fields[0].field == "resource");
}

}  // namespace
}  // namespace shareway::sharing
