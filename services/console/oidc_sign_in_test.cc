// SPDX-License-Identifier: Apache-2.0
// Signing in at a provider, whose tokens are real and whose pages are not there: the code is the
// token.
#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/crypto/test_token_issuer.h"
#include "services/console/test_console.h"

namespace shareway::console {
namespace {

// The provider, and a console that trusts it.
struct AtProvider {
  explicit AtProvider(Protection protection = Protection::kBasic)
      : console(&disk, protection, TrustedHere()) {}

  Oidc TrustedHere() {
    return {.begin = [this]() -> absl::StatusOr<OidcVisit> {
              if (away) return absl::UnavailableError("away");
              ++visits;
              return OidcVisit{.url = "https://id.example/auth",
                               .state = absl::StrCat("s", visits),
                               .nonce = absl::StrCat("n", visits),
                               .verifier = "v"};
            },
            .finish = [this](const OidcVisit& visit, absl::string_view code, absl::Time now)
                -> absl::StatusOr<crypto::IdToken> {
              if (away) return absl::UnavailableError("away");
              return crypto::JsonWebKeys::Parse(issuer.KeySet())
                  ->Verify(code,
                           {.issuer = "https://id.example",
                            .client_id = "shareway",
                            .nonce = visit.nonce},
                           now);
            },
            .claim = "preferred_username"};
  }
  std::string Token(const std::string& person, int visit) const {
    const int64_t now = absl::ToUnixSeconds(disk.clock.Now());
    return issuer.Sign(
        R"({"alg":"ES256","kid":"e"})",
        absl::StrCat(R"({"iss":"https://id.example","aud":"shareway","sub":"u-7","nonce":"n)",
                     visit, R"(","preferred_username":")", person, R"(","iat":)", now, R"(,"exp":)",
                     now + 300, R"(,"amr":["hwk"],"acr":"phrh"})"));
  }

  crypto::TestTokenIssuer issuer;
  int visits = 0;
  bool away = false;
  Disk disk;
  TestConsole console;
};

TEST_CASE("The provider stands for the password, and for no second factor", "[sign-in]") {
  AtProvider at;
  TestConsole& t = at.console;
  const std::string secret = t.Open(Clerk(), Keeper());
  const Sessions::Sent sent = t.sessions->StartAtProvider(t.At()).value();
  CHECK(sent.url == "https://id.example/auth");
  const auto back = t.sessions->ReturnFromProvider(t.At(), sent.state, at.Token("clerk", 1));
  INFO(back.status());
  REQUIRE(back.ok());
  CHECK(back->factors == std::vector<Factor>{Factor::kTotp});
  const auto in =
      t.sessions->Finish(t.At(), back->sign_in, {.totp_code = t.Code(secret)}, "");
  REQUIRE(in.ok());
  CHECK(in->live.person.name == "people/clerk");
  // The token says hwk: nothing is made of it.
  const Sessions::Sent again = t.sessions->StartAtProvider(t.At()).value();
  const auto second = t.sessions->ReturnFromProvider(t.At(), again.state, at.Token("clerk", 2));
  REQUIRE(second.ok());
  CHECK(ReasonOf(t.sessions->Finish(t.At(), second->sign_in, {}, "").status()) ==
        Reason::kSignInRefused);
}

TEST_CASE("Who comes back otherwise than he went is refused", "[sign-in]") {
  AtProvider at;
  TestConsole& t = at.console;
  t.Open(Clerk(), Keeper());
  const auto back = [&](const std::string& person, int visit, const Client& client,
                        const std::string& state) {
    return ReasonOf(
        t.sessions->ReturnFromProvider(client, state, at.Token(person, visit)).status());
  };
  const auto begin = [&] { return t.sessions->StartAtProvider(t.At()).value().state; };
  const Reason refused = Reason::kSignInRefused;
  CHECK(back("clerk", 1, t.At(), "s1") == refused);  // nobody was sent
  CHECK(back("clerk", 1, t.At("10.9.9.9"), begin()) == refused);
  CHECK(back("clerk", 1, t.At(), "s1") == refused);  // a state is good once
  CHECK(back("clerk", 1, t.At(), begin()) == refused);  // another visit's token
  CHECK(back("stranger", 3, t.At(), begin()) == refused);  // has no account
  CHECK(back("nobody", 4, t.At(), begin()) == refused);
  CHECK(back("", 5, t.At(), begin()) == refused);
  CHECK(back("../clerk", 6, t.At(), begin()) == refused);
  const std::string late = begin();
  at.disk.clock.Advance(absl::Minutes(11));
  CHECK(back("clerk", 7, t.At(), late) == refused);
  const std::string good = begin();
  CHECK(back("clerk", 8, t.At(), good) == Reason::kUnspecified);
}

TEST_CASE("A provider that does not answer stops nobody who has a password", "[sign-in]") {
  AtProvider at;
  TestConsole& t = at.console;
  const std::string secret = t.Open(Clerk(), Keeper());
  const std::string state = t.sessions->StartAtProvider(t.At()).value().state;
  at.away = true;
  CHECK(ReasonOf(t.sessions->StartAtProvider(t.At()).status()) == Reason::kNotReady);
  CHECK(ReasonOf(t.sessions->ReturnFromProvider(t.At(), state, "x").status()) ==
        Reason::kNotReady);
  CHECK(t.SignInByTotp("people/clerk", secret).ok());
  Disk without;
  TestConsole none(&without);
  CHECK(ReasonOf(none.sessions->StartAtProvider(none.At()).status()) == Reason::kStateForbids);
}

TEST_CASE("An administrator needs a cryptographic factor behind the provider, too", "[sign-in]") {
  AtProvider at(Protection::kMlps3);
  TestConsole& t = at.console;
  const std::string secret = t.Open(Keeper(), System());
  const std::string id = Keeper().name.substr(7);
  const std::string state = t.sessions->StartAtProvider(t.At()).value().state;
  const auto back = t.sessions->ReturnFromProvider(t.At(), state, at.Token(id, 1));
  REQUIRE(back.ok());
  CHECK(back->factors.empty());
  CHECK(ReasonOf(t.sessions->Finish(t.At(), back->sign_in, {.totp_code = t.Code(secret)}, "")
                     .status()) == Reason::kFactorTooWeak);
}

TEST_CASE("Who signed in at the provider sets no new password by it", "[sign-in]") {
  AtProvider at;
  TestConsole& t = at.console;
  const std::string secret = t.Open(Clerk(), Keeper());
  const std::string state = t.sessions->StartAtProvider(t.At()).value().state;
  const auto back = t.sessions->ReturnFromProvider(t.At(), state, at.Token("clerk", 1));
  REQUIRE(back.ok());
  CHECK(ReasonOf(t.sessions
                     ->Finish(t.At(), back->sign_in, {.totp_code = t.Code(secret)},
                              "another-horse-77")
                     .status()) == Reason::kFieldInvalid);
}

}  // namespace
}  // namespace shareway::console
