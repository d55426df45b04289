// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/exchange_node.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/rpc/watch.h"
#include "libs/rpc/witnessed.h"
#include "services/exchange/hosting.h"
#include "services/exchange/log_heads.h"
#include "services/exchange/rpc/audit_log_rpc.h"
#include "services/exchange/rpc/correction_feed.h"
#include "services/exchange/rpc/feeds.h"
#include "services/exchange/rpc/log_follower.h"
#include "services/exchange/rpc/peers.h"
#include "services/exchange/rpc/recall_answers.h"
#include "services/exchange/rpc/seats.h"
#include "services/exchange/rpc/upkeep.h"
#include "services/exchange/store/witness_store.h"
#include "services/exchange/witness.h"

namespace shareway::exchange {

// In the order of use: what is declared first is destroyed last.
struct ExchangeNode::State {
  explicit State(NodeParts given)
      : parts(std::move(given)),
        store(parts.own.store),
        witness_store(parts.own.store),
        figures(parts.metrics) {}

  NodeParts parts;
  ExchangeStore store;
  WitnessStore witness_store;
  Figures figures;
  GrantTable grants;
  ResourceTable resources;
  CorrectionTable corrections;
  RejectionCount rejected;
  CallRoom calls;
  std::unique_ptr<rpc::DirectoryFeed> directory_feed;
  std::unique_ptr<GrantFeed> grant_feed;
  std::unique_ptr<ResourceFeed> resource_feed;
  std::unique_ptr<AuditLogRpc> audit_log;
  std::unique_ptr<LogHeads> log_heads;  // null without audit, as the next two
  std::unique_ptr<Witness> witness;
  std::unique_ptr<Peers> peers;
  std::unique_ptr<Hosting> hosting;
  std::unique_ptr<Seats> seats;
  std::unique_ptr<RecallAnswers> recall_answers;
  std::unique_ptr<CorrectionFeed> correction_feed;
  std::unique_ptr<LogFollower> log_follower;

  const std::string& node() const { return parts.identity.name; }

  absl::Status Follow();
  absl::Status WatchLog();
  // Does the directory list the witness key, and did its witnesses cosign a head?
  bool KeyListed() const;
  bool ByQuorum(const WitnessedNote& head) const;
  absl::Status TakeSeats();
  void Serve();
};

absl::Status ExchangeNode::State::Follow() {
  SHAREWAY_ASSIGN_OR_RETURN(PinnedKeys pinned, ReadPinnedKeys(parts.pinned_deciders));
  if (!parts.pinned_deciders.empty() && pinned.empty()) {
    return absl::InvalidArgumentError("the file of pinned deciders holds no key");
  }
  pinned.party = parts.act_party;
  directory_feed = std::make_unique<rpc::DirectoryFeed>(parts.catalog, parts.own.store,
                                                        parts.directory, parts.clock);
  SHAREWAY_ASSIGN_OR_RETURN(
      grant_feed, GrantFeed::Open(parts.sharing, &store, &grants, std::move(pinned), parts.clock));
  std::vector<std::string> agencies = {parts.own.agency};
  for (const SeatParts& hosted : parts.hosted) agencies.push_back(hosted.agency);
  SHAREWAY_ASSIGN_OR_RETURN(resource_feed,
                            ResourceFeed::Open(parts.catalog, &store, &resources,
                                               std::move(agencies), parts.clock));
  return absl::OkStatus();
}

absl::Status ExchangeNode::State::WatchLog() {
  if (parts.audit == nullptr) return absl::OkStatus();
  audit_log = std::make_unique<AuditLogRpc>(parts.audit, parts.own.outbox->incarnation());
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
                                                    .listed = [this] { return KeyListed(); },
                                                    .witnessed =
                                                        [this](const WitnessedNote& head) {
                                                          return ByQuorum(head);
                                                        },
                                                    .rolled_back = parts.own.rolled_back}));
  return absl::OkStatus();
}

bool ExchangeNode::State::ByQuorum(const WitnessedNote& head) const {
  return rpc::Witnessed(*parts.directory->Get(), parts.clock->Now(), head.note, head.cosignatures);
}

