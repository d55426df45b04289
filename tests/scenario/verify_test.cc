// SPDX-License-Identifier: Apache-2.0
// Verification, and queries by what a grant filters by, over real processes.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/evidence/pack.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace sh = sharing::v1;
namespace ex = exchange::v1;
namespace ev = evidence::v1;
namespace au = audit::v1;

constexpr char kRows[] =
    "code,name,level\n"
    "990100000000,CANARY-市,CITY\n"
    "990101000000,CANARY-一区,COUNTY\n"
    "990102000000,CANARY-二区,COUNTY\n"
    "990101001000,CANARY-街道,TOWN\n";

// A published, loaded resource and a grant on its counties.
std::string GrantOnCounties(Cluster& cluster) {
  cat::Resource draft = Divisions(cluster);
  draft.add_methods(ev::VERIFY);
  const Served served = PublishAndLoad(cluster, kStatistics, draft, kRows);
  CHECK(served.dataset.indexes_size() == 0);
  sh::GiveStandingConsentRequest consent;
  consent.set_resource(served.resource.name());
  REQUIRE_OK(cluster.Act<sh::StandingConsent>("statistics-sharing-head", "sharing",
                                              GrantMethod("GiveStandingConsent"), consent));
  sh::CreateRequestRequest ask = Ask(served.resource.name(), {"code", "name", "level"});
  sh::Scope* scope = ask.mutable_request()->mutable_scope();
  scope->add_methods(ev::VERIFY);
  ev::Condition* row = scope->add_row_filter();
  row->set_item("level");
  row->set_operator_(ev::Condition::EQUALS);
  row->set_value("COUNTY");
  auto request = SubmitRequest(cluster, kTax, ask);
  REQUIRE_OK(request);
  REQUIRE_FALSE(request->grant().empty());
  REQUIRE_OK(QueryWhenKnown(cluster, kTax, QueryBy(request->grant(), "code", "990101000000")));
  return request->grant();
}

absl::StatusOr<ex::VerifyResponse> Verify(Cluster& cluster, const std::string& grant,
                                          const std::string& code, const std::string& name) {
  ex::VerifyRequest verify;
  verify.set_grant(grant);
  verify.set_operator_("T-0001");
  verify.set_case_number("演示2026-000124");
  ev::Condition* key = verify.mutable_verification()->add_key();
  key->set_item("code");
  key->set_operator_(ev::Condition::EQUALS);
  key->set_value(code);
  ev::Verification::Claim* claim = verify.mutable_verification()->add_claims();
  claim->set_item("name");
  claim->set_value(name);
  return cluster.Call<ex::VerifyResponse>("tax-system", "tax-node", ExchangeMethod("Verify"),
                                          verify);
}

ev::Comparison Compared(const absl::StatusOr<ex::VerifyResponse>& response) {
  INFO(response.status());
  REQUIRE(response.ok());
  REQUIRE(response->answer().comparisons_size() == 1);
  CHECK(response->answer().comparisons(0).item() == "name");
  return response->answer().comparisons(0).comparison();
}

TEST_CASE("A verification tells match or not, leaves both halves, and no value anywhere",
          "[scenario]") {
  Cluster cluster;
  const std::string grant = GrantOnCounties(cluster);
  const auto match = Verify(cluster, grant, "990101000000", "CANARY-一区");
  CHECK(Compared(match) == ev::MATCH);
  CHECK(Compared(Verify(cluster, grant, "990101000000", "PROBE")) == ev::MISMATCH);
  CHECK(Compared(Verify(cluster, grant, "990109000000", "CANARY-一区")) == ev::NO_RECORD);
  CHECK(Compared(Verify(cluster, grant, "990100000000", "CANARY-市")) == ev::NO_RECORD);

  au::ExportEvidenceRequest export_request;
  export_request.set_exchange(match->exchange());
  absl::StatusOr<au::ExportEvidenceResponse> exported = absl::UnknownError("");
  absl::StatusOr<evidence::Pack> pack = absl::UnknownError("");
  for (int i = 0; i < 500; ++i) {  // until a checkpoint covers both halves
    exported = cluster.Call<au::ExportEvidenceResponse>(
        "auditor", "audit", AuditMethod("ExportEvidence"), export_request);
    if (exported.ok()) pack = evidence::ReadPack(exported->pack());
    if (pack.ok() && pack->entries.size() == 2) break;
    absl::SleepFor(absl::Milliseconds(20));
  }
  REQUIRE_OK(pack);
  REQUIRE(pack->entries.size() == 2);
  CHECK(evidence::VerifyPack(*pack, {cluster.log_key()}).ok());
  for (const auto& entry : pack->entries) {
    const auto opened = evidence::Open(entry.sealed);
    REQUIRE_OK(opened);
    CHECK((opened->record.kind() == ev::EXCHANGE_DELIVERED ||
           opened->record.kind() == ev::EXCHANGE_RECEIVED));
    CHECK(opened->record.record_count() == 1);
  }
  CHECK_FALSE(absl::StrContains(exported->pack(), "CANARY"));
  for (const char* process : {"tax-node", "statistics-node", "audit"}) {
    const std::string log = cluster.LogOf(process);
    CHECK_FALSE(absl::StrContains(log, "CANARY"));
    CHECK_FALSE(absl::StrContains(log, "PROBE"));
  }
}

TEST_CASE("A grant that filters by an item has its index, and keeps it over a restart",
          "[scenario]") {
  Cluster cluster;
  const std::string grant = GrantOnCounties(cluster);
  // The name has no index: the rows are found by what the grant filters by.
  const ex::QueryRequest by_name = QueryBy(grant, "name", "CANARY-二区");
  const auto asked = [&]() -> absl::StatusOr<ex::QueryResponse> {
    absl::StatusOr<ex::QueryResponse> answer = absl::UnknownError("");
    for (int i = 0; i < 500; ++i) {
      answer = QueryWhenKnown(cluster, kTax, by_name);
      if (answer.ok() || ReasonOf(answer.status()) != Reason::kFieldInvalid) return answer;
      absl::SleepFor(absl::Milliseconds(20));
    }
    return answer;
  };
  const auto answer = asked();
  REQUIRE_OK(answer);
  REQUIRE(answer->answer().batch().records_size() == 1);
  CHECK(answer->answer().batch().records(0).cells(0).text() == "990102000000");

  cluster.Kill("statistics-node");
  cluster.Start("statistics-node");
  cluster.AwaitReady("statistics-node");
  const auto again = asked();
  REQUIRE_OK(again);
  CHECK(again->answer().batch().records_size() == 1);
}

}  // namespace
}  // namespace shareway::testing
