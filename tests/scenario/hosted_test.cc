// SPDX-License-Identifier: Apache-2.0
// A township without a node asks and serves through the county's, over real processes; and
// nobody there sees, uses or signs what is another's.
#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/evidence/pack.h"
#include "libs/evidence/record.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "tests/scenario/story.h"
#include "tests/support/await.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace sh = sharing::v1;
namespace ex = exchange::v1;
namespace ev = evidence::v1;
namespace au = audit::v1;

#define REQUIRE_OK(expression)              \
  do {                                      \
    const auto& shareway_ok = (expression); \
    INFO(shareway_ok.status().ToString());  \
    REQUIRE(shareway_ok.ok());              \
  } while (false)

// The county has the node; township and village are its guests.
constexpr auto kCounty = kCivil;
constexpr auto kTownship = kHousing;
constexpr auto kVillage = kBureau;
constexpr char kHost[] = "civil-node";
constexpr char kDivisionRows[] = "code,name,level\nA1,CANARY-D1,COUNTY\nA2,CANARY-D2,TOWN\n";
constexpr char kHouseRows[] = "code,name,level\nH1,CANARY-H1,SOLD\nH2,CANARY-H2,LET\n";

Cluster::Options Hosted() {
  Cluster::Options options;
  options.hosted = {{kTownship, kCounty}, {kVillage, kCounty}};
  return options;
}

// A resource of `alias`, published, with a standing consent, and loaded into `process`.
std::string Offer(Cluster& cluster, const std::string& alias, const std::string& code,
                  const std::string& process, const std::string& rows) {
  cat::Resource draft = Divisions(cluster);
  draft.set_code(code);
  draft.set_provider(cluster.Agency(alias));
  draft.add_methods(ev::VERIFY);
  const auto resource = Publish(cluster, alias, draft);
  REQUIRE_OK(resource);
  // The node follows the catalogue.
  const auto loaded =
      AskUntilOk([&] { return Load(cluster, alias, resource->name(), rows, process); });
  REQUIRE_OK(loaded);
  sh::GiveStandingConsentRequest consent;
  consent.set_resource(resource->name());
  REQUIRE_OK(cluster.Act<sh::StandingConsent>(alias + "-sharing-head", "sharing",
                                              GrantMethod("GiveStandingConsent"), consent));
  return resource->name();
}

std::string GrantTo(Cluster& cluster, const std::string& alias, const std::string& resource) {
  sh::CreateRequestRequest ask = Ask(resource, {"code", "name"});
  ask.mutable_request()->mutable_scope()->add_methods(ev::VERIFY);
  const auto request = AskUntilOk([&] { return SubmitRequest(cluster, alias, ask); });
  REQUIRE_OK(request);
  REQUIRE_FALSE(request->grant().empty());
  return request->grant();
}

absl::StatusOr<ex::QueryResponse> QueryAs(Cluster& cluster, const std::string& alias,
                                          const std::string& process, const std::string& grant,
                                          const std::string& code,
                                          const std::string& exchange = "") {
  ex::QueryRequest query = QueryBy(grant, "code", code);
  query.set_exchange(exchange);
  return cluster.Call<ex::QueryResponse>(alias + "-system", process, ExchangeMethod("Query"),
                                         query);
}

// Until grant, entry and lease have reached the nodes.
absl::StatusOr<ex::QueryResponse> QueryUntilOk(Cluster& cluster, const std::string& alias,
                                               const std::string& process,
                                               const std::string& grant, const std::string& code) {
  return AskUntilOk([&] { return QueryAs(cluster, alias, process, grant, code); });
}

absl::StatusOr<ex::VerifyResponse> VerifyName(Cluster& cluster, const std::string& grant,
                                              const std::string& code, const std::string& name) {
  ex::VerifyRequest verify;
  verify.set_grant(grant);
  verify.set_operator_("T-0001");
  ev::Condition* key = verify.mutable_verification()->add_key();
  key->set_item("code");
  key->set_operator_(ev::Condition::EQUALS);
  key->set_value(code);
  ev::Verification::Claim* claim = verify.mutable_verification()->add_claims();
  claim->set_item("name");
  claim->set_value(name);
  return cluster.Call<ex::VerifyResponse>("housing-system", kHost, ExchangeMethod("Verify"),
                                          verify);
}

