// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/correction_feed.h"

#include <deque>

#include "catch2/catch.hpp"
#include "libs/base/status.h"

namespace shareway::exchange {
namespace {

namespace sh = sharing::v1;

// Streams that say what the test queued, then wait to be cancelled, or end if the test says so.
class FakeSharing final : public rpc::Channel {
 public:
  struct Script {
    std::deque<sh::CorrectionChange> changes;
    absl::Status then;  // OK: it stays open
  };
  explicit FakeSharing(std::deque<Script> scripts) : scripts_(std::move(scripts)) {}

  absl::StatusOr<std::string> RawUnary(const std::string&, std::string,
                                       const rpc::CallOptions&) override {
    return absl::UnimplementedError("not used");
  }
  void RawUnaryAsync(const std::string&, std::string, const rpc::CallOptions&,
                     std::function<void(absl::StatusOr<std::string>)>) override {}
  std::unique_ptr<rpc::RawWriteStream> RawClientStream(const std::string&,
                                                       const rpc::CallOptions&) override {
    return nullptr;
  }
  std::unique_ptr<rpc::RawReadStream> RawServerStream(const std::string&, std::string,
                                                      const rpc::CallOptions&) override {
    absl::MutexLock lock(&mutex_);
    Script script;
    if (!scripts_.empty()) {
      script = std::move(scripts_.front());
      scripts_.pop_front();
    }
    return std::make_unique<Stream>(this, std::move(script));
  }
  // Blocks until a stream has said all and waits.
  void AwaitQuiet() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&quiet_));
  }

 private:
  class Stream final : public rpc::RawReadStream {
   public:
    Stream(FakeSharing* sharing, Script script) : sharing_(sharing), script_(std::move(script)) {}
    absl::StatusOr<std::optional<std::string>> Read() override {
      if (!script_.changes.empty()) {
        std::string bytes = script_.changes.front().SerializeAsString();
        script_.changes.pop_front();
        return std::optional<std::string>(std::move(bytes));
      }
      if (!script_.then.ok()) return script_.then;
      absl::MutexLock lock(&sharing_->mutex_);
      sharing_->quiet_ = true;
      sharing_->mutex_.Await(absl::Condition(&cancelled_));
      return absl::CancelledError("cancelled");
    }
    void Cancel() override {
      absl::MutexLock lock(&sharing_->mutex_);
      cancelled_ = true;
    }

   private:
    FakeSharing* const sharing_;
    Script script_;
    bool cancelled_ = false;  // under the channel's mutex
  };

  absl::Mutex mutex_;
  std::deque<Script> scripts_;
  bool quiet_ = false;
};

sh::CorrectionChange Begin() {
  sh::CorrectionChange change;
  change.set_snapshot_begin(true);
  return change;
}
sh::CorrectionChange End() {
  sh::CorrectionChange change;
  change.set_snapshot_end(true);
  return change;
}
sh::CorrectionChange On(const std::string& name, bool open, size_t record_bytes = 16) {
  sh::CorrectionChange change;
  change.mutable_correction()->set_name(name);
  change.mutable_correction()->set_resource("resources/r1");
  change.mutable_correction()->set_record(std::string(record_bytes, 'a'));
  change.mutable_correction()->set_open(open);
  return change;
}

std::vector<std::string> Known(const CorrectionTable& table) {
  std::vector<std::string> names;
  for (const auto& note : table.On("resources/r1", std::string(16, 'a'), 1, {})) {
    names.push_back(note.correction.name);
  }
  return names;
}

TEST_CASE("What sharing tells of corrections is what is noted", "[exchange]") {
  CorrectionTable table;
  table.Put({.name = "old", .resource = "resources/r1", .record = std::string(16, 'a')});
  auto sharing = std::make_shared<FakeSharing>(std::deque<FakeSharing::Script>{
      {{Begin(), On("c1", true), On("c2", true), On("c9", false), End(), On("c3", true),
        On("c1", false)},
       absl::OkStatus()}});
  CorrectionFeed feed(sharing, &table);
  sharing->AwaitQuiet();
  CHECK(Known(table) == std::vector<std::string>{"c2", "c3"});
}

TEST_CASE("A snapshot that was cut, or a record of another form, changes nothing", "[exchange]") {
  CorrectionTable table;
  table.Put({.name = "old", .resource = "resources/r1", .record = std::string(16, 'a')});
  auto sharing = std::make_shared<FakeSharing>(std::deque<FakeSharing::Script>{
      {{Begin(), On("c1", true)}, absl::UnavailableError("cut")},
      {{On("c2", true, 15)}, absl::OkStatus()},
      {{On("c3", true)}, absl::OkStatus()}});
  CorrectionFeed feed(sharing, &table);
  sharing->AwaitQuiet();
  CHECK(Known(table) == std::vector<std::string>{"c3", "old"});
}

TEST_CASE("A record that no node has named is noted with no answer, and handed on", "[exchange]") {
  CorrectionTable table;
  sh::CorrectionChange unnamed = On("c1", true, 0);
  unnamed.mutable_correction()->set_exchange("e1");
  sh::CorrectionChange named = On("c2", true);
  named.mutable_correction()->set_exchange("e2");
  auto sharing = std::make_shared<FakeSharing>(std::deque<FakeSharing::Script>{
      {{Begin(), unnamed, named, End(), unnamed, On("c3", false)}, absl::OkStatus()}});
  std::vector<std::string> taken;
  CorrectionFeed feed(sharing, &table, [&](const sh::NodeCorrection& correction) {
    taken.push_back(correction.name());
  });
  sharing->AwaitQuiet();
  CHECK(Known(table) == std::vector<std::string>{"c2"});
  CHECK(taken == std::vector<std::string>{"c1", "c2", "c1", "c3"});
}

TEST_CASE("A sharing without corrections is left alone, and the feed stops at once", "[exchange]") {
  CorrectionTable table;
  auto sharing = std::make_shared<FakeSharing>(
      std::deque<FakeSharing::Script>{{{}, absl::UnimplementedError("not yet")}});
  { CorrectionFeed feed(sharing, &table); }
  CHECK(Known(table).empty());
}

}  // namespace
}  // namespace shareway::exchange
