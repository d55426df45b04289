// SPDX-License-Identifier: Apache-2.0
// Reads archive and mirror of a log and compares them with its tree. Part of fsck.
#pragma once

#include "absl/status/status.h"
#include "libs/kv/store.h"
#include "services/audit/store/fsck.h"
#include "services/audit/store/fsck_heads.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/log_state.h"

namespace shareway::audit {

// FAILED_PRECONDITION if segments were archived and options.archive is not given.
absl::Status CheckArchiveGiven(const kv::Store& store, const FsckOptions& options);

// I11: archived segments have left the store, and each byte of their files is what it was. Then
// the mirror:
// each entry there is the tree's, closed segments are whole; I8, I20: its head is the log's.
absl::Status CheckCopies(const kv::Store& store, const LogReader& reader, const LogState& state,
                         const HeadsCheck& heads, const FsckOptions& options, FsckReport* report);

}  // namespace shareway::audit
