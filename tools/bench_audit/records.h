// SPDX-License-Identifier: Apache-2.0
// Evidence records by the million: made once, then patched where they differ.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shareway/evidence/v1/record.pb.h"

namespace shareway::bench {

// One half of an exchange as a node seals it, with both parties' signatures, some
// 900 bytes; slim: without signatures and digests, some 250. Thread-safe.
class RecordMold {
 public:
  // `consumer`, `provider`: agencies/{a}, each with node n1. `received`: the
  // consumer's half, else the provider's.
  RecordMold(const std::string& domain, const std::string& consumer, const std::string& provider,
             bool received, bool slim);

  // Sequence `number` + 2^28 and exchange x{number} in incarnation `life`, serialized.
  std::string Sealed(uint64_t number, uint32_t life) const;
  size_t bytes() const { return bytes_.size(); }
  const std::string& producer() const { return producer_; }

 private:
  std::string producer_;
  std::string bytes_;
  size_t sequence_at_ = 0, exchange_at_ = 0, grant_at_ = 0, life_at_ = 0, salt_at_ = 0;
};

// An AppendRequest of these records.
std::string AppendRequestOf(const RecordMold& mold, uint64_t first, int count, uint32_t life);

}  // namespace shareway::bench
