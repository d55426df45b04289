// SPDX-License-Identifier: Apache-2.0
// What becomes of imports when the store, the process or who imports fails.
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "absl/strings/str_join.h"
#include "services/catalog/import_world_test.h"
#include "services/catalog/imports.h"

namespace shareway::catalog {
namespace {

TEST_CASE("An import that cannot go on tells why, holds up nobody, and goes on when it can") {
  TestWorld world;
  const Caller editor = world.By("editor").caller;
  const v1::Import stuck = Begin(world, FileOf({Numbered(1)}));
  world.clock.Advance(absl::Seconds(1));
  const v1::Import behind = Begin(world, FileOf({Numbered(2)}));
  bool full = true;
  FillDiskFor(world, stuck.name(), "import/o/", &full);
  CHECK(absl::IsResourceExhausted(world.imports->Step().status()));
  // The one behind it is done, and then there is nothing to do for a while.
  CHECK(Run(world, behind.name()).state() == v1::Import::DONE);
  const v1::Import told = world.imports->Get(editor, stuck.name()).value();
  CHECK(told.state() == v1::Import::CHECKING);
  CHECK_THAT(told.message(), Catch::Contains("stands still") && Catch::Contains("disk is full"));
  const auto listed = world.imports->List(editor, "", 10).value();
  REQUIRE(listed.size() == 2);
  CHECK(listed[1].second.message() == told.message());
  CHECK(listed[0].second.message().empty());
  // It is tried after one second, two more, four more, and so on up to five minutes.
  for (absl::Duration rest = Imports::kFirstRest; rest < 2 * Imports::kLongestRest; rest *= 2) {
    INFO(rest);
    world.clock.Advance(std::min(rest, Imports::kLongestRest) - absl::Milliseconds(1));
    CHECK_FALSE(world.imports->Step().value());
    world.clock.Advance(absl::Milliseconds(1));
    CHECK(absl::IsResourceExhausted(world.imports->Step().status()));
  }
  full = false;
  world.clock.Advance(Imports::kLongestRest);
  const v1::Import ended = Run(world, stuck.name());
  CHECK(ended.state() == v1::Import::DONE);
  CHECK(ended.message().empty());
  CHECK(There(world, Numbered(1)));
}

TEST_CASE("Imports of agencies take turns, and one agency's go one after the other") {
  TestWorld world;
  const auto begin = [&](const std::string& editor, int from, int to) {
    std::vector<Entry> entries;
    for (int i = from; i < to; ++i) {
      entries.push_back(Numbered(i));
      entries.back().provider.clear();  // the importer's
    }
    auto spool = world.imports->NewSpool().value();
    REQUIRE(spool->Append(FileOf(entries)).ok());
    world.clock.Advance(absl::Milliseconds(1));
    return world.imports
        ->Begin(world.By(editor), {.file_name = "e.json", .format = files::Format::kJson},
                spool.get())
        .value()
        .name();
  };
  const std::vector<std::string> names = {begin("editor", 0, 4), begin("editor", 4, 8),
                                          begin("tax-editor", 8, 10)};
  const auto states = [&] {
    std::vector<std::string> all;
    for (const std::string& name : names) {
      const store::ImportRecord record = world.import_store->Load(name).value()->record;
      all.push_back(absl::StrCat(v1::Import::State_Name(record.import().state()), " ", record.done()));
    }
    return absl::StrJoin(all, ", ");
  };
  const auto steps = [&](int count) {
    for (int i = 0; i < count; ++i) REQUIRE(world.imports->Step().value());
  };
  steps(2);  // the check, and an entry
  CHECK(states() == "WRITING 1, CHECKING 0, CHECKING 0");
  world.clock.Advance(Imports::kTurn);
  steps(2);
  CHECK(states() == "WRITING 1, CHECKING 0, WRITING 1");
  world.clock.Advance(Imports::kTurn);
  steps(2);
  CHECK(states() == "WRITING 3, CHECKING 0, WRITING 1");
  // Nobody keeps a turn that he has no use for.
  world.clock.Advance(Imports::kTurn);
  while (world.imports->Step().value()) {
  }
  CHECK(states() == "DONE 4, DONE 4, DONE 2");
}

TEST_CASE("An import that stands still is cancelled without waiting for its next try") {
  TestWorld world;
  const v1::Import stuck = Begin(world, FileOf({Numbered(1)}));
  bool full = true;
  FillDiskFor(world, stuck.name(), "import/r/", &full);  // only its rows find no room
  for (int i = 0; i < 6; ++i) {
    CHECK(absl::IsResourceExhausted(world.imports->Step().status()));
    world.clock.Advance(Imports::kLongestRest);
  }
  CHECK(absl::IsResourceExhausted(world.imports->Step().status()));
  CHECK_FALSE(world.imports->Step().value());
  REQUIRE(world.imports->Cancel(world.By("editor").caller, stuck.name()).ok());
  CHECK(Run(world, stuck.name()).state() == v1::Import::CANCELLED);
  CHECK_FALSE(There(world, Numbered(1)));
}

// The work begins in a process that ends before anything of it is stored but that it began.
void DieAtStart(TestWorld& world) {
  int commits = 0;
  world.kv.on_commit = [&commits](const kv::Batch&) -> kv::Outcome {
    if (++commits == 1) return {};
    return {.apply = false, .status = absl::UnavailableError("dead")};
  };
  CHECK_FALSE(world.imports->Step().ok());
  CHECK(commits > 1);
  world.kv.on_commit = nullptr;
  world.Reopen();
}

TEST_CASE("An import in whose work the process ends time and again is ended, and the next one goes on") {
  for (const bool writing : {false, true}) {
    INFO((writing ? "writing" : "checking"));
    TestWorld world;
    const v1::Import deadly = Begin(world, FileOf({Numbered(1)}));
    if (writing) {
      REQUIRE(world.imports->Step().value());  // the check
      world.Reopen();
    }
    for (uint32_t start = 0; start < Imports::kMaxStarts; ++start) DieAtStart(world);
    world.clock.Advance(absl::Seconds(1));
    const v1::Import behind = Begin(world, FileOf({Numbered(2)}));
    const v1::Import ended = Run(world, deadly.name());
    CHECK(ended.state() == (writing ? v1::Import::CANCELLED : v1::Import::REFUSED));
    CHECK_THAT(ended.message(), Catch::Contains("ended the catalogue's process 3 times"));
    CHECK_FALSE(There(world, Numbered(1)));
    CHECK(Run(world, behind.name()).state() == v1::Import::DONE);
  }
}

TEST_CASE("What is done of an import between ends of the process forgets them") {
  TestWorld world;
  const v1::Import begun = Begin(world, FileOf({Numbered(1), Numbered(2), Numbered(3)}));
  for (int entry = 0; entry < 4; ++entry) {
    for (uint32_t start = 1; start < Imports::kMaxStarts; ++start) DieAtStart(world);
    REQUIRE(world.imports->Step().value());  // the check, and an entry each
    world.Reopen();
  }
  const v1::Import ended = Run(world, begun.name());
  CHECK(ended.state() == v1::Import::DONE);
  CHECK(ended.created() == 3);
}

TEST_CASE("Steps that fail and leave the process alive do not count as its end") {
  TestWorld world;
  const v1::Import stuck = Begin(world, FileOf({Numbered(1)}));
  bool full = true;
  FillDiskFor(world, stuck.name(), "import/r/", &full);
  for (uint32_t start = 0; start < 2 * Imports::kMaxStarts; ++start) {
    CHECK(absl::IsResourceExhausted(world.imports->Step().status()));
    world.Reopen();
  }
  full = false;
  CHECK(Run(world, stuck.name()).state() == v1::Import::DONE);
}

TEST_CASE("An import writes nothing more for a person or an agency that is suspended or retired") {
  for (const std::string& name : {std::string("people/editor"), std::string(kCivil)}) {
    for (const Standing standing : {Standing::kSuspended, Standing::kRetired}) {
      INFO(name << " " << static_cast<int>(standing));
      TestWorld world;
      const v1::Import begun = Begin(world, FileOf({Numbered(1), Numbered(2), Numbered(3)}));
      REQUIRE(world.imports->Step().value());  // the check
      REQUIRE(world.imports->Step().value());  // the first entry
      REQUIRE(world.registrar->SetStanding(world.ActBy("admin"), name, standing, "机构改革").ok());
      const v1::Import ended = Run(world, begun.name());
      CHECK(ended.state() == v1::Import::DONE);
      CHECK(ended.created() == 1);
      CHECK(ended.refused() == 2);
      CHECK_FALSE(There(world, Numbered(2)));
      const std::vector<v1::ImportRow> rows = RowsOf(world, begun.name());
      REQUIRE(rows.size() == 3);
      CHECK(rows[2].result() == v1::ImportRow::ENTRY_REFUSED);
      REQUIRE(rows[2].faults_size() == 1);
      CHECK_THAT(rows[2].faults(0).rule(), Catch::Contains("no active editor"));
    }
  }
}

TEST_CASE("An entry that is stored unreadable is refused, and what stands behind it is written") {
  for (const bool checked : {false, true}) {
    INFO((checked ? "damaged after the check" : "damaged before it"));
    TestWorld world;
    REQUIRE(world.catalog->Create(world.By("editor"), Numbered(1), false).ok());
    const v1::Import begun = Begin(world, FileOf({Numbered(1), Numbered(2)}),
                                   {.valid_entries = true, .replace = true});
    if (checked) REQUIRE(world.imports->Step().value());
    kv::Batch damage;
    damage.Put("resource/306002-000101", "\xFF no record");
    REQUIRE(world.kv.Commit(std::move(damage)).ok());
    REQUIRE(absl::IsDataLoss(world.resources->Load("resources/306002-000101").status()));
    const v1::Import ended = Run(world, begun.name());
    CHECK(ended.state() == v1::Import::DONE);
    CHECK(ended.refused() == 1);
    CHECK(ended.created() == 1);
    CHECK(There(world, Numbered(2)));
    CHECK(RowsOf(world, begun.name()).at(0).result() == v1::ImportRow::ENTRY_REFUSED);
  }
}

TEST_CASE("What the check said of an entry and is lost refuses that entry alone") {
  TestWorld world;
  const v1::Import begun = Begin(world, FileOf({Numbered(1), Numbered(2), Numbered(3)}));
  REQUIRE(world.imports->Step().value());  // the check
  const std::string rows = absl::StrCat("import/r/", begun.name().substr(begun.name().find('/') + 1), "/");
  kv::Batch damage;
  damage.Put(absl::StrCat(rows, std::string("\0\0\0\1", 4)), "\xFF no record");
  damage.Delete(absl::StrCat(rows, std::string("\0\0\0\2", 4)));
  REQUIRE(world.kv.Commit(std::move(damage)).ok());
  const v1::Import ended = Run(world, begun.name());
  CHECK(ended.state() == v1::Import::DONE);
  CHECK(ended.created() == 1);
  CHECK(ended.refused() == 2);
  CHECK(There(world, Numbered(3)));
}

}  // namespace
}  // namespace shareway::catalog
