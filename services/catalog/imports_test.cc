// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/imports.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "libs/outbox/once.h"
#include "services/catalog/import_world_test.h"

namespace shareway::catalog {
namespace {

TEST_CASE("An import makes a draft of each entry and tells of it") {
  TestWorld world;
  const v1::Import begun = Begin(world, FileOf({Numbered(1), Numbered(2)}));
  CHECK(begun.state() == v1::Import::CHECKING);
  const v1::Import ended = Run(world, begun.name());
  CHECK(ended.state() == v1::Import::DONE);
  CHECK(ended.created() == 2);
  CHECK(There(world, Numbered(1)));
  CHECK(There(world, Numbered(2)));
  const std::vector<v1::ImportRow> rows = RowsOf(world, begun.name());
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].result() == v1::ImportRow::CREATED);
  CHECK(rows[1].resource() == "resources/306002-000102");
}

TEST_CASE("A dry run writes nothing and tells what would be") {
  TestWorld world;
  const v1::Import ended =
      Run(world, Begin(world, FileOf({Numbered(1)}), {.dry_run = true}).name());
  CHECK(ended.state() == v1::Import::DONE);
  CHECK(ended.created() == 1);
  CHECK_FALSE(There(world, Numbered(1)));
}

TEST_CASE("All or nothing: a foreign provider or a code that comes twice refuses the file") {
  TestWorld world;
  Entry foreign = Numbered(3);
  foreign.provider = "agencies/11990100000100001A";
  const std::string file = FileOf({Numbered(1), Numbered(2), Numbered(2), foreign});
  const v1::Import ended = Run(world, Begin(world, file).name());
  CHECK(ended.state() == v1::Import::REFUSED);
  CHECK(ended.refused() == 3);
  CHECK(ended.created() == 0);
  CHECK_FALSE(There(world, Numbered(1)));
  CHECK(RowsOf(world, ended.name()).at(0).result() == v1::ImportRow::NOT_WRITTEN);

  const v1::Import valid =
      Run(world, Begin(world, file, {.valid_entries = true}).name());
  CHECK(valid.state() == v1::Import::DONE);
  CHECK(valid.created() == 1);
  CHECK(valid.refused() == 3);
  CHECK(There(world, Numbered(1)));
  CHECK_FALSE(There(world, Numbered(2)));
}

TEST_CASE("An entry that is there is refused, or replaced where that was asked") {
  TestWorld world;
  const std::string file = FileOf({Numbered(1)});
  Run(world, Begin(world, file).name());
  CHECK(Run(world, Begin(world, file).name()).state() == v1::Import::REFUSED);
  const v1::Import replaced = Run(world, Begin(world, file, {.replace = true}).name());
  CHECK(replaced.state() == v1::Import::DONE);
  CHECK(replaced.updated() == 1);
}

TEST_CASE("Items of a sheet without identifiers keep what they are called when it comes again") {
  TestWorld world;
  const auto import = [&](absl::string_view items, Imports::Options options) {
    options.format = files::Format::kCsv;
    const std::string sheet = absl::StrCat(
        "信息资源代码,信息资源名称,信息资源摘要,关键词,信息资源格式,格式类型,共享类型,共享方式,",
        "是否向社会开放,更新周期,行政区划代码,信息项名称,数据类型,数据分级,主键,必填\n",
        "306002/000001,低保标准,本市低保标准,低保,数据库,MySQL,无条件共享,查询,否,每月,990100,", items);
    return Run(world, Begin(world, sheet, options).name());
  };
  const auto ids = [&] {
    std::vector<std::string> all;
    const Entry entry =
        world.resources->Load("resources/306002-000001").value().resource.fields().working->entry;
    for (const Item& item : entry.items) all.push_back(item.id);
    return all;
  };
  const v1::Import first =
      import("标准,数值型,一般数据,否,否\n,,,,,,,,,,,地区,字符型,一般数据,是,是\n", {});
  INFO(RowsOf(world, first.name()).at(0).Utf8DebugString());
  REQUIRE(first.created() == 1);
  CHECK(ids() == std::vector<std::string>{"i1", "i2"});
  const v1::Import again = import(
      "地区,字符型,一般数据,是,是\n,,,,,,,,,,,依据,字符型,一般数据,否,否\n", {.replace = true});
  CHECK(again.updated() == 1);
  CHECK(ids() == std::vector<std::string>{"i2", "i3"});
}

