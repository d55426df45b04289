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
// The object of such a record, followed by size, '/' and root in hexadecimal digits, that tells
// of a head that was set aside in a start; `nodes` has the witness that reported it.
inline constexpr absl::string_view kSetAsidePrefix = "heads/";

// The sets that records by `producer`, the service itself, name, and their places.
struct WitnessSets {
  WitnessSet in_force = {};               // the newest that a witnessed head covers
  std::vector<PlacedSet> announced = {};  // those that none covers, the newest first
};
// As the log has them under a witnessed head of `witnessed` entries. DATA_LOSS if the log is
// damaged there.
absl::StatusOr<WitnessSets> ReadWitnessSets(const LogReader& reader, const LogState& state,
                                            absl::string_view producer, uint64_t witnessed);
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
// Takes such another one away.
void DeleteStagedToo(uint64_t index, const Hash32& commitment, kv::Batch* batch);
// The index of entries of which nobody knows where they were, if anywhere: batches that were
// sent once, and whose producer never learnt what became of them.
inline constexpr uint64_t kUnknownIndex = ~uint64_t{0};
// Puts an entry of such a batch, whose first entry has the sequence `first`; or takes it away.
// Such entries are read after all others, by stream, batch and sequence.
void PutUnplaced(uint64_t first, const Entry& entry, kv::Batch* batch);
void DeleteUnplaced(uint64_t first, const Entry& entry, kv::Batch* batch);
// The staged entries from index `from` on, by index; at most `limit`, and all others of the
// last index. DATA_LOSS if one is damaged.
struct StagedEntry {
  uint64_t index = 0;
  uint64_t first = 0;  // the first sequence of its batch, if the index is unknown
  EntryPtr entry = {};
};
absl::StatusOr<std::vector<StagedEntry>> ReadStaged(const kv::Store& store, uint64_t from,
                                                    size_t limit);
// Deletes all staged entries.
absl::Status DeleteStaged(kv::Store* store);

}  // namespace shareway::audit
