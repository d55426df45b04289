// SPDX-License-Identifier: Apache-2.0
// The two worst days of the log: its disk is gone, with only an old copy left; and it
// shows two histories.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/kv/rocks_store.h"
#include "libs/evidence/note.h"
#include "services/audit/store/fsck.h"
#include "services/audit/store/mirror.h"
#include "tests/fault/exchanging.h"
#include "tests/support/held_port.h"

namespace shareway::testing {
namespace {

namespace fs = std::filesystem;
namespace ev = evidence::v1;

// Copies a folder that is being written; the mirror is one that may be.
void CopyLive(const std::string& from, const std::string& to) {
  fs::create_directories(to);
  for (const auto& file : fs::directory_iterator(from)) {
    std::error_code gone;
    fs::copy_file(file.path(), fs::path(to) / file.path().filename(),
                  fs::copy_options::overwrite_existing, gone);
  }
}

// The size of the head that the mirror keeps.
uint64_t MirroredSize(const std::string& mirror, const std::string& key) {
  const absl::StatusOr<std::string> note =
      audit::Folder(mirror).Read(audit::kMirrorCheckpoint, 0, 65536);
  const auto head = evidence::OpenNote(note.ok() ? *note : "", key);
  return head.ok() ? head->size : 0;
}

// A node has seen two histories.
bool Alarmed(const Cluster& cluster) {
  for (const char* node : {"statistics-node", "tax-node"}) {
    if (absl::StrContains(cluster.LogOf(node), "\"log-forked\"")) return true;
  }
  return false;
}

TEST_CASE("A log whose disk is destroyed under load is rebuilt to the witnessed root",
          "[fault][loss]") {
  const TempDir outside;
  const std::string mirror = outside / "mirror", old_copy = outside / "copy";
  fs::create_directories(mirror);  // as a volume would be mounted
  Cluster::Options options;
  options.flags["audit"] = {"--mirror=" + mirror};
  Exchanging world(options);
  Cluster& cluster = world.cluster;
  Acknowledged acknowledged;
  evidence::TreeHead witnessed;
  uint64_t copied = 0;
  {
    const UnderLoad load(
        2, [&](int, int) { return world.Ask(); }, &acknowledged);
    REQUIRE(acknowledged.AwaitMore(300) >= 300);
    const evidence::TreeHead early = AwaitWitnessed(cluster, 100);
    // The copy that an hour ago went to another house; it knows the log's witnesses.
    const absl::Time limit = absl::Now() + absl::Seconds(20);
    while (MirroredSize(mirror, cluster.log_key()) < early.size && absl::Now() < limit) {
      absl::SleepFor(absl::Milliseconds(20));
    }
    CopyLive(mirror, old_copy);
    copied = HeadOf(cluster).size;
    REQUIRE(acknowledged.AwaitMore(300) >= 600);
    witnessed = AwaitWitnessed(cluster, copied + 300);
    CHECK(witnessed.size > early.size);

    cluster.Kill("audit");
    fs::remove_all(cluster.StoreOf("audit"));
    fs::remove_all(mirror);  // in the same house
    fs::create_directories(mirror);
    // Exchanges go on meanwhile; their evidence waits at the nodes.
    REQUIRE(acknowledged.AwaitMore(50) >= 650);

    WriteFile(outside / "log.vkey", cluster.log_key() + "\n");
    Child rebuild({absl::StrCat(SHAREWAY_BIN_DIR, "/shareway"), "audit", "rebuild", "--from",
                   old_copy, "--store", cluster.StoreOf("audit"), "--key", outside / "log.vkey"},
                  outside / "rebuild.log");
    REQUIRE(rebuild.Wait(absl::Seconds(60)) == 0);
    cluster.SetFlags("audit", {"--mirror=" + mirror, "--rebuild"});
    cluster.Start("audit");
    cluster.AwaitReady("audit", absl::Seconds(60));
    acknowledged.AwaitMore(50);
  }
  const std::vector<std::string> ids = acknowledged.all();
  std::printf("rebuilt: %zu exchanges acknowledged, copy of at most %llu entries, witnessed %llu\n",
              ids.size(), static_cast<unsigned long long>(copied),
              static_cast<unsigned long long>(witnessed.size));
  // The first witnessed.size entries are, byte for byte, those that were witnessed.
  CheckBeginsWith(cluster, witnessed);
  CHECK_FALSE(Alarmed(cluster));
  CheckRecorded(cluster, ids, ev::EXCHANGE_RECEIVED, cluster.Agency(kTax), ExchangeOf);
  CheckRecorded(cluster, ids, ev::EXCHANGE_DELIVERED, cluster.Agency(kStatistics), ExchangeOf);

  CHECK(cluster.Stop("audit") == 0);
  const auto store = kv::OpenRocksReadOnly(cluster.StoreOf("audit"));
  REQUIRE(store.ok());
  audit::FsckOptions fsck;
  fsck.verifier_key = cluster.log_key();
  const absl::Status clean = audit::CheckLog(**store, fsck).status();
  CHECK(clean == absl::OkStatus());
}

// A second audit process with the first one's keys, on a copy of its store.
class Twin {
 public:
  Twin(const Cluster& cluster, const std::string& store)
      : child_({absl::StrCat(SHAREWAY_BIN_DIR, "/shareway-audit"), "--listen=" + address(),
                "--store=rocksdb:" + store, "--tls=" + cluster.identity("audit").dir,
                "--message_key=" + cluster.identity("audit").dir + "/message.key",
                "--catalog=" + cluster.Address("catalog"), "--audit=" + address(),
                "--audit_key=" + cluster.log_key(), "--metrics=127.0.0.1:0",
                "--port_file=" + (cluster.dir() / "twin.ports"),
                "--log_key=" + cluster.identity("audit").dir + "/log.key",
                "--origin=test.example/audit"},
               cluster.dir() / "twin.log") {}
  std::string address() const { return absl::StrCat("127.0.0.1:", port_.number()); }

