// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/seat.h"

#include <atomic>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/signer.h"
#include "services/exchange/aggregation.h"
#include "services/exchange/alerts.h"
#include "services/exchange/datasets.h"
#include "services/exchange/domain/day_use.h"
#include "services/exchange/domain/replay_set.h"
#include "services/exchange/query_serving.h"
#include "services/exchange/first_exchanges.h"
#include "services/exchange/quotas.h"
#include "services/exchange/rpc/backends.h"
#include "services/exchange/rpc/feeds.h"
#include "services/exchange/rpc/first_exchange_report.h"
#include "services/exchange/rpc/hold_filing.h"
#include "services/exchange/rpc/index_keeper.h"
#include "services/exchange/rpc/quota_leases.h"
#include "services/exchange/rpc/refresh_report.h"
#include "services/exchange/rpc/upkeep.h"
#include "services/exchange/source/hosted_source.h"
#include "services/exchange/store/rule_file.h"
#include "services/exchange/verify_serving.h"

namespace shareway::exchange {
namespace {

constexpr size_t kLeastSecret = 32;
// Of verifications that did not match, a record, consumer and day, unless a rule says otherwise.
constexpr uint32_t kMostMismatches = 5;

// Of kMostCalls, where several share them: one with slow systems leaves the others half.
constexpr int kMostCallsOfSeat = kMostCalls / 2;

// SM2 takes half a millisecond to sign a root, and as much at the other node to verify it.
absl::Duration BetweenRoots(const crypto::PrivateKey& key) {
  return key.public_key().suite() == crypto::Suite::kSm2Sm3 ? absl::Milliseconds(4)
                                                            : absl::ZeroDuration();
}

// Whether a seat may serve, as its upkeep last found.
enum class Readiness { kUnknown, kReady, kRolledBack };

}  // namespace

// In the order of use: what is declared first is destroyed last.
struct Seat::State {
  State(SeatParts given, const SeatSurroundings& surroundings)
      : parts(std::move(given)),
        around(surroundings),
        store(parts.store),
        intents(parts.store),
        tallies(parts.store),
        usage_store(parts.store),
        first_exchanges(&store, around.clock),
        signer(*parts.message_key, BetweenRoots(*parts.message_key)) {
    if (!hosted()) return;
    around.figures.outbox_depth = around.figures.hosted_outbox_depth.With(parts.agency);
    around.figures.outbox_age = around.figures.hosted_outbox_age.With(parts.agency);
  }

  SeatParts parts;
  SeatSurroundings around;
  std::atomic<Readiness> readiness = Readiness::kUnknown;
  ExchangeStore store;
  IntentStore intents;
  TallyStore tallies;
  UsageStore usage_store;
  FirstExchanges first_exchanges;
  EvidenceRoom room;
  HoldSet held;
  DayUse received;
  ReplaySet replays;
  crypto::BatchSigner signer;
  std::unique_ptr<DatasetStore> dataset_store;
  std::unique_ptr<HostedSource> source;
  std::unique_ptr<Datasets> datasets;
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
  std::unique_ptr<QuotaRefill> quota_refill;
  std::unique_ptr<HoldFiling> hold_filing;
  std::unique_ptr<FirstExchangeReport> first_exchange_report;
  std::unique_ptr<RefreshReport> refresh_report;

  const std::string& agency() const { return parts.agency; }
  const std::string& node() const { return around.node; }
  bool hosted() const { return evidence::AgencyOfNode(node()) != agency(); }

