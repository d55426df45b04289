// SPDX-License-Identifier: Apache-2.0
// A disk on which a full volume is never mistaken for a known outcome.
#pragma once

#include <memory>
#include <string>

#include "rocksdb/file_system.h"

namespace shareway::kv {

// Passes everything on to `disk`, but a sync of the write-ahead log or its folder
// that fails for want of space fails as a plain I/O error. A failed append leaves a torn
// record that recovery drops, so "disk full" then means "not written". After a
// failed sync the whole record may be in the file: the outcome is unknown.
//
// A failed write of the manifest in folder `dir` (but an append to a full disk), or a failed sync
// of it, ends the process with exit code 74 at once: RocksDB would remove the sorted file that was
// to be ingested, which the manifest names perhaps; it then never opens.
std::shared_ptr<rocksdb::FileSystem> SyncedWal(std::shared_ptr<rocksdb::FileSystem> disk,
                                               const std::string& dir);

}  // namespace shareway::kv
