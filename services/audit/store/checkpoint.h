// SPDX-License-Identifier: Apache-2.0
// The newest signed checkpoint, and the birth certificate of a log's store.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/kv/store.h"

namespace shareway::audit {

// A head that was signed. Once it was told to anyone, the log never goes behind it.
struct Checkpoint {
  uint64_t size = 0;
  Hash32 root = {};
  absl::Time time = {};   // when it was signed
  std::string note = {};  // C2SP tlog-checkpoint
};

// The checkpoint that is stored. DATA_LOSS if there is none (every log has one
// from its birth on) and unless `verifier_key` signed its note.
absl::StatusOr<Checkpoint> ReadCheckpoint(const kv::Store& store, absl::string_view verifier_key);
// Durable once it returns OK; see kv::Store::Commit.
absl::Status WriteCheckpoint(kv::Store* store, const Checkpoint& checkpoint);

// What a store says of its log.
struct Birth {
  std::string verifier_key = {};  // NAME+HASH+BASE64
  std::string incarnation = {};   // of the service's own records, 16 bytes
};
// NOT_FOUND in a store without any key of a log; DATA_LOSS if only this one is gone.
absl::StatusOr<Birth> ReadBirth(const kv::Store& store);
// Makes an empty log with its first checkpoint, of size 0: from here on a store
// without checkpoint is a damaged one. ABORTED if there is a log.
absl::Status WriteBirth(kv::Store* store, const Birth& birth, const Checkpoint& empty);

}  // namespace shareway::audit
