// SPDX-License-Identifier: Apache-2.0
// Where a person signs in from.
#include "services/console/domain/client.h"

#include <arpa/inet.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"

namespace shareway::console {
namespace {

constexpr size_t kKeyIdBytes = 32;
constexpr char kMapped[] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";  // ::ffff:0:0/96, RFC 4291 2.5.5.2

// The first `bits` bits of `raw`, whole bytes of them, as text.
std::string Prefix(absl::string_view raw, int bits) {
  return absl::StrCat(raw.size() == 4 ? "ipv4:" : "ipv6:",
                      ToHex(raw.substr(0, static_cast<size_t>(bits / 8))), "/", bits);
}

}  // namespace

absl::StatusOr<Client> VisitorAt(absl::string_view address, absl::string_view certificate) {
  if (!certificate.empty() && certificate.size() != kKeyIdBytes) {
    return Error::Field("client.certificate_key_id",
                        absl::StrCat("has ", certificate.size(), " bytes, want 32 or none"));
  }
  const std::string text(address);
  char raw[16];
  absl::string_view bytes;
  if (inet_pton(AF_INET, text.c_str(), raw) == 1) {
    bytes = absl::string_view(raw, 4);
  } else if (inet_pton(AF_INET6, text.c_str(), raw) == 1) {
    bytes = absl::string_view(raw, 16);
    if (std::memcmp(raw, kMapped, 12) == 0) bytes.remove_prefix(12);
  } else {
    return Error::Field("client.address", "is no IPv4 or IPv6 address");
  }
  const bool four = bytes.size() == 4;
  return Client{.source = Prefix(bytes, four ? 32 : 64),
                .network = Prefix(bytes, four ? 24 : 56),
                .certificate = std::string(certificate)};
}

Client CallerWith(absl::string_view certificate) {
  const std::string key = absl::StrCat("key:", ToHex(certificate));
  return {.source = key, .network = key, .certificate = std::string(certificate)};
}

}  // namespace shareway::console
