// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/audit_stamp.h"

#include <sstream>

#include "absl/strings/match.h"
#include "libs/crypto/test_authority.h"
#include "libs/crypto/timestamp.h"
#include "libs/evidence/test_pack.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

struct Ran {
  int exit = 0;
  std::string out, err;
};

TEST_CASE("a stamp is verified offline, and each part that is wrong is refused") {
  using evidence::TestKey;
  const crypto::TestAuthority authority, other;
  const testing::TempDir dir;
  const std::string note = *evidence::AddNationalLine(
      TestKey(evidence::kTestSm2Pem),
      *evidence::SignNote(TestKey(evidence::kTestLogPem),
                          {evidence::kTestOrigin, 7, crypto::Sha256("root")}));
  const Hash32 imprint = crypto::Sha256(*evidence::NoteText(note));
  const std::string query = *crypto::TimestampQuery(imprint, "12345678");
  const auto stamp =
      crypto::OpenTimestampResponse(authority.Reply(query), imprint, "12345678", authority.root());
  REQUIRE(stamp.ok());
  testing::WriteFile(dir / "token", stamp->token);
  testing::WriteFile(dir / "note", note);
  testing::WriteFile(dir / "later", *evidence::SignNote(TestKey(evidence::kTestLogPem),
                                                        {evidence::kTestOrigin, 8, {}}));
  testing::WriteFile(dir / "forged",
                     *evidence::SignNote(TestKey(evidence::kTestWitnessPem),
                                         {evidence::kTestOrigin, 7, crypto::Sha256("root")}));
  testing::WriteFile(dir / "keys", evidence::TestVerifierKeys()[0] + "\n");
  testing::WriteFile(dir / "other", other.root());

  const auto run = [&](const std::string& token, const std::string& checkpoint,
                       const std::string& ca) {
    std::ostringstream out, err;
    Ran ran;
    ran.exit = RunCommand({"audit", "stamp", "verify", "--token", dir / token, "--checkpoint",
                           dir / checkpoint, "--tsa-ca", ca, "--key", dir / "keys"},
                          &out, &err);
    ran.out = out.str();
    ran.err = err.str();
    return ran;
  };
  const std::string root = authority.root_path();
  const Ran good = run("token", "note", root);
  INFO(good.err);
  CHECK(good.exit == 0);
  CHECK(absl::StartsWith(good.out, "checkpoint 7 of demo.example/audit existed at 20"));
  CHECK(run("token", "later", root).exit == kVerificationFailed);
  CHECK(run("token", "forged", root).exit == kVerificationFailed);
  CHECK(run("token", "note", dir / "other").exit == kVerificationFailed);
  CHECK(run("note", "note", root).exit == kVerificationFailed);
  CHECK(run("nowhere", "note", root).exit == kNotFound);
}

}  // namespace
}  // namespace shareway::cli
