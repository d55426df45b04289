// SPDX-License-Identifier: Apache-2.0
// What the committer asks of an engine, and how entries and logs lie in it.
//
// Raw keys:
//   c                          -> commit counter: be64
//   h + log                    -> be64 head (last number given), be64 tail (first number kept)
//   k + key                    -> be64 version, value
//   l + log + 0x00 + be64 n    -> bytes of entry n
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::kv {

// Of a process that cannot know whether a write is on the disk: EX_IOERR of
// sysexits.h. Only a restart can learn it.
inline constexpr int kExitUnknownOutcome = 74;

// The ends of a log: numbers [tail, head] are kept, none if tail is head + 1.
struct LogEnds {
  uint64_t head = 0;
  uint64_t tail = 1;
};

inline constexpr absl::string_view kCommitKey = "c";
inline constexpr absl::string_view kEndsPrefix = "h";
inline constexpr absl::string_view kEntryPrefix = "k";

std::string EntryKey(absl::string_view key);
// The raw end of a range of keys whose end is `limit`; empty means to the last.
std::string EntryLimit(absl::string_view limit);
std::string EndsKey(absl::string_view log);
std::string LogKey(absl::string_view log, uint64_t number);

// The 8 bytes of version that stand before each value.
inline constexpr size_t kVersionBytes = 8;
std::string EncodeEntry(uint64_t version, absl::string_view value);
std::string EncodeEnds(LogEnds ends);
// DATA_LOSS unless `raw` is what EncodeEnds makes.
absl::StatusOr<LogEnds> DecodeEnds(absl::string_view raw);

// One change of raw keys.
struct RawOp {
  enum class Kind { kPut, kDelete, kDeleteRange };
  Kind kind = Kind::kPut;
  std::string key = {};         // or the start of the range
  std::string value = {};       // or its end
  absl::string_view tail = {};  // kPut: stands behind `value`; lives as long as the batches
};

// An ordered map of raw keys. Only the committer writes to it.
class Engine {
 public:
  virtual ~Engine() = default;

  // The value of `key`; nothing if it is absent.
  virtual absl::StatusOr<std::optional<std::string>> Read(absl::string_view key) const = 0;

  // Applies all of `ops` in order, durably, or none. RESOURCE_EXHAUSTED: nothing
  // was written and nothing will be. Any other error: the outcome is unknown.
  virtual absl::Status Write(const std::vector<RawOp>& ops) = 0;

  // RESOURCE_EXHAUSTED while the volume is too full for batches that add bytes.
  virtual absl::Status Room() = 0;
};

}  // namespace shareway::kv
