// SPDX-License-Identifier: Apache-2.0
#include "libs/evidence/log_head.h"

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/evidence/note.h"

namespace shareway::evidence {
namespace {

TEST_CASE("A note is rebuilt from size, root and the log's signature", "[evidence]") {
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  const std::string log_key = VerifierKey("d.example/audit", key.public_key());
  const TreeHead head{"d.example/audit", 17, crypto::Sha256("root")};
  const std::string note = *SignNote(key, head);
  // Lines by others, and by a key of the same name, are passed over.
  const crypto::PrivateKey other = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  const std::string longer = absl::StrCat(
      (*SignNote(other, head)), note.substr(note.find("\n\n") + 2),
      *CosignNote(other, "agencies/a/nodes/n1", note, absl::FromUnixSeconds(1790000000)));

  for (const std::string& from : {note, longer}) {
    const auto signature = LogSignature(from, log_key);
    REQUIRE(signature.ok());
    const auto rebuilt = RebuiltNote(log_key, 17, head.root.view(), *signature);
    REQUIRE(rebuilt.ok());
    CHECK(*rebuilt == note);
    // Of another head it is a note that does not verify.
    CHECK(absl::IsDataLoss(
        OpenNote(*RebuiltNote(log_key, 18, head.root.view(), *signature), log_key).status()));
  }
  CHECK_FALSE(LogSignature(*SignNote(other, head), log_key).ok());
  CHECK_FALSE(LogSignature(note, "no key").ok());
  CHECK_FALSE(LogSignature(note, "d.example/audit+XXXXXXXX+AQ==").ok());
  CHECK_FALSE(RebuiltNote(log_key, 17, "short", std::string(64, 's')).ok());
  CHECK_FALSE(RebuiltNote(log_key, 17, head.root.view(), "short").ok());
}

}  // namespace
}  // namespace shareway::evidence