// The rows of a whole download, or its error.
absl::StatusOr<uint64_t> DownloadAs(Cluster& cluster, const std::string& alias,
                                    const std::string& process, const std::string& grant) {
  ex::DownloadRequest request;
  request.set_grant(grant);
  request.set_operator_("T-0001");
  request.mutable_query();
  rpc::CallOptions options;
  options.timeout = absl::Seconds(20);
  auto stream = cluster.Channel(alias + "-system", process)
                    ->ServerStream<ex::DownloadPart>(ExchangeMethod("Download"), request, options);
  absl::StatusOr<uint64_t> rows = absl::DataLossError("no summary");
  for (;;) {
    auto part = stream.Read();
    if (!part.ok()) return part.status();
    if (!*part) return rows;
    if ((*part)->has_summary()) rows = (*part)->summary().records();
  }
}

std::set<std::string> GrantsOf(Cluster& cluster, const std::string& alias) {
  const auto listed = cluster.Call<ex::ListGrantsResponse>(
      alias + "-system", kHost, ExchangeMethod("ListGrants"), ex::ListGrantsRequest());
  REQUIRE_OK(listed);
  std::set<std::string> names;
  for (const auto& grant : listed->grants()) names.insert(grant.name());
  return names;
}

absl::StatusOr<evidence::Pack> ReceiptOf(Cluster& cluster, const std::string& alias,
                                         const std::string& exchange) {
  ex::GetReceiptRequest request;
  request.set_exchange(exchange);
  const auto receipt = cluster.Call<ex::GetReceiptResponse>(
      alias + "-system", kHost, ExchangeMethod("GetReceipt"), request);
  if (!receipt.ok()) return receipt.status();
  return evidence::ReadPack(receipt->pack());
}

// The receipt, once it has this many records.
evidence::Pack WholeReceipt(Cluster& cluster, const std::string& alias,
                            const std::string& exchange, size_t records) {
  const auto pack = AskUntil(
      [&] { return ReceiptOf(cluster, alias, exchange); },
      [&](const auto& answer) { return answer.ok() && answer->entries.size() >= records; },
      absl::Seconds(20));
  REQUIRE_OK(pack);
  CHECK(pack->entries.size() == records);
  CHECK(evidence::VerifyPack(*pack, {cluster.log_key()}).ok());
  return *pack;
}

std::string KeyId(const crypto::PrivateKey& key) { return key.public_key().id().str(); }

std::vector<evidence::AuditRecord> RecordsOf(const evidence::Pack& pack) {
  std::vector<evidence::AuditRecord> records;
  for (const auto& entry : pack.entries) records.push_back(evidence::Open(entry.sealed)->record);
  return records;
}

// Everything in the log about the exchange.
std::vector<evidence::AuditRecord> LoggedOf(Cluster& cluster, const std::string& exchange) {
  au::SearchEntriesRequest search;
  search.set_exchange(exchange);
  const auto found = cluster.Call<au::SearchEntriesResponse>(
      "auditor", "audit", AuditMethod("SearchEntries"), search);
  REQUIRE_OK(found);
  std::vector<evidence::AuditRecord> records;
  for (const auto& entry : found->entries()) {
    records.push_back(evidence::Open(entry.sealed())->record);
  }
  return records;
}

// The one record, once it is there, of an exchange that was refused before it left.
evidence::AuditRecord RefusalOf(Cluster& cluster, const std::string& exchange) {
  const auto records = AskUntil([&] { return LoggedOf(cluster, exchange); },
                                [](const auto& all) { return !all.empty(); });
  REQUIRE(records.size() == 1);
  CHECK(records[0].kind() == ev::EXCHANGE_NOT_RECEIVED);
  return records[0];
}