TEST_CASE("A cancelled import keeps what was written until then") {
  TestWorld world;
  const v1::Import begun = Begin(world, FileOf({Numbered(1), Numbered(2)}));
  REQUIRE(world.imports->Step().value());  // the check
  REQUIRE(world.imports->Step().value());  // the first entry
  const Caller editor = world.By("editor").caller;
  REQUIRE(world.imports->Cancel(editor, begun.name()).ok());
  CHECK(Run(world, begun.name()).state() == v1::Import::CANCELLED);
  CHECK(There(world, Numbered(1)));
  CHECK_FALSE(There(world, Numbered(2)));
  CHECK(RowsOf(world, begun.name()).at(1).result() == v1::ImportRow::NOT_WRITTEN);
  CHECK(DetailsOf(world.imports->Cancel(editor, begun.name()).status())->reason ==
        Reason::kImportOver);
}

TEST_CASE("A restart after any step leaves every entry there once") {
  const std::string file = FileOf({Numbered(1), Numbered(2), Numbered(3)});
  for (int steps = 0; steps <= 6; ++steps) {
    INFO("steps before the restart: " << steps);
    TestWorld world;
    const v1::Import begun = Begin(world, file, {}, "r1");
    for (int i = 0; i < steps; ++i) REQUIRE(world.imports->Step().ok());
    world.Reopen();
    const v1::Import ended = Run(world, begun.name());
    CHECK(ended.state() == v1::Import::DONE);
    CHECK(ended.created() == 3);
    CHECK(ended.refused() == 0);
    for (int i = 1; i <= 3; ++i) CHECK(There(world, Numbered(i)));
    CHECK(Begin(world, file, {}, "r1").name() == begun.name());
  }
}

// How often each entry was put on record as drafted.
std::map<std::string, int> Drafted(const TestWorld& world) {
  std::map<std::string, int> drafted;
  for (const evidence::AuditRecord& event : world.Events()) {
    drafted[event.object()] += event.kind() == evidence::v1::RESOURCE_DRAFTED ? 1 : 0;
  }
  std::erase_if(drafted, [](const auto& entry) { return entry.second == 0; });
  return drafted;
}

// Runs an import of three entries, is cut off at commit `cut`, whether that is `applied` or not, and
// starts again `away` later. False if the import has fewer commits.
bool CutAndRestart(int cut, bool applied, absl::Duration away) {
  INFO("cut at commit " << cut << (applied ? ", applied" : ", lost") << ", for " << away);
  const std::vector<Entry> entries = {Numbered(1), Numbered(2), Numbered(3)};
  TestWorld world;
  const v1::Import begun = Begin(world, FileOf(entries));
  int commits = 0;
  world.kv.on_commit = [&](const kv::Batch&) -> kv::Outcome {
    if (++commits < cut) return {};
    // What dies does nothing after that.
    return {.apply = applied && commits == cut, .status = absl::UnavailableError("cut off")};
  };
  while (true) {
    const absl::StatusOr<bool> did = world.imports->Step();
    if (!did.ok() || !*did) break;
  }
  world.kv.on_commit = nullptr;
  world.clock.Advance(away);
  REQUIRE(outbox::SweepOnce(&world.kv, world.clock.Now()).ok());
  world.Reopen();
  const v1::Import ended = Run(world, begun.name());
  CHECK(ended.state() == v1::Import::DONE);
  CHECK(ended.created() == 3);
  CHECK(ended.refused() == 0);
  const std::vector<v1::ImportRow> rows = RowsOf(world, begun.name());
  REQUIRE(rows.size() == entries.size());
  std::map<std::string, int> wanted;
  for (size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].result() == v1::ImportRow::CREATED);
    CHECK(rows[i].code() == entries[i].code);
    CHECK(rows[i].faults().empty());
    const auto stored = world.resources->Load(rows[i].resource());
    REQUIRE(stored.ok());
    CHECK(stored->resource.fields().working->entry.title == entries[i].title);
    wanted[rows[i].resource()] = 1;
  }
  CHECK(Drafted(world) == wanted);
  return commits >= cut;
}

TEST_CASE("A cut before or after any commit, for a moment or for days, leaves every entry there once") {
  for (const bool applied : {false, true}) {
    for (const absl::Duration away : {absl::ZeroDuration(), absl::Hours(25), absl::Hours(24 * 40)}) {
      int cut = 1;
      while (CutAndRestart(cut, applied, away)) ++cut;
      CHECK(cut > 5);  // the check, three entries, the end
    }
  }
}

