// SPDX-License-Identifier: Apache-2.0
// The installations whose bundles are taken: domain, divisions, keys, pinned in a file.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/key.h"

namespace shareway::catalog {

// 行政区划代码 and longer codes below it.
inline constexpr size_t kMaxDivisionPrefix = 12;

struct PinnedOrigin {
  std::string domain = {};
  std::string division_prefix = {};          // what it may speak for begins so; empty: all
  std::vector<crypto::PublicKey> keys = {};  // message keys of its catalogue
};

// True for up to kMaxDivisionPrefix digits.
bool IsDivisionPrefix(absl::string_view text);

// A value. A file has lines
//   DOMAIN PREFIX BASE64(SubjectPublicKeyInfo)
// parted by blanks, PREFIX `-` for all divisions; `#` begins a remark. Lines of one domain pin
// several keys, and all state the same prefix.
class Origins {
 public:
  // INVALID_ARGUMENT naming the line.
  static absl::StatusOr<Origins> Parse(absl::string_view text);

  // Null if the domain is not pinned.
  const PinnedOrigin* Find(absl::string_view domain) const;
  const std::map<std::string, PinnedOrigin, std::less<>>& all() const { return origins_; }
  std::set<std::string, std::less<>> Domains() const;

 private:
  std::map<std::string, PinnedOrigin, std::less<>> origins_;
};

}  // namespace shareway::catalog
