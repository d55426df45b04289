// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/envelope.h"

#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"

namespace shareway::console {
namespace {

TEST_CASE("messages come out as they went in, however the bytes are cut") {
  const std::vector<std::string> messages = {"one", "", std::string(300, 'x'), std::string(1, '\0')};
  std::string all;
  for (const std::string& message : messages) all += Enveloped(kPlain, message);
  for (const size_t step : {size_t{1}, size_t{2}, size_t{7}, all.size()}) {
    EnvelopeReader reader(300);
    std::vector<std::string> seen;
    for (size_t at = 0; at < all.size(); at += step) {
      reader.Feed(absl::string_view(all).substr(at, step));
      for (auto next = reader.Next(); next->has_value(); next = reader.Next()) {
        seen.push_back(**next);
        REQUIRE(next.ok());
      }
    }
    CHECK(seen == messages);
    CHECK(reader.empty());
  }
}

TEST_CASE("a message that is too long is refused by its length, before it comes") {
  EnvelopeReader reader(10);
  reader.Feed(absl::string_view("\0\0\0\0\x0b", 5));
  CHECK(absl::IsResourceExhausted(reader.Next().status()));
  EnvelopeReader most(10);
  most.Feed(absl::string_view("\0\xff\xff\xff\xff", 5));
  CHECK(absl::IsResourceExhausted(most.Next().status()));
}

TEST_CASE("a client sets no flags") {
  for (const char flags : {'\1', '\3'}) {
    EnvelopeReader reader(10);
    reader.Feed(std::string(1, flags) + std::string(4, '\0'));
    CHECK(absl::IsInternal(reader.Next().status()));
  }
  for (const char flags : {'\2', '\4', '\x80'}) {
    EnvelopeReader reader(10);
    reader.Feed(std::string(1, flags) + std::string(4, '\0'));
    CHECK(absl::IsInvalidArgument(reader.Next().status()));
  }
}

TEST_CASE("half a message is none, and is known for one") {
  EnvelopeReader reader(10);
  reader.Feed(absl::string_view("\0\0\0\0\3ab", 7));
  CHECK_FALSE(reader.Next()->has_value());
  CHECK_FALSE(reader.empty());
  reader.Feed("c");
  CHECK(**reader.Next() == "abc");
  CHECK(reader.empty());
}

}  // namespace
}  // namespace shareway::console
