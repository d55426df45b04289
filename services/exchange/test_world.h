// SPDX-License-Identifier: Apache-2.0
// Two nodes in one process without a network: real stores, keys and evidence,
// a source in memory, and a wire that tests can cut.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "libs/base/error.h"
#include "libs/base/fake_clock.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "libs/kv/memory_store.h"
#include "services/exchange/call_serving.h"
#include "services/exchange/consumer.h"
#include "services/exchange/provider.h"
#include "services/exchange/query_serving.h"
#include "services/exchange/store/message.h"
#include "services/exchange/test_audit_log.h"
#include "services/exchange/verify_serving.h"

namespace shareway::exchange {

inline constexpr char kTax[] = "agencies/tax";
inline constexpr char kTaxNode[] = "agencies/tax/nodes/n1";
inline constexpr char kCivil[] = "agencies/civil";
inline constexpr char kCivilNode[] = "agencies/civil/nodes/n1";
inline constexpr char kTown[] = "agencies/town";  // without a node of its own

// The query that a call asks.
inline Query& QueryOf(Ask& ask) { return std::get<Query>(ask.demand); }

// Rows in memory; every row has the same items.
class MemorySource final : public DatasetSource {
 public:
  std::vector<std::string> items = {"code", "name", "secret"};
  std::vector<std::map<std::string, std::string>> rows;
  absl::Status failure;                 // if set, what a read answers
  std::function<void()> while_reading;  // runs inside each read
  const DatasetSource* behind = nullptr;  // if set, has the rows of a page instead
  mutable std::vector<ReadRequest> asked;

  absl::StatusOr<RowPage> Read(const ReadRequest& request) const override {
    asked.push_back(request);
    if (!failure.ok()) return failure;
    if (while_reading) while_reading();
    if (behind != nullptr) return behind->Read(request);
    RowPage page;
    page.version = "v1";
    page.types.assign(request.items.size(), ItemType::kText);
    for (const auto& row : rows) {
      if (static_cast<int>(page.rows.size()) == request.limit) break;
      if (Row cells; Take(row, request, &cells)) page.rows.push_back(std::move(cells));
    }
    return page;
  }

  absl::StatusOr<std::unique_ptr<RowCursor>> Open(const ReadRequest& request) const override {
    asked.push_back(request);
    if (!failure.ok()) return failure;
    return std::make_unique<Cursor>(this, request);
  }

 private:
  class Cursor final : public RowCursor {
   public:
    Cursor(const MemorySource* source, ReadRequest request)
        : source_(source),
          request_(std::move(request)),
          types_(request_.items.size(), ItemType::kText) {}
    const std::string& version() const override { return version_; }
    const std::vector<ItemType>& types() const override { return types_; }
    absl::StatusOr<std::vector<Row>> Next(int max_rows) override {
      if (source_->while_reading) source_->while_reading();
      std::vector<Row> taken;
      while (next_ < source_->rows.size() && static_cast<int>(taken.size()) < max_rows) {
        if (Row cells; Take(source_->rows[next_++], request_, &cells)) {
          taken.push_back(std::move(cells));
        }
      }
      return taken;
    }

   private:
    const MemorySource* const source_;
    const ReadRequest request_;
    const std::string version_ = "v1";
    const std::vector<ItemType> types_;
    size_t next_ = 0;
  };

  static bool Take(const std::map<std::string, std::string>& row, const ReadRequest& request,
                   Row* cells) {
    const bool matches = filter::Matches(
        request.where, [&](absl::string_view item) -> std::optional<absl::string_view> {
          const auto it = row.find(std::string(item));
          if (it == row.end()) return std::nullopt;
          return it->second;
        });
    if (!matches) return false;
    for (const std::string& item : request.items) {
      const auto it = row.find(item);
      cells->push_back(it == row.end() ? std::nullopt : std::optional<std::string>(it->second));
    }
    for (const std::string& key : request.keys) cells->push_back(row.at(key));
    return true;
  }
};

class World;

// What one node knows of the others, and its end of the wire.
class TestNeighbours final : public Neighbours {
 public:
  explicit TestNeighbours(World* world) : world_(world) {}
  bool leases = true;
  std::function<bool()> leases_live;  // if set, instead of `leases`
  uint32_t clearance = 3;
  std::set<std::string, std::less<>> suspended;  // nodes and agencies
  bool keys_valid = true;
  bool keeps_state = true;  // false: State is another one at every look, so that no check is spared
  std::function<std::vector<std::string>(absl::string_view)> nodes_of;  // if set, for NodesOf
  std::map<std::string, std::string, std::less<>> hosted;  // agency to the node that hosts it

