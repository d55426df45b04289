// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/paging.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "shareway/catalog/v1/directory_service.pb.h"

namespace shareway::rpc {
namespace {

using catalog::v1::ListAgenciesRequest;
using catalog::v1::ListAgenciesResponse;

class CallOf final : public Call {
 public:
  CallOf(const std::string& who, const std::string& method) {
    caller_.identity.name = who;
    method_ = method;
  }
  bool cancelled() const override { return false; }
};

struct Letters {
  std::vector<std::string> values = {};
  std::string next = {};
};

// A page of the letters a to e, behind the letter `cursor`.
absl::StatusOr<Letters> PageOfLetters(const std::string& cursor, int limit) {
  Letters page;
  for (char letter = cursor.empty() ? 'a' : static_cast<char>(cursor[0] + 1); letter <= 'e';
       ++letter) {
    if (static_cast<int>(page.values.size()) == limit) {
      page.next = page.values.back();
      break;
    }
    page.values.emplace_back(1, letter);
  }
  return page;
}

// The letters of a page, or why there is none; its token goes to `request`.
absl::StatusOr<std::string> Ask(const PageTokens& tokens, const Call& call,
                                ListAgenciesRequest* request) {
  std::string letters;
  ListAgenciesResponse response;
  SHAREWAY_RETURN_IF_ERROR(FillPage(
      tokens, call, *request, PageOfLetters,
      [&](const std::string& letter) { letters += letter; }, &response));
  request->set_page_token(response.next_page_token());
  return letters;
}

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

TEST_CASE("A page token holds for its query only", "[rpc]") {
  const PageTokens tokens;
  const std::string token = tokens.Make("query", "cursor");
  CHECK(tokens.Open("query", token).value() == "cursor");
  CHECK(tokens.Open("query", "").value().empty());
  CHECK(tokens.Make("query", "").empty());
  std::vector<std::pair<std::string, std::string>> table = {
      {"other", token}, {"", token},           {"query", "x"},
      {"query", "AAAA"}, {"query", token + "A"}, {"query", token.substr(0, token.size() - 4)},
      {"query", tokens.Make("other", "cursor")}};
  for (const size_t at : {size_t{3}, size_t{17}, token.size() / 2, token.size() - 8}) {
    std::string spoilt = token;
    spoilt[at] = spoilt[at] == 'A' ? 'B' : 'A';
    table.emplace_back("query", spoilt);
  }
  for (const auto& [query, bad] : table) {
    INFO(query << " " << bad);
    const absl::Status refused = tokens.Open(query, bad).status();
    CHECK(absl::IsInvalidArgument(refused));
    CHECK(ReasonOf(refused) == Reason::kPageTokenInvalid);
  }
  CHECK(absl::IsInvalidArgument(PageTokens().Open("query", token).status()));
}

TEST_CASE("A page token tells nothing of its place", "[rpc]") {
  const PageTokens tokens;
  const std::string place = "requests/of-others-that-were-passed-over";
  const std::string token = tokens.Make("query", place);
  std::string raw;
  REQUIRE(absl::WebSafeBase64Unescape(token, &raw));
  CHECK_FALSE(absl::StrContains(raw, "requests"));
  CHECK_FALSE(absl::StrContains(raw, "passed"));
  // Nor whether two readers stand at the same place.
  CHECK(tokens.Make("query", place) != token);
}

TEST_CASE("Page sizes are clamped", "[rpc]") {
  CHECK(PageSize(0).value() == 50);
  CHECK(PageSize(7).value() == 7);
  CHECK(PageSize(1000).value() == 1000);
  CHECK(PageSize(5000).value() == 1000);
  CHECK(absl::IsInvalidArgument(PageSize(-1).status()));
}

TEST_CASE("Pages follow each other, also if they change in size", "[rpc]") {
  const PageTokens tokens;
  const CallOf call("people/p", "/s/List");
  ListAgenciesRequest request;
  request.set_page_size(2);
  CHECK(Ask(tokens, call, &request).value() == "ab");
  request.set_page_size(1);
  CHECK(Ask(tokens, call, &request).value() == "c");
  request.set_page_size(1000);
  CHECK(Ask(tokens, call, &request).value() == "de");
  CHECK(request.page_token().empty());
}

TEST_CASE("A page token of another caller or method is refused", "[rpc]") {
  const PageTokens tokens;
  ListAgenciesRequest request;
  request.set_page_size(2);
  REQUIRE(Ask(tokens, CallOf("people/p", "/s/List"), &request).ok());
  for (const CallOf& other : {CallOf("people/q", "/s/List"), CallOf("people/p", "/s/Search"),
                              CallOf("people/p\n/s", "/List")}) {
    ListAgenciesRequest taken = request;
    CHECK(ReasonOf(Ask(tokens, other, &taken).status()) == Reason::kPageTokenInvalid);
  }
  CHECK(Ask(tokens, CallOf("people/p", "/s/List"), &request).value() == "cd");
}

}  // namespace
}  // namespace shareway::rpc
