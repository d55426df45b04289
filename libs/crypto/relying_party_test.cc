// SPDX-License-Identifier: Apache-2.0
// An installation is a domain and pages of that domain.
#include "libs/crypto/relying_party.h"

#include "absl/status/status.h"
#include "catch2/catch.hpp"

namespace shareway::crypto {
namespace {

TEST_CASE("A relying party has the origins that were named and no others") {
  const auto party = RelyingParty::From("a.gov", {"https://a.gov", "https://b.a.gov:8443"});
  REQUIRE(party.ok());
  CHECK(party->id() == "a.gov");
  CHECK(party->HasOrigin("https://a.gov"));
  CHECK(party->HasOrigin("https://b.a.gov:8443"));
  CHECK_FALSE(party->HasOrigin("https://b.a.gov"));
  CHECK_FALSE(party->HasOrigin("https://c.a.gov"));
  CHECK_FALSE(party->HasOrigin(""));
  CHECK(RelyingParty::From("localhost", {"http://localhost:5000", "https://localhost"}).ok());
}

TEST_CASE("A relying party is a domain, and an address or a label alone is none") {
  for (const char* id : {"", "gov", "A.gov", "-a.gov", "a-.gov", "a..gov", ".a.gov", "a.gov.",
                         "192.0.2.1", "a.gov:443", "https://a.gov", "a b.gov"}) {
    INFO(id);
    CHECK(absl::IsInvalidArgument(RelyingParty::From(id, {std::string("https://") + id}).status()));
  }
}

TEST_CASE("An origin that is not of the domain or that no browser writes so is refused") {
  CHECK(absl::IsInvalidArgument(RelyingParty::From("a.gov", {}).status()));
  for (const char* origin : {"",
                             "a.gov",
                             "https://",
                             "https://A.gov",
                             "HTTPS://a.gov",
                             "http://a.gov",
                             "https://a.gov/",
                             "https://a.gov:443",
                             "https://a.gov:0",
                             "https://a.gov:",
                             "https://a.gov:08443",
                             "https://a.gov:65536",
                             "https://a.gov:1:2",
                             "https://.a.gov",
                             "https://-b.a.gov",
                             "https://u@a.gov",
                             "https://u@b.a.gov",
                             " https://a.gov",
                             "https://a.gov,https://b.a.gov",
                             "https://ba.gov",
                             "https://gov",
                             "http://localhost",
                             "https://localhost"}) {
    INFO(origin);
    CHECK(absl::IsInvalidArgument(RelyingParty::From("a.gov", {"https://a.gov", origin}).status()));
  }
  CHECK_FALSE(RelyingParty::From("localhost", {"http://localhost:80"}).ok());
  CHECK_FALSE(RelyingParty::From("localhost", {"http://a.localhost"}).ok());
}

}  // namespace
}  // namespace shareway::crypto
