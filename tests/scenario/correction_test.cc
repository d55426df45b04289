// SPDX-License-Identifier: Apache-2.0
// A wrong value from the clerk who finds it to the last consumer who confirms, over real processes.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "shareway/sharing/v1/correction.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace sh = sharing::v1;
namespace ex = exchange::v1;

constexpr char kRows[] =
    "code,name,level\n"
    "990101000000,一区,COUNTY\n"
    "990102000000,二区,COUNTY\n";

std::string Method(const std::string& method) {
  return absl::StrCat("/shareway.sharing.v1.CorrectionService/", method);
}

std::string Grant(Cluster& cluster) {
  const Served served = PublishAndLoad(cluster, kStatistics, Divisions(cluster), kRows);
  sh::GiveStandingConsentRequest consent;
  consent.set_resource(served.resource.name());
  REQUIRE_OK(cluster.Act<sh::StandingConsent>("statistics-sharing-head", "sharing",
                                              GrantMethod("GiveStandingConsent"), consent));
  const auto request = SubmitRequest(
      cluster, kTax, Ask(served.resource.name(), {"code", "name", "level"}));
  REQUIRE_OK(request);
  REQUIRE_FALSE(request->grant().empty());
  return request->grant();
}

absl::StatusOr<sh::Correction> Get(Cluster& cluster, const std::string& who,
                                   const std::string& name) {
  sh::GetCorrectionRequest get;
  get.set_name(name);
  return cluster.Call<sh::Correction>(who, "sharing", Method("GetCorrection"), get);
}

// Asks until the answer has so many notes of corrections.
absl::StatusOr<ex::QueryResponse> QueryUntilNotes(Cluster& cluster, const ex::QueryRequest& query,
                                                  int notes) {
  return AskUntil([&] { return Query(cluster, kTax, query); },
                  [&](const auto& answer) {
                    return answer.ok() && answer->answer().corrections_size() == notes;
                  });
}

// The provider's steward answers with CORRECTED, then recalls the value.
void CorrectAndRecall(Cluster& cluster, const std::string& name) {
  sh::ResolveCorrectionRequest resolve;
  resolve.set_name(name);
  resolve.set_etag(Get(cluster, "statistics-steward", name)->etag());
  resolve.set_outcome(sh::Correction::CORRECTED);
  const auto resolved = cluster.Act<sh::Correction>("statistics-steward", "sharing",
                                                    Method("ResolveCorrection"), resolve);
  REQUIRE_OK(resolved);
  sh::RecallCorrectionRequest recall;
  recall.set_name(name);
  recall.set_etag(resolved->etag());
  recall.set_reason("名称有误");
  REQUIRE_OK(cluster.Act<sh::Correction>("statistics-steward", "sharing",
                                         Method("RecallCorrection"), recall));
}

TEST_CASE("A correction rides in answers until it is resolved, and a recall finds who received",
          "[scenario]") {
  Cluster cluster;
  const ex::QueryRequest first = QueryBy(Grant(cluster), "code", "990101000000");
  const ex::QueryRequest second = QueryBy(first.grant(), "code", "990102000000");
  const auto answer = QueryWhenKnown(cluster, kTax, first);
  REQUIRE_OK(answer);
  REQUIRE(answer->answer().corrections_size() == 0);

  sh::OpenCorrectionRequest open;
  sh::GetGrantRequest get_grant;
  get_grant.set_name(first.grant());
  const auto grant =
      cluster.Call<sh::Grant>("tax-applicant", "sharing", GrantMethod("GetGrant"), get_grant);
  REQUIRE_OK(grant);
  open.set_resource(grant->resource());
  open.set_exchange(answer->exchange());
  open.set_item("name");
  open.set_description("名称与地名公告不一致");
  open.set_proposed_value("东区");
  open.set_business_may_proceed(true);
  const auto opened = cluster.Call<sh::Correction>("tax-applicant", "sharing",
                                                   Method("OpenCorrection"), open);
  REQUIRE_OK(opened);
  CHECK_FALSE(opened->due_date().empty());
  CHECK(ReasonOf(Get(cluster, "housing-applicant", opened->name()).status()) ==
        Reason::kNotVisible);

  // The provider's node finds the record by the exchange, and tells it with each answer about it.
  const auto noted = QueryUntilNotes(cluster, first, 1);
  REQUIRE_OK(noted);
  REQUIRE(noted->answer().corrections_size() == 1);
  CHECK(noted->answer().corrections(0).correction() == opened->name());
  CHECK(noted->answer().corrections(0).item() == "name");
  CHECK(noted->answer().corrections(0).business_may_proceed());
  CHECK(Get(cluster, "tax-applicant", opened->name())->record_named());
  CHECK(Get(cluster, "statistics-steward", opened->name())->proposed_value() == "东区");
  const auto other = Query(cluster, kTax, second);
  REQUIRE_OK(other);
  CHECK(other->answer().corrections_size() == 0);

  CorrectAndRecall(cluster, opened->name());
  const auto corrected = QueryUntilNotes(cluster, first, 0);
  REQUIRE_OK(corrected);
  CHECK(corrected->answer().corrections_size() == 0);

  const auto told = AskUntil(
      [&] {
        return cluster.Call<sh::ListRecallsResponse>(
            "tax-applicant", "sharing", Method("ListRecalls"), sh::ListRecallsRequest());
      },
      [](const auto& list) { return list.ok() && list->recalls_size() == 1; });
  REQUIRE_OK(told);
  REQUIRE(told->recalls_size() == 1);
  CHECK(told->recalls(0).basis() == sh::Recall::DELIVERED);
  const auto& exchanges = told->recalls(0).exchanges();
  CHECK(std::find(exchanges.begin(), exchanges.end(), answer->exchange()) != exchanges.end());
  CHECK(std::find(exchanges.begin(), exchanges.end(), other->exchange()) == exchanges.end());
  sh::ConfirmRecallRequest confirm;
  confirm.set_name(told->recalls(0).name());
  confirm.set_etag(told->recalls(0).etag());
  confirm.set_outcome(sh::Recall::REPLACED);
  REQUIRE_OK(cluster.Call<sh::Recall>("tax-applicant", "sharing", Method("ConfirmRecall"),
                                      confirm));
  const auto counted = Get(cluster, "statistics-steward", opened->name());
  REQUIRE_OK(counted);
  CHECK(counted->told_count() == 1);
  CHECK(counted->confirmed_count() == 1);
  REQUIRE(counted->reported_nodes_size() == 1);
  CHECK(counted->reported_nodes(0) == cluster.Node(kStatistics));
}

}  // namespace
}  // namespace shareway::testing
