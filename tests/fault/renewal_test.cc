// SPDX-License-Identifier: Apache-2.0
// Keys change while calls run: a renewal disturbs nobody, and a key that ends stops at once.
#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/evidence/record.h"
#include "libs/rpc/test_world.h"
#include "libs/rpc/tls_source.h"
#include "tests/support/await.h"

namespace shareway::rpc {
namespace {

constexpr int kRenewals = 200;
constexpr int kCallers = 4;
constexpr int kCallsBetween = 8;  // so that the server really changes its pair under load

absl::Status CallOn(Channel* channel) {
  catalog::v1::GetAgencyRequest request;
  request.set_name("a");
  return channel->Unary<catalog::v1::Agency>(Path("GetAgency"), request).status();
}

// Calls without pause, on a connection that stands and on new ones by turns.
class Load {
 public:
  explicit Load(World* world) : world_(world) {
    for (int i = 0; i < kCallers; ++i) callers_.emplace_back([this] { Run(); });
  }
  ~Load() { Stop(); }
  void Stop() {
    stop_ = true;
    for (std::thread& caller : callers_) {
      if (caller.joinable()) caller.join();
    }
  }
  int calls() const { return calls_; }
  std::vector<std::string> failed() const {
    absl::MutexLock lock(&mutex_);
    return failed_;
  }

 private:
  void Run() {
    const absl::StatusOr<std::shared_ptr<Channel>> standing = Open();
    for (int i = 0; !stop_; ++i) {
      absl::StatusOr<std::shared_ptr<Channel>> channel = i % 2 == 0 ? standing : Open();
      const absl::Status status = channel.ok() ? CallOn(channel->get()) : channel.status();
      ++calls_;
      if (status.ok()) continue;
      absl::MutexLock lock(&mutex_);
      failed_.push_back(status.ToString());
    }
  }
  absl::StatusOr<std::shared_ptr<Channel>> Open() const {
    return Channel::Open({absl::StrCat("127.0.0.1:", world_->server->port()),
                          world_->officer.tls, "shareway://test/service/catalog"});
  }

  World* const world_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> calls_ = 0;
  mutable absl::Mutex mutex_;
  std::vector<std::string> failed_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> callers_;
};

// As an operator's tool does it: each file is replaced whole, one after the other.
void Install(const TestIdentity& renewed, const TestIdentity& live) {
  const std::pair<std::string, std::string> files[] = {
      {renewed.tls.key, live.tls.key}, {renewed.tls.certificate, live.tls.certificate}};
  for (const auto& [from, to] : files) std::filesystem::rename(from, to);
}

TEST_CASE("Two hundred renewals under load fail no call", "[fault]") {
  World world;
  const std::pair<const TestIdentity*, std::string> parties[] = {
      {&world.server_identity, "shareway://test/service/catalog"},
      {&world.officer, "shareway://test/person/officer"}};
  const std::string owners[] = {"services/catalog", "people/officer"};
  Load load(&world);
  for (int i = 0; i < kRenewals; ++i) {
    const auto& [live, uri] = parties[i % 2];
    const TestIdentity renewed = world.Issue(absl::StrCat("renewed-", i), uri);
    world.Register(renewed, owners[i % 2]);  // before it is used: both keys count now
    Install(renewed, *live);
    const auto source = TlsSource::Of(live->tls);  // it looks
    REQUIRE(source.ok());
    CHECK((*source)->facts().key_id == renewed.key.public_key().id().str());
    const int enough = load.calls() + kCallsBetween;
    const int made = testing::AskUntil([&load] { return load.calls(); },
                                       [enough](int calls) { return calls >= enough; });
    REQUIRE(made >= enough);
  }
  load.Stop();
  const std::vector<std::string> failed = load.failed();
  CAPTURE(load.calls(), failed.size(), failed.empty() ? std::string() : failed.front());
  CHECK(failed.empty());
}

TEST_CASE("A key that ends is refused within a second on connections that stand", "[fault]") {
  const auto key_with = [](const World& world, catalog::v1::Standing standing, absl::Time end) {
    DirectoryChange change;
    Key* const key = change.mutable_key();
    key->set_name(crypto::KeyName(world.officer.key.public_key().id()));
    key->set_owner("people/officer");
    key->set_use(Key::TLS);
    key->set_suite(evidence::v1::P256_SHA256);
    key->set_spki(world.officer.key.public_key().spki());
    key->set_standing(standing);
    if (end != absl::InfiniteFuture()) *key->mutable_end_time() = evidence::ToTimestamp(end);
    return change;
  };
  using Change = std::function<DirectoryChange(const World&)>;
  const std::vector<std::pair<std::string, Change>> table = {
      {"revoked",
       [&](const World& world) {
         return key_with(world, catalog::v1::RETIRED, absl::InfiniteFuture());
       }},
      {"suspended",
       [&](const World& world) {
         return key_with(world, catalog::v1::STANDING_SUSPENDED, absl::InfiniteFuture());
       }},
      {"expired",
       [&](const World& world) { return key_with(world, catalog::v1::ACTIVE, absl::Now()); }},
      {"its owner suspended", [](const World&) {
         DirectoryChange change;
         change.mutable_person()->set_name("people/officer");
         change.mutable_person()->set_agency(kAgency);
         change.mutable_person()->set_standing(catalog::v1::STANDING_SUSPENDED);
         return change;
       }}};
  for (const auto& [what, change] : table) {
    CAPTURE(what);
    World world;
    const std::shared_ptr<Channel> standing = world.Connect(world.officer);
    REQUIRE(CallOn(standing.get()).ok());
    world.Apply(change(world));
    const absl::Status refused =
        testing::AskUntil([&] { return CallOn(standing.get()); },
                          [](const absl::Status& status) { return !status.ok(); },
                          absl::Seconds(1));
    CHECK(absl::IsUnauthenticated(refused));
  }
}

TEST_CASE("A certificate that expires is refused on connections that stand", "[fault]") {
  World world;
  const absl::Time end = absl::Now() + absl::Seconds(3);
  const TestIdentity brief = world.pki.Issue("brief", {"shareway://test/person/officer"}, end);
  world.Register(brief, "people/officer");
  const std::shared_ptr<Channel> standing = world.Connect(brief);
  REQUIRE(CallOn(standing.get()).ok());
  const absl::Status refused =
      testing::AskUntil([&] { return CallOn(standing.get()); },
                        [](const absl::Status& status) { return !status.ok(); },
                        end + absl::Seconds(1) - absl::Now());
  CHECK(absl::IsUnauthenticated(refused));
}

}  // namespace
}  // namespace shareway::rpc
