// SPDX-License-Identifier: Apache-2.0
// What the flags that every service has come to.
#include "libs/app/app.h"

#include <utility>

#include "catch2/catch.hpp"

namespace shareway::app {
namespace {

TEST_CASE("Authenticators sign acts on the origins of signing pages and without them nowhere") {
  const auto party = ActParty("share.example", {"https://sign.share.example"});
  REQUIRE(party.ok());
  REQUIRE(party->has_value());
  CHECK((*party)->id() == "share.example");
  CHECK((*party)->HasOrigin("https://sign.share.example"));
  CHECK_FALSE((*party)->HasOrigin("https://share.example"));

  for (const std::string id : {"", "share.example"}) {
    const auto none = ActParty(id, {});
    REQUIRE(none.ok());
    CHECK_FALSE(none->has_value());
  }
}

TEST_CASE("An origin that is none of the domain stops the start and is named") {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "https://sign.share.example"},
      {"share.example", "https://sign.evil.test"},
      {"share.example", "http://sign.share.example"},
      {"share.example", "https://sign.share.example/"},
      {"share.example", "https://SIGN.share.example"},
      {"share.example", ""}};
  for (const auto& [id, origin] : wrong) {
    INFO(id << " " << origin);
    const absl::Status status = ActParty(id, {"https://a.share.example", origin}).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK(status.message().find("--act_origins") != absl::string_view::npos);
  }
}

}  // namespace
}  // namespace shareway::app