  std::string NodeOf(absl::string_view agency) const override {
    if (const auto host = hosted.find(agency); host != hosted.end()) return host->second;
    return agency == kCivil ? kCivilNode : agency == kTax ? kTaxNode : "";
  }
  std::vector<std::string> NodesOf(absl::string_view agency, absl::string_view) const override {
    return nodes_of ? nodes_of(agency) : std::vector<std::string>{NodeOf(agency)};
  }
  std::shared_ptr<const void> State() const override {
    const Told now = {suspended, clearance, keys_valid};
    absl::MutexLock lock(&mutex_);
    if (state_ == nullptr || !keeps_state || *state_ != now) {
      state_ = std::make_shared<const Told>(now);
    }
    return state_;
  }
  bool KeyStands(absl::string_view owner, absl::string_view key_id) const override;
  bool Serves(absl::string_view node, absl::string_view agency) const override {
    return NodeOf(agency) == node && !suspended.contains(agency) && !suspended.contains(node);
  }
  uint32_t ClearanceOf(absl::string_view) const override { return clearance; }
  bool LeasesLive() const override { return leases_live ? leases_live() : leases; }
  absl::Status Verify(absl::string_view node, absl::string_view payload,
                      const evidence::v1::Signature& signature) override;
  absl::Status VerifyDigest(absl::string_view node, absl::string_view payload_digest,
                            const evidence::v1::Signature& signature) override;
  void Exchange(const std::string& node, const evidence::v1::Envelope& request, absl::Duration,
                const std::string&, OnAnswer done) override;
  absl::StatusOr<std::unique_ptr<PartReader>> Transfer(const std::string& node,
                                                       const evidence::v1::Envelope& request,
                                                       const std::string&) override;

 private:
  using Told = std::tuple<std::set<std::string, std::less<>>, uint32_t, bool>;
  World* const world_;
  crypto::BatchVerifier verifier_;
  mutable absl::Mutex mutex_;
  mutable std::shared_ptr<const Told> state_ ABSL_GUARDED_BY(mutex_);
};

// The signing keys are made once: a test makes many worlds.
inline const crypto::PrivateKey& TestKey(absl::string_view node,
                                         crypto::Suite suite = crypto::Suite::kP256Sha256) {
  using Name = std::pair<crypto::Suite, std::string>;
  static const auto* const keys = [] {
    auto* made = new std::map<Name, crypto::PrivateKey>();
    for (const crypto::Suite each : {crypto::Suite::kP256Sha256, crypto::Suite::kSm2Sm3}) {
      for (const char* name : {kTaxNode, kCivilNode, kTown}) {
        made->emplace(Name(each, name), crypto::PrivateKey::Generate(each));
      }
    }
    return made;
  }();
  return keys->find(Name(suite, node))->second;
}

// One node, or the seat there of an agency that it hosts: the state that survives a restart is its
// store. `key_of` owns its message key; empty: the node.
struct TestNode {
  TestNode(World* world, std::string node_name, MemorySource* source, FakeClock* fake,
           kv::MemoryStore* memory, crypto::Suite suite, FakeLog* log,
           const std::string& agency = "", const std::string& key_of = "")
      : name(std::move(node_name)),
        clock(fake),
        kv(memory),
        store(memory),
        first_exchanges(&store, fake),
        intents(memory),
        witness_store(memory),
        outbox(*outbox::Outbox::Open(memory, "shareway://test/agency/x/node/n1", fake)),
        signer(TestKey(key_of.empty() ? name : key_of, suite)),
        neighbours(world),
        query_serving(source, &corrections, std::string(32, 's')),
        verify_serving(source, &corrections, std::string(32, 's')),
        call_serving(&backends, &corrections, std::string(32, 's')) {
    if (log != nullptr) {
      log_heads = *LogHeads::Open(
          {.log = log, .store = &witness_store, .clock = clock, .log_key = FakeLog::VerifierKey()});
    }
    consumer = std::make_unique<Consumer>(Consumer::Parts{.store = &store,
                                                          .outbox = outbox.get(),
                                                          .signer = &signer,
                                                          .neighbours = &neighbours,
                                                          .grants = &grants,
                                                          .room = &room,
                                                          .log_heads = log_heads.get(),
                                                          .first_exchanges = &first_exchanges,
                                                          .clock = clock,
                                                          .most_in_flight = 16,
                                                          .node = name,
                                                          .agency = agency,
                                                          .secret = std::string(32, 's')});
    provider = std::make_unique<Provider>(Provider::Parts{
        .store = &store,
        .intents = &intents,
        .outbox = outbox.get(),
        .signer = &signer,
        .neighbours = &neighbours,
        .grants = &grants,
        .resources = &resources,
        .holds = &holds,
        .replays = &replays,
        .rejected = &rejected,
        .source = source,
        .servings = {nullptr, &query_serving, &verify_serving, nullptr, &call_serving},
        .room = &room,
        .log_heads = log_heads.get(),
        .clock = clock,
        .most_in_flight = 8,
        .most_refusals = 100'000,
        .node = name,
        .agency = agency});
  }

