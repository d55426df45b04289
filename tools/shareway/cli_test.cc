// SPDX-License-Identifier: Apache-2.0
// What the command line promises to scripts without any service: forms, exit codes, formats.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/base/fake_clock.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/note.h"
#include "libs/evidence/pack.h"
#include "libs/evidence/record.h"
#include "libs/kv/memory_store.h"
#include "libs/outbox/keys.h"
#include "libs/outbox/outbox.h"
#include "shareway/catalog/v1/directory.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/fsck.h"
#include "tools/shareway/new_file.h"
#include "tools/shareway/records.h"

namespace shareway::cli {
namespace {

struct Ran {
  int exit = 0;
  std::string out, err;
};

Ran Run(std::vector<std::string> arguments) {
  std::ostringstream out, err;
  Ran ran;
  ran.exit = RunCommand(std::move(arguments), &out, &err);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

// A folder that is gone afterwards.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "shareway-cli-XXXXXX";
    path_ = mkdtemp(name.data());
    setenv("SHAREWAY_CONFIG", Path("contexts.json").c_str(), 1);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }

 private:
  std::string path_;
};

const char kCalendars[] = SHAREWAY_SOURCE_DIR "/deploy/calendars";

TEST_CASE("a due date is one line that scripts can read") {
  const Ran due =
      Run({"calendar", "due", "--from", "2025-09-30", "--days", "20", "--calendars", kCalendars});
  CHECK(due.exit == 0);
  CHECK(due.out == "2025-11-04\n");
  const Ran later =
      Run({"calendar", "due", "--from", "2030-01-02", "--days", "10", "--calendars", kCalendars});
  CHECK(later.exit == 0);
  CHECK(later.out == "2030-01-16 provisional\n");
}

TEST_CASE("a wrong command line exits 2 and says why on stderr") {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"calendar"},
      {"calendar", "due", "--from", "2025-09-30"},
      {"calendar", "due", "--from", "2025-9-30", "--days", "20"},
      {"calendar", "due", "--from", "2025-02-30", "--days", "20"},
      {"calendar", "due", "--from", "2025-09-30", "--days", "0"},
      {"code", "check", "1", "-o", "xml"},
      {"code", "check", "1", "--timeout", "soon"},
      {"code", "check", "1", "--timeout", "0"},
      {"request", "list", "--state", "SLEEPING"},
      {"request", "watch", "--count", "0"},
      {"request", "return", "r1"},
      {"request", "ask-extension", "r1", "--reason", "x"},
      {"request", "ask-supplement", "r1", "--missing", "no equals sign"},
      {"request", "change", "--grant", "g1", "--kind", "NARROWER", "--legal-basis", "x",
       "--scenario", "x"},
      {"request", "change", "--grant", "g1", "--kind", "THIRD_PARTY", "--legal-basis", "x",
       "--scenario", "x", "--items", "a"},
      {"request", "batch-decide", "--approve"},
      {"request", "batch-decide", "--request", "r1", "--approve", "--refuse"},
      {"delegation", "end", "d1"},
      {"grant", "rate", "g1"},
      {"grant", "deliver-offline", "g1", "--medium", "PARCHMENT", "--label", "x", "--file", "x",
       "--giver", "a", "--receiver", "b", "--date", "2026-01-01"},
      {"incident", "drill", "--title", "x"},
      {"score", "submit-annual", "--year", "2025"},
      {"score", "evaluate", "--file", "x"},
      {"finding", "circular", "--title", "x", "--document", "x", "--file", "x"},
      {"attachment", "upload", "file.pdf"},
      {"attachment", "upload", "file.pdf", "--subject", "requests/r", "--internal", "--for-all"},
      {"attachment", "download", "a1"},
      {"account", "create"},
      {"account", "suspend", "p1"},
      {"account", "propose", "p1", "--grant", "KING", "--reason", "x"},
      {"account", "redeem", "--code-file", "c", "--password-file", "p"},
      {"session", "sign-in"},
      {"session", "end"},
      {"exchange", "query", "--grant", "g1"},
      {"exchange", "verify", "--grant", "g1"},
      {"exchange", "call", "--grant", "g1", "--operator", "o"},
      {"exchange", "call", "look_up", "--grant", "g1", "--operator", "o", "--argument", "code"},
      {"exchange", "call", "look_up", "--grant", "g1", "--operator", "o", "--content-type", "a/b"},
      {"exchange", "receipt", "x1"},
      {"subscription", "add"},
      {"subscription", "add", "--resource", "r", "--search", "x"},
      {"notification", "read"},
      {"notification", "read", "n1", "--all"},
      {"notify", "confirm"},
      {"notify", "set", "--mail", "a@b.example", "--no-mail"},
      {"notify", "set", "--kind", "everything"},
      {"notify", "set", "--kind", "tasks", "--nothing"},
      {"notify", "set", "--timing", "hourly"},
      {"catalog", "publications", "--since", "yesterday"},
      {"catalog", "import"},
      {"catalog", "import", "f.json", "--format", "dcat"},
      {"catalog", "import", "f.json", "--submit", "--no-wait"},
      {"catalog", "show-import", "i1", "--submit"},
      {"catalog", "import-rows"},
      {"catalog", "cancel-import"},
      {"catalog", "export", "entries"},
      {"catalog", "export", "f.json", "--format", "auto2"},
      {"catalog", "export", "f.json", "--dry-run"},
      {"no-such-noun"}};
  for (const auto& arguments : wrong) {
    const Ran ran = Run(arguments);
    INFO(ran.err);
    CHECK(ran.exit == 2);
    CHECK(ran.out.empty());
    CHECK_FALSE(ran.err.empty());
  }
}

