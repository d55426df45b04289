// SPDX-License-Identifier: Apache-2.0
// A started log: what it refuses, what opens it, what keeps it shut.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/audit/rpc/test_watched_world.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

TEST_CASE("A started log answers reports alone until enough witnesses spoke", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(5, 5);
  const v1::Checkpoint head = MakeHistory(&world, &store);
  world.Open(&store);
  const auto refusals = [&] {
    v1::GetProducerRequest producer;
    producer.set_incarnation(std::string(16, 'i'));
    v1::AddCosignatureRequest cosignature;
    cosignature.set_note(head.note());
    cosignature.set_cosignature(world.nodes[0].Line(head.note()));
    v1::GetEntriesRequest entries;
    entries.set_end(1);
    v1::ExportEvidenceRequest evidence;
    evidence.add_indices(0);
    v1::SearchEntriesRequest search;
    search.set_agency(kConsumer);
    v1::GetRangeProofRequest range;
    range.set_end(1);
    return std::vector<absl::Status>{
        world.Append(0, 6, 1).status(),
        world.Call<v1::GetProducerResponse>(0, "GetProducer", producer).status(),
        world.Newest().status(),
        world.Call<v1::InclusionProof>(0, "GetInclusionProof", v1::GetInclusionProofRequest())
            .status(),
        world.Call<v1::ConsistencyProof>(0, "GetConsistencyProof", v1::GetConsistencyProofRequest())
            .status(),
        world.Call<v1::RangeProof>(0, "GetRangeProof", range).status(),
        world.Call<v1::GetEntriesResponse>(0, "GetEntries", entries).status(),
        world.Call<v1::SearchEntriesResponse>(0, "SearchEntries", search).status(),
        world.Call<v1::ListUnmatchedResponse>(0, "ListUnmatched", v1::ListUnmatchedRequest())
            .status(),
        world.Call<v1::ExportEvidenceResponse>(0, "ExportEvidence", evidence).status(),
        world.Call<v1::AddCosignatureResponse>(0, "AddCosignature", cosignature).status(),
        world.Watch(0, 0).Read().status()};
  };
  for (size_t reports = 0; reports <= 3; ++reports) {
    for (const absl::Status& status : refusals()) {
      INFO(reports << " " << status);
      if (reports == 3) {
        CHECK(ReasonFor(status) != Reason::kWitnessesAwaited);
        continue;
      }
      CHECK(absl::IsUnavailable(status));
      CHECK(ReasonFor(status) == Reason::kWitnessesAwaited);
    }
    if (reports == 3) break;
    CHECK(world.own->Append({}).status().code() == absl::StatusCode::kUnavailable);
    const auto answer = world.Report(reports, reports == 1 ? "" : head.note());
    INFO(answer.status());
    REQUIRE(answer.ok());
    CHECK(answer->awaited() == 2 - reports);
    CHECK(answer->serving() == (reports == 2));
  }
  CHECK(world.Append(0, 6, 1).ok());
}

TEST_CASE("A report counts only if log and witness signed what it names", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(4, 3);
  const std::string note = MakeHistory(&world, &store).note();
  world.Open(&store);
  const std::string line = world.nodes[0].Line(note);
  const std::string foreign =
      LogKey{crypto::PrivateKey::Generate(crypto::Suite::kEd25519), "shareway.example/audit"}
          .Sign(1, crypto::Sha256("x"), absl::Now())
          ->note;
  struct Row {
    const char* name;
    size_t caller;
    std::string note, line;
    Reason reason;
  };
  const std::vector<Row> rows = {
      {"a stranger", 3, note, world.nodes[3].Line(note), Reason::kNotAWitness},
      {"a stranger who never did", 3, "", "", Reason::kNotAWitness},
      {"another's line", 1, note, line, Reason::kNotAWitness},
      {"no line", 0, note, "", Reason::kProofInvalid},
      {"a line over another note", 0, note, world.nodes[0].Line(OtherNote(3)),
       Reason::kProofInvalid},
      {"another log's note", 0, foreign, world.nodes[0].Line(foreign), Reason::kProofInvalid},
      {"no note", 0, "rubbish", line, Reason::kProofInvalid},
      {"a line alone", 0, "", line, Reason::kUnspecified},
  };
  for (const Row& row : rows) {
    const absl::Status status = world.Report(row.caller, row.note, row.line).status();
    INFO(row.name << " " << status);
    CHECK_FALSE(status.ok());
    if (row.reason != Reason::kUnspecified) CHECK(ReasonFor(status) == row.reason);
  }
  CHECK(world.Report(0, note)->awaited() == 1);
  // A key that the directory lists since yesterday is as good as the set's.
  world.nodes[1].witness_key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  CHECK(ReasonFor(world.Report(1, note).status()) == Reason::kNotAWitness);
  world.AddKey(world.nodes[1].witness_key.public_key(), world.nodes[1].name,
               catalog::v1::Key::WITNESS);
  CHECK(world.Report(1, note)->serving());
}

