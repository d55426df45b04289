// SPDX-License-Identifier: Apache-2.0
// What the index does about a folder that is not as it was left.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <fstream>
#include <string>
#include <vector>

#include "services/catalog/search/seal.h"
#include "services/catalog/search/test_ready.h"
#include "services/catalog/search/test_shelf.h"
#include "tests/support/campaign.h"

namespace shareway::catalog::search {
namespace {

namespace fs = std::filesystem;

void Fill(Shelf* shelf) {
  for (int n = 0; n < 50; ++n) {
    shelf->Put(absl::StrCat("resources/r", n),
               Titled(absl::StrCat("306002/", n), absl::StrCat("婚姻登记", n)));
  }
}

// The files of a closed index in order.
std::vector<fs::path> FilesOf(const Shelf& shelf) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(shelf.files())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST_CASE("An index that was closed in order is used again", "[catalog][search]") {
  Shelf shelf;
  Fill(&shelf);
  CHECK(shelf.Open()->rebuilds() == 1);
  auto index = shelf.Open();
  CHECK(index->rebuilds() == 0);
  shelf.Show(index.get(), "resources/new", Titled("1/1", "收养"));
  index.reset();  // applies what was shown
  index = shelf.Open();
  CHECK(index->rebuilds() == 0);
  CHECK(IdsOf(index.get(), {.words = "收养"}) == "new");
  CHECK(index->size() == 51);
}

TEST_CASE("An index behind its source, or with other agencies' names, is made anew",
          "[catalog][search]") {
  Shelf shelf;
  Fill(&shelf);
  shelf.Open();
  shelf.Put("resources/unseen", Titled("1/1", "收养"));
  auto index = shelf.Open();
  CHECK(index->rebuilds() == 1);
  CHECK(IdsOf(index.get(), {.words = "收养"}) == "unseen");
  index.reset();
  index = Index::Open(shelf.folder()).value();
  index->Learn(Agency{.name = "agencies/a", .display_name = "演示市民政局"});
  index->Start(shelf.SourceOf());
  REQUIRE(AwaitReady(index.get()));
  CHECK(index->rebuilds() == 1);
  CHECK(index->Search({.words = "民政局"}).value().total == 51);
}

TEST_CASE("Whatever is done to any file of it, the index is made anew",
          "[catalog][search][campaign]") {
  Shelf shelf;
  Fill(&shelf);
  shelf.Open();
  const size_t files = FilesOf(shelf).size();
  REQUIRE(files > 3);
  const std::vector<std::pair<std::string, std::function<void(const fs::path&)>>> table = {
      {"deleted", [](const fs::path& path) { fs::remove(path); }},
      {"truncated", [](const fs::path& path) { fs::resize_file(path, fs::file_size(path) / 2); }},
      {"emptied", [](const fs::path& path) { fs::resize_file(path, 0); }},
      {"longer", [](const fs::path& path) { std::ofstream(path, std::ios::app) << "x"; }},
      {"flipped", [](const fs::path& path) {
         std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
         const auto at = static_cast<std::streamoff>(fs::file_size(path) / 2);
         file.seekg(at);
         const char was = static_cast<char>(file.get());
         file.seekp(at);
         file.put(static_cast<char>(was ^ 0x55));
       }}};
  for (const auto& [what, damage] : table) {
    for (size_t i = 0; i < files; i += testing::Campaign() ? 1 : 7) {
      const std::vector<fs::path> now = FilesOf(shelf);
      REQUIRE(i < now.size());
      CAPTURE(what, now[i].string());
      if (what == "truncated" && fs::file_size(now[i]) == 0) continue;
      if (what == "flipped" && fs::file_size(now[i]) == 0) continue;
      damage(now[i]);
      const auto index = shelf.Open();
      CHECK(index->rebuilds() == 1);
      CHECK(index->Search({.words = "婚姻登记"}).value().total == 50);
    }
  }
}

TEST_CASE("A folder that was deleted, or holds garbage, is made anew", "[catalog][search]") {
  Shelf shelf;
  Fill(&shelf);
  shelf.Open();
  fs::remove_all(shelf.folder());
  CHECK(shelf.Open()->size() == 50);
  fs::remove_all(shelf.files());
  testing::WriteFile(shelf.files(), "a file where a folder was");
  CHECK(shelf.Open()->size() == 50);
  // A seal alone, of another form of the index.
  testing::WriteFile(shelf.files() + "/sealed", "shareway-search 0 1 0\nend\n");
  CHECK(shelf.Open()->rebuilds() == 1);
}

TEST_CASE("A process that is killed while it makes the index leaves one that is made anew",
          "[catalog][search]") {
  Shelf shelf;
  for (int round = 0; round < 5; ++round) {
    Fill(&shelf);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      // Dies in the middle: after some pages, before the end.
      auto index = Index::Open(shelf.folder());
      int pages = 0;
      Source source = shelf.SourceOf();
      source.list = [&pages, round](absl::string_view name, size_t)
          -> absl::StatusOr<std::vector<std::pair<std::string, std::optional<Entry>>>> {
        if (pages++ == round) ::kill(::getpid(), SIGKILL);
        return std::vector<std::pair<std::string, std::optional<Entry>>>{
            {absl::StrCat(name.empty() ? "resources/a" : name, "a"), Titled("1/1", "半途")}};
      };
      if (index.ok()) (*index)->Start(std::move(source));
      for (;;) ::pause();
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    const auto index = shelf.Open();
    CHECK(index->rebuilds() == 1);
    CHECK(index->Search({.words = "半途"}).value().total == 0);
    CHECK(index->Search({.words = "婚姻登记"}).value().total == 50);
  }
}

TEST_CASE("What is shown while the index is made anew is found after, and nobody waits",
          "[catalog][search]") {
  Shelf shelf;
  Fill(&shelf);
  auto index = Index::Open(shelf.folder()).value();
  absl::Mutex mutex;
  bool go = false;
  Source source = shelf.SourceOf();
  const auto list = source.list;
  source.list = [&](absl::string_view name, size_t limit) {
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&go));
    return list(name, limit);
  };
  index->Start(std::move(source));
  const Entry changed = Titled("306002/1", "收养");
  index->Show("resources/r1", &changed);
  index->Show("resources/r2", nullptr);
  const absl::Status refused = index->Search({.words = "婚姻"}).status();
  CHECK(absl::IsUnavailable(refused));
  {
    absl::MutexLock lock(&mutex);
    go = true;
  }
  REQUIRE(AwaitReady(index.get()));
  CHECK(IdsOf(index.get(), {.words = "收养"}) == "r1");
  CHECK(index->size() == 49);
}

TEST_CASE("A seal is of one state and is broken by use", "[catalog][search]") {
  testing::TempDir dir;
  testing::WriteFile(dir / "a", "1");
  REQUIRE(Seal(dir.path(), "s").ok());
  CHECK(Unseal(dir.path(), "s"));
  CHECK_FALSE(Unseal(dir.path(), "s"));
  REQUIRE(Seal(dir.path(), "s").ok());
  CHECK_FALSE(Unseal(dir.path(), "t"));
  CHECK_FALSE(Unseal(dir.path() + "/none", "s"));
}

}  // namespace
}  // namespace shareway::catalog::search
