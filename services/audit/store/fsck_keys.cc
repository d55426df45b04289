// SPDX-License-Identifier: Apache-2.0
#include "services/audit/store/fsck_keys.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/audit/store/keys.h"
#include "services/audit/store/run.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

// DATA_LOSS naming the first key in [start, limit).
absl::Status CheckEmpty(const kv::Store& store, absl::string_view start, absl::string_view limit) {
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(start, limit, [&](absl::string_view key, absl::string_view, uint64_t) {
        status = Damaged(key, "I10: nothing explains this key");
        return false;
      }));
  return status;
}

// Every value under `prefix` carries its guard; returns how many there are.
absl::StatusOr<uint64_t> CheckGuarded(const kv::Store& store, absl::string_view prefix,
                                      size_t key_size) {
  absl::Status status;
  uint64_t count = 0;
  SHAREWAY_RETURN_IF_ERROR(store.Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t) {
        status = key.size() == key_size ? Unguard(key, value).status()
                                        : Damaged(key, "I10: is no key of the log");
        ++count;
        return status.ok();
      }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return count;
}

uint64_t CompleteTiles(uint64_t size) {
  uint64_t tiles = 0;
  while (size >= kTileWidth) tiles += size /= kTileWidth;
  return tiles;
}

// What lies between the prefixes that are known belongs to nobody.
absl::Status CheckGaps(const kv::Store& store) {
  std::vector<std::pair<std::string, std::string>> known = {
      {std::string(kHeadKey), absl::StrCat(kHeadKey, std::string(1, '\0'))},
      {std::string(kCheckpointKey), absl::StrCat(kCheckpointKey, std::string(1, '\0'))}};
  for (const absl::string_view key :
       {kIncarnationKey, kLogKeyKey, kPastKey, kDroppedKey, kMirroredKey, kWitnessedKey,
        kAccountKey}) {
    known.emplace_back(key, absl::StrCat(key, std::string(1, '\0')));
  }
  for (const absl::string_view prefix :
       {kStagedPrefix, kBundlePrefix, kTailPrefix, kTilePrefix, kRunPrefix, kPostingPrefix,
        kIndexedPrefix, kUnmatchedPrefix, kAwaitedPrefix, kArchivedPrefix, kDeletedPrefix,
        kDayPrefix, kForeignPrefix}) {
    known.emplace_back(prefix, PrefixEnd(prefix));
  }
  std::sort(known.begin(), known.end());
  std::string from;
  for (const auto& [begin, end] : known) {
    SHAREWAY_RETURN_IF_ERROR(CheckEmpty(store, from, begin));
    from = end;
  }
  return CheckEmpty(store, from, "");
}

}  // namespace

absl::Status CheckRuns(const kv::Store& store, uint64_t size, bool gapless) {
  absl::Status status;
  uint64_t count = 0;
  std::string stream;
  Run before;  // of the same stream: the one with later sequences
  // The first sequence of the stream that ends here.
  const auto check_first = [&](absl::string_view key) {
    if (gapless && status.ok() && !stream.empty() && before.first != 1) {
      status = Damaged(key, absl::StrCat("I14: the sequences of stream ", ToHex(stream),
                                         " begin at ", before.first));
    }
  };
  SHAREWAY_RETURN_IF_ERROR(store.Scan(
      kRunPrefix, PrefixEnd(kRunPrefix),
      [&](absl::string_view key, absl::string_view value, uint64_t) {
        const absl::StatusOr<Run> run = ParseRun(key, value);
        if (!run.ok() || run->count == 0 || run->count > size) {
          status = Damaged(key, "I10: no run of entry ids");
          return false;
        }
        const absl::string_view of = key.substr(kRunPrefix.size(), 16);
        if (of != stream) {
          check_first(key);
          stream = std::string(of);
        } else if (gapless && run->first + run->count != before.first) {
          status = Damaged(key, absl::StrCat("I14: sequences from ", run->first + run->count,
                                             " to ", before.first - 1, " are missing"));
        }
        before = *run;
        count += run->count;
        return status.ok();
      }));
  check_first(kRunPrefix);
  SHAREWAY_RETURN_IF_ERROR(status);
  if (count == size) return absl::OkStatus();
  return Damaged(kRunPrefix, absl::StrCat("I10: ", count, " entry ids for ", size, " entries"));
}

absl::Status CheckCount(const kv::Store& store, absl::string_view prefix, uint64_t want) {
  uint64_t have = 0;
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(prefix, PrefixEnd(prefix), [&](absl::string_view, absl::string_view, uint64_t) {
        ++have;
        return true;
      }));
  if (have == want) return absl::OkStatus();
  return Damaged(prefix, absl::StrCat("I10: ", have, " keys, want ", want));
}

absl::Status CheckKeys(const kv::Store& store, const LogState& state, FsckReport* report) {
  // The tail's own parts are known to the state that was read.
  SHAREWAY_RETURN_IF_ERROR(CheckCount(store, kTailPrefix, state.tail_parts.size()));
  SHAREWAY_RETURN_IF_ERROR(CheckCount(store, kTilePrefix, CompleteTiles(state.size())));
  SHAREWAY_RETURN_IF_ERROR(
      CheckEmpty(store, BundleKey(state.tail_begin()), PrefixEnd(kBundlePrefix)));
  SHAREWAY_RETURN_IF_ERROR(CheckEmpty(store, kBundlePrefix, BundleKey(0)));
  SHAREWAY_RETURN_IF_ERROR(ReadPastIncarnations(store).status());
  for (const absl::string_view key : {kDroppedKey, kMirroredKey}) {
    SHAREWAY_RETURN_IF_ERROR(CheckGuarded(store, key, key.size()).status());
  }
  SHAREWAY_RETURN_IF_ERROR(CheckGuarded(store, kDeletedPrefix, kDeletedPrefix.size() + 8).status());
  SHAREWAY_RETURN_IF_ERROR(CheckGuarded(store, kDayPrefix, kDayPrefix.size() + 8).status());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<StagedEntry> staged, ReadStaged(store, 0, SIZE_MAX));
  report->staged = staged.size();
  SHAREWAY_RETURN_IF_ERROR(CheckCount(store, kStagedPrefix, report->staged));
  return CheckGaps(store);
}

}  // namespace shareway::audit
