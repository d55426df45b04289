// SPDX-License-Identifier: Apache-2.0
// Evidence in SM2 and SM3 from end to end: records, the checkpoint's second line, packs, both
// verifiers.
#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "libs/evidence/note.h"
#include "libs/evidence/pack.h"
#include "services/audit/rpc/test_world.h"

namespace shareway::audit {
namespace {

// The exit code of the Python verifier.
int PythonSays(const testing::TempDir& dir, const std::string& pack,
               const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) absl::StrAppend(&text, key, "\n");
  testing::WriteFile(dir / "pack", pack);
  testing::WriteFile(dir / "keys", text);
  const int status =
      std::system(absl::StrCat("/usr/bin/python3 ", SHAREWAY_SOURCE_DIR, "/tools/verify_pack.py ",
                               dir / "pack", " --key ", dir / "keys", " >/dev/null 2>&1")
                      .c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE(
    "Records and checkpoints in the national suite go through the log into packs that "
    "both verifiers accept",
    "[interop]") {
  const auto generate = [](crypto::Suite suite) { return crypto::PrivateKey::Generate(suite); };
  const LogKey log_key{generate(crypto::Suite::kEd25519), "shareway.example/audit",
                       generate(crypto::Suite::kSm2Sm3)};
  World world(crypto::Suite::kSm2Sm3, log_key);
  evidence::AuditRecord delivered = GoodRecord(1);
  delivered.set_request_digest(crypto::Sm3("request").str());
  *delivered.mutable_request_signature() = world.Sign("request");
  REQUIRE(world.Append(world.provider, {delivered, GoodRecord(2)}).ok());
  REQUIRE(world.Append(world.consumer, {GoodReceipt(1)}).ok());

  v1::ExportEvidenceRequest request;
  request.set_exchange("x1");
  const auto response =
      world.Call<v1::ExportEvidenceResponse>(world.auditor, "ExportEvidence", request);
  INFO(response.status());
  REQUIRE(response.ok());
  const auto pack = evidence::ReadPack(response->pack());
  REQUIRE(pack.ok());
  REQUIRE(pack->entries.size() == 2);
  for (const std::string& spki : pack->keys) {
    CHECK(crypto::PublicKey::FromSpki(spki)->suite() == crypto::Suite::kSm2Sm3);
  }

  const std::string common = log_key.verifier_key();
  const std::string national = log_key.national_verifier_key();
  const std::string stranger =
      evidence::VerifierKey(log_key.origin, generate(crypto::Suite::kSm2Sm3).public_key());
  const testing::TempDir dir;
  const std::vector<std::pair<std::vector<std::string>, bool>> pins = {{{common, national}, true},
                                                                       {{common}, true},
                                                                       {{national}, true},
                                                                       {{common, stranger}, false},
                                                                       {{stranger}, false}};
  for (const auto& [keys, good] : pins) {
    const auto verified = evidence::VerifyPack(*pack, keys);
    INFO(verified.status());
    CHECK(verified.ok() == good);
    CHECK(PythonSays(dir, response->pack(), keys) == (good ? 0 : 7));
  }
  // A digest under the other suite's hash is not what was signed.
  evidence::AuditRecord wrong = GoodRecord(3);
  wrong.set_request_digest(crypto::Sha256("request").str());
  *wrong.mutable_request_signature() = world.Sign("request");
  REQUIRE(world.Append(world.provider, {wrong}).ok());
  request.set_exchange("x3");
  const auto spoilt =
      world.Call<v1::ExportEvidenceResponse>(world.auditor, "ExportEvidence", request);
  REQUIRE(spoilt.ok());
  CHECK_FALSE(evidence::VerifyPack(*evidence::ReadPack(spoilt->pack()), {common}).ok());
  CHECK(PythonSays(dir, spoilt->pack(), {common}) == 7);
}

}  // namespace
}  // namespace shareway::audit