// Stops audit for good: fsck of its store, signatures and all.
void CheckLog(Cluster& cluster) {
  CHECK(cluster.Stop("audit") == 0);
  const std::string log = cluster.dir() / "fsck.log";
  Child fsck({absl::StrCat(SHAREWAY_BIN_DIR, "/shareway"), "fsck", cluster.StoreOf("audit")}, log);
  CHECK(fsck.Wait(absl::Seconds(60)) == 0);
}

// Makes these the guests of the county's node, and no others.
void Host(Cluster& cluster, const std::vector<std::string>& guests) {
  cat::PutNodeRequest put;
  put.mutable_node()->set_name(cluster.Node(kCounty));
  put.mutable_node()->set_address(cluster.Address(kHost));
  for (const std::string& guest : guests) {
    put.mutable_node()->add_hosted_agencies(cluster.Agency(guest));
  }
  REQUIRE_OK(cluster.Act<cat::Node>("security", "catalog",
                                    "/shareway.catalog.v1.DirectoryService/PutNode", put));
}

TEST_CASE("A township asks and serves through the county's node, under its own key", "[hosted]") {
  Cluster cluster(Hosted());
  const std::string divisions =
      Offer(cluster, kStatistics, "306001/000001", "statistics-node", kDivisionRows);
  const std::string houses = Offer(cluster, kTownship, "306009/000001", kHost, kHouseRows);
  const std::string town_grant = GrantTo(cluster, kTownship, divisions);
  const std::string village_grant = GrantTo(cluster, kVillage, divisions);
  const std::string county_grant = GrantTo(cluster, kCounty, houses);
  const std::string tax_grant = GrantTo(cluster, kTax, houses);

  // It asks.
  const auto asked = QueryUntilOk(cluster, kTownship, kHost, town_grant, "A1");
  REQUIRE_OK(asked);
  REQUIRE(asked->answer().batch().records_size() == 1);
  const auto verified = VerifyName(cluster, town_grant, "A2", "CANARY-D2");
  REQUIRE_OK(verified);
  CHECK(verified->answer().comparisons(0).comparison() == ev::MATCH);
  const auto rows = DownloadAs(cluster, kTownship, kHost, town_grant);
  REQUIRE_OK(rows);
  CHECK(*rows == 2);
  CHECK(GrantsOf(cluster, kTownship) == std::set<std::string>{town_grant});
  const std::string town_key = KeyId(cluster.message_key(kTownship));
  for (const std::string& exchange : {asked->exchange(), verified->exchange()}) {
    const evidence::Pack pack = WholeReceipt(cluster, kTownship, exchange, 2);
    for (const auto& entry : pack.entries) {
      const auto opened = evidence::Open(entry.sealed);
      CHECK(opened->record.agencies(0) == cluster.Agency(kTownship));
      CHECK(opened->record.nodes(0) == cluster.Node(kCounty));
      CHECK(opened->record.request_signature().key_id() == town_key);
      // Its half of the evidence is sealed by its key, too, the other by the provider's node's.
      const bool own = opened->record.kind() == ev::EXCHANGE_RECEIVED;
      CHECK(opened->envelope.signature().key_id() ==
            (own ? town_key : KeyId(cluster.message_key("statistics-node"))));
    }
  }

  // It serves: an agency elsewhere, and its own host.
  const auto by_tax = QueryUntilOk(cluster, kTax, "tax-node", tax_grant, "H1");
  REQUIRE_OK(by_tax);
  CHECK(by_tax->answer().batch().records(0).cells(1).text() == "CANARY-H1");
  const auto tax_rows = DownloadAs(cluster, kTax, "tax-node", tax_grant);
  REQUIRE_OK(tax_rows);
  CHECK(*tax_rows == 2);
  const auto by_county = QueryUntilOk(cluster, kCounty, kHost, county_grant, "H2");
  REQUIRE_OK(by_county);
  const evidence::Pack pack = WholeReceipt(cluster, kCounty, by_county->exchange(), 2);
  for (const evidence::AuditRecord& half : RecordsOf(pack)) {
    CHECK(half.nodes(0) == half.nodes(1));
    CHECK(half.request_signature().key_id() == KeyId(cluster.message_key(kHost)));
    CHECK(half.response_signature().key_id() == town_key);
  }
  const auto counts = AskUntil(
      [&] {
        return cluster.Call<ex::ListExchangesResponse>("housing-system", kHost,
                                                       ExchangeMethod("ListExchanges"),
                                                       ex::ListExchangesRequest());
      },
      [](const auto& answer) { return answer.ok() && answer->counts_size() >= 3; });
  REQUIRE_OK(counts);
  std::set<std::string> consumers;
  for (const auto& count : counts->counts()) consumers.insert(count.consumer());
  CHECK(consumers == std::set<std::string>{cluster.Agency(kTax), cluster.Agency(kCounty)});

  // The village is a guest like the township.
  REQUIRE_OK(QueryUntilOk(cluster, kVillage, kHost, village_grant, "A1"));
  CheckLog(cluster);
}

