// SPDX-License-Identifier: Apache-2.0
// Keys in a device, which here is SoftHSM: tokens in a folder.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/crypto/key.h"
#include "tests/support/temp_dir.h"

namespace shareway::crypto {
namespace {

constexpr char kModule[] = "/usr/lib/softhsm/libsofthsm2.so";

bool Run(const std::string& command) {
  return std::system(absl::StrCat(command, " >/dev/null 2>&1").c_str()) == 0;
}

// What `act` writes to standard error.
std::string ErrorOutputOf(const std::string& file, const std::function<void()>& act) {
  const int before = dup(STDERR_FILENO);
  const int fresh = open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  REQUIRE((before >= 0 && fresh >= 0 && dup2(fresh, STDERR_FILENO) >= 0));
  act();
  REQUIRE(dup2(before, STDERR_FILENO) >= 0);
  close(fresh);
  close(before);
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// A token with one key, which lies in a file as well so that the test knows it, and one that nobody
// logs in to: a device asks for no PIN while the process is logged in. One pair for the process: the
// module keeps the tokens that it began with.
class Token {
 public:
  static const Token& One() {
    static const Token token;
    return token;
  }
  std::string Uri(const std::string& object, const std::string& pin,
                  const std::string& token = "shareway") const {
    return absl::StrCat("pkcs11:token=", token, ";object=", object, ";type=private?module-path=",
                        kModule, "&pin-value=", pin);
  }
  const PrivateKey key = PrivateKey::Generate(Suite::kP256Sha256);

 private:
  Token() {
    REQUIRE(std::filesystem::exists(kModule));  // Debian's softhsm2
    testing::WriteFile(dir_ / "conf", absl::StrCat("directories.tokendir = ", dir_.path(),
                                                   "\nobjectstore.backend = file\n"));
    setenv("SOFTHSM2_CONF", (dir_ / "conf").c_str(), 1);
    testing::WriteFile(dir_ / "key.pem", key.ToPem());
    for (const char* label : {"shareway", "locked"}) {
      REQUIRE(Run(absl::StrCat("softhsm2-util --init-token --free --label ", label,
                               " --so-pin 123456 --pin 654321")));
      REQUIRE(Run(absl::StrCat("softhsm2-util --import ", dir_ / "key.pem", " --token ", label,
                               " --label message --id a1 --pin 654321")));
    }
  }
  testing::TempDir dir_;
};

TEST_CASE("A key in a device signs as the same key in a file does") {
  const Token& token = Token::One();
  const auto key = PrivateKey::FromUri(token.Uri("message", "654321"));
  INFO(key.status().ToString());
  REQUIRE(key.ok());
  CHECK(key->public_key().id() == token.key.public_key().id());
  const auto signature = key->Sign("to be signed");
  REQUIRE(signature.ok());
  CHECK(token.key.public_key().Verify("to be signed", *signature).ok());
  CHECK_FALSE(token.key.public_key().Verify("another", *signature).ok());
}

TEST_CASE("A key that the device does not give is an error without its PIN") {
  const Token& token = Token::One();
  const testing::TempDir dir;
  for (const std::string& uri :
       {token.Uri("none", "654321"), token.Uri("message", "111111", "locked")}) {
    absl::Status status;
    const std::string printed = ErrorOutputOf(dir / "printed", [&] {
      status = PrivateKey::FromUri(uri).status();
    });
    INFO(status.ToString());
    CHECK_FALSE(status.ok());
    CHECK_FALSE(absl::StrContains(status.message(), "pin-value"));
    CHECK_FALSE(absl::StrContains(printed, "pin-value"));
  }
}

TEST_CASE("A URI without a PIN is refused, and what is no URI is a file") {
  CHECK(absl::IsInvalidArgument(
      PrivateKey::FromUri("pkcs11:token=shareway;object=message").status()));
  CHECK(absl::IsNotFound(PrivateKey::FromUri("/nonexistent/key.pem").status()));
  const testing::TempDir dir;
  const PrivateKey key = PrivateKey::Generate(Suite::kSm2Sm3);
  testing::WriteFile(dir / "message.key", key.ToPem());
  const auto read = PrivateKey::FromUri(dir / "message.key");
  REQUIRE(read.ok());
  CHECK(read->public_key().id() == key.public_key().id());
}

}  // namespace
}  // namespace shareway::crypto
