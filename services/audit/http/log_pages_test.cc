// SPDX-License-Identifier: Apache-2.0
#include "services/audit/http/log_pages.h"

#include <algorithm>
#include <map>

#include "libs/evidence/note.h"
#include "libs/kv/memory_store.h"
#include "libs/merkle/small_tree.h"
#include "services/audit/store/keys.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

// A log of `size` entries; the head over the first `published` of them is public.
struct World {
  explicit World(uint64_t size, uint64_t published) {
    writer = MustOpenLog(&store);
    const std::vector<EntryPtr> entries = MakeEntries(1, size + 1);
    for (const EntryPtr& entry : entries) leaves.push_back(entry->leaf);
    for (const EntryPtr& entry : entries) commitments.push_back(entry->commitment.str());
    // The last ones one by one: what the right edge has came in all ways.
    const size_t whole = size < 8 ? 0 : size - 8;
    if (whole > 0) MustAppend(writer.get(), {entries.begin(), entries.begin() + whole});
    for (size_t i = whole; i < size; ++i) MustAppend(writer.get(), {entries[i]});
    Publish(published);
  }

  void Publish(uint64_t size) {
    const Hash32 root =
        merkle::RootOf(crypto::LogHasher(), absl::MakeConstSpan(leaves).subspan(0, size));
    head =
        WitnessedCheckpoint{.checkpoint = *TestLogKey().Sign(size, root, kTestTime),
                            .cosignatures = {"\xe2\x80\x94 w1 AAAA\n", "\xe2\x80\x94 w2 AAAA\n"}};
  }

  HttpPage Ask(const std::string& path) const { return pages.Answer(path); }
  int Status(const std::string& path) const { return Ask(path).status; }

  // The hashes of a tile, from its definition: MTH(D[(n·256+i)·256^l : (n·256+i+1)·256^l]).
  std::string Tile(int level, uint64_t index, uint64_t width) const {
    uint64_t span = 1;
    for (int i = 0; i < level; ++i) span *= 256;
    std::string bytes;
    for (uint64_t i = index * 256; i < index * 256 + width; ++i) {
      bytes +=
          merkle::RootOf(crypto::LogHasher(), absl::MakeConstSpan(leaves).subspan(i * span, span))
              .str();
    }
    return bytes;
  }
  std::string Bundle(uint64_t index, uint64_t width) const {
    std::string bytes;
    for (uint64_t i = index * 256; i < index * 256 + width; ++i) {
      bytes += std::string("\0\x20", 2) + commitments[i];
    }
    return bytes;
  }

  // Flips one bit in the value of the first key with the prefix.
  void Spoil(absl::string_view prefix, size_t at) {
    std::string key, value;
    REQUIRE(store
                .Scan(prefix, absl::StrCat(prefix, "\xff"),
                      [&](absl::string_view k, absl::string_view v, uint64_t) {
                        key = std::string(k);
                        value = std::string(v);
                        return false;
                      })
                .ok());
    REQUIRE(value.size() > at);
    value[at] = static_cast<char>(value[at] ^ 1);
    kv::Batch batch;
    batch.Put(key, value);
    REQUIRE(store.Commit(std::move(batch)).ok());
  }

  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer;
  LogReader reader{&store};
  std::vector<Hash32> leaves;
  std::vector<std::string> commitments;
  std::optional<WitnessedCheckpoint> head;
  LogPages pages{{.reader = &reader,
                  .state = [this] { return writer->state(); },
                  .newest = [this] { return head; },
                  .keys =
                      [] {
                        return std::vector<std::string>{"log+key", "witness+key"};
                      }}};
};

constexpr char kImmutable[] = "public, max-age=31536000, immutable";

