// SPDX-License-Identifier: Apache-2.0
// Keeping account of halves that wait.
//
// The value names exchange, attempt and side; with the node of the key they say
// which half is missing. Memory maps the missing half to the index, so that a
// match deletes without reading.
#include "services/audit/store/unmatched.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"

namespace shareway::audit {
namespace {

constexpr size_t kFixedBytes = 1 + 8 + 8;

Digest16 HalfDigest(const Digest16& node, Side side, uint32_t attempt, absl::string_view exchange) {
  return DigestOf(absl::StrCat(node.view(), std::string(1, static_cast<char>(side)),
                               BigEndian64(attempt), exchange));
}

Digest16 NodeOfKey(absl::string_view key) {
  Digest16 node;
  for (size_t i = 0; i < node.bytes.size(); ++i) {
    node.bytes[i] = static_cast<uint8_t>(key[kUnmatchedPrefix.size() + i]);
  }
  return node;
}

}  // namespace

HalfId IdOf(const Half& half) {
  const Digest16 node = DigestOf(half.node);
  const Digest16 other = DigestOf(half.other);
  return {.node = node,
          .other = other,
          .own = HalfDigest(node, half.side, half.attempt, half.exchange),
          .missing = HalfDigest(other, half.other_side(), half.attempt, half.exchange)};
}

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
  const Digest16 digest = DigestOf(node);
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

absl::StatusOr<Unmatched> Unmatched::Read(const kv::Store& store) {
  Unmatched unmatched;
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(store.Scan(
      kUnmatchedPrefix, PrefixEnd(kUnmatchedPrefix),
      [&](absl::string_view key, absl::string_view value, uint64_t) {
        absl::StatusOr<Waiting> waiting = ParseWaiting(key, value);
        if (!waiting.ok()) {
          status = waiting.status();
          return false;
        }
        unmatched.waiting_.emplace(
            HalfDigest(NodeOfKey(key), waiting->missing, waiting->attempt, waiting->exchange),
            waiting->index);
        return true;
      }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return unmatched;
}

void Unmatched::Take(const Half& half, const HalfId& id, uint64_t index, absl::Time receipt) {
  const auto awaited = waiting_.find(id.own);
  if (awaited != waiting_.end()) {
    std::string key = UnmatchedKey(id.node, awaited->second);
    if (added_.erase(key) == 0) deleted_.push_back(std::move(key));
    waiting_.erase(awaited);
    return;
  }
  if (!waiting_.emplace(id.missing, index).second) return;  // said twice; the first one waits
  added_.emplace(UnmatchedKey(id.other, index), Waiting{.index = index,
                                                        .missing = half.other_side(),
                                                        .attempt = half.attempt,
                                                        .receipt = receipt,
                                                        .exchange = half.exchange});
}

void Unmatched::Write(kv::Batch* batch) {
  for (const auto& [key, waiting] : added_) batch->Put(key, WaitingBytes(key, waiting));
  for (const std::string& key : deleted_) batch->Delete(key);
  added_.clear();
  deleted_.clear();
}

bool Unmatched::Has(absl::string_view key, const Waiting& waiting) const {
  const auto found =
      waiting_.find(HalfDigest(NodeOfKey(key), waiting.missing, waiting.attempt, waiting.exchange));
  return found != waiting_.end() && found->second == waiting.index;
}

}  // namespace shareway::audit
