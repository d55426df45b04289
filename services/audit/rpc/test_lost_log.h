// SPDX-License-Identifier: Apache-2.0
// For tests of a rebuild: a log that lost its disk, and all that its producers keep.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "services/audit/rpc/test_watched_world.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {

// A log of three witnesses, two of whom produce, and an old copy of it.
struct Lost {
  // Node 0 has `large` more entries of 62,000 bytes, one after another; then `more` is done.
  explicit Lost(uint64_t large = 0, const std::function<void(WatchedWorld&)>& more = {})
      : world(3, 3) {
    world.Open(&store);
    Appends(1, 40);
    old = world.Witness(3);
    copy = CopyOf(store);
    Appends(100, 15);
    middle = world.Witness(3);
    Appends(115, 15);
    for (uint64_t i = 0; i < large; i += 10) REQUIRE(world.Append(0, 1000 + i, 10, 62000).ok());
    if (more) more(world);
    head = world.Witness(3, &own_entries);
    root = *Hash32::From(head.root());
    const std::shared_ptr<const LogState> state = world.audit->state();
    for (uint64_t index = 0; index < state->size(); ++index) {
      const std::vector<Found> found = *world.reader->Entries(*state, index, index + 1, 1);
      sealed[index] = found[0].stored.sealed;
    }
    world.Close();
  }

  // From sequence `first` on, both nodes in turns, with own records between.
  void Appends(uint64_t first, uint64_t count) {
    for (uint64_t i = 0; i < count; i += 5) {
      REQUIRE(world.Append(i % 2, first + i, 5).ok());
      evidence::AuditRecord record;
      record.set_kind(evidence::v1::LOG_READ);
      record.set_object("people/first");
      REQUIRE(world.own->Append(record).ok());
    }
  }

  // Opens the copy; its witnesses report what they cosigned.
  void OpenCopy() {
    world.Open(copy.get(), true);
    REQUIRE(world.Report(0, head.note())->awaited() == 1);
    REQUIRE(world.Report(1, head.note()).ok());
  }
  v1::RestoredEntry Entry(uint64_t index) const {
    v1::RestoredEntry entry;
    entry.set_index(index);
    *entry.mutable_sealed() = sealed.at(index);
    return entry;
  }
  std::string ProducerOf(uint64_t index) const {
    return evidence::Open(sealed.at(index))->record.producer();
  }
  absl::StatusOr<v1::RestoreResponse> Restore(size_t node,
                                              const std::vector<v1::RestoredEntry>& entries) {
    v1::RestoreRequest request;
    for (const v1::RestoredEntry& entry : entries) *request.add_entries() = entry;
    return world.Call<v1::RestoreResponse>(node, "Restore", request);
  }
  // What a producer has; the log's own come from a node that keeps them.
  std::vector<v1::RestoredEntry> Of(const std::string& producer, uint64_t without = ~uint64_t{0}) {
    std::vector<v1::RestoredEntry> entries;
    for (uint64_t index = copy_size(); index < head.size(); ++index) {
      if (index != without && ProducerOf(index) == producer) entries.push_back(Entry(index));
    }
    return entries;
  }
  // All that this producer has, in calls of a few.
  absl::Status RestoreAll(size_t node, const std::string& producer) {
    const std::vector<v1::RestoredEntry> all = Of(producer);
    for (size_t i = 0; i < all.size(); i += 10) {
      const size_t end = std::min(all.size(), i + 10);
      const absl::Status status =
          Restore(node, {all.begin() + static_cast<ptrdiff_t>(i),
                         all.begin() + static_cast<ptrdiff_t>(end)})
              .status();
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
  // Gives these until the log serves; false if it does not. It rests after it tried in vain.
  bool RestoreUntilWhole(size_t node, const std::vector<v1::RestoredEntry>& entries) {
    const absl::Time limit = absl::Now() + absl::Seconds(60);
    while (!world.log->gate()->serving() && absl::Now() < limit) (void)Restore(node, entries);
    return world.log->gate()->serving();
  }
  // The batch of `count` entries from `first` on, as one whose place its producer never learnt.
  std::vector<v1::RestoredEntry> Unplaced(uint64_t first, uint64_t count) const {
    std::vector<v1::RestoredEntry> entries;
    for (uint64_t index = first; index < first + count; ++index) {
      entries.push_back(Entry(index));
      entries.back().set_index(kUnknownIndex);
    }
    return entries;
  }
  // Where the entry of a node with this sequence was.
  uint64_t IndexOf(size_t node, uint64_t sequence) const {
    for (const auto& [index, one] : sealed) {
      const evidence::AuditRecord record = evidence::Open(one)->record;
      if (record.producer() == world.nodes[node].uri && record.sequence() == sequence) return index;
    }
    FAIL("node " << node << " has no entry " << sequence);
    return 0;
  }
  // An entry that node `liar` signed and the log never had.
  v1::RestoredEntry Lie(size_t liar, uint64_t index, uint64_t sequence) {
    v1::RestoredEntry entry;
    entry.set_index(index);
    *entry.mutable_sealed() = world.RecordOf(liar, sequence);
    return entry;
  }
  Hash32 RootAt(uint64_t size) {
    const std::shared_ptr<const LogState> state = world.audit->state();
    return *merkle::RootAt(crypto::LogHasher(), size, [&](merkle::NodeId node) {
      return world.reader->Node(*state, node);
    });
  }
  uint64_t copy_size() const { return old.size(); }
  // The first index after the copy that `producer` has.
  uint64_t FirstOf(const std::string& producer) {
    return Of(producer).front().index();
  }

  kv::MemoryStore store;
  std::unique_ptr<kv::MemoryStore> copy;
  WatchedWorld world;
  v1::Checkpoint old;
  v1::Checkpoint middle;  // between the copy's end and the head
  v1::Checkpoint head;
  Hash32 root;
  std::vector<v1::LogEntry> own_entries;
  std::map<uint64_t, evidence::v1::SealedRecord> sealed;
};

inline std::string Meta(const absl::Status& status, const std::string& key) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details && details->metadata.contains(key) ? details->metadata.at(key) : "";
}

}  // namespace shareway::audit
