// SPDX-License-Identifier: Apache-2.0
// catalog import and export against a catalogue that runs.
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/catalog/rpc/test_served.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

using catalog::Entry;
using catalog::Served;

struct Ran {
  int exit = 0;
  std::string out, err;
};

Ran Run(const Served& served, const std::string& who, std::vector<std::string> words) {
  words.insert(words.end(), {"--identity", served.HomeOf(who), "--catalog",
                             absl::StrCat("127.0.0.1:", served.port())});
  std::ostringstream out, err;
  Ran ran;
  ran.exit = RunCommand(std::move(words), &out, &err);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

Json JsonOf(const Ran& ran) {
  INFO(ran.out << ran.err);
  Json told;
  REQUIRE(ParseJson(ran.out, &told).ok());
  return told;
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Entry Numbered(int number, bool good = true) {
  Entry entry = catalog::GoodEntry();
  entry.code = absl::StrCat("306002/", 100000 + number);
  entry.title = good ? absl::StrCat("演示资源", number) : "";
  return entry;
}

// A folder for files, and a service whose imports go on by themselves if that is wanted.
struct Desk {
  explicit Desk(bool works = true) {
    setenv("SHAREWAY_CONFIG", (dir / "contexts.json").c_str(), 1);
    if (works) served.world().imports->Start();
  }
  std::string Write(const std::string& name, const std::vector<Entry>& entries) const {
    const auto writer = catalog::files::Create(dir / name, catalog::files::Format::kJson).value();
    for (const Entry& entry : entries) REQUIRE(writer->Add({.entry = entry}).ok());
    REQUIRE(writer->Finish().ok());
    return dir / name;
  }
  catalog::v1::Resource::State StateOf(int number) {
    catalog::v1::GetResourceRequest get;
    get.set_name(absl::StrCat("resources/306002-", 100000 + number));
    const auto resource = served.Call<catalog::v1::Resource>(
        "editor", absl::StrCat(catalog::kCatalogService, "GetResource"), get);
    return resource.ok() ? resource->state() : catalog::v1::Resource::STATE_UNSPECIFIED;
  }
  shareway::testing::TempDir dir;
  Served served;
};

TEST_CASE("A file is imported, waited for, and each entry submitted") {
  Desk desk;
  const std::string file = desk.Write("a.json", {Numbered(1), Numbered(2)});
  const Ran dry = Run(desk.served, "editor", {"catalog", "import", file, "--dry-run", "--submit"});
  INFO(dry.out << dry.err);
  CHECK(dry.exit == 0);
  CHECK(desk.StateOf(1) == catalog::v1::Resource::STATE_UNSPECIFIED);

  const Ran ran =
      Run(desk.served, "editor", {"catalog", "import", file, "--submit", "-o", "json"});
  CHECK(ran.exit == 0);
  const Json told = JsonOf(ran);
  CHECK(told["state"] == "DONE");
  CHECK(told["fileName"] == "a.json");
  CHECK(told["created"] == 2);
  CHECK(told["refused"] == 0);
  CHECK(told["refusedRows"].empty());
  REQUIRE(told["submitted"].size() == 2);
  CHECK(told["submitted"][0]["result"] == "ok");
  CHECK(desk.StateOf(1) == catalog::v1::Resource::SUBMITTED);
  CHECK(desk.StateOf(2) == catalog::v1::Resource::SUBMITTED);

  // Afterwards it can be looked at, and no more be ended.
  const std::string name = told["name"];
  CHECK(JsonOf(Run(desk.served, "editor", {"catalog", "imports", "-o", "json"})).size() == 2);
  CHECK_THAT(Run(desk.served, "editor", {"catalog", "imports", "-o", "name"}).out,
             Catch::Contains(name + "\n"));
  CHECK(JsonOf(Run(desk.served, "editor", {"catalog", "import-rows", name, "-o", "json"})).size() ==
        2);
  CHECK(JsonOf(Run(desk.served, "editor", {"catalog", "show-import", name, "-o", "json"}))
            ["state"] == "DONE");
  CHECK(Run(desk.served, "editor", {"catalog", "cancel-import", name}).exit == 5);
  CHECK(Run(desk.served, "tax-editor", {"catalog", "show-import", name}).exit == 4);
}

TEST_CASE("A refused row is told with place, field and rule, and fails the command") {
  Desk desk;
  const std::string file = desk.Write("a.json", {Numbered(1), Numbered(2, false)});
  const Ran none = Run(desk.served, "editor", {"catalog", "import", file});
  CHECK(none.exit == 1);
  CHECK_THAT(none.out, Catch::StartsWith("2: resource.title: "));
  CHECK_THAT(none.out, Catch::Contains("REFUSED"));
  CHECK(desk.StateOf(1) == catalog::v1::Resource::STATE_UNSPECIFIED);

  const Ran some = Run(desk.served, "editor",
                       {"catalog", "import", file, "--valid-entries", "--submit", "-o", "json"});
  CHECK(some.exit == 1);
  const Json told = JsonOf(some);
  CHECK(told["created"] == 1);
  REQUIRE(told["refusedRows"].size() == 1);
  CHECK(told["refusedRows"][0]["number"] == 2);
  CHECK(told["refusedRows"][0]["faults"][0]["field"] == "resource.title");
  CHECK(told["submitted"].size() == 1);
  CHECK(desk.StateOf(1) == catalog::v1::Resource::SUBMITTED);

  const Ran rows = Run(desk.served, "editor",
                       {"catalog", "import-rows", told["name"], "--refused"});
  CHECK(rows.exit == 0);
  CHECK_THAT(rows.out, Catch::Contains("ENTRY_REFUSED") && Catch::Contains("resource.title") &&
                           !Catch::Contains("CREATED"));
}

TEST_CASE("An entry that is there is replaced where that is asked, and what is none is told") {
  Desk desk;
  const std::string file = desk.Write("a.json", {Numbered(1)});
  CHECK(Run(desk.served, "editor", {"catalog", "import", file}).exit == 0);
  CHECK(Run(desk.served, "editor", {"catalog", "import", file}).exit == 1);
  CHECK(JsonOf(Run(desk.served, "editor",
                   {"catalog", "import", file, "--replace", "-o", "json"}))["updated"] == 1);
  CHECK(Run(desk.served, "editor", {"catalog", "import", desk.dir / "absent"}).exit == 3);
  shareway::testing::WriteFile(desk.dir / "empty", "");
  const Ran empty = Run(desk.served, "editor", {"catalog", "import", desk.dir / "empty"});
  CHECK(empty.exit == 1);
  CHECK_THAT(empty.err, Catch::Contains("FILE_REFUSED"));
  CHECK(Run(desk.served, "head", {"catalog", "import", file}).exit == 4);
}

TEST_CASE("Who does not wait, or interrupts the waiting, learns how to go on") {
  Desk desk(false);
  const std::string file = desk.Write("a.json", {Numbered(1)});
  const Ran begun =
      Run(desk.served, "editor", {"catalog", "import", file, "--no-wait", "-o", "json"});
  CHECK(begun.exit == 0);
  const std::string first = JsonOf(begun)["name"];
  CHECK_THAT(begun.err, Catch::Contains("shareway catalog show-import " + first + " --wait"));

  catalog::TestWorld& world = desk.served.world();
  const catalog::Caller editor = world.By("editor").caller;
  const std::string other = desk.Write("b.json", {Numbered(2)});
  Ran waited;
  std::thread waiting([&] {
    waited = Run(desk.served, "editor", {"catalog", "import", other, "--submit"});
  });
  // Once the service has it, the command takes the signal.
  while (world.imports->List(editor, "", 10).value().size() < 2) std::this_thread::yield();
  raise(SIGINT);
  waiting.join();
  CHECK(waited.exit == 1);
  CHECK(waited.out.empty());
  CHECK_THAT(waited.err, Catch::Contains("--wait --submit"));
  const std::string second = waited.err.substr(0, waited.err.find(' '));
  CHECK(second != first);

  CHECK(Run(desk.served, "editor", {"catalog", "cancel-import", first}).exit == 0);
  world.imports->Start();
  const Ran cancelled = Run(desk.served, "editor", {"catalog", "show-import", first, "--wait"});
  CHECK(cancelled.exit == 1);
  CHECK_THAT(cancelled.out, Catch::Contains("CANCELLED"));
  const Ran ended =
      Run(desk.served, "editor", {"catalog", "show-import", second, "--wait", "--submit"});
  INFO(ended.out << ended.err);
  CHECK(ended.exit == 0);
  CHECK(desk.StateOf(1) == catalog::v1::Resource::STATE_UNSPECIFIED);
  CHECK(desk.StateOf(2) == catalog::v1::Resource::SUBMITTED);
}

TEST_CASE("An import that stands still says why") {
  Desk desk(false);
  catalog::TestWorld& world = desk.served.world();
  const Ran begun = Run(desk.served, "editor",
                        {"catalog", "import", desk.Write("a.json", {Numbered(1)}), "--no-wait",
                         "-o", "json"});
  const std::string name = JsonOf(begun)["name"];
  world.kv.on_commit = [](const kv::Batch&) -> kv::Outcome {
    return {.apply = false, .status = absl::ResourceExhaustedError("no space")};
  };
  CHECK_FALSE(world.imports->Step().ok());
  const Ran shown = Run(desk.served, "editor", {"catalog", "show-import", name});
  INFO(shown.out << shown.err);
  CHECK_THAT(shown.out, Catch::Contains("stands still") && Catch::Contains("CHECKING"));
  world.kv.on_commit = nullptr;
  world.clock.Advance(catalog::Imports::kLongestRest);
  while (world.imports->Step().value()) {
  }
  const Ran ended = Run(desk.served, "editor", {"catalog", "show-import", name, "--wait"});
  CHECK(ended.exit == 0);
  CHECK_THAT(ended.out, Catch::Contains("DONE") && !Catch::Contains("stands still"));
  CHECK(desk.StateOf(1) == catalog::v1::Resource::DRAFT);
}

TEST_CASE("Every format that goes out comes in again") {
  Desk desk;
  desk.served.Publish();
  desk.served.world().Publish(Numbered(1));
  for (const std::string name : {"a.xlsx", "a.csv", "g.csv", "a.json"}) {
    INFO(name);
    const std::string file = desk.dir / name;
    std::vector<std::string> words = {"catalog", "export", file, "-o", "json"};
    if (name == "g.csv") words.insert(words.end(), {"--format", "gb18030"});
    CHECK(JsonOf(Run(desk.served, "editor", words))["entries"] == 2);
    const Ran ran = Run(desk.served, "editor", {"catalog", "import", file, "--replace", "--dry-run",
                                                "-o", "json"});
    CHECK(ran.exit == 0);
    CHECK(JsonOf(ran)["updated"] == 2);
  }
  CHECK(ContentOf(desk.dir / "a.csv") != ContentOf(desk.dir / "g.csv"));
}

TEST_CASE("A fault in a table is told by row and heading") {
  Desk desk;
  desk.served.world().Publish(Numbered(1));
  const std::string file = desk.dir / "a.csv";
  REQUIRE(Run(desk.served, "editor", {"catalog", "export", file}).exit == 0);
  std::string text = ContentOf(file);
  const std::string title = Numbered(1).title;
  REQUIRE(absl::StrContains(text, title));
  std::string longer;
  while (longer.size() < 600) longer += title;
  text.replace(text.find(title), title.size(), longer);
  shareway::testing::WriteFile(file, text);
  const Ran ran = Run(desk.served, "editor", {"catalog", "import", file, "--replace"});
  CHECK(ran.exit == 1);
  CHECK_THAT(ran.out, Catch::Matches("2 [^ :]+: resource\\.title: has [^]*"));
}

TEST_CASE("An export is a whole file, in the format of its name, of what the filters let through") {
  Desk desk;
  desk.served.Publish();
  const std::string file = desk.dir / "all.json";
  const Json told =
      JsonOf(Run(desk.served, "tax-editor", {"catalog", "export", file, "-o", "json"}));
  CHECK(told["entries"] == 1);
  CHECK(told["format"] == "ENTRIES_JSON");
  CHECK_THAT(ContentOf(file), Catch::Contains("306002/000001"));
  CHECK(Run(desk.served, "tax-editor", {"catalog", "export", "-"}).out == ContentOf(file));

  const std::string dcat = desk.dir / "all.jsonld";
  CHECK(Run(desk.served, "tax-editor", {"catalog", "export", dcat}).exit == 0);
  CHECK_THAT(ContentOf(dcat), Catch::Contains("dcat:Dataset"));
  for (const std::vector<std::string>& filter : std::vector<std::vector<std::string>>{
           {"--category", "9"}, {"--provider", catalog::kTax}, {"--resource", "306002/000009"}}) {
    std::vector<std::string> words = {"catalog", "export", "-"};
    words.insert(words.end(), filter.begin(), filter.end());
    CHECK(Run(desk.served, "tax-editor", words).out == "[]\n");
  }
  // What cannot be exported leaves the file that was there, and nothing beside it.
  const std::string before = ContentOf(dcat);
  CHECK(Run(desk.served, "tax-editor", {"catalog", "export", dcat, "--drafts"}).exit == 1);
  CHECK(ContentOf(dcat) == before);
  int files = 0;
  for (const auto& one : std::filesystem::directory_iterator(desk.dir.path())) {
    files += absl::StrContains(one.path().filename().string(), "json") ? 1 : 0;
  }
  CHECK(files == 2);
}

}  // namespace
}  // namespace shareway::cli
