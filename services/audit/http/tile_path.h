// SPDX-License-Identifier: Apache-2.0
// The addresses of a log over HTTP: those of C2SP tlog-tiles below /log, and /log/keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace shareway::audit {

// What an address names, whether the log has it or not.
struct Resource {
  enum class Kind { kCheckpoint, kKeys, kTile, kEntries };
  Kind kind = Kind::kCheckpoint;
  int level = 0;         // of a tile, 0 to 63
  uint64_t index = 0;    // of a tile or an entry bundle in its level
  uint64_t width = 256;  // of a tile or bundle, 1 to 256; 256: the whole one

  friend bool operator==(const Resource&, const Resource&) = default;
};

// /log/checkpoint, /log/keys, /log/tile/L/N[.p/W] or /log/tile/entries/N[.p/W], N in groups
// of three digits (x001/x234/067).
std::string PathOf(const Resource& resource);

// The resource that has exactly this path; nothing for any other spelling of a path, so that
// a cache keeps each page once.
std::optional<Resource> ParsePath(absl::string_view path);

}  // namespace shareway::audit
