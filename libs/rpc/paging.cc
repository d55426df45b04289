// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/paging.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"

namespace shareway::rpc {
namespace {

constexpr size_t kMacBytes = 16;

}  // namespace

absl::StatusOr<int> PageSize(int asked) {
  if (asked < 0) return Error::Field("page_size", absl::StrCat("is ", asked, ", want 0 to 1000"));
  return asked == 0 ? 50 : std::min(asked, 1000);
}

PageTokens::PageTokens() : secret_(crypto::RandomBytes(32)) {}

std::string PageTokens::Make(absl::string_view query, absl::string_view cursor) const {
  if (cursor.empty()) return "";
  const std::string mac =
      crypto::HmacSha256(secret_, absl::StrCat(query.size(), ":", query, cursor)).str();
  return absl::WebSafeBase64Escape(absl::StrCat(mac.substr(0, kMacBytes), cursor));
}

absl::StatusOr<std::string> PageTokens::Open(absl::string_view query,
                                             absl::string_view token) const {
  if (token.empty()) return "";
  std::string raw;
  if (absl::WebSafeBase64Unescape(token, &raw) && raw.size() > kMacBytes &&
      crypto::SameBytes(Make(query, raw.substr(kMacBytes)), token)) {
    return raw.substr(kMacBytes);
  }
  return Error(Reason::kPageTokenInvalid, absl::StatusCode::kInvalidArgument,
               "page_token is not one of ours for this query; start over without it");
}

}  // namespace shareway::rpc
