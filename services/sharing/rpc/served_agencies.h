// SPDX-License-Identifier: Apache-2.0
// The agencies that a node serves, for its streams.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/directory.h"

namespace shareway::sharing {

// As the node's stream saw them last. For one thread.
class ServedAgencies {
 public:
  // `directory` must outlive it. `node` is agencies/{a}/nodes/{n}.
  ServedAgencies(const rpc::DirectoryHolder* directory, std::string node)
      : directory_(directory), node_(std::move(node)) {}

  // Looks at the directory; true if they are others than before. PERMISSION_DENIED, KEY_REVOKED,
  // once the node does not stand any more.
  absl::StatusOr<bool> Look();

  const std::string& node() const { return node_; }
  const std::set<std::string, std::less<>>& names() const { return names_; }
  bool Has(absl::string_view agency) const { return names_.find(agency) != names_.end(); }
  // SHA-256 over them, each followed by a line feed, in order.
  std::string Digest() const;

 private:
  const rpc::DirectoryHolder* const directory_;
  const std::string node_;
  std::shared_ptr<const rpc::Directory> seen_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace shareway::sharing
