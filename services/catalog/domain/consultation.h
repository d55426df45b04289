// SPDX-License-Identifier: Apache-2.0
// What must have happened before an entry that others use is taken away or made narrower: they were
// consulted and the change was filed (R25 27(3); law.md section 6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace shareway::catalog {

// What stands over an entry, as sharing told at the moment of the decision.
struct ResourceUse {
  // A change of service. The numbers are those of service_change.proto.
  struct Change {
    enum class Kind { kUnspecified = 0, kChange, kEnd };
    enum class State { kUnspecified = 0, kConsulting, kFiled, kInEffect, kWithdrawn };
    std::string name = {};  // service-changes/{c}
    Kind kind = Kind::kUnspecified;
    State state = State::kUnspecified;
    absl::CivilDay effect = {};  // first day
    std::vector<std::string> consulted = {};  // agencies/{a}
  };
  std::vector<std::string> consumers = {};  // agencies/{a} with a live grant; perhaps not all
  int64_t consumer_count = 0;               // all of them
  std::vector<Change> changes = {};         // CONSULTING and FILED ones
  std::optional<Change> asked = {};         // the one that was named, if it is over this entry
};

// What is done to the entry.
enum class Cut { kWithdrawal, kNarrowerRevision };

// OK if nobody has a live grant of `resource`, or if `service_change` is one over it that was filed
// and on which everybody with a live grant was consulted: for a withdrawal an END whose day has
// come, as it must be to revoke their grants; for a narrower revision either kind, also before its
// day, since consumers keep the revision that their grants pin. Who got a grant after the
// consultation was not heard: the change carries no later cut over that one's head.
// FAILED_PRECONDITION, CONSUMERS_LIVE, naming consumers, changes that stand, and `article`, which
// may be empty. INVALID_ARGUMENT if a change is named that is not over it, or that does not carry
// what nobody stands against. Whom it is told to may know the consumers: the authority in charge
// alone withdraws and publishes.
absl::Status CheckConsulted(Cut cut, absl::string_view resource, const ResourceUse& use,
                            absl::string_view service_change, absl::CivilDay today,
                            absl::string_view article);

}  // namespace shareway::catalog
