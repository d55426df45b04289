// SPDX-License-Identifier: Apache-2.0
// A log that lost its disk: rebuilt from an old copy, its producers and its witnesses.
#include <algorithm>
#include <atomic>
#include <thread>

#include "services/audit/rpc/test_lost_log.h"

namespace shareway::audit {
namespace {

TEST_CASE("A lost log is rebuilt to the exact witnessed root, and goes on", "[witness]") {
  Lost lost;
  WatchedWorld& world = lost.world;
  lost.OpenCopy();
  const std::string incarnation = world.own->incarnation();
  v1::GetProducerRequest who;
  who.set_incarnation(std::string(16, 'i'));
  const auto producer = world.Call<v1::GetProducerResponse>(0, "GetProducer", who);
  REQUIRE(producer.ok());
  CHECK(producer->rebuilding());
  CHECK(producer->last_sequence() == 35);
  CHECK(ReasonFor(world.Append(0, 500, 1).status()) == Reason::kWitnessesAwaited);

  const auto some = lost.Restore(0, lost.Of(world.nodes[0].uri));
  INFO(some.status());
  REQUIRE(some.ok());
  CHECK(some->missing() == lost.head.size() - lost.copy_size() -
                               static_cast<uint64_t>(lost.Of(world.nodes[0].uri).size()));
  CHECK(lost.Restore(0, lost.Of(world.nodes[0].uri))->missing() == some->missing());  // again
  CHECK(lost.Restore(1, lost.Of(world.nodes[1].uri))->missing() < some->missing());
  // A witness gives back the log's own, as the stream gave them.
  std::vector<v1::RestoredEntry> kept;
  for (const v1::LogEntry& entry : lost.own_entries) {
    if (entry.index() < lost.copy_size()) continue;
    v1::RestoredEntry one;
    one.set_index(entry.index());
    *one.mutable_sealed() = entry.sealed();
    kept.push_back(one);
  }
  const auto whole = lost.Restore(2, kept);
  INFO(whole.status());
  REQUIRE(whole.ok());
  CHECK(whole->missing() == 0);
  CHECK(world.log->gate()->serving());
  // It is witnessed as far as it was, before anybody cosigns anything more.
  REQUIRE(world.log->witnesses()->WaitCovers(lost.head.size(), absl::Seconds(10)));
  CHECK(world.Newest()->size() == lost.head.size());
  CHECK(world.Newest()->cosignatures_size() == 2);
  CHECK((*ReadWitnessed(*lost.copy, TestLogKey().verifier_key()))->checkpoint.root == lost.root);

  const std::shared_ptr<const LogState> state = world.audit->state();
  CHECK(*merkle::RootAt(crypto::LogHasher(), lost.head.size(), [&](merkle::NodeId node) {
    return world.reader->Node(*state, node);
  }) == lost.root);
  CHECK(world.Append(0, 500, 1).ok());
  CHECK(world.own->incarnation() != incarnation);
  std::vector<v1::LogEntry> own_after;
  const v1::Checkpoint next = world.Witness(2, &own_after);
  CHECK(world.Newest()->size() == next.size());
  CHECK(own_after.size() >= lost.own_entries.size() + 2);
  const auto restored =
      std::find_if(own_after.begin(), own_after.end(), [](const v1::LogEntry& entry) {
        return evidence::Open(entry.sealed())->record.kind() == evidence::v1::LOG_RESTORED;
      });
  REQUIRE(restored != own_after.end());
  const evidence::AuditRecord record = evidence::Open(restored->sealed())->record;
  CHECK(record.record_count() == lost.head.size() - lost.copy_size());
  CHECK(record.incarnation() == world.own->incarnation());
  world.Open(lost.copy.get());
  REQUIRE(world.Report(0, next.note()).ok());
  CHECK(world.Report(1, next.note())->serving());
  world.Close();
  MustCheck(*lost.copy);
}

TEST_CASE("A copy whose witnesses nobody names is not rebuilt: serving it would fork the log",
          "[witness]") {
  kv::MemoryStore store;
  metrics::Registry metrics;
  auto audit = Audit::Open(&store, TestLogKey(), {.metrics = &metrics});
  REQUIRE(audit.ok());
  const LogReader reader(&store);
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  OwnRecords own(audit->get(), &reader, &key, kAuditUri);
  const auto opened = WatchedLog::Open({.store = &store,
                                        .audit = audit->get(),
                                        .reader = &reader,
                                        .own = &own,
                                        .metrics = &metrics,
                                        .message_key = key.public_key()},
                                       {.rebuild = true});
  REQUIRE(opened.ok());
  CHECK_FALSE((*opened)->gate()->serving());
  CHECK(ReasonFor((*opened)->gate()->Check()) == Reason::kWitnessesAwaited);
}

TEST_CASE("With one entry missing the log waits and names its index, over a kill", "[witness]") {
  Lost lost;
  WatchedWorld& world = lost.world;
  lost.OpenCopy();
  const uint64_t gap = lost.FirstOf(world.nodes[1].uri) + 2;
  REQUIRE(lost.Restore(0, lost.Of(world.nodes[0].uri)).ok());
  REQUIRE(lost.Restore(0, lost.Of(kAuditUri)).ok());
  CHECK(lost.Restore(1, lost.Of(world.nodes[1].uri, gap))->missing() == 1);
  const absl::Status waits = world.Append(0, 500, 1).status();
  INFO(waits);
  CHECK(Meta(waits, "missing") == "1");
  CHECK(Meta(waits, "first_missing") == absl::StrCat(gap));
  CHECK_FALSE(world.Report(0, lost.head.note())->serving());  // again: nothing is forgotten
  CHECK(Meta(world.Append(0, 500, 1).status(), "missing") == "1");

  lost.OpenCopy();  // what was staged is still there
  CHECK(lost.Restore(0, {lost.Entry(lost.FirstOf(world.nodes[0].uri))})->missing() == 1);
  CHECK(Meta(world.Append(0, 500, 1).status(), "first_missing") == absl::StrCat(gap));
  CHECK(lost.Restore(1, {lost.Entry(gap)})->missing() == 0);
  CHECK(world.log->gate()->serving());
  CHECK(world.audit->state()->size() > lost.head.size());
  world.Close();
  MustCheck(*lost.copy);
}

TEST_CASE("Nobody gives back what is another's, or what the log did not sign", "[witness]") {
  Lost lost;
  WatchedWorld& world = lost.world;
  lost.OpenCopy();
  const auto refused = [&](size_t node, const v1::RestoredEntry& entry) {
    const absl::Status status = lost.Restore(node, {entry}).status();
    INFO(status);
    return ReasonFor(status);
  };
  CHECK(refused(0, lost.Entry(lost.FirstOf(world.nodes[1].uri))) == Reason::kProducerUnknown);
  v1::RestoredEntry forged = lost.Entry(lost.FirstOf(kAuditUri));
  evidence::OpenedRecord opened = *evidence::Open(forged.sealed());
  opened.record.set_object("people/second");
  opened.envelope.set_payload(opened.record.SerializeAsString());
  forged.mutable_sealed()->set_record(opened.envelope.SerializeAsString());
  CHECK(refused(2, forged) == Reason::kProducerUnknown);
  const crypto::PrivateKey stranger = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  *opened.envelope.mutable_signature() =
      evidence::ToProto((*crypto::SignBatch(stranger, {opened.envelope.payload()}))[0]);
  forged.mutable_sealed()->set_record(opened.envelope.SerializeAsString());
  CHECK(refused(2, forged) == Reason::kProducerUnknown);
  // Its own, but nobody's signature, and another node's.
  v1::RestoredEntry own = lost.Entry(lost.FirstOf(world.nodes[0].uri));
  for (const bool no_signature : {true, false}) {
    evidence::OpenedRecord mine = *evidence::Open(own.sealed());
    if (no_signature) {
      mine.envelope.clear_signature();
    } else {
      *mine.envelope.mutable_signature() = evidence::ToProto(
          (*crypto::SignBatch(world.nodes[1].message_key, {mine.envelope.payload()}))[0]);
    }
    own.mutable_sealed()->set_record(mine.envelope.SerializeAsString());
    CHECK(refused(0, own) == Reason::kProducerUnknown);
  }
  CHECK(absl::IsInvalidArgument(lost.Restore(0, {}).status()));
  CHECK(absl::IsInvalidArgument(lost.Restore(0, {v1::RestoredEntry()}).status()));
}

TEST_CASE("A wrong entry is found by the root, and the right one is waited for", "[witness]") {
  const bool disputed = GENERATE(false, true);
  const bool killed = GENERATE(false, true);
  CAPTURE(disputed, killed);
  Lost lost;
  WatchedWorld& world = lost.world;
  lost.OpenCopy();
  const uint64_t size = world.audit->state()->size();
  const uint64_t index = lost.FirstOf(world.nodes[0].uri);
  REQUIRE(lost.Restore(0, {lost.Lie(0, index, 7777)}).ok());
  if (disputed) REQUIRE(lost.Restore(0, {lost.Lie(0, index, 7778)}).ok());
  REQUIRE(lost.Restore(0, lost.Of(world.nodes[0].uri, index)).ok());
  REQUIRE(lost.Restore(1, lost.Of(world.nodes[1].uri)).ok());
  const auto whole = lost.Restore(2, lost.Of(kAuditUri));
  INFO(whole.status());
  REQUIRE(whole.ok());
  CHECK(whole->missing() == 1);
  CHECK(world.log->gate()->state() == StartGate::State::kRebuilding);
  const absl::Status waits = world.Append(0, 500, 1).status();
  CHECK(ReasonFor(waits) == Reason::kWitnessesAwaited);
  CHECK(Meta(waits, "missing") == "1");
  CHECK(Meta(waits, "first_missing") == absl::StrCat(disputed ? index : lost.copy_size()));
  CHECK(world.audit->state()->size() == size);

  if (killed) lost.OpenCopy();
  REQUIRE(lost.RestoreUntilWhole(0, {lost.Entry(index)}));
  CHECK(lost.RootAt(lost.head.size()) == lost.root);
  world.Close();
  MustCheck(*lost.copy);
}

TEST_CASE("One who fills everything first with what was never logged blocks nobody", "[witness]") {
  Lost lost;
  WatchedWorld& world = lost.world;
  lost.OpenCopy();
  std::vector<v1::RestoredEntry> lies;
  for (uint64_t index = lost.copy_size(); index < lost.head.size(); ++index) {
    lies.push_back(lost.Lie(1, index, 7000 + index));
  }
  CHECK(lost.Restore(1, lies)->missing() == 1);
  CHECK(lost.Restore(1, lies)->missing() == 1);  // nothing new
  CHECK_FALSE(world.log->gate()->serving());
  // Few are disputed until the last call: to try every combination of many takes seconds.
  REQUIRE(lost.Restore(2, lost.Of(kAuditUri)).ok());
  CHECK(lost.Restore(1, lost.Of(world.nodes[1].uri))->missing() == 1);
  REQUIRE(lost.RestoreUntilWhole(0, lost.Of(world.nodes[0].uri)));
  CHECK(lost.RootAt(lost.head.size()) == lost.root);
}

TEST_CASE("A witness that gives the log's own entries at wrong indices blocks nobody",
          "[witness]") {
  const bool killed = GENERATE(false, true);
  CAPTURE(killed);
  Lost lost(0, [](WatchedWorld& world) {
    for (int i = 0; i < 30; ++i) {  // more than every combination can be tried of
      evidence::AuditRecord record;
      record.set_kind(evidence::v1::LOG_READ);
      record.set_object("people/second");
      REQUIRE(world.own->Append(record).ok());
    }
  });
  WatchedWorld& world = lost.world;
  lost.OpenCopy();
  const std::vector<v1::RestoredEntry> right = lost.Of(kAuditUri);
  std::vector<v1::RestoredEntry> wrong = right;
  for (size_t i = 0; i + 1 < wrong.size(); i += 2) {
    wrong[i].mutable_sealed()->Swap(wrong[i + 1].mutable_sealed());
  }
  // Truth and lie in one, and both orders.
  const auto half = static_cast<ptrdiff_t>(right.size() / 4 * 2);
  REQUIRE(lost.Restore(1, {right.begin(), right.begin() + half}).ok());
  REQUIRE(lost.Restore(1, wrong).ok());
  REQUIRE(lost.Restore(1, {right.begin() + half, right.end()}).ok());
  REQUIRE(lost.Restore(0, lost.Of(world.nodes[0].uri)).ok());
  if (killed) lost.OpenCopy();
  if (killed) REQUIRE(lost.Restore(1, wrong).ok());
  REQUIRE(lost.Restore(2, right).ok());
  CHECK(lost.Restore(1, lost.Of(world.nodes[1].uri))->missing() == 0);
  CHECK(lost.RootAt(lost.head.size()) == lost.root);
}

TEST_CASE("Who gives what was never logged does not stop a rebuild", "[witness]") {
  const bool killed = GENERATE(false, true);
  CAPTURE(killed);
  Lost lost;
  WatchedWorld& world = lost.world;
  lost.OpenCopy();
  uint64_t sequence = 7000;
  for (const std::string& victim : {world.nodes[0].uri, std::string(kAuditUri)}) {
    for (const v1::RestoredEntry& entry : lost.Of(victim)) {
      for (int i = 0; i < 5; ++i) {  // more than are kept of one
        REQUIRE(lost.Restore(1, {lost.Lie(1, entry.index(), sequence++)}).ok());
      }
    }
  }
  CHECK(lost.Restore(0, lost.Of(world.nodes[0].uri)).ok());
  CHECK(lost.Restore(0, lost.Of(world.nodes[0].uri)).ok());  // again
  if (killed) {
    world.Close();
    MustCheck(*lost.copy);
    lost.OpenCopy();
  }
  CHECK(lost.Restore(2, lost.Of(kAuditUri)).ok());
  CHECK_FALSE(world.log->gate()->serving());
  const auto whole = lost.Restore(1, lost.Of(world.nodes[1].uri));
  INFO(whole.status());
  REQUIRE(whole.ok());
  CHECK(whole->missing() == 0);
  CHECK(world.log->gate()->serving());
  CHECK(lost.RootAt(lost.head.size()) == lost.root);
  world.Close();
  MustCheck(*lost.copy);
}

TEST_CASE("The roots choose between two entries of one producer", "[witness]") {
  Lost lost;
  WatchedWorld& world = lost.world;
  lost.OpenCopy();
  const std::vector<v1::RestoredEntry> right = lost.Of(world.nodes[0].uri);
  REQUIRE(lost.Restore(0, {lost.Lie(0, right[0].index(), 7777)}).ok());
  REQUIRE(lost.Restore(0, right).ok());
  REQUIRE(lost.Restore(0, {lost.Lie(0, right[2].index(), 7778)}).ok());
  REQUIRE(lost.Restore(0, {lost.Lie(0, right[4].index(), 7779)}).ok());
  REQUIRE(lost.Restore(1, lost.Of(world.nodes[1].uri)).ok());
  CHECK(lost.Restore(2, lost.Of(kAuditUri))->missing() == 0);
  CHECK(world.log->gate()->serving());
  CHECK(lost.RootAt(lost.head.size()) == lost.root);
}

TEST_CASE("What was staged for a larger head does not count for a smaller one", "[witness]") {
  Lost lost;
  WatchedWorld& world = lost.world;
  lost.OpenCopy();
  REQUIRE(lost.Restore(0, lost.Of(world.nodes[0].uri)).ok());
  REQUIRE(lost.Restore(0, lost.Of(kAuditUri)).ok());
  world.Open(lost.copy.get(), true);
  REQUIRE(world.Report(0, lost.middle.note()).ok());
  REQUIRE(world.Report(1, lost.middle.note()).ok());
  const std::vector<v1::RestoredEntry> rest = lost.Of(world.nodes[1].uri);
  const auto below = static_cast<uint64_t>(
      std::count_if(rest.begin(), rest.end(), [&](const v1::RestoredEntry& entry) {
        return entry.index() < lost.middle.size();
      }));
  REQUIRE(below > 1);
  CHECK(lost.Restore(1, {rest[0]})->missing() == below - 1);
  CHECK_FALSE(world.log->gate()->serving());
  CHECK(lost.Restore(1, rest)->missing() == 0);
  CHECK(world.log->gate()->serving());
  CHECK(lost.RootAt(lost.middle.size()) == *Hash32::From(lost.middle.root()));
  world.Close();
  MustCheck(*lost.copy);
}

TEST_CASE("A head that one witness alone tells of keeps a rebuild shut until it is set aside",
          "[witness]") {
  Lost lost;
  WatchedWorld& world = lost.world;
  // What lay below it went with the disk: nobody has it.
  const Hash32 root = crypto::Sha256("a head that nobody else cosigned");
  const std::string odd = TestLogKey().Sign(lost.head.size() + 9, root, absl::Now())->note;
  const bool aside = GENERATE(false, true);
  if (aside) world.set_aside = {HeadId(root)};
  world.Open(lost.copy.get(), true);
  CHECK(world.Report(2, odd)->awaited() == (aside ? 2 : 1));
  REQUIRE(world.Report(0, lost.head.note()).ok());
  REQUIRE(world.Report(1, lost.head.note()).ok());
  REQUIRE(lost.Restore(0, lost.Of(world.nodes[0].uri)).ok());
  REQUIRE(lost.Restore(1, lost.Of(world.nodes[1].uri)).ok());
  CHECK(lost.Restore(2, lost.Of(kAuditUri))->missing() == (aside ? 0 : 9));
  CHECK(world.log->gate()->serving() == aside);
  if (aside) CHECK(lost.RootAt(lost.head.size()) == lost.root);
}

TEST_CASE("Entries that together are more than the log queues are appended in parts",
          "[witness]") {
  Lost lost(160);  // 9.9 MB
  WatchedWorld& world = lost.world;
  world.max_bytes = 9 << 20;
  lost.OpenCopy();
  REQUIRE(lost.RestoreAll(0, world.nodes[0].uri).ok());
  REQUIRE(lost.RestoreAll(1, world.nodes[1].uri).ok());
  const absl::Status whole = lost.RestoreAll(2, kAuditUri);
  INFO(whole);
  REQUIRE(whole.ok());
  CHECK(world.log->gate()->serving());
  CHECK(lost.RootAt(lost.head.size()) == lost.root);
}

TEST_CASE("A report while the last entries are appended is no alarm", "[witness]") {
  Lost lost;
  WatchedWorld& world = lost.world;
  lost.OpenCopy();
  REQUIRE(lost.Restore(0, lost.Of(world.nodes[0].uri)).ok());
  REQUIRE(lost.Restore(1, lost.Of(world.nodes[1].uri)).ok());
  std::atomic<bool> done = false;
  std::atomic<int> alarms = 0;
  std::thread reporter([&] {
    const TestNode& node = world.nodes[2];
    const std::string line = node.Line(lost.head.note());
    while (!done) {
      if (!world.log->gate()->Report(node.name, lost.head.note(), line, {}).ok()) ++alarms;
    }
  });
  CHECK(lost.Restore(2, lost.Of(kAuditUri))->missing() == 0);
  done = true;
  reporter.join();
  CHECK(alarms == 0);
  CHECK(world.log->gate()->serving());
}

TEST_CASE("A kill at any commit of a rebuild leaves a copy that is rebuilt", "[witness]") {
  const bool applied = GENERATE(false, true);
  Lost lost;
  WatchedWorld& world = lost.world;
  const std::unique_ptr<kv::MemoryStore> pristine = CopyOf(*lost.copy);
  bool survived = false;
  for (int kill = 0; !survived; ++kill) {
    CAPTURE(applied, kill);
    lost.copy = CopyOf(*pristine);
    lost.OpenCopy();
    std::atomic<int> commits = 0;
    // From commit number `kill` on, nothing is written: the process is as good as dead.
    lost.copy->on_commit = [&](const kv::Batch&) -> kv::Outcome {
      const int number = commits++;
      if (number < kill) return {};
      return {applied && number == kill, absl::UnavailableError("killed")};
    };
    for (const std::string& uri : {world.nodes[0].uri, world.nodes[1].uri}) {
      (void)lost.Restore(uri == world.nodes[0].uri ? 0 : 1, lost.Of(uri));
    }
    (void)lost.Restore(2, lost.Of(kAuditUri));
    world.Close();
    survived = commits <= kill;
    lost.copy->on_commit = nullptr;

    world.Open(lost.copy.get(), true);
    REQUIRE(world.Report(0, lost.head.note()).ok());
    REQUIRE(world.Report(1, lost.head.note()).ok());
    // Less than all may be missing: the log serves as soon as none is.
    const std::vector<std::string> producers = {world.nodes[0].uri, world.nodes[1].uri, kAuditUri};
    for (size_t node = 0; node < 3 && !world.log->gate()->serving(); ++node) {
      const auto restored = lost.Restore(node, lost.Of(producers[node]));
      INFO(restored.status());
      REQUIRE(restored.ok());
    }
    CHECK(world.log->gate()->serving());
    world.AwaitCandidate(lost.head.size() + 1);  // the start is recorded: all is concluded
    const std::shared_ptr<const LogState> state = world.audit->state();
    CHECK(*merkle::RootAt(crypto::LogHasher(), lost.head.size(), [&](merkle::NodeId node) {
      return world.reader->Node(*state, node);
    }) == lost.root);
    world.Close();
    MustCheck(*lost.copy);
  }
}

}  // namespace
}  // namespace shareway::audit
