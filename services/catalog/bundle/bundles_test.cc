// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/bundle/bundles.h"

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"
#include "services/catalog/bundle/test_installation.h"
#include "services/catalog/search/test_ready.h"

namespace shareway::catalog {
namespace {

using Kind = v1::BundleConflict;

// A city whose entries a province takes, and the other way round.
struct Pair {
  explicit Pair(const std::string& city_prefix = "99") {
    city.Pin(PinLine("province.example", "-", province.message_key.public_key()));
    province.Pin(PinLine("city.example", city_prefix, city.message_key.public_key()));
  }
  Bundles::Outcome Up(uint64_t since = 0, const std::string& prefix = "99") {
    const std::string bytes =
        city.bundles->Export(prefix, since, city.world.resources->log().epoch()).value();
    return province.bundles->Import(province.world.By("officer"), bytes, false).value();
  }

  TestInstallation city{"city.example"}, province{"province.example"};
};

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

TEST_CASE("Two installations exchange bundles both ways and end with equal catalogues") {
  Pair pair;
  for (const char* code : {"306002/000001", "306002/000002", "306002/000003", "306002/000004"}) {
    pair.city.Publish(code);
  }
  pair.city.Suspend("resources/306002-000002");
  pair.province.Publish("306002/000007");
  CHECK(pair.Up().taken);
  const std::string down = pair.province.bundles->Export("", 0, 0).value();
  CHECK(pair.city.bundles->Import(pair.city.world.By("officer"), down, false)->taken);
  CHECK(pair.city.Everything().size() == 5);
  CHECK(pair.city.Everything() == pair.province.Everything());
}

TEST_CASE("Foreign entries are found with our own and nobody edits them") {
  Pair pair;
  pair.city.Publish("306002/000001");
  REQUIRE(pair.Up().taken);
  const std::string name = "origins/city.example/resources/306002-000001";
  const auto hits = pair.province.world.index->Search({.words = "最低生活保障"}).value().hits;
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].name == name);
  const auto loaded = pair.province.world.resources->Load(name).value();
  CHECK(loaded.resource.fields().provider == ForeignName("city.example", kCivil));
  const Actor actor = pair.province.world.catalog->ActorFor(pair.province.world.By("editor").caller,
                                                            loaded.resource.fields().provider);
  CHECK_FALSE(actor.SeesDrafts());
  CHECK_FALSE(pair.province.world.catalog
                  ->Suspend(pair.province.world.ActBy("officer"), name, Catalog::Etag(loaded), "演示")
                  .ok());
  // A restart finds them again, in the index as it was left.
  pair.province.bundles.reset();
  pair.province.world.Reopen();
  CHECK(pair.province.world.index->Search({.words = "最低生活保障"})->hits.size() == 1);
  CHECK(pair.province.world.index->rebuilds() == 0);
  pair.province.Pin(PinLine("city.example", "99", pair.city.message_key.public_key()));
  CHECK(pair.province.world.index->Search({.words = "最低生活保障"})->hits.size() == 1);
}

// A search waits for the index a second only.
void AwaitIndex(const TestInstallation& of) {
  REQUIRE(search::AwaitReady(of.world.index.get()));
}

TEST_CASE("An index that is made anew has what other installations publish") {
  Pair pair;
  pair.city.Publish("306002/000001");
  pair.province.Publish("306002/000007");
  REQUIRE(pair.Up().taken);
  pair.province.bundles.reset();
  AwaitIndex(pair.province);
  // The folder as it was before the bundle: whoever restores an old copy of it.
  pair.province.world.Reopen();
  AwaitIndex(pair.province);
  REQUIRE(pair.province.world.index->rebuilds() == 0);
  pair.province.world.index.reset();
  testing::WriteFile(pair.province.world.dir / "search/index/sealed", "shareway-search 1 0/0 0\n");
  pair.province.world.Reopen();
  AwaitIndex(pair.province);
  CHECK(pair.province.world.index->Search({.words = "最低生活保障"})->hits.size() == 2);
  CHECK(pair.province.world.index->rebuilds() == 1);
}

