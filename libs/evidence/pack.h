// SPDX-License-Identifier: Apache-2.0
// Evidence packs: records with their proofs in one JSON file that verifies
// offline (proto/FORMATS.md section 6).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"
#include "shareway/evidence/v1/record.pb.h"

namespace shareway::evidence {

struct PackEntry {
  uint64_t index = 0;
  v1::SealedRecord sealed = {};
  std::vector<Hash32> path = {};  // to the root of the checkpoint
};

struct Pack {
  std::string checkpoint = {};                 // signed note
  std::vector<std::string> cosignatures = {};  // witnesses' signature lines over the note
  std::vector<std::string> keys = {};  // SPKI DER of every key that signed something in a record
  std::vector<PackEntry> entries = {};
};

// The entries are written in the order of their indices.
std::string WritePack(const Pack& pack);
// INVALID_ARGUMENT naming what is malformed: unknown, missing or repeated members,
// base64 that is not strict, another format.
absl::StatusOr<Pack> ReadPack(absl::string_view json);

// Verifies everything in the pack against pinned verifier keys (note.h): the
// checkpoint's signature, each entry's path, and every signature in each record.
// Returns the checkpoint's size. INVALID_ARGUMENT for what cannot be verified at
// all: a malformed key or note, no entries. DATA_LOSS, PROOF_INVALID, if something
// does not verify; the message names the first entry that fails, and why, and the
// metadata has its index as "entry".
absl::StatusOr<uint64_t> VerifyPack(const Pack& pack,
                                    const std::vector<std::string>& verifier_keys);

}  // namespace shareway::evidence
