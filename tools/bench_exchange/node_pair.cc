// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/node_pair.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/crypto/key.h"
#include "tests/support/await.h"
#include "tools/bench_exchange/check.h"
#include "tools/bench_exchange/directory_act.h"

namespace shareway::bench {
namespace {

using testing::Cluster;
namespace ex = exchange::v1;
namespace sh = sharing::v1;

constexpr int kRows = 1000;
// Of a row besides its key and level: with them, an answer has about 1 KiB.
constexpr int kNameLength = 960;
constexpr double kDrained = 512;  // two batches

std::string Key(int i) { return absl::StrCat(990100000000 + i); }

Cluster::Options TwoNodes() {
  Cluster::Options options;
  options.nodes = {testing::kStatistics, testing::kTax};
  return options;
}

}  // namespace

NodePair::NodePair(Options options) : cluster_(TwoNodes()), draining_(options.draining) {
  auto draft = testing::Divisions(cluster_);
  draft.mutable_items(1)->set_length(2000);
  auto resource = testing::Publish(cluster_, testing::kStatistics, draft);
  CheckStep(resource.status(), "publish");
  resource_ = resource->name();
  std::string csv = "code,name,level\n";
  for (int i = 0; i < kRows; ++i) {
    absl::StrAppend(&csv, Key(i), ",", std::string(kNameLength, 'x'), ",TOWN\n");
  }
  auto loaded = testing::AskUntilOk(
      [&] { return testing::Load(cluster_, testing::kStatistics, resource_, csv); });
  CheckStep(loaded.status(), "load");
  sh::GiveStandingConsentRequest consent;
  consent.set_resource(resource_);
  CheckStep(cluster_
                .Act<sh::StandingConsent>("statistics-sharing-head", "sharing",
                                          testing::GrantMethod("GiveStandingConsent"), consent)
                .status(),
            "consent");
  grant_ = NewGrant();
  if (options.suite != crypto::Suite::kP256Sha256) {
    ChangeMessageKey(kProviderNode, cluster_.Node(testing::kStatistics), options.suite);
    ChangeMessageKey(kConsumerNode, cluster_.Node(testing::kTax), options.suite);
  }
  AwaitGrant();
  // Only now: audit serves once its witnesses, the nodes, have reported to it.
  for (const char* node : {kProviderNode, kConsumerNode}) {
    if (draining_) break;
    cluster_.SetFlags(node, {"--audit="});
    cluster_.Stop(node);
    cluster_.Start(node);
    cluster_.AwaitReady(node);
  }
  AwaitGrant();
  channel_ = cluster_.Channel("tax-system", kConsumerNode);
}

std::string NodePair::NewGrant() {
  auto request = testing::SubmitRequest(cluster_, testing::kTax,
                                        testing::Ask(resource_, {"code", "name", "level"}));
  CheckStep(request.status(), "request");
  return request->grant();
}

void NodePair::AwaitGrant() {
  CheckStep(testing::QueryWhenKnown(cluster_, testing::kTax,
                                    testing::QueryBy(grant_, "code", Key(0)), absl::Minutes(1))
                .status(),
            "first query");
}

void NodePair::ChangeMessageKey(const std::string& process, const std::string& node,
                                crypto::Suite suite) {
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(suite);
  PutKey(&cluster_, node, key.public_key(), catalog::v1::Key::MESSAGE);
  cluster_.Stop(process);
  testing::WriteFile(cluster_.identity(process).dir + "/message.key", key.ToPem());
  cluster_.Start(process);
  cluster_.AwaitReady(process);
}

void NodePair::Begin(std::function<void(absl::Status)> done) {
  rpc::CallOptions options;
  options.timeout = absl::Seconds(20);
  channel_->UnaryAsync<ex::QueryResponse>(
      testing::ExchangeMethod("Query"), testing::QueryBy(grant_, "code", Key(next_++ % kRows)),
      options, [done = std::move(done)](absl::StatusOr<ex::QueryResponse> answer) {
        if (answer.ok() && answer->answer().batch().records_size() != 1) {
          return done(absl::DataLossError("an answer without its record"));
        }
        done(answer.status());
      });
}

Run NodePair::Ask(int outstanding, const Window& window, const Edges& edges) {
  return RunLoad([this](auto done) { Begin(std::move(done)); }, outstanding, window.warm_up,
                 window.length, PidsOf(processes()), edges);
}

Run NodePair::AskAtRate(double per_second, const Window& window) {
  return RunRate([this](auto done) { Begin(std::move(done)); }, per_second, window.warm_up,
                 window.length, PidsOf(processes()));
}

double NodePair::Waiting() {
  double waiting = 0;
  for (const char* node : {kProviderNode, kConsumerNode}) {
    waiting += Scrape(cluster_, node)["shareway_outbox_entries"];
  }
  return waiting;
}

void NodePair::AwaitDrained() {
  if (!draining_) return;
  absl::SleepFor(absl::Milliseconds(1200));  // the figures are a second old
  const absl::Time end = absl::Now() + absl::Minutes(1);
  while (Waiting() > kDrained && absl::Now() < end) absl::SleepFor(absl::Milliseconds(200));
}

std::vector<Process> NodePair::processes() {
  std::vector<Process> all;
  for (const char* name : {kConsumerNode, kProviderNode, "audit", "catalog", "sharing"}) {
    all.push_back({name, cluster_.pid(name)});
  }
  return all;
}

}  // namespace shareway::bench
