// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/exchanging.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/merkle/verify.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tests/support/await.h"

namespace shareway::testing {
namespace {

namespace au = audit::v1;
namespace ev = evidence::v1;
namespace ex = exchange::v1;
namespace sh = sharing::v1;

Cluster::Options WithTwoNodes(Cluster::Options options) {
  options.nodes = {kStatistics, kTax};
  return options;
}

// All audit records of a kind, by `key`; nothing if audit does not answer.
std::map<std::string, int> CountRecords(Cluster& cluster, ev::RecordKind kind,
                                        const std::string& agency, const RecordKey& key) {
  std::map<std::string, int> counts;
  au::SearchEntriesRequest search;
  search.set_agency(agency);
  search.set_kind(kind);
  const bool all = VisitRecords(cluster, search, [&](const evidence::AuditRecord& record) {
    ++counts[key(record)];
  });
  return all ? counts : std::map<std::string, int>();
}

std::string RowsAsCsv(int rows) {
  std::string csv = "code,name,level\n9901,演示市,CITY\n";
  for (int row = 1; row < rows; ++row) {
    absl::StrAppend(&csv, 990100000000 + row, ",演示", row, "村,VILLAGE\n");
  }
  return csv;
}

}  // namespace

size_t Acknowledged::AwaitMore(size_t more, absl::Duration limit) const {
  absl::MutexLock lock(&mutex_);
  const size_t want = ids_.size() + more;
  const auto enough = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return ids_.size() >= want; };
  mutex_.AwaitWithTimeout(absl::Condition(&enough), limit);
  return ids_.size();
}

bool VisitRecords(Cluster& cluster, au::SearchEntriesRequest search,
                  const std::function<void(const evidence::AuditRecord&)>& visit) {
  search.set_page_size(1000);
  for (;;) {
    auto page = cluster.Call<au::SearchEntriesResponse>("auditor", "audit",
                                                        AuditMethod("SearchEntries"), search);
    if (!page.ok()) return false;
    for (const au::LogEntry& entry : page->entries()) {
      auto opened = evidence::Open(entry.sealed());
      REQUIRE(opened.ok());
      visit(opened->record);
    }
    if (page->next_page_token().empty()) return true;
    search.set_page_token(page->next_page_token());
  }
}

Exchanging::Exchanging(Cluster::Options options, int rows) : cluster(WithTwoNodes(options)) {
  auto published = Publish(cluster, kStatistics, Divisions(cluster));
  REQUIRE(published.ok());
  resource = published->name();
  const std::string csv = RowsAsCsv(rows);
  REQUIRE(AskUntilOk([&] { return testing::Load(cluster, kStatistics, resource, csv); }).ok());
  if (!options.replicas.empty() && options.replicas.front() == kStatistics) {
    REQUIRE(AskUntilOk([&] {
              return testing::Load(cluster, kStatistics, resource, csv, "statistics-node2");
            }).ok());
  }
  sh::GiveStandingConsentRequest consent;
  consent.set_resource(resource);
  REQUIRE(cluster
              .Act<sh::StandingConsent>("statistics-sharing-head", "sharing",
                                        GrantMethod("GiveStandingConsent"), consent)
              .ok());
  grant = AnotherGrant();
  channel = cluster.Channel("tax-system", "tax-node");
}

std::string Exchanging::AnotherGrant() {
  auto request = SubmitRequest(cluster, kTax, testing::Ask(resource, {"code", "name"}));
  REQUIRE(request.ok());
  REQUIRE(QueryWhenKnown(cluster, kTax, QueryBy(request->grant(), "code", "9901")).ok());
  return request->grant();
}

std::optional<std::string> Exchanging::Ask() {
  auto answer =
      channel->Unary<ex::QueryResponse>(ExchangeMethod("Query"), QueryBy(grant, "code", "9901"));
  return answer.ok() ? std::optional<std::string>(answer->exchange()) : std::nullopt;
}

UnderLoad::UnderLoad(int threads, std::function<std::optional<std::string>(int, int)> work,
                     Acknowledged* acknowledged) {
  for (int t = 0; t < threads; ++t) {
    threads_.emplace_back([this, t, work, acknowledged] {
      for (int turn = 0; !stop_; ++turn) {
        if (auto id = work(t, turn)) acknowledged->Add(*id);
      }
    });
  }
}

UnderLoad::~UnderLoad() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
}

std::map<std::string, int> AwaitRecords(Cluster& cluster, const std::vector<std::string>& ids,
                                        ev::RecordKind kind, const std::string& agency,
                                        const RecordKey& key, absl::Duration limit) {
  std::map<std::string, int> counts;
  const absl::Time end = absl::Now() + limit;
  const auto missing = [&] {
    counts = CountRecords(cluster, kind, agency, key);
    int n = 0;
    for (const std::string& id : ids) n += !counts.contains(id);
    return n;
  };
  while (missing() > 0 && absl::Now() < end) absl::SleepFor(absl::Milliseconds(100));
  return counts;
}

void CheckRecorded(Cluster& cluster, const std::vector<std::string>& ids, ev::RecordKind kind,
                   const std::string& agency, const RecordKey& key) {
  std::map<std::string, int> counts = AwaitRecords(cluster, ids, kind, agency, key);
  for (const std::string& id : ids) {
    CAPTURE(id);
    CHECK(counts[id] == 1);
  }
}

evidence::TreeHead HeadOf(Cluster& cluster, bool signed_only) {
  au::GetCheckpointRequest request;
  request.set_signed_only(signed_only);
  auto checkpoint =
      cluster.Call<au::Checkpoint>("auditor", "audit", AuditMethod("GetCheckpoint"), request);
  REQUIRE(checkpoint.ok());
  auto opened = evidence::OpenNote(checkpoint->note(), cluster.log_key());
  REQUIRE(opened.ok());
  return *opened;
}

evidence::TreeHead AwaitWitnessed(Cluster& cluster, uint64_t size) {
  const absl::Time limit = absl::Now() + absl::Seconds(30);
  evidence::TreeHead head = HeadOf(cluster, /*signed_only=*/false);
  while (head.size < size && absl::Now() < limit) {
    absl::SleepFor(absl::Milliseconds(50));
    head = HeadOf(cluster, /*signed_only=*/false);
  }
  REQUIRE(head.size >= size);
  return head;
}

void CheckBeginsWith(Cluster& cluster, const evidence::TreeHead& old) {
  const evidence::TreeHead now = AwaitWitnessed(cluster, old.size);
  au::GetConsistencyProofRequest request;
  request.set_old_size(old.size);
  request.set_new_size(now.size);
  auto proof = cluster.Call<au::ConsistencyProof>("auditor", "audit",
                                                  AuditMethod("GetConsistencyProof"), request);
  REQUIRE(proof.ok());
  std::vector<Hash32> hashes;
  for (const std::string& raw : proof->hashes()) hashes.push_back(Hash32::From(raw).value());
  CHECK(
      merkle::VerifyConsistency(crypto::LogHasher(), old.size, old.root, now.size, now.root, hashes)
          .ok());
}

}  // namespace shareway::testing
