// SPDX-License-Identifier: Apache-2.0
// Whether the descriptors of an entry's operations describe what they say.
#pragma once

#include "absl/status/status.h"
#include "shareway/catalog/v1/resource.pb.h"

namespace shareway::catalog {

// INVALID_ARGUMENT naming each PROTOBUF_FORM operation whose descriptor_set does not build by itself
// or has no unary method of the operation's name. Other rules of operations are the domain's.
absl::Status CheckDescriptors(const v1::Resource& resource);

}  // namespace shareway::catalog
