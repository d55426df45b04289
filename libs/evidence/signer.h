// SPDX-License-Identifier: Apache-2.0
// Whose message key speaks for an agency at a node.
#pragma once

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace shareway::evidence {

// The agency in agencies/{a}/nodes/{n}.
inline absl::string_view AgencyOfNode(absl::string_view node) {
  return node.substr(0, node.find("/nodes/"));
}

// The owner of the key that signs for `agency`, agencies/{a}, at `node`: the node if it is the
// agency's own; the agency itself where the node of another hosts it, so that no host speaks
// for an agency by the node's key (law.md section 7).
inline absl::string_view SignerOf(absl::string_view node, absl::string_view agency) {
  return AgencyOfNode(node) == agency ? node : agency;
}

}  // namespace shareway::evidence
