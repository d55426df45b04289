// SPDX-License-Identifier: Apache-2.0
// Packs: a good one verifies; one that differs anywhere names its first bad entry.
#include "libs/evidence/pack.h"

#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/test_pack.h"

namespace shareway::evidence {
namespace {

std::string FailingEntry(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details.has_value() && details->metadata.count("entry") == 1
             ? details->metadata.at("entry")
             : "";
}

std::string Replaced(std::string in, const std::string& from, const std::string& to) {
  REQUIRE(in.find(from) != std::string::npos);
  return in.replace(in.find(from), from.size(), to);
}

TEST_CASE("a pack goes through its file unchanged and verifies") {
  const Pack pack = TestPack();
  const std::string text = WritePack(pack);
  const auto read = ReadPack(text);
  REQUIRE(read.ok());
  CHECK(WritePack(*read) == text);
  const auto size = VerifyPack(*read, TestVerifierKeys());
  REQUIRE(size.ok());
  CHECK(*size == 7);
}

TEST_CASE("entries are written in the order of the log") {
  Pack pack = TestPack();
  std::swap(pack.entries[0], pack.entries[3]);
  CHECK(FailingEntry(VerifyPack(pack, TestVerifierKeys()).status()) != "");
  CHECK(VerifyPack(*ReadPack(WritePack(pack)), TestVerifierKeys()).ok());
}

TEST_CASE("a pack that is off in any part is refused and the entry is named") {
  using Spoil = std::function<void(Pack*)>;
  struct Case {
    std::string name;
    Spoil spoil;
    std::string entry;
  };
  const std::vector<Case> table = {
      {"salt", [](Pack* p) { p->entries[1].sealed.mutable_salt()->back() ^= 1; }, "1"},
      {"salt too long", [](Pack* p) { p->entries[1].sealed.mutable_salt()->push_back('x'); }, "1"},
      {"record", [](Pack* p) { p->entries[3].sealed.mutable_record()->at(40) ^= 1; }, "4"},
      {"salt and record shifted",
       [](Pack* p) {
         v1::SealedRecord& sealed = p->entries[0].sealed;
         sealed.mutable_salt()->push_back(sealed.record()[0]);
         sealed.mutable_record()->erase(0, 1);
       },
       "0"},
      {"index", [](Pack* p) { p->entries[4].index = 5; }, "5"},
      {"index beyond the tree", [](Pack* p) { p->entries[4].index = 7; }, "7"},
      {"path flipped", [](Pack* p) { p->entries[2].path[0].bytes[0] ^= 1; }, "2"},
      {"path shorter", [](Pack* p) { p->entries[2].path.pop_back(); }, "2"},
      {"path longer", [](Pack* p) { p->entries[2].path.push_back({}); }, "2"},
      {"entry twice", [](Pack* p) { p->entries.insert(p->entries.begin(), p->entries.front()); },
       "0"},
      {"key missing", [](Pack* p) { p->keys.erase(p->keys.begin() + 1); }, "1"},
      {"key of a suite missing", [](Pack* p) { p->keys.pop_back(); }, "4"},
      {"key twice", [](Pack* p) { p->keys.push_back(p->keys[0]); }, ""},
      {"key malformed", [](Pack* p) { p->keys[0].pop_back(); }, ""},
      {"log's key among them",
       [](Pack* p) { p->keys.push_back(TestKey(kTestLogPem).public_key().spki()); }, ""},
      {"no entries", [](Pack* p) { p->entries.clear(); }, ""},
      {"checkpoint", [](Pack* p) { p->checkpoint = Replaced(p->checkpoint, "\n7\n", "\n8\n"); },
       ""},
      {"cosignature of another", [](Pack* p) { p->cosignatures[0].insert(60, "A"); }, ""}};
  for (const Case& c : table) {
    CAPTURE(c.name);
    Pack pack = TestPack();
    c.spoil(&pack);
    const absl::Status status = VerifyPack(pack, TestVerifierKeys()).status();
    CHECK_FALSE(status.ok());
    CHECK(FailingEntry(status) == c.entry);
    if (!c.entry.empty()) CHECK(absl::StrContains(status.message(), "entry " + c.entry + ": "));
  }
}

TEST_CASE("signatures inside a record are verified although the log holds it") {
  using Spoil = std::function<void(v1::AuditRecord*)>;
  const std::vector<std::pair<std::string, Spoil>> table = {
      {"the request's signature", [](auto* r) { r->mutable_request_digest()->at(0) ^= 1; }},
      {"the request's signature", [](auto* r) { r->clear_request_digest(); }},
      {"the request's signature", [](auto* r) { r->mutable_request_signature()->set_index(2); }},
      {"the request's signature", [](auto* r) { r->mutable_request_signature()->Clear(); }},
      {"the response's signature", [](auto* r) { r->mutable_response_digest()->at(0) ^= 1; }},
      {"the response's signature",
       [](auto* r) { r->mutable_response_signature()->set_suite(v1::SM2_SM3); }},
      {"the act's signature", [](auto* r) {
         *r->mutable_act() = *SignAct(TestKey(kTestPersonPem), "people/wang", "/a.B/C", "", {});
         r->mutable_act()->mutable_act()->push_back('x');
       }}};
  const auto entries = TestEntries();
  for (const auto& [what, spoil] : table) {
    CAPTURE(what);
    v1::AuditRecord record = Open(entries[2].second)->record;
    spoil(&record);
    const auto sealed = TestSeal(TestKey(kTestNodePem), {record}, 1);
    const absl::Status status =
        VerifyPack(TestPackOf({{2, sealed[0]}}, 7), TestVerifierKeys()).status();
    CHECK(FailingEntry(status) == "2");
    CHECK(absl::StrContains(status.message(), what));
  }
  v1::SealedRecord unsigned_record = entries[0].second;
  v1::Envelope envelope = Open(unsigned_record)->envelope;
  envelope.mutable_payload()->push_back('\0');
  unsigned_record.set_record(envelope.SerializeAsString());
  CHECK(FailingEntry(
            VerifyPack(TestPackOf({{3, unsigned_record}}, 7), TestVerifierKeys()).status()) == "3");
  unsigned_record.set_record("no envelope");
  CHECK(FailingEntry(
            VerifyPack(TestPackOf({{3, unsigned_record}}, 7), TestVerifierKeys()).status()) == "3");
}

TEST_CASE("text that is not exactly a pack is refused") {
  const std::string good = WritePack(TestPack());
  const std::vector<std::pair<std::string, std::string>> table = {
      {"empty", ""},
      {"not JSON", good + "}"},
      {"cut", good.substr(0, good.size() / 2)},
      {"byte order mark", "\xef\xbb\xbf" + good},
      {"something behind a NUL", good + std::string("\0x", 2)},
      {"an array", "[]"},
      {"a number", "7"},
      {"format", Replaced(good, "shareway-evidence/1", "shareway-evidence/2")},
      {"member missing", Replaced(good, "\"format\": \"shareway-evidence/1\",", "")},
      {"member unknown", Replaced(good, "\"keys\":", "\"note\": 1, \"keys\":")},
      {"member unknown in an entry", Replaced(good, "\"salt\":", "\"note\": 1, \"salt\":")},
      {"member twice", Replaced(good, "\"keys\":", "\"keys\": [], \"keys\":")},
      {"member twice by another spelling",
       Replaced(good, "\"keys\":", "\"k\\u0065ys\": [], \"keys\":")},
      {"member twice in an entry", Replaced(good, "\"index\": 0", "\"index\": 0, \"index\": 0")},
      {"index below zero", Replaced(good, "\"index\": 0", "\"index\": -0")},
      {"index with a fraction", Replaced(good, "\"index\": 0", "\"index\": 0.0")},
      {"index as text", Replaced(good, "\"index\": 0", "\"index\": \"0\"")},
      {"index too large", Replaced(good, "\"index\": 0", "\"index\": 18446744073709551616")},
      {"base64 without padding", Replaced(good, "==\"", "=\"")},
      {"base64 with a space", Replaced(good, "==\"", "== \"")},
      {"not UTF-8", Replaced(good, "demo", "dem\xff")},
      {"entries no array", Replaced(good, "\"entries\": [", "\"entries\": {}, \"x\": [")},
      {"null", Replaced(good, "\"index\": 0", "\"index\": null")},
      {"deep", std::string(100000, '[') + std::string(100000, ']')}};
  for (const auto& [name, text] : table) {
    CAPTURE(name);
    CHECK(ReadPack(text).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace shareway::evidence
