// SPDX-License-Identifier: Apache-2.0
// What nodes tell and ask of sharing besides grants: providers' slices of quotas and holds on file,
// consumers' first exchanges.
#pragma once

#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/request_part.h"
#include "services/sharing/store/node_store.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it.
class Nodes {
 public:
  // True if the node, agencies/{a}/nodes/{n}, serves the agency and both stand.
  using Serves = std::function<bool(absl::string_view node, absl::string_view agency)>;
  // OK if the hold's act, which is there, is a person's of its agency and for it; see
  // rpc/hold_act.h. PERMISSION_DENIED, ACT_INVALID, otherwise.
  using CheckAct = std::function<absl::Status(const FiledHold& hold)>;
  Nodes(const Desk* desk, NodeStore* store, Serves serves, CheckAct check_act)
      : desk_(desk), store_(store), serves_(std::move(serves)), check_act_(std::move(check_act)) {}

  // Takes a slice of the grant's quota of `day` for a node of its provider. Durable once OK: what
  // was given is never given again. PERMISSION_DENIED, NOT_VISIBLE, unless the node serves the
  // provider; INVALID_ARGUMENT for another day than today; FAILED_PRECONDITION, STATE_FORBIDS,
  // unless the grant is ACTIVE; RESOURCE_EXHAUSTED, QUOTA_EXHAUSTED; ABORTED: ask again.
  absl::StatusOr<DayQuota> LeaseQuota(absl::string_view node, absl::string_view grant,
                                      absl::CivilDay day, const DayQuota& wanted);

  // Files a hold of `hold.node`, or its end, for `hold.agency` (empty: the node's own), with its
  // event for the authority; the time at which it was filed. Each agency of a node has its own
  // file. What is not newer than the file's last is filed no second time. A subject that is not
  // there, or not the agency's, is filed like any other, so that nobody learns what is.
  // Without an act only a grant is held, and for a reason that begins with "aggregation rule "; it
  // opens a finding.
  // INVALID_ARGUMENT naming fields; PERMISSION_DENIED, NOT_VISIBLE, if the node does not serve the
  // agency, ACT_INVALID if the act is not for this; ABORTED, ACT_REPLAYED: it filed another hold.
  absl::StatusOr<absl::Time> FileHold(FiledHold hold, absl::string_view traceparent);

  // Hears that a node of the grant's consumer has received data under it, which confirms the supply
  // of the request behind it; see Sharing::ConfirmByExchange for what it answers and what it leaves
  // alone. True, and nothing changes, for a grant without a request (a direct one, a return flow),
  // and for a node that serves the provider, too: it would confirm its own supply. The state of the
  // grant does not matter: what was received stays received. A repetition is answered alike.
  // PERMISSION_DENIED, NOT_VISIBLE, unless the node serves the consumer; INVALID_ARGUMENT naming
  // fields; ABORTED: tell it again.
  absl::StatusOr<bool> ReportFirstExchange(absl::string_view node, absl::string_view grant,
                                           const Receipt& receipt, absl::string_view traceparent);

 private:
  void DropOldDays(absl::CivilDay today);
  evidence::AuditRecord Event(const FiledHold& hold, absl::string_view traceparent) const;
  // Of a hold by rule, once a hold; nothing if its subject is no grant of the agency's data.
  absl::Status OpenFinding(const FiledHold& hold) const;

  const Desk* const desk_;
  NodeStore* const store_;
  const Serves serves_;
  const CheckAct check_act_;
  absl::Mutex mutex_;
  absl::CivilDay dropped_ ABSL_GUARDED_BY(mutex_);  // the day on which old counts were deleted
};

}  // namespace shareway::sharing
