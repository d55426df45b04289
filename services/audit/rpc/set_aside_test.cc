// SPDX-License-Identifier: Apache-2.0
// Heads that an operator sets aside: what that opens, what it does not, what is told of it.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/audit/rpc/test_watched_world.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

std::string IdOf(const v1::Checkpoint& head) { return HeadId(*Hash32::From(head.root())); }

TEST_CASE("A head that one silent witness alone cosigned shuts a log until it is set aside",
          "[witness]") {
  const bool beyond = GENERATE(false, true);  // what the log has grown to since
  CAPTURE(beyond);
  kv::MemoryStore store;
  WatchedWorld world(3, 3);
  const v1::Checkpoint old = MakeHistory(&world, &store);
  const std::unique_ptr<kv::MemoryStore> copy = CopyOf(store);
  world.Open(&store);
  REQUIRE(world.Report(0, old.note()).ok());
  REQUIRE(world.Report(1, old.note())->serving());
  REQUIRE(world.Append(0, 6, 20).ok());
  const v1::Checkpoint odd = world.AwaitCandidate(world.audit->state()->size());
  REQUIRE_FALSE(world.Cosign(2, odd.note(), world.nodes[2].Line(odd.note()))->witnessed());

  // The disk is lost, and node 2 away: what it cosigned nobody else did.
  world.Open(copy.get());
  REQUIRE(world.Report(0, old.note()).ok());
  REQUIRE(world.Report(1, old.note())->serving());
  REQUIRE(world.Append(1, 6, beyond ? 3 : 30).ok());
  const v1::Checkpoint next = world.Witness(2);
  REQUIRE((next.size() < odd.size()) == beyond);
  // Node 2 comes back: an alarm, which names the head; and at the next start it keeps the log shut.
  const absl::Status alarm = world.Report(2, odd.note()).status();
  CHECK(ReasonFor(alarm) == Reason::kLogForked);
  CHECK(absl::StrContains(alarm.message(), IdOf(odd)));
  world.Open(copy.get());
  (void)world.Report(2, odd.note());
  (void)world.Report(0, next.note());
  CHECK(world.log->gate()->state() ==
        (beyond ? StartGate::State::kBehind : StartGate::State::kForked));
  CHECK(absl::StrContains(world.Append(0, 6, 1).status().message(), IdOf(odd)));

  world.set_aside = {IdOf(odd)};
  world.OpenSilent(copy.get());
  CHECK(world.Report(2, odd.note())->awaited() == 2);
  CHECK(world.Report(2, "")->awaited() == 2);
  CHECK(world.Report(0, next.note())->awaited() == 1);
  REQUIRE(world.Report(1, next.note())->serving());
  CHECK(world.Report(2, odd.note())->serving());  // it finds by itself that it is alone
  CHECK(ReasonFor(world.Report(2, OtherNote(2)).status()) == Reason::kLogForked);
  CHECK(world.Append(0, 6, 1).ok());

  world.AwaitStarts(3);
  std::vector<std::string> told;
  for (const evidence::AuditRecord& record : world.OwnRecordsThere()) {
    if (!absl::StartsWith(record.object(), kSetAsidePrefix)) continue;
    told.push_back(record.object());
    CHECK(record.kind() == evidence::v1::WITNESSES_CHANGED);
    CHECK(record.reason() == "LOG_FORKED");
    REQUIRE(record.nodes_size() == 1);
    CHECK(record.nodes(0) == world.nodes[2].name);
  }
  CHECK(told == std::vector<std::string>{absl::StrCat(kSetAsidePrefix, odd.size(), "/",
                                                      ToHex(odd.root()))});
  CHECK(world.log->witnesses()->set().size() == 3);
  const v1::Checkpoint last = world.Witness(2);
  CHECK(world.Newest()->size() == last.size());
  world.Close();
  MustCheck(*copy);
}

TEST_CASE("A witnessed head is given up by an operator and two persons alone, on record",
          "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(4, 3);
  const v1::Checkpoint old = MakeHistory(&world, &store);
  const std::unique_ptr<kv::MemoryStore> copy = CopyOf(store);
  world.Open(&store);
  REQUIRE(world.Report(0, old.note()).ok());
  REQUIRE(world.Report(1, old.note())->serving());
  REQUIRE(world.Append(0, 6, 20).ok());
  const v1::Checkpoint head = world.Witness(3);
  REQUIRE(world.Newest()->size() == head.size());

  // Disk and producer are lost, with entries that nobody else has.
  world.AddKey(world.nodes[3].witness_key.public_key(), world.nodes[3].name,
               catalog::v1::Key::WITNESS);
  world.set_aside = {IdOf(head)};
  world.OpenSilent(copy.get(), true);
  for (size_t node = 0; node < 3; ++node) CHECK(world.Report(node, head.note())->awaited() == 2);
  CHECK(world.Report(3, "")->awaited() == 2);  // that alone opens nothing
  CHECK(world.Name("first", {3}, "the node and the log burnt")->second_person_awaited());
  CHECK_FALSE(world.log->gate()->serving());
  CHECK_FALSE(world.Name("second", {3}, "the node and the log burnt")->second_person_awaited());
  REQUIRE(world.log->gate()->WaitServing(absl::Seconds(10)));
  world.AwaitStarts(2);
  size_t acts = 0, heads = 0;
  for (const evidence::AuditRecord& record : world.OwnRecordsThere()) {
    acts += record.has_act();
    heads += record.object() == absl::StrCat(kSetAsidePrefix, head.size(), "/", ToHex(head.root()));
  }
  CHECK(acts == 2);
  CHECK(heads == 3);
  world.Close();
  MustCheck(*copy);
}

}  // namespace
}  // namespace shareway::audit