TEST_CASE("A bundle that is taken while the index is closed is found by the next start") {
  Pair pair;
  pair.city.Publish("306002/000001");
  REQUIRE(pair.Up().taken);
  AwaitIndex(pair.province);
  pair.province.world.index.reset();  // sealed with one entry
  pair.city.Publish("306002/000002");
  // Taken by a process whose index does not hear of it.
  pair.province.Mute();
  REQUIRE(pair.Up().taken);
  pair.province.bundles.reset();
  pair.province.world.Reopen();
  AwaitIndex(pair.province);
  CHECK(pair.province.world.index->Search({.words = "最低生活保障"})->hits.size() == 2);
  CHECK(pair.province.world.index->rebuilds() == 1);
}

TEST_CASE("What came from an origin is shown while its bundles are taken, and not after") {
  Pair pair;
  pair.city.Publish("306002/000001");
  pair.province.Publish("306002/000007");
  REQUIRE(pair.Up().taken);
  const std::string name = "origins/city.example/resources/306002-000001";
  const auto& world = pair.province.world;
  REQUIRE(world.resources->Load(name).ok());
  AwaitIndex(pair.province);
  REQUIRE(world.index->Search({.words = "最低生活保障"})->hits.size() == 2);

  pair.province.Pin(PinLine("other.example", "99", pair.city.message_key.public_key()));
  AwaitIndex(pair.province);
  CHECK(absl::IsNotFound(world.resources->Load(name).status()));
  CHECK(world.resources->List(ForeignName("city.example", kCivil), "", 10)->empty());
  CHECK(pair.province.Everything().size() == 1);
  const auto hits = world.index->Search({.words = "最低生活保障"}).value().hits;
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].name == "resources/306002-000007");

  // Pinned again it is there again, without its bundle.
  pair.province.Pin(PinLine("city.example", "99", pair.city.message_key.public_key()));
  AwaitIndex(pair.province);
  CHECK(world.resources->Load(name).ok());
  CHECK(world.index->Search({.words = "最低生活保障"})->hits.size() == 2);
}

TEST_CASE("A later bundle brings what changed since the one before, and a gap is told") {
  Pair pair;
  pair.city.Publish("306002/000001");
  const Bundles::Outcome first = pair.Up();
  REQUIRE(first.taken);
  pair.city.Publish("306002/000002");
  const uint64_t between = pair.city.world.resources->log().head();
  pair.city.Suspend("resources/306002-000001");
  const Bundles::Outcome gap = pair.Up(between);
  CHECK_FALSE(gap.taken);
  REQUIRE(gap.conflicts.count == 1);
  CHECK(gap.conflicts.first[0].kind() == Kind::GAP);
  CHECK(pair.province.Everything().size() == 1);
  const Bundles::Outcome second = pair.Up(first.manifest.number());
  CHECK(second.taken);
  CHECK(second.manifest.entries() == 2);
  CHECK(pair.province.Everything() == pair.city.Everything());
  CHECK(pair.city.bundles->Export("", between + 9, pair.city.world.resources->log().epoch())
            .status()
            .code() == absl::StatusCode::kOutOfRange);
}

TEST_CASE(
    "An older bundle is not taken again after a newer one, and the same one changes nothing") {
  Pair pair;
  pair.city.Publish("306002/000001");
  const std::string older = pair.city.bundles->Export("99", 0, 0).value();
  const std::string narrower = pair.city.bundles->Export("9901", 0, 0).value();
  pair.city.Suspend("resources/306002-000001");
  REQUIRE(pair.Up().taken);
  const auto before = pair.province.Everything();
  for (const std::string& bytes : {older, narrower}) {
    const auto outcome =
        pair.province.bundles->Import(pair.province.world.By("officer"), bytes, false).value();
    CHECK_FALSE(outcome.taken);
    REQUIRE(outcome.conflicts.count > 0);
    CHECK(outcome.conflicts.first[0].kind() == Kind::OLDER);
  }
  CHECK(pair.Up().taken);
  CHECK(pair.province.Everything() == before);
}