TEST_CASE("a secret of one line is read without its line end only") {
  const Folder folder;
  CHECK(ReadSecretLine(folder.Write("a", " 密 码 \n")).value() == " 密 码 ");
  CHECK(ReadSecretLine(folder.Write("b", "x\r\n")).value() == "x");
  CHECK(ReadSecretLine(folder.Write("c", "x\n\n")).value() == "x\n");
  CHECK(ReadSecretLine(folder.Write("d", "x\r")).value() == "x\r");
  CHECK(absl::IsNotFound(ReadSecretLine(folder.Path("none")).status()));
}

TEST_CASE("a code is told with its parts or refused with exit code 7") {
  const Ran good = Run({"code", "check", "306001/000001", "-o", "json"});
  CHECK(good.exit == 0);
  Json told;
  REQUIRE(ParseJson(good.out, &told).ok());
  CHECK(told["kind"] == "resource code");
  CHECK(told["sequence"] == "000001");

  const Ran bad = Run({"code", "check", "91350100M000100Y44"});
  CHECK(bad.exit == 7);
  CHECK(bad.out.empty());
  CHECK(absl::StrContains(bad.err, "91350100M000100Y44"));
}

TEST_CASE("a context is set, used and listed, and a flag stands above it") {
  const Folder folder;
  CHECK(Run({"context", "set", "a", "catalog=localhost:1", "identity=/nowhere"}).exit == 0);
  CHECK(Run({"context", "set", "b", "catalog=localhost:2"}).exit == 0);
  CHECK(Run({"context", "use", "b"}).exit == 0);
  CHECK(Run({"context", "use", "c"}).exit == 3);
  CHECK(Run({"context", "set", "a", "colour=red"}).exit == 2);
  CHECK(Run({"context", "list", "-o", "name"}).out == "a\nb\n");

  // b has no identity: a usage error that names the flag; a's is a folder that is not there.
  const Ran nobody = Run({"directory", "list"});
  CHECK(nobody.exit == 2);
  CHECK(absl::StrContains(nobody.err, "--identity"));
  CHECK(Run({"directory", "list", "--context", "a"}).exit == 2);
}

