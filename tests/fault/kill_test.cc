// SPDX-License-Identifier: Apache-2.0
// SIGKILL of each process under load: what was acknowledged is there after the
// restart, once, and the log's checkpoints fit together.
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/note.h"
#include "libs/merkle/verify.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/scenario/story.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace sh = sharing::v1;
namespace ex = exchange::v1;
namespace ev = evidence::v1;
namespace au = audit::v1;

constexpr int kKills = 4;

// What clients were told, kept outside the system.
class Acknowledged {
 public:
  void Add(const std::string& id) {
    absl::MutexLock lock(&mutex_);
    ids_.push_back(id);
  }
  std::vector<std::string> all() const {
    absl::MutexLock lock(&mutex_);
    return ids_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::string> ids_;
};

// Runs `work(n)` again and again on two threads while `victims` are killed and
// restarted in turn. `work` returns what was acknowledged, or nothing.
void RunUnderKills(Cluster& cluster, const std::vector<std::string>& victims,
                            const std::function<std::optional<std::string>(int, int)>& work,
                            Acknowledged* acknowledged) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> clients;
  for (int c = 0; c < 2; ++c) {
    clients.emplace_back([&, c] {
      for (int n = 0; !stop; ++n) {
        if (auto id = work(c, n)) acknowledged->Add(*id);
      }
    });
  }
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  INFO("seed " << seed);
  for (int k = 0; k < kKills; ++k) {
    // Load first: some acknowledgements must lie between two kills.
    const size_t before = acknowledged->all().size();
    const absl::Time limit = absl::Now() + absl::Seconds(20);
    while (acknowledged->all().size() < before + 20 && absl::Now() < limit) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    absl::SleepFor(absl::Milliseconds(std::uniform_int_distribution<int>(0, 50)(random)));
    const std::string& victim = victims[static_cast<size_t>(k) % victims.size()];
    cluster.Kill(victim);
    cluster.Start(victim);
    cluster.AwaitReady(victim);
  }
  stop = true;
  for (std::thread& client : clients) client.join();
  CHECK(acknowledged->all().size() >= 20 * kKills);
}

// The outcome of a call once the channel, cut by a kill, is connected again.
absl::Status Reconnected(const std::function<absl::Status()>& call) {
  const absl::Time limit = absl::Now() + absl::Seconds(10);
  absl::Status status = call();
  while (absl::IsUnavailable(status) && absl::Now() < limit) {
    absl::SleepFor(absl::Milliseconds(20));
    status = call();
  }
  return status;
}

// All audit records of a kind, by `key`; each entry id once.
std::map<std::string, int> CountRecords(Cluster& cluster, ev::RecordKind kind,
                                        const std::string& agency,
                                        const std::function<std::string(const ev::AuditRecord&)>& key) {
  std::map<std::string, int> counts;
  au::SearchEntriesRequest search;
  search.set_agency(agency);
  search.set_kind(kind);
  search.set_page_size(1000);
  for (;;) {
    auto page = cluster.Call<au::SearchEntriesResponse>("auditor", "audit",
                                                        AuditMethod("SearchEntries"), search);
    if (!page.ok()) return {};  // audit was just killed: asked again
    for (const au::LogEntry& entry : page->entries()) {
      auto opened = evidence::Open(entry.sealed());
      REQUIRE(opened.ok());
      ++counts[key(opened->record)];
    }
    if (page->next_page_token().empty()) return counts;
    search.set_page_token(page->next_page_token());
  }
}

// Waits until every id has a record of the kind, which reaches audit in its
// own time; returns how many each has.
std::map<std::string, int> AwaitRecords(Cluster& cluster, const std::vector<std::string>& ids, ev::RecordKind kind,
                   const std::string& agency,
                   const std::function<std::string(const ev::AuditRecord&)>& key) {
  std::map<std::string, int> counts;
  const absl::Time limit = absl::Now() + absl::Seconds(30);
  auto missing = [&] {
    counts = CountRecords(cluster, kind, agency, key);
    int n = 0;
    for (const std::string& id : ids) n += !counts.contains(id);
    return n;
  };
  while (missing() > 0 && absl::Now() < limit) absl::SleepFor(absl::Milliseconds(100));
  return counts;
}

