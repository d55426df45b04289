// SPDX-License-Identifier: Apache-2.0
// Judges what a log serves from a damaged store: refused, the same as before, or wrong.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "services/audit/audit.h"
#include "services/audit/store/entry.h"
#include "tests/fault/lone_log.h"

namespace shareway::testing {

// What the log must serve, made once from what the oracle knows: `log` outlives it. It
// judges one store after another.
class Judge {
 public:
  explicit Judge(const LogOracle& log);

  // Opens the store `dir` as the service does and compares all that it serves with
  // what the oracle knows: every entry, paths of a sample under a checkpoint that
  // the pinned key signed, searches. Answers
  //   same             everything as before
  //   refused WHY      an error where something would have been served, or no start
  //   behind SIZE      all as before, but the end is missing: what the start rule finds
  //                    by the witnesses' reports
  //   wrong WHAT       something else was served
  std::string Of(const std::string& dir) const;

  // An acknowledged entry as it was sent, and what follows from its bytes.
  struct Expected {
    uint64_t number = 0;
    evidence::v1::SealedRecord sent = {};
    audit::Entry entry = {};
  };
  const LogOracle& log() const { return log_; }
  const audit::LogKey& key() const { return key_; }
  const std::map<uint64_t, Expected>& entries() const { return entries_; }  // by index

 private:
  const LogOracle& log_;
  const audit::LogKey key_;
  std::map<uint64_t, Expected> entries_;
};

}  // namespace shareway::testing
