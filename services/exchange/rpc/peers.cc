// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/peers.h"

#include <algorithm>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/key.h"
#include "libs/evidence/envelope.h"
#include "services/exchange/domain/attempt.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::exchange {
namespace {

constexpr char kExchange[] = "/shareway.exchange.v1.PeerService/Exchange";
constexpr char kTransfer[] = "/shareway.exchange.v1.PeerService/Transfer";
// A node that could not be reached is tried last for so long.
constexpr absl::Duration kUnreachedFor = absl::Seconds(5);

absl::Status Unreachable(absl::string_view node, absl::string_view why) {
  return Error(Reason::kPeerUnreachable, absl::StatusCode::kUnavailable,
               absl::StrCat(node, " cannot be reached: ", why))
      .With("node", node);
}

absl::StatusOr<Hash32> KeyIdOf(const evidence::v1::Signature& signature) {
  const absl::StatusOr<Hash32> id = Hash32::From(signature.key_id());
  if (id.ok()) return *id;
  return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kInvalidArgument,
               absl::StrCat("signature.key_id has ", signature.key_id().size(), " bytes, want 32"));
}

absl::Status NoKey(const Hash32& id, absl::string_view owner) {
  return Error(Reason::kKeyRevoked, absl::StatusCode::kPermissionDenied,
               absl::StrCat(crypto::KeyName(id), " is no valid message key of ", owner))
      .With("key", crypto::KeyName(id));
}

// Ends a stream that is silent for too long; the stream itself has no such limit.
class Watchdog {
 public:
  explicit Watchdog(rpc::ReadStream<v1::PeerTransferPart>* stream)
      : stream_(stream), thread_([this] { Run(); }) {}
  ~Watchdog() {
    {
      absl::MutexLock lock(&mutex_);
      stopped_ = true;
    }
    thread_.join();
  }

  void Arm(absl::Duration patience) {
    absl::MutexLock lock(&mutex_);
    armed_ = true;
    ++round_;
    patience_ = patience;
  }
  void Disarm() {
    absl::MutexLock lock(&mutex_);
    armed_ = false;
    ++round_;
  }

 private:
  void Run() {
    absl::MutexLock lock(&mutex_);
    while (!stopped_) {
      const uint64_t round = round_;
      auto changed = [this, round]()
                         ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopped_ || round_ != round; };
      const absl::Duration wait = armed_ ? patience_ : absl::InfiniteDuration();
      if (!mutex_.AwaitWithTimeout(absl::Condition(&changed), wait)) {
        stream_->Cancel();
        armed_ = false;
      }
    }
  }

  rpc::ReadStream<v1::PeerTransferPart>* const stream_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool armed_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t round_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration patience_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

class PartsOfPeer final : public PartReader {
 public:
  PartsOfPeer(std::string node, std::shared_ptr<rpc::Channel> channel,
              rpc::ReadStream<v1::PeerTransferPart> stream)
      : node_(std::move(node)), channel_(std::move(channel)), stream_(std::move(stream)) {}

  absl::StatusOr<std::optional<TransferPart>> Next(absl::Duration patience) override {
    watchdog_.Arm(std::max(patience, absl::ZeroDuration()));
    absl::StatusOr<std::optional<v1::PeerTransferPart>> part = stream_.Read();
    watchdog_.Disarm();
    if (!part.ok()) {
      if (DetailsOf(part.status())) return part.status();
      return Unreachable(node_, part.status().message());
    }
    if (!*part) return std::optional<TransferPart>();
    std::optional<TransferPart> out(std::in_place);
    if ((*part)->has_manifest()) {
      out->manifest = std::move(*(*part)->mutable_manifest());
    } else {
      out->index = (*part)->chunk().index();
      out->batch = std::move(*(*part)->mutable_chunk()->mutable_batch());
    }
    return out;
  }

