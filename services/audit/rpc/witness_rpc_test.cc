// SPDX-License-Identifier: Apache-2.0
// Witnesses over real mTLS: what they are asked, what counts, and what a start waits for.
#include <algorithm>

#include "services/audit/rpc/test_watched_world.h"

namespace shareway::audit {
namespace {

// The records that put a set in force, or named one, newest last.
std::vector<evidence::AuditRecord> SetRecords(const WatchedWorld& world) {
  const std::shared_ptr<const LogState> state = world.audit->state();
  std::vector<evidence::AuditRecord> records;
  for (uint64_t index = 0; index < state->size(); ++index) {
    const std::vector<Found> found = *world.reader->Entries(*state, index, index + 1, 1);
    const evidence::AuditRecord record = evidence::Open(found[0].stored.sealed)->record;
    if (record.kind() == evidence::v1::WITNESSES_CHANGED) records.push_back(record);
  }
  return records;
}

TEST_CASE("Without witnesses every signed head counts, and a start serves at once", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(1, 0);
  for (int start = 0; start < 2; ++start) {
    world.Open(&store);
    REQUIRE(world.Append(0, 1, 3).ok());
    const v1::Checkpoint candidate = world.AwaitCandidate(4);
    CHECK(candidate.witnessed());
    CHECK(world.Newest()->witnessed());
    CHECK(world.Report(0, "")->serving());
    CHECK(ReasonFor(world.Cosign(0, candidate.note(), world.nodes[0].Line(candidate.note()))
                        .status()) == Reason::kNotAWitness);
  }
  world.Close();
  MustCheck(store);
}

TEST_CASE("A head counts once a quorum cosigned it, and after a start, too", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(3, 3);
  world.Open(&store);
  REQUIRE(world.Append(0, 1, 5).ok());
  const v1::Checkpoint candidate = world.AwaitCandidate(7);  // with a start and a set
  const auto line = [&](size_t node) { return world.nodes[node].Line(candidate.note()); };
  v1::GetInclusionProofRequest last;
  last.set_index(candidate.size() - 1);
  const auto prove = [&] {
    return world.Call<v1::InclusionProof>(0, "GetInclusionProof", last).status();
  };

  CHECK_FALSE(world.Cosign(0, candidate.note(), line(0))->witnessed());
  CHECK_FALSE(world.Cosign(0, candidate.note(), line(0))->witnessed());  // again
  CHECK(world.Newest()->size() < candidate.size());
  CHECK(ReasonFor(prove()) == Reason::kLogTooSmall);
  CHECK(world.AwaitCandidate(candidate.size()).cosignatures_size() == 1);
  CHECK(world.Cosign(1, candidate.note(), line(1))->witnessed());
  CHECK(prove().ok());

  const auto newest_is_witnessed = [&] {
    const absl::StatusOr<v1::Checkpoint> newest = world.Newest();
    INFO(newest.status());
    REQUIRE(newest.ok());
    CHECK(newest->size() == candidate.size());
    CHECK(newest->witnessed());
    REQUIRE(newest->cosignatures_size() == 2);
    CHECK(evidence::OpenCheckpoint(newest->note(),
                                   {newest->cosignatures(0), newest->cosignatures(1)},
                                   {TestLogKey().verifier_key(), world.nodes[0].verifier_key(),
                                    world.nodes[1].verifier_key()})
              .ok());
  };
  newest_is_witnessed();
  world.Open(&store);
  REQUIRE(world.Report(0, candidate.note())->awaited() == 1);
  REQUIRE(world.Report(2, "")->serving());
  newest_is_witnessed();
}

TEST_CASE("A cosignature counts only by a witness's own key over a candidate", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(3, 2);
  world.Open(&store);
  const v1::Checkpoint candidate = world.AwaitCandidate(2);
  const std::string& note = candidate.note();
  std::string forged = world.nodes[0].Line(OtherNote(candidate.size()));
  struct Row {
    const char* name;
    size_t caller;
    std::string note, line;
    Reason reason;
  };
  const std::vector<Row> rows = {
      {"a stranger", 2, note, world.nodes[2].Line(note), Reason::kNotAWitness},
      {"another's line", 1, note, world.nodes[0].Line(note), Reason::kNotAWitness},
      {"another key", 0, note,
       *evidence::CosignNote(world.nodes[2].witness_key, world.nodes[0].name, note, absl::Now()),
       Reason::kNotAWitness},
      {"forged", 0, note, forged, Reason::kProofInvalid},
      {"no line", 0, note, "", Reason::kProofInvalid},
      {"no note", 0, "", forged, Reason::kProofInvalid},
      {"no candidate", 0, OtherNote(1), world.nodes[0].Line(OtherNote(1)), Reason::kUnspecified},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    const absl::Status status = world.Cosign(row.caller, row.note, row.line).status();
    INFO(status);
    CHECK_FALSE(status.ok());
    if (row.reason != Reason::kUnspecified) CHECK(ReasonFor(status) == row.reason);
  }
  const std::string unknown = OtherNote(1);
  CHECK(ReasonFor(world.Cosign(0, unknown, world.nodes[0].Line(unknown)).status()) ==
        Reason::kCandidateUnknown);
  CHECK(world.AwaitCandidate(2).cosignatures().empty());
}

TEST_CASE("A lost write or answer of a witnessed head loses nothing that was told", "[witness]") {
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  kv::MemoryStore store;
  WatchedWorld world(1, 1);
  world.Open(&store);
  REQUIRE(world.Append(0, 1, 2).ok());
  const v1::Checkpoint candidate = world.AwaitCandidate(4);
  const std::string line = world.nodes[0].Line(candidate.note());
  std::atomic<bool> fail = true;
  store.on_commit = [&](const kv::Batch& batch) -> kv::Outcome {
    const bool witnessed = std::any_of(batch.ops().begin(), batch.ops().end(),
                                       [](const auto& op) { return op.key == kWitnessedKey; });
    if (!witnessed || !fail) return {};
    return {applied, absl::UnavailableError("the disk went away")};
  };
  const uint64_t before = world.Newest()->size();
  CHECK_FALSE(world.Cosign(0, candidate.note(), line).ok());
  CHECK(world.Newest()->size() == before);  // told nobody
  const bool again = GENERATE(false, true);
  CAPTURE(again);
  if (again) {
    fail = false;
    CHECK(world.Cosign(0, candidate.note(), line)->witnessed());
    CHECK(world.Newest()->size() == candidate.size());
  }
  world.Close();
  store.on_commit = nullptr;
  world.Open(&store);
  REQUIRE(world.Report(0, candidate.note())->serving());
  // What all report that they cosigned is witnessed, stored or not.
  CHECK(world.log->witnesses()->WaitCovers(candidate.size(), absl::Seconds(10)));
  CHECK(world.Newest()->note() == candidate.note());
  const v1::Checkpoint next = world.Witness(1);
  CHECK(world.Newest()->size() == next.size());
  world.Close();
  MustCheck(store);
}

// Waits until `count` sets were announced, and returns a candidate that covers the last one.
v1::Checkpoint AwaitAnnounced(WatchedWorld* world, size_t count) {
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (SetRecords(*world).size() < count && absl::Now() < end) {
    world->log->witnesses()->WaitCandidate(~uint64_t{0}, absl::Milliseconds(5));
  }
  REQUIRE(SetRecords(*world).size() == count);
  return world->AwaitCandidate(world->audit->state()->size());
}

void AwaitSetOf(WatchedWorld* world, size_t size) {
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (world->log->witnesses()->set().size() != size && absl::Now() < end) {
    world->log->witnesses()->WaitCandidate(~uint64_t{0}, absl::Milliseconds(5));
  }
  REQUIRE(world->log->witnesses()->set().size() == size);
}

void Retire(WatchedWorld* world, size_t node) {
  world->AddKey(world->nodes[node].witness_key.public_key(), world->nodes[node].name,
                catalog::v1::Key::WITNESS, catalog::v1::RETIRED);
}

TEST_CASE("The set follows the directory, each change a record", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(3, 3);
  world.Open(&store);
  world.Witness(2);
  AwaitSetOf(&world, 3);
  const auto cosign = [&](size_t node, const v1::Checkpoint& candidate) {
    return world.Cosign(node, candidate.note(), world.nodes[node].Line(candidate.note()));
  };
  world.SetNode(world.nodes[2].name, catalog::v1::STANDING_SUSPENDED);
  const v1::Checkpoint second = AwaitAnnounced(&world, 2);
  CHECK(world.log->witnesses()->set().size() == 3);  // until a quorum of it has seen the change
  REQUIRE_FALSE(cosign(0, second)->witnessed());
  REQUIRE(cosign(1, second)->witnessed());
  CHECK(world.log->witnesses()->set().size() == 2);
  Retire(&world, 1);
  const v1::Checkpoint third = AwaitAnnounced(&world, 3);
  REQUIRE(cosign(0, third)->witnessed());  // of two that must, one is listed no more
  CHECK(world.log->witnesses()->set().size() == 1);
  Retire(&world, 0);  // nobody is left to ask
  AwaitSetOf(&world, 0);
  REQUIRE(world.Append(0, 1, 1).ok());
  CHECK(world.AwaitCandidate(third.size() + 2).witnessed());

  const std::vector<evidence::AuditRecord> records = SetRecords(world);
  REQUIRE(records.size() == 4);
  std::vector<size_t> sizes;
  for (const evidence::AuditRecord& record : records) {
    CHECK(record.object() == kWitnessesObject);
    CHECK_FALSE(record.has_act());
    sizes.push_back(ParseWitnessSet(record.state())->size());
  }
  CHECK(sizes == std::vector<size_t>{3, 2, 1, 0});
  evidence::v1::WitnessSet state;
  REQUIRE(state.ParseFromString(records[0].state()));
  CHECK(state.quorum() == 2);
  CHECK(state.witnesses(0).node() == world.nodes[0].name);
  CHECK(state.witnesses(0).verifier_key() == world.nodes[0].verifier_key());
  // No producer puts a set in force: it is taken like anything else, and read past.
  evidence::AuditRecord forged = records[0];
  forged.set_producer(world.nodes[0].uri);
  forged.set_sequence(77);
  v1::AppendRequest request;
  *request.add_records() = Seal(forged);
  REQUIRE(world.Call<v1::AppendResponse>(0, "Append", request).ok());
  world.Open(&store);
  CHECK(world.log->gate()->serving());
}

TEST_CASE("A start in the middle of a change hears both sets, and the change goes on",
          "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(4, 3);
  world.Open(&store);
  world.Witness(2);
  AwaitSetOf(&world, 3);
  const v1::Checkpoint before = world.Witness(3);
  world.AddKey(world.nodes[3].witness_key.public_key(), world.nodes[3].name,
               catalog::v1::Key::WITNESS);
  const v1::Checkpoint head = AwaitAnnounced(&world, 2);
  const auto cosign = [&](size_t node, const v1::Checkpoint& candidate) {
    return world.Cosign(node, candidate.note(), world.nodes[node].Line(candidate.note()));
  };
  CHECK_FALSE(cosign(3, head)->witnessed());  // kept, but no vote yet
  CHECK_FALSE(cosign(0, head)->witnessed());
  CHECK(world.log->witnesses()->set().size() == 3);

  world.Open(&store);
  CHECK(world.Report(0, head.note())->awaited() == 1);
  CHECK(world.Report(3, head.note())->awaited() == 1);  // of the three one more
  CHECK(world.Report(1, before.note())->serving());
  AwaitSetOf(&world, 3);
  REQUIRE(world.Append(0, 1, 1).ok());
  const v1::Checkpoint next = world.AwaitCandidate(head.size() + 2);  // with the start
  CHECK_FALSE(cosign(0, next)->witnessed());
  CHECK(cosign(1, next)->witnessed());
  CHECK(world.log->witnesses()->set().size() == 4);
  CHECK(SetRecords(world).size() == 2);
}

TEST_CASE("What a replaced key cosigned does not count in the set that has another",
          "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(3, 3);
  world.Open(&store);
  REQUIRE(world.Append(0, 1, 5).ok());
  const v1::Checkpoint candidate = world.AwaitCandidate(7);  // with a start and a set
  const auto cosign = [&](size_t node, const v1::Checkpoint& over) {
    return world.Cosign(node, over.note(), world.nodes[node].Line(over.note()));
  };
  REQUIRE_FALSE(cosign(0, candidate)->witnessed());
  TestNode& node = world.nodes[0];
  Retire(&world, 0);
  node.witness_key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  world.AddKey(node.witness_key.public_key(), node.name, catalog::v1::Key::WITNESS);
  // Retiring and renewing may be seen as one change or as two.
  const absl::Time end = absl::Now() + absl::Seconds(10);
  const auto replaced = [&] {
    const WitnessSet set = world.log->witnesses()->set();
    const Witness* witness = set.Find(node.name);
    return witness != nullptr && witness->verifier_key == node.verifier_key();
  };
  while (!replaced() && absl::Now() < end) {
    const v1::Checkpoint newest = world.AwaitCandidate(0);
    REQUIRE(cosign(1, newest).ok());
    REQUIRE(cosign(2, newest).ok());
    world.log->witnesses()->WaitCandidate(~uint64_t{0}, absl::Milliseconds(5));
  }
  REQUIRE(replaced());
  REQUIRE(world.Append(0, 6, 1).ok());
  const v1::Checkpoint next = world.AwaitCandidate(world.audit->state()->size());
  CHECK_FALSE(cosign(0, next)->witnessed());
  CHECK(cosign(1, next)->witnessed());
}

TEST_CASE("A lone witness whose key is replaced hands over to itself", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(1, 1);
  world.Open(&store);
  AwaitSetOf(&world, 1);
  world.Witness(1);
  TestNode& node = world.nodes[0];
  const crypto::PublicKey old = node.witness_key.public_key();
  node.witness_key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  world.AddKey(node.witness_key.public_key(), node.name, catalog::v1::Key::WITNESS);
  world.AddKey(old, node.name, catalog::v1::Key::WITNESS, catalog::v1::RETIRED);
  const v1::Checkpoint head = AwaitAnnounced(&world, 2);
  CHECK(world.Cosign(0, head.note(), node.Line(head.note()))->witnessed());
  CHECK(world.log->witnesses()->set().Find(node.name)->verifier_key == node.verifier_key());
}

TEST_CASE("Time alone leaves no log without witnesses", "[witness]") {
  FakeClock clock;
  rpc::DirectoryHolder holder;
  const WitnessDirectory directory(&holder, &clock);
  const auto apply = [&](const catalog::v1::DirectoryChange& change) {
    rpc::Directory next = *holder.Get();
    next.Apply(change);
    holder.Set(std::make_shared<const rpc::Directory>(next));
  };
  catalog::v1::DirectoryChange person;
  person.mutable_person()->set_name("people/first");
  apply(person);
  CHECK(directory.Set()->empty());
  catalog::v1::DirectoryChange node;
  node.mutable_node()->set_name(kConsumerNode);
  node.mutable_node()->set_standing(catalog::v1::ACTIVE);
  apply(node);
  const crypto::PublicKey witness_key =
      crypto::PrivateKey::Generate(crypto::Suite::kEd25519).public_key();
  catalog::v1::DirectoryChange change;
  catalog::v1::Key* key = change.mutable_key();
  key->set_name(crypto::KeyName(witness_key.id()));
  key->set_owner(kConsumerNode);
  key->set_use(catalog::v1::Key::WITNESS);
  key->set_spki(witness_key.spki());
  key->set_standing(catalog::v1::ACTIVE);
  *key->mutable_end_time() = evidence::ToTimestamp(clock.Now() + absl::Hours(1));
  apply(change);
  REQUIRE(directory.Set()->size() == 1);
  clock.Advance(absl::Hours(2));
  CHECK_FALSE(directory.Set().has_value());
  clock.Jump(-absl::Hours(2));
  clock.Advance(absl::Seconds(2));
  CHECK(directory.Set()->size() == 1);
  clock.Jump(absl::Hours(2));
  clock.Advance(absl::Seconds(2));
  CHECK_FALSE(directory.Set().has_value());
  const bool revoked = GENERATE(true, false);  // or its node suspended
  if (revoked) {
    key->set_standing(catalog::v1::RETIRED);
    apply(change);
  } else {
    node.mutable_node()->set_standing(catalog::v1::STANDING_SUSPENDED);
    apply(node);
  }
  REQUIRE(directory.Set().has_value());
  CHECK(directory.Set()->empty());
}

TEST_CASE("Own entries reach a witness in messages below 1 MiB, once each", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(3, 2);
  world.Open(&store);
  world.safe_size = 3;
  REQUIRE(world.Append(0, 1, 10).ok());
  world.AwaitCandidate(12);  // with a start and a set
  for (int i = 0; i < 40; ++i) {
    evidence::AuditRecord record;
    record.set_kind(evidence::v1::LOG_READ);
    record.set_state(std::string(60000, 's'));
    REQUIRE(world.own->Append(record).ok());
  }
  const uint64_t size = world.audit->state()->size();
  auto stream = world.Watch(1, 0);
  std::vector<uint64_t> indices;
  size_t messages = 0;
  for (bool done = false; !done;) {
    const auto message = stream.Read();
    REQUIRE((message.ok() && message->has_value()));
    CHECK((*message)->ByteSizeLong() < 1 << 20);
    CHECK((*message)->safe_size() == 3);
    for (const v1::LogEntry& entry : (*message)->own_entries()) {
      indices.push_back(entry.index());
      CHECK(evidence::Commitment(entry.sealed()).str() == entry.commitment());
      CHECK(evidence::Open(entry.sealed())->record.producer() == kAuditUri);
    }
    ++messages;
    done = !(*message)->more() && (*message)->checkpoint().size() >= size;
    if (done) CHECK((*message)->own_entries_next() == (*message)->checkpoint().size());
  }
  stream.Cancel();
  CHECK(messages >= 3);
  CHECK(indices.size() == size - 10);
  CHECK(std::is_sorted(indices.begin(), indices.end()));
  CHECK(std::unique(indices.begin(), indices.end()) == indices.end());

  std::vector<v1::LogEntry> later;
  auto rest = world.Watch(1, indices[indices.size() - 2]);
  const auto message = rest.Read();
  REQUIRE((message.ok() && message->has_value()));
  CHECK((*message)->own_entries_size() == 2);
  rest.Cancel();

  // A node that is no witness sees heads alone: what persons searched for is nothing to it.
  auto others = world.Watch(2, 0);
  const auto head = others.Read();
  REQUIRE((head.ok() && head->has_value()));
  CHECK((*head)->checkpoint().size() >= size);
  CHECK((*head)->own_entries().empty());
  others.Cancel();
}

}  // namespace
}  // namespace shareway::audit
