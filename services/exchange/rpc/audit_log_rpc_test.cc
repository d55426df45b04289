// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/audit_log_rpc.h"

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/kv/memory_store.h"
#include "services/exchange/rpc/log_follower.h"
#include "services/exchange/test_audit_log.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::exchange {
namespace {

namespace v1 = audit::v1;
using evidence::v1::SealedRecord;

SealedRecord Sealed(absl::string_view record) {
  SealedRecord sealed;
  sealed.set_record(std::string(record));
  sealed.set_salt(std::string(16, 's'));
  return sealed;
}

// Audit's wire: what it streams, and what it was told.
class Wire final : public rpc::Channel {
 public:
  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string bytes,
                                       const rpc::CallOptions&) override {
    const std::string method = path.substr(path.rfind('/') + 1);
    absl::MutexLock lock(&mutex_);
    told_[method] = std::move(bytes);
    const auto answer = answers_.find(method);
    if (answer == answers_.end()) return absl::UnavailableError(path);
    return answer->second;
  }
  void RawUnaryAsync(const std::string&, std::string, const rpc::CallOptions&,
                     std::function<void(absl::StatusOr<std::string>)> done) override {
    done(absl::UnimplementedError("not used"));
  }
  std::unique_ptr<rpc::RawReadStream> RawServerStream(const std::string& path,
                                                      std::string bytes,
                                                      const rpc::CallOptions&) override {
    absl::MutexLock lock(&mutex_);
    told_[path.substr(path.rfind('/') + 1)] = std::move(bytes);
    return std::make_unique<Stream>(this);
  }
  std::unique_ptr<rpc::RawWriteStream> RawClientStream(const std::string&,
                                                       const rpc::CallOptions&) override {
    return nullptr;
  }

  void Answer(const std::string& method, const google::protobuf::MessageLite& message) {
    absl::MutexLock lock(&mutex_);
    answers_[method] = message.SerializeAsString();
  }
  void Send(const v1::WatchCheckpointsResponse& message) {
    absl::MutexLock lock(&mutex_);
    stream_.push_back(message.SerializeAsString());
  }
  // What a method was called with last; waits for it.
  template <typename Request>
  Request Told(const std::string& method) {
    absl::MutexLock lock(&mutex_);
    const auto told = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return told_.count(method) > 0;
    };
    REQUIRE(mutex_.AwaitWithTimeout(absl::Condition(&told), absl::Seconds(10)));
    Request request;
    request.ParseFromString(told_[method]);
    return request;
  }

 private:
  class Stream final : public rpc::RawReadStream {
   public:
    explicit Stream(Wire* wire) : wire_(wire) {}
    absl::StatusOr<std::optional<std::string>> Read() override {
      absl::MutexLock lock(&wire_->mutex_);
      const auto woken = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(wire_->mutex_) {
        return cancelled_ || !wire_->stream_.empty();
      };
      wire_->mutex_.Await(absl::Condition(&woken));
      if (cancelled_) return absl::CancelledError("cancelled");
      std::string next = std::move(wire_->stream_.front());
      wire_->stream_.pop_front();
      return std::optional<std::string>(std::move(next));
    }
    void Cancel() override {
      absl::MutexLock lock(&wire_->mutex_);
      cancelled_ = true;
    }

   private:
    Wire* const wire_;
    bool cancelled_ = false;
  };

  absl::Mutex mutex_;
  std::deque<std::string> stream_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> told_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> answers_ ABSL_GUARDED_BY(mutex_);
};

// A candidate with one own entry, at index 4 of 10.
v1::WatchCheckpointsResponse GoodCandidate(const FakeLog& log) {
  v1::WatchCheckpointsResponse message;
  message.mutable_checkpoint()->set_note(log.Note(10));
  v1::LogEntry* entry = message.add_own_entries();
  entry->set_index(4);
  *entry->mutable_sealed() = Sealed("own");
  entry->set_commitment(evidence::Commitment(entry->sealed()).str());
  message.set_own_entries_next(10);
  message.set_safe_size(3);
  return message;
}

