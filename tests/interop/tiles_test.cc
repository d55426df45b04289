// SPDX-License-Identifier: Apache-2.0
// A client in Python that knows C2SP tlog-tiles and nothing of us checks whole logs over HTTP.
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "libs/evidence/note.h"
#include "libs/kv/memory_store.h"
#include "nlohmann/json.hpp"
#include "services/audit/http/http_server.h"
#include "services/audit/http/log_pages.h"
#include "services/audit/test_log.h"
#include "tests/support/temp_dir.h"

namespace shareway::audit {
namespace {

// The client's words, and whether it was content.
std::pair<std::string, bool> RunClient(int port, const std::string& key_file) {
  const std::string command =
      absl::StrCat("/usr/bin/python3 ", SHAREWAY_SOURCE_DIR, "/tests/interop/tiles_client.py",
                   " http://127.0.0.1:", port, "/log ", key_file, " 2>&1");
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer;
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), n);
  }
  return {text, pclose(pipe) == 0};
}

// A log of `size` entries, signed in both suites and cosigned by two witnesses.
struct World {
  explicit World(uint64_t size) {
    const std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
    for (uint64_t at = 1; at <= size; at += 4096) {
      MustAppend(writer.get(), MakeEntries(at, std::min(at + 4096, size + 1)));
    }
    state = writer->state();
    Publish(size, state->edge.Root(crypto::LogHasher()));
    auto opened = HttpServer::Open({.address = "127.0.0.1:0", .metrics = &metrics},
                                   [this](absl::string_view path) { return pages.Answer(path); });
    REQUIRE(opened.ok());
    server = *std::move(opened);
    std::string text = "# pinned\n";
    for (const std::string& key : keys) absl::StrAppend(&text, key, "\n");
    testing::WriteFile(key_file, text);
  }

  void Publish(uint64_t size, const Hash32& root) {
    LogKey key = TestLogKey();
    key.national = sm2;
    head.checkpoint = *key.Sign(size, root, kTestTime);
    head.cosignatures.clear();
    keys = {key.verifier_key(), key.national_verifier_key()};
    for (const std::string name : {"agencies/a/nodes/n1", "agencies/b/nodes/n1"}) {
      const auto witness = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
      keys.push_back(evidence::WitnessVerifierKey(name, witness.public_key()));
      head.cosignatures.push_back(
          *evidence::CosignNote(witness, name, head.checkpoint.note, kTestTime));
    }
  }

  kv::MemoryStore store;
  metrics::Registry metrics;
  testing::TempDir dir;
  const std::string key_file = dir / "keys";
  const crypto::PrivateKey sm2 = crypto::PrivateKey::Generate(crypto::Suite::kSm2Sm3);
  std::shared_ptr<const LogState> state;
  LogReader reader{&store};
  WitnessedCheckpoint head;
  std::vector<std::string> keys;
  LogPages pages{{.reader = &reader,
                  .state = [this] { return state; },
                  .newest = [this] { return std::optional<WitnessedCheckpoint>(head); },
                  .keys = [this] { return keys; }}};
  std::unique_ptr<HttpServer> server;
};

TEST_CASE("A stranger rebuilds the tree from tiles and finds every hash and signature right",
          "[interop]") {
  // 70,000 is the example of the specification: 273 full tiles and one of 112, and so on.
  const std::vector<std::pair<uint64_t, int>> tiles_of = {
      {0, 0}, {1, 1}, {255, 1}, {256, 2}, {257, 3}, {1000, 5}, {70000, 277}};
  for (const auto& [size, tiles] : tiles_of) {
    CAPTURE(size);
    const World world(size);
    const auto [text, ok] = RunClient(world.server->port(), world.key_file);
    INFO(text);
    REQUIRE(ok);
    const auto seen = nlohmann::json::parse(text);
    CHECK(seen["size"] == size);
    CHECK(seen["origin"] == "shareway.example/audit");
    CHECK(seen["tiles"] == tiles);
    CHECK(seen["log_lines"] == 1);
    CHECK(seen["national_lines"] == 1);
    CHECK(seen["cosignatures"] == 2);
    if (size > 2) CHECK(seen["included"] > 2);
    if (size > 2) CHECK(seen["consistent"] > 1);
  }
}

TEST_CASE("The stranger notices what does not fit", "[interop]") {
  World world(300);
  const auto refused = [&](const std::string& why) {
    const auto [text, ok] = RunClient(world.server->port(), world.key_file);
    INFO(text);
    CHECK_FALSE(ok);
    CHECK(absl::StrContains(text, why));
  };
  const WitnessedCheckpoint good = world.head;
  SECTION("another root") {
    world.Publish(300, crypto::Sha256("another"));
    std::string text;
    for (const std::string& key : world.keys) absl::StrAppend(&text, key, "\n");
    testing::WriteFile(world.key_file, text);
    refused("another root");
  }
  SECTION("a key of nobody") {
    testing::WriteFile(world.key_file, world.keys[2] + "\n");
    refused("the log's key did not sign");
  }
  SECTION("a national line of another note") {
    world.Publish(299, crypto::Sha256("another"));
    std::string other = world.head.checkpoint.note;
    world.head = good;
    const auto last_line = [](const std::string& note) { return note.rfind("\xe2\x80\x94"); };
    std::string& note = world.head.checkpoint.note;
    note = note.substr(0, last_line(note)) + other.substr(last_line(other));
    refused("is wrong");
  }
  SECTION("a cosignature of another note") {
    const auto witness = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
    world.head.cosignatures[0] = *evidence::CosignNote(
        witness, "agencies/c/nodes/n1",
        TestLogKey().Sign(299, crypto::Sha256("another"), kTestTime)->note, kTestTime);
    testing::WriteFile(
        world.key_file,
        absl::StrCat(TestLogKey().verifier_key(), "\n",
                     evidence::WitnessVerifierKey("agencies/c/nodes/n1", witness.public_key()),
                     "\n"));
    refused("is wrong");
  }
}

}  // namespace
}  // namespace shareway::audit
