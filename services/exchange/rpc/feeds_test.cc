// SPDX-License-Identifier: Apache-2.0
// The feeds: what a node says when it resumes, before and after a restart.
#include "services/exchange/rpc/feeds.h"

#include <deque>
#include <functional>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "catch2/catch.hpp"
#include "libs/base/fake_clock.h"
#include "libs/kv/memory_store.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/catalog/v1/directory_service.pb.h"

namespace shareway::exchange {
namespace {

using sharing::v1::GrantChange;

// A service as a script: each stream gets the next of the scripts and then stays open.
template <typename Request, typename Change>
class Scripted final : public rpc::Channel {
 public:
  // Waits for the n-th request of a stream, from 0, for ten seconds.
  Request Asked(size_t n) {
    absl::MutexLock lock(&mutex_);
    auto there = [this, n]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return asked_.size() > n; };
    REQUIRE(mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(10)));
    return asked_[n];
  }
  void Script(std::vector<Change> changes) {
    absl::MutexLock lock(&mutex_);
    scripts_.push_back(std::move(changes));
  }
  // Ends the open stream, whose script was read to its end before.
  void Break() {
    absl::MutexLock lock(&mutex_);
    auto read = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return now_.empty(); };
    REQUIRE(mutex_.AwaitWithTimeout(absl::Condition(&read), absl::Seconds(10)));
    ++broken_;
  }

  absl::StatusOr<std::string> RawUnary(const std::string&, std::string request,
                                       const rpc::CallOptions&) override {
    catalog::v1::RenewLeaseRequest renew;
    (void)renew.ParseFromString(request);
    catalog::v1::RenewLeaseResponse response;
    response.set_nonce(renew.nonce());
    *response.mutable_head() = renew.applied();
    return response.SerializeAsString();
  }
  std::unique_ptr<rpc::RawReadStream> RawServerStream(const std::string&, std::string request,
                                                      const rpc::CallOptions&) override {
    absl::MutexLock lock(&mutex_);
    asked_.emplace_back().ParseFromString(request);
    if (!scripts_.empty()) {
      now_.assign(scripts_.front().begin(), scripts_.front().end());
      scripts_.pop_front();
    }
    return std::make_unique<Stream>(this, broken_);
  }
  void RawUnaryAsync(const std::string&, std::string, const rpc::CallOptions&,
                     std::function<void(absl::StatusOr<std::string>)> done) override {
    done(absl::UnimplementedError("not in this test"));
  }
  std::unique_ptr<rpc::RawWriteStream> RawClientStream(const std::string&,
                                                       const rpc::CallOptions&) override {
    return nullptr;
  }

 private:
  class Stream final : public rpc::RawReadStream {
   public:
    Stream(Scripted* service, int broken) : service_(service), broken_(broken) {}
    absl::StatusOr<std::optional<std::string>> Read() override {
      Scripted& s = *service_;
      absl::MutexLock lock(&s.mutex_);
      auto ready = [this, &s]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(s.mutex_) {
        return cancelled_ || s.broken_ != broken_ || !s.now_.empty();
      };
      s.mutex_.Await(absl::Condition(&ready));
      if (cancelled_ || s.broken_ != broken_) return absl::CancelledError("the stream ended");
      std::string bytes = s.now_.front().SerializeAsString();
      s.now_.pop_front();
      return std::optional<std::string>(std::move(bytes));
    }
    void Cancel() override {
      absl::MutexLock lock(&service_->mutex_);
      cancelled_ = true;
    }

   private:
    Scripted* const service_;
    const int broken_;
    bool cancelled_ = false;
  };

  absl::Mutex mutex_;
  std::vector<Request> asked_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::vector<Change>> scripts_ ABSL_GUARDED_BY(mutex_);
  std::deque<Change> now_ ABSL_GUARDED_BY(mutex_);
  int broken_ ABSL_GUARDED_BY(mutex_) = 0;
};
using Sharing = Scripted<sharing::v1::WatchGrantsRequest, GrantChange>;
using Catalog = Scripted<catalog::v1::WatchCatalogRequest, catalog::v1::CatalogChange>;

GrantChange GrantAt(uint64_t number, const std::string& name) {
  GrantChange change;
  change.mutable_revision()->set_epoch(1);
  change.mutable_revision()->set_number(number);
  change.mutable_grant()->set_name(name);
  return change;
}
std::vector<GrantChange> Snapshot(uint64_t number, const std::string& digest,
                                  const std::vector<std::string>& names) {
  std::vector<GrantChange> changes(1);
  changes[0].set_snapshot_begin(true);
  for (const std::string& name : names) {
    changes.push_back(GrantAt(0, name));
    changes.back().clear_revision();
  }
  GrantChange& end = changes.emplace_back();
  end.mutable_revision()->set_epoch(1);
  end.mutable_revision()->set_number(number);
  end.set_snapshot_end(true);
  end.set_served_digest(digest);
  return changes;
}