 private:
  const HeldPort port_;
  Child child_;
};

TEST_CASE("A forked log shown to two nodes is found at the first exchange between them",
          "[fault][loss]") {
  Exchanging world;
  Cluster& cluster = world.cluster;
  AwaitWitnessed(cluster, 10);
  // From here on one node is shown one log, the other one another.
  CHECK(cluster.Stop("audit") == 0);
  CHECK(cluster.Stop("tax-node") == 0);
  const std::string copy = cluster.dir() / "twin.db";
  fs::copy(cluster.StoreOf("audit"), copy, fs::copy_options::recursive);
  const Twin twin(cluster, copy);
  cluster.SetFlags("tax-node", {"--audit=" + twin.address()});
  cluster.Start("audit");
  cluster.Start("tax-node");
  cluster.AwaitReady("tax-node");
  cluster.AwaitReady("audit");
  CHECK_FALSE(Alarmed(cluster));

  const absl::Time limit = absl::Now() + absl::Seconds(30);
  std::optional<std::string> exchange;
  while (!exchange && absl::Now() < limit) exchange = world.Ask();
  REQUIRE(exchange.has_value());
  // A head that its log cannot link within 60 seconds counts as another history.
  const absl::Time heard = absl::Now();
  int more = 0;
  while (!Alarmed(cluster) && absl::Now() < heard + absl::Seconds(75)) {
    absl::SleepFor(absl::Milliseconds(100));
    more += world.Ask().has_value();  // the heads of both logs grow
  }
  INFO(cluster.LogOf("tax-node"));
  INFO(cluster.LogOf("statistics-node"));
  CHECK(Alarmed(cluster));
  std::printf("fork found %.1f s after the first exchange, %d more in between\n",
              absl::ToDoubleSeconds(absl::Now() - heard), more);
}

}  // namespace
}  // namespace shareway::testing
