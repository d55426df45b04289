// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/exchange_node.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "libs/rpc/watch.h"
#include "services/exchange/call_serving.h"
#include "services/exchange/consumer.h"
#include "services/exchange/datasets.h"
#include "services/exchange/domain/day_use.h"
#include "services/exchange/holds.h"
#include "services/exchange/log_heads.h"
#include "services/exchange/alerts.h"
#include "services/exchange/provider.h"
#include "services/exchange/quotas.h"
#include "services/exchange/query_serving.h"
#include "services/exchange/rpc/audit_log_rpc.h"
#include "services/exchange/rpc/backends.h"
#include "services/exchange/rpc/call_rpc.h"
#include "services/exchange/rpc/correction_feed.h"
#include "services/exchange/rpc/dataset_rpc.h"
#include "services/exchange/rpc/exchange_rpc.h"
#include "services/exchange/rpc/feeds.h"
#include "services/exchange/rpc/hold_filing.h"
#include "services/exchange/rpc/grants_rpc.h"
#include "services/exchange/rpc/index_keeper.h"
#include "services/exchange/rpc/log_follower.h"
#include "services/exchange/rpc/peer_rpc.h"
#include "services/exchange/rpc/peers.h"
#include "services/exchange/rpc/quota_leases.h"
#include "services/exchange/rpc/source_rpc.h"
#include "services/exchange/rpc/reports_rpc.h"
#include "services/exchange/rpc/upkeep.h"
#include "services/exchange/rpc/verify_rpc.h"
#include "services/exchange/source/hosted_source.h"
#include "services/exchange/store/rule_file.h"
#include "services/exchange/verify_serving.h"
#include "services/exchange/witness.h"

namespace shareway::exchange {
namespace {

constexpr size_t kLeastSecret = 32;

// SM2 takes half a millisecond to sign a root, and as much at the other node to verify it.
absl::Duration BetweenRoots(const crypto::PrivateKey& key) {
  return key.public_key().suite() == crypto::Suite::kSm2Sm3 ? absl::Milliseconds(4)
                                                            : absl::ZeroDuration();
}
// Of verifications that did not match, a record, consumer and day, unless a rule says otherwise.
constexpr uint32_t kMostMismatches = 5;

}  // namespace

// In the order of use: what is declared first is destroyed last.
struct ExchangeNode::State {
  explicit State(NodeParts given)
      : parts(std::move(given)),
        store(parts.store),
        intents(parts.store),
        tallies(parts.store),
        usage_store(parts.store),
        witness_store(parts.store),
        figures(parts.metrics),
        signer(*parts.message_key, BetweenRoots(*parts.message_key)) {}

  NodeParts parts;
  ExchangeStore store;
  IntentStore intents;
  TallyStore tallies;
  UsageStore usage_store;
  WitnessStore witness_store;
  Figures figures;
  EvidenceRoom room;
  GrantTable grants;
  ResourceTable resources;
  HoldSet held;
  DayUse received;
  ReplaySet replays;
  RejectionCount rejected;
  crypto::BatchSigner signer;
  std::unique_ptr<DatasetStore> dataset_store;
  std::unique_ptr<HostedSource> source;
  std::unique_ptr<Datasets> datasets;
  std::unique_ptr<rpc::DirectoryFeed> directory_feed;
  std::unique_ptr<GrantFeed> grant_feed;
  std::unique_ptr<ResourceFeed> resource_feed;
  std::unique_ptr<AuditLogRpc> audit_log;
  std::unique_ptr<LogHeads> log_heads;  // null without audit, as the next two
  std::unique_ptr<Witness> witness;
  std::unique_ptr<Peers> peers;
  CorrectionTable corrections;
  std::unique_ptr<QueryServing> query_serving;
  std::unique_ptr<VerifyServing> verify_serving;
  Backends backends;
  std::unique_ptr<CallServing> call_serving;
  std::unique_ptr<Holds> holds;
  std::unique_ptr<Alerts> alerts;
  std::unique_ptr<Aggregation> aggregation;
  std::unique_ptr<QuotaLeases> quota_leases;
  std::unique_ptr<Quotas> quotas;
  std::unique_ptr<Consumer> consumer;
  std::unique_ptr<Provider> provider;
  std::unique_ptr<ExchangeRpc> exchange_rpc;
  std::unique_ptr<GrantsRpc> grants_rpc;
  std::unique_ptr<ReportsRpc> reports_rpc;
  std::unique_ptr<DatasetRpc> dataset_rpc;
  std::unique_ptr<Upkeep> upkeep;
  std::unique_ptr<IndexKeeper> index_keeper;
  std::unique_ptr<CorrectionFeed> correction_feed;
  std::unique_ptr<LogFollower> log_follower;
  std::unique_ptr<QuotaRefill> quota_refill;
  std::unique_ptr<HoldFiling> hold_filing;

