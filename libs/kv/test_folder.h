// SPDX-License-Identifier: Apache-2.0
// A folder that lives as long as a test, and the stores the suite runs on.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "libs/kv/rocks_store.h"

namespace shareway::kv {

// A fresh empty folder, removed at the end.
class TestFolder {
 public:
  TestFolder() {
    path_ = (std::filesystem::temp_directory_path() / "shareway-kv-XXXXXX").string();
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::unique_ptr<Store> MustOpen(const std::string& dir, RocksOptions options = {}) {
  absl::StatusOr<std::unique_ptr<Store>> store = OpenRocks(dir, options);
  INFO(store.status());
  REQUIRE(store.ok());
  return *std::move(store);
}

// One engine of the suite, and what a restart does to it.
class TestStore {
 public:
  explicit TestStore(bool rocks) : rocks_(rocks) {
    if (rocks_) {
      store_ = MustOpen(folder_.File("store"));
    } else {
      store_ = std::make_unique<MemoryStore>();
    }
  }

  Store* operator->() const { return store_.get(); }
  Store& operator*() const { return *store_; }

  // Closes and opens it again. A store in memory just goes on.
  void Reopen() {
    if (!rocks_) return;
    store_.reset();
    store_ = MustOpen(folder_.File("store"));
  }

 private:
  const bool rocks_;
  TestFolder folder_;
  std::unique_ptr<Store> store_;
};

}  // namespace shareway::kv
