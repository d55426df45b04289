// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/paging.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/seal.h"

namespace shareway::rpc {

absl::StatusOr<int> PageSize(int asked) {
  if (asked < 0) return Error::Field("page_size", absl::StrCat("is ", asked, ", want 0 to 1000"));
  return asked == 0 ? 50 : std::min(asked, 1000);
}

PageTokens::PageTokens() : key_(crypto::RandomBytes(crypto::kSealKeyBytes)) {}

std::string PageTokens::Make(absl::string_view query, absl::string_view cursor) const {
  if (cursor.empty()) return "";
  // Nonces are drawn: of the 2^32 tokens that one key may make (SP 800-38D, 8.3) no process
  // comes near.
  const std::string nonce = crypto::RandomBytes(crypto::kSealNonceBytes);
  return absl::WebSafeBase64Escape(absl::StrCat(nonce, crypto::Seal(key_, nonce, query, cursor)));
}

absl::StatusOr<std::string> PageTokens::Open(absl::string_view query,
                                             absl::string_view token) const {
  if (token.empty()) return std::string();
  std::string raw;
  if (absl::WebSafeBase64Unescape(token, &raw) && raw.size() > crypto::kSealNonceBytes) {
    const absl::string_view sealed = raw;
    absl::StatusOr<std::string> cursor =
        crypto::Unseal(key_, sealed.substr(0, crypto::kSealNonceBytes), query,
                       sealed.substr(crypto::kSealNonceBytes));
    if (cursor.ok()) return cursor;
  }
  return Error(Reason::kPageTokenInvalid, absl::StatusCode::kInvalidArgument,
               "page_token is not one of ours for this query; start over without it");
}

}  // namespace shareway::rpc