TEST_CASE("A head of another history keeps the log shut for ever", "[witness]") {
  const bool first = GENERATE(true, false);
  kv::MemoryStore store;
  WatchedWorld world(3, 3);
  const v1::Checkpoint head = MakeHistory(&world, &store);
  world.Open(&store);
  if (!first) REQUIRE(world.Report(0, head.note())->awaited() == 1);
  const absl::Status status = world.Report(1, OtherNote(head.size())).status();
  CHECK(ReasonFor(status) == Reason::kLogForked);
  CHECK(std::string(status.message()).find(world.nodes[1].name) != std::string::npos);
  for (size_t node = 0; node < 3; ++node) {
    CHECK(ReasonFor(world.Report(node, head.note()).status()) == Reason::kLogForked);
  }
  CHECK(ReasonFor(world.Append(0, 6, 1).status()) == Reason::kLogForked);
  CHECK(ReasonFor(world.Name("first", {0}).status()) == Reason::kLogForked);
}

TEST_CASE("A fork that is told of later is an alarm, and the log serves on", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(3, 3);
  const v1::Checkpoint head = MakeHistory(&world, &store);
  world.Open(&store);
  REQUIRE(world.Report(0, head.note()).ok());
  REQUIRE(world.Report(1, head.note())->serving());
  CHECK(ReasonFor(world.Report(2, OtherNote(2)).status()) == Reason::kLogForked);
  CHECK(ReasonFor(world.Report(2, OtherNote(1000)).status()) == Reason::kLogForked);
  CHECK(world.Report(2, head.note())->serving());
  CHECK(world.Append(0, 6, 1).ok());
}

TEST_CASE("An old copy refuses to serve, says what it lacks, and changes nothing", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(3, 3);
  const v1::Checkpoint old = MakeHistory(&world, &store);
  const std::unique_ptr<kv::MemoryStore> copy = CopyOf(store);
  world.Open(&store);
  REQUIRE(world.Report(0, old.note()).ok());
  REQUIRE(world.Report(1, old.note()).ok());
  REQUIRE(world.Append(0, 6, 20).ok());
  const v1::Checkpoint head = world.Witness(2);

  world.Open(copy.get());
  const uint64_t size = world.audit->state()->size();
  CHECK(world.Report(0, head.note())->awaited() == 1);
  const auto behind = world.Report(2, old.note());
  REQUIRE(behind.ok());
  CHECK_FALSE(behind->serving());
  CHECK(behind->awaited() == 0);
  const absl::Status status = world.Append(0, 6, 1).status();
  CHECK(ReasonFor(status) == Reason::kWitnessesAwaited);
  CHECK(DetailsOf(status)->metadata.at("missing") == absl::StrCat(head.size() - size));
  CHECK(ReasonFor(world.Call<v1::RestoreResponse>(0, "Restore", v1::RestoreRequest()).status()) ==
        Reason::kNotRebuilding);
  CHECK_FALSE(world.Report(1, head.note())->serving());
  CHECK(world.audit->state()->size() == size);
}

TEST_CASE("Two persons name the witnesses that a start waits for", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(6, 5);
  const v1::Checkpoint head = MakeHistory(&world, &store);
  world.Open(&store);
  REQUIRE(world.Report(0, head.note())->awaited() == 2);
  CHECK(absl::IsInvalidArgument(world.Name("first", {}).status()));
  CHECK(absl::IsInvalidArgument(world.Name("first", {5}).status()));  // no witness
  CHECK(absl::IsInvalidArgument(world.Name("first", {0}, "").status()));
  CHECK(world.Name("first", {0, 1})->second_person_awaited());
  CHECK(world.Name("first", {0, 1})->second_person_awaited());   // the same person again
  CHECK(world.Name("second", {0, 2})->second_person_awaited());  // others
  CHECK_FALSE(world.Name("second", {1, 0})->second_person_awaited());
  CHECK_FALSE(world.log->gate()->serving());
  CHECK(world.Report(2, head.note())->awaited() == 1);  // not named; one of the five suffices, too
  REQUIRE(world.Report(1, head.note())->serving());
  CHECK(ReasonFor(world.Name("first", {0, 1}).status()) == Reason::kAlreadyServing);

  world.AwaitCandidate(head.size() + 3);  // two acts and the start
  std::vector<std::string> persons;
  const std::shared_ptr<const LogState> state = world.audit->state();
  for (uint64_t index = head.size(); index < state->size(); ++index) {
    const std::vector<Found> found = *world.reader->Entries(*state, index, index + 1, 1);
    const evidence::AuditRecord record = evidence::Open(found[0].stored.sealed)->record;
    if (record.kind() != evidence::v1::WITNESSES_CHANGED) continue;
    persons.push_back(record.object());
    CHECK(record.has_act());
    CHECK(ParseWitnessSet(record.state())->size() == 2);
  }
  CHECK(persons == std::vector<std::string>{"people/first", "people/second"});
  CHECK(world.log->witnesses()->set().size() == 5);
  world.Open(&store);  // the next start waits for three again
  CHECK(world.Report(0, head.note())->awaited() == 2);
}

