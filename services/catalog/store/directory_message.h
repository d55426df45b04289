// SPDX-License-Identifier: Apache-2.0
// Directory objects as messages, in the store, in the log and on the wire.
#pragma once

#include "absl/status/statusor.h"
#include "services/catalog/domain/directory.h"
#include "services/catalog/store/catalog_record.pb.h"

namespace shareway::catalog {

v1::Authority ToMessage(const Authority& authority);
v1::Agency ToMessage(const Agency& agency);
v1::System ToMessage(const System& system);
v1::Node ToMessage(const Node& node);
v1::Person ToMessage(const Person& person);
v1::Key ToMessage(const Key& key);
v1::Mandate ToMessage(const Mandate& mandate);

Authority FromMessage(const v1::Authority& message);
Agency FromMessage(const v1::Agency& message);
System FromMessage(const v1::System& message);
Node FromMessage(const v1::Node& message);
Person FromMessage(const v1::Person& message);
// Without the algorithm, which is found by parsing the SPKI.
Key FromMessage(const v1::Key& message);
// A day that is not written YYYY-MM-DD is none.
Mandate FromMessage(const v1::Mandate& message);

// The whole new object as a change, without revision.
v1::DirectoryChange ToChange(const DirectoryObject& object);
// INVALID_ARGUMENT if `change` holds no object.
absl::StatusOr<DirectoryObject> FromChange(const v1::DirectoryChange& change);

}  // namespace shareway::catalog