bool ExchangeNode::State::KeyListed() const {
  const std::shared_ptr<const rpc::Directory> directory = parts.directory->Get();
  const catalog::v1::Node* listed = directory->node(node());
  return listed != nullptr && listed->standing() == catalog::v1::ACTIVE &&
         directory->ValidKey(parts.witness_key->public_key().id(), node(),
                             catalog::v1::Key::WITNESS, parts.clock->Now()) != nullptr;
}

absl::Status ExchangeNode::State::TakeSeats() {
  peers = std::make_unique<Peers>(Peers::Parts{.directory = parts.directory,
                                               .grant_lease = &grant_feed->lease(),
                                               .directory_lease = &directory_feed->lease(),
                                               .clock = parts.clock,
                                               .tls = parts.tls,
                                               .domain = parts.identity.domain});
  Hosting::Parts hosts{.node = node(), .neighbours = peers.get(), .grants = &grants};
  for (const SeatParts& hosted : parts.hosted) hosts.hosted.push_back(hosted.agency);
  hosting = std::make_unique<Hosting>(std::move(hosts));
  const SeatSurroundings surroundings{
      .node = node(),
      .alone = hosting->alone(),
      .entries = &store,
      .grants = &grants,
      .resources = &resources,
      .corrections = &corrections,
      .neighbours = peers.get(),
      .log_heads = log_heads.get(),
      .rejected = &rejected,
      .catalog = parts.catalog,
      .sharing = parts.sharing,
      .audit = parts.audit,
      .caught_up = [this] { return directory_feed->caught_up() && grant_feed->caught_up(); },
      .grant_lease = &grant_feed->lease(),
      .directory_lease = &directory_feed->lease(),
      .aggregation_rules = parts.aggregation_rules,
      .calls = &calls,
      .clock = parts.clock,
      .figures = figures};
  std::vector<std::unique_ptr<Seat>> opened(1);
  SHAREWAY_ASSIGN_OR_RETURN(opened[0], Seat::Open(parts.own, surroundings));
  for (const SeatParts& hosted : parts.hosted) {
    absl::StatusOr<std::unique_ptr<Seat>> seat = Seat::Open(hosted, surroundings);
    if (!seat.ok()) {
      return absl::Status(seat.status().code(),
                          absl::StrCat("hosted ", hosted.agency, ": ", seat.status().message()));
    }
    opened.push_back(*std::move(seat));
  }
  seats = std::make_unique<Seats>(hosting.get(), std::move(opened));
  return absl::OkStatus();
}

void ExchangeNode::State::Serve() {
  seats->Register(parts.server);
  parts.server->SetOnFailed([this](const rpc::Caller& caller, const absl::Status& why) {
    CountRejected(caller, why, parts.clock->Now(), &rejected);
  });
  seats->Start(parts.server, &rejected, figures);
  std::map<std::string, kv::Store*> stores = {{parts.own.agency, parts.own.store}};
  for (const SeatParts& hosted : parts.hosted) stores.emplace(hosted.agency, hosted.store);
  recall_answers = std::make_unique<RecallAnswers>(parts.sharing, std::move(stores));
  correction_feed = std::make_unique<CorrectionFeed>(
      parts.sharing, &corrections,
      [this](const sharing::v1::NodeCorrection& correction) { recall_answers->Take(correction); });
  if (witness != nullptr) {
    log_follower = std::make_unique<LogFollower>(audit_log.get(), log_heads.get(), witness.get());
  }
}

absl::StatusOr<std::unique_ptr<ExchangeNode>> ExchangeNode::Open(NodeParts parts) {
  if (parts.identity.kind != crypto::Identity::Kind::kNode) {
    return absl::InvalidArgumentError(
        absl::StrCat("the certificate is for ", parts.identity.uri(), ", want a node's"));
  }
  parts.own.agency = parts.identity.agency;
  auto state = std::make_unique<State>(std::move(parts));
  SHAREWAY_RETURN_IF_ERROR(state->Follow());
  SHAREWAY_RETURN_IF_ERROR(state->WatchLog());
  SHAREWAY_RETURN_IF_ERROR(state->TakeSeats());
  state->Serve();
  return std::unique_ptr<ExchangeNode>(new ExchangeNode(std::move(state)));
}

ExchangeNode::ExchangeNode(std::unique_ptr<State> state) : state_(std::move(state)) {}
ExchangeNode::~ExchangeNode() = default;

}  // namespace shareway::exchange