TEST_CASE("A bundle with one conflict is not taken in part") {
  Pair pair;
  pair.city.Publish("306002/000001");
  pair.city.Publish("306002/000002");
  pair.province.Publish("306002/000002");
  const Bundles::Outcome outcome = pair.Up();
  CHECK_FALSE(outcome.taken);
  REQUIRE(outcome.conflicts.count == 1);
  CHECK(outcome.conflicts.first[0].kind() == Kind::CODE_TAKEN);
  CHECK(outcome.conflicts.first[0].resource() == "resources/306002-000002");
  CHECK(pair.province.Everything().size() == 1);
}

TEST_CASE("Neither a draft nor an entry of ours keeps an origin from suspending what we hold") {
  Pair pair;
  pair.city.Publish("306002/000001");
  pair.city.Publish("306002/000002");
  // A draft that nobody submits, before the first bundle comes.
  Entry entry = GoodEntry();
  entry.code = "306002/000001";
  REQUIRE(pair.province.world.catalog->Create(pair.province.world.By("editor"), entry, false).ok());
  REQUIRE(pair.Up().taken);
  pair.city.Suspend("resources/306002-000001");
  REQUIRE(pair.Up().taken);
  // One that is published here after the origin's was taken.
  pair.province.Publish("306002/000002");
  pair.city.Suspend("resources/306002-000002");
  const Bundles::Outcome outcome = pair.Up();
  CHECK(outcome.conflicts.count == 0);
  CHECK(outcome.taken);
  const auto held = pair.province.world.foreign->Find("city.example", "resources/306002-000002");
  CHECK(held.value()->resource().state() == v1::Resource::SUSPENDED);
}

TEST_CASE("An origin speaks for its own divisions only") {
  Pair pair("44");
  pair.city.Publish("306002/000001");
  const Bundles::Outcome outcome = pair.Up();
  CHECK_FALSE(outcome.taken);
  for (const v1::BundleConflict& conflict : outcome.conflicts.first) {
    CHECK(conflict.kind() == Kind::DIVISION);
  }
  CHECK(outcome.conflicts.count == 2);  // of the bundle and of its entry
}

TEST_CASE("An export selects by division, and what is checked only is not taken") {
  Pair pair;
  pair.city.Publish("306002/000001");
  const Bundles::Outcome none = pair.Up(0, "9902");
  CHECK(none.taken);
  CHECK(none.manifest.entries() == 0);
  const std::string bytes = pair.city.bundles->Export("99", 0, 0).value();
  const auto checked =
      pair.province.bundles->Import(pair.province.world.By("officer"), bytes, true).value();
  CHECK_FALSE(checked.taken);
  CHECK(checked.conflicts.count == 0);
  CHECK(pair.province.Everything().empty());
  CHECK_FALSE(pair.city.bundles->Export("99x", 0, 0).ok());
}

TEST_CASE("A bundle that is taken leaves a record with what its origin signed") {
  Pair pair;
  pair.city.Publish("306002/000001");
  REQUIRE(pair.Up().taken);
  const auto events = pair.province.world.Events();
  REQUIRE_FALSE(events.empty());
  CHECK(events.back().kind() == evidence::v1::CATALOG_BUNDLE_TAKEN);
  CHECK(events.back().object() == "origins/city.example");
  CHECK(events.back().record_count() == 1);
  CHECK(pair.province.bundles->List()->at(0).taken_size() == 1);
}

