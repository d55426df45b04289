// SPDX-License-Identifier: Apache-2.0
// proto/vectors: the formats as fixed bytes. Vectors are made once, by
// `evidence_test "[.generate]"`, and never again: signatures are random, and
// other verifiers have copies.
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/status.h"
#include "libs/evidence/test_pack.h"
#include "libs/evidence/test_verdict.h"
#include "libs/evidence/test_webauthn_act.h"

namespace shareway::evidence {
namespace {

const std::string kFolder = std::string(SHAREWAY_SOURCE_DIR) + "/proto/vectors/";

std::string Raw(const Json& base64) { return *FromBase64(base64.get<std::string>()); }

// ---- Checking: each returns what the vector must say in `want`, or nothing if refused.

using Verdict = absl::StatusOr<Json>;

Verdict CheckBatch(const Json& vector) {
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::PublicKey key,
                            crypto::PublicKey::FromSpki(Raw(vector["spki"])));
  const Json& from = vector["signature"];
  v1::Signature signature;
  signature.set_suite(static_cast<v1::Suite>(from["suite"].get<int>()));
  signature.set_key_id(Raw(from["key_id"]));
  signature.set_index(from["index"].get<uint32_t>());
  signature.set_size(from["size"].get<uint32_t>());
  for (const Json& hash : from["path"]) signature.add_path(Raw(hash));
  signature.set_bytes(Raw(from["bytes"]));
  crypto::BatchVerifier verifier;
  SHAREWAY_RETURN_IF_ERROR(Verify(&verifier, key, Raw(vector["payload"]), signature));
  return Json::object();
}

Verdict CheckRecord(const Json& vector) {
  v1::SealedRecord sealed;
  sealed.set_salt(Raw(vector["salt"]));
  sealed.set_record(Raw(vector["record"]));
  SHAREWAY_ASSIGN_OR_RETURN(const OpenedRecord opened, Open(sealed));
  const Hash32 commitment = Commitment(sealed);
  return Json{{"commitment", ToBase64(commitment.view())},
              {"leaf", ToBase64(crypto::LogHasher().leaf(commitment.view()).view())},
              {"kind", static_cast<int>(opened.record.kind())},
              {"sequence", opened.record.sequence()},
              {"producer", opened.record.producer()}};
}

Verdict CheckNote(const Json& vector) {
  SHAREWAY_ASSIGN_OR_RETURN(const TreeHead head,
                            OpenCheckpoint(vector["note"].get<std::string>(),
                                           vector["cosignatures"].get<std::vector<std::string>>(),
                                           vector["keys"].get<std::vector<std::string>>()));
  return Json{{"size", head.size}, {"root", ToBase64(head.root.view())}};
}

Verdict CheckDigest(const Json& vector) {
  const std::string text =
      absl::StrCat(vector["label"].get<std::string>(), "\n", Raw(vector["text"]));
  return Json{{"digest", ToBase64(crypto::HmacSha256(Raw(vector["secret"]), text).view())}};
}

Json ReadVectors(const std::string& kind) {
  std::ifstream file(kFolder + kind + ".json");
  Json vectors = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  REQUIRE(vectors.is_object());
  REQUIRE(vectors["kind"] == kind);
  REQUIRE(vectors["cases"].size() > 2);
  return vectors["cases"];
}

void CheckAll(const std::string& kind, const std::function<Verdict(const Json&)>& check) {
  for (const Json& vector : ReadVectors(kind)) {
    CAPTURE(kind, vector["name"].get<std::string>());
    const Verdict verdict = check(vector);
    CHECK(verdict.ok() == vector["valid"].get<bool>());
    if (verdict.ok()) CHECK(*verdict == vector.value("want", Json::object()));
  }
}

TEST_CASE("the vectors of proto/vectors come out as they say") {
  CheckAll("batch_signatures", CheckBatch);
  CheckAll("records", CheckRecord);
  CheckAll("notes", CheckNote);
  CheckAll("national_notes", CheckNote);
  CheckAll("ed25519_edges", CheckNote);
  CheckAll("digests", CheckDigest);
  for (const Json& vector : ReadVectors("packs")) {
    CAPTURE(vector["name"].get<std::string>());
    const std::string text =
        vector.contains("pack") ? vector["pack"].get<std::string>() : Raw(vector["pack_base64"]);
    CHECK(PackVector(vector["name"], text, vector["keys"]) == vector);
  }
}

// ---- Making.

void WriteVectors(const std::string& kind, const std::string& about, const Json& cases) {
  const Json vectors = {{"about", about}, {"kind", kind}, {"cases", cases}};
  std::ofstream(kFolder + kind + ".json") << vectors.dump(1) << "\n";
}

Json BatchVector(const std::string& name, bool valid, const crypto::PublicKey& key,
                 const std::string& payload, const crypto::BatchSignature& signature) {
  Json path = Json::array();
  for (const Hash32& hash : signature.path) path.push_back(ToBase64(hash.view()));
  return {{"name", name},
          {"valid", valid},
          {"spki", ToBase64(key.spki())},
          {"payload", ToBase64(payload)},
          {"signature",
           {{"suite", static_cast<int>(signature.suite)},
            {"key_id", ToBase64(signature.key_id.view())},
            {"index", signature.index},
            {"size", signature.size},
            {"path", path},
            {"bytes", ToBase64(signature.bytes)}}}};
}

Json MakeBatches() {
  using Spoil = std::function<void(crypto::BatchSignature*)>;
  const std::vector<std::pair<std::string, Spoil>> spoils = {
      {"no suite", [](auto* s) { s->suite = crypto::Suite::kUnspecified; }},
      {"suite of another kind",
       [](auto* s) { s->suite = static_cast<crypto::Suite>(3 - static_cast<int>(s->suite)); }},
      {"key id of another", [](auto* s) { s->key_id.bytes[0] ^= 1; }},
      {"index of the neighbour", [](auto* s) { s->index ^= 1; }},
      {"index at the size", [](auto* s) { s->index = s->size; }},
      {"size with the same path length", [](auto* s) { s->size = 6; }},
      {"size 0", [](auto* s) { s->size = 0; }},
      {"size 1025", [](auto* s) { s->size = 1025; }},
      {"path shorter", [](auto* s) { s->path.pop_back(); }},
      {"path longer", [](auto* s) { s->path.push_back({}); }},
      {"path flipped", [](auto* s) { s->path[1].bytes[31] ^= 1; }},
      {"path reversed", [](auto* s) { std::swap(s->path.front(), s->path.back()); }},
      {"signature flipped", [](auto* s) { s->bytes.back() ^= 1; }},
      {"signature with a byte behind", [](auto* s) { s->bytes.push_back('\0'); }},
      {"signature cut", [](auto* s) { s->bytes.pop_back(); }},
      {"no signature", [](auto* s) { s->bytes.clear(); }}};
  Json cases = Json::array();
  for (const std::string suite : {"p256", "sm2"}) {
    const char* const pem = suite == "p256" ? kTestNodePem : kTestSm2Pem;
    const crypto::PrivateKey key = TestKey(pem);
    const crypto::PublicKey& public_key = key.public_key();
    for (const uint32_t size : {1, 2, 3, 5, 8, 1024}) {
      std::vector<std::string> payloads;
      for (uint32_t i = 0; i < size; ++i) payloads.push_back(absl::StrCat("payload ", i));
      const auto signatures = *crypto::SignBatch(key, payloads);
      for (const uint32_t i : std::set<uint32_t>{0, size / 2, size - 1}) {
        cases.push_back(BatchVector(absl::StrCat(suite, ": ", i, " of ", size), true, public_key,
                                    payloads[i], signatures[i]));
      }
      if (size != 5) continue;
      cases.push_back(BatchVector(absl::StrCat(suite, ": another payload"), false, public_key,
                                  payloads[1], signatures[2]));
      for (const auto& [name, spoil] : spoils) {
        crypto::BatchSignature spoilt = signatures[2];
        spoil(&spoilt);
        cases.push_back(
            BatchVector(absl::StrCat(suite, ": ", name), false, public_key, payloads[2], spoilt));
      }
    }
  }
  return cases;
}

Json MakeRecords() {
  Json cases = Json::array();
  const auto add = [&](const std::string& name, const v1::SealedRecord& sealed) {
    const Json vector = {{"name", name},
                         {"valid", true},
                         {"salt", ToBase64(sealed.salt())},
                         {"record", ToBase64(sealed.record())}};
    const Verdict verdict = CheckRecord(vector);
    cases.push_back(vector);
    cases.back()["valid"] = verdict.ok();
    if (verdict.ok()) cases.back()["want"] = *verdict;
  };
  const auto entries = TestEntries();
  for (const auto& [index, sealed] : entries) add(absl::StrCat("entry ", index), sealed);
  v1::SealedRecord sealed = entries[0].second;
  v1::Envelope envelope = Open(sealed)->envelope;
  const std::string payload = envelope.payload();
  envelope.set_payload(WithSequence(payload, 77) + std::string("\x9a\x06\x01\x41", 4));
  sealed.set_record(envelope.SerializeAsString());
  add("the last sequence counts, an unknown field does not", sealed);
  envelope.set_payload(payload + "\x1a\x01\xff");
  sealed.set_record(envelope.SerializeAsString());
  add("producer is not UTF-8", sealed);
  sealed.set_record(entries[0].second.record() + std::string("\x0a\x05", 2));
  add("envelope is cut", sealed);
  return cases;
}

std::string Replaced(std::string in, const std::string& from, const std::string& to) {
  return in.replace(in.find(from), from.size(), to);
}

// Adds the vector of a checkpoint; what is valid is what the library says.
void AddNote(Json* cases, const std::string& name, const std::string& note,
             const std::vector<std::string>& cosignatures,
             const std::vector<std::string>& verifier_keys) {
  Json vector = {{"name", name},
                 {"valid", false},
                 {"note", note},
                 {"cosignatures", cosignatures},
                 {"keys", verifier_keys}};
  if (const Verdict verdict = CheckNote(vector); verdict.ok()) {
    vector["valid"] = true;
    vector["want"] = *verdict;
  }
  cases->push_back(vector);
}

Json MakeNotes() {
  const std::vector<std::string> keys = TestVerifierKeys();
  const Pack pack = TestPack();
  Json cases = Json::array();
  const auto replaced = Replaced;
  const auto add = [&](const std::string& name, const std::string& note,
                       const std::vector<std::string>& cosignatures,
                       const std::vector<std::string>& verifier_keys) {
    AddNote(&cases, name, note, cosignatures, verifier_keys);
  };
  const std::string& note = pack.checkpoint;
  add("good", note, pack.cosignatures, keys);
  add("good without the witness's key", note, pack.cosignatures, {keys[0]});
  add("good without a cosignature", note, {}, keys);
  add("good with a line by another key", note + pack.cosignatures[0], {}, keys);
  add("of an empty log", *SignNote(TestKey(kTestLogPem), {kTestOrigin, 0, crypto::Sha256("")}), {},
      keys);
  add("of the largest size",
      *SignNote(TestKey(kTestLogPem), {kTestOrigin, UINT64_MAX, crypto::Sha256("")}), {}, keys);
  add("no log's key", note, {}, {keys[1]});
  add("another size", replaced(note, "\n7\n", "\n8\n"), {}, keys);
  add("size with a zero in front", replaced(note, "\n7\n", "\n07\n"), {}, keys);
  add("another origin", replaced(note, "demo.example/audit\n", "demo.example/other\n"), {}, keys);
  add("signed by another key",
      *SignNote(TestKey(kTestWitnessPem), {kTestOrigin, 7, crypto::Sha256("")}), {}, keys);
  add("one line more of text", replaced(note, "\n\n", "\nmore\n\n"), {}, keys);
  add("hyphen for the dash", replaced(note, "\xe2\x80\x94", "-"), {}, keys);
  add("no last line feed", note.substr(0, note.size() - 1), {}, keys);
  add("carriage returns", replaced(note, "\n7\n", "\r\n7\r\n"), {}, keys);
  add("cosignature of another note", *SignNote(TestKey(kTestLogPem), {kTestOrigin, 7, {}}),
      pack.cosignatures, keys);
  add("cosignature with another time", note,
      {*CosignNote(TestKey(kTestWitnessPem), kTestWitness, replaced(note, "\n7\n", "\n6\n"), {})},
      keys);
  add("verifier key with another hash", note, {}, {replaced(keys[0], "+", "+0")});
  return cases;
}

Json MakeNationalNotes() {
  const std::vector<std::string> keys = TestVerifierKeys();
  const crypto::PrivateKey sm2 = TestKey(kTestSm2Pem);
  const std::string national = VerifierKey(kTestOrigin, sm2.public_key());
  const Pack pack = TestPack();
  const std::string& plain = pack.checkpoint;
  const std::string note = *AddNationalLine(sm2, plain);
  const std::string line = note.substr(plain.size());
  const std::string alone = Replaced(note, plain.substr(plain.find("\n\n") + 2), "");
  const std::string other = *AddNationalLine(sm2, Replaced(plain, "\n7\n", "\n6\n"));
  const std::string spki = sm2.public_key().spki();
  const auto key_of = [](const std::string& typed) {
    const Hash32 hash = crypto::Sha256(absl::StrCat(kTestOrigin, "\n", typed));
    return absl::StrCat(kTestOrigin, "+", ToHex(hash.view().substr(0, 4)), "+", ToBase64(typed));
  };
  Json cases = Json::array();
  const auto add = [&](const std::string& name, const std::string& text,
                       const std::vector<std::string>& verifier_keys) {
    AddNote(&cases, name, text, pack.cosignatures, verifier_keys);
  };
  add("good", note, {keys[0], keys[1], national});
  add("the national key alone is pinned", note, {national, keys[1]});
  add("the national key alone signed and is pinned", alone, {national});
  add("the national key is not pinned", note, keys);
  add("a national key of another log is pinned too", plain,
      {keys[0], VerifierKey("demo.example/other", sm2.public_key())});
  add("the national line first", alone + plain.substr(plain.find("\n\n") + 2),
      {keys[0], national});
  add("the national line is missing", plain, {keys[0], national});
  add("the first line is missing", alone, {keys[0], national});
  add("the national line of another text", plain + other.substr(plain.size()),
      {keys[0], national});
  add("the first of two national lines does not verify",
      plain + other.substr(plain.size()) + line, {keys[0], national});
  add("another identifier", note, {keys[0], key_of("\xff" "other/v1/sm2-sm3\n" + spki)});
  add("no identifier", note, {keys[0], key_of("\xff" + spki)});
  add("a P-256 key as a national one", note,
      {keys[0], key_of("\xff" "shareway/v1/sm2-sm3\n" +
                       TestKey(kTestNodePem).public_key().spki())});
  add("an SM2 key as a common one", note, {key_of("\x01" + spki)});
  add("a key that is no point", note,
      {keys[0], key_of("\xff" "shareway/v1/sm2-sm3\n" + spki.substr(0, 90) + "x")});
  return cases;
}

Json MakePacks() {
  const std::vector<std::string> keys = TestVerifierKeys();
  const Pack good = TestPack();
  Json cases = Json::array();
  const auto add = [&](const std::string& name, const std::function<void(Pack*)>& change) {
    Pack pack = good;
    change(&pack);
    cases.push_back(PackVector(name, WritePack(pack), keys));
  };
  add("good", [](Pack*) {});
  add("one entry", [](Pack* p) { p->entries.resize(1); });
  add("without cosignatures", [](Pack* p) { p->cosignatures.clear(); });
  add("no entries", [](Pack* p) { p->entries.clear(); });
  add("record flipped", [](Pack* p) { p->entries[1].sealed.mutable_record()->at(30) ^= 1; });
  add("salt flipped", [](Pack* p) { p->entries[3].sealed.mutable_salt()->at(0) ^= 1; });
  add("path shorter", [](Pack* p) { p->entries[2].path.pop_back(); });
  add("index of another", [](Pack* p) { p->entries[4].index = 5; });
  add("entry twice", [](Pack* p) { p->entries.push_back(p->entries[0]); });
  add("person's key missing", [](Pack* p) { p->keys.erase(p->keys.begin() + 1); });
  add("SM2 key missing", [](Pack* p) { p->keys.pop_back(); });
  add("key twice", [](Pack* p) { p->keys.push_back(p->keys[0]); });
  add("checkpoint of another log", [](Pack* p) { p->checkpoint[0] = 'x'; });
  v1::AuditRecord record = Open(good.entries[2].sealed)->record;
  record.mutable_response_digest()->at(0) ^= 1;
  const auto sealed = TestSeal(TestKey(kTestNodePem), {record}, 1);
  cases.push_back(PackVector("the response's signature is over another digest",
                             WritePack(TestPackOf({{2, sealed[0]}}, 7)), keys));
  const std::string text = WritePack(good);
  cases.push_back(PackVector("not UTF-8", "\xff" + text, keys));
  cases.push_back(PackVector("something behind", text + "x", keys));
  cases.push_back(PackVector("a member of the future", "{\"note\": 1," + text.substr(1), keys));
  cases.push_back(PackVector("a member twice", "{\"keys\": []," + text.substr(1), keys));
  return cases;
}

constexpr char kByAuthenticator[] = "authenticator: ";

// Packs of one record whose act an authenticator signed, or should have.
Json MakeAuthenticatorPacks() {
  const std::vector<std::string> keys = TestVerifierKeys();
  const crypto::PrivateKey person = TestKey(kTestPersonPem);
  const std::string act = SignAct(person, "people/wang",
                                  "/shareway.sharing.v1.RequestService/DecideRequest",
                                  "a request", absl::FromUnixSeconds(1789999990))
                              ->act();
  Json cases = Json::array();
  const auto add = [&](const std::string& name, const v1::SignedAct& signed_act) {
    v1::AuditRecord record = TestRecord(v1::GRANT_CREATED);
    record.set_object("grants/g1");
    *record.mutable_act() = signed_act;
    const auto sealed = TestSeal(TestKey(kTestNodePem), {record}, 1);
    cases.push_back(PackVector(kByAuthenticator + name,
                               WritePack(TestPackOf({{3, sealed[0]}}, 7)), keys));
  };
  const std::vector<std::pair<std::string, WebauthnCeremony>> ceremonies = {
      {"good", WebauthnCeremony()},
      {"client data end behind the origin", {.end = "\"}"}},
      {"client data have more members", {.end = "\",\"crossOrigin\":false,\"more\":{}}"}},
      {"extensions", {.flags = 0x85, .extensions = "\xa0"}},
      {"another origin, which the gate reads and packs do not", {.origin = "https://evil.test"}},
      {"another party, which the gate reads and packs do not", {.party_id = "evil.test"}},
      {"of a registration", {.type = "webauthn.create"}},
      {"another challenge", {.challenge = std::string(32, 'c')}},
      {"the act as challenge", {.challenge = act}},
      {"an empty challenge", {.challenge = ""}},
      {"the person was not known", {.flags = 0x01}},
      {"the person was not present", {.flags = 0x04}}};
  for (const auto& [name, ceremony] : ceremonies) {
    add(name, SignByAuthenticator(person, act, ceremony));
  }
  const std::vector<std::pair<std::string, std::function<void(v1::SignedAct*)>>> spoils = {
      {"another act", [](auto* a) { a->mutable_act()->back() ^= 1; }},
      {"no proof", [](auto* a) { a->clear_webauthn(); }},
      {"an empty proof", [](auto* a) { a->mutable_webauthn()->Clear(); }},
      {"authenticator data of 36 bytes",
       [](auto* a) { a->mutable_webauthn()->mutable_authenticator_data()->resize(36); }},
      {"client data flipped",
       [](auto* a) { a->mutable_webauthn()->mutable_client_data_json()->back() ^= 1; }},
      {"size 2", [](auto* a) { a->mutable_signature()->set_size(2); }},
      {"index 1", [](auto* a) { a->mutable_signature()->set_index(1); }},
      {"a path", [](auto* a) { a->mutable_signature()->add_path(std::string(32, 'x')); }},
      {"no suite", [](auto* a) { a->mutable_signature()->clear_suite(); }},
      {"key of another",
       [](auto* a) {
         a->mutable_signature()->set_key_id(TestKey(kTestNodePem).public_key().id().str());
       }},
      {"signature flipped", [](auto* a) { a->mutable_signature()->mutable_bytes()->back() ^= 1; }}};
  for (const auto& [name, spoil] : spoils) {
    v1::SignedAct spoilt = SignByAuthenticator(person, act, {});
    spoil(&spoilt);
    add(name, spoilt);
  }
  v1::SignedAct mixed = SignByAuthenticator(person, act, {});
  *mixed.mutable_signature() = ToProto((*crypto::SignBatch(person, {act}))[0]);
  add("a proof beside a signature of the other form", mixed);
  add("by an SM2 key", SignByAuthenticator(TestKey(kTestSm2Pem), act, {}));
  return cases;
}

Json MakeDigests() {
  Json cases = Json::array();
  for (const std::string label : {"shareway/v1/operator", "shareway/v1/case"}) {
    for (const std::string text : {"330106198001010011", "杭民〔2026〕17号"}) {
      Json vector = {{"name", absl::StrCat(label, " ", text)},
                     {"valid", true},
                     {"secret", ToBase64(std::string(32, 'k'))},
                     {"label", label},
                     {"text", ToBase64(text)}};
      vector["want"] = *CheckDigest(vector);
      cases.push_back(vector);
    }
  }
  return cases;
}

TEST_CASE("the vectors are written anew", "[.generate]") {
  std::filesystem::create_directories(kFolder);
  WriteVectors("batch_signatures", "FORMATS 2. All bytes in base64.", MakeBatches());
  WriteVectors("records", "FORMATS 4: salt and record to commitment and leaf.", MakeRecords());
  WriteVectors("notes", "FORMATS 5: checkpoints and cosignatures.", MakeNotes());
  WriteVectors("packs", "FORMATS 6: whole packs; `entry` is the first that fails.", MakePacks());
  WriteVectors("digests", "FORMATS 7: keyed digests of persons and cases.", MakeDigests());
}

// Behind the other packs, which have been given out and stay as they are.
TEST_CASE("the vectors of acts by authenticators are written anew", "[.generate_webauthn]") {
  Json cases = Json::array();
  for (const Json& old : ReadVectors("packs")) {
    if (!absl::StartsWith(old["name"].get<std::string>(), kByAuthenticator)) cases.push_back(old);
  }
  for (const Json& made : MakeAuthenticatorPacks()) cases.push_back(made);
  WriteVectors("packs", "FORMATS 6: whole packs; `entry` is the first that fails.", cases);
}

// Beside the others, which have been given out.
TEST_CASE("the vectors of national lines are written anew", "[.generate_national]") {
  WriteVectors("national_notes", "FORMATS 5: checkpoints with a line by an SM2 key.",
               MakeNationalNotes());
}

}  // namespace
}  // namespace shareway::evidence
