// SPDX-License-Identifier: Apache-2.0
// The main job, end to end, over real processes: publish, ask, decide, exchange, prove, revoke.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/evidence/pack.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace sh = sharing::v1;
namespace ex = exchange::v1;
namespace ev = evidence::v1;
namespace au = audit::v1;

constexpr char kDivisionRows[] =
    "code,name,level\n"
    "990100000000,演示市,CITY\n"
    "990101000000,演示一区,COUNTY\n"
    "990102000000,演示二区,COUNTY\n"
    "990101001000,演示一区甲街道,TOWN\n";
constexpr char kMarriageRows[] =
    "cert_no,husband,wife,id_a,id_b,married_on\n"
    "J9901-001,演示甲一,演示乙一,CANARY-A1,CANARY-B1,2020-05-20\n"
    "J9901-002,演示甲二,演示乙二,CANARY-A2,CANARY-B2,2021-05-20\n";

// One value of an answer by row and item.
std::string Value(const ev::QueryAnswer& answer, int row, const std::string& item) {
  for (int i = 0; i < answer.batch().items_size(); ++i) {
    if (answer.batch().items(i) == item) return answer.batch().records(row).cells(i).text();
  }
  return "(no such item)";
}

std::set<std::string> Items(const ev::QueryAnswer& answer) {
  return {answer.batch().items().begin(), answer.batch().items().end()};
}

// True if the request may be moved so by who asked for it.
bool Offers(const sh::SharingRequest& request, const std::string& action) {
  return std::find(request.available_actions().begin(), request.available_actions().end(),
                   action) != request.available_actions().end();
}