TEST_CASE("What is one agency's at a node is nobody else's there, and attempts are on record",
          "[hosted]") {
  Cluster cluster(Hosted());
  const std::string divisions =
      Offer(cluster, kStatistics, "306001/000001", "statistics-node", kDivisionRows);
  const std::string houses = Offer(cluster, kTownship, "306009/000001", kHost, kHouseRows);
  std::map<std::string, std::string> grants;
  const std::vector<std::string> all = {kCounty, kTownship, kVillage};
  for (const std::string& alias : all) grants[alias] = GrantTo(cluster, alias, divisions);
  for (const std::string& alias : all) {
    REQUIRE_OK(QueryUntilOk(cluster, alias, kHost, grants[alias], "A1"));
    CHECK(GrantsOf(cluster, alias) == std::set<std::string>{grants[alias]});
  }

  // Under another's grant: refused, recorded by who tried, and the record names nothing else.
  for (const std::string& thief : all) {
    for (const std::string& owner : all) {
      if (thief == owner) continue;
      const std::string exchange = absl::StrCat("steal-", thief, "-", owner);
      CAPTURE(exchange);
      CHECK(ReasonOf(QueryAs(cluster, thief, kHost, grants[owner], "A1", exchange).status()) ==
            Reason::kGrantUnknown);
      const evidence::AuditRecord refusal = RefusalOf(cluster, exchange);
      CHECK(refusal.reason() == "GRANT_UNKNOWN");
      REQUIRE(refusal.agencies_size() == 1);
      CHECK(refusal.agencies(0) == cluster.Agency(thief));
      CHECK(refusal.resource().empty());
    }
  }

  // The same id is an exchange of each; a receipt has the caller's own alone.
  for (const std::string& alias : all) {
    REQUIRE_OK(QueryAs(cluster, alias, kHost, grants[alias], "A1", "same-1"));
  }
  for (const std::string& alias : all) {
    CAPTURE(alias);
    const evidence::Pack pack = WholeReceipt(cluster, alias, "same-1", 2);
    for (const evidence::AuditRecord& half : RecordsOf(pack)) {
      CHECK(half.agencies(0) == cluster.Agency(alias));
    }
  }
  REQUIRE_OK(QueryAs(cluster, kTownship, kHost, grants[kTownship], "A2", "own-1"));
  for (const std::string stranger : {kCounty, kVillage}) {
    CAPTURE(stranger);
    CHECK(ReasonOf(ReceiptOf(cluster, stranger, "own-1").status()) == Reason::kNotVisible);
    ex::GetExchangeRequest get;
    get.set_exchange("own-1");
    CHECK(ReasonOf(cluster.Call<ex::ExchangeReport>(stranger + "-system", kHost,
                                                    ExchangeMethod("GetExchange"), get)
                       .status()) == Reason::kNotVisible);
    CHECK(ReasonOf(Load(cluster, stranger, houses, kHouseRows, kHost).status()) ==
          Reason::kNotVisible);
    ex::ListVersionsRequest versions;
    versions.set_resource(houses);
    const auto listed = cluster.Call<ex::ListVersionsResponse>(
        stranger + "-system", kHost, DatasetMethod("ListVersions"), versions);
    CHECK((!listed.ok() || listed->versions_size() == 0));
    const auto counts = cluster.Call<ex::ListExchangesResponse>(
        stranger + "-system", kHost, ExchangeMethod("ListExchanges"), ex::ListExchangesRequest());
    REQUIRE_OK(counts);
    CHECK(counts->counts_size() == 0);
    au::ExportEvidenceRequest evidence;  // the people of either in the log
    evidence.set_exchange("own-1");
    CHECK_FALSE(cluster.Call<au::ExportEvidenceResponse>(stranger + "-head", "audit",
                                                         AuditMethod("ExportEvidence"), evidence)
                    .ok());
  }
  // Who has no seat here at all.
  CHECK(ReasonOf(QueryAs(cluster, kStatistics, kHost, grants[kTownship], "A1").status()) ==
        Reason::kNotVisible);

  // What was not visible is counted, at the latest when the node ends.
  CHECK(cluster.Stop(kHost) == 0);
  cluster.Start(kHost);
  cluster.AwaitReady(kHost);
  au::SearchEntriesRequest search;
  search.set_object(cluster.Agency(kVillage) + "/systems/s1");
  search.set_kind(ev::CALLS_REJECTED);
  search.set_reason("NOT_VISIBLE");
  const auto count_rejected = [&] {
    const auto rejected = cluster.Call<au::SearchEntriesResponse>(
        "auditor", "audit", AuditMethod("SearchEntries"), search);
    REQUIRE_OK(rejected);
    uint64_t count = 0;
    for (const auto& entry : rejected->entries()) {
      count += evidence::Open(entry.sealed())->record.record_count();
    }
    return count;
  };
  CHECK(AskUntil(count_rejected, [](uint64_t count) { return count >= 3; }) == 3);
  CheckLog(cluster);
}

