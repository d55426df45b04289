// SPDX-License-Identifier: Apache-2.0
// Old segments whose records are kept because an incident holds one of their grants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace shareway::audit {

// For one class of records; a segment is known by its first index. In memory only: a new
// process looks at every old segment once and finds these again. For one thread.
class HeldSegments {
 public:
  // What a look at a segment found: the held grant that keeps it; empty, none does.
  void Note(uint64_t first, const std::string& grant) {
    round_.erase(first);
    if (grant.empty()) {
      grants_.erase(first);
    } else {
      grants_[first] = grant;
    }
  }

  // Begins a round: whatever is kept is to be looked at once more.
  void LookAgain() {
    for (const auto& kept : grants_) round_.insert(kept.first);
  }
  // The oldest of the round that was not looked at; nothing when it is over.
  std::optional<uint64_t> next() const {
    if (round_.empty()) return std::nullopt;
    return *round_.begin();
  }

  // The grant that keeps a segment; empty, it is not kept.
  std::string GrantOf(uint64_t first) const {
    const auto kept = grants_.find(first);
    return kept == grants_.end() ? std::string() : kept->second;
  }
  size_t size() const { return grants_.size(); }

 private:
  std::map<uint64_t, std::string> grants_;
  std::set<uint64_t> round_;
};

}  // namespace shareway::audit
