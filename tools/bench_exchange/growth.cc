// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/growth.h"

#include <utility>

#include "absl/time/clock.h"
#include "libs/base/name.h"
#include "libs/kv/rocks_store.h"
#include "services/exchange/store/exchange_store.h"
#include "tools/bench_exchange/check.h"

namespace shareway::bench {
namespace {

using exchange::Answered;
using exchange::Asked;
using exchange::ExchangeStore;
using exchange::FeedKind;
using exchange::KeptFeed;

constexpr uint64_t kBatch = 5000;
constexpr char kDigest[] = "0123456789abcdef0123456789abcdef";

void GrowGrants(ExchangeStore* store, const std::string& like, uint64_t grants) {
  absl::StatusOr<KeptFeed> kept = store->LoadFeed(FeedKind::kGrants);
  CheckStep(kept.status(), "load grants");
  std::vector<std::pair<std::string, std::string>> all;
  sharing::v1::Grant model;
  for (const std::string& bytes : kept->messages) {
    sharing::v1::Grant grant;
    if (!grant.ParseFromString(bytes)) CheckStep(absl::DataLossError("grant"), "load grants");
    if (grant.name() == like) model = grant;
    all.emplace_back(grant.name(), bytes);
  }
  if (model.name().empty()) CheckStep(absl::NotFoundError(like), "load grants");
  while (all.size() < grants) {
    model.set_name("grants/" + IdFromRandom(crypto::RandomBytes(15)));
    all.emplace_back(model.name(), model.SerializeAsString());
  }
  CheckStep(store->KeepSnapshot(FeedKind::kGrants, all, kept->applied, kept->served_digest),
            "keep grants");
}

// Puts `count` of what `put` makes, in large commits.
template <typename Put>
void Fill(ExchangeStore* store, uint64_t count, Put put) {
  kv::Batch batch;
  for (uint64_t n = 1; n <= count; ++n) {
    put(IdFromRandom(crypto::RandomBytes(15)), &batch);
    if (n % kBatch == 0 || n == count) {
      CheckStep(store->Commit(std::exchange(batch, kv::Batch())), "fill");
    }
  }
}

}  // namespace

void Grow(NodePair* pair, uint64_t grants, uint64_t exchanges) {
  testing::Cluster& cluster = pair->cluster();
  const absl::Time begin = absl::Now();
  for (const char* node : {kProviderNode, kConsumerNode}) {
    cluster.Stop(node);
    {
      const auto opened = kv::OpenRocks(cluster.StoreOf(node), {.memtable_bytes = 512 << 20});
      CheckStep(opened.status(), "open store");
      ExchangeStore store(opened->get());
      GrowGrants(&store, pair->grant(), grants);
      if (node == kProviderNode) {
        Fill(&store, exchanges, [&](std::string id, kv::Batch* batch) {
          store.PutAnswered(Answered{.consumer = cluster.Agency(testing::kTax),
                                     .exchange = std::move(id),
                                     .attempt = 1,
                                     .query_digest = kDigest,
                                     .method = exchange::Method::kQuery,
                                     .outcome = exchange::Outcome::kDelivered,
                                     .request_digest = kDigest,
                                     .response_digest = kDigest,
                                     .resource = "resources/r1",
                                     .dataset_version = "1",
                                     .recall = std::string(16, 'r'),
                                     .grant = pair->grant(),
                                     .settle_time = begin},
                            batch);
        });
      } else {
        Fill(&store, exchanges, [&](std::string id, kv::Batch* batch) {
          store.PutAsked(Asked{.exchange = std::move(id),
                               .grant = pair->grant(),
                               .method = exchange::Method::kQuery,
                               .query_digest = kDigest,
                               .attempt = 1,
                               .received = true,
                               .request_digest = kDigest,
                               .response_digest = kDigest},
                         /*version=*/0, batch);
        });
      }
    }
    cluster.Start(node);
    cluster.AwaitReady(node, absl::Minutes(10));
  }
  pair->AwaitGrant();
  std::printf("grew to %llu grants and %llu exchanges: %.0f s\n",
              static_cast<unsigned long long>(grants), static_cast<unsigned long long>(exchanges),
              absl::ToDoubleSeconds(absl::Now() - begin));
  std::fflush(stdout);
}

}  // namespace shareway::bench
