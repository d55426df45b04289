// SPDX-License-Identifier: Apache-2.0
// For which of the agencies that a node serves a call, a request or a record is.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/neighbours.h"

namespace shareway::exchange {

// A node has a seat for its own agency and for each that it hosts (law.md section 7): started for
// it, and named in its directory entry (`hosted_agencies`). Only both together make it serve, so
// that a change of the directory ends it at once, and a node that does not hear of it within the
// lease. Thread-safe.
class Hosting {
 public:
  struct Parts {  // the pointers must outlive it
    std::string node = {};                  // agencies/{a}/nodes/{n}
    std::vector<std::string> hosted = {};   // agencies/{a} that it was started for
    const Neighbours* neighbours = nullptr;
    const GrantTable* grants = nullptr;
  };
  explicit Hosting(Parts parts);

  // The node's own agency.
  const std::string& own() const { return own_; }
  // True if nobody is hosted.
  bool alone() const { return hosted_.empty(); }
  // True if the agency is the own one, or hosted and in the directory as such.
  bool Serves(absl::string_view agency) const;

  // The agency whose seat a caller of `agency` speaks to: that one if it is served, the own one
  // otherwise, where strangers learn nothing. UNAVAILABLE, LEASE_STALE, for a hosted agency while
  // nobody can tell whether it is hosted still.
  absl::StatusOr<std::string> OfCaller(absl::string_view agency) const;

  // The agency whose seat answers another node's request: the provider of the grant that it
  // names, if that is served; else the own one, which refuses. Nothing in the request is checked.
  // Waits for a grant that is on its way, at most kGrantPatience.
  std::string OfRequest(const evidence::v1::Envelope& request) const;

  // The half of an exchange that this node owes to `other`, the half that audit has.
  struct Owed {
    std::string agency = {};  // whose seat writes it
    bool consumer = false;    // it is the consumer's half, else the provider's
  };
  Owed OfMissing(const evidence::AuditRecord& other) const;

 private:
  const Parts parts_;
  const std::string own_;
  const std::set<std::string, std::less<>> hosted_;
};

}  // namespace shareway::exchange
