// SPDX-License-Identifier: Apache-2.0
// Pages (AIP-158): sizes are clamped, tokens are MACed and bound to the query.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::rpc {

// 0 means 50, above 1000 means 1000. INVALID_ARGUMENT for a negative size.
absl::StatusOr<int> PageSize(int asked);

// Makes and reads page tokens under a secret of this process: a token made
// before a restart is refused, and the reader starts over. Thread-safe.
class PageTokens {
 public:
  PageTokens();
  // `query` is what the token is bound to: method, caller and the request
  // without its page fields. `cursor` is where the next page begins.
  std::string Make(absl::string_view query, absl::string_view cursor) const;
  // The cursor; empty for an empty token. INVALID_ARGUMENT, PAGE_TOKEN_INVALID,
  // for a token that is not ours for this query.
  absl::StatusOr<std::string> Open(absl::string_view query, absl::string_view token) const;

 private:
  std::string secret_;
};

}  // namespace shareway::rpc
