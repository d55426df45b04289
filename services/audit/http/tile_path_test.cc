// SPDX-License-Identifier: Apache-2.0
#include "services/audit/http/tile_path.h"

#include <limits>
#include <utility>
#include <vector>

#include "catch2/catch.hpp"

namespace shareway::audit {
namespace {

using Kind = Resource::Kind;

TEST_CASE("paths are those of C2SP tlog-tiles and read back as what they name") {
  const std::vector<std::pair<std::string, Resource>> cases = {
      {"/log/checkpoint", {.kind = Kind::kCheckpoint}},
      {"/log/keys", {.kind = Kind::kKeys}},
      {"/log/tile/0/000", {.kind = Kind::kTile}},
      {"/log/tile/0/999", {.kind = Kind::kTile, .index = 999}},
      {"/log/tile/0/x001/000", {.kind = Kind::kTile, .index = 1000}},
      {"/log/tile/3/x001/x234/067", {.kind = Kind::kTile, .level = 3, .index = 1234067}},
      {"/log/tile/63/000.p/1", {.kind = Kind::kTile, .level = 63, .width = 1}},
      {"/log/tile/1/x273/112.p/255",
       {.kind = Kind::kTile, .level = 1, .index = 273112, .width = 255}},
      {"/log/tile/entries/000", {.kind = Kind::kEntries}},
      {"/log/tile/entries/x001/234.p/17", {.kind = Kind::kEntries, .index = 1234, .width = 17}},
      {"/log/tile/0/x018/x446/x744/x073/x709/x551/615",
       {.kind = Kind::kTile, .index = std::numeric_limits<uint64_t>::max()}}};
  for (const auto& [path, resource] : cases) {
    CAPTURE(path);
    CHECK(PathOf(resource) == path);
    REQUIRE(ParsePath(path).has_value());
    CHECK(*ParsePath(path) == resource);
  }
}

TEST_CASE("any other spelling names nothing") {
  for (const std::string path :
       {"", "/", "/log", "/log/", "log/checkpoint", "//log/checkpoint", "/log//checkpoint",
        "/LOG/checkpoint", "/log/checkpoint/", "/log/checkpoint?", "/log/checkpoint?a=b",
        "/log/checkpoint#x", "/log/%63heckpoint", "/log/./checkpoint", "/log/../log/checkpoint",
        "/log/checkpoints", "/log/tile", "/log/tile/", "/log/tile/0", "/log/tile/0/",
        // N
        "/log/tile/0/0", "/log/tile/0/00", "/log/tile/0/0000", "/log/tile/0/1000",
        "/log/tile/0/x000/000", "/log/tile/0/x000/001", "/log/tile/0/001/000", "/log/tile/0/x001",
        "/log/tile/0/x001/x000", "/log/tile/0/x1/000", "/log/tile/0/x0001/000",
        "/log/tile/0/x001000", "/log/tile/0/X001/000", "/log/tile/0/x001//000",
        "/log/tile/0/x001/000/", "/log/tile/0/-01", "/log/tile/0/+01", "/log/tile/0/ 01",
        "/log/tile/0/0x1", "/log/tile/0/00a", "/log/tile/0/%30%30%30",
        "/log/tile/0/x018/x446/x744/x073/x709/x551/616",
        "/log/tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        // L
        "/log/tile//000", "/log/tile/-1/000", "/log/tile/00/000", "/log/tile/01/000",
        "/log/tile/64/000", "/log/tile/256/000", "/log/tile/+1/000", "/log/tile/a/000",
        "/log/tile/99999999999999999999/000", "/log/tile/Entries/000", "/log/tile/data/000",
        // W
        "/log/tile/0/000.p", "/log/tile/0/000.p/", "/log/tile/0/000.p/0", "/log/tile/0/000.p/256",
        "/log/tile/0/000.p/01", "/log/tile/0/000.p/+1", "/log/tile/0/000.p/-1",
        "/log/tile/0/000.p/1/", "/log/tile/0/000.p/1.p/1", "/log/tile/0/000.P/1",
        "/log/tile/0/000.q/1", "/log/tile/0/000.p/18446744073709551617", "/log/tile/0/.p/1",
        "/log/tile/0/000.p/1x"}) {
    CAPTURE(path);
    CHECK_FALSE(ParsePath(path).has_value());
  }
  CHECK_FALSE(ParsePath("/log/tile/0/" + std::string(100000, '0')).has_value());
  CHECK_FALSE(ParsePath(std::string("/log/checkpoint\0", 16)).has_value());
}

}  // namespace
}  // namespace shareway::audit