TEST_CASE("Hosting that ends in the directory ends at the node, without a restart", "[hosted]") {
  Cluster cluster(Hosted());
  const std::string divisions =
      Offer(cluster, kStatistics, "306001/000001", "statistics-node", kDivisionRows);
  const std::string houses = Offer(cluster, kTownship, "306009/000001", kHost, kHouseRows);
  const std::string town_grant = GrantTo(cluster, kTownship, divisions);
  const std::string village_grant = GrantTo(cluster, kVillage, divisions);
  const std::string tax_grant = GrantTo(cluster, kTax, houses);
  REQUIRE_OK(QueryUntilOk(cluster, kTownship, kHost, town_grant, "A1"));
  REQUIRE_OK(QueryUntilOk(cluster, kVillage, kHost, village_grant, "A1"));
  REQUIRE_OK(QueryUntilOk(cluster, kTax, "tax-node", tax_grant, "H1"));

  Host(cluster, {kVillage});
  const auto refused = [](const auto& answer) { return !answer.ok(); };
  const absl::Duration bound = absl::Seconds(5);
  // Its grants may leave the node a moment before the node hears why.
  CHECK(ReasonOf(AskUntil([&] { return QueryAs(cluster, kTownship, kHost, town_grant, "A1"); },
                          [](const auto& answer) {
                            return ReasonOf(answer.status()) == Reason::kNotVisible;
                          },
                          bound)
                     .status()) == Reason::kNotVisible);
  CHECK(ReasonOf(Load(cluster, kTownship, houses, kHouseRows, kHost).status()) ==
        Reason::kNotVisible);
  const Reason unanswered =
      ReasonOf(AskUntil([&] { return QueryAs(cluster, kTax, "tax-node", tax_grant, "H1"); },
                        refused, bound)
                   .status());
  CHECK((unanswered == Reason::kPeerUnreachable || unanswered == Reason::kGrantUnknown));
  CHECK(QueryAs(cluster, kVillage, kHost, village_grant, "A1").ok());

  Host(cluster, {kVillage, kTownship});  // and begins again
  CHECK(QueryUntilOk(cluster, kTownship, kHost, town_grant, "A1").ok());
  CHECK(QueryUntilOk(cluster, kTax, "tax-node", tax_grant, "H1").ok());

  // A key of the township's that is suspended speaks for it no more; the host's is no help.
  cat::SetStandingRequest standing;
  standing.set_name(crypto::KeyName(cluster.message_key(kTownship).public_key().id()));
  standing.set_standing(cat::STANDING_SUSPENDED);
  standing.set_reason("疑似泄露");
  REQUIRE_OK(cluster.Act<cat::SetStandingResponse>(
      "security", "catalog", "/shareway.catalog.v1.DirectoryService/SetStanding", standing));
  CHECK_FALSE(AskUntil([&] { return QueryAs(cluster, kTownship, kHost, town_grant, "A1"); },
                       refused, bound)
                  .ok());
  CHECK_FALSE(AskUntil([&] { return QueryAs(cluster, kTax, "tax-node", tax_grant, "H1"); },
                       refused, bound)
                  .ok());
  CHECK(QueryAs(cluster, kVillage, kHost, village_grant, "A1").ok());
}

