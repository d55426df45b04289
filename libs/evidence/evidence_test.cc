// SPDX-License-Identifier: Apache-2.0
// Envelopes, acts and notes.
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/test_pack.h"

namespace shareway::evidence {
namespace {

TEST_CASE("times keep their nanoseconds, also before 1970") {
  for (const int64_t nanos : {0LL, 1790000000123456789LL, -1LL, -1500000000LL}) {
    const absl::Time time = absl::FromUnixNanos(nanos);
    const google::protobuf::Timestamp timestamp = ToTimestamp(time);
    CHECK(timestamp.nanos() >= 0);
    CHECK(timestamp.nanos() < 1000000000);
    CHECK(FromTimestamp(timestamp) == time);
  }
}

TEST_CASE("a signature goes through its message unchanged") {
  const auto signatures = crypto::SignBatch(TestKey(kTestNodePem), {"a", "b", "c"});
  const v1::Signature proto = ToProto((*signatures)[1]);
  const auto back = FromProto(proto);
  REQUIRE(back.ok());
  CHECK(ToProto(*back).SerializeAsString() == proto.SerializeAsString());
  crypto::BatchVerifier verifier;
  const crypto::PublicKey key = TestKey(kTestNodePem).public_key();
  CHECK(Verify(&verifier, key, "b", proto).ok());
  CHECK(Verify(&verifier, key, "a", proto).code() == absl::StatusCode::kDataLoss);
  CHECK(VerifyDigest(&verifier, key, crypto::Sha256("b").view(), proto).ok());
  CHECK(VerifyDigest(&verifier, key, "short", proto).code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a signature message with parts of the wrong length names the field") {
  const v1::Signature good = ToProto((*crypto::SignBatch(TestKey(kTestNodePem), {"a", "b"}))[0]);
  const auto field = [](const v1::Signature& signature) {
    const auto details = DetailsOf(FromProto(signature).status());
    return details.has_value() ? details->fields.at(0).field : "";
  };
  v1::Signature spoilt = good;
  spoilt.set_suite(static_cast<v1::Suite>(255));
  CHECK(field(spoilt) == "signature.suite");
  spoilt = good;
  spoilt.clear_suite();
  CHECK(field(spoilt) == "signature.suite");
  spoilt = good;
  spoilt.mutable_key_id()->pop_back();
  CHECK(field(spoilt) == "signature.key_id");
  spoilt = good;
  spoilt.add_path(std::string(33, 'x'));
  CHECK(field(spoilt) == "signature.path[1]");
}

TEST_CASE("a sealed record opens to what was stored, with its sequence") {
  const auto sealed = TestSeal(TestKey(kTestNodePem), {TestRecord(v1::SERVICE_STARTED)}, 70000);
  const auto opened = Open(sealed[0]);
  REQUIRE(opened.ok());
  CHECK(opened->record.sequence() == 70000);
  CHECK(opened->record.kind() == v1::SERVICE_STARTED);
  CHECK(opened->record.producer() == TestRecord(v1::SERVICE_STARTED).producer());
  v1::SealedRecord other = sealed[0];
  other.mutable_salt()->back() ^= 1;
  CHECK(Commitment(other) != Commitment(sealed[0]));
  other.set_record("\xff");
  CHECK(Open(other).status().code() == absl::StatusCode::kDataLoss);
  v1::Envelope envelope;
  envelope.set_payload("\xff");
  other.set_record(envelope.SerializeAsString());
  CHECK(Open(other).status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("an act holds who, what and when, and verifies over its bytes") {
  const crypto::PrivateKey key = TestKey(kTestPersonPem);
  const absl::Time now = absl::FromUnixSeconds(1790000000);
  const auto signed_act = SignAct(key, "people/wang", "/a.B/C", "request", now);
  REQUIRE(signed_act.ok());
  v1::Act act;
  REQUIRE(act.ParseFromString(signed_act->act()));
  CHECK(act.nonce().size() == 16);
  CHECK(act.person() == "people/wang");
  CHECK(act.method() == "/a.B/C");
  CHECK(act.request() == "request");
  CHECK(FromTimestamp(act.time()) == now);
  crypto::BatchVerifier verifier;
  CHECK(Verify(&verifier, key.public_key(), signed_act->act(), signed_act->signature()).ok());
  CHECK_FALSE(
      Verify(&verifier, key.public_key(), signed_act->act() + "x", signed_act->signature()).ok());
}

TEST_CASE("a note is the text of C2SP and opens with its verifier key") {
  const TreeHead head{kTestOrigin, 5, crypto::Sha256("root")};
  const std::string note = *SignNote(TestKey(kTestLogPem), head);
  CHECK(note.rfind(absl::StrCat("demo.example/audit\n5\n", ToBase64(head.root.view()),
                                "\n\n\xe2\x80\x94 demo.example/audit "),
                   0) == 0);
  const auto opened = OpenNote(note, TestVerifierKeys()[0]);
  REQUIRE(opened.ok());
  CHECK(opened->origin == head.origin);
  CHECK(opened->size == 5);
  CHECK(opened->root == head.root);
}

TEST_CASE("the verifier key of the Go note package's example is made and read") {
  // golang.org/x/mod/sumdb/note, example: PeterNeumann.
  const auto raw = FromBase64("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  REQUIRE(raw.ok());
  const std::string spki =
      std::string("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12) + raw->substr(1);
  const auto key = crypto::PublicKey::FromSpki(spki);
  REQUIRE(key.ok());
  CHECK(VerifierKey("PeterNeumann", *key) ==
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
}

TEST_CASE("a note that is off in any part is refused") {
  const TreeHead head{kTestOrigin, 5, crypto::Sha256("root")};
  const std::string good = *SignNote(TestKey(kTestLogPem), head);
  const std::string key = TestVerifierKeys()[0];
  const std::string text = good.substr(0, good.find("\n\n") + 1);
  const std::string line = good.substr(text.size() + 1);
  const std::string other = *SignNote(TestKey(kTestWitnessPem), head);
  const std::string other_line = other.substr(text.size() + 1);
  const auto replaced = [](std::string in, const std::string& from, const std::string& to) {
    return in.replace(in.find(from), from.size(), to);
  };
  const auto many = [&other_line](size_t count) {
    std::string lines;
    for (size_t i = 0; i < count; ++i) lines += other_line;
    return lines;
  };
  REQUIRE(OpenNote(text + "\n" + other_line + line, key).ok());
  REQUIRE(OpenNote(text + "\n" + many(1000) + line, key).ok());
  const std::vector<std::pair<std::string, std::string>> unproven = {
      {"another size", replaced(good, "\n5\n", "\n6\n")},
      {"another origin", replaced(good, "demo.example/audit\n", "demo.example/other\n")},
      {"another root", replaced(good, ToBase64(head.root.view()), ToBase64(Hash32().view()))},
      {"another text", replaced(good, "\n\n", "\nmore\n\n")},
      {"signed by another key", other},
      {"signed by another name", replaced(good, " demo.example/audit", " demo.example/other")}};
  for (const auto& [name, note] : unproven) {
    CAPTURE(name);
    CHECK(OpenNote(note, key).status().code() == absl::StatusCode::kDataLoss);
  }
  const std::vector<std::pair<std::string, std::string>> malformed = {
      {"empty", ""},
      {"no signature", text},
      {"no signature after the blank line", text + "\n"},
      {"no last line feed", good.substr(0, good.size() - 1)},
      {"something behind", good + "x"},
      {"size with a zero in front", replaced(good, "\n5\n", "\n05\n")},
      {"size below zero", replaced(good, "\n5\n", "\n-5\n")},
      {"size too large", replaced(good, "\n5\n", "\n18446744073709551616\n")},
      {"root too short", replaced(good, ToBase64(head.root.view()), "AAAA")},
      {"hyphen for dash", replaced(good, "\xe2\x80\x94", "-")},
      {"carriage returns", replaced(good, "\n5\n", "\r\n5\r\n")},
      {"not UTF-8", replaced(good, "\n\n", "\n\xff\n\n")},
      {"base64 not strict", good.substr(0, good.size() - 2) + "\n"},
      {"too long", text + "\n" + line + std::string(kMaxNoteBytes, 'x')},
      {"too long, of good lines", text + "\n" + line + many(kMaxNoteBytes / line.size() + 1)}};
  for (const auto& [name, note] : malformed) {
    CAPTURE(name);
    CHECK(OpenNote(note, key).status().code() == absl::StatusCode::kInvalidArgument);
  }
  for (const std::string& bad_key :
       {std::string(), std::string("demo.example/audit"), key + "A", key.substr(1),
        replaced(key, "+", "-"), TestVerifierKeys()[1]}) {
    CAPTURE(bad_key);
    CHECK(OpenNote(good, bad_key).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("only Ed25519 keys with a proper name sign notes") {
  const TreeHead head{kTestOrigin, 5, {}};
  CHECK_FALSE(SignNote(TestKey(kTestNodePem), head).ok());
  for (const std::string origin : {"", "a b", "a+b", "a\nb"}) {
    CAPTURE(origin);
    CHECK(SignNote(TestKey(kTestLogPem), {origin, 5, {}}).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("a witness's cosignature counts for its own note alone") {
  const std::string note =
      *SignNote(TestKey(kTestLogPem), {kTestOrigin, 5, crypto::Sha256("root")});
  const std::string other =
      *SignNote(TestKey(kTestLogPem), {kTestOrigin, 6, crypto::Sha256("root")});
  const crypto::PrivateKey witness = TestKey(kTestWitnessPem);
  const auto line = CosignNote(witness, kTestWitness, note, absl::FromUnixSeconds(1790000000));
  REQUIRE(line.ok());
  const std::vector<std::string> keys = TestVerifierKeys();
  CHECK(VerifyCosignature(note, *line, keys[1]).value());
  CHECK_FALSE(
      VerifyCosignature(note, *line, WitnessVerifierKey("other", witness.public_key())).value());
  CHECK(VerifyCosignature(other, *line, keys[1]).status().code() == absl::StatusCode::kDataLoss);
  CHECK(OpenCheckpoint(note, {*line}, keys).ok());
  CHECK(OpenCheckpoint(note, {}, keys).ok());
  CHECK(OpenCheckpoint(other, {*line}, keys).status().code() == absl::StatusCode::kDataLoss);
  CHECK(OpenCheckpoint(other, {*line}, {keys[0]}).ok());
  CHECK(OpenCheckpoint(note, {}, {keys[1]}).status().code() == absl::StatusCode::kDataLoss);
  CHECK(OpenCheckpoint(note, {"x\n"}, keys).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(OpenCheckpoint(note, {}, {"x"}).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("a checkpoint with the lines of 300 witnesses is read, together and apart") {
  const std::string note =
      *SignNote(TestKey(kTestLogPem), {kTestOrigin, 5, crypto::Sha256("root")});
  std::vector<std::string> keys = {TestVerifierKeys()[0]};
  std::vector<std::string> lines;
  std::string page = note;
  for (int i = 0; i < 300; ++i) {
    const auto witness = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
    std::string name = absl::StrCat("agencies/", i, "/nodes/");
    name.resize(255, 'n');
    keys.push_back(WitnessVerifierKey(name, witness.public_key()));
    lines.push_back(*CosignNote(witness, name, note, absl::FromUnixSeconds(1790000000)));
    page += lines.back();
  }
  CHECK(page.size() > 100'000);
  CHECK(OpenNote(page, keys[0]).ok());
  CHECK(NoteText(page) == NoteText(note));
  CHECK(OpenCheckpoint(note, lines, keys).ok());
  CHECK(OpenCheckpoint(page, lines, keys).ok());
  // The last one counts as well as the first.
  const std::string end = lines[0].substr(lines[0].size() - 10);
  lines.back().replace(lines.back().size() - end.size(), end.size(), end);
  CHECK(OpenCheckpoint(note, lines, keys).status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("a key file has a key a line, remarks and blank lines") {
  CHECK(VerifierKeysIn("# log\nkey1\n\n  key2 \r\n") == std::vector<std::string>{"key1", "key2"});
  CHECK(VerifierKeysIn("").empty());
}

}  // namespace
}  // namespace shareway::evidence
