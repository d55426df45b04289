// SPDX-License-Identifier: Apache-2.0
// The keys of a log's store that are not of its entries, and those that may not be there.
// Part of fsck.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/kv/store.h"
#include "services/audit/store/fsck.h"
#include "services/audit/store/log_state.h"

namespace shareway::audit {

// I10: the runs of entry ids are as many ids as there are entries; so if each entry was found
// in a run, each id is there once. I14, if `gapless`: those of a stream begin at 1 and follow
// each other.
absl::Status CheckRuns(const kv::Store& store, uint64_t size, bool gapless);

// DATA_LOSS unless there are `want` keys with this prefix.
absl::Status CheckCount(const kv::Store& store, absl::string_view prefix, uint64_t want);

// Small values read as they were written; tiles, bundles and tail have as many keys as the
// size asks; and there are no other keys.
absl::Status CheckKeys(const kv::Store& store, const LogState& state, FsckReport* report);

}  // namespace shareway::audit