TEST_CASE("A host that is killed loses no half of its guests' exchanges", "[hosted]") {
  Cluster cluster(Hosted());
  const std::string divisions =
      Offer(cluster, kStatistics, "306001/000001", "statistics-node", kDivisionRows);
  const std::string houses = Offer(cluster, kTownship, "306009/000001", kHost, kHouseRows);
  const std::string town_grant = GrantTo(cluster, kTownship, divisions);
  const std::string tax_grant = GrantTo(cluster, kTax, houses);
  REQUIRE_OK(QueryUntilOk(cluster, kTownship, kHost, town_grant, "A1"));
  REQUIRE_OK(QueryUntilOk(cluster, kTax, "tax-node", tax_grant, "H1"));

  // Both directions, until the host is gone.
  std::vector<std::string> answered[2];
  std::atomic<int> done = 0;
  const auto ask = [&](int side, const std::string& alias, const std::string& process,
                       const std::string& grant, const std::string& code) {
    for (int i = 0; i < 200; ++i) {
      const auto answer =
          QueryAs(cluster, alias, process, grant, code, absl::StrCat("k", side, "-", i));
      if (!answer.ok()) return;
      answered[side].push_back(answer->exchange());
      ++done;
    }
  };
  cluster.Channel("tax-system", "tax-node");  // made on this thread
  cluster.Channel("housing-system", kHost);
  std::thread town([&] { ask(0, kTownship, kHost, town_grant, "A1"); });
  std::thread tax([&] { ask(1, kTax, "tax-node", tax_grant, "H1"); });
  while (done < 40) std::this_thread::yield();
  cluster.Kill(kHost);
  town.join();
  tax.join();
  cluster.Start(kHost);
  cluster.AwaitReady(kHost);
  CHECK(answered[0].size() + answered[1].size() >= 40);
  for (const auto& side : answered) {
    for (const std::string& exchange : side) {
      const auto halves = AskUntil([&] { return LoggedOf(cluster, exchange); },
                                   [](const auto& found) { return found.size() >= 2; });
      CAPTURE(exchange);
      CHECK(halves.size() == 2);
    }
  }
  REQUIRE_OK(QueryUntilOk(cluster, kTownship, kHost, town_grant, "A1"));
  REQUIRE_OK(QueryUntilOk(cluster, kTax, "tax-node", tax_grant, "H1"));
  CheckLog(cluster);
}

TEST_CASE("A bad value of --hosted stops the node, and is named", "[hosted]") {
  Cluster::Options options = Hosted();
  options.nodes = {kCivil};
  Cluster cluster(options);
  REQUIRE(cluster.Stop(kHost) == 0);
  for (const auto& [flag, words] :
       {std::pair<std::string, std::string>("agencies/x", "is not of the form agencies/{a}=DIR"),
        {cluster.Agency(kCounty) + "=" + cluster.HostedDir(kTownship), "is the node's own agency"},
        {cluster.Agency(kTownship) + "=" + (cluster.dir() / "none"), "names no folder"},
        {"@" + (cluster.dir() / "none"), "none"}}) {
    cluster.SetFlags(kHost, {"--hosted=" + flag});
    cluster.Start(kHost);
    CHECK(cluster.WaitEnd(kHost) == 1);
    CHECK(absl::StrContains(cluster.LogOf(kHost), words));
  }
}

}  // namespace
}  // namespace shareway::testing
