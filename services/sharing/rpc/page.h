// SPDX-License-Identifier: Apache-2.0
// One page of a list: sizes, tokens and cursors in one place.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/seal.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "services/sharing/store/sharing_store.h"

namespace shareway::sharing {

// A place in a list is often the name and time of an object that was passed over, since the caller
// may not see it: tokens carry places sealed, under a key of this process.
inline const std::string& PlaceKey() {
  static const auto* const key = new std::string(crypto::RandomBytes(crypto::kSealKeyBytes));
  return *key;
}

inline std::string SealPlace(absl::string_view query, absl::string_view place) {
  const std::string nonce = crypto::RandomBytes(crypto::kSealNonceBytes);
  return absl::StrCat(nonce, crypto::Seal(PlaceKey(), nonce, query, place));
}

// The place that SealPlace sealed for the query; empty for nothing.
inline absl::StatusOr<std::string> OpenPlace(absl::string_view query, absl::string_view sealed) {
  if (sealed.empty()) return std::string();
  if (sealed.size() < crypto::kSealNonceBytes) {
    return absl::DataLossError("a page's place is too short");
  }
  return crypto::Unseal(PlaceKey(), sealed.substr(0, crypto::kSealNonceBytes), query,
                        sealed.substr(crypto::kSealNonceBytes));
}

// Reads a page by `list` (cursor, limit) -> Page<T> and puts each value by `put`, and the
// token of the next page, which is bound to method, caller and the rest of the request.
template <typename T, typename Request, typename List, typename Put, typename Response>
absl::Status FillPage(const rpc::PageTokens& tokens, const rpc::Call& call, Request request,
                      List list, Put put, Response* response) {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string token = request.page_token();
  request.clear_page_size();
  request.clear_page_token();
  const std::string bound = absl::StrCat(call.method(), "\n", call.caller().name(), "\n",
                                         request.SerializeAsString());
  SHAREWAY_ASSIGN_OR_RETURN(const std::string sealed, tokens.Open(bound, token));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, OpenPlace(bound, sealed));
  SHAREWAY_ASSIGN_OR_RETURN(Page<T> page, list(cursor, size));
  for (const Stored<T>& value : page.values) put(value);
  if (!page.next.empty()) {
    response->set_next_page_token(tokens.Make(bound, SealPlace(bound, page.next)));
  }
  return absl::OkStatus();
}

}  // namespace shareway::sharing
