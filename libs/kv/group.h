// SPDX-License-Identifier: Apache-2.0
// The batches that one durable write carries, decided in order.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "libs/kv/engine.h"
#include "libs/kv/store.h"

namespace shareway::kv {

// Decides batches against the engine and against earlier batches of the group.
// Nothing outside it changes until its raw ops are written, so a group that
// fails leaves no trace. Not thread-safe.
class Group {
 public:
  // `ends` gives a log's durable ends. `track`: later batches may have
  // expectations, so remember what earlier ones wrote.
  Group(Engine* engine, uint64_t commits, std::function<LogEnds(absl::string_view)> ends,
        bool track);

  // Adds a checked batch, which must outlive TakeOps' ops. ABORTED if an expectation fails,
  // RESOURCE_EXHAUSTED if the engine has no room, or the engine's read error; it then adds nothing.
  absl::StatusOr<Committed> Add(const Batch& batch);

  // The last version given; as before if no batch won.
  uint64_t commits() const { return commits_; }
  // The logs that it changes, as they are once it is written.
  const std::map<std::string, LogEnds, std::less<>>& logs() const { return logs_; }
  // All raw changes, counter and ends included. Call once, after the last Add.
  std::vector<RawOp> TakeOps() &&;

 private:
  absl::StatusOr<uint64_t> VersionOf(const std::string& key) const;
  void Apply(const Batch::Op& op, Committed* committed);
  void Write(const std::string& key, absl::string_view value, uint64_t version);
  void DropRange(const std::string& start, const std::string& limit);
  void Trim(const std::string& log, uint64_t number);
  LogEnds& EndsOf(const std::string& log);

  Engine* const engine_;
  uint64_t commits_;
  const std::function<LogEnds(absl::string_view)> durable_ends_;
  const bool track_;
  std::vector<RawOp> ops_;
  std::map<std::string, LogEnds, std::less<>> logs_;
  // What earlier batches left: versions of keys (0: deleted), and dropped ranges,
  // which the keys overrule.
  absl::flat_hash_map<std::string, uint64_t> versions_;
  std::vector<std::pair<std::string, std::string>> dropped_;
};

}  // namespace shareway::kv
