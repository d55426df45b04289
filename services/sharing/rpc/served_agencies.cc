// SPDX-License-Identifier: Apache-2.0
// The agencies that a node serves.
#include "services/sharing/rpc/served_agencies.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"

namespace shareway::sharing {

absl::StatusOr<bool> ServedAgencies::Look() {
  std::shared_ptr<const rpc::Directory> now = directory_->Get();
  if (now == seen_) return false;
  if (!now->Stands(node_)) {
    return absl::Status(Error(Reason::kKeyRevoked, absl::StatusCode::kPermissionDenied,
                              absl::StrCat(node_, " does not stand any more"))
                            .With("node", node_));
  }
  seen_ = std::move(now);
  const std::vector<std::string> served = seen_->ServedBy(node_);
  std::set<std::string, std::less<>> names(served.begin(), served.end());
  if (names == names_) return false;
  names_ = std::move(names);
  return true;
}

std::string ServedAgencies::Digest() const {
  std::string lines;
  for (const std::string& agency : names_) absl::StrAppend(&lines, agency, "\n");
  return crypto::Sha256(lines).str();
}

}  // namespace shareway::sharing