std::string SamplePack(const crypto::PrivateKey& log_key, int entries) {
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  const merkle::Hasher& hasher = crypto::LogHasher();
  evidence::Pack pack;
  pack.keys.push_back(key.public_key().spki());
  std::vector<Hash32> leaves;
  for (int i = 0; i < entries; ++i) {
    evidence::AuditRecord record;
    record.set_nonce(std::string(16, 'n'));
    record.set_kind(evidence::v1::EXCHANGE_DELIVERED);
    evidence::v1::Envelope envelope;
    envelope.set_payload(record.SerializeAsString());
    *envelope.mutable_signature() =
        evidence::ToProto(crypto::SignBatch(key, {envelope.payload()})->front());
    evidence::PackEntry entry;
    entry.index = static_cast<uint64_t>(i);
    entry.sealed.set_record(envelope.SerializeAsString());
    entry.sealed.set_salt(std::string(16, static_cast<char>('a' + i)));
    leaves.push_back(hasher.leaf(evidence::Commitment(entry.sealed).view()));
    pack.entries.push_back(entry);
  }
  REQUIRE(entries == 2);
  pack.entries[0].path = {leaves[1]};
  pack.entries[1].path = {leaves[0]};
  pack.checkpoint =
      *evidence::SignNote(log_key, {"demo.example/log", 2, hasher.node(leaves[0], leaves[1])});
  return evidence::WritePack(pack);
}

TEST_CASE("a pack verifies offline, and a changed byte exits 7 naming the entry") {
  const Folder folder;
  const crypto::PrivateKey log_key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  const std::string key =
      folder.Write("key", evidence::VerifierKey("demo.example/log", log_key.public_key()) + "\n");
  const std::string text = SamplePack(log_key, 2);
  const Ran good = Run({"audit", "verify", folder.Write("pack", text), "--key", key});
  INFO(good.err);
  CHECK(good.exit == 0);
  CHECK(good.out == "verified 2 entries under checkpoint 2\n");

  std::string flipped = text;
  const size_t second = flipped.find("\"record\"", flipped.find("\"record\"") + 1) + 40;
  flipped[second] = flipped[second] == 'A' ? 'B' : 'A';
  const Ran bad = Run({"audit", "verify", folder.Write("flipped", flipped), "--key", key});
  CHECK(bad.exit == 7);
  CHECK(bad.out.empty());
  CHECK(absl::StrContains(bad.err, "entry 1"));

  const crypto::PrivateKey other = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  const std::string wrong_key =
      folder.Write("other", evidence::VerifierKey("demo.example/log", other.public_key()) + "\n");
  CHECK(Run({"audit", "verify", folder.Path("pack"), "--key", wrong_key}).exit == 7);
  CHECK(Run({"audit", "verify", folder.Write("half", text.substr(0, 99)), "--key", key}).exit == 7);
  CHECK(Run({"audit", "verify", folder.Path("absent"), "--key", key}).exit == 3);
}

TEST_CASE("each kind of failure has its exit code") {
  const std::vector<std::pair<absl::Status, int>> table = {
      {absl::OkStatus(), 0},
      {absl::InternalError("x"), 1},
      {absl::InvalidArgumentError("x"), 1},
      {UsageError("x"), 2},
      {absl::NotFoundError("x"), 3},
      {Error::NotVisible("grants/x"), 4},
      {absl::UnauthenticatedError("x"), 4},
      {absl::AbortedError("x"), 5},
      {absl::AlreadyExistsError("x"), 5},
      {absl::FailedPreconditionError("x"), 5},
      {absl::UnavailableError("x"), 6},
      {absl::DeadlineExceededError("x"), 6},
      {absl::ResourceExhaustedError("x"), 6},
      {VerificationFailed(absl::InvalidArgumentError("x")), 7},
      {Error(Reason::kProofInvalid, absl::StatusCode::kDataLoss, "x"), 7},
      {FailedQuietly(), 1}};
  for (const auto& [status, exit] : table) CHECK(ExitCodeOf(status) == exit);
}

TEST_CASE("an error tells reason, fields and metadata, as lines or as JSON") {
  const absl::Status denied = Error(Reason::kItemNotGranted, absl::StatusCode::kPermissionDenied,
                                    "item salary is not granted")
                                  .With("item", "salary");
  std::ostringstream lines, json;
  Report(denied, Format::kTable, Language::kSimplified, &lines);
  CHECK(lines.str() ==
        "shareway: item salary is not granted\n"
        "  reason: ITEM_NOT_GRANTED (信息项超出授权)\n"
        "  item: salary\n");
  Report(denied, Format::kJson, Language::kEnglish, &json);
  Json told;
  REQUIRE(ParseJson(json.str(), &told).ok());
  CHECK(told["reason"] == "ITEM_NOT_GRANTED");
  CHECK(told["metadata"]["item"] == "salary");
}

