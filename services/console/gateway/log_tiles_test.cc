// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/log_tiles.h"

#include <vector>

#include "catch2/catch.hpp"

namespace shareway::console {
namespace {

struct Log {
  std::map<std::string, LogTiles::Page> pages = {};
  bool away = false;
  std::vector<std::string> asked = {};
  LogTiles tiles;

  explicit Log(size_t max_bytes = 1 << 20)
      : tiles(
            [this](const std::string& path) -> absl::StatusOr<LogTiles::Page> {
              asked.push_back(path);
              if (away) return absl::UnavailableError("away");
              const auto found = pages.find(path);
              return found == pages.end() ? LogTiles::Page{.status = 404} : found->second;
            },
            max_bytes) {}
  HttpAnswer Get(const std::string& target) {
    return tiles.Answer({.method = "GET", .target = target});
  }
};

std::string FieldOf(const HttpAnswer& answer, absl::string_view name) {
  for (const auto& [key, value] : answer.fields) {
    if (key == name) return value;
  }
  return "";
}

const std::string kTile(256 * 32, 't');
const std::string kEntries(256 * 34, 'e');

TEST_CASE("a whole tile is asked for once, and good for ever") {
  Log log;
  log.pages = {{"/log/tile/0/000", {200, kTile}},
               {"/log/tile/entries/x001/234", {200, kEntries}}};
  for (int again = 0; again < 2; ++again) {
    const HttpAnswer tile = log.Get("/log/tile/0/000");
    CHECK(tile.status == 200);
    CHECK(*tile.body == kTile);
    CHECK(FieldOf(tile, "Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(FieldOf(tile, "Content-Type") == "application/octet-stream");
    CHECK(*log.Get("/log/tile/entries/x001/234").body == kEntries);
  }
  CHECK(log.asked.size() == 2);
}

TEST_CASE("what may change is asked for each time, and so is a part of a tile") {
  Log log;
  log.pages = {{"/log/checkpoint", {200, "note"}},
               {"/log/keys", {200, "keys"}},
               {"/log/tile/0/000.p/7", {200, std::string(7 * 32, 'p')}}};
  for (int again = 0; again < 2; ++again) {
    const HttpAnswer checkpoint = log.Get("/log/checkpoint");
    CHECK(*checkpoint.body == "note");
    CHECK(FieldOf(checkpoint, "Cache-Control") == "no-cache");
    CHECK(FieldOf(checkpoint, "Content-Type") == "text/plain; charset=utf-8");
    CHECK(*log.Get("/log/keys").body == "keys");
    CHECK(log.Get("/log/tile/0/000.p/7").status == 200);
  }
  CHECK(log.asked.size() == 6);
}

TEST_CASE("what can be no page of a log is not asked for") {
  Log log;
  for (const char* path :
       {"/log/", "/log/tile/", "/log/tile/entries/", "/log/other", "/log/checkpoint?a",
        "/log/tile/0/../../metrics", "/log/tile/0//000", "/log/tile/0/%30", "/log/tile/0/000?x",
        "/log/tile/0/000#", "/log/tile/0/00 0", "/log/tile/0/@evil.example"}) {
    INFO(path);
    CHECK(log.Get(path).status == 404);
  }
  CHECK(log.Get("/log/tile/0/" + std::string(100, '0')).status == 404);
  CHECK(log.asked.empty());
}

TEST_CASE("no cache keeps what the log does not have, or does not say") {
  Log log;
  const HttpAnswer none = log.Get("/log/tile/0/001");
  CHECK(none.status == 404);
  CHECK(FieldOf(none, "Cache-Control") == "no-store");
  log.away = true;
  const HttpAnswer away = log.Get("/log/tile/0/001");
  CHECK(away.status == 503);
  CHECK(FieldOf(away, "Cache-Control") == "no-store");
  CHECK(FieldOf(away, "Retry-After") == "1");
  log.away = false;
  log.pages["/log/tile/0/001"] = {503, "start gate"};
  CHECK(log.Get("/log/tile/0/001").status == 503);
  log.pages["/log/tile/0/001"] = {200, "a page of somebody else"};
  CHECK(log.Get("/log/tile/0/001").status == 503);
  log.pages["/log/tile/0/001"] = {200, kTile};
  CHECK(log.Get("/log/tile/0/001").status == 200);
}

TEST_CASE("so many bytes are kept, and the oldest tile goes first") {
  Log log(2 * 256 * 32);
  for (const char* path : {"/log/tile/0/000", "/log/tile/0/001", "/log/tile/0/002"}) {
    log.pages[path] = {200, kTile};
    CHECK(log.Get(path).status == 200);
  }
  CHECK(log.Get("/log/tile/0/002").status == 200);
  CHECK(log.Get("/log/tile/0/001").status == 200);
  CHECK(log.asked.size() == 3);
  CHECK(log.Get("/log/tile/0/000").status == 200);
  CHECK(log.asked.size() == 4);
}

}  // namespace
}  // namespace shareway::console
