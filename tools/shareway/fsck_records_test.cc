// SPDX-License-Identifier: Apache-2.0
// fsck names the invariant that a log's records or heads violate.
#include "tools/shareway/fsck_records.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "libs/evidence/note.h"
#include "libs/kv/memory_store.h"
#include "libs/metrics/registry.h"
#include "services/audit/indexer.h"
#include "services/audit/store/witness_store.h"
#include "tools/shareway/test_signed.h"

namespace shareway::cli {
namespace {

using namespace audit;  // NOLINT: the log's vocabulary is the subject

struct World {
  World() : writer(MustOpenLog(&store)) {
    for (const char* owner : {kConsumerNode, kProviderNode, "services/catalog", "services/audit"}) {
      MustKnow(&store, KeyObject(owner));
    }
  }
  void Forget(const std::string& owner) {
    kv::Batch batch;
    batch.Delete("dir/o/9/" + KeyObject(owner).key().name());
    REQUIRE(store.Commit(std::move(batch)).ok());
  }
  void Say(const std::vector<Said>& all) {
    std::vector<EntryPtr> entries;
    for (const Said& said : all) entries.push_back(Sealed(said));
    MustAppend(writer.get(), entries);
    MustSign(&store, *writer->state());
  }
  Checkpoint Head() {
    return *TestLogKey().Sign(writer->state()->size(),
                              writer->state()->edge.Root(crypto::LogHasher()), kTestTime);
  }
  absl::StatusOr<FsckReport> Check(FsckOptions options = {}) {
    judge.emplace(*KeyHistory::Read(store));
    options.judge = &*judge;
    return CheckLog(store, options);
  }

  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer;
  std::optional<RecordsCheck> judge;
};

void CheckNamed(const absl::StatusOr<FsckReport>& report, const std::string& invariant,
                const std::string& words) {
  INFO(report.status());
  CHECK(absl::IsDataLoss(report.status()));
  CHECK(absl::StrContains(report.status().message(), invariant + ": "));
  CHECK(absl::StrContains(report.status().message(), words));
}

TEST_CASE("fsck verifies every signature of good records", "[audit]") {
  World world;
  world.Say({Delivery(1, "x1"), Receipt(1, "x1"), Receipt(2, "x2"), Delivery(2, "x2"),
             Delivery(3, "x3")});
  const absl::StatusOr<FsckReport> report = world.Check();
  INFO(report.status());
  REQUIRE(report.ok());
  CHECK(world.judge->signatures() == 15);
  CHECK(world.judge->unknown_keys() == 0);
  CHECK(world.judge->deliveries() == 3);
  CHECK(report->unmatched == 1);
  CHECK(report->read == 5);
}

TEST_CASE("fsck names the invariant that records violate", "[audit]") {
  struct Spoiling {
    std::string invariant;
    std::string words;
    std::function<void(std::vector<Said>*)> spoil;
  };
  const auto receipt = [](std::vector<Said>* all) { return &(*all)[1].record; };
  const std::vector<Spoiling> spoilings = {
      {"I11", "is agencies/11990100MB0000001X/nodes/n1's",
       [](std::vector<Said>* all) { (*all)[0].by = kConsumerNode; }},
      {"I16", "no signature of the request",
       [&](std::vector<Said>* all) { receipt(all)->clear_request_signature(); }},
      {"I16", "no signature of the response",
       [](std::vector<Said>* all) { (*all)[0].record.clear_response_signature(); }},
      {"I16", "the request's signature",
       [](std::vector<Said>* all) { (*all)[0].record.set_request_digest(std::string(32, 'x')); }},
      {"I16", "the response's signature",
       [](std::vector<Said>* all) {
         *(*all)[0].record.mutable_response_signature() = SignatureBy(kConsumerNode, "response");
       }},
      {"I1", "differ in response_digest",
       [&](std::vector<Said>* all) {
         receipt(all)->set_response_digest(crypto::Sha256("another").str());
         *receipt(all)->mutable_response_signature() = SignatureBy(kProviderNode, "another");
       }},
      {"I1", "differ in grant",
       [&](std::vector<Said>* all) { receipt(all)->set_grant("grants/g2"); }},
      {"I1", "differ in grant_revision",
       [&](std::vector<Said>* all) { receipt(all)->mutable_grant_revision()->set_number(7); }},
      {"I1", "differ in item_set_digest",
       [&](std::vector<Said>* all) {
         receipt(all)->set_item_set_digest("a");
         (*all)[0].record.set_item_set_digest("b");
       }},
      {"I15", "a second one", [](std::vector<Said>* all) { all->push_back(Delivery(3, "x1")); }},
      {"I15", "a second one", [](std::vector<Said>* all) { all->push_back(Receipt(3, "x2")); }},
      {"I15", "attempt 4",
       [](std::vector<Said>* all) {
         all->push_back(Delivery(3, "x4"));
         all->back().record.set_attempt(4);
       }},
      {"I14", "sequences from 3 to 3 are missing",
       [](std::vector<Said>* all) { all->push_back(Delivery(4, "x4")); }},
      {"I14", "begin at 2", [](std::vector<Said>* all) {
         for (Said& said : *all) said.record.set_incarnation("another of 16 by");
         all->erase(all->begin());
       }}};
  for (const Spoiling& spoiling : spoilings) {
    World world;
    std::vector<Said> all = {Delivery(1, "x1"), Receipt(1, "x1"), Delivery(2, "x2"),
                             Receipt(2, "x2")};
    spoiling.spoil(&all);
    world.Say(all);
    CAPTURE(spoiling.words);
    CheckNamed(world.Check(), spoiling.invariant, spoiling.words);
    CHECK(CheckLog(world.store).ok());  // the log itself is sound
  }
}

TEST_CASE("A receipt may come first and an older revision be cited", "[audit]") {
  World world;
  std::vector<Said> all = {Receipt(1, "x1"), Delivery(1, "x1")};
  all[0].record.mutable_grant_revision()->set_number(5);
  world.Say(all);
  CHECK(world.Check().ok());
}

TEST_CASE("A hosted agency's own key speaks for it, and its host's does not", "[audit]") {
  const std::string town = "agencies/11990100MB00000036";
  // A delivery and its receipt: the consumer, or the provider, is the node's guest.
  const auto halves = [&](bool consumer) {
    std::vector<Said> all = {Delivery(1, "x1"), Receipt(1, "x1")};
    for (Said& said : all) {
      said.record.set_agencies(consumer ? 0 : 1, town);
      *(consumer ? said.record.mutable_request_signature()
                 : said.record.mutable_response_signature()) =
          SignatureBy(town, consumer ? "request" : "response");
    }
    all[consumer ? 1 : 0].by = town;
    return all;
  };
  const auto check = [&](const std::vector<Said>& all) {
    World world;
    for (const std::string& owner : {town, std::string("agencies/11990100MB0000004X")}) {
      MustKnow(&world.store, KeyObject(owner));
    }
    world.Say(all);
    return world.Check();
  };
  for (const bool consumer : {true, false}) {
    CAPTURE(consumer);
    const std::vector<Said> good = halves(consumer);
    const auto report = check(good);
    INFO(report.status());
    CHECK(report.ok());
    const std::string node = consumer ? kConsumerNode : kProviderNode;
    std::vector<Said> bad = good;
    bad[consumer ? 1 : 0].by = node;
    CheckNamed(check(bad), "I11", "want " + town + "'s");
    bad = good;
    *(consumer ? bad[1].record.mutable_request_signature()
               : bad[1].record.mutable_response_signature()) =
        SignatureBy(node, consumer ? "request" : "response");
    CheckNamed(check(bad), "I16", "want " + town + "'s");
  }
  // Its ids are its own: the node's own agency may choose the same.
  std::vector<Said> both = halves(true);
  for (Said& said : both) said.record.set_sequence(2);
  both.insert(both.begin(), {Delivery(1, "x1"), Receipt(1, "x1")});
  const auto same_id = check(both);
  INFO(same_id.status());
  CHECK(same_id.ok());
  // What a host refuses in its own name it may sign.
  std::vector<Said> refused = {Delivery(1, "x1"), halves(false)[1]};
  refused[0].record.set_kind(evidence::v1::EXCHANGE_REFUSED);
  refused[1].record.set_kind(evidence::v1::EXCHANGE_NOT_RECEIVED);
  *refused[1].record.mutable_response_signature() = SignatureBy(kProviderNode, "response");
  CHECK(check(refused).ok());
  // Of other records those that a guest is a party to.
  Said loaded = Other(GoodRecord(1).producer().c_str(), town.c_str(), 1,
                      evidence::v1::DATASET_CHANGED);
  loaded.record.clear_agencies();
  loaded.record.add_agencies(town);
  CHECK(check({loaded}).ok());
  loaded.by = "agencies/11990100MB0000004X";
  CheckNamed(check({loaded}), "I11", "want");
}

TEST_CASE("Keys count for their time, as the log tells it", "[audit]") {
  const auto change = [](uint64_t sequence, catalog::v1::Standing standing, int64_t seconds) {
    Said said = Other(kCatalogUri, "services/catalog", sequence, evidence::v1::KEY_CHANGED);
    catalog::v1::DirectoryChange object = KeyObject(kProviderNode);
    object.mutable_key()->set_standing(standing);
    said.record.set_state(object.SerializeAsString());
    said.record.mutable_time()->set_seconds(1790000000 + seconds);
    return said;
  };
  Said late = Delivery(2, "x2");
  late.record.mutable_time()->set_seconds(1790009999);
  {
    World world;  // known by the log alone, and only after it signed
    world.Forget(kProviderNode);
    world.Say({Delivery(1, "x1"), change(1, catalog::v1::ACTIVE, 0), late});
    CHECK(world.Check().ok());
    CHECK(world.judge->unknown_keys() == 0);
  }
  {
    World world;  // known by nobody
    world.Forget(kProviderNode);
    world.Say({Delivery(1, "x1"), late});
    CHECK(world.Check().ok());
    CHECK(world.judge->unknown_keys() == 2);
  }
  {
    World world;
    world.Say({Delivery(1, "x1"), change(1, catalog::v1::RETIRED, 5000), late});
    CheckNamed(world.Check(), "I11", "was retired");
  }
  {
    World world;  // said before, and delivered late
    world.Say({change(1, catalog::v1::RETIRED, 5000), Delivery(1, "x1")});
    CHECK(world.Check().ok());
  }
  {
    World world;
    catalog::v1::DirectoryChange object = KeyObject(kProviderNode);
    object.mutable_key()->mutable_end_time()->set_seconds(1790005000);
    MustKnow(&world.store, object);
    world.Say({Delivery(1, "x1"), late});
    CheckNamed(world.Check(), "I11", "is valid from");
  }
  {
    World world;
    catalog::v1::DirectoryChange object = KeyObject(kProviderNode);
    object.mutable_key()->set_use(catalog::v1::Key::TLS);
    MustKnow(&world.store, object);
    world.Say({Delivery(1, "x1")});
    CheckNamed(world.Check(), "I11", "want MESSAGE");
  }
}

TEST_CASE("Heads that others hold must be heads of the tree", "[audit]") {
  World world;
  world.Say({Delivery(1, "x1")});
  const std::string note = world.Head().note;
  world.Say({Delivery(2, "x2")});
  CHECK(world.Check({.notes = {note}}).ok());
  const Hash32 other = crypto::Sha256("another tree");
  CheckNamed(world.Check({.notes = {TestLogKey().Sign(1, other, kTestTime)->note}}), "I8",
             "note 0");
  CheckNamed(world.Check({.notes = {note, TestLogKey().Sign(9, other, kTestTime)->note}}), "I20",
             "note 1 has 9 entries");
  CheckNamed(world.Check({.notes = {"no note"}}), "I8", "note 0");
  CheckNamed(world.Check({.verifier_key = "another"}), "I8", "pinned is another");
}

TEST_CASE("A run that goes on finds what an older delivery says already", "[audit]") {
  World world;
  MustAppend(world.writer.get(), MakeEntries(1, kIndexSpan + 1));  // unsigned: not read again
  MustSign(&world.store, *world.writer->state());
  metrics::Registry metrics;
  Indexer indexer(
      &world.store, nullptr, [&] { return world.writer->state(); }, &metrics);
  REQUIRE(indexer.Turn().ok());
  const Proven proven = CheckLog(world.store)->proven;
  world.Say({Delivery(kIndexSpan + 1, "a new one")});
  const absl::StatusOr<FsckReport> report = world.Check({.since = proven});
  INFO(report.status());
  REQUIRE(report.ok());
  CHECK(report->read == 1);
  world.Say({Delivery(kIndexSpan + 2, "x5")});
  CheckNamed(world.Check({.since = proven}), "I15", "a second one");
}

TEST_CASE("A witnessed head has the cosignatures of a quorum, a stamp its tree", "[audit]") {
  World world;
  std::vector<Witness> witnesses;
  std::vector<crypto::PrivateKey> keys;
  for (int i = 0; i < 3; ++i) {
    keys.push_back(crypto::PrivateKey::Generate(crypto::Suite::kEd25519));
    const std::string node = absl::StrCat("agencies/a", i, "/nodes/n1");
    witnesses.push_back({node, evidence::WitnessVerifierKey(node, keys[i].public_key())});
  }
  Said set = Other(kAuditUri, "services/audit", 1, evidence::v1::WITNESSES_CHANGED);
  set.record.set_object(std::string(kWitnessesObject));
  set.record.set_state(WitnessSetBytes(WitnessSet(witnesses)));
  world.Say({set, Delivery(1, "x1")});
  WitnessedCheckpoint witnessed{.checkpoint = world.Head()};
  for (int i = 0; i < 2; ++i) {
    witnessed.cosignatures.push_back(
        *evidence::CosignNote(keys[i], witnesses[i].node, witnessed.checkpoint.note, kTestTime));
  }
  REQUIRE(WriteWitnessed(&world.store, witnessed).ok());
  CHECK(world.Check()->witnesses == 2);
  CHECK(world.Check()->witnessed_size == 2);

  Said stamp = Other(kAuditUri, "services/audit", 2, evidence::v1::CHECKPOINT_STAMPED);
  stamp.record.set_object(TestLogKey().origin);
  stamp.record.set_record_count(2);
  const std::string text = *evidence::NoteText(witnessed.checkpoint.note);
  stamp.record.set_state("a token over " + crypto::Sha256(text).str() + " by someone");
  world.Say({stamp});
  CHECK(world.Check().ok());

  witnessed.cosignatures.pop_back();
  REQUIRE(WriteWitnessed(&world.store, witnessed).ok());
  CheckNamed(world.Check(), "I12", "1 of 3");
  witnessed.cosignatures.clear();
  witnessed.checkpoint = *TestLogKey().Sign(2, crypto::Sha256("x"), kTestTime);
  REQUIRE(WriteWitnessed(&world.store, witnessed).ok());
  CheckNamed(world.Check(), "I8", "the witnessed checkpoint");
}

TEST_CASE("A stamp over another tree is found", "[audit]") {
  World world;
  Said stamp = Other(kAuditUri, "services/audit", 1, evidence::v1::CHECKPOINT_STAMPED);
  stamp.record.set_object(TestLogKey().origin);
  stamp.record.set_record_count(1);
  world.Say({Delivery(1, "x1")});
  world.Say({stamp});
  CheckNamed(world.Check(), "I8", "the stamp is not over");
}

}  // namespace
}  // namespace shareway::cli