TEST_CASE("A node resumes with what its last whole snapshot was made for", "[exchange]") {
  kv::MemoryStore kv;
  ExchangeStore store(&kv);
  GrantTable table;
  auto sharing = std::make_shared<Sharing>();
  std::vector<GrantChange> first = Snapshot(5, "one", {"grants/a"});
  first.push_back(GrantAt(6, "grants/b"));
  sharing->Script(first);
  // The second stream breaks inside its snapshot: the first one's still counts.
  std::vector<GrantChange> half = Snapshot(7, "two", {"grants/c"});
  half.pop_back();
  sharing->Script(half);
  sharing->Script(Snapshot(7, "two", {"grants/c"}));
  {
    auto feed = *GrantFeed::Open(sharing, &store, &table, {}, &SystemClock());
    CHECK(sharing->Asked(0).served_digest().empty());
    CHECK_FALSE(sharing->Asked(0).has_from_revision());
    sharing->Break();
    CHECK(sharing->Asked(1).served_digest() == "one");
    CHECK(sharing->Asked(1).from_revision().number() == 6);
    sharing->Break();
    CHECK(sharing->Asked(2).served_digest() == "one");
    CHECK(sharing->Asked(2).from_revision().number() == 6);
    sharing->Break();
    CHECK(sharing->Asked(3).served_digest() == "two");
  }
  CHECK(table.Find("grants/a") == nullptr);
  CHECK(table.Find("grants/c") != nullptr);
  // A restart knows it, also after a change on top of the snapshot.
  REQUIRE(store.LoadFeed(FeedKind::kGrants)->served_digest == "two");
  sharing->Script({GrantAt(8, "grants/d")});
  {
    auto feed = *GrantFeed::Open(sharing, &store, &table, {}, &SystemClock());
    CHECK(sharing->Asked(4).served_digest() == "two");
    CHECK(sharing->Asked(4).from_revision().number() == 7);
    sharing->Break();
    CHECK(sharing->Asked(5).served_digest() == "two");
    CHECK(sharing->Asked(5).from_revision().number() == 8);
  }
  CHECK(store.LoadFeed(FeedKind::kGrants)->served_digest == "two");
}

std::vector<catalog::v1::CatalogChange> Entries(
    uint64_t number, const std::vector<std::pair<std::string, std::string>>& of) {
  std::vector<catalog::v1::CatalogChange> changes(1);
  changes[0].set_snapshot_begin(true);
  for (const auto& [name, provider] : of) {
    catalog::v1::Resource* entry = changes.emplace_back().mutable_resource();
    entry->set_name(name);
    entry->set_provider(provider);
    entry->set_state(catalog::v1::Resource::PUBLISHED);
  }
  catalog::v1::CatalogChange& end = changes.emplace_back();
  end.mutable_revision()->set_epoch(1);
  end.mutable_revision()->set_number(number);
  end.set_snapshot_end(true);
  return changes;
}

TEST_CASE("The catalogue is read anew once another agency has its seat here",
          "[exchange][hosting]") {
  kv::MemoryStore kv;
  ExchangeStore store(&kv);
  ResourceTable table;
  auto catalog = std::make_shared<Catalog>();
  const auto script = Entries(5, {{"resources/a", "agencies/a"}, {"resources/b", "agencies/b"}});
  size_t streams = 0;
  // Opens with seats for these; says from where it followed.
  const auto follow = [&](std::vector<std::string> agencies) {
    const auto feed = *ResourceFeed::Open(catalog, &store, &table, agencies, &SystemClock());
    const catalog::v1::WatchCatalogRequest asked = catalog->Asked(streams);
    catalog->Break();
    (void)catalog->Asked(streams + 1);  // all of the first stream is applied
    streams += 2;
    return asked.from_revision().number();
  };
  const auto schema = [&](const char* agency, const char* resource) {
    return ResourceFeed::SchemaOf(store, agency, resource).status();
  };
  catalog->Script(script);
  CHECK(follow({"agencies/a"}) == 0);
  CHECK(table.Find("resources/b") == nullptr);
  CHECK(schema("agencies/a", "resources/a").ok());
  CHECK(follow({"agencies/a"}) == 5);
  catalog->Script(script);
  CHECK(follow({"agencies/b", "agencies/a"}) == 0);
  CHECK(table.Find("resources/b") != nullptr);
  CHECK(schema("agencies/b", "resources/b").ok());
  CHECK(absl::IsNotFound(schema("agencies/a", "resources/b")));
  CHECK(follow({"agencies/a", "agencies/b"}) == 5);
  catalog->Script(script);
  CHECK(follow({"agencies/a"}) == 0);
  CHECK(table.Find("resources/b") == nullptr);
}

}  // namespace
}  // namespace shareway::exchange
