// SPDX-License-Identifier: Apache-2.0
// The storage seam: an ordered map from bytes to bytes, and append logs that
// number their entries densely. Two engines and a memory fake pass one suite.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace shareway::kv {

inline constexpr size_t kMaxValueBytes = 1 << 20;

// A value and the commit that wrote it. Versions are never reused.
struct Entry {
  std::string value;
  uint64_t version = 0;
};

// Changes that happen together or not at all. A value; cheap to move.
class Batch {
 public:
  // Keys are 1 to 1024 bytes, values at most kMaxValueBytes.
  Batch& Put(absl::string_view key, absl::string_view value);
  // The same without a copy of a large value.
  Batch& Put(absl::string_view key, std::string&& value);
  Batch& Put(absl::string_view key, const char* value) {
    return Put(key, absl::string_view(value));
  }
  Batch& Delete(absl::string_view key);
  // Deletes [start, limit); an empty `limit` means to the end. Not for keys that
  // the same batch puts.
  Batch& DeleteRange(absl::string_view start, absl::string_view limit);

  // The commit fails with ABORTED unless `key` was last written by `version`.
  Batch& Expect(absl::string_view key, uint64_t version);
  // The commit fails with ABORTED if `key` is there.
  Batch& ExpectAbsent(absl::string_view key);

  // Appends to a log (1 to 32 bytes [a-z-]); the number is given at commit: one
  // more than the log's last, from 1. Returns the append's place in this batch.
  int Append(absl::string_view log, std::string bytes);
  // Puts the number that append `place` got, 8 bytes big-endian.
  Batch& PutNumber(absl::string_view key, int place);
  // Drops a log's entries below `number`. Its numbering goes on.
  Batch& Trim(absl::string_view log, uint64_t number);

  // The commit fails with `why`, and nothing is written. The first refusal counts.
  Batch& Refuse(absl::Status why);

  bool empty() const { return ops_.empty() && expects_.empty(); }

  // For engines.
  struct Op {
    enum class Kind { kPut, kDelete, kDeleteRange, kAppend, kPutNumber, kTrim };
    Kind kind = Kind::kPut;
    std::string key = {};    // or log, or start
    std::string value = {};  // or bytes, or limit
    uint64_t number = 0;     // kPutNumber: place; kTrim: number
  };
  struct Expectation {
    std::string key;
    uint64_t version = 0;  // 0: absent
  };
  const std::vector<Op>& ops() const { return ops_; }
  const std::vector<Expectation>& expects() const { return expects_; }
  // The refusal; INVALID_ARGUMENT if a key, value or log name breaks a limit.
  absl::Status Check() const;

 private:
  std::vector<Op> ops_;
  std::vector<Expectation> expects_;
  absl::Status refused_;
  int appends_ = 0;
};

// What a commit gave.
struct Committed {
  uint64_t version = 0;           // of every key that the batch wrote
  std::vector<uint64_t> numbers;  // of its appends, in order
};

// A key with its value.
struct Pair {
  std::string key = {};
  std::string value = {};
};

// An ordered map from bytes to bytes with append logs. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // NOT_FOUND if `key` is absent.
  virtual absl::StatusOr<Entry> Get(absl::string_view key) const = 0;

  // Calls `visit` for each key in [start, limit), in byte order, from one
  // snapshot, until it returns false. An empty `limit` means to the end.
  using Visitor =
      absl::FunctionRef<bool(absl::string_view key, absl::string_view value, uint64_t version)>;
  virtual absl::Status Scan(absl::string_view start, absl::string_view limit,
                            Visitor visit) const = 0;

  // Calls `visit` for the log's entries with number >= from, in order, until it
  // returns false.
  using LogVisitor = absl::FunctionRef<bool(uint64_t number, absl::string_view bytes)>;
  virtual absl::Status ReadLog(absl::string_view log, uint64_t from, LogVisitor visit) const = 0;
  // The last number of a log that is durable; 0 before the first append.
  virtual uint64_t LogHead(absl::string_view log) const = 0;
  // The first number that is kept; head + 1 when none is.
  virtual absl::StatusOr<uint64_t> LogTail(absl::string_view log) const = 0;
  // Blocks until the log's head is above `number` or `timeout` has passed; true in the first case.
  virtual bool WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const = 0;

  // Durable once it returns OK. ABORTED: an expectation failed and nothing was
  // written. RESOURCE_EXHAUSTED: the disk is full and nothing was written.
  // INVALID_ARGUMENT: Batch::Check. Any other error: the outcome is unknown.
  absl::StatusOr<Committed> Commit(Batch batch);
  // The same; `done` runs on the committer's thread and must not block.
  virtual void CommitAsync(Batch batch, std::function<void(absl::StatusOr<Committed>)> done) = 0;

  // Adds many keys at once, as one sorted file beside the log of commits: a few
  // percent of what a batch of them costs, and commits go on meanwhile. All or
  // none, durable once it returns OK. `sorted` ascends by key, without twins. For
  // keys of their own that no batch ever puts, deletes one by one or expects
  // (DeleteRange may remove them); their version is 0. Ingesting a key again
  // replaces it. INVALID_ARGUMENT, naming the place, for pairs out of order or
  // beyond the limits of Put; RESOURCE_EXHAUSTED: the disk is full and nothing was
  // added. After any other error the outcome is unknown: ingest the same again.
  absl::Status Ingest(absl::Span<const Pair> sorted);

  // Removes from the disk what was overwritten or deleted in [start, limit) before the
  // call, the log of commits included: no file has its bytes once this returns OK, but
  // for a reader that began before and goes on. An empty `limit` means to the end. An
  // engine may have to write all that is left again, so it takes long and needs as much
  // free space; commits go on meanwhile. RESOURCE_EXHAUSTED: the space is not there.
  // Errors change nothing that is read. Call it after deleting what must not stay.
  virtual absl::Status Compact(absl::string_view start, absl::string_view limit) = 0;

  // Writes a consistent copy that OpenRocks opens to the absent folder `dir`.
  virtual absl::Status Checkpoint(const std::string& dir) = 0;

 protected:
  // `sorted` is not empty, in order and within the limits.
  virtual absl::Status IngestChecked(absl::Span<const Pair> sorted) = 0;
};

// How many bytes are free below which an engine refuses writes, as a share of the volume.
inline constexpr double kMinFreeShare = 0.10;

}  // namespace shareway::kv
