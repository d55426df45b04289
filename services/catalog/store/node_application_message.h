// SPDX-License-Identifier: Apache-2.0
// Applications for nodes as messages, in the store, in evidence and on the wire.
#pragma once

#include "absl/status/statusor.h"
#include "services/catalog/domain/node_application.h"
#include "services/catalog/store/catalog_record.pb.h"

namespace shareway::catalog {

// Everything but the etag.
v1::NodeApplication ToMessage(const NodeApplication& application);

// What an agency asks; the keys get the node as owner, and neither name nor algorithm, which are
// found by parsing them. INVALID_ARGUMENT naming each day that is not written YYYY-MM-DD.
absl::StatusOr<NodeApplication::Request> RequestIn(const v1::NodeApplication& message);

// What the store holds, as ToMessage made it. Keys as RequestIn's.
absl::StatusOr<NodeApplication> FromMessage(const v1::NodeApplication& message);

}  // namespace shareway::catalog
