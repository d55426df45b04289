// SPDX-License-Identifier: Apache-2.0
// A password opens its own digest alone, at the cost that is written in it.
#include "libs/crypto/scrypt.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "libs/crypto/secret.h"

namespace shareway::crypto {
namespace {

// Cheap: the rules are the same at every cost.
constexpr ScryptCost kCheap = {.log_n = 4, .r = 8, .p = 1};

TEST_CASE("Scrypt agrees with RFC 7914 section 12") {
  struct Case {
    const char* password;
    const char* salt;
    ScryptCost cost;
    const char* derived;
  };
  const std::vector<Case> cases = {
      {"",
       "",
       {.log_n = 4, .r = 1, .p = 1},
       "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
       "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"},
      {"password",
       "NaCl",
       {.log_n = 10, .r = 8, .p = 16},
       "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
       "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"},
      {"pleaseletmein",
       "SodiumChloride",
       {.log_n = 14, .r = 8, .p = 1},
       "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
       "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"},
  };
  for (const Case& c : cases) {
    const auto derived = Scrypt(c.password, c.salt, c.cost, 64);
    REQUIRE(derived.ok());
    CHECK(absl::BytesToHexString(*derived) == c.derived);
  }
}

TEST_CASE("A password opens its own digest and no other does") {
  const std::string stored = HashPassword("correct horse 正确", kCheap).value();
  CHECK(VerifyPassword("correct horse 正确", stored).value());
  for (const char* wrong : {"", "correct horse", "Correct horse 正确", "correct horse 正确 "}) {
    CHECK_FALSE(VerifyPassword(wrong, stored).value());
  }
  // To HMAC, with which scrypt begins, this is the same key.
  CHECK_FALSE(VerifyPassword(absl::string_view("correct horse 正确\0", 21), stored).value());
  // Another salt each time: equal passwords do not show.
  CHECK(HashPassword("correct horse 正确", kCheap).value() != stored);
  CHECK(VerifyPassword("", HashPassword("", kCheap).value()).value());
}

TEST_CASE("New passwords cost what the constant says and old ones keep their cost") {
  const std::string stored = HashPassword("pass").value();
  CHECK(absl::StartsWith(stored, "$scrypt$ln=17,r=8,p=1$"));
  CHECK(stored.size() == 88);
  CHECK(CostOf(stored).value() == kPasswordCost);
  CHECK(kPasswordCost.memory_bytes() == 128 << 20);
  CHECK(CostOf(HashPassword("pass", kCheap).value()).value() == kCheap);
}

// Made by Python's hashlib.scrypt.
TEST_CASE("A digest in the PHC form that another program made is read") {
  const std::string stored =
      "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$5KYe2zX+t+Yo0sUuTXwdjAUHrwLPErI+VmcSHunS8Bc";
  CHECK(VerifyPassword("correct horse 正确", stored).value());

  const std::vector<std::pair<const char*, const char*>> spoilt = {
      {"$scrypt$", "$argon2id$"},
      {"$scrypt$", "scrypt$"},
      {"ln=10", "ln=0"},
      {"ln=10", "ln=25"},
      {"ln=10", "ln=010"},
      {"ln=10", "ln= 10"},
      {"ln=10", "ln=-1"},
      {"ln=10", "ln=99999999999"},
      {"r=8", "r=0"},
      {"r=8", "r=33"},
      {"p=1", "p=17"},
      {"p=1", "p=1,x=1"},
      {",p=1", ""},
      {"ln=10,r=8", "r=8,ln=10"},
      {"ln=10,r=8", "ln=24,r=8"},
      {"ODw$", "OD$"},
      {"ODw$", "ODx$"},
      {"ODw$", "ODw=$"},
      {"S8Bc", "S8B"},
      {"S8Bc", "S8Bd"},
      {"S8Bc", "S8Bc$"},
      {"+", "-"},
      {"S8Bc", ""},
  };
  for (const auto& [from, to] : spoilt) {
    const std::string other = absl::StrReplaceAll(stored, {{from, to}});
    INFO(other);
    REQUIRE(other != stored);
    const absl::Status status = VerifyPassword("correct horse 正确", other).status();
    CHECK(absl::IsDataLoss(status));
    CHECK(absl::IsDataLoss(CostOf(other).status()));
    CHECK_FALSE(absl::StrContains(status.message(), "AAEC"));  // no digest in a log
  }
  for (size_t i = 0; i < stored.size(); ++i) {
    CHECK(absl::IsDataLoss(CostOf(stored.substr(0, i)).status()));
  }
}

TEST_CASE("A cost out of range makes no digest") {
  const std::vector<ScryptCost> costs = {{.log_n = 0},          {.log_n = -1}, {.log_n = 64},
                                         {.log_n = 21, .r = 8}, {.r = 0},      {.r = 33},
                                         {.log_n = 4, .p = 17}, {.p = 0}};
  for (const ScryptCost& cost : costs) {
    INFO(cost.log_n << " " << cost.r << " " << cost.p);
    CHECK(absl::IsInvalidArgument(HashPassword("pass", cost).status()));
  }
}

TEST_CASE("A cleansed secret is gone from the memory that held it") {
  std::string secret(40, 's');
  const char* const at = secret.data();
  Cleanse(&secret);
  CHECK(secret.empty());
  CHECK(std::string(at + 1, 39) == std::string(39, '\0'));  // the string still owns these bytes
}

}  // namespace
}  // namespace shareway::crypto