  // All evidence, oldest first.
  std::vector<evidence::AuditRecord> Evidence() const {
    std::vector<evidence::AuditRecord> records;
    (void)kv->ReadLog("outbox", 1, [&](uint64_t, absl::string_view bytes) {
      records.emplace_back().ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
      return true;
    });
    return records;
  }

  const std::string name;
  FakeClock* const clock;
  kv::MemoryStore* const kv;
  ExchangeStore store;
  FirstExchanges first_exchanges;
  IntentStore intents;
  WitnessStore witness_store;
  std::unique_ptr<LogHeads> log_heads;  // null without a log
  std::unique_ptr<outbox::Outbox> outbox;
  crypto::BatchSigner signer;
  TestNeighbours neighbours;
  CorrectionTable corrections;
  QueryServing query_serving;
  VerifyServing verify_serving;
  Backends backends;  // of operations that a test gives the node
  CallServing call_serving;
  GrantTable grants;
  ResourceTable resources;
  HoldSet holds;
  ReplaySet replays;
  RejectionCount rejected;
  EvidenceRoom room;
  std::unique_ptr<Consumer> consumer;
  std::unique_ptr<Provider> provider;
};

// The tax agency asks, civil affairs answers.
class World {
 public:
  explicit World(crypto::Suite key_suite = crypto::Suite::kP256Sha256) : suite(key_suite) {
    for (int i = 0; i < 20; ++i) {
      source.rows.push_back({{"code", absl::StrCat(i < 10 ? "11" : "12", i)},
                             {"name", absl::StrCat("name-", i)},
                             {"secret", "CANARY"}});
    }
    RestartTax();
    RestartCivil();
    Put(GoodGrant());
  }

  static Grant GoodGrant() {
    return {.name = "grants/g1",
            .consumer = kTax,
            .provider = kCivil,
            .resource = "resources/r1",
            .resource_revision = 1,
            .items = {"code", "name"},
            .rows = {{{"code", filter::Op::kPrefix, "11"}}},
            .purposes = {1},
            .methods = {Method::kQuery, Method::kDownload},
            .start_time = absl::FromUnixSeconds(1780000000),
            .end_time = absl::FromUnixSeconds(1800000000),
            .state = Grant::State::kActive,
            .revision = {1, 5},
            .request = "requests/q1"};
  }
  static Resource GoodResource() {
    return {
        .name = "resources/r1",
        .items = {{.id = "code"}, {.id = "name"}, {.id = "secret"}, {.id = "pay"}, {.id = "home"}}};
  }
  void Put(const Grant& grant) {
    tax->grants.Put(grant, grant.revision);
    civil->grants.Put(grant, grant.revision);
  }

  // A node comes up again on what its store holds.
  void RestartTax() {
    tax.reset();
    tax = std::make_unique<TestNode>(this, kTaxNode, &source, &clock, &tax_store, suite, tax_log);
    tax->grants.Put(GoodGrant(), {1, 5});
  }
  void RestartCivil() {
    civil.reset();
    civil = std::make_unique<TestNode>(this, kCivilNode, &source, &clock, &civil_store, suite,
                                       civil_log);
    civil->resources.Put(GoodResource());
    civil->grants.Put(GoodGrant(), {1, 5});
  }

  static exchange::Ask GoodAsk(Method method = Method::kQuery) {
    exchange::Ask ask{.agency = kTax,
                      .grant = "grants/g1",
                      .method = method,
                      .operator_id = "e-17",
                      .exchange = "x1"};
    if (method == Method::kQuery) {
      QueryOf(ask).where.conditions = {{"code", filter::Op::kPrefix, "111"}};
    }
    return ask;
  }
  // Asks and waits for the answer.
  absl::StatusOr<Answer> Query(exchange::Ask ask) {
    ask.query_bytes = Encode(QueryOf(ask));
    return Ask(std::move(ask));
  }
  // The same by any method: `query_bytes` holds what is signed.
  absl::StatusOr<Answer> Ask(exchange::Ask ask) {
    absl::StatusOr<Answer> result = absl::UnknownError("no answer");
    absl::Notification answered;
    tax->consumer->Ask(std::move(ask), absl::InfiniteFuture(), [&](absl::StatusOr<Answer> answer) {
      result = std::move(answer);
      answered.Notify();
    });
    answered.WaitForNotification();
    return result;
  }
  absl::StatusOr<Downloaded> Download(exchange::Ask ask, std::vector<std::string>* batches) {
    ask.query_bytes = Encode(QueryOf(ask));
    return tax->consumer->Download(std::move(ask),
                                   [batches](const evidence::v1::RecordBatch& batch) {
                                     batches->push_back(batch.SerializeAsString());
                                     return absl::OkStatus();
                                   });
  }
  // Sends an envelope to civil's node as the peer and waits.
  absl::StatusOr<evidence::v1::Envelope> Send(const evidence::v1::Envelope& envelope,
                                              const std::string& peer = kTaxNode) {
    absl::StatusOr<evidence::v1::Envelope> result = absl::UnknownError("no answer");
    absl::Notification answered;
    civil->provider->Exchange(peer, envelope, [&](absl::StatusOr<evidence::v1::Envelope> answer) {
      result = std::move(answer);
      answered.Notify();
    });
    answered.WaitForNotification();
    return result;
  }