TEST_CASE("A store without its log asks the directory's witnesses before it serves",
          "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(3, 3);
  const v1::Checkpoint head = MakeHistory(&world, &store);
  kv::MemoryStore empty;  // the disk was lost
  const bool rebuild = GENERATE(false, true);
  world.OpenSilent(&empty, rebuild);
  CHECK(ReasonFor(world.Append(0, 6, 1).status()) == Reason::kWitnessesAwaited);
  CHECK_FALSE(world.Report(0, head.note())->serving());
  CHECK_FALSE(world.Report(1, "")->serving());
  CHECK_FALSE(world.Report(2, head.note())->serving());
  const absl::Time end = absl::Now() + absl::Seconds(10);
  const StartGate::State want =
      rebuild ? StartGate::State::kRebuilding : StartGate::State::kBehind;
  while (world.log->gate()->state() != want && absl::Now() < end) {
    CHECK_FALSE(world.log->gate()->WaitServing(absl::Milliseconds(5)));
  }
  CHECK(world.log->gate()->state() == want);
  CHECK(ReasonFor(world.Append(0, 6, 1).status()) == Reason::kWitnessesAwaited);
  CHECK(world.audit->state()->size() == 0);
}

TEST_CASE("A new log serves when its directory is known and its witnesses never cosigned",
          "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(4, 3);
  world.directory_current = false;  // what is stored here may be a year old
  world.OpenSilent(&store);
  for (size_t node = 0; node < 3; ++node) REQUIRE_FALSE(world.Report(node, "")->serving());
  CHECK(ReasonFor(world.Report(3, "").status()) == Reason::kNotAWitness);
  CHECK_FALSE(world.log->gate()->WaitServing(absl::Milliseconds(60)));
  world.directory_current = true;
  CHECK(world.log->gate()->WaitServing(absl::Seconds(10)));
}

TEST_CASE("A copy from before another set is found to be old by the set that it knows",
          "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(5, 3);
  const v1::Checkpoint old = MakeHistory(&world, &store);
  const std::unique_ptr<kv::MemoryStore> copy = CopyOf(store);
  world.Open(&store);
  REQUIRE(world.Report(0, old.note()).ok());
  REQUIRE(world.Report(1, old.note()).ok());
  // Nodes 3 and 4 replace all but node 0, and soon they witness without it.
  world.ListWitnesses({3, 4});
  for (const size_t gone : {1, 2}) {
    world.AddKey(world.nodes[gone].witness_key.public_key(), world.nodes[gone].name,
                 catalog::v1::Key::WITNESS, catalog::v1::RETIRED);
  }
  const std::string last_of_0 = world.CosignUntil({0, 3, 4}, [&] {
    const WitnessSet set = world.log->witnesses()->set();
    return set.size() == 3 && set.Find(world.nodes[4].name) != nullptr &&
           set.Find(world.nodes[1].name) == nullptr;
  });
  REQUIRE(world.Append(0, 6, 20).ok());
  const v1::Checkpoint head = world.AwaitCandidate(world.audit->state()->size());
  for (const size_t node : {3, 4}) {
    REQUIRE(world.Cosign(node, head.note(), world.nodes[node].Line(head.note())).ok());
  }
  REQUIRE(world.Newest()->size() == head.size());

  world.Open(copy.get());
  // Those who left are no majority of anything: they may have left before it was witnessed.
  CHECK_FALSE(world.Report(1, old.note())->serving());
  CHECK_FALSE(world.Report(2, old.note())->serving());
  CHECK(world.Report(0, last_of_0)->awaited() == 1);
  // The directory's nodes are heard, though the copy knows nothing of them.
  CHECK_FALSE(world.Report(3, head.note())->serving());
  CHECK(world.log->gate()->state() == StartGate::State::kBehind);
  CHECK(world.log->gate()->target().size == head.size());
}