TEST_CASE("a table keeps its columns under wide characters") {
  CHECK(DisplayWidth("演示市") == 6);
  CHECK(DisplayWidth("a市b") == 4);
  const Json rows = {{{"name", "演示市统计局"}, {"n", 7}}, {{"name", "tax"}, {"n", nullptr}}};
  CHECK(Render(Format::kTable, rows, {{"NAME", "name"}, {"N", "n"}, {"X", "no.such"}}) ==
        "NAME          N  X\n"
        "演示市统计局  7\n"
        "tax\n");
  CHECK(CellText("a\x1b[2Jb\n") == "a [2Jb ");
  CHECK(Render(Format::kName, rows, {}) == "演示市统计局\ntax\n");
}

TEST_CASE("yaml quotes every string so that no word is taken for another type") {
  const Json value = {{"name", "no"},
                      {"list", {1, "two"}},
                      {"empty", Json::array()},
                      {"inner", {{"a", nullptr}}},
                      {"objects", {{{"x", 1}, {"y", 2}}}}};
  CHECK(Render(Format::kYaml, value, {}) ==
        "\"name\": \"no\"\n"
        "\"list\":\n  - 1\n  - \"two\"\n"
        "\"empty\": []\n"
        "\"inner\":\n  \"a\": null\n"
        "\"objects\":\n  - \"x\": 1\n    \"y\": 2\n");
}

evidence::v1::RecordBatch SampleBatch() {
  evidence::v1::RecordBatch batch;
  for (const char* item : {"id", "name", "area", "note"}) batch.add_items(item);
  evidence::v1::Record* record = batch.add_records();
  record->add_cells()->set_integer(7);
  record->add_cells()->set_text("a \"b\", c");
  record->add_cells()->set_decimal("1.50");
  record->add_cells()->set_null(true);
  record = batch.add_records();
  record->add_cells()->set_integer(8);
  record->add_cells()->set_text("");
  record->add_cells()->set_null(true);
  record->add_cells()->set_boolean(true);
  return batch;
}

TEST_CASE("records become JSON with decimals as strings, and CSV that tells null from empty") {
  const evidence::v1::RecordBatch batch = SampleBatch();
  CHECK(RecordsToJson(batch).dump() == R"([{"id":7,"name":"a \"b\", c","area":"1.50","note":null},)"
                                       R"({"id":8,"name":"","area":null,"note":true}])");
  CHECK(CsvHeader(batch.items()) == "id,name,area,note\r\n");
  CHECK(CsvLine(batch.records(0)) == "7,\"a \"\"b\"\", c\",1.50,\r\n");
  CHECK(CsvLine(batch.records(1)) == "8,\"\",,true\r\n");
}

TEST_CASE("a new file appears whole or not at all") {
  const Folder folder;
  const std::string path = folder.Write("f", "old");
  {
    absl::StatusOr<NewFile> file = NewFile::Create(path);
    REQUIRE(file.ok());
    REQUIRE(file->Write("new").ok());
  }
  CHECK(*ReadInput(path) == "old");
  {
    absl::StatusOr<NewFile> file = NewFile::Create(path);
    REQUIRE(file->Write("new").ok());
    REQUIRE(file->Keep().ok());
  }
  CHECK(*ReadInput(path) == "new");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.Path(".")), {}) == 1);
}

TEST_CASE("names and enum values are taken in the forms that people write") {
  CHECK(FullName("resources", "306001/000001") == "resources/306001-000001");
  CHECK(FullName("grants", "grants/g1") == "grants/g1");
  CHECK(FullName("grants", "g1") == "grants/g1");
  CHECK(EnumOf<evidence::v1::Purpose>("work-reference") == evidence::v1::WORK_REFERENCE);
  CHECK(Is<evidence::v1::Purpose>()("FUN") != "");
  CHECK(Is<evidence::v1::Purpose>()("PURPOSE_UNSPECIFIED") != "");
}

TEST_CASE("completion scripts know nouns, verbs and flags") {
  const Ran bash = Run({"completion", "bash"});
  CHECK(bash.exit == 0);
  CHECK(absl::StrContains(bash.out, "' audit verify') words='"));
  CHECK(absl::StrContains(bash.out, "--key"));
  for (const char* shell : {"zsh", "fish"}) CHECK(Run({"completion", shell}).exit == 0);
  CHECK(Run({"completion", "csh"}).exit == 2);
}

