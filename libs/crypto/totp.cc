// SPDX-License-Identifier: Apache-2.0
// Codes of a second factor that change with time (RFC 6238), by liboath.
#include "libs/crypto/totp.h"

#include <liboath/oath.h>
#include <openssl/crypto.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/secret.h"

namespace shareway::crypto {
namespace {

void Must(int result) {
  if (result == OATH_OK) return;
  std::fprintf(stderr, "liboath failed: %s\n", oath_strerror(result));
  std::abort();
}

// RFC 4648 section 6 without padding, as apps want it.
std::string Base32(absl::string_view raw) {
  char* text = nullptr;
  size_t size = 0;
  Must(oath_base32_encode(raw.data(), raw.size(), &text, &size));
  std::string out(text, size);
  OPENSSL_cleanse(text, size);
  std::free(text);
  out.resize(out.find_last_not_of('=') + 1);
  return out;
}

// RFC 3986 section 2.1: all but the unreserved.
std::string Escaped(absl::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

}  // namespace

std::string NewTotpSecret() { return RandomBytes(kTotpSecretBytes); }

int64_t TotpStepAt(absl::Time now) {
  const int64_t seconds = absl::ToUnixSeconds(now);
  const int64_t length = absl::ToInt64Seconds(kTotpStep);
  return seconds / length - (seconds % length < 0 ? 1 : 0);
}

std::string TotpCode(absl::string_view secret, int64_t step) {
  static const int kReady = oath_init();
  Must(kReady);
  char code[kTotpDigits + 1] = {};
  const time_t second = static_cast<time_t>(step * absl::ToInt64Seconds(kTotpStep));
  Must(oath_totp_generate(secret.data(), secret.size(), second,
                          static_cast<unsigned>(absl::ToInt64Seconds(kTotpStep)), 0, kTotpDigits,
                          code));
  return std::string(code, kTotpDigits);
}

std::optional<int64_t> VerifyTotp(absl::string_view secret, absl::string_view code,
                                  absl::Time now) {
  std::optional<int64_t> found;
  const int64_t middle = TotpStepAt(now);
  // All three are made and compared, so that time does not tell which was near.
  for (int64_t step = middle - 1; step <= middle + 1; ++step) {
    if (step < 0) continue;
    std::string right = TotpCode(secret, step);
    if (SameBytes(right, code)) found = step;
    Cleanse(&right);
  }
  return found;
}

std::string TotpUri(absl::string_view secret, absl::string_view issuer, absl::string_view account) {
  const std::string from = Escaped(issuer);
  return absl::StrCat("otpauth://totp/", from, ":", Escaped(account), "?secret=", Base32(secret),
                      "&issuer=", from, "&algorithm=SHA1&digits=", kTotpDigits,
                      "&period=", absl::ToInt64Seconds(kTotpStep));
}

}  // namespace shareway::crypto