TEST_CASE("the newest published checkpoint comes with its cosignatures") {
  const World world(3, 2);
  const HttpPage page = world.Ask("/log/checkpoint");
  CHECK(page.status == 200);
  CHECK(page.content_type == "text/plain; charset=utf-8");
  CHECK(page.cache_control == "no-cache");
  CHECK(page.body == absl::StrCat(world.head->checkpoint.note, "\xe2\x80\x94 w1 AAAA\n",
                                  "\xe2\x80\x94 w2 AAAA\n"));
  const HttpPage keys = world.Ask("/log/keys");
  CHECK(keys.body == "log+key\nwitness+key\n");
  CHECK(keys.cache_control == "no-cache");
}

TEST_CASE("a checkpoint that 300 witnesses cosigned is a note that we read") {
  World world(3, 3);
  world.head->cosignatures.clear();
  const crypto::PrivateKey witness = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  for (int i = 0; i < 300; ++i) {
    world.head->cosignatures.push_back(
        *evidence::CosignNote(witness,
                              absl::StrCat("agencies/11990100MB", 10000000 + i, "/nodes/n1"),
                              world.head->checkpoint.note, kTestTime));
  }
  const HttpPage page = world.Ask("/log/checkpoint");
  CHECK(page.status == 200);
  CHECK(std::count(page.body.begin(), page.body.end(), '\n') == 4 + 1 + 300);
  const absl::StatusOr<evidence::TreeHead> head =
      evidence::OpenNote(page.body, TestLogKey().verifier_key());
  INFO(head.status());
  REQUIRE(head.ok());
  CHECK(head->size == 3);
}

TEST_CASE("tiles and bundles are those of the definition, for every width published") {
  for (const uint64_t size : {1, 2, 255, 256, 257, 511, 512, 700}) {
    CAPTURE(size);
    const World world(size, size);
    for (uint64_t index = 0; index * 256 < size; ++index) {
      const uint64_t width = std::min<uint64_t>(256, size - index * 256);
      const std::string tile = absl::StrCat("/log/tile/0/00", index);
      const std::string bundle = absl::StrCat("/log/tile/entries/00", index);
      for (uint64_t w : {uint64_t{1}, width / 2, width - 1, width, width + 1, uint64_t{255}}) {
        if (w == 0 || w >= 256) continue;
        CAPTURE(index, w);
        const HttpPage part = world.Ask(absl::StrCat(tile, ".p/", w));
        const HttpPage entries = world.Ask(absl::StrCat(bundle, ".p/", w));
        CHECK(part.status == (w <= width ? 200 : 404));
        CHECK(entries.status == (w <= width ? 200 : 404));
        if (w > width) continue;
        CHECK(part.body == world.Tile(0, index, w));
        CHECK(entries.body == world.Bundle(index, w));
        CHECK(part.cache_control == kImmutable);
        CHECK(part.content_type == "application/octet-stream");
      }
      CHECK(world.Status(tile) == (width == 256 ? 200 : 404));
      CHECK(world.Status(bundle) == (width == 256 ? 200 : 404));
      if (width == 256) {
        CHECK(world.Ask(tile).body == world.Tile(0, index, 256));
        CHECK(world.Ask(bundle).body == world.Bundle(index, 256));
        CHECK(world.Ask(bundle).cache_control == kImmutable);
      }
    }
    for (uint64_t w = 1; w < 4; ++w) {
      CAPTURE(w);
      const HttpPage upper = world.Ask(absl::StrCat("/log/tile/1/000.p/", w));
      CHECK(upper.status == (w <= size / 256 ? 200 : 404));
      if (upper.status == 200) CHECK(upper.body == world.Tile(1, 0, w));
    }
  }
}

