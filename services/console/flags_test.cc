// SPDX-License-Identifier: Apache-2.0
// What the operator says at the start is refused where it would weaken what is signed.
#include "services/console/flags.h"

#include "catch2/catch.hpp"
#include "tests/support/temp_dir.h"

namespace shareway::console {
namespace {

using testing::TempDir;

// Good flags over a factor key in `dir`.
Flags Good(const TempDir& dir) {
  const std::string file = dir / "factor.key";
  testing::WriteFile(file, std::string(32, 'k'));
  return {.factor_key = file,
          .protection = "mlps3",
          .webauthn_id = "share.example",
          .origins = {"https://share.example", "https://console.share.example"},
          .act_origins = {"https://sign.share.example"}};
}

TEST_CASE("People sign in on the console's origins and not on those of acts", "[flags]") {
  const TempDir dir;
  const absl::StatusOr<Desk::Parts> parts = PartsFrom(Good(dir));
  REQUIRE(parts.ok());
  REQUIRE(parts->party.has_value());
  CHECK(parts->party->HasOrigin("https://share.example"));
  CHECK_FALSE(parts->party->HasOrigin("https://sign.share.example"));
}

TEST_CASE("A console whose sign-in origins share one with acts does not start", "[flags]") {
  const TempDir dir;
  for (const std::string shared : {"https://share.example", "https://console.share.example"}) {
    for (const bool with_party : {true, false}) {
      Flags flags = Good(dir);
      flags.act_origins.push_back(shared);
      if (!with_party) flags.webauthn_id = "";
      const absl::Status status = PartsFrom(flags).status();
      CHECK(absl::IsInvalidArgument(status));
      CHECK(status.message().find(shared) != absl::string_view::npos);
    }
  }
  // Another port is another origin.
  Flags flags = Good(dir);
  flags.act_origins.push_back("https://share.example:8443");
  CHECK(PartsFrom(flags).ok());
}

TEST_CASE("A console without sign-in origins signs nobody in by authenticator", "[flags]") {
  const TempDir dir;
  Flags flags = Good(dir);
  flags.origins = {};
  const absl::StatusOr<Desk::Parts> parts = PartsFrom(flags);
  REQUIRE(parts.ok());
  CHECK_FALSE(parts->party.has_value());
}

}  // namespace
}  // namespace shareway::console
