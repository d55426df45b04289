// SPDX-License-Identifier: Apache-2.0
// One good token of each algorithm, and ways to spoil it.
#include "libs/crypto/id_token.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "libs/crypto/test_token_issuer.h"

namespace shareway::crypto {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

IdTokenRule Rule() {
  return {.issuer = "https://id.example", .client_id = "shareway", .nonce = "n-0S6"};
}

// Claim by claim, so that each can be another or missing.
using Claims = std::map<std::string, std::string>;

Claims GoodClaims() {
  return {{"iss", "\"https://id.example\""},
          {"sub", "\"u-1\""},
          {"aud", "\"shareway\""},
          {"exp", "1800000300"},
          {"iat", "1799999990"},
          {"nonce", "\"n-0S6\""},
          {"acr", "\"urn:example:aal2\""},
          {"amr", "[\"pwd\",\"hwk\"]"}};
}

std::string JsonOf(const Claims& claims) {
  std::string out;
  for (const auto& [name, value] : claims) {
    absl::StrAppend(&out, out.empty() ? "{" : ",", "\"", name, "\":", value);
  }
  return out + "}";
}

std::string With(const std::string& name, const std::string& value) {
  Claims claims = GoodClaims();
  if (value.empty()) {
    claims.erase(name);
  } else {
    claims[name] = value;
  }
  return JsonOf(claims);
}

constexpr char kHeader[] = R"({"alg":"ES256","kid":"e","typ":"JWT"})";
constexpr char kRsaHeader[] = R"({"alg":"RS256","kid":"r"})";

TEST_CASE("A token by either algorithm tells who signed in, and how") {
  const TestTokenIssuer issuer;
  const JsonWebKeys keys = JsonWebKeys::Parse(issuer.KeySet()).value();
  CHECK(keys.size() == 2);
  for (const std::string& token : {issuer.Sign(kHeader, JsonOf(GoodClaims())),
                                   issuer.Sign(kRsaHeader, JsonOf(GoodClaims()), "r"),
                                   issuer.Sign(R"({"alg":"ES256"})", JsonOf(GoodClaims()))}) {
    const auto verified = keys.Verify(token, Rule(), kNow);
    INFO(verified.status());
    REQUIRE(verified.ok());
    CHECK(verified->subject == "u-1");
    CHECK(verified->texts.at("acr") == "urn:example:aal2");
    CHECK(verified->texts.count("exp") == 0);
    CHECK(verified->methods == std::vector<std::string>{"pwd", "hwk"});
  }
}

TEST_CASE("Claims that are good, too") {
  const TestTokenIssuer issuer;
  const JsonWebKeys keys = JsonWebKeys::Parse(issuer.KeySet()).value();
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"aud", "[\"shareway\"]"},
           {"azp", "\"shareway\""},
           {"exp", "1799999941"},   // over, but within the leeway
           {"exp", "1800000300.5"},
           {"iat", "1800000059"},
           {"nbf", "1800000059"},
           {"amr", ""},
           {"acr", ""},
           {"address", "{\"country\":\"x\",\"country\":\"y\"}"}}) {
    INFO(name << " " << value);
    CHECK(keys.Verify(issuer.Sign(kHeader, With(name, value)), Rule(), kNow).ok());
  }
}

TEST_CASE("A token with a claim that is wrong is refused") {
  const TestTokenIssuer issuer;
  const JsonWebKeys keys = JsonWebKeys::Parse(issuer.KeySet()).value();
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"iss", "\"https://id.example/\""},
           {"iss", "\"https://evil.example\""},
           {"iss", ""},
           {"iss", "[\"https://id.example\"]"},
           {"aud", "\"other\""},
           {"aud", "[\"shareway\",\"other\"]"},
           {"aud", "[]"},
           {"aud", ""},
           {"azp", "\"other\""},
           {"azp", "[\"shareway\"]"},
           {"exp", "1799999940"},
           {"exp", "\"1800000300\""},
           {"exp", "-1"},
           {"exp", "1e300"},
           {"exp", ""},
           {"iat", "1800000061"},
           {"iat", "1799999339"},
           {"iat", ""},
           {"nbf", "1800000061"},
           {"nbf", "\"soon\""},
           {"nonce", "\"n-0S7\""},
           {"nonce", "\"\""},
           {"nonce", ""},
           {"sub", "\"\""},
           {"sub", "7"},
           {"sub", ""},
           {"sub", absl::StrCat("\"", std::string(256, 'u'), "\"")},
           {"amr", "\"hwk\""},
           {"amr", "[7]"}}) {
    INFO(name << " " << value);
    CHECK(absl::IsUnauthenticated(
        keys.Verify(issuer.Sign(kHeader, With(name, value)), Rule(), kNow).status()));
  }
  IdTokenRule nothing_asked = Rule();
  nothing_asked.nonce.clear();
  CHECK(absl::IsUnauthenticated(
      keys.Verify(issuer.Sign(kHeader, With("nonce", "\"\"")), nothing_asked, kNow).status()));
}

