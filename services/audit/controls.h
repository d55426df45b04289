// SPDX-License-Identifier: Apache-2.0
// Stopping the log and changing its retention, which takes two administrators.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "libs/evidence/record.h"
#include "services/audit/audit.h"
#include "services/audit/domain/control.h"
#include "services/audit/own_entries.h"
#include "services/audit/own_record.h"
#include "services/audit/store/log_reader.h"

namespace shareway::audit {

// One person proposes, another confirms by the proposal's name, which is a digest of the first
// act: so the second act is bound to every byte that the first person signed. It says once more
// what is done, so that its person reads more than a digest. The record with both
// acts (LOG_CONTROLLED) is durable before anything happens. Proposals lie in memory, one of a
// person, and a restart forgets them: they are good for an hour anyway.
//
// The retention in force is what the log itself says, nothing else: so it outlives restarts, lost
// disks and flags. Nobody keeps it twice; a process that dies between record and effect finds it
// at its next start. A stop that is cut short so has happened. The log also tells a proposal that
// was done before from a new one: who sends both acts a second time gets nothing. Thread-safe.
class Controls {
 public:
  struct Parts {
    Audit* audit = nullptr;
    const LogReader* reader = nullptr;
    OwnRecords* own = nullptr;
    const OwnEntries* own_entries = nullptr;
    // Begins to stop the process, and returns; null where nobody can.
    std::function<void()> stop = {};
    // What administrator `person`, who signed `act`, is at this moment: no roles unless the person
    // stands and the key of the act counts. Null: nobody is known, and nothing is confirmed.
    std::function<std::vector<Administrator>(absl::string_view person,
                                             const evidence::SignedAct& act)>
        roles_today = {};
  };
  // All must outlive it. FAILED_PRECONDITION if `asked` is against the law, or not what the
  // log, which has begun, says; DATA_LOSS if the log is damaged.
  static absl::StatusOr<std::unique_ptr<Controls>> Open(Parts parts, AskedRetention asked);

  // Records what `asked` says if the log serves and has no record of its own yet: from here on two
  // change it. The first thing that a start records. Repeating it is harmless.
  absl::Status RecordFirst();

  // Keeps the proposal and returns it; what the person proposed before is forgotten. `act` was
  // verified. INVALID_ARGUMENT as Control::Check; FAILED_PRECONDITION, NOT_SUPPORTED, for a stop
  // where there is none; ABORTED, ACT_REPLAYED, for an act whose proposal was done; errors of the
  // log, which says so.
  absl::StatusOr<Proposal> Propose(Controller by, const evidence::SignedAct& act, Control control);
  // Records it with both acts, then does it. `retention` is what the second person signed; unset:
  // a stop. The first person's roles are asked for again: who was dismissed, or whose key was
  // revoked, since the proposal stands behind nothing. PERMISSION_DENIED, NOT_VISIBLE, for a name
  // that waits for nobody; errors as
  // Proposal::CheckSecond and CheckSame, and those of OwnRecords::Append: then it is not done, and
  // waits on.
  absl::StatusOr<Proposal> Confirm(absl::string_view name,
                                   const std::optional<Retention>& retention,
                                   const Controller& second, const evidence::SignedAct& act);
  // Those that wait, by name.
  std::vector<Proposal> Waiting() const;

  // By the log, which must serve; for ever where it says nothing. DATA_LOSS if it is damaged.
  absl::StatusOr<Retention> InForce();

 private:
  struct Signed {
    Proposal proposal = {};
    evidence::SignedAct act = {};
  };
  Controls(Parts parts, AskedRetention asked);
  absl::StatusOr<std::optional<Retention>> Read() const;
  absl::StatusOr<bool> IsNew() const;
  absl::Status Record(const Signed& first, const Controller& second,
                      const evidence::SignedAct& act);
  absl::StatusOr<bool> WasDone(absl::string_view name) const;

  const Parts parts_;
  const AskedRetention asked_;

  absl::Mutex confirming_;  // one act at a time; taken before the others
  mutable absl::Mutex waiting_mutex_;
  std::map<std::string, Signed> waiting_ ABSL_GUARDED_BY(waiting_mutex_);  // by person
  absl::Mutex retention_mutex_;
  std::optional<Retention> in_force_ ABSL_GUARDED_BY(retention_mutex_);  // unset: ask the log
};

}  // namespace shareway::audit
