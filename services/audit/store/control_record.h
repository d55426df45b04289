// SPDX-License-Identifier: Apache-2.0
// LOG_CONTROLLED in the log: what two administrators did to it, and which retention is in force.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/evidence/record.h"
#include "services/audit/domain/control.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/log_state.h"

namespace shareway::audit {

// The objects of such records. The newest one of kRetentionObject says how long the log keeps
// records, whatever any flag says.
inline constexpr absl::string_view kRetentionObject = "log/retention";
inline constexpr absl::string_view kStopObject = "log/stop";

// The record of a confirmed proposal (evidence.v1.LogControl), not sealed yet: `first` is the
// proposer's act, `second`, by `confirmer`, the record's own.
evidence::AuditRecord ControlRecord(const Proposal& proposal, const evidence::SignedAct& first,
                                    absl::string_view confirmer,
                                    const evidence::SignedAct& second);
// The record of the retention that a new log began with: nobody's act.
evidence::AuditRecord FirstRetentionRecord(const Retention& retention);

// The retention that the newest record of `producer`, the service itself, says; nothing if none
// does. DATA_LOSS if the log is damaged there.
absl::StatusOr<std::optional<Retention>> ReadRetention(const LogReader& reader,
                                                       const LogState& state,
                                                       absl::string_view producer);

// Whether a record of `producer` since `start` says that the proposal `name` was done. DATA_LOSS as
// above.
absl::StatusOr<bool> WasDone(const LogReader& reader, const LogState& state,
                             absl::string_view producer, absl::string_view name, absl::Time start);

}  // namespace shareway::audit
