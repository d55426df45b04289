// SPDX-License-Identifier: Apache-2.0
// Opens the provider's systems that --backends names.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/source/backend.h"

namespace shareway::exchange {

// `file` is the text that ReadBackendTargets reads; empty: no system. Files that it names are read
// now, but no system is asked yet: one that is down does not keep a node from its other work.
// INVALID_ARGUMENT or NOT_FOUND naming the operation.
absl::StatusOr<Backends> OpenBackends(absl::string_view file);

}  // namespace shareway::exchange