  absl::Status Restore();
  absl::Status CountUse();
  std::optional<v1::QuotaLeft> QuotaLeftOf(const Grant& grant) const;
  void Assemble();
  void MakeServices();
  void Start(Duties duties);
};

absl::Status Seat::State::Restore() {
  SHAREWAY_ASSIGN_OR_RETURN(
      dataset_store, DatasetStore::Open(parts.store, parts.outbox, parts.agency_secret));
  source = std::make_unique<HostedSource>(dataset_store.get());
  datasets = std::make_unique<Datasets>(
      dataset_store.get(), around.clock, agency(),
      [this](absl::string_view resource) {
        return ResourceFeed::SchemaOf(*around.entries, agency(), resource);
      },
      [this](absl::string_view resource) { return around.grants->RowItemsOf(resource); });
  SHAREWAY_ASSIGN_OR_RETURN(backends, OpenBackends(parts.backends));
  SHAREWAY_RETURN_IF_ERROR(first_exchanges.Restore());
  return datasets->Sweep();
}

absl::Status Seat::State::CountUse() {
  std::vector<AggregationRule> rules;
  if (!around.aggregation_rules.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(rules, ReadRules(around.aggregation_rules));
  }
  holds = std::make_unique<Holds>(&store, parts.outbox, around.grants, &held, around.clock,
                                  agency());
  SHAREWAY_RETURN_IF_ERROR(holds->Restore());
  alerts = std::make_unique<Alerts>(&store, parts.outbox, &held, holds.get(), around.figures,
                                    node());
  aggregation = std::make_unique<Aggregation>(std::move(rules));
  quota_leases = std::make_unique<QuotaLeases>(around.sharing);
  quotas = std::make_unique<Quotas>(
      Quotas::Parts{.store = &usage_store,
                    .exchanges = &store,
                    .slices = quota_leases.get(),
                    .aggregation = aggregation.get(),
                    .alert = [this](Alert alert) { alerts->Raise(std::move(alert)); },
                    .clock = around.clock,
                    .secret = parts.agency_secret,
                    .most_mismatches = aggregation->most_mismatches(kMostMismatches),
                    .nodes = [this](absl::string_view answering) {
                      return around.neighbours->NodesOf(answering, "").size();
                    }});
  return quotas->Restore();
}

void Seat::State::Assemble() {
  consumer = std::make_unique<Consumer>(Consumer::Parts{.store = &store,
                                                        .outbox = parts.outbox,
                                                        .signer = &signer,
                                                        .neighbours = around.neighbours,
                                                        .grants = around.grants,
                                                        .room = &room,
                                                        .log_heads = around.log_heads,
                                                        .received = &received,
                                                        .first_exchanges = &first_exchanges,
                                                        .clock = around.clock,
                                                        .figures = around.figures,
                                                        .node = node(),
                                                        .agency = agency(),
                                                        .secret = parts.agency_secret});
  query_serving =
      std::make_unique<QueryServing>(source.get(), around.corrections, parts.agency_secret);
  verify_serving =
      std::make_unique<VerifyServing>(source.get(), around.corrections, parts.agency_secret);
  call_serving = std::make_unique<CallServing>(&backends, around.corrections, parts.agency_secret,
                                               around.calls,
                                               around.alone ? kMostCalls : kMostCallsOfSeat);
  provider = std::make_unique<Provider>(Provider::Parts{.store = &store,
                                                        .intents = &intents,
                                                        .outbox = parts.outbox,
                                                        .signer = &signer,
                                                        .neighbours = around.neighbours,
                                                        .grants = around.grants,
                                                        .resources = around.resources,
                                                        .holds = &held,
                                                        .replays = &replays,
                                                        .rejected = around.rejected,
                                                        .source = source.get(),
                                                        .servings = {nullptr, query_serving.get(),
                                                                     verify_serving.get(),
                                                                     nullptr, call_serving.get()},
                                                        .usage = quotas.get(),
                                                        .tallies = &tallies,
                                                        .room = &room,
                                                        .log_heads = around.log_heads,
                                                        .clock = around.clock,
                                                        .figures = around.figures,
                                                        .node = node(),
                                                        .agency = agency()});
}

std::optional<v1::QuotaLeft> Seat::State::QuotaLeftOf(const Grant& grant) const {
  if (grant.day.none()) return std::nullopt;
  const Amounts left = grant.day - received.Of(grant.name, QuotaDay(around.clock->Now()));
  v1::QuotaLeft out;
  if (grant.day.calls != 0) out.set_calls(left.calls);
  if (grant.day.rows != 0) out.set_rows(left.rows);
  if (grant.day.bytes != 0) out.set_bytes(left.bytes);
  return out;
}

void Seat::State::MakeServices() {
  exchange_rpc = std::make_unique<ExchangeRpc>(consumer.get());
  grants_rpc = std::make_unique<GrantsRpc>(
      GrantsRpc::Parts{.grants = around.grants,
                       .neighbours = around.neighbours,
                       .clock = around.clock,
                       .agency = agency(),
                       .host = hosted() ? node() : std::string(),
                       .quota_left = [this](const Grant& grant) { return QuotaLeftOf(grant); }});
  reports_rpc = std::make_unique<ReportsRpc>(ReportsRpc::Parts{.store = &store,
                                                               .tallies = &tallies,
                                                               .audit = around.audit,
                                                               .clock = around.clock,
                                                               .agency = agency(),
                                                               .alone = around.alone});
  dataset_rpc = std::make_unique<DatasetRpc>(
      datasets.get(), dataset_store.get(), agency(),
      [secret = parts.agency_secret](absl::string_view caller) {
        return crypto::HmacSha256(secret, absl::StrCat("shareway/v1/operator\n", caller)).str();
      });
}

void Seat::State::Start(Duties duties) {
  upkeep = std::make_unique<Upkeep>(Upkeep::Parts{
      .set_ready =
          [this, told = std::move(duties.set_ready)](bool ready, absl::string_view why) {
            readiness = ready                                 ? Readiness::kReady
                        : parts.rolled_back() == true         ? Readiness::kRolledBack
                                                              : Readiness::kUnknown;
            if (told) told(ready, why);
          },
      .caught_up = around.caught_up,
      .rolled_back = parts.rolled_back,
      .grant_lease = around.grant_lease,
      .directory_lease = around.directory_lease,
      .outbox = parts.outbox,
      .room = &room,
      .disk_accepts = parts.disk_accepts,
      .grants = around.grants,
      .replays = &replays,
      .rejected = duties.rejected,
      .store = &store,
      .tallies = &tallies,
      .datasets = datasets.get(),
      .provider = provider.get(),
      .audit = duties.record_lost ? around.audit : nullptr,
      .record_lost = std::move(duties.record_lost),
      .clock = around.clock,
      .figures = around.figures,
      .node = node()});
  index_keeper = std::make_unique<IndexKeeper>(datasets.get(), around.grants);
  quota_refill = std::make_unique<QuotaRefill>(quotas.get());
  hold_filing = std::make_unique<HoldFiling>(around.sharing, holds.get(), alerts.get());
  first_exchange_report = std::make_unique<FirstExchangeReport>(around.sharing, &first_exchanges);
  refresh_report = std::make_unique<RefreshReport>(around.catalog, dataset_store.get());
}

absl::StatusOr<std::unique_ptr<Seat>> Seat::Open(SeatParts parts,
                                                 const SeatSurroundings& surroundings) {
  if (parts.agency_secret.size() < kLeastSecret) {
    return absl::InvalidArgumentError(absl::StrCat("the agency's secret has ",
                                                   parts.agency_secret.size(),
                                                   " bytes, want at least ", kLeastSecret));
  }
  auto state = std::make_unique<State>(std::move(parts), surroundings);
  SHAREWAY_RETURN_IF_ERROR(state->Restore());
  SHAREWAY_RETURN_IF_ERROR(state->CountUse());
  state->Assemble();
  state->MakeServices();
  return std::unique_ptr<Seat>(new Seat(std::move(state)));
}

Seat::Seat(std::unique_ptr<State> state) : state_(std::move(state)) {}
Seat::~Seat() = default;

void Seat::Start(Duties duties) { state_->Start(std::move(duties)); }

const std::string& Seat::agency() const { return state_->agency(); }

absl::Status Seat::ready() const {
  switch (state_->readiness) {
    case Readiness::kReady:
      return absl::OkStatus();
    case Readiness::kRolledBack:
      return Error(Reason::kRolledBack, absl::StatusCode::kUnavailable,
                   absl::StrCat("the store of ", agency(), " here is older than what audit has ",
                                "seen of it"));
    case Readiness::kUnknown:
      break;
  }
  return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
               absl::StrCat("the seat of ", agency(), " at this node is not ready yet"));
}

absl::Status Seat::RecordLost(const evidence::AuditRecord& other, bool consumers) {
  // An old copy of a store must not speak; it is asked again.
  if (state_->parts.rolled_back() != false) return absl::OkStatus();
  return consumers ? consumer()->RecordLost(other) : provider()->RecordLost(other);
}

Consumer* Seat::consumer() { return state_->consumer.get(); }
Provider* Seat::provider() { return state_->provider.get(); }
Holds* Seat::holds() { return state_->holds.get(); }
ExchangeRpc* Seat::exchange_rpc() { return state_->exchange_rpc.get(); }
GrantsRpc* Seat::grants_rpc() { return state_->grants_rpc.get(); }
ReportsRpc* Seat::reports_rpc() { return state_->reports_rpc.get(); }
DatasetRpc* Seat::dataset_rpc() { return state_->dataset_rpc.get(); }

}  // namespace shareway::exchange
