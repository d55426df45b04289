// SPDX-License-Identifier: Apache-2.0
// Entries that were signed together, kept as what the log does not have of them: one
// signature and the salts. Private to libs/outbox and its check (tools/shareway).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/key.h"
#include "libs/kv/store.h"
#include "libs/outbox/record.pb.h"

namespace shareway::outbox {

// A batch that was sealed just now: what is sent, and what is kept of it.
struct Sealed {
  std::vector<evidence::v1::SealedRecord> records = {};
  std::string kept = {};  // a SealedBatch
};

// The payload of the entry's envelope: the record as the log has it, and its number.
std::string PayloadOf(absl::string_view logged, uint64_t number);

// Signs payloads, 1 to 1,024, as one tree, with fresh salts.
absl::StatusOr<Sealed> SealBatch(const crypto::PrivateKey& key,
                                 std::vector<std::string> payloads);

// The records of the batch that begins at entry `first` and of which `kept` was kept: the
// same to the byte, in every version of this program, as audit knows them by their bytes.
// DATA_LOSS if `kept` does not parse or the log lacks an entry of the batch.
absl::StatusOr<std::vector<evidence::v1::SealedRecord>> OpenSealed(const kv::Store& store,
                                                                   uint64_t first,
                                                                   absl::string_view kept);

}  // namespace shareway::outbox