TEST_CASE("An entry that the import replaces is replaced once, however late the cut ends") {
  for (const bool applied : {false, true}) {
    INFO(applied);
    TestWorld world;
    Entry entry = Numbered(1);
    REQUIRE(world.catalog->Create(world.By("editor"), entry, false).ok());
    entry.title = "新的标题";
    const v1::Import begun = Begin(world, FileOf({entry}), {.replace = true});
    REQUIRE(world.imports->Step().value());  // the check
    world.kv.on_commit = [&](const kv::Batch&) -> kv::Outcome {
      return {.apply = applied, .status = absl::UnavailableError("cut off")};
    };
    CHECK_FALSE(world.imports->Step().ok());
    world.kv.on_commit = nullptr;
    world.clock.Advance(absl::Hours(25));
    REQUIRE(outbox::SweepOnce(&world.kv, world.clock.Now()).ok());
    world.Reopen();
    const v1::Import ended = Run(world, begun.name());
    CHECK(ended.state() == v1::Import::DONE);
    CHECK(ended.updated() == 1);
    CHECK(ended.refused() == 0);
    CHECK(RowsOf(world, begun.name()).at(0).result() == v1::ImportRow::UPDATED);
    CHECK(Drafted(world) ==
          std::map<std::string, int>{{"resources/306002-000101", 2}});  // by hand, and by the import
  }
}

TEST_CASE("Who cancels while an entry is being written has it in neither place, or in both") {
  TestWorld world;
  const Caller editor = world.By("editor").caller;
  // The directory is asked between the reading of the import and the entry's commit.
  std::unique_ptr<Imports> imports;
  std::string cancel;
  imports = Imports::Open({.store = &*world.import_store,
                           .resources = &*world.resources,
                           .catalog = world.catalog.get(),
                           .clock = &world.clock,
                           .directory =
                               [&] {
                                 if (!cancel.empty()) {
                                   CHECK(imports->Cancel(editor, cancel).ok());
                                   cancel.clear();
                                 }
                                 return world.registrar->Now();
                               },
                           .folder = world.dir / "imports"})
                .value();
  world.imports.swap(imports);
  const v1::Import begun = Begin(world, FileOf({Numbered(1), Numbered(2), Numbered(3)}));
  world.imports.swap(imports);
  REQUIRE(imports->Step().value());  // the check
  REQUIRE(imports->Step().value());  // the first entry
  cancel = begun.name();
  REQUIRE(imports->Step().value());  // the second
  CHECK(cancel.empty());
  while (imports->Step().value()) {
  }
  const v1::Import ended = imports->Get(editor, begun.name()).value();
  CHECK(ended.state() == v1::Import::CANCELLED);
  CHECK(ended.created() == 1);
  CHECK(ended.refused() == 0);
  CHECK(There(world, Numbered(1)));
  CHECK_FALSE(There(world, Numbered(2)));
  const std::vector<v1::ImportRow> rows = RowsOf(world, begun.name());
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].result() == v1::ImportRow::CREATED);
  CHECK(rows[1].result() == v1::ImportRow::NOT_WRITTEN);
  CHECK(rows[1].faults().empty());
}

