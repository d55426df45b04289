// SPDX-License-Identifier: Apache-2.0
// What must not work, over real processes: strangers, own requests, secrets, bad input.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/scenario/story.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace sh = sharing::v1;
namespace ex = exchange::v1;

TEST_CASE("Refusals name rule and article, and leave nothing behind", "[scenario]") {
  Cluster cluster;

  // A secret entry is refused under every profile and nothing of it is kept.
  cat::CreateResourceRequest create;
  *create.mutable_resource() = Divisions(cluster);
  create.mutable_resource()->set_secret(true);
  const absl::Status secret =
      cluster.Call<cat::Resource>("statistics-editor", "catalog", CatalogMethod("CreateResource"),
                                  create)
          .status();
  CHECK(ReasonOf(secret) == Reason::kSecretRefused);
  cat::GetResourceRequest get;
  get.set_name("resources/306001-000001");
  CHECK_FALSE(cluster.Call<cat::Resource>("statistics-editor", "catalog",
                                          CatalogMethod("GetResource"), get)
                  .ok());

  // Each fault of an entry is named with its field.
  create.mutable_resource()->set_secret(false);
  create.mutable_resource()->set_code("9/x");
  create.mutable_resource()->mutable_items(0)->set_id("9bad");
  create.mutable_resource()->clear_abstract();
  const absl::Status bad =
      cluster.Call<cat::Resource>("statistics-editor", "catalog", CatalogMethod("CreateResource"),
                                  create)
          .status();
  CHECK(absl::IsInvalidArgument(bad));
  CHECK(DetailsOf(bad)->fields.size() >= 3);

  // A draft of another agency cannot be told from one that does not exist.
  *create.mutable_resource() = Divisions(cluster);
  REQUIRE(cluster.Call<cat::Resource>("statistics-editor", "catalog",
                                      CatalogMethod("CreateResource"), create)
              .ok());
  const absl::Status hidden = cluster
                                  .Call<cat::Resource>("civil-editor", "catalog",
                                                       CatalogMethod("GetResource"), get)
                                  .status();
  cat::GetResourceRequest absent;
  absent.set_name("resources/306001-999999");
  const absl::Status missing = cluster
                                   .Call<cat::Resource>("civil-editor", "catalog",
                                                        CatalogMethod("GetResource"), absent)
                                   .status();
  CHECK(hidden.code() == missing.code());
  CHECK(ReasonOf(hidden) == Reason::kNotVisible);
  CHECK(ReasonOf(missing) == Reason::kNotVisible);

  // Not shared: refused with its basis; the dispute path ends in a decision.
  auto adoptions = Publish(cluster, kCivil, Adoptions(cluster));
  REQUIRE(adoptions.ok());
  auto refused = SubmitRequest(cluster, kTax, Ask(adoptions->name(), {"cert_no"}));
  for (int i = 0; i < 200 && !refused.ok(); ++i) {  // sharing follows the catalogue
    absl::SleepFor(absl::Milliseconds(20));
    refused = SubmitRequest(cluster, kTax, Ask(adoptions->name(), {"cert_no"}));
  }
  INFO(refused.status().ToString());
  REQUIRE(refused.ok());
  CHECK(refused->state() == sh::SharingRequest::REFUSED);
  CHECK(absl::StrContains(refused->decision().citation(), "民法典"));

  sh::OpenDisputeRequest open;
  open.set_subject(refused->name());
  open.set_claim("依职责确需核对收养关系以认定税收优惠");
  auto dispute = cluster.Call<sh::Dispute>("tax-applicant", "sharing",
                                           DisputeMethod("OpenDispute"), open);
  REQUIRE(dispute.ok());
  CHECK(dispute->coordinator() == "authorities/city");
  sh::RespondDisputeRequest respond;
  respond.set_name(dispute->name());
  respond.set_etag(dispute->etag());
  respond.set_statement("收养秘密受法律保护，不予共享");
  dispute = cluster.Call<sh::Dispute>("civil-reviewer", "sharing", DisputeMethod("RespondDispute"),
                                      respond);
  INFO(dispute.status().ToString());
  REQUIRE(dispute.ok());
  sh::DeclareDeadlockRequest deadlock;
  deadlock.set_name(dispute->name());
  deadlock.set_etag(dispute->etag());
  deadlock.set_reason("双方各执一词");
  dispute = cluster.Call<sh::Dispute>("tax-applicant", "sharing",
                                      DisputeMethod("DeclareDeadlock"), deadlock);
  REQUIRE(dispute.ok());
  // Each side has its say before the government decides.
  for (const auto& [who, stage] :
       {std::pair("tax-applicant", sh::Dispute::COORDINATION),
        std::pair("civil-reviewer", sh::Dispute::DECISION)}) {
    sh::EscalateDisputeRequest escalate;
    escalate.set_name(dispute->name());
    escalate.set_etag(dispute->etag());
    escalate.set_reason("协商未果");
    dispute = cluster.Call<sh::Dispute>(who, "sharing", DisputeMethod("EscalateDispute"),
                                        escalate);
    INFO(dispute.status().ToString());
    REQUIRE(dispute.ok());
    CHECK(dispute->stage() == stage);
  }
  sh::RecordDecisionRequest record;
  record.set_name(dispute->name());
  record.set_etag(dispute->etag());
  record.set_outcome(sh::Dispute::UPHELD);
  record.set_deciding_body("演示city人民政府");
  record.set_document_number("演政决〔2026〕1号");
  record.set_document_date("2026-11-01");
  record.set_reasons("收养秘密受法律保护，维持不予共享");
  record.mutable_document()->set_sha256(std::string(32, 'd'));
  auto decided = cluster.Act<sh::Dispute>("bureau-recording", "sharing",
                                          DisputeMethod("RecordDecision"), record);
  INFO(decided.status().ToString());
  REQUIRE(decided.ok());
  CHECK(decided->outcome() == sh::Dispute::UPHELD);

  // A stranger sees neither request nor dispute.
  sh::GetRequestRequest look;
  look.set_name(refused->name());
  CHECK(ReasonOf(cluster.Call<sh::SharingRequest>("statistics-applicant", "sharing",
                                                  RequestMethod("GetRequest"), look)
                     .status()) == Reason::kNotVisible);

  // A bad row names line, column and reason, and nothing is loaded.
  auto divisions = Publish(cluster, kStatistics, [&] {
    cat::Resource other = Divisions(cluster);
    other.set_code("306001/000002");
    return other;
  }());
  REQUIRE(divisions.ok());
  absl::Status load;
  for (int i = 0; i < 200; ++i) {
    load = Load(cluster, kStatistics, divisions->name(),
                "code,name,level\n990100000000,演示市,CITY\n,无码,TOWN\n")
               .status();
    if (ReasonOf(load) == Reason::kRowInvalid) break;
    absl::SleepFor(absl::Milliseconds(20));
  }
  INFO(load.ToString());
  CHECK(ReasonOf(load) == Reason::kRowInvalid);
  CHECK(absl::StrContains(load.message(), "3"));
  CHECK(absl::StrContains(load.message(), "code"));
  ex::ListVersionsRequest versions;
  versions.set_resource(divisions->name());
  auto listed = cluster.Call<ex::ListVersionsResponse>("statistics-system", "statistics-node",
                                                       DatasetMethod("ListVersions"), versions);
  CHECK((!listed.ok() || listed->versions_size() == 0));
}

}  // namespace
}  // namespace shareway::testing
