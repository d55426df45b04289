// SPDX-License-Identifier: Apache-2.0
// Entries that an index is made from, as a store would keep them, for tests.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "services/catalog/search/index.h"
#include "tests/support/temp_dir.h"

namespace shareway::catalog::search {

inline Entry Titled(const std::string& code, const std::string& title) {
  return {.code = code, .title = title, .provider = "agencies/a"};
}

// Survives its indexes, as a store does.
class Shelf {
 public:
  using Page = std::vector<std::pair<std::string, std::optional<Entry>>>;

  void Put(const std::string& name, std::optional<Entry> entry) {
    absl::MutexLock lock(&mutex_);
    entries_[name] = std::move(entry);
    ++changes_;
  }
  // Puts and shows.
  void Show(Index* index, const std::string& name, std::optional<Entry> entry) {
    Put(name, entry);
    index->Show(name, entry ? &*entry : nullptr);
  }
  // An index over it in `folder`, that answers.
  std::unique_ptr<Index> Open() {
    std::unique_ptr<Index> index = Index::Open(folder()).value();
    index->Start(SourceOf());
    for (int i = 0; i < 3000 && !index->ready(); ++i) absl::SleepFor(absl::Milliseconds(10));
    REQUIRE(index->ready());
    return index;
  }
  Source SourceOf() {
    return {.list = [this](absl::string_view name, size_t limit) { return List(name, limit); },
            .state =
                [this] {
                  absl::MutexLock lock(&mutex_);
                  return absl::StrCat(changes_);
                }};
  }
  std::string folder() const { return dir_ / "search"; }
  std::string files() const { return dir_ / "search/index"; }

 private:
  absl::StatusOr<Page> List(absl::string_view name, size_t limit) {
    absl::MutexLock lock(&mutex_);
    Page page;
    for (auto it = entries_.upper_bound(std::string(name));
         it != entries_.end() && page.size() < limit; ++it) {
      page.emplace_back(it->first, it->second);
    }
    return page;
  }

  testing::TempDir dir_;
  absl::Mutex mutex_;
  std::map<std::string, std::optional<Entry>> entries_ ABSL_GUARDED_BY(mutex_);
  int changes_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Ids of the hits in order.
inline std::string IdsOf(Index* index, const Query& query) {
  const absl::StatusOr<Found> found = index->Search(query);
  INFO(found.status());
  REQUIRE(found.ok());
  std::string ids;
  for (const Place& hit : found->hits) {
    absl::StrAppend(&ids, ids.empty() ? "" : " ", hit.name.substr(10));
  }
  return ids;
}

}  // namespace shareway::catalog::search
