// SPDX-License-Identifier: Apache-2.0
// Quotas, masks and holds over real processes.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace sh = sharing::v1;
namespace ex = exchange::v1;

constexpr char kRows[] =
    "cert_no,husband,wife,id_a,id_b,married_on\n"
    "990001,演示甲甲,演示乙乙,990100000000000001,990100000000000002,2026-01-01\n"
    "990002,演示丙丙,演示丁丁,990100000000000003,990100000000000004,2026-01-02\n";

// A grant to tax with three calls a day, identity numbers masked.
std::string LimitedGrant(Cluster& cluster) {
  cat::Resource draft = Marriages(cluster);
  for (cat::Item& item : *draft.mutable_items()) {
    if (item.id() == "id_a") item.set_mask(cat::KEEP_ENDS);
  }
  const std::string resource = PublishAndLoad(cluster, kCivil, draft, kRows).resource.name();
  sh::CreateRequestRequest ask = Ask(resource, {"cert_no", "husband", "id_a", "id_b"});
  auto request = SubmitRequest(cluster, kTax, ask);
  REQUIRE_OK(request);
  sh::Decision decision;
  decision.set_verdict(sh::Decision::APPROVE_REDUCED);
  *decision.mutable_scope() = request->scope();
  decision.mutable_scope()->set_day_calls(3);
  decision.mutable_scope()->add_masked_items("id_a");
  decision.mutable_scope()->add_masked_items("id_b");
  for (const char* subject : {"quota", "masked_items"}) {
    sh::Cut* cut = decision.add_cuts();
    cut->set_subject(subject);
    cut->set_reason("够用即可");
  }
  request = Decide(cluster, kCivil, *request, decision);
  REQUIRE_OK(request);
  return request->grant();
}

TEST_CASE("A grant's calls a day are leased from sharing, and its masked items leave masked",
          "[scenario]") {
  Cluster cluster;
  const std::string grant = LimitedGrant(cluster);
  const ex::QueryRequest query = QueryBy(grant, "cert_no", "990001");
  auto answer = QueryWhenKnown(cluster, kTax, query);
  REQUIRE_OK(answer);
  const auto& cells = answer->answer().batch().records(0).cells();
  CHECK(cells[1].text() == "演示甲甲");
  CHECK(cells[2].text() == "990***********0001");
  CHECK(cells[3].text() == "********");
  CHECK(ReasonOf(Query(cluster, kTax, QueryBy(grant, "id_a", "990100000000000001")).status()) ==
        Reason::kItemNotGranted);
  REQUIRE_OK(Query(cluster, kTax, query));
  // What was counted outlives the node.
  cluster.Kill("civil-node");
  cluster.Start("civil-node");
  cluster.AwaitReady("civil-node");
  REQUIRE_OK(QueryWhenKnown(cluster, kTax, query));
  const absl::Status over = Query(cluster, kTax, query).status();
  INFO(over);
  CHECK(absl::IsResourceExhausted(over));
  CHECK(ReasonOf(over) == Reason::kQuotaExhausted);
}

TEST_CASE("A hold that was set while sharing was away is on file once sharing is back",
          "[scenario]") {
  Cluster cluster;
  const std::string source = "/shareway.exchange.v1.SourceService/";
  cluster.Stop("sharing");
  ex::HoldRequest hold;
  hold.set_subject(cluster.Agency(kTax));
  hold.set_held(true);
  hold.set_reason("疑似泄露");
  REQUIRE_OK(cluster.Act<ex::HoldResponse>("civil-sharing-head", "civil-node", source + "Hold",
                                           hold));
  const auto list = [&] {
    return cluster.Call<ex::ListHoldsResponse>("civil-sharing-head", "civil-node",
                                               source + "ListHolds", ex::ListHoldsRequest());
  };
  auto holds = list();
  REQUIRE_OK(holds);
  REQUIRE(holds->holds_size() == 1);
  CHECK(holds->holds(0).person() == Cluster::Person("civil-sharing-head"));
  CHECK_FALSE(holds->holds(0).has_filed_time());
  cluster.Start("sharing");
  cluster.AwaitReady("sharing");
  for (const absl::Time end = absl::Now() + absl::Seconds(30); absl::Now() < end;) {
    holds = list();
    REQUIRE_OK(holds);
    if (holds->holds(0).has_filed_time()) break;
    absl::SleepFor(absl::Milliseconds(50));
  }
  CHECK(holds->holds(0).has_filed_time());
}

}  // namespace
}  // namespace shareway::testing