TEST_CASE("An entry whose texts are too long to keep is refused, and holds up nothing") {
  TestWorld world;
  Entry huge = Numbered(1);
  huge.code = std::string(300'000, '1');
  huge.extensions[std::string(300'000, 'k')] = "x";
  for (int i = 0; i < 3; ++i) huge.keywords.push_back(std::string(100'000, 'w'));
  const v1::Import ended =
      Run(world, Begin(world, FileOf({huge, Numbered(2)}), {.valid_entries = true}).name());
  CHECK(ended.state() == v1::Import::DONE);
  CHECK(ended.created() == 1);
  CHECK(ended.refused() == 1);
  const std::vector<v1::ImportRow> rows = RowsOf(world, ended.name());
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].ByteSizeLong() < 10'000);
  CHECK(rows[0].code().substr(0, 10) == "1111111111");
  CHECK(rows[0].code().size() <= 64);
  CHECK(rows[0].faults_size() >= 5);
}

TEST_CASE("What an import tells of its entries has an end, however much a file makes it say") {
  TestWorld world;
  constexpr uint64_t kRoom = 40'000;
  world.imports = Imports::Open({.store = &*world.import_store,
                                 .resources = &*world.resources,
                                 .catalog = world.catalog.get(),
                                 .clock = &world.clock,
                                 .directory = [&] { return world.registrar->Now(); },
                                 .folder = world.dir / "imports",
                                 .max_row_bytes = kRoom})
                      .value();
  std::vector<Entry> entries;
  for (int i = 0; i < 9; ++i) {
    entries.push_back(Numbered(i));
    for (int key = 0; key < 30; ++key) {
      entries.back().extensions[absl::StrCat(std::string(400, 'k'), key)] = "x";
    }
  }
  const v1::Import ended = Run(world, Begin(world, FileOf(entries)).name());
  CHECK(ended.refused() == 9);
  const std::vector<v1::ImportRow> rows = RowsOf(world, ended.name());
  REQUIRE(rows.size() == 9);
  CHECK(rows.front().faults_size() >= 30);
  REQUIRE(rows.back().faults_size() == 1);
  CHECK_THAT(rows.back().faults(0).rule(),
             Catch::StartsWith("breaks ") && Catch::Contains("no room left"));
  size_t bytes = 0;
  for (const v1::ImportRow& row : rows) bytes += row.ByteSizeLong();
  CHECK(bytes < kRoom + 9 * 500);
}

TEST_CASE("A file's entry is held to the descriptors of its operations as a call's is") {
  TestWorld world;
  Entry entry = Numbered(1);
  entry.methods.push_back(Method::kCall);
  entry.operations = {{.id = "op",
                       .title = "查询",
                       .form = Operation::Form::kProtobuf,
                       .descriptor_set = "no descriptors",
                       .method = "demo.v1.Aid/Check"}};
  const v1::Import ended = Run(world, Begin(world, FileOf({entry})).name());
  CHECK(ended.state() == v1::Import::REFUSED);
  const std::vector<v1::ImportRow> rows = RowsOf(world, ended.name());
  REQUIRE(rows.size() == 1);
  REQUIRE(rows[0].faults_size() == 1);
  CHECK_THAT(rows[0].faults(0).field(), Catch::StartsWith("resource.operations[0]"));
}

TEST_CASE("Imports, their entries and their failures are counted") {
  TestWorld world;
  const auto has = [&](const std::string& line) {
    INFO(line);
    CHECK_THAT(world.metrics.Text(), Catch::Contains("shareway_catalog_import" + line + "\n"));
  };
  Run(world, Begin(world, FileOf({Numbered(1), Numbered(2)})).name());
  Run(world, Begin(world, FileOf({Numbered(1), Numbered(3)}), {.replace = true}).name());
  Run(world, Begin(world, FileOf({Numbered(1)})).name());
  has("s_total{format=\"ENTRIES_JSON\",state=\"DONE\"} 2");
  has("s_total{format=\"ENTRIES_JSON\",state=\"REFUSED\"} 1");
  has("_entries_total{result=\"CREATED\"} 3");
  has("_entries_total{result=\"UPDATED\"} 1");
  has("s_under_way 0");
  has("s_resting 0");
  const v1::Import stuck = Begin(world, FileOf({Numbered(4)}));
  bool full = true;
  FillDiskFor(world, stuck.name(), "import/o/", &full);
  CHECK_FALSE(world.imports->Step().ok());
  has("s_under_way 1");
  has("s_resting 1");
  has("_failures_total 1");
  full = false;
  world.clock.Advance(Imports::kLongestRest);
  Run(world, stuck.name());
  has("s_under_way 0");
  has("s_resting 0");
  has("s_total{format=\"ENTRIES_JSON\",state=\"DONE\"} 3");
}

TEST_CASE("Who is no editor of the agency learns nothing of an import") {
  TestWorld world;
  const v1::Import begun = Begin(world, FileOf({Numbered(1)}));
  const Caller stranger = world.By("officer").caller;
  const absl::Status there = world.imports->Get(stranger, begun.name()).status();
  CHECK(there == Error::NotVisible(begun.name()));
}

TEST_CASE("Four imports of an agency are under way at once, no more") {
  TestWorld world;
  for (int i = 1; i <= Imports::kMaxUnderWay; ++i) Begin(world, FileOf({Numbered(i)}));
  auto spool = world.imports->NewSpool().value();
  REQUIRE(spool->Append(FileOf({Numbered(9)})).ok());
  CHECK(absl::IsResourceExhausted(
      world.imports
          ->Begin(world.By("editor"), {.format = files::Format::kJson}, spool.get())
          .status()));
}

}  // namespace
}  // namespace shareway::catalog
