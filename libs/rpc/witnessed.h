// SPDX-License-Identifier: Apache-2.0
// Whether a checkpoint has the cosignatures that the directory's witnesses owe it.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/rpc/directory.h"

namespace shareway::rpc {

// The witnesses are the ACTIVE nodes with an ACTIVE key of use WITNESS that is valid at
// `now`. True if a majority of them cosigned `note`, and where there are none. False
// while the directory is empty: who watches the log is not known yet. Whether the log
// signed the note is not looked at.
bool Witnessed(const Directory& directory, absl::Time now, absl::string_view note,
               const std::vector<std::string>& cosignatures);

}  // namespace shareway::rpc