TEST_CASE("A bundle that was checked is kept for a day, until it is taken by its digest") {
  Pair pair;
  pair.city.Publish("306002/000001");
  const std::string bytes = pair.city.bundles->Export("99", 0, 0).value();
  const std::string digest = crypto::Sha256(bytes).str();
  Bundles& bundles = *pair.province.bundles;
  TestWorld& world = pair.province.world;
  CHECK(bundles.Upload(bytes, true)->name.empty());
  const std::string name = bundles.Upload(bytes, false).value().name;
  CHECK_FALSE(name.empty());
  CHECK(pair.province.Everything().empty());
  CHECK(bundles.Upload(bytes, false)->name == name);  // again: the same

  const Cause act = world.ActBy("officer");
  CHECK(ReasonOf(bundles.Take(act, "bundles/elsewhere", digest).status()) == Reason::kNotVisible);
  CHECK(ReasonOf(bundles.Take(act, "", digest).status()) == Reason::kNotVisible);
  CHECK(absl::IsInvalidArgument(bundles.Take(act, name, std::string(32, 'x')).status()));
  CHECK(absl::IsInvalidArgument(bundles.Take(act, name, "").status()));
  CHECK(pair.province.Everything().empty());

  world.clock.Advance(kKeptFor);
  CHECK(ReasonOf(bundles.Take(act, name, digest).status()) == Reason::kNotVisible);
  REQUIRE(bundles.Upload(bytes, false)->name == name);
  Cause taking = world.ActBy("officer");
  taking.once.request_id = "take-1";
  CHECK(bundles.Take(taking, name, digest)->taken);
  CHECK(pair.province.Everything() == pair.city.Everything());
  CHECK(world.Events().back().kind() == evidence::v1::CATALOG_BUNDLE_TAKEN);
  CHECK(world.Events().back().has_act());
  const size_t events = world.Events().size();
  // The answer was lost: the same request finds what it did. Another finds no file any more.
  const auto again = bundles.Take(taking, name, digest).value();
  CHECK(again.taken);
  CHECK(again.manifest.domain() == "city.example");
  CHECK(world.Events().size() == events);
  CHECK(ReasonOf(bundles.Take(world.ActBy("officer"), name, digest).status()) ==
        Reason::kNotVisible);
}

TEST_CASE("A bundle with conflicts is not kept, and one that got them meanwhile is not taken") {
  Pair pair;
  pair.city.Publish("306002/000001");
  const std::string bytes = pair.city.bundles->Export("99", 0, 0).value();
  const std::string name = pair.province.bundles->Upload(bytes, false).value().name;
  pair.province.Publish("306002/000001");
  const auto late = pair.province.bundles
                        ->Take(pair.province.world.ActBy("officer"), name,
                               crypto::Sha256(bytes).view())
                        .value();
  CHECK_FALSE(late.taken);
  CHECK(late.conflicts.count == 1);
  const auto refused = pair.province.bundles->Upload(bytes, false).value();
  CHECK(refused.conflicts.count == 1);
  CHECK(refused.name.empty());
  CHECK(pair.province.Everything().size() == 1);
}

TEST_CASE("Of many files the last four are kept") {
  Pair pair;
  pair.city.Publish("306002/000001");
  std::vector<std::pair<std::string, std::string>> files;  // name, digest
  for (size_t n = 0; n < kMaxKept + 1; ++n) {
    const std::string bytes = pair.city.bundles->Export("99", 0, 0).value();  // another nonce
    files.emplace_back(pair.province.bundles->Upload(bytes, false).value().name,
                       crypto::Sha256(bytes).str());
    pair.province.world.clock.Advance(absl::Minutes(1));
  }
  const auto take = [&](size_t n) {
    return pair.province.bundles->Take(pair.province.world.ActBy("officer"), files[n].first,
                                       files[n].second);
  };
  CHECK(ReasonOf(take(0).status()) == Reason::kNotVisible);
  for (size_t n = 1; n < files.size(); ++n) CHECK(take(n)->taken);
}

TEST_CASE("Bundles of ourselves and of installations that are not pinned are refused") {
  Pair pair;
  pair.city.Publish("306002/000001");
  const std::string bytes = pair.city.bundles->Export("99", 0, 0).value();
  CHECK(ReasonOf(pair.city.bundles->Import(pair.city.world.By("officer"), bytes, false).status()) ==
        Reason::kOriginUnknown);
  pair.city.Pin(PinLine("city.example", "-", pair.city.message_key.public_key()));
  CHECK(ReasonOf(pair.city.bundles->Import(pair.city.world.By("officer"), bytes, false).status()) ==
        Reason::kStateForbids);
}

}  // namespace
}  // namespace shareway::catalog
