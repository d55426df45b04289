// SPDX-License-Identifier: Apache-2.0
// Somebody who has read all evidence and guesses what stands behind its digests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"
#include "shareway/evidence/v1/record.pb.h"

namespace shareway::testing {

// What could stand behind a digest: a person, a case, a record key, a file.
struct Candidate {
  std::string name = {};                // how it is told
  std::string label = {};               // of FORMATS.md, before the text
  std::vector<std::string> texts = {};  // the forms that may have been hashed
};

// Tries every construction of proto/FORMATS.md, and its near relations, on each
// candidate: SHA-256 and SM3, plain, labelled, as leaves of our trees, twice; HMAC of
// both under secrets that people choose; both, and HMAC, with every salt, nonce and
// digest that can be seen as prefix, suffix or key. It sees what is there as bytes,
// as hexadecimal and as base64, whole or cut to eight bytes.
class Attacker {
 public:
  // Reads bytes: whatever lies in them, at any place.
  void Read(absl::string_view bytes);
  // Reads a record and its salt. What looks like a salt, nonce or digest is tried as one.
  void Read(const evidence::v1::SealedRecord& sealed);
  // Tries this value as a salt or key, too.
  void Use(absl::string_view value) { used_.insert(std::string(value)); }

  // The names of the candidates that it recognises, each with how.
  std::vector<std::string> Guess(const std::vector<Candidate>& candidates) const;
  // True if a digest, cut to eight bytes or not, is among what was read.
  bool Saw(const Hash32& digest) const;
  // True if the text itself is among what was read.
  bool SawText(absl::string_view text) const;

  const absl::btree_set<std::string>& used() const { return used_; }
  size_t bytes_read() const { return clear_.size(); }

 private:
  void AddWindows(absl::string_view bytes);
  std::string HowSeen(const Candidate& candidate) const;
  std::string HowHashed(const std::string& text) const;
  std::string HowKeyed(const std::string& text) const;
  std::string HowSalted(const std::string& text) const;

  std::string clear_;                       // all that was read
  absl::flat_hash_set<uint64_t> windows_;   // each eight bytes of it, decoded too
  absl::btree_set<std::string> used_;
};

}  // namespace shareway::testing
