// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/timestamp.h"

#include <utility>

#include "absl/time/clock.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/test_authority.h"

namespace shareway::crypto {
namespace {

constexpr char kText[] = "demo.example/audit\n7\nroot\n";
constexpr char kNonce[] = "12345678";

// One authority and one good answer for all tests here: making them costs most of the time.
struct World {
  TestAuthority authority;
  Hash32 digest = Sha256(kText);
  std::string query = *TimestampQuery(digest, kNonce);
  std::string reply = authority.Reply(query);
  std::string root = authority.root();
};
const World& TheWorld() {
  static const World world;
  return world;
}

TEST_CASE("an authority's timestamp opens, and its token later on its own") {
  const World& world = TheWorld();
  const auto stamp = OpenTimestampResponse(world.reply, world.digest, kNonce, world.root);
  INFO(stamp.status());
  REQUIRE(stamp.ok());
  CHECK(stamp->time > absl::Now() - absl::Hours(1));
  CHECK(stamp->time < absl::Now() + absl::Minutes(1));
  CHECK(stamp->policy == "1.2.3.4.1");
  CHECK_FALSE(stamp->serial.empty());
  const auto again = OpenTimestampToken(stamp->token, world.digest, world.root);
  INFO(again.status());
  REQUIRE(again.ok());
  CHECK(again->time == stamp->time);
  CHECK(again->serial == stamp->serial);
  CHECK(again->token == stamp->token);
}

TEST_CASE("openssl says the same of the token") {
  const World& world = TheWorld();
  const auto stamp = OpenTimestampResponse(world.reply, world.digest, kNonce, world.root);
  REQUIRE(stamp.ok());
  const testing::TempDir& dir = world.authority.dir();
  testing::WriteFile(dir / "token", stamp->token);
  testing::WriteFile(dir / "text", kText);
  testing::WriteFile(dir / "other", "other");
  const std::vector<std::string> words = {
      "ts",   "-verify", "-token_in", "-in", dir / "token", "-CAfile", world.authority.root_path(),
      "-data"};
  std::vector<std::string> good = words, bad = words;
  good.push_back(dir / "text");
  bad.push_back(dir / "other");
  CHECK(world.authority.Says(good));
  CHECK_FALSE(world.authority.Says(bad));
}

TEST_CASE("the authority's own certificate may be pinned instead of its root") {
  const World& world = TheWorld();
  const std::string own = world.authority.certificate();
  CHECK(OpenTimestampResponse(world.reply, world.digest, kNonce, own).ok());
  CHECK(OpenTimestampResponse(world.reply, world.digest, kNonce, world.root + own).ok());
}

TEST_CASE("a timestamp that is off in any part is refused") {
  const World& world = TheWorld();
  static const TestAuthority other;
  const auto kLoss = absl::StatusCode::kDataLoss;
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  struct Case {
    const char* name;
    std::string reply;
    Hash32 digest;
    std::string nonce;
    std::string authority;
    absl::StatusCode code;
  };
  const std::string& reply = world.reply;
  const std::vector<Case> cases = {
      {"another text", reply, Sha256("x"), kNonce, world.root, kLoss},
      {"another nonce", reply, world.digest, "87654321", world.root, kLoss},
      {"another authority", reply, world.digest, kNonce, other.root(), kLoss},
      {"no certificate in PEM", reply, world.digest, kNonce, "none", kInvalid},
      {"no authority", reply, world.digest, kNonce, "", kInvalid},
      {"empty", "", world.digest, kNonce, world.root, kInvalid},
      {"not DER", "HTTP", world.digest, kNonce, world.root, kInvalid},
      {"cut", reply.substr(0, reply.size() - 1), world.digest, kNonce, world.root, kInvalid},
      {"something behind", reply + "x", world.digest, kNonce, world.root, kInvalid},
      {"the query itself", world.query, world.digest, kNonce, world.root, kInvalid},
      {"too long", std::string(100000, '0'), world.digest, kNonce, world.root, kInvalid}};
  for (const Case& row : cases) {
    CAPTURE(row.name);
    const auto stamp = OpenTimestampResponse(row.reply, row.digest, row.nonce, row.authority);
    INFO(stamp.status());
    CHECK(stamp.status().code() == row.code);
  }
}

TEST_CASE("an authority whose certificate is not for timestamps is refused") {
  const World& world = TheWorld();
  const TestAuthority signer(30, "codeSigning");
  // openssl does not even answer as such an authority.
  CHECK(signer.Reply(world.query).empty());
  // Pinned alone, its root is no help to the others.
  CHECK_FALSE(OpenTimestampResponse(world.reply, world.digest, kNonce, signer.root()).ok());
}

TEST_CASE("an authority whose certificate had ended at the token's time is refused") {
  const World& world = TheWorld();
  const TestAuthority ended(-1);
  const std::string reply = ended.Reply(world.query);
  REQUIRE_FALSE(reply.empty());
  const auto stamp = OpenTimestampResponse(reply, world.digest, kNonce, ended.root());
  CHECK(stamp.status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("a refusal of the authority is told in its words") {
  const World& world = TheWorld();
  const std::string refusal = world.authority.Reply("this is no query");
  const auto stamp = OpenTimestampResponse(refusal, world.digest, kNonce, world.root);
  CHECK(stamp.status().code() == absl::StatusCode::kUnavailable);
  CHECK(std::string(stamp.status().message()).find("status 2: ") != std::string::npos);
}

TEST_CASE("no changed bit of an answer opens as another timestamp") {
  const World& world = TheWorld();
  const auto good = OpenTimestampResponse(world.reply, world.digest, kNonce, world.root);
  REQUIRE(good.ok());
  int opened = 0;
  for (size_t i = 0; i < world.reply.size(); i += 3) {
    std::string reply = world.reply;
    reply[i] = static_cast<char>(reply[i] ^ (1 << i % 8));
    const auto stamp = OpenTimestampResponse(reply, world.digest, kNonce, world.root);
    if (!stamp.ok()) continue;
    CAPTURE(i);
    CHECK(stamp->time == good->time);
    CHECK(stamp->serial == good->serial);
    ++opened;
  }
  // What is not signed, such as the root that comes along, may change.
  CHECK(opened < static_cast<int>(world.reply.size()) / 6);
}

TEST_CASE("a nonce has eight bytes") {
  CHECK_FALSE(TimestampQuery(Sha256(""), "").ok());
  CHECK_FALSE(TimestampQuery(Sha256(""), "123456789").ok());
  CHECK(*TimestampQuery(Sha256(""), "12345678") == *TimestampQuery(Sha256(""), "12345678"));
}

}  // namespace
}  // namespace shareway::crypto
