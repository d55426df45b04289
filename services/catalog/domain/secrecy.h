// SPDX-License-Identifier: Apache-2.0
// Finds marks of state and work secrets (国家秘密、工作秘密) in text. Such content
// is refused under every profile, and nothing of it is kept (R25 第三条).
#pragma once

#include <optional>
#include <string>

#include "libs/codes/secret_mark.h"
#include "services/catalog/domain/entry.h"

namespace shareway::catalog {

using codes::IsMarkedSecret;

// The first field that makes the entry secret, `secret` included; nothing if
// there is none. The path only, never the content: resource.items[2].name.
std::optional<std::string> SecretField(const Entry& entry);

}  // namespace shareway::catalog
