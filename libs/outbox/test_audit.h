// SPDX-License-Identifier: Apache-2.0
// What tests of the outbox deliver to.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/evidence/envelope.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"

namespace shareway::outbox {

// Audit in a few lines: keeps each entry id once, like the real one. Can lose
// what it is sent, or only its answer, or its disk.
class FakeAudit final : public Sink {
 public:
  bool lose_next = false;
  bool lose_next_answer = false;
  std::vector<std::string> log;  // records in order of index; empty: lost
  uint64_t witnessed = ~uint64_t{0};
  uint64_t safe_size = 0;
  std::optional<uint64_t> last_sequence;  // if set, what it says instead of what it has
  bool rebuilding = false;
  bool forgetful = false;  // a proof may lead elsewhere
  bool away = false;  // when asked what it has
  int asked = 0;
  std::vector<size_t> batches;     // how many records came at a time
  std::vector<size_t> proofs;      // how many entries were to be proven, each time
  std::vector<uint64_t> unplaced;  // first sequences of batches that were given without indices

  absl::StatusOr<Appended> Append(const std::vector<evidence::v1::SealedRecord>& records) override {
    if (rebuilding) return absl::UnavailableError("rebuilding");
    batches.push_back(records.size());
    if (std::exchange(lose_next, false)) return absl::UnavailableError("lost");
    Appended appended{.safe_size = safe_size};
    for (const auto& sealed : records) {
      auto [it, fresh] = ids_.emplace(SequenceOf(sealed), log.size());
      if (fresh) {
        log.push_back(sealed.record());
        commitments_.push_back(evidence::Commitment(sealed));
      }
      CHECK(log[it->second] == sealed.record());  // what is sent again is the same to the byte
      appended.indices.push_back(it->second);
    }
    if (std::exchange(lose_next_answer, false)) return absl::UnavailableError("answer lost");
    return appended;
  }
  absl::StatusOr<size_t> ProveIncluded(const std::vector<uint64_t>& indices,
                                       const std::vector<Hash32>& commitments) override {
    REQUIRE(indices.size() == commitments.size());
    proofs.push_back(indices.size());
    size_t proven = 0;
    for (; proven < indices.size() && indices[proven] < witnessed; ++proven) {
      const bool there = commitments_[indices[proven]] == commitments[proven];
      if (!there && forgetful) return absl::DataLossError("another entry is there");
      CHECK(there);
    }
    return proven;
  }
  absl::StatusOr<Seen> LastSeen(absl::string_view) override {
    ++asked;
    if (away) return absl::UnavailableError("away");
    return Seen{last_sequence.value_or(ids_.empty() ? 0 : ids_.rbegin()->first), rebuilding};
  }
  absl::StatusOr<uint64_t> Restore(
      const std::vector<uint64_t>& indices,
      const std::vector<evidence::v1::SealedRecord>& records) override {
    CHECK(rebuilding);
    if (indices[0] == kUnknownIndex) unplaced.push_back(SequenceOf(records[0]));
    for (size_t i = 0; i < records.size(); ++i) {
      const Hash32 commitment = evidence::Commitment(records[i]);
      uint64_t index = indices[i];
      if (index == kUnknownIndex) {  // the real one asks the roots
        const auto had = std::find(commitments_.begin(), commitments_.end(), commitment);
        index = static_cast<uint64_t>(had - commitments_.begin());
      }
      if (index >= log.size()) continue;  // above the head that it is rebuilt to
      log[index] = records[i].record();
      CHECK(commitments_[index] == commitment);
      ids_.emplace(SequenceOf(records[i]), index);
    }
    return static_cast<uint64_t>(std::count(log.begin(), log.end(), ""));
  }

  // All entries from `size` on are gone, and nobody is told.
  void ForgetFrom(size_t size) {
    std::erase_if(ids_, [&](const auto& id) { return id.second >= size; });
    log.resize(size);
    commitments_.resize(size);
    forgetful = true;
  }

  // Its tree has another leaf there.
  void SpoilLast() { commitments_.back() = Hash32(); }

  // All entries from `size` on are gone; below `target` places wait for them.
  void LoseFrom(uint64_t size, uint64_t target) {
    std::erase_if(ids_, [&](const auto& id) { return id.second >= size; });
    log.resize(size);
    log.resize(target);
    commitments_.resize(target);
    rebuilding = true;
  }

 private:
  static uint64_t SequenceOf(const evidence::v1::SealedRecord& sealed) {
    auto opened = evidence::Open(sealed);
    REQUIRE(opened.ok());
    return opened->record.sequence();
  }
  std::map<uint64_t, uint64_t> ids_;  // sequence to index
  std::vector<Hash32> commitments_;
};

inline constexpr char kProducer[] = "shareway://d/service/test";

inline void AddOne(Outbox* outbox, kv::Store* store, absl::string_view object) {
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::RESOURCE_DRAFTED);
  record.set_object(std::string(object));
  kv::Batch batch;
  batch.Put("x", object);
  outbox->Add(record, &batch);
  REQUIRE(store->Commit(std::move(batch)).ok());
}

}  // namespace shareway::outbox
