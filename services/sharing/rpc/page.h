// SPDX-License-Identifier: Apache-2.0
// One page of a list: sizes, tokens and cursors in one place.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "services/sharing/store/sharing_store.h"

namespace shareway::sharing {

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
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens.Open(bound, token));
  SHAREWAY_ASSIGN_OR_RETURN(Page<T> page, list(cursor, size));
  for (const Stored<T>& value : page.values) put(value);
  if (!page.next.empty()) response->set_next_page_token(tokens.Make(bound, page.next));
  return absl::OkStatus();
}

}  // namespace shareway::sharing
