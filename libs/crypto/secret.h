// SPDX-License-Identifier: Apache-2.0
// Secrets in memory, which are overwritten after use (GB/T 22239-2019, 8.1.4.10).
#pragma once

#include <string>

namespace shareway::crypto {

// Overwrites the bytes and empties the string. Copies made before are their makers' to wipe.
void Cleanse(std::string* secret);

}  // namespace shareway::crypto
