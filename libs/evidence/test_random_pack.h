// SPDX-License-Identifier: Apache-2.0
// Packs of random shape, and what pins them: the good half of the interop test.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "libs/evidence/test_dice.h"
#include "libs/evidence/test_pack.h"

namespace shareway::evidence {

// A pack before it is a file, with the head that its checkpoint signs.
struct Draft {
  TreeHead head = {};
  Pack pack = {};
  std::vector<std::string> keys = {};  // pinned verifier keys
};

// Makes records, signed by P-256 and SM2 keys that it keeps, and packs of them.
class PackPress {
 public:
  explicit PackPress(uint64_t seed);

  Dice& dice() { return dice_; }
  const crypto::PrivateKey& log_key() const { return log_key_; }
  const crypto::PrivateKey& national_key() const { return national_key_; }
  const std::vector<crypto::PrivateKey>& witnesses() const { return witnesses_; }
  // One of the keys that sign records, of either suite.
  const crypto::PrivateKey& AnySigner() { return dice_.Pick(signers_); }
  const crypto::PrivateKey& SignerOf(absl::string_view key_id) const;

  // A record with its signatures. Most come from a stock that is renewed slowly,
  // because signing is what takes time.
  const v1::SealedRecord& AnyRecord();
  v1::SealedRecord MakeRecord();
  // The signature of one payload in a batch of random size.
  v1::Signature SignOne(const crypto::PrivateKey& key, const std::string& payload);

  // Records at random indices of a log of random size; each path holds.
  Draft Make();
  // The same for given records; for one record the log may have any size.
  Draft MakeOf(const std::vector<v1::SealedRecord>& sealed);
  std::string WitnessName(size_t i) const { return absl::StrCat("agencies/a", i, "/nodes/n1"); }

 private:
  void Finish(Draft* draft);

  Dice dice_;
  std::vector<crypto::PrivateKey> signers_;
  std::vector<crypto::PrivateKey> witnesses_;
  crypto::PrivateKey log_key_;
  crypto::PrivateKey national_key_;
  std::vector<v1::SealedRecord> stock_;
};

}  // namespace shareway::evidence
