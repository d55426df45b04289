// SPDX-License-Identifier: Apache-2.0
// Resource names (AIP-122): agencies/{a}/nodes/{n} and the like.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway {

// The ids in `name` if it has the shape of `pattern`, for example
// ParseName("agencies/{a}/nodes/{n}", "agencies/11…/nodes/n1") -> {"11…", "n1"}.
// Ids are 1 to 63 characters of A-Z a-z 0-9 and '-', which all of ours fit.
// INVALID_ARGUMENT otherwise, naming the pattern.
absl::StatusOr<std::vector<std::string>> ParseName(absl::string_view pattern,
                                                   absl::string_view name);

// True where ParseName succeeds.
bool HasForm(absl::string_view pattern, absl::string_view name);

// True if `id` is [a-z]([a-z0-9-]{0,61}[a-z0-9])?, the form of ids that people choose.
bool IsId(absl::string_view id);

// A fresh id of 24 characters [a-z2-7] that starts with a letter, from 15 random bytes.
std::string IdFromRandom(absl::string_view random15);

}  // namespace shareway
