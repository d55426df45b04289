// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/guard.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"

namespace shareway::console {
namespace {

constexpr size_t kTokenSize = 43;  // 32 bytes in base64url without padding

// Which of two a proxy, a cache or we ourselves would read, nobody can tell.
constexpr const char* kOnce[] = {"host",          "cookie",           "origin",
                                 "content-type",  "content-encoding", "sec-fetch-site",
                                 kCsrfField,      "content-length",   "transfer-encoding",
                                 "connect-timeout-ms", "connect-protocol-version",
                                 "shareway-inspected", "sec-fetch-mode", "sec-fetch-dest"};

bool IsHostChar(char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
}

absl::Status OtherSite(absl::string_view field, absl::string_view value) {
  return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
               absl::StrCat(field, " is \"", value.substr(0, 200),
                            "\"; calls come from the console's own pages"));
}

bool IsTokenChar(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; }

}  // namespace

absl::StatusOr<Hosts> Hosts::Of(const std::vector<std::string>& hosts) {
  Hosts known;
  for (const std::string& host : hosts) {
    if (host.empty() || !std::all_of(host.begin(), host.end(), IsHostChar)) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", host, "\" is no host: want a name or address, and a port if not 443"));
    }
    known.hosts_.push_back(absl::AsciiStrToLower(host));
  }
  if (known.hosts_.empty()) return absl::InvalidArgumentError("no host is named to answer to");
  return known;
}

bool Hosts::Has(absl::string_view host) const {
  return std::find(hosts_.begin(), hosts_.end(), absl::AsciiStrToLower(host)) != hosts_.end();
}

bool Hosts::HasOrigin(absl::string_view origin) const {
  return absl::ConsumePrefix(&origin, "https://") && Has(origin);
}

absl::Status CheckSite(const HttpRequest& request, const Hosts& hosts, bool navigation) {
  for (const char* name : kOnce) {
    if (std::find(request.repeated.begin(), request.repeated.end(), name) !=
        request.repeated.end()) {
      return Error::Field(name, "is given twice");
    }
  }
  if (!hosts.Has(request.field("host"))) {
    return Error::Field("host", absl::StrCat("is \"", request.field("host").substr(0, 200),
                                             "\", which this server is not"));
  }
  if (!absl::StartsWith(request.target, "/")) {
    return Error::Field("target", "is no path on this server");
  }
  const absl::string_view site = request.field("sec-fetch-site");
  if (navigation) return absl::OkStatus();
  const bool own = site.empty() || site == "same-origin" || site == "none";
  if (!own) return OtherSite("Sec-Fetch-Site", site);
  // Who is not a browser sends none.
  const absl::string_view origin = request.field("origin");
  if (!origin.empty() && !hosts.HasOrigin(origin)) return OtherSite("Origin", origin);
  return absl::OkStatus();
}

absl::StatusOr<std::string> TokenOf(const HttpRequest& request, absl::string_view cookie) {
  std::string token;
  for (absl::string_view part : absl::StrSplit(request.field("cookie"), ';')) {
    part = absl::StripAsciiWhitespace(part);
    const size_t equals = part.find('=');
    if (equals == absl::string_view::npos || part.substr(0, equals) != cookie) continue;
    const absl::string_view value = part.substr(equals + 1);
    if (!token.empty()) return Error::Field("cookie", "has two sessions");
    if (value.size() != kTokenSize || !std::all_of(value.begin(), value.end(), IsTokenChar)) {
      return Error::Field("cookie", absl::StrCat(cookie, " holds no token"));
    }
    token = std::string(value);
  }
  return token;
}

std::string SettingCookie(absl::string_view token, absl::string_view cookie) {
  return absl::StrCat(cookie, "=", token, "; Path=/; Secure; HttpOnly; SameSite=Strict");
}

std::string ClearingCookie(absl::string_view cookie) {
  return absl::StrCat(SettingCookie("", cookie), "; Max-Age=0");
}

std::string CsrfOf(absl::string_view token) {
  return ToHex(crypto::HmacSha256(token, "shareway-console csrf/1").view());
}

absl::Status CheckCsrf(const HttpRequest& request, absl::string_view token) {
  if (crypto::SameBytes(request.field(kCsrfField), CsrfOf(token))) return absl::OkStatus();
  return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
               "the field Shareway-Csrf does not hold this session's token (GET /csrf tells it)");
}

absl::Status CheckNavigation(const HttpRequest& request) {
  const absl::string_view mode = request.field("sec-fetch-mode");
  const absl::string_view dest = request.field("sec-fetch-dest");
  if (!mode.empty() && mode != "navigate") return OtherSite("Sec-Fetch-Mode", mode);
  if (!dest.empty() && dest != "document") return OtherSite("Sec-Fetch-Dest", dest);
  return absl::OkStatus();
}

std::string NewNonce() { return ToBase64(crypto::RandomBytes(16)); }

void Secure(HttpAnswer* answer) {
  answer->With("Strict-Transport-Security", "max-age=63072000")
      .With("X-Content-Type-Options", "nosniff")
      .With("X-Frame-Options", "DENY")
      .With("Referrer-Policy", "no-referrer")
      .With("Cross-Origin-Resource-Policy", "same-origin")
      // The signing page is another origin's, is opened by ours and must be able to answer it.
      .With("Cross-Origin-Opener-Policy", "same-origin-allow-popups");
  for (const auto& [name, value] : answer->fields) {
    if (name == "Content-Security-Policy") return;
  }
  answer->With("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

void SecurePrint(absl::string_view nonce, HttpAnswer* answer) {
  answer->With("Content-Security-Policy",
               absl::StrCat("default-src 'none'; base-uri 'none'; form-action 'none'; "
                            "frame-ancestors 'none'; style-src 'nonce-",
                            nonce, "'"));
}

void SecurePage(absl::string_view nonce, HttpAnswer* answer) {
  const std::string ours = nonce.empty() ? "'none'" : absl::StrCat("'self' 'nonce-", nonce, "'");
  answer
      ->With("Content-Security-Policy",
             absl::StrCat("default-src 'none'; base-uri 'none'; form-action 'none'; "
                          "frame-ancestors 'none'; connect-src 'self'; font-src 'self'; "
                          "img-src 'self' data:; style-src ",
                          nonce.empty() ? "'self'" : ours, "; script-src ", ours,
                          "; require-trusted-types-for 'script'; trusted-types shareway"))
      .With("Permissions-Policy",
            "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), "
            "geolocation=(), microphone=()");
}

}  // namespace shareway::console
