// SPDX-License-Identifier: Apache-2.0
// The halves that have waited too long, whichever node owes their match.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "services/audit/store/unmatched.h"

namespace shareway::audit {

// Calls `visit` for every waiting half that audit took before `until`, in the order
// of the nodes that owe, until it returns false. Reads all waiting halves: call it
// seldom. DATA_LOSS for one that cannot be read.
absl::Status ScanOverdue(const kv::Store& store, absl::Time until,
                         absl::FunctionRef<bool(const Waiting&)> visit);

}  // namespace shareway::audit
