// SPDX-License-Identifier: Apache-2.0
// Where the import of a file of entries stands, and what may come next.
#pragma once

#include "absl/strings/string_view.h"

namespace shareway::catalog {

// With the numbers of import.proto.
enum class ImportState { kUnspecified = 0, kChecking, kWriting, kDone, kRefused, kCancelled };

// What becomes of an import.
enum class ImportEvent {
  kWrite,   // every entry was checked, and what passes is to be written
  kFinish,  // every entry has its result
  kRefuse,  // the file cannot be read, or an entry breaks a rule under ALL_OR_NOTHING
  kCancel,  // a person wants no more of it, or the file is no longer there
};

// The state after `event`; kUnspecified if it may not happen in `state`. The one table.
ImportState After(ImportState state, ImportEvent event);
// True for the states that nothing leaves.
bool IsOver(ImportState state);
// CHECKING and so on.
absl::string_view StateName(ImportState state);

}  // namespace shareway::catalog
