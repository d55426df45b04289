// SPDX-License-Identifier: Apache-2.0
// A code counts for its step and the two beside it, and the step is told.
#include "libs/crypto/totp.h"

#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"

namespace shareway::crypto {
namespace {

constexpr absl::string_view kSecret = "12345678901234567890";

TEST_CASE("Codes agree with RFC 6238 appendix B") {
  const std::vector<std::pair<int64_t, const char*>> cases = {
      {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
      {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [second, code] : cases) {
    const absl::Time now = absl::FromUnixSeconds(second);
    CHECK(TotpCode(kSecret, second / 30) == code);
    CHECK(VerifyTotp(kSecret, code, now) == second / 30);
  }
}

TEST_CASE("A code is good one step early and one step late and tells its own step") {
  const int64_t step = 37037036;  // of 1111111109
  const absl::Time start = absl::UnixEpoch() + step * kTotpStep;
  const std::string code = TotpCode(kSecret, step);
  CHECK(VerifyTotp(kSecret, code, start - kTotpStep) == step);
  CHECK(VerifyTotp(kSecret, code, start) == step);
  CHECK(VerifyTotp(kSecret, code, start + 2 * kTotpStep - absl::Nanoseconds(1)) == step);
  CHECK_FALSE(VerifyTotp(kSecret, code, start - kTotpStep - absl::Nanoseconds(1)));
  CHECK_FALSE(VerifyTotp(kSecret, code, start + 2 * kTotpStep));
}

TEST_CASE("What is not the code of these steps is none") {
  const absl::Time now = absl::FromUnixSeconds(59);
  REQUIRE(VerifyTotp(kSecret, "287082", now) == 1);
  for (absl::string_view wrong :
       {"", "287081", "28708", "2870820", "94287082", " 287082", "287082 ", "+87082", "-1"}) {
    INFO(wrong);
    CHECK_FALSE(VerifyTotp(kSecret, wrong, now));
  }
  CHECK_FALSE(VerifyTotp(kSecret, absl::string_view("287082\0", 7), now));
  CHECK_FALSE(VerifyTotp("12345678901234567891", "287082", now));
  // A clock that lies before 1970 opens nothing.
  CHECK_FALSE(VerifyTotp(kSecret, TotpCode(kSecret, 0), absl::FromUnixSeconds(-61)));
  CHECK_FALSE(VerifyTotp(kSecret, TotpCode(kSecret, 0), absl::InfinitePast()));
}

TEST_CASE("The step is the number of whole half minutes since 1970") {
  CHECK(TotpStepAt(absl::UnixEpoch()) == 0);
  CHECK(TotpStepAt(absl::FromUnixSeconds(29)) == 0);
  CHECK(TotpStepAt(absl::FromUnixSeconds(30)) == 1);
  CHECK(TotpStepAt(absl::FromUnixSeconds(-1)) == -1);
}

TEST_CASE("An app reads the secret from the URI") {
  CHECK(TotpUri(kSecret, "Shareway", "wang.fang") ==
        "otpauth://totp/Shareway:wang.fang?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Shareway&algorithm=SHA1&digits=6&period=30");
  CHECK(absl::StrContains(TotpUri(kSecret, "共享", "a b&c"), "/%E5%85%B1%E4%BA%AB:a%20b%26c?"));
  // Padding of a secret of another size is left out.
  CHECK(absl::StrContains(TotpUri("1234", "i", "a"), "secret=GEZDGNA&"));
}

TEST_CASE("Each secret is new and has the digest's size") {
  const std::string secret = NewTotpSecret();
  CHECK(secret.size() == 20);
  CHECK(secret != NewTotpSecret());
}

}  // namespace
}  // namespace shareway::crypto
