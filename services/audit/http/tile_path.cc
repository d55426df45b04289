// SPDX-License-Identifier: Apache-2.0
// Read leniently, written again, compared.
#include "services/audit/http/tile_path.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace shareway::audit {
namespace {

constexpr absl::string_view kPrefix = "/log/";
constexpr absl::string_view kPartial = ".p/";
constexpr size_t kMaxPath = 100;
constexpr uint64_t kWhole = 256;

std::string IndexText(uint64_t index) {
  std::string text = absl::StrCat(absl::Dec(index % 1000, absl::kZeroPad3));
  for (uint64_t rest = index / 1000; rest > 0; rest /= 1000) {
    text = absl::StrCat("x", absl::Dec(rest % 1000, absl::kZeroPad3), "/", text);
  }
  return text;
}

// L/N[.p/W] or entries/N[.p/W].
std::optional<Resource> ParseTile(absl::string_view path) {
  Resource tile{.kind = Resource::Kind::kTile};
  const size_t slash = path.find('/');
  if (slash == absl::string_view::npos) return std::nullopt;
  const absl::string_view level = path.substr(0, slash);
  absl::string_view index = path.substr(slash + 1);
  if (level == "entries") {
    tile.kind = Resource::Kind::kEntries;
  } else if (!absl::SimpleAtoi(level, &tile.level) || tile.level < 0 || tile.level > 63) {
    return std::nullopt;
  }
  if (const size_t partial = index.find(kPartial); partial != absl::string_view::npos) {
    if (!absl::SimpleAtoi(index.substr(partial + kPartial.size()), &tile.width) ||
        tile.width == 0 || tile.width >= kWhole) {
      return std::nullopt;
    }
    index = index.substr(0, partial);
  }
  if (!absl::SimpleAtoi(absl::StrReplaceAll(index, {{"x", ""}, {"/", ""}}), &tile.index)) {
    return std::nullopt;
  }
  return tile;
}

std::optional<Resource> ParseAny(absl::string_view path) {
  if (path.size() > kMaxPath || !absl::ConsumePrefix(&path, kPrefix)) return std::nullopt;
  if (path == "checkpoint") return Resource{.kind = Resource::Kind::kCheckpoint};
  if (path == "keys") return Resource{.kind = Resource::Kind::kKeys};
  if (!absl::ConsumePrefix(&path, "tile/")) return std::nullopt;
  return ParseTile(path);
}

}  // namespace

std::string PathOf(const Resource& resource) {
  switch (resource.kind) {
    case Resource::Kind::kCheckpoint:
      return absl::StrCat(kPrefix, "checkpoint");
    case Resource::Kind::kKeys:
      return absl::StrCat(kPrefix, "keys");
    case Resource::Kind::kTile:
    case Resource::Kind::kEntries:
      break;
  }
  const std::string level =
      resource.kind == Resource::Kind::kEntries ? "entries" : absl::StrCat(resource.level);
  std::string path = absl::StrCat(kPrefix, "tile/", level, "/", IndexText(resource.index));
  if (resource.width < kWhole) absl::StrAppend(&path, kPartial, resource.width);
  return path;
}

std::optional<Resource> ParsePath(absl::string_view path) {
  std::optional<Resource> resource = ParseAny(path);
  if (resource && PathOf(*resource) != path) return std::nullopt;
  return resource;
}

}  // namespace shareway::audit
