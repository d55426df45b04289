// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/recall_answers.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "services/exchange/store/exchange_store.h"

namespace shareway::exchange {
namespace {

namespace sh = sharing::v1;

constexpr char kCivil[] = "agencies/civil";

// Notes what a node says, and fails the first calls if the test asks for it.
class FakeSharing final : public rpc::Channel {
 public:
  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string bytes,
                                       const rpc::CallOptions&) override {
    absl::MutexLock lock(&mutex_);
    if (failures_ > 0) {
      --failures_;
      return absl::UnavailableError("away");
    }
    said_.emplace_back(path, std::move(bytes));
    return std::string();
  }
  void RawUnaryAsync(const std::string&, std::string, const rpc::CallOptions&,
                     std::function<void(absl::StatusOr<std::string>)>) override {}
  std::unique_ptr<rpc::RawWriteStream> RawClientStream(const std::string&,
                                                       const rpc::CallOptions&) override {
    return nullptr;
  }
  std::unique_ptr<rpc::RawReadStream> RawServerStream(const std::string&, std::string,
                                                      const rpc::CallOptions&) override {
    return nullptr;
  }
  void Fail(int times) {
    absl::MutexLock lock(&mutex_);
    failures_ = times;
  }
  // Waits for so many sayings; what was said.
  std::vector<std::pair<std::string, std::string>> Await(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return said_.size() >= count; };
    mutex_.Await(absl::Condition(&enough));
    return said_;
  }
  size_t said() {
    absl::MutexLock lock(&mutex_);
    return said_.size();
  }

 private:
  absl::Mutex mutex_;
  int failures_ = 0;
  std::vector<std::pair<std::string, std::string>> said_;
};

struct World {
  kv::MemoryStore kv;
  std::shared_ptr<FakeSharing> sharing = std::make_shared<FakeSharing>();

  void Deliver(const std::string& consumer, const std::string& exchange, char record) {
    kv::Batch batch;
    ExchangeStore store(&kv);
    store.PutAnswered({.consumer = consumer,
                       .exchange = exchange,
                       .attempt = 1,
                       .method = Method::kQuery,
                       .outcome = Outcome::kDelivered,
                       .resource = "resources/r1",
                       .dataset_version = "v1",
                       .recall = std::string(16, record)},
                      &batch);
    REQUIRE(store.Commit(std::move(batch)).ok());
  }
  static sh::NodeCorrection On(const std::string& exchange) {
    sh::NodeCorrection correction;
    correction.set_name("corrections/c1");
    correction.set_resource("resources/r1");
    correction.set_provider(kCivil);
    correction.set_open(true);
    correction.set_exchange(exchange);
    correction.set_consumer("agencies/tax");
    return correction;
  }
};

TEST_CASE("A node names the record that it delivered, and says nothing of others", "[recall]") {
  World w;
  w.Deliver("agencies/tax", "e1", 'a');
  REQUIRE(AnswerCorrection(w.sharing.get(), &w.kv, World::On("e2")).ok());
  CHECK(w.sharing->said() == 0);
  REQUIRE(AnswerCorrection(w.sharing.get(), &w.kv, World::On("e1")).ok());
  const auto said = w.sharing->Await(1);
  CHECK(absl::EndsWith(said[0].first, "CorrectionService/PlaceCorrection"));
  sh::PlaceCorrectionRequest request;
  REQUIRE(request.ParseFromString(said[0].second));
  CHECK(request.name() == "corrections/c1");
  CHECK(request.record() == std::string(16, 'a'));
}

TEST_CASE("A node answers a recall with all it delivered to, in parts", "[recall]") {
  World w;
  for (int i = 0; i < 201; ++i) w.Deliver(absl::StrCat("agencies/a", i), "e1", 'a');
  w.Deliver("agencies/other", "e1", 'b');
  sh::NodeCorrection correction = World::On("e1");
  correction.set_record(std::string(16, 'a'));
  correction.set_recall(3);
  REQUIRE(AnswerCorrection(w.sharing.get(), &w.kv, correction).ok());
  const auto said = w.sharing->Await(2);
  REQUIRE(said.size() == 2);
  size_t told = 0;
  for (size_t i = 0; i < 2; ++i) {
    sh::ReportRecallRequest request;
    REQUIRE(request.ParseFromString(said[i].second));
    CHECK(request.round() == 3);
    CHECK(request.complete() == (i == 1));
    CHECK(request.recipients_size() <= 200);
    for (const auto& recipient : request.recipients()) {
      CHECK(recipient.consumer() != "agencies/other");
      CHECK_FALSE(recipient.bulk());
    }
    told += static_cast<size_t>(request.recipients_size());
  }
  CHECK(told == 201);
}

TEST_CASE("A node that delivered nothing answers a recall, too", "[recall]") {
  World w;
  sh::NodeCorrection correction = World::On("");
  correction.set_recall(1);
  REQUIRE(AnswerCorrection(w.sharing.get(), &w.kv, correction).ok());
  sh::ReportRecallRequest request;
  REQUIRE(request.ParseFromString(w.sharing->Await(1)[0].second));
  CHECK(request.complete());
  CHECK(request.recipients_size() == 0);
}

TEST_CASE("What could not be said is said again, what no agency here owes is not", "[recall]") {
  World w;
  w.Deliver("agencies/tax", "e1", 'a');
  w.sharing->Fail(1);
  RecallAnswers answers(w.sharing, {{kCivil, &w.kv}});
  sh::NodeCorrection foreign = World::On("e1");
  foreign.set_name("corrections/foreign");
  foreign.set_provider("agencies/school");
  answers.Take(foreign);
  answers.Take(World::On("e1"));
  const auto said = w.sharing->Await(1);
  REQUIRE(said.size() == 1);
  sh::PlaceCorrectionRequest request;
  REQUIRE(request.ParseFromString(said[0].second));
  CHECK(request.name() == "corrections/c1");
}

}  // namespace
}  // namespace shareway::exchange
