// SPDX-License-Identifier: Apache-2.0
// Which keys signed records, whose they were and when: by the log's own KEY_CHANGED
// records, and by the store's copy of the directory where the log does not say.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/crypto/batch.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"

namespace shareway::cli {

// For one thread.
class KeyHistory {
 public:
  // Knows the keys in the store's copy of the directory. DATA_LOSS if an object there
  // does not parse.
  static absl::StatusOr<KeyHistory> Read(const kv::Store& store);

  // Takes the record at `index` into account if it is the catalog's about a key.
  void Learn(uint64_t index, const evidence::AuditRecord& record);

  // Something signed, as a record tells of it.
  struct Signed {
    uint64_t index = 0;              // of the record
    absl::Time time = {};            // when the record says it happened
    std::vector<absl::string_view> owners = {};  // of whom one must have signed; empty: anyone
    absl::string_view payload = {};  // what was signed
    absl::string_view digest = {};   // its digest, where the payload is not there
    bool own = false;                // the record's own signature
  };
  // True if a key that is known, the owner's and valid at that time signed it; false if
  // the key is not known. DATA_LOSS saying what is wrong otherwise: the signature does
  // not verify, the key is another's or for another use, it was not valid then, or the
  // log held its retirement before and the record is of after that. Clocks may differ
  // by five minutes.
  absl::StatusOr<bool> Check(const evidence::v1::Signature& signature, const Signed& what);

  uint64_t verified() const { return verified_; }

 private:
  struct Known {
    crypto::PublicKey key;
    std::string owner = {};
    int use = 0;
    absl::Time start = absl::InfinitePast();
    absl::Time end = absl::InfiniteFuture();
    std::optional<uint64_t> retired_index = {};  // of the record that says so
    absl::Time retired = absl::InfiniteFuture();
  };
  // Null if the bytes tell of no key that can be read.
  Known* Take(absl::string_view directory_change);

  absl::flat_hash_map<std::string, Known> keys_;  // by id
  std::unique_ptr<crypto::BatchVerifier> verifier_ = std::make_unique<crypto::BatchVerifier>();
  uint64_t verified_ = 0;
};

}  // namespace shareway::cli