TEST_CASE("The main job runs from publication to offline proof", "[scenario]") {
  Cluster cluster;

  // Publish.
  auto divisions = Publish(cluster, kStatistics, Divisions(cluster));
  REQUIRE_OK(divisions);
  CHECK(divisions->state() == cat::Resource::PUBLISHED);
  CHECK(divisions->revision() == 1);
  auto marriages = Publish(cluster, kCivil, Marriages(cluster));
  REQUIRE_OK(marriages);
  auto adoptions = Publish(cluster, kCivil, Adoptions(cluster));
  REQUIRE_OK(adoptions);

  // Search in Chinese, by anyone.
  cat::SearchResourcesRequest search;
  search.set_query("婚姻");
  auto hits = cluster.Call<cat::SearchResourcesResponse>("housing-applicant", "catalog",
                                                         CatalogMethod("SearchResources"), search);
  REQUIRE_OK(hits);
  REQUIRE(hits->hits_size() == 1);
  CHECK(hits->hits(0).resource().name() == marriages->name());

  // Load the data at the providers' nodes.
  auto loaded = Load(cluster, kStatistics, divisions->name(), kDivisionRows);
  for (int i = 0; i < 200 && !loaded.ok(); ++i) {  // the node follows the catalogue
    absl::SleepFor(absl::Milliseconds(20));
    loaded = Load(cluster, kStatistics, divisions->name(), kDivisionRows);
  }
  REQUIRE_OK(loaded);
  CHECK(loaded->records() == 4);
  REQUIRE_OK(Load(cluster, kCivil, marriages->name(), kMarriageRows));

  // Unconditional under the 2025 regulation: at once, under a standing consent.
  sh::GiveStandingConsentRequest consent;
  consent.set_resource(divisions->name());
  auto given = cluster.Act<sh::StandingConsent>("statistics-sharing-head", "sharing",
                                                GrantMethod("GiveStandingConsent"), consent);
  REQUIRE_OK(given);
  auto unconditional =
      SubmitRequest(cluster, kTax, Ask(divisions->name(), {"code", "name", "level"}));
  REQUIRE_OK(unconditional);
  CHECK(unconditional->state() == sh::SharingRequest::APPROVED);
  CHECK(absl::StrContains(unconditional->article(), "第二十一条"));
  auto answer =
      QueryWhenKnown(cluster, kTax, QueryBy(unconditional->grant(), "code", "990101000000"));
  REQUIRE_OK(answer);
  REQUIRE(answer->answer().batch().records_size() == 1);
  CHECK(Value(answer->answer(), 0, "name") == "演示一区");

  // Conditional: waits for the provider, with a due date; approved with two items cut.
  auto asked = SubmitRequest(
      cluster, kTax,
      Ask(marriages->name(), {"cert_no", "husband", "wife", "id_a", "id_b", "married_on"}));
  REQUIRE_OK(asked);
  CHECK(asked->state() == sh::SharingRequest::IN_REVIEW);
  CHECK(asked->due_date().size() == 10);
  CHECK(asked->working_days_left() == 10);
  sh::Decision decision;
  decision.set_verdict(sh::Decision::APPROVE_REDUCED);
  *decision.mutable_scope() = asked->scope();
  decision.mutable_scope()->clear_items();
  for (const char* item : {"cert_no", "husband", "wife", "married_on"}) {
    decision.mutable_scope()->add_items(item);
  }
  for (const char* item : {"id_a", "id_b"}) {
    auto* cut = decision.add_cuts();
    cut->set_subject(item);
    cut->set_reason("核定税种不需要身份号码");
  }
  decision.set_case_required(true);
  auto approved = Decide(cluster, kCivil, *asked, decision);
  REQUIRE_OK(approved);
  REQUIRE(approved->state() == sh::SharingRequest::APPROVED);

  const auto seen_by_applicant = [&] {
    sh::GetRequestRequest get;
    get.set_name(approved->name());
    return cluster.Call<sh::SharingRequest>("tax-applicant", "sharing",
                                            RequestMethod("GetRequest"), get);
  };
  const auto awaited = seen_by_applicant();
  REQUIRE_OK(awaited);
  CHECK(awaited->supply().state() == sh::Supply::AWAITED);
  CHECK(Offers(*awaited, "ConfirmProvisioned"));

  // Only granted items leave the provider's node.
  const ex::QueryRequest by_cert = QueryBy(approved->grant(), "cert_no", "J9901-001");
  auto record = QueryWhenKnown(cluster, kTax, by_cert);
  REQUIRE_OK(record);
  CHECK(Items(record->answer()) ==
        std::set<std::string>{"cert_no", "husband", "wife", "married_on"});
  CHECK(Value(record->answer(), 0, "husband") == "演示甲一");
  CHECK_FALSE(absl::StrContains(record->SerializeAsString(), "CANARY"));

  // That exchange confirms the supply by itself.
  const auto supplied = AskUntil(seen_by_applicant, [](const auto& request) {
    return request.ok() && request->supply().state() == sh::Supply::CONFIRMED;
  });
  REQUIRE_OK(supplied);
  CHECK(supplied->supply().state() == sh::Supply::CONFIRMED);
  CHECK(supplied->supply().exchange() == record->exchange());
  CHECK_FALSE(Offers(*supplied, "ConfirmProvisioned"));

  // Asking for a cut item is refused, and recorded.
  ex::QueryRequest greedy = by_cert;
  greedy.mutable_query()->add_items("id_a");
  greedy.set_exchange("greedy-1");
  CHECK(ReasonOf(Query(cluster, kTax, greedy).status()) == Reason::kItemNotGranted);
  ex::QueryRequest sly = QueryBy(approved->grant(), "id_a", "CANARY-A1");
  CHECK(absl::IsPermissionDenied(Query(cluster, kTax, sly).status()));
  ex::QueryRequest no_case = by_cert;
  no_case.clear_case_number();
  CHECK(ReasonOf(Query(cluster, kTax, no_case).status()) == Reason::kCaseRequired);
  // Another agency's system gets nothing under this grant.
  CHECK_FALSE(Query(cluster, kStatistics, by_cert).ok());

  // Evidence: both halves, in the log, in a pack that verifies offline.
  const std::string exchange = record->exchange();
  au::SearchEntriesRequest find;
  find.set_exchange(exchange);
  au::SearchEntriesResponse entries;
  for (int i = 0; i < 500 && entries.entries_size() < 2; ++i) {
    absl::SleepFor(absl::Milliseconds(20));
    auto found = cluster.Call<au::SearchEntriesResponse>("auditor", "audit",
                                                         AuditMethod("SearchEntries"), find);
    REQUIRE_OK(found);
    entries = *found;
  }
  REQUIRE(entries.entries_size() == 2);
  au::ExportEvidenceRequest export_request;
  export_request.set_exchange(exchange);
  auto exported = cluster.Call<au::ExportEvidenceResponse>(
      "auditor", "audit", AuditMethod("ExportEvidence"), export_request);
  for (int i = 0; i < 200 && !exported.ok(); ++i) {  // until a checkpoint covers both
    absl::SleepFor(absl::Milliseconds(20));
    exported = cluster.Call<au::ExportEvidenceResponse>(
        "auditor", "audit", AuditMethod("ExportEvidence"), export_request);
  }
  REQUIRE_OK(exported);
  auto pack = evidence::ReadPack(exported->pack());
  REQUIRE_OK(pack);
  REQUIRE(pack->entries.size() == 2);
  REQUIRE_OK(evidence::VerifyPack(*pack, {cluster.log_key()}));
  std::map<ev::RecordKind, ev::AuditRecord> halves;
  for (const auto& entry : pack->entries) {
    auto opened = evidence::Open(entry.sealed);
    REQUIRE_OK(opened);
    halves[opened->record.kind()] = opened->record;
  }
  REQUIRE(halves.contains(ev::EXCHANGE_DELIVERED));
  REQUIRE(halves.contains(ev::EXCHANGE_RECEIVED));
  const auto& delivered = halves[ev::EXCHANGE_DELIVERED];
  const auto& received = halves[ev::EXCHANGE_RECEIVED];
  CHECK(delivered.request_digest() == received.request_digest());
  CHECK(delivered.response_digest() == received.response_digest());
  CHECK(delivered.grant() == approved->grant());
  CHECK_FALSE(absl::StrContains(exported->pack(), "演示甲一"));
  evidence::Pack spoiled = *pack;
  spoiled.entries[1].sealed.mutable_record()->back() ^= 1;
  CHECK_FALSE(evidence::VerifyPack(spoiled, {cluster.log_key()}).ok());

  // Misuse: suspended at once, with a notice; then resumed; then revoked with its ground.
  sh::SuspendGrantRequest suspend;
  suspend.set_name(approved->grant());
  suspend.set_ground(sh::MISUSE);
  suspend.set_reason("超出用途使用");
  auto suspended = cluster.Act<sh::Grant>("civil-sharing-head", "sharing",
                                          GrantMethod("SuspendGrant"), suspend);
  REQUIRE_OK(suspended);
  CHECK(suspended->state() == sh::Grant::SUSPENDED);
  CHECK_FALSE(suspended->notice().empty());
  const absl::Time suspend_end = absl::Now() + absl::Seconds(5);
  absl::Status last;
  do {
    last = Query(cluster, kTax, by_cert).status();
  } while (last.ok() && absl::Now() < suspend_end);
  CHECK(ReasonOf(last) == Reason::kGrantSuspended);
  sh::ResumeGrantRequest resume;
  resume.set_name(approved->grant());
  resume.set_reason("已整改");
  REQUIRE_OK(cluster.Act<sh::Grant>("civil-sharing-head", "sharing", GrantMethod("ResumeGrant"),
                                    resume));
  ex::QueryRequest again = by_cert;
  absl::StatusOr<ex::QueryResponse> resumed = absl::UnknownError("");
  for (int i = 0; i < 250 && !resumed.ok(); ++i) {
    resumed = Query(cluster, kTax, again);
    if (!resumed.ok()) absl::SleepFor(absl::Milliseconds(20));
  }
  REQUIRE_OK(resumed);

  sh::RevokeGrantRequest revoke;
  revoke.set_name(approved->grant());
  revoke.set_ground(sh::CONSUMER_ENDED);
  CHECK(absl::IsFailedPrecondition(cluster
                                       .Act<sh::RevokeGrantResponse>("civil-sharing-head",
                                                                     "sharing",
                                                                     GrantMethod("RevokeGrant"),
                                                                     revoke)
                                       .status()));
  revoke.set_ground(sh::BASIS_CHANGED);
  revoke.set_document("《演示市税务征管办法》2026年修订，删去第三条");
  revoke.set_wait_ms(3000);
  auto revoked = cluster.Act<sh::RevokeGrantResponse>("civil-sharing-head", "sharing",
                                                      GrantMethod("RevokeGrant"), revoke);
  REQUIRE_OK(revoked);
  CHECK(revoked->grant().state() == sh::Grant::REVOKED);
  CHECK(revoked->confirmed_nodes_size() == 2);
  CHECK(ReasonOf(Query(cluster, kTax, by_cert).status()) == Reason::kGrantRevoked);
}

