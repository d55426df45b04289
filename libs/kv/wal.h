// SPDX-License-Identifier: Apache-2.0
// Tells damage of a write-ahead log from a record that a crash tore.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace shareway::kv {

// RocksDB ends its recovery without a word at some damaged records (a flipped
// bit in a length or a type, zeros), and drops the acknowledged writes behind.
// Since each write is synced before the next begins, only the last can be torn
// by a crash: DATA_LOSS if a whole record begins behind a broken one. Damage of
// the last write itself cannot be told from a crash.
absl::Status CheckWal(absl::string_view bytes);

// CheckWal for each log file in the folder of a store.
absl::Status CheckWals(const std::string& dir);

// Where the last write ends that is whole, if what follows it was torn by a power cut: a part of a
// page reads as zeros, though later ones were written. RocksDB, which tolerates a log that merely
// ends too early, does not open such a store. Nothing for other damage, and for none.
std::optional<size_t> TornTail(absl::string_view bytes);

// Cuts a torn tail off the newest log file in the folder of a store that CheckWals passed,
// durably. UNAVAILABLE if the file cannot be written.
absl::Status DropTornTail(const std::string& dir);

}  // namespace shareway::kv
