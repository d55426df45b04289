// SPDX-License-Identifier: Apache-2.0
// What the audit log has of each attempt of each exchange: two halves, one by each node.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/evidence/record.h"
#include "tests/fault/exchanging.h"

namespace shareway::testing {

// What one node said of one attempt.
struct Half {
  int received = 0, not_received = 0;  // the consumer's, and not_received the provider's, too
  int delivered = 0, refused = 0;      // the provider's
  std::string request_digest = {}, response_digest = {};  // of the last one

  int all() const { return received + not_received + delivered + refused; }
};

// Both halves of one attempt.
struct Halves {
  Half consumer = {}, provider = {};

  // Nothing if each node said once how it ended, and both fit together; what is wrong else.
  std::optional<std::string> Fault() const;
  // Data were let through, and came.
  bool whole() const { return consumer.received == 1 && provider.delivered == 1; }
};

// By exchange and attempt.
class Settlement {
 public:
  // Of all exchanges of the agency as consumer that two nodes are named for. Nothing if audit
  // does not answer.
  static std::optional<Settlement> Read(Cluster& cluster, const std::string& agency);

  const std::map<std::pair<std::string, uint32_t>, Halves>& attempts() const { return attempts_; }
  // True if data of some attempt were let through, and came.
  bool whole(const std::string& exchange) const;
  // What is wrong, one line an attempt, at most so many.
  std::vector<std::string> Faults(size_t most = 20) const;

 private:
  void Take(const evidence::AuditRecord& record);

  std::map<std::pair<std::string, uint32_t>, Halves> attempts_;
};

// Halves that audit waits for from the node, older than a minute: AuditService.ListUnmatched.
// Nothing if it does not answer.
std::optional<int> CountUnmatched(Cluster& cluster, const std::string& process);

}  // namespace shareway::testing