TEST_CASE("A whole dataset is downloaded under running manifests", "[scenario]") {
  Cluster cluster;
  auto divisions = Publish(cluster, kStatistics, Divisions(cluster));
  REQUIRE_OK(divisions);
  std::string csv = "code,name,level\n";
  constexpr int kRows = 20'000;
  for (int i = 0; i < kRows; ++i) {
    absl::StrAppend(&csv, 990100000000 + i, ",演示", i, "村,VILLAGE\n");
  }
  auto loaded = Load(cluster, kStatistics, divisions->name(), csv);
  for (int i = 0; i < 200 && !loaded.ok(); ++i) {
    absl::SleepFor(absl::Milliseconds(20));
    loaded = Load(cluster, kStatistics, divisions->name(), csv);
  }
  REQUIRE_OK(loaded);
  sh::GiveStandingConsentRequest consent;
  consent.set_resource(divisions->name());
  REQUIRE_OK(cluster.Act<sh::StandingConsent>("statistics-sharing-head", "sharing",
                                              GrantMethod("GiveStandingConsent"), consent));
  auto request = SubmitRequest(cluster, kTax, Ask(divisions->name(), {"code", "name"}));
  REQUIRE_OK(request);
  REQUIRE_OK(QueryWhenKnown(cluster, kTax, QueryBy(request->grant(), "code", "990100000000")));

  ex::DownloadRequest download;
  download.set_grant(request->grant());
  download.set_operator_("T-0001");
  rpc::CallOptions options;
  options.timeout = absl::Seconds(60);
  auto stream = cluster.Channel("tax-system", "tax-node")
                    ->ServerStream<ex::DownloadPart>(ExchangeMethod("Download"), download, options);
  uint64_t rows = 0;
  std::set<std::string> seen;
  std::optional<ex::DownloadSummary> summary;
  for (;;) {
    auto part = stream.Read();
    REQUIRE_OK(part);
    if (!part->has_value()) break;
    if ((*part)->has_summary()) {
      summary = (*part)->summary();
      continue;
    }
    const ev::RecordBatch& batch = (*part)->batch();
    CHECK(batch.items_size() == 2);  // not level: it was not granted
    for (const ev::Record& record : batch.records()) {
      ++rows;
      seen.insert(record.cells(0).text());
    }
  }
  REQUIRE(summary.has_value());
  CHECK(rows == kRows);
  CHECK(seen.size() == kRows);
  CHECK(summary->records() == kRows);
  CHECK(summary->root().size() == 32);
}

