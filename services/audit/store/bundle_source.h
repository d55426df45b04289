// SPDX-License-Identifier: Apache-2.0
// Where bundles of entries are that no longer lie in the store.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace shareway::audit {

// Thread-safe.
class BundleSource {
 public:
  virtual ~BundleSource() = default;

  // The bytes of the complete bundle, its 256 entries as AppendEntry frames them,
  // known to be those of the tree. NOT_FOUND if it was never moved here;
  // DATA_LOSS if it is damaged; UNAVAILABLE if its volume is not there.
  virtual absl::StatusOr<std::string> ReadBundle(uint64_t bundle) const = 0;
};

}  // namespace shareway::audit