  const crypto::Suite suite;                         // of both nodes' keys
  FakeLog *tax_log = nullptr, *civil_log = nullptr;  // the log that each sees from a restart on
  FakeClock clock;
  MemorySource source;
  kv::MemoryStore tax_store, civil_store;
  // Between the nodes: whether the one that is asked can be reached; what becomes of an answer on
  // its way back, and of each part.
  std::function<absl::Status(const std::string& node)> on_send;
  std::function<absl::StatusOr<evidence::v1::Envelope>(absl::StatusOr<evidence::v1::Envelope>)>
      on_answer;
  std::function<absl::StatusOr<TransferPart>(TransferPart)> on_part;
  std::vector<evidence::v1::Envelope> sent;  // requests that went over the wire
  std::unique_ptr<TestNode> tax, civil;
  TestNode* seat = nullptr;  // at civil's node; if set, it answers instead of civil's own
  Provider* answering() const { return (seat != nullptr ? seat : civil.get())->provider.get(); }
};

inline absl::Status TestNeighbours::Verify(absl::string_view node, absl::string_view payload,
                                           const evidence::v1::Signature& signature) {
  if (!keys_valid) {
    return Error(Reason::kKeyRevoked, absl::StatusCode::kPermissionDenied, "no valid key");
  }
  return evidence::Verify(&verifier_, TestKey(node, world_->suite).public_key(), payload,
                          signature);
}

inline bool TestNeighbours::KeyStands(absl::string_view owner, absl::string_view key_id) const {
  return keys_valid && TestKey(owner, world_->suite).public_key().id().view() == key_id;
}

inline absl::Status TestNeighbours::VerifyDigest(absl::string_view node,
                                                 absl::string_view payload_digest,
                                                 const evidence::v1::Signature& signature) {
  return evidence::VerifyDigest(&verifier_, TestKey(node, world_->suite).public_key(),
                                payload_digest, signature);
}

inline void TestNeighbours::Exchange(const std::string& node, const evidence::v1::Envelope& request,
                                     absl::Duration, const std::string&, OnAnswer done) {
  world_->sent.push_back(request);
  if (world_->on_send) {
    if (absl::Status reached = world_->on_send(node); !reached.ok()) return done(reached);
  }
  world_->answering()->Exchange(
      kTaxNode, request, [this, done](absl::StatusOr<evidence::v1::Envelope> answer) {
        done(world_->on_answer ? world_->on_answer(std::move(answer)) : std::move(answer));
      });
}

inline absl::StatusOr<std::unique_ptr<PartReader>> TestNeighbours::Transfer(
    const std::string& node, const evidence::v1::Envelope& request, const std::string&) {
  // The whole transfer runs first; what a reader sees is the same.
  class Parts final : public PartReader, public PartWriter {
   public:
    explicit Parts(World* world) : world_(world) {}
    absl::Status Write(TransferPart part) override {
      if (world_->on_part) {
        SHAREWAY_ASSIGN_OR_RETURN(part, world_->on_part(std::move(part)));
      }
      parts_.push_back(std::move(part));
      return absl::OkStatus();
    }
    absl::StatusOr<std::optional<TransferPart>> Next(absl::Duration) override {
      if (next_ < parts_.size()) return std::optional<TransferPart>(parts_[next_++]);
      if (!ended.ok()) return ended;
      return std::optional<TransferPart>();
    }
    absl::Status ended;

   private:
    World* const world_;
    std::vector<TransferPart> parts_;
    size_t next_ = 0;
  };
  auto parts = std::make_unique<Parts>(world_);
  world_->sent.push_back(request);
  if (world_->on_send) SHAREWAY_RETURN_IF_ERROR(world_->on_send(node));
  parts->ended = world_->answering()->Transfer(kTaxNode, request, parts.get());
  return parts;
}

// The reason that an error carries.
inline Reason WhyOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

}  // namespace shareway::exchange
