// SPDX-License-Identifier: Apache-2.0
// The head of the audit log as it travels in exchanges.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace shareway::exchange {

// What shareway.evidence.v1.LogHead says. Nothing is verified yet.
struct LogHead {
  uint64_t size = 0;
  std::string root = {};       // 32 bytes
  std::string signature = {};  // the log's, of the note

  // True if both are said to be of the same tree.
  bool SameTree(const LogHead& other) const { return size == other.size && root == other.root; }
};

// Shared, since every exchange carries the newest one. Null: none.
using LogHeadPtr = std::shared_ptr<const LogHead>;

}  // namespace shareway::exchange