TEST_CASE("nothing above the published head is served") {
  World world(700, 600);
  CHECK(world.Status("/log/tile/0/001") == 200);
  CHECK(world.Status("/log/tile/0/002.p/88") == 200);
  CHECK(world.Status("/log/tile/0/002.p/89") == 404);
  CHECK(world.Status("/log/tile/entries/002.p/88") == 200);
  CHECK(world.Status("/log/tile/entries/002.p/89") == 404);
  CHECK(world.Status("/log/tile/1/000.p/2") == 200);
  world.Publish(500);
  CHECK(world.Status("/log/tile/0/000") == 200);
  CHECK(world.Status("/log/tile/0/001") == 404);
  CHECK(world.Status("/log/tile/entries/001") == 404);
  CHECK(world.Ask("/log/tile/0/001.p/244").body == world.Tile(0, 1, 244));
  CHECK(world.Status("/log/tile/0/001.p/245") == 404);
  CHECK(world.Status("/log/tile/0/002.p/1") == 404);
  CHECK(world.Status("/log/tile/1/000.p/1") == 200);
  CHECK(world.Status("/log/tile/1/000.p/2") == 404);
  world.Publish(0);
  for (const char* path : {"/log/tile/0/000.p/1", "/log/tile/0/000", "/log/tile/1/000.p/1",
                           "/log/tile/entries/000.p/1", "/log/tile/entries/000"}) {
    CHECK(world.Status(path) == 404);
  }
  CHECK(world.Status("/log/checkpoint") == 200);
}

TEST_CASE("what no tree has is not there") {
  const World world(257, 257);
  for (const char* path :
       {"/",
        "/log/",
        "/log/entry",
        "/log/tile/0/001",
        "/log/tile/0/002.p/1",
        "/log/tile/1/000",
        "/log/tile/1/001.p/1",
        "/log/tile/2/000.p/1",
        "/log/tile/7/000.p/1",
        "/log/tile/8/000.p/1",
        "/log/tile/63/000",
        "/log/tile/63/000.p/255",
        "/log/tile/0/000.p/0",
        "/log/tile/0/000.p/256",
        "/log/tile/0/x018/x446/x744/x073/x709/x551/615",
        "/log/tile/0/x018/x446/x744/x073/x709/x551/615.p/255",
        "/log/tile/0/x072/x057/x594/x037/x927/936",  // 2^56: times 256 it would be 0
        "/log/tile/0/x072/x057/x594/x037/x927/936.p/1",
        "/log/tile/entries/x072/x057/x594/x037/x927/936.p/1",
        "/log/%74ile/0/000"}) {
    CAPTURE(path);
    const HttpPage page = world.Ask(path);
    CHECK(page.status == 404);
    CHECK(page.cache_control == "no-store");
  }
}

TEST_CASE("while the log may not be read every page waits") {
  World world(300, 300);
  world.head.reset();
  for (const char* path :
       {"/log/checkpoint", "/log/keys", "/log/tile/0/000", "/log/tile/entries/000"}) {
    CHECK(world.Status(path) == 503);
    CHECK(world.Ask(path).cache_control == "no-store");
  }
  CHECK(world.Status("/else") == 404);
}

TEST_CASE("a damaged tile or commitment is not served") {
  SECTION("a leaf's hash") {
    World world(700, 700);
    world.Spoil(kTilePrefix, 40);
    CHECK(world.Status("/log/tile/0/000") == 500);
    CHECK(world.Status("/log/tile/0/000.p/1") == 500);
    CHECK(world.Status("/log/tile/entries/000") == 500);
    CHECK(world.Ask("/log/tile/0/000").cache_control == "no-store");
    CHECK(world.Ask("/log/tile/0/001").body == world.Tile(0, 1, 256));
    CHECK(world.Ask("/log/tile/1/000.p/2").body == world.Tile(1, 0, 2));
  }
  SECTION("a commitment in its bundle") {
    World world(700, 700);
    world.Spoil(kBundlePrefix, 10);
    CHECK(world.Status("/log/tile/entries/000") == 500);
    CHECK(world.Ask("/log/tile/0/000").body == world.Tile(0, 0, 256));
    CHECK(world.Ask("/log/tile/entries/001").body == world.Bundle(1, 256));
  }
}

}  // namespace
}  // namespace shareway::audit