  const std::string& agency() const { return parts.identity.agency; }
  const std::string& node() const { return parts.identity.name; }

  absl::Status Restore();
  absl::Status Follow();
  absl::Status WatchLog();
  absl::Status CountUse();
  std::optional<v1::QuotaLeft> QuotaLeftOf(const Grant& grant) const;
  void Assemble();
  void Serve();
};

absl::Status ExchangeNode::State::Restore() {
  SHAREWAY_ASSIGN_OR_RETURN(
      dataset_store, DatasetStore::Open(parts.store, parts.outbox, parts.agency_secret));
  source = std::make_unique<HostedSource>(dataset_store.get());
  datasets = std::make_unique<Datasets>(
      dataset_store.get(), parts.clock, agency(),
      [this](absl::string_view resource) { return ResourceFeed::SchemaOf(store, resource); },
      [this](absl::string_view resource) { return grants.RowItemsOf(resource); });
  SHAREWAY_ASSIGN_OR_RETURN(backends, OpenBackends(parts.backends));
  return datasets->Sweep();
}

absl::Status ExchangeNode::State::Follow() {
  SHAREWAY_ASSIGN_OR_RETURN(PinnedKeys pinned, ReadPinnedKeys(parts.pinned_deciders));
  if (!parts.pinned_deciders.empty() && pinned.empty()) {
    return absl::InvalidArgumentError("the file of pinned deciders holds no key");
  }
  directory_feed = std::make_unique<rpc::DirectoryFeed>(parts.catalog, parts.store, parts.directory,
                                                        parts.clock);
  SHAREWAY_ASSIGN_OR_RETURN(
      grant_feed, GrantFeed::Open(parts.sharing, &store, &grants, std::move(pinned), parts.clock));
  SHAREWAY_ASSIGN_OR_RETURN(
      resource_feed, ResourceFeed::Open(parts.catalog, &store, &resources, agency(), parts.clock));
  return absl::OkStatus();
}

absl::Status ExchangeNode::State::WatchLog() {
  if (parts.audit == nullptr) return absl::OkStatus();
  audit_log = std::make_unique<AuditLogRpc>(parts.audit, parts.outbox->incarnation());
  SHAREWAY_ASSIGN_OR_RETURN(log_heads, LogHeads::Open({.log = audit_log.get(),
                                                       .store = &witness_store,
                                                       .clock = parts.clock,
                                                       .figures = figures,
                                                       .log_key = parts.log_key,
                                                       .settled = parts.settled_fork}));
  SHAREWAY_ASSIGN_OR_RETURN(witness, Witness::Open({.log = audit_log.get(),
                                                    .heads = log_heads.get(),
                                                    .store = &witness_store,
                                                    .clock = parts.clock,
                                                    .figures = figures,
                                                    .key = parts.witness_key,
                                                    .node = node(),
                                                    .log_key = parts.log_key,
                                                    .rolled_back = parts.rolled_back}));
  return absl::OkStatus();
}

absl::Status ExchangeNode::State::CountUse() {
  std::vector<AggregationRule> rules;
  if (!parts.aggregation_rules.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(rules, ReadRules(parts.aggregation_rules));
  }
  holds = std::make_unique<Holds>(&store, parts.outbox, &grants, &held, parts.clock, agency());
  SHAREWAY_RETURN_IF_ERROR(holds->Restore());
  alerts = std::make_unique<Alerts>(&store, parts.outbox, &held, holds.get(), figures, node());
  aggregation = std::make_unique<Aggregation>(std::move(rules));
  quota_leases = std::make_unique<QuotaLeases>(parts.sharing);
  quotas = std::make_unique<Quotas>(
      Quotas::Parts{.store = &usage_store,
                    .exchanges = &store,
                    .slices = quota_leases.get(),
                    .aggregation = aggregation.get(),
                    .alert = [this](Alert alert) { alerts->Raise(std::move(alert)); },
                    .clock = parts.clock,
                    .secret = parts.agency_secret,
                    .most_mismatches = aggregation->most_mismatches(kMostMismatches)});
  return quotas->Restore();
}

void ExchangeNode::State::Assemble() {
  peers = std::make_unique<Peers>(Peers::Parts{.directory = parts.directory,
                                               .grant_lease = &grant_feed->lease(),
                                               .directory_lease = &directory_feed->lease(),
                                               .clock = parts.clock,
                                               .tls = parts.tls,
                                               .domain = parts.identity.domain});
  consumer = std::make_unique<Consumer>(Consumer::Parts{.store = &store,
                                                        .outbox = parts.outbox,
                                                        .signer = &signer,
                                                        .neighbours = peers.get(),
                                                        .grants = &grants,
                                                        .room = &room,
                                                        .log_heads = log_heads.get(),
                                                        .received = &received,
                                                        .clock = parts.clock,
                                                        .figures = figures,
                                                        .node = node(),
                                                        .secret = parts.agency_secret});
  query_serving = std::make_unique<QueryServing>(source.get(), &corrections, parts.agency_secret);
  verify_serving = std::make_unique<VerifyServing>(source.get(), &corrections, parts.agency_secret);
  call_serving = std::make_unique<CallServing>(&backends, &corrections, parts.agency_secret);
  provider = std::make_unique<Provider>(Provider::Parts{.store = &store,
                                                        .intents = &intents,
                                                        .outbox = parts.outbox,
                                                        .signer = &signer,
                                                        .neighbours = peers.get(),
                                                        .grants = &grants,
                                                        .resources = &resources,
                                                        .holds = &held,
                                                        .replays = &replays,
                                                        .rejected = &rejected,
                                                        .source = source.get(),
                                                        .servings = {nullptr, query_serving.get(),
                                                                     verify_serving.get(),
                                                                     nullptr, call_serving.get()},
                                                        .usage = quotas.get(),
                                                        .tallies = &tallies,
                                                        .room = &room,
                                                        .log_heads = log_heads.get(),
                                                        .clock = parts.clock,
                                                        .figures = figures,
                                                        .node = node()});
}

std::optional<v1::QuotaLeft> ExchangeNode::State::QuotaLeftOf(const Grant& grant) const {
  if (grant.day.none()) return std::nullopt;
  const Amounts left = grant.day - received.Of(grant.name, QuotaDay(parts.clock->Now()));
  v1::QuotaLeft out;
  if (grant.day.calls != 0) out.set_calls(left.calls);
  if (grant.day.rows != 0) out.set_rows(left.rows);
  if (grant.day.bytes != 0) out.set_bytes(left.bytes);
  return out;
}

void ExchangeNode::State::Serve() {
  exchange_rpc = std::make_unique<ExchangeRpc>(consumer.get(), agency());
  exchange_rpc->Register(parts.server);
  RegisterVerify(consumer.get(), agency(), parts.server);
  RegisterCall(consumer.get(), agency(), parts.server);
  grants_rpc = std::make_unique<GrantsRpc>(GrantsRpc::Parts{.grants = &grants,
                                                            .neighbours = peers.get(),
                                                            .clock = parts.clock,
                                                            .agency = agency(),
                                                            .quota_left = [this](const Grant& g) {
                                                              return QuotaLeftOf(g);
                                                            }});
  grants_rpc->Register(parts.server);
  reports_rpc = std::make_unique<ReportsRpc>(ReportsRpc::Parts{.store = &store,
                                                               .tallies = &tallies,
                                                               .audit = parts.audit,
                                                               .clock = parts.clock,
                                                               .agency = agency()});
  reports_rpc->Register(parts.server);
  dataset_rpc = std::make_unique<DatasetRpc>(
      datasets.get(), dataset_store.get(), agency(),
      [secret = parts.agency_secret](absl::string_view caller) {
        return crypto::HmacSha256(secret, absl::StrCat("shareway/v1/operator\n", caller)).str();
      });
  dataset_rpc->Register(parts.server);
  RegisterPeerService(provider.get(), parts.server);
  RegisterSourceService(holds.get(), agency(), parts.server);
  parts.server->SetOnFailed([this](const rpc::Caller& caller, const absl::Status& why) {
    CountRejected(caller, why, parts.clock->Now(), &rejected);
  });
  upkeep = std::make_unique<Upkeep>(Upkeep::Parts{
      .server = parts.server,
      .caught_up = [this] { return directory_feed->caught_up() && grant_feed->caught_up(); },
      .rolled_back = parts.rolled_back,
      .grant_lease = &grant_feed->lease(),
      .directory_lease = &directory_feed->lease(),
      .outbox = parts.outbox,
      .room = &room,
      .disk_accepts = parts.disk_accepts,
      .grants = &grants,
      .replays = &replays,
      .rejected = &rejected,
      .store = &store,
      .tallies = &tallies,
      .datasets = datasets.get(),
      .consumer = consumer.get(),
      .provider = provider.get(),
      .audit = parts.audit,
      .clock = parts.clock,
      .figures = figures,
      .node = node()});
  index_keeper = std::make_unique<IndexKeeper>(datasets.get(), &grants);
  correction_feed = std::make_unique<CorrectionFeed>(parts.sharing, &corrections);
  quota_refill = std::make_unique<QuotaRefill>(quotas.get());
  hold_filing = std::make_unique<HoldFiling>(parts.sharing, holds.get(), alerts.get());
  if (witness != nullptr) {
    log_follower = std::make_unique<LogFollower>(audit_log.get(), log_heads.get(), witness.get());
  }
}

absl::StatusOr<std::unique_ptr<ExchangeNode>> ExchangeNode::Open(NodeParts parts) {
  if (parts.identity.kind != crypto::Identity::Kind::kNode) {
    return absl::InvalidArgumentError(
        absl::StrCat("the certificate is for ", parts.identity.uri(), ", want a node's"));
  }
  if (parts.agency_secret.size() < kLeastSecret) {
    return absl::InvalidArgumentError(absl::StrCat("the agency's secret has ",
                                                   parts.agency_secret.size(),
                                                   " bytes, want at least ", kLeastSecret));
  }
  auto state = std::make_unique<State>(std::move(parts));
  SHAREWAY_RETURN_IF_ERROR(state->Restore());
  SHAREWAY_RETURN_IF_ERROR(state->Follow());
  SHAREWAY_RETURN_IF_ERROR(state->WatchLog());
  SHAREWAY_RETURN_IF_ERROR(state->CountUse());
  state->Assemble();
  state->Serve();
  return std::unique_ptr<ExchangeNode>(new ExchangeNode(std::move(state)));
}

ExchangeNode::ExchangeNode(std::unique_ptr<State> state) : state_(std::move(state)) {}
ExchangeNode::~ExchangeNode() = default;

}  // namespace shareway::exchange
