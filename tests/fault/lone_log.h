// SPDX-License-Identifier: Apache-2.0
// A log whose every record follows from its number, and the oracle outside it:
// what a lone audit process was seen to acknowledge and to sign.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "libs/base/bytes.h"
#include "libs/kv/store.h"
#include "services/audit/audit.h"
#include "services/audit/signer.h"
#include "services/audit/store/log_reader.h"
#include "shareway/evidence/v1/record.pb.h"

namespace shareway::testing {

// Record number `number`, from 0, as every process makes it: even numbers are the
// provider's halves of exchanges, odd ones the consumer's; 400 to 900 bytes.
evidence::v1::SealedRecord RecordOf(uint64_t number);

// Where the archive and the mirror of the log in store `dir` lie.
inline std::string ArchiveOf(const std::string& dir) { return dir + ".archive"; }
inline std::string MirrorOf(const std::string& dir) { return dir + ".mirror"; }
// Copies a store with both. Errors of the file system.
absl::Status CopyStore(const std::string& from, const std::string& to);

// Brings the mirror of a log up to its newest signed head.
absl::Status FollowInMirror(const std::string& dir, const audit::Audit& log,
                            const audit::LogReader& reader, kv::Store* store);

// The key in a PEM file.
audit::LogKey LogKeyIn(const std::string& path);

// What clients and witnesses of one log know. A value.
class LogOracle {
 public:
  explicit LogOracle(std::string key_file) : key_file_(std::move(key_file)) {}

  void Acknowledge(uint64_t number, uint64_t index) { acknowledged_[index] = number; }
  void See(uint64_t size, const Hash32& root) { heads_[size] = root; }
  // Takes a line of the lone audit process: ack NUMBER INDEX, head SIZE ROOT (hex).
  // False for others.
  bool Take(const std::string& line);

  // Opens a copy of the store `dir`, of its archive and its mirror, and says what does
  // not hold: fsck's invariants, every acknowledged entry at its index with its
  // bytes, every head seen a prefix of the log, the newest signed checkpoint behind
  // none of them. The mirror must follow the log again.
  absl::Status Check(const std::string& dir) const;

  audit::LogKey log_key() const { return LogKeyIn(key_file_); }
  uint64_t acknowledged() const { return acknowledged_.size(); }
  // One more than the largest index acknowledged.
  uint64_t end() const { return acknowledged_.empty() ? 0 : acknowledged_.rbegin()->first + 1; }
  const std::map<uint64_t, Hash32>& heads() const { return heads_; }
  const std::map<uint64_t, uint64_t>& entries() const { return acknowledged_; }

 private:
  std::string key_file_;
  std::map<uint64_t, uint64_t> acknowledged_;  // index -> number
  std::map<uint64_t, Hash32> heads_;           // size -> root
};

}  // namespace shareway::testing
