// SPDX-License-Identifier: Apache-2.0
// Keeping account of halves that wait.
//
// A settled half has two keys: by node and index, to be listed, and by what is
// missing, to be found when that comes. Only halves by nodes that owe settled ones
// are looked up.
#include "services/audit/store/unmatched.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"

namespace shareway::audit {
namespace {

constexpr size_t kFixedBytes = 1 + 8 + 8;

Digest16 NodeOfKey(absl::string_view key) {
  Digest16 node;
  for (size_t i = 0; i < node.bytes.size(); ++i) {
    node.bytes[i] = static_cast<uint8_t>(key[kUnmatchedPrefix.size() + i]);
  }
  return node;
}

}  // namespace

std::string WaitingBytes(absl::string_view key, const Waiting& waiting) {
  return Guarded(
      key,
      absl::StrCat(std::string(1, static_cast<char>(waiting.missing)), BigEndian64(waiting.attempt),
                   BigEndian64(static_cast<uint64_t>(absl::ToUnixNanos(waiting.receipt))),
                   waiting.exchange));
}

absl::StatusOr<Waiting> ParseWaiting(absl::string_view key, absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string value, Unguard(key, bytes));
  if (value.size() < kFixedBytes || key.size() != kUnmatchedPrefix.size() + 16 + 8) {
    return Damaged(key, absl::StrCat("a waiting half of ", value.size(), " bytes"));
  }
  const absl::string_view view = value;
  return Waiting{
      .index = ReadBigEndian64(key.substr(key.size() - 8)),
      .missing = static_cast<Side>(view[0]),
      .attempt = static_cast<uint32_t>(ReadBigEndian64(view.substr(1))),
      .receipt = absl::FromUnixNanos(static_cast<int64_t>(ReadBigEndian64(view.substr(9)))),
      .exchange = std::string(view.substr(kFixedBytes))};
}

