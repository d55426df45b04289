// SPDX-License-Identifier: Apache-2.0
// A code read off paper is known again, and a mistyped one is told from a guess.
#include "libs/crypto/one_time_code.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"

namespace shareway::crypto {
namespace {

// The bytes 10 11 … 1f, reckoned by another program.
constexpr absl::string_view kText = "208H-44RM-2MB1-E60S-38DH-R78Y-3XQC";
constexpr absl::string_view kDigest =
    "047ed48f57df916ed144ebcb65de5800e6253bb5a9adef20212da32c29f7796d";

TEST_CASE("A code's digest does not depend on how it is typed") {
  const std::string text(kText);
  for (const std::string& typed :
       {text, absl::AsciiStrToLower(text), absl::StrReplaceAll(text, {{"-", ""}}),
        absl::StrReplaceAll(text, {{"-", " "}}), " " + text + "\n",
        absl::StrReplaceAll(text, {{"0", "O"}, {"1", "I"}}),
        absl::StrReplaceAll(text, {{"0", "o"}, {"1", "l"}})}) {
    INFO(typed);
    const auto digest = OneTimeCodeDigest(typed);
    REQUIRE(digest.ok());
    CHECK(ToHex(digest->view()) == kDigest);
  }
}

TEST_CASE("A new code is known by its digest and no two are alike") {
  std::set<std::string> texts;
  for (int i = 0; i < 100; ++i) {
    const OneTimeCode code = NewOneTimeCode();
    CHECK(code.text.size() == 34);
    CHECK(OneTimeCodeDigest(code.text).value() == code.digest);
    texts.insert(code.text);
  }
  CHECK(texts.size() == 100);
}

TEST_CASE("A slip of the finger is told as such") {
  const std::string good(kText);
  std::vector<std::string> mistyped = {"",
                                       "-",
                                       good + "0",
                                       good.substr(1),
                                       "U" + good.substr(1),
                                       good + good,
                                       std::string(28, '0'),
                                       std::string(1000, 'A')};
  for (size_t i = 0; i < good.size(); ++i) {
    mistyped.push_back(good.substr(0, i));
    std::string other = good;
    if (other[i] == '-') continue;
    other[i] = other[i] == '7' ? '9' : '7';
    mistyped.push_back(other);
    std::string swapped = good;
    if (i > 0 && good[i - 1] != '-' && good[i - 1] != good[i]) {
      std::swap(swapped[i - 1], swapped[i]);
      mistyped.push_back(swapped);
    }
  }
  mistyped.push_back("2\xc3\x9c" + good.substr(2));
  for (const std::string& typed : mistyped) {
    INFO(typed);
    CHECK(absl::IsInvalidArgument(OneTimeCodeDigest(typed).status()));
  }
}

}  // namespace
}  // namespace shareway::crypto