TEST_CASE("A token that is not signed by the key it names is refused") {
  const TestTokenIssuer issuer;
  const TestTokenIssuer stranger;
  const JsonWebKeys keys = JsonWebKeys::Parse(issuer.KeySet()).value();
  const std::string claims = JsonOf(GoodClaims());
  const std::string good = issuer.Sign(kHeader, claims);
  const std::string message = good.substr(0, good.rfind('.'));
  const auto unsigned_as = [&](const std::string& header) {
    return absl::StrCat(absl::WebSafeBase64Escape(header), ".", absl::WebSafeBase64Escape(claims),
                        ".");
  };
  // Signed by what is public, as if it were a shared secret (RFC 8725, 2.1).
  const std::string confused = absl::StrCat(absl::WebSafeBase64Escape(R"({"alg":"HS256"})"), ".",
                                            absl::WebSafeBase64Escape(claims));
  std::string last = good;
  last[good.size() - 10] = last[good.size() - 10] == 'A' ? 'B' : 'A';
  std::string body = good;
  body[good.find('.') + 5] = body[good.find('.') + 5] == 'A' ? 'B' : 'A';
  for (const std::string& bad :
       {unsigned_as(R"({"alg":"none"})"), unsigned_as(R"({"alg":"None","kid":"e"})"),
        unsigned_as(kHeader), unsigned_as(R"({"kid":"e"})"),
        absl::StrCat(confused, ".",
                     absl::WebSafeBase64Escape(HmacSha256(issuer.KeySet(), confused).view())),
        stranger.Sign(kHeader, claims), stranger.Sign(kRsaHeader, claims, "r"),
        issuer.Sign(kRsaHeader, claims, "e"),
        issuer.Sign(R"({"alg":"ES256","kid":"e"})", claims, "r"), last, body,
        absl::StrCat(message, ".", absl::WebSafeBase64Escape(std::string(64, '\0'))),
        absl::StrCat(message, ".", absl::WebSafeBase64Escape(std::string(64, '\xff'))),
        issuer.Sign(R"({"alg":"ES256","kid":"e","crit":["exp"]})", claims),
        issuer.Sign(R"({"alg":"ES256","kid":"e","typ":"at+jwt"})", claims),
        issuer.Sign(R"({"alg":"none","alg":"ES256","kid":"e"})", claims),
        issuer.Sign(R"(["ES256"])", claims), issuer.Sign(kHeader, "[]"),
        issuer.Sign(kHeader, absl::StrReplaceAll(claims, {{"{", "{\"iss\":\"x\","}})),
        issuer.Sign(kHeader, claims.substr(1)), absl::StrCat(good, "."), absl::StrCat(good, "="),
        message, absl::StrCat(" ", good), std::string(), std::string(".."),
        absl::StrCat(good, std::string(kMaxIdTokenBytes, 'A'))}) {
    INFO(bad.substr(0, 200));
    CHECK(absl::IsUnauthenticated(keys.Verify(bad, Rule(), kNow).status()));
  }
  // A key that is not there may be new.
  CHECK(absl::IsNotFound(
      keys.Verify(issuer.Sign(R"({"alg":"ES256","kid":"f"})", claims), Rule(), kNow).status()));
  CHECK(absl::IsNotFound(
      keys.Verify(issuer.Sign(R"({"alg":"RS256","kid":"e"})", claims, "r"), Rule(), kNow)
          .status()));
}

TEST_CASE("A token without a key id is refused where several keys could be meant") {
  const TestTokenIssuer issuer;
  const TestTokenIssuer other;
  const JsonWebKeys keys =
      JsonWebKeys::Parse(absl::StrCat("{\"keys\":[", issuer.P256(), ",", other.P256(), "]}"))
          .value();
  CHECK(keys.size() == 2);
  const std::string token = issuer.Sign(R"({"alg":"ES256"})", JsonOf(GoodClaims()));
  CHECK(absl::IsUnauthenticated(keys.Verify(token, Rule(), kNow).status()));
}

TEST_CASE("Of a key set only keys for RS256 and ES256 signatures are kept") {
  const TestTokenIssuer issuer;
  const std::string ec = issuer.P256();
  const std::string rsa = issuer.Rsa();
  const auto spoilt = [](const std::string& key, const std::string& from, const std::string& to) {
    const std::string out = absl::StrReplaceAll(key, {{from, to}});
    REQUIRE(out != key);
    return out;
  };
  const auto kept = [](const std::string& key) {
    return JsonWebKeys::Parse(absl::StrCat("{\"keys\":[", key, "]}")).value().size();
  };
  CHECK(kept(ec) == 1);
  CHECK(kept(rsa) == 1);
  for (const std::string& key :
       {std::string("7"), std::string("{}"), std::string(R"({"kty":"oct","k":"AAAA"})"),
        spoilt(ec, "\"sig\"", "\"enc\""), spoilt(ec, "P-256", "P-384"),
        spoilt(ec, "\"EC\"", "\"OKP\""), spoilt(ec, "\"x\"", "\"z\""),
        spoilt(ec, "\"kid\"", "\"alg\":\"ES384\",\"kid\""),
        spoilt(ec, "\"x\":\"", "\"x\":\"AAAA"), spoilt(rsa, "RS256", "PS256"),
        spoilt(rsa, "AQAB", "Aw"), spoilt(rsa, "\"n\":\"", "\"n\":\"AAAA"),
        spoilt(rsa, absl::WebSafeBase64Escape(issuer.Modulus()),
               absl::WebSafeBase64Escape(issuer.Modulus().substr(0, 128)))}) {
    INFO(key);
    CHECK(kept(key) == 0);
  }
  for (const char* text :
       {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[],"keys":[]})", R"({"keys")"}) {
    INFO(text);
    CHECK(absl::IsInvalidArgument(JsonWebKeys::Parse(text).status()));
  }
  CHECK(absl::IsInvalidArgument(
      JsonWebKeys::Parse(std::string(kMaxKeySetBytes + 1, ' ')).status()));
}

}  // namespace
}  // namespace shareway::crypto
