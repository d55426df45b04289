// SPDX-License-Identifier: Apache-2.0
// The gate that a started log stands behind until its witnesses have reported.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/evidence/note.h"
#include "libs/evidence/record.h"
#include "libs/metrics/registry.h"
#include "services/audit/audit.h"
#include "services/audit/domain/start_rule.h"
#include "services/audit/namings.h"
#include "services/audit/store/log_reader.h"

namespace shareway::audit {

// Decides by domain/start_rule.h, as soon as it is known whom the directory lists. A log that
// is rebuilt opens only when the rebuild says that it grew. Once open it stays open; a fork that
// is reported later is an alarm (metric shareway_audit_forked), and the witness that tells of it
// cosigns nothing more. A head that is set aside is neither: who reports it is answered as if
// silent, and finds by itself that its head is not in this log. Thread-safe.
class StartGate {
 public:
  enum class State {
    kAwaiting,    // too few reports
    kServing,
    kBehind,      // entries are missing, and nobody asked for a rebuild
    kRebuilding,  // entries are missing, and are taken from who has them
    kForked,      // for ever: two signed heads do not fit together
  };

  struct Options {
    bool rebuild = false;                  // --rebuild
    std::set<std::string> set_aside = {};  // ids of heads, --log_fork_settled
    metrics::Registry* metrics = nullptr;  // required; must outlive the gate
  };
  // Reads the sets that the log names where it ends: the one in force and those announced after it.
  using SetsNow = std::function<absl::StatusOr<std::vector<WitnessSet>>()>;
  // `audit` and `reader` must outlive it; `sets` is what `sets_now` would answer now.
  StartGate(const Audit* audit, const LogReader* reader, std::vector<WitnessSet> sets,
            SetsNow sets_now, Options options);

  // The witnesses that the directory lists now; nothing happens if the gate is open.
  void Expect(const WitnessSet& listed);

  // OK when the log serves. UNAVAILABLE, WITNESSES_AWAITED, while it waits, saying for what;
  // UNAVAILABLE, LOG_FORKED, for ever.
  absl::Status Check() const;
  // OK while it is being rebuilt. FAILED_PRECONDITION, NOT_REBUILDING, otherwise.
  absl::Status CheckRebuilding() const;
  State state() const;
  bool serving() const { return state() == State::kServing; }
  // True once it serves; false after `timeout`.
  bool WaitServing(absl::Duration timeout) const;

  struct Answer {
    bool serving = false;
    size_t awaited = 0;  // reports that are still missing
  };
  // Takes what the witness `node` last cosigned: a note of this log, and the node's signature
  // line over it; both empty if it never did. `keys` are verifier keys that the line may be
  // by, beside the sets': those that the directory lists today. PERMISSION_DENIED,
  // NOT_A_WITNESS, for a node in no set and without a key while the log waits, and for a line by
  // another key; INVALID_ARGUMENT, PROOF_INVALID, for a note or line that does not verify;
  // FAILED_PRECONDITION, LOG_FORKED, if the head does not fit this log. Of a log that serves
  // anybody may ask, and lines are not looked at: the log's own signature convicts it.
  absl::StatusOr<Answer> Report(absl::string_view node, absl::string_view note,
                                absl::string_view line, const std::vector<std::string>& keys);

  // A person names witnesses on whose reports alone the log may start. True once a second
  // person has named the same within an hour. INVALID_ARGUMENT naming a node that is in no set
  // and not `listed` by the directory, and for an empty list; FAILED_PRECONDITION,
  // ALREADY_SERVING.
  absl::StatusOr<bool> Name(absl::string_view person, const evidence::SignedAct& act,
                            const std::set<std::string>& nodes, const WitnessSet& listed);
  // Who named what, as far as it took effect.
  Namings namings() const;

  // The heads that the log must contain before it serves: those that were reported.
  std::map<std::string, Reported> reports() const;
  // The same with notes and lines; without the nodes that never cosigned.
  std::map<std::string, CosignedHead> cosigned() const;
  // The reports that count as silence.
  std::map<std::string, Reported> set_aside() const;
  // The largest of them; size 0 before the first report.
  Reported target() const;
  // For the rebuild: how many entries are missing, and the first of them; the log grew up to
  // its target, so that it serves if nothing larger was reported meanwhile, and enough of the sets
  // that the restored entries name have reported, too; it cannot.
  void Missing(uint64_t count, uint64_t first);
  void Grown();

 private:
  absl::StatusOr<Reported> Place(const evidence::TreeHead& head) const;
  // The head, and by which of `keys` the line is.
  absl::StatusOr<CosignedHead> Verified(absl::string_view note, absl::string_view line,
                                        const std::vector<std::string>& keys) const;
  // The verifier keys that a line of the node may be by; empty if it is no witness.
  std::vector<std::string> KeysOf(absl::string_view node, std::vector<std::string> listed) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What a log that serves answers, and alarms of.
  absl::StatusOr<Answer> Answered(absl::string_view node, const Reported& reported)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Sets the state by the rule. Only what `grown` knows opens a log that is being rebuilt.
  void Decide(bool grown = false) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DecideBehind() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetForked(absl::string_view why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Checked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Audit* const audit_;
  const LogReader* const reader_;
  const SetsNow sets_now_;
  const bool rebuild_;
  metrics::Gauge behind_;
  metrics::Gauge forked_;

  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kAwaiting;
  StartRule rule_ ABSL_GUARDED_BY(mutex_);
  std::string why_ ABSL_GUARDED_BY(mutex_);  // of a fork
  uint64_t behind_head_ ABSL_GUARDED_BY(mutex_) = 0;  // the size that the log lacks entries of
  uint64_t missing_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t first_missing_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, CosignedHead> cosigned_ ABSL_GUARDED_BY(mutex_);  // by node
  Namings namings_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::audit
