// SPDX-License-Identifier: Apache-2.0
// For tests of segments: a log in memory, cut into segments of one bundle, and
// folders that fail or die at any step.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "libs/kv/test_folder.h"
#include "services/audit/store/archive.h"
#include "services/audit/store/log_copy.h"
#include "services/audit/store/mirror.h"
#include "services/audit/test_log.h"

namespace shareway::audit {

constexpr uint64_t kSmall = kBundle;  // entries of a test's segment

inline std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void WriteAll(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
}

// Small records of all classes: of each eight, five exchanges, one of calls, two for ever.
inline evidence::AuditRecord SmallRecord(uint64_t sequence) {
  evidence::AuditRecord record;
  record.set_nonce(std::string(16, 'n'));
  record.set_producer(kProviderUri);
  record.set_incarnation(std::string(16, 'i'));
  record.set_sequence(sequence);
  *record.mutable_time() =
      evidence::ToTimestamp(absl::FromUnixSeconds(1790000000 + static_cast<int64_t>(sequence)));
  record.set_kind(evidence::v1::EXCHANGE_DELIVERED);
  if (sequence % 8 == 5) record.set_kind(evidence::v1::CALLS_REJECTED);
  if (sequence % 8 > 5) record.set_kind(evidence::v1::GRANT_CREATED);
  if (sequence % 8 < 5) record.set_exchange(absl::StrCat("x", sequence));
  record.add_agencies(kProvider);
  return record;
}

// A log of `size` entries, signed.
class SmallLog {
 public:
  explicit SmallLog(uint64_t size) : writer_(MustOpenLog(&store)) { Grow(size); }

  void Grow(uint64_t count) {
    std::vector<EntryPtr> entries;
    const uint64_t size = state()->size();
    for (uint64_t i = 0; i < count; ++i) entries.push_back(MakeEntry(SmallRecord(size + i + 1)));
    MustAppend(writer_.get(), entries);
    MustSign(&store, *state());
  }
  std::shared_ptr<const LogState> state() const { return writer_->state(); }
  LogWriter* writer() { return writer_.get(); }
  NotedHead head() const {
    const Hash32 root = state()->edge.Root(crypto::LogHasher());
    return {.size = state()->size(),
            .root = root,
            .note = TestLogKey().Sign(state()->size(), root, kTestTime)->note};
  }

  kv::MemoryStore store;

 private:
  std::unique_ptr<LogWriter> writer_;
};

// Counts the steps on a volume; fails one of them, or dies there: then all that follow fail, too.
struct Faults {
  int at = -1;  // the step; -1: none
  bool die = false;
  absl::Status status = absl::UnavailableError("EIO");
  int steps = 0;

  Folder::Fault fault() {
    return [this](Folder::Step, absl::string_view) {
      const int step = steps++;
      const bool fails = at >= 0 && (die ? step >= at : step == at);
      return fails ? status : absl::OkStatus();
    };
  }
  bool dead() const { return die && at >= 0 && steps > at; }
};

// All entries as the log has them now, by index.
inline std::vector<Found> MustReadAll(const LogReader& reader, const LogState& state) {
  absl::StatusOr<std::vector<Found>> found = reader.Entries(state, 0, state.size(), ~size_t{0});
  INFO(found.status());
  REQUIRE(found.ok());
  REQUIRE(found->size() == state.size());
  return *std::move(found);
}

inline bool SameEntries(const std::vector<Found>& a, const std::vector<Found>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Found& x, const Found& y) {
    return x.index == y.index && x.stored.commitment == y.stored.commitment &&
           x.stored.sealed.record() == y.stored.sealed.record() &&
           x.stored.sealed.salt() == y.stored.sealed.salt();
  });
}

inline absl::StatusOr<CopyReport> CopyTo(kv::Store* store, const std::string& mirror,
                                         const std::string& key = TestLogKey().verifier_key()) {
  return CopyFromMirror(Folder(mirror), key, store, kTestTime, [](uint64_t) {});
}

}  // namespace shareway::audit