// Every id has exactly one record of the kind.
void CheckRecorded(Cluster& cluster, const std::vector<std::string>& ids, ev::RecordKind kind,
                   const std::string& agency,
                   const std::function<std::string(const ev::AuditRecord&)>& key) {
  std::map<std::string, int> counts = AwaitRecords(cluster, ids, kind, agency, key);
  for (const std::string& id : ids) {
    CAPTURE(id);
    CHECK(counts[id] == 1);
  }
}

TEST_CASE("A killed catalogue loses no draft and no record of it", "[fault]") {
  Cluster::Options options;
  options.nodes = {};
  Cluster cluster(options);
  cat::Resource draft = Divisions(cluster);
  // Channels are made beforehand: the map of channels is not for several threads.
  auto channel = cluster.Channel("statistics-editor", "catalog");
  Acknowledged acknowledged;
  RunUnderKills(
      cluster, {"catalog"},
      [&](int c, int n) -> std::optional<std::string> {
        cat::CreateResourceRequest create;
        *create.mutable_resource() = draft;
        create.mutable_resource()->set_code(absl::StrCat("30600", c + 1, "/", n + 1));
        auto made = channel->Unary<cat::Resource>(CatalogMethod("CreateResource"), create);
        return made.ok() ? std::optional<std::string>(made->name()) : std::nullopt;
      },
      &acknowledged);
  for (const std::string& name : acknowledged.all()) {
    cat::GetResourceRequest get;
    get.set_name(name);
    CHECK(Reconnected([&] {
      return channel->Unary<cat::Resource>(CatalogMethod("GetResource"), get).status();
    }) == absl::OkStatus());
  }
  CheckRecorded(cluster, acknowledged.all(), ev::RESOURCE_DRAFTED, cluster.Agency(kStatistics),
                [](const ev::AuditRecord& r) { return r.object(); });
}

TEST_CASE("A killed sharing service loses no request and no record of it", "[fault]") {
  Cluster::Options options;
  options.nodes = {};
  Cluster cluster(options);
  auto resource = Publish(cluster, kCivil, Marriages(cluster));
  REQUIRE(resource.ok());
  auto channel = cluster.Channel("tax-applicant", "sharing");
  const auto ask = Ask(resource->name(), {"cert_no"});
  for (int i = 0; i < 500; ++i) {  // sharing follows the catalogue
    if (channel->Unary<sh::SharingRequest>(RequestMethod("CreateRequest"), ask).ok()) break;
    absl::SleepFor(absl::Milliseconds(20));
  }
  Acknowledged acknowledged;
  RunUnderKills(
      cluster, {"sharing"},
      [&](int, int) -> std::optional<std::string> {
        auto made = channel->Unary<sh::SharingRequest>(RequestMethod("CreateRequest"), ask);
        return made.ok() ? std::optional<std::string>(made->name()) : std::nullopt;
      },
      &acknowledged);
  for (const std::string& name : acknowledged.all()) {
    sh::GetRequestRequest get;
    get.set_name(name);
    CHECK(Reconnected([&] {
      return channel->Unary<sh::SharingRequest>(RequestMethod("GetRequest"), get).status();
    }) == absl::OkStatus());
  }
  CheckRecorded(cluster, acknowledged.all(), ev::REQUEST_DRAFTED, cluster.Agency(kTax),
                [](const ev::AuditRecord& r) { return r.object(); });
}