 private:
  const std::string node_;
  const std::shared_ptr<rpc::Channel> channel_;  // outlives its stream
  rpc::ReadStream<v1::PeerTransferPart> stream_;
  Watchdog watchdog_{&stream_};
};

}  // namespace

Peers::Nodes Peers::Answering(absl::string_view agency) const {
  const auto directory = parts_.directory->Get();
  absl::MutexLock lock(&answering_mutex_);
  if (answering_of_ != directory) {
    answering_of_ = directory;
    answering_.clear();
  }
  const auto known = answering_.find(agency);
  if (known != answering_.end()) return known->second;
  auto names = std::make_shared<std::vector<std::string>>();
  if (directory->Stands(agency)) {
    for (const catalog::v1::Node* node : directory->NodesOf(agency)) {
      if (directory->Stands(node->name())) names->push_back(node->name());
    }
  }
  answering_[std::string(agency)] = names;
  return names;
}

std::string Peers::NodeOf(absl::string_view agency) const {
  const Nodes nodes = Answering(agency);
  return nodes->empty() ? "" : nodes->front();
}

std::vector<std::string> Peers::NodesOf(absl::string_view agency, absl::string_view key) const {
  const Nodes nodes = Answering(agency);
  if (nodes->size() < 2) return *nodes;
  // Of a node's own place among its agency's the others know nothing: when one comes or
  // goes, only the keys that it has change their place.
  struct Place {
    bool unreached;
    absl::Duration since;  // by boot time: that which failed last is the last one
    bool hosts;
    Hash32 rank;
    const std::string* node;
    bool operator<(const Place& other) const {
      return std::tie(unreached, since, hosts, rank) <
             std::tie(other.unreached, other.since, other.hosts, other.rank);
    }
  };
  const std::string own = absl::StrCat(agency, "/");
  const absl::Duration now = parts_.clock->SinceBoot();
  std::vector<Place> places;
  absl::MutexLock lock(&unreached_mutex_);
  for (const std::string& node : *nodes) {
    const auto at = unreached_.find(node);
    const bool unreached = at != unreached_.end() && now - at->second < kUnreachedFor;
    places.push_back({.unreached = unreached,
                      .since = unreached ? at->second : absl::ZeroDuration(),
                      .hosts = !absl::StartsWith(node, own),
                      .rank = crypto::Sha256(absl::StrCat(key, "\n", node)),
                      .node = &node});
  }
  std::sort(places.begin(), places.end());
  std::vector<std::string> ordered;
  for (const Place& place : places) ordered.push_back(*place.node);
  return ordered;
}

void Peers::Reached(const std::string& node, bool reached) {
  if (reached && !any_unreached_) return;
  absl::MutexLock lock(&unreached_mutex_);
  if (reached) {
    unreached_.erase(node);
  } else {
    unreached_[node] = parts_.clock->SinceBoot();
  }
  any_unreached_ = !unreached_.empty();
}

bool Peers::Serves(absl::string_view node, absl::string_view agency) const {
  const auto directory = parts_.directory->Get();
  return directory->Serves(node, agency) && directory->Stands(agency) && directory->Stands(node);
}

uint32_t Peers::ClearanceOf(absl::string_view agency) const {
  const auto directory = parts_.directory->Get();
  const catalog::v1::Agency* found = directory->agency(agency);
  return found == nullptr ? 0 : std::max<uint32_t>(1, found->clearance());
}

bool Peers::LeasesLive() const {
  return parts_.grant_lease->live() && parts_.directory_lease->live();
}

absl::Status Peers::Verify(absl::string_view owner, absl::string_view payload,
                           const evidence::v1::Signature& signature) {
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 id, KeyIdOf(signature));
  const auto directory = parts_.directory->Get();
  const rpc::DirectoryKey* key =
      directory->ValidKey(id, owner, catalog::v1::Key::MESSAGE, parts_.clock->Now());
  if (key == nullptr) return NoKey(id, owner);
  return evidence::Verify(&verifier_, key->parsed, payload, signature);
}

