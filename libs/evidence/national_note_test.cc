// SPDX-License-Identifier: Apache-2.0
// The second line of a checkpoint, by the log's SM2 key.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/evidence/test_pack.h"

namespace shareway::evidence {
namespace {

std::string Replaced(std::string in, const std::string& from, const std::string& to) {
  return in.replace(in.find(from), from.size(), to);
}

struct Lines {
  crypto::PrivateKey sm2 = TestKey(kTestSm2Pem);
  TreeHead head = {kTestOrigin, 5, crypto::Sha256("root")};
  std::string plain = *SignNote(TestKey(kTestLogPem), head);
  std::string both = *AddNationalLine(sm2, plain);
  std::string log_key = TestVerifierKeys()[0];
  std::string national_key = VerifierKey(kTestOrigin, sm2.public_key());
  std::string national_line = both.substr(plain.size());
  // The same text signed by nobody but the SM2 key.
  std::string alone = Replaced(both, plain.substr(plain.find("\n\n") + 2), "");

  absl::StatusCode Open(const std::string& note, const std::vector<std::string>& keys) const {
    return OpenCheckpoint(note, {}, keys).status().code();
  }
};

TEST_CASE("the national line stands behind the log's own and changes nothing before it") {
  const Lines lines;
  CHECK(absl::StartsWith(lines.both, lines.plain));
  CHECK(absl::StartsWith(lines.national_line, "\xe2\x80\x94 demo.example/audit "));
  CHECK(lines.national_line.back() == '\n');
  CHECK(*NoteText(lines.both) == *NoteText(lines.plain));
  const auto opened = OpenNote(lines.both, lines.national_key);
  REQUIRE(opened.ok());
  CHECK(opened->size == 5);
  CHECK(opened->root == lines.head.root);
  CHECK(OpenNote(lines.both, lines.log_key).ok());
}

TEST_CASE("the national verifier key is 0xff, the identifier and the SubjectPublicKeyInfo") {
  const Lines lines;
  const size_t base64 = std::string(kTestOrigin).size() + 10;  // '+', 8 hexadecimal digits, '+'
  const std::string typed = *FromBase64(lines.national_key.substr(base64));
  CHECK(typed == absl::StrCat("\xff", "shareway/v1/sm2-sm3\n", lines.sm2.public_key().spki()));
  const std::string hash =
      ToHex(crypto::Sha256(absl::StrCat(kTestOrigin, "\n", typed)).view().substr(0, 4));
  CHECK(absl::StartsWith(lines.national_key, absl::StrCat(kTestOrigin, "+", hash, "+")));
}

TEST_CASE("of the pinned keys of the log one of each kind must have signed") {
  const Lines lines;
  const std::string other_log = VerifierKey(kTestOrigin, TestKey(kTestWitnessPem).public_key());
  const std::string other_national =
      VerifierKey(kTestOrigin, crypto::PrivateKey::Generate(crypto::Suite::kSm2Sm3).public_key());
  const std::string elsewhere = VerifierKey("other.example/audit", lines.sm2.public_key());
  const auto kOk = absl::StatusCode::kOk;
  const auto kLoss = absl::StatusCode::kDataLoss;
  const std::string spoilt_text = Replaced(lines.both, "\n5\n", "\n6\n");
  std::string spoilt_line = lines.both;
  char& spoilt = spoilt_line[spoilt_line.size() - 12];
  spoilt = spoilt == 'A' ? 'B' : 'A';  // another signature in the same alphabet
  struct Case {
    const char* name;
    std::string note;
    std::vector<std::string> keys;
    absl::StatusCode code;
  };
  const std::vector<Case> cases = {
      {"both pinned, both signed", lines.both, {lines.log_key, lines.national_key}, kOk},
      {"in the other order", lines.both, {lines.national_key, lines.log_key}, kOk},
      {"the first alone is pinned", lines.both, {lines.log_key}, kOk},
      {"the national one alone is pinned", lines.both, {lines.national_key}, kOk},
      {"the national one alone signed and is pinned", lines.alone, {lines.national_key}, kOk},
      {"the first alone signed and is pinned", lines.plain, {lines.log_key}, kOk},
      {"a key that follows it is pinned too",
       lines.both,
       {lines.log_key, other_national, lines.national_key},
       kOk},
      {"a key of another log is pinned too", lines.plain, {lines.log_key, elsewhere}, kOk},
      {"the national line is missing", lines.plain, {lines.log_key, lines.national_key}, kLoss},
      {"the first line is missing", lines.alone, {lines.log_key, lines.national_key}, kLoss},
      {"the first line is by another key", lines.both, {other_log, lines.national_key}, kLoss},
      {"the national line is by another key", lines.both, {lines.log_key, other_national}, kLoss},
      {"the key is another log's", lines.both, {elsewhere}, kLoss},
      {"the text is another", spoilt_text, {lines.national_key}, kLoss},
      {"the line is spoilt", spoilt_line, {lines.log_key, lines.national_key}, kLoss},
      {"the first of two lines is spoilt",
       spoilt_line + lines.national_line,
       {lines.national_key},
       kLoss},
      {"the line is spoilt, nobody pinned its key", spoilt_line, {lines.log_key}, kOk}};
  for (const Case& row : cases) {
    CAPTURE(row.name);
    CHECK(lines.Open(row.note, row.keys) == row.code);
  }
}

TEST_CASE("a national verifier key that is off in any part is refused") {
  const Lines lines;
  const auto of = [](const std::string& typed) {
    return absl::StrCat(
        kTestOrigin, "+",
        ToHex(crypto::Sha256(absl::StrCat(kTestOrigin, "\n", typed)).view().substr(0, 4)), "+",
        ToBase64(typed));
  };
  const std::string mark = absl::StrCat("\xff", "shareway/v1/sm2-sm3\n");
  const std::string spki = lines.sm2.public_key().spki();
  REQUIRE(of(mark + spki) == lines.national_key);
  std::string off_the_curve = spki;
  off_the_curve.back() ^= 1;
  for (const std::string& typed :
       {std::string(), mark, absl::StrCat("\xff", "other/v1/sm2-sm3\n", spki), "\x01" + spki,
        "\x04" + spki, "\xff" + spki, mark + spki.substr(1), mark + spki + "x",
        mark + off_the_curve, mark + TestKey(kTestNodePem).public_key().spki(),
        mark + TestKey(kTestLogPem).public_key().spki(), mark + std::string(32, 'k'),
        std::string("\x02") + std::string(32, 'k')}) {
    CAPTURE(ToHex(typed));
    CHECK(OpenNote(lines.both, of(typed)).status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(lines.Open(lines.both, {lines.log_key, of(typed)}) == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("no key but an SM2 one adds a national line, and to a note alone") {
  const Lines lines;
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  CHECK(AddNationalLine(TestKey(kTestLogPem), lines.plain).status().code() == kInvalid);
  CHECK(AddNationalLine(TestKey(kTestNodePem), lines.plain).status().code() == kInvalid);
  CHECK(AddNationalLine(lines.sm2, "").status().code() == kInvalid);
  CHECK(AddNationalLine(lines.sm2, "demo.example/audit\n5\n").status().code() == kInvalid);
  CHECK(SignNote(lines.sm2, lines.head).status().code() == kInvalid);
  CHECK(CosignNote(lines.sm2, kTestWitness, lines.plain, {}).status().code() == kInvalid);
}

}  // namespace
}  // namespace shareway::evidence
