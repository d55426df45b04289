// SPDX-License-Identifier: Apache-2.0
// Envelopes of a consumer's node, sent again and again to a real node that is killed under them:
// each is answered once at most, whatever was on its way when the node died, and what came again
// is counted in evidence. And who else sends them is not heard.
#include <atomic>
#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/crypto/batch.h"
#include "libs/crypto/hash.h"
#include "services/exchange/store/message.h"
#include "shareway/exchange/v1/exchange_service.pb.h"
#include "tests/fault/exchanging.h"
#include "tests/support/await.h"
#include "tests/support/campaign.h"

namespace shareway::testing {
namespace {

namespace ev = evidence::v1;
namespace ex = exchange::v1;

constexpr char kPeerExchange[] = "/shareway.exchange.v1.PeerService/Exchange";
constexpr int kSenders = 3;

// Tax's node, as far as it signs.
class Signer {
 public:
  Signer(Exchanging* world, const std::string& key_file)
      : world_(world), signer_(*crypto::PrivateKey::FromFile(key_file)) {}

  exchange::Request Good(const std::string& id) const {
    const Cluster& cluster = world_->cluster;
    const absl::Time now = absl::Now();
    return {.nonce = crypto::RandomBytes(16),
            .kind = exchange::kRequestKind,
            .version = 1,
            .exchange = id,
            .attempt = 1,
            .consumer = cluster.Agency(kTax),
            .consumer_node = cluster.Node(kTax),
            .provider_node = cluster.Node(kStatistics),
            .issue_time = now,
            .expire_time = now + absl::Seconds(60),
            .grant = world_->grant,
            .method = exchange::Method::kQuery,
            .purpose = ev::ADMINISTRATIVE_BASIS,
            .operator_digest = std::string(32, 'o'),
            .query = Encode(exchange::Query{
                .items = {"name"}, .where = {{{"code", filter::Op::kEquals, "9901"}}}})};
  }
  ev::Envelope Sign(const exchange::Request& request) {
    ev::Envelope envelope;
    envelope.set_payload(Encode(request));
    *envelope.mutable_signature() = evidence::ToProto(*signer_.Sign(envelope.payload()));
    return envelope;
  }

 private:
  Exchanging* const world_;
  crypto::BatchSigner signer_;
};

std::string KeyFile(const Exchanging& world, const std::string& process, const char* file) {
  return absl::StrCat(world.cluster.identity(process).dir, "/", file);
}

absl::StatusOr<ev::Envelope> Send(rpc::Channel& channel, const ev::Envelope& envelope) {
  ex::PeerServiceExchangeRequest request;
  *request.mutable_request() = envelope;
  rpc::CallOptions options;
  options.timeout = absl::Seconds(20);
  auto answer = channel.Unary<ex::PeerExchangeResponse>(kPeerExchange, request, options);
  if (!answer.ok()) return answer.status();
  return answer->response();
}

// An envelope and what became of it.
struct Sent {
  ev::Envelope envelope = {};
  std::string attempt = {};          // "{exchange} {attempt}"
  std::string response_digest = {};  // hexadecimal, once it was answered
  int delivered = 0;                 // how often
};

class Replaying {
 public:
  explicit Replaying(Exchanging* world)
      : world_(*world),
        channel_(world->cluster.Channel("tax-node", "statistics-node")),
        signer_(world, KeyFile(*world, "tax-node", "message.key")) {}