TEST_CASE("Unconditional data under the 2016 measure are taken directly", "[scenario]") {
  Cluster::Options options;
  options.nodes = {};
  Cluster cluster(options);
  cat::Resource draft = Divisions(cluster);
  draft.set_code("306001/000009");
  draft.set_provider(cluster.Agency(kOldCivil));
  auto resource = Publish(cluster, kOldCivil, draft, kOldBureau);
  REQUIRE_OK(resource);
  CHECK(absl::StartsWith(resource->profile(), "cn-2016-51"));
  sh::ClaimGrantRequest claim;
  claim.set_resource(resource->name());
  claim.add_purposes(ev::WORK_REFERENCE);
  claim.set_scenario("核对学区划分");
  claim.set_end_date("2027-06-30");
  auto grant = cluster.Call<sh::Grant>("oldschool-applicant", "sharing",
                                       GrantMethod("ClaimGrant"), claim);
  for (int i = 0; i < 200 && !grant.ok(); ++i) {  // sharing follows the catalogue
    absl::SleepFor(absl::Milliseconds(20));
    grant = cluster.Call<sh::Grant>("oldschool-applicant", "sharing", GrantMethod("ClaimGrant"),
                                    claim);
  }
  REQUIRE_OK(grant);
  CHECK(grant->state() == sh::Grant::ACTIVE);
  CHECK(absl::StrContains(grant->rule(), "cn-2016-51"));
}

}  // namespace
}  // namespace shareway::testing
