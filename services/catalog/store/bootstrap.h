// SPDX-License-Identifier: Apache-2.0
// The first objects of an installation, as an administrator hands them over.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/domain/directory.h"

namespace shareway::catalog {

// Reads JSON Lines: one DirectoryChange a line in protobuf's JSON mapping, holding
// one object, for example
//   {"person":{"name":"people/li","displayName":"…","agency":"agencies/…","roles":["AUDITOR"]}}
// Empty lines and lines that begin with '#' are passed over; key names are
// computed. INVALID_ARGUMENT naming the line.
absl::StatusOr<std::vector<DirectoryObject>> ReadBootstrap(absl::string_view text);

}  // namespace shareway::catalog
