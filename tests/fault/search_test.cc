// SPDX-License-Identifier: Apache-2.0
// The search index of a real catalogue is killed, cut, deleted and altered at any time, while
// entries are published and searched: it becomes right again by itself, and no write suffers.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/fault/exchanging.h"
#include "tests/support/await.h"
#include "tests/support/campaign.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;
namespace fs = std::filesystem;

const int kFaults = Rounds(6, 200);

// Nobody waits longer for a right answer after a fault, restart included.
constexpr absl::Duration kBound = absl::Seconds(20);

enum class Fault { kKill, kTruncate, kDelete, kFlip };
constexpr const char* kNames[] = {"killed", "cut", "deleted", "flipped"};

class SearchedCatalogue {
 public:
  SearchedCatalogue() : cluster(OptionsOf()), folder(cluster.StoreOf("catalog") + ".search") {
    draft_ = Divisions(cluster);
    // Channels are made beforehand: their map is not for several threads.
    for (const char* who : {"statistics-editor", "statistics-head", "bureau-officer"}) {
      cluster.Channel(who, "catalog");
    }
  }

  // Publishes one more entry; its name if that was acknowledged to the end.
  std::optional<std::string> PublishOne() {
    cat::Resource draft = draft_;
    const int n = ++made_;
    draft.set_code(absl::StrCat("306001/", 100'000 + n));
    draft.set_title(absl::StrCat("统计用区划代码", n));
    const auto published = Publish(cluster, kStatistics, draft, kBureau);
    if (published.ok()) return published->name();
    if (!Excused(published.status())) refused.push_back(std::string(published.status().message()));
    return std::nullopt;
  }

  // All entries that a search finds, if it answers.
  absl::StatusOr<std::set<std::string>> Find() {
    std::set<std::string> found;
    cat::SearchResourcesRequest search;
    search.set_query("区划代码");
    search.set_page_size(1000);
    for (;;) {
      auto page = cluster.Call<cat::SearchResourcesResponse>(
          "statistics-editor", "catalog", CatalogMethod("SearchResources"), search);
      if (!page.ok()) return page.status();
      for (const cat::SearchHit& hit : page->hits()) found.insert(hit.resource().name());
      if (page->next_page_token().empty()) return found;
      search.set_page_token(page->next_page_token());
    }
  }

  // A kill cuts calls and answers of a process that comes up; nothing else excuses a refusal.
  static bool Excused(const absl::Status& status) {
    return absl::IsUnavailable(status) || absl::IsCancelled(status) ||
           absl::IsDeadlineExceeded(status) || absl::IsAlreadyExists(status);
  }

  // The regular files of the index, in order.
  std::vector<fs::path> Files() const {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
      if (it->is_regular_file(error)) files.push_back(it->path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  Cluster cluster;
  const std::string folder;
  std::vector<std::string> refused = {};  // writes that no fault excuses

 private:
  static Cluster::Options OptionsOf() {
    Cluster::Options options;
    options.nodes = {};
    return options;
  }

  cat::Resource draft_;
  int made_ = 0;
};

// Does it to the folder, whatever lies there; files may go while it looks.
void Damage(const SearchedCatalogue& world, Fault fault, std::mt19937* random) {
  std::error_code error;
  if (fault == Fault::kDelete) {
    fs::remove_all(world.folder, error);
    return;
  }
  const std::vector<fs::path> files = world.Files();
  if (files.empty()) return;
  const fs::path& path = files[(*random)() % files.size()];
  const uintmax_t size = fs::file_size(path, error);
  if (error || size == 0) return;
  if (fault == Fault::kTruncate) {
    fs::resize_file(path, (*random)() % size, error);
    return;
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (int n = 0; file && n < 64; ++n) {
    const auto at = static_cast<std::streamoff>((*random)() % size);
    file.seekg(at);
    const char was = static_cast<char>(file.get());
    file.seekp(at);
    file.put(static_cast<char>(was ^ 0x55));
  }
}

// What an operator's supervisor does.
void KeepUp(Cluster& cluster, const std::string& process) {
  cluster.Start(process);
  cluster.AwaitReady(process);
}

TEST_CASE("The index killed, cut, deleted or altered at any time is made anew by itself",
          "[fault]") {
  const unsigned seed = DaySeed();
  INFO("SHAREWAY_SEED=" << seed);
  std::mt19937 random(seed);
  SearchedCatalogue world;
  std::set<std::string> published;
  // Searches go on all the while; what they answer is looked at when all is quiet.
  auto searching = world.cluster.Channel("bureau-officer", "catalog");
  std::atomic<int> answered = 0;
  Acknowledged none;
  const UnderLoad load(
      1,
      [&](int, int) -> std::optional<std::string> {
        cat::SearchResourcesRequest search;
        search.set_query("统计用区划");
        if (searching
                ->Unary<cat::SearchResourcesResponse>(CatalogMethod("SearchResources"), search)
                .ok()) {
          ++answered;
        } else {
          absl::SleepFor(absl::Milliseconds(5));  // the process is down or makes the index anew
        }
        return std::nullopt;
      },
      &none);
  for (int round = 0; round < kFaults; ++round) {
    const auto fault = static_cast<Fault>(random() % 4);
    const bool running = random() % 2 == 0;
    const bool orderly = random() % 2 == 0;
    INFO("round " << round << ": " << kNames[static_cast<int>(fault)]
                  << (running ? " while it runs" : orderly ? " after a stop" : " after a kill"));
    for (int n = 0; n < 2; ++n) {
      if (const auto name = world.PublishOne()) published.insert(*name);
    }
    if (running && fault != Fault::kKill) {
      Damage(world, fault, &random);
      // Cut files that are mapped may end the process at its next look, or not.
      if (const auto name = world.PublishOne()) published.insert(*name);
      (void)world.Find();
      // Not stopped in order: what was altered under it would be sealed as it is (README).
      world.cluster.Kill("catalog");
    } else if (orderly && fault != Fault::kKill) {
      CHECK(world.cluster.Stop("catalog") == 0);
      Damage(world, fault, &random);
    } else {
      world.cluster.Kill("catalog");
      if (fault != Fault::kKill) Damage(world, fault, &random);
    }
    KeepUp(world.cluster, "catalog");
    // Writes do not wait for the index.
    const auto during = AskUntil([&] { return world.PublishOne(); },
                                 [](const std::optional<std::string>& name) {
                                   return name.has_value();  // once the channel is connected again
                                 });
    CHECK(during);
    if (during) published.insert(*during);
    std::set<std::string> missing = published;
    const auto found = AskUntil([&] { return world.Find(); },
                                [&](const absl::StatusOr<std::set<std::string>>& hits) {
                                  return hits.ok() && std::includes(hits->begin(), hits->end(),
                                                                    published.begin(),
                                                                    published.end());
                                },
                                kBound);
    INFO(found.status());
    INFO(world.cluster.LogOf("catalog"));
    REQUIRE(found.ok());
    for (const std::string& name : *found) missing.erase(name);
    CHECK(missing.empty());
    // What is found is in the store, too, and not an echo of a damaged file.
    for (const std::string& name : *found) {
      if (published.contains(name)) continue;
      cat::GetResourceRequest get;
      get.set_name(name);
      const auto known = world.cluster.Call<cat::Resource>("statistics-editor", "catalog",
                                                           CatalogMethod("GetResource"), get);
      CHECK(known.ok());
      if (known.ok()) published.insert(name);  // its answer was cut
    }
  }
  CHECK(world.refused == std::vector<std::string>());
  CHECK(published.size() >= static_cast<size_t>(kFaults));
  CHECK(answered > 0);
}

}  // namespace
}  // namespace shareway::testing
