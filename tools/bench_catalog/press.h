// SPDX-License-Identifier: Apache-2.0
// The catalogue without the network, over a store on disk: one agency that publishes.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "libs/base/clock.h"
#include "libs/kv/store.h"
#include "services/catalog/catalog.h"
#include "services/catalog/registrar.h"
#include "services/catalog/store/directory_store.h"
#include "services/catalog/store/source_store.h"
#include "services/catalog/store/update_store.h"
#include "services/catalog/updates.h"

namespace shareway::bench {

// Thread-safe. Ends the program when a step fails.
class Press {
 public:
  // Makes its store and the directory's first objects in `dir`, which is there. What is on its way
  // to audit is forgotten again within a tenth of a second, as a drain does.
  explicit Press(const std::string& dir);
  ~Press();

  // Entry `n`: compiled, submitted, approved and published, which is four writes.
  void Publish(uint64_t n);
  // One durable batch of `bytes`, by the same store: what a write costs at least.
  void CommitBare(uint64_t n, size_t bytes);

 private:
  catalog::Cause By(const char* person);
  void Drain();

  std::unique_ptr<kv::Store> kv_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<catalog::DirectoryStore> directory_;
  std::unique_ptr<catalog::ResourceStore> resources_;
  std::unique_ptr<statute::ProfileSet> statutes_;
  std::unique_ptr<catalog::Registrar> registrar_;
  std::unique_ptr<catalog::SourceStore> sources_;
  std::unique_ptr<catalog::UpdateStore> update_store_;
  std::unique_ptr<catalog::Updates> updates_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::atomic<uint64_t> acts_ = 0;
  absl::Notification closed_;
  std::thread drain_;
};

}  // namespace shareway::bench
