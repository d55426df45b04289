// SPDX-License-Identifier: Apache-2.0
#include "libs/outbox/placed.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/outbox/keys.h"
#include "libs/outbox/sealed.h"

namespace shareway::outbox {

absl::StatusOr<Mark> PlacedBatches::LoadMark() const {
  Mark mark;
  absl::StatusOr<kv::Entry> entry = store_->Get(kMarkKey);
  if (entry.ok() && !mark.ParseFromString(entry->value)) {
    return absl::DataLossError("outbox/mark cannot be read");
  }
  if (!entry.ok() && !absl::IsNotFound(entry.status())) return entry.status();
  mark.set_seal(std::max<uint64_t>(mark.seal(), 1));
  mark.set_include(std::max<uint64_t>(mark.include(), 1));
  mark.set_deliver(std::max(mark.deliver(), mark.include()));
  return mark;
}

absl::StatusOr<Records> PlacedBatches::Load(uint64_t first) const {
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, store_->Get(SealedKey(first)));
  return OpenSealed(*store_, first, entry.value);
}

absl::StatusOr<std::vector<Placed>> PlacedBatches::Placements(uint64_t from, size_t most) const {
  std::vector<Placed> found;
  absl::Status unreadable;
  SHAREWAY_RETURN_IF_ERROR(store_->Scan(
      PlacedKey(from), PrefixEnd(kPlacedPrefix),
      [&](absl::string_view key, absl::string_view value, uint64_t) {
        Placed placed{ReadBigEndian64(key.substr(sizeof(kPlacedPrefix) - 1))};
        if (!placed.placement.ParseFromArray(value.data(), static_cast<int>(value.size())) ||
            placed.placement.indices_size() == 0) {
          unreadable = absl::DataLossError(
              absl::StrCat("the placement of batch ", placed.first, " cannot be read"));
          return false;
        }
        found.push_back(std::move(placed));
        return found.size() < most;
      }));
  SHAREWAY_RETURN_IF_ERROR(unreadable);
  return found;
}

absl::Status PlacedBatches::Forget(uint64_t last_sequence, Mark* mark) {
  std::optional<uint64_t> first;
  for (uint64_t from = mark->include(); !first && from < mark->deliver();) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Placed> next, Placements(from, 1));
    if (next.empty()) break;
    from = next[0].first + static_cast<uint64_t>(next[0].placement.indices_size());
    if (from - 1 > last_sequence) first = next[0].first;
  }
  if (!first) return absl::OkStatus();
  Mark back = *mark;
  back.set_deliver(*first);
  kv::Batch write;
  write.DeleteRange(PlacedKey(*first), PrefixEnd(kPlacedPrefix));
  write.Put(kMarkKey, back.SerializeAsString());
  SHAREWAY_RETURN_IF_ERROR(store_->Commit(std::move(write)).status());
  *mark = back;
  return absl::OkStatus();
}

absl::Status PlacedBatches::Drop(uint64_t safe_size, absl::Time old, kv::Batch* batch) const {
  uint64_t end = 0;
  for (bool more = true; more;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Placed> placed, Placements(end, 64));
    more = !placed.empty();
    for (const Placed& each : placed) {
      const auto& at = each.placement.indices();
      const int64_t included = each.placement.included_seconds();
      const bool safe = std::all_of(at.begin(), at.end(),
                                    [&](uint64_t index) { return index < safe_size; });
      if (included == 0 || (!safe && absl::FromUnixSeconds(included) >= old)) {
        more = false;  // what follows was included later
        break;
      }
      end = each.first + static_cast<uint64_t>(at.size());
    }
  }
  if (end == 0) return absl::OkStatus();
  batch->DeleteRange(PlacedKey(0), PlacedKey(end));
  batch->DeleteRange(SealedKey(0), SealedKey(end));
  batch->Trim(kLog, end);  // which had the entries of these batches
  return absl::OkStatus();
}

}  // namespace shareway::outbox
