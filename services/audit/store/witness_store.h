// SPDX-License-Identifier: Apache-2.0
// What the store keeps for the log's witnesses: the newest witnessed checkpoint,
// and the entries that are given back to a log that lost its disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/kv/store.h"
#include "services/audit/domain/witness_set.h"
#include "services/audit/store/checkpoint.h"
#include "services/audit/store/entry.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/log_state.h"

namespace shareway::audit {

// A checkpoint, and the signature lines of those who cosigned it.
struct WitnessedCheckpoint {
  Checkpoint checkpoint = {};
  std::vector<std::string> cosignatures = {};  // each with its line feed
};

// The stored one; nothing if none was stored. DATA_LOSS if the value is damaged or its
// note is not signed by `verifier_key`. Cosignatures are not verified again.
absl::StatusOr<std::optional<WitnessedCheckpoint>> ReadWitnessed(const kv::Store& store,
                                                                 absl::string_view verifier_key);
// Durable once it returns OK; see kv::Store::Commit.
absl::Status WriteWitnessed(kv::Store* store, const WitnessedCheckpoint& witnessed);

// The object of the record WITNESSES_CHANGED that puts a set in force. Records of the
// same kind about another object name a smaller set for one start and change nothing.
inline constexpr absl::string_view kWitnessesObject = "witnesses";

// The set of the newest record by `producer`, the service itself, that changed it; the
// empty one if there is none. DATA_LOSS if the log is damaged there.
absl::StatusOr<WitnessSet> ReadWitnessSet(const LogReader& reader, const LogState& state,
                                          absl::string_view producer);
// A set as a record's `state`, and back. DATA_LOSS if the bytes do not parse.
std::string WitnessSetBytes(const WitnessSet& set);
absl::StatusOr<WitnessSet> ParseWitnessSet(absl::string_view bytes);

// The incarnations that the service's own records have had before `m/incarnation`.
absl::StatusOr<std::vector<std::string>> ReadPastIncarnations(const kv::Store& store);
// Puts into `batch` that `next`, 16 bytes, follows `now`.
absl::Status PutIncarnation(const kv::Store& store, absl::string_view now, absl::string_view next,
                            kv::Batch* batch);

// Puts the entry that had `index` into `batch`, until the log is whole up to there.
void PutStaged(uint64_t index, const Entry& entry, kv::Batch* batch);
// The same for another entry that somebody gave for this index; it is read after the first.
void PutStagedToo(uint64_t index, const Entry& entry, kv::Batch* batch);
// The staged entries from index `from` on, by index; at most `limit`, and all others of the
// last index. DATA_LOSS if one is damaged.
struct StagedEntry {
  uint64_t index = 0;
  EntryPtr entry = {};
};
absl::StatusOr<std::vector<StagedEntry>> ReadStaged(const kv::Store& store, uint64_t from,
                                                    size_t limit);
// Deletes all staged entries.
absl::Status DeleteStaged(kv::Store* store);

}  // namespace shareway::audit
