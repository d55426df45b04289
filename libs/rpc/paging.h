// SPDX-License-Identifier: Apache-2.0
// Pages (AIP-158): sizes are clamped, tokens are sealed and bound to the query.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/status.h"
#include "libs/rpc/call.h"

namespace shareway::rpc {

// 0 means 50, above 1000 means 1000. INVALID_ARGUMENT for a negative size.
absl::StatusOr<int> PageSize(int asked);

// Makes and reads page tokens under a key of its own, drawn when it is made: a token of before a
// restart is refused, and the reader starts over. A cursor is often the name of an object that was
// passed over, since the caller may not see it: tokens are AES-256-GCM, and tell no more than the
// cursor's length. Thread-safe.
class PageTokens {
 public:
  PageTokens();
  // `query` is what the token is bound to, mostly BoundTo(call, request). `cursor` is where the
  // next page begins; empty makes an empty token.
  std::string Make(absl::string_view query, absl::string_view cursor) const;
  // The cursor; empty for an empty token. INVALID_ARGUMENT, PAGE_TOKEN_INVALID,
  // for a token that is not ours for this query.
  absl::StatusOr<std::string> Open(absl::string_view query, absl::string_view token) const;

 private:
  std::string key_;
};

// Method, caller, the agency that he inspects if he does, and the request without its page fields:
// pages may change in size.
template <typename Request>
std::string BoundTo(const Call& call, Request request) {
  request.clear_page_token();
  if constexpr (requires { request.clear_page_size(); }) request.clear_page_size();
  const Caller& caller = call.caller();
  return absl::StrCat(call.method(), "\n", caller.name(), "\n",
                      caller.mandate.empty() ? "" : caller.agency, "\n",
                      request.SerializeAsString());
}

// Reads a page by `list` (cursor, limit), a StatusOr of something with `values` and `next`, puts
// each value by `put`, and sets the token of the next page if there is one.
template <typename Request, typename List, typename Put, typename Response>
absl::Status FillPage(const PageTokens& tokens, const Call& call, const Request& request, List list,
                      Put put, Response* response) {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  const std::string bound = BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens.Open(bound, request.page_token()));
  SHAREWAY_ASSIGN_OR_RETURN(const auto page, list(cursor, size));
  for (const auto& value : page.values) put(value);
  if (!page.next.empty()) response->set_next_page_token(tokens.Make(bound, page.next));
  return absl::OkStatus();
}

}  // namespace shareway::rpc
