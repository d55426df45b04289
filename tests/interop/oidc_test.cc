// SPDX-License-Identifier: Apache-2.0
// Signing in at somebody else's OpenID provider, npm's oidc-provider.
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "services/console/oidc/fetch.h"
#include "services/console/oidc/provider.h"
#include "tests/support/await.h"
#include "tests/support/child.h"
#include "tests/support/temp_dir.h"

namespace shareway::console {
namespace {

constexpr char kRedirect[] = "https://share.example/back";

std::string Script() {
  return absl::StrCat(SHAREWAY_SOURCE_DIR, "/tests/interop/oidc_provider.mjs");
}

// The provider's process.
class Provider {
 public:
  Provider() : child_({"/usr/bin/env", "node", Script(), "serve", kRedirect}, dir_ / "log") {}
  ~Provider() { child_.Signal(SIGTERM); }

  // Empty if it does not listen.
  std::string issuer() const {
    return testing::AskUntil(
        [this]() -> std::string {
          std::ifstream log(dir_ / "log");
          for (std::string line; std::getline(log, line) && !log.eof();) {
            absl::string_view rest = line;
            if (absl::ConsumePrefix(&rest, "issuer ")) return std::string(rest);
          }
          return "";
        },
        [](const std::string& issuer) { return !issuer.empty(); });
  }

 private:
  testing::TempDir dir_;
  testing::Child child_;
};

// The parameters of the URL to which the browser of `login` is sent in the end.
std::vector<std::string> SentBack(const std::string& url, const std::string& login) {
  const std::string command =
      absl::StrCat("node ", Script(), " visit '", url, "' ", login, " 2>&1");
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 4096> buffer;
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  INFO(text);
  REQUIRE(status == 0);
  absl::string_view back = absl::StripTrailingAsciiWhitespace(text);
  REQUIRE(absl::ConsumePrefix(&back, absl::StrCat(kRedirect, "?")));
  return absl::StrSplit(back, '&');
}

std::string Parameter(const std::vector<std::string>& parameters, const std::string& name) {
  for (const std::string& parameter : parameters) {
    absl::string_view value = parameter;
    if (absl::ConsumePrefix(&value, absl::StrCat(name, "="))) return std::string(value);
  }
  return "";
}

TEST_CASE("A person signs in at a real OpenID provider, and a code is good once and for its visit",
          "[interop]") {
  if (!std::filesystem::exists(
          absl::StrCat(SHAREWAY_SOURCE_DIR, "/tests/node_modules/oidc-provider"))) {
    WARN("tests/node_modules is absent (tools/setup fetches it): nobody was asked");
    return;
  }
  const Provider process;
  const std::string issuer = process.issuer();
  REQUIRE_FALSE(issuer.empty());
  const OidcClient client{.issuer = issuer,
                          .client_id = "shareway",
                          .client_secret = "a secret: with & and +",
                          .redirect = kRedirect};
  REQUIRE(OidcProvider::Check(client).ok());
  OidcProvider provider(client);

  const auto visit = provider.Begin();
  INFO(visit.status());
  REQUIRE(visit.ok());
  const std::vector<std::string> back = SentBack(visit->url, "clerk");
  CHECK(Parameter(back, "state") == visit->state);
  const std::string code = Parameter(back, "code");
  const auto token = provider.Finish(*visit, code, absl::Now());
  INFO(token.status());
  REQUIRE(token.ok());
  CHECK(token->subject == "clerk");
  CHECK(absl::IsUnauthenticated(provider.Finish(*visit, code, absl::Now()).status()));

  // Another verifier: the code was stolen. Another nonce: the token was made for another visit.
  for (const bool stolen : {true, false}) {
    const auto own = provider.Begin();
    REQUIRE(own.ok());
    const std::string got = Parameter(SentBack(own->url, "clerk"), "code");
    OidcVisit other = *own;
    (stolen ? other.verifier : other.nonce) = visit->verifier;
    CHECK(absl::IsUnauthenticated(provider.Finish(other, got, absl::Now()).status()));
  }

  OidcClient liar = client;
  liar.issuer = absl::StrCat(issuer, "/");
  CHECK(absl::IsUnavailable(OidcProvider(liar).Begin().status()));
  OidcClient stranger = client;
  stranger.client_secret = "another";
  OidcProvider refused(stranger);
  const auto sent = refused.Begin();
  REQUIRE(sent.ok());
  CHECK_FALSE(refused.Finish(*sent, "code", absl::Now()).ok());
}

TEST_CASE("A provider is asked over https, but for loopback", "[interop]") {
  for (const char* good : {"https://id.example/", "http://127.0.0.1:1/", "http://[::1]:1/x?y=z"}) {
    INFO(good);
    CHECK(CheckEndpoint(good).ok());
  }
  for (const char* bad :
       {"", "id.example", "http://id.example/", "http://localhost/", "http://127.0.0.1.example/",
        "ftp://127.0.0.1/", "https://u:p@id.example/", "https://id.example/#x", "file:///etc"}) {
    INFO(bad);
    CHECK(absl::IsInvalidArgument(CheckEndpoint(bad)));
  }
  CHECK(Escaped("aZ0-._~ :&+/=%密") == "aZ0-._~%20%3A%26%2B%2F%3D%25%E5%AF%86");
}

}  // namespace
}  // namespace shareway::console