// A sink that refuses: what is sealed stays.
class AwaySink final : public outbox::Sink {
 public:
  absl::StatusOr<Appended> Append(const std::vector<evidence::v1::SealedRecord>&) override {
    return absl::UnavailableError("away");
  }
  absl::StatusOr<size_t> ProveIncluded(const std::vector<uint64_t>&,
                                       const std::vector<Hash32>&) override {
    return absl::UnavailableError("away");
  }
  absl::StatusOr<Seen> LastSeen(absl::string_view) override { return Seen(); }
  absl::StatusOr<uint64_t> Restore(const std::vector<uint64_t>&,
                                   const std::vector<evidence::v1::SealedRecord>&) override {
    return absl::UnavailableError("away");
  }
};

// A store with one event sealed and one that waits.
std::unique_ptr<kv::Store> SampleStore() {
  std::unique_ptr<kv::Store> store = std::make_unique<kv::MemoryStore>();
  static const FakeClock clock;
  const auto outbox = outbox::Outbox::Open(store.get(), "shareway://d.example/service/x", &clock);
  REQUIRE(outbox.ok());
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  catalog::v1::DirectoryChange known;
  known.mutable_key()->set_spki(key.public_key().spki());
  REQUIRE(store->Commit(kv::Batch().Put("dir/o/9/keys/k", known.SerializeAsString())).ok());
  const auto add = [&] {
    evidence::AuditRecord record;
    record.set_kind(evidence::v1::HOLD_CHANGED);
    kv::Batch batch;
    (*outbox)->Add(record, &batch);
    batch.Put("hold/grants/g1", "");
    REQUIRE(store->Commit(std::move(batch)).ok());
  };
  add();
  {
    AwaySink sink;
    outbox::Drain drain(outbox->get(), &sink, &key);
    (void)drain.Flush();
  }
  add();
  return store;
}

TEST_CASE("fsck accepts a store as its service leaves it") {
  const std::unique_ptr<kv::Store> store = SampleStore();
  const absl::StatusOr<StoreReport> report = CheckStore(*store);
  INFO(report.status());
  REQUIRE(report.ok());
  CHECK(report->service == "exchange");
  CHECK(report->checked[2] ==
        "1 sealed records in 1 batches, 1 signatures verified, 0 by keys that the store does not "
        "have");
  CHECK(CheckStore(kv::MemoryStore()).status().code() == absl::StatusCode::kNotFound);
  CHECK(Run({"fsck", "/nowhere/at/all"}).exit == 3);
}

TEST_CASE("fsck names what breaks an invariant") {
  const std::string sealed = outbox::SealedKey(1);
  const std::vector<std::pair<std::string, std::function<void(kv::Store*)>>> spoilings = {
      {"incarnation",
       [](kv::Store* s) {
         s->Commit(kv::Batch().Put(outbox::kIncarnationKey, "0123456789abcdef"))
             .status()
             .IgnoreError();
       }},
      {"sealed batch 1",
       [&](kv::Store* s) { s->Commit(kv::Batch().Put(sealed, "zz")).status().IgnoreError(); }},
      {"sealed batch 1",
       [&](kv::Store* s) {
         std::string bytes = s->Get(sealed)->value;
         bytes[60] ^= 1;
         s->Commit(kv::Batch().Put(sealed, bytes)).status().IgnoreError();
       }},
      {"entry 3",
       [](kv::Store* s) {
         kv::Batch batch;
         batch.Append(outbox::kLog, "no record");
         s->Commit(std::move(batch)).status().IgnoreError();
       }},
      {"grant/g/", [](kv::Store* s) {
         s->Commit(kv::Batch().Put("grant/g/grants/g1", "")).status().IgnoreError();
       }}};
  for (const auto& [named, spoil] : spoilings) {
    const std::unique_ptr<kv::Store> store = SampleStore();
    spoil(store.get());
    const absl::Status status = CheckStore(*store).status();
    INFO(named << ": " << status);
    CHECK(absl::StrContains(status.message(), named));
  }
}

}  // namespace
}  // namespace shareway::cli
