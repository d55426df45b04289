// SPDX-License-Identifier: Apache-2.0
// Grant decisions in process, without a call: what P9 and P14 say of them.
#pragma once

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/domain/permission.h"

namespace shareway::bench {

// Grants of one consumer, and a call that each of them permits. One thread.
class Decisions {
 public:
  explicit Decisions(int grants);

  // Looks up random grants and decides; a second of CPU, as for the reads below.
  double PerSecond() const;
  // One of them, without the time that reading the clock takes.
  absl::Duration Percentile99() const;
  // Reads the same names out of a store whose cache holds them all.
  double CachedReadsPerSecond(const std::string& dir) const;

 private:
  // True if the call is permitted.
  bool Decide(size_t grant) const;

  std::vector<std::string> names_;
  exchange::GrantTable table_;
  const exchange::Wanted wanted_;
  const absl::Time now_ = absl::Now();
};

}  // namespace shareway::bench
