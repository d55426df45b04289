// SPDX-License-Identifier: Apache-2.0
// Builds the secondary indexes of one version: entries are gathered, sorted and ingested in files.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/kv/store.h"
#include "services/exchange/domain/row.h"
#include "services/exchange/domain/schema.h"

namespace shareway::exchange {

// Entries lie under a prefix of their own, which nothing else writes. The same rows give the same
// entries, so what a crash cut may be built again over what is there. One thread.
class IndexWriter {
 public:
  // About the memory that waiting entries take.
  static constexpr size_t kMaxBytes = 32 << 20;

  // Indexes `items`, all of `schema`. `store` must outlive it.
  IndexWriter(kv::Store* store, std::string prefix, const DatasetSchema& schema,
              const std::vector<std::string>& items, size_t max_bytes = kMaxBytes);

  // Gathers a row's entries; writes nothing. DATA_LOSS if its cells are damaged.
  absl::Status Add(absl::string_view key, absl::string_view cells);
  // True once what waits is worth a file.
  bool full() const { return bytes_ >= max_bytes_; }
  // Writes what waits. May block; durable on OK. After an error what was written is unknown, but
  // never wrong.
  absl::Status Write();

 private:
  struct Indexed {
    std::string item;
    size_t slot = 0;  // in places_
  };

  kv::Store* const store_;
  const std::string prefix_;
  const size_t max_bytes_;
  std::vector<size_t> places_;  // cells that are looked at, ascending
  std::vector<Indexed> indexed_;
  std::vector<CellView> found_;
  std::vector<kv::Pair> waiting_;
  size_t bytes_ = 0;
};

}  // namespace shareway::exchange