// Statistics and tax with a dataset and a grant.
struct Exchanging {
  Exchanging() : cluster([] {
                   Cluster::Options options;
                   options.nodes = {kStatistics, kTax};
                   return options;
                 }()) {
    auto resource = Publish(cluster, kStatistics, Divisions(cluster));
    REQUIRE(resource.ok());
    const std::string csv = "code,name,level\n9901,演示市,CITY\n";
    auto loaded = Load(cluster, kStatistics, resource->name(), csv);
    for (int i = 0; i < 500 && !loaded.ok(); ++i) {
      absl::SleepFor(absl::Milliseconds(20));
      loaded = Load(cluster, kStatistics, resource->name(), csv);
    }
    REQUIRE(loaded.ok());
    sh::GiveStandingConsentRequest consent;
    consent.set_resource(resource->name());
    REQUIRE(cluster
                .Act<sh::StandingConsent>("statistics-sharing-head", "sharing",
                                          GrantMethod("GiveStandingConsent"), consent)
                .ok());
    auto request = SubmitRequest(cluster, kTax, Ask(resource->name(), {"code", "name"}));
    REQUIRE(request.ok());
    grant = request->grant();
    REQUIRE(QueryWhenKnown(cluster, kTax, QueryBy(grant, "code", "9901")).ok());
    channel = cluster.Channel("tax-system", "tax-node");
  }
  std::optional<std::string> Ask1(int, int) {
    auto answer = channel->Unary<ex::QueryResponse>(ExchangeMethod("Query"),
                                                    QueryBy(grant, "code", "9901"));
    return answer.ok() ? std::optional<std::string>(answer->exchange()) : std::nullopt;
  }

  Cluster cluster;
  std::string grant;
  std::shared_ptr<rpc::Channel> channel;
};

TEST_CASE("Killed nodes leave both halves of every answered exchange", "[fault]") {
  Exchanging world;
  Acknowledged acknowledged;
  RunUnderKills(world.cluster, {"statistics-node", "tax-node"},
                [&](int c, int n) { return world.Ask1(c, n); }, &acknowledged);
  auto exchange_of = [](const ev::AuditRecord& r) { return r.exchange(); };
  CheckRecorded(world.cluster, acknowledged.all(), ev::EXCHANGE_RECEIVED,
                world.cluster.Agency(kTax), exchange_of);
  // The provider may have delivered an attempt whose answer was lost; never none.
  std::map<std::string, int> delivered =
      AwaitRecords(world.cluster, acknowledged.all(), ev::EXCHANGE_DELIVERED,
                   world.cluster.Agency(kTax), exchange_of);
  for (const std::string& id : acknowledged.all()) CHECK(delivered[id] >= 1);
}

TEST_CASE("A killed audit service keeps every entry and never forks", "[fault]") {
  Exchanging world;
  Cluster& cluster = world.cluster;
  std::vector<evidence::TreeHead> heads;
  auto head = [&] {
    auto checkpoint = cluster.Call<au::Checkpoint>(
        "auditor", "audit", AuditMethod("GetCheckpoint"), au::GetCheckpointRequest());
    REQUIRE(checkpoint.ok());
    auto opened = evidence::OpenNote(checkpoint->note(), cluster.log_key());
    REQUIRE(opened.ok());
    heads.push_back(*opened);
  };
  head();
  Acknowledged acknowledged;
  RunUnderKills(cluster, {"audit"},
                [&](int c, int n) {
                  auto id = world.Ask1(c, n);
                  return id;
                },
                &acknowledged);
  auto exchange_of = [](const ev::AuditRecord& r) { return r.exchange(); };
  CheckRecorded(cluster, acknowledged.all(), ev::EXCHANGE_RECEIVED, cluster.Agency(kTax),
                exchange_of);
  CheckRecorded(cluster, acknowledged.all(), ev::EXCHANGE_DELIVERED, cluster.Agency(kTax),
                exchange_of);
  head();
  REQUIRE(heads[1].size >= heads[0].size);
  au::GetConsistencyProofRequest request;
  request.set_old_size(heads[0].size);
  request.set_new_size(heads[1].size);
  auto proof = cluster.Call<au::ConsistencyProof>("auditor", "audit",
                                                  AuditMethod("GetConsistencyProof"), request);
  REQUIRE(proof.ok());
  std::vector<Hash32> hashes;
  for (const std::string& raw : proof->hashes()) hashes.push_back(Hash32::From(raw).value());
  CHECK(merkle::VerifyConsistency(crypto::LogHasher(), heads[0].size, heads[0].root, heads[1].size,
                                  heads[1].root, hashes)
            .ok());
}

}  // namespace
}  // namespace shareway::testing