TEST_CASE("A rebuilt log hears the sets that its restored entries name before it serves",
          "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(5, 3);
  const v1::Checkpoint old = MakeHistory(&world, &store);
  const std::unique_ptr<kv::MemoryStore> copy = CopyOf(store);
  world.Open(&store);
  REQUIRE(world.Report(0, old.note()).ok());
  REQUIRE(world.Report(1, old.note()).ok());
  world.ListWitnesses({3, 4});  // of four, two would be no quorum
  // Until all five watch: nodes 0 and 1 know of no head beyond.
  const std::string last = world.CosignUntil(
      {0, 1}, [&] { return world.log->witnesses()->set().size() == 5; });
  const uint64_t middle = evidence::OpenNote(last, TestLogKey().verifier_key())->size;
  REQUIRE(world.Append(0, 6, 20).ok());
  const v1::Checkpoint head = world.AwaitCandidate(world.audit->state()->size());
  for (const size_t node : {2, 3, 4}) {
    REQUIRE(world.Cosign(node, head.note(), world.nodes[node].Line(head.note())).ok());
  }
  REQUIRE(world.Newest()->size() == head.size());
  std::vector<evidence::v1::SealedRecord> sealed;
  const std::shared_ptr<const LogState> state = world.audit->state();
  for (uint64_t index = 0; index < head.size(); ++index) {
    sealed.push_back((*world.reader->Entries(*state, index, index + 1, 1))[0].stored.sealed);
  }
  const auto restore = [&](uint64_t from, uint64_t to) {
    v1::RestoreRequest request;
    for (uint64_t index = from; index < to; ++index) {
      v1::RestoredEntry* entry = request.add_entries();
      entry->set_index(index);
      *entry->mutable_sealed() = sealed[index];
    }
    return world.Call<v1::RestoreResponse>(0, "Restore", request).status();
  };

  world.Open(copy.get(), true);
  const uint64_t begin = world.audit->state()->size();
  REQUIRE(middle > begin);
  REQUIRE(world.Report(0, last).ok());
  REQUIRE_FALSE(world.Report(1, last)->serving());
  REQUIRE(world.log->gate()->state() == StartGate::State::kRebuilding);
  REQUIRE(restore(begin, middle).ok());
  CHECK(world.audit->state()->size() == middle);
  CHECK(world.log->gate()->state() == StartGate::State::kAwaiting);
  CHECK(world.Report(1, last)->awaited() == 1);
  CHECK_FALSE(world.Report(3, head.note())->serving());
  REQUIRE(world.log->gate()->state() == StartGate::State::kRebuilding);
  REQUIRE(restore(middle, head.size()).ok());
  CHECK(world.log->gate()->WaitServing(absl::Seconds(10)));
  world.Close();
  MustCheck(*copy);
}

TEST_CASE("What a start owes the log is recorded once, however often it is tried", "[witness]") {
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  kv::MemoryStore store;
  WatchedWorld world(5, 5);
  const v1::Checkpoint head = MakeHistory(&world, &store);
  // Of three records the second one fails: nothing else is appended.
  std::atomic<int> records = 0;
  store.on_commit = [&](const kv::Batch& batch) -> kv::Outcome {
    const bool appends = std::any_of(batch.ops().begin(), batch.ops().end(),
                                     [](const auto& op) { return op.key == kHeadKey; });
    if (!appends || records++ != 1) return {};
    return {applied, absl::UnavailableError("the disk went away")};
  };
  world.Open(&store);
  CHECK(world.Name("first", {0, 1})->second_person_awaited());
  CHECK_FALSE(world.Name("second", {0, 1})->second_person_awaited());
  REQUIRE_FALSE(world.Report(0, head.note())->serving());
  REQUIRE(world.Report(1, head.note())->serving());
  world.AwaitStarts(2);
  std::vector<std::string> told;
  for (const evidence::AuditRecord& record : world.OwnRecordsThere()) {
    if (record.object() == kWitnessesObject) continue;
    told.push_back(absl::StrCat(static_cast<int>(record.kind()), " ", record.object()));
  }
  CHECK(told == std::vector<std::string>{"90 ", "91 people/first", "91 people/second", "90 "});
  world.Close();
  store.on_commit = nullptr;
  MustCheck(store);
}

}  // namespace
}  // namespace shareway::audit