  // New envelopes, one after the other, until `stop` or until one meets no node.
  void SendNew(const std::atomic<bool>& stop) {
    while (!stop) {
      exchange::Request request = signer_.Good(absl::StrCat("r", ++ids_));
      request.attempt = 1 + static_cast<uint32_t>(ids_ % 3);
      Sent sent{.envelope = signer_.Sign(request),
                .attempt = absl::StrCat(request.exchange, " ", request.attempt)};
      const auto answer = Send(*channel_, sent.envelope);
      if (!answer.ok() && !absl::IsUnavailable(answer.status())) ++wrong;
      Take(answer, &sent);
      {
        absl::MutexLock lock(&mutex_);
        sent_.push_back(std::move(sent));
      }
      if (absl::IsUnavailable(answer.status())) return;  // the node is dead
    }
  }
  // Every envelope so far again, from several threads at once, so often each.
  void ReplayAll(int times) {
    std::vector<std::thread> threads;
    for (int t = 0; t < kSenders; ++t) {
      threads.emplace_back([this, times] {
        for (int n = 0; n < times; ++n) {
          for (size_t i = 0; i < sent_.size(); ++i) Replay(&sent_[i]);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  std::vector<Sent> sent() const {
    absl::MutexLock lock(&mutex_);
    return sent_;
  }
  std::atomic<int> wrong = 0, replayed = 0, first_by_replay = 0;

 private:
  void Replay(Sent* sent) {
    // The connection, cut by a kill, comes back in its own time.
    const auto answer =
        AskUntil([&] { return Send(*channel_, sent->envelope); },
                 [](const auto& got) { return !absl::IsUnavailable(got.status()); });
    ++replayed;
    absl::MutexLock lock(&mutex_);
    if (answer.ok()) {
      // What nobody answered before the node died may still be: once.
      if (!sent->response_digest.empty()) ++wrong;
      ++first_by_replay;
      Take(answer, sent);
      return;
    }
    const auto details = DetailsOf(answer.status());
    const bool settled = absl::IsAlreadyExists(answer.status()) && details &&
                         details->reason == Reason::kExchangeSettled;
    // A twin that is on its way is settled, too, and its outcome not known yet.
    const bool known = settled && details->metadata.at("outcome") == "DELIVERED";
    const bool the_same = !known || sent->response_digest.empty() ||
                          details->metadata.at("response_digest") == sent->response_digest;
    if (!settled || !the_same) ++wrong;
  }
  static void Take(const absl::StatusOr<ev::Envelope>& answer, Sent* sent) {
    if (!answer.ok()) return;
    const auto response = exchange::DecodeResponse(answer->payload());
    sent->delivered += response.ok() && response->outcome == exchange::Outcome::kDelivered;
    sent->response_digest = ToHex(crypto::Sha256(answer->payload()).view());
  }

  Exchanging& world_;
  const std::shared_ptr<rpc::Channel> channel_;
  Signer signer_;
  std::atomic<int> ids_ = 0;
  mutable absl::Mutex mutex_;
  std::vector<Sent> sent_;
};

// How many calls of tax's node that came again the evidence of statistics counts, by now.
uint64_t CountedAgain(Cluster& cluster) {
  std::map<std::string, uint64_t> counts;  // by the record's nonce: each poll sees all of them
  AwaitRecords(cluster, {}, ev::CALLS_REJECTED, cluster.Agency(kStatistics),
               [&](const ev::AuditRecord& record) {
                 const bool ours = record.reason() == "EXCHANGE_SETTLED" &&
                                   record.object() == cluster.Node(kTax);
                 if (ours) counts[record.nonce()] = record.record_count();
                 return record.object();
               });
  uint64_t sum = 0;
  for (const auto& [nonce, count] : counts) sum += count;
  return sum;
}

TEST_CASE("A node that is killed under replays answers no envelope twice, and counts them",
          "[fault]") {
  Exchanging world;
  Cluster& cluster = world.cluster;
  Replaying replaying(&world);
  std::mt19937 random(DaySeed());
  INFO("SHAREWAY_SEED=" << DaySeed());
  const int kills = Rounds(4, 100);
  for (int k = 0; k < kills; ++k) {
    CAPTURE(k);
    std::atomic<bool> stop = false;
    std::vector<std::thread> senders;
    for (int t = 0; t < kSenders; ++t) {
      senders.emplace_back([&] { replaying.SendNew(stop); });
    }
    absl::SleepFor(absl::Milliseconds(150 + random() % 200));
    cluster.Kill("statistics-node");
    stop = true;
    for (std::thread& sender : senders) sender.join();
    cluster.Start("statistics-node");
    cluster.AwaitReady("statistics-node");
    // Connected again, with both leases.
    REQUIRE(QueryWhenKnown(cluster, kTax, QueryBy(world.grant, "code", "9901")).ok());
    replaying.ReplayAll(1);
    CHECK(replaying.wrong == 0);
  }
  const int before = replaying.replayed;
  replaying.ReplayAll(2);
  CHECK(replaying.wrong == 0);
  const int last_life = replaying.replayed - before;
  CHECK(cluster.Stop("statistics-node") == 0);
  cluster.Start("statistics-node");
  cluster.AwaitReady("statistics-node");

  std::vector<std::string> answered;
  for (const Sent& sent : replaying.sent()) {
    CAPTURE(sent.attempt);
    CHECK(sent.delivered <= 1);
    if (sent.delivered == 1) answered.push_back(sent.attempt);
  }
  CHECK(answered.size() > 20u * static_cast<unsigned>(kills));
  const std::map<std::string, int> delivered =
      AwaitRecords(cluster, answered, ev::EXCHANGE_DELIVERED, cluster.Agency(kTax),
                   [](const ev::AuditRecord& record) {
                     return absl::StrCat(record.exchange(), " ", record.attempt());
                   });
  for (const std::string& attempt : answered) {
    CAPTURE(attempt);
    REQUIRE(delivered.contains(attempt));
  }
  for (const auto& [attempt, count] : delivered) {
    CAPTURE(attempt);
    CHECK(count == 1);
  }
  uint64_t counted = 0;
  for (const absl::Time end = absl::Now() + absl::Seconds(20);
       counted < static_cast<uint64_t>(last_life) && absl::Now() < end;) {
    counted = CountedAgain(cluster);
    absl::SleepFor(absl::Milliseconds(100));
  }
  // A kill takes the count of the minute that runs with it; a stop does not.
  CHECK(counted >= static_cast<uint64_t>(last_life));
  CHECK(counted <= static_cast<uint64_t>(replaying.replayed));
  std::printf("%d kills: %zu envelopes, %zu answered, replayed %d times (%d came first so), "
              "%d wrong, %llu counted in evidence\n",
              kills, replaying.sent().size(), answered.size(), replaying.replayed.load(),
              replaying.first_by_replay.load(), replaying.wrong.load(),
              static_cast<unsigned long long>(counted));
}

TEST_CASE("Over TLS a node hears a request from nobody but the node that signed it", "[fault]") {
  Exchanging world;
  Cluster& cluster = world.cluster;
  Signer tax(&world, KeyFile(world, "tax-node", "message.key"));
  Signer tls(&world, KeyFile(world, "tax-node", "tls.key"));
  Signer other(&world, KeyFile(world, "statistics-node", "message.key"));
  struct Row {
    const char* what;
    const char* as;
    Signer* signer;
    absl::StatusCode code;
  };
  for (const Row& row : std::vector<Row>{
           {"another agency's node", "statistics-node", &tax, absl::StatusCode::kPermissionDenied},
           {"the agency's system", "tax-system", &tax, absl::StatusCode::kPermissionDenied},
           {"a person of the agency", "tax-applicant", &tax, absl::StatusCode::kPermissionDenied},
           {"a service", "sharing", &tax, absl::StatusCode::kPermissionDenied},
           {"the node, by its TLS key", "tax-node", &tls, absl::StatusCode::kPermissionDenied},
           {"the node, by another's key", "tax-node", &other,
            absl::StatusCode::kPermissionDenied}}) {
    CAPTURE(row.what);
    const exchange::Request request = row.signer->Good("stranger");
    const auto channel = cluster.Channel(row.as, "statistics-node");
    const absl::Status refused = Send(*channel, row.signer->Sign(request)).status();
    INFO(refused);
    CHECK(refused.code() == row.code);
  }
  // The very same request is good from its own node, once.
  const auto own = cluster.Channel("tax-node", "statistics-node");
  const ev::Envelope good = tax.Sign(tax.Good("stranger"));
  const auto answer = Send(*own, good);
  INFO(answer.status());
  REQUIRE(answer.ok());
  CHECK(exchange::DecodeResponse(answer->payload())->outcome == exchange::Outcome::kDelivered);
  CHECK(ReasonOf(Send(*own, good).status()) == Reason::kExchangeSettled);
}

}  // namespace
}  // namespace shareway::testing
