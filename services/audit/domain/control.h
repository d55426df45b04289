// SPDX-License-Identifier: Apache-2.0
// What no administrator does to the log alone: stopping it, and changing how long it keeps records.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/audit/domain/retention.h"

namespace shareway::audit {

// The three administrators, of which nobody is two (GB/T 22239: system, security, audit).
enum class Administrator { kSystem, kSecurity, kAudit };

// One of the two.
struct Controller {
  std::string person = {};  // people/{p}
  std::vector<Administrator> roles = {};
};

// What is asked for: a stop, or a retention.
struct Control {
  std::optional<Retention> retention = {};  // unset: the log stops
  std::string reason = {};

  bool stop() const { return !retention.has_value(); }
  // INVALID_ARGUMENT for a reason that is empty or over 2000 bytes, and for a retention that the
  // law forbids, naming the article.
  absl::Status Check() const;
};

// A proposal waits so long for its second person.
inline constexpr absl::Duration kProposalLasts = absl::Hours(1);

// What one person has asked for, and the other has not confirmed yet.
struct Proposal {
  std::string name = {};  // controls/{c}
  Controller by = {};
  Control control = {};
  absl::Time time = {};

  // True until kProposalLasts have gone by; false, too, if the clock went back by more than that.
  bool LastsAt(absl::Time now) const;
  // OK if `second` may confirm it at `now`. PERMISSION_DENIED: OWN_REQUEST for who proposed it;
  // POLICY_DENIED unless the two hold two different ones of the three roles, one of them
  // the audit administrator's. FAILED_PRECONDITION, DEADLINE_PASSED, when it lasts no more.
  absl::Status CheckSecond(const Controller& second, absl::Time now) const;
  // OK if what the second person signed is what is proposed: unset means a stop. INVALID_ARGUMENT
  // otherwise: a page that showed something else gets nothing done.
  absl::Status CheckSame(const std::optional<Retention>& signed_retention) const;
};

// What the command line says of retention; what is unset it leaves to the log.
struct AskedRetention {
  std::optional<int> exchange_days = {};
  std::optional<int> calls_days = {};

  // For a log that has no word on it yet: for ever where nothing is said.
  Retention OrForEver() const;
  // FAILED_PRECONDITION, saying what to do, if something that is said differs from `in_force`.
  absl::Status CheckAgrees(const Retention& in_force) const;
};

}  // namespace shareway::audit