bool Peers::KeyStands(absl::string_view owner, absl::string_view key_id) const {
  const absl::StatusOr<Hash32> id = Hash32::From(key_id);
  const auto directory = parts_.directory->Get();
  return id.ok() && directory->ValidKey(*id, owner, catalog::v1::Key::MESSAGE,
                                        parts_.clock->Now()) != nullptr;
}

absl::Status Peers::VerifyDigest(absl::string_view owner, absl::string_view payload_digest,
                                 const evidence::v1::Signature& signature) {
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 id, KeyIdOf(signature));
  const auto directory = parts_.directory->Get();
  const rpc::DirectoryKey* key = directory->key(id);
  if (key == nullptr || key->key.owner() != owner ||
      key->key.use() != catalog::v1::Key::MESSAGE) {
    return NoKey(id, owner);
  }
  return evidence::VerifyDigest(&verifier_, key->parsed, payload_digest, signature);
}

absl::StatusOr<std::shared_ptr<rpc::Channel>> Peers::ChannelTo(const std::string& node) {
  const auto directory = parts_.directory->Get();
  const catalog::v1::Node* found = directory->node(node);
  if (found == nullptr) return Unreachable(node, "the directory does not list it");
  absl::MutexLock lock(&mutex_);
  Peer& peer = peers_[node];
  if (peer.channel == nullptr || peer.address != found->address()) {
    SHAREWAY_ASSIGN_OR_RETURN(
        peer.channel,
        rpc::Channel::Open(
            {.address = found->address(),
             .tls = parts_.tls,
             .peer_uri = absl::StrCat("shareway://", parts_.domain, "/agency/",
                                      node.substr(sizeof("agencies/") - 1,
                                                  node.find("/nodes/") - (sizeof("agencies/") - 1)),
                                      "/node/",
                                      node.substr(node.find("/nodes/") + sizeof("/nodes/") - 1))}));
    peer.address = found->address();
  }
  return peer.channel;
}

void Peers::Exchange(const std::string& node, const evidence::v1::Envelope& request,
                     absl::Duration timeout, const std::string& traceparent, OnAnswer done) {
  absl::StatusOr<std::shared_ptr<rpc::Channel>> channel = ChannelTo(node);
  if (!channel.ok()) return done(channel.status());
  // Field 1 is the envelope: lent for its serialization, which ends before the call begins.
  v1::PeerServiceExchangeRequest message;
  message.unsafe_arena_set_allocated_request(const_cast<evidence::v1::Envelope*>(&request));
  std::string bytes = message.SerializeAsString();
  (void)message.unsafe_arena_release_request();
  // The channel lives in the callback: a changed address must not end calls on the old one.
  rpc::Channel* const raw = channel->get();
  raw->RawUnaryAsync(
      kExchange, std::move(bytes), {.timeout = timeout, .traceparent = traceparent},
      [this, node, done = std::move(done),
       kept = *std::move(channel)](absl::StatusOr<std::string> answer) {
        Reached(node, !AnotherNodeMayAnswer(answer.status()));
        if (!answer.ok()) return done(answer.status());
        v1::PeerExchangeResponse response;
        if (!response.ParseFromString(*answer)) {
          return done(Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss,
                            "the peer's answer does not parse"));
        }
        done(std::move(*response.mutable_response()));
      });
}

absl::StatusOr<std::unique_ptr<PartReader>> Peers::Transfer(const std::string& node,
                                                            const evidence::v1::Envelope& request,
                                                            const std::string& traceparent) {
  SHAREWAY_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> channel, ChannelTo(node));
  v1::PeerServiceTransferRequest message;
  *message.mutable_request() = request;
  rpc::ReadStream<v1::PeerTransferPart> stream = channel->ServerStream<v1::PeerTransferPart>(
      kTransfer, message, {.timeout = absl::InfiniteDuration(), .traceparent = traceparent});
  return std::make_unique<PartsOfPeer>(node, std::move(channel), std::move(stream));
}

}  // namespace shareway::exchange