TEST_CASE("A candidate arrives with the log's own entries as their leaves say", "[exchange]") {
  FakeLog log;
  log.Append(10);
  struct Row {
    const char* what;
    void (*spoil)(v1::WatchCheckpointsResponse*);
    bool taken;
    size_t own;
  };
  const Row rows[] = {
      {"as it is", [](v1::WatchCheckpointsResponse*) {}, true, 1},
      {"another record",
       [](v1::WatchCheckpointsResponse* m) {
         m->mutable_own_entries(0)->mutable_sealed()->set_record("other");
       },
       false, 0},
      {"no record",
       [](v1::WatchCheckpointsResponse* m) { m->mutable_own_entries(0)->clear_sealed(); }, false,
       0},
      {"no record, but a copy has it",
       [](v1::WatchCheckpointsResponse* m) {
         m->mutable_own_entries(0)->clear_sealed();
         m->set_safe_size(5);
       },
       true, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    auto wire = std::make_shared<Wire>();
    AuditLogRpc rpc(wire, std::string(16, 'i'));
    v1::WatchCheckpointsResponse message = GoodCandidate(log);
    row.spoil(&message);
    wire->Send(message);
    std::optional<Candidate> taken;
    const absl::Status ended = rpc.Watch(7, [&](Candidate candidate) {
      taken = std::move(candidate);
      return absl::AbortedError("enough");
    });
    CHECK(wire->Told<v1::WatchCheckpointsRequest>("WatchCheckpoints").own_entries_from() == 7);
    CHECK(taken.has_value() == row.taken);
    CHECK(absl::IsDataLoss(ended) == !row.taken);
    if (!taken) continue;
    CHECK(taken->note == log.Note(10));
    CHECK(taken->own.size() == row.own);
    CHECK(taken->own_next == 10);
  }
}

TEST_CASE("Calls carry what the log must know", "[exchange]") {
  auto wire = std::make_shared<Wire>();
  AuditLogRpc rpc(wire, std::string(16, 'i'));
  CHECK(absl::IsUnavailable(rpc.Rebuilding().status()));
  v1::GetProducerResponse producer;
  producer.set_rebuilding(true);
  wire->Answer("GetProducer", producer);
  CHECK(*rpc.Rebuilding());
  CHECK(wire->Told<v1::GetProducerRequest>("GetProducer").incarnation() == std::string(16, 'i'));

  wire->Answer("Restore", v1::RestoreResponse());
  REQUIRE(rpc.Restore({{4, Sealed("own")}}).ok());
  const auto restore = wire->Told<v1::RestoreRequest>("Restore");
  REQUIRE(restore.entries_size() == 1);
  CHECK(restore.entries(0).index() == 4);
  CHECK(restore.entries(0).sealed().record() == "own");

  v1::ConsistencyProof proof;
  proof.add_hashes(std::string(32, 'h'));
  wire->Answer("GetConsistencyProof", proof);
  CHECK(rpc.Consistency(3, 9)->size() == 1);
  const auto asked = wire->Told<v1::GetConsistencyProofRequest>("GetConsistencyProof");
  CHECK(asked.old_size() == 3);
  CHECK(asked.new_size() == 9);
  v1::Checkpoint checkpoint;
  checkpoint.set_note("note");
  checkpoint.add_cosignatures("line");
  wire->Answer("GetCheckpoint", checkpoint);
  CHECK(rpc.Witnessed()->note == "note");
  CHECK(rpc.Witnessed()->cosignatures == std::vector<std::string>{"line"});
  CHECK_FALSE(wire->Told<v1::GetCheckpointRequest>("GetCheckpoint").signed_only());

  proof.add_hashes("short");
  wire->Answer("GetConsistencyProof", proof);
  CHECK_FALSE(rpc.Consistency(3, 9).ok());
}

// The log itself comes by the fake; what runs is the follower with its threads.
TEST_CASE("A follower reports, follows and cosigns by itself", "[exchange]") {
  FakeLog log;
  log.Append(10);
  auto wire = std::make_shared<Wire>();
  v1::ReportCosignedResponse serving;
  serving.set_serving(true);
  wire->Answer("ReportCosigned", serving);
  wire->Answer("AddCosignature", v1::AddCosignatureResponse());
  wire->Send(GoodCandidate(log));
  AuditLogRpc rpc(wire, std::string(16, 'i'));
  kv::MemoryStore kv;
  WitnessStore store(&kv);
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  const auto heads = *LogHeads::Open({.log = &rpc,
                                      .store = &store,
                                      .clock = &SystemClock(),
                                      .log_key = FakeLog::VerifierKey()});
  const auto witness = *Witness::Open({.log = &rpc,
                                       .heads = heads.get(),
                                       .store = &store,
                                       .clock = &SystemClock(),
                                       .key = &key,
                                       .node = "agencies/a/nodes/n1",
                                       .log_key = FakeLog::VerifierKey()});
  const LogFollower follower(&rpc, heads.get(), witness.get());
  CHECK(wire->Told<v1::ReportCosignedRequest>("ReportCosigned").note().empty());
  const auto cosigned = wire->Told<v1::AddCosignatureRequest>("AddCosignature");
  CHECK(cosigned.note() == log.Note(10));
  CHECK(*evidence::VerifyCosignature(
      cosigned.note(), cosigned.cosignature(),
      evidence::WitnessVerifierKey("agencies/a/nodes/n1", key.public_key())));
  CHECK(store.LoadOwn(0)->size() == 1);  // durable before
}

}  // namespace
}  // namespace shareway::exchange
