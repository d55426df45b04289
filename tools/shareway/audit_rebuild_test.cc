// SPDX-License-Identifier: Apache-2.0
// shareway audit rebuild: a lost store comes back whole, or not at all.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "catch2/catch.hpp"
#include "services/audit/test_segments.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace fs = std::filesystem;

// A mirror of 700 entries, and the pinned key.
struct Mirrored {
  Mirrored() : log(700) {
    const audit::LogReader reader(&log.store);
    fs::create_directory(files.File("mirror"));
    audit::Mirror mirror(audit::Folder(files.File("mirror")), &log.store, &reader,
                         audit::TestLogKey().verifier_key(), audit::kSmall);
    while (*mirror.Follow(*log.state(), log.head())) {
    }
    audit::WriteAll(files.File("key"), "# the log\n" + audit::TestLogKey().verifier_key() + "\n");
  }
  int Rebuild() {
    std::ostringstream out_stream, err_stream;
    const int exit = RunCommand({"audit", "rebuild", "--from", files.File("mirror"), "--store",
                                 files.File("store"), "--key", files.File("key"), "-o", "json"},
                                &out_stream, &err_stream);
    out = out_stream.str();
    err = err_stream.str();
    return exit;
  }

  audit::SmallLog log;
  kv::TestFolder files;
  std::string out, err;
};

TEST_CASE("A log is rebuilt from its mirror with the same entries, and passes fsck") {
  Mirrored mirrored;
  INFO(mirrored.err);
  REQUIRE(mirrored.Rebuild() == 0);
  CHECK_THAT(mirrored.out,
             Catch::Contains("\"entries\":700") || Catch::Contains("\"entries\": 700"));
  const std::unique_ptr<kv::Store> store = kv::MustOpen(mirrored.files.File("store"));
  const std::unique_ptr<audit::LogWriter> writer = audit::MustOpenLog(store.get());
  CHECK(audit::SameEntries(
      audit::MustReadAll(audit::LogReader(store.get()), *writer->state()),
      audit::MustReadAll(audit::LogReader(&mirrored.log.store), *mirrored.log.state())));
  CHECK(audit::MustCheck(*store).size == 700);
}

TEST_CASE("A rebuild never overwrites a store") {
  Mirrored mirrored;
  fs::create_directory(mirrored.files.File("store"));
  REQUIRE(mirrored.Rebuild() == 0);  // an empty folder is none
  CHECK(mirrored.Rebuild() == 5);
  CHECK_THAT(mirrored.err, Catch::Contains("never overwritten"));
  CHECK(audit::MustCheck(*kv::MustOpen(mirrored.files.File("store"))).size == 700);
}

TEST_CASE("A pinned key is found among others, whatever characters it has") {
  Mirrored mirrored;
  std::string keys = "# pinned\n" + audit::TestLogKey().verifier_key() + "\n";
  for (const ptrdiff_t plus : {2, 3}) {  // NAME+HASH+BASE64, which may have one
    for (;;) {
      const audit::LogKey key{crypto::PrivateKey::Generate(crypto::Suite::kEd25519),
                              "shareway.example/audit"};
      const std::string text = key.verifier_key();
      if (std::count(text.begin(), text.end(), '+') != plus) continue;
      keys += text + "\n";
      const audit::NotedHead head = mirrored.log.head();
      audit::WriteAll(mirrored.files.File("mirror/checkpoint"),
                      key.Sign(head.size, head.root, audit::kTestTime)->note);
      break;
    }
    audit::WriteAll(mirrored.files.File("key"), keys);
    CHECK(mirrored.Rebuild() == 0);
    fs::remove_all(mirrored.files.File("store"));
  }
}

TEST_CASE("A damaged mirror, or another key, leaves nothing behind") {
  Mirrored mirrored;
  const std::string segment = mirrored.files.File("mirror/0000000000000100.segment");
  const std::string whole = audit::ReadAll(segment);
  std::string damaged = whole;
  damaged[5000] = static_cast<char>(damaged[5000] ^ 1);
  audit::WriteAll(segment, damaged);
  CHECK(mirrored.Rebuild() == 7);
  CHECK_THAT(mirrored.err, Catch::Contains("0000000000000100.segment"));
  audit::WriteAll(segment, whole);
  const audit::LogKey other{crypto::PrivateKey::Generate(crypto::Suite::kEd25519),
                            "shareway.example/audit"};
  audit::WriteAll(mirrored.files.File("key"), other.verifier_key() + "\n");
  CHECK(mirrored.Rebuild() == 7);
  audit::WriteAll(mirrored.files.File("key"), "# none\n");
  CHECK(mirrored.Rebuild() == 2);
  CHECK_FALSE(fs::exists(mirrored.files.File("store")));
  CHECK_FALSE(fs::exists(mirrored.files.File("store.rebuilding")));
}

}  // namespace
}  // namespace shareway::cli
