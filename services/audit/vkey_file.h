// SPDX-License-Identifier: Apache-2.0
// Hands the log's verifier key to whoever pins it at installation.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace shareway::audit {

// Writes the key and a line feed to `path`, whole or not at all. Nothing for an
// empty path. UNAVAILABLE naming the path if it cannot be written.
absl::Status WriteVkeyFile(const std::string& path, const std::string& verifier_key);

}  // namespace shareway::audit
