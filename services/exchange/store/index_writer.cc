// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/index_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/exchange/domain/index_entry.h"

namespace shareway::exchange {

IndexWriter::IndexWriter(kv::Store* store, std::string prefix, const DatasetSchema& schema,
                         const std::vector<std::string>& items, size_t max_bytes)
    : store_(store), prefix_(std::move(prefix)), max_bytes_(max_bytes) {
  for (size_t place = 0; place < schema.items.size(); ++place) {
    const std::string& id = schema.items[place].id;
    if (std::find(items.begin(), items.end(), id) == items.end()) continue;
    indexed_.push_back({id, places_.size()});
    places_.push_back(place);
  }
}

absl::Status IndexWriter::Add(absl::string_view key, absl::string_view cells) {
  if (!FindCells(cells, places_, &found_)) return absl::DataLossError("a row is damaged");
  for (const Indexed& indexed : indexed_) {
    const CellView& value = found_[indexed.slot];
    if (!value) continue;
    kv::Pair& entry = waiting_.emplace_back();
    entry.key = absl::StrCat(prefix_, IndexEntry(indexed.item, *value, key));
    bytes_ += sizeof(kv::Pair) + entry.key.capacity();
  }
  return absl::OkStatus();
}

absl::Status IndexWriter::Write() {
  std::sort(waiting_.begin(), waiting_.end(),
            [](const kv::Pair& a, const kv::Pair& b) { return a.key < b.key; });
  // A file that has a key twice is refused for that, when its rows are.
  waiting_.erase(std::unique(waiting_.begin(), waiting_.end(),
                             [](const kv::Pair& a, const kv::Pair& b) { return a.key == b.key; }),
                 waiting_.end());
  if (!waiting_.empty()) SHAREWAY_RETURN_IF_ERROR(store_->Ingest(waiting_));
  waiting_.clear();
  bytes_ = 0;
  return absl::OkStatus();
}

}  // namespace shareway::exchange
