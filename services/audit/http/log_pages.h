// SPDX-License-Identifier: Apache-2.0
// The log as pages of C2SP tlog-tiles: what anyone needs to check it, and no record.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/audit/http/http_server.h"
#include "services/audit/http/tile_path.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/log_state.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {

// Nothing above the newest published head is served, whatever the log has. A tile is
// recomputed up to the tree's right edge, and a commitment compared with its leaf, before it
// goes out: a damaged store answers 500, never with other hashes than were signed. Thread-safe.
class LogPages {
 public:
  struct Sources {
    const LogReader* reader = nullptr;  // must outlive the pages
    // What is durable; at least as large as a head that was published before.
    std::function<std::shared_ptr<const LogState>()> state = {};
    // The newest head that was made public; nothing while the log may not be read: pages
    // are then 503.
    std::function<std::optional<WitnessedCheckpoint>()> newest = {};
    // Verifier keys of the log and its witnesses.
    std::function<std::vector<std::string>()> keys = {};
  };
  explicit LogPages(Sources sources) : sources_(std::move(sources)) {}

  // The page of a path (tile_path.h). 404 for what is not there, or not yet: no cache
  // may keep that. Tiles and bundles never change and may be kept for ever.
  HttpPage Answer(absl::string_view path) const;

 private:
  absl::StatusOr<std::vector<Hash32>> Hashes(const LogState& state, const Resource& tile) const;
  absl::Status CheckTile(const LogState& state, int level, uint64_t index,
                         const std::vector<Hash32>& hashes) const;
  absl::StatusOr<std::string> TileBytes(const LogState& state, const Resource& tile) const;
  absl::StatusOr<std::string> BundleBytes(const LogState& state, const Resource& bundle) const;

  const Sources sources_;
};

}  // namespace shareway::audit
