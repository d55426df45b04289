// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/guard.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::console {
namespace {

const std::string kToken(43, 'k');

Hosts Ours() { return Hosts::Of({"share.example", "10.0.0.7:8443"}).value(); }

HttpRequest Call(std::map<std::string, std::string, std::less<>> fields = {}) {
  fields.emplace("host", "share.example");
  return {.method = "POST", .target = "/shareway.a/B", .fields = std::move(fields)};
}

std::string FieldOf(const HttpAnswer& answer, absl::string_view name) {
  std::string all;
  for (const auto& [key, value] : answer.fields) {
    if (key == name) absl::StrAppend(&all, all.empty() ? "" : " | ", value);
  }
  return all;
}

TEST_CASE("a request for another host is for nobody here") {
  CHECK(CheckSite(Call(), Ours(), false).ok());
  CHECK(CheckSite(Call({{"host", "SHARE.example"}}), Ours(), false).ok());
  CHECK(CheckSite(Call({{"host", "10.0.0.7:8443"}}), Ours(), false).ok());
  for (const char* other : {"", "share.example.evil.example", "share.example:8443", "10.0.0.7",
                            "share.example.", "share.example@evil.example"}) {
    INFO(other);
    CHECK(absl::IsInvalidArgument(CheckSite(Call({{"host", other}}), Ours(), false)));
    CHECK(absl::IsInvalidArgument(CheckSite(Call({{"host", other}}), Ours(), true)));
  }
  HttpRequest absolute = Call();
  absolute.target = "https://share.example/shareway.a/B";
  CHECK_FALSE(CheckSite(absolute, Ours(), false).ok());
}

TEST_CASE("a host list has hosts in it") {
  CHECK_FALSE(Hosts::Of({}).ok());
  for (const char* wrong : {"", "*", "https://share.example", "share.example/", "a b"}) {
    INFO(wrong);
    CHECK_FALSE(Hosts::Of({wrong}).ok());
  }
}

TEST_CASE("another site's page calls nothing here, and may lead to a page") {
  for (const char* origin : {"https://evil.example", "http://share.example", "null",
                             "https://share.example.evil.example", "https://share.example:444"}) {
    INFO(origin);
    CHECK(absl::IsPermissionDenied(CheckSite(Call({{"origin", origin}}), Ours(), false)));
  }
  CHECK(CheckSite(Call({{"origin", "https://share.example"}}), Ours(), false).ok());
  for (const char* site : {"cross-site", "same-site", "anything"}) {
    INFO(site);
    CHECK(absl::IsPermissionDenied(CheckSite(Call({{"sec-fetch-site", site}}), Ours(), false)));
    CHECK(CheckSite(Call({{"sec-fetch-site", site}}), Ours(), true).ok());
  }
  CHECK(CheckSite(Call({{"sec-fetch-site", "same-origin"}}), Ours(), false).ok());
}

TEST_CASE("a field that a rule reads comes once") {
  for (const char* name : {"host", "cookie", "origin", "content-type", "shareway-csrf"}) {
    INFO(name);
    HttpRequest twice = Call();
    twice.repeated = {name};
    CHECK(absl::IsInvalidArgument(CheckSite(twice, Ours(), false)));
  }
}

TEST_CASE("the cookie is for this host, over TLS, and for no script") {
  const std::string set = SettingCookie(kToken);
  CHECK(absl::StartsWith(set, "__Host-shareway=" + kToken + "; "));
  for (const char* need : {"; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"}) {
    CHECK(absl::StrContains(set, need));
  }
  CHECK_FALSE(absl::StrContains(set, "Domain"));
  CHECK(absl::StrContains(ClearingCookie(), "Max-Age=0"));
}

TEST_CASE("the token is read from one cookie of that name") {
  CHECK(TokenOf(Call()).value().empty());
  CHECK(TokenOf(Call({{"cookie", "a=b; __Host-shareway=" + kToken + "; c=d"}})).value() == kToken);
  CHECK(TokenOf(Call({{"cookie", "shareway=" + kToken + "; x__Host-shareway=" + kToken}}))
            .value()
            .empty());
  const std::string cookie = "__Host-shareway=" + kToken;
  for (const std::string& wrong :
       {cookie + "; " + cookie, cookie + "k", std::string("__Host-shareway="),
        "__Host-shareway=" + std::string(42, 'k') + "\"", std::string("__Host-shareway=a b")}) {
    INFO(wrong);
    CHECK(absl::IsInvalidArgument(TokenOf(Call({{"cookie", wrong}})).status()));
  }
}

TEST_CASE("a call in a session carries that session's CSRF token") {
  const std::string csrf = CsrfOf(kToken);
  CHECK(csrf.size() == 64);
  CHECK(csrf != CsrfOf(std::string(43, 'l')));
  CHECK(CheckCsrf(Call({{"shareway-csrf", csrf}}), kToken).ok());
  CHECK(absl::IsPermissionDenied(CheckCsrf(Call(), kToken)));
  CHECK(absl::IsPermissionDenied(CheckCsrf(Call({{"shareway-csrf", kToken}}), kToken)));
  CHECK(absl::IsPermissionDenied(
      CheckCsrf(Call({{"shareway-csrf", CsrfOf(std::string(43, 'l'))}}), kToken)));
}

TEST_CASE("every answer is secured, and a page allows what carries its nonce") {
  HttpAnswer call;
  Secure(&call);
  CHECK(FieldOf(call, "Content-Security-Policy") ==
        "default-src 'none'; frame-ancestors 'none'");
  CHECK(absl::StrContains(FieldOf(call, "Strict-Transport-Security"), "max-age="));
  CHECK(FieldOf(call, "X-Content-Type-Options") == "nosniff");
  CHECK(FieldOf(call, "Cross-Origin-Resource-Policy") == "same-origin");
  HttpAnswer page;
  SecurePage("bm9uY2U=", &page);
  Secure(&page);
  const std::string csp = FieldOf(page, "Content-Security-Policy");
  CHECK_FALSE(absl::StrContains(csp, " | "));  // one, not two
  CHECK(absl::StrContains(csp, "script-src 'self' 'nonce-bm9uY2U='"));
  CHECK(absl::StrContains(csp, "require-trusted-types-for 'script'"));
  CHECK(absl::StrContains(csp, "frame-ancestors 'none'"));
  CHECK_FALSE(absl::StrContains(csp, "unsafe"));
  HttpAnswer plain;
  SecurePage("", &plain);
  CHECK(absl::StrContains(FieldOf(plain, "Content-Security-Policy"), "script-src 'none'"));
  CHECK(NewNonce() != NewNonce());
}

TEST_CASE("what begins something is begun by a person who goes there") {
  CHECK(CheckNavigation(Call()).ok());
  CHECK(CheckNavigation(
            Call({{"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "document"}})).ok());
  CHECK_FALSE(CheckNavigation(Call({{"sec-fetch-mode", "no-cors"}})).ok());
  CHECK_FALSE(CheckNavigation(Call({{"sec-fetch-dest", "image"}})).ok());
  CHECK_FALSE(CheckNavigation(
                  Call({{"sec-fetch-mode", "navigate"}, {"sec-fetch-dest", "iframe"}})).ok());
}

TEST_CASE("two servers of one host, which cookies do not tell apart, have a cookie each") {
  const std::string other(43, 'o');
  const HttpRequest both = Call(
      {{"cookie", "__Host-shareway=" + kToken + "; __Host-shareway-node=" + other}});
  CHECK(TokenOf(both).value() == kToken);
  CHECK(TokenOf(both, kNodeCookie).value() == other);
  CHECK(absl::StartsWith(SettingCookie(other, kNodeCookie), "__Host-shareway-node=" + other + ";"));
  CHECK(absl::StartsWith(ClearingCookie(kNodeCookie), "__Host-shareway-node=;"));
}

}  // namespace
}  // namespace shareway::console
