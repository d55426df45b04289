// SPDX-License-Identifier: Apache-2.0
// Runs of entry ids.
#include "services/audit/store/run.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"

namespace shareway::audit {
namespace {

constexpr uint64_t kMaxSequence = std::numeric_limits<uint64_t>::max();
// A producer may name any incarnation it likes; what is remembered stays bounded.
constexpr size_t kMaxStreams = 65536;

}  // namespace

absl::StatusOr<Run> ParseRun(absl::string_view key, absl::string_view value) {
  if (key.size() != kRunPrefix.size() + 16 + 8 || value.size() != 16) {
    return Damaged(key, absl::StrCat("a run of ", value.size(), " bytes"));
  }
  return Run{.first = ~ReadBigEndian64(key.substr(key.size() - 8)),
             .index = ReadBigEndian64(value),
             .count = ReadBigEndian64(value.substr(8))};
}

absl::StatusOr<std::optional<Run>> ReadRun(const kv::Store& store, const Digest16& stream,
                                           uint64_t sequence) {
  absl::StatusOr<std::optional<Run>> found = std::optional<Run>();
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(RunKey(stream, sequence), PrefixEnd(StreamPrefix(stream)),
                 [&found](absl::string_view key, absl::string_view value, uint64_t) {
                   absl::StatusOr<Run> run = ParseRun(key, value);
                   if (run.ok()) {
                     found = *run;
                   } else {
                     found = run.status();
                   }
                   return false;
                 }));
  return found;
}

absl::StatusOr<uint64_t> LastSequence(const kv::Store& store, const Digest16& stream) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Run> run, ReadRun(store, stream, kMaxSequence));
  return run ? run->first + run->count - 1 : 0;
}

absl::StatusOr<std::optional<Run>> Runs::Newest(const Digest16& stream) {
  if (auto known = newest_.find(stream); known != newest_.end()) return known->second;
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Run> run, ReadRun(*store_, stream, kMaxSequence));
  newest_.emplace(stream, run);
  return run;
}

absl::StatusOr<std::optional<uint64_t>> Runs::Find(const Digest16& stream, uint64_t sequence) {
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<Run> run, Newest(stream));
  if (run && sequence < run->first) {
    SHAREWAY_ASSIGN_OR_RETURN(run, ReadRun(*store_, stream, sequence));
  }
  return run ? run->IndexOf(sequence) : std::nullopt;
}

void Runs::Add(const Digest16& stream, uint64_t sequence, uint64_t index) {
  const auto continues = [&](const Run& run) {
    return run.first + run.count == sequence && run.index + run.count == index;
  };
  if (!added_.empty() && added_.back().stream == stream && continues(added_.back().run)) {
    ++added_.back().run.count;
    return;
  }
  // A producer that is alone makes one run grow, under one key.
  const auto known = newest_.find(stream);
  if (known != newest_.end() && known->second && continues(*known->second)) {
    Run longer = *known->second;
    ++longer.count;
    added_.push_back({stream, longer});
    return;
  }
  added_.push_back({stream, {.first = sequence, .index = index, .count = 1}});
}

bool Runs::Write(kv::Batch* batch) {
  if (newest_.size() >= kMaxStreams) {
    absl::flat_hash_map<Digest16, std::optional<Run>> kept;
    for (const Added& added : added_) kept[added.stream] = newest_[added.stream];
    newest_ = std::move(kept);
  }
  bool by_heart = true;
  const Digest16* before = nullptr;
  for (const Added& added : added_) {
    if (before != nullptr && *before == added.stream) by_heart = false;
    before = &added.stream;
    batch->Put(RunKey(added.stream, added.run.first),
               absl::StrCat(BigEndian64(added.run.index), BigEndian64(added.run.count)));
    std::optional<Run>& newest = newest_[added.stream];
    if (!newest || newest->first <= added.run.first) {
      newest = added.run;
    } else {
      by_heart = false;
    }
  }
  added_.clear();
  return by_heart;
}

}  // namespace shareway::audit