absl::StatusOr<std::vector<Waiting>> ReadWaiting(const kv::Store& store, absl::string_view node,
                                                 uint64_t from, size_t limit) {
  std::vector<Waiting> all;
  absl::Status status;
  const Digest16 digest = NodeHash(node);
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(UnmatchedKey(digest, from), PrefixEnd(UnmatchedPrefix(digest)),
                 [&](absl::string_view key, absl::string_view value, uint64_t) {
                   absl::StatusOr<Waiting> waiting = ParseWaiting(key, value);
                   if (!waiting.ok()) {
                     status = waiting.status();
                     return false;
                   }
                   all.push_back(*std::move(waiting));
                   return all.size() < limit;
                 }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return all;
}

HalfName HalfName::Of(const Half& half) {
  return {NodeHash(half.node), half.side, half.attempt, half.exchange};
}

HalfName HalfName::OfMissing(const Half& half) {
  return {NodeHash(half.other), half.other_side(), half.attempt, half.exchange};
}

std::string HalfName::AwaitedKey() const {
  return absl::StrCat(kAwaitedPrefix, node.view(), std::string(1, static_cast<char>(side)),
                      BigEndian64(attempt), exchange);
}

HalfName MissingOf(absl::string_view key, const Waiting& waiting) {
  return {NodeOfKey(key), waiting.missing, waiting.attempt, waiting.exchange};
}

absl::StatusOr<Account> ReadAccount(const kv::Store& store) {
  const absl::StatusOr<kv::Entry> found = store.Get(kAccountKey);
  if (absl::IsNotFound(found.status())) return Account{};
  SHAREWAY_RETURN_IF_ERROR(found.status());
  SHAREWAY_ASSIGN_OR_RETURN(const std::string value, Unguard(kAccountKey, found->value));
  return Account{ReadBigEndian64(value), ReadBigEndian64(absl::string_view(value).substr(8))};
}

absl::StatusOr<Unmatched> Unmatched::Read(const kv::Store* store, absl::Duration settle) {
  Unmatched unmatched;
  unmatched.store_ = store;
  unmatched.settle_ = settle;
  SHAREWAY_ASSIGN_OR_RETURN(unmatched.account_, ReadAccount(*store));
  // From node to node, however many halves wait for each.
  for (std::string from(kUnmatchedPrefix); !from.empty();) {
    std::string next;
    SHAREWAY_RETURN_IF_ERROR(store->Scan(from, PrefixEnd(kUnmatchedPrefix),
                                         [&](absl::string_view key, absl::string_view, uint64_t) {
                                           const Digest16 node = NodeOfKey(key);
                                           unmatched.owing_.insert(node);
                                           next = PrefixEnd(UnmatchedPrefix(node));
                                           return false;
                                         }));
    from = std::move(next);
  }
  return unmatched;
}

absl::StatusOr<bool> Unmatched::TakeSettled(const HalfView& own) {
  if (!owing_.contains(own.node)) return false;
  std::string awaited = own.name().AwaitedKey();
  const absl::StatusOr<kv::Entry> found = store_->Get(awaited);
  if (absl::IsNotFound(found.status())) return false;
  SHAREWAY_RETURN_IF_ERROR(found.status());
  if (found->value.size() != 8) return Damaged(awaited, "names no index");
  std::string waiting = UnmatchedKey(own.node, ReadBigEndian64(found->value));
  if (!deleted_.insert(std::move(waiting)).second) return false;  // matched in this group
  deleted_.insert(std::move(awaited));
  --account_.count;
  return true;
}

absl::Status Unmatched::Take(const Half& half, uint64_t index, absl::Time receipt) {
  const HalfView own = HalfView::Of(half);
  // Both may be there: one that settled, and the same said again.
  SHAREWAY_ASSIGN_OR_RETURN(bool met, TakeSettled(own));
  if (const auto awaited = unsettled_.find(own); awaited != unsettled_.end()) {
    (*awaited)->met = true;
    unsettled_.erase(awaited);
    met = true;
  }
  if (met) return absl::OkStatus();
  const HalfView missing = HalfView::OfMissing(half);
  if (unsettled_.contains(missing)) return absl::OkStatus();  // said twice; the first one waits
  pending_.push_back({.missing = missing.name(), .index = index, .receipt = receipt});
  unsettled_.insert(&pending_.back());
  return absl::OkStatus();
}

absl::Status Unmatched::Settle(const Pending& pending, kv::Batch* batch) {
  const HalfName& missing = pending.missing;
  const std::string awaited = missing.AwaitedKey();
  if (owing_.contains(missing.node) && !deleted_.contains(awaited)) {
    const absl::Status there = store_->Get(awaited).status();
    if (there.ok()) return absl::OkStatus();  // said twice; the first one waits
    if (!absl::IsNotFound(there)) return there;
  }
  const std::string key = UnmatchedKey(missing.node, pending.index);
  batch->Put(key, WaitingBytes(key, {.index = pending.index,
                                     .missing = missing.side,
                                     .attempt = missing.attempt,
                                     .receipt = pending.receipt,
                                     .exchange = missing.exchange}));
  batch->Put(awaited, BigEndian64(pending.index));
  owing_.insert(missing.node);
  ++account_.count;
  return absl::OkStatus();
}

bool Unmatched::Due(absl::Time now) const {
  return unsettled_.size() > kMaxUnsettled ||
         (!pending_.empty() && pending_.front().receipt + settle_ <= now);
}

absl::Status Unmatched::Write(absl::Time now, uint64_t size, kv::Batch* batch) {
  // First: what is deleted may, said again, settle in the same batch.
  for (const std::string& key : deleted_) batch->Delete(key);
  while (!pending_.empty() && (pending_.front().met || Due(now))) {
    if (!pending_.front().met) {
      SHAREWAY_RETURN_IF_ERROR(Settle(pending_.front(), batch));
      unsettled_.erase(&pending_.front());
    }
    pending_.pop_front();
  }
  deleted_.clear();
  account_.until = pending_.empty() ? size : pending_.front().index;
  batch->Put(kAccountKey, Guarded(kAccountKey, absl::StrCat(BigEndian64(account_.until),
                                                            BigEndian64(account_.count))));
  return absl::OkStatus();
}

size_t Unmatched::CountBelow(uint64_t index) const {
  return static_cast<size_t>(
      std::count_if(unsettled_.begin(), unsettled_.end(),
                    [index](const Pending* pending) { return pending->index < index; }));
}

bool Unmatched::Has(absl::string_view key, const Waiting& waiting) const {
  const HalfName missing = MissingOf(key, waiting);
  const auto found = unsettled_.find(HalfView::Of(missing));
  return found != unsettled_.end() && (*found)->index == waiting.index;
}

}  // namespace shareway::audit
