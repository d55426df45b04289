// SPDX-License-Identifier: Apache-2.0
// A batch's one signature, from which its payloads give every path again.
#pragma once

#include <string>
#include <vector>

#include "libs/crypto/batch.h"

namespace shareway::crypto {

// What SignBatch gave for `payloads`, in the same order, to the byte: `suite`, `key_id` and
// `bytes` are those of any of its signatures. Nothing is verified: other payloads give
// signatures that do not verify. At most kMaxBatch payloads.
std::vector<BatchSignature> SignaturesOf(Suite suite, const Hash32& key_id,
                                         const std::string& bytes,
                                         const std::vector<std::string>& payloads);

}  // namespace shareway::crypto
